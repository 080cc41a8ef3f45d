"""Hollowing a body: shell."""

from __future__ import annotations

from math import inf
from typing import Any

from OCP.BRepAdaptor import BRepAdaptor_Surface
from OCP.BRepAlgoAPI import BRepAlgoAPI_Defeaturing
from OCP.BRepOffset import BRepOffset_Mode
from OCP.BRepOffsetAPI import BRepOffsetAPI_MakeOffsetShape, BRepOffsetAPI_MakeThickSolid
from OCP.GeomAbs import GeomAbs_JoinType, GeomAbs_SurfaceType
from OCP.TopAbs import TopAbs_EDGE, TopAbs_FACE
from OCP.TopoDS import TopoDS, TopoDS_Face, TopoDS_Shape

from cadagent.kernel.booleans import cut
from cadagent.kernel.context import BuildContext, StepProblem
from cadagent.kernel.features_paths import outward
from cadagent.kernel.guard import guarded
from cadagent.kernel.largest import largest_that_works
from cadagent.kernel.selectors import plane_faces
from cadagent.kernel.shapes import box_of, is_sound, parts, shape_list, solids, together, volume
from cadagent.kernel.surfaces import rounded_by

_TOLERANCE = 1e-4


def shell(step: dict[str, Any], context: BuildContext) -> None:
    """Leave walls of a thickness inside (or around) a body's faces; the open faces get none."""
    named = step.get("body")
    names = context.named_bodies([named] if named else None)
    if not names:
        context.box()
    planes = step.get("open") or []
    if named is None and planes:
        names = [n for n in names if any(plane_faces(context.bodies[n], plane) for plane in planes)] or names[
            :1
        ]
    thickness, outside = float(step["thickness"]), bool(step.get("outward"))
    for name in names:
        body = context.bodies[name]
        result = _walls(body, planes, thickness, outside=outside)
        if result is None:
            largest = largest_that_works(
                lambda size, b=body: _walls(b, planes, size, outside=outside) is not None,  # type: ignore[misc]
                thickness,
            )
            raise StepProblem(
                "geometry.shell_failed",
                "The part cannot be hollowed with walls of this thickness.",
                expected=f"about {largest:g} mm or less"
                if largest
                else f"thinner walls ({box_of(body).text()})",
                actual=f"{thickness:g} mm",
                hint="Use a thinner wall, or put the shell before fillets and small details.",
            )
        context.replace(str(step["id"]), name, result)


def _walls(
    body: TopoDS_Shape, planes: list[dict[str, Any]], thickness: float, *, outside: bool
) -> TopoDS_Shape | None:
    """The hollow body, or None when its walls cannot be that thick."""
    open_faces = [face for plane in planes for face in _open(body, plane)]
    tight = [] if outside else _tight(body, thickness)
    return (
        _hollow_without(body, tight, planes, thickness)
        if tight
        else _hollow(body, open_faces, thickness, outside=outside)
    )


def _tight(body: TopoDS_Shape, thickness: float) -> list[TopoDS_Face]:
    """Faces that are round outward with too small a radius for walls of this thickness, and the flat ends of
    pins. Their offsets would turn inside out, and count as hollow."""
    faces = [TopoDS.Face(face) for face in parts(body, TopAbs_FACE)]
    tight = [face for face in faces if (rounded_by(face) or inf) < thickness + _TOLERANCE]
    pins = [
        face for face in tight if BRepAdaptor_Surface(face).GetType() == GeomAbs_SurfaceType.GeomAbs_Cylinder
    ]
    edges = [edge for face in pins for edge in parts(face, TopAbs_EDGE)]
    discs = [(face, parts(face, TopAbs_EDGE)) for face in faces if face not in tight]
    ends = [face for face, rim in discs if len(rim) == 1 and any(rim[0].IsSame(edge) for edge in edges)]
    return [*tight, *ends]


def _hollow_without(
    body: TopoDS_Shape, tight: list[TopoDS_Face], planes: list[dict[str, Any]], thickness: float
) -> TopoDS_Shape | None:
    """The hollow body; its hollow is that of the body without some faces, which have nothing inside."""
    try:
        with guarded("shell"):
            remover = BRepAlgoAPI_Defeaturing()
            remover.SetShape(body)
            for face in tight:
                remover.AddFaceToRemove(face)
            remover.Build()
            plain = together(solids(remover.Shape())) if remover.IsDone() else None
            if plain is None or not is_sound(plain) or _tight(plain, thickness):
                return None
            open_faces = [face for plane in planes for face in plane_faces(plain, plane)]
            walls = _hollow(plain, open_faces, thickness, outside=False)
            if walls is None:
                return None
            hollow = cut(plain, solids(walls)).shape
            result = together(solids(cut(body, solids(hollow)).shape))
    except StepProblem:
        return None
    # A pin on the open face would be left in the air.
    whole = len(solids(result)) == len(solids(body))
    return result if whole and is_sound(result) and 0 < volume(result) < volume(body) else None


def _open(body: TopoDS_Shape, plane: dict[str, Any]) -> list[TopoDS_Face]:
    found = plane_faces(body, plane)
    if not found:
        raise StepProblem(
            "geometry.face_gone",
            "The face to be left open is not there any more: a later step removed or moved it.",
            expected="a flat face of the part as it is at this step",
            actual=f"none at {plane['point']} looking along {plane['normal']}",
            hint="Shell before the step that changes this face, or name another face.",
        )
    return found


def _hollow(
    body: TopoDS_Shape, open_faces: list[TopoDS_Face], thickness: float, *, outside: bool
) -> TopoDS_Shape | None:
    """The hollow body, or None when the offset surfaces do not work out."""
    try:
        with guarded("shell"):
            result = (
                _opened(body, open_faces, thickness if outside else -thickness)
                if open_faces
                else _closed(body, thickness, outside=outside)
            )
    except StepProblem:
        return None
    if result is None or not is_sound(result):
        return None
    before, after = volume(body), volume(result)
    if after <= 0 or (not outside and after >= before * (1 - 1e-9)):
        return None
    # an inner offset that turns inside out has walls beyond the body
    if not outside and not _within(result, body):
        return None
    return result


def _opened(body: TopoDS_Shape, open_faces: list[TopoDS_Face], offset: float) -> TopoDS_Shape | None:
    maker = BRepOffsetAPI_MakeThickSolid()
    maker.MakeThickSolidByJoin(
        body,
        shape_list(open_faces),
        offset,
        _TOLERANCE,
        BRepOffset_Mode.BRepOffset_Skin,
        False,
        False,
        GeomAbs_JoinType.GeomAbs_Intersection,
    )
    if not maker.IsDone() or not solids(maker.Shape()):
        return None
    return together([outward(solid) for solid in solids(maker.Shape())])


def _closed(body: TopoDS_Shape, thickness: float, *, outside: bool) -> TopoDS_Shape | None:
    maker = BRepOffsetAPI_MakeOffsetShape()
    maker.PerformByJoin(
        body,
        thickness if outside else -thickness,
        _TOLERANCE,
        BRepOffset_Mode.BRepOffset_Skin,
        False,
        False,
        GeomAbs_JoinType.GeomAbs_Intersection,
    )
    if not maker.IsDone() or not solids(maker.Shape()):
        return None
    other = together([outward(solid) for solid in solids(maker.Shape())])
    big, small = (other, body) if outside else (body, other)
    if volume(big) <= volume(small):
        return None
    return together(solids(cut(big, solids(small)).shape))


def _within(inner: TopoDS_Shape, outer: TopoDS_Shape) -> bool:
    a, b = box_of(inner, exact=True), box_of(outer, exact=True)
    gap = 1e-4
    return all(x >= y - gap for x, y in zip(a.low, b.low, strict=True)) and all(
        x <= y + gap for x, y in zip(a.high, b.high, strict=True)
    )
