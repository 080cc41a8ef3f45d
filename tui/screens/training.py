"""Export of what was decided, evaluations, rounds of training, and the adapter that answers."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.screen import Screen
from textual.widgets import Button, Footer, Input, OptionList, Select, Static
from textual.widgets.option_list import Option

from cadagent.errors import CadAgentError
from cadagent.feedback.adapters import Adapters
from cadagent.feedback.exports import FORMATS, Format
from cadagent.feedback.rounds import Round, Rounds
from tui.errand import Errand
from tui.leaving import until_it_leaves
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
"""Seconds between two looks at what is under way."""
_ROUND_CODES = frozenset({0, 1})
"""A round comes to its end with an adapter that is promoted, or with none."""
_ROUND_LINES = 100
"""More than `cadagent round status` says."""
_ABOUT_ROUNDS = (
    "A round trains on what was decided, measures the old and the new adapter, and makes the new one live "
    "where it is better. It goes on beside other screens; one that was stopped goes on from there."
)


class TrainingScreen(Screen[None]):
    """Counts, export, an evaluation or a round under way, earlier rounds, and the live adapter."""

    DEFAULT_CSS = """
    TrainingScreen VerticalScroll { padding: 1 2; }
    TrainingScreen Static { height: auto; }
    TrainingScreen .title { text-style: bold; margin: 1 0 0 0; }
    TrainingScreen Horizontal { height: 3; padding: 0 1 0 0; }
    TrainingScreen Select { width: 2fr; max-width: 56; }
    TrainingScreen Input { width: 1fr; max-width: 40; }
    TrainingScreen .said { color: $text-muted; }
    TrainingScreen OptionList { height: auto; max-height: 10; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss_it", "Back")]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._rounds: list[Round] = []
        self._labels: dict[str, str] = {}
        self._said: dict[str, str] = {}

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
                yield Button("Start", id="evaluation")
            yield Static("What it measures is kept under evaluations/.", id="evaluation-said", classes="said")
            yield Static("Live model", classes="title")
            yield Static("… asking", id="model")
            yield Static("Train the adapter: a round", classes="title")
            with Horizontal():
                yield Input(
                    placeholder="Minutes of training (or nothing)",
                    type="number",
                    valid_empty=True,
                    id="minutes",
                )
                yield Button("Start", id="round")
            yield Static(_ABOUT_ROUNDS, id="round-said", classes="said")
            yield Static("Rounds so far", classes="title")
            yield Static("… reading", id="rounds-none")
            yield OptionList(id="rounds", markup=False)
            yield Static("", id="figures")
        yield Footer(show_command_palette=False)

    async def on_mount(self) -> None:
        self.query_one("#path", Input).focus()
        self.query_one("#rounds").display = False
        self._watch()
        self.set_interval(_LOOK, self._watch)
        desk = self.desk
        try:
            counts = await asyncio.to_thread(desk.decisions.counts)
            waiting = await asyncio.to_thread(desk.queue.count)
        except CadAgentError as error:
            self._tell("#counts", f"! {error}")
            return
        lines = [f"{counts.get(kind, 0):>6}  {word}" for kind, word in _KINDS.items()]
        self._tell("#counts", "\n".join([*lines, f"{waiting:>6}  wait for a review"]))

    @work(exclusive=True, group="rounds")
    @until_it_leaves
    async def _read_rounds(self) -> None:
        """Show the rounds, the newest first, and what answers now."""
        desk = self.desk
        try:
            rounds = await asyncio.to_thread(Rounds(desk.store).all)
            identity = await asyncio.to_thread(lambda: desk.model().identify(desk.settings.adapter))
            live = await asyncio.to_thread(Adapters(desk.store).live, identity.model)
        except CadAgentError as error:
            self._tell("#model", f"! {error}")
            return
        adapter = identity.adapter or "no adapter"
        if live is not None and desk.settings.adapter is None:
            adapter = f"{live.name}, promoted here"
        elif live is not None:
            adapter += f", which was named; {live.name} was promoted here"
        self._tell("#model", f"{identity.model}, {adapter}")
        if rounds == self._rounds and rounds:
            return
        self._rounds = rounds
        listed = self.query_one("#rounds", OptionList)
        listed.clear_options()
        newest_first = reversed(list(enumerate(self._rounds, 1)))
        listed.add_options(Option(plain(_line(number, one))) for number, one in newest_first)
        listed.display = bool(self._rounds)
        self.query_one("#rounds-none").display = not self._rounds
        self._tell("#rounds-none", "There are none in this database yet.")
        if self._rounds:
            listed.highlighted = 0

    def _tell(self, selector: str, text: str) -> None:
        self.query_one(selector, Static).update(plain(text))

    async def on_button_pressed(self, event: Button.Pressed) -> None:
        self._act(event.button.id or "")

    async def on_input_submitted(self, event: Input.Submitted) -> None:
        self._act({"path": "export", "set": "evaluation"}.get(event.input.id or "", "round"))

    def _act(self, what: str) -> None:
        match what:
            case "export":
                self._export()
            case "evaluation":
                self._evaluate()
            case _:
                self._train()

    def on_select_changed(self, event: Select.Changed) -> None:
        path = self.query_one("#path", Input)
        if path.value in {f"feedback-{name}" for name in FORMATS}:
            path.value = f"feedback-{event.value}"

    @work(exclusive=True, group="export")
    @until_it_leaves
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

    # -- evaluations and rounds ------------------------------------------------------------------------------

    def _under_way(self, name: str) -> Errand | None:
        errand = self.owner.errands.get(name)
        return errand if errand is not None and errand.under_way else None

    def _stopped(self, name: str) -> bool:
        """Stop what is under way; whether there was something to stop."""
        errand = self._under_way(name)
        if errand is not None:
            errand.stop()
        return errand is not None

    def _evaluate(self) -> None:
        """Start ``cadagent evaluate``; the same button stops it."""
        if self._stopped("evaluation"):
            return
        wanted = self.query_one("#set", Input).value.strip()
        if not wanted:
            self.notify("Name a file of requests: one JSON object a line, with a `request`.", markup=False)
            return
        settings = self.desk.settings
        adapter = ("--adapter", settings.adapter) if settings.adapter else ()
        self.owner.send("evaluation", Errand(("evaluate", wanted, "--model", settings.model, *adapter)))

    @property
    def _broken_off(self) -> bool:
        """Whether the last round has not come to its end, and is not under way here."""
        return bool(self._rounds) and self._rounds[-1].status is None and self._under_way("round") is None

    def _train(self) -> None:
        """Start ``cadagent round start``, or go on with the round that was broken off; or stop it."""
        if self._stopped("round"):
            return
        minutes = self.query_one("#minutes", Input)
        if not minutes.is_valid:
            self.notify("The minutes are a number, or left out.", severity="warning")
            return
        words = ["round", "start", "--db", str(self.desk.database)]
        if self._broken_off:
            words += ["--resume"]
        else:
            words += ["--model", self.desk.settings.model]
            words += ["--minutes", minutes.value.strip()] if minutes.value.strip() else []
        self.owner.send("round", Errand(words, good=_ROUND_CODES))

    def _watch(self) -> None:
        """Show how far things are that are under way, and how those ended that were."""
        for name, errand in self.owner.errands.items():
            said = "\n".join(on_one_line(line, 200) for line in errand.last)
            if self._said.get(name) != said:
                self._said[name] = said
                self._tell(f"#{name}-said", said)
                self._read_rounds()
        rest = {"evaluation": "Start", "round": "Go on" if self._broken_off else "Start"}
        for name, word in rest.items():
            going_on = self._under_way(name)
            label = word if going_on is None else "Stopping …" if going_on.stopping else "Stop"
            if self._labels.get(name) != label:
                self._labels[name] = label
                self.query_one(f"#{name}", Button).label = label
                self._read_rounds()

    @work(exclusive=True, group="figures")
    @until_it_leaves
    async def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Show what a round was made of, what was measured, and what the gate said."""
        event.stop()
        one = self._rounds[-1 - event.option_index]
        words = ("round", "status", one.id, "--db", str(self.desk.database))
        told = Errand(words, lines=_ROUND_LINES)
        await told.run()
        self._tell("#figures", "\n".join(told.last))

    def action_dismiss_it(self) -> None:
        self.dismiss(None)


def _line(number: int, one: Round) -> str:
    when, rows = one.started[:16].replace("T", " "), count_text(one.items, "row")
    return on_one_line(f"{number:>3}  {when}  {one.status or 'not ended'}, {rows}  {one.reason or ''}", 300)
