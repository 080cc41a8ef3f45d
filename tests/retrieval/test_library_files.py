"""Files that cannot be used: one clear line, and the file is left as it was."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from cadagent.errors import StoreError
from cadagent.feedback import open_store
from cadagent.retrieval import Library
from tests.retrieval.pairs import plate


def refusal(path: Path) -> str:
    """The line with which the library is refused; its bytes must not change."""
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(StoreError) as caught:
        Library.open(path)
    assert (path.read_bytes() if path.is_file() else None) == before
    message = str(caught.value)
    assert str(path) in message and "\n" not in message and "--db" not in message
    return message


@pytest.mark.parametrize("content", [b"x", b"y" * 600, b"not a database, but longer than a page\n" * 200])
def test_a_file_that_is_no_database(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "examples.db"
    path.write_bytes(content)
    assert "--library" in refusal(path)


def test_a_folder_and_a_place_that_is_not_there(tmp_path: Path) -> None:
    assert "folder" in refusal(tmp_path)
    assert "cannot be written or opened" in refusal(tmp_path / "none" / "examples.db")


def test_the_feedback_database_is_no_library_and_the_other_way_round(tmp_path: Path) -> None:
    open_store(tmp_path / "feedback.db").close()
    assert "another program" in refusal(tmp_path / "feedback.db")
    Library.open(tmp_path / "examples.db").close()
    with pytest.raises(StoreError, match="another program"):
        open_store(tmp_path / "examples.db")


def test_a_library_of_a_newer_cadagent(tmp_path: Path) -> None:
    path = tmp_path / "examples.db"
    Library.open(path).close()
    with sqlite3.connect(path) as db:
        db.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) "
            "VALUES ('cadagent.examples', 'm999_later', '2030')"
        )
    db.close()
    assert "newer cadagent (it has m999_later)" in refusal(path)


@pytest.mark.parametrize("place", [100, 5000, 20_000])
def test_a_damaged_library_says_so_or_still_answers(tmp_path: Path, place: int) -> None:
    path = tmp_path / "examples.db"
    with Library.open(path) as library:
        library.add_many(plate(number) for number in range(300))
    data = bytearray(path.read_bytes())
    data[place : place + 4000] = b"\xff" * 4000
    path.write_bytes(data)
    before = path.read_bytes()
    try:
        with Library.open(path) as library:
            library.search("a steel plate with a hole")
            list(library.examples())
    except StoreError as error:
        assert "damaged" in str(error) and str(path) in str(error) and "\n" not in str(error)
        assert path.read_bytes() == before


def test_a_truncated_library_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "examples.db"
    Library.open(path).close()
    path.write_bytes(path.read_bytes()[:20_000])
    with pytest.raises(StoreError, match="damaged"), Library.open(path) as library:
        list(library.examples())
        library.search("a plate with a hole")


def test_reading_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "examples.db"
    with Library.open(path) as library:
        library.add(plate(1))
    before = path.read_bytes()
    with Library.open(path, read_only=True) as library:
        assert library.search("a steel plate", 200)
        with pytest.raises(StoreError):
            library.add(plate(2))
    assert path.read_bytes() == before
    with pytest.raises(StoreError, match="no database"):
        Library.open(tmp_path / "other.db", read_only=True)
