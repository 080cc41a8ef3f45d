"""The workbench: a chat on the left, on the right everything about the attempt that is chosen."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Footer, Static

from cadagent.errors import CadAgentError
from tui.keys import bindings
from tui.leaving import until_it_leaves
from tui.results import Result, of_attempt
from tui.running import APPENDS_PER_SECOND, Failed, Running
from tui.screens.judging import JudgingScreen
from tui.text import on_one_line, plain, visible
from tui.widgets.chats import ChatList
from tui.widgets.inspector import VIEWS, Inspector
from tui.widgets.prompt import Prompt
from tui.widgets.transcript import AttemptRow, RequestCard, Transcript

if TYPE_CHECKING:
    from cadagent.agent import AttemptStarted, Event, Finished
    from cadagent.feedback import Chat, Turn, Verdict
    from tui.desk import Desk

NEW = "chat:new"
_PLANS = {"repair": "Repairing with the findings", "fresh": "Starting afresh"}
"""How the agent's best known strategies are told; others go by their own name."""
_CONTRADICTS = "Two figures of the request contradict each other: say which of them holds."
_LONG = 10.0
"""Seconds after which the end of a run is announced."""
EXAMPLES = (
    "A 40 x 20 x 5 mm plate with four 4 mm holes, 30 x 10 mm apart",
    "A washer, 20 mm outside, 10 mm inside, 2 mm thick",
    "An L bracket 50 x 40 x 30 mm, 4 mm thick, two 5 mm holes in each leg",
)


class Workbench(JudgingScreen):
    """One chat at a time; each request is a run of the agent in a thread of its own."""

    DEFAULT_CSS = """
    Workbench .talk { width: 1fr; min-width: 40; }
    Workbench #inspector { width: 1fr; }
    Workbench #status { height: 1; padding: 0 1; background: $panel; color: $text-muted;
        text-wrap: nowrap; text-overflow: ellipsis; }
    Workbench.-narrow #inspector { display: none; border-left: none; }
    Workbench.-narrow.-inspecting #inspector { display: block; }
    Workbench.-narrow.-inspecting .talk { display: none; }
    Workbench.-narrow ChatList { width: 100%; }
    Workbench.-narrow.-listing .talk { display: none; }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-normal")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("chat", "view", "decide")]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.chat: str | None = None
        self.running: Running | None = None
        self.busy = True
        """Whether what the last session left is still being looked for."""
        self._card: RequestCard | None = None
        self._rows: dict[int, AttemptRow] = {}
        self._started: dict[int, AttemptStarted] = {}
        self._timer: Timer | None = None
        self._selected: AttemptRow | None = None
        self._returned = False
        self._early: str | None = None
        self.note = ""

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield ChatList(self._find_chats, id="chats")
            with Vertical(classes="talk"):
                yield Transcript(id="transcript")
                yield Static("", id="status")
                yield Prompt(self._save_draft, id="prompt")
            yield Inspector(self.desk, id="inspector")
        yield Footer(show_command_palette=False)

    async def on_mount(self) -> None:
        await self.transcript.clear(_welcome())
        self.prompt.focus()
        self._timer = self.set_interval(1 / APPENDS_PER_SECOND, self._hear, pause=True)
        self.tell_status()

    async def take_up(self) -> None:
        """Show what the last session left, once the database is open; then send what was sent before."""
        self.prompt.set_history(await asyncio.to_thread(self.desk.chats.requests))
        draft = await self._left_over() if self._early is None else ""
        if draft:  # what has been typed meanwhile comes after it, as if it had been there from the start
            self.prompt.put(draft + self.prompt.text)
        self.busy = False
        self._save_draft(self.prompt.text)
        if self._early is not None:
            await self.ask(self._early)

    @property
    def transcript(self) -> Transcript:
        return self.query_one(Transcript)

    @property
    def prompt(self) -> Prompt:
        return self.query_one(Prompt)

    # -- status ------------------------------------------------------------------------------------------

    def tell_status(self, note: str | None = None) -> None:
        """One line between chat and input: what the next request does, model, and what loads."""
        self.note = self.note if note is None else note
        current = self.current
        if self.running is not None:
            first = "Working. Esc cancels and gives the request back."
        elif current is not None:
            corrected = current is self.inspector.result and self._is_corrected
            whose = "your correction of " if corrected else ""
            first = f"Changes {whose}attempt {current.number} · Ctrl+N for a new part"
        else:
            first = "A new part"
        text = " · ".join(filter(None, [first, self.note or self.desk.model_name()]))
        self.query_one("#status", Static).update(plain(on_one_line(text)))

    @property
    def current(self) -> Result | None:
        """The attempt whose design a follow-up changes: the one that is shown, else the latest valid one."""
        shown = self.inspector.result
        if shown is not None and (shown.valid or self._is_corrected):
            return shown
        results = (row.result for row in reversed(self.transcript.rows) if row.result is not None)
        return next((result for result in results if result.valid), None)

    @property
    def _is_corrected(self) -> bool:
        """Whether a correction of the attempt that is shown holds."""
        shown, verdict = self.inspector.result, self.inspector.verdict
        return (
            shown is not None
            and verdict is not None
            and verdict.kind == "correct"
            and verdict.attempt == shown.number
        )

    # -- asking ------------------------------------------------------------------------------------------

    async def on_prompt_sent(self, event: Prompt.Sent) -> None:
        if self.busy:
            self._early = event.text
            return
        if self.running is not None:
            self.notify("One request at a time: Esc cancels the one under way.", severity="warning")
            return
        await self.ask(event.text)

    async def ask(self, text: str) -> None:
        """Store a request and start its run."""
        current = self.current
        edits = (current.run, current.number) if current is not None and current.run is not None else None
        try:
            if self.chat is None:
                self.chat = await asyncio.to_thread(self.desk.chats.start)
            turn = await asyncio.to_thread(self.desk.chats.add_turn, self.chat, text, edits)
            design = await asyncio.to_thread(self.desk.design_of, current) if current and edits else None
            await asyncio.to_thread(self._forget_drafts, self.chat)
        except CadAgentError as error:
            self.notify(visible(str(error)), severity="error", title="Not stored", markup=False)
            return
        self.prompt.put("")
        card = await self.transcript.add(RequestCard(text, edits=edits is not None))
        card.say("… starting")
        running = Running(self.desk, text, turn, design)
        running.start()
        self.stream(running, card)

    def stream(self, running: Running, card: RequestCard) -> None:
        """Listen to a run and tell it on a card."""
        self._card, self.running = card, running
        self._rows, self._started, self._returned = {}, {}, False
        if self._timer is not None:
            self._timer.resume()
        self.tell_status()

    def _forget_drafts(self, chat: str) -> None:
        for place in (NEW, f"chat:{chat}"):
            self.desk.chats.save_draft(place, "")

    async def _hear(self) -> None:
        """Take what happened since the last look; a few events a second, whatever the model's speed."""
        running, card = self.running, self._card
        if running is None or card is None:
            return
        ended = running.ended
        follows = self.transcript.at_end
        for event in running.take():
            await self._happened(event, card, running)
        for row in self._rows.values():
            if row.result is None:
                row.tell()
        if follows:
            self.transcript.follow()
        if ended:
            await self._over(running)

    async def _happened(self, event: Event | Failed, card: RequestCard, running: Running) -> None:
        from cadagent.agent import (
            Asked,
            AttemptStarted,
            AttemptValidated,
            Finished,
            Refused,
            RepairPlanned,
            RunStarted,
            TokensStreamed,
        )

        match event:
            case RunStarted():
                card.say("")
            case AttemptStarted(number=number, strategy=strategy):
                card.say("")
                self._started[number] = event
                self._rows[number] = AttemptRow(number, strategy)
                await card.add(self._rows[number])
            case TokensStreamed(number=number, text=text, tokens=tokens):
                self._rows[number].add(text, tokens)
            case AttemptValidated(attempt=attempt):
                row, started = self._rows[attempt.number], self._started[attempt.number]
                row.finish(of_attempt(attempt, started, card.request, running.run_id, edits=card.edits))
                self._come(row)
            case RepairPlanned(strategy=strategy, why=why):
                card.say(f"… {_PLANS.get(strategy, f'Trying again ({strategy})')}: {why}")
            case Refused(message=message) | Asked(message=message):
                card.say(message)
            case Finished():
                self._finished(event, card)
            case Failed(message=message):
                card.say(f"! {message}")
                self.notify(visible(message), severity="error", title="The run failed", markup=False)

    def _finished(self, event: Finished, card: RequestCard) -> None:
        if event.status == "interrupted":
            card.say("■ Cancelled.")
        elif event.status == "valid":
            lines = [f"✓ {event.reason}, {event.seconds:.1f} s"]
            lines += [f"  assumed: {assumption}" for assumption in event.assumptions]
            card.say("\n".join(lines))
        elif event.status not in ("refused", "asked"):  # those have said why in full
            card.say(f"✗ {event.reason}")
        best = event.best.number if event.best is not None else None
        for row in card.rows:
            if row.number == best:
                self._come(row)

    def _come(self, row: AttemptRow) -> None:
        """Show an attempt by itself, unless the person is in the middle of correcting another one."""
        pane = self.inspector.design
        if not (pane.changed and pane.editor.has_focus):
            self._choose(row)

    async def _over(self, running: Running) -> None:
        self.running = None
        if self._timer is not None:
            self._timer.pause()
        if running.cancelled:
            self._give_back(running.request)
        elif running.seconds > _LONG:
            self.notify(
                f"Done after {running.seconds:.0f} s: {on_one_line(running.request, 60)}", markup=False
            )
            await self.app.run_action("app.ring")
        self.tell_status()

    def _give_back(self, request: str) -> None:
        if not self._returned and not self.prompt.text.strip():
            self.prompt.put(request)
        self._returned = True

    async def action_cancel(self) -> None:
        """Esc: cancel what runs; else step back towards the input."""
        if self.running is not None and not self.running.cancelled:
            self.running.cancel()
            self._give_back(self.running.request)
            if self._card is not None:
                self._card.say("■ Cancelling …")
            self.prompt.focus()
            return
        self.remove_class("-inspecting", "-listing")
        self.query_one(ChatList).remove_class("-open")
        self.prompt.focus()

    # -- choosing what is shown ----------------------------------------------------------------------------

    def on_attempt_row_selected(self, event: AttemptRow.Selected) -> None:
        event.stop()
        self._choose(event.row)

    def _choose(self, row: AttemptRow) -> None:
        if self._selected is not None:
            self._selected.remove_class("-selected")
        self._selected = row
        row.add_class("-selected")
        if row.result is not None:
            self._show(row)

    def _show(self, row: AttemptRow) -> None:
        result = row.result
        assert result is not None
        results = [one.result for one in self.transcript.rows if one.result is not None]
        before = self.inspector.result
        if before is None or (before.run, before.number) != (result.run, result.number):
            self.attention.restart()
        verdict = self.desk.decisions.standing(result.run) if result.run is not None else None
        self.inspector.show(results, results.index(result), verdict, draft=self.desk.draft_of(result))
        self.tell_status()
        if result.report is None and result.document is not None:
            self._build_again(row, result)

    @work(exclusive=True, group="build")
    @until_it_leaves
    async def _build_again(self, row: AttemptRow, result: Result) -> None:
        """Build the solid of an attempt that comes out of the store."""
        report = await asyncio.to_thread(self.desk.check, result.text, result.figures)
        row.result = result.built(report)
        if self._selected is row and self.is_attached:
            self._show(row)

    def action_select(self, step: int) -> None:
        rows = [row for row in self.transcript.rows if row.result is not None]
        if not rows:
            return
        here = rows.index(self._selected) if self._selected in rows else len(rows) - 1
        row = rows[max(0, min(len(rows) - 1, here + step))]
        self._choose(row)
        row.scroll_visible(animate=False)

    def action_view(self, view: str) -> None:
        if view in VIEWS:
            self.remove_class("-listing").add_class("-inspecting")
            self.query_one(ChatList).remove_class("-open")
            self.inspector.choose(view)

    async def decided(self, verdict: Verdict | None, words: str) -> None:
        await super().decided(verdict, words)
        shown = self.inspector.result
        run = verdict.run if verdict is not None else shown.run if shown is not None else None
        for row in self.transcript.rows:
            if row.result is not None and row.result.run == run:
                row.judge(_kind_on(verdict, row.number))
        self.tell_status()
        self.prompt.focus() if not self.has_class("-inspecting") else self.inspector.focus_view()

    # -- chats -----------------------------------------------------------------------------------------------

    def _find_chats(self, search: str) -> list[Chat]:
        return self.desk.chats.all(search)

    def _save_draft(self, text: str) -> None:
        if self.busy:  # there may be an earlier draft, which is yet to be read
            return
        place = f"chat:{self.chat}" if self.chat is not None else NEW
        self._store_draft(place, text)

    @work(exclusive=True, group="draft")
    @until_it_leaves
    async def _store_draft(self, place: str, text: str) -> None:
        await self._stored(partial(self.desk.chats.save_draft, place, text))

    def action_chats(self) -> None:
        chats = self.query_one(ChatList)
        if chats.has_class("-open"):
            chats.remove_class("-open")
            self.remove_class("-listing")
            self.prompt.focus()
            return
        self.remove_class("-inspecting").add_class("-listing")
        chats.add_class("-open")
        chats.refill()
        chats.query_one("OptionList").focus()

    async def action_new_chat(self) -> None:
        if self._is_busy():
            return
        await self._leave_chat()
        self.prompt.put(self.desk.chats.draft(NEW))
        self.tell_status()
        self.prompt.focus()

    async def _leave_chat(self) -> None:
        self.chat, self._selected, self._card = None, None, None
        self.inspector.clear("Nothing to show yet.\n\nA request's attempts appear here.")
        await self.transcript.clear(_welcome())

    def _is_busy(self) -> bool:
        if self.running is not None:
            self.notify("Esc cancels the request under way first.", severity="warning")
        return self.running is not None

    async def on_chat_list_opened(self, event: ChatList.Opened) -> None:
        event.stop()
        if not self._is_busy():
            await self.open_chat(event.chat)

    @work
    @until_it_leaves
    async def on_chat_list_renamed(self, event: ChatList.Renamed) -> None:
        from tui.screens.dialogs import TextDialog

        event.stop()
        dialog = TextDialog("Name of the chat", event.chat.name, "Enter names it · Esc goes back")
        name = await self.app.push_screen_wait(dialog)
        if name and await self._stored(partial(self.desk.chats.rename, event.chat.id, name)):
            self.query_one(ChatList).refill()

    async def open_chat(self, chat: str) -> None:
        """Show a stored chat with its draft, ready to go on."""
        await self._show_chat(chat)
        self.prompt.put(await asyncio.to_thread(self.desk.chats.draft, f"chat:{chat}"))

    async def _show_chat(self, chat: str) -> None:
        self.query_one(ChatList).remove_class("-open")
        self.remove_class("-listing", "-inspecting")
        await self._leave_chat()
        self.chat = chat
        turns = await asyncio.to_thread(self.desk.chats.turns, chat)
        for turn in turns:
            await self._restore(turn)
        rows = self.transcript.rows
        if rows:
            self._choose(next((row for row in reversed(rows) if row.result and row.result.valid), rows[-1]))
        self.tell_status()
        self.prompt.focus()

    async def _restore(self, turn: Turn) -> RequestCard:
        card = await self.transcript.add(RequestCard(turn.text, edits=turn.edits is not None))
        standing = {run: await asyncio.to_thread(self.desk.decisions.standing, run) for run in turn.runs}
        for result in await asyncio.to_thread(self.desk.results_of, turn):
            verdict = standing.get(result.run) if result.run is not None else None
            row = AttemptRow(result.number, result.strategy, result, _kind_on(verdict, result.number))
            await card.add(row)
        ends = [self.desk.store.run(run).end for run in turn.runs]
        if not ends or ends[-1] is None:
            card.say("■ Cut off before it ended.")
        elif ends[-1].status == "interrupted":
            card.say("■ Cancelled.")
        else:
            card.say(_ended(ends[-1].status, ends[-1].reason or ""))
        return card

    async def _left_over(self) -> str:
        """What was being written; after a crash, the chat that was cut off and its last request."""
        unfinished = await asyncio.to_thread(self.desk.chats.unfinished)
        if unfinished is None:
            return await asyncio.to_thread(self.desk.chats.draft, NEW)
        chat, turn = unfinished
        await self._show_chat(chat.id)
        self.notify("The last session ended in the middle of this request. Enter runs it again.", timeout=8)
        return await asyncio.to_thread(self.desk.chats.draft, f"chat:{chat.id}") or turn.text


def _kind_on(verdict: Verdict | None, number: int) -> str | None:
    """What a run's standing verdict says of this one of its attempts."""
    return verdict.kind if verdict is not None and verdict.attempt == number else None


def _ended(status: str, reason: str) -> str:
    """How a stored run ended, in words."""
    if status in ("refused", "asked"):
        from cadagent.design import QUESTIONS, REFUSALS

        return {**REFUSALS, **QUESTIONS, "contradiction": _CONTRADICTS}.get(reason, reason)
    return f"{'✓' if status == 'valid' else '✗'} {reason or status.replace('_', ' ')}"


def _welcome() -> Content:
    parts: list[Content | str] = [
        plain("What part do you need?", "bold"),
        "\n\nSay it in English, with its sizes. For example:\n",
    ]
    parts += [plain(f"\n  {example}") for example in EXAMPLES]
    parts += [
        "\n\nEnter sends · Ctrl+J begins a new line · Up brings back earlier requests",
        "\nF1 shows every key · Ctrl+P finds every command",
    ]
    return Content.assemble(*parts)
