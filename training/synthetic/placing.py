"""Where a feature goes on a face, in the language's words and in English."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from training.synthetic.context import Context
from training.synthetic.numbers import Number
from training.synthetic.part import Part, Solid

#: Edge words of each face along its u (low, high) and v (low, high).
EDGES: dict[str, tuple[str, str, str, str]] = {
    "top": ("left", "right", "front", "back"),
    "bottom": ("left", "right", "front", "back"),
    "front": ("left", "right", "bottom", "top"),
    "back": ("left", "right", "bottom", "top"),
    "left": ("front", "back", "bottom", "top"),
    "right": ("front", "back", "bottom", "top"),
}
#: Faces whose u and v point as the words do, so that offsets can be told as "to the right" and "up".
PLAIN = {
    "top": ("right", "left", "towards the back", "towards the front"),
    "front": ("right", "left", "up", "down"),
}
FACE_WORDS = {
    "top": ("top face", "top", "top surface", "upper face", "upper surface", "top side"),
    "bottom": ("bottom face", "underside", "bottom", "lower face", "bottom surface"),
    "front": ("front face", "front", "front side"),
    "back": ("back face", "back", "rear face", "rear", "back side"),
    "left": ("left face", "left side", "left-hand side", "left end"),
    "right": ("right face", "right side", "right-hand side", "right end"),
}
CENTRES = (
    "in the centre of {}",
    "in the center of {}",
    "at the centre of {}",
    "at the center of {}",
    "centred on {}",
    "centered on {}",
    "in the middle of {}",
    "centrally on {}",
    "positioned at the center of {}",
)


@dataclass
class Place:
    """Placement keys of a loop, hole or primitive and the words for them."""

    keys: dict[str, Any] = field(default_factory=dict)
    where: str = ""
    tails: list[str] = field(default_factory=list)


def face_name(ctx: Context, solid: Solid, face: str, *, owner: bool) -> str:
    """ "the top face of the plate"; the owner is named where it is not obvious."""
    word = ctx.pick(FACE_WORDS[face])
    if solid.round == "z" and face == "top" and ctx.chance(0.25):
        word = ctx.pick(("top circular face", "upper end", "flat top"))
    if owner or ctx.chance(0.3):
        return f"the {solid.noun}'s {word}" if ctx.chance(0.6) else f"the {word} of the {solid.noun}"
    return f"the {word}"


def through_all(ctx: Context, many: bool) -> str:
    """Words for a cut that starts on a raised feature and goes on through everything below it."""
    return ctx.pick(
        (
            " through the whole part",
            " through everything",
            " all the way through the part",
            f" that {'go' if many else 'goes'} through the entire part",
            " through all",
            " down through the whole body",
        )
    )


def _edge_words(ctx: Context, edge: str) -> str:
    return ctx.pick(
        (f"the {edge} edge", f"the {edge} edge", f"the {edge} side", f"the {edge}-hand edge")
        if edge in ("left", "right")
        else (f"the {edge} edge", f"the {edge} edge", f"the {edge} side")
    )


def corner_word(face: str, i: int, j: int) -> str:
    """ "front-left" or "top-right": the vertical word first."""
    low_u, high_u, low_v, high_v = EDGES[face]
    return f"{high_v if j > 0 else low_v}-{high_u if i > 0 else low_u}"


def free_cells(solid: Solid, face: str) -> list[tuple[int, int]]:
    """Cells of the face's 3 × 3 division that no feature uses yet."""
    used = solid.used.setdefault(face, set())
    cells = [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1) if (i, j) not in used]
    if solid.round == "z" and face in ("top", "bottom"):
        cells = [cell for cell in cells if not (cell[0] and cell[1])]
    elif solid.round:
        cells = []
    return cells


def claim(solid: Solid, face: str, cells: list[tuple[int, int]], *, through: bool = False) -> None:
    """Mark cells as used, on the opposite face too when the feature goes through."""
    opposite = {
        "top": "bottom",
        "bottom": "top",
        "left": "right",
        "right": "left",
        "front": "back",
        "back": "front",
    }
    solid.used.setdefault(face, set()).update(cells)
    if through:
        solid.used.setdefault(opposite[face], set()).update(cells)


def centre(ctx: Context, surface: str) -> Place:
    """In the middle of a face."""
    return Place({}, ctx.pick(CENTRES).format(surface))


def in_cell(
    part: Part,
    solid: Solid,
    face: str,
    cell: tuple[int, int],
    box: tuple[float, float],
    *,
    surface: str,
    is_round: bool,
    flush: bool = False,
) -> Place:
    """Place a thing of extent `box` in a cell of the face; the surface's words are given."""
    ctx = part.ctx
    i, j = cell
    if not i and not j:
        return centre(ctx, surface)
    wide, high = solid.face_size(face)
    if solid.round:
        return _offset(ctx, face, i, j, 0.3 * wide, 0.3 * high, surface)
    if face in PLAIN and not flush and ctx.chance(0.22):
        return _offset(ctx, face, i, j, 0.31 * wide, 0.31 * high, surface)
    if i and j:
        return _corner(ctx, face, cell, (wide, high), box, surface, is_round, flush)
    along = wide if i else high
    edge = EDGES[face][(1 if i > 0 else 0) if i else (3 if j > 0 else 2)]
    size = box[0] if i else box[1]
    if flush:
        touching = ctx.pick(
            (
                f"flush with {_edge_words(ctx, edge)} of {surface}",
                f"on {surface}, flush with the {edge} edge",
                f"on {surface}, against the {edge} edge",
                f"at the {edge} edge of {surface}",
                f"along the {edge} edge of {surface}",
            )
        )
        return Place({"from": edge}, touching)
    gap = ctx.between(0.03 * along, max(0.31 * along - size, 0.06 * along))
    if not is_round or ctx.chance(0.3):
        text = ctx.length(gap)
        where = ctx.pick(
            (
                f"on {surface}, {text} from {_edge_words(ctx, edge)}",
                f"on {surface}, leaving {text} to {_edge_words(ctx, edge)}",
                f"on {surface} with a margin of {text} to {_edge_words(ctx, edge)}",
                f"on {surface} with a padding of {text} from the {edge} edge",
                f"on {surface}, with a gap of {text} to the {edge} edge",
            )[1 if is_round else 0 :]
        )
        return Place({"from": edge, "pad": gap}, where)
    inset = ctx.between(max(size / 2 + 0.02 * along, 0.1 * along), max(0.3 * along, size / 2 + 0.06 * along))
    text = ctx.length(inset)
    where = ctx.pick(
        (
            f"on {surface}, {text} from {_edge_words(ctx, edge)}",
            f"on {surface}, its centre {text} from {_edge_words(ctx, edge)}",
            f"{text} in from {_edge_words(ctx, edge)} of {surface}",
            f"on {surface} with its center {text} from the {edge} edge",
        )
    )
    return Place({"from": edge, "inset": inset}, where)


def _offset(ctx: Context, face: str, i: int, j: int, wide: float, high: float, surface: str) -> Place:
    right, left, back, front = PLAIN.get(face, PLAIN["top"])
    u: Number = ctx.between(0.7 * wide, wide) if i else 0
    v: Number = ctx.between(0.7 * high, high) if j else 0
    at = [u if i >= 0 else -u, v if j >= 0 else -v]
    if ctx.chance(0.35):
        where = ctx.pick(
            (
                f"on {surface} at {ctx.point(at)} from its centre",
                f"on {surface}, centred at {ctx.point(at)}",
                f"on {surface} at position {ctx.point(at)} relative to its center",
            )
        )
        return Place({"at": at}, where)
    words = []
    if i:
        side = right if i > 0 else left
        words.append(f"{ctx.length(u)} to the {side}")
    if j:
        words.append(f"{ctx.length(v)} {back if j > 0 else front}")
    joined = " and ".join(words)
    where = ctx.pick(
        (
            f"on {surface}, {joined} from the centre",
            f"on {surface}, shifted {joined} from the center",
            f"on {surface}, offset {joined} from its centre",
            f"{joined} of the centre of {surface}",
        )[: 4 if i and not j else 3]
    )
    return Place({"at": at}, where)


def _corner(
    ctx: Context,
    face: str,
    cell: tuple[int, int],
    extent: tuple[float, float],
    box: tuple[float, float],
    surface: str,
    is_round: bool,
    flush: bool,
) -> Place:
    word = corner_word(face, *cell)
    shown = word if ctx.chance(0.6) else word.replace("-", " ")
    u_edge, v_edge = EDGES[face][1 if cell[0] > 0 else 0], EDGES[face][3 if cell[1] > 0 else 2]
    start = ctx.pick(
        (
            f"in the {shown} corner of {surface}",
            f"on {surface}, in the {shown} corner",
            f"at the {shown} corner of {surface}",
        )
    )
    if flush:
        where = ctx.pick(
            (
                start,
                start
                + ctx.pick(
                    (", flush with both edges", ", flush with the edges", ", aligned with the corner")
                ),
            )
        )
        return Place({"from": word}, where)
    short = min(extent)
    edges: tuple[str, ...]
    if is_round and ctx.chance(0.6):
        key, low, high = (
            "inset",
            max(box[0] / 2 + 0.02 * short, 0.1 * short),
            max(0.25 * short, box[0] / 2 + 0.06 * short),
        )
        edges = ("from both edges", "in from the two edges", "from each of the two edges", "from the edges")
        mark = ctx.pick(("its centre ", "", "with its center "))
    else:
        key, low, high = "pad", 0.02 * short, 0.08 * short
        edges = (
            "clear of both edges",
            "away from both edges",
            "of margin to both edges",
            "of padding to the edges",
        )
        if not is_round:
            edges = (*edges, "from both edges")
        mark = ""
    if ctx.chance(0.6):
        value = ctx.between(low, high)
        text = f"{mark}{ctx.length(value)} {ctx.pick(edges)}"
        if key == "pad" and ctx.chance(0.4):
            text = f"with a padding of {ctx.length(value)} from both edges"
        return Place({"from": word, key: value}, f"{start}, {text}")
    a, b = ctx.between(low, high), ctx.between(low, high)
    texts = [f"{ctx.length(a)} from the {u_edge} edge", f"{ctx.length(b)} from the {v_edge} edge"]
    if key == "pad" and is_round:
        texts = [f"leaving {ctx.length(a)} to the {u_edge} edge", f"{ctx.length(b)} to the {v_edge} edge"]
    if ctx.chance(0.4) and mark == "":
        texts.reverse() if not (key == "pad" and is_round) else None
    return Place({"from": word, key: [a, b]}, f"{start}, {mark}{' and '.join(texts)}")
