"""Verification finds what was changed behind the store's back; backups and upgrades keep everything."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from cadagent.errors import InputError, StoreError
from cadagent.feedback import Store, open_store
from cadagent.feedback.backups import backup
from cadagent.feedback.counting import counts
from cadagent.feedback.migrations import migrations
from cadagent.feedback.verifying import problems
from tests.feedback.results import answered, box, fill


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with open_store(tmp_path_factory.mktemp("store") / "feedback.db") as store:
        fill(store)
        yield store


@pytest.fixture
def copy(filled: Store, tmp_path: Path) -> Path:
    backup(filled, tmp_path / "copy.db")
    return tmp_path / "copy.db"


def tamper(path: Path, sql: str) -> None:
    """Change a database as nobody should: without triggers and references."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA foreign_keys = OFF")
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute(sql)
    connection.commit()
    connection.close()


def test_a_sound_database_has_no_problems_and_each_design_is_built_once(filled: Store) -> None:
    told: list[tuple[int, int]] = []
    assert list(problems(filled, progress=lambda done, total: told.append((done, total)))) == []
    assert told == [(number, 5) for number in range(1, 6)]


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("UPDATE requests SET text = text || '.' WHERE rowid = 1", "requests: the text of"),
        ("UPDATE messages SET content = '' WHERE rowid = 1", "messages: the content of"),
        ("UPDATE wordings SET split = CASE split WHEN 'train' THEN 'held-out' ELSE 'train' END", "wordings:"),
        ("DELETE FROM request_wordings WHERE rowid = 1", "has not the group of its words"),
        ("UPDATE attempts SET document = replace(document, '20', '21')", "attempts: the design of"),
        ("UPDATE corrections SET design = '{}'", "corrections: the design of"),
        ("UPDATE completions SET text = 'x' WHERE rowid = 1", "completions: the design of"),
        ("DELETE FROM attempts WHERE rowid = 1", "refers to a row of attempts that is not there"),
        ("DELETE FROM completions WHERE rowid = 1", "is not kept as a completion"),
        ("UPDATE attempts SET valid = 0", "accepts what is no valid attempt"),
        ("UPDATE corrections SET run = (SELECT min(id) FROM runs)", "has a correction of another run"),
    ],
)
def test_what_was_changed_is_named(copy: Path, sql: str, words: str) -> None:
    tamper(copy, sql)
    with open_store(copy, read_only=True) as store:
        found = list(problems(store, build=False))
    assert any(words in problem for problem in found), found


def test_an_accepted_design_that_no_longer_validates_is_named(copy: Path) -> None:
    """As when a rule was added since: the design is consistent in all places, and cannot be built."""
    from cadagent.design import canonical, digest, dumps

    document = json.loads(box(20, 10, 5))
    document["operations"].append({"op": "fillet", "radius": 400, "edges": ["vertical"]})
    text, name = dumps(canonical(document)), digest(document)
    with open_store(copy) as store:
        run = store.query("SELECT run, digest FROM stood ORDER BY run", {})[0]
    old = run["digest"]
    for table, column in (("attempts", "document"), ("run_ends", "design"), ("completions", "text")):
        tamper(copy, f"UPDATE {table} SET {column} = '{text}', digest = '{name}' WHERE digest = '{old}'")
    with open_store(copy, read_only=True) as store:
        (problem,) = problems(store)
    assert problem.startswith(f"the design that was accepted for run {run['run']} does not validate: ")


def test_a_page_that_was_overwritten_is_found_or_refused(copy: Path) -> None:
    data = bytearray(copy.read_bytes())
    middle = len(data) // 2 // 4096 * 4096
    data[middle : middle + 2048] = b"\xa5" * 2048
    copy.write_bytes(bytes(data))
    with pytest.raises(StoreError, match="damaged"), open_store(copy, read_only=True) as store:
        found = list(problems(store, build=False))
        assert found
        raise StoreError("damaged, and found")


def test_a_backup_is_whole_and_never_written_over(filled: Store, copy: Path) -> None:
    with open_store(copy) as store:
        assert counts(store) | {"bytes on disk": 0} == counts(filled) | {"bytes on disk": 0}
        assert list(problems(store, build=False)) == []
    before = copy.read_bytes()
    with pytest.raises(InputError, match="is there already"):
        backup(filled, copy)
    assert copy.read_bytes() == before


def test_a_backup_of_a_database_that_is_being_written_is_of_one_moment(tmp_path: Path) -> None:
    with open_store(tmp_path / "a.db") as store, open_store(tmp_path / "a.db") as other:
        answered(store, "A box", box(1, 2, 3))
        with other.writing() as db:
            db.execute("INSERT INTO chats (id, created) VALUES ('x', 'now')")
            backup(store, tmp_path / "b.db")
        with open_store(tmp_path / "b.db") as copy:
            assert counts(copy)["chats"] == 0
            assert list(problems(copy, build=False)) == []


def test_a_database_of_the_first_version_is_brought_up_to_date(tmp_path: Path, filled: Store) -> None:
    """Groups, splits and completions are filled in as if they had been there from the start."""
    path = tmp_path / "old.db"
    old = Database(path, execute_plugins=False)
    migrations.apply(old, stop_before="m003_groups")
    old.execute("ATTACH ? AS new", [str(filled.path)])
    tables = ("requests", "runs", "attempts", "messages", "attempt_messages", "findings", "run_ends")
    for table in (*tables, "corrections", "correction_findings"):
        old.execute(f"INSERT INTO main.{table} SELECT * FROM new.{table} ORDER BY rowid")
    names = "id, run, attempt, kind, decided, seconds, note, correction, undoes"
    old.execute(
        f"INSERT INTO main.verdicts ({names}) SELECT {names} FROM new.verdicts "
        "WHERE state = 'submitted' ORDER BY rowid"
    )
    old.conn.commit()
    old.close()
    with pytest.raises(StoreError, match="older cadagent"):
        open_store(path, read_only=True)
    with open_store(path) as store:
        assert list(problems(store, build=False)) == []
        for table in ("wordings", "group_links", "stood NATURAL JOIN completions"):
            rows = f"SELECT * FROM {table} ORDER BY 1, 2"
            assert store.query(rows, {}) == filled.query(rows, {}), table
        assert counts(store)["export: sft"] == counts(filled)["export: sft"] == 5


@pytest.mark.parametrize("lost", [1, 100, 4_000, 5_000, 12_345])
def test_a_half_written_journal_loses_only_what_was_not_yet_stored(tmp_path: Path, lost: int) -> None:
    """As after a power cut: the end of the write-ahead log is missing, or is rubbish."""
    store = open_store(tmp_path / "a.db")
    stored = []
    for number in range(30):
        stored.append(answered(store, f"A box {number}", box(1, 2, 3)))
    log = tmp_path / "a.db-wal"
    main, tail = (tmp_path / "a.db").read_bytes(), log.read_bytes()
    for name, journal in (("cut", tail[:-lost]), ("rubbish", tail[:-lost] + b"\x5a" * lost)):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "a.db").write_bytes(main)
        (folder / "a.db-wal").write_bytes(journal)
        with open_store(folder / "a.db") as opened:
            kept = [run.id for run in reversed(opened.runs(limit=100))]
            assert kept == stored[: len(kept)]
            assert len(kept) >= 29 - lost // 4000  # a transaction is a page at least
            assert list(problems(opened, build=False)) == []
            answered(opened, "One more box", box(1, 2, 3))
    store.close()
