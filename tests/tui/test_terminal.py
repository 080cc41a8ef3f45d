"""The installed command in a real terminal: keys in, screen out, rows in the database."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.commands import COMMAND, environment
from tui.samples import BAD, GOOD

pytestmark = [
    pytest.mark.skipif(shutil.which("tmux") is None, reason="not tested in a real terminal: no tmux"),
    pytest.mark.timeout(900),
]
_PATIENCE = 150.0
"""Seconds that a busy machine may take for one step."""


class Terminal:
    """A tmux session of its own server, of a given size."""

    def __init__(self, folder: Path, size: tuple[int, int]) -> None:
        self.name = f"cadagent-{uuid.uuid4().hex[:8]}"
        self.folder = folder
        self._tmux("-f", "/dev/null", "new-session", "-d", "-x", str(size[0]), "-y", str(size[1]), "sh")
        self._tmux("set-option", "-g", "escape-time", "0")
        self._tmux("set-option", "-g", "set-clipboard", "on")

    def _tmux(self, *arguments: str) -> str:
        done = subprocess.run(
            ["tmux", "-L", self.name, *arguments],
            capture_output=True,
            text=True,
            check=True,
            cwd=self.folder,
            env={key: value for key, value in environment(TERM="xterm-256color").items() if key != "COLUMNS"},
        )
        return done.stdout

    def type(self, text: str) -> None:
        self._tmux("send-keys", "-l", text)

    def press(self, *keys: str) -> None:
        self._tmux("send-keys", *keys)

    def resize(self, width: int, height: int) -> None:
        self._tmux("resize-window", "-x", str(width), "-y", str(height))

    @property
    def clipboard(self) -> str:
        """What a program has copied through the terminal (OSC 52)."""
        return self._tmux("show-buffer") if self._tmux("list-buffers") else ""

    @property
    def screen(self) -> str:
        return self._tmux("capture-pane", "-p")

    def shows(self, *texts: str, seconds: float = _PATIENCE) -> None:
        """Wait until the screen shows all the texts."""
        self.until(lambda: all(text in self.screen for text in texts), seconds, lambda: self.screen)

    @staticmethod
    def until(holds: Callable[[], bool], seconds: float, told: Callable[[], str]) -> None:
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, told()
            time.sleep(0.05)

    def close(self) -> None:
        subprocess.run(["tmux", "-L", self.name, "kill-server"], capture_output=True, check=False)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    found = Terminal(tmp_path, (120, 36))
    yield found
    found.close()


def test_from_a_request_to_an_accepted_and_a_corrected_pair(terminal: Terminal, tmp_path: Path) -> None:
    """``cadagent`` alone opens the application; two results later it is left, and the rows are there."""
    steps = [{"reply": reply} for reply in (BAD, GOOD, GOOD)]
    (tmp_path / "script.json").write_text(json.dumps(steps))
    (tmp_path / "cadagent.toml").write_text('model = "scripted:script.json"\n')
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nsed -i \'s/"depth": 5/"depth": 9/\' "$1"\n')
    editor.chmod(0o755)
    terminal.type(f"VISUAL={editor} {COMMAND}; echo left with $?\n")
    terminal.shows("What part do you need?")
    terminal.type("a plate with a boss")
    terminal.press("Enter")
    terminal.shows("✗ not valid", "✓ valid", "40 × 20 × 13 mm")
    terminal.press("F2", "y")
    terminal.until(lambda: '"op": "hole"' in terminal.clipboard, _PATIENCE, lambda: terminal.screen)
    terminal.resize(80, 24)
    terminal.shows("40 × 20 × 13 mm", "iso", "Accept")
    terminal.resize(120, 36)
    terminal.press("F8")
    terminal.shows("✓ accepted", "Changes attempt 2")
    terminal.press("C-n")
    terminal.shows("What part do you need?")
    terminal.type("another plate")
    terminal.press("Enter")
    terminal.shows("valid after 1 attempt", "undecided")
    terminal.press("F3")
    terminal.shows('"units"', "As the model wrote it")
    terminal.press("C-g")  # the person's own editor takes the terminal, and gives it back
    terminal.shows("The correction is valid")
    terminal.press("F8")
    terminal.shows("✎ corrected")
    terminal.press("C-q")
    terminal.shows("left with 0")
    with sqlite3.connect(tmp_path / "feedback.db") as database:
        kinds = database.execute("SELECT kind, seconds > 0 FROM verdicts ORDER BY rowid").fetchall()
        designs = database.execute("SELECT design, diff FROM corrections").fetchall()
    assert kinds == [("accept", 1), ("correct", 1)]
    assert any(operation.get("depth") == 9 for operation in json.loads(designs[0][0])["operations"])
    assert "+" in designs[0][1]


def test_a_dumb_terminal_gets_plain_lines(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "script.json").write_text(json.dumps([{"reply": GOOD}]))
    (tmp_path / "cadagent.toml").write_text('model = "scripted:script.json"\n')
    terminal.type(f"TERM=dumb {COMMAND}; echo left with $?\n")
    terminal.shows("request>")
    terminal.type("a plate with a boss\n")
    terminal.shows("40 × 20 × 13 mm")
    terminal.type("quit\n")
    terminal.shows("left with 0")
