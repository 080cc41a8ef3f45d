"""Arrangements of holes on a face: corners, pairs, bolt circles, rows, grids, points."""

from __future__ import annotations

from typing import Any

from training.synthetic.context import Context
from training.synthetic.numbers import clean
from training.synthetic.part import Part, Solid
from training.synthetic.placing import EDGES


def possible(solid: Solid, face: str, free: list[tuple[int, int]]) -> list[tuple[float, str]]:
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


def arrange(
    part: Part, solid: Solid, face: str, kind: str, real: float, surface: str
) -> tuple[int, dict[str, Any], str, list[str]]:
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
        points = [
            [
                clean((ctx.between(0.22 * wide, 0.36 * wide) if i else 0) * (i or 1)),
                clean((ctx.between(0.22 * high, 0.36 * high) if j else 0) * (j or 1)),
            ]
            for i, j in spots
        ]
        words = [ctx.point(point) for point in points]
        text = ", ".join(words[:-1]) + " and " + words[-1]
        where = ctx.pick(
            (
                f"on {surface} at {text}",
                f"on {surface} at the points {text} measured from its centre",
                f"at {text} from the centre of {surface}",
                f"on {surface} at coordinates {text}",
            )
        )
        return len(points), {"points": points}, where, []
    return _grid(ctx, kind, (wide, high), real, surface)


def _in_corners(
    ctx: Context, face: str, short: float, real: float, surface: str
) -> tuple[int, dict[str, Any], str, list[str]]:
    start = ctx.pick(
        (
            f"in the corners of {surface}",
            "one in each corner",
            f"one in each corner of {surface}",
            "in the four corners",
            f"at the corners of {surface}",
            f"near the corners of {surface}",
        )
    )
    if ctx.chance(0.72):
        inset = ctx.between(
            max(real / 2 + 0.02 * short, 0.06 * short), max(0.2 * short, real / 2 + 0.06 * short)
        )
        text = ctx.length(inset)
        how = ctx.pick(
            (
                f"{text} from the edges",
                f"{text} in from each edge",
                f"{text} from both edges",
                f"their centres {text} from the edges",
                f"{text} away from the adjacent edges",
                f"with their centers {text} from both edges",
                f"inset {text} from the edges",
                f"inset by {text}",
            )
        )
        tails = []
        if ctx.verbose and ctx.chance(0.3):
            tails = [
                ctx.pick(
                    (
                        f"the hole centres are {text} from the edges",
                        f"each hole is {text} from both nearby edges",
                        f"their centres lie {text} from the sides",
                        f"keep a distance of {text} from every edge to the hole centres",
                    )
                )
            ]
            return 4, {"corners": True, "inset": inset}, start, tails
        return 4, {"corners": True, "inset": inset}, f"{start}, {how}", tails
    pad = ctx.between(0.02 * short, 0.1 * short)
    text = ctx.length(pad)
    how = ctx.pick(
        (
            f"with a margin of {text} to the edges",
            f"with {text} of material left to each edge",
            f"leaving {text} between hole and edge",
            f"with a padding of {text} from the edges",
        )
    )
    return 4, {"corners": True, "pad": pad}, f"{start}, {how}", []


def _pair(
    ctx: Context, face: str, kind: str, extent: tuple[float, float], real: float, surface: str
) -> tuple[int, dict[str, Any], str, list[str]]:
    edges = EDGES[face][:2] if kind == "pair" else EDGES[face][2:]
    along = extent[0] if kind == "pair" else extent[1]
    a, b = edges
    start = ctx.pick(
        (
            f"on {surface}, one at the {a} and one at the {b} edge",
            f"on {surface}, on the {a} and {b} sides",
            f"at either end of {surface} ({a} and {b})",
            f"on {surface}, both at the {a} and at the {b} end",
            f"on {surface}: one close to the {a} edge, the other close to the {b} edge,",
        )
    )
    if ctx.chance(0.65):
        value = ctx.between(real / 2 + 0.03 * along, max(0.24 * along, real / 2 + 0.08 * along))
        text = ctx.length(value)
        how = ctx.pick(
            (
                f"each {text} from its edge",
                f"with their centres {text} from the edges",
                f"{text} from the edges",
                f"each centre {text} from the edge",
                f"{text} in from the edge",
            )
        )
        return 2, {"edges": list(edges), "inset": value}, f"{start}, {how}", []
    value = ctx.between(0.02 * along, 0.12 * along)
    text = ctx.length(value)
    how = ctx.pick(
        (
            f"with {text} of space to the edge",
            f"leaving a gap of {text} to the edges",
            f"with a margin of {text} to the edge",
            f"with a padding of {text} from each edge",
        )
    )
    return 2, {"edges": list(edges), "pad": value}, f"{start}, {how}", []


def _bolt_circle(
    ctx: Context, across: float, real: float, surface: str
) -> tuple[int, dict[str, Any], str, list[str]]:
    count = ctx.rng.weighted(((10, 4), (10, 6), (6, 3), (6, 8), (4, 5), (2, 12), (1, 10), (2, 2)))
    repeat: dict[str, Any] = {"polar": count}
    if ctx.chance(0.7):
        value = ctx.between(0.6 * across, 0.76 * across)
        text = ctx.length(value)
        repeat["diameter"] = value
        where = ctx.pick(
            (
                f"equally spaced on a {text} bolt circle",
                f"evenly spaced on a circle of diameter {text}",
                f"on a bolt circle of {text} diameter",
                f"on a pitch circle diameter of {text}",
                f"spread evenly around a {text} diameter circle",
                f"on a {text} PCD",
                f"arranged in a circle with a diameter of {text}",
            )
        )
        if ctx.call_outs:
            where = ctx.pick((f"on Ø{text} PCD", f"PCD {text}", f"equispaced on Ø{text}", f"BC {text}"))
    else:
        value = ctx.between(0.3 * across, 0.38 * across)
        text = ctx.length(value)
        repeat["radius"] = value
        where = ctx.pick(
            (
                f"evenly spaced at a radius of {text} from the centre",
                f"equally spaced {text} from the center",
                f"on a circle of radius {text}",
                f"arranged around the center, {text} away from it",
                f"offset {text} from the centre, evenly spread around it",
            )
        )
    if ctx.chance(0.12):
        start = ctx.pick((15, 30, 45, 90))
        repeat["start"] = start
        where += ctx.pick((f", the first at {ctx.angle(start)}", f", starting at {ctx.angle(start)}"))
    if ctx.chance(0.15):
        where = f"on {surface}, {where}"
    return count, repeat, where, []


def _grid(
    ctx: Context, kind: str, extent: tuple[float, float], real: float, surface: str
) -> tuple[int, dict[str, Any], str, list[str]]:
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
        words = {
            "pitch": (
                f"in a row, {text} apart",
                f"along the length, spaced {text} apart",
                f"in a line at a pitch of {text}",
                f"in a row with {text} between centres",
                f"lined up along the length {text} centre to centre",
            ),
            "span": (
                f"in a row, the outer ones {text} apart",
                f"in a row spanning {text} between the outer centres",
                f"evenly spread in a line over {text} from the first to the last centre",
            ),
            "gap": (
                f"in a row with clear gaps of {text}",
                f"in a line, {text} of material between neighbours",
                f"side by side with a gap of {text} between them",
            ),
        }[how]
        if count == 2 and how != "gap":
            words = (f"{text} apart", f"{text} apart along the length", f"spaced {text} apart, centred,")
            how = "pitch"
        return count, {"grid": [count, 1], how: value}, f"{where_on}, {ctx.pick(words)}", []
    columns, rows = ctx.pick(((2, 2), (2, 2), (2, 2), (3, 2), (3, 3), (4, 2), (2, 3), (4, 3)))
    a = ctx.between(
        max(0.5 * 0.7 * wide, 1.3 * real * (columns - 1)) / (columns - 1), 0.74 * wide / (columns - 1)
    )
    b = ctx.between(max(0.5 * 0.7 * high, 1.3 * real * (rows - 1)) / (rows - 1), 0.74 * high / (rows - 1))
    texts = ctx.length(a), ctx.length(b)
    repeat = {"grid": [columns, rows], "pitch": [a, b]}
    if columns == rows == 2:
        where = ctx.pick(
            (
                f"{ctx.several([a, b])} apart",
                f"spaced {texts[0]} by {texts[1]}",
                f"in a rectangle, {texts[0]} apart lengthwise and {texts[1]} apart crosswise",
                f"in a {ctx.several([a, b])} pattern",
                f"at a spacing of {ctx.several([a, b])}",
                f"{texts[0]} apart along the length and {texts[1]} apart along the width",
                f"with centre distances of {texts[0]} and {texts[1]}",
                f"forming a {ctx.several([a, b])} rectangle",
            )
        )
    else:
        across = ctx.pick(
            (f"{columns} x {rows}", f"{ctx.count(columns)} by {ctx.count(rows)}", f"{columns} by {rows}")
        )
        where = ctx.pick(
            (
                f"in a {across} grid with a pitch of {texts[0]} and {texts[1]}",
                f"in a {across} grid, {texts[0]} apart in length and {texts[1]} in width",
                f"as a {across} grid spaced {ctx.several([a, b])}",
                f"arranged {across}, spaced {texts[0]} along the length and {texts[1]} along the width",
            )
        )
    if ctx.chance(0.35):
        where = f"on {surface}, {where}"
    return columns * rows, repeat, where, []
