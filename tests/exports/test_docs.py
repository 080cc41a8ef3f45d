"""Every example of docs/exports.md runs and gives what the page says."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.commands import inside

PAGE = Path(__file__).parents[2] / "docs" / "exports.md"


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    plate, wider = blocks("json")
    (tmp_path / "plate.json").write_text(plate)
    (tmp_path / "wider.json").write_text(wider)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_commands_say_what_the_page_says(folder: Path) -> None:
    commands = 0
    for block in blocks("console"):
        for step in block.split("$ cadagent ")[1:]:
            line, _, expected = step.partition("\n")
            done = inside(*shlex.split(line))
            commands += 1
            if expected:
                assert done.stdout + done.stderr == expected, line
            else:
                assert done.returncode == 0 and "IoU" in done.stdout, line
    assert commands >= 7
    assert {"plate.step", "plate.3mf", "plate.svg", "plate.png", "shape.out"} <= {
        p.name for p in folder.iterdir()
    }


def test_the_python_example_runs_as_a_script(folder: Path) -> None:
    (folder / "example.py").write_text(blocks("python")[0])
    done = subprocess.run(
        [sys.executable, "example.py"], capture_output=True, text=True, timeout=60, check=False, cwd=folder
    )
    assert (done.stdout, done.stderr) == ("3748.67\n", "")
    assert (folder / "bracket.dxf").is_file() and (folder / "bracket.svg").is_file()


def test_the_table_lists_every_format() -> None:
    from cadagent.exports import FORMATS

    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \|", PAGE.read_text("utf-8"), re.MULTILINE)
    assert {name: tuple(endings.split()) for name, endings in rows} == {
        name: item.suffixes for name, item in FORMATS.items()
    }
