"""Raised things on the face of a solid: bosses, blocks, pins, pads of any shape."""

from __future__ import annotations

from typing import Any

from training.synthetic.context import Context
from training.synthetic.figures import SMALL
from training.synthetic.numbers import Number
from training.synthetic.part import Part, Solid, Statement
from training.synthetic.placing import (
    Place,
    claim,
    face_name,
    free_cells,
    in_cell,
)
from training.synthetic.shapes import Shape, circle, rectangle
from training.synthetic.sizes import Dim, height, size_sentences, thing

Cell = tuple[int, int]


def choose_cell(ctx: Context, solid: Solid, face: str, middle: float) -> Cell | None:
    free = free_cells(solid, face)
    if not free:
        return None
    if (0, 0) in free and ctx.chance(middle):
        return (0, 0)
    return ctx.pick(free)


def room(ctx: Context, solid: Solid, face: str, cell: Cell) -> tuple[float, float, bool]:
    """Greatest extent of a thing in the cell, and whether it then fills the face."""
    wide, high = solid.face_size(face)
    free = free_cells(solid, face)
    if cell == (0, 0) and len(free) == (5 if solid.round else 9) and ctx.chance(0.6):
        share = 0.62 if solid.round else 0.85
        return share * wide, share * high, True
    return 0.27 * wide, 0.27 * high, False


def rise_words(ctx: Context, face: str, value: Number, owner: Solid) -> Dim:
    """How far a boss stands out, as a size."""
    if face in ("top", "bottom"):
        return height(ctx, value, ctx.ratio_note(value, owner.size[2], f"the height of the {owner.noun}"))
    return ctx.pick(
        (
            Dim("length", "long", value),
            Dim("protrusion", "outwards", value),
            Dim("height", "high", value),
            Dim("projection", "proud of the face", value),
        )
    )


def boss(
    part: Part,
    solid: Solid,
    face: str | None = None,
    *,
    cell: Cell | None = None,
    shape: Shape | None = None,
    noun: str = "",
) -> Solid | None:
    """A raised thing on a face; the new solid, or None when the face has no room."""
    ctx = part.ctx
    face = face or ctx.rng.weighted(((8, "top"), (1, "front"), (1.4, "right"), (1.2, "left"), (0.5, "back")))
    cell = cell if cell is not None else choose_cell(ctx, solid, face, 0.65)
    if cell is None or (solid.round and face not in ("top", "bottom")):
        return None
    wide, high, fills = room(ctx, solid, face, cell)
    shape = shape or (
        circle(ctx, wide, high)
        if ctx.chance(0.45)
        else ctx.rng.weighted(SMALL)(ctx, wide, high)
        if ctx.chance(0.35)
        else rectangle(ctx, wide, high)
    )
    reach = solid.size[2] if face == "top" else max(solid.size)
    rise = ctx.between(0.15 * reach, 1.4 * reach if face == "top" else 0.6 * reach)
    if reach < 0.15 * max(solid.size):
        rise = ctx.between(0.8 * reach, 0.45 * max(solid.size))
    claim(
        solid, face, [cell, *(free_cells(solid, face) if fills or (solid.round and cell == (0, 0)) else [])]
    )
    surface = face_name(ctx, solid, face, owner=part.must_name(solid))
    is_circle = shape.noun == "circle"
    flush = ctx.chance(0.35) and not solid.round and not is_circle and shape.centred
    place = in_cell(part, solid, face, cell, shape.box, surface=surface, is_round=is_circle, flush=flush)
    face_key = part.face(solid, face)
    name = part.fresh(lambda: noun or _boss_noun(ctx, shape))
    sketched = ctx.style in ("steps", "numbered") and ctx.chance(0.7)
    operation, statement = _raised(part, shape, place, face_key, face, rise, name, solid, sketched)
    part.add(operation, statement)
    a, b = shape.box
    rise_value = float(rise)
    sizes = {
        "top": (a, b, rise_value),
        "bottom": (a, b, rise_value),
        "front": (a, rise_value, b),
        "back": (a, rise_value, b),
        "left": (rise_value, a, b),
        "right": (rise_value, a, b),
    }[face]
    new = part.solid(
        name.split(" of ")[0],
        sizes,
        "z"
        if is_circle and face in ("top", "bottom")
        else ""
        if shape.noun in ("rectangle", "square")
        else "odd",
    )
    if face not in ("top", "bottom"):
        new.main = face
    return new


def _boss_noun(ctx: Context, shape: Shape) -> str:
    base = ctx.pick(("boss", "boss", "pad", "block", "raised block", "extension", "stud", "protrusion"))
    if shape.noun == "circle":
        return ctx.pick(
            (
                "cylinder",
                "cylindrical boss",
                "round boss",
                "cylinder",
                "circular boss",
                "post",
                "peg",
                "smaller cylinder",
                "round pin",
            )
        )
    if shape.noun in ("rectangle", "square"):
        prefix = {"rectangle": "rectangular", "square": "square"}[shape.noun]
        return ctx.pick(
            (
                f"{prefix} block",
                f"{prefix} boss",
                "block",
                f"{prefix} block",
                f"smaller {prefix} block",
                f"{prefix} pad",
                f"{prefix} prism",
            )
        )
    return f"{shape.adjective} {base}"


def _raised(
    part: Part,
    shape: Shape,
    place: Place,
    face_key: str,
    face: str,
    rise: Number,
    name: str,
    owner: Solid,
    sketched: bool,
) -> tuple[dict[str, Any], Statement]:
    ctx = part.ctx
    if shape.noun == "rectangle" and shape.dims[0].name == "width":
        shape.dims = [Dim("length", "long", shape.dims[0].value), Dim("width", "wide", shape.dims[1].value)]
    rise_dim = rise_words(ctx, face, rise, owner)
    if rise_dim.name in (dim.name for dim in shape.dims):
        rise_dim = ctx.pick(
            (Dim("extrusion depth", "in extrusion depth", rise), Dim("rise", "in extrusion", rise))
        )
    operation: dict[str, Any]
    plain = not shape.extra and "corner_radius" not in shape.loop and "wall" not in shape.loop
    solid_kind = (
        {"circle": "cylinder", "rectangle": "box", "square": "box"}.get(shape.noun) if plain else None
    )
    if sketched or solid_kind is None or (face != "top" and solid_kind == "box"):
        operation = {
            "op": "extrude",
            "face": face_key,
            "profile": [{**shape.loop, **place.keys}],
            "depth": rise,
        }
    elif solid_kind == "cylinder":
        size = {key: value for key, value in shape.loop.items() if key in ("diameter", "radius")}
        operation = {"op": "cylinder", "face": face_key, **place.keys, **size, "height": rise}
    else:
        a, b = shape.loop.get("size") or [shape.loop["side"]] * 2
        operation = {"op": "box", "face": face_key, **place.keys, "size": [a, b, rise]}
    statement = Statement(action="add", where=place.where, tails=list(place.tails), name=name)
    dims = [*shape.dims, rise_dim]
    compact = shape.compact + (1 if shape.compact == 2 and shape.dims[0].name == "length" else 0)
    if not sketched and ctx.verbose and ctx.chance(0.3) and not shape.extra:
        statement.noun = thing(ctx, name, [])
        statement.tails.append(size_sentences(ctx, name, dims))
    else:
        if shape.extra.endswith(","):
            shape.extra = shape.extra[:-1]
        statement.noun = thing(ctx, name, dims, compact=compact) + shape.extra
    if sketched:
        statement.steps = (
            sketch_clause(ctx, shape, place.where),
            _rise_clause(ctx, rise, face, rise_dim.note, name),
        )
    return operation, statement


def sketch_clause(ctx: Context, shape: Shape, where: str) -> str:
    flat = thing(ctx, shape.noun, shape.dims, compact=shape.compact) + shape.extra
    verb = ctx.pick(("sketch", "draw", "sketch", "draw", "create a sketch of", "make a sketch of", "create"))
    if ctx.chance(0.4):
        return f"{where}, {verb} {flat}"
    return f"{verb} {flat} {where}"


def _rise_clause(ctx: Context, rise: Number, face: str, note: str, name: str) -> str:
    text = ctx.length(rise) + note
    up = " upwards" if face == "top" else " outwards"
    what = ctx.pick(("it", "this sketch", "it", "the sketch", "this shape", "this"))
    return ctx.pick(
        (
            f"extrude {what} by {text}",
            f"extrude {what} {text}{up}",
            f"extrude {what}{up} by {text}",
            f"extrude {what} until it is {text} high",
            f"pull {what}{up} by {text}",
            f"extrude {what} {text} to form the {name}",
            f"give {what} a height of {text}",
        )
    )
