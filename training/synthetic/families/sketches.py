"""Outlines put together from simple figures (attached to each other), then extruded in one go."""

from __future__ import annotations

from typing import Any

from training.synthetic.context import Context
from training.synthetic.numbers import Number
from training.synthetic.part import Part, Statement
from training.synthetic.sizes import Dim, diameter, height, radius, thing
from training.synthetic.transforms import place_whole
from training.synthetic.words import article

Loop = dict[str, Any]


_DRAW = ("sketch", "draw", "sketch", "draw", "lay out", "create", "make a sketch of")


_TURN = {"top": 0, "left": 90, "bottom": 180, "right": -90}


class Outline:
    """Loops with the order (step) and the description (phrase) of each."""

    def __init__(self, part: Part, name: str) -> None:
        self.part, self.ctx, self.name = part, part.ctx, name
        self.loops: list[Loop] = []
        self.steps: list[str] = []
        self.phrases: list[str] = []

    def add(self, loop: Loop, step: str, phrase: str) -> None:
        self.loops.append(loop)
        self.steps.append(step)
        self.phrases.append(phrase)

    def start(self, loop: Loop, words: str) -> None:
        """The first figure."""
        self.add(loop, f"{self.ctx.pick(_DRAW)} {words}", words)

    def extrude(self, rise: Number, plane: str = "") -> None:
        """Finish with the extrusion."""
        ctx, text = self.ctx, self.ctx.length(rise)
        last = ctx.pick(
            (
                f"extrude the whole sketch by {text}",
                f"extrude this outline {text}",
                f"extrude the combined shape by {text}",
                f"extrude the sketch to a thickness of {text}",
                f"extrude everything {text}",
                f"extrude the finished profile {text} deep",
                f"extrude the sketch {text} to make it solid",
            )
        )
        first, *rest = self.phrases
        outline = (
            first + "".join(f", {phrase}" for phrase in rest[:-1]) + (f" and {rest[-1]}" if rest else "")
        )
        noun = ctx.pick(
            (
                f"a {text} thick {self.name} whose outline is {outline}",
                f"{article(self.name)} {text} thick, made of {outline}",
                f"{article(self.name)} extruded {text} from this outline: {outline}",
                f"{article(self.name)} of {text} thickness with the outline of {outline}",
            )
        )
        operation: dict[str, Any] = {"op": "extrude", "profile": self.loops, "depth": rise}
        steps = [*self.steps, last]
        if plane:
            operation = {"op": "extrude", "plane": plane, "profile": self.loops, "depth": rise}
            words = {"xz": ("XZ", "X-Z", "x-z"), "yz": ("YZ", "Y-Z", "y-z")}[plane]
            steps[0] += f" on the {ctx.pick(words)} plane"
            noun += f", drawn on the {ctx.pick(words)} plane"
        statement = Statement(
            noun,
            action="base",
            name=self.name,
            steps=tuple(steps) if ctx.style in ("steps", "numbered") else (),
        )
        self.part.title = self.name
        self.part.add(operation, statement)


def _rect(ctx: Context, a: Number, b: Number, noun: str = "rectangle") -> str:
    names = ctx.pick((("length", "width"), ("width", "height"), ("length", "width"), ("length", "height")))
    words = {"length": "long", "width": "wide", "height": "high"}
    return thing(ctx, noun, [Dim(names[0], words[names[0]], a), Dim(names[1], words[names[1]], b)], compact=2)


def _edge(ctx: Context, edge: str) -> str:
    return ctx.pick(
        (
            f"its {edge} edge",
            f"the {edge} edge",
            f"the {edge} side",
            f"its {edge} side",
            f"the {edge} of the rectangle",
        )
    )


def _join(ctx: Context) -> str:
    return ctx.pick(("attach", "add", "join", "put", "connect", "place", "append"))


def tag(part: Part) -> None:
    """A rectangle with a half circle on one side, often with a hole at its centre."""
    ctx = part.ctx
    out = Outline(
        part,
        ctx.pick(("tag", "U-shaped plate", "label", "plate with one round end", "tombstone-shaped plate")),
    )
    side = ctx.pick(("top", "bottom", "left", "right"))
    a, b = ctx.size(0.3, 0.8), ctx.size(0.3, 0.8)
    across = a if side in ("top", "bottom") else b
    square = ctx.chance(0.25)
    if square:
        across = b = a
        out.start({"shape": "square", "side": a}, thing(ctx, "square", [Dim("side", "on each side", a)]))
    else:
        out.start({"shape": "rectangle", "size": [a, b]}, _rect(ctx, a, b))
    by_radius = ctx.chance(0.25) and float(across) % 2 == 0
    dim = radius(int(across) // 2) if by_radius else diameter(across)
    loop: Loop = {
        "shape": "semicircle",
        **({"radius": dim.value} if by_radius else {"diameter": across}),
        "attach": side,
    }
    if side != "top":
        loop["rotate"] = _TURN[side]
    half = thing(ctx, ctx.pick(("semicircle", "semi-circle", "half circle")), [dim])
    edge = _edge(ctx, side) if not square else f"the {side} of the square"
    out.add(
        loop,
        f"{_join(ctx)} {half} to {edge}"
        + ctx.pick(
            (
                "",
                ", flat side against it",
                ", its flat side matching that edge",
                " so that the flat side lies on it",
            )
        ),
        f"{half} attached to {edge}",
    )
    if ctx.chance(0.6):
        hole = ctx.between(0.2 * across, 0.5 * across)
        words = thing(
            ctx, ctx.pick(("circular hole", "hole", "round hole", "circular cutout")), [diameter(hole)]
        )
        where = ctx.pick(
            (
                "at the centre of the semicircle",
                "in the center of the half circle",
                "concentric with the rounded end",
            )
        )
        out.add(
            {"shape": "circle", "diameter": hole, "role": "hole", "from": side, "inset": 0},
            f"{ctx.pick(('cut', 'make', 'add'))} {words} {where}",
            f"{words} {where}",
        )
    out.extrude(ctx.size(0.03, 0.3))
    place_whole(part)


def house(part: Part) -> None:
    """A rectangle or square with a triangle or trapezoid on one edge."""
    ctx = part.ctx
    out = Outline(
        part,
        ctx.pick(
            (
                "house-shaped plate",
                "combined shape",
                "tile",
                "plate",
                "tiered object",
                "arrow-like plate",
                "sign",
            )
        ),
    )
    a, b = ctx.size(0.3, 0.9), ctx.size(0.2, 0.7)
    square = ctx.chance(0.25)
    if square:
        b = a
        out.start({"shape": "square", "side": a}, thing(ctx, "square", [Dim("side", "on each side", a)]))
    else:
        out.start({"shape": "rectangle", "size": [a, b]}, _rect(ctx, a, b))
    thing_name = "square" if square else "rectangle"
    side = ctx.rng.weighted(((7, "top"), (2, "right"), (1, "left"), (2, "bottom")))
    across = a if side in ("top", "bottom") else b
    tall = ctx.size(0.1, 0.6)
    kind = ctx.pick(("isosceles", "trapezoid", "trapezoid", "inverted", "right", "narrow"))
    edge = f"the {side} {ctx.pick(('edge', 'side'))} of the {thing_name}"
    if kind == "isosceles":
        loop: Loop = {"shape": "triangle", "base": across, "height": tall}
        words = thing(ctx, "isosceles triangle", [Dim("base", "wide at the base", across), height(ctx, tall)])
        how = ctx.pick(("with its base on {}", "by its base to {}", "base against {}"))
    elif kind == "right" and side == "top":
        loop = {"shape": "right_triangle", "size": [across, tall]}
        words = thing(ctx, "right triangle", [Dim("base", "along the base", across), height(ctx, tall)])
        how = ctx.pick(
            (
                "with its base on {}, the right angle on the left,",
                "standing on {} with the right angle at the left",
            )
        )
    else:
        inverted = kind == "inverted"
        share = across if kind != "narrow" else ctx.between(0.4 * across, 0.9 * across)
        other = ctx.between(1.1 * share, 1.7 * share) if inverted else ctx.between(0.3 * share, 0.9 * share)
        loop = {"shape": "trapezoid", "bottom": share, "top": other, "height": tall}
        longer, shorter = (other, share) if inverted else (share, other)
        words = thing(
            ctx,
            ctx.pick(("isosceles trapezoid", "isosceles trapezium", "trapezoid")),
            [
                Dim("longer base", "on the longer base", longer),
                Dim("shorter base", "on the shorter base", shorter),
                height(ctx, tall),
            ],
        )
        base = "shorter" if inverted else "longer"
        how = ctx.pick(
            (
                f"with its {base} base on {{}}",
                f"by its {base} base to {{}}",
                f"so that the {base} base lies on {{}}",
            )
        )
    loop["attach"] = side
    if side != "top":
        loop["rotate"] = _TURN[side]
    place = how.format(edge)
    out.add(loop, f"{_join(ctx)} {words} {place}", f"{words}, attached {place}")
    out.extrude(ctx.size(0.03, 0.6), ctx.rng.weighted(((8, ""), (1, "xz"))))
    place_whole(part)


def pedestal(part: Part) -> None:
    """Rectangles stacked in a sketch: stairs and pedestals by their side profile."""
    ctx = part.ctx
    count = ctx.pick((2, 2, 3))
    out = Outline(
        part, ctx.pick(("stepped block", f"{ctx.count(count)}-step pedestal", "pedestal", "stepped profile"))
    )
    align = ctx.rng.weighted(((6, ""), (2, "left"), (2, "right")))
    a = ctx.size(0.5, 1)
    b = ctx.size(0.1, 0.35)
    out.start({"shape": "rectangle", "size": [a, b]}, _rect(ctx, a, b))
    if count > 2:
        names = ["base", "step2"]
    for index in range(1, count):
        a, b = ctx.between(0.35 * a, 0.9 * a), ctx.size(0.08, 0.35)
        loop: Loop = {"shape": "rectangle", "size": [a, b], "attach": "top"}
        if align:
            loop["align"] = align
        if index == 2:
            loop["to"] = names[1]
        if count > 2 and index == 1:
            loop["name"] = names[1]
        words = _rect(
            ctx,
            a,
            b,
            ctx.pick(
                ("smaller rectangle", "rectangle", "second rectangle" if index == 1 else "third rectangle")
            ),
        )
        flush = {
            "": ctx.pick(("", ", centred", ", in the middle")),
            "left": ", flush with the left end",
            "right": ", with their right edges aligned",
        }[align]
        where = ("on top of it" if index == 1 else "on top of the second one") + flush
        out.add(
            loop,
            f"{where.split(',')[0]}, {ctx.pick(_DRAW)} {words}{flush.replace(', ', ' ', 1) if flush else ''}"
            if ctx.chance(0.4)
            else f"{ctx.pick(_DRAW)} {words} {where}",
            f"{words} {where}",
        )
    out.extrude(ctx.size(0.1, 0.8), ctx.rng.weighted(((7, ""), (3, "xz"))))
    place_whole(part)


FAMILIES = (
    (2.6, "tag", tag),
    (3.4, "house", house),
    (2.6, "pedestal", pedestal),
)
