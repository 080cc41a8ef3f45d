"""Small builders that the structured families share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from training.synthetic import bases
from training.synthetic.numbers import Number
from training.synthetic.part import Part, Statement
from training.synthetic.shapes import Shape
from training.synthetic.sizes import Dim, thing


def sketched(part: Part) -> bool:
    """Whether this writer draws a sketch and extrudes it (→ extrude) or names a solid (→ primitive)."""
    return part.ctx.style in ("steps", "numbered") and part.ctx.chance(0.65)


def rectangle(a: Number, b: Number, names: tuple[str, str] = ("length", "width")) -> Shape:
    """A plain rectangle with its words."""
    adjective = {"length": "long", "width": "wide", "height": "high"}
    return Shape(
        {"shape": "rectangle", "size": [a, b]},
        "rectangle",
        "rectangular",
        [Dim(names[0], adjective[names[0]], a), Dim(names[1], adjective[names[1]], b)],
        (float(a), float(b)),
        2,
    )


def circle(keys: dict[str, Number], dim: Dim, real: float) -> Shape:
    """A circle with its words."""
    return Shape({"shape": "circle", **keys}, "circle", "circular", [dim], (real, real))


def say(
    part: Part,
    operation: dict[str, Any],
    noun: str,
    dims: Sequence[Dim],
    where: str = "",
    *,
    action: str = "add",
    compact: int = 0,
    count: int = 1,
    name: str = "",
    steps: tuple[str, ...] = (),
    after: str = "",
    tails: Sequence[str] = (),
) -> Statement:
    """Append an operation told as a thing with sizes at a place."""
    statement = Statement(
        thing(part.ctx, noun, dims, count=count, compact=compact) + after,
        where,
        action,
        count > 1,
        steps,
        tails=list(tails),
        name=name or noun,
    )
    part.add(operation, statement)
    return statement


def cylinder_on(
    part: Part,
    keys: dict[str, Number],
    dims: Sequence[Dim],
    rise: Number,
    noun: str,
    *,
    face: str = "",
    where: str = "",
    placement: dict[str, Any] | None = None,
    sketch: bool = False,
) -> None:
    """A cylinder standing on the ground or on a face, told as a solid or as circle and extrusion."""
    ctx = part.ctx
    place = {"face": face} if face else {}
    more = placement or {}
    steps: tuple[str, ...] = ()
    if sketch:
        operation: dict[str, Any] = {
            "op": "extrude",
            **place,
            "profile": [{"shape": "circle", **keys, **more}],
            "depth": rise,
        }
        shape = circle(keys, dims[0], 0.0)
        if face:
            text = ctx.length(rise)
            draw = thing(ctx, "circle", [dims[0]])
            steps = (
                ctx.pick((f"{where}, draw {draw}", f"sketch {draw} {where}", f"draw {draw} {where}")),
                ctx.pick(
                    (
                        f"extrude it {text} upwards",
                        f"extrude it by {text}",
                        f"extrude this circle to a height of {text}",
                        f"extrude it by {text} to form the {noun}",
                    )
                ),
            )
        else:
            steps = bases.sketch_extrude(ctx, shape, rise, name=noun)
    else:
        operation = {"op": "cylinder", **place, **more, **keys, "height": rise}
    say(part, operation, noun, dims, where, action="add" if face else "base", steps=steps)


def box_on(
    part: Part,
    size: Sequence[Number],
    noun: str,
    *,
    face: str = "",
    where: str = "",
    placement: dict[str, Any] | None = None,
    sketch: bool = False,
    names: Sequence[str] = (),
    count: int = 1,
    repeat: dict[str, Any] | None = None,
) -> None:
    """A block standing on the ground or on a face, told as a solid or as rectangle and extrusion."""
    ctx = part.ctx
    names = names or ("length", "width", ctx.pick(("height", "height", "thickness")))
    adjective = {
        "length": "long",
        "width": "wide",
        "height": ctx.pick(("high", "tall")),
        "thickness": "thick",
        "depth": "deep",
        "side": "square",
    }
    dims = [Dim(name, adjective[name], value) for name, value in zip(names, size, strict=True)]
    place = {"face": face} if face else {}
    more = placement or {}
    again = {"repeat": repeat} if repeat else {}
    steps: tuple[str, ...] = ()
    a, b, c = size
    if sketch:
        loop = {"shape": "rectangle", "size": [a, b], **more, **again}
        operation: dict[str, Any] = {"op": "extrude", **place, "profile": [loop], "depth": c}
        shape = rectangle(a, b)
        if face:
            text = ctx.length(c)
            draw = thing(ctx, "rectangle", shape.dims, compact=2, count=count)
            them = "it" if count == 1 else "them"
            direction = {"top": " upwards", "bottom": " downwards"}.get(face.rpartition(".")[2], "")
            steps = (
                ctx.pick((f"{where}, draw {draw}", f"sketch {draw} {where}", f"draw {draw} {where}")),
                ctx.pick(
                    (
                        f"extrude {them} {text}{direction}",
                        f"extrude {them}{direction} by {text}",
                        f"extrude {them} by {text} to form the {noun}{'s' if count > 1 else ''}",
                    )
                ),
            )
        else:
            steps = bases.sketch_extrude(ctx, shape, c, name=noun)
    else:
        operation = {"op": "box", **place, **more, "size": [a, b, c], **again}
    say(
        part,
        operation,
        noun,
        dims,
        where,
        action="add" if face else "base",
        compact=3,
        count=count,
        steps=steps,
    )
