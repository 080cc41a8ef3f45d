"""Minimal JSON of Text2CAD and CADmium.

Euler angles [a, b, c] in degrees mean R = Rx(c)·Ry(b)·Rz(a); the rows of R are the sketch's x axis, y axis
and normal. ``sketch_scale`` repeats the size of the sketch and is no factor. Loops are in no particular
order. Lengths are normalised (the largest extent is 0.75), so the document says ``unit``. NewBody is fused
with what is there, as the data sets do: here a new body that touches earlier ones joins them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from .entities import DEAD_CUT, MODES
from .extrusions import MAX_EXTRUSIONS, Extrusion, Face, Writer, check_curves
from .frames import Frame, Vector, common_pose
from .geometry2d import Circle, Curve, OpenLoop, Segment
from .numbers import plainness
from .reader import Imported, Node, Notes

FORMAT = "minimal"

#: Published files hold four decimals, so two roundings can be 1e-4 apart.
TOLERANCE = 2e-4


def frame_of(angles: list[float], origin: Vector) -> Frame:
    """The sketch frame that Euler angles in degrees and a translation mean."""
    (ca, sa), (cb, sb), (cc, sc) = ((math.cos(math.radians(x)), math.sin(math.radians(x))) for x in angles)
    rows: tuple[Vector, Vector, Vector] = (
        (cb * ca, -cb * sa, sb),
        (cc * sa + sc * sb * ca, cc * ca - sc * sb * sa, -sc * cb),
        (sc * sa - cc * sb * ca, sc * ca + cc * sb * sa, cc * cb),
    )
    return Frame(origin, *rows)


def read(value: Any, name: str = "input") -> Imported:
    """Convert parsed minimal JSON.

    Raises:
        InputError: something is missing or of the wrong kind; the message names the place.
    """
    root, notes = Node(value, name=name), Notes()
    nodes = root["parts"].items()
    if len(nodes) > MAX_EXTRUSIONS:
        raise root["parts"].fail(f"{len(nodes)} parts, the limit is {MAX_EXTRUSIONS}")
    parts = [_extrusion(part) for _, part in nodes]
    writer = Writer(_precision(parts), pose=common_pose([part.frame for part in parts]))
    for (_, part), extrusion in zip(nodes, parts, strict=True):
        extrusion.frame = writer.upright(extrusion.frame)
        if extrusion.mode == "new" and writer.meets(extrusion, TOLERANCE):
            extrusion.mode = "join"
        if not writer.operations:
            if extrusion.mode in ("cut", "intersect"):
                notes.unsupported(
                    part, f"the first part is a {extrusion.mode}, with nothing before it to act on"
                )
                continue
            extrusion.mode = "new"
        if extrusion.end - extrusion.start <= writer.noise:
            notes.unsupported(part["extrusion"], "an extrusion of depth 0 makes no solid")
            continue
        try:
            if not writer.add(extrusion):
                notes.unused(part, DEAD_CUT)
        except OpenLoop as error:
            notes.unsupported(part["sketch"], f"a loop does not close: {error}")
    if not writer.operations:
        raise root.fail(
            "no part that makes a solid" + (f": {notes.findings[0].message}" if notes.findings else "")
        )
    return Imported(writer.document("unit"), tuple(notes.findings), FORMAT)


def _precision(parts: Sequence[Extrusion]) -> float:
    """How far points may be apart that mean the same: two units in the last place that the file holds."""
    curves = [curve for part in parts for face in part.faces for loop in face.loops for curve in loop]
    ends = [point for curve in curves if isinstance(curve, Segment) for point in (curve.start, curve.end)]
    places = max((plainness(x) for point in ends for x in point), default=0)
    return min(TOLERANCE, 2 * 10.0**-places)


def _extrusion(part: Node) -> Extrusion:
    system, depth = part["coordinate_system"], part["extrusion"]
    x, y, z = system["Translation Vector"].numbers(3)
    operation = depth["operation"].text()
    if operation not in MODES:
        raise depth["operation"].fail(f"unknown operation {operation!r}")
    forward = depth["extrude_depth_towards_normal"].number()
    backward = depth["extrude_depth_opposite_normal"].number()
    faces = [
        Face(tuple(tuple(_curve(key, curve) for key, curve in loop.items()) for _, loop in face.items()))
        for _, face in part["sketch"].items()
    ]
    check_curves(part["sketch"], faces)
    frame = frame_of(system["Euler Angles"].numbers(3), (x, y, z))
    start, end = sorted((-backward, forward))
    return Extrusion(MODES[operation], frame, faces, start, end)


def _curve(key: str, node: Node) -> Curve:
    def point(name: str) -> tuple[float, float]:
        x, y = node[name].numbers(2)
        return x, y

    kind = key.split("_")[0]
    if kind == "line":
        return Segment(point("Start Point"), point("End Point"))
    if kind == "arc":
        return Segment(point("Start Point"), point("End Point"), point("Mid Point"))
    if kind == "circle":
        radius = node["Radius"].number()
        if radius <= 0:
            raise node["Radius"].fail("a circle needs a radius above 0")
        return Circle(point("Center"), radius)
    raise node.fail(f"unknown curve {key!r}")
