"""Explain and compare: a design told in English by the adapter for that, held against its own request.

The telling knows nothing of the request. A size that it calls by another role, or does not mention, was
perhaps put in a wrong place: the solid may measure it all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cadagent.design.expressions import MM_PER_UNIT
from cadagent.requirements import Requirement, extract
from cadagent.requirements.figures import figures

_ROUND = frozenset({"diameter", "radius"})
_LENGTHS = frozenset({"length", "spacing"})
_COMPARED = _ROUND | _LENGTHS | {"angle", "count"}
_NEAR, _LOOSE = 2.5e-3, 3e-2


@dataclass(frozen=True)
class _Said:
    """A figure by what it is the size of; lengths in millimetres where their unit is known."""

    what: str
    value: float
    loose: bool
    words: str

    def is_(self, other: _Said) -> bool:
        near = (_LOOSE if self.loose or other.loose else _NEAR) * max(self.value, other.value)
        return self.what == other.what and abs(self.value - other.value) <= near


def told_otherwise(request: str, told: str, units: str) -> tuple[str, ...]:
    """What a request and its design's telling do not have in common, in the words of the one that says it.

    Args:
        units: of the design, and so of figures that name none.
    """
    return (*_alone(request, told, units), *_alone(told, request, units))


def _alone(text: str, other: str, units: str) -> Iterator[str]:
    """The firm figures of one text that the other does not say."""
    known = [_said(one, units) for one in extract(other) if one.kind in _COMPARED]
    numbers = {float(figure.value) for figure in figures(other)}
    for one in extract(text):
        if one.soft or one.kind not in _COMPARED:
            continue
        # "Four 4 mm holes" and "four holes" are read differently: of what there are so many is left open.
        if one.kind == "count" and one.value in numbers:
            continue
        said = _said(one, units)
        if not any(said.is_(one) for one in known):
            yield said.words


def _said(one: Requirement, units: str) -> _Said:
    if one.kind in ("angle", "count"):
        return _Said(one.kind, one.value, one.loose, one.words)
    # A part in plain units takes every figure as it stands.
    unit = one.unit if one.unit is not None and units != "unit" else units
    size = one.value * float(MM_PER_UNIT[unit]) * (2 if one.kind == "radius" else 1)
    return _Said("round" if one.kind in _ROUND else "length", size, one.loose, one.words)
