"""The commands of docs/feedback.md run one after the other, as they are printed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from cadagent.feedback import open_store
from cadagent.feedback.exports import FORMATS
from tests.cli.commands import inside
from tests.feedback.results import answered, box

PAGE = (Path(__file__).parents[2] / "docs" / "feedback.md").read_text("utf-8")


def test_the_commands_run_as_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "design.json").write_text(box(20, 10, 6))
    with open_store("feedback.db") as store:
        answered(store, "A plate of 20 x 10 x 6 mm", box(20, 10, 5))
    commands = re.findall(r"^\$ cadagent (.*)$", PAGE, re.MULTILINE)
    assert len(commands) >= 14
    for command in commands:
        done = inside(*shlex.split(command))
        assert done.returncode == 0, (command, done.stderr)
    assert "correct on attempt 1" in inside("feedback", "show", "last").stdout


def test_the_table_has_every_format() -> None:
    named = re.findall(r"^\| `([\w-]+)` \|", PAGE, re.MULTILINE)
    assert sorted(named) == sorted(FORMATS)


def test_the_command_offers_every_format() -> None:
    from cadagent.commands.feedback import _FORMATS

    assert _FORMATS == FORMATS
