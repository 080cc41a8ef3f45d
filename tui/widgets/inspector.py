"""Everything about one attempt, one key each: preview, design, findings, diff, measured, context."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import ContentSwitcher, OptionList, Static, Tab, Tabs

from tui.results import SIGNS, VERDICTS, Result
from tui.text import plain
from tui.widgets.design import DesignEditor, DesignPane
from tui.widgets.diff import DiffPane
from tui.widgets.figures import ContextPane, MeasuredPane
from tui.widgets.findings import FindingsList, FindingsPane
from tui.widgets.preview import Preview

if TYPE_CHECKING:
    from cadagent.feedback import Verdict
    from cadagent.validation import Report
    from tui.desk import Desk

VIEWS = {
    "preview": "Preview",
    "design": "Design",
    "findings": "Findings",
    "diff": "Diff",
    "measured": "Measured",
    "context": "Context",
}


class Inspector(Vertical):
    """Six views of the attempt that is shown, and above them its state and what was decided."""

    DEFAULT_CSS = """
    Inspector { height: 1fr; border-left: solid $border-blurred; }
    Inspector .state { height: 1; padding: 0 1; background: $panel; }
    Inspector Tabs { height: 2; }
    Inspector ContentSwitcher { height: 1fr; }
    Inspector ContentSwitcher > * { height: 1fr; }
    """

    class Corrected(Message):
        """A correction has been checked."""

        def __init__(self, report: Report) -> None:
            self.report = report
            super().__init__()

    def __init__(self, desk: Desk, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._desk = desk
        self.result: Result | None = None
        self._results: Sequence[Result] = ()
        self._index = 0
        self._fresh: set[str] = set()
        self.verdict: Verdict | None = None
        self.message = ""

    def compose(self) -> ComposeResult:
        yield Static("", classes="state")
        yield Tabs(*[Tab(name, id=f"tab-{view}") for view, name in VIEWS.items()])
        with ContentSwitcher(initial="preview"):
            yield Preview(id="preview")
            yield DesignPane(self._check, id="design")
            yield FindingsPane(id="findings")
            yield DiffPane(id="diff")
            yield MeasuredPane(id="measured")
            yield ContextPane(self._desk.count_tokens, id="context")

    def on_mount(self) -> None:
        self.query_one(Tabs).can_focus = False
        self.clear("Nothing to show yet.\n\nA request's attempts appear here.")

    def _check(self, text: str) -> Report:
        return self._desk.check(text, self.result.figures if self.result is not None else None)

    # -- what is shown ---------------------------------------------------------------------------------

    @property
    def view(self) -> str:
        return self.query_one(ContentSwitcher).current or "preview"

    @property
    def waits(self) -> bool:
        """Whether a solid is still being built."""
        result = self.result
        return (result is None and "Building" in self.message) or (
            result is not None and result.report is None and result.document is not None
        )

    @property
    def design(self) -> DesignPane:
        return self.query_one(DesignPane)

    @property
    def draft_place(self) -> str | None:
        """Where an unfinished correction of what is shown is kept."""
        if self.result is None or self.result.run is None:
            return None
        return f"design:{self.result.run}.{self.result.number}"

    def clear(self, message: str) -> None:
        """Show nothing but a sentence that says why."""
        self.result, self._results, self.verdict, self.message = None, (), None, message
        self._refill()

    def show(
        self,
        results: Sequence[Result],
        index: int,
        verdict: Verdict | None,
        *,
        draft: str = "",
        message: str = "",
    ) -> None:
        """Show ``results[index]``; its neighbours are what it can be compared with.

        Args:
            draft: text of an unfinished correction.
            message: what the preview says while there is no solid.
        """
        before = self.result
        self._results, self._index, self.result = results, index, results[index]
        self.verdict, self.message = verdict, message
        same = before is not None and (before.run, before.number) == (self.result.run, self.result.number)
        self._refill(keep_text=same and self.design.changed, draft=draft)

    def judged(self, verdict: Verdict | None) -> None:
        """Show another verdict."""
        self.verdict = verdict
        self._say()

    def _refill(self, keep_text: bool = False, draft: str = "") -> None:
        self._fresh = set(VIEWS) if keep_text is False else set(VIEWS) - {"design"}
        if not keep_text:
            if self.result is None:
                self.design.clear()
            elif draft or self.view == "design":
                self._load_design(draft)
        self._say()
        self._fill(self.view)

    def _load_design(self, draft: str = "") -> None:
        assert self.result is not None
        self._fresh.discard("design")
        text = self.result.design_text
        report = self.result.report if text == self.result.text else None
        self.design.load(text, report, self.result.findings_laid_out, draft)

    def _say(self) -> None:
        result, verdict = self.result, self.verdict
        if result is None:
            text = plain("No attempt is shown", "$foreground-muted")
        else:
            decided = VERDICTS[verdict.kind] if verdict is not None else "undecided"
            if verdict is not None and verdict.attempt not in (None, result.number):
                decided += f" (attempt {verdict.attempt})"
            sign = SIGNS[result.state]
            text = Content.assemble(
                plain(f"Attempt {result.number}  {sign} {result.state}", "bold"), plain(f"  ·  {decided}")
            )
        self.query_one(".state", Static).update(text)

    def _fill(self, view: str) -> None:
        """Fill one view with what is shown, when it does not show that already."""
        result = self.result
        if view not in self._fresh and view != "preview":
            return
        self._fresh.discard(view)
        no_solid = self.message or _no_solid(result)
        match view:
            case "preview":
                preview = self.query_one(Preview)
                corrected = self.design.report if self.design.changed else None
                reports = (corrected, result.report if result is not None else None)
                solids = [one.result for one in reports if one is not None and one.result is not None]
                built = next((one for one in solids if one.mesh is not None), None)
                if built is not None and built.mesh is not None and built.measurement is not None:
                    preview.show_mesh(built.mesh, built.measurement.size)
                else:
                    preview.show_message(no_solid)
            case "design" if result is not None:
                self._load_design()
            case "findings":
                findings = result.findings_laid_out if result is not None else ()
                empty = "No findings: every check holds." if result is not None else "Nothing checked yet."
                self.query_one(FindingsPane).show(findings, empty)
            case "diff":
                self.query_one(DiffPane).show(self._results, self._index)
            case "measured":
                self.query_one(MeasuredPane).show(result, no_solid)
            case "context":
                self.query_one(ContextPane).show(result)

    # -- views -----------------------------------------------------------------------------------------

    def choose(self, view: str, *, focus: bool = True) -> None:
        """Turn to a view."""
        tabs = self.query_one(Tabs)
        with self.prevent(Tabs.TabActivated):
            tabs.active = f"tab-{view}"
        self.query_one(ContentSwitcher).current = view
        self._fill(view)
        if focus:
            self.focus_view()

    def focus_view(self) -> None:
        """Give the focus to what the view is worked with by."""
        targets: dict[str, type[Widget]] = {
            "preview": Preview,
            "design": DesignEditor,
            "findings": FindingsList,
            "diff": DiffPane,
            "context": ContextPane,
        }
        view = self.query_one(f"#{self.view}")
        kind = targets.get(self.view)
        target = view if kind is None or isinstance(view, kind) else view.query(kind).first()
        # At once, not when the queue comes to it: a key that was pressed right after belongs to this view.
        self.screen.set_focus(target if target.focusable else self.query_one(Preview))

    def on_tabs_tab_activated(self, event: Tabs.TabActivated) -> None:
        event.stop()
        self.choose((event.tab.id or "").removeprefix("tab-"), focus=False)

    def on_findings_list_chosen(self, event: FindingsList.Chosen) -> None:
        event.stop()
        self.choose("design")
        self.design.jump(event.finding)

    def on_design_pane_checked(self, event: DesignPane.Checked) -> None:
        event.stop()
        if self.design.changed:
            self.post_message(self.Corrected(event.report))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()


def _no_solid(result: Result | None) -> str:
    if result is None:
        return "Nothing to show yet."
    if result.report is None and result.size is not None:
        return "Building the solid …"
    if result.state == "no design":
        return "The model answered without a design."
    if result.state == "stopped":
        return "Stopped before there was a solid."
    return "There is no solid.\n\nF4 shows what is wrong, F3 opens the design to correct it."
