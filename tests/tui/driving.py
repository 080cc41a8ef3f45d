"""Driving the application in a test: start it, wait for what a person would wait for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from textual.pilot import Pilot

from tui.app import CadAgentApp
from tui.desk import Desk
from tui.preferences import Preferences

LARGE, SMALL = (120, 36), (80, 24)


class HeardApp(CadAgentApp):
    """The application with all its notices: on a busy machine they go before a test looks."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.told: list[str] = []

    def notify(self, message: str, *, title: str = "", **more: Any) -> None:
        self.told.append(f"{title} {message}")
        super().notify(message, title=title, **more)


@asynccontextmanager
async def opened(
    desk: Desk, size: tuple[int, int] = LARGE, preferences: Preferences | None = None
) -> AsyncIterator[tuple[HeardApp, Pilot[None]]]:
    """The application on its first screen."""
    app = HeardApp(desk, preferences, warm_up=False)
    async with app.run_test(size=size, notifications=True) as pilot:
        await until(pilot, lambda: not app.workbench.busy)
        yield app, pilot


async def until(pilot: Pilot[None], holds: Callable[[], Any], seconds: float = 30.0) -> None:
    """Wait until something holds; fails when it does not within the time."""
    for _ in range(int(seconds / 0.02)):  # looks, not seconds: a busy machine gets its time
        if holds():
            return
        await pilot.pause(0.02)
    raise AssertionError("it did not happen in time")


async def ask(app: CadAgentApp, pilot: Pilot[None], text: str) -> None:
    """Type a request, send it and wait for the run's end."""
    app.workbench.prompt.put(text)
    await pilot.press("enter")
    await until(pilot, lambda: app.workbench.running is None and app.workbench.inspector.result is not None)
    await pilot.pause()


def play(story: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a story to its end."""
    asyncio.run(story())


def screen_text(app: CadAgentApp) -> str:
    """What is on the screen, as lines of text."""
    width, height = app.size
    lines = app.screen._compositor.render_strips()
    return "\n".join(strip.text[:width] for strip in lines[:height])


def notices(app: HeardApp) -> str:
    """What the application has told in notices."""
    return "\n".join(app.told)
