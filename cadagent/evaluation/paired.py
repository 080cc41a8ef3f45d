"""Two evaluations of the same requests against each other: which differences are more than chance.

Answers to one request are alike in how hard they are, so the test looks at the requests that the two answer
differently: McNemar's exact test (McNemar 1947), and a bootstrap over requests for the size of a difference.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import comb
from typing import Any

from .figures import Row, right
from .intervals import Estimate, median


@dataclass(frozen=True)
class Paired:
    """Two evaluations on the requests that both answered.

    Attributes:
        name: what is compared.
        only_first, only_second: requests that only one of them got right.
        p: McNemar's two-sided exact probability of such a difference by chance.
        difference: of the shares, second minus first, with its 95 % interval.
    """

    name: str
    only_first: int
    only_second: int
    p: float
    difference: Estimate

    def as_dict(self) -> dict[str, Any]:
        one = self.difference
        return {
            "only_first": self.only_first,
            "only_second": self.only_second,
            "p": self.p,
            "difference": {"value": one.value, "low": one.low, "high": one.high, "n": one.count},
        }


def mcnemar(only_first: int, only_second: int) -> float:
    """Two-sided exact binomial probability of so uneven a split of the requests that differ."""
    count = only_first + only_second
    tail = sum(comb(count, k) for k in range(min(only_first, only_second) + 1))
    return min(1.0, 2 * tail / 2**count)


def paired(name: str, pairs: Sequence[tuple[bool, bool]]) -> Paired:
    """Right or not, by the first and by the second, for every request."""
    only_first = sum(one and not other for one, other in pairs)
    only_second = sum(other and not one for one, other in pairs)
    gains = [(float(one), float(other)) for one, other in pairs]
    return Paired(name, only_first, only_second, mcnemar(only_first, only_second), _difference(gains, _mean))


def matched(first: Sequence[Row], second: Sequence[Row]) -> list[tuple[Row, Row]]:
    """The rows of both that answer the same request under the same seed."""
    others: Mapping[tuple[str, int], Row] = {(row["id"], row["seed"]): row for row in second}
    return [(row, others[key]) for row in first if (key := (row["id"], row["seed"])) in others]


def differences(pairs: Sequence[tuple[Row, Row]], phase: str) -> tuple[list[Paired], dict[str, Estimate]]:
    """Tests of what is right and of what is valid, and differences of the mean and median IoU."""
    both = [(one[phase], other[phase]) for one, other in pairs]
    tests = [
        paired("right", [(bool(right(a)), bool(right(b))) for a, b in both]),
        paired("valid solid", [(a["valid"], b["valid"]) for a, b in both]),
    ]
    ious = [(a["iou"], b["iou"]) for a, b in both if a["iou"] is not None and b["iou"] is not None]
    if not ious:
        return tests, {}
    return tests, {"IoU, mean": _difference(ious, _mean), "IoU, median": _difference(ious, median)}


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _difference(
    pairs: Sequence[tuple[float, float]], figure: Callable[[Sequence[float]], float], samples: int = 1000
) -> Estimate:
    """Second minus first of a figure, with a percentile bootstrap over the pairs, seeded."""
    if not pairs:
        return Estimate(0.0, 0.0, 0.0, 0)

    def apart(chosen: Sequence[tuple[float, float]]) -> float:
        return figure([b for _, b in chosen]) - figure([a for a, _ in chosen])

    dice = random.Random(0)
    draws = sorted(apart(dice.choices(pairs, k=len(pairs))) for _ in range(samples))
    return Estimate(apart(pairs), draws[int(0.025 * samples)], draws[int(0.975 * samples) - 1], len(pairs))
