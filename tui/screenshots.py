"""``python -m tui.screenshots [FOLDER]``: pictures of the screens, drawn by the application itself.

The application is the real one, with a real database and real solids, but what a run took and when it ran are
fixed figures: the same version draws the same bytes on every machine, however busy.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from cadagent.agent import Attempt, AttemptValidated, Event, Finished, RunStarted, run
from cadagent.feedback import Filter, Queue, Waiting
from tui.app import CadAgentApp
from tui.desk import Desk
from tui.preferences import Preferences
from tui.running import Failed, Running
from tui.samples import BAD, GOOD, REQUEST, sample_desk
from tui.screens.review import ReviewScreen
from tui.screens.workbench import Workbench
from tui.widgets.inspector import Inspector
from tui.widgets.preview import Preview
from tui.widgets.transcript import RequestCard

SIZES = {"wide": (120, 36), "small": (80, 24)}
SCREENS = {
    "chat": ("f2",),
    "design": ("f3",),
    "findings": ("ctrl+up", "f4"),
    "diff": ("f5", "v"),
    "measured": ("f6",),
    "context": ("f7",),
    "review": ("f10",),
    "reject": ("f10", "f9", "1", "4"),
    "training": ("ctrl+t",),
    "settings": ("ctrl+o",),
    "help": ("f1",),
    "empty": (),
}
"""Screens by name, with the keys that lead there after a request has been answered."""
SHOWN = {
    "chat": ("chat", "wide", "dark"),
    "chat-small": ("chat", "small", "dark"),
    "design": ("design", "wide", "light"),
    "diff": ("diff", "wide", "dark"),
    "measured": ("measured", "wide", "light"),
    "review": ("review", "wide", "dark"),
    "review-small": ("review", "small", "light"),
}
"""Pictures of the documentation: file name, and screen, size and theme."""
_PATIENCE = 120.0
_ATTEMPT, _RUN = 0.9, 2.6
"""Seconds that each attempt and each run take in a picture."""
_STARTED = "2026-11-26T09:30:00.000Z"


class Replayed(Running):
    """A run that is over, told again with fixed times."""

    def __init__(self, desk: Desk, request: str, turn: str) -> None:
        super().__init__(desk, request, turn)
        for event in run(request, model=desk.model(), settings=desk.settings, store=desk.store):
            if isinstance(event, RunStarted) and event.run_id is not None:
                self.run_id = event.run_id
                desk.chats.add_run(turn, event.run_id)
            self._events.append(_timed(event))
        self._ended.set()

    def take(self) -> list[Event | Failed]:
        self.began = time.monotonic()  # a run that took long would be announced
        return super().take()


class DatedQueue(Queue):
    """A review queue whose items all began at the same time."""

    def waiting(self, wanted: Filter | None = None, limit: int = 1000) -> list[Waiting]:
        return [replace(one, started=_STARTED) for one in super().waiting(wanted, limit)]


def _timed(event: Event) -> Event:
    def timed(attempt: Attempt) -> Attempt:
        return replace(attempt, seconds=_ATTEMPT)

    if isinstance(event, AttemptValidated):
        return replace(event, attempt=timed(event.attempt))
    if isinstance(event, Finished):
        return replace(event, seconds=_RUN, best=timed(event.best) if event.best is not None else None)
    return event


async def settled(pilot: Pilot[None], app: CadAgentApp) -> None:
    """Wait until nothing runs, loads, builds, is checked or drawn any more.

    Raises:
        TimeoutError: something never came to its end.
    """
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        await pilot.pause()
        if not _is_busy(app):
            await pilot.pause()
            if not _is_busy(app):
                return
        await asyncio.sleep(0.02)
    raise TimeoutError("The screen did not come to rest.")


def _is_busy(app: CadAgentApp) -> bool:
    screens = [screen for screen in app.screen_stack if isinstance(screen, Workbench | ReviewScreen)]
    inspectors = [one for screen in screens for one in screen.query(Inspector)]
    # The worker of a decision waits for its dialog, which is what a picture shows.
    workers = [one for one in app.workers if not one.is_finished and one.group != "decide"]
    return bool(
        workers
        or any(screen.busy for screen in screens)
        or app.workbench.running is not None
        or any(one.design.checking or one.waits for one in inspectors)
        or any(one.drawing for one in app.screen.query(Preview))
    )


async def picture(name: str, size: tuple[int, int], theme: str) -> str:
    """One screen as SVG."""
    with tempfile.TemporaryDirectory() as folder, _fixed_colours():
        desk = sample_desk(Path(folder), BAD, GOOD, reviews=2)
        desk.queue = DatedQueue(desk.store)
        app = CadAgentApp(desk, Preferences(theme=theme), warm_up=False)
        app.animation_level = "none"
        async with app.run_test(size=size) as pilot:
            await settled(pilot, app)
            if name != "empty":
                await _replay(app, desk)
                await settled(pilot, app)
            for key in SCREENS[name]:
                await pilot.press(key)
                await settled(pilot, app)
            _stop_blinking(app)
            await pilot.pause()
            _stop_blinking(app)  # a blink that was on its way came after the first time
            drawn = app.export_screenshot(title="cadagent")
        desk.close()
        return drawn


def _stop_blinking(app: CadAgentApp) -> None:
    """Leave every cursor visible where it has the focus, also below a dialog."""
    for screen in app.screen_stack:
        for field in screen.query("Input, TextArea"):
            if isinstance(field, Input | TextArea):
                field.cursor_blink = False
                field._cursor_visible = field.has_focus
                if isinstance(field, TextArea):
                    field._line_cache.clear()  # a line with its cursor out counts there as the same line
                field.refresh()


async def _replay(app: CadAgentApp, desk: Desk) -> None:
    """A chat in which the sample request is asked, refused by the checks and repaired."""
    bench = app.workbench
    bench.chat = desk.chats.start()
    turn = desk.chats.add_turn(bench.chat, REQUEST)
    running = await asyncio.to_thread(Replayed, desk, REQUEST, turn)
    bench.stream(running, await bench.transcript.add(RequestCard(REQUEST)))


@contextmanager
def _fixed_colours() -> Iterator[None]:
    """Colours whatever the terminal is in which this runs."""
    before = os.environ.pop("NO_COLOR", None)
    try:
        yield
    finally:
        if before is not None:
            os.environ["NO_COLOR"] = before


def main(folder: Path) -> None:
    """Draw what the documentation shows."""
    folder.mkdir(parents=True, exist_ok=True)
    for file, (name, size, theme) in SHOWN.items():
        svg = asyncio.run(picture(name, SIZES[size], f"cadagent-{theme}"))
        (folder / f"{file}.svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/screenshots"))
