"""Which figures of a design the request did not give: they were chosen, and the person is told so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cadagent.design.expressions import MM_PER_UNIT
from cadagent.design.numbers import number_text
from cadagent.requirements.figures import figures, units_named
from cadagent.requirements.words import COUNTS
from cadagent.requirements.written import Written, written

_WORDS = {**{word: float(count) for word, count in COUNTS.items()}, "half": 0.5, "quarter": 0.25, "both": 2.0,
          "pair": 2.0}  # fmt: skip
_NEUTRAL = {0.0, 90.0, 180.0, 360.0}
_MOST = 12


def assumptions(canonical: dict[str, Any], request: str) -> tuple[str, ...]:
    """What a design says and the request does not, as short texts such as ``extrude1 depth = 5 mm``.

    Sizes only, at most twelve: a figure counts as given when the request has it in any unit that it names,
    or has it as the radius of a diameter or the other way. Expressions are the request's own arithmetic.
    """
    units = canonical["units"]
    found: list[str] = []
    if units == "unit":
        found.append("no unit was given: built as millimetres")
    elif not units_named(request):
        found.append(f"units = {units}")
    suffix = "" if units == "unit" else " " + units
    for figure in unexplained(canonical, request):
        operation = canonical["operations"][int(figure.pointer.split("/")[2])]
        found.append(f"{operation['id']} {figure.key} = {number_text(figure.said)}{suffix}")
    return tuple(dict.fromkeys(found))[:_MOST]


def unexplained(canonical: dict[str, Any], request: str) -> tuple[Written, ...]:
    """The sizes of a design that the request does not give, in the order of the design."""
    units = canonical["units"]
    given = sorted(set(_given(request, units, units_named(request))))
    out = []
    for figure in written(canonical):
        if not figure.size or not figure.pointer.startswith("/operations"):
            continue
        other = abs(figure.said) * (0.5 if "diameter" in figure.key else 2 if "radius" in figure.key else 1)
        sizes = (abs(figure.said), other)
        if figure.said not in _NEUTRAL and not any(
            abs(size - known) <= 1e-5 * known for size in sizes for known in given
        ):
            out.append(figure)
    return tuple(out)


def _given(request: str, units: str, named: frozenset[str]) -> Iterator[float]:
    """The request's figures in the design's unit; one without a unit may be in any that is named."""
    numbers = [(float(figure.value), figure.unit) for figure in figures(request)]
    spoken = re.findall(r"[a-z]+", request.lower())
    numbers += [(_WORDS[word], None) for word in spoken if word in _WORDS]
    target = MM_PER_UNIT[units]
    for value, unit in numbers:
        for source in {unit} if unit else {*named, units}:
            yield value * float(MM_PER_UNIT[source] / target)
