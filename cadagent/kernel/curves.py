"""Curves, wires and faces: region of a step = union of its add loops minus the union of its hole loops."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from OCP.BRepBuilderAPI import (
    BRepBuilderAPI_MakeEdge,
    BRepBuilderAPI_MakeFace,
    BRepBuilderAPI_MakeVertex,
    BRepBuilderAPI_MakeWire,
)
from OCP.BRepCheck import BRepCheck_Analyzer
from OCP.BRepTools import BRepTools
from OCP.collections import HArray1_gp_Pnt
from OCP.GC import GC_MakeArcOfCircle
from OCP.Geom import Geom_Curve
from OCP.GeomAPI import GeomAPI_Interpolate
from OCP.gp import gp_Ax3, gp_Circ, gp_Elips, gp_Pln
from OCP.TopAbs import TopAbs_FACE, TopAbs_WIRE
from OCP.TopoDS import TopoDS, TopoDS_Edge, TopoDS_Face, TopoDS_Vertex, TopoDS_Wire

from cadagent.kernel.booleans import cut, unite
from cadagent.kernel.context import StepProblem
from cadagent.kernel.shapes import Box, Frame, area, parts, together

#: Ends further apart than this do not meet (OpenCASCADE closes gaps of 5e-8, not of 1e-6).
MEETING = 1e-6


def region(loops: Sequence[dict[str, Any]], frame: Frame) -> list[TopoDS_Face]:
    """The faces of a profile, each with the frame's normal.

    Raises:
        StepProblem: ``geometry.open_loop``, ``geometry.bad_loop``, ``geometry.no_area``.
    """
    adds = [_loop_face(loop, frame) for loop in loops if loop.get("role", "add") == "add"]
    hole_loops = [loop for loop in loops if loop.get("role", "add") == "hole"]
    if not adds:
        raise StepProblem(
            "geometry.no_area",
            "The profile has holes but nothing to cut them from.",
            hint='Add a loop without "role":"hole".',
        )
    holes = [_loop_face(loop, frame) for loop in hole_loops]
    if not holes:
        return [TopoDS.Face(face) for face in unite(adds, flat=True)]
    if len(adds) == 1 and not any("inner" in loop for loop in loops):
        add_loop = next(loop for loop in loops if loop.get("role", "add") == "add")
        if _surely_inside(add_loop, hole_loops):
            return [_with_holes(adds[0], holes, frame)]
    outer = together(unite(adds, flat=True))
    outcome = cut(outer, holes, flat=True)
    if outcome.size <= 1e-9 * area(outer):
        raise StepProblem(
            "geometry.no_area",
            "The holes of the profile leave nothing of it.",
            hint="Make the holes smaller than the outline.",
        )
    return [TopoDS.Face(face) for face in parts(outcome.shape, TopAbs_FACE)]


def _loop_face(loop: dict[str, Any], frame: Frame) -> TopoDS_Face:
    """The face of one loop; its ``inner`` outlines are empty inside this loop only."""
    face = face_of(loop["curves"], frame)
    inner = [face_of(curves, frame) for curves in loop.get("inner", ())]
    return _with_holes(face, inner, frame) if inner else face


def face_of(curves: Sequence[dict[str, Any]], frame: Frame) -> TopoDS_Face:
    """The plane face inside one closed loop."""
    return _face(wire_of(curves, frame), frame)


def _face(wire: TopoDS_Wire, frame: Frame) -> TopoDS_Face:
    maker = BRepBuilderAPI_MakeFace(gp_Pln(gp_Ax3(frame.ax2())), wire, True)
    if not maker.IsDone():
        raise _bad_loop("The outline does not enclose a face.")
    face = maker.Face()
    if area(face) <= 0.0:
        raise _bad_loop("The outline encloses no area.")
    if not BRepCheck_Analyzer(face).IsValid():
        raise _bad_loop("The outline crosses or touches itself.")
    return face


def _bad_loop(message: str) -> StepProblem:
    return StepProblem(
        "geometry.bad_loop",
        message,
        expected="a closed outline that neither crosses nor touches itself",
        hint="Check the order of the points and that sizes such as thickness and corner radius fit.",
    )


def _with_holes(outer: TopoDS_Face, holes: Sequence[TopoDS_Face], frame: Frame) -> TopoDS_Face:
    """Outer face with hole wires put in; the areas prove that every hole counted."""
    maker = BRepBuilderAPI_MakeFace(outer)
    for hole in holes:
        maker.Add(TopoDS.Wire(BRepTools.OuterWire_s(hole).Reversed()))
    face = maker.Face()
    expected = area(outer) - sum(area(hole) for hole in holes)
    if expected <= 0.0 or abs(area(face) - expected) > 1e-6 * area(outer):
        raise _bad_loop("The holes of the profile do not lie inside its outline.")
    return face


def _surely_inside(outer: dict[str, Any], holes: Sequence[dict[str, Any]]) -> bool:
    """A quick proof that holes lie apart inside a circle or a convex polygon; False only means not proven."""
    spans = [span for hole in holes if (span := _span(hole["curves"])) is not None]
    if len(spans) != len(holes):
        return False
    boxes = [Box((a, b, 0.0), (c, d, 0.0)) for a, b, c, d in spans]
    if any(box.meets(other) for i, box in enumerate(boxes) for other in boxes[:i]):
        return False
    corners = [(x, y) for a, b, c, d in spans for x in (a, c) for y in (b, d)]
    curves = outer["curves"]
    if len(curves) == 1 and curves[0]["curve"] == "circle":
        limit = curves[0]["radius"] - MEETING
        return all(math.dist(corner, curves[0]["center"]) < limit for corner in corners)
    if any(curve["curve"] != "line" for curve in curves):
        return False
    points = [curve["start"] for curve in curves]
    sides = list(zip(points, points[1:] + points[:1], strict=True))
    turning = sum(a[0] * b[1] - a[1] * b[0] for a, b in sides)
    sign = 1.0 if turning > 0 else -1.0
    convex = all(
        _left(a, b, c, sign) >= 0 for (a, b), (_, c) in zip(sides, sides[1:] + sides[:1], strict=True)
    )
    return convex and all(_left(a, b, corner, sign) > MEETING for a, b in sides for corner in corners)


def _left(a: Sequence[float], b: Sequence[float], p: Sequence[float], sign: float) -> float:
    """Distance of p to the left of a→b (to the right for sign −1)."""
    length = math.dist(a, b)
    if length == 0.0:
        return -1.0
    return sign * ((b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])) / length


def _span(curves: Sequence[dict[str, Any]]) -> tuple[float, float, float, float] | None:
    """The box (u0, v0, u1, v1) of a loop of lines or a circle; None when there are other curves."""
    us: list[float] = []
    vs: list[float] = []
    for curve in curves:
        if curve["curve"] == "circle":
            (u, v), r = curve["center"], curve["radius"]
            us += [u - r, u + r]
            vs += [v - r, v + r]
        elif curve["curve"] == "line":
            us += [curve["start"][0], curve["end"][0]]
            vs += [curve["start"][1], curve["end"][1]]
        else:
            return None
    return min(us), min(vs), max(us), max(vs)


def wire_of(curves: Sequence[dict[str, Any]], frame: Frame, *, closed: bool = True) -> TopoDS_Wire:
    """A wire through curves that follow one another; neighbours share their vertices."""
    if not curves:
        raise _bad_loop("The outline has no curves.")
    maker = BRepBuilderAPI_MakeWire()
    if len(curves) == 1 and curves[0]["curve"] in ("circle", "ellipse"):
        maker.Add(_round_edge(curves[0], frame))
        return maker.Wire()
    starts = [_ends(curve)[0] for curve in curves]
    ends = [_ends(curve)[1] for curve in curves]
    following = starts[1:] + (starts[:1] if closed else ends[-1:])
    for end, start in zip(ends, following, strict=True):
        if math.dist(end, start) > MEETING:
            raise StepProblem(
                "geometry.open_loop",
                "The outline is not closed: one curve ends where the next does not start.",
                expected=f"({start[0]:g}, {start[1]:g})",
                actual=f"({end[0]:g}, {end[1]:g})",
                hint="Let each curve start where the one before ends, and the last end at the start.",
            )
    if closed and len(curves) == 1:
        maker.Add(BRepBuilderAPI_MakeEdge(_spline(curves[0]["points"], frame, closed=True)).Edge())
        return maker.Wire()
    vertices = [BRepBuilderAPI_MakeVertex(frame.point(*point)).Vertex() for point in starts]
    last = vertices[0] if closed else BRepBuilderAPI_MakeVertex(frame.point(*ends[-1])).Vertex()
    for i, curve in enumerate(curves):
        second = vertices[i + 1] if i + 1 < len(vertices) else last
        if curve["curve"] == "line" and math.dist(starts[i], ends[i]) < MEETING:
            raise _bad_loop("One side of the outline has no length.")
        maker.Add(_edge(curve, frame, vertices[i], second))
        if not maker.IsDone():
            raise _bad_loop("The curves of the outline do not join up.")
    return maker.Wire()


def _ends(curve: dict[str, Any]) -> tuple[Sequence[float], Sequence[float]]:
    if curve["curve"] == "spline":
        return curve["points"][0], curve["points"][-1]
    if curve["curve"] in ("circle", "ellipse"):
        raise _bad_loop("A full circle or ellipse must be the only curve of its loop.")
    return curve["start"], curve["end"]


def _edge(curve: dict[str, Any], frame: Frame, first: TopoDS_Vertex, second: TopoDS_Vertex) -> TopoDS_Edge:
    if curve["curve"] == "line":
        maker = BRepBuilderAPI_MakeEdge(first, second)
    else:
        geometry = (
            _arc(curve, frame) if curve["curve"] == "arc" else _spline(curve["points"], frame, closed=False)
        )
        maker = BRepBuilderAPI_MakeEdge(
            geometry, first, second, geometry.FirstParameter(), geometry.LastParameter()
        )
    if not maker.IsDone():
        raise _bad_loop(f"A {curve['curve']} of the outline cannot be built.")
    return maker.Edge()


def _arc(curve: dict[str, Any], frame: Frame) -> Geom_Curve:
    start, mid, end = curve["start"], curve["mid"], curve["end"]
    cross = (mid[0] - start[0]) * (end[1] - start[1]) - (mid[1] - start[1]) * (end[0] - start[0])
    if abs(cross) < 1e-9 * math.dist(start, end) ** 2 or math.dist(start, mid) < MEETING:
        raise StepProblem(
            "geometry.bad_loop",
            "The three points of an arc lie on a line.",
            expected="a middle point beside the line from start to end",
            actual=f"{start}, {mid}, {end}",
            hint="Use a line, or move the middle point.",
        )
    maker = GC_MakeArcOfCircle(frame.point(*start), frame.point(*mid), frame.point(*end))
    if not maker.IsDone():
        raise _bad_loop("An arc of the outline cannot be built.")
    return maker.Value()


def _spline(points: Sequence[Sequence[float]], frame: Frame, *, closed: bool) -> Geom_Curve:
    """The interpolating cubic; smooth everywhere when it alone closes a loop."""
    if closed and len(points) < 4:
        raise _bad_loop("A closed spline needs at least three different points.")
    used = points[:-1] if closed else points
    array = HArray1_gp_Pnt(1, len(used))
    for i, point in enumerate(used):
        array.SetValue(i + 1, frame.point(*point))
    maker = GeomAPI_Interpolate(array, closed, MEETING)
    maker.Perform()
    if not maker.IsDone():
        raise _bad_loop("A spline of the outline cannot be built; two of its points may coincide.")
    return maker.Curve()


def _round_edge(curve: dict[str, Any], frame: Frame) -> TopoDS_Edge:
    if curve["curve"] == "circle":
        return BRepBuilderAPI_MakeEdge(gp_Circ(frame.ax2(*curve["center"]), curve["radius"])).Edge()
    rx, ry, angle = curve["rx"], curve["ry"], math.radians(curve.get("angle", 0.0))
    if ry > rx:  # OpenCASCADE wants the major radius first
        rx, ry, angle = ry, rx, angle + math.pi / 2
    axes = frame.ax2(*curve["center"])
    axes.Rotate(axes.Axis(), angle)
    return BRepBuilderAPI_MakeEdge(gp_Elips(axes, rx, ry)).Edge()


def wires_of(face: TopoDS_Face) -> tuple[TopoDS_Wire, list[TopoDS_Wire]]:
    """Outer wire and inner wires of a face."""
    outer = BRepTools.OuterWire_s(face)
    inner = [TopoDS.Wire(wire) for wire in parts(face, TopAbs_WIRE) if not wire.IsSame(outer)]
    return outer, inner


def fill(wire: TopoDS_Wire, frame: Frame) -> TopoDS_Face:
    """The face inside a wire that lies in the frame's plane."""
    return _face(wire, frame)
