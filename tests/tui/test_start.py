"""The start: a screen at once, everything else behind it, and an orderly end when that fails."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from cadagent.errors import ExitCode, StoreError
from cadagent.feedback import Store
from cadagent.settings import Settings
from tests.test_imports import loaded_after
from tests.tui.conftest import MakeDesk
from tests.tui.driving import HeardApp, play, until
from tui.app import CadAgentApp
from tui.desk import Desk
from tui.samples import GOOD


def test_the_first_screen_waits_for_nothing_that_it_does_not_show() -> None:
    code = "import tui.app; from tui.desk import Desk"
    assert (
        loaded_after(code, ["numpy", "sqlite_utils", "OCP", "PIL", "cadagent.agent", "cadagent.design"]) == []
    )


class SlowDesk(Desk):
    """A desk whose database opens when the test says so."""

    door = threading.Event()

    @property
    def store(self) -> Store:
        self.door.wait(60)
        return super().store


@pytest.fixture
def slow_desk(make_desk: MakeDesk) -> SlowDesk:
    """Its database is there already, with what was being written when the last session ended."""
    desk = make_desk(GOOD)
    desk.chats.save_draft("chat:new", "A 20 mm ")
    SlowDesk.door.clear()
    return SlowDesk(desk.settings, model=desk.model())


def test_what_is_typed_before_the_database_is_open_comes_after_the_draft(slow_desk: SlowDesk) -> None:
    async def story() -> None:
        app = HeardApp(slow_desk, warm_up=False)
        async with app.run_test() as pilot:
            await pilot.press(*"cube")
            await until(pilot, lambda: app.workbench.prompt.text == "cube")
            assert app.workbench.busy
            SlowDesk.door.set()
            await until(pilot, lambda: not app.workbench.busy)
            assert app.workbench.prompt.text == "A 20 mm cube"
        slow_desk.store.close()

    play(story)


def test_what_is_sent_before_the_database_is_open_is_run_once_it_is(slow_desk: SlowDesk) -> None:
    async def story() -> None:
        app = HeardApp(slow_desk, warm_up=False)
        async with app.run_test() as pilot:
            await pilot.press(*"cube", "enter")
            SlowDesk.door.set()
            await until(pilot, lambda: app.workbench.current is not None and app.workbench.running is None)
            assert [card.request for card in app.workbench.transcript.cards] == ["cube"]
        slow_desk.store.close()

    play(story)


def test_a_database_that_cannot_be_used_ends_the_application(tmp_path: Path) -> None:
    (tmp_path / "feedback.db").write_text("no database " * 100)
    app = CadAgentApp(Desk(Settings(db=tmp_path / "feedback.db")), warm_up=False)
    app.run(headless=True)
    assert isinstance(app.failure, StoreError)


_DEFECT = """
import sys
from cadagent.cli import main
from tui.screens.workbench import Workbench
def broken(self): raise ZeroDivisionError("an inner matter")
Workbench.action_chats = broken
main(["chat", "--db", sys.argv[1]])
"""


@pytest.mark.parametrize("broken", [True, False])
def test_in_a_terminal_an_early_end_is_one_line(tmp_path: Path, broken: bool) -> None:
    """A defect, or a database that is none: the screen is given back, and one line says what happened."""
    path = tmp_path / "feedback.db"
    if not broken:
        path.write_text("no database " * 100)
    ours, its = pty.openpty()
    arguments = [sys.executable, "-c", _DEFECT, str(path)]
    environment = {**os.environ, "TERM": "xterm-256color"}
    process = subprocess.Popen(arguments, stdin=its, stdout=its, stderr=its, env=environment)
    os.close(its)
    said = b""
    pressed = False
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # so a terminal ends
            break
        said += part
        if broken and not pressed and b"Request" in said:
            pressed = bool(os.write(ours, b"\x0c"))
    os.close(ours)
    code = process.wait()
    last = said.decode(errors="replace").rpartition("cadagent: ")[2]
    assert "Traceback" not in last and len(last.strip().splitlines()) == 1
    if broken:
        assert code == ExitCode.DEFECT and "unexpected ZeroDivisionError" in last
    else:
        assert code == ExitCode.USAGE and "feedback.db" in last
