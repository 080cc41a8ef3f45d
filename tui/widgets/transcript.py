"""The chat: each request a card, its attempts below it as they come."""

from __future__ import annotations

import time

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tui.results import SIGNS, VERDICTS, Result
from tui.text import count_text, on_one_line, plain, size_text, tail

_TAIL_LINES = 3
_FINDINGS = 3
_STATE_STYLES = {"valid": "$text-success", "not valid": "$text-error", "failed": "$text-error"}


class AttemptRow(Static, can_focus=True):
    """One attempt: what is being written, then how it went. Focus or a click shows it beside the chat."""

    DEFAULT_CSS = """
    AttemptRow { height: auto; padding: 0 1 0 2; }
    AttemptRow:hover { background: $panel; }
    AttemptRow.-selected { background: $panel; border-left: outer $primary; padding: 0 1 0 1; }
    AttemptRow:focus { background: $primary 25%; }
    """

    class Selected(Message):
        """The person wants to see this attempt."""

        def __init__(self, row: AttemptRow) -> None:
            self.row = row
            super().__init__()

    def __init__(
        self, number: int, strategy: str, result: Result | None = None, verdict: str | None = None
    ) -> None:
        super().__init__()
        self.number, self.strategy, self.result, self.verdict = number, strategy, result, verdict
        self.written, self.tokens, self.began = "", 0, time.monotonic()

    def on_mount(self) -> None:
        self.tell()

    def add(self, text: str, tokens: int) -> None:
        """Take a piece of the answer; ``tell`` draws it."""
        self.written += text
        self.tokens += tokens

    def finish(self, result: Result) -> None:
        """The attempt has been checked."""
        self.result, self.written = result, ""
        self.tell()

    def judge(self, verdict: str | None) -> None:
        """The person has decided on this attempt, or on another one of its run."""
        if verdict != self.verdict:
            self.verdict = verdict
            self.tell()

    def tell(self) -> None:
        """Draw the row anew."""
        if self.result is not None:
            self.styles.height = "auto"
            self.update(attempt_text(self.result, self.verdict))
            return
        seconds = max(time.monotonic() - self.began, 1e-6)
        speed = f" · {self.tokens / seconds:.0f}/s" if self.tokens else ""
        head = f"… writing  {self.number} {self.strategy} · {self.tokens} tokens · {seconds:.1f} s{speed}"
        # A fixed height while tokens come: the chat is laid out once an attempt, not once a token.
        if self.styles.height is None or self.styles.height.value != _TAIL_LINES + 1:
            self.styles.height = _TAIL_LINES + 1
        width = max(20, self.content_size.width or 60)
        self.update(
            Content.assemble(
                plain(head, "bold"), "\n", plain(tail(self.written, _TAIL_LINES, width), "$foreground-muted")
            ),
            layout=False,
        )

    def on_focus(self) -> None:
        self.post_message(self.Selected(self))

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.focus()


def attempt_text(result: Result, verdict: str | None = None) -> Content:
    """A finished attempt in a few lines, with what a person decided on it."""
    state = result.state
    facts = [f"{result.number} {result.strategy}"]
    if result.tokens_out is not None:
        facts += [f"{result.tokens_out} tokens", f"{result.seconds:.1f} s"]
        if result.seconds:
            facts.append(f"{result.tokens_out / result.seconds:.0f}/s")
    parts: list[Content | str] = [
        plain(f"{SIGNS[state]} {state}", f"bold {_STATE_STYLES.get(state, '$text-warning')}"),
        plain("  " + " · ".join(facts), "$foreground-muted"),
    ]
    if verdict is not None:
        parts.append(plain(f"  {VERDICTS[verdict]}", "bold"))
    if result.size is not None:
        parts += ["\n", plain(f"  {size_text(result.size)}")]
    # What the design adds to the request is told at the end of a run, and among the findings.
    causes = [finding for finding in result.findings if finding.cause is None and finding.severity != "info"]
    if result.finish == "cancelled":
        causes = []
    for finding in causes[:_FINDINGS]:
        parts += ["\n", plain(f"  {finding.severity}: {on_one_line(finding.message, 200)}")]
    if len(causes) > _FINDINGS:
        parts += [
            "\n",
            plain(f"  and {count_text(len(causes) - _FINDINGS, 'more finding')}", "$foreground-muted"),
        ]
    return Content.assemble(*parts)


class RequestCard(Vertical):
    """What a person asked, the attempts at it, and how it ended."""

    DEFAULT_CSS = """
    RequestCard { height: auto; margin: 0 0 1 0; }
    RequestCard .request { padding: 0 1; background: $surface; border-left: thick $primary; height: auto; }
    RequestCard .outcome { padding: 0 1 0 2; height: auto; color: $text-muted; }
    """

    def __init__(self, request: str, *, edits: bool = False) -> None:
        super().__init__()
        self.request, self.edits = request, edits
        self.rows: list[AttemptRow] = []

    def compose(self) -> ComposeResult:
        yield Static(plain(self.request, "bold"), classes="request")
        yield Static("", classes="outcome")

    async def add(self, row: AttemptRow) -> None:
        """Put an attempt below those that are there."""
        self.rows.append(row)
        await self.mount(row, before=self.query_one(".outcome"))

    def say(self, text: str) -> None:
        """How it ended, or what happens now."""
        outcome = self.query_one(".outcome", Static)
        outcome.update(plain(text))
        outcome.display = bool(text)


class Transcript(VerticalScroll, can_focus=False):
    """All cards of one chat. Follows what comes unless the person has scrolled up."""

    DEFAULT_CSS = """
    Transcript { height: 1fr; padding: 1 1 0 1; scrollbar-size-vertical: 1; }
    Transcript > .empty { height: auto; padding: 1 2; color: $text-muted; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.cards: list[RequestCard] = []

    @property
    def rows(self) -> list[AttemptRow]:
        return [row for card in self.cards for row in card.rows]

    async def clear(self, empty: Content) -> None:
        """Take all cards away; ``empty`` is what is shown in place of the first."""
        self.cards = []
        await self.remove_children()
        await self.mount(Static(empty, classes="empty"))

    async def add(self, card: RequestCard) -> RequestCard:
        """Put a card at the end."""
        self.cards.append(card)
        await self.query(".empty").remove()
        await self.mount(card)
        self.follow()
        return card

    @property
    def at_end(self) -> bool:
        return self.scroll_offset.y >= self.max_scroll_y - 2

    def follow(self) -> None:
        """Show the end."""
        self.scroll_end(animate=False)
