"""What a request asks for in figures against what was built, as rows for a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tui.results import Result
from tui.text import on_one_line

State = Literal["held", "wrong", "missing", "unclear"]


@dataclass(frozen=True)
class Row:
    """One figure of the request."""

    asked: str
    built: str
    state: State


_UNITS = {
    "angle": "°",
    "count": "",
    "ratio": "",
    "centred": "",
    "corners": "",
    "through": "",
    "thread": " mm",
}
_PLACES = {"centred", "corners", "through"}


def asked_rows(result: Result) -> list[Row]:
    """The figures of a built result's request, in the order of the text."""
    from cadagent.requirements.check import check
    from cadagent.requirements.extract import extract, scaling

    measurement = result.measurement
    if measurement is None or result.document is None:
        return []
    units = str(result.document.get("units", "mm"))
    found = check(
        extract(result.request), measurement, result.mesh, units=units, factor=scaling(result.request)
    )
    rows = []
    for row in found:
        kind = row.requirement.kind
        start, end = row.requirement.span
        words = on_one_line(row.requirement.words or result.request[start:end], 40)
        if kind in _PLACES:
            rows.append(Row(words, "as asked" if row.state == "held" else "—", row.state))
            continue
        suffix = _UNITS.get(kind, " mm")
        asked = f"{words} = {row.asked:.6g}{suffix}"
        rows.append(Row(asked, "—" if row.measured is None else f"{row.measured:.6g}{suffix}", row.state))
    return rows
