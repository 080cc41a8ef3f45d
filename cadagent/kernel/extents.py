"""How far a prism reaches that goes through everything, or up to the next face."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from OCP.BRepExtrema import BRepExtrema_DistShapeShape
from OCP.TopoDS import TopoDS_Shape

from cadagent.kernel.booleans import cut, intersect
from cadagent.kernel.context import BuildContext, StepProblem
from cadagent.kernel.shapes import Frame, box_of, solids, together


def through_span(step: dict[str, Any], frame: Frame, context: BuildContext) -> tuple[float, float]:
    """(start, end) along the normal, past the bodies for a cut; a join stops at their box."""
    box = context.box(step.get("targets"))
    low, high = box.along(frame.origin, frame.n)
    direction = int(step.get("direction", 1))
    margin = (
        0.0 if step.get("mode") == "join" and step["extent"] == "through" else max(1.0, 0.01 * box.diagonal())
    )
    start = low - margin if direction <= 0 else 0.0
    end = high + margin if direction >= 0 else 0.0
    if end - start <= 1e-5:
        raise StepProblem(
            "geometry.no_effect",
            "There is no material in the direction in which this extrusion goes.",
            expected=f"material ahead of the profile (the part is at {box.text()})",
            hint="Reverse the direction, or start from another plane or face.",
        )
    return start, end


def next_pieces(
    step: dict[str, Any], tools: Sequence[TopoDS_Shape], frame: Frame, context: BuildContext
) -> list[TopoDS_Shape]:
    """The part of each tool between the profile and the first face it meets.

    A join fills the empty space before that face; a cut takes the first stretch of material.
    """
    bodies = together([context.bodies[name] for name in context.named_bodies(step.get("targets"))])
    adding = step.get("mode") != "cut"
    direction = 1.0 if int(step.get("direction", 1)) >= 0 else -1.0
    ahead = tuple(direction * c for c in frame.n)
    kept: list[TopoDS_Shape] = []
    for tool in tools:
        far = box_of(tool).along(frame.origin, ahead)[1]  # type: ignore[arg-type]
        outcome = cut(tool, solids(bodies)) if adding else intersect(tool, solids(bodies))
        pieces = solids(outcome.shape)
        spans = [box_of(piece, exact=True).along(frame.origin, ahead) for piece in pieces]  # type: ignore[arg-type]
        if not adding:
            first = min((low for low, _ in spans), default=0.0)
            kept += [piece for piece, (low, _) in zip(pieces, spans, strict=True) if low <= first + 1e-6]
            continue
        near = [(piece, high) for piece, (low, high) in zip(pieces, spans, strict=True) if low <= 1e-6]
        if not near or any(high >= far - 1e-6 for _, high in near):
            raise StepProblem(
                "geometry.no_effect",
                "There is no face ahead that would end the extrusion all round.",
                expected="material in front of the whole profile",
                hint="Give a depth instead, or move or reverse the profile.",
            )
        kept += [piece for piece, _ in near]
    return kept


def touching(pieces: Sequence[TopoDS_Shape], other: TopoDS_Shape) -> list[TopoDS_Shape]:
    """The pieces that touch another shape."""
    return [piece for piece in pieces if BRepExtrema_DistShapeShape(piece, other).Value() < 1e-6]
