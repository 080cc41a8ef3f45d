"""A request's figures counted against a design's: a hint that something may be amiss, not a finding.

A model copies figures. A design that leaves a figure out, has one of its own, or uses one more often than the
request says it, is wrong more often than not; but a request may also say a figure that needs no place
(``approximately``, ``equal to the height``), so that none of this may be told as an error. It ranks attempts
that nothing else tells apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from cadagent.design.expressions import MM_PER_UNIT
from cadagent.requirements.assumptions import unexplained
from cadagent.requirements.figures import figures, units_named
from cadagent.requirements.written import written

_PLAIN = frozenset({0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 45, 60, 90, 120, 180, 270, 360})
"""Counts, usual angles and step numbers: where they stand says little."""
_PLACES = 5
"""Figures that agree to so many decimals are the same figure."""


@dataclass(frozen=True)
class Tally:
    """How many figures are amiss.

    Attributes:
        unused: figures of the request that the design does not say.
        unexplained: sizes of the design that the request does not give.
        overused: figures that the design says more often than the request.
    """

    unused: int = 0
    unexplained: int = 0
    overused: int = 0

    @property
    def doubts(self) -> int:
        """All of them together."""
        return self.unused + self.unexplained + self.overused


def tally(canonical: Mapping[str, Any], request: str) -> Tally:
    """Count the figures of a canonical design against those of the request it answers."""
    units = canonical["units"]
    asked: Counter[float] = Counter()
    for figure in figures(request):
        plain = figure.value in _PLAIN and figure.unit is None
        if not plain:
            asked[_in(figure.value, figure.unit or _only(request) or units, units)] += 1
    said = Counter(round(abs(figure.said), _PLACES) for figure in written(canonical))
    unused = sum(not any(said[other] for other in _same(figure)) for figure in asked)
    overused = sum(said[figure] > times for figure, times in asked.items())
    return Tally(unused, len(unexplained(dict(canonical), request)), overused)


def _only(request: str) -> str | None:
    """The unit of the whole request, where it names just one."""
    named = units_named(request)
    return next(iter(named)) if len(named) == 1 else None


def _in(value: Fraction, unit: str, target: str) -> float:
    return round(float(value * Fraction(MM_PER_UNIT[unit]) / Fraction(MM_PER_UNIT[target])), _PLACES)


def _same(figure: float) -> tuple[float, ...]:
    """The figure, and what it is as a radius or as a diameter."""
    return figure, round(figure / 2, _PLACES), round(figure * 2, _PLACES)
