"""Things of everyday shape built from blocks and bars: tables, stools, benches, shelves, stairs, goals, pillars, lamps."""

from __future__ import annotations

from typing import Any

from training.synthetic.families.common import box_on, cylinder_on, say, sketched
from training.synthetic.part import Part, Statement
from training.synthetic.sizes import Dim, diameter, height, thickness, thing
from training.synthetic.transforms import place_whole


def table(part: Part) -> None:
    """A top with legs at its corners, told from the top downwards or standing on its top."""
    ctx = part.ctx
    part.title = ctx.pick(("table", "desk", "bench", "stool", "coffee table", "workbench", "side table", "table with four legs"))
    a, b, t = ctx.size(0.6, 1), ctx.size(0.35, 0.8), ctx.size(0.02, 0.08)
    leg, tall = ctx.between(0.05 * b, 0.15 * b), ctx.size(0.3, 0.9)
    sketch = sketched(part)
    upside = ctx.chance(0.2)
    noun = ctx.pick(("table top", "top", "rectangular top", "tabletop", "seat plate")) if part.title not in ("bench", "stool") else \
        ctx.pick(("seat", "top", "seat plate"))
    box_on(part, [a, b, t], noun, sketch=sketch, names=("length", "width", ctx.pick(("thickness", "height"))))
    part.solid(noun, (a, b, t))
    face = "top" if upside else "bottom"
    under = ctx.pick(("on top", "on the top face", "standing up from the plate")) if upside else \
        ctx.pick(("under it", "on the underside", "on its bottom face", "below the top", "at the bottom"))
    round_leg = ctx.chance(0.3)
    if ctx.chance(0.55):
        repeat: dict[str, Any] = {"corners": True, "pad": 0}
        where = ctx.pick((f"one in each corner {under}, flush with the edges", f"{under}, one at each corner", f"{under}, in the four corners"))
    else:
        pad = ctx.between(0.02 * b, 0.1 * b)
        repeat = {"corners": True, "pad": pad}
        text = ctx.length(pad)
        where = ctx.pick((f"{under}, one in each corner with a margin of {text} to the edges", f"{under} near the corners, leaving {text} to both edges",
                          f"one in each corner {under}, set in by {text} from the edges"))
    long = ctx.pick((height(ctx, tall), Dim("length", "long", tall)))
    steps: tuple[str, ...] = ()
    if round_leg:
        dims = [diameter(leg), long]
        operation: dict[str, Any] = {"op": "cylinder", "face": face, "diameter": leg, "height": tall, "repeat": repeat}
        flat, loop = thing(ctx, "circle", dims[:1], count=4), {"shape": "circle", "diameter": leg, "repeat": repeat}
        leg_noun = ctx.pick(("round leg", "cylindrical leg", "leg"))
    else:
        dims = [Dim("side", "on each side", leg), long]
        operation = {"op": "box", "face": face, "size": [leg, leg, tall], "repeat": repeat}
        flat, loop = thing(ctx, "square", dims[:1], count=4), {"shape": "square", "side": leg, "repeat": repeat}
        leg_noun = ctx.pick(("square leg", "leg", "square leg"))
        if ctx.chance(0.4):
            dims = [Dim("length", "long", leg), Dim("width", "wide", leg), height(ctx, tall)]
    if sketch and ctx.chance(0.6):
        operation = {"op": "extrude", "face": face, "profile": [loop], "depth": tall}
        down = "" if upside else ctx.pick((" downwards", ""))
        steps = (f"sketch {flat} {where}", ctx.pick((f"extrude them{down} by {ctx.length(tall)} to form the legs", f"extrude these {ctx.length(tall)}{down}")))
    say(part, operation, leg_noun, dims, where, count=4, steps=steps, name="leg", compact=3 if len(dims) == 3 else 0)
    if ctx.verbose and ctx.chance(0.3):
        part.closing.append(ctx.pick(("all four legs are identical", "the legs carry the top", "the four legs have the same size")))
    place_whole(part)


def round_table(part: Part) -> None:
    """A disc on one post, with or without a foot: stools, lamps, mushrooms, pedestals."""
    ctx = part.ctx
    part.title = ctx.pick(("stool", "round table", "mushroom", "pedestal", "stand", "bar stool"))
    sketch = sketched(part)
    foot, post, top = ctx.size(0.4, 0.7), ctx.size(0.05, 0.2), ctx.size(0.5, 1)
    t1, tall, t2 = ctx.size(0.03, 0.1), ctx.size(0.4, 1), ctx.size(0.03, 0.1)
    cylinder_on(part, {"diameter": foot}, [diameter(foot), thickness(t1)], t1, ctx.pick(("foot", "round foot", "base disc")), sketch=sketch)
    part.solid("foot", (foot, foot, t1), "z")
    cylinder_on(part, {"diameter": post}, [diameter(post), height(ctx, tall)], tall, ctx.pick(("post", "column", "pole")), face="top",
                where=ctx.pick(("in the middle of it", "centred on top", "on its centre")), sketch=sketch)
    part.solid("post", (post, post, tall), "z")
    cylinder_on(part, {"diameter": top}, [diameter(top), thickness(t2)], t2, ctx.pick(("round top", "seat disc", "top plate", "disc")), face="top",
                where=ctx.pick(("on top of the post", "on the upper end of the post", "at the top")), sketch=sketch)
    place_whole(part)


def stairs(part: Part) -> None:
    """Blocks on top of each other, flush at one end."""
    ctx = part.ctx
    count = ctx.pick((2, 3, 3, 4))
    part.title = ctx.pick(("staircase", "stairs", "stepped block", "stepped pyramid", "set of steps", "tiered block"))
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
        where = ctx.pick(("on top of it", "on top")) if index == 1 else f"on top of the {words[index - 1]} one"
        placement: dict[str, Any] = {}
        if not pyramid:
            placement = {"from": edge}
            where += ctx.pick((f", flush with the {edge} edge", f", aligned with the {edge} end", f", at the {edge} edge"))
        elif ctx.chance(0.5):
            where += ctx.pick((", centred", " in the middle"))
        box_on(part, [a, b, rise], ctx.pick((f"{words[index]} block", f"{words[index]} step", f"{words[index]} rectangular block")), face="top",
               where=where, placement=placement, sketch=sketch)
        part.solid(f"{words[index]} block", (a, b, rise))
    place_whole(part)


def goal(part: Part) -> None:
    """Two posts and a bar across: goals, gates, frames."""
    ctx = part.ctx
    part.title = ctx.pick(("goal", "football goal", "gate frame", "simple portal", "clothes rail"))
    a, tall, t = ctx.size(0.6, 1), ctx.size(0.3, 0.6), ctx.size(0.02, 0.06)
    bar, wall = ctx.length(a), ctx.length(t)
    loop = {"shape": "u", "size": [a, tall], "thickness": t}
    noun = ctx.pick((f"two posts and a crossbar, {bar} wide and {ctx.length(tall)} high overall, all of {wall} square section",
                     f"posts and crossbar made of {wall} square bar; overall {bar} wide and {ctx.length(tall)} high"))
    loop["rotate"] = 180
    part.add({"op": "extrude", "plane": "xz", "profile": [loop], "depth": t},
             Statement(f"a {part.title} with {noun}" if not noun.startswith("posts") else f"a {part.title}: {noun}", action="base", name=part.title))
    part.title = ""


def shelf(part: Part) -> None:
    """Two side boards and boards between them, told as blocks."""
    ctx = part.ctx
    part.title = ctx.pick(("inverted table", "block with two columns", "two-column stand", "double stand", "base with two pillars"))
    a, b, t = ctx.size(0.7, 1), ctx.size(0.3, 0.6), ctx.size(0.03, 0.12)
    x, y, tall = ctx.between(0.1 * a, 0.3 * a), ctx.between(0.4 * b, 0.95 * b), ctx.size(0.2, 0.7)
    sketch = sketched(part)
    box_on(part, [a, b, t], ctx.pick(("base", "base plate", "plate")), sketch=sketch)
    part.solid("base", (a, b, t))
    if ctx.chance(0.6):
        pad = ctx.between(0.02 * a, 0.12 * a)
        text = ctx.length(pad)
        repeat: dict[str, Any] = {"edges": ["left", "right"], "pad": pad}
        where = ctx.pick((f"on top at the left and right ends, each with a margin of {text} to its edge", f"on top, one at either end (left and right), {text} in from the edge",
                          f"on top near the left and right edges, leaving {text} to the edge"))
    else:
        gap = ctx.between(0.1 * a, a - 2.2 * x)
        repeat = {"grid": [2, 1], "gap": gap}
        where = ctx.pick((f"side by side on top with a gap of {ctx.length(gap)} between them", f"on top, symmetric, {ctx.length(gap)} apart from face to face"))
    box_on(part, [x, y, tall], ctx.pick(("column", "rectangular column", "block", "pillar")), face="top", where=where, sketch=sketch, count=2,
           repeat=repeat)
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
        cylinder_on(part, {"diameter": shaft}, [diameter(shaft), height(ctx, tall)], tall, ctx.pick(("shaft", "round column", "cylinder")), face="top",
                    where=ctx.pick(("centred on top", "in its middle", "on the centre of the base")), sketch=sketch)
    else:
        box_on(part, [shaft, shaft, tall], ctx.pick(("square shaft", "shaft", "column")), face="top", where=ctx.pick(("centred on top", "in its middle")),
               sketch=sketch)
    part.solid("shaft", (shaft, shaft, tall))
    if ctx.chance(0.6):
        again = ctx.chance(0.5)
        b, t2 = (a, t) if again else (ctx.size(0.3, 0.6), ctx.size(0.03, 0.1))
        box_on(part, [b, b, t2], ctx.pick(("top plate", "capital", "square top")), face="top", where=ctx.pick(("on top of the shaft", "at the upper end")),
               sketch=sketch)
        if again and ctx.chance(0.5):
            part.statements[-1].noun, part.statements[-1].steps = ctx.pick(("a plate like the base", "the same plate again", "a copy of the base")), ()
    place_whole(part)


def ladder(part: Part) -> None:
    """Two rails with rungs between them."""
    ctx = part.ctx
    count = ctx.pick((4, 5, 6, 8, 10, 12, 20))
    wide, tall, bar = ctx.size(0.25, 0.4), ctx.size(0.8, 1), ctx.size(0.02, 0.04)
    pitch = ctx.between(0.7 * tall / count, 0.95 * tall / count)
    if pitch < 1.6 * bar:
        bar = ctx.between(0.3 * pitch, 0.5 * pitch)
    rung = thing(ctx, ctx.pick(("rung", "step")), [Dim("height", "high", bar), Dim("spacing", "apart", pitch)], count=count)
    texts = ctx.length(tall), ctx.length(wide), ctx.length(bar)
    noun = ctx.pick((f"a flat ladder, {texts[1]} wide and {texts[0]} long, {texts[2]} thick, with rails {texts[2]} wide",
                     f"a ladder of two rails {texts[0]} long and {texts[2]} wide, {texts[1]} over all, everything {texts[2]} thick"))
    loops = [{"shape": "rectangle", "size": [bar, tall], "repeat": {"grid": [2, 1], "pitch": f"{_n(wide)}-{_n(bar)}"}},
             {"shape": "rectangle", "size": [wide, bar], "repeat": {"grid": [1, count], "pitch": pitch}}]
    part.add({"op": "extrude", "profile": loops, "depth": bar},
             Statement(f"{noun} and {rung}", action="base", name="ladder"))


def _n(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")


def lollipop(part: Part) -> None:
    """A ball on a bar or on a block, a sphere sunk into a cube."""
    ctx = part.ctx
    kind = ctx.pick(("stick", "cube", "cone"))
    ball = ctx.size(0.2, 0.5)
    if kind == "stick":
        rod, tall = ctx.between(0.1 * ball, 0.4 * ball), ctx.size(0.4, 1)
        cylinder_on(part, {"diameter": rod}, [diameter(rod), height(ctx, tall)], tall, ctx.pick(("rod", "stick", "post")), sketch=sketched(part))
        where = ctx.pick(("centred on its top end", "with its centre on the top face of the rod", "around the upper end, centred on the top face"))
    elif kind == "cube":
        size = ctx.between(0.9 * ball, 1.8 * ball)
        box_on(part, [size] * 3, "cube", names=("length", "width", "height"), sketch=False)
        where = ctx.pick(("with its centre in the middle of the top face", "centred on the top face, half sunk in"))
    else:
        tall = ctx.size(0.3, 0.8)
        say(part, {"op": "cone", "bottom_diameter": ball, "height": tall}, "cone", [diameter(ball, kind="base"), height(ctx, tall)], action="base")
        where = ctx.pick(("centred on the middle of its base", "whose centre is the middle of the cone's base"))
    face = "bottom" if kind == "cone" else "top"
    say(part, {"op": "sphere", "face": face, "diameter": ball}, ctx.pick(("sphere", "ball")), [diameter(ball)], where)
    place_whole(part)


FAMILIES = ((3.2, "table", table), (1.4, "round_table", round_table), (2.6, "stairs", stairs), (0.5, "goal", goal), (2.2, "two_columns", shelf),
            (1.8, "pillar", pillar), (0.4, "ladder", ladder), (1.2, "ball_on", lollipop))
