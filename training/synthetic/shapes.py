"""Plane shapes with their names and sizes: used for prisms, bosses, cut-outs and pockets alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from training.synthetic.context import Context
from training.synthetic.numbers import Number
from training.synthetic.sizes import Dim, height, length, round_size, side, width

POLYGON_WORDS = {
    3: ("triangle", "triangular"),
    5: ("pentagon", "pentagonal"),
    6: ("hexagon", "hexagonal"),
    7: ("heptagon", "heptagonal"),
    8: ("octagon", "octagonal"),
    9: ("nonagon", "nonagonal"),
    10: ("decagon", "decagonal"),
    12: ("dodecagon", "dodecagonal"),
}


@dataclass
class Shape:
    """A closed loop with its words.

    ``noun`` names the flat figure, ``adjective`` a solid of that section; ``compact`` leading sizes may be
    told as "a x b"; ``box`` is the extent (u, v); ``extra`` says what the sizes leave out.
    """

    loop: dict[str, Any]
    noun: str
    adjective: str
    dims: list[Dim]
    box: tuple[float, float]
    compact: int = 0
    extra: str = ""
    centred: bool = True
    tags: set[str] = field(default_factory=set)


Maker = Callable[[Context, float, float], Shape]


def _side_of(ctx: Context, wide: float, high: float, share: float = 0.45) -> tuple[Number, Number]:
    return ctx.between(share * wide, wide), ctx.between(share * high, high)


def circle(ctx: Context, wide: float, high: float) -> Shape:
    most = min(wide, high)
    keys, dim, real = round_size(ctx, 0.4 * most, most)
    return Shape(
        {"shape": "circle", **keys},
        "circle",
        ctx.pick(("circular", "round", "cylindrical")),
        [dim],
        (real, real),
    )


def rectangle(ctx: Context, wide: float, high: float) -> Shape:
    a, b = _side_of(ctx, wide, high)
    loop: dict[str, Any] = {"shape": "rectangle", "size": [a, b]}
    dims, words = [length(a), width(b)], ("rectangle", "rectangular")
    if ctx.chance(0.2):
        dims = [width(a), height(ctx, b)]
    extra = ""
    if ctx.chance(0.12):
        corner = ctx.between(0.05 * min(a, b), 0.3 * min(a, b))
        loop["corner_radius"] = corner
        text = ctx.length(corner)
        extra = ctx.pick(
            (
                f" with corners rounded to a radius of {text}",
                f" with rounded corners of radius {text}",
                f" with {text} corner radii",
                f", corners rounded {text},",
                f" with R{ctx.bare(corner)} corners",
            )
        )
    return Shape(loop, *words, dims, (float(a), float(b)), 2, extra)


def square(ctx: Context, wide: float, high: float) -> Shape:
    value = ctx.between(0.4 * min(wide, high), min(wide, high))
    text = ctx.pick(("side", "side", "double", "side length"))
    if text == "double":
        dims = [Dim("size", "in size", ctx.several([value, value]))]
    else:
        dims = [Dim(text, "on each side", value)]
    return Shape({"shape": "square", "side": value}, "square", "square", dims, (float(value), float(value)))


def slot(ctx: Context, wide: float, high: float) -> Shape:
    long = ctx.between(0.6 * wide, wide)
    across = ctx.between(min(0.25 * float(long), 0.5 * high), min(0.6 * float(long), high))
    if ctx.chance(0.25):
        loop = {"shape": "slot", "centers": long, "width": across}
        total = float(long) + float(across)
        if total <= wide:
            dims = [Dim("distance between the end centres", "between end centres", long), width(across)]
            return Shape(loop, "slot", "slotted", dims, (total, float(across)))
    noun = ctx.pick(("slot", "slot", "obround", "slot with rounded ends", "elongated slot"))
    return Shape(
        {"shape": "slot", "length": long, "width": across},
        noun,
        "obround",
        [length(long), width(across)],
        (float(long), float(across)),
        2 if noun == "slot" else 0,
    )


def polygon(ctx: Context, wide: float, high: float, sides: int = 0) -> Shape:
    sides = sides or ctx.rng.weighted(((12, 6), (4, 8), (4, 5), (1, 7), (1, 10), (1, 12)))
    most = min(wide, high)
    words = POLYGON_WORDS[sides]
    how = ctx.pick(
        ("side", "across_flats", "across_corners", "diameter", "radius")
        if sides % 2 == 0
        else ("side", "side", "radius", "diameter")
    )
    if how == "side":
        value = ctx.between(most / sides, 0.9 * most * 3 / sides)
        dim, real = side(value), float(value) * sides / 3
        if ctx.chance(0.4):
            dim = Dim("side length", "on each side", value)
    elif how == "radius":
        value = ctx.between(0.25 * most, 0.5 * most)
        dim, real = Dim("circumradius", "in circumradius", value), 2 * float(value)
        if ctx.chance(0.5):
            dim = Dim("circumscribed radius", "from its centre to each corner", value)
    else:
        value = ctx.between(0.5 * most, 0.86 * most)
        names = {
            "across_flats": ("width across flats", "across flats"),
            "across_corners": ("width across corners", "across corners"),
            "diameter": ("diameter", "in diameter"),
        }[how]
        dim, real = Dim(*names, value), float(value) / 0.86
    regular = ctx.pick(("", "", "regular "))
    loop = {"shape": "polygon", "sides": sides, how: value}
    noun = regular + words[0] if ctx.chance(0.85) else f"regular polygon with {ctx.count(sides)} sides"
    return Shape(loop, noun, words[1], [dim], (real, real), 0)


def equilateral(ctx: Context, wide: float, high: float) -> Shape:
    value = ctx.between(0.5 * min(wide, high), 0.95 * min(wide, high))
    dim = Dim(ctx.pick(("side", "side length", "edge length")), "on each side", value)
    return Shape(
        {"shape": "polygon", "sides": 3, "side": value},
        "equilateral triangle",
        "equilateral triangular",
        [dim],
        (float(value), float(value)),
    )


def right_triangle(ctx: Context, wide: float, high: float) -> Shape:
    a, b = _side_of(ctx, wide, high)
    dims = [Dim("base", "along the base", a), height(ctx, b)]
    if ctx.chance(0.5):
        text = f"{ctx.length(a)} and {ctx.length(b)}"
        dims = [
            Dim(ctx.pick(("legs", "legs", "perpendicular sides", "right-angle sides")), "on the legs", text)
        ]
    return Shape(
        {"shape": "right_triangle", "size": [a, b]},
        ctx.pick(("right triangle", "right-angled triangle")),
        ctx.pick(("right triangular", "right-angled triangular")),
        dims,
        (float(a), float(b)),
        tags={"plural dims"} if len(dims) == 1 else set(),
    )


def isosceles(ctx: Context, wide: float, high: float) -> Shape:
    a, b = _side_of(ctx, wide, high)
    noun = ctx.pick(("isosceles triangle", "isosceles triangle", "triangle"))
    return Shape(
        {"shape": "triangle", "base": a, "height": b},
        noun,
        ctx.pick(("triangular", "isosceles triangular")),
        [Dim("base", "wide at the base", a), height(ctx, b)],
        (float(a), float(b)),
    )


def three_sides(ctx: Context, wide: float, high: float) -> Shape:
    most = min(wide, high)
    a, b = ctx.between(0.6 * most, most), ctx.between(0.5 * most, 0.9 * most)
    c = ctx.between(abs(float(a) - float(b)) + 0.25 * most, 0.92 * (float(a) + float(b)))
    text = f"{ctx.length(a)}, {ctx.length(b)} and {ctx.length(c)}"
    return Shape(
        {"shape": "triangle", "sides": [a, b, c]},
        ctx.pick(("triangle", "scalene triangle")),
        "triangular",
        [Dim("sides", "on its sides", text)],
        (float(a), most),
        tags={"plural dims"},
    )


def trapezoid(ctx: Context, wide: float, high: float) -> Shape:
    bottom = ctx.between(0.5 * wide, wide)
    top = ctx.between(0.3 * wide, 0.9 * wide)
    if abs(float(top) - float(bottom)) < 0.02 * wide:
        top = ctx.between(0.2 * wide, 0.45 * wide)
    tall = ctx.between(0.4 * high, high)
    names = ctx.pick(
        (
            ("bottom width", "top width"),
            ("bottom base", "top base"),
            ("base", "top"),
            ("base width", "top width"),
            ("base length", "top length"),
            ("lower side", "upper side"),
            ("bottom length", "top length"),
            ("bottom edge", "top edge"),
        )
    )
    dims = [
        Dim(names[0], "wide at the bottom", bottom),
        Dim(names[1], "wide at the top", top),
        height(ctx, tall),
    ]
    kind = ctx.rng.weighted(((60, ""), (14, "right"), (12, "shift")))
    loop: dict[str, Any] = {"shape": "trapezoid", "bottom": bottom, "top": top, "height": tall}
    noun = ctx.pick(
        ("isosceles trapezoid", "trapezoid", "trapezium", "isosceles trapezium", "symmetric trapezoid")
    )
    extra = ""
    if kind == "right":
        noun = ctx.pick(("right trapezoid", "right-angled trapezoid", "right trapezium"))
        loop["upright"] = "left"
    elif kind == "shift":
        noun = ctx.pick(("trapezoid", "trapezium"))
        shift = ctx.between(0.02 * wide, 0.2 * wide)
        left = ctx.chance(0.5)
        loop["shift"] = -shift if left else shift
        word = "left" if left else "right"
        extra = ctx.pick(
            (
                f", its top edge shifted {ctx.length(shift)} to the {word} of the bottom edge's centre",
                f" whose top is offset {ctx.length(shift)} to the {word}",
                f", with the top edge moved {ctx.length(shift)} {word}",
            )
        )
    return Shape(loop, noun, "trapezoidal", dims, (max(float(bottom), float(top)), float(tall)), 0, extra)


def parallelogram(ctx: Context, wide: float, high: float) -> Shape:
    base = ctx.between(0.5 * wide, 0.75 * wide)
    tall = ctx.between(0.35 * high, 0.9 * high)
    dims = [Dim("base", "along the base", base), height(ctx, tall)]
    loop: dict[str, Any] = {"shape": "parallelogram", "base": base, "height": tall}
    if ctx.chance(0.5):
        shift = ctx.between(0.08 * wide, 0.24 * wide)
        loop["shift"] = shift
        text = ctx.length(shift)
        extra = ctx.pick(
            (
                f", the top edge shifted {text} to the right",
                f" with its upper side offset by {text}",
                f" with a sideways shift of {text}",
            )
        )
    else:
        angle = ctx.pick((45, 60, 70, 75, 80, 65))
        if float(tall) > 0.25 * wide and angle < 60:
            angle = 75
        loop["angle"] = angle
        extra = ctx.pick(
            (
                f" and an angle of {ctx.angle(angle)}",
                f", leaning at {ctx.angle(angle)}",
                f" with a base angle of {ctx.angle(angle)}",
            )
        )
    return Shape(loop, "parallelogram", "parallelogram-shaped", dims, (wide, float(tall)), 0, extra)


def rhombus(ctx: Context, wide: float, high: float) -> Shape:
    a, b = _side_of(ctx, wide, high)
    dims = (
        [length(a), width(b)]
        if ctx.chance(0.45)
        else [Dim("diagonals", "across its diagonals", f"{ctx.length(a)} and {ctx.length(b)}")]
    )
    noun = ctx.pick(("rhombus", "rhombus", "diamond", "diamond shape"))
    return Shape(
        {"shape": "rhombus", "size": [a, b]},
        noun,
        ctx.pick(("rhombic", "diamond-shaped", "rhombus-shaped")),
        dims,
        (float(a), float(b)),
        0,
        tags={"plural dims"} if len(dims) == 1 else set(),
    )


def semicircle(ctx: Context, wide: float, high: float) -> Shape:
    most = min(wide, 2 * high)
    keys, dim, real = round_size(ctx, 0.45 * most, most)
    noun = ctx.pick(("semicircle", "semi-circle", "half circle"))
    return Shape(
        {"shape": "semicircle", **keys},
        noun,
        ctx.pick(("semicircular", "semi-circular", "half-round")),
        [dim],
        (real, real / 2),
        centred=False,
    )


def ellipse(ctx: Context, wide: float, high: float) -> Shape:
    a = ctx.between(0.6 * wide, wide)
    b = ctx.between(0.3 * high, 0.85 * high)
    names = ctx.pick((("major axis", "minor axis"), ("length", "width"), ("major axis", "minor axis")))
    if float(a) < float(b):
        names = ("length", "width")
    dims = [Dim(names[0], "long", a), Dim(names[1], "wide", b)]
    return Shape(
        {"shape": "ellipse", "size": [a, b]},
        ctx.pick(("ellipse", "oval", "ellipse")),
        ctx.pick(("elliptical", "oval")),
        dims,
        (float(a), float(b)),
        2 if names[0] == "length" else 0,
    )
