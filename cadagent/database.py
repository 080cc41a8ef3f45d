"""SQLite files of ours: opened with care, one writer at a time, errors in one line for a person.

Every write is one transaction that takes the write lock at its start (``BEGIN IMMEDIATE``): a deferred
transaction that first reads and then writes fails at once, whatever the busy timeout, when another
process wrote in between. With write-ahead logging readers never wait.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self

from sqlite_utils import Database, Migrations

from cadagent.errors import StoreError

_CACHE_KIBIBYTES = 65_536
_SMALLEST_PAGE = 512


class DatabaseFile:
    """An open database; usable from several threads, and as a context manager.

    Every method raises ``StoreError`` with one line for a person when SQLite cannot do its part.

    Attributes:
        steps: the schema, as numbered steps that are only ever appended.
        option: the command line's option that names another file, for the messages.
        upgraded_by: what brings a file of an older cadagent up to date, for the messages.
    """

    steps: ClassVar[Migrations]
    option: ClassVar[str]
    upgraded_by: ClassVar[str]

    def __init__(self, path: Path | str, *, read_only: bool = False, wait_seconds: float = 30.0) -> None:
        """Open ``path``; unless ``read_only``, create it or bring it up to date first.

        Args:
            wait_seconds: how long to wait, at most, for another process's write to end.

        Raises:
            StoreError: it cannot be opened, is damaged, belongs to another program or to a newer cadagent.
                The file is then as it was.
        """
        self.path = Path(path)
        self._wait_seconds = wait_seconds
        self._lock = threading.RLock()
        with self._explained():
            connection = self._connect("ro" if read_only else "rwc")
            try:
                self._db = Database(connection, execute_plugins=False)
                self._db.execute("PRAGMA foreign_keys = ON")
                # Rows are found by ids that lie anywhere: with 2 MB, SQLite's own choice, every other page of
                # a large database is read anew.
                self._db.execute(f"PRAGMA cache_size = -{_CACHE_KIBIBYTES}")
                self._refuse_strangers()
                if read_only:
                    self._refuse_outdated()
                else:
                    self._use_write_ahead_log()
                    with self.writing():
                        self.steps.apply(self._db)
                        # A read-only file lets every transaction begin: find out now, not after an attempt.
                        self._db.execute("DELETE FROM _sqlite_migrations WHERE 0")
            except BaseException:
                connection.close()
                raise

    @contextmanager
    def writing(self) -> Iterator[Database]:
        """One write transaction: all of the block or nothing of it."""
        with self._lock, self._explained():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                self._db.rollback()
                raise

    def query(self, sql: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The rows of a ``SELECT``."""
        with self._lock, self._explained():
            return list(self._db.query(sql, dict(values)))

    def close(self) -> None:
        """Close the database; what was written is safe already."""
        with self._lock, self._explained():
            self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- inside ----------------------------------------------------------------------------------------

    def _connect(self, mode: str) -> sqlite3.Connection:
        if self.path.is_dir():
            raise StoreError(f"{self.path} is a folder, not a database file")
        # SQLite takes a file shorter than its smallest page for a new database and would overwrite it.
        if self.path.is_file() and 0 < self.path.stat().st_size < _SMALLEST_PAGE:
            raise StoreError(
                f"{self.path} is not a database; it was left alone, choose another with {self.option}"
            )
        if mode == "ro" and not self.path.exists():
            raise StoreError(f"there is no database at {self.path}")
        # SQLite keeps the state of its log in a file beside the database. Where none can be made, and nobody
        # else has the database open, since there is no log, it is read as it lies.
        log = self.path.with_name(f"{self.path.name}-wal")
        archived = mode == "ro" and not _may_write(self.path.parent) and not log.exists()
        return sqlite3.connect(
            f"{self.path.absolute().as_uri()}?mode={mode}{'&immutable=1' if archived else ''}",
            uri=True,
            timeout=self._wait_seconds,
            isolation_level=None,
            check_same_thread=False,
        )

    def _refuse_strangers(self) -> None:
        """Reject a database that is not ours or that a newer cadagent has written to."""
        applied = {migration.name for migration in self.steps.applied(self._db)}
        if not applied and self._db.table_names():
            raise StoreError(
                f"{self.path} is a database of another program; it was left alone, "
                f"choose another with {self.option}"
            )
        # An empty database lacks all steps that this cadagent has.
        empty = Database(memory=True, execute_plugins=False)
        unknown = applied - {step.name for step in self.steps.pending(empty)}
        if unknown:
            raise StoreError(
                f"{self.path} was written by a newer cadagent (it has {', '.join(sorted(unknown))}); "
                f"it was left alone, upgrade cadagent or choose another with {self.option}"
            )

    def _refuse_outdated(self) -> None:
        if not self._db.table_names():
            raise StoreError(f"{self.path} is empty: nothing was recorded in it yet")
        if self.steps.pending(self._db):
            raise StoreError(f"{self.path} is of an older cadagent; {self.upgraded_by} upgrades it")

    def _use_write_ahead_log(self) -> None:
        """Switch the file to write-ahead logging, which it then keeps.

        SQLite does not wait for other processes here, so that processes that create the file together
        would fail: wait for them in its place.
        """
        deadline = time.monotonic() + self._wait_seconds
        while True:
            try:
                self._db.execute("PRAGMA journal_mode = WAL").fetchall()
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
                time.sleep(0.01)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn SQLite's errors into a ``StoreError`` that names the file and says what to do."""
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(self._explanation(error)) from error

    def _explanation(self, error: sqlite3.Error) -> str:
        # The low byte is the primary code, the rest refines it.
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return (
                f"{self.path} is locked by another program; close that, or choose another with {self.option}"
            )
        if code == sqlite3.SQLITE_FULL:
            return f"{self.path} cannot grow: the disk is full; what was stored before is safe"
        if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            return (
                f"{self.path} is damaged or is not a database ({error}); it was left alone, "
                f"choose another with {self.option}"
            )
        if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
            return (
                f"{self.path} cannot be written or opened ({error}); "
                f"check that its folder exists and is writable, or choose another with {self.option}"
            )
        return f"{self.path}: {error}"


def _may_write(folder: Path) -> bool:
    return os.access(folder, os.W_OK, effective_ids=os.access in os.supports_effective_ids)
