"""Loops as a person would write them: rectangles, slots, regular polygons, circles; grids and polar patterns.

The result are loop objects of compact CAD JSON (keys in its fixed order). What is nothing special becomes a
``polyline`` (straight edges only) or a ``path``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from .geometry2d import (
    Circle,
    Ellipse,
    Loop,
    Region,
    Segment,
    arc_center,
    arc_sweep,
    distance,
    flatten,
    signed_area,
)
from .numbers import PLACES, Point, plainness, recovered, tidy, tidy_point

JsonObject = dict[str, Any]

#: Order of the keys that every shape may carry, behind its own.
TAIL = ("role", "at", "rotate", "repeat")


def _placed(shape: JsonObject, center: Point, rotate: float, noise: float) -> JsonObject:
    """Add ``at`` and ``rotate`` where they are not zero."""
    at = tidy_point(center, noise)
    if at != [0, 0]:
        shape["at"] = at
    if tidy(rotate) != 0:
        shape["rotate"] = tidy(rotate)
    return shape


def _direction(segment: Segment) -> float:
    return math.degrees(math.atan2(segment.end[1] - segment.start[1], segment.end[0] - segment.start[0]))


def _size(segment: Segment) -> float:
    return distance(segment.start, segment.end)


def _middle(points: Sequence[Point]) -> Point:
    return sum(p[0] for p in points) / len(points), sum(p[1] for p in points) / len(points)


def _counter_clockwise(loop: Loop) -> list[Segment]:
    segments = list(loop.segments)
    if signed_area(flatten(loop)) < 0:
        segments = [segment.reversed() for segment in reversed(segments)]
    return segments


def _quarter(angle: float, period: float = 90.0) -> float:
    """The turn nearest to zero that means the same for a shape repeating every ``period`` degrees."""
    turn = (angle + period / 2) % period - period / 2
    return 0.0 if abs(turn) < 1e-6 else turn


def _rectangle(sides: Sequence[Segment], center: Point, radius: float, noise: float) -> JsonObject:
    """A rectangle from two neighbouring sides (already at full length), its centre and its corner radius."""
    width, height, angle = _size(sides[0]), _size(sides[1]), _direction(sides[0])
    turn = _quarter(angle)
    if round((angle - turn) / 90) % 2:
        width, height = height, width
    if tidy(width, noise) == tidy(height, noise):
        shape: JsonObject = {"shape": "square", "side": tidy(width, noise)}
    else:
        shape = {"shape": "rectangle", "size": [tidy(width, noise), tidy(height, noise)]}
    if radius:
        shape["corner_radius"] = tidy(radius, noise)
    return _placed(shape, center, turn, noise)


def _is_rectangle(corners: Sequence[Point], tolerance: float) -> bool:
    a, b, c, d = corners
    return (
        distance((a[0] + c[0], a[1] + c[1]), (b[0] + d[0], b[1] + d[1])) <= 2 * tolerance
        and abs(distance(a, c) - distance(b, d)) <= tolerance
    )


def _rounded_rectangle(segments: list[Segment], tolerance: float, noise: float) -> JsonObject | None:
    """Four lines and four equal quarter arcs that touch them smoothly."""
    if segments[0].mid is not None:
        segments = [*segments[1:], segments[0]]
    if [s.mid is None for s in segments] != [True, False] * 4:
        return None
    lines, arcs = segments[::2], segments[1::2]
    radii = [arc_center(arc)[1] for arc in arcs]
    if max(radii) - min(radii) > tolerance or any(abs(arc_sweep(arc) - math.pi / 2) > 1e-4 for arc in arcs):
        return None
    for i, line in enumerate(lines):
        turn = (_direction(lines[(i + 1) % 4]) - _direction(line)) % 360
        if abs(turn - 90) > 1e-3 or abs(_size(line) - _size(lines[(i + 2) % 4])) > tolerance:
            return None
    center = _middle([point for line in lines for point in (line.start, line.end)])
    radius = _middle([(r, r) for r in radii])[0]
    grown = [
        Segment(
            line.start,
            (
                line.end[0] + 2 * radius * (line.end[0] - line.start[0]) / _size(line),
                line.end[1] + 2 * radius * (line.end[1] - line.start[1]) / _size(line),
            ),
        )
        for line in lines[:2]
    ]
    return _rectangle(grown, center, radius, noise)


def _slot(segments: list[Segment], tolerance: float, noise: float) -> JsonObject | None:
    """Two equal parallel lines joined by two half circles."""
    if segments[0].mid is not None:
        segments = [*segments[1:], segments[0]]
    if [s.mid is None for s in segments] != [True, False] * 2:
        return None
    lines, arcs = segments[::2], segments[1::2]
    radii = [arc_center(arc)[1] for arc in arcs]
    half_circles = all(abs(arc_sweep(arc) - math.pi) < 1e-4 for arc in arcs)
    if (
        not half_circles
        or abs(radii[0] - radii[1]) > tolerance
        or abs(_size(lines[0]) - _size(lines[1])) > tolerance
    ):
        return None
    centers = [arc_center(arc)[0] for arc in arcs]
    if abs(distance(*centers) - _size(lines[0])) > tolerance:
        return None
    shape: JsonObject = {
        "shape": "slot",
        "length": tidy(distance(*centers) + 2 * radii[0], noise),
        "width": tidy(2 * radii[0], noise),
    }
    return _placed(shape, _middle(centers), _quarter(_direction(lines[0]), 180.0), noise)


def _regular_polygon(corners: Sequence[Point], tolerance: float, noise: float) -> JsonObject | None:
    """Three or at least five equal sides on one circle; measured by whichever figure is the roundest."""
    count = len(corners)
    center = _middle(corners)
    radius = sum(distance(center, corner) for corner in corners) / count
    angles = [math.atan2(p[1] - center[1], p[0] - center[0]) for p in corners]
    expected = [
        (
            center[0] + radius * math.cos(angles[0] + 2 * math.pi * i / count),
            center[1] + radius * math.sin(angles[0] + 2 * math.pi * i / count),
        )
        for i in range(count)
    ]
    if any(distance(p, q) > 2 * tolerance for p, q in zip(corners, expected, strict=True)):
        return None
    figures = {
        "across_flats": 2 * radius * math.cos(math.pi / count),
        "across_corners": 2 * radius,
        "side": 2 * radius * math.sin(math.pi / count),
        "radius": radius,
    }
    if count % 2:
        figures = {"side": figures["side"], "radius": radius}
    # An exact figure says which one was meant; only without one, the plainest near one does.
    key = min(figures, key=lambda name: plainness(figures[name], noise))
    if plainness(figures[key], noise) >= PLACES:
        key = min(figures, key=lambda name: plainness(figures[name], max(noise, tolerance)))
    shape: JsonObject = {"shape": "polygon", "sides": count, key: recovered(figures[key], noise, tolerance)}
    # Averaged over all corners; a turn that moves them by less than the source's precision is none.
    offsets = [
        angle + math.pi / 2 - math.pi / count - 2 * math.pi * i / count for i, angle in enumerate(angles)
    ]
    turn = offsets[0] + sum(math.remainder(x - offsets[0], 2 * math.pi) for x in offsets) / count
    degrees = _quarter(math.degrees(turn), 360 / count)
    return _placed(shape, center, 0.0 if abs(math.radians(degrees)) * radius <= tolerance else degrees, noise)


def _outline(segments: Sequence[Segment], noise: float) -> JsonObject:
    if all(segment.mid is None for segment in segments):
        return {"shape": "polyline", "points": [tidy_point(s.start, noise) for s in segments]}
    curves: list[JsonObject] = []
    for segment in segments:
        if segment.mid is None:
            curves.append({"line": tidy_point(segment.end, noise)})
        else:
            curves.append({"arc": tidy_point(segment.end, noise), "through": tidy_point(segment.mid, noise)})
    return {"shape": "path", "start": tidy_point(segments[0].start, noise), "curves": curves}


def describe(loop: Loop, tolerance: float, noise: float = 5e-7) -> JsonObject:
    """One loop as a CAD JSON loop object without a role.

    ``tolerance``: how far a point of the source may be off for a shape still to be recognised;
    ``noise``: up to where the digits of a number mean nothing.
    """
    first = loop.curves[0]
    if isinstance(first, Circle):
        return _placed({"shape": "circle", "diameter": tidy(2 * first.radius, noise)}, first.center, 0, noise)
    if isinstance(first, Ellipse):
        size = [tidy(2 * first.rx, noise), tidy(2 * first.ry, noise)]
        return _placed({"shape": "ellipse", "size": size}, first.center, _quarter(first.angle, 180.0), noise)
    segments = _counter_clockwise(loop)
    # A shape is never recognised by more than a thousandth of its shortest edge.
    near = min(tolerance, min(_size(segment) for segment in segments) / 1000)
    found = None
    if all(segment.mid is None for segment in segments):
        corners = [segment.start for segment in segments]
        if len(segments) == 4:
            if _is_rectangle(corners, near):
                found = _rectangle(segments[:2], _middle(corners), 0, noise)
        elif len(segments) >= 3:
            found = _regular_polygon(corners, near, noise)
    elif len(segments) == 8:
        found = _rounded_rectangle(segments, near, noise)
    elif len(segments) == 4:
        found = _slot(segments, near, noise)
    return found or _outline(segments, noise)


def _rounded(points: Sequence[Point], center: Point, tolerance: float) -> JsonObject | None:
    """A polar repetition about ``center``, where the points are spread evenly on a circle round it."""
    count = len(points)
    radius = sum(distance(center, p) for p in points) / count
    angles = sorted(math.atan2(p[1] - center[1], p[0] - center[0]) % (2 * math.pi) for p in points)
    start = angles[0] if angles[0] < 2 * math.pi / count - 1e-9 else 0.0
    for i, angle in enumerate(angles):
        expected = start + 2 * math.pi * i / count
        if 2 * radius * abs(math.sin((angle - expected) / 2)) > 2 * tolerance:
            return None
    if any(abs(distance(center, p) - radius) > 2 * tolerance for p in points):
        return None
    repeat: JsonObject = {"polar": count, "diameter": recovered(2 * radius, 5e-7, tolerance)}
    degrees = tidy(math.degrees(start), 1e-5)
    if degrees != 0:
        repeat["start"] = degrees
    return repeat


def _levels(values: Sequence[float], tolerance: float) -> list[float]:
    levels: list[float] = []
    for value in sorted(values):
        if not levels or value - levels[-1] > 2 * tolerance:
            levels.append(value)
    return levels


def _evenly(levels: Sequence[float], tolerance: float) -> bool:
    step = (levels[-1] - levels[0]) / (len(levels) - 1) if len(levels) > 1 else 0
    return all(abs(level - levels[0] - i * step) <= 2 * tolerance for i, level in enumerate(levels))


def _gridded(points: Sequence[Point], tolerance: float, noise: float) -> tuple[JsonObject, Point] | None:
    us, vs = _levels([p[0] for p in points], tolerance), _levels([p[1] for p in points], tolerance)
    if len(us) * len(vs) != len(points) or not (_evenly(us, tolerance) and _evenly(vs, tolerance)):
        return None
    pitches = [
        (levels[-1] - levels[0]) / (len(levels) - 1) if len(levels) > 1 else 0.0 for levels in (us, vs)
    ]
    used = [tidy(p, noise) for p, levels in zip(pitches, (us, vs), strict=True) if len(levels) > 1]
    pitch: Any = used[0] if len(set(used)) == 1 else [tidy(p, noise) for p in pitches]
    return {"grid": [len(us), len(vs)], "pitch": pitch}, ((us[0] + us[-1]) / 2, (vs[0] + vs[-1]) / 2)


def _repeated(shape: JsonObject, points: Sequence[Point], tolerance: float, noise: float) -> JsonObject:
    """One loop object for equal shapes at several places."""
    shape = {key: value for key, value in shape.items() if key != "at"}
    center = _middle(points)
    grid = _gridded(points, tolerance, noise)
    # Copies on a circle may be turned with it; only round shapes look the same either way.
    polar = _rounded(points, center, tolerance) if shape["shape"] == "circle" and len(points) > 2 else None
    if polar is not None and (
        grid is None
        or (
            len(points) == 4
            and tidy_point(center, noise) == [0, 0]
            and plainness(polar["diameter"]) < plainness(_pitch(grid[0]))
        )
    ):
        repeat, place = polar, center
    elif grid is not None:
        repeat, place = grid
    else:
        repeat, place = {"points": [tidy_point(p, noise) for p in points]}, (0.0, 0.0)
    if tidy_point(place, noise) != [0, 0]:
        shape["at"] = tidy_point(place, noise)
    if "rotate" in shape:
        shape["rotate"] = shape.pop("rotate")
    shape["repeat"] = repeat
    return shape


def _pitch(grid: JsonObject) -> float:
    pitch = grid["pitch"]
    return float(max(pitch, key=plainness) if isinstance(pitch, list) else pitch)


def _ordered(shape: JsonObject) -> JsonObject:
    own = [key for key in shape if key not in TAIL]
    return {key: shape[key] for key in (*own, *(key for key in TAIL if key in shape))}


def profile(regions: Sequence[Region], tolerance: float, noise: float = 5e-7) -> list[JsonObject]:
    """The loop objects of one profile: outlines first, then holes; equal ones gathered to a repetition."""
    loops = [("add", region.outer) for region in regions]
    loops += [("hole", hole) for region in regions for hole in region.holes]
    groups: dict[str, tuple[JsonObject, list[Point]]] = {}
    for role, loop in loops:
        shape = describe(loop, tolerance, noise)
        if role == "hole":
            shape["role"] = role
        movable = shape["shape"] not in ("polyline", "path")
        key = repr(sorted((k, v) for k, v in shape.items() if not (movable and k == "at")))
        at = shape.get("at", [0, 0])
        groups.setdefault(key, (shape, []))[1].append((at[0], at[1]))
    return [
        _ordered(shape if len(points) == 1 else _repeated(shape, points, tolerance, noise))
        for shape, points in groups.values()
    ]
