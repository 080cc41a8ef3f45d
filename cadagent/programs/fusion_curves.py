"""Curves of the resolved form as the tuples that a generated Fusion script draws; lengths in centimetres."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from cadagent.design.vectors import Frame, cos_sin
from cadagent.programs.elements import Loops

Named = Callable[[float], str | None]


def _cm(point: Any) -> tuple[float, float]:
    return (round(point[0] / 10, 12) + 0.0, round(point[1] / 10, 12) + 0.0)


def curve_tuples(
    curves: list[dict[str, Any]], frame: Frame, named: Named | None = None
) -> list[tuple[Any, ...]]:
    """``(kind, points…, expression that drives it or None)`` for each curve of an outline or path.

    The first line of each driven length gets the dimension; a second one would only say the same again.
    """
    found: list[tuple[Any, ...]] = []
    driven: set[str] = set()
    for curve in curves:
        kind = curve["curve"]
        if kind == "line":
            length = math.dist(curve["start"], curve["end"])
            name = named(round(length, 9)) if named else None
            if name in driven:
                name = None
            if name:
                driven.add(name)
            found.append(("line", _cm(curve["start"]), _cm(curve["end"]), name))
        elif kind == "arc":
            found.append(("arc", _cm(curve["start"]), _cm(curve["mid"]), _cm(curve["end"]), None))
        elif kind == "circle":
            name = _circle_name(curve["radius"], named)
            found.append(("circle", _cm(curve["center"]), curve["radius"] / 10, name))
        elif kind == "ellipse":
            found.append(_ellipse(curve))
        else:
            closed = len(curves) == 1 and math.dist(curve["points"][0], curve["points"][-1]) < 1e-9
            found.append(("spline", *_poles(curve["points"], frame, closed), None))
    return found


def _circle_name(radius: float, named: Named | None) -> str | None:
    if named is None:
        return None
    whole, half = named(round(2 * radius, 9)), named(round(radius, 9))
    return whole or (f"2 * {half}" if half else None)


def _ellipse(curve: dict[str, Any]) -> tuple[Any, ...]:
    """Centre, end of the major axis, end of the minor one."""
    (u, v), (c, s) = curve["center"], cos_sin(curve.get("angle", 0.0))
    rx, ry = curve["rx"], curve["ry"]
    ends = [(u + rx * c, v + rx * s), (u - ry * s, v + ry * c)]
    if ry > rx:
        ends.reverse()
    return ("ellipse", _cm((u, v)), _cm(ends[0]), _cm(ends[1]), None)


def _poles(points: Any, frame: Frame, closed: bool) -> tuple[list[tuple[float, float]], int, list[float]]:
    """Poles (cm, in the plane), degree and flat knots of the cubic that the kernel lays through the points.

    Fusion's own fitted spline through the same points would be another curve.
    """
    from cadagent.kernel.curves import _spline  # heavy, and needed for splines only
    from cadagent.kernel.shapes import Frame as KernelFrame

    flat = KernelFrame((0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    curve: Any = _spline(points, flat, closed=closed)
    if curve.IsPeriodic():
        curve.SetNotPeriodic()
    poles = [_cm((curve.Pole(i).X(), curve.Pole(i).Y())) for i in range(1, curve.NbPoles() + 1)]
    knots = [curve.Knot(i) / 10 for i in range(1, curve.NbKnots() + 1) for _ in range(curve.Multiplicity(i))]
    if not closed:  # the ends as the neighbours have them, to the last digit
        poles[0], poles[-1] = _cm(points[0]), _cm(points[-1])
    return poles, curve.Degree(), knots


def loop_tuples(loops: Loops, frame: Frame, named: Named | None = None) -> list[tuple[Any, ...]]:
    """``(role, outline, inner outlines)`` for each loop."""
    return [
        (
            loop["role"],
            curve_tuples(loop["curves"], frame, named),
            [curve_tuples(curves, frame, named) for curves in loop.get("inner", ())],
        )
        for loop in loops
    ]
