"""Drilled holes of every kind and in every arrangement, with the words for them."""

from __future__ import annotations

from typing import Any

from training.synthetic.context import Context
from training.synthetic.numbers import Number, clean, plain
from training.synthetic.part import Part, Solid, Statement
from training.synthetic.placing import EDGES, centre, claim, face_name, free_cells, in_cell, through_all
from training.synthetic.sizes import Dim, diameter, radius, thing

THREADS = (("M2", 2), ("M2.5", 2.5), ("M3", 3), ("M4", 4), ("M5", 5), ("M6", 6), ("M8", 8), ("M10", 10), ("M12", 12))
_OPPOSITE = (("left", "right"), ("front", "back"), ("top", "bottom"))


def _hole_noun(ctx: Context, through: bool, blind: bool) -> str:
    if blind:
        return ctx.pick(("blind hole", "blind hole", "hole", "round pocket", "circular recess", "blind bore"))
    if through and ctx.chance(0.3):
        return ctx.pick(("through hole", "through-hole", "thru hole", "clear through hole"))
    return ctx.pick(("hole", "hole", "hole", "hole", "circular hole", "round hole", "circular cutout", "drilled hole",
                     "bore", "circular opening", "circular hole", "cylindrical hole"))


def _through_words(ctx: Context, owner: str, many: bool) -> str:
    verb = "go" if many else "goes"
    return ctx.pick(("", "", "", "", f" that {verb} all the way through", f" through the whole {owner}", " going through",
                     f" right through the {owner}", " through the full thickness", " (through)", " through all",
                     f" that {'pass' if many else 'passes'} completely through the {owner}",
                     f" extending through the entire {owner}"))


def drill(part: Part, solid: Solid, face: str = "top", *, kinds: tuple[str, ...] = ()) -> bool:
    """Add a hole or an arrangement of holes to a face; False when the face has no room."""
    ctx = part.ctx
    free = free_cells(solid, face)
    arrangements = _arrangements(solid, face, free)
    if kinds:
        arrangements = [(weight, kind) for weight, kind in arrangements if kind in kinds]
    if not arrangements:
        return False
    kind = ctx.rng.weighted(arrangements)
    wide, high = solid.face_size(face)
    single = kind in ("centre", "cell")
    limit = 0.2 * min(wide, high)
    if kind == "centre":
        limit = 0.6 * min(wide, high) if len(free) == (5 if solid.round else 9) and ctx.chance(0.5) else 0.28 * min(wide, high)
    keys, dims, real, noun, suffix, through = _sort(part, solid, face, limit, not single)
    surface = face_name(ctx, solid, face, owner=part.must_name(solid))
    placed: dict[str, Any]
    tails: list[str] = []
    count, repeat = 1, None
    if kind == "centre":
        place = centre(ctx, surface)
        if ctx.chance(0.3) and face == solid.main and not part.must_name(solid):
            place.where = ctx.pick(("in the centre", "in the middle", "at the center", "centrally", "at its centre"))
        placed, where = place.keys, place.where
        claim(solid, face, free if real > 0.3 * min(wide, high) else [(0, 0)], through=through)
    elif kind == "cell":
        cell = ctx.pick([cell for cell in free if cell != (0, 0)])
        place = in_cell(part, solid, face, cell, (real, real), surface=surface, is_round=True)
        placed, where = place.keys, place.where
        claim(solid, face, [cell], through=through)
    else:
        placed = {}
        count, repeat, where, tails = _arrange(part, solid, face, kind, real, surface)
        cells = {"corners": [c for c in free if c[0] and c[1]], "row": [c for c in free if not c[1]],
                 "pair": [c for c in free if c[0] and not c[1]], "pair2": [c for c in free if c[1] and not c[0]]}
        claim(solid, face, cells.get(kind, [c for c in free if c != (0, 0)] if kind == "polar" else free),
              through=through)
        if kind == "grid" and repeat is not None and "grid" in repeat:
            claim(solid, face, free, through=through)
    face_key = part.face(solid, face)
    obvious = solid is part.solids[-1] and face == solid.main and not part.must_name(solid)
    if not obvious and surface not in where:
        where = f"on {surface}, {where}"
    operation: dict[str, Any] = {"op": "hole", "face": face_key, **placed, **keys}
    if repeat:
        operation["repeat"] = repeat
    many = count > 1
    phrase = thing(ctx, noun, dims, count=count) + suffix
    if through:
        below = solid is not part.solids[0] and face in ("top", "bottom")
        phrase += through_all(ctx, many) if below else _through_words(ctx, solid.noun, many)
    statement = Statement(phrase, where, "hole", many, tails=tails, name="hole")
    if ctx.style == "steps" and "diameter" in operation and "depth" not in operation and "counterbore" not in operation \
            and "countersink" not in operation and not repeat and not isinstance(operation["diameter"], str) and ctx.chance(0.3):
        statement.steps = _sketched_hole(ctx, operation["diameter"], where, solid.noun if solid is part.solids[0] else "part")
    part.add(operation, statement)
    return True


def _sketched_hole(ctx: Context, size: Number, where: str, owner: str) -> tuple[str, ...]:
    size_text = ctx.length(size)
    return (ctx.pick((f"sketch a circle with a diameter of {size_text} {where}",
                      f"draw a circle of diameter {size_text} {where}",
                      f"{where}, draw a smaller circle, {size_text} in diameter,")),
            ctx.pick((f"cut it through the entire {owner}", "cut through everything with it", "extrude it as a cut through all",
                      f"extrude it negatively through the whole {owner}", "remove it all the way through to form a hole",
                      f"use it to cut a hole through the {owner}", "negatively extrude it to make a through hole")))


def _arrangements(solid: Solid, face: str, free: list[tuple[int, int]]) -> list[tuple[float, str]]:
    around = bool(solid.round) and face in ("top", "bottom")
    corners = all((i, j) in free for i in (-1, 1) for j in (-1, 1))
    middle, sides = (0, 0) in free, (-1, 0) in free and (1, 0) in free
    ends = (0, -1) in free and (0, 1) in free
    choices: list[tuple[float, str]] = []
    if middle:
        choices.append((9, "centre"))
    if [cell for cell in free if cell != (0, 0)]:
        choices.append((7 if not around else 2, "cell"))
    if around:
        if sides and ends:
            choices.append((14, "polar"))
        return choices
    if corners:
        choices += [(8, "corners")]
        if middle and sides and ends:
            choices += [(8, "grid"), (2, "points")]
    if sides:
        choices.append((5, "pair"))
        if middle:
            choices.append((5, "row"))
    if ends:
        choices.append((3, "pair2"))
    if sides and ends and min(solid.face_size(face)) > 0.6 * max(solid.face_size(face)):
        choices.append((4, "polar"))
    return choices


def _sort(part: Part, solid: Solid, face: str, limit: float, small: bool) -> \
        tuple[dict[str, Any], list[Dim], float, str, str, bool]:
    """The kind of hole: (keys, sizes, real diameter, noun, words after it, goes through)."""
    ctx = part.ctx
    deep = solid.depth_at(face)
    if ctx.unit == "mm" and ctx.chance(0.2):
        fits = [name for name, size in THREADS if 1.15 * size < limit]
        if fits:
            return _threaded(ctx, ctx.pick(fits), deep)
    mixed = _other_unit(ctx, limit) if ctx.unit in ("mm", "in", "cm") and ctx.chance(0.03) else None
    if mixed is not None:
        keys, dims, real = mixed
    elif ctx.chance(0.7):
        value = ctx.between(0.3 * limit, limit)
        keys, dims, real = {"diameter": value}, [diameter(value)], float(value)
    else:
        value = ctx.between(0.15 * limit, limit / 2)
        keys, dims, real = {"radius": value}, [radius(value)], 2 * float(value)
    kind = ctx.rng.weighted(((74, "through"), (14, "blind"), (6, "counterbore"), (6, "countersink")))
    suffix = ""
    if kind == "blind":
        depth_value = ctx.between(0.2 * deep, 0.75 * deep)
        keys["depth"] = depth_value
        dims.append(Dim("depth", "deep", depth_value, ctx.ratio_note(depth_value, deep, f"the {solid.noun}'s thickness")))
        return keys, dims, real, _hole_noun(ctx, False, True), "", False
    if kind == "counterbore" and 1.2 * real < limit:
        big = ctx.between(1.3 * real, max(1.9 * real, 1.35 * real))
        sunk = ctx.between(0.2 * deep, 0.6 * deep)
        keys["counterbore"] = {"diameter": big, "depth": sunk}
        texts = ctx.length(big), ctx.length(sunk)
        suffix = ctx.pick((f", counterbored to {texts[0]} diameter and {texts[1]} deep",
                           f" with a counterbore of {texts[0]} diameter, {texts[1]} deep,",
                           f", counterbore {texts[0]} diameter x {texts[1]} deep",
                           f" with a counterbore (diameter {texts[0]}, depth {texts[1]})"))
        if ctx.call_outs:
            suffix = f", cbore Ø{texts[0]} x {texts[1]} deep"
        return keys, dims, 1.6 * real, _hole_noun(ctx, True, False), suffix, True
    if kind == "countersink" and 1.2 * real < limit:
        big = ctx.between(1.5 * real, 1.9 * real)
        if (float(big) - real) / 2 < 0.7 * deep:
            angle = ctx.pick((90, 90, 90, 82, 100, 60) if (float(big) - real) < 0.7 * deep else (90, 100, 120))
            keys["countersink"] = {"diameter": big, "angle": angle}
            text = ctx.length(big)
            suffix = ctx.pick((f", countersunk to {text} diameter at {ctx.angle(angle)}",
                               f" with a {ctx.angle(angle)} countersink of {text} diameter",
                               f" with a countersink, diameter {text} and angle {ctx.angle(angle)},"))
            if ctx.call_outs:
                suffix = f", csk Ø{text} x {angle}°"
            return keys, dims, 1.8 * real, _hole_noun(ctx, True, False), suffix, True
    return keys, dims, real, _hole_noun(ctx, True, False), suffix, True


def _other_unit(ctx: Context, limit: float) -> tuple[dict[str, Any], list[Dim], float] | None:
    """A hole given in another unit than the rest; the design says the unit with the number."""
    unit, factor, sizes = {"mm": ("in", 25.4, (0.125, 0.25, 0.5, 0.375, 0.75)), "cm": ("mm", 0.1, (3, 4, 5, 6, 8, 10, 12)),
                           "in": ("mm", 1 / 25.4, (3, 4, 5, 6, 8, 10, 12))}[ctx.unit]
    fits = [size for size in sizes if 0.2 * limit < size * factor < limit]
    if not fits:
        return None
    value = ctx.pick(fits)
    shown = plain(value) + (ctx.pick((" in", " inch", '"', " inches")) if unit == "in" else ctx.pick((" mm", "mm")))
    return {"diameter": plain(value) + unit}, [diameter(0).told(shown)], value * factor


def _threaded(ctx: Context, size: str, deep: float) -> tuple[dict[str, Any], list[Dim], float, str, str, bool]:
    real = 1.2 * float(size[1:])
    fit = ctx.rng.weighted(((5, "clearance"), (4, "threaded"), (1.5, "tap")))
    noun = {"clearance": ctx.pick((f"{size} clearance hole", f"clearance hole for {size}", f"{size} screw clearance hole",
                                   f"clearance hole for an {size} screw", f"hole for {size} bolts")),
            "threaded": ctx.pick((f"{size} threaded hole", f"{size} tapped hole", f"tapped {size} hole",
                                  f"threaded {size} hole")),
            "tap": ctx.pick((f"{size} tap drill hole", f"core hole for {size}", f"tap hole for {size}"))}[fit]
    keys: dict[str, Any] = {"thread": size, "fit": fit}
    dims: list[Dim] = []
    if fit == "clearance" and ctx.chance(0.15):
        series = ctx.pick(("close", "loose"))
        keys["series"] = series
        noun = f"{size} clearance hole ({series} fit)"
    if fit != "clearance" and ctx.chance(0.3):
        value = ctx.between(0.4 * deep, 0.8 * deep)
        keys["depth"] = value
        return keys, [Dim("depth", "deep", value)], real, noun, "", False
    return keys, dims, real, noun, "", True


def _arrange(part: Part, solid: Solid, face: str, kind: str, real: float, surface: str) -> \
        tuple[int, dict[str, Any], str, list[str]]:
    """An arrangement of holes: (count, repeat, where, tails)."""
    ctx = part.ctx
    wide, high = solid.face_size(face)
    if kind == "corners":
        return _in_corners(ctx, face, min(wide, high), real, surface)
    if kind in ("pair", "pair2"):
        return _pair(ctx, face, kind, (wide, high), real, surface)
    if kind == "polar":
        return _bolt_circle(ctx, min(wide, high), real, surface)
    if kind == "points":
        spots = ctx.rng.sample([(-1, -1), (1, 1), (-1, 1), (1, -1), (0, 0)], ctx.pick((2, 3, 3, 4)))
        points = [[clean((ctx.between(0.22 * wide, 0.36 * wide) if i else 0) * (i or 1)),
                   clean((ctx.between(0.22 * high, 0.36 * high) if j else 0) * (j or 1))] for i, j in spots]
        words = [ctx.point(point) for point in points]
        text = ", ".join(words[:-1]) + " and " + words[-1]
        where = ctx.pick((f"on {surface} at {text}", f"on {surface} at the points {text} measured from its centre",
                          f"at {text} from the centre of {surface}", f"on {surface} at coordinates {text}"))
        return len(points), {"points": points}, where, []
    return _grid(ctx, kind, (wide, high), real, surface)


def _in_corners(ctx: Context, face: str, short: float, real: float, surface: str) -> \
        tuple[int, dict[str, Any], str, list[str]]:
    start = ctx.pick((f"in the corners of {surface}", "one in each corner", f"one in each corner of {surface}",
                      "in the four corners", f"at the corners of {surface}", f"near the corners of {surface}"))
    if ctx.chance(0.72):
        inset = ctx.between(max(real / 2 + 0.02 * short, 0.06 * short), max(0.2 * short, real / 2 + 0.06 * short))
        text = ctx.length(inset)
        how = ctx.pick((f"{text} from the edges", f"{text} in from each edge", f"{text} from both edges",
                        f"their centres {text} from the edges", f"{text} away from the adjacent edges",
                        f"with their centers {text} from both edges", f"inset {text} from the edges", f"inset by {text}"))
        tails = []
        if ctx.verbose and ctx.chance(0.3):
            tails = [ctx.pick((f"the hole centres are {text} from the edges", f"each hole is {text} from both nearby edges",
                               f"their centres lie {text} from the sides", f"keep a distance of {text} from every edge"
                               " to the hole centres"))]
            return 4, {"corners": True, "inset": inset}, start, tails
        return 4, {"corners": True, "inset": inset}, f"{start}, {how}", tails
    pad = ctx.between(0.02 * short, 0.1 * short)
    text = ctx.length(pad)
    how = ctx.pick((f"with a margin of {text} to the edges", f"with {text} of material left to each edge",
                    f"leaving {text} between hole and edge", f"with a padding of {text} from the edges"))
    return 4, {"corners": True, "pad": pad}, f"{start}, {how}", []


def _pair(ctx: Context, face: str, kind: str, extent: tuple[float, float], real: float, surface: str) -> \
        tuple[int, dict[str, Any], str, list[str]]:
    edges = EDGES[face][:2] if kind == "pair" else EDGES[face][2:]
    along = extent[0] if kind == "pair" else extent[1]
    a, b = edges
    start = ctx.pick((f"on {surface}, one at the {a} and one at the {b} edge", f"on {surface}, on the {a} and {b} sides",
                      f"at either end of {surface} ({a} and {b})", f"on {surface}, both at the {a} and at the {b} end",
                      f"on {surface}: one close to the {a} edge, the other close to the {b} edge,"))
    if ctx.chance(0.65):
        value = ctx.between(real / 2 + 0.03 * along, max(0.24 * along, real / 2 + 0.08 * along))
        text = ctx.length(value)
        how = ctx.pick((f"each {text} from its edge", f"with their centres {text} from the edges", f"{text} from the edges",
                        f"each centre {text} from the edge", f"{text} in from the edge"))
        return 2, {"edges": list(edges), "inset": value}, f"{start}, {how}", []
    value = ctx.between(0.02 * along, 0.12 * along)
    text = ctx.length(value)
    how = ctx.pick((f"with {text} of space to the edge", f"leaving a gap of {text} to the edges",
                    f"with a margin of {text} to the edge", f"with a padding of {text} from each edge"))
    return 2, {"edges": list(edges), "pad": value}, f"{start}, {how}", []


def _bolt_circle(ctx: Context, across: float, real: float, surface: str) -> \
        tuple[int, dict[str, Any], str, list[str]]:
    count = ctx.rng.weighted(((10, 4), (10, 6), (6, 3), (6, 8), (4, 5), (2, 12), (1, 10), (2, 2)))
    repeat: dict[str, Any] = {"polar": count}
    if ctx.chance(0.7):
        value = ctx.between(0.6 * across, 0.76 * across)
        text = ctx.length(value)
        repeat["diameter"] = value
        where = ctx.pick((f"equally spaced on a {text} bolt circle", f"evenly spaced on a circle of diameter {text}",
                          f"on a bolt circle of {text} diameter", f"on a pitch circle diameter of {text}",
                          f"spread evenly around a {text} diameter circle", f"on a {text} PCD",
                          f"arranged in a circle with a diameter of {text}"))
        if ctx.call_outs:
            where = ctx.pick((f"on Ø{text} PCD", f"PCD {text}", f"equispaced on Ø{text}", f"BC {text}"))
    else:
        value = ctx.between(0.3 * across, 0.38 * across)
        text = ctx.length(value)
        repeat["radius"] = value
        where = ctx.pick((f"evenly spaced at a radius of {text} from the centre", f"equally spaced {text} from the center",
                          f"on a circle of radius {text}", f"arranged around the center, {text} away from it",
                          f"offset {text} from the centre, evenly spread around it"))
    if ctx.chance(0.12):
        start = ctx.pick((15, 30, 45, 90))
        repeat["start"] = start
        where += ctx.pick((f", the first at {ctx.angle(start)}", f", starting at {ctx.angle(start)}"))
    if ctx.chance(0.15):
        where = f"on {surface}, {where}"
    return count, repeat, where, []


def _grid(ctx: Context, kind: str, extent: tuple[float, float], real: float, surface: str) -> \
        tuple[int, dict[str, Any], str, list[str]]:
    wide, high = extent
    where_on = f"on {surface}"
    if kind == "row":
        count = ctx.pick((2, 2, 3, 3, 4, 5))
        how = ctx.rng.weighted(((6, "pitch"), (2, "span"), (2, "gap")))
        whole = (0.72 * wide - real) / (count - 1)
        if whole <= 1.3 * real:
            count, whole = 2, 0.72 * wide - real
        if how == "span":
            value = ctx.between(0.5 * wide, 0.72 * wide)
        elif how == "gap":
            value = ctx.between(0.3 * (whole - real), whole - real)
        else:
            value = ctx.between(max(0.5 * whole, 1.25 * real), whole)
        text = ctx.length(value)
        words = {"pitch": (f"in a row, {text} apart", f"along the length, spaced {text} apart", f"in a line at a pitch of {text}",
                           f"in a row with {text} between centres", f"lined up along the length {text} centre to centre"),
                 "span": (f"in a row, the outer ones {text} apart", f"in a row spanning {text} between the outer centres",
                          f"evenly spread in a line over {text} from the first to the last centre"),
                 "gap": (f"in a row with clear gaps of {text}", f"in a line, {text} of material between neighbours",
                         f"side by side with a gap of {text} between them")}[how]
        if count == 2 and how != "gap":
            words = (f"{text} apart", f"{text} apart along the length", f"spaced {text} apart, centred,")
            how = "pitch"
        return count, {"grid": [count, 1], how: value}, f"{where_on}, {ctx.pick(words)}", []
    columns, rows = ctx.pick(((2, 2), (2, 2), (2, 2), (3, 2), (3, 3), (4, 2), (2, 3), (4, 3)))
    a = ctx.between(max(0.5 * 0.7 * wide, 1.3 * real * (columns - 1)) / (columns - 1), 0.74 * wide / (columns - 1))
    b = ctx.between(max(0.5 * 0.7 * high, 1.3 * real * (rows - 1)) / (rows - 1), 0.74 * high / (rows - 1))
    texts = ctx.length(a), ctx.length(b)
    repeat = {"grid": [columns, rows], "pitch": [a, b]}
    if columns == rows == 2:
        where = ctx.pick((f"{ctx.several([a, b])} apart", f"spaced {texts[0]} by {texts[1]}",
                          f"in a rectangle, {texts[0]} apart lengthwise and {texts[1]} apart crosswise",
                          f"in a {ctx.several([a, b])} pattern", f"at a spacing of {ctx.several([a, b])}",
                          f"{texts[0]} apart along the length and {texts[1]} apart along the width",
                          f"with centre distances of {texts[0]} and {texts[1]}",
                          f"forming a {ctx.several([a, b])} rectangle"))
    else:
        across = ctx.pick((f"{columns} x {rows}", f"{ctx.count(columns)} by {ctx.count(rows)}", f"{columns} by {rows}"))
        where = ctx.pick((f"in a {across} grid with a pitch of {texts[0]} and {texts[1]}",
                          f"in a {across} grid, {texts[0]} apart in length and {texts[1]} in width",
                          f"as a {across} grid spaced {ctx.several([a, b])}",
                          f"arranged {across}, spaced {texts[0]} along the length and {texts[1]} along the width"))
    if ctx.chance(0.35):
        where = f"on {surface}, {where}"
    return columns * rows, repeat, where, []
