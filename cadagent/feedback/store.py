"""The feedback database: one SQLite file that several processes may write to at once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from cadagent.database import DatabaseFile
from cadagent.design.findings import Finding
from cadagent.errors import StoreError
from cadagent.feedback.grouping import group_request
from cadagent.feedback.migrations import migrations
from cadagent.feedback.records import (
    RUN_STATUSES,
    Attempt,
    NewAttempt,
    NewRun,
    Run,
    RunEnd,
    RunStatus,
    normalise_request,
    text_hash,
)
from cadagent.feedback.values import from_json, new_id, now, storable, storable_row, to_json

_SELECT_RUNS = """
    SELECT runs.*, requests.text AS request_text, run_ends.finished, run_ends.status, run_ends.attempt,
        run_ends.design, run_ends.digest, run_ends.out, run_ends.reason,
        (SELECT count(*) FROM attempts WHERE attempts.run = runs.id) AS attempts
    FROM runs JOIN requests ON requests.id = runs.request LEFT JOIN run_ends ON run_ends.run = runs.id
"""


def open_store(path: Path | str, *, read_only: bool = False) -> Store:
    """Open the database at ``path``; unless ``read_only``, create it or bring it up to date first.

    Raises:
        StoreError: it cannot be opened, is damaged, belongs to another program or to a newer cadagent.
            The file is then as it was.
    """
    return Store(path, read_only=read_only)


class Store(DatabaseFile):
    """An open feedback database; usable from several threads, and as a context manager.

    Every method raises ``StoreError`` with one line for a person when SQLite cannot do its part.
    """

    steps = migrations
    option = "--db"
    upgraded_by = "a command that records a run"

    def __init__(self, path: Path | str, *, read_only: bool = False, wait_seconds: float = 30.0) -> None:
        """See :class:`DatabaseFile`."""
        super().__init__(path, read_only=read_only, wait_seconds=wait_seconds)
        self._columns: dict[str, dict[str, str]] = {}

    # -- writing ---------------------------------------------------------------------------------------

    def start_run(self, run: NewRun) -> str:
        """Store a run as it starts and return its id (26 characters, sorted by time)."""
        run_id = new_id()
        request_id = text_hash(storable(run.request))
        with self.writing() as db:
            self.add_request(db, request_id, storable(run.request))
            row = {field.name: getattr(run, field.name) for field in fields(NewRun)}
            row |= {"id": run_id, "request": request_id, "started": now(), "settings": to_json(run.settings)}
            self.insert("runs", row)
        return run_id

    def add_request(self, db: Database, request_id: str, text: str, group: str | None = None) -> None:
        """Inside a transaction, store a request once, with its group (``group``: what another store gave)."""
        normalised_hash = text_hash(normalise_request(text))
        row = {"id": request_id, "text": text, "normalised_hash": normalised_hash}
        self.insert_once("requests", row)
        group_request(db, request_id, text, group)

    def add_attempt(self, run_id: str, attempt: NewAttempt) -> str:
        """Store an attempt as it ends, with its prompt and findings, and return its id (``run.number``)."""
        attempt_id = f"{run_id}.{attempt.number}"
        row = {field.name: getattr(attempt, field.name) for field in fields(NewAttempt)}
        messages, findings, retrieved = row.pop("messages"), row.pop("findings"), row.pop("retrieved")
        row |= {
            "id": attempt_id,
            "run": run_id,
            "ended": now(),
            "document": to_json(attempt.document),
            "measurement": to_json(attempt.measurement),
        }
        with self.writing():
            self.insert("attempts", row)
            for position, (role, content) in enumerate(messages):
                self.add_message(attempt_id, position, role, content)
            for position, finding in enumerate(findings):
                self.insert("findings", {"attempt": attempt_id, "position": position, **asdict(finding)})
            for position, (example, score) in enumerate(retrieved):
                place = {"attempt": attempt_id, "position": position}
                self.insert("retrieved", {**place, "example": example, "score": score})
        return attempt_id

    def add_message(self, attempt_id: str, position: int, role: str, content: str) -> None:
        """Inside a transaction, store one message of an attempt's prompt; equal messages are stored once."""
        message_id = text_hash(storable(role), storable(content))
        self.insert_once("messages", {"id": message_id, "role": role, "content": content})
        row = {"attempt": attempt_id, "position": position, "message": message_id}
        self.insert("attempt_messages", row)

    def finish_run(self, run_id: str, end: RunEnd) -> None:
        """Store how a run ended. A run ends once."""
        if end.status not in RUN_STATUSES:
            raise ValueError(f"unknown run status {end.status!r}; known: {', '.join(RUN_STATUSES)}")
        row = {field.name: getattr(end, field.name) for field in fields(RunEnd)}
        row |= {"run": run_id, "finished": now(), "design": to_json(end.design)}
        with self.writing():
            self.insert("run_ends", row)

    # -- reading ---------------------------------------------------------------------------------------

    def runs(self, *, limit: int = 20, status: RunStatus | None = None) -> list[Run]:
        """The latest ``limit`` runs, newest first; only those that ended with ``status`` if one is given."""
        where = "" if status is None else "WHERE run_ends.status = :status"
        sql = f"{_SELECT_RUNS} {where} ORDER BY runs.rowid DESC LIMIT :limit"
        return [_run(row) for row in self.query(sql, {"status": status, "limit": limit})]

    def run(self, run_id: str) -> Run:
        """The run with this id; ``StoreError`` when there is none."""
        rows = self.query(f"{_SELECT_RUNS} WHERE runs.id = :id", {"id": run_id})
        if not rows:
            raise StoreError(f"{self.path} has no run {run_id}")
        return _run(rows[0])

    def attempts(self, run_id: str) -> list[Attempt]:
        """The attempts of a run in order, with their prompts and findings."""
        attempts = self.query("SELECT * FROM attempts WHERE run = :run ORDER BY number", {"run": run_id})
        messages = self.query(
            """SELECT link.attempt, messages.role, messages.content
            FROM attempt_messages AS link JOIN messages ON messages.id = link.message
            JOIN attempts ON attempts.id = link.attempt
            WHERE attempts.run = :run ORDER BY link.attempt, link.position""",
            {"run": run_id},
        )
        findings = self.query(
            """SELECT findings.* FROM findings JOIN attempts ON attempts.id = findings.attempt
            WHERE attempts.run = :run ORDER BY findings.attempt, findings.position""",
            {"run": run_id},
        )
        examples = self.query(
            """SELECT retrieved.* FROM retrieved JOIN attempts ON attempts.id = retrieved.attempt
            WHERE attempts.run = :run ORDER BY retrieved.attempt, retrieved.position""",
            {"run": run_id},
        )
        return [
            Attempt(
                **row
                | {
                    "messages": tuple(
                        (item["role"], item["content"]) for item in messages if item["attempt"] == row["id"]
                    ),
                    "findings": tuple(finding_of(item) for item in findings if item["attempt"] == row["id"]),
                    "retrieved": tuple(
                        (item["example"], item["score"]) for item in examples if item["attempt"] == row["id"]
                    ),
                    "document": from_json(row["document"]),
                    "measurement": from_json(row["measurement"]),
                    "valid": bool(row["valid"]),
                }
            )
            for row in attempts
        ]

    def query(self, sql: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The rows of a ``SELECT``; what a person typed may hold what UTF-8 cannot."""
        return super().query(sql, storable_row(values))

    # -- for the other modules of this room ------------------------------------------------------------

    @contextmanager
    def reading(self) -> Iterator[None]:
        """All that is read inside is of one moment, whatever other processes write meanwhile."""
        with self._lock, self._explained():
            self._db.execute("BEGIN")
            try:
                yield
            finally:
                self._db.rollback()

    def rows(self, sql: str, values: Mapping[str, Any] | None = None) -> Iterator[dict[str, Any]]:
        """The rows of a ``SELECT`` one by one, inside :meth:`reading`."""
        cursor = self._db.execute(sql, storable_row(values or {}))
        names = [column[0] for column in cursor.description]
        for row in cursor:
            yield dict(zip(names, row, strict=True))

    def gather(self, table: str, sql: str) -> None:
        """Keep the rows of a ``SELECT`` in a temporary table until :meth:`reading` ends."""
        self._db.execute(f"CREATE TEMP TABLE IF NOT EXISTS {table} AS {sql}")

    def size(self) -> int:
        """Bytes of the database on disk, with its log."""
        paths = [self.path, self.path.with_name(f"{self.path.name}-wal")]
        return sum(path.stat().st_size for path in paths if path.exists())

    def copy_into(self, other: sqlite3.Connection) -> None:
        """Copy the whole database, as it is at one moment, into an empty one."""
        with self._lock, self._explained():
            self._db.conn.backup(other)

    def columns(self, table: str) -> str:
        """The columns of a table in order, as SQL has them."""
        return ", ".join(self.kinds(table))

    def kinds(self, table: str) -> dict[str, str]:
        """The columns of a table in order, with their declared types."""
        if table not in self._columns:
            self._columns[table] = {one.name: one.type for one in self._db.table(table).columns}
        return self._columns[table]

    def insert(self, table: str, row: Mapping[str, Any]) -> None:
        """Inside a transaction, insert a row; the names are ours, the values may be anybody's."""
        self._insert("INSERT", table, row)

    def insert_once(self, table: str, row: Mapping[str, Any]) -> None:
        """Insert a row whose id is the hash of its content; one that is there already is the same."""
        self._insert("INSERT OR IGNORE", table, row)

    def _insert(self, verb: str, table: str, row: Mapping[str, Any]) -> None:
        marks = ", ".join("?" * len(row))
        values = list(storable_row(row).values())
        self._db.execute(f"{verb} INTO {table} ({', '.join(row)}) VALUES ({marks})", values)


def _run(row: dict[str, Any]) -> Run:
    end_fields = {name: row.pop(name) for name in ("status", "attempt", "design", "digest", "out", "reason")}
    end = None
    if end_fields["status"] is not None:
        end = RunEnd(**end_fields)
        end = replace(end, design=from_json(end_fields["design"]))
    row["request"] = row.pop("request_text")
    row["settings"] = from_json(row["settings"])
    return Run(**row, end=end)


def finding_of(row: Mapping[str, Any]) -> Finding:
    return Finding(**{key: value for key, value in row.items() if key not in ("attempt", "position")})
