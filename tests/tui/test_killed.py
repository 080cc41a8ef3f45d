"""Kill -9 at a random moment: nothing decided is lost, nothing undecided is decided, one can go on."""

from __future__ import annotations

import asyncio
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.tui.driving import until
from tui.app import CadAgentApp
from tui.desk import Desk
from tui.samples import sample_desk

_SESSION = """
import asyncio, sys
from pathlib import Path
from tests.tui.driving import until
from tui.app import CadAgentApp
from tui.samples import BAD, GOOD, sample_desk

def tell(*words):
    print(*words, file=sys.__stdout__, flush=True)

async def main(folder):
    desk = sample_desk(folder, *[BAD, GOOD] * 200)
    app = CadAgentApp(desk, warm_up=False)
    async with app.run_test(size=(100, 30)) as pilot:
        tell("open")
        for number in range(200):
            await app.workbench.action_new_chat()
            app.workbench.prompt.put(f"plate {number}")
            await pilot.press("enter")
            await until(pilot, lambda: app.workbench.running is None and app.workbench.current)
            run = app.workbench.current.run
            tell("ended", run)
            if number % 2:
                continue
            tell("deciding", run)
            await pilot.press("f8")
            await until(pilot, lambda: app.workbench.inspector.verdict is not None)
            tell("decided", run)
asyncio.run(main(Path(sys.argv[1])))
"""


def _kill_once(folder: Path, after: float) -> None:
    """One session that dies ``after`` so many seconds, and what the next one finds."""
    folder.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-c", _SESSION, str(folder)],
        stdout=subprocess.PIPE,
        stderr=(folder / "stderr.txt").open("w"),
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n", (folder / "stderr.txt").read_text()[-3000:]
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    said = [line.split() for line in process.stdout.read().splitlines()]
    process.wait()
    decided = {words[1] for words in said if words[0] == "decided"}
    deciding = {words[1] for words in said if words[0] == "deciding"}
    desk = sample_desk(folder)
    assert desk.store.query("PRAGMA integrity_check", {}) == [{"integrity_check": "ok"}]
    stored = {row["run"] for row in desk.store.query("SELECT run FROM standing_verdicts", {})}
    assert decided <= stored, "a decision was lost"
    assert stored <= deciding, "something undecided became decided"
    asyncio.run(_goes_on(desk))
    desk.close()


async def _goes_on(desk: Desk) -> None:
    """The next start shows the request that was cut off, if one was, and else a new chat."""
    unfinished = desk.chats.unfinished()
    app = CadAgentApp(desk, warm_up=False)
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        if unfinished is not None:
            await until(pilot, lambda: app.workbench.prompt.text == unfinished[1].text)


@pytest.mark.parametrize("after", [0.4, 1.5, 3.0])
def test_a_session_that_is_killed_loses_nothing(tmp_path: Path, after: float) -> None:
    _kill_once(tmp_path / "session", after)


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_two_hundred_sessions_that_are_killed_lose_nothing(tmp_path: Path) -> None:
    chance = random.Random(7)
    for number in range(200):
        _kill_once(tmp_path / str(number), chance.uniform(0.0, 6.0))
