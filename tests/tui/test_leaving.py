"""A screen that goes while its workers wait."""

from __future__ import annotations

import asyncio

import pytest
from textual import work
from textual.app import App, ComposeResult
from textual.containers import Container
from textual.css.query import NoMatches
from textual.screen import Screen
from textual.widgets import Static
from textual.worker import WorkerFailed

from tui.leaving import until_it_leaves


class Slow(Static):
    """Takes its time to go, and tells the others that it goes."""

    async def on_unmount(self) -> None:
        screen = self.screen
        assert isinstance(screen, Waiting)
        while screen.query("#told"):
            await asyncio.sleep(0.01)
        screen.may_go_on.set()
        await asyncio.wait_for(screen.went_on.wait(), 10)


class Waiting(Screen[None]):
    def __init__(self) -> None:
        super().__init__()
        self.may_go_on, self.went_on = asyncio.Event(), asyncio.Event()

    def compose(self) -> ComposeResult:
        yield Static("", id="told")
        with Container():
            yield Slow()

    def on_mount(self) -> None:
        self.tell("#told")

    @work
    @until_it_leaves
    async def tell(self, selector: str) -> None:
        try:
            await self.may_go_on.wait()
            self.query_one(selector, Static).update("said")
        finally:
            self.went_on.set()


@pytest.mark.parametrize("end", ["screen", "application"])
def test_a_worker_whose_widgets_are_gone_ends_quietly(end: str) -> None:
    async def story() -> None:
        app = App[None]()
        screen = Waiting()
        async with app.run_test() as pilot:
            await app.push_screen(screen)
            await pilot.pause()
            if end == "screen":
                await app.pop_screen()
        assert screen.went_on.is_set() and not screen.query("#told")

    asyncio.run(story())


def test_a_widget_that_is_missing_on_a_screen_that_stays_is_a_defect() -> None:
    async def story() -> None:
        app = App[None]()
        screen = Waiting()
        async with app.run_test() as pilot:
            await app.push_screen(screen)
            screen.tell("#other")
            screen.may_go_on.set()
            await pilot.pause(0.1)

    with pytest.raises(WorkerFailed) as raised:
        asyncio.run(story())
    assert isinstance(
        raised.value.error if hasattr(raised.value, "error") else raised.value.__cause__, NoMatches
    )
