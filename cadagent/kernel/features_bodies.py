"""Steps on whole features and bodies: repeat (patterns, mirrors), combine, transform, align."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from OCP.gp import gp_Trsf, gp_Vec
from OCP.TopoDS import TopoDS_Shape

from cadagent.kernel.booleans import cut, fuse
from cadagent.kernel.context import BuildContext, Feature, StepProblem, Stroke
from cadagent.kernel.shapes import box_of_all, solids, together, transformation, transformed, volume


def repeat(step: dict[str, Any], context: BuildContext) -> None:
    """Apply the tools of earlier features again, once per matrix, with the modes they had.

    A copy of a feature that made a new body becomes part of that body when the two touch with a face (half a
    part and its mirror image are one part); copies that stand apart are bodies of their own.
    """
    matrices = [transformation(matrix) for matrix in step["matrices"]]
    for name in step["features"]:
        feature = context.features.get(name)
        strokes = _strokes(feature) if feature else []
        if not strokes:
            raise StepProblem(
                "geometry.build_failed",
                f"{name} left nothing that could be repeated.",
                expected="a feature that adds or removes material",
                hint="Repeat the feature that makes the shape.",
            )
        for stroke in strokes:
            copies = [transformed(tool, matrix) for matrix in matrices for tool in stroke.tools]
            if stroke.mode == "new":
                _copy_bodies(step, context, name, copies)
            else:
                context.stroke(str(step["id"]), copies, stroke.mode, None)


def _strokes(feature: Feature) -> list[Stroke]:
    """The feature's own tools; for fillets and the like, the material that they removed and added."""
    if feature.strokes or feature.change is None:
        return list(feature.strokes)
    before, after = feature.change
    strokes = []
    for big, small, mode in ((before, after, "cut"), (after, before, "join")):
        rest = [
            solid for solid in solids(cut(big, solids(small)).shape) if volume(solid) > 1e-9 * volume(before)
        ]
        if rest:
            strokes.append(Stroke(rest, mode, None))
    return strokes


def _copy_bodies(step: dict[str, Any], context: BuildContext, name: str, copies: list[TopoDS_Shape]) -> None:
    """Copies of a body: merged with the original as long as they touch it, the others bodies of their own."""
    step_id = str(step["id"])
    home = context.body_id(name)
    waiting, merged = list(copies), True
    body = context.bodies[home]
    while waiting and merged:
        merged = False
        for copy in list(waiting):
            outcome = fuse(body, solids(copy))
            if len(solids(outcome.shape)) < len(solids(body)) + len(solids(copy)):
                body, merged = outcome.shape, True
                waiting.remove(copy)
    context.bodies[home] = together(solids(body))
    feature = context.features.setdefault(step_id, Feature())
    feature.strokes.append(Stroke(copies, "new", None))
    feature.bodies.append(home)
    for copy in waiting:
        made = context.new_body(step_id, copy)
        feature.bodies.append(made)


def combine(step: dict[str, Any], context: BuildContext) -> None:
    """Join bodies, or cut or intersect one body with others; the tools are used up."""
    target = context.body_id(step["target"])
    names = [name for name in context.named_bodies(step["tools"]) if name != target]
    if not names:
        raise StepProblem(
            "geometry.no_effect",
            "There is nothing to combine: the bodies are one already.",
            expected="two different bodies",
            actual=target,
            hint='Give the second shape "mode":"new", or leave combine out.',
        )
    tools = [context.bodies[name] for name in names]
    for name in names:
        del context.bodies[name]
    context.stroke(str(step["id"]), [s for tool in tools for s in solids(tool)], str(step["mode"]), [target])
    for name in names:
        context.merge(target, name)


def transform(step: dict[str, Any], context: BuildContext) -> None:
    """Move, turn, mirror or scale bodies, and with them the tools by which their edges are found again."""
    _move(context, step.get("bodies"), motion(step, context))


def align(step: dict[str, Any], context: BuildContext) -> None:
    """Shift bodies so that a point of their common box (``center``, ``top-left`` …) comes to ``to``."""
    _move(context, step.get("bodies"), motion(step, context))


def motion(step: dict[str, Any], context: BuildContext) -> gp_Trsf:
    """How a transform or align step moves its bodies, as they lie before it.

    A transform with ``about`` = ``center`` acts about the middle of the bodies' common box.
    """
    names = context.named_bodies(step.get("bodies"))
    if not names:
        context.box()
    if step["do"] == "align":
        return _alignment(step, context, names)
    matrix = transformation(step["matrix"])
    if step.get("about") != "center":
        return matrix
    box = box_of_all((context.bodies[name] for name in names), exact=True)
    middle = gp_Vec(*((a + b) / 2 for a, b in zip(box.low, box.high, strict=True)))
    there, back = gp_Trsf(), gp_Trsf()
    there.SetTranslation(middle)
    back.SetTranslation(middle.Reversed())
    return there.Multiplied(matrix).Multiplied(back)


def _alignment(step: dict[str, Any], context: BuildContext, names: Sequence[str]) -> gp_Trsf:
    box = box_of_all((context.bodies[name] for name in names), exact=True)
    point = [(a + b) / 2 for a, b in zip(box.low, box.high, strict=True)]
    for word in str(step["point"]).split("-"):
        if word in _SIDES:
            axis, high = _SIDES[word]
            point[axis] = (box.high if high else box.low)[axis]
        elif word != "center":
            raise StepProblem(
                "geometry.build_failed",
                f"There is no point called {word} on a box.",
                expected="center, " + ", ".join(_SIDES),
                actual=str(step["point"]),
                hint="Use one of these words, or several joined by -.",
            )
    shift = gp_Trsf()
    axes = step.get("axes", (0, 1, 2))
    moves = [
        b - a if axis in axes else 0.0 for axis, (a, b) in enumerate(zip(point, step["to"], strict=True))
    ]
    shift.SetTranslation(gp_Vec(*moves))
    return shift


_SIDES = {
    "left": (0, False),
    "right": (0, True),
    "front": (1, False),
    "back": (1, True),
    "bottom": (2, False),
    "top": (2, True),
}


def _move(context: BuildContext, bodies: Sequence[str] | None, trsf: gp_Trsf) -> None:
    names = context.named_bodies(bodies)
    for name in names:
        context.bodies[name] = transformed(context.bodies[name], trsf)
    everything = set(names) == set(context.bodies)
    for feature in context.features.values():
        if everything or {context.body_id(body) for body in feature.bodies} <= set(names):
            for stroke in feature.strokes:
                stroke.tools = [transformed(tool, trsf) for tool in stroke.tools]
            if feature.change is not None:
                before, after = feature.change
                feature.change = (transformed(before, trsf), transformed(after, trsf))
