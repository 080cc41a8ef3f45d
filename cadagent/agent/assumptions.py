"""Which figures of a design the request did not give: they were chosen, and the person is told so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cadagent.design.numbers import number_text

_FIGURE = re.compile(r"\d+(?:[.,]\d+)*(?:\s*/\s*\d+)?|\.\d+")
_WORDS = {
    "half": 0.5, "quarter": 0.25, "one": 1, "single": 1, "two": 2, "both": 2, "pair": 2, "three": 3, "four": 4,
    "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12, "dozen": 12,
}  # fmt: skip
_NO_SIZE = {"rotate", "rotation", "start", "grid", "polar", "sides", "points", "angle", "factor", "axis"}
_DEFAULTS = {0, 90, 180, 360}


def assumptions(canonical: dict[str, Any], request: str) -> tuple[str, ...]:
    """The sizes in a canonical document that do not stand in the request, e.g. ``extrude1 depth = 5 mm``.

    Only figures count, not expressions; counts and angles are left out, since words say them in many ways.
    """
    given = set(figures(request))
    units = "" if canonical["units"] == "unit" else " " + canonical["units"]
    found: list[str] = []
    for operation in canonical["operations"]:
        for key, value in _sizes(operation, ""):
            if value in _DEFAULTS or any(abs(abs(value) - number) <= 1e-6 * max(1.0, number) for number in given):
                continue
            found.append(f"{operation['id']} {key} = {number_text(value)}{units}")
    return tuple(dict.fromkeys(found))


def figures(text: str) -> Iterator[float]:
    """Every figure of a text: decimals, thousands, fractions and small number words."""
    for match in _FIGURE.finditer(text):
        token = match.group().replace(" ", "")
        if "/" in token:
            above, below = token.replace(",", ".").split("/")
            if float(below):
                yield float(above) / float(below)
            yield float(above)
            continue
        if token.count(",") and re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", token):
            yield float(token.replace(",", ""))
        for part in re.split(r",|\.(?=\d*\.)", token):
            if part:
                yield float(part)
    for word in re.findall(r"[a-z]+", text.lower()):
        if word in _WORDS:
            yield float(_WORDS[word])


def _sizes(value: Any, key: str) -> Iterator[tuple[str, float]]:
    if isinstance(value, dict):
        for name, entry in value.items():
            if name not in _NO_SIZE:
                yield from _sizes(entry, name)
    elif isinstance(value, list):
        for entry in value:
            yield from _sizes(entry, key)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield key, float(value)
