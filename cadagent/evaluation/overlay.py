"""The difference of two solids drawn in a terminal, told apart by signs as well as by colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from cadagent.kernel.compare import Difference

ADDED, REMOVED = "+", "-"
_PAINT = {ADDED: (0x0B3D16, 0x6FCF83), REMOVED: (0x4A0B0B, 0xF08A80)}
"""Sign and ground of material seen directly."""
_BRIGHT = {ADDED: 0x8CFFA4, REMOVED: 0xFF9C92}
"""Sign of material behind other material, on that material's own colour."""
_SEEN, _BEHIND = 3, 5
"""Of the eight samples of a cell, so many have to show a difference for the cell to bear its sign."""


def overlay(difference: Difference, columns: int, rows: int, *, color: bool) -> str:
    """Common material as it looks; ``+`` where the second solid has more, ``-`` where the first has.

    Differences hidden by other material show through in every other cell.
    """
    import numpy as np

    from cadagent.kernel.mesh import Mesh, crease_edges, merge
    from cadagent.kernel.picture import render_cells, shaded, text_of

    parts = [
        Mesh(part.vertices, part.triangles, crease_edges(part))
        for part in (difference.common, difference.removed, difference.added)
    ]
    whole, changed = merge(parts), merge(parts[1:])
    counts = [len(part.triangles) for part in parts]
    cells = render_cells(whole, columns, rows, color=color)
    seen = shaded(whole, columns * 2, rows * 4)[1]
    behind = shaded(changed, columns * 2, rows * 4, frame=whole)[1]
    behind = np.where(behind >= 0, behind + counts[0], -1)

    def share(owner: np.ndarray, low: int, high: int) -> np.ndarray:
        """How many of each cell's samples show triangles low … high − 1."""
        inside = (owner >= low) & (owner < high)
        return inside.reshape(rows, 4, columns, 2).sum(axis=(1, 3))

    removed, added = (counts[0], counts[0] + counts[1]), (counts[0] + counts[1], sum(counts))
    sparse = np.add.outer(np.arange(rows), np.arange(columns)) % 2 == 0
    spans = {REMOVED: removed, ADDED: added}
    for sign, other in ((REMOVED, ADDED), (ADDED, REMOVED)):
        mine, theirs = share(behind, *spans[sign]), share(behind, *spans[other])
        through = sparse & (mine >= _BEHIND) & (mine >= theirs)
        if not color:  # lines are all that shows the part there
            through &= cells["char"] == " "
        cells["char"][through] = sign
        cells["fg"][through] = _BRIGHT[sign]
    for sign, other in ((REMOVED, ADDED), (ADDED, REMOVED)):
        mine, theirs = share(seen, *spans[sign]), share(seen, *spans[other])
        direct = (mine >= _SEEN) & (mine >= theirs)
        cells["char"][direct] = sign
        cells["fg"][direct], cells["bg"][direct] = _PAINT[sign]
    return text_of(cells, color)


def legend(difference: Difference, first: str, second: str) -> list[str]:
    """What the signs mean, with the volumes."""
    common, removed, added = difference.volumes
    return [
        f"{ADDED} only in {second}: {added:.6g} mm³",
        f"{REMOVED} only in {first}: {removed:.6g} mm³",
        f"  in both: {common:.6g} mm³; a sign in every other cell lies behind other material",
    ]
