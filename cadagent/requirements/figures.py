"""What can be read with certainty from an English request: its figures with their units, and unit words.

Nothing here guesses: what is ambiguous ("3 in the middle", "6 in length") counts as no unit at all. Only
where the request says inches for certain at another figure does "6 in length" mean them too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

_UNIT_WORDS = {
    "mm": "mm",
    "millimeter": "mm",
    "millimetre": "mm",
    "cm": "cm",
    "centimeter": "cm",
    "centimetre": "cm",
    "m": "m",
    "meter": "m",
    "metre": "m",
    "in": "in",
    "inch": "in",
    "inche": "in",  # inches without its s
    "ft": "ft",
    "foot": "ft",
    "feet": "ft",
}
_ALONE = re.compile(r"\b(mm|cm|(?:milli|centi)met(?:er|re)s?|inch(?:es)?|feet)\b", re.IGNORECASE)
_SIZE = re.compile(
    r"""(?: (?<![\w.]) | (?<=\b[RØ]) | (?<=\dx) | (?<=[mc]mx) | (?<=inx) )
    (?P<number>\d+\s*[-\s]\s*\d+/\d+ | \d+/\d+ | \d+(?:\.\d+)? | \.\d+)
    (?: \s*-?\s*
        (?P<unit>(?:milli|centi)?met(?:er|re)s? | inch(?:es)? | feet | foot | mm | cm | m | ft | in | ["″] )
        (?: (?=[x×]\d) | (?![\w/]) ) )?
    (?P<next>\s*(?:x|×|by|\*|,|and|or|to)\s*(?=\.?\d))?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_MOST_DIGITS = 40
_UNIT = re.compile(
    r"""\s*-?\s*(?: (?P<angle>°|deg(?:rees?)?\b) | units?\b |
        (?P<unit>(?:milli|centi)?met(?:er|re)s? | inch(?:es)? | feet | foot | mm | cm | m | ft | in | ["″])
        (?: (?=[x×]\d) | (?![\w/]) ) )""",
    re.VERBOSE | re.IGNORECASE,
)
_PREPOSITION = re.compile(
    r"\.?\s+(the|a|an|each|every|total|all|one|both|its|this|that|these|any|some|two|three|four|five|six|"
    r"eight|line|series|number|place|between|front|back|order|length|width|height|depth|diameter|radius|"
    r"thickness|size|x|y|z|u|v|it|which|from|outer|inner|outside|inside|overall|direction|middle|addition|rows?|columns?|\d)\b",
    re.IGNORECASE,
)
_ROUND_THINGS = (
    r"(?:holes?|bores?|rods?|bars?|pins?|shafts?|boss(?:es)?|tubes?|pipes?|discs?|disks?|cylinders?)"
)
_INCHES = re.compile(
    r"\.?\s*(?:[x×*]\s*[\d.Øø]|by\s+[\d.]|[,;:)\]]|$|[Øø⌀]|\.\s|"
    r"(?:long|wide|thick|high|tall|deep|dia|o\.?d|i\.?d|square|across[- ]flats)\b|"
    rf"(?:diameter\s+)?(?:(?:clearance|through|thru|round|blind|drilled|tapped|mounting|center|centre)[\s-]+){{0,2}}"
    rf"{_ROUND_THINGS}\b)",
    re.IGNORECASE,
)
"""What follows "in" only where it is the unit: a further size, a mark, a word of size, what is drilled."""
_EITHER = re.compile(
    r"\s+(?:(?:outer|inner|outside|inside|overall)\s+)?(?:length|width|height|depth|diameter|radius|thickness)\b",
    re.IGNORECASE,
)
_SURE = re.compile(r"\d\s*-?\s*(?:inch(?:es)?\b|[\"″]|(?P<in>in\b))", re.IGNORECASE)


@dataclass(frozen=True)
class Figure:
    """A figure of the request; ``unit`` is ``None`` where none is certain."""

    value: Fraction
    unit: str | None


@lru_cache(maxsize=64)
def figures(request: str) -> tuple[Figure, ...]:
    """The figures of a request; in "40 x 20 x 5 mm" the unit holds for all three."""
    out: list[Figure] = []
    waiting: list[Fraction] = []
    for match in _SIZE.finditer(request[:20_000]):
        value, unit = value_of(match["number"]), _unit(match, request)
        if value is None:
            continue
        if unit is None and match["next"]:
            waiting.append(value)
            continue
        out += [Figure(earlier, unit) for earlier in waiting]
        out.append(Figure(value, unit))
        waiting = []
    return (*out, *(Figure(value, None) for value in waiting))


def units_named(request: str) -> frozenset[str]:
    """Every unit that the request names for certain, at a figure or by itself."""
    found = {figure.unit for figure in figures(request) if figure.unit is not None}
    return frozenset(found | set(_alone(request[:20_000])))


def unit_of_word(word: str) -> str | None:
    """The unit that a word such as "millimeters" means, or ``None``."""
    return _UNIT_WORDS.get(word.lower().removesuffix("s"))


def unit_after(text: str, end: int) -> tuple[str | None, int]:
    """The unit that stands after a figure, and where it ends: ``deg`` for degrees, ``None`` where none is
    certain (also after "units"). ``end`` is the end of the figure."""
    match = _UNIT.match(text, end)
    if match is None:
        return None, end
    if match["unit"] is None:
        return ("deg" if match["angle"] else None), match.end()
    unit = _unit(match, text)
    doubtful = match["unit"].lower() == "in" and unit and not _surely(text, match.end("unit"))
    if doubtful and any(other != "in" for other in _alone(text)):
        return None, end  # "all in mm … 5 in outer diameter"
    return unit, match.end() if unit is not None else end


def _alone(request: str) -> Iterator[str]:
    for word in _ALONE.findall(request):
        yield _UNIT_WORDS[word.lower().removesuffix("s")]


def _unit(match: re.Match[str], request: str) -> str | None:
    word = match["unit"]
    if word is None:
        return None
    if word in '"″':
        return "in"
    end = match.end("unit")
    if word.lower() == "in" and _PREPOSITION.match(request, end) and not _surely(request, end):
        return None
    if word == "M":  # a thread, or whatever else, but no metre
        return None
    return _UNIT_WORDS[word.lower().removesuffix("s")]


def _surely(request: str, end: int) -> bool:
    """Is the "in" that ends there the unit, by what follows?"""
    if _INCHES.match(request, end):
        return True
    # "2 in diameter" is 2 inches either way where the request's other figures are in inches.
    return bool(_EITHER.match(request, end)) and _in_inches(request)


@lru_cache(maxsize=64)
def _in_inches(request: str) -> bool:
    """Does a figure of the request say inches for certain?"""
    found = _SURE.finditer(request[:20_000])
    return any(match["in"] is None or _INCHES.match(request, match.end()) for match in found)


def value_of(text: str) -> Fraction | None:
    """The figure for "5", "0.25", "3/8" or "1 1/2"; ``None`` when it divides by zero, is no figure of this
    world, or is arithmetic ("12 - 90/2")."""
    if len(text) > _MOST_DIGITS:
        return None
    whole, _, rest = text.rpartition("-" if "-" in text else " ") if "/" in text else ("", "", text)
    try:
        fraction = Fraction(rest.strip())
        if not whole.strip():
            return fraction
        return Fraction(whole.strip()) + fraction if fraction < 1 else None
    except (ValueError, ZeroDivisionError):
        return None
