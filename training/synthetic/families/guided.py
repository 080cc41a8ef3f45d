"""Solids between two sections (loft) and along a path (sweep)."""

from __future__ import annotations

from typing import Any

from training.synthetic.context import Context
from training.synthetic.part import Part, Statement
from training.synthetic.sizes import Dim, diameter, thing
from training.synthetic.transforms import place_whole

Loop = dict[str, Any]


def _section(ctx: Context, low: float, high: float) -> tuple[Loop, str]:
    kind = ctx.pick(("square", "rectangle", "circle", "polygon"))
    a = ctx.size(low, high)
    if kind == "square":
        return {"shape": "square", "side": a}, thing(ctx, "square", [Dim("side", "on each side", a)])
    if kind == "circle":
        return {"shape": "circle", "diameter": a}, thing(ctx, "circle", [diameter(a)])
    if kind == "polygon":
        return {"shape": "polygon", "sides": 6, "across_flats": a}, thing(
            ctx, "hexagon", [Dim("width across flats", "across flats", a)]
        )
    b = ctx.size(low, high)
    return {"shape": "rectangle", "size": [a, b]}, thing(
        ctx, "rectangle", [Dim("length", "long", a), Dim("width", "wide", b)], compact=2
    )


def loft(part: Part) -> None:
    """A transition from one section to another at some height."""
    ctx = part.ctx
    (one, bottom), (two, top) = _section(ctx, 0.5, 1), _section(ctx, 0.15, 0.5)
    rise = ctx.size(0.3, 1)
    text = ctx.length(rise)
    name = ctx.pick(("transition piece", "loft", "hopper", "tapered transition", "lofted solid"))
    part.title = name
    noun = ctx.pick(
        (
            f"a {name} from {bottom} at the bottom to {top} {text} above it",
            f"a {name}, {text} high, between {bottom} below and {top} on top",
            f"a solid lofted from {bottom} up to {top} at a height of {text}",
        )
    )
    steps = (
        f"sketch {bottom} on the ground plane",
        f"sketch {top} on a plane {text} above it",
        "loft from the first to the second sketch",
    )
    part.add(
        {"op": "loft", "sections": [{"profile": [one]}, {"offset": rise, "profile": [two]}]},
        Statement(noun, action="base", steps=steps, name=name),
    )
    place_whole(part)


def sweep(part: Part) -> None:
    """A round bar, square bar or tube along a path with a bend."""
    ctx = part.ctx
    up, across, bend = ctx.size(0.4, 1), ctx.size(0.3, 0.9), ctx.size(0.15, 0.3)
    most = 0.9 * float(bend)
    size = ctx.between(0.3 * most, most)
    kind = ctx.pick(("round", "tube", "square"))
    if kind == "tube":
        inner = ctx.between(0.5 * size, 0.9 * size)
        loop: Loop = {"shape": "ring", "outer_diameter": size, "inner_diameter": inner}
        noun, section = (
            ctx.pick(("pipe", "tube")),
            f"{ctx.length(size)} outer and {ctx.length(inner)} inner diameter",
        )
    elif kind == "round":
        loop = {"shape": "circle", "diameter": size}
        noun, section = ctx.pick(("rod", "round bar", "wire")), f"{ctx.length(size)} diameter"
    else:
        loop = {"shape": "square", "side": size}
        noun, section = "square bar", f"{ctx.length(size)} square section"
    straight = ctx.chance(0.35)
    end = [ctx.length(up), ctx.length(across)]
    if straight:
        curves: list[Loop] = [{"line": [0, up]}, {"line": [across, up]}]
        way = ctx.pick(
            (
                f"runs {end[0]} straight up along Z and then {end[1]} along X with a sharp corner",
                f"follows a path {end[0]} up the Z axis, then {end[1]} in X direction",
            )
        )
    else:
        way = ctx.pick(
            (
                f"goes from (0, 0) up to {ctx.point([0, up])} and then along an arc of radius "
                f"{ctx.length(bend)} to {ctx.point([bend, up + bend])} in the XZ plane",
                f"follows in the XZ plane a line from (0, 0) to {ctx.point([0, up])}, then a clockwise "
                f"arc with radius {ctx.length(bend)} ending at "
                f"{ctx.point([bend, up + bend])}",
            )
        )
        total = round(up + bend, 6)
        curves = [
            {"line": [0, up]},
            {"arc": [bend, int(total) if total == int(total) else total], "radius": bend, "clockwise": True},
        ]
    part.add(
        {
            "op": "sweep",
            "profile": [loop],
            "plane": "path",
            "path": {"plane": "xz", "start": [0, 0], "curves": curves},
        },
        Statement(f"a {noun} of {section} that {way}", action="base", name=noun),
    )
    place_whole(part)


FAMILIES = ((1.2, "loft", loft), (1.0, "sweep", sweep))
