"""Plane curves of foreign sketches: chaining them to closed loops, merging neighbours, nesting.

A curve is a :class:`Segment` (straight, or an arc through ``mid``), or a whole :class:`Circle` or
:class:`Ellipse`. All lengths are in the unit of the document that is being written; ``tolerance`` is how far
two points of the source may lie apart and still mean the same point.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from .numbers import Point


@dataclass(frozen=True)
class Segment:
    """A line from ``start`` to ``end``, or the arc through ``mid`` when that is given."""

    start: Point
    end: Point
    mid: Point | None = None

    def reversed(self) -> Segment:
        return Segment(self.end, self.start, self.mid)


@dataclass(frozen=True)
class Circle:
    center: Point
    radius: float


@dataclass(frozen=True)
class Ellipse:
    """Half axes ``rx`` and ``ry``; ``angle`` turns the first from +u, in degrees."""

    center: Point
    rx: float
    ry: float
    angle: float


Curve = Segment | Circle | Ellipse


@dataclass(frozen=True)
class Loop:
    """A closed outline: one circle or ellipse, or segments of which each starts where the last one ends."""

    curves: tuple[Curve, ...]

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The curves, where the loop is made of segments; empty for a circle or an ellipse."""
        return tuple(curve for curve in self.curves if isinstance(curve, Segment))


@dataclass
class Region:
    """One face of a sketch: an outline and the holes in it."""

    outer: Loop
    holes: list[Loop] = field(default_factory=list)


class OpenLoop(ValueError):
    """Curves do not close to a loop; ``args[0]`` says where."""


def distance(a: Point, b: Point) -> float:
    return math.hypot(a[0] - b[0], a[1] - b[1])


def arc_center(arc: Segment) -> tuple[Point, float]:
    """Centre and radius of the circle through the three points of an arc."""
    assert arc.mid is not None
    (ax, ay), (bx, by), (cx, cy) = arc.start, arc.mid, arc.end
    # Relative to the first point, so that far-away arcs lose no digits.
    bx, by, cx, cy = bx - ax, by - ay, cx - ax, cy - ay
    twice = 2 * (bx * cy - by * cx)
    if twice == 0:
        raise OpenLoop("an arc has its three points on one line")
    b2, c2 = bx * bx + by * by, cx * cx + cy * cy
    x, y = (cy * b2 - by * c2) / twice, (bx * c2 - cx * b2) / twice
    return (ax + x, ay + y), math.hypot(x, y)


def arc_sweep(arc: Segment) -> float:
    """Signed angle of an arc in radians, positive counter-clockwise."""
    center, _ = arc_center(arc)
    assert arc.mid is not None
    start, mid, end = (math.atan2(p[1] - center[1], p[0] - center[0]) for p in (arc.start, arc.mid, arc.end))
    forward = (end - start) % (2 * math.pi)
    return forward if (mid - start) % (2 * math.pi) <= forward else forward - 2 * math.pi


def flatten(loop: Loop, steps: int = 24) -> list[Point]:
    """A polygon along the loop, arcs and circles in chords; for areas and containment only."""
    points: list[Point] = []
    for curve in loop.curves:
        if isinstance(curve, Circle):
            curve = Ellipse(curve.center, curve.radius, curve.radius, 0)
        if isinstance(curve, Ellipse):
            turn = math.radians(curve.angle)
            for step in range(2 * steps):
                angle = math.pi * step / steps
                x, y = curve.rx * math.cos(angle), curve.ry * math.sin(angle)
                points.append(
                    (
                        curve.center[0] + x * math.cos(turn) - y * math.sin(turn),
                        curve.center[1] + x * math.sin(turn) + y * math.cos(turn),
                    )
                )
        elif curve.mid is None:
            points.append(curve.start)
        else:
            center, radius = arc_center(curve)
            start = math.atan2(curve.start[1] - center[1], curve.start[0] - center[0])
            sweep = arc_sweep(curve)
            for step in range(steps):
                angle = start + sweep * step / steps
                points.append((center[0] + radius * math.cos(angle), center[1] + radius * math.sin(angle)))
    return points


def signed_area(points: Sequence[Point]) -> float:
    """Area of a polygon, positive counter-clockwise."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(points, [*points[1:], *points[:1]], strict=True)) / 2


def contains(points: Sequence[Point], point: Point) -> bool:
    """Whether a point lies inside a polygon (even-odd rule)."""
    inside = False
    for a, b in zip(points, [*points[1:], *points[:1]], strict=True):
        if (a[1] > point[1]) != (b[1] > point[1]):
            crossing = a[0] + (point[1] - a[1]) * (b[0] - a[0]) / (b[1] - a[1])
            inside ^= point[0] < crossing
    return inside


def inner_point(points: Sequence[Point]) -> Point:
    """A point well inside a polygon: middle of the widest span at a level that misses all corners."""
    heights = sorted({round(p[1], 9) for p in points})
    gaps = [(b - a, (a + b) / 2) for a, b in pairwise(heights)]
    if not gaps:
        return points[0]
    level = max(gaps)[1]
    crossings = sorted(
        a[0] + (level - a[1]) * (b[0] - a[0]) / (b[1] - a[1])
        for a, b in zip(points, [*points[1:], *points[:1]], strict=True)
        if (a[1] > level) != (b[1] > level)
    )
    spans = [(b - a, (a + b) / 2) for a, b in zip(crossings[::2], crossings[1::2], strict=False)]
    return (max(spans)[1], level) if spans else points[0]


def chain(curves: Iterable[Curve], tolerance: float) -> list[Loop]:
    """Closed loops from curves in any order and direction.

    Raises:
        OpenLoop: an end meets no other end, or more than one.
    """
    loops: list[Loop] = []
    rest: list[Segment] = []
    for curve in curves:
        if not isinstance(curve, Segment):
            loops.append(Loop((curve,)))
        elif curve.mid is not None or distance(curve.start, curve.end) > tolerance:
            rest.append(curve)
    ends = [point for segment in rest for point in (segment.start, segment.end)]
    for point in ends:
        meeting = sum(distance(point, other) <= tolerance for other in ends)
        if meeting != 2:
            problem = "meets no other curve" if meeting < 2 else f"is the end of {meeting} curves"
            raise OpenLoop(f"the point ({point[0]:.6g}, {point[1]:.6g}) {problem}")
    while rest:
        run = [rest.pop(0)]
        while distance(run[-1].end, run[0].start) > tolerance:
            position = next(
                i
                for i, segment in enumerate(rest)
                if min(distance(segment.start, run[-1].end), distance(segment.end, run[-1].end)) <= tolerance
            )
            segment = rest.pop(position)
            ahead = distance(segment.start, run[-1].end) <= tolerance
            segment = segment if ahead else segment.reversed()
            run.append(Segment(run[-1].end, segment.end, segment.mid))
        run[-1] = Segment(run[-1].start, run[0].start, run[-1].mid)
        loops.append(simplify(Loop(tuple(run)), tolerance))
    return loops


def _joined(first: Segment, second: Segment, tolerance: float) -> Segment | None:
    """One segment instead of two, where the second goes on along the first's line or circle."""
    if first.mid is None and second.mid is None:
        length = distance(first.start, second.end)
        if length <= tolerance:
            return None
        across = (
            (first.end[0] - first.start[0]) * (second.end[1] - first.start[1])
            - (first.end[1] - first.start[1]) * (second.end[0] - first.start[0])
        ) / length
        onward = (first.end[0] - first.start[0]) * (second.end[0] - second.start[0]) + (
            first.end[1] - first.start[1]
        ) * (second.end[1] - second.start[1])
        return Segment(first.start, second.end) if abs(across) <= tolerance and onward > 0 else None
    if first.mid is not None and second.mid is not None:
        (c1, r1), (c2, r2) = arc_center(first), arc_center(second)
        sweeps = arc_sweep(first), arc_sweep(second)
        same = distance(c1, c2) <= tolerance and abs(r1 - r2) <= tolerance and sweeps[0] * sweeps[1] > 0
        total = sum(sweeps)
        if same and abs(total) < 2 * math.pi - 1e-6:
            angle = math.atan2(first.start[1] - c1[1], first.start[0] - c1[0]) + total / 2
            return Segment(
                first.start, second.end, (c1[0] + r1 * math.cos(angle), c1[1] + r1 * math.sin(angle))
            )
    return None


def simplify(loop: Loop, tolerance: float) -> Loop:
    """The same outline without needless corners: collinear lines, and arcs of one circle, become one."""
    segments = list(loop.segments)
    if all(s.mid is not None for s in segments):
        circles = [arc_center(s) for s in segments]
        center, radius = circles[0]
        if (
            all(distance(c, center) <= tolerance and abs(r - radius) <= tolerance for c, r in circles)
            and abs(abs(sum(arc_sweep(s) for s in segments)) - 2 * math.pi) < 1e-6
        ):
            return Loop((Circle(center, radius),))
    index = 0
    while len(segments) > 2 and index < len(segments):
        following = (index + 1) % len(segments)
        merged = _joined(segments[index], segments[following], tolerance)
        if merged is None:
            index += 1
            continue
        segments[index] = merged
        del segments[following]
        index = max(0, min(index, len(segments) - 1) - 1)
    return Loop(tuple(segments))


def _same_curve(a: Curve, b: Curve, tolerance: float) -> bool:
    if isinstance(a, Circle) and isinstance(b, Circle):
        return distance(a.center, b.center) <= tolerance and abs(a.radius - b.radius) <= tolerance
    if not (isinstance(a, Segment) and isinstance(b, Segment)):
        return a == b
    if distance(a.start, b.start) > tolerance:
        b = b.reversed()
    if distance(a.start, b.start) > tolerance or distance(a.end, b.end) > tolerance:
        return False
    if a.mid is None or b.mid is None:
        return a.mid is b.mid
    return distance(a.mid, b.mid) <= 2 * tolerance


def _split_circles(faces: Sequence[Sequence[Sequence[Curve]]], tolerance: float) -> list[list[list[Curve]]]:
    """Circles as arcs between the ends of arcs that run on them, so that shared stretches can be told."""
    arcs = [
        c for face in faces for loop in face for c in loop if isinstance(c, Segment) and c.mid is not None
    ]

    def pieces(curve: Curve) -> list[Curve]:
        if not isinstance(curve, Circle):
            return [curve]
        ends: list[tuple[float, Point]] = []
        for arc in arcs:
            assert arc.mid is not None
            if all(
                abs(distance(p, curve.center) - curve.radius) <= tolerance
                for p in (arc.start, arc.mid, arc.end)
            ):
                ends += [
                    (math.atan2(p[1] - curve.center[1], p[0] - curve.center[0]), p)
                    for p in (arc.start, arc.end)
                ]
        ends = sorted(set(ends))
        apart = [e for i, e in enumerate(ends) if i == 0 or distance(e[1], ends[i - 1][1]) > tolerance]
        if len(apart) < 2:
            return [curve]
        found: list[Curve] = []
        for (first, start), (last, end) in zip(apart, [*apart[1:], apart[0]], strict=True):
            middle = first + ((last - first) % (2 * math.pi)) / 2
            mid = (
                curve.center[0] + curve.radius * math.cos(middle),
                curve.center[1] + curve.radius * math.sin(middle),
            )
            found.append(Segment(start, end, mid))
        return found

    return [[[piece for curve in loop for piece in pieces(curve)] for loop in face] for face in faces]


def merged_regions(faces: Sequence[Sequence[Sequence[Curve]]], tolerance: float) -> list[Region]:
    """Regions covered by disjoint faces (each a list of loops, each a list of curves): shared edges vanish.

    Faces of one sketch do not overlap, so a curve that occurs twice separates two of them and is inside the
    whole. Where the leftover curves do not chain uniquely (faces touching in a point), faces stay apart.
    """
    kept: list[Curve] = []
    faces = _split_circles(faces, tolerance)
    for face in faces:
        for loop in face:
            for curve in loop:
                twin = next((i for i, other in enumerate(kept) if _same_curve(curve, other, tolerance)), None)
                if twin is None:
                    kept.append(curve)
                else:
                    del kept[twin]
    try:
        return nest(chain(kept, tolerance))
    except OpenLoop:
        return [
            region for face in faces for region in nest([x for loop in face for x in chain(loop, tolerance)])
        ]


def nest(loops: Sequence[Loop]) -> list[Region]:
    """Regions from loops by nesting depth: even depth is material, odd depth a hole of the loop around it."""
    polygons = [flatten(loop) for loop in loops]
    areas = [abs(signed_area(polygon)) for polygon in polygons]
    probes = [inner_point(polygon) for polygon in polygons]
    around = [
        [j for j in range(len(loops)) if j != i and areas[j] > areas[i] and contains(polygons[j], probes[i])]
        for i in range(len(loops))
    ]
    regions = {i: Region(loops[i]) for i in range(len(loops)) if len(around[i]) % 2 == 0}
    for i in range(len(loops)):
        if i not in regions:
            parent = min((j for j in around[i] if j in regions), key=lambda j: areas[j])
            regions[parent].holes.append(loops[i])
    return list(regions.values())


def separate_islands(regions: Sequence[Region]) -> list[list[Region]]:
    """Groups of regions in which none lies in a hole of another: each can be one CAD JSON profile.

    A profile is the union of its adds less the union of its holes, so material inside a hole needs its own.
    """
    groups: list[list[Region]] = []
    for region in sorted(regions, key=lambda r: -abs(signed_area(flatten(r.outer)))):
        probe = inner_point(flatten(region.outer))
        for group in groups:
            if not any(contains(flatten(hole), probe) for other in group for hole in other.holes):
                group.append(region)
                break
        else:
            groups.append([region])
    return groups
