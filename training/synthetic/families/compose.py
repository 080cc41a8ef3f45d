"""Free composition: a base and one to seven random modifications, each with its own words."""

from __future__ import annotations

from training.synthetic import bases, cutting, finishing, holes, raising
from training.synthetic.part import Part, Solid
from training.synthetic.shapes import circle, polygon, rectangle, square
from training.synthetic.transforms import place_whole


def _base(part: Part) -> Solid:
    kind = part.ctx.rng.weighted(((34, "plate"), (34, "block"), (9, "disc"), (13, "cylinder"), (10, "prism")))
    if kind == "prism":
        ctx = part.ctx
        shape = ctx.pick((polygon, square, rectangle, polygon))(ctx, ctx.scale, ctx.scale)
        flat = ctx.chance(0.5)
        rise = ctx.size(0.06, 0.2) if flat else ctx.size(0.3, 0.9)
        noun = f"{shape.adjective} {'plate' if flat else 'prism'}"
        if "corner_radius" in shape.loop:
            flat, noun, rise = True, "plate", ctx.size(0.06, 0.2)
        return bases.prism(part, shape, rise, noun, flat=flat)
    if kind in ("plate", "block"):
        return bases.block(part, flat=kind == "plate")
    return bases.disc(part, flat=kind == "disc")


def _modify(part: Part) -> bool:
    """One modification of a solid; False when it did not fit."""
    ctx = part.ctx
    least = 0.14 * max(part.solids[0].size)
    large = [one for one in part.solids if min(one.face_size(one.main)) > least] or part.solids[:1]
    solid = large[-1] if ctx.chance(0.5) else ctx.pick(large)
    if solid.round == "odd":
        center_free = (0, 0) not in solid.used.get("top", set()) and solid.main == "top"
        if not center_free:
            return False
        solid.used.setdefault("top", set()).update((i, j) for i in (-1, 0, 1) for j in (-1, 0, 1) if i or j)
        kind = ctx.pick(("hole", "boss", "boss", "cut"))
        if kind == "hole":
            return holes.drill(part, solid, "top", kinds=("centre",))
        if kind == "boss":
            return (
                raising.boss(
                    part, solid, "top", cell=(0, 0), shape=circle(ctx, *(0.3 * s for s in solid.size[:2]))
                )
                is not None
            )
        return cutting.cut(
            part, solid, "top", cell=(0, 0), shape=square(ctx, *(0.3 * s for s in solid.size[:2]))
        )
    kind = ctx.rng.weighted(
        (
            (30, "hole"),
            (30, "boss"),
            (24, "cut"),
            (5, "notch"),
            (7, "groove"),
            (9, "soften"),
            (3, "hollow"),
            (5, "mirrored"),
        )
    )
    if kind == "hole":
        face = solid.main if ctx.chance(0.8) or solid.round else ctx.pick(("front", "right", "left"))
        return holes.drill(part, solid, face)
    if kind == "boss":
        return raising.boss(part, solid) is not None
    if kind == "cut":
        return cutting.cut(part, solid)
    return {
        "notch": cutting.notch,
        "groove": cutting.groove,
        "soften": finishing.soften,
        "hollow": finishing.hollow,
        "mirrored": finishing.mirrored,
    }[kind](part, solid)


def _compose(part: Part, least: int, most: int) -> None:
    _base(part)
    wanted = part.ctx.rng.integer(least, most)
    done = 0
    for _ in range(4 * wanted):
        if done == wanted:
            break
        done += _modify(part)
    place_whole(part)


def short(part: Part) -> None:
    """One or two modifications."""
    _compose(part, 1, 2)


def long(part: Part) -> None:
    """Three to five modifications."""
    if part.ctx.style == "brief":
        part.ctx.style = "prose"
    _compose(part, 3, 5)


def longest(part: Part) -> None:
    """Five to seven modifications, told at length."""
    if part.ctx.style in ("brief", "terse", "drawing"):
        part.ctx.style = part.ctx.pick(("prose", "steps", "steps", "numbered"))
    part.ctx.verbose = True
    _compose(part, 5, 7)


FAMILIES = ((12.0, "compose_short", short), (28.0, "compose_long", long), (22.0, "compose_longest", longest))
