"""Several processes write to one database: nothing is lost, nothing is stored twice."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
import time
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from cadagent.feedback import RunEnd, open_store
from tests.feedback.test_store import new_attempt, new_run

SPAWN = multiprocessing.get_context("spawn")


def write_runs(path: Path, writer: int, runs: int) -> None:
    """Record runs of two attempts each; after each the id goes to a log that only this process writes."""
    with open_store(path) as store, path.with_name(f"writer-{writer}.log").open("a") as log:
        for number in range(runs):
            run_id = store.start_run(new_run(f"request {number}", seed=writer))
            store.add_attempt(run_id, new_attempt(1))
            store.add_attempt(run_id, new_attempt(2))
            store.finish_run(run_id, RunEnd(status="no_valid_design", attempt=2))
            log.write(f"{run_id}\n")
            log.flush()


def start_writers(path: Path, count: int, runs: int) -> list[BaseProcess]:
    writers = [SPAWN.Process(target=write_runs, args=(path, writer, runs)) for writer in range(count)]
    for writer in writers:
        writer.start()
    return writers


def check(path: Path, expected: set[str]) -> None:
    """Every run that a writer reported is there with both attempts; the file is sound."""
    connection = sqlite3.connect(path)
    ended = dict(
        connection.execute(
            "SELECT run_ends.run, count(*) FROM run_ends JOIN attempts USING (run) GROUP BY run_ends.run"
        ).fetchall()
    )
    assert expected <= set(ended)
    assert set(ended.values()) <= {2}
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


def reported(path: Path) -> set[str]:
    lines = [line for log in path.parent.glob("writer-*.log") for line in log.read_text().splitlines()]
    assert len(lines) == len(set(lines))
    return set(lines)


def all_written(path: Path, count: int, runs: int) -> None:
    writers = start_writers(path, count, runs)
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0] * count
    assert len(reported(path)) == count * runs
    check(path, reported(path))
    with open_store(path, read_only=True) as store:
        assert len(store.runs(limit=count * runs + 1)) == count * runs


def test_eight_processes_that_create_one_database_together(tmp_path: Path) -> None:
    all_written(tmp_path / "feedback.db", count=8, runs=5)


@pytest.mark.slow
def test_eight_processes_with_ten_thousand_writes(tmp_path: Path) -> None:
    all_written(tmp_path / "feedback.db", count=8, runs=320)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="signals of POSIX")
def test_killed_writers_lose_nothing_that_they_had_reported(tmp_path: Path) -> None:
    path = tmp_path / "feedback.db"
    writers = start_writers(path, count=2, runs=100_000)
    deadline = time.monotonic() + 60
    while not all(log.exists() and log.stat().st_size > 200 for log in logs_of(path, 2)):
        assert time.monotonic() < deadline, "the writers wrote nothing"
        time.sleep(0.05)
    for writer in writers:
        assert writer.pid is not None
        os.kill(writer.pid, signal.SIGKILL)
        writer.join()
    check(path, reported(path))
    with open_store(path) as store:
        store.finish_run(store.start_run(new_run()), RunEnd(status="interrupted"))


def logs_of(path: Path, count: int) -> list[Path]:
    return [path.with_name(f"writer-{writer}.log") for writer in range(count)]
