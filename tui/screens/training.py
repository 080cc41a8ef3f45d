"""Export of what was decided, evaluations, the live model, and what there is of training rounds."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.screen import Screen
from textual.widgets import Button, Footer, Input, Select, Static

from cadagent.errors import CadAgentError
from cadagent.feedback.adapters import Adapters
from cadagent.feedback.exports import FORMATS, Format
from cadagent.feedback.rounds import Round, Rounds
from tui.errand import Errand
from tui.text import count_text, on_one_line, plain, visible

if TYPE_CHECKING:
    from tui.app import CadAgentApp
    from tui.desk import Desk

_KINDS = {"accept": "accepted", "correct": "corrected", "reject": "rejected", "skip": "skipped"}
_FORMATS = {
    "sft": "prompt and accepted answer",
    "messages": "the same as one conversation",
    "repair": "failed attempt, findings, right design",
    "dpo": "chosen and rejected answers",
    "kto": "single answers, good or bad",
    "llama-factory": "conversations with their description",
    "runs": "everything, to be imported again",
}
_LOOK = 0.3
"""Seconds between two looks at an evaluation under way."""


class TrainingScreen(Screen[None]):
    """Counts, export, an evaluation under way, the live adapter, and rounds."""

    DEFAULT_CSS = """
    TrainingScreen VerticalScroll { padding: 1 2; }
    TrainingScreen Static { height: auto; }
    TrainingScreen .title { text-style: bold; margin: 1 0 0 0; }
    TrainingScreen Horizontal { height: 3; }
    TrainingScreen Select { width: 2fr; max-width: 56; }
    TrainingScreen Input { width: 1fr; max-width: 40; }
    TrainingScreen #evaluation { color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss_it", "Back")]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk

    @property
    def owner(self) -> CadAgentApp:
        return cast("CadAgentApp", self.app)

    def compose(self) -> ComposeResult:
        formats = [(f"{name}: {_FORMATS.get(name, name)}", name) for name in FORMATS]
        with VerticalScroll(can_focus=False):
            yield Static("What was decided", classes="title")
            yield Static("… counting", id="counts")
            yield Static("Export into a new folder", classes="title")
            with Horizontal():
                yield Select(formats, value=FORMATS[0], allow_blank=False, id="format")
                yield Input("feedback-sft", placeholder="Folder to make", id="path")
                yield Button("Export", id="export")
            yield Static("Evaluate the model", classes="title")
            with Horizontal():
                yield Input(placeholder="Set of requests (JSON lines)", id="set")
                yield Button("Start", id="evaluate")
            yield Static("What it measures is kept under evaluations/.", id="evaluation")
            yield Static("Live model", classes="title")
            yield Static("… asking", id="model")
            yield Static("Rounds", classes="title")
            yield Static("", id="rounds")
        yield Footer(show_command_palette=False)

    async def on_mount(self) -> None:
        self.query_one("#path", Input).focus()
        self._watch()
        self.set_interval(_LOOK, self._watch)
        desk = self.desk
        try:
            counts = await asyncio.to_thread(desk.decisions.counts)
            waiting = await asyncio.to_thread(desk.queue.count)
            rounds = await asyncio.to_thread(Rounds(desk.store).all)
            identity = await asyncio.to_thread(lambda: desk.model().identify(desk.settings.adapter))
            live = await asyncio.to_thread(Adapters(desk.store).live, identity.model)
        except CadAgentError as error:
            self._tell("#counts", f"! {error}")
            return
        lines = [f"{counts.get(kind, 0):>6}  {word}" for kind, word in _KINDS.items()]
        self._tell("#counts", "\n".join([*lines, f"{waiting:>6}  wait for a review"]))
        promoted = f", promoted here: {live.name}" if live is not None else ""
        self._tell("#model", f"{identity.model}, {identity.adapter or 'no adapter'}{promoted}")
        none = "There are no training rounds in this database, and none can be started from here."
        self._tell("#rounds", "\n".join(map(_round, rounds)) or none)

    def _tell(self, selector: str, text: str) -> None:
        self.query_one(selector, Static).update(plain(text))

    async def on_button_pressed(self, event: Button.Pressed) -> None:
        self._export() if event.button.id == "export" else self._evaluate()

    async def on_input_submitted(self, event: Input.Submitted) -> None:
        self._export() if event.input.id == "path" else self._evaluate()

    def on_select_changed(self, event: Select.Changed) -> None:
        path = self.query_one("#path", Input)
        if path.value in {f"feedback-{name}" for name in FORMATS}:
            path.value = f"feedback-{event.value}"

    @work(exclusive=True, group="export")
    async def _export(self) -> None:
        from cadagent.feedback.export_files import export

        chosen = cast("Format", self.query_one("#format", Select).value)
        folder = Path(self.query_one("#path", Input).value.strip() or f"feedback-{chosen}").expanduser()
        try:
            manifest = await asyncio.to_thread(export, self.desk.store, folder, chosen)
        except CadAgentError as error:
            self.notify(visible(str(error)), title="Not exported", severity="error", markup=False)
            return
        rows = count_text(manifest["rows"], "row")
        self.notify(f"{rows} in {visible(str(folder))}", title="Exported", markup=False)

    # -- evaluation ----------------------------------------------------------------------------------------

    def _evaluate(self) -> None:
        """Start ``cadagent evaluate``; the same button stops it."""
        if self.owner.evaluation is not None:
            self.owner.evaluation.stop()
            return
        wanted = self.query_one("#set", Input).value.strip()
        if not wanted:
            self.notify("Name a file of requests: one JSON object a line, with a `request`.", markup=False)
            return
        settings = self.desk.settings
        adapter = ("--adapter", settings.adapter) if settings.adapter else ()
        self.owner.evaluate(Errand(("evaluate", wanted, "--model", settings.model, *adapter)))
        self._watch()

    def _watch(self) -> None:
        """Show how far the evaluation is, if one is under way or was."""
        evaluation = self.owner.evaluation
        self.query_one("#evaluate", Button).label = "Start" if evaluation is None else "Stop"
        if self.owner.evaluated is not None:
            self._tell("#evaluation", "\n".join(on_one_line(line, 200) for line in self.owner.evaluated.last))

    def action_dismiss_it(self) -> None:
        self.dismiss(None)


def _round(one: Round) -> str:
    ended = one.status or "under way, or cut off"
    adapter = f", adapter {one.adapter[:12]}" if one.adapter else ""
    when = one.started[:16].replace("T", " ")
    return f"{when}  {ended}, {count_text(one.items, 'row')}{adapter}  {one.reason or ''}"
