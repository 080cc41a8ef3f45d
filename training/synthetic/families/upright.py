"""Thin upright parts whose openings are told without a face.

"0.2 long and 0.1 high" says that one looks at the front, "0.2 wide and 0.1 high" that one looks from a side.
"""

from __future__ import annotations

from typing import Any

from training.synthetic.families.common import say
from training.synthetic.numbers import Number
from training.synthetic.part import Part, Statement
from training.synthetic.sizes import Dim, diameter, thing
from training.synthetic.transforms import place_whole

_CUTS = (
    "extrude it negatively to get a rectangular opening",
    "negatively extrude it through the whole {}",
    "cut it through the {}",
    "extrude it as a cut right through the {}",
    "remove it from the {}, so that a rectangular hole results",
)


def _base(part: Part) -> tuple[str, bool, Number, Number]:
    """The upright block; its name, whether it is thin along the length, its extent across and its height."""
    ctx = part.ctx
    across, thin, tall = ctx.size(0.4, 1), ctx.size(0.02, 0.1), ctx.size(0.3, 0.9)
    along = ctx.chance(0.4)
    noun = ctx.pick(("block", "rectangle", "rectangular plate", "cuboid", "rectangular prism", "panel"))
    size = [thin, across, tall] if along else [across, thin, tall]
    dims = [Dim("length", "long", size[0]), Dim("width", "wide", size[1]), Dim("height", "high", tall)]
    say(part, {"op": "box", "size": size}, noun, dims, action="base")
    part.solid(noun, (size[0], size[1], size[2])).main = "right" if along else "front"
    return noun, along, across, tall


def _opening(part: Part, along: bool, across: Number, tall: Number, most: float) -> tuple[list[Number], str]:
    """Sizes of an opening, and a rectangle with them."""
    ctx = part.ctx
    size = [ctx.between(0.15 * across, most * across), ctx.between(0.15 * tall, 0.6 * tall)]
    dims = [Dim("width", "wide", size[0]) if along else Dim("length", "long", size[0])]
    return size, thing(ctx, "rectangle", [*dims, Dim("height", ctx.pick(("high", "tall")), size[1])])


def _cut(part: Part, along: bool, loop: dict[str, Any], statement: Statement) -> None:
    operation = {"op": "extrude", "mode": "cut", "face": "right" if along else "front", "profile": [loop]}
    part.add({**operation, "extent": "through"}, statement)


def opening(part: Part) -> None:
    """One opening, in the middle or near an edge."""
    ctx = part.ctx
    noun, along, across, tall = _base(part)
    size, drawn = _opening(part, along, across, tall, 0.7)
    loop: dict[str, Any] = {"shape": "rectangle", "size": size}
    edge = ctx.pick(("middle", "bottom", "bottom", "top", "top"))
    if edge == "middle":
        where = ctx.pick(("in its middle", "in the centre of it", "centred in it", "in the very middle"))
    else:
        gap = ctx.between(0.02 * tall, 0.8 * (tall - size[1]) / 2)
        loop |= {"from": edge, "pad": gap}
        told, side = ctx.length(gap), {"bottom": ("below", "lower"), "top": ("above", "upper")}[edge]
        where = ctx.pick(
            (
                f"at the {edge}, with a space of {told} between its {edge} and the {edge} of the {noun}",
                f"at the {edge}, {told} from the {edge} edge",
                f"near the {edge}, leaving {told} {side[0]} it",
                f"towards the {edge}; its {side[1]} side is {told} away from the {edge} of the {noun}",
            )
        )
    steps = (
        ctx.pick((f"sketch {drawn} inside the {noun}, {where}", f"draw {drawn} on the {noun} {where}")),
        ctx.pick(_CUTS).format(noun),
    )
    told = drawn.replace("rectangle", ctx.pick(("rectangular opening", "rectangular hole", "window")), 1)
    _cut(part, along, loop, Statement(told, where, "cut", steps=steps, name="opening"))
    place_whole(part)


def two_openings(part: Part) -> None:
    """Two equal openings beside each other, the gap between them given."""
    ctx = part.ctx
    noun, along, across, tall = _base(part)
    size, drawn = _opening(part, along, across, tall, 0.42)
    gap = ctx.between(0.03 * across, 0.8 * (across - 2 * size[0]))
    loop = {"shape": "rectangle", "size": size, "repeat": {"grid": [2, 1], "gap": gap}}
    told = ctx.length(gap)
    where = ctx.pick(
        (
            f"side by side, {told} apart",
            f"beside each other with a padding of {told} between them",
            f"symmetrically next to each other, with {told} between the two",
            f"placed symmetrically with a gap of {told}",
        )
    )
    each = (
        ctx.pick(("two identical rectangles, each", "two equal rectangles, each one", "twice")) + f" {drawn}"
    )
    steps = (
        ctx.pick((f"sketch {each}, {where}", f"on the {noun}, draw {each}, {where}")),
        ctx.pick(("extrude both negatively", "cut both right through", "remove both from the {}")).format(
            noun
        ),
    )
    words = f"two rectangular openings, each {drawn}"
    _cut(part, along, loop, Statement(words, where, "cut", True, steps=steps, name="opening"))
    place_whole(part)


def hole_by_edges(part: Part) -> None:
    """A hole whose centre is told by its distances from two edges."""
    ctx = part.ctx
    _, along, across, tall = _base(part)
    size = ctx.between(0.08 * min(across, tall), 0.3 * min(across, tall))
    beside, below = (ctx.between(0.7 * size, 0.45 * extent) for extent in (across, tall))
    level = ctx.pick(("top", "bottom"))
    side = ctx.pick(("front", "back") if along else ("left", "right"))
    aside, apart = ctx.length(beside), ctx.length(below)
    where = ctx.pick(
        (
            f"its centre {aside} from the {side} edge and {apart} from the {level} edge",
            f"{apart} from the {level} and {aside} from the {side}, measured to its centre",
            f"near the {level} {side} corner; its centre keeps {aside} from the {side} edge and {apart} from "
            f"the {level} edge",
        )
    )
    words = thing(
        ctx, ctx.pick(("hole", "through hole", "circular hole", "circular opening")), [diameter(size)]
    )
    statement = Statement(words, where, "hole", name="hole")
    face = "right" if along else "front"
    place = {"from": f"{level}-{side}", "inset": [beside, below]}
    part.add({"op": "hole", "face": face, **place, "diameter": size}, statement)
    place_whole(part)


FAMILIES = (
    (2.0, "upright_opening", opening),
    (1.2, "upright_two_openings", two_openings),
    (1.2, "upright_hole", hole_by_edges),
)
