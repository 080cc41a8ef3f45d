"""Round parts: flanges, washers, bushings, stepped shafts, flanged pipes."""

from __future__ import annotations

from training.synthetic import bases, cutting, finishing, holes, raising
from training.synthetic.families.common import circle, cylinder_on, say, sketched
from training.synthetic.figures import ring
from training.synthetic.part import Part
from training.synthetic.placing import claim
from training.synthetic.shapes import Shape, polygon, slot, square
from training.synthetic.sizes import Dim, diameter, height, round_size, thickness, thing
from training.synthetic.transforms import place_whole

_TOP = (
    "on top",
    "on top of it",
    "on the top face",
    "centred on the top face",
    "on its top face, centred",
    "concentrically on top",
    "in the centre of the top face",
)


def disc_with_holes(part: Part) -> None:
    """A disc or flange with a centre hole and holes around."""
    ctx = part.ctx
    solid = bases.disc(
        part, flat=True, noun=ctx.pick(("", "flange", "round flange", "disc", "cover", "circular plate"))
    )
    if ctx.chance(0.65):
        holes.drill(part, solid, kinds=("centre",))
        claim(solid, "top", [(0, 0)])
    else:
        claim(solid, "top", [(0, 0)])
    for cell in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        solid.used["top"].discard(cell)
    holes.drill(part, solid, kinds=("polar",))
    if ctx.chance(0.2):
        finishing.soften(part, solid)
    place_whole(part)


def washer(part: Part) -> None:
    """Rings told by their outer and inner size: washers, spacers, tubes, sleeves."""
    ctx = part.ctx
    shape = ring(ctx, ctx.scale, ctx.scale)
    flat = ctx.chance(0.5)
    rise = (
        ctx.between(0.03 * ctx.scale, 0.15 * ctx.scale)
        if flat
        else ctx.between(0.3 * ctx.scale, 2 * ctx.scale)
    )
    noun = (
        ctx.pick(("washer", "flat washer", "spacer", "ring", "shim", "spacer ring", "cylindrical ring"))
        if flat
        else ctx.pick(
            (
                "tube",
                "pipe",
                "bushing",
                "sleeve",
                "hollow cylinder",
                "round tube",
                "hollow shaft",
                "bush",
                "long pipe",
            )
        )
    )
    bases.prism(part, shape, rise, noun, flat=flat)
    place_whole(part)


def bored_cylinder(part: Part) -> None:
    """A cylinder with a hole of any section through it, round, polygonal, square or slotted."""
    ctx = part.ctx
    solid = bases.disc(part, flat=ctx.chance(0.45))
    across = solid.size[0]
    if ctx.chance(0.45):
        holes.drill(part, solid, kinds=("centre",))
    else:
        make = ctx.pick((polygon, square, slot, polygon))
        cutting.cut(
            part,
            solid,
            "top",
            cell=(0, 0),
            through=ctx.chance(0.8),
            shape=make(ctx, 0.62 * across, 0.5 * across),
        )
    place_whole(part)


def stepped(part: Part) -> None:
    """Cylinders (or prisms) of shrinking size on top of each other."""
    ctx = part.ctx
    count = ctx.pick((2, 2, 3, 3, 4))
    keys, dim, real = round_size(ctx, 0.4 * ctx.scale, ctx.scale)
    sketch = sketched(part)
    order = ["first", "second", "third", "fourth"]
    nouns = ctx.pick(
        (
            ["base", "second step", "third step", "top step"],
            [f"{word} cylinder" for word in order],
            ["large cylinder", "smaller cylinder", "third cylinder", "fourth cylinder"],
            ["bottom section", "second section", "third section", "fourth section"],
        )
    )
    for index in range(count):
        rise = ctx.between(0.15 * ctx.scale, 0.6 * ctx.scale)
        long = ctx.pick((height(ctx, rise), height(ctx, rise), Dim("length", "long", rise)))
        face = "top" if index else ""
        what = nouns[index] if index else ctx.pick((nouns[0], "cylinder", "cylinder"))
        if what in ("base", "bottom section"):
            what = f"cylindrical {what}"
        where = (
            ctx.pick(_TOP)
            if index == 1
            else ctx.pick(
                (
                    "on top of that",
                    "on top of the previous one",
                    "again centred on top",
                    f"on top of the {nouns[index - 1]}",
                )
            )
            if index
            else ""
        )
        cylinder_on(part, keys, [dim, long], rise, what, face=face, where=where, sketch=sketch)
        part.solid(what, (real, real, rise), "z")
        smaller = round_size(ctx, 0.3 * real, 0.85 * real)
        if smaller[2] >= 0.97 * real:
            break
        keys, dim, real = smaller
    if ctx.chance(0.3):
        holes.drill(part, part.solids[-1], kinds=("centre",))
    place_whole(part)


def flanged_pipe(part: Part) -> None:
    """A pipe with a flange at one end: disc, tube on top, hole through both or ring profiles."""
    ctx = part.ctx
    outer = ctx.size(0.6, 1)
    thick = ctx.between(0.05 * outer, 0.15 * outer)
    pipe = ctx.between(0.3 * outer, 0.65 * outer)
    bore = ctx.between(0.4 * float(pipe), 0.88 * float(pipe))
    long = ctx.between(0.4 * outer, 1.5 * outer)
    if ctx.chance(0.5):  # two rings with the same bore
        loops = (
            {"shape": "ring", "outer_diameter": outer, "inner_diameter": bore},
            {"shape": "ring", "outer_diameter": pipe, "inner_diameter": bore},
        )
        first = Shape(
            loops[0],
            "ring",
            "annular",
            [diameter(outer, kind="outer"), diameter(bore, kind="inner")],
            (float(outer), float(outer)),
        )
        bases.prism(part, first, thick, "flange", flat=True)
        where = ctx.pick(
            ("on top of the flange", "on the flange", "rising from the flange", "centred on the flange")
        )
        noun = ctx.pick(("pipe", "tube", "hollow pipe", "hollow cylinder"))
        dims = [diameter(pipe, kind="outer"), diameter(bore, kind="inner")]
        long_dim = ctx.pick((Dim("length", "long", long), height(ctx, long)))
        steps: tuple[str, ...] = ()
        if part.statements[0].steps:
            steps = (f"{where}, draw {thing(ctx, 'ring', dims)}", f"extrude it by {ctx.length(long)}")
        say(
            part,
            {"op": "extrude", "face": "top", "profile": [loops[1]], "depth": long},
            noun,
            [*dims, long_dim],
            where,
            steps=steps,
        )
        part.solid("pipe", (float(pipe), float(pipe), float(long)), "odd")
    else:
        sketch = sketched(part)
        cylinder_on(
            part,
            {"diameter": outer},
            [diameter(outer), thickness(thick)],
            thick,
            ctx.pick(("flange", "round flange", "circular flange", "disc-shaped flange")),
            sketch=sketch,
        )
        part.solid("flange", (float(outer), float(outer), float(thick)), "z")
        cylinder_on(
            part,
            {"diameter": pipe},
            [diameter(pipe), height(ctx, long)],
            long,
            ctx.pick(("cylinder", "hub", "neck", "cylindrical hub", "pipe")),
            face="top",
            where=ctx.pick(_TOP),
            sketch=sketch,
        )
        part.solid("hub", (float(pipe), float(pipe), float(long)), "z")
        noun = ctx.pick(("hole", "bore", "through hole", "central bore"))
        say(
            part,
            {"op": "hole", "face": "top", "diameter": bore},
            noun,
            [diameter(bore)],
            ctx.pick(
                (
                    "through both",
                    "through the whole part",
                    "all the way through the centre",
                    "along the axis through everything",
                    "down the middle through both cylinders",
                )
            ),
            action="hole",
            name="bore",
        )
    if ctx.chance(0.45):
        flange = part.solids[0]
        count = ctx.pick((3, 4, 4, 6, 6, 8))
        circle_size = ctx.between(
            0.5 * (float(outer) + float(pipe)) * 0.97, 0.5 * (float(outer) + float(pipe)) * 1.06
        )
        small = ctx.between(0.15 * (float(outer) - float(pipe)), 0.3 * (float(outer) - float(pipe)))
        face = f"{part.identify(flange.index, 'flange')}.top"
        text = ctx.length(circle_size)
        where = ctx.pick(
            (
                f"in the flange, equally spaced on a {text} bolt circle",
                f"around the flange on a circle of diameter {text}",
                f"in the flange on a {text} pitch circle",
                f"through the flange, evenly spread on a {text} diameter circle",
            )
        )
        say(
            part,
            {
                "op": "hole",
                "face": face,
                "diameter": small,
                "repeat": {"polar": count, "diameter": circle_size},
            },
            ctx.pick(("hole", "bolt hole", "screw hole")),
            [diameter(small)],
            where,
            action="hole",
            count=count,
            name="hole",
        )
    place_whole(part)


def two_bores(part: Part) -> None:
    """A pipe whose bore changes half way: two rings stacked."""
    ctx = part.ctx
    outer = ctx.size(0.5, 1)
    first, second = (ctx.between(0.25 * outer, 0.85 * outer) for _ in range(2))
    one, two = ctx.size(0.2, 0.7), ctx.size(0.2, 0.7)
    outer_dim = diameter(outer, kind="outer")
    shape = Shape(
        {"shape": "ring", "outer_diameter": outer, "inner_diameter": first},
        "ring",
        "annular",
        [outer_dim, diameter(first, kind="inner")],
        (float(outer), float(outer)),
    )
    noun = ctx.pick(("lower tube", "first tube section", "first half of a pipe", "pipe section"))
    bases.prism(part, shape, one, noun, flat=False)
    dims = [outer_dim, diameter(second, kind="inner")]
    where = ctx.pick(
        ("on top of it", "at its upper end", "on the end of the first section", "continuing on top")
    )
    steps: tuple[str, ...] = ()
    if part.statements[0].steps:
        steps = (f"{where}, draw {thing(ctx, 'ring', dims)}", f"extrude it by {ctx.length(two)}")
    loop = {"shape": "ring", "outer_diameter": outer, "inner_diameter": second}
    plane_face = "end" if "plane" in part.operations[0] else "top"
    say(
        part,
        {"op": "extrude", "face": plane_face, "profile": [loop], "depth": two},
        ctx.pick(("second tube section", "second section", "second ring")),
        [*dims, height(ctx, two)],
        where,
        steps=steps,
    )
    place_whole(part)


def round_stack(part: Part) -> None:
    """A disc with an off-centre cylinder on it and a cut beside, the way instruction writers like it."""
    ctx = part.ctx
    keys, dim, real = round_size(ctx, 0.6 * ctx.scale, ctx.scale)
    thick = ctx.between(0.05 * real, 0.3 * real)
    bases.prism(
        part, circle(keys, dim, real), thick, "disc", flat=True, sketched=sketched(part) or None, plane="xy"
    )
    disc = part.solids[-1]
    cell = ctx.pick(((0, 0), (1, 0), (0, -1)))
    raising.boss(part, disc, "top", cell=cell)
    disc.used["top"] = {(0, 0), (0, 1), (0, -1)}
    if ctx.chance(0.7):
        cutting.cut(
            part, disc, "top", cell=(-1, 0) if cell == (1, 0) else ctx.pick(((1, 0), (-1, 0))), through=True
        )
    place_whole(part)


FAMILIES = (
    (3.5, "disc_with_holes", disc_with_holes),
    (4.0, "ring", washer),
    (2.5, "bored_cylinder", bored_cylinder),
    (3.0, "stepped", stepped),
    (3.0, "flanged_pipe", flanged_pipe),
    (1.2, "two_bores", two_bores),
    (1.6, "round_stack", round_stack),
)
