"""Things of everyday shape built from blocks and bars: tables, stools, benches, goals, ladders."""

from __future__ import annotations

from typing import Any

from training.synthetic.families.common import box_on, cylinder_on, say, sketched
from training.synthetic.part import Part, Statement
from training.synthetic.sizes import Dim, diameter, height, thickness, thing
from training.synthetic.transforms import place_whole


def table(part: Part) -> None:
    """A top with legs at its corners, told from the top downwards or standing on its top."""
    ctx = part.ctx
    part.title = ctx.pick(
        ("table", "desk", "bench", "stool", "coffee table", "workbench", "side table", "table with four legs")
    )
    a, b, t = ctx.size(0.6, 1), ctx.size(0.35, 0.8), ctx.size(0.02, 0.08)
    leg, tall = ctx.between(0.05 * b, 0.15 * b), ctx.size(0.3, 0.9)
    sketch = sketched(part)
    upside = ctx.chance(0.2)
    noun = (
        ctx.pick(("table top", "top", "rectangular top", "tabletop", "seat plate"))
        if part.title not in ("bench", "stool")
        else ctx.pick(("seat", "top", "seat plate"))
    )
    box_on(part, [a, b, t], noun, sketch=sketch, names=("length", "width", ctx.pick(("thickness", "height"))))
    part.solid(noun, (a, b, t))
    face = "top" if upside else "bottom"
    under = (
        ctx.pick(("on top", "on the top face", "standing up from the plate"))
        if upside
        else ctx.pick(
            ("under it", "on the underside", "on its bottom face", "below the top", "at the bottom")
        )
    )
    round_leg = ctx.chance(0.3)
    if ctx.chance(0.55):
        repeat: dict[str, Any] = {"corners": True, "pad": 0}
        where = ctx.pick(
            (
                f"one in each corner {under}, flush with the edges",
                f"{under}, one at each corner",
                f"{under}, in the four corners",
            )
        )
    else:
        pad = ctx.between(0.02 * b, 0.1 * b)
        repeat = {"corners": True, "pad": pad}
        text = ctx.length(pad)
        where = ctx.pick(
            (
                f"{under}, one in each corner with a margin of {text} to the edges",
                f"{under} near the corners, leaving {text} to both edges",
                f"one in each corner {under}, set in by {text} from the edges",
            )
        )
    long = ctx.pick((height(ctx, tall), Dim("length", "long", tall)))
    steps: tuple[str, ...] = ()
    if round_leg:
        dims = [diameter(leg), long]
        operation: dict[str, Any] = {
            "op": "cylinder",
            "face": face,
            "diameter": leg,
            "height": tall,
            "repeat": repeat,
        }
        flat, loop = (
            thing(ctx, "circle", dims[:1], count=4),
            {"shape": "circle", "diameter": leg, "repeat": repeat},
        )
        leg_noun = ctx.pick(("round leg", "cylindrical leg", "leg"))
    else:
        dims = [Dim("side", "on each side", leg), long]
        operation = {"op": "box", "face": face, "size": [leg, leg, tall], "repeat": repeat}
        flat, loop = (
            thing(ctx, "square", dims[:1], count=4),
            {"shape": "square", "side": leg, "repeat": repeat},
        )
        leg_noun = ctx.pick(("square leg", "leg", "square leg"))
        if ctx.chance(0.4):
            dims = [Dim("length", "long", leg), Dim("width", "wide", leg), height(ctx, tall)]
    if sketch and ctx.chance(0.6):
        operation = {"op": "extrude", "face": face, "profile": [loop], "depth": tall}
        down = "" if upside else ctx.pick((" downwards", ""))
        steps = (
            f"sketch {flat} {where}",
            ctx.pick(
                (
                    f"extrude them{down} by {ctx.length(tall)} to form the legs",
                    f"extrude these {ctx.length(tall)}{down}",
                )
            ),
        )
    say(
        part,
        operation,
        leg_noun,
        dims,
        where,
        count=4,
        steps=steps,
        name="leg",
        compact=3 if len(dims) == 3 else 0,
    )
    if ctx.verbose and ctx.chance(0.3):
        part.closing.append(
            ctx.pick(
                ("all four legs are identical", "the legs carry the top", "the four legs have the same size")
            )
        )
    place_whole(part)


def round_table(part: Part) -> None:
    """A disc on one post, with or without a foot: stools, lamps, mushrooms, pedestals."""
    ctx = part.ctx
    part.title = ctx.pick(("stool", "round table", "mushroom", "pedestal", "stand", "bar stool"))
    sketch = sketched(part)
    foot, post, top = ctx.size(0.4, 0.7), ctx.size(0.05, 0.2), ctx.size(0.5, 1)
    t1, tall, t2 = ctx.size(0.03, 0.1), ctx.size(0.4, 1), ctx.size(0.03, 0.1)
    cylinder_on(
        part,
        {"diameter": foot},
        [diameter(foot), thickness(t1)],
        t1,
        ctx.pick(("foot", "round foot", "base disc")),
        sketch=sketch,
    )
    part.solid("foot", (foot, foot, t1), "z")
    cylinder_on(
        part,
        {"diameter": post},
        [diameter(post), height(ctx, tall)],
        tall,
        ctx.pick(("post", "column", "pole")),
        face="top",
        where=ctx.pick(("in the middle of it", "centred on top", "on its centre")),
        sketch=sketch,
    )
    part.solid("post", (post, post, tall), "z")
    cylinder_on(
        part,
        {"diameter": top},
        [diameter(top), thickness(t2)],
        t2,
        ctx.pick(("round top", "seat disc", "top plate", "disc")),
        face="top",
        where=ctx.pick(("on top of the post", "on the upper end of the post", "at the top")),
        sketch=sketch,
    )
    place_whole(part)


def goal(part: Part) -> None:
    """Two posts and a bar across: goals, gates, frames."""
    ctx = part.ctx
    part.title = ctx.pick(("goal", "football goal", "gate frame", "simple portal", "clothes rail"))
    a, tall, t = ctx.size(0.6, 1), ctx.size(0.3, 0.6), ctx.size(0.02, 0.06)
    bar, wall = ctx.length(a), ctx.length(t)
    loop = {"shape": "u", "size": [a, tall], "thickness": t}
    noun = ctx.pick(
        (
            f"two posts and a crossbar, {bar} wide and {ctx.length(tall)} high overall, all of {wall} "
            "square section",
            f"posts and crossbar made of {wall} square bar; overall {bar} wide and {ctx.length(tall)} high",
        )
    )
    loop["rotate"] = 180
    part.add(
        {"op": "extrude", "plane": "xz", "profile": [loop], "depth": t},
        Statement(
            f"a {part.title} with {noun}" if not noun.startswith("posts") else f"a {part.title}: {noun}",
            action="base",
            name=part.title,
        ),
    )
    part.title = ""


def ladder(part: Part) -> None:
    """Two rails with rungs between them."""
    ctx = part.ctx
    count = ctx.pick((4, 5, 6, 8, 10, 12, 20))
    wide, tall, bar = ctx.size(0.25, 0.4), ctx.size(0.8, 1), ctx.size(0.02, 0.04)
    pitch = ctx.between(0.7 * tall / count, 0.95 * tall / count)
    if pitch < 1.6 * bar:
        bar = ctx.between(0.3 * pitch, 0.5 * pitch)
    rung = thing(
        ctx,
        ctx.pick(("rung", "step")),
        [Dim("height", "high", bar), Dim("spacing", "apart", pitch)],
        count=count,
    )
    texts = ctx.length(tall), ctx.length(wide), ctx.length(bar)
    noun = ctx.pick(
        (
            f"a flat ladder, {texts[1]} wide and {texts[0]} long, {texts[2]} thick, with rails {texts[2]} "
            "wide",
            f"a ladder of two rails {texts[0]} long and {texts[2]} wide, {texts[1]} over all, everything "
            f"{texts[2]} thick",
        )
    )
    loops = [
        {
            "shape": "rectangle",
            "size": [bar, tall],
            "repeat": {"grid": [2, 1], "pitch": f"{_n(wide)}-{_n(bar)}"},
        },
        {"shape": "rectangle", "size": [wide, bar], "repeat": {"grid": [1, count], "pitch": pitch}},
    ]
    part.add(
        {"op": "extrude", "profile": loops, "depth": bar},
        Statement(f"{noun} and {rung}", action="base", name="ladder"),
    )


def _n(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")


FAMILIES = (
    (3.2, "table", table),
    (1.4, "round_table", round_table),
    (0.5, "goal", goal),
    (0.4, "ladder", ladder),
)
