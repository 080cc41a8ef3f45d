"""The folder of an evaluation: what was run, its rows as they come, and the report made of them."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cadagent.errors import InputError
from cadagent.evaluation.chart import chart
from cadagent.evaluation.report import lines, report
from cadagent.results import write_text

RUN, RESULTS, REPORT, TABLE, CHART = "run.json", "results.jsonl", "report.json", "report.txt", "chart.svg"

Row = dict[str, Any]


def begin(folder: Path, run: Mapping[str, Any]) -> list[Row]:
    """Make the folder of an evaluation or go on in it; returns the rows that it holds already.

    Args:
        run: what is evaluated and how; must be the same as when the folder was begun.

    Raises:
        InputError: another evaluation is there, or nothing can be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder} cannot be made: {error.strerror or error}.") from error
    path = folder / RUN
    if path.exists():
        before = run_of(folder)
        other = [key for key in run if before.get(key) != run[key]]
        if other:
            raise InputError(
                f"{folder} holds another evaluation ({', '.join(other)} differ); choose another --out."
            )
        _mend(folder / RESULTS)
        return rows_of(folder)
    if any(folder.iterdir()):
        raise InputError(f"{folder} is not empty and holds no evaluation; choose another --out.")
    write_text(path, json.dumps(run, indent=2, ensure_ascii=False) + "\n")
    return []


def run_of(folder: Path) -> dict[str, Any]:
    """What was evaluated in a folder; raises InputError where none was."""
    try:
        found = json.loads((folder / RUN).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{folder} holds no evaluation: {RUN} cannot be read.") from error
    if not isinstance(found, dict):
        raise InputError(f"{folder / RUN} is no record of an evaluation.")
    return found


def rows_of(path: Path) -> list[Row]:
    """The rows of a folder or of a file of results, by id and seed, without a last line that is not whole.

    Raises:
        InputError: the file cannot be read, or a line is no row.
    """
    if path.is_dir():
        path = path / RESULTS
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from error
    whole = data.split(b"\n")[:-1]
    rows = [_row(line, path, number) for number, line in enumerate(whole, 1) if line.strip()]
    return sorted(rows, key=lambda row: (row["id"], row["seed"]))


def _mend(path: Path) -> None:
    """Cut away a last line that is not whole: an evaluation was killed while it wrote."""
    try:
        data = path.read_bytes() if path.exists() else b""
        if not data.endswith(b"\n") and data:
            os.truncate(path, data.rfind(b"\n") + 1)
    except OSError as error:
        raise InputError(f"{path} cannot be mended: {error.strerror or error}.") from error


def _row(line: bytes, path: Path, number: int) -> Row:
    try:
        row = json.loads(line)
        complete = all(key in row for key in ("id", "seed", "expects", "first", "final"))
    except (ValueError, TypeError, RecursionError):
        complete = False
    if not complete:
        raise InputError(f"{path}, line {number} is no result of an evaluation.")
    assert isinstance(row, dict)  # it has those keys
    return row


def append(folder: Path, row: Row) -> None:
    """Add a row; where a crash cuts it off, the next start cuts it away."""
    path = folder / RESULTS
    try:
        with path.open("a", encoding="utf-8") as out:
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}.") from error


def rewrite(folder: Path, rows: Sequence[Row]) -> None:
    """Put other rows in the place of all rows."""
    write_text(folder / RESULTS, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


def conclude(folder: Path, rows: Sequence[Row], title: str) -> dict[str, Any]:
    """Write the report, the table and the picture of the rows; returns the report."""
    found = report(rows)
    write_text(folder / REPORT, json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    write_text(folder / TABLE, "\n".join([title, *lines(rows)]) + "\n")
    write_text(folder / CHART, chart(rows, title))
    return found
