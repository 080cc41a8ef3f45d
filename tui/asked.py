"""What a request asks for in figures against what was built, as rows for a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.results import Result
from tui.text import on_one_line

if TYPE_CHECKING:
    from cadagent.requirements.rows import State


@dataclass(frozen=True)
class Row:
    """One figure of the request, in its own words and unit."""

    asked: str
    built: str
    state: State


def asked_rows(result: Result) -> list[Row]:
    """The figures of a built result's request, in the order of the text."""
    from cadagent.requirements.telling import built, wanted

    rows = []
    for row in result.report.asked if result.report is not None else ():
        if row.measured is not None:
            found = built(row)
        else:
            found = "as asked" if row.state == "held" else "—"
        rows.append(Row(on_one_line(wanted(row), 40), found, row.state))
    return rows
