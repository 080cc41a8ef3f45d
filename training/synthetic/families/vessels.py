"""Cups and buckets, hollow cylinders with cuts, sections turned about an axis."""

from __future__ import annotations

from typing import Any

from training.synthetic import finishing
from training.synthetic.families.common import cylinder_on, say, sketched
from training.synthetic.numbers import Number
from training.synthetic.part import Part, Statement
from training.synthetic.sizes import Dim, depth, diameter, height, thing
from training.synthetic.transforms import place_whole


def cup(part: Part) -> None:
    """Cups, buckets and pots: a cylinder with a blind bore, or shelled; now and then with a rod across."""
    ctx = part.ctx
    name = ctx.pick(
        ("cup", "bucket", "pot", "container", "can", "jar", "bottle cap", "round box", "pen holder")
    )
    part.title = name
    outer = ctx.size(0.4, 0.9)
    tall = ctx.size(0.3, 1.2)
    sketch = sketched(part)
    cylinder_on(
        part,
        {"diameter": outer},
        [diameter(outer), height(ctx, tall)],
        tall,
        ctx.pick(("cylinder", name, "outer cylinder")),
        sketch=sketch,
    )
    body = part.solid("cylinder", (float(outer), float(outer), float(tall)), "z")
    if ctx.chance(0.3):
        finishing.hollow(part, body)
    else:
        inner = ctx.between(0.75 * outer, 0.93 * outer)
        deep = ctx.between(0.8 * tall, 0.96 * tall)
        deep_text = ctx.length(deep)
        steps: tuple[str, ...] = ()
        if sketch:
            steps = (
                ctx.pick(
                    (
                        f"on its top face, draw a smaller circle with diameter {ctx.length(inner)}",
                        f"sketch a circle {ctx.length(inner)} in diameter inside the first one, on the "
                        "top face,",
                    )
                ),
                ctx.pick(
                    (
                        f"cut it {deep_text} deep so that the bottom stays closed",
                        f"extrude it downwards as a cut by {deep_text}",
                        f"negatively extrude it by {deep_text} to hollow the body out",
                        f"remove it to a depth of {deep_text}",
                    )
                ),
            )
        say(
            part,
            {"op": "hole", "face": "top", "diameter": inner, "depth": deep},
            ctx.pick(("cavity", "blind hole", "round recess", "hollow", "bore")),
            [diameter(inner), depth(deep)],
            ctx.pick(("from the top", "in the centre of the top face", "sunk into the top")),
            action="pocket",
            steps=steps,
            name="cavity",
        )
    if ctx.chance(0.35):
        rod = ctx.between(0.05 * outer, 0.12 * outer)
        long = ctx.between(1.05 * outer, 1.4 * outer)
        margin = ctx.between(0.03 * tall, 0.15 * tall)
        text = ctx.length(margin)
        operation: dict[str, Any] = {
            "op": "extrude",
            "face": "mid_x",
            "profile": [{"shape": "circle", "diameter": rod, "from": "top", "pad": margin}],
            "depth": long,
            "symmetric": True,
        }
        noun = ctx.pick(("horizontal rod", "round rod", "handle bar", "horizontal cylindrical rod"))
        where = ctx.pick(
            (
                f"across both walls, {text} below the top edge",
                f"through both sides with a margin of {text} to the top edge",
                f"across the {name} from left to right, leaving {text} to the rim",
            )
        )
        say(part, operation, noun, [diameter(rod), Dim("length", "long", long)], where, action="add")
    place_whole(part)


def revolved(part: Part) -> None:
    """Rings made by turning a section about an axis; pipe bends when it turns part of the way."""
    ctx = part.ctx
    distance = ctx.size(0.3, 0.8)
    loop: dict[str, Any]
    kind = ctx.pick(("rectangle", "circle", "bend", "bend", "edge"))
    angle = ctx.pick((90, 90, 180, 120, 45, 270))
    axis_text = ctx.pick(("the vertical axis", "the Z axis", "the z-axis"))
    if kind == "edge":
        a, b = ctx.size(0.15, 0.4), ctx.size(0.3, 0.9)
        shape = ctx.pick(("rectangle", "right triangle"))
        loop = (
            {"shape": "rectangle", "size": [a, b]}
            if shape == "rectangle"
            else {"shape": "right_triangle", "size": [a, b]}
        )
        dims = [Dim("width" if shape == "rectangle" else "base", "wide", a), height(ctx, b)]
        text = ctx.pick(
            (
                f"solid made by revolving {thing(ctx, shape, dims)} around its left edge",
                f"body obtained by turning {thing(ctx, shape, dims)} a full turn about its left side",
            )
        )
        steps = (
            f"sketch {thing(ctx, shape, dims)} on the XZ plane",
            ctx.pick(
                ("revolve it a full turn around its left edge", "revolve it 360 degrees about its left side")
            ),
        )
        say(
            part,
            {"op": "revolve", "plane": "xz", "profile": [loop], "axis": "left"},
            text,
            [],
            action="base",
            steps=steps,
            name="turned body",
        )
        return
    away = ctx.length(distance)
    if kind == "bend":
        outer = ctx.between(0.2 * distance, 0.9 * distance)
        inner = ctx.between(0.5 * float(outer), 0.9 * float(outer))
        hollow = ctx.chance(0.75)
        loop = (
            {"shape": "ring", "outer_diameter": outer, "inner_diameter": inner, "at": [distance, 0]}
            if hollow
            else {"shape": "circle", "diameter": outer, "at": [distance, 0]}
        )
        dims = [diameter(outer, kind="outer"), diameter(inner, kind="inner")] if hollow else [diameter(outer)]
        bend = Dim("bend radius", "in bend radius", distance)
        noun = (
            ctx.pick(
                (
                    f"{angle}-degree pipe bend",
                    f"{angle} degree pipe elbow",
                    f"pipe bent by {angle} degrees",
                    f"{angle}° bent tube",
                )
            )
            if hollow
            else ctx.pick((f"{angle}-degree bent rod", f"round bar bent by {angle} degrees"))
        )
        say(
            part,
            {"op": "revolve", "plane": "xz", "profile": [loop], "axis": "v", "angle": angle},
            noun,
            [*dims, bend],
            action="base",
            name="pipe bend",
        )
        return
    operation: dict[str, Any]
    if kind == "circle":
        size: Number = ctx.between(0.1 * distance, 0.8 * distance)
        flat = thing(ctx, "circle", [diameter(size)])
        loop = {"shape": "circle", "diameter": size, "at": [distance, 0]}
    else:
        a, b = ctx.between(0.1 * distance, 0.6 * distance), ctx.between(0.2 * distance, 1.2 * distance)
        flat = thing(ctx, "rectangle", [Dim("width", "wide", a), height(ctx, b)])
        loop = {"shape": "rectangle", "size": [a, b], "at": [distance, 0]}
    operation = {"op": "revolve", "plane": "xz", "profile": [loop], "axis": "v"}
    turn = "a full turn"
    if ctx.chance(0.4):
        operation["angle"] = angle
        turn = ctx.pick((f"by {angle} degrees", f"{ctx.angle(angle)}", f"through {ctx.angle(angle)}"))
    centre_words = ctx.pick(
        (
            f"its centre {away} from the axis",
            f"centred {away} away from the axis",
            f"with its center at a distance of {away} from the axis",
        )
    )
    steps = (
        ctx.pick(
            (
                f"on the XZ plane, draw {flat}, {centre_words}",
                f"sketch {flat} on the X-Z plane, {centre_words}",
            )
        ),
        ctx.pick((f"revolve it {turn} around {axis_text}", f"rotate this section {turn} about {axis_text}")),
    )
    say(
        part,
        operation,
        ctx.pick(
            (
                f"ring made by revolving {flat} {turn} around {axis_text}, {centre_words}",
                f"revolved body: {flat}, {centre_words}, turned {turn} about {axis_text}",
                f"solid of revolution from {flat}, {centre_words}, revolved {turn} about {axis_text}",
            )
        ),
        [],
        action="base",
        steps=steps,
        name="ring",
    )


def tube_with_holes(part: Part) -> None:
    """A hollow cylinder made by cutting: cylinder, bore, and a cross hole or a slot in the rim."""
    ctx = part.ctx
    outer = ctx.size(0.4, 0.9)
    tall = ctx.size(0.4, 1.3)
    bore = ctx.between(0.4 * outer, 0.85 * outer)
    sketch = sketched(part)
    if sketch and ctx.chance(0.5):  # both circles in one sketch
        loops = [
            {"shape": "circle", "diameter": outer},
            {"shape": "circle", "diameter": bore, "role": "hole"},
        ]
        one, two = thing(ctx, "circle", [diameter(outer)]), thing(ctx, "circle", [diameter(bore)])
        steps = (
            ctx.pick(
                (
                    f"sketch {one} and inside it {two} as a hole",
                    f"draw {one} with {two} cut out of its centre",
                    f"draw {one}, and within it {two} to be left empty",
                )
            ),
            ctx.pick(
                (
                    f"extrude the ring between them by {ctx.length(tall)}",
                    f"extrude the sketch {ctx.length(tall)}",
                    f"extrude the region between both circles to a height of {ctx.length(tall)}",
                )
            ),
        )
        say(part, {"op": "extrude", "profile": loops, "depth": tall}, "tube", [], action="base", steps=steps)
    else:
        cylinder_on(
            part,
            {"diameter": outer},
            [diameter(outer), height(ctx, tall)],
            tall,
            ctx.pick(("cylinder", "body", "round body")),
            sketch=sketch,
        )
        say(
            part,
            {"op": "hole", "face": "top", "diameter": bore},
            ctx.pick(("bore", "hole", "central hole", "through hole")),
            [diameter(bore)],
            ctx.pick(
                (
                    "through its centre",
                    "along its axis",
                    "through the full height",
                    "in the centre, all the way through",
                )
            ),
            action="hole",
            name="bore",
        )
    part.solid("cylinder", (float(outer), float(outer), float(tall)), "odd")
    if ctx.chance(0.6):
        small = ctx.between(0.1 * outer, 0.4 * outer)
        if ctx.chance(0.5):
            say(
                part,
                {"op": "hole", "face": "right", "diameter": small},
                ctx.pick(("cross hole", "radial hole", "transverse hole")),
                [diameter(small)],
                ctx.pick(
                    (
                        "through both walls at mid height, along X",
                        "across both walls in the middle, in X direction",
                        "crosswise through the middle from left to right",
                    )
                ),
                action="hole",
                name="cross hole",
            )
        else:
            deep = ctx.between(0.1 * tall, 0.4 * tall)
            loop = {"shape": "rectangle", "size": [outer, small]}
            text = thing(
                ctx, ctx.pick(("slot", "groove", "notch")), [Dim("width", "wide", small), depth(deep)]
            )
            part.add(
                {"op": "extrude", "mode": "cut", "face": "top", "profile": [loop], "depth": deep},
                Statement(
                    text,
                    ctx.pick(
                        ("across the top face over the whole diameter", "straight across the whole top")
                    ),
                    "pocket",
                    name="slot",
                ),
            )
    place_whole(part)


FAMILIES = (
    (2.2, "cup", cup),
    (2.2, "revolved", revolved),
    (2.0, "tube", tube_with_holes),
)
