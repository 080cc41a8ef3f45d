"""Is a finished body a proper solid?"""

from __future__ import annotations

from OCP.collections import (
    IndexedDataMap_TopoDS_Shape_List_TopoDS_Shape_TopTools_ShapeMapHasher as AncestorMap,
)
from OCP.TopAbs import TopAbs_EDGE, TopAbs_FACE
from OCP.TopExp import TopExp
from OCP.TopoDS import TopoDS_Shape

from cadagent.kernel.context import StepProblem
from cadagent.kernel.shapes import is_sound, solids, volume


def body_fault(name: str, shape: TopoDS_Shape) -> StepProblem | None:
    """What is wrong with a body: no volume, not valid, or more than two faces at an edge; None when sound."""
    if not solids(shape) or volume(shape) <= 0.0:
        return StepProblem(
            "geometry.no_volume",
            f"Body {name} has no volume.",
            hint="Check that its sizes are positive and that no later step removed it.",
        )
    if not is_sound(shape):
        return StepProblem(
            "geometry.invalid",
            f"Body {name} is not a valid solid: its faces do not fit together.",
            expected="a closed solid whose faces meet only at their edges",
            hint="Resize shapes that almost coincide, cross themselves or touch along a line.",
        )
    if crowded_edges(shape):
        return StepProblem(
            "geometry.non_manifold",
            f"Parts of body {name} touch only along an edge.",
            expected="two faces at every edge",
            actual="more than two faces at an edge",
            hint="Let the parts overlap a little, or keep them clearly apart.",
        )
    return None


def crowded_edges(shape: TopoDS_Shape) -> int:
    """How many edges have more than two faces."""
    faces_at = AncestorMap()
    TopExp.MapShapesAndAncestors_s(shape, TopAbs_EDGE, TopAbs_FACE, faces_at)
    return sum(1 for i in range(1, faces_at.Extent() + 1) if faces_at.FindFromIndex(i).Extent() > 2)
