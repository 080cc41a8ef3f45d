"""Plain solids: boxes, cylinders, cones, spheres, tori, pyramids, wedges, prisms of every section."""

from __future__ import annotations

from typing import Any

from training.synthetic import bases
from training.synthetic.context import Context
from training.synthetic.families.common import say
from training.synthetic.figures import ALL
from training.synthetic.part import Part, Statement
from training.synthetic.shapes import POLYGON_WORDS, Shape
from training.synthetic.sizes import Dim, diameter, height, radius, round_size
from training.synthetic.transforms import place_whole
from training.synthetic.words import article


def box(part: Part) -> None:
    """A plain block."""
    bases.block(part, flat=part.ctx.chance(0.4))
    place_whole(part)


def cube(part: Part) -> None:
    """A cube by its edge."""
    ctx = part.ctx
    value = ctx.size(0.1, 1)
    text = ctx.length(value)
    noun = ctx.pick(
        (
            "a cube with "
            f"{ctx.pick(('a side of', 'sides of', 'an edge length of', 'edges of', 'a side length of'))} "
            f"{text}",
            f"a {text} cube" if not text.startswith(("8", "11", "18")) else f"an {text} cube",
            f"a cube of {text}",
            f"a cube, {text} on each side",
            f"a cube measuring {ctx.several([value] * 3)}",
            f"a cube whose edges are {text} long",
            f"a perfect cube of side {text}",
        )
    )
    part.add({"op": "box", "size": [value] * 3}, Statement(noun, action="base", name="cube"))
    place_whole(part)


def cylinder(part: Part) -> None:
    """A cylinder, standing or lying, solid or told as sketch and extrusion."""
    ctx = part.ctx
    if ctx.chance(0.3):
        keys, dim, real = round_size(ctx, 0.3 * ctx.scale, ctx.scale)
        long = ctx.between(0.3 * real, 3 * real)
        axis = ctx.pick("xyz")
        lying = ctx.pick(
            (
                " with its axis along {}",
                " whose axis is parallel to the {}-axis",
                " lying along the {} axis",
                ", its axis aligned with the {}-axis,",
                " oriented along {}",
            )
        ).format(axis.upper())
        operation: dict[str, Any] = {"op": "cylinder", **keys, "height": long}
        if axis == "x" and ctx.chance(0.4):
            lying = ctx.pick((" lying horizontally", " oriented horizontally", " in horizontal position"))
        if axis != "z":
            operation = {"op": "cylinder", "plane": {"x": "yz", "y": "xz"}[axis], **keys, "height": long}
        noun = ctx.pick(("cylinder", "rod", "bar", "shaft", "round bar"))
        say(part, operation, noun, [dim, Dim("length", "long", long)], after=lying, action="base")
        return
    bases.disc(part, flat=ctx.chance(0.4))
    place_whole(part)


def sphere(part: Part) -> None:
    """A ball, or half of one."""
    ctx = part.ctx
    keys, dim, _ = round_size(ctx, 0.3 * ctx.scale, ctx.scale)
    if ctx.chance(0.25):
        operation: dict[str, Any] = {
            "op": "revolve",
            "plane": "xz",
            "profile": [{"shape": "sector", **keys, "angle": 90}],
            "axis": "v",
        }
        say(
            part,
            operation,
            ctx.pick(("hemisphere", "half sphere", "dome", "half ball")),
            [dim],
            action="base",
        )
        return
    say(
        part,
        {"op": "sphere", **keys},
        ctx.pick(("sphere", "ball", "sphere", "solid sphere")),
        [dim],
        action="base",
    )
    place_whole(part)


def cone(part: Part) -> None:
    """A cone or a frustum."""
    ctx = part.ctx
    by_radius = ctx.chance(0.45)
    word, make, share = ("radius", radius, 0.5) if by_radius else ("diameter", diameter, 1.0)
    bottom = ctx.size(0.3 * share, share)
    tall = ctx.between(0.4 * float(bottom) / share, 2 * float(bottom) / share)
    if ctx.chance(0.5):
        say(
            part,
            {"op": "cone", f"bottom_{word}": bottom, "height": tall},
            ctx.pick(("cone", "cone", "solid cone", "pointed cone")),
            [make(bottom, kind="base"), height(ctx, tall)],
            action="base",
        )
        return
    top = ctx.between(0.2 * float(bottom), 0.85 * float(bottom))
    kinds = ctx.pick((("bottom", "top"), ("base", "top"), ("lower", "upper")))
    if ctx.chance(0.15):
        bottom, top = top, bottom
    say(
        part,
        {"op": "cone", f"bottom_{word}": bottom, f"top_{word}": top, "height": tall},
        ctx.pick(("frustum", "truncated cone", "conical frustum", "cone frustum", "tapered cylinder")),
        [make(bottom, kind=kinds[0]), make(top, kind=kinds[1]), height(ctx, tall)],
        action="base",
    )
    place_whole(part)


def torus(part: Part) -> None:
    """A doughnut."""
    ctx = part.ctx
    by_radius = ctx.chance(0.6)
    word, make, share = ("radius", radius, 0.5) if by_radius else ("diameter", diameter, 1.0)
    major = ctx.size(0.4 * share, share)
    minor = ctx.between(0.08 * float(major), 0.6 * float(major))
    kinds = ctx.pick((("major", "minor"), ("major", "minor"), ("ring", "tube")))
    say(
        part,
        {"op": "torus", f"major_{word}": major, f"minor_{word}": minor},
        ctx.pick(("torus", "torus", "donut", "doughnut shape")),
        [make(major, kind=kinds[0]), make(minor, kind=kinds[1])],
        action="base",
    )


def pyramid(part: Part) -> None:
    """Pyramids on regular and rectangular bases, whole or cut off, and the tetrahedron."""
    ctx = part.ctx
    kind = ctx.pick(("square", "rectangle", "regular", "tetrahedron"))
    a = ctx.size(0.3, 1)
    tall = ctx.size(0.3, 1.2)
    edge = ctx.pick(("side", "base side", "side length", "edge length"))
    if kind == "tetrahedron":
        operation: dict[str, Any] = {"op": "pyramid", "sides": 3, "side": a}
        say(
            part,
            operation,
            ctx.pick(("tetrahedron", "regular tetrahedron")),
            [Dim(ctx.pick(("edge length", "side length", "edge")), "on every edge", a)],
            action="base",
        )
        return
    if kind == "rectangle":
        b = ctx.size(0.3, 0.9)
        say(
            part,
            {"op": "pyramid", "size": [a, b], "height": tall},
            ctx.pick(("rectangular pyramid", "pyramid")),
            [
                Dim("base length", "long at the base", a),
                Dim("base width", "wide at the base", b),
                height(ctx, tall),
            ],
            action="base",
        )
        return
    sides = 4 if kind == "square" else ctx.pick((3, 5, 6, 8))
    word = {
        4: ("square pyramid", "pyramid with a square base"),
        3: ("triangular pyramid", "three-sided pyramid"),
    }.get(
        sides, (f"{POLYGON_WORDS.get(sides, ('', ''))[1]} pyramid", f"pyramid with {ctx.count(sides)} sides")
    )
    say(
        part,
        {"op": "pyramid", "sides": sides, "side": a, "height": tall},
        ctx.pick(word),
        [Dim(edge, "on each base side", a), height(ctx, tall)],
        action="base",
    )


def wedge(part: Part) -> None:
    """A ramp: a right triangle or right trapezoid pushed along."""
    ctx = part.ctx
    long, wide, tall = ctx.size(0.4, 1), ctx.size(0.2, 0.7), ctx.size(0.15, 0.6)
    noun = ctx.pick(("wedge", "ramp", "wedge", "sloped wedge", "triangular wedge"))
    say(
        part,
        {"op": "wedge", "size": [long, wide, tall]},
        noun,
        [Dim("length", "long", long), Dim("width", "wide", wide), height(ctx, tall)],
        action="base",
        compact=3,
        after=ctx.pick(("", "", ", running out to a sharp edge")),
    )
    place_whole(part)


_FLAT = ("plate", "plate", "tile", "sheet", "panel", "shape")
_TALL = ("prism", "prism", "bar", "block", "solid", "column", "body")


def section(part: Part) -> None:
    """Any plane shape pushed along: prisms, profile bars, plates of odd outline."""
    ctx = part.ctx
    shape = ctx.rng.weighted(ALL)(ctx, ctx.scale, ctx.scale * ctx.pick((1, 0.8, 0.6)))
    flat = ctx.chance(0.45)
    rise = ctx.size(0.02, 0.2) if flat else ctx.size(0.25, 2)
    noun = section_noun(ctx, shape, flat)
    bases.prism(part, shape, rise, noun, flat=flat)
    place_whole(part)


def section_noun(ctx: Context, shape: Shape, flat: bool) -> str:
    """What a solid of this section is called."""
    bare = shape.loop["shape"]
    words: tuple[str, ...]
    if (bare == "circle" and "wall" not in shape.loop) or (
        bare in ("ellipse", "semicircle", "sector") and ctx.chance(0.5)
    ):
        words = ("disc", "plate") if flat else ("column", "bar", "prism")
        return f"{shape.adjective} {ctx.pick(words)}"
    if "letter" in shape.tags and not flat:
        return (
            f"{shape.adjective} {ctx.pick(('profile', 'beam', 'bar', 'extrusion', 'section', 'prism'))}"
            if not shape.adjective.endswith("profile")
            else f"{shape.adjective} bar"
        )
    if bare == "ring" or "wall" in shape.loop:
        if bare in ("ring", "circle"):
            return (
                ctx.pick(("ring", "flat ring", "annular disc"))
                if flat
                else ctx.pick(("tube", "hollow cylinder", "pipe", "tube", "sleeve"))
            )
        kind = "square" if bare == "square" else "rectangular"
        words = ("frame",) if flat else ("tube", "pipe", "hollow section")
        return f"{kind} {ctx.pick(words)}"
    return f"{shape.adjective} {ctx.pick(_FLAT if flat else _TALL)}"


def vague(part: Part) -> None:
    """A plain shape without any sizes: sensible ones are chosen, in no unit."""
    ctx = part.ctx
    ctx.unit, ctx.numbers.unit = "unit", "unit"
    name, operation = ctx.pick(_VAGUE)
    part.add(dict(operation), Statement(article(name), action="base", name=name))
    if ctx.style in ("steps", "numbered"):
        ctx.style = "brief"


#: Plain shapes with the sizes they get when the request gives none.
_VAGUE: tuple[tuple[str, dict[str, Any]], ...] = (
    ("cube", {"op": "box", "size": [20, 20, 20]}),
    ("box", {"op": "box", "size": [40, 30, 20]}),
    ("rectangular block", {"op": "box", "size": [40, 30, 20]}),
    ("cuboid", {"op": "box", "size": [40, 30, 20]}),
    ("rectangular prism", {"op": "box", "size": [40, 30, 20]}),
    ("plate", {"op": "box", "size": [40, 30, 5]}),
    ("rectangular plate", {"op": "box", "size": [40, 30, 5]}),
    ("thin plate", {"op": "box", "size": [40, 30, 2]}),
    ("cylinder", {"op": "cylinder", "diameter": 20, "height": 40}),
    ("tall cylinder", {"op": "cylinder", "diameter": 20, "height": 100}),
    ("long thin cylinder", {"op": "cylinder", "diameter": 5, "height": 100}),
    ("short wide cylinder", {"op": "cylinder", "diameter": 60, "height": 10}),
    ("disc", {"op": "cylinder", "diameter": 60, "height": 10}),
    ("rod", {"op": "cylinder", "diameter": 5, "height": 100}),
    ("sphere", {"op": "sphere", "diameter": 20}),
    ("ball", {"op": "sphere", "diameter": 20}),
    ("cone", {"op": "cone", "bottom_diameter": 20, "height": 40}),
    ("torus", {"op": "torus", "major_diameter": 40, "minor_diameter": 10}),
    (
        "ring",
        {
            "op": "extrude",
            "profile": [{"shape": "ring", "outer_diameter": 60, "inner_diameter": 40}],
            "depth": 10,
        },
    ),
    (
        "washer",
        {
            "op": "extrude",
            "profile": [{"shape": "ring", "outer_diameter": 20, "inner_diameter": 10}],
            "depth": 2,
        },
    ),
    (
        "tube",
        {
            "op": "extrude",
            "profile": [{"shape": "ring", "outer_diameter": 20, "inner_diameter": 16}],
            "depth": 100,
        },
    ),
    (
        "pipe",
        {
            "op": "extrude",
            "profile": [{"shape": "ring", "outer_diameter": 20, "inner_diameter": 16}],
            "depth": 100,
        },
    ),
    (
        "hollow cylinder",
        {
            "op": "extrude",
            "profile": [{"shape": "ring", "outer_diameter": 20, "inner_diameter": 16}],
            "depth": 40,
        },
    ),
    (
        "hexagonal prism",
        {"op": "extrude", "profile": [{"shape": "polygon", "sides": 6, "side": 20}], "depth": 40},
    ),
    (
        "triangular prism",
        {"op": "extrude", "profile": [{"shape": "polygon", "sides": 3, "side": 20}], "depth": 40},
    ),
    (
        "octagonal prism",
        {"op": "extrude", "profile": [{"shape": "polygon", "sides": 8, "side": 20}], "depth": 40},
    ),
    (
        "L profile",
        {"op": "extrude", "profile": [{"shape": "l", "size": [40, 40], "thickness": 5}], "depth": 100},
    ),
    (
        "U profile",
        {"op": "extrude", "profile": [{"shape": "u", "size": [40, 40], "thickness": 5}], "depth": 100},
    ),
    ("square plate", {"op": "box", "size": [40, 40, 5]}),
    ("pyramid", {"op": "pyramid", "sides": 4, "side": 40, "height": 40}),
    ("wedge", {"op": "wedge", "size": [40, 20, 20]}),
)

FAMILIES = (
    (3.0, "box", box),
    (1.2, "cube", cube),
    (3.0, "cylinder", cylinder),
    (1.2, "sphere", sphere),
    (1.6, "cone", cone),
    (0.8, "torus", torus),
    (1.2, "pyramid", pyramid),
    (0.8, "wedge", wedge),
    (10.0, "section", section),
    (1.0, "unsized", vague),
)
