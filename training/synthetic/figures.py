"""Shapes of more parts: rings, sectors, letters, stars, frames; and the tables of all shapes."""

from __future__ import annotations

from typing import Any

from training.synthetic.context import Context
from training.synthetic.shapes import (
    Maker,
    Shape,
    circle,
    ellipse,
    equilateral,
    isosceles,
    parallelogram,
    polygon,
    rectangle,
    rhombus,
    right_triangle,
    semicircle,
    slot,
    square,
    three_sides,
    trapezoid,
)
from training.synthetic.sizes import Dim, diameter, height, length, radius, width


def ring(ctx: Context, wide: float, high: float) -> Shape:
    most = min(wide, high)
    by_radius = ctx.chance(0.3)
    share = 0.5 if by_radius else 1.0
    outer = ctx.between(0.5 * most * share, most * share)
    inner = ctx.between(0.25 * float(outer), 0.92 * float(outer))
    word, make = ("radius", radius) if by_radius else ("diameter", diameter)
    names = ctx.pick(
        (("outer", "inner"), ("outer", "inner"), ("outside", "inside"), ("external", "internal"))
    )
    real = float(outer) / share
    if ctx.chance(0.22):
        wall = ctx.between(0.04 * real, 0.3 * real)
        key = {"circle": {word: outer}}["circle"]
        return Shape(
            {"shape": "circle", **key, "wall": wall},
            ctx.pick(("ring", "annulus")),
            "ring-shaped",
            [make(outer, kind=names[0]), Dim("wall thickness", "thick in the wall", wall)],
            (real, real),
            tags={"hollow"},
        )
    return Shape(
        {"shape": "ring", f"outer_{word}": outer, f"inner_{word}": inner},
        ctx.pick(("ring", "annulus")),
        ctx.pick(("ring-shaped", "annular")),
        [make(outer, kind=names[0]), make(inner, kind=names[1])],
        (real, real),
        tags={"hollow"},
    )


def sector(ctx: Context, wide: float, high: float) -> Shape:
    most = min(wide, high)
    angle = ctx.pick((30, 45, 60, 90, 90, 120, 72, 75, 135))
    if angle == 90 and ctx.chance(0.5):
        value = ctx.between(0.5 * most, most)
        return Shape(
            {"shape": "sector", "radius": value, "angle": 90},
            ctx.pick(("quarter circle", "quarter disc")),
            "quarter-circular",
            [radius(value)],
            (float(value), float(value)),
            centred=False,
        )
    value = ctx.between(0.5 * most, most)
    dims = [radius(value), Dim("angle", "wide in angle", ctx.angle(angle))]
    return Shape(
        {"shape": "sector", "radius": value, "angle": angle},
        ctx.pick(("circular sector", "sector", "pie slice")),
        "sector-shaped",
        dims,
        (float(value), float(value)),
        centred=False,
    )


def ring_sector(ctx: Context, wide: float, high: float) -> Shape:
    most = min(wide, high)
    by_radius = ctx.chance(0.6)
    outer = ctx.between(0.5 * most, most)
    inner = ctx.between(0.3 * float(outer), 0.85 * float(outer))
    angle = ctx.pick((60, 90, 90, 120, 180, 180, 270, 45))
    word, make = ("radius", radius) if by_radius else ("diameter", diameter)
    dims = [make(outer, kind="outer"), make(inner, kind="inner"), Dim("angle", "of angle", ctx.angle(angle))]
    noun, adjective = ctx.pick(
        (
            ("ring sector", "ring-sector"),
            ("annular sector", "annular-sector"),
            ("curved segment of a ring", "curved"),
        )
    )
    if angle == 180:
        noun, adjective = ctx.pick((("half ring", "half-ring-shaped"), ("arch", "arch-shaped")))
        dims = dims[:2]
    elif angle == 90 and ctx.chance(0.4):
        noun, adjective, dims = "quarter ring", "quarter-ring-shaped", dims[:2]
    loop = {"shape": "ring_sector", f"outer_{word}": outer, f"inner_{word}": inner, "angle": angle}
    return Shape(
        loop, noun, adjective, dims, (2 * float(outer), 2 * float(outer)), centred=False, tags={"hollow"}
    )


def letter(ctx: Context, wide: float, high: float, kind: str = "") -> Shape:
    kind = kind or ctx.rng.weighted(
        ((10, "l"), (7, "t"), (8, "u"), (5, "i"), (4, "h"), (4, "z"), (5, "cross"))
    )
    a, b = ctx.between(0.6 * wide, wide), ctx.between(0.6 * high, high)
    least = min(float(a), float(b))
    word = {
        "l": ctx.pick(("L", "L", "angle")),
        "u": ctx.pick(("U", "U", "channel")),
        "i": ctx.pick(("I", "I-beam", "double-T")),
    }.get(kind, kind.upper())
    loop: dict[str, Any] = {"shape": kind, "size": [a, b]}
    dims = ctx.pick(([width(a), height(ctx, b)], [width(a), height(ctx, b)], [length(a), width(b)]))
    if kind == "l" and ctx.chance(0.4):
        dims = [
            Dim("horizontal leg", "along the horizontal leg", a),
            Dim("vertical leg", "along the vertical leg", b),
        ]
    if kind != "cross" and ctx.chance(0.25) and kind in ("t", "i", "h", "u", "z"):
        web, flange = ctx.between(0.06 * least, 0.28 * least), ctx.between(0.06 * least, 0.28 * least)
        loop.update({"web": web, "flange": flange})
        dims += [
            Dim("web thickness", "thick in the web", web),
            Dim("flange thickness", "thick in the flanges", flange),
        ]
    else:
        thick = ctx.between(0.08 * least, 0.3 * least)
        loop["thickness"] = thick
        dims.append(
            Dim(
                ctx.pick(("thickness", "wall thickness", "material thickness", "thickness"))
                if kind != "cross"
                else ctx.pick(("arm width", "bar width", "thickness")),
                "thick",
                thick,
            )
        )
    noun, adjective = (f"{word} profile", f"{word}-shaped")
    if word in ("angle", "channel", "I-beam"):
        noun, adjective = f"{word} profile", f"{word}-profile"
    if kind == "cross":
        noun, adjective = ctx.pick(
            (("cross", "cross-shaped"), ("plus shape", "plus-shaped"), ("plus sign", "plus-shaped"))
        )
    elif ctx.chance(0.4):
        noun = f"{word} shape" if len(word) == 1 else noun
    return Shape(loop, noun, adjective, dims, (float(a), float(b)), 2, tags={"letter"})


def star(ctx: Context, wide: float, high: float) -> Shape:
    most = min(wide, high)
    points = ctx.pick((5, 5, 5, 6, 8, 4))
    by_radius = ctx.chance(0.4)
    outer = ctx.between(0.5 * most, most)
    if by_radius:
        outer = ctx.between(0.25 * most, 0.5 * most)
    inner = ctx.between(0.35 * float(outer), 0.7 * float(outer))
    word, make = ("radius", radius) if by_radius else ("diameter", diameter)
    loop = {"shape": "star", "points": points, f"outer_{word}": outer, f"inner_{word}": inner}
    noun = ctx.pick((f"{ctx.count(points)}-pointed star", f"star with {ctx.count(points)} points"))
    return Shape(
        loop,
        noun,
        ctx.pick((f"{points}-pointed star-shaped", f"{ctx.count(points)}-pointed star-shaped")),
        [make(outer, kind="outer"), make(inner, kind="inner")],
        (most, most),
    )


def frame(ctx: Context, wide: float, high: float) -> Shape:
    a, b = ctx.between(0.5 * wide, wide), ctx.between(0.5 * high, high)
    wall = ctx.between(0.04 * min(a, b), 0.2 * min(a, b))
    names = ctx.pick(
        (("outer length", "outer width"), ("length", "width"), ("outside length", "outside width"))
    )
    wall_name = ctx.pick(
        ("wall thickness", "frame width", "border width", "wall thickness", "inside padding")
    )
    if ctx.chance(0.4):
        loop: dict[str, Any] = {"shape": "square", "side": a, "wall": wall}
        dims = [Dim(ctx.pick(("outer side", "side")), "on each outer side", a)]
        return Shape(
            loop,
            ctx.pick(("square frame", "square tube section", "hollow square")),
            "square frame-shaped",
            [*dims, Dim(wall_name, "wide all round", wall)],
            (float(a), float(a)),
            tags={"hollow"},
        )
    loop = {"shape": "rectangle", "size": [a, b], "wall": wall}
    return Shape(
        loop,
        ctx.pick(("rectangular frame", "frame", "hollow rectangle")),
        "frame-shaped",
        [Dim(names[0], "long", a), Dim(names[1], "wide", b), Dim(wall_name, "wide all round", wall)],
        (float(a), float(b)),
        2 if names[0] == "length" else 0,
        tags={"hollow"},
    )


#: Shapes that make a cut-out or a boss, with their weights.
SMALL: tuple[tuple[float, Maker], ...] = (
    (30, rectangle),
    (16, square),
    (10, slot),
    (13, polygon),
    (5, equilateral),
    (4, right_triangle),
    (5, isosceles),
    (4, trapezoid),
    (2, parallelogram),
    (4, rhombus),
    (3, ellipse),
    (3, letter),
    (1.5, star),
)


#: Shapes for prisms of their own.
ALL: tuple[tuple[float, Maker], ...] = (
    (4, circle),
    (8, rectangle),
    (5, square),
    (6, slot),
    (18, polygon),
    (8, equilateral),
    (12, right_triangle),
    (11, isosceles),
    (4, three_sides),
    (20, trapezoid),
    (9, parallelogram),
    (8, rhombus),
    (8, semicircle),
    (6, ellipse),
    (10, ring),
    (6, sector),
    (6, ring_sector),
    (22, letter),
    (4, star),
    (10, frame),
)
