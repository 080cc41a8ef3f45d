"""Settings: look, keys with clash warnings, and the settings of cadagent with where to change them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, cast

from rich.text import Text
from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen, Screen
from textual.widgets import DataTable, Footer, Select, Static, Switch

from cadagent.settings import describe
from tui.keys import KEYS, SCOPES, clashes
from tui.leaving import until_it_leaves
from tui.preferences import Preferences, preferences_file
from tui.text import plain, visible
from tui.themes import THEMES

if TYPE_CHECKING:
    from tui.app import CadAgentApp
    from tui.desk import Desk


class SettingsScreen(Screen[None]):
    """Everything that can be chosen, on one page."""

    DEFAULT_CSS = """
    SettingsScreen VerticalScroll { padding: 1 2; }
    SettingsScreen Static { height: auto; }
    SettingsScreen .title { text-style: bold; margin: 1 0 0 0; }
    SettingsScreen Select { width: 40; }
    SettingsScreen DataTable { height: auto; max-height: 24; background: transparent; }
    SettingsScreen .clash { color: $text-warning; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss_it", "Back"),
        Binding("backspace,delete", "default", "Default key"),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk

    @property
    def owner(self) -> CadAgentApp:
        return cast("CadAgentApp", self.app)

    def compose(self) -> ComposeResult:
        chosen = self.owner.preferences
        with VerticalScroll(can_focus=False):
            yield Static("Theme", classes="title")
            names = [(name.removeprefix("cadagent-"), name) for name in THEMES]
            yield Select(names, value=chosen.theme, allow_blank=False)
            yield Static(_bell(chosen.bell), classes="title", id="bell")
            yield Switch(chosen.bell)
            yield Static("Keys: Enter changes one, Backspace gives the default back", classes="title")
            yield Static("", classes="clash")
            yield DataTable(cursor_type="row", zebra_stripes=True, id="keys")
            yield Static("cadagent", classes="title")
            yield DataTable(cursor_type="none", id="settings")
            yield Static(
                plain(f"\nKept in {preferences_file()}; the rest in cadagent.toml or the environment.")
            )
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        table = self.query_one("#settings", DataTable)
        table.add_columns("setting", "value", "meaning")
        for item in describe():
            value = getattr(self.desk.settings, item.name)
            table.add_row(item.name, Text(visible("" if value is None else str(value))), Text(item.doc))
        self.query_one("#keys", DataTable).add_columns("where", "what", "keys", "")
        self._fill_keys()
        self.query_one(Select).focus()

    def _fill_keys(self) -> None:
        changed = self.owner.preferences.keys
        table = self.query_one("#keys", DataTable)
        row = table.cursor_row
        table.clear()
        for key in KEYS:
            note = "changed" if key.id in changed else ""
            table.add_row(SCOPES[key.scope], key.text, changed.get(key.id, key.keys), note, key=key.id)
        table.move_cursor(row=row)
        warnings = clashes(changed)
        self.query_one(".clash", Static).update(plain("\n".join(f"! {text}" for text in warnings)))

    def on_select_changed(self, event: Select.Changed) -> None:
        if event.value != self.owner.preferences.theme:
            self._prefer(replace(self.owner.preferences, theme=str(event.value)))

    def on_switch_changed(self, event: Switch.Changed) -> None:
        if event.value != self.owner.preferences.bell:
            self._prefer(replace(self.owner.preferences, bell=event.value))
            self.query_one("#bell", Static).update(_bell(event.value))

    @work
    @until_it_leaves
    async def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        identifier = str(event.row_key.value)
        pressed = await self.app.push_screen_wait(KeyDialog(identifier))
        if pressed is not None:
            self._change(identifier, pressed)

    def action_default(self) -> None:
        table = self.query_one("#keys", DataTable)
        if table.has_focus:
            key = KEYS[table.cursor_row]
            self._change(key.id, key.keys)

    def _change(self, identifier: str, keys: str) -> None:
        self._prefer(self.owner.preferences.with_key(identifier, keys))
        self._fill_keys()
        for warning in clashes(self.owner.preferences.keys):
            self.notify(visible(warning), title="Keys clash", severity="warning", markup=False)

    def _prefer(self, preferences: Preferences) -> None:
        self.owner.prefer(preferences)

    def action_dismiss_it(self) -> None:
        self.dismiss(None)


class KeyDialog(ModalScreen[str | None]):
    """Takes the next key that is pressed."""

    DEFAULT_CSS = """
    KeyDialog { align: center middle; background: $background 60%; }
    KeyDialog Vertical { width: 52; height: auto; padding: 1 2; background: $surface;
        border: round $primary; }
    KeyDialog Static { height: auto; }
    """

    def __init__(self, identifier: str) -> None:
        super().__init__()
        self._text = next(key.text for key in KEYS if key.id == identifier)

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(plain(f"Press the new key for “{self._text}”.", "bold"))
            yield Static("\nEsc goes back.")

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        self.dismiss(None if event.key == "escape" else event.key)


def _bell(on: bool) -> str:
    """The switch in words: where it stands can be seen by its colour only."""
    return f"Bell when a long run ends: {'on' if on else 'off'}"
