"""The store gives back what it was given, and keeps it."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from cadagent.design.findings import Finding
from cadagent.errors import StoreError
from cadagent.feedback import NewAttempt, NewRun, RunEnd, Store, normalise_request, open_store


def new_run(request: str = "a plate 40 x 20 x 5", **fields: Any) -> NewRun:
    known = {
        "request": request,
        "seed": 7,
        "model": "embedded",
        "language_version": "1.0",
        "language_hash": "ab" * 32,
        "prompt_version": "1",
        "findings_version": "1",
    }
    return NewRun(**(known | fields))


def new_attempt(number: int = 1, **fields: Any) -> NewAttempt:
    known = {
        "number": number,
        "strategy": "first" if number == 1 else "repair",
        "parent": number - 1 or None,
        "messages": (("system", "You write CAD JSON."), ("user", f"request, try {number}")),
        "text": '{"units":"mm"}',
        "ms": 12,
        "valid": False,
    }
    return NewAttempt(**(known | fields))


@pytest.fixture
def store(tmp_path: Path) -> Any:
    with open_store(tmp_path / "feedback.db") as opened:
        yield opened


def count(path: Path, table: str) -> int:
    connection = sqlite3.connect(path)
    try:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
    finally:
        connection.close()


def test_a_run_comes_back_as_it_was_stored(store: Store) -> None:
    started = new_run(
        model_hash="m" * 64,
        adapter="first",
        adapter_hash="a" * 64,
        units="mm",
        settings={"max_attempts": 4, "out": None},
    )
    run_id = store.start_run(started)
    finding = Finding(
        "units.unknown", "No such unit.", "/units", "error", 2, "mm", "furlong", "Use mm.", "/x"
    )
    first = new_attempt(1, document={"units": "furlong"}, findings=[finding, Finding("a.b", "Second.")])
    second = new_attempt(
        2,
        document={"units": "mm"},
        digest="d" * 64,
        tokens_in=90,
        tokens_out=57,
        finish="stop",
        valid=True,
        measurement={"volume": 3748.67},
    )
    assert store.add_attempt(run_id, first) == f"{run_id}.1"
    assert store.add_attempt(run_id, second) == f"{run_id}.2"
    end = RunEnd(status="valid", attempt=2, design={"units": "mm"}, digest="d" * 64, out="designs/1")
    store.finish_run(run_id, end)

    run = store.run(run_id)
    assert run.end == end
    assert run.finished is not None and run.started <= run.finished
    assert run.attempts == 2
    for name in NewRun.__dataclass_fields__:
        assert getattr(run, name) == getattr(started, name), name
    for stored, given in zip(store.attempts(run_id), (first, second), strict=True):
        for name in NewAttempt.__dataclass_fields__:
            expected = getattr(given, name)
            assert getattr(stored, name) == (tuple(expected) if name == "findings" else expected), name


def test_what_was_written_is_there_without_closing(store: Store) -> None:
    run_id = store.start_run(new_run())
    store.add_attempt(run_id, new_attempt())
    with open_store(store.path, read_only=True) as reader:
        run = reader.run(run_id)
    assert (run.end, run.finished, run.attempts) == (None, None, 1)


def test_equal_requests_and_messages_are_stored_once(store: Store) -> None:
    for _ in range(3):
        run_id = store.start_run(new_run("a cube"))
        store.add_attempt(run_id, new_attempt(1))
        store.add_attempt(run_id, new_attempt(2))
    assert count(store.path, "requests") == 1
    assert count(store.path, "messages") == 3  # the system text and two user texts
    assert count(store.path, "attempt_messages") == 12


def test_requests_that_differ_in_case_and_spaces_share_a_hash(store: Store) -> None:
    assert normalise_request("  A  Plate\n40\u00a0mm ") == "a plate 40 mm"
    store.start_run(new_run("A plate"))
    store.start_run(new_run("a  PLATE "))
    connection = sqlite3.connect(store.path)
    hashes = connection.execute("SELECT count(*), count(DISTINCT normalised_hash) FROM requests").fetchone()
    connection.close()
    assert hashes == (2, 1)


def test_runs_are_listed_newest_first_and_by_status(store: Store) -> None:
    ids = [store.start_run(new_run(f"request {number}")) for number in range(5)]
    store.finish_run(ids[1], RunEnd(status="refused", reason="not_a_part"))
    store.finish_run(ids[3], RunEnd(status="refused", reason="other_language"))
    assert [run.id for run in store.runs(limit=3)] == ids[:1:-1]
    assert [run.request for run in store.runs(status="refused")] == ["request 3", "request 1"]
    assert ids == sorted(ids, key=lambda run_id: run_id[:10])


@pytest.mark.parametrize(
    "text", ["lone \udc80 surrogate", "nul \x00 inside", "x" * 1_000_000, "", "Ø 5 ± 0.1 日本"]
)
def test_any_text_can_be_stored(store: Store, text: str) -> None:
    run_id = store.start_run(new_run(text))
    store.add_attempt(run_id, new_attempt(text=text, document={"units": text}, messages=[("user", text)]))
    readable = text.replace("\udc80", "\\udc80")
    assert store.run(run_id).request == readable
    attempt = store.attempts(run_id)[0]
    assert (attempt.text, attempt.messages) == (readable, (("user", readable),))
    assert attempt.document == {"units": text}


def test_an_attempt_is_stored_whole_or_not_at_all(store: Store) -> None:
    run_id = store.start_run(new_run())
    broken = Finding("a.b", None)  # type: ignore[arg-type]  # the database refuses a finding without a text
    with pytest.raises(StoreError, match=r"findings\.message"):
        store.add_attempt(run_id, new_attempt(findings=[Finding("a.b", "Fine."), broken]))
    assert [count(store.path, name) for name in ("attempts", "messages", "findings")] == [0, 0, 0]
    store.add_attempt(run_id, new_attempt())
    assert count(store.path, "attempts") == 1


def test_nothing_is_stored_twice_or_for_a_run_that_is_not_there(store: Store) -> None:
    run_id = store.start_run(new_run())
    store.add_attempt(run_id, new_attempt())
    with pytest.raises(StoreError, match="UNIQUE"):
        store.add_attempt(run_id, new_attempt())
    store.finish_run(run_id, RunEnd(status="interrupted"))
    with pytest.raises(StoreError, match="UNIQUE"):
        store.finish_run(run_id, RunEnd(status="valid"))
    with pytest.raises(StoreError, match="FOREIGN KEY"):
        store.add_attempt("no-such-run", new_attempt())
    with pytest.raises(StoreError, match="has no run no-such-run"):
        store.run("no-such-run")
    with pytest.raises(ValueError, match="unknown run status"):
        store.finish_run(run_id, RunEnd(status="great"))  # type: ignore[arg-type]  # wrong on purpose


@pytest.mark.parametrize(
    "sql", ["UPDATE runs SET seed = 1", "DELETE FROM attempts", "UPDATE findings SET code = ''"]
)
def test_the_database_itself_refuses_to_change_what_is_stored(store: Store, sql: str) -> None:
    run_id = store.start_run(new_run())
    store.add_attempt(run_id, new_attempt(findings=[Finding("a.b", "Text.")]))
    connection = sqlite3.connect(store.path)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute(sql)
    connection.close()


def test_the_store_can_be_used_from_several_threads(store: Store) -> None:
    def record(number: int) -> None:
        run_id = store.start_run(new_run(f"request {number % 3}"))
        store.add_attempt(run_id, new_attempt())
        store.finish_run(run_id, RunEnd(status="no_valid_design", attempt=1))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(record, range(40)))
    assert len(store.runs(limit=100, status="no_valid_design")) == 40
