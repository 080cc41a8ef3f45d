"""Edges in a plane as the curves that drawings know: lines, circular arcs, ellipses, splines.

Coordinates are millimetres in the plane, angles radians counter-clockwise from +x.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

Point = tuple[float, float]
_STRAIGHT = 1e-5
"""A curve that leaves its chord, or a circle through it, by less than this share of its length is a line, or
an arc: the hidden-line algorithm gives some of both as general curves."""
_SAMPLES = 17


@dataclass(frozen=True)
class Line:
    start: Point
    end: Point


@dataclass(frozen=True)
class Arc:
    """A circular arc from the angle ``start`` counter-clockwise to ``end``, which is larger."""

    center: Point
    radius: float
    start: float
    end: float

    @property
    def full(self) -> bool:
        return self.end - self.start >= math.tau - 1e-9

    def at(self, angle: float) -> Point:
        return (
            self.center[0] + self.radius * math.cos(angle),
            self.center[1] + self.radius * math.sin(angle),
        )


@dataclass(frozen=True)
class Ellipse:
    """An elliptic arc: center + major·cos t + minor·sin t for t from ``start`` to ``end`` (radians).

    The minor axis is the major axis turned by +90° and scaled by ``ratio`` ≤ 1.
    """

    center: Point
    major: Point
    ratio: float
    start: float
    end: float

    @property
    def full(self) -> bool:
        return self.end - self.start >= math.tau - 1e-9

    def at(self, t: float) -> Point:
        (a, b), c, s = self.major, math.cos(t), self.ratio * math.sin(t)
        return self.center[0] + a * c - b * s, self.center[1] + b * c + a * s


@dataclass(frozen=True)
class Spline:
    """A B-spline, with the cubic Bézier pieces that draw it where only those are known.

    Attributes:
        degree, knots, poles, weights: exact; ``knots`` with repeats, ``weights`` empty when not rational.
        beziers: four control points each, touching the curve with its tangents.
    """

    degree: int
    knots: tuple[float, ...]
    poles: tuple[Point, ...]
    weights: tuple[float, ...]
    beziers: tuple[tuple[Point, Point, Point, Point], ...]


Curve = Line | Arc | Ellipse | Spline


def curve_of(edge: Any) -> Curve | None:
    """The curve of an edge that lies in the xy plane; None for one without length."""
    from OCP.BRepAdaptor import BRepAdaptor_Curve
    from OCP.GeomAbs import GeomAbs_CurveType as Kind
    from OCP.TopoDS import TopoDS

    curve = BRepAdaptor_Curve(TopoDS.Edge(edge))
    first, last = curve.FirstParameter(), curve.LastParameter()
    kind = curve.GetType()
    if kind == Kind.GeomAbs_Circle:
        circle = curve.Circle()
        start, end = _span(circle, first, last)
        return Arc(_xy(circle.Location()), circle.Radius(), start, end)
    if kind == Kind.GeomAbs_Ellipse:
        return _ellipse(curve.Ellipse(), first, last)
    count = 2 if kind == Kind.GeomAbs_Line else _SAMPLES
    points = [_xy(curve.Value(first + (last - first) * i / (count - 1))) for i in range(count)]
    length = sum(math.dist(a, b) for a, b in pairwise(points))
    if length < 1e-7:
        return None
    if _is_straight(points, _STRAIGHT * length):
        return _hull_line(points)
    return _arc_through(points, _STRAIGHT * length) or _spline(edge, curve, first, last)


def box_of(curves: Sequence[Curve]) -> tuple[float, float, float, float]:
    """The box (x0, y0, x1, y1) around curves; zeros for none."""
    points = [point for curve in curves for point in extremes(curve)]
    if not points:
        return 0.0, 0.0, 0.0, 0.0
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def extremes(curve: Curve) -> list[Point]:
    """Points whose box is the curve's box (for splines nearly so)."""
    match curve:
        case Line(start, end):
            return [start, end]
        case Arc(start=start, end=end):
            return [curve.at(t) for t in (start, end, *_quarters(start, end, 0.0))]
        case Ellipse(major=(a, b), ratio=ratio, start=start, end=end):
            turns = [math.atan2(-b * ratio, a), math.atan2(a * ratio, b)]
            inner = [t for turn in turns for t in _quarters(start, end, turn)]
            return [curve.at(t) for t in (start, end, *inner)]
        case Spline(beziers=beziers):
            return [_bezier_at(piece, i / 8) for piece in beziers for i in range(9)]


def moved(curve: Curve, x: float, y: float) -> Curve:
    """The curve shifted by (x, y)."""

    def shift(point: Point) -> Point:
        return point[0] + x, point[1] + y

    match curve:
        case Line(start, end):
            return Line(shift(start), shift(end))
        case Arc(center, radius, start, end):
            return Arc(shift(center), radius, start, end)
        case Ellipse(center, major, ratio, start, end):
            return Ellipse(shift(center), major, ratio, start, end)
        case Spline(degree, knots, poles, weights, beziers):
            pieces = tuple((shift(a), shift(b), shift(c), shift(d)) for a, b, c, d in beziers)
            return Spline(degree, knots, tuple(map(shift, poles)), weights, pieces)


def _xy(point: Any) -> Point:
    return point.X(), point.Y()


def _span(conic: Any, first: float, last: float) -> tuple[float, float]:
    """Start and end angle counter-clockwise from +x of a circle's parameter range."""
    axis = conic.XAxis().Direction()
    base = math.atan2(axis.Y(), axis.X())
    if conic.Axis().Direction().Z() < 0:
        first, last = -last, -first
    start = math.remainder(base + first, math.tau)
    return start, start + min(last - first, math.tau)


def _ellipse(ellipse: Any, first: float, last: float) -> Ellipse:
    axis, major = ellipse.XAxis().Direction(), ellipse.MajorRadius()
    if ellipse.Axis().Direction().Z() < 0:
        first, last = -last, -first
    direction = (axis.X() * major, axis.Y() * major)
    span = min(last - first, math.tau)
    start = math.remainder(first, math.tau)
    return Ellipse(_xy(ellipse.Location()), direction, ellipse.MinorRadius() / major, start, start + span)


def _is_straight(points: list[Point], tolerance: float) -> bool:
    ends = max(((p, q) for i, p in enumerate(points) for q in points[:i]), key=lambda pair: math.dist(*pair))
    (x0, y0), (x1, y1) = ends
    length = math.dist(*ends)
    if length <= tolerance:
        return True
    return all(abs((x1 - x0) * (y - y0) - (y1 - y0) * (x - x0)) <= tolerance * length for x, y in points)


def _hull_line(points: list[Point]) -> Line:
    """The longest line between points of a straight curve, which may run forth and back."""
    pairs = ((p, q) for i, q in enumerate(points) for p in points[:i])
    return Line(*max(pairs, key=lambda pair: math.dist(*pair)))


def _arc_through(points: list[Point], tolerance: float) -> Arc | None:
    """The arc on which all the points lie, in order; None when there is none."""
    closed = math.dist(points[0], points[-1]) <= tolerance
    third = len(points) // 3
    a, b, c = points[0], points[third], points[2 * third] if closed else points[-1]
    twice = 2 * (a[0] * (b[1] - c[1]) + b[0] * (c[1] - a[1]) + c[0] * (a[1] - b[1]))
    if abs(twice) < 1e-12:
        return None
    sa, sb, sc = (p[0] ** 2 + p[1] ** 2 for p in (a, b, c))
    x = (sa * (b[1] - c[1]) + sb * (c[1] - a[1]) + sc * (a[1] - b[1])) / twice
    y = (sa * (c[0] - b[0]) + sb * (a[0] - c[0]) + sc * (b[0] - a[0])) / twice
    radius = math.dist((x, y), a)
    if any(abs(math.dist((x, y), p) - radius) > tolerance for p in points):
        return None
    angles = [math.atan2(p[1] - y, p[0] - x) for p in points]
    turns = [math.remainder(q - p, math.tau) for p, q in pairwise(angles)]
    if not (all(t > 0 for t in turns) or all(t < 0 for t in turns)):
        return None
    total = sum(turns)
    start = angles[0] if total > 0 else angles[0] + total
    return Arc((x, y), radius, start, start + min(abs(total), math.tau))


def _spline(edge: Any, curve: Any, first: float, last: float) -> Spline:
    """A general curve as a B-spline; a polygon, which stands for a curve known by points, is rounded."""
    from OCP.BRep import BRep_Tool
    from OCP.Geom import Geom_TrimmedCurve
    from OCP.GeomConvert import GeomConvert
    from OCP.TopoDS import TopoDS

    bounds = BRep_Tool.Curve_s(TopoDS.Edge(edge), 0.0, 1.0)
    spline = GeomConvert.CurveToBSplineCurve_s(Geom_TrimmedCurve(bounds, first, last))
    if spline.Degree() == 1 and spline.NbPoles() > 2:
        spline = _through(spline)
    if spline.IsPeriodic():
        spline.SetNotPeriodic()
    poles = [_xy(spline.Pole(i)) for i in range(1, spline.NbPoles() + 1)]
    knots = [spline.Knot(i) for i in range(1, spline.NbKnots() + 1) for _ in range(spline.Multiplicity(i))]
    weights = [spline.Weight(i) for i in range(1, spline.NbPoles() + 1)] if spline.IsRational() else []
    return Spline(spline.Degree(), tuple(knots), tuple(poles), tuple(weights), _beziers(spline))


def _through(polygon: Any) -> Any:
    """The smooth curve through a polygon's corners."""
    from OCP.collections import HArray1_gp_Pnt
    from OCP.GeomAPI import GeomAPI_Interpolate

    corners: list[Any] = []
    for i in range(1, polygon.NbPoles() + 1):
        corner = polygon.Pole(i)
        if not corners or corner.Distance(corners[-1]) > 1e-6:
            corners.append(corner)
    closed = len(corners) > 3 and corners[0].Distance(corners[-1]) < 1e-6
    corners = corners[:-1] if closed else corners
    array = HArray1_gp_Pnt(1, len(corners))
    for i, corner in enumerate(corners, 1):
        array.SetValue(i, corner)
    maker = GeomAPI_Interpolate(array, closed, 1e-7)
    maker.Perform()
    return maker.Curve() if maker.IsDone() else polygon


def _beziers(spline: Any) -> tuple[tuple[Point, Point, Point, Point], ...]:
    """Cubic pieces with the curve's points and derivatives at their ends: four to each span of knots."""
    from OCP.gp import gp_Pnt, gp_Vec

    knots = [spline.Knot(i) for i in range(1, spline.NbKnots() + 1)]
    pieces = 1 if spline.Degree() <= 3 and not spline.IsRational() else 4
    cuts = [a + (b - a) * i / pieces for a, b in pairwise(knots) for i in range(pieces)]
    cuts.append(knots[-1])
    found = []
    for a, b in pairwise(cuts):
        ends = []
        for t, sign in ((a, 1.0), (b, -1.0)):
            point, speed = gp_Pnt(), gp_Vec()
            # a hair inside the span: derivatives may jump at a knot
            spline.D1(t + sign * 1e-9 * (b - a), point, speed)
            step = sign * (b - a) / 3
            ends += [_xy(point), (point.X() + speed.X() * step, point.Y() + speed.Y() * step)]
        found.append((ends[0], ends[1], ends[3], ends[2]))
    return tuple(found)


def _bezier_at(piece: tuple[Point, Point, Point, Point], t: float) -> Point:
    s = 1 - t
    shares = (s**3, 3 * s * s * t, 3 * s * t * t, t**3)
    return (
        sum(share * p[0] for share, p in zip(shares, piece, strict=True)),
        sum(share * p[1] for share, p in zip(shares, piece, strict=True)),
    )


def _quarters(start: float, end: float, offset: float) -> list[float]:
    """The angles offset + k·90° strictly between start and end."""
    quarter = math.pi / 2
    k = math.ceil((start - offset) / quarter)
    found = []
    while offset + k * quarter < end:
        found.append(offset + k * quarter)
        k += 1
    return found
