"""Export of what was decided, and what there is of training rounds."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Button, Footer, Input, Static

from cadagent.errors import CadAgentError
from cadagent.feedback import accepted_pairs, write_pairs
from tui.text import count_text, plain, visible

if TYPE_CHECKING:
    from tui.desk import Desk

_KINDS = {"accept": "accepted", "correct": "corrected", "reject": "rejected", "skip": "skipped"}


class TrainingScreen(Screen[None]):
    """Counts, export, the live adapter, and rounds."""

    DEFAULT_CSS = """
    TrainingScreen VerticalScroll { padding: 1 2; }
    TrainingScreen Static { height: auto; }
    TrainingScreen .title { text-style: bold; margin: 1 0 0 0; }
    TrainingScreen Input { width: 60; max-width: 100%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss_it", "Back")]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk

    def compose(self) -> ComposeResult:
        with VerticalScroll(can_focus=False):
            yield Static("What was decided", classes="title")
            yield Static("… counting", id="counts")
            yield Static("Export", classes="title")
            yield Static("Accepted and corrected results as pairs of prompt and completion (JSON lines).")
            yield Input("feedback-sft.jsonl", placeholder="File to write", id="path")
            yield Button("Export", id="export")
            yield Static("Live model", classes="title")
            yield Static("… asking", id="model")
            yield Static("Rounds", classes="title")
            yield Static("", id="rounds")
        yield Footer(show_command_palette=False)

    async def on_mount(self) -> None:
        self.query_one("#path", Input).focus()
        self.query_one("#rounds", Static).update(
            plain(
                "There are no training rounds and no evaluations to start from here in this version.\n"
                "What you decide is kept and exported; rounds will list their figures here."
            )
        )
        try:
            counts = await asyncio.to_thread(self.desk.decisions.counts)
            pairs = await asyncio.to_thread(accepted_pairs, self.desk.store)
            waiting = await asyncio.to_thread(self.desk.queue.count)
            identity = await asyncio.to_thread(lambda: self.desk.model().identify(self.desk.settings.adapter))
        except CadAgentError as error:
            self.query_one("#counts", Static).update(plain(f"! {error}"))
            return
        lines = [f"{counts.get(kind, 0):>6}  {word}" for kind, word in _KINDS.items()]
        lines += [f"{waiting:>6}  wait for a review", f"{len(pairs):>6}  pairs for an export"]
        self.query_one("#counts", Static).update(plain("\n".join(lines)))
        adapter = identity.adapter or "no adapter"
        self.query_one("#model", Static).update(plain(f"{identity.model}, {adapter}"))

    async def on_button_pressed(self) -> None:
        await self._export()

    async def on_input_submitted(self) -> None:
        await self._export()

    async def _export(self) -> None:
        path = Path(self.query_one("#path", Input).value.strip() or "feedback-sft.jsonl").expanduser()
        try:
            count = await asyncio.to_thread(write_pairs, self.desk.store, path)
        except CadAgentError as error:
            self.notify(visible(str(error)), title="Not exported", severity="error", markup=False)
            return
        self.notify(f"{count_text(count, 'pair')} in {visible(str(path))}", title="Exported", markup=False)

    def action_dismiss_it(self) -> None:
        self.dismiss(None)
