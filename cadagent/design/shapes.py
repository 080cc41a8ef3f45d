"""The shapes a profile can be made of: for each its keys and the plain curves it stands for.

A shape's function gets its own keys (mm, degrees) and returns an outline and the holes inside it, drawn about
the shape's natural origin: the middle of its box unless its documentation says otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cadagent.design import outlines
from cadagent.design.fields import Choice, Either, Field, Flag, Items, Number, Record, vector
from cadagent.design.outlines import Outline, arc, arc_about, circle, line, polygon
from cadagent.design.vectors import cos_sin

LENGTH = Number("length", positive=True)
SIZE = vector(2, LENGTH)
POINT = vector(2)
Drawing = tuple[Outline, list[Outline]]


class ShapeError(ValueError):
    """A shape whose figures do not fit together; the message is for a person."""


@dataclass(frozen=True)
class Shape:
    """One kind of loop: its name, its own keys, groups of which exactly one key stands, and how to draw it."""

    name: str
    doc: str
    fields: tuple[Field, ...]
    draw: Callable[[Mapping[str, Any]], Outline | Drawing]
    choices: tuple[tuple[str | None, ...], ...] = ()

    def drawing(self, values: Mapping[str, Any]) -> Drawing:
        """The outline and inner outlines; raises :class:`ShapeError` if the figures do not fit together."""
        try:
            drawn = self.draw(values)
        except (ValueError, ZeroDivisionError) as error:
            raise ShapeError(str(error)) from error
        return drawn if isinstance(drawn, tuple) else (drawn, [])


SHAPES: dict[str, Shape] = {}


def _shape(
    name: str, doc: str, *fields: Field, choices: Sequence[Sequence[str | None]] = ()
) -> Callable[[Callable[[Mapping[str, Any]], Outline | Drawing]], None]:
    def register(draw: Callable[[Mapping[str, Any]], Outline | Drawing]) -> None:
        SHAPES[name] = Shape(name, doc, fields, draw, tuple(tuple(group) for group in choices))

    return register


def _length(name: str, doc: str, required: bool = False) -> Field:
    return Field(name, LENGTH, doc, required)


def radius_of(values: Mapping[str, Any], prefix: str = "") -> float:
    """The radius from ``radius`` or ``diameter`` (with a prefix such as ``outer_``)."""
    found = values.get(f"{prefix}radius")
    return float(found) if found is not None else values[f"{prefix}diameter"] / 2


_ROUND = (_length("diameter", "across"), _length("radius", "half of the diameter"))
_ROUND_CHOICE = (("diameter", "radius"),)
_RING = (
    _length("outer_diameter", "outer diameter"),
    _length("outer_radius", "outer radius"),
    _length("inner_diameter", "inner diameter"),
    _length("inner_radius", "inner radius"),
)
_RING_CHOICE = (("outer_diameter", "outer_radius"), ("inner_diameter", "inner_radius"))
_CORNERS = (_length("corner_radius", "radius of rounded corners"), _length("chamfer", "leg of cut corners"))
_CORNER_CHOICE = (("corner_radius", "chamfer", None),)


@_shape("circle", "a circle", *_ROUND, choices=_ROUND_CHOICE)
def _circle(values: Mapping[str, Any]) -> Outline:
    return [circle((0.0, 0.0), radius_of(values))]


@_shape("ellipse", "an ellipse; size = its axes along u and v", Field("size", SIZE, "full axes", True))
def _ellipse(values: Mapping[str, Any]) -> Outline:
    a, b = values["size"]
    return [{"curve": "ellipse", "center": [0.0, 0.0], "rx": a / 2, "ry": b / 2, "angle": 0.0}]


@_shape(
    "rectangle",
    "a rectangle",
    Field("size", SIZE, "extent along u and v", True),
    *_CORNERS,
    choices=_CORNER_CHOICE,
)
def _rectangle(values: Mapping[str, Any]) -> Outline:
    return rectangle(*values["size"], values.get("corner_radius", 0.0), values.get("chamfer", 0.0))


@_shape("square", "a square", _length("side", "length of a side", True), *_CORNERS, choices=_CORNER_CHOICE)
def _square(values: Mapping[str, Any]) -> Outline:
    return rectangle(
        values["side"], values["side"], values.get("corner_radius", 0.0), values.get("chamfer", 0.0)
    )


def rectangle(width: float, height: float, radius: float = 0.0, chamfer: float = 0.0) -> Outline:
    """A rectangle about the origin with rounded or cut corners (mm)."""
    a, b, cut = width / 2, height / 2, radius or chamfer
    if 2 * cut > min(width, height) * (1 + 1e-9):
        raise ValueError("the corners take more than half of a side")
    if not cut:
        return polygon([(-a, -b), (a, -b), (a, b), (-a, b)])
    corners = [((a, -b), -90), ((a, b), 0), ((-a, b), 90), ((-a, -b), 180)]
    out: Outline = []
    for (u, v), start in corners:
        center = (u - math.copysign(cut, u), v - math.copysign(cut, v))
        first, last = (_at(center, cut, start + turn) for turn in (0, 90))
        bend = arc_about(center, cut, start, 90) if radius else line(first, last)
        if out and not outlines.same(out[-1]["end"], bend["start"]):
            out.append(line(out[-1]["end"], bend["start"]))
        out.append(bend)
    if not outlines.same(out[-1]["end"], out[0]["start"]):
        out.append(line(out[-1]["end"], out[0]["start"]))
    return _closed(out)


def _at(center: Sequence[float], radius: float, degrees: float) -> tuple[float, float]:
    c, s = cos_sin(degrees)
    return (center[0] + radius * c, center[1] + radius * s)


def _closed(outline: Outline) -> Outline:
    """The outline with each end set to the exact start of the next curve."""
    for index, curve in enumerate(outline):
        curve["end"] = list(outline[(index + 1) % len(outline)]["start"])
    return outline


@_shape(
    "slot",
    "a straight slot with round ends along u",
    _length("length", "over-all length"),
    _length("centers", "distance of the end centres"),
    _length("width", "width", True),
    choices=(("length", "centers"),),
)
def _slot(values: Mapping[str, Any]) -> Outline:
    r = values["width"] / 2
    half = values["centers"] / 2 if "centers" in values else values["length"] / 2 - r
    if half <= 0:
        raise ValueError("the slot is not longer than wide")
    right, left = arc_about((half, 0.0), r, -90, 180), arc_about((-half, 0.0), r, 90, 180)
    return _closed([line(left["end"], right["start"]), right, line(right["end"], left["start"]), left])


@_shape(
    "polygon",
    "a regular polygon, one side flat at the bottom; origin = its centre",
    Field("sides", Number("count", minimum=3, maximum=100), "number of sides", True),
    _length("across_flats", "distance of opposite sides (twice the inradius)"),
    _length("across_corners", "twice the circumradius"),
    _length("diameter", "of the circumscribed circle"),
    _length("radius", "of the circumscribed circle"),
    _length("side", "length of a side"),
    choices=(("across_flats", "across_corners", "diameter", "radius", "side"),),
)
def _polygon(values: Mapping[str, Any]) -> Outline:
    count = values["sides"]
    return polygon(regular_corners(count, circumradius(values, count)))


def circumradius(values: Mapping[str, Any], count: int) -> float:
    """Circumradius of a regular polygon from whichever figure was given (side s: s / (2 sin(π/n)))."""
    if "side" in values:
        return float(values["side"]) / (2 * math.sin(math.pi / count))
    if "across_flats" in values:
        return float(values["across_flats"]) / 2 / math.cos(math.pi / count)
    if "across_corners" in values:
        return float(values["across_corners"]) / 2
    return radius_of(values)


def regular_corners(count: int, radius: float) -> list[tuple[float, float]]:
    """Corners of a regular polygon whose first side lies flat at the bottom, counter-clockwise."""
    first = -90 + 180 / count
    return [_at((0.0, 0.0), radius, first + 360 / count * index) for index in range(count)]


@_shape(
    "star",
    "a star with one point up; origin = its centre",
    Field("points", Number("count", minimum=3, maximum=100), "number of points", True),
    _length("outer_diameter", "across the points"),
    _length("outer_radius", "centre to a point"),
    _length("side", "length of an edge (the star of a regular polygon's diagonals)"),
    _length("inner_diameter", "across the notches"),
    _length("inner_radius", "centre to a notch"),
    choices=(("outer_diameter", "outer_radius", "side"), ("inner_diameter", "inner_radius", None)),
)
def _star(values: Mapping[str, Any]) -> Outline:
    count = values["points"]
    # edges along the diagonals that skip one corner: inner/outer = cos(2π/n) / cos(π/n)
    ratio = math.cos(2 * math.pi / count) / math.cos(math.pi / count) if count > 4 else 0.4
    if "side" in values:
        edge = math.sqrt(1 + ratio * ratio - 2 * ratio * math.cos(math.pi / count))
        outer = values["side"] / edge
    else:
        outer = radius_of(values, "outer_")
    given = "inner_diameter" in values or "inner_radius" in values
    inner = radius_of(values, "inner_") if given else outer * ratio
    if inner >= outer:
        raise ValueError("the notches lie outside the points")
    return polygon(
        [
            _at((0.0, 0.0), inner if index % 2 else outer, 90 + 180 / count * index)
            for index in range(2 * count)
        ]
    )


@_shape("ring", "a ring between two circles", *_RING, choices=_RING_CHOICE)
def _ring(values: Mapping[str, Any]) -> Drawing:
    outer, inner = _ring_radii(values)
    return [circle((0.0, 0.0), outer)], [[circle((0.0, 0.0), inner)]]


def _ring_radii(values: Mapping[str, Any]) -> tuple[float, float]:
    outer, inner = radius_of(values, "outer_"), radius_of(values, "inner_")
    if inner >= outer:
        raise ValueError("the inner diameter is not smaller than the outer one")
    return outer, inner


@_shape(
    "triangle",
    "a triangle on a flat base, or by its three sides (the first lies flat)",
    _length("base", "length of the base"),
    _length("height", "height over the base"),
    Field("apex", Number(), "how far the apex lies right of the base's middle"),
    Field("sides", vector(3, LENGTH), "the three sides; the first is the base, the second on its right"),
    choices=(("base", "sides"),),
)
def _triangle(values: Mapping[str, Any]) -> Outline:
    if "sides" in values:
        a, b, c = values["sides"]
        if 2 * max(a, b, c) >= a + b + c:
            raise ValueError("the three sides do not close to a triangle")
        x = (a * a + c * c - b * b) / (2 * a)
        corners = [(0.0, 0.0), (a, 0.0), (x, math.sqrt(c * c - x * x))]
    else:
        if "height" not in values:
            raise ValueError("a triangle by its base needs a height")
        corners = [
            (0.0, 0.0),
            (values["base"], 0.0),
            (values["base"] / 2 + values.get("apex", 0.0), values["height"]),
        ]
    return _centered(polygon(corners))


def _centered(outline: Outline) -> Outline:
    u0, v0, u1, v1 = outlines.box([outline])
    du, dv = (u0 + u1) / 2, (v0 + v1) / 2
    return outlines.mapped(outline, lambda point: (point[0] - du, point[1] - dv))


@_shape(
    "right_triangle",
    "a right triangle; the right angle is at the lower left",
    Field("size", SIZE, "legs along u and v", True),
)
def _right_triangle(values: Mapping[str, Any]) -> Outline:
    a, b = values["size"]
    return polygon([(-a / 2, -b / 2), (a / 2, -b / 2), (-a / 2, b / 2)])


@_shape(
    "trapezoid",
    "a trapezoid with horizontal parallel sides",
    _length("bottom", "bottom side", True),
    _length("top", "top side", True),
    _length("height", "height", True),
    Field(
        "align",
        Choice(("left", "center", "right")),
        "which ends of the parallel sides stand above each other",
    ),
    Field("shift", Number(), "how far the top is moved to the right"),
)
def _trapezoid(values: Mapping[str, Any]) -> Outline:
    bottom, top, height = values["bottom"], values["top"], values["height"]
    slack = bottom - top
    left = {"left": 0.0, "right": slack, "center": slack / 2}[values.get("align", "center")]
    left += values.get("shift", 0.0)
    return _centered(polygon([(0.0, 0.0), (bottom, 0.0), (left + top, height), (left, height)]))


@_shape(
    "parallelogram",
    "a parallelogram on a horizontal base",
    _length("base", "length of the base", True),
    _length("height", "height", True),
    Field("shift", Number(), "how far the top is moved to the right"),
    Field("angle", Number("angle", minimum=1, maximum=179), "angle at the lower left"),
    choices=(("shift", "angle"),),
)
def _parallelogram(values: Mapping[str, Any]) -> Outline:
    base, height = values["base"], values["height"]
    shift = values["shift"] if "shift" in values else height / math.tan(math.radians(values["angle"]))
    return _centered(polygon([(0.0, 0.0), (base, 0.0), (base + shift, height), (shift, height)]))


@_shape("rhombus", "a rhombus by its diagonals", Field("size", SIZE, "diagonals along u and v", True))
def _rhombus(values: Mapping[str, Any]) -> Outline:
    a, b = values["size"]
    return polygon([(0.0, -b / 2), (a / 2, 0.0), (0.0, b / 2), (-a / 2, 0.0)])


_ANGLE = Field("angle", Number("angle", positive=True, maximum=359.999999), "angle it spans", True)


@_shape(
    "sector",
    "a pie slice from +u counter-clockwise; origin = its apex",
    *_ROUND,
    _ANGLE,
    choices=_ROUND_CHOICE,
)
def _sector(values: Mapping[str, Any]) -> Outline:
    bend = arc_about((0.0, 0.0), radius_of(values), 0.0, values["angle"])
    return _closed([line((0.0, 0.0), bend["start"]), bend, line(bend["end"], (0.0, 0.0))])


@_shape(
    "ring_sector",
    "a piece of a ring from +u counter-clockwise; origin = the ring's centre",
    *_RING,
    _ANGLE,
    choices=_RING_CHOICE,
)
def _ring_sector(values: Mapping[str, Any]) -> Outline:
    outer, inner = _ring_radii(values)
    far, near = (arc_about((0.0, 0.0), r, 0.0, values["angle"]) for r in (outer, inner))
    back = arc(near["end"], near["mid"], near["start"])
    return _closed([line(near["start"], far["start"]), far, line(far["end"], near["end"]), back])


@_shape(
    "semicircle",
    "a half disc, flat side down; origin = middle of the flat side",
    *_ROUND,
    choices=_ROUND_CHOICE,
)
def _semicircle(values: Mapping[str, Any]) -> Outline:
    bend = arc_about((0.0, 0.0), radius_of(values), 0.0, 180.0)
    return _closed([line(bend["end"], bend["start"]), bend])


_PROFILE = (
    Field("size", SIZE, "over-all extent along u and v", True),
    _length("thickness", "thickness of every limb"),
    _length("web", "thickness of the web"),
    _length("flange", "thickness of the flanges"),
)


def _profile(
    name: str, doc: str, corners: Callable[[float, float, float, float], list[tuple[float, float]]]
) -> None:
    """Register a rolled-section profile whose corners follow from size (a, b), web w and flange f."""

    def draw(values: Mapping[str, Any]) -> Outline:
        a, b = values["size"]
        thickness = values.get("thickness")
        if thickness is None and ("web" not in values or "flange" not in values):
            raise ValueError("give a thickness, or web and flange")
        web, flange = values.get("web", thickness), values.get("flange", thickness)
        if web >= a or flange >= b:
            raise ValueError("the limbs are as thick as the whole profile")
        return _centered(polygon(corners(a, b, web, flange)))

    SHAPES[name] = Shape(name, doc, _PROFILE, draw)


_profile(
    "l",
    "an L profile: web on the left, flange at the bottom",
    lambda a, b, w, f: [(0, 0), (a, 0), (a, f), (w, f), (w, b), (0, b)],
)
_profile(
    "t",
    "a T profile: flange on top, web below",
    lambda a, b, w, f: [
        ((a - w) / 2, 0),
        ((a + w) / 2, 0),
        ((a + w) / 2, b - f),
        (a, b - f),
        (a, b),
        (0, b),
        (0, b - f),
        ((a - w) / 2, b - f),
    ],
)
_profile(
    "u",
    "a U profile, open at the top: webs left and right, flange at the bottom",
    lambda a, b, w, f: [(0, 0), (a, 0), (a, b), (a - w, b), (a - w, f), (w, f), (w, b), (0, b)],
)
_profile(
    "i",
    "an I profile: flanges top and bottom, web between",
    lambda a, b, w, f: [
        (0, 0),
        (a, 0),
        (a, f),
        ((a + w) / 2, f),
        ((a + w) / 2, b - f),
        (a, b - f),
        (a, b),
        (0, b),
        (0, b - f),
        ((a - w) / 2, b - f),
        ((a - w) / 2, f),
        (0, f),
    ],
)
_profile(
    "h",
    "an H profile: webs left and right, flange between",
    lambda a, b, w, f: [
        (0, 0),
        (w, 0),
        (w, (b - f) / 2),
        (a - w, (b - f) / 2),
        (a - w, 0),
        (a, 0),
        (a, b),
        (a - w, b),
        (a - w, (b + f) / 2),
        (w, (b + f) / 2),
        (w, b),
        (0, b),
    ],
)
_profile(
    "z",
    "a Z profile: flange bottom left to web, web to flange top right",
    lambda a, b, w, f: [
        (0, 0),
        ((a + w) / 2, 0),
        ((a + w) / 2, b - f),
        (a, b - f),
        (a, b),
        ((a - w) / 2, b),
        ((a - w) / 2, f),
        (0, f),
    ],
)
_profile(
    "cross",
    "a plus sign",
    lambda a, b, w, f: [
        ((a - w) / 2, 0),
        ((a + w) / 2, 0),
        ((a + w) / 2, (b - f) / 2),
        (a, (b - f) / 2),
        (a, (b + f) / 2),
        ((a + w) / 2, (b + f) / 2),
        ((a + w) / 2, b),
        ((a - w) / 2, b),
        ((a - w) / 2, (b + f) / 2),
        (0, (b + f) / 2),
        (0, (b - f) / 2),
        ((a - w) / 2, (b - f) / 2),
    ],
)


@_shape(
    "polyline",
    "straight edges through the points, closed by itself; origin = (0, 0)",
    Field("points", Items(POINT, 3, 500), "corners in order", True),
)
def _polyline(values: Mapping[str, Any]) -> Outline:
    outline = polygon(values["points"])
    if len(outline) < 3:
        raise ValueError("fewer than three different points")
    return outline


class _CurveChoice(Either):
    """Curves are told apart by the key that names them."""

    def pick(self, value: Any) -> Record | None:
        """The record whose first key stands in the value."""
        if not isinstance(value, dict):
            return None
        return next(
            (kind for kind in self.types if isinstance(kind, Record) and kind.fields[0].name in value), None
        )

    def describe(self) -> str:
        return '`{"line": …}`, `{"arc": …}` or `{"spline": …}`'


_CURVE = _CurveChoice(
    (
        Record((Field("line", POINT, "end", True),), what="a line"),
        Record(
            (
                Field("arc", POINT, "end", True),
                Field("through", POINT, "a point on the arc"),
                Field("radius", LENGTH, "radius"),
                Field("large", Flag(), "take the longer way"),
                Field("clockwise", Flag(), "run clockwise"),
            ),
            choices=(("through", "radius"),),
            what="an arc",
        ),
        Record(
            (Field("spline", Items(POINT, 1, 200), "points it runs through, the last is its end", True),),
            what="a spline",
        ),
    )
)
CURVES = Items(_CURVE, 1, 500, "a list of curves")


@_shape(
    "path",
    "curves one after the other, closed by itself; origin = (0, 0)",
    Field("start", POINT, "where the first curve starts", True),
    Field("curves", CURVES, "each starts where the one before ends", True),
)
def _path(values: Mapping[str, Any]) -> Outline:
    outline = chain(values["start"], values["curves"])
    if outlines.same(outline[-1]["end"], values["start"]):
        return _closed(outline)
    return [*outline, line(outline[-1]["end"], values["start"])]


def chain(start: Sequence[float], curves: Sequence[Mapping[str, Any]]) -> Outline:
    """Plain curves for a path: each starts where the one before ends."""
    out: Outline = []
    here: Sequence[float] = start
    for curve in curves:
        if "line" in curve:
            out.append(line(here, curve["line"]))
        elif "spline" in curve:
            points = [list(here), *([list(point) for point in curve["spline"]])]
            out.append({"curve": "spline", "points": points, "start": points[0], "end": points[-1]})
        elif "through" in curve:
            out.append(arc(here, curve["through"], curve["arc"]))
            outlines.arc_circle(out[-1])
        else:
            out.append(_arc_by_radius(here, curve))
        here = out[-1]["end"]
        if outlines.same(out[-1]["start"], here):
            raise ValueError("a curve ends where it starts")
    return out


def _arc_by_radius(start: Sequence[float], curve: Mapping[str, Any]) -> outlines.Curve:
    (x0, y0), (x1, y1), radius = start, curve["arc"], curve["radius"]
    chord = math.hypot(x1 - x0, y1 - y0)
    if chord > 2 * radius * (1 + 1e-9) or chord == 0:
        raise ValueError("the radius is too small for the distance of the arc's ends")
    rise = math.sqrt(max(radius * radius - chord * chord / 4, 0.0))
    # the arc bulges to the right of start → end when it runs counter-clockwise, to the left when clockwise
    side = -1.0 if curve.get("clockwise") else 1.0
    bulge = radius + rise if curve.get("large") else radius - rise
    nx, ny = side * (y1 - y0) / chord, -side * (x1 - x0) / chord
    return arc(start, ((x0 + x1) / 2 + nx * bulge, (y0 + y1) / 2 + ny * bulge), curve["arc"])
