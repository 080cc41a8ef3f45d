"""Words with many faces, and small grammar: articles, plurals, lists."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

#: How people tell what share one size is of another.
SHARES: dict[Fraction, tuple[str, ...]] = {
    Fraction(1, 2): ("half", "1/2 of", "half of", "one half of"),
    Fraction(1, 3): ("a third of", "one third of", "1/3 of", "1/3rd of"),
    Fraction(2, 3): ("two thirds of", "2/3 of", "2/3rd of"),
    Fraction(1, 4): ("a quarter of", "one fourth of", "1/4 of", "1/4th of"),
    Fraction(3, 4): ("three quarters of", "3/4 of", "3/4th of"),
    Fraction(1, 5): ("a fifth of", "one fifth of", "1/5 of", "1/5th of"),
    Fraction(2, 5): ("two fifths of", "2/5 of"),
    Fraction(1, 6): ("a sixth of", "1/6 of", "1/6th of"),
    Fraction(1, 8): ("an eighth of", "1/8 of", "1/8th of"),
    Fraction(1, 10): ("a tenth of", "1/10 of", "1/10th of"),
    Fraction(1, 16): ("1/16 of", "1/16th of"),
    Fraction(1, 20): ("a twentieth of", "1/20 of"),
    Fraction(2): ("twice", "two times", "double"),
    Fraction(3): ("three times", "3 times"),
    Fraction(4): ("four times", "4 times"),
}
#: Before a share that need not be exact.
ABOUT = ("about ", "approximately ", "roughly ", "around ", "nearly ", "approx. ", "")


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
