"""Brackets and mounts: angles, T and U brackets, gussets, bearing blocks, ribs, clevises, corner blocks."""

from __future__ import annotations

from typing import Any

from training.synthetic import bases, finishing, holes
from training.synthetic.families.common import box_on, say, sketched
from training.synthetic.figures import letter
from training.synthetic.part import Part, Statement
from training.synthetic.placing import claim
from training.synthetic.sizes import Dim, diameter, height, thickness, thing
from training.synthetic.transforms import place_whole

_ALL = [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1)]


def angle(part: Part) -> None:
    """An L bracket of two plates: base and upright wall, with holes in both."""
    ctx = part.ctx
    part.title = ctx.pick(
        ("angle bracket", "L bracket", "mounting bracket", "corner bracket", "shelf bracket")
    )
    a, b, t = ctx.size(0.4, 1), ctx.size(0.3, 0.7), ctx.size(0.04, 0.12)
    tall = ctx.size(0.25, 0.8)
    sketch = sketched(part)
    box_on(
        part,
        [a, b, t],
        ctx.pick(("base plate", "plate", "base")),
        sketch=sketch,
        names=("length", "width", "thickness"),
    )
    base = part.solid("base plate", (a, b, t))
    edge = ctx.pick(("back", "left", "right", "front", "back"))
    along_x = edge in ("back", "front")
    wall = t if ctx.chance(0.5) else ctx.size(0.04, 0.12)
    size = [a, wall, tall] if along_x else [wall, b, tall]
    noun = ctx.pick(("wall", "upright plate", "vertical plate", "upright"))
    run = a if along_x else b
    dims = [Dim("length", "long", run), thickness(wall), height(ctx, tall)]
    where = ctx.pick(
        (
            f"along the {edge} edge of the base, flush with it",
            f"on top, flush with the {edge} edge",
            f"standing on the {edge} edge of the base",
            f"on the base plate, against its {edge} edge",
        )
    )
    say(part, {"op": "box", "face": "top", "from": edge, "size": size}, noun, dims, where)
    upright = part.solid(noun, (size[0], size[1], size[2]))
    upright.main = {"back": "front", "front": "back", "left": "right", "right": "left"}[edge]
    # holes keep clear of the wall
    claim(
        base,
        "top",
        [cell for cell in _ALL if cell[1 if along_x else 0] != 0 or cell == (0, 0)]
        if ctx.chance(0.5)
        else [cell for cell in _ALL if cell[1 if along_x else 0] == (1 if edge in ("back", "right") else -1)],
    )
    if ctx.chance(0.8):
        holes.drill(part, upright, upright.main, kinds=("centre", "row", "pair"))
    if ctx.chance(0.7):
        holes.drill(part, base, "top", kinds=("centre", "row", "pair", "pair2", "cell"))
    place_whole(part)


def profile(part: Part) -> None:
    """A bracket extruded from an L, T or U profile."""
    ctx = part.ctx
    kind = ctx.pick(("l", "l", "t", "u"))
    shape = letter(ctx, 0.8 * ctx.scale, 0.7 * ctx.scale, kind)
    name = f"{kind.upper()} bracket"
    part.title = name
    solid = bases.prism(
        part,
        shape,
        ctx.size(0.2, 0.8),
        ctx.pick((name, f"{kind.upper()}-shaped bracket")),
        flat=False,
        plane="xy",
    )
    if ctx.chance(0.6) and "thickness" in shape.loop:
        size = ctx.between(0.08 * min(solid.size), 0.3 * min(solid.size))
        face, words = {
            "l": ("left", ("vertical leg", "upright leg")),
            "t": ("back", ("flange", "top flange")),
            "u": ("front", ("base", "web")),
        }[kind]
        deep = shape.loop["thickness"]
        say(
            part,
            {"op": "hole", "face": face, "diameter": size, "depth": deep},
            ctx.pick(("hole", "through hole")),
            [diameter(size)],
            f"through the {ctx.pick(words)} in the middle of the {face} face",
            action="hole",
            name="hole",
        )
    place_whole(part)


def u_bracket(part: Part) -> None:
    """A base with two equal walls, often with a pin hole through both (clevis, fork, cradle)."""
    ctx = part.ctx
    part.title = ctx.pick(("U bracket", "clevis", "fork", "bearing block", "cradle", "pin mount"))
    a, b, t = ctx.size(0.5, 1), ctx.size(0.25, 0.6), ctx.size(0.06, 0.2)
    wall, tall = ctx.between(0.06 * a, 0.22 * a), ctx.size(0.25, 0.7)
    sketch = sketched(part)
    box_on(part, [a, b, t], ctx.pick(("base", "base plate", "base block")), sketch=sketch)
    part.solid("base", (a, b, t))
    noun = ctx.pick(("wall", "side plate", "upright", "ear"))
    dims = [thickness(wall), Dim("width", "wide", b), height(ctx, tall)]
    inner = ctx.chance(0.3)
    repeat: dict[str, Any] = {"edges": ["left", "right"], "pad": 0}
    where = ctx.pick(
        (
            "on top, one flush with the left and one flush with the right edge",
            "at the left and right edges of the base, flush with them",
            "standing on the left and the right end of the base",
        )
    )
    if inner:
        gap = ctx.between(0.2 * a, a - 2.2 * float(wall))
        repeat = {"grid": [2, 1], "gap": gap}
        where = ctx.pick(
            (
                f"on top, side by side with a clear gap of {ctx.length(gap)} between them",
                f"on the base, leaving {ctx.length(gap)} between them",
                f"on top with {ctx.length(gap)} of space between them, centred",
            )
        )
    say(
        part,
        {"op": "box", "face": "top", "size": [wall, b, tall], "repeat": repeat},
        noun,
        dims,
        where,
        count=2,
    )
    if ctx.chance(0.7):
        size = ctx.between(0.2 * min(b, tall), 0.5 * min(b, tall))
        down = ctx.between(max(0.6 * size, 0.25 * tall), max(0.7 * size, 0.5 * tall))
        if down + size / 2 < tall:
            text = ctx.length(down)
            wall_id = part.identify(1, noun)
            say(
                part,
                {"op": "hole", "face": f"{wall_id}.left", "from": "top", "inset": down, "diameter": size},
                ctx.pick(("pin hole", "cross hole", "hole", "bore")),
                [diameter(size)],
                ctx.pick(
                    (
                        f"through both {noun}s, its centre {text} below their top",
                        f"crosswise through both {noun}s, {text} below the top edge",
                    )
                ),
                action="hole",
                name="pin hole",
            )
    place_whole(part)


def gusset(part: Part) -> None:
    """Triangular gussets with legs, sometimes holes or a cut tip."""
    ctx = part.ctx
    a, b = ctx.size(0.4, 1), ctx.size(0.3, 0.9)
    equal = ctx.chance(0.3)
    if equal:
        b = a
    t = ctx.size(0.03, 0.15)
    noun = ctx.pick(("gusset", "gusset plate", "triangular gusset", "stiffener", "corner gusset"))
    legs = ctx.pick(
        (
            f"with legs of {ctx.length(a)} and {ctx.length(b)}",
            f"with a base of {ctx.length(a)} and a height of {ctx.length(b)}",
            f"whose perpendicular edges are {ctx.length(a)} and {ctx.length(b)} long",
        )
    )
    if equal:
        legs = f"with two legs of {ctx.length(a)}"
    text = ctx.length(t)
    words = ctx.pick(
        (
            f"a {text} thick right-triangular {noun.split()[-1]} {legs}",
            f"a {noun} {legs} and a thickness of {text}, shaped as a right triangle",
            f"a right-angled {noun.removeprefix('triangular ')} {legs}, {text} thick",
        )
    )
    part.title = noun
    part.add(
        {"op": "extrude", "profile": [{"shape": "right_triangle", "size": [a, b]}], "depth": t},
        Statement(words, action="base", name=noun),
    )
    if ctx.chance(0.5):
        size = ctx.between(0.08 * min(a, b), 0.2 * min(a, b))
        x, y = ctx.between(0.16 * a, 0.28 * a), ctx.between(0.16 * b, 0.28 * b)
        say(
            part,
            {"op": "hole", "face": "top", "from": "front-left", "inset": [x, y], "diameter": size},
            ctx.pick(("hole", "bolt hole")),
            [diameter(size)],
            ctx.pick(
                (
                    f"near the right-angled corner, {ctx.length(x)} from the left edge and "
                    f"{ctx.length(y)} from the front edge",
                    f"{ctx.length(x)} from the left and {ctx.length(y)} from the front edge",
                )
            ),
            action="hole",
            name="hole",
        )
    place_whole(part)


def ribbed(part: Part) -> None:
    """A plate with upright ribs or fins in a row: heat sinks, combs, racks."""
    ctx = part.ctx
    part.title = ctx.pick(("heat sink", "finned plate", "comb", "rack", "ribbed plate"))
    a, b, t = ctx.size(0.5, 1), ctx.size(0.3, 0.7), ctx.size(0.04, 0.12)
    box_on(part, [a, b, t], ctx.pick(("base plate", "base", "plate")), sketch=sketched(part))
    part.solid("base", (a, b, t))
    count = ctx.pick((3, 4, 5, 6, 7, 8))
    pitch = ctx.between(0.6 * a / count, 0.98 * a / count)
    thick = ctx.between(0.25 * pitch, 0.6 * pitch)
    tall = ctx.size(0.1, 0.5)
    noun = ctx.pick(("fin", "rib", "cooling fin", "upright rib"))
    repeat: dict[str, Any] = {"grid": [count, 1], "pitch": pitch}
    text = ctx.length(pitch)
    where = ctx.pick(
        (
            f"on top, spaced {text} from centre to centre",
            f"in a row along the length at a pitch of {text}",
            f"on the top face, {text} apart, centred",
        )
    )
    if ctx.chance(0.3):
        gap = ctx.between(0.3 * pitch, 0.7 * pitch)
        if count * thick + (count - 1) * gap < a:
            repeat = {"grid": [count, 1], "gap": gap}
            where = ctx.pick(
                (
                    f"in a row on top with gaps of {ctx.length(gap)} between them",
                    f"on the top face, {ctx.length(gap)} of air between neighbours",
                )
            )
    dims = [thickness(thick), Dim("length", "long", b), height(ctx, tall)]
    say(
        part,
        {"op": "box", "face": "top", "size": [thick, b, tall], "repeat": repeat},
        noun,
        dims,
        where,
        count=count,
    )
    place_whole(part)


def bearing(part: Part) -> None:
    """A pillow block: a base, a block on it and a bore from front to back, with bolt holes in the base."""
    ctx = part.ctx
    part.title = ctx.pick(("pillow block", "bearing mount", "shaft support", "bearing block"))
    a, b, t = ctx.size(0.7, 1), ctx.size(0.25, 0.5), ctx.size(0.08, 0.16)
    c, tall = ctx.between(0.35 * a, 0.55 * a), ctx.size(0.3, 0.6)
    sketch = sketched(part)
    box_on(part, [a, b, t], ctx.pick(("base", "base plate", "foot plate")), sketch=sketch)
    base = part.solid("base", (a, b, t))
    box_on(
        part,
        [c, b, tall],
        ctx.pick(("block", "upright block")),
        face="top",
        where=ctx.pick(("centred on top", "in the middle of the base")),
        sketch=sketch,
    )
    block = part.solid("block", (c, b, tall))
    size = ctx.between(0.3 * min(c, tall), 0.7 * min(c, tall))
    say(
        part,
        {"op": "hole", "face": "front", "diameter": size},
        ctx.pick(("bore", "shaft hole", "bearing bore", "hole")),
        [diameter(size)],
        ctx.pick(
            (
                "through the block from front to back, in its middle",
                "in the centre of the block's front face, right through",
                "horizontally through the middle of the block, from the front",
            )
        ),
        action="hole",
        name="bore",
    )
    claim(block, "front", _ALL)
    claim(base, "top", [cell for cell in _ALL if cell[0] == 0 or cell[1] != 0])
    holes.drill(part, base, "top", kinds=("pair",))
    if ctx.chance(0.3):
        finishing.soften(part, base)
    place_whole(part)


def hinge_plate(part: Part) -> None:
    """A plate with a tube or bar along one edge, or a boss with a coaxial hole through plate and boss."""
    ctx = part.ctx
    solid = bases.block(part, flat=True)
    if solid.main != "top":
        place_whole(part)
        return
    short = min(solid.face_size("top"))
    outer = ctx.between(0.3 * short, 0.6 * short)
    rise = ctx.between(0.1 * short, 0.5 * short)
    bore = ctx.between(0.3 * outer, 0.75 * outer)
    noun = ctx.pick(("cylindrical boss", "round boss", "boss", "hub", "collar"))
    say(
        part,
        {"op": "cylinder", "face": "top", "diameter": outer, "height": rise},
        noun,
        [diameter(outer), height(ctx, rise)],
        ctx.pick(("in the centre of the top face", "in the middle of the plate", "on top, centred")),
    )
    claim(solid, "top", [cell for cell in _ALL if not (cell[0] and cell[1])])
    part.solid(noun, (outer, outer, rise), "z")
    say(
        part,
        {"op": "hole", "face": "top", "diameter": bore},
        ctx.pick(("hole", "bore", "concentric hole")),
        [diameter(bore)],
        ctx.pick(
            (
                f"through the {noun} and the {solid.noun}",
                f"down through both the {noun} and the {solid.noun}",
                f"concentric with the {noun}, all the way through",
                "in its centre, through everything",
            )
        ),
        action="hole",
        name="bore",
    )
    if ctx.chance(0.75):
        holes.drill(part, solid, "top", kinds=("corners",))
    if ctx.chance(0.2):
        statement = Statement(imperative="", name="fillet")
        value = ctx.between(0.05 * short, 0.12 * short)
        text = ctx.length(value)
        statement.imperative = (
            f"round the vertical edges of the {solid.noun} with {thing(ctx, 'radius', [])} of {text}"
        )
        statement.declarative = f"the vertical edges of the {solid.noun} are rounded with a radius of {text}"
        part.add(
            {
                "op": "fillet",
                "edges": [f"{part.identify(solid.index, solid.noun)}.vertical"],
                "radius": value,
            },
            statement,
        )
    place_whole(part)


FAMILIES = (
    (2.6, "angle_bracket", angle),
    (1.4, "profile_bracket", profile),
    (2.2, "u_bracket", u_bracket),
    (1.2, "gusset", gusset),
    (1.6, "ribbed_plate", ribbed),
    (1.4, "bearing_block", bearing),
    (2.4, "boss_plate", hinge_plate),
)
