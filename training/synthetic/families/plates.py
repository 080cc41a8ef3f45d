"""Plates: holes in every arrangement, slots, rounded corners, cut corners, windows; link bars."""

from __future__ import annotations

from typing import Any

from training.synthetic import bases, cutting, finishing, holes
from training.synthetic.families.common import say, sketched
from training.synthetic.figures import letter
from training.synthetic.part import Part, Solid, Statement
from training.synthetic.shapes import Shape, polygon, rectangle, rhombus, slot, trapezoid
from training.synthetic.sizes import Dim, diameter, thickness, thing
from training.synthetic.transforms import place_whole


def holes_plate(part: Part) -> None:
    """A plate with one to three kinds of holes."""
    ctx = part.ctx
    solid = bases.block(part, flat=True)
    for _ in range(ctx.pick((1, 1, 2, 2, 3))):
        holes.drill(part, solid, solid.main)
    if ctx.chance(0.25):
        finishing.soften(part, solid)
    place_whole(part)


def rounded_plate(part: Part) -> None:
    """A plate whose corners are rounded or cut off in the sketch, with holes."""
    ctx = part.ctx
    a, b = ctx.size(0.5, 1), ctx.size(0.35, 0.8)
    least = min(a, b)
    value = ctx.between(0.05 * least, 0.22 * least)
    text = ctx.length(value)
    loop: dict[str, Any] = {"shape": "rectangle", "size": [a, b]}
    if ctx.chance(0.75):
        loop["corner_radius"] = value
        extra = ctx.pick(
            (
                f" with rounded corners of radius {text}",
                f" with corner radius {text}",
                f" with {text} corner radii",
                f" whose corners are rounded to a radius of {text}",
                f" with R{ctx.bare(value)} corners",
            )
        )
    else:
        loop["chamfer"] = value
        extra = ctx.pick(
            (
                f" with corners chamfered by {text}",
                f" with {text} chamfered corners",
                f", corners cut off by {text}",
            )
        )
    shape = Shape(
        loop,
        "rectangle",
        "rectangular",
        [Dim("length", "long", a), Dim("width", "wide", b)],
        (float(a), float(b)),
        2,
        extra,
    )
    rise = ctx.size(0.03, 0.14)
    solid = bases.prism(
        part,
        shape,
        rise,
        ctx.pick(("plate", "cover plate", "panel", "base plate", "plate")),
        flat=True,
        plane="xy",
    )
    for _ in range(ctx.pick((0, 1, 1, 2))):
        holes.drill(part, solid)
    place_whole(part)


def sketch_with_holes(part: Part) -> None:
    """Everything in one sketch, holes included, extruded at once: the holes are loops of the profile."""
    ctx = part.ctx
    a, b = ctx.size(0.5, 1), ctx.size(0.35, 0.9)
    loops: list[dict[str, Any]] = [{"shape": "rectangle", "size": [a, b]}]
    base = rectangle(ctx, 1, 1)
    base.loop, base.extra = loops[0], ""
    base.dims, base.compact = [Dim("length", "long", a), Dim("width", "wide", b)], 2
    clauses = [
        f"{ctx.pick(('sketch', 'draw', 'start a sketch with'))} "
        f"{thing(ctx, 'rectangle', base.dims, compact=2)}"
    ]
    kind = ctx.pick(("window", "circles", "two", "circle", "corner circles", "cinder"))
    if kind in ("window", "cinder"):
        inner_a, inner_b = ctx.between(0.15 * a, 0.36 * a), ctx.between(0.3 * b, 0.75 * b)
        loop: dict[str, Any] = {"shape": "rectangle", "size": [inner_a, inner_b], "role": "hole"}
        words = thing(
            ctx,
            ctx.pick(("smaller rectangle", "rectangular hole", "rectangular opening")),
            [Dim("length", "long", inner_a), Dim("width", "wide", inner_b)],
            compact=2,
            count=2 if kind == "cinder" else 1,
        )
        if kind == "window":
            where = ctx.pick(("in its centre", "in the middle of it", "centred inside it"))
            ending = ctx.pick(("as a hole", "to be left empty", "as a cut-out", ""))
        else:
            gap = ctx.between(0.05 * a, 0.2 * a)
            loop["repeat"] = {"grid": [2, 1], "gap": gap}
            where = ctx.pick(
                (
                    "side by side",
                    "next to each other, symmetric about the middle,",
                    "inside it, left and right of the centre,",
                )
            )
            ending = ctx.pick(
                (
                    f"with a gap of {ctx.length(gap)} between them",
                    f"leaving {ctx.length(gap)} of material between them",
                    f"{ctx.length(gap)} apart from edge to edge",
                )
            )
        loops.append(loop)
        clauses.append(f"{ctx.pick(('add', 'draw', 'place'))} {words} {where} {ending}")
    else:
        size = ctx.between(0.1 * b, 0.3 * b)
        loop = {"shape": "circle", "diameter": size, "role": "hole"}
        if kind == "circle":
            loop["diameter"] = size = ctx.between(0.3 * b, 0.8 * b)
            where, count = ctx.pick(("in its centre", "in the middle", "at the center of the rectangle")), 1
        elif kind == "corner circles":
            inset = ctx.between(float(size) * 0.6, float(size) * 0.9)
            loop["repeat"] = {"corners": True, "inset": inset}
            where, count = f"one in each corner with its centre {ctx.length(inset)} from both edges", 4
        else:
            pitch = ctx.between(0.25 * a, 0.6 * a)
            loop["repeat"] = {"grid": [2, 1], "pitch": pitch}
            where, count = (
                ctx.pick(
                    (
                        f"{ctx.length(pitch)} apart along the length",
                        f"spaced {ctx.length(pitch)} apart, centre to centre,",
                    )
                ),
                2,
            )
        words = thing(ctx, ctx.pick(("circle", "circular hole", "round hole")), [diameter(size)], count=count)
        ending = (
            ctx.pick(("as a hole", "as cut-out", "")) if "circle" in words and "circular" not in words else ""
        )
        if count > 1 and ending:
            ending = "as holes"
        loops.append(loop)
        clauses.append(f"{ctx.pick(('add', 'draw', 'place'))} {words} {where} {ending}")
    rise = ctx.size(0.03, 0.4)
    text = ctx.length(rise)
    clauses.append(
        ctx.pick(
            (
                f"extrude the whole sketch by {text}",
                f"extrude this sketch {text}",
                f"extrude it {text} high",
                f"finally extrude the sketch {text} deep",
                f"extrude the region between them by {text}"
                if kind == "window"
                else f"extrude all of it by {text}",
            )
        )
    )
    ctx.style = ctx.pick(("steps", "steps", "numbered"))
    part.add(
        {"op": "extrude", "profile": loops, "depth": rise},
        Statement("plate", action="base", steps=tuple(clauses), name="plate"),
    )
    place_whole(part)


def other_plate(part: Part) -> None:
    """Plates of other outlines with a hole in the middle or cuts."""
    ctx = part.ctx
    shape = ctx.pick((polygon, polygon, rhombus, trapezoid, slot, letter))(ctx, ctx.scale, 0.8 * ctx.scale)
    noun = f"{shape.adjective} plate" if shape.noun != "slot" else "plate with round ends"
    solid = bases.prism(part, shape, ctx.size(0.03, 0.15), noun, flat=True, plane="xy")
    solid.noun = "plate"
    if "letter" not in shape.tags or shape.loop["shape"] == "cross":
        least = min(shape.box) * (0.3 if shape.loop["shape"] == "polygon" else 0.2)
        if shape.loop["shape"] == "cross":
            least = min(float(shape.loop.get("thickness", 0)), least)
        size = ctx.between(0.3 * least, 0.85 * least)
        say(
            part,
            {"op": "hole", "face": "top", "diameter": size},
            ctx.pick(("hole", "through hole", "circular hole")),
            [diameter(size)],
            ctx.pick(("in the centre", "through the middle", "at its center", "in the middle of the plate")),
            action="hole",
            name="hole",
        )
    place_whole(part)


def link(part: Part) -> None:
    """Link bars: a slot-shaped plate with a hole at each end, told by rectangle and round ends."""
    ctx = part.ctx
    centres, width_value = ctx.size(0.5, 1), ctx.size(0.1, 0.3)
    rise = ctx.size(0.03, 0.12)
    small = ctx.between(0.3 * width_value, 0.65 * width_value)
    sketch = sketched(part)
    between, wide = ctx.length(centres), ctx.length(width_value)
    loop = {"shape": "slot", "centers": centres, "width": width_value}
    steps: tuple[str, ...] = ()
    if sketch:
        steps = (
            ctx.pick(
                (
                    f"sketch a rectangle {ctx.several([centres, width_value])} and put a semicircle on "
                    "each short end",
                    f"draw a rectangle with a length of {between} and a width of {wide} and close both "
                    "ends with half circles",
                    f"lay out a {between} long and {wide} wide rectangle, then round its two short ends "
                    "with semi-circles",
                )
            ),
            f"extrude it {ctx.length(rise)}",
        )
    noun = ctx.pick(("link bar", "link", "connecting plate", "coupling bar", "brace"))
    statement = Statement(
        ctx.pick(
            (
                f"a {noun} with rounded ends, {between} between the centres of the ends, {wide} wide and "
                f"{ctx.length(rise)} thick",
                f"a {noun}: {ctx.length(rise)} thick, {wide} wide, with full-round ends whose centres are "
                f"{between} apart",
            )
        ),
        action="base",
        steps=steps,
        name=noun,
    )
    part.add({"op": "extrude", "profile": [loop], "depth": rise}, statement)
    pitch_words = ctx.pick(
        (
            "at the centres of the round ends",
            "one at the centre of each rounded end",
            "in the centre of either semicircle",
        )
    )
    words = thing(ctx, ctx.pick(("hole", "pin hole", "through hole")), [diameter(small)], count=2)
    part.add(
        {"op": "hole", "face": "top", "diameter": small, "repeat": {"grid": [2, 1], "pitch": centres}},
        Statement(words, pitch_words, "hole", True, name="hole"),
    )
    place_whole(part)


def parallel_plates(part: Part) -> None:
    """Two plates apart from each other: two bodies."""
    ctx = part.ctx
    side_value, thick = ctx.size(0.4, 1), ctx.size(0.03, 0.1)
    gap = ctx.size(0.1, 0.5)
    noun = ctx.pick(("parallel plates", "identical plates", "equal square plates", "square plates"))
    texts = ctx.several([side_value, side_value]), ctx.length(thick), ctx.length(gap)
    words = ctx.pick(
        (
            f"two {noun}, each {texts[0]} and {texts[1]} thick, with a gap of {texts[2]} between them",
            f"two {noun} of {texts[0]}, {texts[1]} thick, placed {texts[2]} above each other",
            f"two {noun} measuring {texts[0]} by {texts[1]} in thickness, separated by {texts[2]} of air",
        )
    )
    part.add(
        {"op": "box", "size": [side_value, side_value, thick]},
        Statement(words, action="base", plural=True, name="plates"),
    )
    part.add(
        {"op": "box", "mode": "new", "face": "top", "offset": gap, "size": [side_value, side_value, thick]}
    )
    part.ctx.style = ctx.pick(("brief", "prose", "layman"))


def standing(part: Part) -> None:
    """A wall: thin, upright, with openings in its front."""
    ctx = part.ctx
    a, b, c = ctx.size(0.5, 1), ctx.size(0.02, 0.08), ctx.size(0.3, 0.8)
    noun = ctx.pick(("wall", "panel", "upright plate", "plate", "board"))
    dims = ctx.pick(
        (
            [Dim("length", "long", a), Dim("height", "high", c), thickness(b)],
            [Dim("length", "long", a), Dim("width", "wide", b), Dim("height", "high", c)],
            [Dim("width", "wide", a), Dim("height", "high", c), thickness(b)],
        )
    )
    say(part, {"op": "box", "size": [a, b, c]}, noun, dims, action="base")
    solid: Solid = part.solid(noun, (a, b, c))
    solid.main = "front"
    for _ in range(ctx.pick((1, 2, 2))):
        if ctx.chance(0.5):
            cutting.cut(part, solid, "front", through=True)
        else:
            holes.drill(part, solid, "front")
    place_whole(part)


FAMILIES = (
    (7.0, "plate_with_holes", holes_plate),
    (3.0, "rounded_plate", rounded_plate),
    (3.0, "sketch_with_holes", sketch_with_holes),
    (2.0, "other_plate", other_plate),
    (1.5, "link", link),
    (0.7, "parallel_plates", parallel_plates),
    (2.0, "standing_plate", standing),
)
