"""Outlines put together from simple figures (attached, cut from edges and corners), then extruded in one go."""

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
        last = ctx.pick((f"extrude the whole sketch by {text}", f"extrude this outline {text}", f"extrude the combined shape by {text}",
                         f"extrude the sketch to a thickness of {text}", f"extrude everything {text}",
                         f"extrude the finished profile {text} deep", f"extrude the sketch {text} to make it solid"))
        first, *rest = self.phrases
        outline = first + "".join(f", {phrase}" for phrase in rest[:-1]) + (f" and {rest[-1]}" if rest else "")
        noun = ctx.pick((f"a {text} thick {self.name} whose outline is {outline}",
                         f"{article(self.name)} {text} thick, made of {outline}",
                         f"{article(self.name)} extruded {text} from this outline: {outline}",
                         f"{article(self.name)} of {text} thickness with the outline of {outline}"))
        operation: dict[str, Any] = {"op": "extrude", "profile": self.loops, "depth": rise}
        steps = [*self.steps, last]
        if plane:
            operation = {"op": "extrude", "plane": plane, "profile": self.loops, "depth": rise}
            words = {"xz": ("XZ", "X-Z", "x-z"), "yz": ("YZ", "Y-Z", "y-z")}[plane]
            steps[0] += f" on the {ctx.pick(words)} plane"
            noun += f", drawn on the {ctx.pick(words)} plane"
        statement = Statement(noun, action="base", name=self.name, steps=tuple(steps) if ctx.style in ("steps", "numbered") else ())
        self.part.title = self.name
        self.part.add(operation, statement)


def _rect(ctx: Context, a: Number, b: Number, noun: str = "rectangle") -> str:
    names = ctx.pick((("length", "width"), ("width", "height"), ("length", "width"), ("length", "height")))
    words = {"length": "long", "width": "wide", "height": "high"}
    return thing(ctx, noun, [Dim(names[0], words[names[0]], a), Dim(names[1], words[names[1]], b)], compact=2)


def _edge(ctx: Context, edge: str) -> str:
    return ctx.pick((f"its {edge} edge", f"the {edge} edge", f"the {edge} side", f"its {edge} side", f"the {edge} of the rectangle"))


def _join(ctx: Context) -> str:
    return ctx.pick(("attach", "add", "join", "put", "connect", "place", "append"))


def tag(part: Part) -> None:
    """A rectangle with a half circle on one side, often with a hole at its centre."""
    ctx = part.ctx
    out = Outline(part, ctx.pick(("tag", "U-shaped plate", "label", "plate with one round end", "tombstone-shaped plate")))
    side = ctx.pick(("top", "bottom", "left", "right"))
    a, b = ctx.size(0.3, 0.8), ctx.size(0.3, 0.8)
    across = a if side in ("top", "bottom") else b
    square = ctx.chance(0.25)
    if square:
        across = b = a
        out.start({"shape": "square", "side": a}, thing(ctx, "square", [Dim("side", "on each side", a)]))
    else:
        out.start({"shape": "rectangle", "size": [a, b]}, _rect(ctx, a, b))
    by_radius = ctx.chance(0.25) and isinstance(across, int) and across % 2 == 0
    dim = radius(across // 2) if by_radius else diameter(across)  # type: ignore[operator]
    loop: Loop = {"shape": "semicircle", **({"radius": dim.value} if by_radius else {"diameter": across}), "attach": side}
    if side != "top":
        loop["rotate"] = _TURN[side]
    half = thing(ctx, ctx.pick(("semicircle", "semi-circle", "half circle")), [dim])
    edge = _edge(ctx, side) if not square else f"the {side} of the square"
    out.add(loop, f"{_join(ctx)} {half} to {edge}" + ctx.pick(("", ", flat side against it", ", its flat side matching that edge",
                                                              " so that the flat side lies on it")),
            f"{half} attached to {edge}")
    if ctx.chance(0.6):
        hole = ctx.between(0.2 * across, 0.5 * across)
        words = thing(ctx, ctx.pick(("circular hole", "hole", "round hole", "circular cutout")), [diameter(hole)])
        where = ctx.pick(("at the centre of the semicircle", "in the center of the half circle", "concentric with the rounded end"))
        out.add({"shape": "circle", "diameter": hole, "role": "hole", "from": side, "inset": 0},
                f"{ctx.pick(('cut', 'make', 'add'))} {words} {where}", f"{words} {where}")
    out.extrude(ctx.size(0.03, 0.3))
    place_whole(part)


def house(part: Part) -> None:
    """A rectangle or square with a triangle or trapezoid on one edge."""
    ctx = part.ctx
    out = Outline(part, ctx.pick(("house-shaped plate", "combined shape", "tile", "plate", "tiered object", "arrow-like plate", "sign")))
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
        how = ctx.pick(("with its base on {}, the right angle on the left,", "standing on {} with the right angle at the left"))
    else:
        inverted = kind == "inverted"
        share = across if kind != "narrow" else ctx.between(0.4 * across, 0.9 * across)
        other = ctx.between(1.1 * share, 1.7 * share) if inverted else ctx.between(0.3 * share, 0.9 * share)
        loop = {"shape": "trapezoid", "bottom": share, "top": other, "height": tall}
        longer, shorter = (other, share) if inverted else (share, other)
        words = thing(ctx, ctx.pick(("isosceles trapezoid", "isosceles trapezium", "trapezoid")),
                      [Dim("longer base", "on the longer base", longer), Dim("shorter base", "on the shorter base", shorter), height(ctx, tall)])
        base = "shorter" if inverted else "longer"
        how = ctx.pick((f"with its {base} base on {{}}", f"by its {base} base to {{}}", f"so that the {base} base lies on {{}}"))
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
    out = Outline(part, ctx.pick(("stepped block", f"{ctx.count(count)}-step pedestal", "pedestal", "stepped profile")))
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
        words = _rect(ctx, a, b, ctx.pick(("smaller rectangle", "rectangle", "second rectangle" if index == 1 else "third rectangle")))
        flush = {"": ctx.pick(("", ", centred", ", in the middle")), "left": ", flush with the left end",
                 "right": ", with their right edges aligned"}[align]
        where = ("on top of it" if index == 1 else "on top of the second one") + flush
        out.add(loop, f"{where.split(',')[0]}, {ctx.pick(_DRAW)} {words}{flush.replace(', ', ' ', 1) if flush else ''}"
                if ctx.chance(0.4) else f"{ctx.pick(_DRAW)} {words} {where}", f"{words} {where}")
    out.extrude(ctx.size(0.1, 0.8), ctx.rng.weighted(((7, ""), (3, "xz"))))
    place_whole(part)


def edge_cuts(part: Part) -> None:
    """A rectangle with pieces cut from its edges or corners."""
    ctx = part.ctx
    out = Outline(part, ctx.pick(("plate", "notched plate", "rectangular plate with cut-outs", "cut-out panel", "slotted plate")))
    a, b = ctx.size(0.5, 1), ctx.size(0.3, 0.8)
    out.start({"shape": "rectangle", "size": [a, b]}, _rect(ctx, a, b))
    kind = ctx.pick(("corner", "two corners", "edge", "semicircle", "triangle", "left right", "corner", "centre down"))
    cut = ctx.pick(("cut out", "remove", "cut away", "take away", "subtract"))
    x, y = ctx.between(0.1 * a, 0.4 * a), ctx.between(0.12 * b, 0.6 * b)
    if kind in ("corner", "two corners"):
        vertical = ctx.pick(("bottom", "top"))
        corners = [f"{vertical}-left", f"{vertical}-right"] if kind == "two corners" else [f"{vertical}-{ctx.pick(('left', 'right'))}"]
        words = thing(ctx, ctx.pick(("small rectangle", "rectangle", "rectangular piece")), [Dim("length", "long", x),
                      Dim("height" if ctx.chance(0.4) else "width", "high", y)], compact=2, count=len(corners))
        where = ctx.pick((f"from the {corners[0].replace('-', ' ')} and {corners[1].replace('-', ' ')} corners",
                          f"from both {vertical} corners", f"at the two {vertical} corners")) if len(corners) == 2 else \
            ctx.pick((f"from the {corners[0].replace('-', ' ')} corner", f"at the {corners[0]} corner",
                      f"from the {corners[0]} corner, flush with both edges"))
        for index, corner in enumerate(corners):
            loop = {"shape": "rectangle", "size": [x, y], "role": "hole", "from": corner}
            if index:
                out.loops.append(loop)
            else:
                out.add(loop, f"{cut} {words} {where}", f"{words} removed {where}")
    elif kind == "edge":
        edge = ctx.pick(("top", "bottom", "left", "right"))
        words = _rect(ctx, x, y, ctx.pick(("rectangular notch", "notch", "smaller rectangle")))
        where = ctx.pick((f"from the middle of the {edge} edge", f"at the centre of the {edge} edge", f"in the {edge} edge, centred,"))
        out.add({"shape": "rectangle", "size": [x, y], "role": "hole", "from": edge}, f"{cut} {words} {where}",
                f"{words} removed {where}")
    elif kind == "centre down":
        value = ctx.between(0.15 * min(a, b), 0.5 * min(a, b))
        words = thing(ctx, ctx.pick(("square cutout", "square notch", "square")), [Dim("side", "on each side", value)])
        where = ctx.pick(("with its top edge in the middle of the rectangle's top edge", "hanging down from the centre of the top edge"))
        out.add({"shape": "square", "side": value, "role": "hole", "from": "top"}, f"{cut} {words} {where}", f"{words} removed {where}")
    elif kind == "semicircle":
        edge = ctx.pick(("top", "bottom", "left", "right"))
        value = ctx.between(0.2 * min(a, b), 0.7 * min(a, b))
        words = thing(ctx, ctx.pick(("semicircular notch", "semi-circular cutout", "half-round notch", "semicircle")), [diameter(value)])
        where = ctx.pick((f"from the middle of the {edge} edge", f"in the {edge} edge, centred on it,", f"at the centre of the {edge} side"))
        out.add({"shape": "circle", "diameter": value, "role": "hole", "from": edge, "inset": 0}, f"{cut} {words} {where}",
                f"{words} removed {where}")
    elif kind == "triangle":
        corner, turn, swap = ctx.pick((("bottom-left", 0, False), ("bottom-right", 90, True), ("top-right", 180, False),
                                       ("top-left", -90, True)))
        size = [y, x] if swap else [x, y]
        words = thing(ctx, ctx.pick(("right triangle", "right-angled triangle")), [
            Dim("horizontal leg", "along the horizontal leg", x), Dim("vertical leg", "along the vertical leg", y)])
        where = ctx.pick((f"from the {corner} corner", f"at the {corner.replace('-', ' ')} corner, its right angle in the corner",))
        loop = {"shape": "right_triangle", "size": size, "role": "hole", "from": corner}
        if turn:
            loop["rotate"] = turn
        out.add(loop, f"{cut} {words} {where}", f"{words} removed {where}")
    else:
        for edge in ("left", "right"):
            x, y = ctx.between(0.08 * a, 0.3 * a), ctx.between(0.15 * b, 0.6 * b)
            words = _rect(ctx, x, y, ctx.pick(("rectangular notch", "notch", "rectangle")))
            where = ctx.pick((f"from the {edge} edge, in its middle", f"in the middle of the {edge} edge"))
            out.add({"shape": "rectangle", "size": [x, y], "role": "hole", "from": edge}, f"{cut} {words} {where}",
                    f"{words} removed {where}")
    out.extrude(ctx.size(0.03, 0.6), ctx.rng.weighted(((8, ""), (1, "xz"))))
    place_whole(part)


def keyhole(part: Part) -> None:
    """A circle with a bar attached, overlapping it: thermometers, keys, ladles."""
    ctx = part.ctx
    out = Outline(part, ctx.pick(("thermometer", "paddle", "key blank", "lollipop shape", "spoon-like plate", "ladle shape")))
    size = ctx.size(0.3, 0.5)
    wide, long = ctx.between(0.15 * size, 0.6 * size), ctx.size(0.5, 1)
    out.start({"shape": "circle", "diameter": size}, thing(ctx, "circle", [diameter(size)]))
    side = ctx.pick(("top", "top", "right", "bottom"))
    lap = ctx.between(0.12 * size, 0.4 * size)
    if wide > 0.5 * size:
        lap = ctx.between(0.25 * size, 0.45 * size)
    upright = side in ("top", "bottom")
    loop: Loop = {"shape": "rectangle", "size": [wide, long] if upright else [long, wide], "attach": side, "pad": -lap}
    dims = [Dim("width", "wide", wide), Dim("height" if upright else "length", "high" if upright else "long", long)]
    words = thing(ctx, ctx.pick(("rectangle", "long thin rectangle", "narrow rectangle", "bar")), dims)
    text = ctx.length(lap)
    where = ctx.pick((f"at the {side} of the circle, overlapping it by {text}", f"to the {side} of the circle with an overlap of {text}",
                      f"on the {side} side of the circle, reaching {text} into it"))
    if ctx.chance(0.5):
        hole, margin = ctx.between(0.2 * wide, 0.6 * wide), ctx.between(0.02 * long, 0.15 * long)
        loop["name"] = "bar"
        out.add(loop, f"{_join(ctx)} {words} {where}", f"{words} {where}")
        hole_words = thing(ctx, "circular hole", [diameter(hole)])
        spot = ctx.pick((f"near the {side} end of the rectangle with a margin of {ctx.length(margin)} to its edge",
                         f"in the rectangle, leaving {ctx.length(margin)} to its {side} edge"))
        out.add({"shape": "circle", "diameter": hole, "role": "hole", "from": side, "to": "bar", "pad": margin},
                f"make {hole_words} {spot}", f"{hole_words} {spot}")
    else:
        out.add(loop, f"{_join(ctx)} {words} {where}", f"{words} {where}")
    out.extrude(ctx.size(0.02, 0.15))
    place_whole(part)


def crossed(part: Part) -> None:
    """Two bars crossing each other at their middles."""
    ctx = part.ctx
    out = Outline(part, ctx.pick(("cross", "plus-shaped plate", "pair of crossed bars")))
    a, b = ctx.size(0.6, 1), ctx.size(0.08, 0.25)
    c, d = ctx.size(0.08, 0.25), ctx.size(0.5, 1)
    out.start({"shape": "rectangle", "size": [a, b]}, _rect(ctx, a, b))
    words = thing(ctx, "second rectangle", [Dim("width", "wide", c), Dim("height", "high", d)], compact=2)
    out.add({"shape": "rectangle", "size": [c, d]}, f"{ctx.pick(_DRAW)} {words} with the same centre, crossing the first one",
            f"{words} crossing it at the same centre")
    if ctx.chance(0.4):
        hole = ctx.between(0.3 * min(b, c), 0.8 * min(b, c))
        hole_words = thing(ctx, "circular hole", [diameter(hole)])
        out.add({"shape": "circle", "diameter": hole, "role": "hole"}, f"make {hole_words} in the centre", f"{hole_words} in the centre")
    out.extrude(ctx.size(0.03, 0.2))
    place_whole(part)


def gate(part: Part) -> None:
    """A rectangle with a doorway: an opening from the bottom edge, now and then with a round top."""
    ctx = part.ctx
    out = Outline(part, ctx.pick(("gate", "arch", "archway", "bridge", "doorway", "portal")))
    a, b = ctx.size(0.6, 1), ctx.size(0.4, 0.9)
    out.start({"shape": "rectangle", "size": [a, b]}, thing(ctx, "rectangle", [Dim("width", "wide", a), Dim("height", "high", b)], compact=2))
    x, y = ctx.between(0.25 * a, 0.6 * a), ctx.between(0.3 * b, 0.5 * b)
    words = thing(ctx, ctx.pick(("rectangular opening", "door opening", "rectangular passage")), [Dim("width", "wide", x), Dim("height", "high", y)],
                  compact=2)
    where = ctx.pick(("from the middle of the bottom edge", "at the centre of the lower edge", "in the bottom edge, centred,"))
    loop: Loop = {"shape": "rectangle", "size": [x, y], "role": "hole", "from": "bottom"}
    if ctx.chance(0.5) and x / 2 + y < 0.9 * b:
        loop["name"] = "door"
        out.add(loop, f"cut {words} {where}", f"{words} {where}")
        half = thing(ctx, "semicircle", [diameter(x)])
        out.add({"shape": "semicircle", "diameter": x, "role": "hole", "attach": "top", "to": "door"},
                f"cut {half} on top of the opening", f"{half} cut on top of the opening")
    else:
        out.add(loop, f"cut {words} {where}", f"{words} removed {where}")
    out.extrude(ctx.size(0.05, 0.5), ctx.pick(("", "xz", "xz")))
    place_whole(part)


FAMILIES = ((2.6, "tag", tag), (3.4, "house", house), (2.6, "pedestal", pedestal), (4.0, "edge_cuts", edge_cuts),
            (1.6, "keyhole", keyhole), (0.8, "crossed", crossed), (1.2, "gate", gate))
