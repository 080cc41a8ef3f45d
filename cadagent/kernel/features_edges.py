"""Steps that change edges: fillet and chamfer."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import Any

from OCP.BRepCheck import BRepCheck_Analyzer
from OCP.BRepFilletAPI import BRepFilletAPI_MakeChamfer, BRepFilletAPI_MakeFillet
from OCP.Standard import Standard_Failure
from OCP.TopoDS import TopoDS_Shape

from cadagent.kernel.booleans import unified
from cadagent.kernel.context import BuildContext, StepProblem
from cadagent.kernel.selectors import EdgeInfo, plane_faces, select_edges
from cadagent.kernel.shapes import solids, together, volume

#: Seconds that may be spent on finding the largest size that works, for the hint.
_SEARCH_SECONDS = 0.5
_SEARCH_STEPS = 7

Maker = Callable[[float], TopoDS_Shape | None]


def fillet(step: dict[str, Any], context: BuildContext) -> None:
    """Round the selected edges of a body."""
    radius = float(step["radius"])

    def attempt(body: TopoDS_Shape, edges: Sequence[EdgeInfo], size: float) -> TopoDS_Shape | None:
        maker = BRepFilletAPI_MakeFillet(body)
        for info in edges:
            maker.Add(size, info.edge)
        maker.Build()
        return maker.Shape() if maker.IsDone() else None

    for name, body, edges in _chosen(step, context):
        result = _sound(lambda size, b=body, e=edges: attempt(b, e, size), body, radius)  # type: ignore[misc]
        if result is None:
            largest = _largest(lambda size, b=body, e=edges: attempt(b, e, size), body, radius)  # type: ignore[misc]
            raise _too_large("fillet", "radius", radius, largest)
        context.replace(str(step["id"]), name, result)


def chamfer(step: dict[str, Any], context: BuildContext) -> None:
    """Bevel the selected edges of a body; of two distances the first is measured on the selected face."""
    distance, second = float(step["distance"]), step.get("distance2")

    def attempt(body: TopoDS_Shape, edges: Sequence[EdgeInfo], size: float) -> TopoDS_Shape | None:
        maker = BRepFilletAPI_MakeChamfer(body)
        for info in edges:
            if second is None:
                maker.Add(size, info.edge)
            else:
                maker.Add(size, size * float(second) / distance, info.edge, _reference(info, body, step["edges"]))
        maker.Build()
        return maker.Shape() if maker.IsDone() else None

    for name, body, edges in _chosen(step, context):
        result = _sound(lambda size, b=body, e=edges: attempt(b, e, size), body, distance)  # type: ignore[misc]
        if result is None:
            largest = _largest(lambda size, b=body, e=edges: attempt(b, e, size), body, distance)  # type: ignore[misc]
            raise _too_large("chamfer", "distance", distance, largest)
        context.replace(str(step["id"]), name, result)


def _chosen(
    step: dict[str, Any], context: BuildContext
) -> list[tuple[str, TopoDS_Shape, list[EdgeInfo]]]:
    """(body id, body, edges) for the named body, or for every body that has such edges."""
    named = step.get("body")
    names = context.named_bodies([named] if named else None)
    if not names:
        context.box()  # says that there is no body
    found = []
    problem: StepProblem | None = None
    for name in names:
        try:
            found.append((name, context.bodies[name], select_edges(context.bodies[name], step["edges"], context)))
        except StepProblem as missing:
            problem = missing
    if not found and problem is not None:
        raise problem
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


def _sound(attempt: Maker, body: TopoDS_Shape, size: float) -> TopoDS_Shape | None:
    """The changed body if it is a valid solid (or solids), else None."""
    try:
        shape = attempt(size)
    except (Standard_Failure, RuntimeError):
        return None
    if shape is None or shape.IsNull() or not BRepCheck_Analyzer(shape).IsValid():
        return None
    made = solids(shape)
    before = volume(body)
    after = volume(shape)
    # a rounded edge may add a little (inner corners) or take some away, but never most of the part
    if len(made) != len(solids(body)) or not 0.0 < after < 2 * before:
        return None
    return unified(together(made))


def _largest(attempt: Maker, body: TopoDS_Shape, size: float) -> float | None:
    """Roughly the largest size that works, rounded down to two digits; None when none was found in time."""
    stop = time.perf_counter() + _SEARCH_SECONDS
    low, high = 0.0, size
    for _ in range(_SEARCH_STEPS):
        if time.perf_counter() > stop:
            break
        middle = (low + high) / 2
        if _sound(attempt, body, middle) is None:
            high = middle
        else:
            low = middle
    if low <= 0.0:
        return None
    unit = 10.0 ** (math.floor(math.log10(low)) - 1)
    return round(math.floor(low / unit) * unit, 9)


def _too_large(what: str, word: str, size: float, largest: float | None) -> StepProblem:
    hint = f"Use {word} {largest:g} mm or less." if largest else f"Use a much smaller {word}, or select fewer edges."
    return StepProblem(
        f"geometry.{what}_too_large",
        f"A {what} of this size does not fit on the selected edges.",
        expected=f"about {largest:g} mm or less" if largest else None,
        actual=f"{size:g} mm",
        hint=hint,
    )
