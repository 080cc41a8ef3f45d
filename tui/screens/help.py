"""Help: every key that works on the screen below, made from the bindings themselves."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.dom import DOMNode
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from tui.keys import KEYS, SCOPES
from tui.text import plain


class HelpScreen(ModalScreen[None]):
    """A list of keys by where they work, those of our own table first."""

    DEFAULT_CSS = """
    HelpScreen { align: center middle; background: $background 60%; }
    HelpScreen VerticalScroll { width: 78; max-width: 98%; height: 94%; padding: 1 2; background: $surface;
        border: round $primary; border-title-style: bold; }
    HelpScreen Static { height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f1,q", "dismiss_it", "Back")]

    def __init__(self, below: Screen[object]) -> None:
        super().__init__()
        self._below = below

    def compose(self) -> ComposeResult:
        with VerticalScroll() as box:
            box.border_title = "Keys · Esc goes back"
            yield Static(Content.assemble(*self._parts()))

    def action_dismiss_it(self) -> None:
        self.dismiss(None)

    def _parts(self) -> list[Content | str]:
        parts: list[Content | str] = []
        known = {key.id: key for key in KEYS}
        nodes: list[DOMNode] = [self._below, self.app, *self._below.query("*")]
        groups: dict[str, dict[str, str]] = {}
        bare = {(key.action, key.bare) for key in KEYS}
        for node in nodes:
            for keys in node._bindings.key_to_bindings.values():
                for binding in keys:
                    key = known.get(binding.id or "")
                    if key is not None:
                        shown = self.app.preferences.keys.get(key.id, key.keys)  # type: ignore[attr-defined]
                        all_keys = ",".join(filter(None, [shown, key.bare]))
                        groups.setdefault(SCOPES[key.scope], {})[all_keys] = key.text
                    elif (
                        binding.description
                        and not binding.system
                        and (binding.action, binding.key) not in bare
                    ):
                        everywhere = node is self.app or isinstance(node, Screen)
                        name = SCOPES["app"] if everywhere else f"In a {type(node).__name__}"
                        if not everywhere and type(node).__module__.startswith("tui."):
                            name = next((SCOPES[one.scope] for one in KEYS if self._has(node, one.id)), name)
                        groups.setdefault(name, {}).setdefault(binding.key, binding.description)
        for title, rows in groups.items():
            parts.append(plain(f"{title}\n", "bold $text-primary"))
            for keys_text, text in rows.items():
                parts.append(plain(f"  {self._display(keys_text):<26}", "bold"))
                parts.append(plain(f"{text}\n"))
            parts.append("\n")
        return parts

    @staticmethod
    def _has(node: DOMNode, identifier: str) -> bool:
        return any(b.id == identifier for keys in node._bindings.key_to_bindings.values() for b in keys)

    def _display(self, keys: str) -> str:
        names = [self.app.get_key_display(Binding(key.strip(), "")) for key in keys.split(",")]
        return " or ".join(dict.fromkeys(names))
