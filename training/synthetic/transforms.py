"""Sentences about the place and attitude of the whole part, at the end of a request."""

from __future__ import annotations

from training.synthetic.numbers import Number, clean, plain
from training.synthetic.part import Part, Statement


def place_whole(part: Part) -> None:
    """Now and then rotate, move or centre the finished part, or say something that does nothing."""
    ctx = part.ctx
    kind = ctx.rng.weighted(
        ((76, "none"), (8, "rotate"), (5, "center"), (5, "move"), (2, "scale"), (3, "words"), (3, "base"))
    )
    if ctx.style in ("terse", "drawing") and kind != "rotate":
        kind = "none"
    thing = ctx.pick(
        (
            "the part",
            "the whole part",
            "the finished part",
            "the object",
            "the model",
            "the entire body",
            "the result",
            "the resulting solid",
            "everything",
        )
    )
    if kind == "rotate":
        axis = ctx.pick("xyz")
        angle = ctx.pick((90, 90, -90, -90, 180, 45, 30, -45))
        shown = ctx.pick((axis.upper(), axis)) + ctx.pick(("-axis", " axis"))
        text = ctx.angle(angle)
        sentence = ctx.pick(
            (
                f"rotate {thing} by {text} around the {shown}",
                f"rotate {thing} {text} about the {shown}",
                f"turn {thing} by {text} around the {shown}",
                f"rotate {thing} around the {shown} by {text}",
            )
        )
        operation = {"op": "rotate", "axis": axis, "angle": angle}
        if ctx.chance(0.15):
            operation["about"] = "center"
            sentence += ctx.pick(
                (" through its centre", ", about its own centre", " through the part's center")
            )
        part.add(
            operation,
            Statement(imperative=sentence, declarative=sentence, note=f"rotate {text} about {axis.upper()}"),
        )
    elif kind == "scale":
        factor = ctx.pick((2, 3, 0.5, 1.5, 10, 0.1, 4, 2.5))
        sentence = ctx.pick(
            (
                f"scale {thing} by a factor of {plain(factor)}",
                f"scale {thing} by {plain(factor)}",
                f"enlarge {thing} {plain(factor)} times"
                if factor > 1
                else f"scale {thing} down by factor {plain(factor)}",
            )
        )
        part.add(
            {"op": "scale", "factor": factor},
            Statement(imperative=sentence, declarative=sentence, note=f"scale {plain(factor)}"),
        )
    elif kind == "center":
        sentence = ctx.pick(
            (
                f"centre {thing} at the origin",
                f"place the centre of {thing} at the origin",
                "the center of the part should lie at the origin",
                f"center {thing} on the origin in all directions",
                f"move {thing} so that its centre is at the origin of the coordinate system",
                "its geometric center coincides with the origin",
            )
        )
        part.add(
            {"op": "align", "point": "center", "to": [0, 0, 0]},
            Statement(imperative=sentence, declarative=sentence, note="centred at origin"),
        )
    elif kind == "move":
        vector: list[Number] = [
            clean(ctx.between(0.05 * ctx.scale, 0.6 * ctx.scale) * ctx.pick((0, 0, 1, -1))) for _ in range(3)
        ]
        if not any(vector):
            vector[ctx.rng.integer(0, 2)] = ctx.between(0.05 * ctx.scale, 0.6 * ctx.scale)
        moved = [index for index in range(3) if vector[index]]
        shown = ctx.point(vector)
        sentence = ctx.pick(
            (f"translate {thing} by {shown}", f"move {thing} by {shown}", f"shift {thing} by {shown}")
        )
        if len(moved) == 1 and vector[moved[0]] > 0 and ctx.chance(0.7):
            axis = "XYZ"[moved[0]]
            text = ctx.length(vector[moved[0]])
            sentence = ctx.pick(
                (
                    f"move {thing} {text} along the {axis} axis",
                    f"translate {thing} by {text} in the {axis}-direction",
                    f"shift {thing} {text} in {axis}",
                )
            )
            if axis == "Z" and ctx.chance(0.5):
                sentence = ctx.pick((f"raise {thing} by {text}", f"move {thing} up by {text}"))
        part.add(
            {"op": "move", "by": vector},
            Statement(imperative=sentence, declarative=sentence, note=f"move {shown}"),
        )
    elif kind == "base":
        part.closing.append(
            ctx.pick(
                (
                    "the base is centred on the origin in the XY plane",
                    "its bottom lies on the XY plane",
                    "the bottom face sits on the XY plane, centred on the origin",
                    "it stands on the ground plane",
                )
            )
            if part.operations[0].get("plane") is None
            else "place it in the usual way"
        )
    elif kind == "words":
        part.closing.append(
            ctx.pick(
                (
                    "make sure that it is oriented properly",
                    "position and orient it suitably",
                    "ensure proper alignment of all features",
                    "adjust the placement as needed",
                )
            )
        )
