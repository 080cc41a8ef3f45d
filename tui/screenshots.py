"""``python -m tui.screenshots FOLDER``: pictures of every screen, drawn by the application itself."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from textual.pilot import Pilot

from tui.app import CadAgentApp
from tui.preferences import Preferences
from tui.samples import BAD, GOOD, REQUEST, sample_desk
from tui.screens.workbench import Workbench
from tui.widgets.inspector import Inspector
from tui.widgets.preview import Preview

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
_SHOWN = ("chat", "design", "diff", "measured", "review")
"""Those that the README shows."""


async def settled(pilot: Pilot[None], app: CadAgentApp, seconds: float = 20.0) -> None:
    """Wait until nothing runs, loads, builds or is drawn any more."""
    for _ in range(int(seconds / 0.05)):
        await pilot.pause(0.05)
        busy = [
            *(worker for worker in app.workers if not worker.is_finished),
            *(screen for screen in app.screen_stack if isinstance(screen, Workbench) and screen.running),
            *(one for one in app.screen.query(Preview) if one.drawing),
            *(one for one in app.screen.query(Inspector) if one.design.checking or one.waits),
        ]
        if not busy or all(getattr(one, "group", "") == "decide" for one in busy):
            break
    await pilot.pause(0.05)


async def picture(name: str, size: tuple[int, int], theme: str) -> str:
    """One screen as SVG."""
    with tempfile.TemporaryDirectory() as folder, _fixed_colours():
        desk = sample_desk(Path(folder), BAD, GOOD, reviews=2)
        app = CadAgentApp(desk, Preferences(theme=theme), warm_up=False)
        async with app.run_test(size=size) as pilot:
            app.workbench.prompt.cursor_blink = False
            if name != "empty":
                app.workbench.prompt.put(REQUEST)
                await pilot.press("enter")
                await settled(pilot, app)
            for key in SCREENS[name]:
                await pilot.press(key)
                await settled(pilot, app)
            drawn = app.export_screenshot(title="cadagent")
        desk.close()
        return drawn


@contextmanager
def _fixed_colours() -> Iterator[None]:
    """Colours whatever the terminal is in which this runs."""
    before = {name: os.environ.pop(name, None) for name in ("NO_COLOR",)}
    try:
        yield
    finally:
        os.environ.update({name: value for name, value in before.items() if value is not None})


def main(folder: Path) -> None:
    """Draw what the README shows."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in _SHOWN:
        svg = asyncio.run(picture(name, SIZES["wide"], "cadagent-dark"))
        (folder / f"{name}.svg").write_text(svg, encoding="utf-8")
    svg = asyncio.run(picture("chat", SIZES["small"], "cadagent-light"))
    (folder / "chat-small-light.svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/screenshots"))
