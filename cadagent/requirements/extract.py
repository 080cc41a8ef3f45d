"""A request's text → its requirements: every figure that says how large or how many, with where it stands.

Precision comes first. A figure whose meaning is open (a coordinate, a translation, the arithmetic of another
figure) is either no requirement at all or a ``soft`` one, whose absence from a solid proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from cadagent.requirements import words
from cadagent.requirements.figures import unit_after, value_of

Kind = Literal[
    "length", "diameter", "radius", "angle", "count", "spacing", "ratio", "through", "centred", "corners",
    "thread",
]  # fmt: skip
MAX_TEXT = 20_000
MAX_REQUIREMENTS = 60


@dataclass(frozen=True)
class Requirement:
    """One thing that a request asks for.

    Attributes:
        kind: what it is about.
        value: the figure in ``unit``; a share for ratios, 0 where there is no figure ("through").
        unit: mm, cm, m, in, ft, deg, ``None`` where none is said (then the design's own).
        span: where it stands in the text.
        words: the text of the span.
        role: the word that says which size it is ("length", "outer diameter"), in small letters.
        subject: the noun that a count, a hole or a thread is about.
        loose: hedged ("about"); a few per cent do not matter.
        soft: restated, derived or a bound: it may be held, and its absence means nothing.
        decimals: how many the figure is written with.
        mentions: how often the text speaks of this size: "the same height" counts once more.
        listed: one of "40 x 20 x 5".
        group: figures of one size statement ("40 x 20 x 5") share a number.
    """

    kind: Kind
    value: float
    unit: str | None
    span: tuple[int, int]
    words: str
    role: str = ""
    subject: str = ""
    loose: bool = False
    soft: bool = False
    decimals: int = 0
    group: int | None = None
    mentions: int = 1
    listed: bool = False


@dataclass(frozen=True)
class _Number:
    value: float
    unit: str | None
    start: int
    end: int
    decimals: int
    listed: bool


_NUMBER = re.compile(
    r"(?:(?<![\w.])|(?<=\d[x×])|(?<=[mc]m[x×])|(?<=\din[x×])|(?<=[Øø⌀∅φΦ])|(?<=\bR)|(?<=\br=)|(?<=\bR=))"
    r"(?P<number>\d+\s*[-\s]\s*\d+/\d+|\d+/\d+(?!\d|th|rd|nd)|\d+(?:\.\d+)?|\.\d+)(?![\d/]|\.\d)"
    r"(?!-?D\b|st\b|nd\b|rd\b|th\b|[- ](?:steps?|sided?|point(?:ed)?|tier\w*|blad\w*|tooth\w*|way)\b)"
)
_NEXT = re.compile(r"\s*(?:x|×|by|\*|,|and|or|to)\s*(?=\.?\d)", re.IGNORECASE)
_LISTED = re.compile(r"\s*(?:x|×|\*)\s*$", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.;!?])\s+(?=[A-Z0-9(])|\n+")
_NUMBERING = re.compile(r"^\s*\d+[.)]\s+(?=[A-Za-z])")
_TUPLE = re.compile(r"[\[(]\s*-?[\w.*/+ -]*(?:,\s*[-(]*[\w.*/+ ()-]+)+[\])]")
_SCALING = re.compile(
    r"\bscal(?:e|ed|ing)\b[^.]{0,60}?\b(?:factor(?: of)?|by)\s+(?P<factor>\d+(?:\.\d+)?)", re.IGNORECASE
)
_AFTER = ("spacing", "diameter", "radius", "length", "angle", "apart", "hole")
_BRACKETED = re.compile(r"\([^()]*\)")
_JOINING = re.compile(
    r"^[\s,]*(?:(?:in|of|a|an|the|and|by|x|×|\*|with|its|or|is|has|overall|total|outer|units?|mm|cm|m|inch(?:es)?|in|"
    r"ft|meters?|millimeters?|long|wide|high|tall|deep|thick|lengths?|widths?|heights?|depths?|thickness|breadth|"
    r"extrusion|extruded|to|approximately|about)\b[\s,]*|[\s,×x*])*$",
    re.IGNORECASE,
)


@lru_cache(maxsize=64)
def extract(text: str) -> tuple[Requirement, ...]:
    """The requirements of a request, in the order of the text; at most ``MAX_REQUIREMENTS``."""
    text = text[:MAX_TEXT]
    found: list[Requirement] = []
    for start, end in sentences(text):
        found += _of_sentence(text, start, end, len(found))
    found.sort(key=lambda requirement: requirement.span)
    _count_mentions(text, found)
    return tuple(found[:MAX_REQUIREMENTS])


def _count_mentions(text: str, found: list[Requirement]) -> None:
    """ "The same height" is one more mention of the last height before it."""
    for match in words.SAME.finditer(text):
        for index in range(len(found) - 1, -1, -1):
            requirement = found[index]
            if requirement.span[1] <= match.start() and requirement.role == match["role"].lower():
                found[index] = replace(requirement, mentions=requirement.mentions + 1)
                break


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Where the sentences of a text begin and end."""
    start = 0
    for match in _SENTENCE.finditer(text):
        yield start, match.start()
        start = match.end()
    yield start, len(text)


def _of_sentence(text: str, start: int, end: int, group: int) -> list[Requirement]:
    if numbering := _NUMBERING.match(text[start:end]):
        start += numbering.end()
    taken: list[tuple[int, int]] = [
        (start + m.start(), start + m.end()) for m in _TUPLE.finditer(text[start:end]) if _is_tuple(m.group())
    ]
    placing = next((start + m.start() for m in words.PLACING.finditer(text[start:end])), end)
    found = [r for r in _named(text, start, placing) if not _inside(r.span, taken)]
    taken += [(start + m.start(), start + m.end()) for m in words.GRID.finditer(text[start:end])]
    taken += [requirement.span for requirement in found if requirement.kind in ("count", "thread", "ratio")]
    numbers = [n for n in _numbers(text, start, placing) if not _inside((n.start, n.end), taken)]
    previous: _Number | None = None
    last: Requirement | None = None
    for index, number in enumerate(numbers):
        following = numbers[index + 1].start if index + 1 < len(numbers) else placing
        requirement = _measured(text, number, previous.end if previous else start, following, start)
        if requirement is not None:
            joined = (
                last is not None
                and previous is not None
                and _JOINING.match(text[previous.end : number.start])
            )
            if joined and last is not None:
                if not requirement.role or requirement.role in ("by", "and"):
                    requirement = replace(requirement, kind=last.kind, role=last.role)
                requirement = replace(requirement, group=last.group)
                if requirement.kind == "spacing" and number.listed and not last.role:
                    found[-1] = replace(last, kind="spacing", role=requirement.role)
            else:
                requirement = replace(requirement, group=group + index)
            found.append(requirement)
        last, previous = requirement, number
    return found


def scaling(text: str) -> float:
    """The factor by which the request scales the whole part at last; 1 where it does not."""
    match = _SCALING.search(text)
    return float(match["factor"]) if match else 1.0


def _is_tuple(text: str) -> bool:
    """Coordinates: a bracket of figures and formulas alone, without a unit at each."""
    return bool(re.search(r"\d", text)) and not re.search(
        r"\b(?:units?|mm|cm|in|inch|long|deep|wide)\b", text
    )


def _numbers(text: str, start: int, end: int) -> list[_Number]:
    """The figures between two places; in "40 x 20 x 5 mm" the unit holds for all three."""
    out: list[_Number] = []
    waiting = 0
    for match in _NUMBER.finditer(text, start, end):
        value = value_of(match["number"])
        if value is None:
            continue
        unit, stop = unit_after(text, match.end())
        decimals = len(match["number"].partition(".")[2]) if "/" not in match["number"] else 6
        listed = bool(_LISTED.search(text[max(start, match.start() - 4) : match.start()]))
        out.append(_Number(float(value), unit, match.start(), stop, decimals, listed))
        if unit is None and _NEXT.match(text, stop):
            waiting += 1
            continue
        if unit is not None and unit != "deg":
            for index in range(len(out) - 1 - waiting, len(out) - 1):
                out[index] = replace_unit(out[index], unit)
        waiting = 0
    return out


def replace_unit(number: _Number, unit: str) -> _Number:
    """The same figure in a unit."""
    return replace(number, unit=unit)


def _measured(text: str, number: _Number, before: int, after: int, sentence: int) -> Requirement | None:
    """What a figure asks for; ``None`` when nothing says what it is."""
    ahead = text[number.end : after]
    behind = text[max(before, sentence) : number.start]
    clause = text[max(sentence, number.start - 80) : min(after, number.end + 60)]
    kind, role = _role(behind, ahead, number)
    if number.value == 0 or (kind == "angle" and number.value in (180.0, 360.0)):
        return None
    if re.search(r"-\s*$", behind) and not re.search(r"\w\s*-\s*$", behind):
        return None  # a negative figure is a place
    if (
        kind == "length"
        and role in ("side", "sides", "edge", "edges", "dimension", "")
        and re.search(r"\bcube\b[^.;]*$", text[sentence : number.start], re.IGNORECASE)
        and not number.listed
    ):
        role = "cube"
    if (
        number.unit is None
        and not number.listed
        and (words.LABEL.search(behind) or words.NO_SIZE.match(text, number.end))
    ):
        return None  # "Step 1", "2 0.3 mm holes", "6 semicircle-like pieces"
    bare = text[number.start : number.end].isdigit() and not number.listed
    bare = bare and not words.AFTER.match(ahead) and not _NEXT.match(text, number.end)
    if kind == "length" and bare and words.WEAK.fullmatch(role):
        return None  # "plate 3"
    if kind is None:
        if number.unit is None and not number.listed and not _NEXT.match(text, number.end):
            return None
        kind = "length"
    bracketed = any(
        m.start() <= number.start - sentence < m.end()
        for m in _BRACKETED.finditer(text[sentence : after + 60])
    )
    soft = bool(
        (bracketed and not number.listed and re.search(r"\d", behind + text[sentence : number.start]))
        or words.ARITHMETIC.search(behind)
        or words.ARITHMETIC.match(ahead.lstrip()[:12])
        or re.match(r"\s*[*/+-]\s*\d|\s+(?:twice|times)\b", ahead)
        # Behind a unit the same sign is a dash.
        or (text[number.end - 1].isdigit() and re.match(r"\s*[*/+-]\s*$", ahead))
        or re.search(r"\b(?:subtracting|minus|plus)\b", behind)
        or words.BOUND.search(behind)
        or (role.startswith("extru") and words.BOTH_WAYS.search(ahead))
    )
    subject = "hole" if words.HOLE.search(clause) else ""
    if words.CUTTING.search(text[sentence : number.start]) or words.CUTTING.search(ahead[:30]):
        subject = subject or "cut"
    return Requirement(
        kind,
        number.value,
        "deg" if kind == "angle" else number.unit,
        (number.start, number.end),
        text[number.start : number.end],
        role,
        subject,
        bool(words.HEDGE.search(behind)),
        soft,
        number.decimals,
        listed=number.listed or bool(_NEXT.match(text, number.end)),
    )


def _role(behind: str, ahead: str, number: _Number) -> tuple[Kind | None, str]:
    if number.unit == "deg":
        return "angle", "angle"
    if words.DIRECTLY.search(behind):
        return "radius", "radius"
    after = words.AFTER.match(ahead)
    if after is not None:
        name = next(key for key in _AFTER if after[key])
        if name == "hole":
            return "diameter", "hole"
        # "6 in from the edge" and "20 mm diameter" beat whatever stands before.
        return _kind(name), (after[name] or "").lower()
    roles = [m for m in words.ROLE.finditer(behind) if m.lastgroup is not None]
    if not roles:
        return None, ""
    strong = [m for m in roles if not words.WEAK.fullmatch(m.group())]
    last = strong[-1] if strong else roles[-1]
    name = last.lastgroup or "length"
    if name == "apart" and len(roles) > 1 and roles[-2].lastgroup in ("diameter", "radius", "length"):
        between = behind[roles[-2].end() :]
        if re.match(r"\s*(?:of|=|:|is)\b", between):
            name, last = roles[-2].lastgroup or name, roles[-2]
    if name == "fillet":
        return "radius", "fillet"
    outer = re.search(r"\b(outer|outside|inner|inside)\s*$", behind[: last.start()], re.IGNORECASE)
    role = f"{outer[1]} {last.group()}" if outer else last.group()
    return _kind(name), role.lower()


def _kind(name: str) -> Kind:
    kinds: dict[str, Kind] = {
        "spacing": "spacing", "apart": "spacing", "diameter": "diameter", "radius": "radius",
        "length": "length", "angle": "angle",
    }  # fmt: skip
    return kinds[name]


def _named(text: str, start: int, end: int) -> Iterator[Requirement]:
    """Counts, threads, ratios, and what is said without a figure."""
    for match in words.COUNT.finditer(text, start, end):
        number = match["number"].lower()
        value = float(words.COUNTS.get(number, 0) or number)
        noun = match["noun"].lower()
        several = (noun.endswith("s") and noun != "boss") or noun in ("feet", "teeth")
        # "four 14 holes": a diameter; "two dozen holes": more than a dozen.
        before = text[max(start, match.start() - 20) : match.start()]
        part = (number.isdigit() or number == "dozen") and words.COUNTED.search(before)
        part = part or words.PARTLY.search(before)
        if value > 1 and several and not part:
            adjectives = match["adjectives"].strip().lower()
            more = _of_more(text, start, match, end)
            yield Requirement("count", value, None, match.span(), match.group(), adjectives, noun, soft=more)
    for match in words.POLYGON.finditer(text, start, end):
        sides = float(words.POLYGONS[match["name"].lower()])
        yield Requirement("count", sides, None, match.span(), match.group(), "regular", "sides", soft=True)
    yield from _sized(text, start, end)
    for match in words.TIMES.finditer(text, start, end):
        span = (match.start(), match.end("number"))
        yield Requirement("count", float(match["number"]), None, span, match["number"], "", "holes")
    for match in words.THREAD.finditer(text, start, end):
        yield Requirement("thread", float(match["size"]), "mm", match.span(), match.group(), "", "hole")
    for match in words.RATIO.finditer(text, start, end):
        yield _ratio(text, match)
    for kind, pattern in (
        ("through", words.THROUGH),
        ("centred", words.CENTERED),
        ("corners", words.CORNERS),
    ):
        for match in pattern.finditer(text, start, end):
            if words.NEGATION.search(text[max(start, match.start() - 60) : match.start()]):
                continue
            clause = text[max(start, match.start() - 80) : min(end, match.end() + 20)]
            subject = "hole" if re.search(r"\b(?:holes?|bores?)\b", clause, re.IGNORECASE) else ""
            yield Requirement(kind, 0.0, None, match.span(), match.group(), "", subject)  # type: ignore[arg-type]


def _sized(text: str, start: int, end: int) -> Iterator[Requirement]:
    """The counts of holes whose size stands between: "ten 3 mm holes"."""
    for match in words.SIZED.finditer(text, start, end):
        number, adjectives = match["number"].lower(), match["adjectives"].strip().lower()
        value = float(words.COUNTS.get(number, 0) or number)
        behind = text[max(start, match.start() - 30) : match.start()]
        if value <= 1 or words.TIMES.match(text, match.start()):  # those yield their count themselves
            continue
        if any(pattern.search(behind) for pattern in (words.COUNTED, words.PARTLY)):
            continue
        beside = " ".join([*behind.split()[-1:], adjectives])
        if words.LABEL.search(behind.rstrip()) or words.ANGULAR.search(beside):
            continue  # "step 2", "rectangular 20 x 5 mm holes"
        more = _of_more(text, start, match, end)
        span = match.span("number")
        yield Requirement("count", value, None, span, match["number"], adjectives, "holes", soft=more)


def _of_more(text: str, start: int, match: re.Match[str], end: int) -> bool:
    """Does more than is counted prove nothing: with other holes about, or where one row or side among several
    is counted?"""
    if len(words.HOLES.findall(text)) > 1:
        return True
    behind, ahead = text[max(start, match.start() - 40) : match.start()], text[match.end() : end]
    return bool(words.SHARED.search(behind) or words.SHARING.match(ahead[:60]))


def _ratio(text: str, match: re.Match[str]) -> Requirement:
    """A ratio beside the figure that it explains is soft: the figure counts."""
    around = text[max(0, match.start() - 60) : match.end() + 60]
    share = (match["share"] or "").lower()
    if share and "/" in share:
        value = float(value_of(re.sub(r"[a-z]+$", "", share)) or 0)
    elif share:
        value = 1.0 / words.SHARES[re.split(r"[- ]", share)[-1]]
    else:
        named = {"twice": 2.0, "double": 2.0, "triple": 3.0, "two": 2.0, "three": 3.0}
        first = match["times"].lower().split()[0]
        value = named.get(first) or float(first)
    soft = bool(re.search(r"\d\.\d|\d\s*(?:mm|cm|in|units?)\b", around)) or bool(
        words.HEDGE.search(text[: match.start()])
    )
    base = (match["base"] or "").lower()
    return Requirement("ratio", value, None, match.span(), match.group(), base, "", False, soft)


def _inside(span: tuple[int, int], taken: list[tuple[int, int]]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in taken)
