"""Exact plane geometry on loops of lines, arcs and circles: what contains a point, where loops merely touch.

Tangency cannot be judged on a tessellation: a circle's polygon touches nothing its circle touches. Ellipses
and splines are taken as fine polylines. Lengths are mm, angles radians.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from cadagent.design.outlines import arc_circle
from cadagent.design.vectors import Point

TOUCH = 1e-7  # mm; the kernel closes gaps of this size
_TURN = 2 * math.pi
_WORK = 2_000_000  # comparisons of pieces; about a second
_SLIVER = 1e-5  # between arcs that coincide but for rounding; true cusps are a hundred times wider


@dataclass(frozen=True)
class Piece:
    """A straight piece, or an arc when ``radius`` is above zero; ``box`` is u0, v0, u1, v1."""

    start: Point
    end: Point
    center: Point = (0.0, 0.0)
    radius: float = 0.0
    first: float = 0.0
    sweep: float = 0.0
    box: tuple[float, float, float, float] = field(init=False)

    def __post_init__(self) -> None:
        us, vs = [self.start[0], self.end[0]], [self.start[1], self.end[1]]
        for quarter in range(4) if self.radius else ():
            if self.spans(quarter * math.pi / 2):
                point = self.at(quarter * math.pi / 2)
                us.append(point[0])
                vs.append(point[1])
        object.__setattr__(self, "box", (min(us), min(vs), max(us), max(vs)))

    def at(self, angle: float) -> Point:
        """The point of the arc's circle at an angle."""
        return (
            self.center[0] + self.radius * math.cos(angle),
            self.center[1] + self.radius * math.sin(angle),
        )

    def spans(self, angle: float) -> bool:
        """Whether the arc passes this angle."""
        turned = (angle - self.first) % _TURN if self.sweep > 0 else (self.first - angle) % _TURN
        return turned <= abs(self.sweep) + 1e-12 or turned >= _TURN - 1e-12

    def distance(self, point: Point) -> float:
        """The distance of a point from the piece."""
        if self.radius:
            away = math.dist(point, self.center)
            if away and self.spans(math.atan2(point[1] - self.center[1], point[0] - self.center[0])):
                return abs(away - self.radius)
            return min(math.dist(point, self.start), math.dist(point, self.end))
        along = self.foot(point)
        return math.dist(
            point,
            (
                self.start[0] + along * (self.end[0] - self.start[0]),
                self.start[1] + along * (self.end[1] - self.start[1]),
            ),
        )

    def foot(self, point: Point) -> float:
        """Where on a straight piece a point is nearest: 0 at its start, 1 at its end."""
        du, dv = self.end[0] - self.start[0], self.end[1] - self.start[1]
        square = du * du + dv * dv
        if not square:
            return 0.0
        along = ((point[0] - self.start[0]) * du + (point[1] - self.start[1]) * dv) / square
        return min(1.0, max(0.0, along))

    def winding(self, point: Point) -> float:
        """The angle by which the piece turns about a point that is not on it."""
        au, av = self.start[0] - point[0], self.start[1] - point[1]
        bu, bv = self.end[0] - point[0], self.end[1] - point[1]
        turn = math.atan2(au * bv - av * bu, au * bu + av * bv)
        if not self.radius or math.dist(point, self.center) >= self.radius:
            return turn
        if abs(self.sweep) >= _TURN - 1e-12:
            return math.copysign(_TURN, self.sweep)
        chord = (self.end[0] - self.start[0], self.end[1] - self.start[1])
        side = chord[0] * -av - chord[1] * -au  # above zero: the point lies left of the chord
        beyond = side < 0 if self.sweep > 0 else side > 0  # between chord and arc
        return turn + math.copysign(_TURN, self.sweep) if beyond else turn


def pieces(curves: Sequence[Mapping[str, Any]]) -> list[Piece]:
    """The pieces of an outline of plain curves."""
    out: list[Piece] = []
    for curve in curves:
        kind = curve["curve"]
        if kind == "circle":
            (u, v), radius = curve["center"], curve["radius"]
            out.append(Piece((u + radius, v), (u + radius, v), (u, v), radius, 0.0, _TURN))
            continue
        if kind == "arc":
            try:
                center, radius, first, sweep = arc_circle(dict(curve))
            except ValueError:
                points = [tuple(curve["start"]), tuple(curve["end"])]
            else:
                turned = (math.radians(first), math.radians(sweep))
                out.append(Piece(tuple(curve["start"]), tuple(curve["end"]), center, radius, *turned))
                continue
        else:
            points = sampled(curve)
        out += [Piece(a, b) for a, b in pairwise(points) if a != b]
    return out


def sampled(curve: Mapping[str, Any], turn_steps: int = 256) -> list[Point]:
    """Points along a curve from its start to its end; a full circle takes ``turn_steps``."""
    kind = curve["curve"]
    if kind == "line":
        return [tuple(curve["start"]), tuple(curve["end"])]
    if kind == "spline":
        return _spline([tuple(point) for point in curve["points"]])
    if kind == "ellipse":
        (u, v), turned = curve["center"], math.radians(curve["angle"])
        c, s = math.cos(turned), math.sin(turned)
        points = []
        for index in range(turn_steps):
            angle = index * _TURN / turn_steps
            x, y = curve["rx"] * math.cos(angle), curve["ry"] * math.sin(angle)
            points.append((u + c * x - s * y, v + s * x + c * y))
        return [*points, points[0]]
    found = pieces([curve])
    if len(found) != 1 or not found[0].radius:
        return [tuple(curve["start"]), tuple(curve["end"])]
    piece = found[0]
    steps = max(2, math.ceil(abs(piece.sweep) / _TURN * turn_steps))
    inner = [piece.at(piece.first + piece.sweep * index / steps) for index in range(1, steps)]
    return [piece.start, *inner, piece.end]


def _spline(points: list[Point], steps: int = 16) -> list[Point]:
    """A smooth curve through points, cubic, tangents from the neighbours: near the kernel's own."""
    if len(points) < 3:
        return points
    knots = [0.0]
    for a, b in pairwise(points):
        knots.append(knots[-1] + max(math.dist(a, b), 1e-12))
    slopes = []
    for index in range(len(points)):
        low, high = max(0, index - 1), min(len(points) - 1, index + 1)
        span = knots[high] - knots[low]
        slopes.append(tuple((points[high][axis] - points[low][axis]) / span for axis in (0, 1)))
    out = [points[0]]
    for index, (a, b) in enumerate(pairwise(points)):
        h = knots[index + 1] - knots[index]
        for number in range(1, steps + 1):
            t = number / steps
            weights = (2 * t**3 - 3 * t**2 + 1, h * (t**3 - 2 * t**2 + t), 3 * t**2 - 2 * t**3)
            last = h * (t**3 - t**2)
            out.append(
                tuple(
                    weights[0] * a[axis]
                    + weights[1] * slopes[index][axis]
                    + weights[2] * b[axis]
                    + last * slopes[index + 1][axis]
                    for axis in (0, 1)
                )  # type: ignore[arg-type]  # two axes
            )
    return out


@dataclass(frozen=True)
class Loop:
    """One placed loop: what it encloses, less its inner outlines."""

    adds: bool
    outline: list[Piece]
    inner: list[list[Piece]]
    index: int

    def contains(self, point: Point) -> bool:
        """Whether a point that is on no boundary lies inside."""
        return _inside(self.outline, point) and not any(_inside(hole, point) for hole in self.inner)

    def boundary(self) -> Iterator[Piece]:
        """All pieces."""
        yield from self.outline
        for hole in self.inner:
            yield from hole

    def box(self) -> tuple[float, float, float, float]:
        """The box around the outline."""
        boxes = [piece.box for piece in self.outline]
        return (
            min(box[0] for box in boxes),
            min(box[1] for box in boxes),
            max(box[2] for box in boxes),
            max(box[3] for box in boxes),
        )


def _inside(outline: Sequence[Piece], point: Point) -> bool:
    return abs(sum(piece.winding(point) for piece in outline)) > math.pi


def touching(loops: Sequence[Loop]) -> Iterator[tuple[Loop, Loop, Point]]:
    """Pairs of loops that touch so that the region hangs together (or is parted) at a single point only.

    The region is the union of the loops that add minus that of the others. A point is such a pinch when a
    small circle about it enters and leaves the region more than once. Profiles of very many pieces are not
    searched to the end.
    """
    work = _WORK
    boxes = sorted(((loop.box(), loop) for loop in loops), key=lambda entry: entry[0][0])
    for place, (box, loop) in enumerate(boxes):
        for other_box, other in boxes[place + 1 :]:
            if other_box[0] > box[2] + TOUCH:
                break
            if not _near(box, other_box, TOUCH):
                continue
            work -= len(loop.outline) * len(other.outline)
            if work < 0:
                return
            radius = 2e-3 * min(max(b[2] - b[0], b[3] - b[1]) for b in (box, other_box))
            for point in _contacts(loop, other, other_box):
                around = (point[0] - radius, point[1] - radius, point[0] + radius, point[1] + radius)
                near = [entry for entry_box, entry in boxes if _near(entry_box, around, 0.0)]
                work -= len(boxes) + 10 * sum(len(entry.outline) for entry in near)
                if work < 0:
                    return
                if _pinched(point, radius, near):
                    first, second = sorted((loop, other), key=lambda entry: entry.index)
                    yield first, second, point
                    break


def _near(a: Sequence[float], b: Sequence[float], gap: float) -> bool:
    return a[0] <= b[2] + gap and b[0] <= a[2] + gap and a[1] <= b[3] + gap and b[1] <= a[3] + gap


def _contacts(loop: Loop, other: Loop, other_box: Sequence[float]) -> Iterator[Point]:
    """Points in which the boundaries of two loops touch; places where they cross may be among them."""
    mine = [piece for piece in loop.boundary() if _near(piece.box, other_box, TOUCH)]
    seen: set[Point] = set()
    for piece in other.boundary():
        for own in mine:
            if not _near(own.box, piece.box, TOUCH):
                continue
            for point in _touches(own, piece):
                rounded = (round(point[0], 6), round(point[1], 6))
                if rounded not in seen:
                    seen.add(rounded)
                    yield point


def _touches(a: Piece, b: Piece) -> Iterator[Point]:
    for one, two in ((a, b), (b, a)):
        if not (one.radius and abs(one.sweep) >= _TURN - 1e-12):
            yield from (point for point in (one.start, one.end) if two.distance(point) <= TOUCH)
    for one, two in ((a, b), (b, a)):
        if not one.radius:
            continue
        if two.radius:
            away = math.dist(one.center, two.center)
            angle = math.atan2(two.center[1] - one.center[1], two.center[0] - one.center[0])
            angles = [angle, angle + math.pi] if away > TOUCH else []
        else:
            along = two.foot(one.center)
            foot = tuple(two.start[axis] + along * (two.end[axis] - two.start[axis]) for axis in (0, 1))
            angles = [math.atan2(foot[1] - one.center[1], foot[0] - one.center[0])]
        for angle in angles:
            if one.spans(angle) and two.distance(one.at(angle)) <= TOUCH:
                yield one.at(angle)


def _pinched(point: Point, radius: float, near: Sequence[Loop]) -> bool:
    """Whether a small circle about a point enters the region of the loops near it more than once."""
    around = (point[0] - radius, point[1] - radius, point[0] + radius, point[1] + radius)
    cuts = sorted(
        {
            angle % _TURN
            for loop in near
            for piece in loop.boundary()
            if _near(piece.box, around, 0.0)
            for angle in _crossings(piece, point, radius)
        }
    )
    inside = []
    for index, angle in enumerate(cuts):
        following = cuts[(index + 1) % len(cuts)] + (_TURN if index == len(cuts) - 1 else 0.0)
        if following - angle < _SLIVER:
            continue
        middle = (angle + following) / 2
        probe = (point[0] + radius * math.cos(middle), point[1] + radius * math.sin(middle))
        holes = any(not loop.adds and loop.contains(probe) for loop in near)
        inside.append(not holes and any(loop.adds and loop.contains(probe) for loop in near))
    return sum(a != b for a, b in zip(inside, inside[1:] + inside[:1], strict=True)) > 2


def _crossings(piece: Piece, point: Point, radius: float) -> Iterator[float]:
    """The angles about a point at which a small circle meets a piece."""
    if piece.radius:
        du, dv = piece.center[0] - point[0], piece.center[1] - point[1]
        away = math.hypot(du, dv)
        if not abs(piece.radius - radius) < away < piece.radius + radius:
            return
        towards = math.atan2(dv, du)
        cosine = (away * away + radius * radius - piece.radius * piece.radius) / (2 * away * radius)
        swing = math.acos(max(-1.0, min(1.0, cosine)))
        for angle in (towards - swing, towards + swing):
            u, v = point[0] + radius * math.cos(angle), point[1] + radius * math.sin(angle)
            if piece.spans(math.atan2(v - piece.center[1], u - piece.center[0])):
                yield angle
        return
    du, dv = piece.end[0] - piece.start[0], piece.end[1] - piece.start[1]
    fu, fv = piece.start[0] - point[0], piece.start[1] - point[1]
    a, b, c = du * du + dv * dv, fu * du + fv * dv, fu * fu + fv * fv - radius * radius
    root = b * b - a * c
    if a <= 0 or root <= 0:
        return
    for sign in (-1, 1):
        along = (-b + sign * math.sqrt(root)) / a
        if -1e-12 <= along <= 1 + 1e-12:
            yield math.atan2(fv + along * dv, fu + along * du)
