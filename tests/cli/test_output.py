"""What goes where: data on standard output, talk on standard error, and JSON that scripts can rely on."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from cadagent.feedback import open_store
from tests.agent.designs import GOOD, NO_DEPTH, REQUEST, WRONG_OP
from tests.cli.commands import COMMAND, cadagent, environment, inside, script

DOCS = Path(__file__).parents[2] / "docs" / "output.md"


@pytest.fixture(scope="module")
def plate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A folder in which the README's request was run, with a first answer that had to be repaired."""
    folder = tmp_path_factory.mktemp("plate")
    done = cadagent("run", REQUEST, "--model", script(folder, WRONG_OP, GOOD), cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder, done


def test_standard_output_is_data_and_standard_error_is_talk(
    plate: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    folder, done = plate
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["size", "40", "×", "20", "×", "5", "mm"]
    assert "volume     3748.67 mm³" in lines
    assert lines[-2:] == ["designs/0001/design.json", "designs/0001/design.step"]
    talk = done.stderr.splitlines()
    assert talk[:3] == [
        f"recording in {folder / 'feedback.db'}",
        "model scripted:script.json",
        "attempt 1 (first) …",
    ]
    assert any("schema.choice at /operations/1/op" in line for line in talk)
    assert "  trying again with the findings: attempt 1 is the best so far" in talk
    assert talk[-1].startswith("  valid: 43 tokens in ")


def test_the_files_of_a_run(plate: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    folder, _ = plate
    design = json.loads((folder / "designs/0001/design.json").read_text())
    assert (design["form"], design["units"]) == ("canonical", "mm")
    assert (folder / "designs/0001/design.step").read_text().startswith("ISO-10303-21;")
    with open_store(folder / "feedback.db") as store:
        end = store.runs()[0].end
    assert end is not None and end.out == str(folder / "designs" / "0001")


def test_a_second_run_gets_the_next_folder(
    plate: tuple[Path, subprocess.CompletedProcess[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _ = plate
    monkeypatch.chdir(folder)
    before = (folder / "designs/0001/design.step").read_bytes()
    done = inside("run", REQUEST, "--model", script(folder, GOOD, name="again.json"))
    assert done.stdout.splitlines()[-2] == "designs/0002/design.json"
    assert (folder / "designs/0001/design.step").read_bytes() == before


def documented(heading: str) -> set[str]:
    """The keys that a table of the documentation lists."""
    text = DOCS.read_text(encoding="utf-8").split(f"## {heading}\n")[1].split("\n## ")[0]
    return set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))


@pytest.mark.parametrize(
    ("reply", "code", "status"),
    [(GOOD, 0, "valid"), (NO_DEPTH, 1, "no_valid_design"), ('{"ask":"sizes"}', 1, "asked")],
)
def test_run_json_has_the_documented_keys_whatever_happens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reply: str, code: int, status: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = inside("run", REQUEST, "--model", script(tmp_path, reply), "--max-attempts", "1", "--json")
    assert done.returncode == code, done.stderr
    (line,) = done.stdout.splitlines()
    data: dict[str, Any] = json.loads(line)
    assert set(data) == documented("cadagent run --json")
    assert (data["status"], data["valid"]) == (status, code == 0)
    if code == 0:
        assert data["files"] == {"json": "designs/0001/design.json", "step": "designs/0001/design.step"}
        assert data["measurement"]["volume"] == pytest.approx(3748.672, abs=1e-3)
    else:
        assert (data["files"], data["design"]) == (None, None)
        assert not (tmp_path / "designs").exists()


def test_validate_and_measure_json_have_the_documented_keys(
    plate: tuple[Path, subprocess.CompletedProcess[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _ = plate
    monkeypatch.chdir(folder)
    (folder / "wrong.json").write_text('{"units":"furlong","operations":[]}')
    done = inside("validate", "--json", "wrong.json", "designs/0001/design.json")
    assert (done.returncode, done.stderr) == (1, "")
    wrong, good = (json.loads(line) for line in done.stdout.splitlines())
    assert set(wrong) == set(good) == documented("cadagent validate --json")
    assert (wrong["valid"], good["valid"]) == (False, True)
    assert wrong["findings"][0]["code"] == "units.unknown"
    keys = documented("A finding")
    assert all(set(finding) <= keys for finding in wrong["findings"])
    measured = inside("measure", "--json", "designs/0001/design.json")
    assert (measured.returncode, measured.stderr) == (0, "")
    assert set(json.loads(measured.stdout)) == documented("cadagent measure --json")


def test_build_and_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "part.json").write_text(GOOD)
    done = inside("build", "part.json", "--stl", "part.stl")
    assert (done.returncode, done.stdout, done.stderr) == (0, "part.step\npart.stl\n", "")
    assert (tmp_path / "part.stl").stat().st_size > 84
    shown = inside("show", "part.json")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert re.search("[\u2801-\u28ff]{3}", shown.stdout) and "\x1b" not in shown.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        *("", "run", "validate", "build", "measure", "show", "export", "convert", "compare"),
        *(
            "models",
            "models list",
            "models pull",
            "bench core",
            "bench convert",
            "bench requests",
            "explain",
            "train",
        ),
        *("evaluate", "evaluate set", "evaluate report", "evaluate compare", "round", "round start"),
        *("round list", "round status", "round promote", "round rollback"),
    ],
)
def test_every_help_has_examples(arguments: str) -> None:
    done = inside(*arguments.split(), "--help")
    assert (done.returncode, done.stderr) == (0, "")
    if arguments != "models":
        assert f"Examples:\n  cadagent {arguments}".rstrip() in re.sub("(?m)^  ", "", done.stdout)


def test_the_version(tmp_path: Path) -> None:
    assert cadagent("--version", cwd=tmp_path).stdout.startswith("cadagent, version ")


@pytest.mark.skipif(shutil.which("tmux") is None, reason="real terminal not tested: there is no tmux")
def test_in_a_real_terminal(tmp_path: Path) -> None:
    """The words as they are written, the picture in colour, what was measured, and where it is recorded."""
    command = f"{shlex.quote(COMMAND)} run {shlex.quote(REQUEST)} --model {script(tmp_path, GOOD)}"
    socket = f"cadagent-test-{os.getpid()}"
    tmux = ["tmux", "-L", socket, "-f", os.devnull]
    env = environment(TERM="xterm-256color", LC_ALL="C.UTF-8")
    env.pop("NO_COLOR", None)
    size = ["-x", "100", "-y", "60"]
    shell = f"{command}; echo code=$?; sleep 60"
    start = [*tmux, "-u", "new-session", "-d", *size, "-c", str(tmp_path), shell]
    subprocess.run(start, env=env, cwd=tmp_path, check=True)
    try:
        deadline, screen = time.monotonic() + 45, ""
        while "code=" not in screen and time.monotonic() < deadline:
            time.sleep(0.1)
            screen = capture(tmux)
        colored = capture(tmux, "-e")
    finally:
        subprocess.run([*tmux, "kill-server"], check=False)
    assert "code=0" in screen, screen
    assert '{"op":"hole","diameter":4,"repeat":{"grid":[2,2],"pitch":[30,10]}}' in screen.replace("\n", "")
    assert re.search("[▀▄█]{10}", screen), screen
    assert "\x1b[38;2;" in colored or "\x1b[48;2;" in colored
    assert "volume     3748.67 mm³" in screen
    assert "holes      4 × ⌀4 through" in screen
    assert "recording in" in screen and "designs/0001/design.step" in screen


def capture(tmux: list[str], *options: str) -> str:
    """The terminal's screen, with its history, as text."""
    done = subprocess.run(
        [*tmux, "capture-pane", "-p", "-S", "-200", *options], capture_output=True, text=True, check=False
    )
    return done.stdout
