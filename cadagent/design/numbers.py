"""Figures as they are written: decimal, at most six places, no exponent, kept exactly.

Precision is judged on the written token. Binary floating point cannot answer whether ``1.1`` is a multiple
of ``1e-6``; the text can.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from cadagent.design.findings import Finding

PLACES = 6
MAGNITUDE = 100_000
_PLAIN = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?\Z")


class BadNumber(str):
    """A number token that CAD JSON does not allow; the text is the token as written."""


def read_number(token: str) -> int | float | BadNumber:
    """The figure for a JSON number token, or a :class:`BadNumber` that keeps the token."""
    if len(token) > 40 or not _PLAIN.match(token):
        return BadNumber(token[:40])
    whole, _, places = token.partition(".")
    if len(places) > PLACES or len(whole) > 15 or (token.startswith("-") and not float(token)):
        return BadNumber(token)
    return normal(float(token)) if places else int(token)


def normal(value: int | float) -> int | float:
    """Whole floats as int and no ``-0``; other figures unchanged."""
    return int(value) if isinstance(value, float) and math.isfinite(value) and value == int(value) else value


def number_text(value: int | float) -> str:
    """The shortest plain decimal text that reads back as the same figure (never an exponent)."""
    value = normal(value)
    if isinstance(value, int):
        return str(value)
    return format(Decimal(repr(value)), "f")


def problem(value: int | float | BadNumber) -> str | None:
    """What is wrong with a figure, in words; ``None`` if nothing is."""
    if isinstance(value, BadNumber):
        text = str(value)
        if re.search("[eE]", text):
            return "has an exponent"
        if re.match(r"-0(\.0*)?\Z", text):
            return "is a negative zero"
        if not re.match(r"-?\d", text):
            return "is not a finite number"
        return "has more than six decimal places" if "." in text else "is too long"
    if isinstance(value, float):
        if not math.isfinite(value):
            return "is not a finite number"
        if len(format(Decimal(repr(value)), "f").partition(".")[2]) > PLACES:
            return "has more than six decimal places"
    return None


def check_numbers(value: Any, at: str = "") -> Iterator[Finding]:
    """A finding for each figure of a document that is not plain decimal with at most six places."""
    if isinstance(value, dict):
        for key, entry in value.items():
            yield from check_numbers(entry, f"{at}/{str(key).replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from check_numbers(entry, f"{at}/{index}")
    elif isinstance(value, (int, float, BadNumber)) and not isinstance(value, bool):
        words = problem(value)
        if words:
            yield Finding(
                "numbers.form",
                f"The figure {words}.",
                at,
                expected="a decimal, at most six places",
                actual=str(value)[:40],
                hint="write it out, rounded to six places",
            )
