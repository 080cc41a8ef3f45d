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
from cadagent.design.fields import Field, Number, vector
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
    """One kind of loop: its name, own keys, groups of which exactly one key stands, and how to draw it."""

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
"""All shapes by name; modules ``straight``, ``sections`` and ``paths`` add theirs."""


def shape(
    name: str, doc: str, *fields: Field, choices: Sequence[Sequence[str | None]] = ()
) -> Callable[[Callable[[Mapping[str, Any]], Outline | Drawing]], None]:
    """Decorator that puts a drawing function into the table of shapes."""

    def register(draw: Callable[[Mapping[str, Any]], Outline | Drawing]) -> None:
        SHAPES[name] = Shape(name, doc, fields, draw, tuple(tuple(group) for group in choices))

    return register


def length(name: str, doc: str, required: bool = False) -> Field:
    """A key that holds a length above zero."""
    return Field(name, LENGTH, doc, required)


def radius_of(values: Mapping[str, Any], prefix: str = "") -> float:
    """The radius from ``radius`` or ``diameter`` (with a prefix such as ``outer_``)."""
    found = values.get(f"{prefix}radius")
    return float(found) if found is not None else values[f"{prefix}diameter"] / 2


_ROUND = (length("diameter", "across"), length("radius", "half of the diameter"))
_ROUND_CHOICE = (("diameter", "radius"),)
_RING = (
    length("outer_diameter", "outer diameter"),
    length("outer_radius", "outer radius"),
    length("inner_diameter", "inner diameter"),
    length("inner_radius", "inner radius"),
)
_RING_CHOICE = (("outer_diameter", "outer_radius"), ("inner_diameter", "inner_radius"))
_CORNERS = (length("corner_radius", "radius of rounded corners"), length("chamfer", "leg of cut corners"))
_CORNER_CHOICE = (("corner_radius", "chamfer", None),)


@shape("circle", "a circle", *_ROUND, choices=_ROUND_CHOICE)
def _circle(values: Mapping[str, Any]) -> Outline:
    return [circle((0.0, 0.0), radius_of(values))]


@shape("ellipse", "an ellipse; size = its axes along u and v", Field("size", SIZE, "full axes", True))
def _ellipse(values: Mapping[str, Any]) -> Outline:
    a, b = values["size"]
    return [{"curve": "ellipse", "center": [0.0, 0.0], "rx": a / 2, "ry": b / 2, "angle": 0.0}]


@shape(
    "rectangle",
    "a rectangle",
    Field("size", SIZE, "extent along u and v", True),
    *_CORNERS,
    choices=_CORNER_CHOICE,
)
def _rectangle(values: Mapping[str, Any]) -> Outline:
    width, height = values["size"]
    return rectangle(width, height, values.get("corner_radius", 0.0), values.get("chamfer", 0.0))


@shape("square", "a square", length("side", "length of a side", True), *_CORNERS, choices=_CORNER_CHOICE)
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
    corners = [((-a, -b), 180), ((a, -b), -90), ((a, b), 0), ((-a, b), 90)]
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
    return closed(out)


def _at(center: Sequence[float], radius: float, degrees: float) -> tuple[float, float]:
    c, s = cos_sin(degrees)
    return (center[0] + radius * c, center[1] + radius * s)


def closed(outline: Outline) -> Outline:
    """The outline with each end set to the exact start of the next curve."""
    for index, curve in enumerate(outline):
        curve["end"] = list(outline[(index + 1) % len(outline)]["start"])
        if "points" in curve:
            curve["points"] = [*curve["points"][:-1], curve["end"]]
    return outline


@shape(
    "slot",
    "a straight slot with round ends along u",
    length("length", "over-all length"),
    length("centers", "distance of the end centres"),
    length("width", "width", True),
    choices=(("length", "centers"),),
)
def _slot(values: Mapping[str, Any]) -> Outline:
    r = values["width"] / 2
    half = values["centers"] / 2 if "centers" in values else values["length"] / 2 - r
    if half <= 0:
        raise ValueError("the slot is not longer than wide")
    right, left = arc_about((half, 0.0), r, -90, 180), arc_about((-half, 0.0), r, 90, 180)
    return closed([line(left["end"], right["start"]), right, line(right["end"], left["start"]), left])


@shape(
    "belt",
    "the outline of a belt around two circles side by side along u; origin = midway between their centres",
    Field("diameters", vector(2, LENGTH), "of the left and the right circle"),
    Field("radii", vector(2, LENGTH), "of the left and the right circle"),
    length("centers", "distance of their centres", True),
    choices=(("diameters", "radii"),),
)
def _belt(values: Mapping[str, Any]) -> Outline:
    left, right = values["radii"] if "radii" in values else (d / 2 for d in values["diameters"])
    apart = values["centers"]
    if apart <= abs(left - right):
        raise ValueError("one circle lies inside the other")
    # the common tangents touch both circles where the normal has this direction
    touch = math.degrees(math.acos((left - right) / apart))
    far = arc_about((apart / 2, 0.0), right, -touch, 2 * touch)
    near = arc_about((-apart / 2, 0.0), left, touch, 360 - 2 * touch)
    return closed([line(near["end"], far["start"]), far, line(far["end"], near["start"]), near])


@shape(
    "polygon",
    "a regular polygon, one side flat at the bottom; origin = its centre",
    Field("sides", Number("count", minimum=3, maximum=100), "number of sides", True),
    length("across_flats", "distance of opposite sides (twice the inradius)"),
    length("across_corners", "twice the circumradius"),
    length("diameter", "of the circumscribed circle"),
    length("radius", "of the circumscribed circle"),
    length("side", "length of a side"),
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
    first = -90 - 180 / count
    return [_at((0.0, 0.0), radius, first + 360 / count * index) for index in range(count)]


@shape(
    "star",
    "a star with one point up; origin = its centre",
    Field("points", Number("count", minimum=3, maximum=100), "number of points", True),
    length("outer_diameter", "across the points"),
    length("outer_radius", "centre to a point"),
    length("side", "length of an edge (the star of a regular polygon's diagonals)"),
    length("inner_diameter", "across the notches"),
    length("inner_radius", "centre to a notch"),
    choices=(("outer_diameter", "outer_radius", "side"), ("inner_diameter", "inner_radius", None)),
)
def _star(values: Mapping[str, Any]) -> Outline:
    count = values["points"]
    # edges along the diagonals that skip one corner: inner/outer = cos(2π/n) / cos(π/n)
    ratio = math.cos(2 * math.pi / count) / math.cos(math.pi / count) if count > 4 else 0.4
    given = "inner_diameter" in values or "inner_radius" in values
    inner = radius_of(values, "inner_") if given else None
    if "side" not in values:
        outer = radius_of(values, "outer_")
    elif inner is None:
        outer = values["side"] / math.sqrt(1 + ratio * ratio - 2 * ratio * math.cos(math.pi / count))
    else:  # law of cosines for the edge between a notch and a point
        height = inner * math.sin(math.pi / count)
        if values["side"] <= height:
            raise ValueError("the notches lie outside the points")
        outer = inner * math.cos(math.pi / count) + math.sqrt(values["side"] ** 2 - height**2)
    inner = outer * ratio if inner is None else inner
    if inner >= outer:
        raise ValueError("the notches lie outside the points")
    return polygon(
        [
            _at((0.0, 0.0), inner if index % 2 else outer, 90 + 180 / count * index)
            for index in range(2 * count)
        ]
    )


@shape("ring", "a ring between two circles", *_RING, choices=_RING_CHOICE)
def _ring(values: Mapping[str, Any]) -> Drawing:
    outer, inner = _ring_radii(values)
    return [circle((0.0, 0.0), outer)], [[circle((0.0, 0.0), inner)]]


def _ring_radii(values: Mapping[str, Any]) -> tuple[float, float]:
    outer, inner = radius_of(values, "outer_"), radius_of(values, "inner_")
    if inner >= outer:
        raise ValueError("the inner diameter is not smaller than the outer one")
    return outer, inner


def centered(outline: Outline) -> Outline:
    """The outline moved so that the middle of its box is the origin."""
    u0, v0, u1, v1 = outlines.box([outline])
    du, dv = (u0 + u1) / 2, (v0 + v1) / 2
    return outlines.mapped(outline, lambda point: (point[0] - du, point[1] - dv))


_ANGLE = Field("angle", Number("angle", positive=True, maximum=359.999999), "angle it spans", True)


@shape(
    "sector",
    "a pie slice from +u counter-clockwise; origin = its apex",
    *_ROUND,
    _ANGLE,
    choices=_ROUND_CHOICE,
)
def _sector(values: Mapping[str, Any]) -> Outline:
    bend = arc_about((0.0, 0.0), radius_of(values), 0.0, values["angle"])
    return closed([line((0.0, 0.0), bend["start"]), bend, line(bend["end"], (0.0, 0.0))])


@shape(
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
    return closed([line(near["start"], far["start"]), far, line(far["end"], near["end"]), back])


@shape(
    "semicircle",
    "a half disc, flat side down; origin = middle of the flat side",
    *_ROUND,
    choices=_ROUND_CHOICE,
)
def _semicircle(values: Mapping[str, Any]) -> Outline:
    bend = arc_about((0.0, 0.0), radius_of(values), 0.0, 180.0)
    return closed([line(bend["end"], bend["start"]), bend])
