"""A drawing sheet as SVG: three views with hidden lines, an isometric one, overall sizes, a title block."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cadagent.errors import InputError
from cadagent.exports.curves import Arc, Curve, Ellipse, Line, Spline
from cadagent.exports.sheet import (
    HEIGHT,
    MARGIN,
    PROJECTIONS,
    TITLE_HEIGHT,
    WIDTH,
    Placed,
    Sheet,
    laid_out,
    scale_words,
)
from cadagent.exports.text import number, xml
from cadagent.exports.views import side_axes
from cadagent.kernel.part import Part

if TYPE_CHECKING:
    from cadagent.kernel.measure import Cylinder

_MM_PER_UNIT = {"mm": 1.0, "cm": 10.0, "m": 1000.0, "in": 25.4, "ft": 304.8, "unit": 1.0}
_STYLE = (
    "path,line{fill:none;stroke:#000;stroke-linecap:round;stroke-linejoin:round}"
    ".visible{stroke-width:.5}.smooth{stroke-width:.2;stroke:#444}"
    ".hidden{stroke-width:.25;stroke:#333;stroke-dasharray:2.2 1.1;stroke-linecap:butt}"
    ".center{stroke-width:.18;stroke:#333;stroke-dasharray:4 .8 .8 .8;stroke-linecap:butt}"
    ".size,.frame{stroke-width:.18}.border{stroke-width:.5}"
    ".ring{fill:none;stroke:#000;stroke-width:.25}"
    ".arrow{fill:#000;stroke:none}"
    "text{font-family:'DejaVu Sans',Arial,Helvetica,sans-serif;font-size:3.2px;fill:#000}"
    ".label{font-size:2.2px;fill:#555}.title{font-size:4.6px;font-weight:bold}"
)
_ARROW, _BEYOND, _CLEAR = 2.6, 1.6, 1.0
_OFFSET = 9.0
_CENTERS = 200
"""More circles or axes than this get no centre lines: they would only blacken the sheet."""
_OUT = 1.5
"""How far a centre line reaches beyond what it belongs to."""


def write(part: Part, title: str = "", units: str = "mm", projection: str = "third") -> bytes:
    """The sheet, A4 landscape.

    Args:
        part: what is drawn.
        title: name in the title block.
        units: unit of the numbers in the drawing.
        projection: ``third`` or ``first`` angle.

    Raises:
        InputError: an unknown projection or unit.
    """
    from cadagent.kernel.measure import measure
    from cadagent.kernel.shapes import box_of_all

    if projection not in PROJECTIONS:
        raise InputError(f"unknown projection {projection!r}; known are {', '.join(PROJECTIONS)}")
    if units not in _MM_PER_UNIT:
        raise InputError(f"unknown unit {units!r}; known are {', '.join(_MM_PER_UNIT)}")
    sheet = laid_out(part, projection)
    box = box_of_all(part.bodies.values(), exact=True)
    lengths = (number((b - a) / _MM_PER_UNIT[units], 3) for a, b in zip(box.low, box.high, strict=True))
    size = tuple(lengths)
    cylinders = measure(part.bodies).cylinders
    content = [_border()]
    for name, placed in sheet.views.items():
        content.append(f'<g id="{name}">{_view(placed, name, cylinders)}</g>')
    content.append(f'<g id="sizes">{_sizes(sheet, size, projection)}</g>')
    content.append(f'<g id="title-block">{_title_block(part, sheet, title, size, units, projection)}</g>')
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH:g}mm" height="{HEIGHT:g}mm" '
        f'viewBox="0 0 {WIDTH:g} {HEIGHT:g}">\n'
        f"<title>{xml(title or 'drawing')}</title>\n<style>{_STYLE}</style>\n"
        f'<rect width="{WIDTH:g}" height="{HEIGHT:g}" fill="#fff"/>\n'
    )
    return (head + "\n".join(content) + "\n</svg>\n").encode("utf-8")


def _view(placed: Placed, name: str, cylinders: Sequence[Cylinder]) -> str:
    lines = []
    kinds = ("smooth", "visible") if name == "isometric" else ("hidden", "smooth", "visible")
    if name != "isometric":
        lines += [_centers(placed), _axes(placed, side_axes(cylinders, name))]
    for kind in kinds:
        curves: tuple[Curve, ...] = getattr(placed.view, kind)
        if curves:
            data = "".join(_path(curve, placed) for curve in curves)
            lines.append(f'<path class="{kind}" d="{data}"/>')
    return "".join(lines)


def _path(curve: Curve, placed: Placed) -> str:
    """Path data of a curve on paper; y runs down there, so counter-clockwise is sweep 0."""

    def at(point: tuple[float, float]) -> str:
        x, y = placed.paper(*point)
        return f"{number(x, 3)} {number(y, 3)}"

    match curve:
        case Line(start, end):
            return f"M{at(start)}L{at(end)}"
        case Arc(radius=radius, start=start, end=end):
            size = number(radius * placed.scale, 3)
            return _round(curve.at, start, end, at, f"{size} {size} 0")
        case Ellipse(major=major, ratio=ratio, start=start, end=end):
            long = math.hypot(*major) * placed.scale
            angle = -math.degrees(math.atan2(major[1], major[0]))
            axes = f"{number(long, 3)} {number(long * ratio, 3)} {number(angle, 3)}"
            return _round(curve.at, start, end, at, axes)
        case Spline(beziers=beziers):
            return f"M{at(beziers[0][0])}" + "".join(f"C{at(b)} {at(c)} {at(d)}" for _, b, c, d in beziers)


def _round(point, start: float, end: float, at, axes: str) -> str:  # type: ignore[no-untyped-def]
    """An arc in pieces below half a turn, which is where SVG is unambiguous."""
    count = max(1, math.ceil((end - start) / (0.75 * math.pi)))
    parts = [f"M{at(point(start))}"]
    parts += [f"A{axes} 0 0 {at(point(start + (end - start) * i / count))}" for i in range(1, count + 1)]
    return "".join(parts)


def _centers(placed: Placed) -> str:
    """Centre lines of the circles seen face on: the largest at each centre."""
    largest: dict[tuple[int, int], Arc] = {}
    for curve in (*placed.view.visible, *placed.view.hidden):
        if isinstance(curve, Arc) and curve.full:
            key = round(curve.center[0] * 1e3), round(curve.center[1] * 1e3)
            if key not in largest or largest[key].radius < curve.radius:
                largest[key] = curve
    if len(largest) > _CENTERS:
        return ""
    lines = []
    for arc in largest.values():
        x, y = placed.paper(*arc.center)
        reach = arc.radius * placed.scale + _OUT
        lines += [_line("center", x - reach, y, x + reach, y), _line("center", x, y - reach, x, y + reach)]
    return "".join(lines)


def _axes(placed: Placed, axes: Sequence[Line]) -> str:
    """Centre lines of the cylinders seen from the side."""
    if len(axes) > _CENTERS:
        return ""
    lines = []
    for axis in axes:
        (x0, y0), (x1, y1) = placed.paper(*axis.start), placed.paper(*axis.end)
        reach = _OUT / math.hypot(x1 - x0, y1 - y0)
        x, y = reach * (x1 - x0), reach * (y1 - y0)
        lines.append(_line("center", x0 - x, y0 - y, x1 + x, y1 + y))
    return "".join(lines)


def _sizes(sheet: Sheet, size: Sequence[str], projection: str) -> str:
    """Overall width, depth and height of the part's box."""
    front, top = sheet.views["front"], sheet.views["top"]
    side = sheet.views["right" if projection == "third" else "left"]
    under = front if projection == "third" else top
    return (
        _across(under.left, under.right, under.bottom, size[0])
        + _upright(front.bottom, front.top, front.left, size[2])
        + _across(side.left, side.right, side.bottom, size[1])
    )


def _across(x0: float, x1: float, edge: float, words: str) -> str:
    """A horizontal size below ``edge``."""
    y = edge + _OFFSET
    parts = [_line("size", x, edge + _CLEAR, x, y + _BEYOND) for x in (x0, x1)]
    inside = x1 - x0 >= 3.2 * _ARROW
    out = 0.0 if inside else 2 * _ARROW
    parts.append(_line("size", x0 - out, y, x1 + out, y))
    turn = 1 if inside else -1
    parts += [_arrow(x0, y, -turn, 0), _arrow(x1, y, turn, 0)]
    if _text_width(words) <= x1 - x0:
        parts.append(_text("", (x0 + x1) / 2, y - 1.1, words, "middle"))
    else:
        parts.append(_text("", x1 + out + 1, y + 1.1, words))
    return "".join(parts)


def _upright(y0: float, y1: float, edge: float, words: str) -> str:
    """A vertical size left of ``edge``; y0 is the lower end. Its number reads from the right."""
    x = edge - _OFFSET
    parts = [_line("size", edge - _CLEAR, y, x - _BEYOND, y) for y in (y0, y1)]
    inside = y0 - y1 >= 3.2 * _ARROW
    out = 0.0 if inside else 2 * _ARROW
    parts.append(_line("size", x, y0 + out, x, y1 - out))
    turn = 1 if inside else -1
    parts += [_arrow(x, y0, 0, turn), _arrow(x, y1, 0, -turn)]
    fits = _text_width(words) <= y0 - y1
    at = (y0 + y1) / 2 if fits else y1 - out - 1 - _text_width(words) / 2
    parts.append(
        f'<text transform="translate({number(x - 1.1)} {number(at)}) rotate(-90)" text-anchor="middle">'
        f"{xml(words)}</text>"
    )
    return "".join(parts)


def _arrow(x: float, y: float, dx: float, dy: float) -> str:
    """A filled arrow head with its tip at (x, y), pointing along (dx, dy)."""
    back_x, back_y = x - dx * _ARROW, y - dy * _ARROW
    half = _ARROW / 6
    points = [(x, y), (back_x - dy * half, back_y + dx * half), (back_x + dy * half, back_y - dx * half)]
    return f'<path class="arrow" d="M{"L".join(f"{number(a)} {number(b)}" for a, b in points)}Z"/>'


def _border() -> str:
    size = f'width="{number(WIDTH - 2 * MARGIN)}" height="{number(HEIGHT - 2 * MARGIN)}"'
    return f'<rect class="border" x="{MARGIN:g}" y="{MARGIN:g}" {size} fill="none" stroke="#000"/>'


def _title_block(
    part: Part, sheet: Sheet, title: str, size: Sequence[str], units: str, projection: str
) -> str:
    """The strip along the bottom right: name, sizes, scale, unit, projection."""
    left, right, bottom = WIDTH - MARGIN - 180, WIDTH - MARGIN, HEIGHT - MARGIN
    top = bottom - TITLE_HEIGHT
    middle = top + TITLE_HEIGHT / 2
    columns = [left, left + 90, left + 120, left + 150]
    parts = [_line("border", left, top, right, top), _line("border", left, top, left, bottom)]
    parts += [_line("frame", x, top, x, bottom) for x in columns[1:]]
    parts += [_line("frame", left, middle, columns[3], middle)]

    def cell(column: int, low: bool, label: str, words: str, kind: str = "") -> None:
        x, y = columns[column] + 2, (middle if low else top)
        parts.append(_text("label", x, y + 3.2, label))
        parts.append(_text(kind, x, y + 9.2, words))

    shown = "mm" if units == "unit" else units
    cell(0, False, "PART", _cut(title or "part", 32), "title")
    cell(0, True, "OVERALL SIZE", f"{' × '.join(size)} {shown}")
    cell(1, False, "SCALE", scale_words(sheet.scale))
    isometric = sheet.views["isometric"].scale
    cell(1, True, "ISOMETRIC", scale_words(isometric))
    cell(2, False, "UNITS", shown)
    cell(2, True, "BODIES", str(len(part.bodies)))
    parts.append(_text("label", columns[3] + 2, top + 3.2, f"{projection.upper()} ANGLE"))
    parts.append(_symbol(columns[3] + 15, middle + 1.5, projection))
    parts.append(_text("label", columns[3] + 2, bottom - 1.6, "cadagent · A4"))
    return "".join(parts)


def _symbol(x: float, y: float, projection: str) -> str:
    """The cone of ISO 5456-2 and its end, centred on (x, y): in third angle the end is shown at the left."""
    side = -1 if projection == "third" else 1
    circle_x, cone_x = x + side * 6, x - side * 5
    near, far = cone_x - 4, cone_x + 4  # its small end looks left
    rings = "".join(
        f'<circle class="ring" cx="{number(circle_x)}" cy="{number(y)}" r="{r}"/>' for r in (2, 4)
    )
    cone = (
        f'<path class="ring" d="M{number(near)} {number(y - 2)}'
        f'L{number(far)} {number(y - 4)}V{number(y + 4)}L{number(near)} {number(y + 2)}Z"/>'
    )
    axes = _line("center", x - 12, y, x + 12, y) + _line("center", circle_x, y - 5, circle_x, y + 5)
    return rings + cone + axes


def _line(kind: str, x0: float, y0: float, x1: float, y1: float) -> str:
    ends = f'x1="{number(x0)}" y1="{number(y0)}" x2="{number(x1)}" y2="{number(y1)}"'
    return f'<line class="{kind}" {ends}/>'


def _text(kind: str, x: float, y: float, words: str, anchor: str = "start") -> str:
    klass = f' class="{kind}"' if kind else ""
    return f'<text{klass} x="{number(x)}" y="{number(y)}" text-anchor="{anchor}">{xml(words)}</text>'


def _text_width(words: str) -> float:
    """About how wide a number is at the size of the dimensions (mm)."""
    return 2.0 * len(words) + 1.5


def _cut(words: str, most: int) -> str:
    words = " ".join(words.split())
    return words if len(words) <= most else words[: most - 1] + "…"
