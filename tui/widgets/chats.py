"""The list of chats: searched as one types, opened with Enter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tui.keys import bindings
from tui.text import count_text, on_one_line, plain

if TYPE_CHECKING:
    from cadagent.feedback import Chat


class ChatList(Vertical):
    """Search and list; ``find`` gives the chats that contain a text."""

    DEFAULT_CSS = """
    ChatList { width: 34; border-right: solid $border-blurred; display: none; }
    ChatList.-open { display: block; }
    ChatList Input { height: 3; }
    ChatList OptionList { height: 1fr; border: none; padding: 0; background: transparent; }
    ChatList Static { padding: 0 1; color: $text-muted; height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("chats")]

    class Opened(Message):
        """The person wants to go on with this chat."""

        def __init__(self, chat: str) -> None:
            self.chat = chat
            super().__init__()

    class Renamed(Message):
        """The person wants to name this chat."""

        def __init__(self, chat: Chat) -> None:
            self.chat = chat
            super().__init__()

    def __init__(self, find: Callable[[str], Sequence[Chat]], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._find = find
        self._chats: Sequence[Chat] = ()

    def compose(self) -> ComposeResult:
        yield Input(placeholder="Search chats")
        yield Static("")
        yield OptionList(markup=False)

    def refill(self) -> None:
        """Show what the search finds."""
        search = self.query_one(Input).value
        self._chats = self._find(search)
        listed = self.query_one(OptionList)
        listed.clear_options()
        listed.add_options([Option(_line(chat)) for chat in self._chats])
        if self._chats:
            words = f"{count_text(len(self._chats), 'chat')} · Enter opens · Ctrl+R renames"
        else:
            words = (
                f"No chat contains “{on_one_line(search, 20)}”."
                if search
                else "No chats yet. Ask for a part."
            )
        self.query_one(Static).update(plain(words))
        if self._chats:
            listed.highlighted = 0

    def on_input_changed(self) -> None:
        self.refill()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self._chats:
            self.post_message(self.Opened(self._chats[0].id))

    def on_key(self, event: events.Key) -> None:
        if event.key == "down" and self.query_one(Input).has_focus:
            event.stop()
            self.query_one(OptionList).focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(self.Opened(self._chats[event.option_index].id))

    def action_rename(self) -> None:
        index = self.query_one(OptionList).highlighted
        if index is not None and index < len(self._chats):
            self.post_message(self.Renamed(self._chats[index]))


def _line(chat: Chat) -> Content:
    name = on_one_line(chat.name, 60)
    when = f"{chat.last[:10]} {chat.last[11:16]}"
    return Content.assemble(
        plain(name, "bold"), "\n", plain(f"{when} · {count_text(chat.turns, 'request')}", "$foreground-muted")
    )
