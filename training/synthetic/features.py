"""What is added to or cut from a solid after it is made: bosses, pockets, notches, grooves, rounded edges."""

from __future__ import annotations

from typing import Any

from training.synthetic.context import Context
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
from training.synthetic.shapes import SMALL, Shape, circle, rectangle
from training.synthetic.sizes import Dim, depth, height, size_sentences, thing

Cell = tuple[int, int]


def _choose_cell(ctx: Context, solid: Solid, face: str, middle: float) -> Cell | None:
    free = free_cells(solid, face)
    if not free:
        return None
    if (0, 0) in free and ctx.chance(middle):
        return (0, 0)
    return ctx.pick(free)


def _room(ctx: Context, solid: Solid, face: str, cell: Cell) -> tuple[float, float, bool]:
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
    return ctx.pick((Dim("length", "long", value), Dim("protrusion", "outwards", value), Dim("height", "high", value),
                     Dim("projection", "proud of the face", value)))


def boss(part: Part, solid: Solid, face: str | None = None, *, cell: Cell | None = None, shape: Shape | None = None,
         noun: str = "") -> Solid | None:
    """A raised thing on a face; the new solid, or None when the face has no room."""
    ctx = part.ctx
    face = face or ctx.rng.weighted(((8, "top"), (1, "front"), (1.4, "right"), (1.2, "left"), (0.5, "back")))
    cell = cell if cell is not None else _choose_cell(ctx, solid, face, 0.65)
    if cell is None or solid.round and face not in ("top", "bottom"):
        return None
    wide, high, fills = _room(ctx, solid, face, cell)
    shape = shape or (circle(ctx, wide, high) if ctx.chance(0.45) else ctx.rng.weighted(SMALL)(ctx, wide, high)
                      if ctx.chance(0.35) else rectangle(ctx, wide, high))
    reach = solid.size[2] if face == "top" else max(solid.size)
    rise = ctx.between(0.15 * reach, 1.4 * reach if face == "top" else 0.6 * reach)
    if reach < 0.15 * max(solid.size):
        rise = ctx.between(0.8 * reach, 0.45 * max(solid.size))
    claim(solid, face, [cell, *(free_cells(solid, face) if fills or solid.round and cell == (0, 0) else [])])
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
    sizes = {"top": (a, b, rise_value), "bottom": (a, b, rise_value), "front": (a, rise_value, b),
             "back": (a, rise_value, b), "left": (rise_value, a, b), "right": (rise_value, a, b)}[face]
    new = part.solid(name.split(" of ")[0], sizes, "z" if is_circle and face in ("top", "bottom") else
                     "" if shape.noun in ("rectangle", "square") else "odd")
    if face not in ("top", "bottom"):
        new.main = face
    return new


def _boss_noun(ctx: Context, shape: Shape) -> str:
    base = ctx.pick(("boss", "boss", "pad", "block", "raised block", "extension", "stud", "protrusion"))
    if shape.noun == "circle":
        return ctx.pick(("cylinder", "cylindrical boss", "round boss", "cylinder", "circular boss", "post", "peg",
                         "smaller cylinder", "round pin"))
    if shape.noun in ("rectangle", "square"):
        prefix = {"rectangle": "rectangular", "square": "square"}[shape.noun]
        return ctx.pick((f"{prefix} block", f"{prefix} boss", "block", f"{prefix} block", f"smaller {prefix} block",
                         f"{prefix} pad", f"{prefix} prism"))
    return f"{shape.adjective} {base}"


def _raised(part: Part, shape: Shape, place: Place, face_key: str, face: str, rise: Number, name: str, owner: Solid,
            sketched: bool) -> tuple[dict[str, Any], Statement]:
    ctx = part.ctx
    if shape.noun == "rectangle" and shape.dims[0].name == "width":
        shape.dims = [Dim("length", "long", shape.dims[0].value), Dim("width", "wide", shape.dims[1].value)]
    rise_dim = rise_words(ctx, face, rise, owner)
    if rise_dim.name in (dim.name for dim in shape.dims):
        rise_dim = ctx.pick((Dim("extrusion depth", "in extrusion depth", rise), Dim("rise", "in extrusion", rise)))
    operation: dict[str, Any]
    plain = not shape.extra and "corner_radius" not in shape.loop and "wall" not in shape.loop
    solid_kind = {"circle": "cylinder", "rectangle": "box", "square": "box"}.get(shape.noun) if plain else None
    if sketched or solid_kind is None or face != "top" and solid_kind == "box":
        operation = {"op": "extrude", "face": face_key, "profile": [{**shape.loop, **place.keys}], "depth": rise}
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
        statement.steps = (_sketch_clause(ctx, shape, place.where), _rise_clause(ctx, rise, face, rise_dim.note, name))
    return operation, statement


def _sketch_clause(ctx: Context, shape: Shape, where: str) -> str:
    flat = thing(ctx, shape.noun, shape.dims, compact=shape.compact) + shape.extra
    verb = ctx.pick(("sketch", "draw", "sketch", "draw", "create a sketch of", "make a sketch of", "create"))
    if ctx.chance(0.4):
        return f"{where}, {verb} {flat}"
    return f"{verb} {flat} {where}" if not flat.endswith(",") else f"{verb} {flat} {where}"


def _rise_clause(ctx: Context, rise: Number, face: str, note: str, name: str) -> str:
    text = ctx.length(rise) + note
    up = " upwards" if face == "top" else " outwards"
    what = ctx.pick(("it", "this sketch", "it", "the sketch", "this shape", "this"))
    return ctx.pick((f"extrude {what} by {text}", f"extrude {what} {text}{up}", f"extrude {what}{up} by {text}",
                     f"extrude {what} until it is {text} high", f"pull {what}{up} by {text}",
                     f"extrude {what} {text} to form the {name}", f"give {what} a height of {text}"))


def cut(part: Part, solid: Solid, face: str | None = None, *, cell: Cell | None = None, through: bool | None = None,
        shape: Shape | None = None) -> bool:
    """A cut-out or pocket of any small shape in a face."""
    ctx = part.ctx
    face = face or (solid.main if ctx.chance(0.75) else ctx.pick(("front", "right", "top", "left")))
    if solid.round and face not in ("top", "bottom"):
        return False
    cell = cell if cell is not None else _choose_cell(ctx, solid, face, 0.55)
    if cell is None:
        return False
    wide, high, fills = _room(ctx, solid, face, cell)
    shape = shape or ctx.rng.weighted(SMALL)(ctx, 0.85 * wide, 0.85 * high)
    if not shape.centred:
        return False
    through = ctx.chance(0.6) if through is None else through
    surface = face_name(ctx, solid, face, owner=part.must_name(solid))
    claim(solid, face, [cell, *(free_cells(solid, face) if fills else [])], through=through)
    flush = cell != (0, 0) and not solid.round and shape.noun in ("rectangle", "square") and ctx.chance(0.5) \
        and not shape.extra
    if solid.round == "z" and cell != (0, 0):
        shape.box = min(shape.box), min(shape.box)
    if flush:
        _spoil_sides(solid, face, cell)
    place = in_cell(part, solid, face, cell, shape.box, surface=surface, is_round=False, flush=flush)
    face_key = part.face(solid, face)
    operation: dict[str, Any] = {"op": "extrude", "mode": "cut", "face": face_key,
                                 "profile": [{**shape.loop, **place.keys}]}
    deep = solid.depth_at(face)
    if through:
        operation["extent"] = "through"
    else:
        value = ctx.between(0.15 * deep, 0.8 * deep)
        operation["depth"] = value
        shape.dims = [*shape.dims, depth(value, ctx.ratio_note(value, deep, f"the thickness of the {solid.noun}"))]
    part.add(operation, _cut_statement(ctx, solid, shape, place, through, flush, operation.get("depth"),
                                       solid is part.solids[0] or face not in ("top", "bottom")))
    return True


def _spoil_sides(solid: Solid, face: str, cell: Cell) -> None:
    """A cut that is flush with edges takes material from the neighbouring faces: nothing more goes there."""
    low_u, high_u, low_v, high_v = EDGES[face]
    for index, (low, high) in enumerate(((low_u, high_u), (low_v, high_v))):
        if cell[index]:
            claim(solid, high if cell[index] > 0 else low, free_cells(solid, high if cell[index] > 0 else low))


def _cut_statement(ctx: Context, solid: Solid, shape: Shape, place: Place, through: bool, flush: bool,
                   deep: Number | None, first: bool) -> Statement:
    flat_dims = shape.dims if deep is None else shape.dims[:-1]
    if flush:
        name = ctx.pick(("notch", "cut-out", "rectangular notch", "cutout", "recess", "rectangular cut"))
    elif through:
        name = ctx.pick((f"{shape.adjective} hole", f"{shape.adjective} cutout", f"{shape.adjective} opening",
                         f"{shape.adjective} cut-out", f"{shape.adjective} window", f"{shape.adjective} through hole"))
    else:
        name = ctx.pick((f"{shape.adjective} pocket", f"{shape.adjective} recess", f"{shape.adjective} pocket",
                         f"{shape.adjective} depression", f"shallow {shape.adjective} pocket"))
    if shape.noun == "slot" or "slot" in shape.noun:
        name = ctx.pick(("slot", "slot with rounded ends", "elongated slot"))
    if flush and shape.noun == "square":
        name = "square notch"
    reach = ""
    if through and not first:
        reach = through_all(ctx, False)
    elif through:
        reach = ctx.pick(("", " through the whole {}", " going all the way through the {}", " right through the {}",
                          " (through)", ", cut all the way through,", " that goes completely through the {}",
                          " extending through the full thickness")[1 if flush else 0:]).format(solid.noun)
    phrase = thing(ctx, name, shape.dims, compact=shape.compact) + shape.extra + reach
    statement = Statement(phrase, place.where, "cut" if through else "pocket", tails=list(place.tails), name=name)
    if ctx.style in ("steps", "numbered") and ctx.chance(0.65):
        clause = _sketch_clause(ctx, Shape(shape.loop, ctx.pick(("smaller ", "", "")) + shape.noun, "", flat_dims,
                                           shape.box, shape.compact, shape.extra), place.where)
        if through:
            second = ctx.pick((f"cut it{through_all(ctx, False)}" if not first else f"cut it through the entire {solid.noun}", "extrude it negatively through the whole body",
                               "cut it all the way through", "remove it through all", "cut through everything with it",
                               "negatively extrude it through the whole body", "use it to cut an opening through the part"))
        else:
            text = ctx.length(deep) if deep is not None else ""
            second = ctx.pick((f"cut it {text} deep", f"cut it to a depth of {text}", f"extrude it negatively by {text}",
                               f"sink it {text} into the {solid.noun}", f"remove material to a depth of {text}",
                               f"negatively extrude it {text} to make a pocket"))
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
    loop: dict[str, Any] = {"shape": "square", "side": a} if square else {"shape": "rectangle", "size": [a, b]}
    dims = [Dim("side", "on each side", a)] if square else [Dim("length", "long", a), Dim("width", "wide", b)]
    surface = face_name(ctx, solid, face, owner=part.must_name(solid))
    face_key = part.face(solid, face)
    word = "square notch" if square else ctx.pick(("rectangular notch", "notch", "rectangular corner notch"))
    if len(corners) == 4 and ctx.chance(0.5):
        loop["repeat"] = {"corners": True, "pad": 0}
        where = ctx.pick((f"from the corners of {surface}", "from all four corners", f"at the four corners of {surface}",
                          f"at every corner of the {solid.noun}"))
        phrase = ctx.pick((thing(ctx, word, dims, count=4, compact=2), thing(ctx, word, dims, compact=2)
                           if "four" in where or "every" in where else thing(ctx, word, dims, count=4, compact=2)))
        claim(solid, face, corners, through=True)
        for corner_cell in corners:
            _spoil_sides(solid, face, corner_cell)
        many = True
    else:
        cell = ctx.pick(corners)
        corner = corner_word(face, *cell)
        loop["from"] = corner
        where = ctx.pick((f"from the {corner} corner of {surface}", f"at the {corner.replace('-', ' ')} corner of {surface}",
                          f"in the {corner} corner of the {solid.noun}"))
        phrase = thing(ctx, word, dims, compact=2)
        claim(solid, face, [cell], through=True)
        _spoil_sides(solid, face, cell)
        many = False
    if ctx.chance(0.4):
        phrase += ctx.pick((" through the full thickness", " going all the way through", " through the entire depth"))
    plural = many and not phrase.startswith(("a ", "an "))
    part.add({"op": "extrude", "mode": "cut", "face": face_key, "profile": [loop], "extent": "through"},
             Statement(phrase, where, "cut", plural, name="notch"))
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
    run = ctx.pick(("along the whole length", "over the full length", "lengthwise", "along the entire length")) if along \
        else ctx.pick(("across the whole width", "over the full width", "crosswise", "across the entire width"))
    surface = face_name(ctx, solid, "top", owner=part.must_name(solid))
    dims = [Dim("width", "wide", size), depth(deep)]
    if ctx.chance(0.55):
        name = ctx.pick(("groove", "channel", "rectangular groove", "slot", "rectangular channel"))
        where = f"{ctx.pick(('in', 'in the middle of', 'centrally in', 'centred on'))} {surface}, running {run}"
    else:
        edge = (EDGES["top"][2:] if along else EDGES["top"][:2])[ctx.rng.integer(0, 1)]
        loop["from"] = edge
        name = ctx.pick(("step", "rebate", "ledge", "step"))
        where = ctx.pick((f"along the {edge} edge of {surface}, {run}", f"on {surface} at the {edge} edge, {run}",
                          f"along the entire {edge} edge of {surface}"))
    claim(solid, "top", free_cells(solid, "top"))
    part.add({"op": "extrude", "mode": "cut", "face": part.face(solid, "top"), "profile": [loop], "depth": deep},
             Statement(thing(ctx, name, dims), where, "pocket", name=name))
    return True


def soften(part: Part, solid: Solid) -> bool:
    """Fillet or chamfer some edges of a block, or the rims of a round solid."""
    ctx = part.ctx
    x, y, z = solid.size
    alone = len(part.solids) == 1 and not any(op.get("mode") == "cut" for op in part.operations)
    fillet = ctx.chance(0.6)
    drawn = str(part.operations[solid.index].get("profile", ""))
    if "edges" in solid.used or "corner_radius" in drawn or "chamfer" in drawn:
        return False
    if solid.round == "z":
        which, most = "top", 0.2 * min(x / 2, z)
    elif solid.round:
        return False
    else:
        which = ctx.pick(("vertical", "vertical", "vertical", "top")) if not solid.used.get("top") and solid.main == "top" \
            else "vertical"
        if solid.main != "top":
            return False
        most = 0.18 * min(x, y) if which == "vertical" else 0.3 * min(x / 2, y / 2, z)
        corner_used = any(cell[0] and cell[1] for cell in solid.used.get("top", ()))
        if which == "vertical" and corner_used:
            most = min(most, 0.05 * min(x, y))
    if which == "top" and any(op["op"] != "box" and op["op"] != "cylinder" for op in part.operations[1:]):
        return False
    solid.used["edges"] = set()
    value = ctx.between(0.3 * most, most)
    if alone and ctx.chance(0.8):
        selector = which
    else:
        selector = f"{part.identify(solid.index, solid.noun)}.{which}"
    edges = {"vertical": ctx.pick(("the vertical edges", "the four vertical edges", "the vertical corners", "its vertical edges")),
             "top": ctx.pick(("the top edges", "the edges of the top face", "the upper edges") if not solid.round else
                             ("the top edge", "the upper rim", "the edge of the top face"))}[which]
    if "." in selector:
        edges = edges.replace("its ", "the ") + f" of the {solid.noun}"
    text = ctx.length(value)
    statement = Statement(name="fillet" if fillet else "chamfer")
    be = "is" if edges.endswith(("the top edge", "upper rim")) or edges.startswith(("the top edge ", "the upper rim",
                                                                                   "the edge ")) else "are"
    if edges.startswith("the top edges"):
        be = "are"
    if fillet:
        statement.imperative = ctx.pick((f"fillet {edges} with a radius of {text}", f"round {edges} with a radius of {text}",
                                         f"round {edges} by {text}", f"apply a {text} fillet to {edges}",
                                         f"add a fillet of radius {text} to {edges}"))
        statement.declarative = ctx.pick((f"{edges} {be} rounded with a radius of {text}", f"{edges} {be} filleted by {text}",
                                          f"{edges} {'have' if be == 'are' else 'has'} a fillet radius of {text}"))
        statement.note = ctx.pick((f"fillet {edges} R{text}", f"R{text} on {edges}", f"{edges} rounded R{text}"))
        part.add({"op": "fillet", "edges": [selector], "radius": value}, statement)
    else:
        statement.imperative = ctx.pick((f"chamfer {edges} by {text}", f"apply a {text} chamfer to {edges}",
                                         f"bevel {edges} by {text}", f"put a {text} x 45° chamfer on {edges}"))
        statement.declarative = ctx.pick((f"{edges} {be} chamfered by {text}", f"{edges} {be} bevelled {text}",
                                          f"{edges} {'have' if be == 'are' else 'has'} a chamfer of {text}"))
        statement.note = ctx.pick((f"chamfer {edges} {text}", f"C{text} on {edges}", f"{text}x45° on {edges}"))
        part.add({"op": "chamfer", "edges": [selector], "distance": value}, statement)
    return True


def hollow(part: Part, solid: Solid) -> bool:
    """Shell a plain solid, open at one face."""
    ctx = part.ctx
    if len(part.operations) != 1 or solid.round == "odd":
        return False
    least = min(solid.size)
    wall = ctx.between(0.05 * least, 0.22 * least)
    face = ctx.rng.weighted(((9, "top"), (1, "bottom"))) if solid.round else \
        ctx.rng.weighted(((9, "top"), (1, "bottom"), (1, "front"), (1, "right")))
    text = ctx.length(wall)
    where = {"top": ctx.pick(("open at the top", "with the top open", "leaving the top face open", "without a lid"))}.get(
        face, f"open at the {face}")
    statement = Statement(name="wall")
    statement.imperative = ctx.pick((f"hollow it out with a wall of {text}, {where}", f"shell it to a wall thickness of {text}, {where}",
                                     f"hollow the {solid.noun} out to leave walls of {text}, {where}",
                                     f"shell the {solid.noun}, wall {text}, {where}"))
    statement.declarative = ctx.pick((f"it is hollow with a wall thickness of {text}, {where}",
                                      f"the inside is hollow, {where}, and the walls are {text} thick",
                                      f"it is {where} and hollow, with walls {text} thick" if where.startswith("open") else
                                      f"it is hollow, {where}, with {text} walls"))
    statement.note = ctx.pick((f"shell {text}, {where}", f"wall {text}, {where}", f"hollow, wall {text}, {where}"))
    part.add({"op": "shell", "thickness": wall, "open": [face]}, statement)
    solid.used["edges"] = set()
    for side in ("top", "bottom", "left", "right", "front", "back"):
        solid.used[side] = {(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1)}
    return True


def mirrored(part: Part, solid: Solid) -> bool:
    """A boss, hole or cut-out on one side of the base and its mirror image on the other."""
    ctx = part.ctx
    operation = part.operations[solid.index]
    if solid is not part.solids[0] or solid.main != "top" or solid.round or operation["op"] not in ("box", "extrude") \
            or "anchor" in str(operation):
        return False
    free = free_cells(solid, "top")
    pairs = [(i, j) for i, j in free if i and (-i, j) in free]
    if not pairs:
        return False
    cell = ctx.pick(pairs)
    made = boss(part, solid, "top", cell=cell) is not None if ctx.chance(0.55) else cut(part, solid, "top", cell=cell)
    if not made:
        return False
    claim(solid, "top", [(-cell[0], cell[1])])
    name = part.statements[-1].name
    identity = part.identify(len(part.operations) - 1, name.removeprefix("shallow "))
    side = "left" if cell[0] > 0 else "right"
    statement = Statement(name="mirrored copy")
    statement.imperative = ctx.pick((
        f"mirror the {name} to the {side} side", f"mirror this {name} to the opposite side ({side})",
        f"repeat the {name} as a mirror image on the {side} side of the {solid.noun}",
        f"mirror the {name} about the YZ plane", f"copy the {name} symmetrically to the {side}-hand side"))
    statement.declarative = ctx.pick((
        f"the {name} is mirrored on the {side} side", f"there is a mirror image of the {name} on the {side} side",
        f"the same {name} sits symmetrically on the {side} side", f"the {name} is mirrored about the YZ plane"))
    part.add({"op": "mirror", "features": [identity], "plane": "yz"}, statement)
    return True
