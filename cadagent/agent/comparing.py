"""Explain and compare: a design told in English by the adapter for that, held against its own request.

The telling knows nothing of the request. A size that it calls by another role, or does not mention, was
perhaps put in a wrong place: the solid may measure it all the same.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace

from cadagent.agent.explaining import MAX_TOKENS, shipped, told
from cadagent.agent.serving import with_live_adapter
from cadagent.design.expressions import MM_PER_UNIT
from cadagent.feedback import Store
from cadagent.generation import Model
from cadagent.requirements import Requirement, extract
from cadagent.requirements.figures import figures
from cadagent.requirements.rows import EXACT, LOOSE
from cadagent.requirements.telling import unmet
from cadagent.settings import Settings
from cadagent.validation import Report

_ROUND = frozenset({"diameter", "radius"})
_LENGTHS = frozenset({"length", "spacing"})
_COMPARED = _ROUND | _LENGTHS | {"angle", "count"}


@dataclass(frozen=True)
class Comparison:
    """Who tells the designs of a run.

    Attributes:
        model: that tells them.
        adapter: name or folder of the adapter that explains designs.
    """

    model: Model
    adapter: str

    @classmethod
    def of(cls, settings: Settings, model: Model, store: Store | None) -> Comparison | None:
        """The comparison that the settings want, with the promoted adapter or else the one that ships.

        Raises:
            ModelUnavailable: it is wanted, and no adapter is there for it.
        """
        if not (settings.compare and settings.opinions):
            return None
        promoted = with_live_adapter(replace(settings, adapter=None), model, store, "explain").adapter
        return cls(model, promoted or shipped(model, "set compare to no"))

    def otherwise(self, report: Report, request: str, most: int, cancel: threading.Event) -> tuple[int, int]:
        """How many figures of a design that holds its request's are others in English, and what that took.

        Args:
            most: tokens that the telling may take.

        Returns:
            The number of figures, 0 where nothing was told to its end; and the tokens.
        """
        if not report.valid or report.canonical is None or unmet(report.asked) or most <= 0:
            return 0, 0
        text, tokens, finish = told(
            report.canonical,
            model=self.model,
            adapter=self.adapter,
            max_tokens=min(most, MAX_TOKENS),
            cancel=cancel,
        )
        if finish != "stop":
            return 0, tokens
        return len(told_otherwise(request, text, report.canonical["units"])), tokens


@dataclass(frozen=True)
class _Said:
    """A figure by what it is the size of; lengths in millimetres where their unit is known."""

    what: str
    value: float
    loose: bool
    words: str

    def agrees(self, other: _Said) -> bool:
        near = (LOOSE if self.loose or other.loose else EXACT) * max(self.value, other.value)
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
        if not any(said.agrees(one) for one in known):
            yield said.words


def _said(one: Requirement, units: str) -> _Said:
    if one.kind in ("angle", "count"):
        return _Said(one.kind, one.value, one.loose, one.words)
    # A part in plain units takes every figure as it stands.
    unit = one.unit if one.unit is not None and units != "unit" else units
    size = one.value * float(MM_PER_UNIT[unit]) * (2 if one.kind == "radius" else 1)
    return _Said("round" if one.kind in _ROUND else "length", size, one.loose, one.words)
