"""Requests that contradict themselves: they are put to the person, who alone knows which figure holds.

Only what cannot be read otherwise counts, since a contradiction stops a run before any design is made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from cadagent.design.expressions import MM_PER_UNIT
from cadagent.requirements import words
from cadagent.requirements.extract import Requirement, sentences
from cadagent.requirements.figures import figures

_EXTENTS = frozenset({
    "high", "height", "tall", "long", "length", "wide", "width", "deep", "depth", "thick", "thickness",
})  # fmt: skip
_PLACES = r"(?:on|at|in|along|near)\b[^,;.)]*?"
_SPLIT = re.compile(
    rf"\b(?P<total>{words.NUMBER})\s+(?:[a-z-]+\s+){{0,3}}?(?:{words.FEATURES})\s*[:,(]\s*(?P<first>{words.NUMBER})\s+{_PLACES}"
    rf"(?:,\s*and|,|\band)\s+(?P<second>{words.NUMBER})\s+{_PLACES}(?P<end>[.;)]|$)",
    re.IGNORECASE,
)
_EACH = re.compile(r"\b(?:each|every|both|per|all)\b", re.IGNORECASE)
_OF_ONE = re.compile(
    r"\s*(?:cubes?)?[\s,]*(?:(?:with|and)\s+(?:a\s+)?(?:height|length|width|depth)\s+of\s+)?", re.IGNORECASE
)
_SIDES = re.compile(
    rf"{words.POLYGON.pattern}(?:\s+\w+){{0,2}}?\s+(?:with|having|of)\s+(?P<count>{words.NUMBER})\s+(?:equal\s+)?sides\b",
    re.IGNORECASE,
)


_UNIT = r"(?:mm|cm|m|in|inch(?:es)?|ft|feet|units?|\")"
_ZERO = r"0+(?:\.0+)?(?![\d./])"
_BY = rf"\s*{_UNIT}?\s*[x×*]\s*"
_FIGURE = r"\d+(?:\.\d+)?"
# Three in a row are sizes; two may be a place.
_NOTHING_LISTED = re.compile(
    rf"(?<![\d.,(/-])(?:(?P<first>{_ZERO}){_BY}{_FIGURE}{_BY}{_FIGURE}"
    rf"|{_FIGURE}{_BY}(?P<second>{_ZERO}){_BY}{_FIGURE}"
    rf"|{_FIGURE}{_BY}{_FIGURE}{_BY}(?P<third>{_ZERO}))(?!\s*[x×*]|\d)",
    re.IGNORECASE,
)
# Not the height, depth or radius: ramps and cuts may begin at 0, and a sharp corner has a radius of it.
_NOTHING_NAMED = re.compile(
    rf"(?<![\w-])(?P<before>\w+ )?(?:diameter|width|thickness|length)(?:\s+(?:of|is|=)|\s*[=:])?\s*"
    rf"(?P<named>{_ZERO})\s*{_UNIT}?(?=[\s,.;)]|$)"
    rf"|(?<![\d.,/])\b(?P<said>{_ZERO})\s*{_UNIT}[\s-]+(?:wide|thick|long|(?:diameter\s+)?holes?)\b",
    re.IGNORECASE,
)
_OF_ONE_END = frozenset({
    "top", "upper", "bottom", "lower", "end", "tip", "second", "smaller", "small", "other", "from",
})  # fmt: skip
_AT_A_TIP = re.compile(r"\s*(?:mm)?\s*(?:at|on|towards?)\b", re.IGNORECASE)
_BEFORE_A_PLACE = re.compile(
    r"\b(?:by|at|to|it|from|position|offset|location|point)(?:\s+of)?[\s:(]*$", re.IGNORECASE
)


_FEWEST = 2
"""Of what can contradict each other, so many it takes."""


@dataclass(frozen=True)
class Contradiction:
    """Two statements of one request that cannot both hold, or a size that nothing can have.

    Attributes:
        message: a question to the person.
        spans: where the two stand in the text; for a size of nothing, it and what it stands in.
    """

    message: str
    spans: tuple[tuple[int, int], tuple[int, int]]


def contradictions(text: str, requirements: Sequence[Requirement]) -> tuple[Contradiction, ...]:
    """What in a request contradicts itself; ``requirements`` are the request's own."""
    found: list[Contradiction] = []
    for start, end in sentences(text):
        inside = [r for r in requirements if start <= r.span[0] < end and not r.soft and not r.loose]
        found += _cubes(text, inside)
        found += _rings(inside)
        found += _counts(text, start, end)
        found += _nothings(text, start, end)
    return tuple(found)


def can_contradict(text: str) -> bool:
    """Whether a request says enough sizes, counts, polygons and threads for two of them not to agree."""
    counts = [word for word in re.findall(r"[a-z]+", text.lower()) if word in words.COUNTS]
    named = [*words.POLYGON.finditer(text), *words.THREAD.finditer(text)]
    return len(figures(text)) + len(counts) + len(named) >= _FEWEST


def _cubes(text: str, requirements: Sequence[Requirement]) -> Iterator[Contradiction]:
    """A cube with an extent of its own."""
    for cube, other in pairwise(requirements):
        if cube.role != "cube" or other.role not in _EXTENTS or cube.kind != other.kind:
            continue
        joined = _OF_ONE.fullmatch(text, cube.span[1], other.span[0])
        if joined and abs(_size(cube) - _size(other)) > 0.01 * _size(cube):
            yield Contradiction(
                f"A cube of {cube.words} cannot be {other.words} {other.role}: which of the two holds?",
                (cube.span, other.span),
            )


def _rings(requirements: Sequence[Requirement]) -> Iterator[Contradiction]:
    """An outer diameter that is not larger than the inner one."""
    for kind in ("diameter", "radius"):
        outer = [r for r in requirements if r.kind == kind and r.role.startswith(("outer", "outside"))]
        inner = [r for r in requirements if r.kind == kind and r.role.startswith(("inner", "inside"))]
        if len(outer) == len(inner) == 1 and _size(outer[0]) <= _size(inner[0]):
            yield Contradiction(
                f"The outer {kind} ({outer[0].words}) is not larger than the inner one ({inner[0].words}): "
                "which of the two is meant?",
                (outer[0].span, inner[0].span),
            )


def _counts(text: str, start: int, end: int) -> Iterator[Contradiction]:
    """Parts of a count that do not make it up, and a polygon with another number of sides."""
    for match in _SPLIT.finditer(text, start, end):
        total, parts = _count(match["total"]), _count(match["first"]) + _count(match["second"])
        if total != parts and not _EACH.search(match.group()):
            yield Contradiction(
                f"There are to be {match['total']}, but {match['first']} and {match['second']} make {parts}: "
                "how many are meant?",
                (match.span("total"), match.span("second")),
            )
    for match in _SIDES.finditer(text, start, end):
        wanted, said = words.POLYGONS[match["name"].lower()], _count(match["count"])
        if wanted != said:
            yield Contradiction(
                f"{match.group()}: {match['name']}… means {wanted} sides. Which of the two holds?",
                (match.span("name"), match.span("count")),
            )


def _nothings(text: str, start: int, end: int) -> Iterator[Contradiction]:
    """Sizes of 0."""
    for pattern in (_NOTHING_LISTED, _NOTHING_NAMED):
        for match in pattern.finditer(text, start, end):
            # Only as far back as the words need: a long text may be nothing but sizes.
            behind = max(start, match.start() - 30)
            if _BEFORE_A_PLACE.search(text, behind, match.start()) or _AT_A_TIP.match(text, match.end()):
                continue
            if (match.groupdict().get("before") or "").strip().lower() in _OF_ONE_END:
                continue
            (name,) = (name for name, said in match.groupdict().items() if said and name != "before")
            yield Contradiction(
                f'A size of 0 cannot be built ("{match.group().strip()}"): which size is meant?',
                (match.span(name), match.span()),
            )


def _count(word: str) -> int:
    return words.COUNTS.get(word.lower()) or int(word)


def _size(requirement: Requirement) -> float:
    return requirement.value * float(MM_PER_UNIT[requirement.unit or "mm"])
