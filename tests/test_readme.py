"""Every ``cadagent`` command that the documentation shows runs as it is printed."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cadagent.feedback import open_store
from tests.agent.designs import GOOD
from tests.cli.commands import environment, inside, script
from tests.training.rounds_data import past_rounds

CUBE = '{"units":"mm","operations":[{"op":"box","size":[20,20,20]}]}'
ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def commands() -> Iterator[str]:
    """The commands in fenced blocks and, in the README, in the table of commands; each once."""
    seen: dict[str, None] = {}
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for block in re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
            for line in block.splitlines():
                for part in line.split(" && "):
                    if part.startswith("cadagent "):
                        seen[part] = None
        for cell in re.findall(r"^\| (`cadagent .*?) \|", text, re.MULTILINE):
            seen |= dict.fromkeys(re.findall(r"`(cadagent [^`]*)`", cell))
    yield from seen


@pytest.mark.skipif(sys.platform == "win32", reason="the commands are written for a POSIX shell")
@pytest.mark.parametrize("command", [command for command in commands() if "models pull" not in command])
def test_a_command_runs_as_printed(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a scripted model, in a folder that holds the files that the command names."""
    arguments = shlex.split(command)[1:]
    (tmp_path / "design.json").write_text(GOOD)
    (tmp_path / "designs" / "0001").mkdir(parents=True)
    (tmp_path / "designs" / "0001" / "design.json").write_text(GOOD)
    (tmp_path / "requests.jsonl").write_text('{"id": "1", "request": "a plate"}\n')
    (tmp_path / "synthetic.jsonl").write_text(json.dumps({"prompt": "a 20 mm cube", "completion": CUBE}))
    if arguments[:2] in (["bench", "core"], ["bench", "engines"]):
        arguments.append("--help")  # it measures for a quarter of a minute
    if arguments[0] in ("chat", "review", "serve") or arguments[:2] == ["bench", "tui"]:
        arguments.append("--help")  # for a person at a terminal: tests/tui sits there
    if arguments[0] == "train":
        arguments.append("--show-settings")  # training takes minutes, and torch
    if arguments[0] in ("feedback", "stats"):
        open_store(tmp_path / "feedback.db").close()
    if arguments[0] == "round":
        with open_store(tmp_path / "feedback.db") as store:
            past_rounds(store)
        if arguments[1] == "start":
            arguments.append("--help")  # it trains
    monkeypatch.chdir(tmp_path)
    # A part without the request's figures would be repaired, and so would a change that changes nothing.
    reply = CUBE if "cube" in command or "--edit" in command else GOOD
    monkeypatch.setenv("CADAGENT_MODEL", script(tmp_path, *[reply] * 40))
    done = inside(*arguments)
    assert done.returncode == 0, done.stderr


def test_the_commands_are_found() -> None:
    found = list(commands())
    assert len(found) >= 10
    assert any(command.startswith("cadagent models pull --from-file") for command in found)


def test_the_readme_has_exactly_two_set_up_commands() -> None:
    lines = re.findall(r"^python -m pip install .*$", PAGES[0].read_text(encoding="utf-8"), re.MULTILINE)
    assert len(lines) == 2
    assert re.fullmatch(r'python -m pip install -e \. && cadagent run "[^"]+"', lines[0])
    assert lines[1] == "python -m pip install -e '.[dev]' && pytest"


def test_the_python_example_runs(tmp_path: Path) -> None:
    text = PAGES[0].read_text(encoding="utf-8")
    code = "\n".join(re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
    code = code.replace("cadagent.open_model()", f"cadagent.open_model({script(tmp_path, GOOD)!r})")
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env=environment(),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    flag, volume = done.stdout.splitlines()[0].split()
    assert (flag, float(volume)) == ("True", pytest.approx(4000))
    assert "Finished(status='valid'" in done.stdout
