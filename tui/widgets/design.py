"""The design as JSON to read and edit: findings on their lines, completion, live checks off the interface."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.strip import Strip
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tui.completion import Completion, completions
from tui.keys import bindings
from tui.text import count_text, plain
from tui.widgets.findings import SIGNS, FindingsList
from tui.widgets.prompt import SafeArea

if TYPE_CHECKING:
    from cadagent.design import Finding
    from cadagent.validation import Report

CHECK_AFTER = 0.35
"""Seconds without a key after which the text is checked."""
_JSON = re.compile(
    r'(?P<key>"(?:[^"\\]|\\.)*")(?=\s*:)|(?P<text>"(?:[^"\\]|\\.)*"?)|(?P<word>-?\d[\d.eE+-]*|\w+)'
)
_COLOURS = {"key": "primary", "text": "success", "word": "accent"}

Check = Callable[[str], "Report"]


class DesignEditor(SafeArea):
    """The text, with a sign in the margin of each line that has a finding."""

    DEFAULT_CSS = """
    DesignEditor, DesignEditor:focus { height: 1fr; border: none; padding: 0; scrollbar-size: 1 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("editor")]

    class Command(Message):
        """A key of the editor that the pane around it answers."""

        def __init__(self, name: str) -> None:
            self.name = name
            super().__init__()

    def __init__(self) -> None:
        super().__init__(soft_wrap=True, show_line_numbers=True, tab_behavior="indent")
        self.indent_width = 2
        self.marks: dict[int, str] = {}

    def load(self, text: str) -> None:
        """Show another text."""
        self.marks = {}
        self.load_text(text)

    def mark(self, findings: Sequence[Finding]) -> None:
        """Put signs on the lines of findings; an error hides a warning."""
        marks: dict[int, str] = {}
        for finding in sorted(findings, key=lambda one: one.severity == "error"):
            if finding.line is not None:
                marks[finding.line - 1] = finding.severity
        if marks != self.marks:
            self.marks = marks
            self._line_cache.clear()
            self.refresh()

    def get_line(self, line_index: int) -> Text:
        # The tokens of JSON end with their line, so that no syntax tree of the whole text is needed.
        line = super().get_line(line_index)
        colors = self.app.theme_variables
        for match in _JSON.finditer(line.plain):
            line.stylize(colors[_COLOURS[match.lastgroup or "word"]], match.start(), match.end())
        return line

    def _render_line(self, y: int) -> Strip:
        strip = super()._render_line(y)
        place = y + self.scroll_offset.y
        lines = self.wrapped_document._offset_to_line_info
        severity = self.marks.get(lines[place][0]) if place < len(lines) else None
        if severity is None or self.gutter_width < 2:
            return strip
        colors = self.app.theme_variables
        name = {"error": "error", "warning": "warning"}.get(severity, "primary")
        style = Style(color=colors[name], bold=True)
        left, right = strip.crop(0, self.gutter_width - 2), strip.crop(self.gutter_width - 1)
        middle = Segment(SIGNS[severity], (next(iter(strip)).style or Style()) + style)
        return Strip.join([left, Strip([middle]), right])

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "escape":  # a text area would go to the next field; here it leads back, as everywhere
            event.prevent_default()

    def action_complete(self) -> None:
        self.post_message(self.Command("complete"))

    def action_next_problem(self) -> None:
        self.post_message(self.Command("problem"))

    def action_line(self) -> None:
        self.post_message(self.Command("line"))

    def action_reset(self) -> None:
        self.post_message(self.Command("reset"))

    def action_external(self) -> None:
        from tui.external import edit

        text = edit(self.app, self.text, ".json")
        if text is not None and text != self.text:
            self.replace(text, (0, 0), self.document.end)

    def go_to(self, line: int, column: int = 0) -> None:
        """Put the cursor on a line (from 1) and show it."""
        self.move_cursor((max(0, min(line - 1, self.document.line_count - 1)), column), center=True)


class DesignPane(Vertical):
    """Editor, state of the text, findings, and the list of completions while it is asked for."""

    DEFAULT_CSS = """
    DesignPane .state { height: 1; padding: 0 1; background: $panel; }
    DesignPane FindingsList { max-height: 6; background: $panel; }
    DesignPane .completions { height: auto; max-height: 8; border: round $primary; display: none; }
    DesignPane .completions.-open { display: block; }
    DesignPane .line { display: none; height: 3; }
    DesignPane .line.-open { display: block; }
    """

    class Checked(Message):
        """The text has been checked and built."""

        def __init__(self, report: Report) -> None:
            self.report = report
            super().__init__()

    class Edited(Message):
        """The person has changed the text, and paused."""

    def __init__(self, check: Check, *, id: str | None = None) -> None:
        """``check`` validates and builds a text; it is called in a thread, one call at a time."""
        super().__init__(id=id)
        self._check = check
        self._original = ""
        self._loaded = False
        self._given: tuple[Report | None, Sequence[Finding]] = (None, ())
        self._pending = self._checking = self._again = False
        self._epoch = 0
        self._proposals: list[Completion] = []
        self.report: Report | None = None

    def compose(self) -> ComposeResult:
        yield DesignEditor()
        yield OptionList(classes="completions", markup=False)
        yield Input(placeholder="Line number, Enter goes there", type="integer", classes="line")
        yield Static("", classes="state")
        yield FindingsList()

    @property
    def editor(self) -> DesignEditor:
        return self.query_one(DesignEditor)

    @property
    def text(self) -> str:
        return self.editor.text

    @property
    def changed(self) -> bool:
        """Whether the person has made it another text."""
        return self._loaded and self.editor.text != self._original

    @property
    def checking(self) -> bool:
        """Whether a check is under way or about to start."""
        return self._checking or self._pending

    def load(self, text: str, report: Report | None, findings: Sequence[Finding], draft: str = "") -> None:
        """Show a design; ``draft`` is an unfinished correction of it."""
        self._epoch += 1
        self._original, self._loaded, self._given = text, True, (report, findings)
        self._pending = bool(draft) and draft != text
        self.report = None if self._pending else report
        self.editor.load(text)
        self._show(findings)
        if self._pending:
            self.editor.replace(draft, (0, 0), self.editor.document.end)
        self._say()

    def clear(self) -> None:
        """There is no design."""
        self._epoch += 1
        self._original, self._loaded, self._given = "", False, (None, ())
        self.report, self._pending = None, False
        self.editor.load("")
        self._show(())
        self._say()

    # -- checks ----------------------------------------------------------------------------------------

    def on_text_area_changed(self) -> None:
        if not self._loaded:
            return
        self.query_one(".completions").remove_class("-open")
        text = self.text
        if self.report is not None and self.report.text == text:
            return
        self._pending = self.changed
        if self._pending:
            self.report = None
        else:  # back to the attempt, of which everything is known
            self.report = self._given[0]
            self._show(self._given[1])
        self._say()

        def settle() -> None:
            if self._loaded and self.text == text:
                self.post_message(self.Edited())
                if self._pending:
                    self.check()

        self.set_timer(CHECK_AFTER, settle)

    def check(self) -> None:
        """Check the text as it is now; while a check is under way only the last text waits."""
        if self._checking:
            self._again = True
            return
        self._checking, self._again, self._pending = True, False, False
        self._say()
        arguments = (self.text, self._epoch)
        threading.Thread(target=self._work, args=arguments, name="cadagent-check", daemon=True).start()

    def _work(self, text: str, epoch: int) -> None:
        report = self._check(text)
        if self.is_attached and self.app.is_running:
            self.app.call_later(self._took, report, text, epoch)

    def _took(self, report: Report, text: str, epoch: int) -> None:
        self._checking = False
        if epoch == self._epoch and text == self.text:
            self.report = report
            self._show(report.findings)
            self._say()
            self.post_message(self.Checked(report))
        if self._again and self._pending:
            self.check()

    def _show(self, findings: Sequence[Finding]) -> None:
        self.editor.mark(findings)
        listed = self.query_one(FindingsList)
        listed.show_findings(findings)
        listed.display = bool(findings)

    def _say(self) -> None:
        """The state of the text in words."""
        if not self._loaded:
            words = "No design to edit yet."
        elif not self.changed:
            words = "As the model wrote it. Edit to correct it."
        elif self.checking:
            words = "… checking the correction"
        elif self.report is not None and self.report.valid:
            words = "✓ The correction is valid. F8 accepts it and keeps both."
        else:
            errors = len(self.report.errors) if self.report is not None else 0
            words = f"✗ The correction has {count_text(errors, 'error')}; it cannot be accepted yet."
        self.query_one(".state", Static).update(plain(words))

    # -- keys ------------------------------------------------------------------------------------------

    def on_design_editor_command(self, event: DesignEditor.Command) -> None:
        event.stop()
        match event.name:
            case "complete":
                self._propose()
            case "problem":
                self._next_problem()
            case "line":
                box = self.query_one(".line", Input)
                box.value = ""
                box.add_class("-open").focus()
            case "reset" if self.changed:
                self.editor.replace(self._original, (0, 0), self.editor.document.end)

    def on_findings_list_chosen(self, event: FindingsList.Chosen) -> None:
        event.stop()
        self.jump(event.finding)

    def jump(self, finding: Finding) -> None:
        """Go to the line of a finding."""
        if finding.line is not None:
            self.editor.go_to(finding.line)
        self.editor.focus()

    def _next_problem(self) -> None:
        lines = sorted(self.editor.marks)
        row = self.editor.cursor_location[0]
        following = [line for line in lines if line > row] or lines
        if following:
            self.editor.go_to(following[0] + 1)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        event.input.remove_class("-open")
        if event.value.strip().lstrip("-").isdigit():
            self.editor.go_to(int(event.value))
        self.editor.focus()

    def _propose(self) -> None:
        editor = self.editor
        offset = _offset(editor.text, editor.cursor_location)
        self._proposals = completions(editor.text, offset)
        if len(self._proposals) == 1:
            self._insert(self._proposals[0])
        elif self._proposals:
            listed = self.query_one(".completions", OptionList)
            listed.clear_options()
            listed.add_options([Option(one.label) for one in self._proposals])
            listed.highlighted = 0
            listed.add_class("-open").focus()
        else:
            self.app.notify("Nothing can be completed here.", timeout=2)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        if event.option_list.has_class("completions"):
            event.stop()
            self._insert(self._proposals[event.option_index])

    def _insert(self, proposal: Completion) -> None:
        editor = self.editor
        start = _location(editor.text, proposal.start)
        self.query_one(".completions").remove_class("-open")
        editor.replace(proposal.text, start, editor.cursor_location)
        editor.focus()

    def on_key(self, event: events.Key) -> None:
        if event.key == "escape":
            opened = self.query(".completions.-open, .line.-open")
            if opened:
                event.stop()
                opened.remove_class("-open")
                self.editor.focus()


def _offset(text: str, location: tuple[int, int]) -> int:
    row, column = location
    return sum(len(line) + 1 for line in text.split("\n")[:row]) + column


def _location(text: str, offset: int) -> tuple[int, int]:
    before = text[:offset].split("\n")
    return len(before) - 1, len(before[-1])
