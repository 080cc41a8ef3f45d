"""Findings as a list, with all that is known of the chosen one below it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui.text import count_text, on_one_line, plain

if TYPE_CHECKING:
    from cadagent.design import Finding

SIGNS = {"error": "✗", "warning": "!", "info": "i"}
STYLES = {"error": "$text-error", "warning": "$text-warning", "info": "$foreground-muted"}


class FindingsList(OptionList):
    """The findings, causes first; choosing one asks to go to its line."""

    DEFAULT_CSS = """
    FindingsList, FindingsList:focus { height: auto; border: none; padding: 0 1; background: transparent; }
    FindingsList > .option-list--option-highlighted { background: $primary 25%; color: $foreground; }
    FindingsList:focus > .option-list--option-highlighted { background: $primary 35%; color: $foreground; }
    """

    class Chosen(Message):
        """The person wants to see where this finding is."""

        def __init__(self, finding: Finding) -> None:
            self.finding = finding
            super().__init__()

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)
        self.findings: tuple[Finding, ...] = ()

    def show_findings(self, findings: Sequence[Finding]) -> None:
        """Replace the list."""
        self.findings = tuple(findings)
        self.clear_options()
        self.add_options([Option(finding_line(finding)) for finding in self.findings])

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(self.Chosen(self.findings[event.option_index]))


def finding_line(finding: Finding) -> Content:
    """A finding on one line: sign, word, line, message."""
    where = f"line {finding.line}: " if finding.line is not None else ""
    follows = "  ↳ " if finding.cause is not None else ""
    head = f"{follows}{SIGNS[finding.severity]} {finding.severity}  "
    return Content.assemble(
        plain(head, f"bold {STYLES[finding.severity]}"), plain(where + on_one_line(finding.message, 300))
    )


def finding_detail(finding: Finding) -> Content:
    """Everything that a finding says."""
    rows = [
        ("code", finding.code),
        ("where", finding.pointer),
        ("line", str(finding.line) if finding.line is not None else None),
        ("expected", finding.expected),
        ("found", finding.actual),
        ("hint", finding.hint),
        ("follows", finding.cause),
    ]
    parts: list[Content | str] = [plain(finding.message, "bold")]
    for name, value in rows:
        if value:
            parts += ["\n", plain(f"{name:<9}", "$foreground-muted"), plain(on_one_line(value, 600))]
    return Content.assemble(*parts)


class FindingsPane(Vertical):
    """List and detail."""

    DEFAULT_CSS = """
    FindingsPane .head { padding: 0 1; }
    FindingsPane FindingsList { height: auto; max-height: 60%; margin: 0 0 1 0; }
    FindingsPane .detail { height: 1fr; padding: 0 1; border-top: solid $border-blurred; }
    """

    def compose(self) -> ComposeResult:
        yield Static("", classes="head")
        yield FindingsList()
        yield Static("", classes="detail")

    def show(self, findings: Sequence[Finding], empty: str) -> None:
        """Show findings, or in their place a sentence."""
        errors = sum(finding.severity == "error" for finding in findings)
        head = f"{count_text(len(findings), 'finding')}, {count_text(errors, 'error')}" if findings else empty
        self.query_one(".head", Static).update(plain(head, "bold" if findings else "$foreground-muted"))
        listed = self.query_one(FindingsList)
        listed.show_findings(findings)
        listed.display = bool(findings)
        self.query_one(".detail").display = bool(findings)
        if findings:
            listed.highlighted = 0

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        listed = self.query_one(FindingsList)
        if event.option_index < len(listed.findings):
            detail = finding_detail(listed.findings[event.option_index])
            self.query_one(".detail", Static).update(detail)
