"""Words with many faces, and small grammar: articles, plurals, lists."""

from __future__ import annotations

import re
from collections.abc import Sequence

VOWEL_SOUNDS = ("a", "e", "i", "o", "u")
CONSONANT_STARTS = ("uni", "u-", "one", "eu", "u ", "us")
IRREGULAR = {
    "box": "boxes",
    "bush": "bushes",
    "boss": "bosses",
    "cross": "crosses",
    "prism": "prisms",
    "half": "halves",
    "leg": "legs",
    "shelf": "shelves",
    "rhombus": "rhombuses",
    "bench": "benches",
    "torus": "tori",
    "foot": "feet",
    "annulus": "annuli",
    "notch": "notches",
}


_EIGHT = re.compile(r"8|1[18](?!\d)")
_STRAY_STOP = re.compile(r"(?: ,|,| )+\.(?!\d)")


def article(phrase: str) -> str:
    """The phrase with "a" or "an" before it."""
    start = phrase.lower()
    vowel = (start.startswith(VOWEL_SOUNDS) and not start.startswith(CONSONANT_STARTS)) or bool(
        _EIGHT.match(start)
    )
    if start[:2] in (
        "l ",
        "l-",
        "h-",
        "h ",
        "i-",
        "i ",
        "m3",
        "m4",
        "m5",
        "m6",
        "m8",
        "m1",
        "m2",
        "f-",
        "f ",
        "x-",
    ):
        vowel = True
    if start.startswith(("u-", "t-", "u ", "t ", "z-", "z ")):
        vowel = False
    return ("an " if vowel else "a ") + phrase


def plural(noun: str) -> str:
    """The noun in the plural; the head is the last word before any "of", "with" or comma."""
    head, separator, rest = noun, "", ""
    for mark in (" of ", " with ", ", ", " (", " measuring ", " at ", " that ", " to "):
        if mark in head:
            before, _, after = head.partition(mark)
            head, separator, rest = before, mark, after + separator + rest
    first, space, last = head.rpartition(" ")
    if last in IRREGULAR:
        last = IRREGULAR[last]
    elif last.endswith(("s", "x", "ch", "sh")):
        last += "es"
    elif last.endswith("y") and last[-2:-1] not in "aeiou":
        last = last[:-1] + "ies"
    else:
        last += "s"
    return first + space + last + separator + rest


def listed(items: Sequence[str], last: str = " and ") -> str:
    """ "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return ", ".join(items[:-1]) + last + items[-1]


def sentence(text: str) -> str:
    """The text as a sentence: capital, one full stop."""
    text = text.strip().rstrip(",;")
    if not text:
        return ""
    first = text[0].upper() + text[1:]
    return first if first[-1] in ".!?:" else first + "."


def squeeze(text: str) -> str:
    """The text with doubled blanks and commas removed."""
    for before, after in (
        ("  ", " "),
        (" ,", ","),
        (",,", ","),
        (",)", ")"),
        (", and and ", " and "),
        (" ;", ";"),
        (",;", ";"),
        (" standing standing ", " standing "),
    ):
        while before in text:
            text = text.replace(before, after)
    return _STRAY_STOP.sub(".", text).strip()
