"""Sketch frames of foreign files as CAD JSON says them: a base plane, an offset or origin, a rotation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .numbers import Point, tidy

Vector = tuple[float, float, float]

#: u, v and normal of the base planes.
PLANES: dict[str, tuple[Vector, Vector, Vector]] = {
    "xy": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "xz": ((1, 0, 0), (0, 0, 1), (0, -1, 0)),
    "yz": ((0, 1, 0), (0, 0, 1), (1, 0, 0)),
}

#: A unit vector whose other components stay below this lies along an axis (1e-6 mm at 100 mm).
AXIS = 1e-8


def dot(a: Sequence[float], b: Sequence[float]) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True))


def cross(a: Vector, b: Vector) -> Vector:
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


@dataclass(frozen=True)
class Frame:
    """Origin and axes of a sketch in world coordinates; axes are unit vectors, right-handed."""

    origin: Vector
    u: Vector
    v: Vector
    n: Vector

    def faults(self, tolerance: float = 1e-5) -> str | None:
        """Why these are no axes of a right-handed frame, or None."""
        for name, axis in (("x", self.u), ("y", self.v), ("z", self.n)):
            if abs(dot(axis, axis) - 1) > tolerance:
                return f"the {name} axis is not of length 1"
        if abs(dot(self.u, self.v)) > tolerance or abs(dot(self.u, self.n)) > tolerance:
            return "the axes are not at right angles"
        if dot(cross(self.u, self.v), self.n) < 0.5:
            return "the axes are left-handed"
        return None


@dataclass(frozen=True)
class Placement:
    """How CAD JSON places a sketch.

    ``keys`` are the placement keys in their order. Coordinates (x, y) of the source become
    ``shift + x·ex + y·ey`` in the placed sketch; with ``flipped`` its normal is the source's, reversed.
    """

    keys: dict[str, Any]
    shift: Point
    ex: Point
    ey: Point
    flipped: bool

    def point(self, point: Point) -> Point:
        return (
            self.shift[0] + point[0] * self.ex[0] + point[1] * self.ey[0],
            self.shift[1] + point[0] * self.ex[1] + point[1] * self.ey[1],
        )


def common_pose(frames: Sequence[Frame]) -> Frame | None:
    """The first frame, where the part stands tilted as a whole: then it is better drawn upright and turned.

    That is so when all normals run along the axes of the first frame and one of them along none of the world.
    Positions in tilted frames are rounded, so that faces that should touch would not.
    """
    if len(frames) < 2 or not any(_tilted(frame.n, PLANES["xy"]) for frame in frames):
        return None
    first = frames[0]
    aligned = all(not _tilted(frame.n, (first.u, first.v, first.n)) for frame in frames)
    return first if aligned else None


def _tilted(direction: Vector, axes: tuple[Vector, Vector, Vector]) -> bool:
    return all(math.hypot(*cross(direction, axis)) >= AXIS for axis in axes)


def upright(frame: Frame, pose: Frame) -> Frame:
    """A frame as seen from another one."""

    def seen(vector: Sequence[float]) -> Vector:
        return dot(vector, pose.u), dot(vector, pose.v), dot(vector, pose.n)

    origin = seen([a - b for a, b in zip(frame.origin, pose.origin, strict=True)])
    return Frame(origin, seen(frame.u), seen(frame.v), seen(frame.n))


def pose_operations(pose: Frame, noise: float = 5e-7) -> list[dict[str, Any]]:
    """Transforms that bring a part drawn upright into its pose."""
    angles = rotation_angles(PLANES["xy"], pose)
    operations: list[dict[str, Any]] = [
        {"op": "rotate", "axis": axis, "angle": tidy(angle, 1e-7)}
        for axis, angle in zip("xyz", angles, strict=True)
        if tidy(angle, 1e-7)
    ]
    shift = [tidy(x, noise) for x in pose.origin]
    return operations + ([{"op": "move", "by": shift}] if any(shift) else [])


def rotation_angles(base: tuple[Vector, Vector, Vector], frame: Frame) -> Vector:
    """Degrees about the base plane's own u, v and normal, in that order, that turn it into the frame.

    The rotation matrix in the plane's own axes is Rz·Ry·Rx; at ry = ±90° only the sum of rx and rz counts,
    and rx is taken as 0.
    """
    columns = (frame.u, frame.v, frame.n)
    m = [[dot(base[row], columns[column]) for column in range(3)] for row in range(3)]
    ry = math.asin(max(-1.0, min(1.0, -m[2][0])))
    if abs(m[2][0]) > 1 - 1e-12:
        rx, rz = 0.0, math.atan2(-m[0][1], m[1][1])
    else:
        rx, rz = math.atan2(m[2][1], m[2][2]), math.atan2(m[1][0], m[0][0])
    return math.degrees(rx), math.degrees(ry), math.degrees(rz)


def place(frame: Frame, offset: float = 0.0, noise: float = 5e-7) -> Placement:
    """A frame, moved by ``offset`` along its normal, as CAD JSON placement.

    A frame parallel to a base plane becomes that plane with an ``offset``; its turn and shift within the
    plane go into the coordinates, which then read as world coordinates. Any other becomes the nearest base
    plane with ``origin`` and ``rotation``.
    """
    origin = tuple(o + offset * n for o, n in zip(frame.origin, frame.n, strict=True))
    for name, (u, v, n) in PLANES.items():
        if max(abs(dot(u, frame.n)), abs(dot(v, frame.n))) < AXIS:
            keys: dict[str, Any] = {} if name == "xy" else {"plane": name}
            distance = tidy(dot(origin, n), noise)
            if distance != 0:
                keys["offset"] = distance
            exact = [_snapped((dot(axis, u), dot(axis, v))) for axis in (frame.u, frame.v)]
            return Placement(keys, (dot(origin, u), dot(origin, v)), exact[0], exact[1], dot(n, frame.n) < 0)
    name = max(PLANES, key=lambda plane: dot(PLANES[plane][2], frame.n))
    keys = {} if name == "xy" else {"plane": name}
    if any(tidy(o, noise) for o in origin):
        keys["origin"] = [tidy(o, noise) for o in origin]
    keys["rotation"] = [tidy(a, 1e-7) for a in rotation_angles(PLANES[name], frame)]
    return Placement(keys, (0.0, 0.0), (1.0, 0.0), (0.0, 1.0), False)


def _snapped(direction: Point) -> Point:
    """A unit direction, exactly along an axis where it is within ``AXIS`` of one."""
    if abs(direction[1]) < AXIS:
        return math.copysign(1.0, direction[0]), 0.0
    if abs(direction[0]) < AXIS:
        return 0.0, math.copysign(1.0, direction[1])
    return direction
