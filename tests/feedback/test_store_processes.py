"""Several processes write to one database: nothing is lost, nothing is stored twice."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import sqlite3
import time
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from cadagent.feedback import Decisions, RunEnd, Store, open_store
from cadagent.feedback.interchange import merge, whole_runs
from cadagent.feedback.values import new_id
from cadagent.feedback.verifying import problems
from tests.feedback.results import answered, box
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


# -- verdicts, at random kills -------------------------------------------------------------------------------


def judge_runs(path: Path, first: int, last: int) -> None:
    """Decide on the runs of a share of the list; goes on where a former process of the same share was killed.

    A line is logged before a verdict is asked for, and another when it is stored.
    """
    with open_store(path) as store, path.with_name(f"judge-{first}.log").open("a") as log:
        decide = Decisions(store)
        for run in run_ids(store)[first:last]:
            if decide.standing(run) is None:
                log.write(f"asked {run}\n")
                log.flush()
                made = decide.decide(run, "reject" if ord(run[-1]) % 2 else "accept", attempt=1)
                log.write(f"stored {run} {made}\n")
                log.flush()


def run_ids(store: Store) -> list[str]:
    return [row["id"] for row in store.query("SELECT id FROM runs ORDER BY id", {})]


def verdicts_under_fire(path: Path, verdicts: int, kills: int) -> None:
    """Eight processes share the verdicts; some are killed at random times and started again."""
    dice = random.Random(8)
    with open_store(path) as store:
        template = answered(store, "a block of 20 x 10 x 5", box(20, 10, 5))
        copy_runs(store, template, verdicts - 1)
    share = -(-verdicts // 8)
    bounds = [(first, min(first + share, verdicts)) for first in range(0, verdicts, share)]

    def start(first: int, last: int) -> BaseProcess:
        judge = SPAWN.Process(target=judge_runs, args=(path, first, last))
        judge.start()
        return judge

    judges = [start(*bound) for bound in bounds]
    for _ in range(kills):
        place = dice.randrange(len(judges))
        log = path.with_name(f"judge-{bounds[place][0]}.log")
        aim = (log.stat().st_size if log.exists() else 0) + dice.randrange(1, 400)
        while judges[place].is_alive() and (not log.exists() or log.stat().st_size < aim):
            time.sleep(0.002)
        judges[place].kill()
        judges[place].join()
        judges[place] = start(*bounds[place])
    for judge in judges:
        judge.join()
    assert [judge.exitcode for judge in judges] == [0] * len(judges)
    logs = [path.with_name(f"judge-{first}.log").read_text().splitlines() for first, _ in bounds]
    stored = [line.split()[1:] for log in logs for line in log if line.startswith("stored ")]
    with open_store(path, read_only=True) as store:
        rows = store.query("SELECT id, run FROM verdicts", {})
        # None doubled: a run has one verdict. None lost: every run has it, with the id that was told.
        assert len(rows) == len({row["run"] for row in rows}) == verdicts
        assert dict(stored).items() <= {row["run"]: row["id"] for row in rows}.items()
        assert len(stored) >= verdicts - kills  # a kill between storing and telling costs a line at most
        assert list(problems(store)) == []


def copy_runs(store: Store, template: str, count: int) -> None:
    """The same run so many times more, all in one go."""
    with store.reading():
        (row,) = [row for row in whole_runs(store) if row["run"]["id"] == template]
    text = json.dumps(row)
    merge(store, (json.loads(text.replace(template, new_id())) for _ in range(count)))


@pytest.mark.timeout(900)  # ten processes start, which takes long where others work too
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="signals of POSIX")
def test_no_verdict_is_lost_or_doubled_when_judges_are_killed(tmp_path: Path) -> None:
    verdicts_under_fire(tmp_path / "feedback.db", verdicts=160, kills=2)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="signals of POSIX")
def test_ten_thousand_verdicts_of_eight_processes_at_random_kills(tmp_path: Path) -> None:
    verdicts_under_fire(tmp_path / "feedback.db", verdicts=10_000, kills=60)
