"""Writing the minimal JSON of Text2CAD and CADmium.

The conventions are those of the reader: R = Rx(c)·Ry(b)·Rz(a) for Euler angles [a, b, c]; sketches moved so
that the low corner of their box is (0, 0), the translation saying where that corner lies; ``sketch_scale``
the larger side of that box. Published files are scaled to a largest extent of 0.75; written here are
millimetres at true scale, so that reading the file back gives the same solid.
"""

from __future__ import annotations

import math
from typing import Any

from cadagent.design.findings import Finding
from cadagent.errors import BuildError

from .extrusions import Extrusion
from .frames import Frame, Vector
from .geometry2d import Circle, Curve, Segment, arc_center, arc_sweep
from .minimal import TOLERANCE
from .numbers import Point
from .prisms import extrusions

JsonObject = dict[str, Any]

_OPERATIONS = {
    "new": "NewBodyFeatureOperation",
    "join": "JoinFeatureOperation",
    "cut": "CutFeatureOperation",
    "intersect": "IntersectFeatureOperation",
}


def write(resolved: JsonObject) -> tuple[JsonObject, tuple[Finding, ...]]:
    """A resolved design as minimal JSON, and what is lost though the solid stays the same.

    Builds the design in this process.

    Raises:
        BuildError: it does not build, or holds something that minimal JSON cannot say.
    """
    found = extrusions(resolved, "minimal")
    parts: JsonObject = {}
    boxes: list[tuple[Vector, Vector]] = []
    for number, (step, extrusion) in enumerate(found.items, 1):
        if extrusion.mode in ("new", "join"):
            box = extrusion.box()
            if extrusion.mode == "new" and any(_meet(box, other) for other in boxes):
                raise BuildError(
                    f"{step}: a separate body so close to another cannot be said in minimal JSON: new bodies "
                    "are fused there with what they touch"
                )
            boxes.append(box)
        parts[f"part_{number}"] = _part(extrusion)
    return {"final_name": "", "final_shape": "", "parts": parts}, found.findings


def euler_angles(frame: Frame) -> list[float]:
    """[a, b, c] in degrees, so that the rows of Rx(c)·Ry(b)·Rz(a) are u, v and the normal.

    At b = ±90° only the sum or difference of a and c counts, and c is taken as 0.
    """
    b = math.asin(max(-1.0, min(1.0, frame.u[2])))
    if abs(frame.u[2]) > 1 - 1e-12:
        a, c = math.atan2(frame.v[0], frame.v[1]), 0.0
    else:
        a, c = math.atan2(-frame.u[1], frame.u[0]), math.atan2(-frame.v[2], frame.n[2])
    return [_plain(math.degrees(angle)) for angle in (a, b, c)]


def _plain(value: float) -> float:
    return round(value, 9) + 0.0


def _meet(a: tuple[Vector, Vector], b: tuple[Vector, Vector]) -> bool:
    return all(a[0][i] <= b[1][i] + TOLERANCE and b[0][i] <= a[1][i] + TOLERANCE for i in range(3))


def _part(extrusion: Extrusion) -> JsonObject:
    frame = extrusion.frame
    points = [
        p for face in extrusion.faces for loop in face.loops for curve in loop for p in _extremes(curve)
    ]
    low = min(p[0] for p in points), min(p[1] for p in points)
    size = max(p[0] for p in points) - low[0], max(p[1] for p in points) - low[1]
    # A feature that does not start in its sketch plane gets the plane in which it starts.
    above = extrusion.start if extrusion.start > 0 else min(extrusion.end, 0.0)
    start, end = extrusion.start - above, extrusion.end - above
    corner = [
        _plain(o + low[0] * u + low[1] * v + above * n)
        for o, u, v, n in zip(frame.origin, frame.u, frame.v, frame.n, strict=True)
    ]
    sketch = {
        f"face_{i}": {f"loop_{j}": _loop(loop, low) for j, loop in enumerate(face.loops, 1)}
        for i, face in enumerate(extrusion.faces, 1)
    }
    return {
        "coordinate_system": {"Euler Angles": euler_angles(frame), "Translation Vector": corner},
        "sketch": sketch,
        "extrusion": {
            "extrude_depth_towards_normal": _plain(end),
            "extrude_depth_opposite_normal": _plain(-start),
            "sketch_scale": _plain(max(size)),
            "operation": _OPERATIONS[extrusion.mode],
        },
        "description": {
            "name": "",
            "shape": "",
            "length": _plain(size[0]),
            "width": _plain(size[1]),
            "height": _plain(end - start),
        },
    }


def _loop(loop: tuple[Curve, ...], low: Point) -> JsonObject:
    """Curves by kind and number; points are measured from the sketch's low corner."""

    def point(p: Point) -> list[float]:
        return [_plain(p[0] - low[0]), _plain(p[1] - low[1])]

    curves: JsonObject = {}
    counts = {"line": 0, "arc": 0, "circle": 0}
    for curve in loop:
        if isinstance(curve, Circle):
            kind, value = "circle", {"Center": point(curve.center), "Radius": _plain(curve.radius)}
        else:
            assert isinstance(curve, Segment)  # prisms are made of nothing else
            value = {"Start Point": point(curve.start), "End Point": point(curve.end)}
            kind = "line" if curve.mid is None else "arc"
            if curve.mid is not None:
                ends = value.pop("End Point")
                value |= {"Mid Point": point(curve.mid), "End Point": ends}
        counts[kind] += 1
        curves[f"{kind}_{counts[kind]}"] = value
    return curves


def _extremes(curve: Curve) -> list[Point]:
    """Points whose box is the box of the curve."""
    if isinstance(curve, Circle):
        (u, v), r = curve.center, curve.radius
        return [(u - r, v - r), (u + r, v + r)]
    assert isinstance(curve, Segment)
    points = [curve.start, curve.end]
    if curve.mid is not None:
        center, radius = arc_center(curve)
        sweep = arc_sweep(curve)
        first = math.atan2(curve.start[1] - center[1], curve.start[0] - center[0])
        for quarter in range(4):
            angle = quarter * math.pi / 2
            along = (angle - first) % (2 * math.pi) if sweep > 0 else (first - angle) % (2 * math.pi)
            if along <= abs(sweep):
                points.append((center[0] + radius * math.cos(angle), center[1] + radius * math.sin(angle)))
    return points
