"""Which figures of a design the request did not give: they were chosen, and the person is told so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cadagent.design.expressions import MM_PER_UNIT
from cadagent.design.numbers import number_text
from cadagent.requirements.figures import figures, units_named

_WORDS = {
    "half": 0.5, "quarter": 0.25, "one": 1, "single": 1, "two": 2, "both": 2, "pair": 2, "three": 3,
    "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12, "dozen": 12,
}  # fmt: skip
#: Counts, angles and directions, which words say in many ways, and positions, which follow from the sizes.
_NO_SIZE = {
    "grid", "polar", "sides", "points", "angle", "factor", "axis", "taper", "tip", "rotate", "rotation",
    "start", "at", "origin", "offset", "to", "by", "about", "curves", "path",
}  # fmt: skip
_NEUTRAL = {0.0, 90.0, 180.0, 360.0}
_MOST = 12


def assumptions(canonical: dict[str, Any], request: str) -> tuple[str, ...]:
    """What a design says and the request does not, as short texts such as ``extrude1 depth = 5 mm``.

    Sizes only, at most twelve: a figure counts as given when the request has it in any unit that it names,
    or has it as the radius of a diameter or the other way. Expressions are the request's own arithmetic.
    """
    units = canonical["units"]
    named = units_named(request)
    given = set(_given(request, units, named))
    found: list[str] = []

    def is_given(key: str, value: float) -> bool:
        other = abs(value) * (0.5 if "diameter" in key else 2 if "radius" in key else 1)
        sizes = (abs(value), other)
        return value in _NEUTRAL or any(
            abs(size - known) <= 1e-5 * known for size in sizes for known in given
        )

    if units == "unit":
        found.append("no unit was given: built as millimetres")
    elif not named:
        found.append(f"units = {units}")
    suffix = "" if units == "unit" else " " + units
    for operation in canonical["operations"]:
        for key, value in _sizes(operation, ""):
            if not is_given(key, value):
                found.append(f"{operation['id']} {key} = {number_text(value)}{suffix}")
    return tuple(dict.fromkeys(found))[:_MOST]


def _given(request: str, units: str, named: frozenset[str]) -> Iterator[float]:
    """The request's figures in the design's unit; one without a unit may be in any that is named."""
    numbers = [(float(figure.value), figure.unit) for figure in figures(request)]
    words = re.findall(r"[a-z]+", request.lower())
    numbers += [(float(_WORDS[word]), None) for word in words if word in _WORDS]
    target = MM_PER_UNIT[units]
    for value, unit in numbers:
        for source in {unit} if unit else {*named, units}:
            yield value * float(MM_PER_UNIT[source] / target)


def _sizes(value: Any, key: str) -> Iterator[tuple[str, float]]:
    if isinstance(value, dict):
        for name, entry in value.items():
            if name not in _NO_SIZE:
                yield from _sizes(entry, name)
    elif isinstance(value, list):
        for entry in value:
            yield from _sizes(entry, key)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield key, float(value)
