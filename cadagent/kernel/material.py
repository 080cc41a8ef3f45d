"""Applying tool solids to bodies: new, join, cut, intersect, and what each must have done to count."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from OCP.BRepExtrema import BRepExtrema_DistShapeShape
from OCP.TopoDS import TopoDS_Shape

from cadagent.kernel.booleans import cut, fuse, intersect, sizes_of, unite
from cadagent.kernel.context import StepProblem
from cadagent.kernel.shapes import box_of, box_of_all, number, solids, together

if TYPE_CHECKING:
    from cadagent.kernel.context import BuildContext


def apply_tools(
    context: BuildContext, step_id: str, tools: list[TopoDS_Shape], mode: str, targets: Sequence[str] | None
) -> list[str]:
    """Apply tool solids and return the ids of the bodies made or changed.

    A join without contact and a cut without effect are noted as findings and the build goes on, so that what
    there is can still be measured; a cut that leaves nothing stops the step.
    """
    if not tools or min(sizes_of(tools, False)) <= 0.0:
        raise StepProblem(
            "geometry.no_volume",
            "This step makes no solid: its volume is zero.",
            hint="Give every size a positive value and keep the outline from folding back on itself.",
        )
    if mode == "new" or (mode == "join" and not context.bodies):
        return [context.new_body(step_id, together(unite(tools)))]
    if mode == "join":
        return _join(context, step_id, unite(tools), targets)
    if mode == "cut":
        return _cut(context, tools, targets)
    if mode == "intersect":
        return _intersect(context, tools, targets)
    raise StepProblem(
        "geometry.build_failed", f"Unknown mode {mode}.", expected="new, join, cut or intersect", actual=mode
    )


def _join(
    context: BuildContext, step_id: str, tools: list[TopoDS_Shape], targets: Sequence[str] | None
) -> list[str]:
    """Merge the tools with each body they touch; the earliest of these bodies keeps its id."""
    merged = list(tools)
    reached: list[str] = []
    edge_only = False
    for name in context.named_bodies(targets):
        body = context.bodies[name]
        if not any(box_of(body).meets(box_of(tool)) for tool in merged):
            continue
        if reached and not _connects(body, tools):
            continue  # it touches only what the tools were merged with
        outcome = fuse(body, merged)
        pieces = solids(outcome.shape)
        if len(pieces) >= len(solids(body)) + len(merged):
            edge_only = edge_only or _distance(body, merged) < 1e-6
            continue
        merged = pieces
        reached.append(name)
    if not reached:
        context.note(_not_touching(context, tools, targets, edge_only=edge_only))
        return [context.new_body(step_id, together(tools))]
    kept = reached[0]
    before = sum(len(solids(context.bodies[name])) for name in reached)
    for name in reached[1:]:
        context.merge(kept, name)
    context.bodies[kept] = together(merged)
    context.merge(kept, step_id)
    loose = len(merged) - before
    if loose > 0:
        context.note(
            StepProblem(
                "geometry.not_touching",
                f"{loose} of the joined pieces touch nothing and float beside the part.",
                expected="every joined piece touching the part",
                actual=f"{len(merged)} separate pieces",
                hint="Move them onto the part, or let them overlap it a little.",
            )
        )
    return [kept]


def _connects(body: TopoDS_Shape, tools: list[TopoDS_Shape]) -> bool:
    """Whether the union of body and tools has fewer pieces than they have apart."""
    if _distance(body, tools) > 1e-6:
        return False
    return len(solids(fuse(body, tools).shape)) < len(solids(body)) + len(tools)


def _distance(body: TopoDS_Shape, tools: Sequence[TopoDS_Shape]) -> float:
    return float(BRepExtrema_DistShapeShape(body, together(tools)).Value())


def _not_touching(
    context: BuildContext, tools: list[TopoDS_Shape], targets: Sequence[str] | None, *, edge_only: bool
) -> StepProblem:
    there = context.box(targets).text()
    here = box_of_all(tools, exact=True).text()
    if edge_only:
        return StepProblem(
            "geometry.not_touching",
            "The joined shape touches the part only along an edge or at a point: that makes no single solid.",
            expected=f"sharing a face with or overlapping what is there ({there})",
            actual=f"the new shape at {here}",
            hint="Move it so that it overlaps the part or rests on it with a face.",
        )
    names = context.named_bodies(targets)
    gap = min(_distance(context.bodies[name], tools) for name in names)
    return StepProblem(
        "geometry.not_touching",
        f"The joined shape touches nothing: the nearest material is {number(gap)} mm away.",
        expected=f"touching what is there ({there})",
        actual=f"the new shape at {here}",
        hint="Place it on a face of the part, change its position, or use mode new for a separate body.",
    )


def _cut(context: BuildContext, tools: list[TopoDS_Shape], targets: Sequence[str] | None) -> list[str]:
    there = context.box(targets)
    reached: list[str] = []
    boxes = [box_of(tool) for tool in tools]
    useful: set[int] = set()
    for name in context.named_bodies(targets):
        body = context.bodies[name]
        near = [i for i, box in enumerate(boxes) if box.meets(box_of(body), gap=-1e-7)]
        if not near:
            continue
        useful.update(near)
        outcome = cut(body, [tools[i] for i in near])
        if not outcome.overlaps:
            continue
        if outcome.size <= 1e-9 * outcome.before or not solids(outcome.shape):
            raise StepProblem(
                "geometry.no_volume",
                f"The cut removes the whole of {name}.",
                expected="a cut smaller than the part",
                actual=f"part {there.text()}, cut {box_of_all(tools).text()}",
                hint="Make the cut smaller or move it.",
            )
        context.bodies[name] = together(solids(outcome.shape))
        reached.append(name)
    if not reached:
        context.note(
            StepProblem(
                "geometry.no_effect",
                "The cut removes nothing: there is no material where it is.",
                expected=f"a cut inside what is there ({there.text()})",
                actual=f"the cut at {box_of_all(tools, exact=True).text()}",
                hint="Move the cut into the material, reverse it, or name another face.",
            )
        )
    elif len(useful) < len(tools):
        context.note(
            StepProblem(
                "geometry.no_effect",
                f"{len(tools) - len(useful)} of {len(tools)} cuts lie outside the part and remove nothing.",
                expected=f"all inside what is there ({there.text()})",
                actual=f"cuts at {box_of_all(tools, exact=True).text()}",
                hint="Make the spacing smaller or the part larger.",
            ),
            "warning",
        )
    return reached


def _intersect(context: BuildContext, tools: list[TopoDS_Shape], targets: Sequence[str] | None) -> list[str]:
    there = context.box(targets).text()
    reached: list[str] = []
    changed = False
    for name in context.named_bodies(targets):
        body = context.bodies[name]
        near = [tool for tool in tools if box_of(tool).meets(box_of(body), gap=-1e-7)]
        if not near:
            continue
        outcome = intersect(body, near)
        if not outcome.overlaps:
            continue
        changed = changed or outcome.size < outcome.before * (1 - 1e-9)
        context.bodies[name] = together(solids(outcome.shape))
        reached.append(name)
    if not reached:
        raise StepProblem(
            "geometry.no_volume",
            "The intersection is empty: the shapes have no material in common.",
            expected=f"overlapping what is there ({there})",
            actual=f"the shape at {box_of_all(tools, exact=True).text()}",
            hint="Move the shape onto the part, or use join or cut.",
        )
    if not changed:
        context.note(
            StepProblem(
                "geometry.no_effect",
                "The intersection changes nothing: the part lies wholly inside the shape.",
                expected="a shape that leaves out some of the part",
                actual=f"part {there}",
                hint="Make the shape smaller, or leave the step out.",
            )
        )
    return reached
