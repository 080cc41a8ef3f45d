"""Measured: what was asked against what was built, figure by figure. Context: what the model was sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import DataTable, Static

from tui.asked import Row, asked_rows
from tui.results import Result
from tui.text import count_text, plain, visible

_SIGNS = {"held": "✓ held", "wrong": "✗ wrong", "missing": "✗ missing", "unclear": "? unclear"}

_ENDS = {
    "stop": "ended by itself",
    "length": "cut off: no room for more",
    "cancelled": "cancelled",
    "failed": "the model failed",
}
"""Why an answer ended, in words."""


class MeasuredPane(Vertical):
    """A table of the request's figures beside the solid's, then the solid's own measures."""

    DEFAULT_CSS = """
    MeasuredPane { padding: 0 1; }
    MeasuredPane .head { height: auto; }
    MeasuredPane DataTable { height: auto; max-height: 50%; background: transparent; }
    MeasuredPane .solid { height: auto; padding: 1 0 0 0; }
    MeasuredPane VerticalScroll { height: 1fr; }
    """

    def compose(self) -> ComposeResult:
        yield Static("", classes="head")
        yield DataTable(cursor_type="row", zebra_stripes=True)
        with VerticalScroll():
            yield Static("", classes="solid")

    def on_mount(self) -> None:
        self.query_one(DataTable).add_columns("asked", "built", "")

    def show(self, result: Result | None, waiting: str) -> None:
        """Show the figures of a built result, or a sentence."""
        table, head, solid = (
            self.query_one(DataTable),
            self.query_one(".head", Static),
            self.query_one(".solid", Static),
        )
        table.clear()
        measurement = result.measurement if result is not None else None
        if result is None or measurement is None:
            table.display = False
            head.update(plain(waiting, "$foreground-muted"))
            solid.update("")
            return
        rows = asked_rows(result)
        table.display = bool(rows)
        for row in rows:
            table.add_row(*(Text(visible(cell)) for cell in (row.asked, row.built, _SIGNS[row.state])))
        head.update(plain(_summary(rows, result.edits), "bold"))
        solid.update(plain("\n".join(measurement.as_lines())))


def _summary(rows: list[Row], edits: bool) -> str:
    if edits:
        return "A change: its figures may be relative, so none is held against the solid."
    if not rows:
        return "The request gives no figure that could be held against the solid."
    held = sum(row.state == "held" for row in rows)
    return f"{held} of {count_text(len(rows), 'figure')} of the request held"


class ContextPane(VerticalScroll, can_focus=True):
    """The exact messages of a prompt, each with its role and length."""

    DEFAULT_CSS = """
    ContextPane { padding: 0 0 0 1; scrollbar-size-vertical: 1; }
    ContextPane Static { height: auto; padding: 0 1 0 0; }
    """

    def __init__(self, count: Callable[[str], int | None], *, id: str | None = None) -> None:
        """``count`` tells the tokens of a text, where the model is loaded."""
        super().__init__(id=id)
        self._count = count

    def compose(self) -> ComposeResult:
        yield Static("")

    def show(self, result: Result | None) -> None:
        """Show what a result was made from."""
        body = self.query_one(Static)
        if result is None:
            body.update(plain("Nothing has been sent to the model yet.", "$foreground-muted"))
            return
        body.update(Content.assemble(*self._parts(result)))

    def _parts(self, result: Result) -> Iterator[Content | str]:
        total = f"{result.tokens_in:,} tokens sent" if result.tokens_in is not None else "tokens not counted"
        answer = f"{result.tokens_out:,} answered" if result.tokens_out is not None else ""
        stop = _ENDS.get(result.finish or "", "")
        yield plain(f"Attempt {result.number}: " + ", ".join(filter(None, [total, answer, stop])), "bold")
        if result.pieces:
            sent = [f"{piece.name} {piece.tokens:,}" for piece in result.pieces if piece.kept]
            gone = [f"{piece.name} {piece.tokens:,}" for piece in result.pieces if not piece.kept]
            yield plain(f"\n{' · '.join(sent)}", "$foreground-muted")
            if gone:
                yield plain(f"\nleft out for want of room: {' · '.join(gone)}", "$text-warning")
        for role, content in result.messages:
            tokens = self._count(content)
            length = count_text(tokens, "token") if tokens is not None else f"{len(content):,} characters"
            yield plain(f"\n\n▌{role}  ({length})\n", "bold $text-primary")
            yield plain(content)
        yield plain("\n\n▌answer, as it came\n", "bold $text-primary")
        yield plain(visible(result.text) or "(nothing)")
