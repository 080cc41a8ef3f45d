"""A copy of the whole database, taken while others may write to it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from cadagent.errors import StoreError
from cadagent.feedback.export_files import whole_or_nothing
from cadagent.feedback.store import Store


def backup(store: Store, path: Path) -> int:
    """Copy everything into a new file, the whole of it or nothing; returns its size in bytes.

    Raises:
        InputError: the file is there already or cannot be written.
        StoreError: the database cannot be read, or the copy is not sound.
    """
    with whole_or_nothing(path) as partial:
        try:
            with closing(sqlite3.connect(partial)) as copy:
                store.copy_into(copy)
                # One file that stands alone; whoever opens it for writing switches the log on again.
                copy.execute("PRAGMA journal_mode = DELETE")
                sound = [row[0] for row in copy.execute("PRAGMA integrity_check")] == ["ok"]
        except sqlite3.Error as error:
            raise StoreError(f"{path} cannot be written: {error}") from error
        if not sound:
            raise StoreError(f"{store.path} is damaged: its copy is not sound and was not kept")
    return path.stat().st_size
