"""The words of a request as the index keeps them: stems in small letters, without figures and units."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_WORD = re.compile(r"[a-z]{2,30}")
_LEFT_OUT = frozenset({
    "an", "and", "are", "as", "at", "be", "by", "can", "could", "do", "for", "from", "has", "have", "having",
    "in", "into", "is", "it", "its", "like", "make", "me", "need", "of", "on", "or", "please", "should", "so",
    "that", "the", "then", "there", "these", "this", "to", "want", "we", "which", "will", "with", "would",
    "you", "your", "mm", "cm", "inch", "inches", "ft", "feet", "unit", "units", "millimeter", "millimeters",
    "millimetre", "millimetres",
})  # fmt: skip
_PLURAL = re.compile(r"(?<=[sxz])es$|(?<=[cs]h)es$|(?<=[^su])s$")
_ENDING = re.compile(r"(?<=[a-z]{3})(?:ing|ed|e)$")
_DOUBLED = re.compile(r"([bdglmnprt])\1$")


def terms(text: str) -> list[str]:
    """The stems of a text's words in order; each is made of the letters a to z alone.

    Figures are left out: they say how large a thing is and not what it is.
    """
    plain = unicodedata.normalize("NFKD", text).lower()
    return [stem(word) for word in _WORD.findall(plain) if word not in _LEFT_OUT]


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A word without its English ending, so that ``drilled``, ``drilling`` and ``drills`` are one."""
    word = _PLURAL.sub("", word)
    if word.endswith("ie") and len(word) > 4:
        word = f"{word[:-2]}y"
    word = _ENDING.sub("", word)
    word = word.replace("centr", "cent").replace("center", "cent")
    return _DOUBLED.sub(r"\1", word)
