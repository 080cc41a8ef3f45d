"""Whole runs out of a store and into another, byte for byte: one JSON object a run.

A run comes with its request and group, its attempts with prompts, findings and retrieved examples, its end,
its corrections and its verdicts. Chats, rounds and adapters belong to one machine and stay there; a backup
has them. Importing twice changes nothing: what is there already is skipped by its id.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from cadagent.errors import InputError
from cadagent.feedback.completions import keep_completion
from cadagent.feedback.grouping import check_group
from cadagent.feedback.records import text_hash
from cadagent.feedback.store import Store
from cadagent.feedback.values import storable_row, to_json

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


def whole_runs(store: Store) -> Iterator[_Row]:
    """Every run of a store, in the order of the ids, as plain rows of its tables."""
    columns = store.columns
    for run in store.rows(f"SELECT {columns('runs')} FROM runs ORDER BY id"):
        key = {"run": run["id"]}
        request = next(
            store.rows(
                """SELECT requests.id, requests.text, wordings.group_key AS "group" FROM requests
                JOIN request_wordings ON request_wordings.request = requests.id
                JOIN wordings ON wordings.id = request_wordings.wording WHERE requests.id = :request""",
                {"request": run["request"]},
            )
        )
        yield {
            "run": run,
            "request": request,
            "attempts": [_attempt(store, row) for row in _of_run(store, "attempts", "number", key)],
            "end": next(iter(_of_run(store, "run_ends", "run", key)), None),
            "corrections": [
                {**row, "findings": _parts(store, "correction_findings", "correction", row["id"])}
                for row in _of_run(store, "corrections", "rowid", key)
            ],
            "verdicts": [
                {**row, "tags": [part["tag"] for part in _parts(store, "verdict_tags", "verdict", row["id"])]}
                for row in _of_run(store, "verdicts", "rowid", key)
            ],
        }


def _of_run(store: Store, table: str, order: str, key: _Row) -> list[_Row]:
    sql = f"SELECT {store.columns(table)} FROM {table} WHERE run = :run ORDER BY {order}"
    return list(store.rows(sql, key))


def _attempt(store: Store, row: _Row) -> _Row:
    messages = store.rows(
        """SELECT messages.role, messages.content FROM attempt_messages AS link
        JOIN messages ON messages.id = link.message WHERE link.attempt = :id ORDER BY link.position""",
        {"id": row["id"]},
    )
    return {
        **row,
        "messages": [[message["role"], message["content"]] for message in messages],
        "findings": _parts(store, "findings", "attempt", row["id"]),
        "retrieved": _parts(store, "retrieved", "attempt", row["id"]),
    }


def _parts(store: Store, table: str, owner: str, value: str) -> list[_Row]:
    rows = store.rows(
        f"SELECT {store.columns(table)} FROM {table} WHERE {owner} = :value ORDER BY rowid", {"value": value}
    )
    return [{name: entry for name, entry in row.items() if name not in (owner, "position")} for row in rows]


def read_runs(path: Path) -> Iterator[_Row]:
    """The runs in a file of an export, or in another database.

    Raises:
        InputError: the file cannot be read, or a line is not a run; the message names the line.
        StoreError: it is a database that cannot be used.
    """
    try:
        with path.open("rb") as file:
            if file.read(16) == b"SQLite format 3\0":
                with Store(path, read_only=True) as source, source.reading():
                    yield from whole_runs(source)
                return
            file.seek(0)
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
        raise InputError(f"{place}: not JSON ({error}).") from error
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
        InputError: a row is not what an export writes; the runs before it are stored.
        StoreError: the store refuses a row.
    """
    new_runs = new_verdicts = 0
    source = iter(runs)
    while batch := list(itertools.islice(source, _AT_ONCE)):
        with store.writing() as db:
            for row in batch:
                try:
                    run, verdicts = _merge_one(store, db, row)
                except (KeyError, TypeError, ValueError, AttributeError) as error:
                    raise InputError(f"A run is not what an export writes ({error}).") from error
                new_runs += run
                new_verdicts += verdicts
    return new_runs, new_verdicts


def _merge_one(store: Store, db: Database, row: _Row) -> tuple[bool, int]:
    request, run = row["request"], row["run"]
    if text_hash(request["text"]) != request["id"] or run["request"] != request["id"]:
        raise InputError(f"Run {str(run['id'])[:40]}: the request is not what its hash says.")
    store.add_request(db, request["id"], request["text"], check_group(request["group"]))
    new = _insert_new(store, db, "runs", run, run["id"])
    for attempt in row["attempts"]:
        if attempt["id"] != f"{run['id']}.{attempt['number']}":
            raise InputError(f"Run {str(run['id'])[:40]}: an attempt is not called after its run and number.")
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
        store.insert("verdict_tags", {"verdict": verdict["id"], "tag": tag})
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
    known = store.columns(table).split(", ")
    if set(row) != set(known):
        odd = sorted(set(row) ^ set(known))
        raise InputError(f"A row of {table} lacks or has {', '.join(odd)[:200]}; is it of another cadagent?")
    if any(isinstance(value, dict | list) for value in row.values()):
        raise InputError(f"A row of {table} holds what is no plain value.")
    store.insert(table, storable_row(row))


def _without(row: _Row, *names: str) -> _Row:
    return {name: value for name, value in row.items() if name not in names}


def line_of(row: Mapping[str, Any]) -> str:
    """A row as one line of JSON: the same row gives the same bytes."""
    return f"{to_json(row)}\n"
