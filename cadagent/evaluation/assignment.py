"""The pairing of two sets that has the largest total weight (Hungarian method, Kuhn 1955, O(n³))."""

from __future__ import annotations

from collections.abc import Sequence


def assign(weights: Sequence[Sequence[float]]) -> dict[int, int]:
    """Row → column pairs of the heaviest matching; pairs of weight 0 or less are left out.

    Rows are added one by one and each is matched along a shortest augmenting path under the potentials
    ``row_pull`` and ``column_pull``, which keep all reduced costs at or above 0.
    """
    rows, columns = len(weights), max((len(row) for row in weights), default=0)
    size = max(rows, columns)

    def cost(row: int, column: int) -> float:
        return -weights[row][column] if row < rows and column < columns else 0.0

    row_pull, column_pull = [0.0] * (size + 1), [0.0] * (size + 1)
    owner = [0] * (size + 1)  # row (from 1) matched to a column; column 0 holds the row being added
    for row in range(1, size + 1):
        owner[0], column = row, 0
        slack, came_from, seen = [float("inf")] * (size + 1), [0] * (size + 1), [False] * (size + 1)
        while True:
            seen[column] = True
            current, nearest, step = owner[column], 0, float("inf")
            for other in range(1, size + 1):
                if seen[other]:
                    continue
                reduced = cost(current - 1, other - 1) - row_pull[current] - column_pull[other]
                if reduced < slack[other]:
                    slack[other], came_from[other] = reduced, column
                if slack[other] < step:
                    nearest, step = other, slack[other]
            for other in range(size + 1):
                if seen[other]:
                    row_pull[owner[other]] += step
                    column_pull[other] -= step
                else:
                    slack[other] -= step
            column = nearest
            if owner[column] == 0:
                break
        while column:
            owner[column] = owner[came_from[column]]
            column = came_from[column]
    return {
        owner[column] - 1: column - 1
        for column in range(1, size + 1)
        if owner[column] <= rows and column <= columns and weights[owner[column] - 1][column - 1] > 0
    }
