"""Round parts: flanges, washers, bushings, stepped shafts, tubes, nuts, bolts, pulleys, knobs, cups, revolved rings."""

from __future__ import annotations

from typing import Any

from training.synthetic import bases, features, holes
from training.synthetic.families.common import circle, cylinder_on, say, sketched
from training.synthetic.numbers import Number
from training.synthetic.part import Part, Statement
from training.synthetic.placing import claim
from training.synthetic.shapes import Shape, polygon, ring, slot, square
from training.synthetic.sizes import Dim, depth, diameter, height, radius, round_size, thing, thickness
from training.synthetic.transforms import place_whole

_TOP = ("on top", "on top of it", "on the top face", "centred on the top face", "on its top face, centred",
        "concentrically on top", "in the centre of the top face")


def disc_with_holes(part: Part) -> None:
    """A disc or flange with a centre hole and holes around."""
    ctx = part.ctx
    solid = bases.disc(part, flat=True, noun=ctx.pick(("", "flange", "round flange", "disc", "cover", "circular plate")))
    if ctx.chance(0.65):
        holes.drill(part, solid, kinds=("centre",))
        claim(solid, "top", [(0, 0)])
    else:
        claim(solid, "top", [(0, 0)])
    for cell in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        solid.used["top"].discard(cell)
    holes.drill(part, solid, kinds=("polar",))
    if ctx.chance(0.2):
        features.soften(part, solid)
    place_whole(part)


def washer(part: Part) -> None:
    """Rings told by their outer and inner size: washers, spacers, tubes, sleeves."""
    ctx = part.ctx
    shape = ring(ctx, ctx.scale, ctx.scale)
    flat = ctx.chance(0.5)
    rise = ctx.between(0.03 * ctx.scale, 0.15 * ctx.scale) if flat else ctx.between(0.3 * ctx.scale, 2 * ctx.scale)
    noun = ctx.pick(("washer", "flat washer", "spacer", "ring", "shim", "spacer ring", "cylindrical ring")) if flat else \
        ctx.pick(("tube", "pipe", "bushing", "sleeve", "hollow cylinder", "round tube", "hollow shaft", "bush", "long pipe"))
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
        features.cut(part, solid, "top", cell=(0, 0), through=ctx.chance(0.8), shape=make(ctx, 0.62 * across, 0.5 * across))
    place_whole(part)


def stepped(part: Part) -> None:
    """Cylinders (or prisms) of shrinking size on top of each other."""
    ctx = part.ctx
    count = ctx.pick((2, 2, 3, 3, 4))
    keys, dim, real = round_size(ctx, 0.4 * ctx.scale, ctx.scale)
    sketch = sketched(part)
    order = ["first", "second", "third", "fourth"]
    nouns = ctx.pick((["base", "second step", "third step", "top step"], [f"{word} cylinder" for word in order],
                      ["large cylinder", "smaller cylinder", "third cylinder", "fourth cylinder"],
                      ["bottom section", "second section", "third section", "fourth section"]))
    for index in range(count):
        rise = ctx.between(0.15 * ctx.scale, 0.6 * ctx.scale)
        long = ctx.pick((height(ctx, rise), height(ctx, rise), Dim("length", "long", rise)))
        face = "top" if index else ""
        what = nouns[index] if index else ctx.pick((nouns[0], "cylinder", "cylinder"))
        if what in ("base", "bottom section"):
            what = f"cylindrical {what}"
        where = ctx.pick(_TOP) if index == 1 else ctx.pick(("on top of that", "on top of the previous one", "again centred on top",
                                                            f"on top of the {nouns[index - 1]}")) if index else ""
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
        loops = ({"shape": "ring", "outer_diameter": outer, "inner_diameter": bore},
                 {"shape": "ring", "outer_diameter": pipe, "inner_diameter": bore})
        first = Shape(loops[0], "ring", "annular", [diameter(outer, kind="outer"), diameter(bore, kind="inner")],
                      (float(outer), float(outer)))
        bases.prism(part, first, thick, "flange", flat=True)
        where = ctx.pick(("on top of the flange", "on the flange", "rising from the flange", "centred on the flange"))
        noun = ctx.pick(("pipe", "tube", "hollow pipe", "hollow cylinder"))
        dims = [diameter(pipe, kind="outer"), diameter(bore, kind="inner")]
        long_dim = ctx.pick((Dim("length", "long", long), height(ctx, long)))
        steps: tuple[str, ...] = ()
        if part.statements[0].steps:
            steps = (f"{where}, draw {thing(ctx, 'ring', dims)}", f"extrude it by {ctx.length(long)}")
        say(part, {"op": "extrude", "face": "top", "profile": [loops[1]], "depth": long}, noun, [*dims, long_dim], where,
            steps=steps)
        part.solid("pipe", (float(pipe), float(pipe), float(long)), "odd")
    else:
        sketch = sketched(part)
        cylinder_on(part, {"diameter": outer}, [diameter(outer), thickness(thick)], thick,
                    ctx.pick(("flange", "round flange", "circular flange", "disc-shaped flange")), sketch=sketch)
        part.solid("flange", (float(outer), float(outer), float(thick)), "z")
        cylinder_on(part, {"diameter": pipe}, [diameter(pipe), height(ctx, long)], long,
                    ctx.pick(("cylinder", "hub", "neck", "cylindrical hub", "pipe")), face="top", where=ctx.pick(_TOP),
                    sketch=sketch)
        part.solid("hub", (float(pipe), float(pipe), float(long)), "z")
        noun = ctx.pick(("hole", "bore", "through hole", "central bore"))
        say(part, {"op": "hole", "face": "top", "diameter": bore}, noun, [diameter(bore)],
            ctx.pick(("through both", "through the whole part", "all the way through the centre", "along the axis through everything",
                      "down the middle through both cylinders")), action="hole", name="bore")
    if ctx.chance(0.45):
        flange = part.solids[0]
        count = ctx.pick((3, 4, 4, 6, 6, 8))
        circle_size = ctx.between(0.5 * (float(outer) + float(pipe)) * 0.97, 0.5 * (float(outer) + float(pipe)) * 1.06)
        small = ctx.between(0.15 * (float(outer) - float(pipe)), 0.3 * (float(outer) - float(pipe)))
        face = f"{part.identify(flange.index, 'flange')}.top"
        text = ctx.length(circle_size)
        where = ctx.pick((f"in the flange, equally spaced on a {text} bolt circle", f"around the flange on a circle of diameter {text}",
                          f"in the flange on a {text} pitch circle", f"through the flange, evenly spread on a {text} diameter circle"))
        say(part, {"op": "hole", "face": face, "diameter": small, "repeat": {"polar": count, "diameter": circle_size}},
            ctx.pick(("hole", "bolt hole", "screw hole")), [diameter(small)], where, action="hole", count=count, name="hole")
    place_whole(part)


def two_bores(part: Part) -> None:
    """A pipe whose bore changes half way: two rings stacked."""
    ctx = part.ctx
    outer = ctx.size(0.5, 1)
    first, second = (ctx.between(0.25 * outer, 0.85 * outer) for _ in range(2))
    one, two = ctx.size(0.2, 0.7), ctx.size(0.2, 0.7)
    outer_dim = diameter(outer, kind="outer")
    shape = Shape({"shape": "ring", "outer_diameter": outer, "inner_diameter": first}, "ring", "annular",
                  [outer_dim, diameter(first, kind="inner")], (float(outer), float(outer)))
    noun = ctx.pick(("lower tube", "first tube section", "first half of a pipe", "pipe section"))
    bases.prism(part, shape, one, noun, flat=False)
    dims = [outer_dim, diameter(second, kind="inner")]
    where = ctx.pick(("on top of it", "at its upper end", "on the end of the first section", "continuing on top"))
    steps: tuple[str, ...] = ()
    if part.statements[0].steps:
        steps = (f"{where}, draw {thing(ctx, 'ring', dims)}", f"extrude it by {ctx.length(two)}")
    loop = {"shape": "ring", "outer_diameter": outer, "inner_diameter": second}
    plane_face = "end" if "plane" in part.operations[0] else "top"
    say(part, {"op": "extrude", "face": plane_face, "profile": [loop], "depth": two},
        ctx.pick(("second tube section", "second section", "second ring")), [*dims, height(ctx, two)], where, steps=steps)
    place_whole(part)


def nut(part: Part) -> None:
    """Nuts: a polygon with a round or polygonal hole."""
    ctx = part.ctx
    sides = ctx.pick((6, 6, 6, 6, 8, 4))
    outer = ctx.size(0.4, 1)
    if sides == 4:
        base = Shape({"shape": "square", "side": outer}, "square", "square", [Dim("side", "on each side", outer)],
                     (float(outer),) * 2)
    else:
        how = ctx.pick(("across_flats", "across_flats", "across_corners", "diameter", "side"))
        names = {"across_flats": ("width across flats", "across flats"), "side": ("side length", "on each side"),
                 "across_corners": ("width across corners", "across corners"), "diameter": ("outer diameter", "in outer diameter")}
        name = "hexagon" if sides == 6 else "octagon"
        base = Shape({"shape": "polygon", "sides": sides, how: outer}, name, {"hexagon": "hexagonal", "octagon": "octagonal"}[name], [Dim(*names[how], outer)], (float(outer),) * 2)
    real = float(outer) * (1.7 if base.loop.get("side") and sides != 4 else 0.86)
    rise = ctx.between(0.3 * real, 0.9 * real)
    solid = bases.prism(part, base, rise, ctx.pick((f"{base.adjective} nut", f"{base.adjective} nut", "nut", f"{base.adjective} block")),
                        flat=ctx.chance(0.3), plane="xy")
    if part.statements[0].noun.startswith("a nut"):
        part.statements[0].noun = part.statements[0].noun.replace("a nut", f"a {base.adjective} nut".replace("a o", "an o"), 1)
    bore = ctx.between(0.4 * real, 0.66 * real)
    if ctx.unit == "mm" and ctx.chance(0.35):
        fits = [size for size, number in holes.THREADS if 0.3 * real < number < 0.7 * real]
        if fits:
            size = ctx.pick(fits)
            say(part, {"op": "hole", "face": "top", "thread": size, "fit": "threaded"},
                ctx.pick((f"{size} threaded hole", f"{size} thread")), [], ctx.pick(("through the centre", "in the middle")),
                action="hole", name="hole")
            return
    if ctx.chance(0.75):
        say(part, {"op": "hole", "face": "top", "diameter": bore}, ctx.pick(("hole", "through hole", "bore", "circular hole")),
            [diameter(bore)], ctx.pick(("through the centre", "in the middle", "at its centre", "through the center")),
            action="hole", name="hole")
    else:
        features.cut(part, solid, "top", cell=(0, 0), through=True,
                     shape=polygon(ctx, 0.6 * real, 0.6 * real, ctx.pick((6, 6, 8, 5))))


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
        bases.prism(part, shape, thick, ctx.pick(("hexagonal head", "hexagonal bolt head", "hexagonal head")), flat=False,
                    sketched=sketch, plane="xy")
    else:
        cylinder_on(part, {"diameter": across}, [diameter(across), thickness(thick)], thick,
                    ctx.pick(("round head", "cylindrical head", "head")), sketch=sketch)
    part.solid("head", (float(across), float(across), float(thick)), "z")
    keys, dim, _ = ({"diameter": shank}, diameter(shank), 0) if ctx.chance(0.75) else \
        ({"radius": ctx.between(float(shank) / 3, float(shank) / 2)}, None, 0)
    dim = dim or radius(keys["radius"])
    noun = ctx.pick(("shank", "cylindrical shank", "cylinder", "shaft", "round shank", "bolt shaft"))
    where = ctx.pick(("on the head", "centred on top of the head", "in the centre of the top face of the head", "standing on the head",
                      "on top, concentric with the head"))
    cylinder_on(part, keys, [dim, Dim("length", "long", long)], long, noun, face="top", where=where, sketch=sketch)
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
    cylinder_on(part, {"diameter": big}, [diameter(big), thickness(thick)], thick, ctx.pick((end, f"first {end}", f"bottom {end}")),
                sketch=sketch)
    part.solid(end, (float(big), float(big), float(thick)), "z")
    cylinder_on(part, {"diameter": bar}, [diameter(bar), Dim("length", "long", long)], long, ctx.pick(("bar", "rod", "shaft", "core")),
                face="top", where=ctx.pick(_TOP), sketch=sketch)
    part.solid("bar", (float(bar), float(bar), float(long)), "z")
    if not same:
        big, thick = ctx.size(0.35, 0.8), ctx.size(0.08, 0.3)
    dims = [diameter(big), thickness(thick)]
    where = ctx.pick(("on the other end", "at the other end of the bar", "on top of the bar", "on its upper end"))
    cylinder_on(part, {"diameter": big}, dims, thick, ctx.pick((f"second {end}", f"further {end}")), face="top", where=where,
                sketch=sketch)
    if same and ctx.chance(0.45):  # told by reference to the first one
        statement = part.statements[-1]
        statement.noun, statement.steps = ctx.pick((f"an identical {end}", f"the same {end}", f"a second {end} of the same size",
                                                    f"another such {end}")), ()
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
        cylinder_on(part, hub_keys, [hub_dim, height(ctx, rise)], rise, ctx.pick(("hub", "cylindrical hub", "raised hub", "boss")),
                    face="top", where=ctx.pick(_TOP), sketch=sketch)
        part.solid("hub", (hub, hub, float(rise)), "z")
    else:
        hub = 0.5 * real
    bore = ctx.between(0.3 * hub, 0.75 * hub)
    say(part, {"op": "hole", "face": "top", "diameter": bore}, ctx.pick(("bore", "hole", "shaft hole", "axle hole")), [diameter(bore)],
        ctx.pick(("through the centre", "right through the middle", "through everything at the centre", "along the axis")),
        action="hole", name="bore")
    if ctx.chance(0.3) and hub < 0.62 * real:
        small = ctx.between(0.06 * real, 0.4 * 0.5 * (real - hub))
        pitch = ctx.between(0.96 * (real + hub) / 2, 1.04 * (real + hub) / 2)
        count = ctx.pick((3, 4, 5, 6))
        face = "top" if disc is part.solids[-1] else f"{part.identify(disc.index, body)}.top"
        text = ctx.length(pitch)
        say(part, {"op": "hole", "face": face, "diameter": small, "repeat": {"polar": count, "diameter": pitch}},
            ctx.pick(("hole", "lightening hole", "round opening")), [diameter(small)],
            ctx.pick((f"in the {body} on a circle of diameter {text}", f"around it in the {body}, equally spaced on a {text} circle")),
            action="hole", count=count, name="hole")
    place_whole(part)


def cup(part: Part) -> None:
    """Cups, buckets and pots: a cylinder with a blind bore, or shelled; now and then with a rod across."""
    ctx = part.ctx
    name = ctx.pick(("cup", "bucket", "pot", "container", "can", "jar", "bottle cap", "round box", "pen holder"))
    part.title = name
    outer = ctx.size(0.4, 0.9)
    tall = ctx.size(0.3, 1.2)
    sketch = sketched(part)
    cylinder_on(part, {"diameter": outer}, [diameter(outer), height(ctx, tall)], tall, ctx.pick(("cylinder", name, "outer cylinder")),
                sketch=sketch)
    body = part.solid("cylinder", (float(outer), float(outer), float(tall)), "z")
    if ctx.chance(0.3):
        features.hollow(part, body)
    else:
        inner = ctx.between(0.75 * outer, 0.93 * outer)
        deep = ctx.between(0.8 * tall, 0.96 * tall)
        deep_text = ctx.length(deep)
        steps: tuple[str, ...] = ()
        if sketch:
            steps = (ctx.pick((f"on its top face, draw a smaller circle with diameter {ctx.length(inner)}",
                               f"sketch a circle {ctx.length(inner)} in diameter inside the first one, on the top face,")),
                     ctx.pick((f"cut it {deep_text} deep so that the bottom stays closed", f"extrude it downwards as a cut by {deep_text}",
                               f"negatively extrude it by {deep_text} to hollow the body out", f"remove it to a depth of {deep_text}")))
        say(part, {"op": "hole", "face": "top", "diameter": inner, "depth": deep},
            ctx.pick(("cavity", "blind hole", "round recess", "hollow", "bore")), [diameter(inner), depth(deep)],
            ctx.pick(("from the top", "in the centre of the top face", "sunk into the top")), action="pocket", steps=steps, name="cavity")
    if ctx.chance(0.35):
        rod = ctx.between(0.05 * outer, 0.12 * outer)
        long = ctx.between(1.05 * outer, 1.4 * outer)
        margin = ctx.between(0.03 * tall, 0.15 * tall)
        text = ctx.length(margin)
        operation: dict[str, Any] = {"op": "extrude", "face": "mid_x", "profile": [
            {"shape": "circle", "diameter": rod, "from": "top", "pad": margin}], "depth": long, "symmetric": True}
        noun = ctx.pick(("horizontal rod", "round rod", "handle bar", "horizontal cylindrical rod"))
        where = ctx.pick((f"across both walls, {text} below the top edge", f"through both sides with a margin of {text} to the top edge",
                          f"across the {name} from left to right, leaving {text} to the rim"))
        say(part, operation, noun, [diameter(rod), Dim("length", "long", long)], where, action="add")
    place_whole(part)


def revolved(part: Part) -> None:
    """Rings made by turning a section around an axis at a distance; pipe bends when it turns only part of the way."""
    ctx = part.ctx
    distance = ctx.size(0.3, 0.8)
    kind = ctx.pick(("rectangle", "circle", "bend", "bend", "edge"))
    angle = ctx.pick((90, 90, 180, 120, 45, 270))
    axis_text = ctx.pick(("the vertical axis", "the Z axis", "the z-axis"))
    if kind == "edge":
        a, b = ctx.size(0.15, 0.4), ctx.size(0.3, 0.9)
        shape = ctx.pick(("rectangle", "right triangle"))
        loop = {"shape": "rectangle", "size": [a, b]} if shape == "rectangle" else {"shape": "right_triangle", "size": [a, b]}
        dims = [Dim("width" if shape == "rectangle" else "base", "wide", a), height(ctx, b)]
        text = ctx.pick((f"solid made by revolving {thing(ctx, shape, dims)} around its left edge",
                         f"body obtained by turning {thing(ctx, shape, dims)} a full turn about its left side"))
        steps = (f"sketch {thing(ctx, shape, dims)} on the XZ plane", ctx.pick((
            "revolve it a full turn around its left edge", "revolve it 360 degrees about its left side")))
        say(part, {"op": "revolve", "plane": "xz", "profile": [loop], "axis": "left"}, text, [], action="base", steps=steps,
            name="turned body")
        return
    away = ctx.length(distance)
    if kind == "bend":
        outer = ctx.between(0.2 * distance, 0.9 * distance)
        inner = ctx.between(0.5 * float(outer), 0.9 * float(outer))
        hollow = ctx.chance(0.75)
        loop = {"shape": "ring", "outer_diameter": outer, "inner_diameter": inner, "at": [distance, 0]} if hollow else \
            {"shape": "circle", "diameter": outer, "at": [distance, 0]}
        dims = [diameter(outer, kind="outer"), diameter(inner, kind="inner")] if hollow else [diameter(outer)]
        bend = Dim("bend radius", "in bend radius", distance)
        noun = ctx.pick((f"{angle}-degree pipe bend", f"{angle} degree pipe elbow", f"pipe bent by {angle} degrees",
                         f"{angle}° bent tube")) if hollow else \
            ctx.pick((f"{angle}-degree bent rod", f"round bar bent by {angle} degrees"))
        say(part, {"op": "revolve", "plane": "xz", "profile": [loop], "axis": "v", "angle": angle}, noun, [*dims, bend],
            action="base", name="pipe bend")
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
    centre_words = ctx.pick((f"its centre {away} from the axis", f"centred {away} away from the axis", f"with its center at a distance of {away} from the axis"))
    steps = (ctx.pick((f"on the XZ plane, draw {flat}, {centre_words}", f"sketch {flat} on the X-Z plane, {centre_words}")),
             ctx.pick((f"revolve it {turn} around {axis_text}", f"rotate this section {turn} about {axis_text}")))
    say(part, operation, ctx.pick((f"ring made by revolving {flat} {turn} around {axis_text}, {centre_words}",
                                   f"revolved body: {flat}, {centre_words}, turned {turn} about {axis_text}",
                                   f"solid of revolution from {flat}, {centre_words}, revolved {turn} about {axis_text}")), [],
        action="base", steps=steps, name="ring")


def tube_with_holes(part: Part) -> None:
    """A hollow cylinder made by cutting: cylinder, bore, and a cross hole or a slot in the rim."""
    ctx = part.ctx
    outer = ctx.size(0.4, 0.9)
    tall = ctx.size(0.4, 1.3)
    bore = ctx.between(0.4 * outer, 0.85 * outer)
    sketch = sketched(part)
    if sketch and ctx.chance(0.5):  # both circles in one sketch
        loops = [{"shape": "circle", "diameter": outer}, {"shape": "circle", "diameter": bore, "role": "hole"}]
        one, two = thing(ctx, "circle", [diameter(outer)]), thing(ctx, "circle", [diameter(bore)])
        steps = (ctx.pick((f"sketch {one} and inside it {two} as a hole", f"draw {one} with {two} cut out of its centre",
                           f"draw {one}, and within it {two} to be left empty")),
                 ctx.pick((f"extrude the ring between them by {ctx.length(tall)}", f"extrude the sketch {ctx.length(tall)}",
                           f"extrude the region between both circles to a height of {ctx.length(tall)}")))
        say(part, {"op": "extrude", "profile": loops, "depth": tall}, "tube", [], action="base", steps=steps)
    else:
        cylinder_on(part, {"diameter": outer}, [diameter(outer), height(ctx, tall)], tall, ctx.pick(("cylinder", "body", "round body")),
                    sketch=sketch)
        say(part, {"op": "hole", "face": "top", "diameter": bore}, ctx.pick(("bore", "hole", "central hole", "through hole")),
            [diameter(bore)], ctx.pick(("through its centre", "along its axis", "through the full height", "in the centre, all the way through")),
            action="hole", name="bore")
    part.solid("cylinder", (float(outer), float(outer), float(tall)), "odd")
    if ctx.chance(0.6):
        small = ctx.between(0.1 * outer, 0.4 * outer)
        if ctx.chance(0.5):
            say(part, {"op": "hole", "face": "right", "diameter": small}, ctx.pick(("cross hole", "radial hole", "transverse hole")),
                [diameter(small)], ctx.pick(("through both walls at mid height, along X", "across both walls in the middle, in X direction",
                                             "crosswise through the middle from left to right")), action="hole", name="cross hole")
        else:
            deep = ctx.between(0.1 * tall, 0.4 * tall)
            loop = {"shape": "rectangle", "size": [outer, small]}
            text = thing(ctx, ctx.pick(("slot", "groove", "notch")), [Dim("width", "wide", small), depth(deep)])
            part.add({"op": "extrude", "mode": "cut", "face": "top", "profile": [loop], "depth": deep},
                     Statement(text, ctx.pick(("across the top face over the whole diameter", "straight across the whole top")), "pocket",
                               name="slot"))
    place_whole(part)


def round_stack(part: Part) -> None:
    """A disc with an off-centre cylinder on it and a cut beside, the way instruction writers like it."""
    ctx = part.ctx
    keys, dim, real = round_size(ctx, 0.6 * ctx.scale, ctx.scale)
    thick = ctx.between(0.05 * real, 0.3 * real)
    bases.prism(part, circle(keys, dim, real), thick, "disc", flat=True, sketched=sketched(part) or None, plane="xy")
    disc = part.solids[-1]
    cell = ctx.pick(((0, 0), (1, 0), (0, -1)))
    features.boss(part, disc, "top", cell=cell)
    disc.used["top"] = {(0, 0), (0, 1), (0, -1)}
    if ctx.chance(0.7):
        features.cut(part, disc, "top", cell=(-1, 0) if cell == (1, 0) else ctx.pick(((1, 0), (-1, 0))), through=True)
    place_whole(part)


FAMILIES = ((3.5, "disc_with_holes", disc_with_holes), (4.0, "ring", washer), (2.5, "bored_cylinder", bored_cylinder),
            (3.0, "stepped", stepped), (3.0, "flanged_pipe", flanged_pipe), (1.2, "two_bores", two_bores), (1.8, "nut", nut),
            (1.8, "bolt", bolt), (1.6, "dumbbell", dumbbell), (2.0, "wheel", wheel), (2.2, "cup", cup),
            (2.2, "revolved", revolved), (2.0, "tube", tube_with_holes), (1.6, "round_stack", round_stack))
