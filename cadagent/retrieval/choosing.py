"""Choosing examples for a prompt: together they show what the request asks for, and none is like another."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cadagent.retrieval import features

if TYPE_CHECKING:
    from cadagent.retrieval.examples import Example
    from cadagent.retrieval.searching import Hit, Searcher

_EACH = 3
_RELEVANCE = 0.5
_LIKENESS = 0.5
_EXTRA = 0.005


@dataclass(frozen=True)
class Choice:
    """Examples for a request, in the order in which they were chosen.

    Attributes:
        hits: the examples; ``shows`` of each names the request's features in it.
        asked: the features that the request words.
        uncovered: those of them that no chosen example shows.
        size: what requests and designs of the examples measure together.
    """

    hits: tuple[Hit, ...]
    asked: tuple[str, ...]
    uncovered: tuple[str, ...]
    size: int

    @property
    def examples(self) -> tuple[Example, ...]:
        return tuple(hit.example for hit in self.hits)


@dataclass
class _Candidate:
    number: int
    row: dict[str, Any]
    shown: int
    words: frozenset[str]
    relevance: float
    likeness: float = 0.0


def choose(
    searcher: Searcher,
    request: str,
    k: int,
    budget: int | None,
    count: Callable[[str], int],
    without: Collection[str],
) -> Choice:
    """Greedily, the example that adds most: features that are still missing, likeness to the request, and
    little likeness to those chosen already (maximal marginal relevance). It stops when nothing adds anything.

    See :meth:`cadagent.retrieval.Library.choose` for the arguments.
    """
    found = searcher.candidates(request, without, each=_EACH)
    best = max(found.scores.values(), default=1.0)
    left = [
        _Candidate(
            number,
            row,
            features.unpack(row["features"]),
            frozenset(row["terms"].split()),
            found.scores.get(number, 0.0) / best,
        )
        for number, row in searcher.rows([*found.best(), *found.others]).items()
    ]
    missing = {index: weight for index, weight in found.weights.items() if weight}
    total = sum(missing.values()) or 1.0
    chosen: list[_Candidate] = []
    size = 0

    def gain(item: _Candidate) -> float:
        new = sum(weight for index, weight in missing.items() if item.shown >> index & 1) / total
        extra = (item.shown & ~found.asked).bit_count()
        return new + _RELEVANCE * item.relevance - _LIKENESS * item.likeness - _EXTRA * extra

    while left and len(chosen) < k:
        most, item = max(((gain(one), one) for one in left), key=lambda pair: (pair[0], -pair[1].number))
        if most <= 0:
            break
        left.remove(item)
        measured = count(item.row["example"].request) + count(item.row["example"].design)
        if budget is not None and size + measured > budget:
            continue
        chosen.append(item)
        size += measured
        missing = {index: weight for index, weight in missing.items() if not item.shown >> index & 1}
        for other in left:
            other.likeness = max(other.likeness, _likeness(item, other))
    shown = 0
    for item in chosen:
        shown |= item.shown
    return Choice(
        tuple(searcher.hit(found, item.number, item.row) for item in chosen),
        features.names(found.asked),
        features.names(found.asked & ~shown),
        size,
    )


def _likeness(one: _Candidate, other: _Candidate) -> float:
    """0 to 1: the mean of the shares of words and of features that two examples have in common."""
    common = len(one.words & other.words)
    words = common / max(len(one.words) + len(other.words) - common, 1)
    shown = (one.shown & other.shown).bit_count() / max((one.shown | other.shown).bit_count(), 1)
    return (words + shown) / 2
