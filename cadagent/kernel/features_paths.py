"""Steps that follow sections or paths: loft, sweep, rib."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from OCP.BRepBuilderAPI import BRepBuilderAPI_MakeVertex, BRepBuilderAPI_TransitionMode
from OCP.BRepOffsetAPI import BRepOffsetAPI_MakePipeShell, BRepOffsetAPI_ThruSections
from OCP.TopoDS import TopoDS_Face, TopoDS_Shape, TopoDS_Wire

from cadagent.kernel.booleans import cut
from cadagent.kernel.context import BuildContext, StepProblem
from cadagent.kernel.curves import face_of, region, wire_of, wires_of
from cadagent.kernel.extents import touching
from cadagent.kernel.features import extruded
from cadagent.kernel.shapes import Frame, solids, together, volume


def loft(step: dict[str, Any], context: BuildContext) -> None:
    """A solid through two or more sections, smooth or with straight (ruled) sides."""
    sections = step["sections"]
    if len(sections) < 2:
        raise StepProblem(
            "geometry.build_failed", "A loft needs at least two sections.", hint="Add a section."
        )
    outers: list[TopoDS_Wire] = []
    inners: list[list[TopoDS_Wire]] = []
    for i, section in enumerate(sections):
        faces = region(section["loops"], Frame.read(section["frame"]))
        if len(faces) != 1:
            raise StepProblem(
                "geometry.build_failed",
                f"Section {i + 1} of the loft has {len(faces)} separate areas.",
                expected="one connected area in every section",
                hint="Draw one outline in each section.",
            )
        outer, inner = wires_of(faces[0])
        outers.append(outer)
        inners.append(inner)
    if len({len(inner) for inner in inners}) != 1:
        raise StepProblem(
            "geometry.build_failed",
            "The sections of the loft do not have the same number of holes.",
            actual=", ".join(str(len(inner)) for inner in inners),
            hint="Give every section the same holes, or cut them with a second loft.",
        )
    ruled = bool(step.get("ruled"))
    solid = _through(outers, ruled=ruled)
    tunnels = [_through(list(wires), ruled=ruled) for wires in zip(*inners, strict=True)]
    context.apply(step, solids(cut(solid, tunnels).shape) if tunnels else [solid])


def _through(wires: Sequence[TopoDS_Wire], *, ruled: bool) -> TopoDS_Shape:
    maker = BRepOffsetAPI_ThruSections(True, ruled)
    for wire in wires:
        maker.AddWire(wire)
    maker.CheckCompatibility(True)
    maker.Build()
    if not maker.IsDone():
        raise StepProblem(
            "geometry.build_failed",
            "No surface could be laid through the sections.",
            hint="Give the sections similar outlines, in order along the loft, and keep them apart.",
        )
    return outward(maker.Shape())


def outward(solid: TopoDS_Shape) -> TopoDS_Shape:
    """The solid with its faces looking out."""
    return solid.Reversed() if volume(solid) < 0 else solid


def sweep(step: dict[str, Any], context: BuildContext) -> None:
    """A profile carried along a path; corners of the path are mitred."""
    path = step["path"]
    frame = Frame.read(path["frame"])
    curves = path["curves"]
    whole = len(curves) == 1 and curves[0]["curve"] in ("circle", "ellipse")
    spine = wire_of(curves, frame, closed=whole or _closes(curves))
    tools = []
    for face in region(step["loops"], Frame.read(step["frame"])):
        outer, inner = wires_of(face)
        solid = _pipe(spine, outer)
        tunnels = [_pipe(spine, wire) for wire in inner]
        tools += solids(cut(solid, tunnels).shape) if tunnels else [solid]
    context.apply(step, tools)


def _closes(curves: Sequence[dict[str, Any]]) -> bool:
    def end(curve: dict[str, Any], first: bool) -> Sequence[float]:
        if curve["curve"] == "spline":
            return curve["points"][0 if first else -1]
        return curve["start" if first else "end"]

    return math.dist(end(curves[0], True), end(curves[-1], False)) < 1e-7


def _pipe(spine: TopoDS_Wire, profile: TopoDS_Wire) -> TopoDS_Shape:
    maker = BRepOffsetAPI_MakePipeShell(spine)
    maker.SetTransitionMode(BRepBuilderAPI_TransitionMode.BRepBuilderAPI_RightCorner)
    maker.Add(profile)
    if maker.IsReady():
        maker.Build()
    if not maker.IsReady() or not maker.IsDone() or not maker.MakeSolid():
        raise StepProblem(
            "geometry.build_failed",
            "The profile could not be carried along the path.",
            expected="bends wider than the profile",
            hint="Make the bends of the path wider or the profile smaller, and begin it at the profile.",
        )
    return outward(maker.Shape())


def rib(step: dict[str, Any], context: BuildContext) -> None:
    """A wall from an open path to the material in ``direction``, centred on the path's plane."""
    frame = Frame.read(step["path"]["frame"])
    curves = step["path"]["curves"]
    box = context.box(step.get("targets"))
    (du, dv), reach = step["direction"], 2 * box.diagonal() + 1.0
    length = math.hypot(du, dv)
    shift = (du / length * reach, dv / length * reach)
    first, last = _point(curves[0], 0), _point(curves[-1], -1)
    far_first, far_last = _plus(first, shift), _plus(last, shift)
    back = [_moved_back(curve, shift) for curve in reversed(curves)]
    outline = [
        *curves,
        {"curve": "line", "start": last, "end": far_last},
        *back,
        {"curve": "line", "start": far_first, "end": first},
    ]
    half = float(step["thickness"]) / 2
    wall: TopoDS_Face = face_of(outline, frame)
    bodies = together([context.bodies[name] for name in context.named_bodies(step.get("targets"))])
    pieces = solids(cut(extruded(wall, frame, -half, half), solids(bodies)).shape)
    kept = touching(pieces, wire_of(curves, frame, closed=False))
    end = [BRepBuilderAPI_MakeVertex(frame.point(*point)).Vertex() for point in (far_first, far_last)]
    if not kept or any(touching(kept, vertex) for vertex in end):
        raise StepProblem(
            "geometry.no_effect",
            "The rib does not end on the part: there is no material all along its path.",
            expected=f"material in the direction of the rib (the part is at {box.text()})",
            hint="Let both ends of the path reach the part, or turn the rib round.",
        )
    context.apply(step, kept)


def _point(curve: dict[str, Any], index: int) -> Sequence[float]:
    if curve["curve"] == "spline":
        return curve["points"][index]
    return curve["start" if index == 0 else "end"]


def _plus(point: Sequence[float], shift: Sequence[float]) -> list[float]:
    return [point[0] + shift[0], point[1] + shift[1]]


def _moved_back(curve: dict[str, Any], shift: Sequence[float]) -> dict[str, Any]:
    """The curve moved by ``shift`` and run backwards."""
    if curve["curve"] == "spline":
        return {"curve": "spline", "points": [_plus(p, shift) for p in reversed(curve["points"])]}
    turned = {**curve, "start": _plus(curve["end"], shift), "end": _plus(curve["start"], shift)}
    if "mid" in curve:
        turned["mid"] = _plus(curve["mid"], shift)
    return turned
