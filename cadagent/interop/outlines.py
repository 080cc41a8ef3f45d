"""Faces of the kernel as curves in their plane, and faces of one plane gathered into one sketch."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from .geometry2d import Circle, Curve, Segment
from .numbers import Point

if TYPE_CHECKING:
    from OCP.gp import gp_Pnt, gp_Trsf
    from OCP.TopoDS import TopoDS_Edge, TopoDS_Shape, TopoDS_Wire

    from cadagent.kernel.shapes import Frame

#: Decimals of a millimetre that are written.
PLACES = 9

#: Planes closer together than this (mm), and normals by this much alike, are one plane.
_SAME = 1e-9


@dataclass(frozen=True)
class Tool:
    """Faces in the plane of a frame, extruded along its normal from ``start`` to ``end`` (mm)."""

    faces: tuple[TopoDS_Shape, ...]
    frame: Frame
    start: float
    end: float


def outside_vocabulary(loops: Sequence[dict[str, Any]]) -> str | None:
    """The first kind of curve that is neither line nor arc nor circle, in words."""
    for loop in loops:
        for curves in (loop["curves"], *loop.get("inner", ())):
            for curve in curves:
                if curve["curve"] not in ("line", "arc", "circle"):
                    return "an ellipse" if curve["curve"] == "ellipse" else f"a {curve['curve']}"
    return None


def extruded_face(face: TopoDS_Shape, frame: Frame) -> tuple[tuple[Curve, ...], ...]:
    """The loops of a face, the outer one first, each with its curves in order."""
    from OCP.TopoDS import TopoDS

    from cadagent.kernel.curves import wires_of

    outer, inner = wires_of(TopoDS.Face(face))
    return tuple(_loop(wire, frame) for wire in (outer, *inner))


def _loop(wire: TopoDS_Wire, frame: Frame) -> tuple[Curve, ...]:
    from OCP.BRepTools import BRepTools_WireExplorer

    explorer = BRepTools_WireExplorer(wire)
    curves: list[Curve] = []
    while explorer.More():
        curves.append(_curve(explorer.Current(), frame))
        explorer.Next()
    return tuple(curves)


def _curve(edge: TopoDS_Edge, frame: Frame) -> Curve:
    from OCP.BRep import BRep_Tool
    from OCP.BRepAdaptor import BRepAdaptor_Curve
    from OCP.GeomAbs import GeomAbs_Line
    from OCP.TopAbs import TopAbs_REVERSED
    from OCP.TopExp import TopExp

    adaptor = BRepAdaptor_Curve(edge)
    first, last = adaptor.FirstParameter(), adaptor.LastParameter()
    if adaptor.GetType() != GeomAbs_Line and last - first > 2 * math.pi - 1e-9:
        circle = adaptor.Circle()
        return Circle(_flat(circle.Location(), frame), round(circle.Radius(), PLACES))
    # the vertices, not the ends of the curve: neighbours share them to the last digit
    start, end = (_flat(BRep_Tool.Pnt_s(f(edge)), frame) for f in (TopExp.FirstVertex_s, TopExp.LastVertex_s))
    if edge.Orientation() == TopAbs_REVERSED:
        start, end = end, start
    if adaptor.GetType() == GeomAbs_Line:
        return Segment(start, end)
    return Segment(start, end, _flat(adaptor.Value((first + last) / 2), frame))


def _flat(point: gp_Pnt, frame: Frame) -> Point:
    apart = [p - o for p, o in zip((point.X(), point.Y(), point.Z()), frame.origin, strict=True)]
    u, v = (sum(a * b for a, b in zip(apart, axis, strict=True)) for axis in (frame.u, frame.v))
    return round(u, PLACES) + 0.0, round(v, PLACES) + 0.0


def joined(tools: Sequence[Tool]) -> list[Tool]:
    """Tools that are extruded alike from one plane, as one tool of all their faces."""
    from cadagent.kernel.booleans import unite

    groups: list[list[Tool]] = []
    for tool in tools:
        for group in groups:
            if _alike(group[0], tool):
                group.append(tool)
                break
        else:
            groups.append([tool])
    return [
        replace(group[0], faces=tuple(unite([face for tool in group for face in tool.faces], flat=True)))
        if len(group) > 1
        else group[0]
        for group in groups
    ]


def _alike(a: Tool, b: Tool) -> bool:
    if abs(a.start - b.start) > _SAME or abs(a.end - b.end) > _SAME:
        return False
    apart = [q - p for p, q in zip(a.frame.origin, b.frame.origin, strict=True)]
    return (
        max(abs(p - q) for p, q in zip(a.frame.n, b.frame.n, strict=True)) <= _SAME
        and abs(sum(p * q for p, q in zip(apart, a.frame.n, strict=True))) <= _SAME
    )


def moved_frame(frame: Frame, trsf: gp_Trsf) -> Frame:
    """A frame carried along by a motion; right-handed also behind a mirror, unit axes also when scaled."""
    from OCP.gp import gp_Vec

    from cadagent.kernel.shapes import Frame

    def axis(values: Sequence[float]) -> tuple[float, float, float]:
        turned = gp_Vec(*values).Transformed(trsf).Normalized()
        return turned.X(), turned.Y(), turned.Z()

    origin = frame.point(0.0, 0.0).Transformed(trsf)
    normal = axis(frame.n)
    if trsf.IsNegative():
        normal = (-normal[0], -normal[1], -normal[2])
    return Frame((origin.X(), origin.Y(), origin.Z()), axis(frame.u), axis(frame.v), normal)
