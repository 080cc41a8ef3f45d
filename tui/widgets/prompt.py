"""Where requests are written: several lines, history, and a draft that outlives a crash."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.binding import BindingType
from textual.message import Message
from textual.widgets import TextArea

from tui.keys import KEYS, bindings
from tui.text import visible

SEND, NEWLINE = (next(key for key in KEYS if key.id == name) for name in ("prompt.send", "prompt.newline"))
_SAVE_AFTER = 0.3
"""Seconds without a key after which the draft is stored."""


class SafeArea(TextArea):
    """A text area whose text cannot act on the terminal: what would act is drawn as a picture of itself."""

    def get_line(self, line_index: int) -> Text:
        return Text(visible(self.document.get_line(line_index)), end="", no_wrap=True)


class Prompt(SafeArea):
    """The input. Enter sends, Up and Down at its edges walk through what was asked before."""

    DEFAULT_CSS = """
    Prompt { height: auto; min-height: 3; max-height: 9; border: round $foreground 35%; background: $surface;
        padding: 0 1; scrollbar-size-vertical: 1; }
    Prompt:focus { border: round $primary; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("prompt")]

    class Sent(Message):
        """The person wants this made."""

        def __init__(self, text: str) -> None:
            self.text = text
            super().__init__()

    def __init__(self, save: Callable[[str], None], *, id: str | None = None) -> None:
        """``save`` stores a draft."""
        super().__init__(id=id, soft_wrap=True, show_line_numbers=False, tab_behavior="focus")
        self.border_title = "Request"
        self._save = save
        self._history: list[str] = []
        self._place = 0
        self._unsent = ""

    def set_history(self, requests: list[str]) -> None:
        """What Up brings back, oldest first."""
        self._history, self._place = list(requests), len(requests)

    def put(self, text: str) -> None:
        """Fill the input, with the cursor at its end."""
        self.load_text(text)
        self.move_cursor(self.document.end)

    def action_send(self) -> None:
        text = self.text.strip()
        if not text:
            return
        self._history = [*(one for one in self._history if one != text), text]
        self._place = len(self._history)
        self.post_message(self.Sent(text))

    def action_newline(self) -> None:
        self.insert("\n")

    def action_external(self) -> None:
        from tui.external import edit

        text = edit(self.app, self.text, ".txt")
        if text is not None:
            self.put(text.rstrip("\n"))

    def on_text_area_changed(self) -> None:
        self.set_timer(_SAVE_AFTER, self._settled(self.text))

    def _settled(self, text: str) -> Callable[[], None]:
        def save() -> None:
            if self.text == text:
                self._save(text)

        return save

    async def _on_key(self, event: events.Key) -> None:
        row, _ = self.cursor_location
        for key, action in ((SEND, self.action_send), (NEWLINE, self.action_newline)):
            # A text area takes Enter before bindings are asked, so they are asked here.
            if event.key in self.app._keymap.get(key.id, key.keys).split(","):
                event.prevent_default()
                event.stop()
                action()
                return
        if event.key == "up" and row == 0 and self._place > 0:
            self._walk(-1, event)
        elif event.key == "down" and row == self.document.line_count - 1 and self._place < len(self._history):
            self._walk(1, event)
        else:
            await super()._on_key(event)

    def _walk(self, step: int, event: events.Key) -> None:
        event.prevent_default()
        event.stop()
        if self._place == len(self._history):
            self._unsent = self.text
        self._place += step
        self.put(self._history[self._place] if self._place < len(self._history) else self._unsent)
