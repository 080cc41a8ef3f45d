"""Figures that were changed on the way from the request to the design.

Something on a solid often happens to measure what was asked: a plate of 11 × 10 × 10 still has a 10. The
design tells more. Where it says a size that the request neither gives nor explains, and says an asked one
less often than the request does, the strange one stands in the asked one's place.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from cadagent.requirements.extract import Requirement
from cadagent.requirements.rows import Row
from cadagent.requirements.written import Written, repeated

_MEASURES = frozenset({"length", "diameter", "radius", "spacing"})
_ROUND = frozenset({"diameter", "radius"})
_POINTS = frozenset({"points", "start", "line", "arc", "through"})
_INSETS = frozenset({"inset", "pad", "pitch", "gap", "span"})
_BODIES = frozenset({
    "cylinders", "plates", "blocks", "cubes", "boxes", "spheres", "balls", "discs", "disks", "rings", "steps",
})  # fmt: skip
"""What is seldom made by repetition: its number says nothing about one."""
_FURTHEST = 2.5
"""A figure further off than this times is no slip of one figure."""


def replaced(rows: Sequence[Row], figures: Sequence[Written]) -> list[Row]:
    """The rows, with those marked wrong whose figure another one of the design has taken the place of."""
    out = list(rows)
    measured = [row for row in rows if row.requirement.kind in _MEASURES]
    strange = [f for f in figures if f.size and f.value > 0 and not _explained(f, measured)]
    # A design that copies the request's figures says all of them; one that works with others (an import, a
    # polyline of computed points) tells nothing by leaving one out.
    unsaid = {
        round(row.asked, 6)
        for row in measured
        if not row.requirement.soft and not any(_says(figure, row) for figure in figures)
    }
    for figure in strange:
        index = _sibling(figure, figures, out)
        if index is None and len(unsaid) < 2:
            index = _fewer(figure, figures, out, len(strange) == 1)
        if index is not None:
            row = out[index]
            said = next((value for value in _as(figure, row.requirement)), figure.value)
            out[index] = replace(row, state="wrong", measured=said, pointer=figure.pointer)
    return out


def recounted(rows: Sequence[Row], canonical: Mapping[str, Any]) -> list[Row]:
    """The rows, with those counts marked wrong that the design misses by one and nothing on the solid has."""
    out = list(rows)
    copies, sides = repeated(canonical)
    for index, row in enumerate(rows):
        requirement = row.requirement
        if requirement.kind != "count" or row.state != "unclear" or requirement.subject in _BODIES:
            continue
        polygon = requirement.role == "regular"
        counts = sides if polygon else copies
        if row.asked in counts.values():
            out[index] = replace(row, state="held", measured=row.asked)
            continue
        reach = 2 if polygon else 1
        near = [place for place, count in counts.items() if 0 < abs(count - row.asked) <= reach]
        if near:
            out[index] = replace(row, state="wrong", measured=float(counts[near[0]]), pointer=near[0])
    return out


def _fewer(figure: Written, figures: Sequence[Written], rows: Sequence[Row], alone: bool) -> int | None:
    """The row whose figure is said less often than asked, and could be meant by a strange figure.

    A figure that the design never says and the solid has all the same may follow from others; only where one
    strange figure is ``alone`` has it taken the place of that one.
    """
    best: tuple[bool, float, int] | None = None
    for index, row in enumerate(rows):
        requirement = row.requirement
        if requirement.kind not in _MEASURES or row.state == "wrong" or not _akin(figure, requirement):
            continue
        said = sum(other.times for other in figures if _meant(other, row, rows))
        if requirement.soft and (said or row.state == "held"):
            continue
        if not said and row.state == "held" and not alone:
            continue
        wanted = sum(
            other.requirement.mentions
            for other in rows
            if other.requirement.kind in _MEASURES
            and not (other.requirement.soft and not requirement.soft)
            and (other.requirement.kind in _ROUND) == (requirement.kind in _ROUND)
            and abs(other.asked - row.asked) <= 1e-4 * row.asked
        )
        off = abs(math.log(figure.value / row.asked))
        if (
            said < wanted
            and off <= math.log(_FURTHEST)
            and (best is None or (row.state != "missing", off) < best[:2])
        ):
            best = (row.state != "missing", off, index)
    return None if best is None else best[2]


def _sibling(figure: Written, figures: Sequence[Written], rows: Sequence[Row]) -> int | None:
    """The row of the figure that a twin of the same shape has at this place, all its other figures alike."""
    own = [other for other in figures if other.parent == figure.parent]
    for twin in figures:
        if twin.parent == figure.parent or twin.shape != figure.shape or twin.place != figure.place:
            continue
        theirs = [other for other in figures if other.parent == twin.parent]
        others = [(o.place, o.value) for o in own if o is not figure and o.size]
        if others and others == [(o.place, o.value) for o in theirs if o is not twin and o.size]:
            for index, row in enumerate(rows):
                if row.requirement.kind in _MEASURES and not row.unmet and _says(twin, row):
                    return index
    return None


def _as(figure: Written, requirement: Requirement) -> Iterable[float]:
    """What a figure of the design says in terms of what was asked, likeliest first."""
    if "diameter" in figure.key:
        return (figure.value / 2,) if requirement.kind == "radius" else (figure.value,)
    if "radius" in figure.key or "radii" in figure.key:
        both = {"diameter": (2 * figure.value,), "radius": (figure.value,)}
        return both.get(requirement.kind, (figure.value, 2 * figure.value))
    if figure.key in _POINTS:
        return (figure.value, 2 * figure.value)
    return (figure.value,)


def _says(figure: Written, row: Row) -> bool:
    return any(abs(value - row.asked) <= 1e-4 * row.asked for value in _as(figure, row.requirement))


def _meant(figure: Written, row: Row, rows: Sequence[Row]) -> bool:
    """Does a figure of the design say what a row asks, and not rather what a row of the other kind asks?"""
    if not _says(figure, row):
        return False
    if _is_round(figure) == (row.requirement.kind in _ROUND) or figure.key in ("wall", "width", "size"):
        return True
    return not any(
        _says(figure, other)
        for other in rows
        if other.requirement.kind in _MEASURES and _is_round(figure) == (other.requirement.kind in _ROUND)
    )


def _explained(figure: Written, rows: Sequence[Row]) -> bool:
    """Does a figure follow from those asked: itself, for insets its half, or a sum or difference of two?"""
    near = 2e-3 * figure.value
    asked = [row.asked for row in rows]
    if any(_says(figure, row) for row in rows):
        return True
    if figure.key in _INSETS and any(
        abs(figure.value - scale * one) <= near for one in asked for scale in (0.5, 2.0)
    ):
        return True
    return any(
        abs(figure.value - abs(one + scale * other)) <= near
        for one in asked
        for other in asked
        if abs(one - other) > near
        for scale in (1.0, -1.0, -2.0)
    )


def _is_round(figure: Written) -> bool:
    return "diameter" in figure.key or "radius" in figure.key or "radii" in figure.key


def _akin(figure: Written, requirement: Requirement) -> bool:
    """Could a figure of the design stand where the one asked for belongs?"""
    if requirement.kind in _ROUND:
        return _is_round(figure) or figure.key == "wall"
    return not _is_round(figure) or requirement.kind == "spacing"
