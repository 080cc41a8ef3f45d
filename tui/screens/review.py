"""The review queue: one undecided result after the other, by keyboard, the next one built ahead."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Footer, Input, ProgressBar, Static

from cadagent.errors import CadAgentError
from cadagent.feedback import Filter, Verdict, Waiting
from tui.keys import bindings
from tui.leaving import until_it_leaves
from tui.results import SIGNS, Result
from tui.screens.judging import JudgingScreen
from tui.text import count_text, on_one_line, plain, visible
from tui.widgets.inspector import Inspector

if TYPE_CHECKING:
    from tui.desk import Desk

_AHEAD = 2
"""How many of the following items are built before they are asked for."""
_HELP = "status:valid  model:smollm  tag:units.conflict  since:2026-11  before:2026-12  judged:skipped  words"


@dataclass(frozen=True, eq=False)
class Item:
    """One item with its attempts, those with a design built."""

    waiting: Waiting
    results: list[Result]
    index: int


class ReviewScreen(JudgingScreen):
    """Left what was asked and how far the person is, right the inspector."""

    DEFAULT_CSS = """
    ReviewScreen .side { width: 38; padding: 1 1 0 1; }
    ReviewScreen .side Static { height: auto; margin: 0 0 1 0; }
    ReviewScreen #request { border-left: thick $primary; padding: 0 1; background: $surface; }
    ReviewScreen ProgressBar { width: 100%; height: 1; margin: 0 0 1 0; }
    ReviewScreen ProgressBar Bar { width: 1fr; }
    ReviewScreen #filter { display: none; height: 3; }
    ReviewScreen #filter.-open { display: block; }
    ReviewScreen #filter-help { display: none; color: $text-muted; padding: 0 1; height: auto; }
    ReviewScreen #filter-help.-open { display: block; }
    ReviewScreen.-narrow .side { width: 26; padding: 0 1; }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-normal")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("review", "view", "decide")]

    def __init__(self, desk: Desk, line: str = "") -> None:
        super().__init__(desk)
        self._line, self._filter = line, Filter()
        self._queue: list[Waiting] = []
        self._place = 0
        self._decided = 0
        self._began = time.monotonic()
        self._built: dict[str, asyncio.Task[Item]] = {}
        self._last_run: str | None = None
        self.busy = True
        """Whether an item is still being fetched or built."""
        self.shown_after = 0.0
        """Seconds from the wish for the item that is shown to its being on the screen."""

    def compose(self) -> ComposeResult:
        yield Input(self._line, placeholder="Filter, Enter applies it", id="filter")
        yield Static(plain(_HELP), id="filter-help")
        with Horizontal():
            with VerticalScroll(classes="side", can_focus=False):
                yield Static("", id="progress")
                yield ProgressBar(show_eta=False, show_percentage=False)
                yield Static("", id="request")
                yield Static("", id="facts")
            yield Inspector(self.desk, id="inspector")
        yield Footer(show_command_palette=False)

    async def on_mount(self) -> None:
        await self.refill(self._line)
        self.inspector.focus_view()

    # -- the queue -----------------------------------------------------------------------------------------

    async def refill(self, line: str) -> bool:
        """Ask the store for what a filter lets pass; whether the filter could be read."""
        try:
            self._filter = Filter.parse(line)
            self._queue = await asyncio.to_thread(self.desk.queue.waiting, self._filter)
        except CadAgentError as error:
            self.notify(visible(str(error)), severity="error", title="Filter", markup=False)
            return False
        self._line, self._place, self._decided = line, 0, 0
        self._began = time.monotonic()
        await self._show()
        return True

    @property
    def waiting(self) -> Waiting | None:
        return self._queue[self._place] if self._place < len(self._queue) else None

    async def _show(self) -> None:
        """Show the item at the place; what is built already comes at once.

        Words, solid and verdict change together: a key never decides on an item whose words are gone.
        """
        wanted, began = self.waiting, time.perf_counter()
        if wanted is None:
            self._say()
            self.inspector.clear(self._why_empty())
            self.busy = False
            return
        self.busy = True
        task = self._ahead(wanted)
        if not task.done():
            self._say()
            self.inspector.clear("Building the solid …")
        item = await asyncio.shield(task)
        verdict = await asyncio.to_thread(self.desk.decisions.standing, wanted.run)
        if self.waiting is not wanted or not self.is_attached:
            return
        self.busy = False
        self.attention.restart()
        if item.results:
            draft = self.desk.draft_of(item.results[item.index])
            self.inspector.show(item.results, item.index, verdict, draft=draft)
        else:
            self.inspector.clear("This run has no attempt to look at.")
        self._say(item)
        self.shown_after = time.perf_counter() - began
        for following in self._queue[self._place + 1 : self._place + 1 + _AHEAD]:
            self._ahead(following)

    def _ahead(self, waiting: Waiting) -> asyncio.Task[Item]:
        if waiting.run not in self._built:
            while len(self._built) > 4 * _AHEAD:  # meshes are large; those behind us go first
                del self._built[next(iter(self._built))]
            self._built[waiting.run] = asyncio.create_task(asyncio.to_thread(self._item, waiting))
        return self._built[waiting.run]

    def _item(self, waiting: Waiting) -> Item:
        """Read an item and build the attempt that is the run's answer."""
        results = self.desk.results(waiting.run)
        numbers = [result.number for result in results]
        index = numbers.index(waiting.attempt) if waiting.attempt in numbers else len(results) - 1
        if results and results[index].document is not None:
            result = results[index]
            results[index] = result.built(self.desk.check(result.text, result.figures))
        return Item(waiting, results, index)

    # -- words ---------------------------------------------------------------------------------------------

    def _say(self, item: Item | None = None) -> None:
        total, waiting = len(self._queue), self.waiting
        minutes = max((time.monotonic() - self._began) / 60, 1e-9)
        pace = f"{60 * self._decided / minutes:.0f} an hour" if self._decided else "no decision yet"
        head = f"{min(self._place + 1, total)} of {total}" if total else "Nothing waits"
        left = max(0, total - self._place)
        lines = [f"{head} · {self._decided} decided", pace]
        if self._decided:
            rest = left * minutes / self._decided
            lines.append(f"about {rest:.0f} min left" if rest >= 1 else "less than a minute left")
        if self._line:
            lines.append(f"filter: {on_one_line(self._line, 60)}")
        self.query_one("#progress", Static).update(plain("\n".join(lines)))
        self.query_one(ProgressBar).update(total=max(total, 1), progress=self._place)
        request, facts = self.query_one("#request", Static), self.query_one("#facts", Static)
        request.display = facts.display = waiting is not None
        if waiting is None:
            return
        request.update(plain(waiting.request, "bold"))
        parts: list[Content | str] = [
            plain(f"{waiting.status.replace('_', ' ')}\n"),
            plain(
                f"{waiting.model}{' + ' + waiting.adapter if waiting.adapter else ''}\n", "$foreground-muted"
            ),
            plain(f"{waiting.started[:10]} {waiting.started[11:16]}", "$foreground-muted"),
        ]
        if item is not None:
            parts.append(plain(f"\n{count_text(len(item.results), 'attempt')}:"))
            for result in item.results:
                mark = "▸" if result is item.results[item.index] else " "
                parts.append(plain(f"\n{mark} {result.number} {SIGNS[result.state]} {result.state}"))
        facts.update(Content.assemble(*parts))

    def _why_empty(self) -> str:
        if self._place and self._queue:
            return f"Done: {self._decided} decided.\n\n/ chooses other results, Esc goes back."
        if self._line:
            return "No result passes this filter.\n\n/ changes it."
        return "Nothing waits for a review.\n\nRuns of cadagent run and of batches come here."

    # -- keys ----------------------------------------------------------------------------------------------

    async def action_step(self, step: int) -> None:
        place = max(0, min(self._place + step, len(self._queue)))
        if place == self._place:
            return
        self._place = place
        await self._show()
        self.inspector.focus_view()

    async def decided(self, verdict: Verdict | None, words: str) -> None:
        """Go on to the next item; after an undo, stay at it."""
        self.notify(words, timeout=2)
        self._last_run = self.waiting.run if self.waiting is not None else None
        if verdict is None:
            self._decided = max(0, self._decided - 1)
            self.inspector.judged(None)
            self._say()
            return
        self._decided += 1
        if self._last_run == verdict.run:
            await self.action_step(1)

    @work(exclusive=True, group="decide")
    @until_it_leaves
    async def action_undo(self) -> None:
        """Undo the decision on what is shown; where there is none, go back to the last one and undo that."""
        shown = self.inspector.result.run if self.inspector.result is not None else None
        if shown is not None and await asyncio.to_thread(self.desk.decisions.standing, shown) is not None:
            await self.undo_on(shown)
            return
        places = [place for place, one in enumerate(self._queue) if one.run == self._last_run]
        if not places:
            self.notify("Nothing was decided here; there is nothing to undo.", severity="warning")
            return
        self._place = places[0]
        await self._show()
        await self.undo_on(self._last_run)

    def action_filter(self) -> None:
        self.query("#filter, #filter-help").add_class("-open")
        self.query_one("#filter", Input).focus()

    async def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.input.id == "filter" and await self.refill(event.value):
            self.query("#filter, #filter-help").remove_class("-open")
            self.inspector.focus_view()

    def action_leave(self) -> None:
        if self.query("#filter.-open"):
            self.query("#filter, #filter-help").remove_class("-open")
            self.inspector.focus_view()
        elif self.inspector.view != "preview":
            self.inspector.choose("preview")
        else:
            self.dismiss()
