"""Whole runs out of a store and into another, byte for byte: one JSON object a run.

A run comes with its request and group, its attempts with prompts, findings and retrieved examples, its end,
its corrections and its verdicts. Chats, rounds and adapters belong to one machine and stay there; a backup
has them. Importing twice changes nothing: what is there already is skipped by its id.
"""

from __future__ import annotations

import itertools
import json
import operator
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from cadagent.errors import InputError
from cadagent.feedback.completions import keep_completion
from cadagent.feedback.grouping import check_group
from cadagent.feedback.import_checks import check_row
from cadagent.feedback.records import text_hash
from cadagent.feedback.store import Store
from cadagent.feedback.values import storable_row, to_json
from cadagent.malformed import in_line

MAX_LINE = 50_000_000
"""Bytes of one run, at most: far more than any run has."""

_AT_ONCE = 200
_SHAPE: dict[str, Any] = {
    "run": dict,
    "request": dict,
    "attempts": list,
    "end": (dict, type(None)),
    "corrections": list,
    "verdicts": list,
}
_Row = dict[str, Any]


class _Stream:
    """Rows in the order of their runs, handed out run by run."""

    def __init__(self, store: Store, table: str, order: str, sql: str = "", owner: str = "") -> None:
        """``owner`` names the column that says whose part a row is; without it rows are a run's own."""
        columns = ", ".join(f"{table}.{name}" for name in store.columns(table).split(", "))
        sql = sql or f"SELECT {table}.run AS of_run, {columns} FROM {table} ORDER BY {table}.run, {order}"
        self._groups = itertools.groupby(
            store.rows(sql.format(columns=columns)), operator.itemgetter("of_run")
        )
        self._owner = owner
        self._waiting = next(self._groups, None)

    def take(self, run: str) -> list[_Row]:
        """The rows of a run; runs must be asked for in order."""
        if self._waiting is None or self._waiting[0] != run:
            return []
        rows = list(self._waiting[1])
        for row in rows:
            del row["of_run"]
        self._waiting = next(self._groups, None)
        return rows

    def parts(self, run: str) -> dict[str, list[_Row]]:
        """The rows of a run by their owner, without what says whose they are and in which place."""
        found: dict[str, list[_Row]] = defaultdict(list)
        for row in self.take(run):
            owner = row.pop(self._owner)
            row.pop("position", None)
            found[owner].append(row)
        return found


def whole_runs(store: Store) -> Iterator[_Row]:
    """Every run of a store, in the order of the ids, as plain rows of its tables; inside ``reading``."""

    def of(table: str, owner: str, order: str) -> _Stream:
        parent = f"{owner}s"
        sql = (
            f"SELECT {parent}.run AS of_run, {{columns}} FROM {parent} CROSS JOIN {table} "
            f"ON {table}.{owner} = {parent}.id ORDER BY {parent}.run, {parent}.{order}, {table}.rowid"
        )
        return _Stream(store, table, "", sql, owner)

    messages = _Stream(
        store,
        "messages",
        "",
        """SELECT attempts.run AS of_run, link.attempt, role, content
        FROM attempts CROSS JOIN attempt_messages AS link ON link.attempt = attempts.id
        CROSS JOIN messages ON messages.id = link.message
        ORDER BY attempts.run, attempts.number, link.position""",
        "attempt",
    )
    attempts, ends = _Stream(store, "attempts", "number"), _Stream(store, "run_ends", "run")
    findings, retrieved = of("findings", "attempt", "number"), of("retrieved", "attempt", "number")
    corrections, verdicts = _Stream(store, "corrections", "rowid"), _Stream(store, "verdicts", "rowid")
    corrected = of("correction_findings", "correction", "rowid")
    tags = of("verdict_tags", "verdict", "rowid")
    requests = _Stream(
        store,
        "requests",
        "",
        """SELECT runs.id AS of_run, requests.id, requests.text, wordings.group_key AS "group"
        FROM runs CROSS JOIN requests ON requests.id = runs.request
        CROSS JOIN request_wordings ON request_wordings.request = requests.id
        CROSS JOIN wordings ON wordings.id = request_wordings.wording ORDER BY runs.id""",
    )
    for run in store.rows(f"SELECT {store.columns('runs')} FROM runs ORDER BY id"):
        key = run["id"]
        said, found, used = messages.parts(key), findings.parts(key), retrieved.parts(key)
        of_corrections, of_verdicts = corrected.parts(key), tags.parts(key)
        yield {
            "run": run,
            "request": requests.take(key)[0],
            "attempts": [
                {
                    **row,
                    "messages": [[one["role"], one["content"]] for one in said.get(row["id"], [])],
                    "findings": found.get(row["id"], []),
                    "retrieved": used.get(row["id"], []),
                }
                for row in attempts.take(key)
            ],
            "end": next(iter(ends.take(key)), None),
            "corrections": [
                {**row, "findings": of_corrections.get(row["id"], [])} for row in corrections.take(key)
            ],
            "verdicts": [
                {**row, "tags": [one["tag"] for one in of_verdicts.get(row["id"], [])]}
                for row in verdicts.take(key)
            ],
        }


def read_runs(path: Path) -> Iterator[_Row]:
    """The runs in a file of an export, or in another database.

    Raises:
        InputError: the file cannot be read, or a line is not a run; the message names the line.
        StoreError: it is a database that cannot be used.
    """
    try:
        with path.open("rb") as file:
            if file.peek(16)[:16] == b"SQLite format 3\0":  # a pipe cannot be wound back
                with Store(path, read_only=True) as source, source.reading():
                    yield from whole_runs(source)
                return
            for number in itertools.count(1):
                line = file.readline(MAX_LINE + 1)
                if not line:
                    return
                if line.strip():
                    yield _parsed(line, f"{path}:{number}")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from error


def _parsed(line: bytes, place: str) -> _Row:
    if len(line) > MAX_LINE:
        raise InputError(f"{place}: more than {MAX_LINE:,} bytes; no run is that long.")
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{place}: not JSON ({in_line(error)}).") from error
    if not isinstance(row, dict) or row.keys() != _SHAPE.keys():
        raise InputError(f"{place}: not a run; `cadagent feedback export --format runs` writes them.")
    for name, kind in _SHAPE.items():
        if not isinstance(row[name], kind):
            raise InputError(f"{place}: {name} is not what an export writes.")
    return row


def merge(store: Store, runs: Iterable[_Row]) -> tuple[int, int]:
    """Store runs of elsewhere; returns how many runs and how many verdicts are new.

    Verdicts on a run that is there already count as given after those that are there.

    Raises:
        InputError: a row is not what an export writes; the message says how many runs before it are stored.
        StoreError: the store refuses a row.
    """
    new_runs = new_verdicts = 0
    source = iter(runs)
    try:
        while batch := list(itertools.islice(source, _AT_ONCE)):
            with store.writing() as db:
                found = [_merged(store, db, row) for row in batch]
            new_runs += sum(run for run, _ in found)
            new_verdicts += sum(verdicts for _, verdicts in found)
    except InputError as error:
        if not new_runs:
            raise
        raise InputError(f"{error} {new_runs:,} runs before it were taken in and stay.") from error
    return new_runs, new_verdicts


def _merged(store: Store, db: Database, row: _Row) -> tuple[bool, int]:
    """One run, taken in; what is wrong with it is told with its id."""
    run = str(row["run"].get("id"))[:40]
    try:
        return _merge_one(store, db, row)
    except InputError as error:
        raise InputError(f"Run {run}: {error}") from error
    except sqlite3.IntegrityError as error:
        raise InputError(f"Run {run} does not fit together: {in_line(error)}.") from error
    except (KeyError, TypeError, ValueError, AttributeError, StopIteration):
        raise InputError(f"Run {run} is not what an export writes.") from None


def _merge_one(store: Store, db: Database, row: _Row) -> tuple[bool, int]:
    request, run = row["request"], row["run"]
    if text_hash(request["text"]) != request["id"] or run["request"] != request["id"]:
        raise InputError("the request is not what its hash says.")
    store.add_request(db, request["id"], request["text"], check_group(request["group"]))
    new = _insert_new(store, db, "runs", run, run["id"])
    for attempt in row["attempts"]:
        if attempt["id"] != f"{run['id']}.{attempt['number']}":
            raise InputError("an attempt is not called after its run and number.")
        if _insert_new(store, db, "attempts", _without(attempt, "messages", "findings", "retrieved")):
            for position, (role, content) in enumerate(attempt["messages"]):
                store.add_message(attempt["id"], position, role, content)
            for table in ("findings", "retrieved"):
                _insert_parts(store, table, {"attempt": attempt["id"]}, attempt[table])
    if row["end"] is not None:
        _insert_new(store, db, "run_ends", row["end"], row["end"]["run"], "run")
    for correction in row["corrections"]:
        if _insert_new(store, db, "corrections", _without(correction, "findings")):
            owner = {"correction": correction["id"]}
            _insert_parts(store, "correction_findings", owner, correction["findings"])
    return new, sum(_merge_verdict(store, db, row, verdict) for verdict in row["verdicts"])


def _merge_verdict(store: Store, db: Database, row: _Row, verdict: _Row) -> bool:
    if not _insert_new(store, db, "verdicts", _without(verdict, "tags")):
        return False
    for tag in verdict["tags"]:
        _insert(store, "verdict_tags", {"verdict": verdict["id"], "tag": tag})
    if verdict["kind"] == "correct":
        source = next(one for one in row["corrections"] if one["id"] == verdict["correction"])
        keep_completion(db, source["design"], source["measurement"])
    elif verdict["kind"] == "accept":
        source = next(one for one in row["attempts"] if one["number"] == verdict["attempt"])
        keep_completion(db, source["document"], source["measurement"])
    return True


def _insert_new(
    store: Store, db: Database, table: str, row: _Row, value: str | None = None, key: str = "id"
) -> bool:
    """Insert a row unless its key is there; whether it was new."""
    value = row[key] if value is None else value
    if db.execute(f"SELECT 1 FROM {table} WHERE {key} = ?", [value]).fetchone():
        return False
    _insert(store, table, row)
    return True


def _insert_parts(store: Store, table: str, owner: _Row, rows: list[_Row]) -> None:
    for position, row in enumerate(rows):
        _insert(store, table, {**owner, "position": position, **row})


def _insert(store: Store, table: str, row: Mapping[str, Any]) -> None:
    kinds = store.kinds(table)
    if row.keys() != kinds.keys():
        odd = sorted(row.keys() ^ kinds.keys())
        raise InputError(f"A row of {table} lacks or has {', '.join(odd)[:200]}; is it of another cadagent?")
    check_row(table, row, kinds)
    store.insert(table, storable_row(row))


def _without(row: _Row, *names: str) -> _Row:
    return {name: value for name, value in row.items() if name not in names}


def line_of(row: Mapping[str, Any]) -> str:
    """A row as one line of JSON: the same row gives the same bytes."""
    return f"{to_json(row)}\n"
