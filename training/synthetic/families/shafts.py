"""Round parts of several pieces: nuts, bolts, dumbbells, wheels."""

from __future__ import annotations

from training.synthetic import bases, cutting, hole_kinds
from training.synthetic.families.common import cylinder_on, say, sketched
from training.synthetic.families.turned import _TOP
from training.synthetic.part import Part
from training.synthetic.shapes import Shape, polygon
from training.synthetic.sizes import Dim, diameter, height, radius, round_size, thickness
from training.synthetic.transforms import place_whole


def nut(part: Part) -> None:
    """Nuts: a polygon with a round or polygonal hole."""
    ctx = part.ctx
    sides = ctx.pick((6, 6, 6, 6, 8, 4))
    outer = ctx.size(0.4, 1)
    if sides == 4:
        base = Shape(
            {"shape": "square", "side": outer},
            "square",
            "square",
            [Dim("side", "on each side", outer)],
            (float(outer),) * 2,
        )
    else:
        how = ctx.pick(("across_flats", "across_flats", "across_corners", "diameter", "side"))
        names = {
            "across_flats": ("width across flats", "across flats"),
            "side": ("side length", "on each side"),
            "across_corners": ("width across corners", "across corners"),
            "diameter": ("outer diameter", "in outer diameter"),
        }
        name = "hexagon" if sides == 6 else "octagon"
        base = Shape(
            {"shape": "polygon", "sides": sides, how: outer},
            name,
            {"hexagon": "hexagonal", "octagon": "octagonal"}[name],
            [Dim(*names[how], outer)],
            (float(outer),) * 2,
        )
    real = float(outer) * (1.7 if base.loop.get("side") and sides != 4 else 0.86)
    rise = ctx.between(0.3 * real, 0.9 * real)
    solid = bases.prism(
        part,
        base,
        rise,
        ctx.pick((f"{base.adjective} nut", f"{base.adjective} nut", "nut", f"{base.adjective} block")),
        flat=ctx.chance(0.3),
        plane="xy",
    )
    if part.statements[0].noun.startswith("a nut"):
        part.statements[0].noun = part.statements[0].noun.replace(
            "a nut", f"a {base.adjective} nut".replace("a o", "an o"), 1
        )
    bore = ctx.between(0.4 * real, 0.66 * real)
    if ctx.unit == "mm" and ctx.chance(0.35):
        fits = [size for size, number in hole_kinds.THREADS if 0.3 * real < number < 0.7 * real]
        if fits:
            size = ctx.pick(fits)
            say(
                part,
                {"op": "hole", "face": "top", "thread": size, "fit": "threaded"},
                ctx.pick((f"{size} threaded hole", f"{size} thread")),
                [],
                ctx.pick(("through the centre", "in the middle")),
                action="hole",
                name="hole",
            )
            return
    if ctx.chance(0.75):
        say(
            part,
            {"op": "hole", "face": "top", "diameter": bore},
            ctx.pick(("hole", "through hole", "bore", "circular hole")),
            [diameter(bore)],
            ctx.pick(("through the centre", "in the middle", "at its centre", "through the center")),
            action="hole",
            name="hole",
        )
    else:
        cutting.cut(
            part,
            solid,
            "top",
            cell=(0, 0),
            through=True,
            shape=polygon(ctx, 0.6 * real, 0.6 * real, ctx.pick((6, 6, 8, 5))),
        )


def bolt(part: Part) -> None:
    """A head with a shank: hexagonal or round head, cylinder below or on top."""
    ctx = part.ctx
    sketch = sketched(part)
    across = ctx.size(0.3, 0.7)
    thick = ctx.between(0.2 * across, 0.7 * across)
    shank = ctx.between(0.35 * across, 0.7 * across)
    long = ctx.between(0.8 * across, 3 * across)
    if ctx.chance(0.65):
        shape = polygon(ctx, across, across, 6)
        shank = ctx.between(0.3 * shape.box[0] * 0.8, 0.55 * shape.box[0])
        bases.prism(
            part,
            shape,
            thick,
            ctx.pick(("hexagonal head", "hexagonal bolt head", "hexagonal head")),
            flat=False,
            sketched=sketch,
            plane="xy",
        )
    else:
        cylinder_on(
            part,
            {"diameter": across},
            [diameter(across), thickness(thick)],
            thick,
            ctx.pick(("round head", "cylindrical head", "head")),
            sketch=sketch,
        )
    part.solid("head", (float(across), float(across), float(thick)), "z")
    keys, dim, _ = (
        ({"diameter": shank}, diameter(shank), 0)
        if ctx.chance(0.75)
        else ({"radius": ctx.between(float(shank) / 3, float(shank) / 2)}, None, 0)
    )
    dim = dim or radius(keys["radius"])
    noun = ctx.pick(("shank", "cylindrical shank", "cylinder", "shaft", "round shank", "bolt shaft"))
    where = ctx.pick(
        (
            "on the head",
            "centred on top of the head",
            "in the centre of the top face of the head",
            "standing on the head",
            "on top, concentric with the head",
        )
    )
    cylinder_on(
        part, keys, [dim, Dim("length", "long", long)], long, noun, face="top", where=where, sketch=sketch
    )
    place_whole(part)


def dumbbell(part: Part) -> None:
    """Three cylinders in a row: dumbbells, spools, bobbins, pulleys."""
    ctx = part.ctx
    big, bar = ctx.size(0.4, 0.8), ctx.size(0.1, 0.3)
    thick, long = ctx.size(0.08, 0.3), ctx.size(0.3, 1)
    sketch = sketched(part)
    name = ctx.pick(("dumbbell", "spool", "bobbin", "double-ended pin", "cable drum"))
    part.title = name
    end = ctx.pick(("disc", "end disc", "flange", "weight"))
    same = ctx.chance(0.7)
    cylinder_on(
        part,
        {"diameter": big},
        [diameter(big), thickness(thick)],
        thick,
        ctx.pick((end, f"first {end}", f"bottom {end}")),
        sketch=sketch,
    )
    part.solid(end, (float(big), float(big), float(thick)), "z")
    cylinder_on(
        part,
        {"diameter": bar},
        [diameter(bar), Dim("length", "long", long)],
        long,
        ctx.pick(("bar", "rod", "shaft", "core")),
        face="top",
        where=ctx.pick(_TOP),
        sketch=sketch,
    )
    part.solid("bar", (float(bar), float(bar), float(long)), "z")
    if not same:
        big, thick = ctx.size(0.35, 0.8), ctx.size(0.08, 0.3)
    dims = [diameter(big), thickness(thick)]
    where = ctx.pick(
        ("on the other end", "at the other end of the bar", "on top of the bar", "on its upper end")
    )
    cylinder_on(
        part,
        {"diameter": big},
        dims,
        thick,
        ctx.pick((f"second {end}", f"further {end}")),
        face="top",
        where=where,
        sketch=sketch,
    )
    if same and ctx.chance(0.45):  # told by reference to the first one
        statement = part.statements[-1]
        statement.noun, statement.steps = (
            ctx.pick(
                (
                    f"an identical {end}",
                    f"the same {end}",
                    f"a second {end} of the same size",
                    f"another such {end}",
                )
            ),
            (),
        )
    place_whole(part)


def wheel(part: Part) -> None:
    """Wheels, knobs and pulleys: a disc with a hub on one face and a bore."""
    ctx = part.ctx
    name = ctx.pick(("knob", "wheel", "pulley", "hand wheel", "gear blank", "roller", "control knob"))
    part.title = name
    keys, dim, real = round_size(ctx, 0.5 * ctx.scale, ctx.scale)
    thick = ctx.between(0.1 * real, 0.35 * real)
    sketch = sketched(part)
    body = ctx.pick(("disc", "wheel disc", "disk", "round body"))
    cylinder_on(part, keys, [dim, thickness(thick)], thick, body, sketch=sketch)
    disc = part.solid(body, (real, real, float(thick)), "z")
    if ctx.chance(0.75):
        hub_keys, hub_dim, hub = round_size(ctx, 0.25 * real, 0.6 * real)
        rise = ctx.between(0.1 * real, 0.5 * real)
        cylinder_on(
            part,
            hub_keys,
            [hub_dim, height(ctx, rise)],
            rise,
            ctx.pick(("hub", "cylindrical hub", "raised hub", "boss")),
            face="top",
            where=ctx.pick(_TOP),
            sketch=sketch,
        )
        part.solid("hub", (hub, hub, float(rise)), "z")
    else:
        hub = 0.5 * real
    bore = ctx.between(0.3 * hub, 0.75 * hub)
    say(
        part,
        {"op": "hole", "face": "top", "diameter": bore},
        ctx.pick(("bore", "hole", "shaft hole", "axle hole")),
        [diameter(bore)],
        ctx.pick(
            (
                "through the centre",
                "right through the middle",
                "through everything at the centre",
                "along the axis",
            )
        ),
        action="hole",
        name="bore",
    )
    if ctx.chance(0.3) and hub < 0.62 * real:
        small = ctx.between(0.06 * real, 0.4 * 0.5 * (real - hub))
        pitch = ctx.between(0.96 * (real + hub) / 2, 1.04 * (real + hub) / 2)
        count = ctx.pick((3, 4, 5, 6))
        face = "top" if disc is part.solids[-1] else f"{part.identify(disc.index, body)}.top"
        text = ctx.length(pitch)
        say(
            part,
            {"op": "hole", "face": face, "diameter": small, "repeat": {"polar": count, "diameter": pitch}},
            ctx.pick(("hole", "lightening hole", "round opening")),
            [diameter(small)],
            ctx.pick(
                (
                    f"in the {body} on a circle of diameter {text}",
                    f"around it in the {body}, equally spaced on a {text} circle",
                )
            ),
            action="hole",
            count=count,
            name="hole",
        )
    place_whole(part)


FAMILIES = (
    (1.8, "nut", nut),
    (1.8, "bolt", bolt),
    (1.6, "dumbbell", dumbbell),
    (2.0, "wheel", wheel),
)
