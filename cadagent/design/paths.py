"""Free outlines: polylines and paths of lines, arcs and splines; also the open paths of sweeps and ribs."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

from cadagent.design import outlines
from cadagent.design.fields import Field, Flag, Items, Keyed, Record
from cadagent.design.outlines import Outline, arc, line, polygon
from cadagent.design.shapes import LENGTH, POINT, closed, shape

NAMES = ("polyline", "path")


@shape(
    "polyline",
    "straight edges through the points, closed by itself; origin = (0, 0)",
    Field("points", Items(POINT, 3, 500), "corners in order", True),
)
def _polyline(values: Mapping[str, Any]) -> Outline:
    outline = polygon(values["points"])
    if len(outline) < 3:
        raise ValueError("fewer than three different points")
    return outline


_CURVE = Keyed(
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


@shape(
    "path",
    "curves one after the other, closed by itself; origin = (0, 0)",
    Field("start", POINT, "where the first curve starts", True),
    Field("curves", CURVES, "each starts where the one before ends", True),
)
def _path(values: Mapping[str, Any]) -> Outline:
    outline = chain(values["start"], values["curves"], closing=True)
    if outlines.same(outline[-1]["end"], values["start"]):
        return closed(outline)
    return [*outline, line(outline[-1]["end"], values["start"])]


def chain(start: Sequence[float], curves: Sequence[Mapping[str, Any]], closing: bool = False) -> Outline:
    """Plain curves for a path: each starts where the one before ends.

    With ``closing``, one spline alone may come back to its start. Raises ValueError for curves of no length.
    """
    out: Outline = []
    here: Sequence[float] = start
    for curve in curves:
        if "line" in curve:
            out.append(line(here, curve["line"]))
        elif "spline" in curve:
            points = [list(here), *(list(point) for point in curve["spline"])]
            if any(outlines.same(a, b) for a, b in itertools.pairwise(points)):
                raise ValueError("two neighbouring points of a spline coincide")
            if closing and len(curves) == 1 and len(points) > 3 and outlines.same(points[0], points[-1]):
                return [{"curve": "spline", "points": points, "start": points[0], "end": points[0]}]
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
