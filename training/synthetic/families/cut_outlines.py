"""Outlines with pieces cut from edges and corners, overlapping figures and openings."""

from __future__ import annotations

from training.synthetic.families.sketches import _DRAW, Loop, Outline, _join, _rect
from training.synthetic.part import Part
from training.synthetic.sizes import Dim, diameter, thing
from training.synthetic.transforms import place_whole


def edge_cuts(part: Part) -> None:
    """A rectangle with pieces cut from its edges or corners."""
    ctx = part.ctx
    out = Outline(
        part,
        ctx.pick(
            ("plate", "notched plate", "rectangular plate with cut-outs", "cut-out panel", "slotted plate")
        ),
    )
    a, b = ctx.size(0.5, 1), ctx.size(0.3, 0.8)
    out.start({"shape": "rectangle", "size": [a, b]}, _rect(ctx, a, b))
    kind = ctx.pick(
        ("corner", "two corners", "edge", "semicircle", "triangle", "left right", "corner", "centre down")
    )
    cut = ctx.pick(("cut out", "remove", "cut away", "take away", "subtract"))
    x, y = ctx.between(0.1 * a, 0.4 * a), ctx.between(0.12 * b, 0.6 * b)
    if kind in ("corner", "two corners"):
        vertical = ctx.pick(("bottom", "top"))
        corners = (
            [f"{vertical}-left", f"{vertical}-right"]
            if kind == "two corners"
            else [f"{vertical}-{ctx.pick(('left', 'right'))}"]
        )
        words = thing(
            ctx,
            ctx.pick(("small rectangle", "rectangle", "rectangular piece")),
            [Dim("length", "long", x), Dim("height" if ctx.chance(0.4) else "width", "high", y)],
            compact=2,
            count=len(corners),
        )
        where = (
            ctx.pick(
                (
                    f"from the {corners[0].replace('-', ' ')} and {corners[1].replace('-', ' ')} corners",
                    f"from both {vertical} corners",
                    f"at the two {vertical} corners",
                )
            )
            if len(corners) == 2
            else ctx.pick(
                (
                    f"from the {corners[0].replace('-', ' ')} corner",
                    f"at the {corners[0]} corner",
                    f"from the {corners[0]} corner, flush with both edges",
                )
            )
        )
        for index, corner in enumerate(corners):
            loop: Loop = {"shape": "rectangle", "size": [x, y], "role": "hole", "from": corner}
            if index:
                out.loops.append(loop)
            else:
                out.add(loop, f"{cut} {words} {where}", f"{words} removed {where}")
    elif kind == "edge":
        edge = ctx.pick(("top", "bottom", "left", "right"))
        words = _rect(ctx, x, y, ctx.pick(("rectangular notch", "notch", "smaller rectangle")))
        where = ctx.pick(
            (
                f"from the middle of the {edge} edge",
                f"at the centre of the {edge} edge",
                f"in the {edge} edge, centred,",
            )
        )
        out.add(
            {"shape": "rectangle", "size": [x, y], "role": "hole", "from": edge},
            f"{cut} {words} {where}",
            f"{words} removed {where}",
        )
    elif kind == "centre down":
        value = ctx.between(0.15 * min(a, b), 0.5 * min(a, b))
        words = thing(
            ctx, ctx.pick(("square cutout", "square notch", "square")), [Dim("side", "on each side", value)]
        )
        where = ctx.pick(
            (
                "with its top edge in the middle of the rectangle's top edge",
                "hanging down from the centre of the top edge",
            )
        )
        out.add(
            {"shape": "square", "side": value, "role": "hole", "from": "top"},
            f"{cut} {words} {where}",
            f"{words} removed {where}",
        )
    elif kind == "semicircle":
        edge = ctx.pick(("top", "bottom", "left", "right"))
        value = ctx.between(0.2 * min(a, b), 0.7 * min(a, b))
        words = thing(
            ctx,
            ctx.pick(("semicircular notch", "semi-circular cutout", "half-round notch", "semicircle")),
            [diameter(value)],
        )
        where = ctx.pick(
            (
                f"from the middle of the {edge} edge",
                f"in the {edge} edge, centred on it,",
                f"at the centre of the {edge} side",
            )
        )
        out.add(
            {"shape": "circle", "diameter": value, "role": "hole", "from": edge, "inset": 0},
            f"{cut} {words} {where}",
            f"{words} removed {where}",
        )
    elif kind == "triangle":
        corner, turn, swap = ctx.pick(
            (
                ("bottom-left", 0, False),
                ("bottom-right", 90, True),
                ("top-right", 180, False),
                ("top-left", -90, True),
            )
        )
        size = [y, x] if swap else [x, y]
        words = thing(
            ctx,
            ctx.pick(("right triangle", "right-angled triangle")),
            [
                Dim("horizontal leg", "along the horizontal leg", x),
                Dim("vertical leg", "along the vertical leg", y),
            ],
        )
        where = ctx.pick(
            (
                f"from the {corner} corner",
                f"at the {corner.replace('-', ' ')} corner, its right angle in the corner",
            )
        )
        loop = {"shape": "right_triangle", "size": size, "role": "hole", "from": corner}
        if turn:
            loop["rotate"] = turn
        out.add(loop, f"{cut} {words} {where}", f"{words} removed {where}")
    else:
        for edge in ("left", "right"):
            x, y = ctx.between(0.08 * a, 0.3 * a), ctx.between(0.15 * b, 0.6 * b)
            words = _rect(ctx, x, y, ctx.pick(("rectangular notch", "notch", "rectangle")))
            where = ctx.pick((f"from the {edge} edge, in its middle", f"in the middle of the {edge} edge"))
            out.add(
                {"shape": "rectangle", "size": [x, y], "role": "hole", "from": edge},
                f"{cut} {words} {where}",
                f"{words} removed {where}",
            )
    out.extrude(ctx.size(0.03, 0.6), ctx.rng.weighted(((8, ""), (1, "xz"))))
    place_whole(part)


def keyhole(part: Part) -> None:
    """A circle with a bar attached, overlapping it: thermometers, keys, ladles."""
    ctx = part.ctx
    out = Outline(
        part,
        ctx.pick(("thermometer", "paddle", "key blank", "lollipop shape", "spoon-like plate", "ladle shape")),
    )
    size = ctx.size(0.3, 0.5)
    wide, long = ctx.between(0.15 * size, 0.6 * size), ctx.size(0.5, 1)
    out.start({"shape": "circle", "diameter": size}, thing(ctx, "circle", [diameter(size)]))
    side = ctx.pick(("top", "top", "right", "bottom"))
    lap = ctx.between(0.12 * size, 0.4 * size)
    if wide > 0.5 * size:
        lap = ctx.between(0.25 * size, 0.45 * size)
    upright = side in ("top", "bottom")
    loop: Loop = {
        "shape": "rectangle",
        "size": [wide, long] if upright else [long, wide],
        "attach": side,
        "pad": -lap,
    }
    dims = [
        Dim("width", "wide", wide),
        Dim("height" if upright else "length", "high" if upright else "long", long),
    ]
    words = thing(ctx, ctx.pick(("rectangle", "long thin rectangle", "narrow rectangle", "bar")), dims)
    text = ctx.length(lap)
    where = ctx.pick(
        (
            f"at the {side} of the circle, overlapping it by {text}",
            f"to the {side} of the circle with an overlap of {text}",
            f"on the {side} side of the circle, reaching {text} into it",
        )
    )
    if ctx.chance(0.5):
        hole, margin = ctx.between(0.2 * wide, 0.6 * wide), ctx.between(0.02 * long, 0.15 * long)
        loop["name"] = "bar"
        out.add(loop, f"{_join(ctx)} {words} {where}", f"{words} {where}")
        hole_words = thing(ctx, "circular hole", [diameter(hole)])
        spot = ctx.pick(
            (
                f"near the {side} end of the rectangle with a margin of {ctx.length(margin)} to its edge",
                f"in the rectangle, leaving {ctx.length(margin)} to its {side} edge",
            )
        )
        out.add(
            {"shape": "circle", "diameter": hole, "role": "hole", "from": side, "to": "bar", "pad": margin},
            f"make {hole_words} {spot}",
            f"{hole_words} {spot}",
        )
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
    out.add(
        {"shape": "rectangle", "size": [c, d]},
        f"{ctx.pick(_DRAW)} {words} with the same centre, crossing the first one",
        f"{words} crossing it at the same centre",
    )
    if ctx.chance(0.4):
        hole = ctx.between(0.3 * min(b, c), 0.8 * min(b, c))
        hole_words = thing(ctx, "circular hole", [diameter(hole)])
        out.add(
            {"shape": "circle", "diameter": hole, "role": "hole"},
            f"make {hole_words} in the centre",
            f"{hole_words} in the centre",
        )
    out.extrude(ctx.size(0.03, 0.2))
    place_whole(part)


def gate(part: Part) -> None:
    """A rectangle with a doorway: an opening from the bottom edge, now and then with a round top."""
    ctx = part.ctx
    out = Outline(part, ctx.pick(("gate", "arch", "archway", "bridge", "doorway", "portal")))
    a, b = ctx.size(0.6, 1), ctx.size(0.4, 0.9)
    out.start(
        {"shape": "rectangle", "size": [a, b]},
        thing(ctx, "rectangle", [Dim("width", "wide", a), Dim("height", "high", b)], compact=2),
    )
    x, y = ctx.between(0.25 * a, 0.6 * a), ctx.between(0.3 * b, 0.5 * b)
    words = thing(
        ctx,
        ctx.pick(("rectangular opening", "door opening", "rectangular passage")),
        [Dim("width", "wide", x), Dim("height", "high", y)],
        compact=2,
    )
    where = ctx.pick(
        (
            "from the middle of the bottom edge",
            "at the centre of the lower edge",
            "in the bottom edge, centred,",
        )
    )
    loop: Loop = {"shape": "rectangle", "size": [x, y], "role": "hole", "from": "bottom"}
    if ctx.chance(0.5) and x / 2 + y < 0.9 * b:
        loop["name"] = "door"
        out.add(loop, f"cut {words} {where}", f"{words} {where}")
        half = thing(ctx, "semicircle", [diameter(x)])
        out.add(
            {"shape": "semicircle", "diameter": x, "role": "hole", "attach": "top", "to": "door"},
            f"cut {half} on top of the opening",
            f"{half} cut on top of the opening",
        )
    else:
        out.add(loop, f"cut {words} {where}", f"{words} removed {where}")
    out.extrude(ctx.size(0.05, 0.5), ctx.pick(("", "xz", "xz")))
    place_whole(part)


FAMILIES = (
    (4.0, "edge_cuts", edge_cuts),
    (1.6, "keyhole", keyhole),
    (0.8, "crossed", crossed),
    (1.2, "gate", gate),
)
