"""The layout of a drawing: sheet, scale, and where its views stand. Paper coordinates: mm, y down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cadagent.exports.views import View, view

if TYPE_CHECKING:
    from cadagent.kernel.part import Part

WIDTH, HEIGHT = 297.0, 210.0
"""A4, landscape."""
MARGIN = 10.0
TITLE_HEIGHT = 24.0
_GAP = 20.0
"""Between views: room for a dimension and its number."""
_AROUND = 16.0
_STEPS = (1.0, 2.0, 5.0)
#: projection → rows of views: on the left those above and below each other
_GRIDS = {
    "third": (("top", "isometric"), ("front", "right")),
    "first": (("front", "left"), ("top", "isometric")),
}
PROJECTIONS = tuple(_GRIDS)


@dataclass(frozen=True)
class Placed:
    """A view on the sheet: a point (x, y) of it goes to (left + scale·(x − x0), bottom − scale·(y − y0))."""

    view: View
    left: float
    bottom: float
    scale: float

    @property
    def width(self) -> float:
        x0, _, x1, _ = self.view.box
        return (x1 - x0) * self.scale

    @property
    def height(self) -> float:
        _, y0, _, y1 = self.view.box
        return (y1 - y0) * self.scale

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def top(self) -> float:
        return self.bottom - self.height

    def paper(self, x: float, y: float) -> tuple[float, float]:
        x0, y0, _, _ = self.view.box
        return self.left + (x - x0) * self.scale, self.bottom - (y - y0) * self.scale


@dataclass(frozen=True)
class Sheet:
    views: Mapping[str, Placed]
    scale: float


def laid_out(part: Part, projection: str) -> Sheet:
    """The views of a part in third- or first-angle projection, at the largest standard scale that fits."""
    grid = _GRIDS[projection]
    views = {name: view(part.bodies, name) for row in grid for name in row}
    sizes = {name: (v.box[2] - v.box[0], v.box[3] - v.box[1]) for name, v in views.items()}
    column = [
        max(sizes[row[0]][0] for row in grid),
        next(sizes[n][0] for row in grid for n in row[1:] if n != "isometric"),
    ]
    rows = [max(sizes[name][1] for name in row if name != "isometric") for row in grid]
    room = (WIDTH - 2 * MARGIN - 2 * _AROUND - _GAP, HEIGHT - 2 * MARGIN - TITLE_HEIGHT - 2 * _AROUND - _GAP)
    scale = standard_scale(min(room[0] / sum(column), room[1] / sum(rows)))
    # the isometric view gets what its corner has to give, and may be smaller
    free_width = room[0] - column[0] * scale
    iso_row = next(i for i, row in enumerate(grid) if "isometric" in row)
    free_height = room[1] - rows[1 - iso_row] * scale
    iso = sizes["isometric"]
    iso_scale = standard_scale(min(free_width / iso[0], free_height / iso[1], scale))
    widths = [column[0] * scale, max(column[1] * scale, iso[0] * iso_scale)]
    heights = [row * scale for row in rows]
    heights[iso_row] = max(heights[iso_row], iso[1] * iso_scale)
    left = MARGIN + _AROUND + (room[0] - sum(widths)) / 2
    top = MARGIN + _AROUND + (room[1] - sum(heights)) / 2
    placed = {}
    for i, row in enumerate(grid):
        for j, name in enumerate(row):
            own = iso_scale if name == "isometric" else scale
            width, height = sizes[name][0] * own, sizes[name][1] * own
            x = left + j * (widths[0] + _GAP)
            y = top + i * (heights[0] + _GAP)
            if name == "isometric":
                x += (widths[j] - width) / 2
                y += (heights[i] - height) / 2
            elif i == 0:
                y += heights[0] - height  # views of a row and of a column stand close and in line
            placed[name] = Placed(views[name], x, y + height, own)
    return Sheet(placed, scale)


def standard_scale(most: float) -> float:
    """The largest of … 1:5, 1:2, 1:1, 2:1, 5:1, 10:1 … (ISO 5455) that is at most ``most``."""
    scale, power = 1e-6, 1e-6
    while power <= most:
        for step in _STEPS:
            if power * step <= most * (1 + 1e-9):
                scale = power * step
            # reductions are 1:2 and 1:5, so 0.5 and 0.2, which the same steps give
        power *= 10
    return float(f"{scale:.6g}")


def scale_words(scale: float) -> str:
    """``2:1``, ``1:1``, ``1:5``"""
    return f"{scale:g}:1" if scale >= 1 else f"1:{1 / scale:g}"
