"""``cadagent run --batch``: one line in, one line out, whatever happens in between."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from cadagent.batch import done_statuses, read_rows
from cadagent.errors import InputError
from tests.agent.designs import GOOD, NO_DEPTH
from tests.cli.commands import COMMAND, cadagent, complaint, environment, script

REFUSAL = '{"refuse":"unknown_standard"}'


def write_rows(folder: Path, *rows: dict[str, Any] | str) -> None:
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    (folder / "in.jsonl").write_text("".join(line + "\n" for line in lines), encoding="utf-8")


def results(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "out.jsonl").read_text(encoding="utf-8").splitlines()]


def batch(folder: Path, model: str, *more: str) -> subprocess.CompletedProcess[str]:
    return cadagent("run", "--batch", "in.jsonl", "out.jsonl", "--model", model, *more, cwd=folder)


def test_one_result_a_row_and_what_is_wrong_with_a_row_stays_there(tmp_path: Path) -> None:
    write_rows(
        tmp_path,
        {"id": "plate", "request": "a plate 40 x 20 x 5 mm"},
        "this is no JSON",
        {"id": 7, "prompt": "a DIN 933 screw"},
        "",
        {"request": ""},
        {"id": "no text"},
        {"id": "ü", "request": "hello"},
        {"id": "bad", "request": "a square"},
    )
    done = batch(tmp_path, script(tmp_path, GOOD, REFUSAL, NO_DEPTH), "--max-attempts", "1")
    assert done.returncode == 1, done.stderr
    assert done.stdout == ""
    got = [(row["id"], row["status"]) for row in results(tmp_path)]
    assert got == [
        ("plate", "valid"),
        ("2", "failed"),
        ("7", "refused"),
        ("5", "failed"),
        ("no text", "failed"),
        ("ü", "refused"),
        ("bad", "no_valid_design"),
    ]
    assert results(tmp_path)[1]["reason"] == "line 2 is no JSON object"
    assert results(tmp_path)[3]["reason"] == "The request is empty: say what part you need."
    assert results(tmp_path)[0]["design"]["form"] == "canonical"
    assert "1 of 7 valid, in out.jsonl" in done.stderr
    again = batch(tmp_path, script(tmp_path, name="unused.json"))
    assert (again.returncode, len(results(tmp_path))) == (1, 7)


def test_two_workers_do_every_row_once(tmp_path: Path) -> None:
    write_rows(tmp_path, *({"id": str(number), "request": f"plate {number}"} for number in range(12)))
    done = batch(tmp_path, script(tmp_path, *[GOOD] * 12), "--workers", "2")
    assert done.returncode == 0, done.stderr
    assert sorted(int(row["id"]) for row in results(tmp_path)) == list(range(12))
    assert "12 of 12 valid" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="kills with a POSIX signal")
def test_a_killed_batch_goes_on_where_it_stopped(tmp_path: Path) -> None:
    write_rows(tmp_path, *({"id": str(number), "request": f"plate {number}"} for number in range(200)))
    model = script(tmp_path, *[GOOD] * 200)
    command = [COMMAND, "run", "--batch", "in.jsonl", "out.jsonl", "--model", model]
    process = subprocess.Popen(
        command, cwd=tmp_path, stderr=subprocess.DEVNULL, env=environment(), start_new_session=True
    )
    within(60, lambda: (tmp_path / "out.jsonl").exists() and len(results_so_far(tmp_path)) >= 3)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    before = results_so_far(tmp_path)
    assert 3 <= len(before) < 200
    with (tmp_path / "out.jsonl").open("a", encoding="utf-8") as out:
        out.write('{"id": "cut", "requ')  # killed in the middle of a line
    write_rows(
        tmp_path, *({"id": str(number), "request": f"plate {number}"} for number in range(len(before) + 2))
    )
    done = batch(tmp_path, model)
    assert done.returncode == 0, done.stderr
    assert [int(row["id"]) for row in results(tmp_path)] == list(range(len(before) + 2))


# The processes of a killed one are nobody's children any more: only /proc still knows their session.
@pytest.mark.skipif(sys.platform != "linux", reason="looks processes up in /proc")
def test_workers_end_with_their_parent(tmp_path: Path) -> None:
    """Killed alone, it can tell them nothing; they are not to stay behind with a model and a kernel each."""
    write_rows(tmp_path, *({"id": str(number), "request": f"plate {number}"} for number in range(400)))
    command = [COMMAND, "run", "--batch", "in.jsonl", "out.jsonl", "--workers", "2"]
    command += ["--model", script(tmp_path, *[GOOD] * 400)]
    process = subprocess.Popen(
        command, cwd=tmp_path, stderr=subprocess.DEVNULL, env=environment(), start_new_session=True
    )
    try:
        within(60, lambda: (tmp_path / "out.jsonl").exists() and len(results_so_far(tmp_path)) >= 3)
        assert len(of_session(process.pid)) > 2
        process.kill()
        process.wait()
        within(20, lambda: not of_session(process.pid))
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def within(seconds: float, holds: Callable[[], bool]) -> None:
    """Wait until something holds; it is an error when it does not in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)  # other processes are looked at, which tell nothing of themselves


def of_session(session: int) -> list[int]:
    """The living processes of a session."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[3]) == session and fields[0] != "Z":
                found.append(int(stat.parent.name))
    return found


def results_so_far(folder: Path) -> list[str]:
    """The whole lines of the results."""
    return (folder / "out.jsonl").read_bytes().decode("utf-8").split("\n")[:-1]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ('{"id":1,"request":"a"}\n{"id":"1","request":"b"}\n', "line 2: the id '1' stands in line 1 already"),
        ("\n\n", "holds no request"),
        ("nonsense\n", "holds no request"),
    ],
)
def test_a_file_of_requests_that_cannot_be_used(tmp_path: Path, rows: str, said: str) -> None:
    (tmp_path / "in.jsonl").write_text(rows)
    assert said in complaint(batch(tmp_path, script(tmp_path, GOOD)), 2)
    assert not (tmp_path / "out.jsonl").exists()


def test_files_that_are_missing_or_mixed_up(tmp_path: Path) -> None:
    model = script(tmp_path, GOOD)
    assert "in.jsonl cannot be read: No such file" in complaint(batch(tmp_path, model), 2)
    write_rows(tmp_path, {"id": "1", "request": "a cube"})
    (tmp_path / "out.jsonl").write_text("my notes")
    assert "line 1 is no result of a batch" in complaint(batch(tmp_path, model), 2)
    assert (tmp_path / "out.jsonl").read_text() == "my notes"
    same = cadagent("run", "--batch", "in.jsonl", "in.jsonl", "--model", model, cwd=tmp_path)
    assert "is the file of requests" in complaint(same, 2)
    nowhere = cadagent("run", "--batch", "in.jsonl", "none/out.jsonl", "--model", model, cwd=tmp_path)
    assert "out.jsonl cannot be written: No such file" in complaint(nowhere, 2)


def test_a_model_that_is_missing_ends_the_batch_without_a_result(tmp_path: Path) -> None:
    write_rows(tmp_path, {"id": "1", "request": "a cube"})
    assert "none.gguf cannot be read" in complaint(batch(tmp_path, "embedded:none.gguf"), 3)
    assert (tmp_path / "out.jsonl").read_text() == ""


def test_separators_inside_texts_do_not_split_rows(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes('\ufeff{"request":"a\u2028b\x85c"}\r\n{"request":"d"}'.encode())
    assert [(row.id, row.request) for row in read_rows(path)] == [("1", "a\u2028b\x85c"), ("2", "d")]


def test_a_last_line_that_is_whole_but_for_its_line_feed_counts(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text('{"id": "1", "status": "valid"}\n{"id": "2", "status": "refused"}')
    assert done_statuses(path) == {"1": "valid", "2": "refused"}
    assert path.read_text().endswith("}\n")


def test_a_last_line_cut_inside_a_character_is_cut_away(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    whole = b'{"id": "1", "status": "valid"}\n'
    path.write_bytes(whole + '{"id": "ü'.encode()[:-1])
    assert done_statuses(path) == {"1": "valid"}
    assert path.read_bytes() == whole


def test_a_damaged_line_in_the_middle_is_no_result(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text('{"id": "1", "sta\n{"id": "2", "status": "valid"}\n')
    with pytest.raises(InputError, match="line 1 is no result"):
        done_statuses(path)
