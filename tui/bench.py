"""How the application feels under load, in milliseconds, with a figure for the machine's own speed."""

from __future__ import annotations

import asyncio
import json
import os
import select
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from textual import events

from cadagent.agent import AttemptStarted, RunStarted, TokensStreamed
from cadagent.errors import CadAgentError
from cadagent.generation import Identity
from tui.app import CadAgentApp
from tui.results import Result
from tui.running import Running
from tui.samples import GOOD, REQUEST, sample_desk
from tui.screens.review import ReviewScreen
from tui.widgets.design import DesignPane
from tui.widgets.preview import Preview, View, frame
from tui.widgets.transcript import AttemptRow, RequestCard

_SIZE = (120, 40)
_ATTEMPTS = 200
_TOKENS_PER_SECOND = 300
_KEYS = 200
"""Half of them warm up: what is drawn for the first time fills caches of a bounded size."""
_LOOKS = 20
"""Looks at the memory of which the median is taken, so that one piece of garbage decides nothing."""
_PATIENCE = 60
"""Seconds within which an application must start."""
_SIGN = "§"
"""What is typed to find out when a screen can be written on."""


def figures(rounds: int, tell: Callable[[str], None]) -> dict[str, float]:
    """Medians of ``rounds`` by name; ``tell`` gets a line before each part."""
    found: dict[str, list[float]] = {}
    parts = (_calibration, _chat_under_load, _long_design, _preview_frame, _next_review_item, _start)
    for number in range(1, rounds + 1):
        for part in parts:
            tell(f"round {number} of {rounds}: {(part.__doc__ or '').splitlines()[0]}")
            for name, value in part().items():
                found.setdefault(name, []).append(value)
    return {name: statistics.median(values) for name, values in found.items()}


def _calibration() -> dict[str, float]:
    """One second of plain arithmetic on the machine it was written on."""
    began = time.perf_counter()
    total = 0
    for number in range(3_000_000):
        total += number * number % 7
    return {"calibration: a fixed loop of plain Python, ms": 1000 * (time.perf_counter() - began)}


def _chat_under_load() -> dict[str, float]:
    """keys typed into a chat of 200 attempts while 300 tokens a second stream into it."""
    return asyncio.run(_typed())


async def _typed() -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        desk = sample_desk(Path(folder))
        app = CadAgentApp(desk, warm_up=False)
        async with app.run_test(size=_SIZE):
            bench = app.workbench
            for number in range(_ATTEMPTS // 4):
                card = await bench.transcript.add(RequestCard(f"{REQUEST} {number}"))
                for attempt in range(1, 5):
                    await card.add(AttemptRow(attempt, "first", _result(attempt)))
            running = _Stream(desk)
            card = await bench.transcript.add(RequestCard("streaming"))
            bench.stream(running, card)
            await _painted(app)
            times: list[float] = []
            sizes: list[float] = []
            for number in range(_KEYS):
                running.pour()
                began = time.perf_counter()
                app.post_message(events.Key("abcdefghij"[number % 10], "abcdefghij"[number % 10]))
                while len(bench.prompt.text) <= number:
                    await asyncio.sleep(0.001)
                await _painted(app)
                times.append(1000 * (time.perf_counter() - began))
                sizes.append(_memory())
                await asyncio.sleep(0.03)
            warm = statistics.median(sizes[_KEYS // 2 : _KEYS // 2 + _LOOKS])
            grown = statistics.median(sizes[-_LOOKS:]) - warm
            running.finish()
            await asyncio.sleep(0.2)
        desk.close()
    return {
        "key to screen, 300 tokens/s into 200 attempts, p95 ms (≤ 50)": statistics.quantiles(times, n=20)[-1],
        "memory grown after warm-up, kB": grown,
    }


async def _painted(app: CadAgentApp) -> None:
    """Wait until everything that changed is on the screen."""
    while app.screen._dirty_widgets or app.screen._layout_required:
        await asyncio.sleep(0.001)


def _memory() -> float:
    """Resident memory of this process in kB, where the system tells it."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1000


class _Stream(Running):
    """A run whose tokens come by the clock."""

    def __init__(self, desk: Any) -> None:
        super().__init__(desk, "streaming", "none")
        self._events.extend([RunStarted("", None, Identity("bench")), AttemptStarted(1, "first", ())])
        self._poured = time.perf_counter()

    def pour(self) -> None:
        """Add what a model would have written since the last call."""
        count = int((time.perf_counter() - self._poured) * _TOKENS_PER_SECOND)
        if count:
            self._poured += count / _TOKENS_PER_SECOND
            self._events.extend([TokensStreamed(1, '"op":', 1)] * count)

    def finish(self) -> None:
        self._ended.set()


def _result(number: int) -> Result:
    document = json.loads(GOOD)
    return Result(
        REQUEST,
        None,
        number,
        "first",
        GOOD,
        document,
        (),
        True,
        "stop",
        (),
        90,
        60,
        0.8,
        size=(40.0, 20.0, 5.0),
        volume=3748.7,
    )


def _long_design() -> dict[str, float]:
    """a design of 2,000 lines opened in the editor."""
    return asyncio.run(_opened())


async def _opened() -> dict[str, float]:
    lines = ",\n".join(f'    {{"op": "hole", "at": [{n}, {n % 7}], "diameter": 4}}' for n in range(1996))
    text = f'{{\n  "units": "mm", "operations": [\n{lines}\n  ]\n}}'
    with tempfile.TemporaryDirectory() as folder:
        desk = sample_desk(Path(folder))
        app = CadAgentApp(desk, warm_up=False)
        async with app.run_test(size=_SIZE) as pilot:
            app.workbench.action_view("design")
            await pilot.pause()
            pane = app.workbench.query_one(DesignPane)
            began = time.perf_counter()
            pane.load(text, None, ())
            await pilot.pause()
            spent = 1000 * (time.perf_counter() - began)
            pane.clear()
        desk.close()
    return {"a 2,000-line design opens, ms (≤ 300)": spent}


def _preview_frame() -> dict[str, float]:
    """a preview frame of 100 × 40 cells."""
    from cadagent.validation import validate

    report = validate(GOOD, mesh=True)
    assert report.result is not None and report.result.mesh is not None
    mesh = report.result.mesh
    frame(mesh, 100, 40, View(), True)
    times = []
    for step in range(9):
        began = time.perf_counter()
        frame(mesh, 100, 40, View(azimuth=15.0 * step), True)
        times.append(1000 * (time.perf_counter() - began))
    return {"a 100 × 40 preview frame, ms (≤ 40)": statistics.median(times)}


def _next_review_item() -> dict[str, float]:
    """the next item of the review queue."""
    return asyncio.run(_stepped())


async def _stepped() -> dict[str, float]:
    times: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        desk = sample_desk(Path(folder), reviews=6)
        app = CadAgentApp(desk, warm_up=False)
        async with app.run_test(size=_SIZE) as pilot:
            await pilot.press("f10")
            await pilot.pause(2.0)
            screen = app.screen
            assert isinstance(screen, ReviewScreen)
            for _ in range(4):
                before, began = screen.waiting, time.perf_counter()
                app.post_message(events.Key("n", "n"))
                while screen.waiting is before or screen.busy or screen.query_one(Preview).drawing:
                    await asyncio.sleep(0.001)
                await _painted(app)
                times.append(1000 * (time.perf_counter() - began))
                await pilot.pause(1.0)  # a person looks longer than this
        desk.close()
    return {"next review item, ms (≤ 100)": statistics.median(times)}


def _start() -> dict[str, float]:
    """from the start of `cadagent` in a terminal to a typed letter on its screen."""
    if os.name != "posix":
        return {}
    import pty
    import termios

    with tempfile.TemporaryDirectory() as folder:
        ours, its = pty.openpty()
        termios.tcsetwinsize(its, _SIZE[::-1])
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-c", "from cadagent.cli import main; main()", "chat", "--db", "feedback.db"],
            stdin=its,
            stdout=its,
            stderr=its,
            cwd=folder,
            env={**os.environ, "TERM": "xterm-256color"},
            start_new_session=True,
        )
        os.close(its)
        try:
            _read_until(ours, "Request")  # the title of the input
            os.write(ours, _SIGN.encode())
            _read_until(ours, _SIGN)
            spent = time.perf_counter() - began
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            os.close(ours)
    return {"process start to a usable screen, ms (≤ 1,000)": 1000 * spent}


def _read_until(terminal: int, wanted: str) -> None:
    """Read what is drawn until it holds a word."""
    seen = b""
    while wanted.encode() not in seen:
        if not select.select([terminal], [], [], _PATIENCE)[0]:
            raise CadAgentError("The application did not start within a minute.")
        seen += os.read(terminal, 65536)
