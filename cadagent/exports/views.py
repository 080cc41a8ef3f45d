"""Views of a solid with hidden lines: exact projections, tidied so that every line is drawn once."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cadagent.design.vectors import add, cross, dot
from cadagent.exports.curves import Arc, Curve, Line, box_of, curve_of

if TYPE_CHECKING:
    from OCP.TopoDS import TopoDS_Shape

    from cadagent.kernel.measure import Cylinder

Direction = tuple[float, float, float]
#: name → (direction to the eye, direction that points right in the view)
DIRECTIONS: Mapping[str, tuple[Direction, Direction]] = {
    "front": ((0, -1, 0), (1, 0, 0)),
    "top": ((0, 0, 1), (1, 0, 0)),
    "right": ((1, 0, 0), (0, 1, 0)),
    "left": ((-1, 0, 0), (0, -1, 0)),
    "isometric": ((1, -1, 1), (1, 1, 0)),
}
_GRAIN = 1e-4
"""Lines and arcs closer than this (mm) lie on each other."""


@dataclass(frozen=True)
class View:
    """Curves in the view's plane (mm): x right, y up, the world's origin at (0, 0).

    ``smooth`` are visible joints between tangent faces, as at a fillet's rim.
    """

    name: str
    visible: tuple[Curve, ...]
    smooth: tuple[Curve, ...]
    hidden: tuple[Curve, ...]

    @cached_property
    def box(self) -> tuple[float, float, float, float]:
        return box_of([*self.visible, *self.hidden])


def view(bodies: Mapping[str, TopoDS_Shape], name: str) -> View:
    """The view of bodies from one of :data:`DIRECTIONS`."""
    from OCP.gp import gp_Ax2, gp_Dir, gp_Pnt
    from OCP.HLRAlgo import HLRAlgo_Projector
    from OCP.HLRBRep import HLRBRep_Algo, HLRBRep_HLRToShape

    eye, right = DIRECTIONS[name]
    algorithm = HLRBRep_Algo()
    for shape in bodies.values():
        algorithm.Add(shape, 0)
    algorithm.Projector(HLRAlgo_Projector(gp_Ax2(gp_Pnt(0, 0, 0), gp_Dir(*eye), gp_Dir(*right))))
    algorithm.Update()
    algorithm.Hide()
    shapes = HLRBRep_HLRToShape(algorithm)
    visible = _Tidy()
    visible.add(_curves(shapes.VCompound()) + _curves(shapes.OutLineVCompound()))
    drawn = visible.copy()
    smooth = drawn.add(_curves(shapes.Rg1LineVCompound()))
    hidden = drawn.add(_curves(shapes.HCompound()) + _curves(shapes.OutLineHCompound()))
    return View(name, tuple(visible.curves), tuple(smooth), tuple(hidden))


def side_axes(cylinders: Iterable[Cylinder], name: str) -> list[Line]:
    """The axes of cylinders that a view shows from the side; those on one line that meet are one."""
    eye, right = DIRECTIONS[name]
    up = cross(eye, right)
    axes: list[Curve] = []
    for cylinder in cylinders:
        if abs(dot(cylinder.axis_direction, eye)) < 1e-6:
            ends = (
                cylinder.axis_point,
                add(cylinder.axis_point, cylinder.axis_direction, cylinder.length),
            )
            start, end = ((dot(point, right), dot(point, up)) for point in ends)
            axes.append(Line(start, end))
    return [line for line in _Tidy().add(axes) if isinstance(line, Line)]


def _curves(compound: Any) -> list[Curve]:
    from OCP.BRepLib import BRepLib
    from OCP.TopAbs import TopAbs_ShapeEnum

    from cadagent.kernel.shapes import parts

    if compound is None or compound.IsNull():
        return []
    BRepLib.BuildCurves3d_s(compound)
    found = (curve_of(edge) for edge in parts(compound, TopAbs_ShapeEnum.TopAbs_EDGE))
    return [curve for curve in found if curve is not None]


_Span = tuple[float, float]


class _Tidy:
    """Curves without overlaps: pieces of one line or circle are joined, and nothing is drawn twice."""

    def __init__(self) -> None:
        self.curves: list[Curve] = []
        self._spans: dict[Any, list[_Span]] = {}
        self._seen: set[Any] = set()

    def copy(self) -> _Tidy:
        other = _Tidy()
        other._spans = {key: list(spans) for key, spans in self._spans.items()}
        other._seen = set(self._seen)
        return other

    def add(self, curves: Iterable[Curve]) -> list[Curve]:
        """Take curves in; returns what of them was not drawn before, which ``self.curves`` gets too."""
        groups: dict[Any, tuple[Curve, list[_Span]]] = {}
        fresh: list[Curve] = []
        for curve in curves:
            if isinstance(curve, Line):
                key, span = _line_key(curve)
                groups.setdefault(key, (curve, []))[1].append(span)
            elif isinstance(curve, Arc):
                key = ("arc", *_grains(*curve.center, curve.radius))
                groups.setdefault(key, (curve, []))[1].extend(_turns(curve))
            else:
                mark = _mark(curve)
                if mark not in self._seen:
                    self._seen.add(mark)
                    fresh.append(curve)
        for key, (sample, spans) in groups.items():
            taken = self._spans.get(key, [])
            grain = _GRAIN if isinstance(sample, Line) else _GRAIN / max(sample.radius, _GRAIN)  # type: ignore[union-attr]
            rest = _without(_joined(spans, grain), taken, grain)
            self._spans[key] = _joined([*taken, *rest], grain)
            fresh += _drawn(sample, rest)
        self.curves += fresh
        return fresh


def _grains(*values: float) -> tuple[int, ...]:
    return tuple(round(value / _GRAIN) for value in values)


def _line_key(line: Line) -> tuple[Any, _Span]:
    """The infinite line (direction in half a turn, distance from the origin) and the stretch on it."""
    (x0, y0), (x1, y1) = line.start, line.end
    length = math.dist(line.start, line.end)
    u, v = (x1 - x0) / length, (y1 - y0) / length
    if u < -1e-6 or (abs(u) <= 1e-6 and v < 0):
        u, v = -u, -v
    along = sorted((x0 * u + y0 * v, x1 * u + y1 * v))
    return ("line", round(u * 1e5), round(v * 1e5), *_grains(x0 * -v + y0 * u)), (along[0], along[1])


def _turns(arc: Arc) -> list[_Span]:
    """The arc as spans within 0 … 2π."""
    if arc.full:
        return [(0.0, math.tau)]
    start = arc.start % math.tau
    end = start + arc.end - arc.start
    return [(start, end)] if end <= math.tau else [(start, math.tau), (0.0, end - math.tau)]


def _mark(curve: Curve) -> Any:
    """What ellipses and splines that lie on each other have in common."""
    points = [_grains(*point) for point in _ends(curve)]
    return type(curve).__name__, *sorted(points)


def _ends(curve: Any) -> list[tuple[float, float]]:
    if hasattr(curve, "beziers"):
        first, last = curve.beziers[0][0], curve.beziers[-1][3]
        return [first, last, curve.beziers[len(curve.beziers) // 2][0]]
    return [curve.at(curve.start), curve.at(curve.end), curve.at((curve.start + curve.end) / 2)]


def _joined(spans: Sequence[_Span], gap: float) -> list[_Span]:
    """The union of spans, sorted."""
    union: list[_Span] = []
    for low, high in sorted(spans):
        if union and low <= union[-1][1] + gap:
            union[-1] = (union[-1][0], max(union[-1][1], high))
        else:
            union.append((low, high))
    return union


def _without(spans: Sequence[_Span], taken: Sequence[_Span], least: float) -> list[_Span]:
    """Spans minus taken spans, without crumbs."""
    rest = list(spans)
    for a, b in taken:
        rest = [
            piece
            for low, high in rest
            for piece in ([(low, high)] if b <= low or a >= high else [(low, a), (b, high)])
        ]
    return [(low, high) for low, high in rest if high - low > 2 * least]


def _drawn(sample: Curve, spans: Sequence[_Span]) -> list[Curve]:
    """Curves for the spans of the line or circle that ``sample`` lies on."""
    if isinstance(sample, Arc):
        turns = list(spans)
        # an arc across angle 0 was cut there
        if len(turns) > 1 and turns[0][0] <= 1e-9 and turns[-1][1] >= math.tau - 1e-9:
            (_, end), (start, _) = turns[0], turns[-1]
            turns = [*turns[1:-1], (start, end + math.tau)]
        return [Arc(sample.center, sample.radius, low, high) for low, high in turns]
    assert isinstance(sample, Line)
    (x0, y0), (x1, y1) = sample.start, sample.end
    length = math.dist(sample.start, sample.end)
    key, _ = _line_key(sample)
    sign = 1.0 if key[1] * (x1 - x0) + key[2] * (y1 - y0) > 0 else -1.0
    u, v = sign * (x1 - x0) / length, sign * (y1 - y0) / length
    base = x0 * u + y0 * v
    return [
        Line((x0 + u * (low - base), y0 + v * (low - base)), (x0 + u * (high - base), y0 + v * (high - base)))
        for low, high in spans
    ]
