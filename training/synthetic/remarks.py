"""Remarks that people make beside a figure: its share of another one, a hedge, what a step is good for.

"0.29 units (about a fifth of the height)" says no more than "0.29 units", and one in four of those who
describe a part for others writes so. The figure counts, in whichever order both are said and also where the
share is a poor guess; a model that never reads such remarks builds the share. They are worked into the
finished text of a request that is answered in one go, wherever it comes from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from training.synthetic.context import Context
from training.synthetic.rewording import ADJECTIVES
from training.synthetic.words import ABOUT, SHARES, sentence

#: How many of the requests may have shares beside figures, hedges, loose names, clauses on what a step is
#: good for, and a last sentence on how the part is to be placed, which says nothing.
SHARED, HEDGES, LOOSE, CLAUSES, PLACED = 0.6, 0.25, 0.15, 0.12, 0.06
#: Of the places in those requests.
_PLACES = 0.4
#: How far a share may be off that is told as "about", and one that is a poor guess, which one in eight is.
_NEAR, _GUESS, _GUESSES = 0.08, 0.4, 0.12

_ROLE = r"(?P<role>length|width|height|depth|thickness|diameter|radius)"
_FIGURE = (
    r"(?P<figure>\d++(?:\.\d++)?+)"
    r"(?P<unit> units?\b| ?(?:mm|cm|m)\b| inch(?:es)?\b| f(?:ee|oo)t\b| (?:milli|centi)?met(?:er|re)s?\b)?+"
)
_OPEN_ENDED = (
    r"(?![\w.]*\d|\w|/|\s*(?:x|by|in|ft|degrees|minus|plus|times|less)\b|\s*[×*/+°\"'″]"
    r"|\s*[-−–]\s*[(\d]|\s\d)"
)
"""Not part of a sum, a product, a list of sizes or a mixed number."""
_RECKONED = re.compile(r"(?:[-−–+*/×]\s*|\b(?:x|by|minus|plus|times|twice|less)\s+)$")
"""What stands before a figure that is reckoned with."""
_MENTION = re.compile(rf"\b(?P<article>an? |the )?{_ROLE} (?P<of>of |equal to )?{_FIGURE}{_OPEN_ENDED}")
_SAID = re.compile(
    rf"(?<![\w./-])(?<!\d ){_FIGURE} (?:(?P<how>{'|'.join(ADJECTIVES)})|in {_ROLE})\b(?= and\b|[,.;)])"
)
_NOUN = re.compile(
    r"\b(rectangle|square|circle|cylinder|block|box|plate|disc|disk|base|cuboid|rectangular prism|triangle"
    r"|hexagon|tube|ring)\b"
)
_EQUAL = ("the same as", "equal to", "identical to", "just like")
_COMPARED = (*_EQUAL, "slightly")
_HEDGE = ("approximately ", "about ", "roughly ", "exactly ", "around ")
#: A rectangle whose two sizes are said in one breath; where they differ many call it a square all the same.
_PAIR = re.compile(
    r"\brectangle (?:of|measuring|with (?:the )?dimensions(?: of)?|that measures|that is) "
    r"(?P<first>\d+(?:\.\d+)?)[^\d()]{1,20}(?P<second>\d+(?:\.\d+)?)"
)
_BOTH = re.compile(
    rf"\bwith (?P<both>an? length of {_FIGURE.replace('<', '<a_')},? and an? width of {_FIGURE})"
    r"(?= (?:on|at|and|to|in (?:the|its|an?))\b|[.,;])"
)
_STEP = re.compile(r"\b(?:[Ee]xtru|[Ss]ketch|[Cc]ut|[Dd]raw)\w*\b[^.!?:;()]*[a-z](?=\.(?:\s|$))")
_CLAUSES = (
    ", ensuring that everything is properly aligned",
    ", making sure that the sketch is closed",
    ", ensuring that the shape forms a closed area",
    ", so that one single solid results",
    " to form the 3D object",
    " to get the desired shape",
    ", keeping the given dimensions",
    ", ensuring a clean result",
    ", making sure that all sizes are kept",
    " to create the 3D shape",
    ", ensuring that the edges are straight and sharp",
)
_PLACED = (
    "adjust the position of the whole part so that it is placed properly",
    "ensure that the entire structure is correctly oriented",
    "finally, make sure the model is positioned correctly in 3D space",
    "the position of the finished part may be adjusted as needed",
    "translate the result as necessary for a proper alignment",
    "make sure that the object is positioned well in the coordinate system",
)
_LONG = 120
"""Characters of a request from which it may have clauses and a last sentence."""


@dataclass(frozen=True)
class _Mention:
    """A size with its name: what it measures, its figure, and where both stand."""

    role: str
    value: float
    found: re.Match[str]
    noun: str


def remarked(ctx: Context, text: str, document: dict[str, Any]) -> str:
    """The request with remarks that change nothing; most of them stay as they are.

    Args:
        document: the design; only one that is not moved in the end may be told to be placed somehow.
    """
    if ctx.chance(SHARED):
        text = _with_shares(ctx, text)
        text = _BOTH.sub(lambda found: _sized_like(ctx, found), text)
    if ctx.chance(LOOSE):
        text = _PAIR.sub(_loosely, text, count=1)
    if ctx.chance(HEDGES):
        text = _MENTION.sub(lambda found: _hedged(ctx, found), text)
    if len(text) < _LONG:
        return text
    if ctx.chance(CLAUSES):
        text = _STEP.sub(
            lambda found: found.group() + (ctx.pick(_CLAUSES) if ctx.chance(_PLACES) else ""), text
        )
    if ctx.chance(PLACED) and not _moved(document):
        text = f"{text.rstrip()}{'' if text.rstrip()[-1] in '.!?' else '.'} {sentence(ctx.pick(_PLACED))}"
    return text


def _moved(document: dict[str, Any]) -> bool:
    return any(entry["op"] in ("move", "align", "rotate", "scale") for entry in document["operations"])


def _mentions(text: str) -> Iterator[_Mention]:
    """The sizes that stand outside brackets, in the order of the text."""
    named = _NOUN.findall(text)
    clear = len(named) == len(set(named))
    last = 0
    for one in sorted((*_MENTION.finditer(text), *_SAID.finditer(text)), key=lambda found: found.start()):
        before = text[: one.start()]
        if one.start() < last or before.count("(") != before.count(")") or _RECKONED.search(before):
            continue
        last = one.end()
        nouns = _NOUN.findall(before.rpartition(". ")[2])
        role = one["role"] or ADJECTIVES[one["how"]]
        yield _Mention(role, float(one["figure"]), one, nouns[-1] if nouns and clear else "")


def _with_shares(ctx: Context, text: str) -> str:
    """Some figures told as shares of earlier ones besides."""
    pieces, last, earlier = [], 0, list[_Mention]()
    for one in _mentions(text):
        known = [other for other in earlier if other.value > 0 and (other.role, other.noun) != (one.role, "")]
        earlier.append(one)
        if not known or one.value <= 0 or not ctx.chance(_PLACES):
            continue
        other = ctx.pick([same for same in known if same.value == one.value] or known)
        share = _share(ctx, one.value / other.value)
        if share is None:
            continue
        whose = _whose(ctx, other)
        pieces += [text[last : one.found.start()], _told(ctx, one, f"{share} {whose}", text)]
        last = one.found.end()
    return "".join([*pieces, text[last:]])


def _whose(ctx: Context, other: _Mention) -> str:
    """The size that a share is of."""
    if other.noun and ctx.chance(0.7):
        return ctx.pick((f"the {other.role} of the {other.noun}", f"the {other.noun}'s {other.role}"))
    return ctx.pick(("the ", "the ", "the ", "the original ", "the overall ")) + other.role


def _share(ctx: Context, ratio: float) -> str | None:
    """Words for a ratio; ``None`` where none come near."""
    if ratio == 1:
        return ctx.pick(_EQUAL)
    near = min(SHARES, key=lambda known: abs(ratio / known - 1))
    off = abs(ratio / float(near) - 1)
    if off < _NEAR or (off < _GUESS and ctx.chance(_GUESSES)):
        return ctx.pick(ABOUT) + ctx.pick(SHARES[near])
    if 0.6 < ratio < 1 and ctx.chance(0.3):
        return ctx.pick(("slightly smaller than", "slightly less than"))
    if 1 < ratio < 1.6 and ctx.chance(0.3):
        return ctx.pick(("slightly larger than", "slightly more than"))
    return None


def _told(ctx: Context, one: _Mention, share: str, text: str) -> str:
    """A size and its share, the figure first or the share."""
    found = one.found
    figure = f"{found['figure']}{found['unit'] or ''}"
    ends = text[found.end() : found.end() + 1] in (".", ",", ";", "")
    form = ctx.pick(("brackets", "brackets", "which", "share first") if ends else ("brackets", "share first"))
    if form == "which":
        return f"{found.group()}, which is {share}"
    article = found.groupdict().get("article")
    if form == "brackets" or not article:
        return f"{found.group()} ({ctx.pick(('', '', 'which is ', 'i.e. '))}{share})"
    told = ctx.pick(("approximately ", "", "about ", "i.e. ", "which is "))
    joint = ctx.pick(("that is ", "which is ", "that is " if share.startswith(_COMPARED) else "of "))
    if ends and ctx.chance(0.3):
        return f"{article}{one.role} {joint}{share}, {told or 'i.e. '}{figure}"
    return f"{article}{one.role} {joint}{share} ({told}{figure})"


def _sized_like(ctx: Context, found: re.Match[str]) -> str:
    """Both sizes of a rectangle behind a guess at how large it is beside what was there before."""
    if not _NOUN.search(found.string[: found.start()]) or not ctx.chance(_PLACES / 2):
        return found.group()
    share = ctx.pick(ABOUT) + ctx.pick(ctx.pick(tuple(SHARES.values())[:8]))
    one = ctx.pick(("original", "first", "previous"))
    return f"with dimensions {share} the size of the {one} one ({found['both']})"


def _loosely(found: re.Match[str]) -> str:
    if found["first"] == found["second"]:
        return found.group()
    return f"square{found.group().removeprefix('rectangle')}"


def _hedged(ctx: Context, found: re.Match[str]) -> str:
    if not found["of"] or not ctx.chance(_PLACES):
        return found.group()
    start = found.start("figure") - found.start()
    return found.group()[:start] + ctx.pick(_HEDGE) + found.group()[start:]
