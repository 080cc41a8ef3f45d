"""Closed outlines of plain curves in a sketch plane: moving, turning, boxes and offsetting."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from cadagent.design.vectors import Point, cos_sin

Curve = dict[str, Any]
Outline = list[Curve]
Box = tuple[float, float, float, float]  # u0, v0, u1, v1
_POINT_KEYS = ("start", "end", "mid", "center")


def line(start: Sequence[float], end: Sequence[float]) -> Curve:
    """A straight curve."""
    return {"curve": "line", "start": list(start), "end": list(end)}


def arc(start: Sequence[float], mid: Sequence[float], end: Sequence[float]) -> Curve:
    """A circular arc from start through mid to end."""
    return {"curve": "arc", "start": list(start), "mid": list(mid), "end": list(end)}


def circle(center: Sequence[float], radius: float) -> Curve:
    """A full circle."""
    return {"curve": "circle", "center": list(center), "radius": radius}


def polygon(points: Sequence[Sequence[float]]) -> Outline:
    """The closed outline through the given corners."""
    corners = [point for index, point in enumerate(points) if not same(point, points[index - 1])]
    return [line(point, corners[(index + 1) % len(corners)]) for index, point in enumerate(corners)]


def same(a: Sequence[float], b: Sequence[float]) -> bool:
    """Whether two points coincide to within 1e-9 mm."""
    return abs(a[0] - b[0]) < 1e-9 and abs(a[1] - b[1]) < 1e-9


def arc_about(center: Sequence[float], radius: float, start: float, sweep: float) -> Curve:
    """The arc about a centre from a start angle over a signed sweep, both in degrees."""
    points = []
    for angle in (start, start + sweep / 2, start + sweep):
        c, s = cos_sin(angle)
        points.append((center[0] + radius * c, center[1] + radius * s))
    return arc(*points)


def mapped(outline: Outline, change: Callable[[Sequence[float]], Point], turned: float = 0.0) -> Outline:
    """The outline with each point changed by a rigid motion that turns by ``turned`` degrees."""
    out = []
    for curve in outline:
        new = dict(curve)
        for key in _POINT_KEYS:
            if key in curve:
                new[key] = list(change(curve[key]))
        if "points" in curve:
            new["points"] = [list(change(point)) for point in curve["points"]]
        if "angle" in curve:
            new["angle"] = curve["angle"] + turned
        out.append(new)
    return out


def arc_circle(curve: Curve) -> tuple[Point, float, float, float]:
    """Centre, radius, start angle and signed sweep (degrees) of an arc; ValueError if it is straight."""
    (ax, ay), (bx, by), (cx, cy) = curve["start"], curve["mid"], curve["end"]
    # from the start point on: far from the origin the squares would swallow the digits
    px, py, qx, qy = bx - ax, by - ay, cx - ax, cy - ay
    d = 2 * (px * qy - py * qx)
    scale = max(abs(px) + abs(py), abs(qx) + abs(qy), 1e-300)
    if abs(d) < 1e-12 * scale * scale:
        raise ValueError("the three points of the arc lie on a line")
    p, q = px * px + py * py, qx * qx + qy * qy
    ux, uy = ax + (qy * p - py * q) / d, ay + (px * q - qx * p) / d
    first = math.degrees(math.atan2(ay - uy, ax - ux))
    middle = (math.degrees(math.atan2(by - uy, bx - ux)) - first) % 360
    last = (math.degrees(math.atan2(cy - uy, cx - ux)) - first) % 360
    return (ux, uy), math.hypot(ax - ux, ay - uy), first, last if middle <= last else last - 360


def extremes(curve: Curve) -> list[Point]:
    """Points of a curve that reach its box (splines: the points they run through)."""
    kind = curve["curve"]
    if kind == "line":
        return [tuple(curve["start"]), tuple(curve["end"])]
    if kind == "circle":
        (u, v), r = curve["center"], curve["radius"]
        return [(u - r, v - r), (u + r, v + r)]
    if kind == "ellipse":
        (u, v), c, s = curve["center"], *cos_sin(curve["angle"])
        du, dv = math.hypot(curve["rx"] * c, curve["ry"] * s), math.hypot(curve["rx"] * s, curve["ry"] * c)
        return [(u - du, v - dv), (u + du, v + dv)]
    if kind == "spline":
        return [tuple(point) for point in curve["points"]]
    points = [tuple(curve["start"]), tuple(curve["end"])]
    try:
        center, radius, first, sweep = arc_circle(curve)
    except ValueError:
        return points
    for quarter in range(-8, 9):
        offset = quarter * 90 - first
        if (0 < offset < sweep) or (sweep < offset < 0):
            c, s = cos_sin(quarter * 90)
            points.append((center[0] + radius * c, center[1] + radius * s))
    return points


def box(outlines: Sequence[Outline]) -> Box:
    """The box around some outlines: u0, v0, u1, v1."""
    points = [point for outline in outlines for curve in outline for point in extremes(curve)]
    us, vs = [point[0] for point in points], [point[1] for point in points]
    return min(us), min(vs), max(us), max(vs)


def turning(outline: Outline) -> float:
    """Twice the signed area of the outline's points (arcs by their middle): positive = counter-clockwise."""
    points: list[Sequence[float]] = []
    for curve in outline:
        if curve["curve"] in ("circle", "ellipse"):
            return 1.0
        points += (
            [curve["start"], curve["mid"]]
            if curve["curve"] == "arc"
            else curve["points"][:-1]
            if curve["curve"] == "spline"
            else [curve["start"]]
        )
    return sum(a[0] * b[1] - a[1] * b[0] for a, b in zip(points, points[1:] + points[:1], strict=True))


def offset(outline: Outline, distance: float) -> Outline:
    """The outline moved outward (positive) or inward by a distance, with sharp corners.

    Raises:
        ValueError: the outline is a spline, or the offset leaves nothing of some curve.
    """
    if outline[0]["curve"] == "circle":
        radius = outline[0]["radius"] + distance
        if radius <= 0:
            raise ValueError("the wall is thicker than the shape")
        return [circle(outline[0]["center"], radius)]
    if any(curve["curve"] not in ("line", "arc") for curve in outline):
        raise ValueError("a wall needs an outline of lines, arcs or one circle")
    outward = distance if turning(outline) > 0 else -distance
    # an arc that the offset uses up leaves its neighbours to meet in a corner
    outline = [curve for curve in outline if curve["curve"] == "line" or _grown(curve, outward) > 1e-9]
    if len(outline) < 2:
        raise ValueError("the wall is thicker than the shape")
    moved = [_offset_curve(curve, outward) for curve in outline]
    corners = [_corner(moved[index - 1], moved[index]) for index in range(len(moved))]
    out: Outline = []
    for index, (curve, original) in enumerate(zip(moved, outline, strict=True)):
        start, end = corners[index], corners[(index + 1) % len(moved)]
        if curve["curve"] == "line":
            before = [b - a for a, b in zip(original["start"], original["end"], strict=True)]
            after = [b - a for a, b in zip(start, end, strict=True)]
            if before[0] * after[0] + before[1] * after[1] <= 0:
                raise ValueError("the wall is thicker than the shape")
            out.append(line(start, end))
        else:
            center, radius, _, sweep = arc_circle(curve)
            if same(start, end):
                raise ValueError("the wall is thicker than the shape")
            first = math.degrees(math.atan2(start[1] - center[1], start[0] - center[0]))
            last = math.degrees(math.atan2(end[1] - center[1], end[0] - center[0]))
            span = (last - first) % 360 if sweep > 0 else -((first - last) % 360)
            if abs(span) > abs(sweep) + 180:  # its ends have passed each other
                raise ValueError("the wall is thicker than the shape")
            middle = arc_about(center, radius, first, span)["mid"]
            out.append(arc(start, middle, end))
    if turning(out) * turning(outline) <= 1e-9:
        raise ValueError("the wall is thicker than the shape")
    return out


def _offset_curve(curve: Curve, outward: float) -> Curve:
    if curve["curve"] == "line":
        (x0, y0), (x1, y1) = curve["start"], curve["end"]
        length = math.hypot(x1 - x0, y1 - y0)
        dx, dy = outward * (y1 - y0) / length, -outward * (x1 - x0) / length
        return line((x0 + dx, y0 + dy), (x1 + dx, y1 + dy))
    center, _, first, sweep = arc_circle(curve)
    return arc_about(center, _grown(curve, outward), first, sweep)


def _grown(curve: Curve, outward: float) -> float:
    """The radius of an arc after the offset; zero or less when nothing is left of it."""
    _, radius, _, sweep = arc_circle(curve)
    return radius + (outward if sweep > 0 else -outward)


def _corner(before: Curve, after: Curve) -> Point:
    """Where two offset curves meet: their common end if they still touch, else their intersection."""
    a, b = before["end"], after["start"]
    if math.hypot(a[0] - b[0], a[1] - b[1]) < 1e-7:
        return (a[0], a[1])
    if before["curve"] == "line" and after["curve"] == "line":
        (x1, y1), (x2, y2) = before["start"], before["end"]
        (x3, y3), (x4, y4) = after["start"], after["end"]
        d = (x1 - x2) * (y3 - y4) - (y1 - y2) * (x3 - x4)
        if abs(d) < 1e-12:
            raise ValueError("the wall cannot turn back at a corner")
        t = ((x1 - x3) * (y3 - y4) - (y1 - y3) * (x3 - x4)) / d
        return (x1 + t * (x2 - x1), y1 + t * (y2 - y1))
    straight, bent = (before, after) if before["curve"] == "line" else (after, before)
    if straight["curve"] != "line":
        raise ValueError("a wall cannot follow two arcs that meet in a corner")
    (cx, cy), radius, _, _ = arc_circle(bent)
    (x1, y1), (x2, y2) = straight["start"], straight["end"]
    length = math.hypot(x2 - x1, y2 - y1)
    dx, dy = (x2 - x1) / length, (y2 - y1) / length
    along = (cx - x1) * dx + (cy - y1) * dy
    aside = (cx - x1) * dy - (cy - y1) * dx
    if abs(aside) > radius:
        raise ValueError("the wall is thicker than the shape")
    half = math.sqrt(radius * radius - aside * aside)
    near = a if straight is before else b
    meets = [(x1 + t * dx, y1 + t * dy) for t in (along - half, along + half)]
    return min(meets, key=lambda p: math.hypot(p[0] - near[0], p[1] - near[1]))
