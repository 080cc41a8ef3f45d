"""Drilled holes of every kind and in every arrangement, with the words for them."""

from __future__ import annotations

from typing import Any

from training.synthetic.arrangements import arrange, possible
from training.synthetic.context import Context
from training.synthetic.hole_kinds import hole_kind
from training.synthetic.numbers import Number
from training.synthetic.part import Part, Solid, Statement
from training.synthetic.placing import centre, claim, face_name, free_cells, in_cell, through_all
from training.synthetic.sizes import thing


def _through_words(ctx: Context, owner: str, many: bool) -> str:
    verb = "go" if many else "goes"
    return ctx.pick(
        (
            "",
            "",
            "",
            "",
            f" that {verb} all the way through",
            f" through the whole {owner}",
            " going through",
            f" right through the {owner}",
            " through the full thickness",
            " (through)",
            " through all",
            f" that {'pass' if many else 'passes'} completely through the {owner}",
            f" extending through the entire {owner}",
        )
    )


def drill(part: Part, solid: Solid, face: str = "top", *, kinds: tuple[str, ...] = ()) -> bool:
    """Add a hole or an arrangement of holes to a face; False when the face has no room."""
    ctx = part.ctx
    free = free_cells(solid, face)
    arrangements = possible(solid, face, free)
    if kinds:
        arrangements = [(weight, kind) for weight, kind in arrangements if kind in kinds]
    if not arrangements:
        return False
    kind = ctx.rng.weighted(arrangements)
    wide, high = solid.face_size(face)
    single = kind in ("centre", "cell")
    limit = 0.2 * min(wide, high)
    if kind == "centre":
        limit = (
            0.6 * min(wide, high)
            if len(free) == (5 if solid.round else 9) and ctx.chance(0.5)
            else 0.28 * min(wide, high)
        )
    keys, dims, real, noun, suffix, through = hole_kind(part, solid, face, limit, not single)
    surface = face_name(ctx, solid, face, owner=part.must_name(solid))
    placed: dict[str, Any]
    tails: list[str] = []
    count, repeat = 1, None
    if kind == "centre":
        place = centre(ctx, surface)
        if ctx.chance(0.3) and face == solid.main and not part.must_name(solid):
            place.where = ctx.pick(
                ("in the centre", "in the middle", "at the center", "centrally", "at its centre")
            )
        placed, where = place.keys, place.where
        claim(solid, face, free if real > 0.3 * min(wide, high) else [(0, 0)], through=through)
    elif kind == "cell":
        cell = ctx.pick([cell for cell in free if cell != (0, 0)])
        place = in_cell(part, solid, face, cell, (real, real), surface=surface, is_round=True)
        placed, where = place.keys, place.where
        claim(solid, face, [cell], through=through)
    else:
        placed = {}
        count, repeat, where, tails = arrange(part, solid, face, kind, real, surface)
        cells = {
            "corners": [c for c in free if c[0] and c[1]],
            "row": [c for c in free if not c[1]],
            "pair": [c for c in free if c[0] and not c[1]],
            "pair2": [c for c in free if c[1] and not c[0]],
        }
        claim(
            solid,
            face,
            cells.get(kind, [c for c in free if c != (0, 0)] if kind == "polar" else free),
            through=through,
        )
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
    if (
        ctx.style == "steps"
        and "diameter" in operation
        and "depth" not in operation
        and "counterbore" not in operation
        and "countersink" not in operation
        and not repeat
        and not isinstance(operation["diameter"], str)
        and ctx.chance(0.3)
    ):
        statement.steps = _sketched_hole(
            ctx, operation["diameter"], where, solid.noun if solid is part.solids[0] else "part"
        )
    part.add(operation, statement)
    return True


def _sketched_hole(ctx: Context, size: Number, where: str, owner: str) -> tuple[str, ...]:
    size_text = ctx.length(size)
    return (
        ctx.pick(
            (
                f"sketch a circle with a diameter of {size_text} {where}",
                f"draw a circle of diameter {size_text} {where}",
                f"{where}, draw a smaller circle, {size_text} in diameter,",
            )
        ),
        ctx.pick(
            (
                f"cut it through the entire {owner}",
                "cut through everything with it",
                "extrude it as a cut through all",
                f"extrude it negatively through the whole {owner}",
                "remove it all the way through to form a hole",
                f"use it to cut a hole through the {owner}",
                "negatively extrude it to make a through hole",
            )
        ),
    )
