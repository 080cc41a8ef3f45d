"""Minimal JSON of Text2CAD and CADmium.

Euler angles [a, b, c] in degrees mean R = Rx(c)·Ry(b)·Rz(a); the rows of R are the sketch's x axis, y axis
and normal. ``sketch_scale`` repeats the size of the sketch and is no factor. Loops are in no particular
order. Lengths are normalised (the largest extent is 0.75), so the document says ``unit``. NewBody is fused
with what is there, as the data sets do: here a new body that touches earlier ones joins them.
"""

from __future__ import annotations

import math
from typing import Any

from .entities import MODES
from .extrusions import Extrusion, Face, Writer
from .frames import Frame, Vector, dot
from .geometry2d import Circle, Curve, Loop, OpenLoop, Segment, flatten
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
    writer = Writer(TOLERANCE)
    boxes: list[tuple[Vector, Vector]] = []
    for _, part in root["parts"].items():
        extrusion = _extrusion(part)
        box = _box(extrusion)
        if extrusion.mode == "new" and any(_touch(box, other) for other in boxes):
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
            writer.add(extrusion)
        except OpenLoop as error:
            notes.unsupported(part["sketch"], f"a loop does not close: {error}")
            continue
        if extrusion.mode != "cut":
            boxes.append(box)
    if not writer.operations:
        raise root.fail(
            "no part that makes a solid" + (f": {notes.findings[0].message}" if notes.findings else "")
        )
    return Imported({"units": "unit", "operations": writer.operations}, tuple(notes.findings), FORMAT)


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


def _box(extrusion: Extrusion) -> tuple[Vector, Vector]:
    """The world box around an extrusion (of its frame's box, so never too small)."""
    points = [p for face in extrusion.faces for loop in face.loops for p in _extremes(loop)]
    us, vs = [p[0] for p in points], [p[1] for p in points]
    frame, corners = extrusion.frame, []
    for u in (min(us), max(us)):
        for v in (min(vs), max(vs)):
            for n in (extrusion.start, extrusion.end):
                corners.append(
                    [frame.origin[i] + dot((u, v, n), (frame.u[i], frame.v[i], frame.n[i])) for i in range(3)]
                )
    low, high = ([pick(c[i] for c in corners) for i in range(3)] for pick in (min, max))
    return (low[0], low[1], low[2]), (high[0], high[1], high[2])


def _extremes(loop: tuple[Curve, ...]) -> list[tuple[float, float]]:
    return [
        p
        for curve in loop
        for p in (*flatten(Loop((curve,))), *((curve.end,) if isinstance(curve, Segment) else ()))
    ]


def _touch(a: tuple[Vector, Vector], b: tuple[Vector, Vector]) -> bool:
    return all(a[0][i] <= b[1][i] + TOLERANCE and b[0][i] <= a[1][i] + TOLERANCE for i in range(3))
