"""Things in tiers: stairs, pillars, columns on a base, balls on posts."""

from __future__ import annotations

from typing import Any

from training.synthetic.families.common import box_on, cylinder_on, say, sketched
from training.synthetic.part import Part
from training.synthetic.sizes import diameter, height
from training.synthetic.transforms import place_whole


def stairs(part: Part) -> None:
    """Blocks on top of each other, flush at one end."""
    ctx = part.ctx
    count = ctx.pick((2, 3, 3, 4))
    part.title = ctx.pick(
        ("staircase", "stairs", "stepped block", "stepped pyramid", "set of steps", "tiered block")
    )
    pyramid = part.title == "stepped pyramid" or ctx.chance(0.25)
    part.title = "stepped pyramid" if pyramid else part.title
    a, b = ctx.size(0.6, 1), ctx.size(0.3, 0.7)
    rise = ctx.size(0.06, 0.2)
    same = ctx.chance(0.5)
    sketch = sketched(part)
    edge = ctx.pick(("right", "left"))
    words = ("first", "second", "third", "fourth")
    box_on(part, [a, b, rise], ctx.pick(("block", "bottom block", "base block", "first step")), sketch=sketch)
    part.solid("block", (a, b, rise))
    for index in range(1, count):
        a = ctx.between(0.55 * a, 0.85 * a)
        if pyramid:
            b = ctx.between(0.55 * b, 0.85 * b)
        if not same:
            rise = ctx.size(0.06, 0.2)
        where = (
            ctx.pick(("on top of it", "on top")) if index == 1 else f"on top of the {words[index - 1]} one"
        )
        placement: dict[str, Any] = {}
        if not pyramid:
            placement = {"from": edge}
            where += ctx.pick(
                (f", flush with the {edge} edge", f", aligned with the {edge} end", f", at the {edge} edge")
            )
        elif ctx.chance(0.5):
            where += ctx.pick((", centred", " in the middle"))
        box_on(
            part,
            [a, b, rise],
            ctx.pick((f"{words[index]} block", f"{words[index]} step", f"{words[index]} rectangular block")),
            face="top",
            where=where,
            placement=placement,
            sketch=sketch,
        )
        part.solid(f"{words[index]} block", (a, b, rise))
    place_whole(part)


def shelf(part: Part) -> None:
    """Two side boards and boards between them, told as blocks."""
    ctx = part.ctx
    part.title = ctx.pick(
        (
            "inverted table",
            "block with two columns",
            "two-column stand",
            "double stand",
            "base with two pillars",
        )
    )
    a, b, t = ctx.size(0.7, 1), ctx.size(0.3, 0.6), ctx.size(0.03, 0.12)
    x, y, tall = ctx.between(0.1 * a, 0.3 * a), ctx.between(0.4 * b, 0.95 * b), ctx.size(0.2, 0.7)
    sketch = sketched(part)
    box_on(part, [a, b, t], ctx.pick(("base", "base plate", "plate")), sketch=sketch)
    part.solid("base", (a, b, t))
    if ctx.chance(0.6):
        pad = ctx.between(0.02 * a, 0.12 * a)
        text = ctx.length(pad)
        repeat: dict[str, Any] = {"edges": ["left", "right"], "pad": pad}
        where = ctx.pick(
            (
                f"on top at the left and right ends, each with a margin of {text} to its edge",
                f"on top, one at either end (left and right), {text} in from the edge",
                f"on top near the left and right edges, leaving {text} to the edge",
            )
        )
    else:
        gap = ctx.between(0.1 * a, a - 2.2 * x)
        repeat = {"grid": [2, 1], "gap": gap}
        where = ctx.pick(
            (
                f"side by side on top with a gap of {ctx.length(gap)} between them",
                f"on top, symmetric, {ctx.length(gap)} apart from face to face",
            )
        )
    box_on(
        part,
        [x, y, tall],
        ctx.pick(("column", "rectangular column", "block", "pillar")),
        face="top",
        where=where,
        sketch=sketch,
        count=2,
        repeat=repeat,
    )
    place_whole(part)


def pillar(part: Part) -> None:
    """Square or round base, shaft and capital, stacked; or a lying beam on blocks."""
    ctx = part.ctx
    part.title = ctx.pick(("pillar", "column", "monument", "pedestal", "post with base"))
    a, t, shaft, tall = ctx.size(0.3, 0.6), ctx.size(0.03, 0.1), ctx.size(0.1, 0.25), ctx.size(0.5, 1)
    sketch = sketched(part)
    box_on(part, [a, a, t], ctx.pick(("square base", "base", "base plate")), sketch=sketch)
    part.solid("base", (a, a, t))
    if ctx.chance(0.5):
        cylinder_on(
            part,
            {"diameter": shaft},
            [diameter(shaft), height(ctx, tall)],
            tall,
            ctx.pick(("shaft", "round column", "cylinder")),
            face="top",
            where=ctx.pick(("centred on top", "in its middle", "on the centre of the base")),
            sketch=sketch,
        )
    else:
        box_on(
            part,
            [shaft, shaft, tall],
            ctx.pick(("square shaft", "shaft", "column")),
            face="top",
            where=ctx.pick(("centred on top", "in its middle")),
            sketch=sketch,
        )
    part.solid("shaft", (shaft, shaft, tall))
    if ctx.chance(0.6):
        again = ctx.chance(0.5)
        b, t2 = (a, t) if again else (ctx.size(0.3, 0.6), ctx.size(0.03, 0.1))
        box_on(
            part,
            [b, b, t2],
            ctx.pick(("top plate", "capital", "square top")),
            face="top",
            where=ctx.pick(("on top of the shaft", "at the upper end")),
            sketch=sketch,
        )
        if again and ctx.chance(0.5):
            part.statements[-1].noun, part.statements[-1].steps = (
                ctx.pick(("a plate like the base", "the same plate again", "a copy of the base")),
                (),
            )
    place_whole(part)


def lollipop(part: Part) -> None:
    """A ball on a bar or on a block, a sphere sunk into a cube."""
    ctx = part.ctx
    kind = ctx.pick(("stick", "cube", "cone"))
    ball = ctx.size(0.2, 0.5)
    if kind == "stick":
        rod, tall = ctx.between(0.1 * ball, 0.4 * ball), ctx.size(0.4, 1)
        cylinder_on(
            part,
            {"diameter": rod},
            [diameter(rod), height(ctx, tall)],
            tall,
            ctx.pick(("rod", "stick", "post")),
            sketch=sketched(part),
        )
        where = ctx.pick(
            (
                "centred on its top end",
                "with its centre on the top face of the rod",
                "around the upper end, centred on the top face",
            )
        )
    elif kind == "cube":
        size = ctx.between(0.9 * ball, 1.8 * ball)
        box_on(part, [size] * 3, "cube", names=("length", "width", "height"), sketch=False)
        where = ctx.pick(
            ("with its centre in the middle of the top face", "centred on the top face, half sunk in")
        )
    else:
        tall = ctx.size(0.3, 0.8)
        say(
            part,
            {"op": "cone", "bottom_diameter": ball, "height": tall},
            "cone",
            [diameter(ball, kind="base"), height(ctx, tall)],
            action="base",
        )
        where = ctx.pick(
            ("centred on the middle of its base", "whose centre is the middle of the cone's base")
        )
    face = "bottom" if kind == "cone" else "top"
    say(
        part,
        {"op": "sphere", "face": face, "diameter": ball},
        ctx.pick(("sphere", "ball")),
        [diameter(ball)],
        where,
    )
    place_whole(part)


FAMILIES = (
    (2.6, "stairs", stairs),
    (2.2, "two_columns", shelf),
    (1.8, "pillar", pillar),
    (1.2, "ball_on", lollipop),
)
