"""Ctrl-C while the real model writes: one line, exit code 130, and the words so far are kept."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from cadagent.feedback import open_store
from cadagent.generation.weights import installed
from tests.agent.designs import GOOD
from tests.cli.commands import COMMAND, cadagent, environment, inside, script

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")

LONG = "a very long comb with a hundred teeth, each of another length, and a hole in every tooth, 2 m long"


def interrupted(arguments: list[str], folder: Path, when: str, wait: float) -> tuple[int, str, str]:
    """Start the command, send Ctrl-C to its group some time after a line of talk; code, stdout, stderr."""
    process = subprocess.Popen(
        [COMMAND, *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
        start_new_session=True,
    )
    assert process.stderr is not None
    said: list[str] = []
    for line in process.stderr:
        said.append(line)
        if when in line:
            break
    time.sleep(wait)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    return process.returncode, out, "".join(said) + err


def test_in_the_middle_of_an_answer(tmp_path: Path) -> None:
    if not installed().intact:
        pytest.skip("Ctrl-C in mid-generation not tested: the embedded model is not in the cache")
    arguments = ["run", LONG, "--adapter", "none", "--max-attempts", "50"]
    code, out, err = interrupted(arguments, tmp_path, "attempt 1", 0.3)
    assert (code, out) == (130, ""), err
    assert err.splitlines()[-1] == "cadagent: interrupted."
    assert "Traceback" not in err
    with open_store(tmp_path / "feedback.db") as store:
        kept = store.runs()[0]
        attempts = store.attempts(kept.id)
    assert kept.end is not None and kept.end.status == "interrupted"
    assert attempts and not attempts[-1].valid


def test_in_the_middle_of_an_explanation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(document: object, *, cancel: threading.Event, **_: object) -> str:
        signal.raise_signal(signal.SIGINT)
        assert cancel.is_set()
        return "A pla"

    monkeypatch.setattr("cadagent.agent.explaining.explain", stopped)
    monkeypatch.chdir(tmp_path)
    Path("plate.json").write_text(GOOD)
    done = inside("explain", "plate.json", "--model", script(tmp_path, "A plate."))
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "cadagent: interrupted.\n")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_in_a_batch_that_then_goes_on(tmp_path: Path, workers: str) -> None:
    model = script(tmp_path, *[GOOD] * 300)
    rows = "".join(f'{{"id":"{number}","request":"a plate 40 x 20 x 5 mm"}}\n' for number in range(300))
    (tmp_path / "in.jsonl").write_text(rows)
    arguments = ["run", "--batch", "in.jsonl", "out.jsonl", "--model", model, "--workers", workers]
    code, out, err = interrupted(arguments, tmp_path, "3 of 300", 0.0)
    assert (code, out) == (130, ""), err
    assert "Traceback" not in err
    assert err.splitlines()[-1] == "cadagent: interrupted."
    results = (tmp_path / "out.jsonl").read_text().splitlines()
    assert 3 <= len(results) < 300
    assert all('"status": "valid"' in line for line in results)
    rest = "".join(rows.splitlines(keepends=True)[: len(results) + 2])
    (tmp_path / "in.jsonl").write_text(rest)
    done = cadagent(*arguments, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert len((tmp_path / "out.jsonl").read_text().splitlines()) >= len(results) + 2 - int(workers)
