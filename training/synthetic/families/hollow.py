"""Hollow things: trays, open boxes, enclosures, frames, square tubes, half pipes, channels."""

from __future__ import annotations

from typing import Any

from training.synthetic import bases, cutting, finishing, holes
from training.synthetic.families.common import box_on, say, sketched
from training.synthetic.figures import frame, letter
from training.synthetic.part import Part, Statement
from training.synthetic.shapes import Shape
from training.synthetic.sizes import Dim, depth, diameter, thing
from training.synthetic.transforms import place_whole


def shelled_box(part: Part) -> None:
    """An open box by its wall thickness."""
    ctx = part.ctx
    solid = bases.block(
        part,
        flat=False,
        noun=ctx.pick(("box", "rectangular box", "enclosure", "tray", "container", "housing", "cuboid")),
    )
    if solid.main != "top" or not finishing.hollow(part, solid):
        return
    if ctx.chance(0.3):
        a = 0.25 * min(solid.face_size("front"))
        size = ctx.between(0.4 * a, a)
        face = ctx.pick([word for word in ("front", "right") if word not in part.operations[-1]["open"]])
        say(
            part,
            {
                "op": "extrude",
                "mode": "cut",
                "face": face,
                "profile": [{"shape": "circle", "diameter": size}],
                "depth": part.operations[-1]["thickness"],
            },
            ctx.pick(("hole", "cable hole", "round opening")),
            [diameter(size)],
            ctx.pick((f"through the {face} wall, in its middle", f"in the centre of the {face} wall")),
            action="hole",
            name="hole",
        )
    place_whole(part)


def pocket_box(part: Part) -> None:
    """A tray made by cutting a pocket into a block."""
    ctx = part.ctx
    a, b, c = ctx.size(0.5, 1), ctx.size(0.35, 0.8), ctx.size(0.15, 0.5)
    sketch = sketched(part)
    name = ctx.pick(("block", "box", "rectangular block", "base block"))
    box_on(part, [a, b, c], name, sketch=sketch)
    solid = part.solid(name, (a, b, c))
    if ctx.chance(0.5):
        inner = Shape({}, "rectangle", "rectangular", [], (0, 0), 2)
        x, y = ctx.between(0.55 * a, 0.9 * a), ctx.between(0.55 * b, 0.9 * b)
        inner.loop, inner.dims = (
            {"shape": "rectangle", "size": [x, y]},
            [Dim("length", "long", x), Dim("width", "wide", y)],
        )
        cutting.cut(part, solid, "top", cell=(0, 0), through=False, shape=inner)
    else:  # the pocket told by the wall that is left
        wall = ctx.between(0.04 * min(a, b), 0.15 * min(a, b))
        deep = ctx.between(0.5 * c, 0.9 * c)
        loop = {"shape": "rectangle", "size": [f"{_n(a)}-2*{_n(wall)}", f"{_n(b)}-2*{_n(wall)}"]}
        texts = ctx.length(wall), ctx.length(deep)
        part.add(
            {"op": "extrude", "mode": "cut", "face": "top", "profile": [loop], "depth": deep},
            Statement(
                imperative=ctx.pick(
                    (
                        f"cut a pocket {texts[1]} deep into the top, leaving walls of {texts[0]} all around",
                        f"hollow it from the top to a depth of {texts[1]} so that {texts[0]} thick walls "
                        "remain",
                        f"sink a rectangular pocket of {texts[1]} depth into the top face, {texts[0]} "
                        "inside every edge",
                    )
                ),
                declarative=ctx.pick(
                    (
                        f"a pocket {texts[1]} deep is cut into the top, leaving {texts[0]} of wall on "
                        "every side",
                        f"its top has a rectangular pocket, {texts[1]} deep, with walls of {texts[0]} "
                        "around it",
                    )
                ),
                name="pocket",
            ),
        )
    if ctx.chance(0.4):
        holes.drill(part, solid, ctx.pick(("front", "right")))
        if "depth" not in part.operations[-1]:
            del part.statements[-1].tails[:]
    place_whole(part)


def _n(value: int | float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")


def frame_part(part: Part) -> None:
    """Picture frames and square tubes by their wall."""
    ctx = part.ctx
    shape = frame(ctx, ctx.scale, 0.8 * ctx.scale)
    flat = ctx.chance(0.5)
    rise = ctx.size(0.02, 0.12) if flat else ctx.size(0.4, 2)
    kind = "square" if shape.loop["shape"] == "square" else "rectangular"
    noun = (
        ctx.pick((f"{kind} frame", f"{kind} frame", "frame" if kind == "rectangular" else "square frame"))
        if flat
        else ctx.pick((f"{kind} tube", f"{kind} pipe", f"{kind} hollow section", f"hollow {kind} bar"))
    )
    bases.prism(part, shape, rise, noun, flat=flat)
    place_whole(part)


def tube_by_two(part: Part) -> None:
    """A square or rectangular pipe made by two sketches: extrude one, cut the smaller one."""
    ctx = part.ctx
    a = ctx.size(0.3, 0.7)
    square = ctx.chance(0.6)
    b = a if square else ctx.size(0.3, 0.7)
    inner_a = ctx.between(0.5 * a, 0.92 * a)
    inner_b = inner_a if square else ctx.between(0.5 * b, 0.92 * b)
    long = ctx.size(0.4, 1.5)
    plane = ctx.pick(("xy", "xy", "xz", "yz"))
    if square:
        outer_shape = Shape(
            {"shape": "square", "side": a},
            "square",
            "square",
            [Dim("side", "on each side", a)],
            (float(a),) * 2,
        )
        inner_loop: dict[str, Any] = {"shape": "square", "side": inner_a}
        inner_words = thing(ctx, "smaller square", [Dim("side", "on each side", inner_a)])
    else:
        outer_shape = Shape(
            {"shape": "rectangle", "size": [a, b]},
            "rectangle",
            "rectangular",
            [Dim("length", "long", a), Dim("width", "wide", b)],
            (float(a), float(b)),
            2,
        )
        inner_loop = {"shape": "rectangle", "size": [inner_a, inner_b]}
        inner_words = thing(
            ctx,
            "smaller rectangle",
            [Dim("length", "long", inner_a), Dim("width", "wide", inner_b)],
            compact=2,
        )
    ctx.style = ctx.pick(("steps", "steps", "numbered"))
    part.title = (
        ctx.pick(("square pipe", "square tube"))
        if square
        else ctx.pick(("rectangular pipe", "rectangular tube"))
    )
    bases.prism(part, outer_shape, long, "bar", flat=False, sketched=True, plane=plane)
    one = ctx.pick(
        (
            f"draw {inner_words} in the middle of the end face",
            f"sketch {inner_words} centred at the same point",
            f"draw {inner_words} with the same centre",
        )
    )
    two = ctx.pick(
        (
            "cut it through the whole length to make it hollow",
            "extrude it negatively through the entire bar",
            "remove it along the full length",
            "cut it all the way through, so that a pipe is left",
        )
    )
    part.add(
        {"op": "extrude", "mode": "cut", "face": "end", "profile": [inner_loop], "extent": "through"},
        Statement(inner_words, "", "cut", steps=(one, two), name="hole"),
    )
    place_whole(part)


def half_pipe(part: Part) -> None:
    """Half pipes and gutters: a tube with half of it cut away, or a ring sector."""
    ctx = part.ctx
    outer = ctx.size(0.4, 0.9)
    long = ctx.size(0.5, 1.6)
    if ctx.chance(0.5):
        inner = ctx.between(0.6 * outer, 0.92 * outer)
        name = ctx.pick(("half pipe", "gutter", "half tube", "pipe cut in half lengthwise"))
        part.title = name if "cut" not in name else "half pipe"
        dims = [diameter(outer, kind="outer"), diameter(inner, kind="inner"), Dim("length", "long", long)]
        loop = {"shape": "ring_sector", "outer_diameter": outer, "inner_diameter": inner, "angle": 180}
        say(part, {"op": "extrude", "profile": [loop], "depth": long}, name, dims, action="base")
    else:
        wall = ctx.between(0.05 * outer, 0.2 * outer)
        loop = {"shape": "circle", "diameter": outer, "wall": wall}
        dims = [
            diameter(outer, kind="outer"),
            Dim("wall thickness", "thick in the wall", wall),
            Dim("length", "long", long),
        ]
        say(
            part,
            {"op": "extrude", "profile": [loop], "depth": long},
            ctx.pick(("hollow cylinder", "pipe", "tube")),
            dims,
            action="base",
        )
        part.solid("pipe", (outer, outer, long), "odd")
        half = ctx.pick(("right", "left", "front", "back"))
        box_loop: dict[str, Any] = {"shape": "square", "side": outer}
        if half in ("right", "left"):
            size: list[Any] = [f"{_n(outer)}/2", outer]
        else:
            size = [outer, f"{_n(outer)}/2"]
        box_loop = {"shape": "rectangle", "size": size, "from": half}
        part.add(
            {"op": "extrude", "mode": "cut", "face": "top", "profile": [box_loop], "extent": "through"},
            Statement(
                imperative=ctx.pick(
                    (
                        f"cut away its {half} half along the whole length",
                        f"remove the {half} half of it",
                        f"cut it in half lengthwise and take the {half} half away",
                    )
                ),
                declarative=ctx.pick(
                    (
                        f"its {half} half is cut away over the full length",
                        f"the {half} half of the pipe is removed",
                        f"the {half} half is missing",
                    )
                ),
                name="half",
            ),
        )
    place_whole(part)


def channel(part: Part) -> None:
    """U channels and profile bars with holes in their base."""
    ctx = part.ctx
    shape = letter(ctx, 0.5 * ctx.scale, 0.4 * ctx.scale, ctx.pick(("u", "u", "l", "t", "i")))
    long = ctx.size(0.5, 1.6)
    bases.prism(
        part,
        shape,
        long,
        ctx.pick((f"{shape.adjective} beam", f"{shape.adjective} bar", f"{shape.adjective} extrusion")),
        flat=False,
    )
    place_whole(part)


def lid(part: Part) -> None:
    """A cover: a plate with a smaller raised plate under or on it, told by the margin all around."""
    ctx = part.ctx
    a, b = ctx.size(0.5, 1), ctx.size(0.4, 0.8)
    one, two = ctx.size(0.03, 0.12), ctx.size(0.03, 0.12)
    margin = ctx.between(0.03 * min(a, b), 0.15 * min(a, b))
    sketch = sketched(part)
    box_on(part, [a, b, one], ctx.pick(("plate", "base plate", "cover")), sketch=sketch)
    part.solid("plate", (a, b, one))
    texts = ctx.length(margin), ctx.length(two)
    size = [f"{_n(a)}-2*{_n(margin)}", f"{_n(b)}-2*{_n(margin)}"]
    sketch = sketch or ctx.chance(0.3)
    profile = {
        "op": "extrude",
        "face": "top",
        "profile": [{"shape": "rectangle", "size": size}],
        "depth": two,
    }
    step = (
        ctx.pick(
            (
                f"on top, sketch a second rectangle that is smaller by {texts[0]} on every side",
                f"draw another rectangle on its top face, {texts[0]} inside the edges all around",
                f"sketch a rectangle on top whose sides lie {texts[0]} within those of the first one",
            )
        ),
        ctx.pick((f"extrude it {texts[1]} upwards", f"extrude it by {texts[1]}", f"raise it by {texts[1]}")),
    )
    statement = Statement(
        ctx.pick(
            (
                f"a second plate, {texts[1]} thick and smaller by {texts[0]} on each side,",
                f"a {texts[1]} thick raised panel that stays {texts[0]} away from all edges",
                f"a smaller plate {texts[1]} thick with a margin of {texts[0]} all around",
            )
        ),
        ctx.pick(("centred on top", "on the top face", "on top of it")),
        steps=step,
        name="second plate",
    )
    part.add(profile if sketch else {"op": "box", "face": "top", "size": [*size, two]}, statement)
    if not sketch:
        statement.steps = ()
    elif ctx.style not in ("steps", "numbered"):
        part.operations[-1] = {"op": "box", "face": "top", "size": [*size, two]}
    place_whole(part)


def groove_block(part: Part) -> None:
    """A block with a groove or a step."""
    ctx = part.ctx
    solid = bases.block(part, flat=False)
    if not cutting.groove(part, solid):
        cutting.cut(part, solid)
    if ctx.chance(0.3):
        holes.drill(part, solid, "front")
    place_whole(part)


def deep_recess(part: Part) -> None:
    """A block with a stepped recess: a wide shallow pocket and a narrow deep one in its floor."""
    ctx = part.ctx
    solid = bases.block(part, flat=False, noun="block")
    if solid.main != "top":
        return
    x, y, z = solid.size
    a, b = ctx.between(0.5 * x, 0.85 * x), ctx.between(0.5 * y, 0.85 * y)
    deep = ctx.between(0.15 * z, 0.4 * z)
    shape = Shape(
        {"shape": "rectangle", "size": [a, b]},
        "rectangle",
        "rectangular",
        [Dim("length", "long", a), Dim("width", "wide", b)],
        (float(a), float(b)),
        2,
    )
    solid.used = {}
    flat = list(shape.dims)
    cutting.cut(part, solid, "top", cell=(0, 0), through=False, shape=shape)
    part.operations[-1]["depth"] = deep
    part.statements[-1] = Statement(
        thing(ctx, "rectangular pocket", [*flat, depth(deep)], compact=2),
        ctx.pick(("in the centre of the top face", "in the middle of the top")),
        "pocket",
        name="pocket",
        upto=len(part.operations),
    )
    part.operations[-1]["id"] = "pocket"
    size = ctx.between(0.2 * min(a, b), 0.6 * min(a, b))
    rest = 0.8 * (z - float(deep))
    where = ctx.pick(
        (
            "in the middle of the pocket's floor",
            "in the centre of the floor of the pocket",
            "from the bottom of the pocket",
        )
    )
    if ctx.chance(0.5):
        say(
            part,
            {"op": "hole", "face": "pocket.floor", "diameter": size},
            "hole",
            [diameter(size)],
            where + ctx.pick((", all the way through", " through the rest of the block", "")),
            action="hole",
            name="hole",
        )
    else:
        more = ctx.between(0.3 * rest, 0.9 * rest)
        say(
            part,
            {"op": "hole", "face": "pocket.floor", "diameter": size, "depth": more},
            ctx.pick(("blind hole", "round recess")),
            [diameter(size), depth(more)],
            where,
            action="hole",
            name="hole",
        )
    place_whole(part)


FAMILIES = (
    (2.5, "shelled_box", shelled_box),
    (3.0, "pocket_box", pocket_box),
    (2.2, "frame", frame_part),
    (2.0, "tube_by_two", tube_by_two),
    (2.0, "half_pipe", half_pipe),
    (1.0, "profile_bar", channel),
    (1.6, "lid", lid),
    (2.0, "grooved_block", groove_block),
    (1.2, "deep_recess", deep_recess),
)
