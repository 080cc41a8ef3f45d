"""Cuts in a solid: cut-outs and pockets of any shape, corner notches, grooves and steps."""

from __future__ import annotations

from typing import Any

from training.synthetic.context import Context
from training.synthetic.figures import SMALL
from training.synthetic.numbers import Number
from training.synthetic.part import Part, Solid, Statement
from training.synthetic.placing import (
    EDGES,
    Place,
    claim,
    corner_word,
    face_name,
    free_cells,
    in_cell,
    through_all,
)
from training.synthetic.raising import Cell, choose_cell, room, sketch_clause
from training.synthetic.shapes import Shape
from training.synthetic.sizes import Dim, depth, thing


def cut(
    part: Part,
    solid: Solid,
    face: str | None = None,
    *,
    cell: Cell | None = None,
    through: bool | None = None,
    shape: Shape | None = None,
) -> bool:
    """A cut-out or pocket of any small shape in a face."""
    ctx = part.ctx
    face = face or (solid.main if ctx.chance(0.75) else ctx.pick(("front", "right", "top", "left")))
    if solid.round and face not in ("top", "bottom"):
        return False
    cell = cell if cell is not None else choose_cell(ctx, solid, face, 0.55)
    if cell is None:
        return False
    wide, high, fills = room(ctx, solid, face, cell)
    shape = shape or ctx.rng.weighted(SMALL)(ctx, 0.85 * wide, 0.85 * high)
    if not shape.centred:
        return False
    through = ctx.chance(0.6) if through is None else through
    surface = face_name(ctx, solid, face, owner=part.must_name(solid))
    claim(solid, face, [cell, *(free_cells(solid, face) if fills else [])], through=through)
    flush = (
        cell != (0, 0)
        and not solid.round
        and shape.noun in ("rectangle", "square")
        and ctx.chance(0.5)
        and not shape.extra
    )
    if solid.round == "z" and cell != (0, 0):
        shape.box = min(shape.box), min(shape.box)
    if flush:
        _spoil_sides(solid, face, cell)
    place = in_cell(part, solid, face, cell, shape.box, surface=surface, is_round=False, flush=flush)
    face_key = part.face(solid, face)
    operation: dict[str, Any] = {
        "op": "extrude",
        "mode": "cut",
        "face": face_key,
        "profile": [{**shape.loop, **place.keys}],
    }
    deep = solid.depth_at(face)
    if through:
        operation["extent"] = "through"
    else:
        value = ctx.between(0.15 * deep, 0.8 * deep)
        operation["depth"] = value
        shape.dims = [
            *shape.dims,
            depth(value, ctx.ratio_note(value, deep, f"the thickness of the {solid.noun}")),
        ]
    part.add(
        operation,
        _cut_statement(
            ctx,
            solid,
            shape,
            place,
            through,
            flush,
            operation.get("depth"),
            solid is part.solids[0] or face not in ("top", "bottom"),
        ),
    )
    return True


def _spoil_sides(solid: Solid, face: str, cell: Cell) -> None:
    """A cut that is flush with edges takes material from the neighbouring faces: nothing more goes there."""
    low_u, high_u, low_v, high_v = EDGES[face]
    for index, (low, high) in enumerate(((low_u, high_u), (low_v, high_v))):
        if cell[index]:
            claim(
                solid, high if cell[index] > 0 else low, free_cells(solid, high if cell[index] > 0 else low)
            )


def _cut_statement(
    ctx: Context,
    solid: Solid,
    shape: Shape,
    place: Place,
    through: bool,
    flush: bool,
    deep: Number | None,
    first: bool,
) -> Statement:
    flat_dims = shape.dims if deep is None else shape.dims[:-1]
    if flush:
        name = ctx.pick(("notch", "cut-out", "rectangular notch", "cutout", "recess", "rectangular cut"))
    elif through:
        name = ctx.pick(
            (
                f"{shape.adjective} hole",
                f"{shape.adjective} cutout",
                f"{shape.adjective} opening",
                f"{shape.adjective} cut-out",
                f"{shape.adjective} window",
                f"{shape.adjective} through hole",
            )
        )
    else:
        name = ctx.pick(
            (
                f"{shape.adjective} pocket",
                f"{shape.adjective} recess",
                f"{shape.adjective} pocket",
                f"{shape.adjective} depression",
                f"shallow {shape.adjective} pocket",
            )
        )
    if shape.noun == "slot" or "slot" in shape.noun:
        name = ctx.pick(("slot", "slot with rounded ends", "elongated slot"))
    if flush and shape.noun == "square":
        name = "square notch"
    reach = ""
    if through and not first:
        reach = through_all(ctx, False)
    elif through:
        reach = ctx.pick(
            (
                "",
                " through the whole {}",
                " going all the way through the {}",
                " right through the {}",
                " (through)",
                ", cut all the way through,",
                " that goes completely through the {}",
                " extending through the full thickness",
            )[1 if flush else 0 :]
        ).format(solid.noun)
    phrase = thing(ctx, name, shape.dims, compact=shape.compact) + shape.extra + reach
    statement = Statement(
        phrase, place.where, "cut" if through else "pocket", tails=list(place.tails), name=name
    )
    if ctx.style in ("steps", "numbered") and ctx.chance(0.65):
        clause = sketch_clause(
            ctx,
            Shape(
                shape.loop,
                ctx.pick(("smaller ", "", "")) + shape.noun,
                "",
                flat_dims,
                shape.box,
                shape.compact,
                shape.extra,
            ),
            place.where,
        )
        if through:
            second = ctx.pick(
                (
                    f"cut it{through_all(ctx, False)}"
                    if not first
                    else f"cut it through the entire {solid.noun}",
                    "extrude it negatively through the whole body",
                    "cut it all the way through",
                    "remove it through all",
                    "cut through everything with it",
                    "negatively extrude it through the whole body",
                    "use it to cut an opening through the part",
                )
            )
        else:
            text = ctx.length(deep) if deep is not None else ""
            second = ctx.pick(
                (
                    f"cut it {text} deep",
                    f"cut it to a depth of {text}",
                    f"extrude it negatively by {text}",
                    f"sink it {text} into the {solid.noun}",
                    f"remove material to a depth of {text}",
                    f"negatively extrude it {text} to make a pocket",
                )
            )
        statement.steps = (clause, second)
    return statement


def notch(part: Part, solid: Solid) -> bool:
    """Rectangular corner cuts, all four or one, through the full thickness."""
    ctx, face = part.ctx, solid.main
    free = free_cells(solid, face)
    corners = [cell for cell in free if cell[0] and cell[1]]
    if solid.round or not corners or solid is not part.solids[0]:
        return False
    wide, high = solid.face_size(face)
    a, b = ctx.between(0.06 * wide, 0.24 * wide), ctx.between(0.06 * high, 0.24 * high)
    square = ctx.chance(0.35)
    if square:
        a = b = ctx.between(0.05 * min(wide, high), 0.24 * min(wide, high))
    loop: dict[str, Any] = (
        {"shape": "square", "side": a} if square else {"shape": "rectangle", "size": [a, b]}
    )
    dims = [Dim("side", "on each side", a)] if square else [Dim("length", "long", a), Dim("width", "wide", b)]
    surface = face_name(ctx, solid, face, owner=part.must_name(solid))
    face_key = part.face(solid, face)
    word = "square notch" if square else ctx.pick(("rectangular notch", "notch", "rectangular corner notch"))
    if len(corners) == 4 and ctx.chance(0.5):
        loop["repeat"] = {"corners": True, "pad": 0}
        where = ctx.pick(
            (
                f"from the corners of {surface}",
                "from all four corners",
                f"at the four corners of {surface}",
                f"at every corner of the {solid.noun}",
            )
        )
        phrase = ctx.pick(
            (
                thing(ctx, word, dims, count=4, compact=2),
                thing(ctx, word, dims, compact=2)
                if "four" in where or "every" in where
                else thing(ctx, word, dims, count=4, compact=2),
            )
        )
        claim(solid, face, corners, through=True)
        for corner_cell in corners:
            _spoil_sides(solid, face, corner_cell)
        many = True
    else:
        cell = ctx.pick(corners)
        corner = corner_word(face, *cell)
        loop["from"] = corner
        where = ctx.pick(
            (
                f"from the {corner} corner of {surface}",
                f"at the {corner.replace('-', ' ')} corner of {surface}",
                f"in the {corner} corner of the {solid.noun}",
            )
        )
        phrase = thing(ctx, word, dims, compact=2)
        claim(solid, face, [cell], through=True)
        _spoil_sides(solid, face, cell)
        many = False
    if ctx.chance(0.4):
        phrase += ctx.pick(
            (" through the full thickness", " going all the way through", " through the entire depth")
        )
    plural = many and not phrase.startswith(("a ", "an "))
    part.add(
        {"op": "extrude", "mode": "cut", "face": face_key, "profile": [loop], "extent": "through"},
        Statement(phrase, where, "cut", plural, name="notch"),
    )
    return True


def groove(part: Part, solid: Solid) -> bool:
    """A channel along or across the whole top face, in its middle or along an edge (a step)."""
    ctx = part.ctx
    operation = part.operations[solid.index]
    sizes = operation.get("size") or next((loop.get("size") for loop in operation.get("profile", [])), None)
    if solid.round or solid.main != "top" or not sizes or solid.used.get("top"):
        return False
    along = ctx.chance(0.5)
    wide, high = solid.face_size("top")
    across = high if along else wide
    size = ctx.between(0.12 * across, 0.45 * across)
    deep = ctx.between(0.15 * solid.size[2], 0.75 * solid.size[2])
    box = [sizes[0], size] if along else [size, sizes[1]]
    loop: dict[str, Any] = {"shape": "rectangle", "size": box}
    run = (
        ctx.pick(("along the whole length", "over the full length", "lengthwise", "along the entire length"))
        if along
        else ctx.pick(
            ("across the whole width", "over the full width", "crosswise", "across the entire width")
        )
    )
    surface = face_name(ctx, solid, "top", owner=part.must_name(solid))
    dims = [Dim("width", "wide", size), depth(deep)]
    if ctx.chance(0.55):
        name = ctx.pick(("groove", "channel", "rectangular groove", "slot", "rectangular channel"))
        where = (
            f"{ctx.pick(('in', 'in the middle of', 'centrally in', 'centred on'))} {surface}, running {run}"
        )
    else:
        edge = (EDGES["top"][2:] if along else EDGES["top"][:2])[ctx.rng.integer(0, 1)]
        loop["from"] = edge
        name = ctx.pick(("step", "rebate", "ledge", "step"))
        where = ctx.pick(
            (
                f"along the {edge} edge of {surface}, {run}",
                f"on {surface} at the {edge} edge, {run}",
                f"along the entire {edge} edge of {surface}",
            )
        )
    claim(solid, "top", free_cells(solid, "top"))
    part.add(
        {"op": "extrude", "mode": "cut", "face": part.face(solid, "top"), "profile": [loop], "depth": deep},
        Statement(thing(ctx, name, dims), where, "pocket", name=name),
    )
    return True
