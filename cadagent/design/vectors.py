"""Points, directions and frames in plain Python floats (millimetres)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

Vector = tuple[float, float, float]
Point = tuple[float, float]
X: Vector = (1.0, 0.0, 0.0)
Y: Vector = (0.0, 1.0, 0.0)
Z: Vector = (0.0, 0.0, 1.0)
ORIGIN: Vector = (0.0, 0.0, 0.0)


def add(a: Sequence[float], b: Sequence[float], factor: float = 1.0) -> Vector:
    """a + factor · b."""
    return (a[0] + factor * b[0], a[1] + factor * b[1], a[2] + factor * b[2])


def dot(a: Sequence[float], b: Sequence[float]) -> float:
    """Scalar product."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def cross(a: Sequence[float], b: Sequence[float]) -> Vector:
    """Vector product."""
    return (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])


def minus(a: Sequence[float]) -> Vector:
    """−a, without negative zeros."""
    return (0.0 - a[0], 0.0 - a[1], 0.0 - a[2])


def unit(a: Sequence[float]) -> Vector:
    """a scaled to length one; raises ZeroDivisionError for the zero vector."""
    length = math.sqrt(dot(a, a))
    return (a[0] / length, a[1] / length, a[2] / length)


def cos_sin(degrees: float) -> tuple[float, float]:
    """Cosine and sine of an angle in degrees, exact at the quarter turns."""
    quarter, rest = divmod(degrees, 90.0)
    if rest == 0.0:
        return ((1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0))[int(quarter) % 4]
    return math.cos(math.radians(degrees)), math.sin(math.radians(degrees))


def turn(point: Sequence[float], degrees: float, about: Sequence[float] = (0.0, 0.0)) -> Point:
    """A 2-D point turned counter-clockwise about another."""
    c, s = cos_sin(degrees)
    x, y = point[0] - about[0], point[1] - about[1]
    return (about[0] + c * x - s * y, about[1] + s * x + c * y)


def rotation(axis: Sequence[float], degrees: float) -> tuple[Vector, Vector, Vector]:
    """Rows of the rotation matrix about a unit axis (Rodrigues' formula)."""
    c, s = cos_sin(degrees)
    x, y, z = axis
    d = 1.0 - c
    return (
        (c + x * x * d, x * y * d - z * s, x * z * d + y * s),
        (y * x * d + z * s, c + y * y * d, y * z * d - x * s),
        (z * x * d - y * s, z * y * d + x * s, c + z * z * d),
    )


def apply(rows: Sequence[Sequence[float]], a: Sequence[float]) -> Vector:
    """Matrix (rows) times vector."""
    return (dot(rows[0], a), dot(rows[1], a), dot(rows[2], a))


@dataclass(frozen=True)
class Frame:
    """A right-handed orthonormal frame: origin (mm) and unit directions u, v, n = u × v."""

    origin: Vector = ORIGIN
    u: Vector = X
    v: Vector = Y
    n: Vector = Z

    def point(self, u: float, v: float, n: float = 0.0) -> Vector:
        """The world point with the given coordinates in this frame."""
        return add(add(add(self.origin, self.u, u), self.v, v), self.n, n)

    def direction(self, u: float, v: float, n: float = 0.0) -> Vector:
        """The world direction with the given coordinates in this frame."""
        return add(add(add(ORIGIN, self.u, u), self.v, v), self.n, n)

    def moved(self, u: float = 0.0, v: float = 0.0, n: float = 0.0) -> Frame:
        """The same directions at another origin."""
        return Frame(self.point(u, v, n), self.u, self.v, self.n)

    def turned(self, angles: Sequence[float]) -> Frame:
        """The frame turned about its own u, then v, then normal as they stood (extrinsic), in degrees."""
        columns = [X, Y, Z]
        for axis, angle in zip((X, Y, Z), angles, strict=True):
            turned_by = rotation(axis, angle)
            columns = [apply(turned_by, column) for column in columns]
        u, v, n = (self.direction(*column) for column in columns)
        return Frame(self.origin, u, v, n)

    def coordinates(self, point: Sequence[float]) -> Vector:
        """The coordinates in this frame of a world point."""
        offset = add(point, self.origin, -1.0)
        return (dot(offset, self.u), dot(offset, self.v), dot(offset, self.n))

    def within(self, inner: Frame) -> Frame:
        """``inner``, whose coordinates are in this frame, in world coordinates."""
        return Frame(
            self.point(*inner.origin),
            self.direction(*inner.u),
            self.direction(*inner.v),
            self.direction(*inner.n),
        )


PLANES = {"xy": Frame(), "xz": Frame(ORIGIN, X, Z, (0.0, -1.0, 0.0)), "yz": Frame(ORIGIN, Y, Z, X)}
