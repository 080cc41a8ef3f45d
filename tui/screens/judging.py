"""Deciding on what an inspector shows; the workbench and the review queue share it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual import events, work
from textual.screen import Screen

from cadagent.errors import CadAgentError
from tui.attention import Attention
from tui.leaving import until_it_leaves
from tui.text import visible
from tui.widgets.inspector import VIEWS, Inspector

if TYPE_CHECKING:
    from cadagent.feedback import Verdict
    from tui.desk import Desk
    from tui.results import Result

NEW_FOLDER = "designs/"
_DECIDING = ("accept", "reject", "skip", "undo")
_PAST = {"accept": "accepted", "correct": "corrected", "reject": "rejected", "skip": "skipped"}


class JudgingScreen(Screen[None]):
    """A screen with an inspector. Only the four actions here decide anything; looking never does."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.attention = Attention()
        self._deciding = False

    @property
    def inspector(self) -> Inspector:
        return self.query_one(Inspector)

    def on_key(self) -> None:
        self.attention.noticed()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        self.attention.noticed()

    async def decided(self, verdict: Verdict | None, words: str) -> None:
        """Something was decided and stored; screens go on from here."""
        self.inspector.judged(verdict)
        self.notify(words, timeout=3)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # While one decision is being stored, further keys were meant for what is about to go.
        return not (self._deciding and action in _DECIDING)

    def _judged(self) -> tuple[Result, str] | None:
        """What a verdict would be on; ``None``, said so, when there is nothing."""
        result = self.inspector.result
        if result is None or result.run is None:
            self.notify("There is nothing to decide on yet.", severity="warning")
            return None
        return result, result.run

    # -- the actions -----------------------------------------------------------------------------------

    @work(exclusive=True, group="decide")
    @until_it_leaves
    async def action_accept(self) -> None:
        found = self._judged()
        if found is None:
            return
        result, run = found
        pane, report = self.inspector.design, self.inspector.design.report
        seconds, place, changed = self.attention.seconds, self.inspector.draft_place or "", pane.changed
        refused, severity = "", "error"
        if not changed:
            if not result.valid:
                refused = "This attempt is not valid: correct it (F3) or reject it (F9)."
        elif report is None or report.text != pane.text:
            refused, severity = "The correction is still being checked; try again in a moment.", "warning"
        elif not report.valid:
            from cadagent.feedback import why_not

            refused = why_not(report)
        if refused:
            self.notify(visible(refused), title="Not accepted", severity=severity, markup=False)  # type: ignore[arg-type]
            return

        def accept() -> None:
            if changed and report is not None:
                self.desk.decisions.correct(run, result.number, report, seconds=seconds)
            else:
                self.desk.decisions.decide(run, "accept", attempt=result.number, seconds=seconds)
            self.desk.chats.save_draft(place, "")

        what, kept = ("Correction of attempt", "; both are kept") if changed else ("Attempt", "")
        await self._decide(run, accept, f"{what} {result.number} accepted{kept}.")

    @work(exclusive=True, group="decide")
    @until_it_leaves
    async def action_reject(self) -> None:
        found = self._judged()
        if found is None:
            return
        from tui.screens.dialogs import RejectDialog

        result, run = found
        rejection = await self.app.push_screen_wait(RejectDialog())
        if rejection is None:
            return
        decide = partial(self.desk.decisions.decide, run, "reject", attempt=result.number)
        write = partial(decide, seconds=self.attention.seconds, note=rejection.note, tags=rejection.tags)
        await self._decide(run, write, f"Attempt {result.number} rejected.")

    @work(exclusive=True, group="decide")
    @until_it_leaves
    async def action_skip(self) -> None:
        found = self._judged()
        if found is None:
            return
        result, run = found
        write = partial(self.desk.decisions.decide, run, "skip", attempt=result.number)
        await self._decide(run, partial(write, seconds=self.attention.seconds), "Skipped.")

    @work(exclusive=True, group="decide")
    @until_it_leaves
    async def action_undo(self) -> None:
        await self.undo_on(self.inspector.result.run if self.inspector.result is not None else None)

    async def undo_on(self, run: str | None) -> None:
        """Take the standing verdict on a run back."""
        standing = await asyncio.to_thread(self.desk.decisions.standing, run) if run is not None else None
        if run is None or standing is None:
            self.notify("Nothing was decided here; there is nothing to undo.", severity="warning")
            return
        words = f"Undone: it is no longer {_PAST[standing.kind]}."
        await self._decide(run, partial(self.desk.decisions.undo, run), words)

    async def _decide(self, run: str, write: Callable[[], object], words: str) -> None:
        """Store one decision, then go on."""
        self._deciding = True
        try:
            if await self._stored(write):
                verdict = await asyncio.to_thread(self.desk.decisions.standing, run)
                self.attention.restart()
                await self.decided(verdict, words)
        finally:
            self._deciding = False

    async def _stored(self, write: Callable[[], object]) -> bool:
        """Write off the interface thread; whether it is safely in the store."""
        try:
            await asyncio.to_thread(write)
        except CadAgentError as error:
            self.notify(visible(str(error)), severity="error", title="Not stored", markup=False)
            return False
        return True

    # -- looking, copying, writing: never a decision -------------------------------------------------------

    def action_view(self, view: str) -> None:
        if view in VIEWS:
            self.inspector.choose(view)

    def action_copy(self) -> None:
        from tui.external import copy

        result = self.inspector.result
        if result is None:
            self.notify("There is no design to copy.", severity="warning")
            return
        text = self.inspector.design.text if self.inspector.design.changed else result.design_text
        copy(self.app, text, "Design")

    @work(exclusive=True, group="save")
    @until_it_leaves
    async def action_save(self) -> None:
        from cadagent.results import keep
        from tui.screens.dialogs import TextDialog

        result = self.inspector.result
        report = result.report if result is not None else None
        if self.inspector.design.changed:
            report = self.inspector.design.report
        if report is None or not report.valid:
            self.notify("Only a valid, built design can be written to files.", severity="warning")
            return
        wanted = await self.app.push_screen_wait(
            TextDialog(
                "Write design.json and design.step to", NEW_FOLDER, "As it is: a new numbered folder there."
            )
        )
        if wanted is None:
            return
        folder = Path(wanted).expanduser() if wanted != NEW_FOLDER else None
        try:
            written = await asyncio.to_thread(keep, report, folder)
        except CadAgentError as error:
            self.notify(visible(str(error)), severity="error", markup=False)
            return
        self.notify(f"Written to {visible(str(written))}", markup=False)

    async def save_correction(self) -> None:
        """Keep an unfinished correction, so that a crash does not lose it."""
        place = self.inspector.draft_place
        if place is not None:
            pane = self.inspector.design
            text = pane.text if pane.changed else ""
            await self._stored(lambda: self.desk.chats.save_draft(place, text))

    async def on_design_pane_edited(self) -> None:
        await self.save_correction()

    def on_inspector_corrected(self) -> None:
        if self.inspector.view == "preview":
            self.inspector.choose("preview", focus=False)
