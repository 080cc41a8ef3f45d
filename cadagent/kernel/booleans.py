"""Unions, cuts and intersections, every one checked by volumes (areas for faces).

OpenCASCADE's booleans go silently wrong on near-coincident shapes. Therefore the intersections are computed
once and two results are taken from them: V(a∪b) = V(a) + V(b) − V(a∩b) and V(a∖b) = V(a) − V(a∩b) are tested.
Fuzzy value 0 and non-destructive, because by default a boolean changes the tolerances of its inputs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from OCP.BOPAlgo import (
    BOPAlgo_BOP,
    BOPAlgo_Builder,
    BOPAlgo_CellsBuilder,
    BOPAlgo_COMMON,
    BOPAlgo_FUSE,
    BOPAlgo_Operation,
    BOPAlgo_PaveFiller,
)
from OCP.ShapeUpgrade import ShapeUpgrade_UnifySameDomain
from OCP.TopAbs import TopAbs_FACE
from OCP.TopoDS import TopoDS_Shape

from cadagent.kernel.context import StepProblem
from cadagent.kernel.shapes import Box, area, box_of, parts, shape_list, solids, volume

#: A boolean is believed when its volumes agree to this share of the smaller operand …
RELATIVE = 1e-3
#: … plus this share of the larger one, which is what integration over curved faces leaves.
NOISE = 1e-6
#: A common volume below this share of the smaller operand is contact, not overlap.
CONTACT = 1e-7


@dataclass(frozen=True)
class Outcome:
    """Result of a boolean.

    Attributes:
        shape: the result, with continuing faces merged.
        size: its volume (mm³), or area (mm²) for faces.
        before: size of the first operand.
        common: size of what the operands have in common.
        smallest: size of the smallest tool.
    """

    shape: TopoDS_Shape
    size: float
    before: float
    common: float
    smallest: float

    @property
    def overlaps(self) -> bool:
        """Whether the operands share more than contact."""
        return self.common > CONTACT * min(self.before, self.smallest)


def fuse(body: TopoDS_Shape, tools: Sequence[TopoDS_Shape], *, flat: bool = False) -> Outcome:
    """body ∪ tools, for tools that do not overlap one another (see :func:`unite`)."""
    a, tool_sizes = sizes_of([body], flat)[0], sizes_of(tools, flat)
    result, common = _run(body, tools, (BOPAlgo_FUSE, BOPAlgo_COMMON))
    result = unified(result)
    got, overlap = sizes_of([result, common], flat)
    _check("union", a + sum(tool_sizes) - overlap, got, a, sum(tool_sizes))
    return Outcome(result, got, a, overlap, min(tool_sizes))


def cut(body: TopoDS_Shape, tools: Sequence[TopoDS_Shape], *, flat: bool = False) -> Outcome:
    """body ∖ tools, all tools in one boolean."""
    a, tool_sizes = sizes_of([body], flat)[0], sizes_of(tools, flat)
    result, common = _split(body, tools)
    result = unified(result)
    got, overlap = sizes_of([result, common], flat)
    _check("cut", a - overlap, got, a, sum(tool_sizes))
    return Outcome(result, got, a, overlap, min(tool_sizes))


def intersect(body: TopoDS_Shape, tools: Sequence[TopoDS_Shape]) -> Outcome:
    """body ∩ (union of the tools)."""
    a, tool_sizes = volume(body), sizes_of(tools, False)
    rest, common = _split(body, tools)
    common = unified(common)
    got = volume(common)
    _check("intersection", a - volume(rest), got, a, sum(tool_sizes))
    return Outcome(common, got, a, got, min(tool_sizes))


def unite(shapes: Sequence[TopoDS_Shape], *, flat: bool = False) -> list[TopoDS_Shape]:
    """The union of shapes as separate solids (faces if ``flat``); those that lie apart stay as they are."""
    united: list[TopoDS_Shape] = []
    for group in _groups(shapes):
        if len(group) == 1:
            united.append(group[0])
            continue
        (result,) = _run(group[0], group[1:], (BOPAlgo_FUSE,))
        sizes = sizes_of(group, flat)
        got = sizes_of([result], flat)[0]
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


def mismatch(what: str, expected: float, actual: float) -> StepProblem:
    """The problem of a boolean whose volumes do not add up."""
    return StepProblem(
        "geometry.boolean_mismatch",
        f"The {what} came out with a wrong volume, because surfaces almost coincide.",
        expected=f"{expected:.6g}",
        actual=f"{actual:.6g}",
        hint="Let the shapes overlap clearly or be exactly flush; avoid tiny gaps and tangent curves.",
    )


def sizes_of(shapes: Sequence[TopoDS_Shape], flat: bool) -> list[float]:
    """Volumes (areas if ``flat``); copies that differ only in place are computed once."""
    known: list[tuple[TopoDS_Shape, float]] = []
    sizes = []
    for shape in shapes:
        size = next((value for other, value in reversed(known) if other.IsPartner(shape)), None)
        if size is None:
            size = area(shape) if flat else volume(shape)
            known.append((shape, size))
        sizes.append(size)
    return sizes


def _check(what: str, expected: float, actual: float, a: float, b: float) -> None:
    slack = RELATIVE * min(abs(a), abs(b)) + NOISE * max(abs(a), abs(b))
    if not abs(expected - actual) <= slack:
        raise mismatch(what, expected, actual)


def _run(
    body: TopoDS_Shape, tools: Sequence[TopoDS_Shape], operations: Sequence[BOPAlgo_Operation]
) -> list[TopoDS_Shape]:
    """Intersect everything once, then take each operation's result from it."""
    filler = _filled([body, *tools])
    results = []
    for operation in operations:
        boolean = BOPAlgo_BOP()
        boolean.SetArguments(shape_list([body]))
        boolean.SetTools(shape_list(tools))
        boolean.SetOperation(operation)
        results.append(_performed(boolean, filler).Shape())
    return results


def _split(body: TopoDS_Shape, tools: Sequence[TopoDS_Shape]) -> tuple[TopoDS_Shape, TopoDS_Shape]:
    """(what of the body lies outside of all tools, what lies inside of any of them).

    The cells into which the operands divide one another serve both: they are most of a boolean's work.
    """
    cells = BOPAlgo_CellsBuilder()
    cells.SetArguments(shape_list([body, *tools]))
    _performed(cells, _filled([body, *tools]))
    whole, others = shape_list([body]), shape_list(tools)
    cells.AddToResult(whole, others)
    outside = cells.Shape()
    cells.RemoveAllFromResult()  # begins a new result; without it, the one taken would go on changing
    cells.AddToResult(whole, shape_list([]))
    cells.RemoveFromResult(whole, others)
    return outside, cells.Shape()


def _filled(operands: Sequence[TopoDS_Shape]) -> BOPAlgo_PaveFiller:
    """The intersections of all operands."""
    filler = BOPAlgo_PaveFiller()
    filler.SetArguments(shape_list(operands))
    filler.SetNonDestructive(True)
    filler.SetFuzzyValue(0.0)
    filler.Perform()
    if filler.HasErrors():
        raise _not_combined()
    return filler


def _performed(builder: BOPAlgo_Builder, filler: BOPAlgo_PaveFiller) -> BOPAlgo_Builder:
    builder.SetNonDestructive(True)
    # nothing asks which face came from where, and every operand is known to have a positive volume
    builder.SetToFillHistory(False)
    builder.SetCheckInverted(False)
    builder.PerformWithFiller(filler)
    if builder.HasErrors():
        raise _not_combined()
    return builder


def _not_combined() -> StepProblem:
    return StepProblem(
        "geometry.build_failed",
        "The shapes could not be combined.",
        hint="Move or resize one of them a little, so that their surfaces do not almost coincide.",
    )


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
