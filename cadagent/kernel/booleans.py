"""Unions, cuts and intersections, every one checked by volumes (areas for faces).

OpenCASCADE's booleans go silently wrong on near-coincident shapes. Therefore the intersections are computed once
and two results are taken from them, so that V(a∪b) = V(a) + V(b) − V(a∩b) and V(a∖b) = V(a) − V(a∩b) can be tested.
Fuzzy value 0 and non-destructive, because by default a boolean changes the tolerances of its inputs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from OCP.BOPAlgo import BOPAlgo_BOP, BOPAlgo_COMMON, BOPAlgo_CUT, BOPAlgo_FUSE, BOPAlgo_Operation, BOPAlgo_PaveFiller
from OCP.ShapeUpgrade import ShapeUpgrade_UnifySameDomain
from OCP.TopAbs import TopAbs_FACE
from OCP.TopoDS import TopoDS_Shape

from cadagent.kernel.context import StepProblem
from cadagent.kernel.shapes import Box, area, box_of, parts, shape_list, solids, together, volume

#: A boolean is believed when its volumes agree to this share of the smaller operand …
RELATIVE = 1e-3
#: … plus this share of the larger one, which is what integration over curved faces leaves.
NOISE = 1e-6
#: A common volume below this share of the smaller operand is contact, not overlap.
CONTACT = 1e-7


@dataclass(frozen=True)
class Outcome:
    """Result of a boolean: the shape, its volume (or area) and that of the operands' overlap."""

    shape: TopoDS_Shape
    size: float
    common: float


def fuse(body: TopoDS_Shape, tools: Sequence[TopoDS_Shape], *, flat: bool = False) -> Outcome:
    """body ∪ tools. Tools that overlap one another are united first, so that the volume rule can be applied."""
    merged = unite(tools, flat=flat)
    size = area if flat else volume
    a, b = size(body), sum(size(tool) for tool in merged)
    result, common = _run(body, merged, (BOPAlgo_FUSE, BOPAlgo_COMMON))
    got, overlap = size(result), size(common)
    _check("union", a + b - overlap, got, a, b)
    return Outcome(unified(result), got, overlap)


def cut(body: TopoDS_Shape, tools: Sequence[TopoDS_Shape], *, flat: bool = False) -> Outcome:
    """body ∖ tools, all tools in one boolean."""
    size = area if flat else volume
    a, b = size(body), sum(size(tool) for tool in tools)
    result, common = _run(body, tools, (BOPAlgo_CUT, BOPAlgo_COMMON))
    got, overlap = size(result), size(common)
    _check("cut", a - overlap, got, a, b)
    return Outcome(unified(result), got, overlap)


def intersect(body: TopoDS_Shape, tools: Sequence[TopoDS_Shape]) -> Outcome:
    """body ∩ (union of the tools)."""
    a, b = volume(body), sum(volume(tool) for tool in tools)
    common, rest = _run(body, tools, (BOPAlgo_COMMON, BOPAlgo_CUT))
    got = volume(common)
    _check("intersection", a - volume(rest), got, a, b)
    return Outcome(unified(common), got, got)


def unite(shapes: Sequence[TopoDS_Shape], *, flat: bool = False) -> list[TopoDS_Shape]:
    """The union of shapes as separate solids (faces if ``flat``); shapes whose boxes are apart stay as they are."""
    size = area if flat else volume
    united: list[TopoDS_Shape] = []
    for group in _groups(shapes):
        if len(group) == 1:
            united.append(group[0])
            continue
        (result,) = _run(group[0], group[1:], (BOPAlgo_FUSE,))
        sizes = [size(shape) for shape in group]
        got = size(result)
        slack = RELATIVE * min(sizes) + NOISE * sum(sizes)
        if not max(sizes) - slack <= got <= sum(sizes) + slack:
            raise mismatch("union", max(sizes), got)
        result = unified(result)
        united.extend(parts(result, TopAbs_FACE) if flat else solids(result))
    return united


def unified(shape: TopoDS_Shape) -> TopoDS_Shape:
    """The shape with faces and edges merged where they continue one another."""
    merger = ShapeUpgrade_UnifySameDomain(shape, True, True, False)
    merger.Build()
    return merger.Shape()


def touches(overlap: float, a: float, b: float) -> bool:
    """Whether a common volume is real, and not only contact."""
    return overlap > CONTACT * min(a, b)


def mismatch(what: str, expected: float, actual: float) -> StepProblem:
    """The problem of a boolean whose volumes do not add up."""
    return StepProblem(
        "geometry.boolean_mismatch",
        f"The {what} came out with a wrong volume, because surfaces almost coincide.",
        expected=f"{expected:.6g}",
        actual=f"{actual:.6g}",
        hint="Let the shapes overlap clearly or be exactly flush; avoid tiny gaps and tangent curves.",
    )


def _check(what: str, expected: float, actual: float, a: float, b: float) -> None:
    slack = RELATIVE * min(abs(a), abs(b)) + NOISE * max(abs(a), abs(b))
    if not abs(expected - actual) <= slack:
        raise mismatch(what, expected, actual)


def _run(
    body: TopoDS_Shape, tools: Sequence[TopoDS_Shape], operations: Sequence[BOPAlgo_Operation]
) -> list[TopoDS_Shape]:
    """Intersect everything once, then take each operation's result from it."""
    filler = BOPAlgo_PaveFiller()
    filler.SetArguments(shape_list([body, *tools]))
    filler.SetNonDestructive(True)
    filler.SetFuzzyValue(0.0)
    filler.Perform()
    results = []
    for operation in operations:
        boolean = BOPAlgo_BOP()
        boolean.SetArguments(shape_list([body]))
        boolean.SetTools(shape_list(tools))
        boolean.SetOperation(operation)
        boolean.SetNonDestructive(True)
        if not filler.HasErrors():
            boolean.PerformWithFiller(filler)
        if filler.HasErrors() or boolean.HasErrors():
            raise StepProblem(
                "geometry.build_failed",
                "The shapes could not be combined.",
                hint="Move or resize one of them a little, so that their surfaces do not almost coincide.",
            )
        results.append(boolean.Shape())
    return results


def _groups(shapes: Sequence[TopoDS_Shape]) -> list[list[TopoDS_Shape]]:
    """Shapes whose boxes meet, directly or through others, in the order of their first member."""
    boxes: list[Box] = [box_of(shape) for shape in shapes]
    group_of = list(range(len(shapes)))

    def root(index: int) -> int:
        while group_of[index] != index:
            group_of[index] = group_of[group_of[index]]
            index = group_of[index]
        return index

    for i, box in enumerate(boxes):
        for j in range(i):
            if box.meets(boxes[j]):
                first, second = sorted((root(i), root(j)))
                group_of[second] = first
    groups: dict[int, list[TopoDS_Shape]] = {}
    for i, shape in enumerate(shapes):
        groups.setdefault(root(i), []).append(shape)
    return list(groups.values())


def as_shape(shapes: Sequence[TopoDS_Shape]) -> TopoDS_Shape:
    """United shapes as one."""
    return together(unite(shapes))
