"""Steps that change edges: fillet and chamfer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from OCP.BRepFilletAPI import BRepFilletAPI_MakeChamfer, BRepFilletAPI_MakeFillet
from OCP.TopoDS import TopoDS_Shape

from cadagent.kernel.booleans import unified
from cadagent.kernel.context import BuildContext, StepProblem
from cadagent.kernel.guard import guarded
from cadagent.kernel.largest import largest_that_works
from cadagent.kernel.selectors import EdgeInfo, plane_faces, select_edges
from cadagent.kernel.shapes import is_sound, solids, together, volume

#: (body, edges, size) → the changed shape, or None.
Attempt = Callable[[TopoDS_Shape, Sequence[EdgeInfo], float], TopoDS_Shape | None]


def fillet(step: dict[str, Any], context: BuildContext) -> None:
    """Round the selected edges of a body."""

    def attempt(body: TopoDS_Shape, edges: Sequence[EdgeInfo], size: float) -> TopoDS_Shape | None:
        maker = BRepFilletAPI_MakeFillet(body)
        for info in edges:
            maker.Add(size, info.edge)
        maker.Build()
        return maker.Shape() if maker.IsDone() else None

    _change(step, context, "radius", attempt)


def chamfer(step: dict[str, Any], context: BuildContext) -> None:
    """Bevel the selected edges of a body; of two distances the first is measured on the selected face."""
    distance, second = float(step["distance"]), step.get("distance2")

    def attempt(body: TopoDS_Shape, edges: Sequence[EdgeInfo], size: float) -> TopoDS_Shape | None:
        maker = BRepFilletAPI_MakeChamfer(body)
        for info in edges:
            if second is None:
                maker.Add(size, info.edge)
            else:
                face = _reference(info, body, step["edges"])
                maker.Add(size, size * float(second) / distance, info.edge, face)
        maker.Build()
        return maker.Shape() if maker.IsDone() else None

    _change(step, context, "distance", attempt)


def _change(step: dict[str, Any], context: BuildContext, word: str, attempt: Attempt) -> None:
    """Apply a fillet or chamfer to each body concerned, or say which size would have worked."""
    size = float(step[word])
    for name, body, edges in _chosen(step, context):
        result = _sound(attempt, body, edges, size)
        if result is None:

            def works(smaller: float, body: TopoDS_Shape = body, edges: Sequence[EdgeInfo] = edges) -> bool:
                return _sound(attempt, body, edges, smaller) is not None

            raise _too_large(step["do"], word, size, largest_that_works(works, size))
        context.replace(str(step["id"]), name, result)


def _chosen(step: dict[str, Any], context: BuildContext) -> list[tuple[str, TopoDS_Shape, list[EdgeInfo]]]:
    """(body id, body, edges) for the named body, or for every body that has such edges."""
    named = step.get("body")
    names = context.named_bodies([named] if named else None)
    if not names:
        context.box()  # says that there is no body
    found = []
    problem: StepProblem | None = None
    for name in names:
        try:
            found.append(
                (name, context.bodies[name], select_edges(context.bodies[name], step["edges"], context))
            )
        except StepProblem as missing:
            problem = missing
    if not found and problem is not None:
        if problem.code != "geometry.edges_smooth":
            raise problem
        context.note(problem, "warning")
    return found


def _reference(info: EdgeInfo, body: TopoDS_Shape, selectors: Sequence[dict[str, Any]]) -> Any:
    """The face on which the first distance lies: the selected one, else the first of the edge."""
    for selector in selectors:
        planes = selector.get("planes", [selector] if selector["select"] == "plane" else [])
        for plane in planes:
            for face in plane_faces(body, plane):
                for own in info.faces:
                    if own.IsSame(face):
                        return own
    return info.faces[0]


def _sound(
    attempt: Attempt, body: TopoDS_Shape, edges: Sequence[EdgeInfo], size: float
) -> TopoDS_Shape | None:
    """The changed body if it is a valid solid (or solids), else None."""
    try:
        with guarded("edge"):
            shape = attempt(body, edges, size)
    except StepProblem:
        return None
    if shape is None or shape.IsNull() or not is_sound(shape):
        return None
    made = solids(shape)
    before = volume(body)
    after = volume(shape)
    # a rounded edge may add a little (inner corners) or take some away, but never most of the part
    if len(made) != len(solids(body)) or not 0.0 < after < 2 * before:
        return None
    return unified(together(made))


def _too_large(what: str, word: str, size: float, largest: float | None) -> StepProblem:
    hint = (
        f"Use {word} {largest:g} mm or less."
        if largest
        else f"Use a much smaller {word}, or select fewer edges."
    )
    return StepProblem(
        f"geometry.{what}_too_large",
        f"A {what} of this size does not fit on the selected edges.",
        expected=f"about {largest:g} mm or less" if largest else None,
        actual=f"{size:g} mm",
        hint=hint,
    )
