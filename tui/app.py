"""The application: screens, themes, keys and the command palette around one desk."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from typing import ClassVar

from textual import work
from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.dom import DOMNode
from textual.screen import Screen

from cadagent.errors import CadAgentError, StoreError
from tui.desk import Desk
from tui.errand import Errand
from tui.keys import KEYS, bindings, clashes
from tui.leaving import until_it_leaves
from tui.preferences import Preferences, save_preferences
from tui.screens.workbench import Workbench
from tui.text import on_one_line, visible
from tui.themes import THEMES
from tui.widgets.preview import Preview

_PATIENCE = 2.0
"""Seconds that quitting gives a run under way to store its end."""


class CadAgentApp(App[None]):
    """cadagent in a terminal."""

    TITLE = "cadagent"
    CSS = """
    Toast { max-width: 70; }
    Footer { background: $panel; }
    """
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "ctrl+p"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("app")]

    def __init__(
        self,
        desk: Desk,
        preferences: Preferences | None = None,
        *,
        warm_up: bool = True,
        review: str | None = None,
        problem: str | None = None,
    ) -> None:
        """
        Args:
            warm_up: load model and kernel behind the first screen.
            review: open the review queue with this filter.
            problem: what went wrong before there was a screen to say it on.
        """
        super().__init__()
        self.desk = desk
        self.preferences = preferences or Preferences()
        self._warm_up, self._review, self._problem = warm_up, review, problem
        self.workbench = Workbench(desk)
        self.failure: Exception | None = None
        """Why the application had to end: the database cannot be used, or there is a defect."""
        self.errands: dict[str, Errand] = {}
        """The latest evaluation and the latest round that this session started, under way or over."""

    def action_ring(self) -> None:
        """Ring the terminal's bell, unless the person does not want it."""
        if self.preferences.bell:
            self.bell()

    def on_load(self) -> None:
        # Before there are widgets: a theme that changes later styles each of them anew.
        for theme in THEMES.values():
            self.register_theme(theme)
        self.theme = self.preferences.theme

    async def on_mount(self) -> None:
        self.set_keymap(self.preferences.keys)
        await self.push_screen(self.workbench)
        for warning in clashes(self.preferences.keys):
            self.notify(visible(warning), title="Keys clash", severity="warning", markup=False)
        self.workbench.call_after_refresh(self._load)
        if self._problem:
            self.notify(visible(self._problem), title="Preferences", severity="warning", markup=False)
        if self._review is not None:
            self.action_review(self._review)

    @work(exclusive=True, group="load")
    @until_it_leaves
    async def _load(self) -> None:
        """Database, model and kernel load behind the screen, which can be written on all the while."""
        gc.freeze()
        gc.enable()
        try:
            await asyncio.to_thread(lambda: self.desk.store)
            await self.workbench.take_up()
        except StoreError as error:
            self.failure = error
            self.exit()
            return
        if not self._warm_up:
            return
        self.desk.progress = lambda done, total: self.call_from_thread(self._progress, done, total)
        self.workbench.tell_status("loading the model …")
        try:
            note = await asyncio.to_thread(self.desk.warm_up)
        except CadAgentError as error:
            note = f"! {error}"
            self.notify(visible(str(error)), title="The model is not ready", severity="error", markup=False)
        self.workbench.tell_status(note)

    def _fatal_error(self) -> None:
        # A defect is told by the command, in one line, once the screen is gone; Textual would print a trace.
        self.failure = self._exception
        self._close_messages_no_wait()

    def _progress(self, done: int, total: int) -> None:
        share = f"{100 * done // total} %" if total else f"{done / 1e6:.0f} MB"
        self.workbench.tell_status(f"fetching the model: {share}")

    # -- preferences -------------------------------------------------------------------------------------

    def prefer(self, preferences: Preferences) -> None:
        """Use and keep other preferences."""
        self.preferences = preferences
        self.theme = preferences.theme
        self.set_keymap(preferences.keys)
        try:
            save_preferences(preferences)
        except CadAgentError as error:
            self.notify(visible(str(error)), title="Not kept", severity="warning", markup=False)

    def action_next_theme(self) -> None:
        names = list(THEMES)
        following = names[(names.index(self.preferences.theme) + 1) % len(names)]
        self.prefer(replace(self.preferences, theme=following))

    # -- evaluations and rounds ----------------------------------------------------------------------------

    @work(group="errand")
    @until_it_leaves
    async def send(self, name: str, errand: Errand) -> None:
        """Run a command to its end beside everything else, and say how it ended; ``name`` is what it does."""
        self.errands[name] = errand
        await errand.run()
        if errand.code in errand.good:
            words = f"The {name} is done: {on_one_line(errand.last[-1], 200)}"
            self.notify(visible(words), timeout=10, markup=False)
        else:
            self.notify(f"The {name} ended early; its last lines say why.", severity="warning", timeout=10)
        self.action_ring()

    # -- screens -----------------------------------------------------------------------------------------

    def action_help(self) -> None:
        from tui.screens.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.screen))

    def action_review(self, line: str = "") -> None:
        from tui.screens.review import ReviewScreen

        self._open(ReviewScreen(self.desk, line))

    def action_training(self) -> None:
        from tui.screens.training import TrainingScreen

        self._open(TrainingScreen(self.desk))

    def on_preview_sharp(self, wanted: Preview.Sharp) -> None:
        from tui.screens.sharp import SharpScreen, why_not

        reason = why_not(self)
        if reason:
            self.notify(reason, severity="warning")
        else:
            self.push_screen(SharpScreen(wanted.mesh, wanted.box, wanted.view))

    def action_settings(self) -> None:
        from tui.screens.settings import SettingsScreen

        self._open(SettingsScreen(self.desk))

    def _open(self, screen: Screen[None]) -> None:
        """Show a screen above the workbench, in place of another that is there."""
        if type(self.screen) is type(screen):
            return
        while self.screen is not self.workbench and len(self.screen_stack) > 1:
            self.pop_screen()
        self.push_screen(screen)

    async def action_quit(self) -> None:
        running = self.workbench.running
        if running is not None:
            running.cancel()
            await asyncio.to_thread(running.wait, _PATIENCE)
        self.exit()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Everything a key can do here, and the themes."""
        seen: set[str] = set()
        known = {key.id for key in KEYS} - {"app.palette"}
        for active in screen.active_bindings.values():
            binding = active.binding
            if binding.id not in known or binding.action in seen or not active.enabled:
                continue
            seen.add(binding.action)
            key = self.get_key_display(binding)
            yield SystemCommand(
                binding.description,
                f"Key {key}",
                _runner(self, binding.action, active.node),
            )
        for name in THEMES:
            yield SystemCommand(f"Theme {name.removeprefix('cadagent-')}", "Look", _themer(self, name))


def _runner(app: CadAgentApp, action: str, node: DOMNode) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        await app.run_action(action, node)

    return run


def _themer(app: CadAgentApp, name: str) -> Callable[[], None]:
    def choose() -> None:
        app.prefer(replace(app.preferences, theme=name))

    return choose
