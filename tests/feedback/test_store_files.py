"""Files that cannot be used: one clear line, and the file is left as it was."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cadagent.errors import StoreError
from cadagent.feedback import Store, open_store
from tests.feedback.test_store import new_attempt, new_run


def refusal(path: Path, **options: bool) -> str:
    """The one line with which opening the path is refused; the file's bytes must not change."""
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(StoreError) as caught:
        open_store(path, **options)
    assert (path.read_bytes() if path.is_file() else None) == before
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message
    return message


@contextlib.contextmanager
def without_root_rights() -> Iterator[None]:
    """Root may write anywhere: become nobody for a while, so that permissions count."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    path = tmp_path / "feedback.db"
    with open_store(path) as store:
        for number in range(40):
            store.add_attempt(store.start_run(new_run(f"request {number}")), new_attempt(text="x" * 3000))
    return path


@pytest.mark.parametrize("content", [b"x", b"y" * 600, b"not a database, but longer than a page\n" * 200])
def test_a_file_that_is_no_database(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    assert "is not a database" in refusal(path)
    assert list(tmp_path.iterdir()) == [path]


def test_a_truncated_database(filled: Path) -> None:
    filled.write_bytes(filled.read_bytes()[:6000])
    assert "damaged" in refusal(filled)


def test_a_database_of_another_program(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE songs (title TEXT)")
    connection.close()
    assert "another program" in refusal(path)


def test_a_newer_database(filled: Path) -> None:
    connection = sqlite3.connect(filled)
    connection.execute(
        """INSERT INTO _sqlite_migrations (migration_set, name, applied_at)
        VALUES ('cadagent', 'm999_later', '')"""
    )
    connection.commit()
    connection.close()
    assert "newer cadagent (it has m999_later)" in refusal(filled)
    assert "newer cadagent" in refusal(filled, read_only=True)


def test_an_empty_file_becomes_a_database(tmp_path: Path) -> None:
    path = tmp_path / "feedback.db"
    path.touch()
    with open_store(path) as store:
        assert store.runs() == []


def test_a_database_opened_for_reading_must_be_there(tmp_path: Path) -> None:
    assert "there is no database" in refusal(tmp_path / "feedback.db", read_only=True)
    (tmp_path / "empty.db").touch()
    assert "is empty" in refusal(tmp_path / "empty.db", read_only=True)


def test_a_folder_and_a_missing_folder(tmp_path: Path) -> None:
    assert "is a folder" in refusal(tmp_path)
    assert "check that its folder exists" in refusal(tmp_path / "missing" / "feedback.db")


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="permissions of POSIX")
def test_a_read_only_folder_and_a_read_only_file() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "feedback.db"
        folder.chmod(0o555)
        with without_root_rights():
            assert "cannot be written or opened" in refusal(path)
        folder.chmod(0o777)
        open_store(path).close()
        folder.chmod(0o555)
        with without_root_rights():
            assert "cannot be written or opened" in refusal(path)
            with open_store(path, read_only=True) as store:  # an archive can be looked at and exported
                assert store.runs() == []
            assert list(folder.iterdir()) == [path]
        folder.chmod(0o777)
        path.chmod(0o444)
        with without_root_rights():
            assert "cannot be written or opened" in refusal(path)


def test_a_database_that_another_program_holds(filled: Path) -> None:
    holder = sqlite3.connect(filled, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="locked by another program"):
        Store(filled, wait_seconds=0.1)
    with open_store(filled, read_only=True) as reader:
        assert len(reader.runs(limit=100)) == 40  # readers never wait
    holder.execute("ROLLBACK")
    holder.close()


def test_a_full_disk_keeps_what_was_stored(filled: Path) -> None:
    with Store(filled) as store:
        pages = store._db.execute("PRAGMA page_count").fetchone()[0]
        store._db.execute(f"PRAGMA max_page_count = {pages + 2}")  # SQLite then answers as on a full disk
        run_id = store.start_run(new_run("the last one"))
        with pytest.raises(StoreError, match="the disk is full; what was stored before is safe"):
            store.add_attempt(run_id, new_attempt(text="y" * 100_000))
        assert store.run(run_id).attempts == 0
    with open_store(filled) as store:
        assert len(store.runs(limit=100)) == 41
        store.add_attempt(run_id, new_attempt())
