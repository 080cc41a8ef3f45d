"""Small questions over a screen: why something is rejected, a name, a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from cadagent.feedback import REASONS
from tui.text import plain

_STYLE = """
    {name} {{ align: center middle; background: $background 60%; }}
    {name} > Vertical {{ width: 72; max-width: 96%; height: auto; max-height: 96%; padding: 1 2;
        background: $surface; border: round $primary; }}
    {name} .title {{ text-style: bold; height: auto; }}
    {name} .keys {{ color: $text-muted; height: auto; }}
"""


@dataclass(frozen=True)
class Rejection:
    """Why a result is rejected."""

    tags: tuple[str, ...]
    note: str


class RejectDialog(ModalScreen[Rejection | None]):
    """Asks for reason tags and a note. Digits set tags, Enter rejects."""

    DEFAULT_CSS = _STYLE.format(name="RejectDialog") + (
        "RejectDialog OptionList { height: auto; border: none; margin: 1 0; padding: 0; }"
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss_it", "Back"),
        Binding("f9,ctrl+s", "reject", "Reject", priority=True),
        Binding("space", "tag", "Tag"),
        *(Binding(str(n), f"tag({n - 1})", f"Tag {n}", show=False) for n in range(1, len(REASONS) + 1)),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._chosen: set[int] = set()

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static("Why is it rejected?", classes="title")
            yield OptionList(*[Option(self._line(index)) for index in range(len(REASONS))], markup=False)
            yield Input(placeholder="Note")
            keys = "1–8 or Space: tags · Tab: note · Enter or F9: reject · Esc: back"
            yield Static(keys, classes="keys")

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()

    def _line(self, index: int) -> Content:
        tag, meaning = list(REASONS.items())[index]
        box = "[x]" if index in self._chosen else "[ ]"
        return Content.assemble(plain(f"{box} {index + 1}  "), plain(tag, "bold"), plain(f": {meaning}"))

    def action_tag(self, index: int | None = None) -> None:
        listed = self.query_one(OptionList)
        index = listed.highlighted if index is None else index
        if index is not None:
            self._chosen ^= {index}
            listed.replace_option_prompt_at_index(index, self._line(index))
            listed.highlighted = index

    def on_option_list_option_selected(self) -> None:
        self.action_reject()

    def on_input_submitted(self) -> None:
        self.action_reject()

    def action_reject(self) -> None:
        tags = tuple(tag for index, tag in enumerate(REASONS) if index in self._chosen)
        note = " ".join(self.query_one(Input).value.split())
        if not tags and not note:
            self.notify("A reason helps the next model: choose a tag or write a note.", severity="warning")
            return
        self.dismiss(Rejection(tags, note))

    def action_dismiss_it(self) -> None:
        self.dismiss(None)


class TextDialog(ModalScreen[str | None]):
    """Asks for one line of text."""

    DEFAULT_CSS = _STYLE.format(name="TextDialog") + "TextDialog Input { margin: 1 0; }"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss_it", "Back")]

    def __init__(self, title: str, value: str, hint: str) -> None:
        super().__init__()
        self._title, self._value, self._hint = title, value, hint

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(plain(self._title), classes="title")
            yield Input(self._value)
            yield Static(plain(self._hint), classes="keys")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.dismiss(event.value.strip() or None)

    def action_dismiss_it(self) -> None:
        self.dismiss(None)
