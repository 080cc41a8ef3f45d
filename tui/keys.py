"""Every key of the application in one table: bindings, help, remapping and clash warnings come from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from textual.binding import Binding


@dataclass(frozen=True)
class Key:
    """One action that a key starts.

    Attributes:
        id: stable name, by which a person remaps it; ``scope.action``.
        keys: default keys, with commas between.
        action: Textual action.
        text: what it does, for footer and help.
        show: whether the footer shows it.
        priority: works whatever has the focus, and before what was typed earlier has arrived there; so never
            for a key that sends or decides.
        bare: further keys, for where nothing is being written.
    """

    id: str
    keys: str
    action: str
    text: str
    show: bool = False
    priority: bool = False
    bare: str = ""

    @property
    def scope(self) -> str:
        return self.id.partition(".")[0]


SCOPES = {
    "app": "Everywhere",
    "view": "Views of a result",
    "decide": "Deciding",
    "chat": "Chat",
    "chats": "List of chats",
    "prompt": "Writing a request",
    "preview": "Preview",
    "editor": "Design editor",
    "diff": "Diff",
    "review": "Review queue",
}
KEYS = (
    Key("app.help", "f1", "help", "Help", show=True, priority=True),
    Key("app.palette", "ctrl+p", "command_palette", "Commands", show=True, priority=True),
    Key("app.review", "f10", "review", "Review queue", priority=True),
    Key("app.training", "ctrl+t", "training", "Export and rounds", priority=True),
    Key("app.settings", "ctrl+o", "settings", "Settings", priority=True),
    Key("app.theme", "f12", "next_theme", "Next theme", priority=True),
    Key("app.quit", "ctrl+q", "quit", "Quit", priority=True),
    Key("view.preview", "f2", "view('preview')", "Preview", priority=True, bare="1"),
    Key("view.design", "f3", "view('design')", "Design", priority=True, bare="2"),
    Key("view.findings", "f4", "view('findings')", "Findings", priority=True, bare="3"),
    Key("view.diff", "f5", "view('diff')", "Diff", priority=True, bare="4"),
    Key("view.measured", "f6", "view('measured')", "Measured", priority=True, bare="5"),
    Key("view.context", "f7", "view('context')", "Context", priority=True, bare="6"),
    Key("view.copy", "y", "copy", "Copy design"),
    Key("view.save", "w", "save", "Write files"),
    Key("decide.accept", "f8", "accept", "Accept", show=True, bare="a"),
    Key("decide.reject", "f9", "reject", "Reject", show=True, bare="x"),
    Key("decide.skip", "s", "skip", "Skip"),
    Key("decide.undo", "u", "undo", "Undo"),
    Key("chat.cancel", "escape", "cancel", "Cancel, back"),
    Key("chat.new", "ctrl+n", "new_chat", "New part", show=True),
    Key("chat.list", "ctrl+l", "chats", "Chats", show=True),
    Key("chat.next", "ctrl+down", "select(1)", "Next attempt", priority=True),
    Key("chat.previous", "ctrl+up", "select(-1)", "Previous attempt", priority=True),
    Key("chats.rename", "ctrl+r", "rename", "Rename chat"),
    Key("prompt.send", "enter", "send", "Send"),
    Key("prompt.newline", "ctrl+j,shift+enter,alt+enter", "newline", "New line"),
    Key("prompt.editor", "ctrl+g", "external", "Write in $EDITOR"),
    Key("preview.left", "left,h", "turn(-15, 0)", "Turn left"),
    Key("preview.right", "right,l", "turn(15, 0)", "Turn right"),
    Key("preview.up", "up,k", "turn(0, 15)", "Look from higher"),
    Key("preview.down", "down,j", "turn(0, -15)", "Look from lower"),
    Key("preview.in", "plus,equals_sign", "zoom(1.25)", "Zoom in"),
    Key("preview.out", "minus", "zoom(0.8)", "Zoom out"),
    Key("preview.iso", "i,0", "look('iso')", "Three-quarter view"),
    Key("preview.top", "t", "look('top')", "From the top"),
    Key("preview.bottom", "shift+t,T", "look('bottom')", "From below"),
    Key("preview.front", "f", "look('front')", "From the front"),
    Key("preview.back", "b", "look('back')", "From the back"),
    Key("preview.side", "r", "look('right')", "From the right"),
    Key("preview.lines", "c", "lines", "Shaded or line drawing"),
    Key("preview.sharp", "g", "sharp", "Sharp picture, where the terminal can"),
    Key("editor.complete", "ctrl+space,ctrl+at", "complete", "Complete", show=True),
    Key("editor.problem", "ctrl+n", "next_problem", "Next finding", show=True),
    Key("editor.line", "ctrl+l", "line", "Go to line"),
    Key("editor.external", "ctrl+g", "external", "Edit in $EDITOR"),
    Key("editor.reset", "ctrl+r", "reset", "Back to the attempt"),
    Key("diff.layout", "v", "layout", "Side by side or unified"),
    Key("diff.older", "left_square_bracket", "base(-1)", "Compare with an older attempt"),
    Key("diff.newer", "right_square_bracket", "base(1)", "Compare with a newer attempt"),
    Key("review.next", "n", "step(1)", "Next item", show=True),
    Key("review.previous", "p", "step(-1)", "Previous item"),
    Key("review.filter", "slash", "filter", "Filter", show=True),
    Key("review.leave", "escape", "leave", "Back"),
)
#: Scopes whose keys a person can meet at the same time.
TOGETHER = (
    {"app", "view", "decide", "chat", "prompt"},
    {"app", "view", "decide", "chat", "chats"},
    {"app", "view", "decide", "chat", "preview"},
    {"app", "view", "decide", "chat", "diff"},
    {"app", "view", "decide", "review", "preview"},
    {"app", "view", "decide", "review", "diff"},
    {"app", "editor"},
)


def bindings(*scopes: str) -> list[Binding]:
    """The Textual bindings of some scopes."""
    found: list[Binding] = []
    for key in KEYS:
        if key.scope in scopes:
            found.append(
                Binding(key.keys, key.action, key.text, show=key.show, priority=key.priority, id=key.id)
            )
            if key.bare:
                found.append(Binding(key.bare, key.action, key.text, show=False))
    return found


def clashes(changed: Mapping[str, str]) -> list[str]:
    """Warnings, in words, about keys that would start two actions once ``changed`` (id → keys) holds."""
    found: dict[str, None] = {}
    names = {key.id: key.text for key in KEYS}
    for identifier in changed:
        if identifier not in names:
            found[f"no action is called {identifier!r}"] = None
    for scopes in TOGETHER:
        taken: dict[str, str] = {}
        for key in KEYS:
            if key.scope not in scopes:
                continue
            keys = f"{changed.get(key.id, key.keys)},{key.bare}"
            for one in (part.strip() for part in keys.split(",") if part.strip()):
                other = taken.setdefault(one, key.id)
                if other != key.id and (key.id in changed or other in changed):
                    found[f"{one} is both “{names[other]}” and “{names[key.id]}”"] = None
    return list(found)


_SIGNS = {
    "plus": "+",
    "equals_sign": "=",
    "minus": "-",
    "slash": "/",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
}
#: Names under which terminals send another key that is in the table already.
_TWINS = ("ctrl+at", "shift+t")


def reference() -> str:
    """All keys as Markdown tables, one for each place where they work."""
    parts = []
    for scope, title in SCOPES.items():
        rows = [f"| {_names(key)} | {key.text} | `{key.id}` |" for key in KEYS if key.scope == scope]
        parts.append("\n".join([f"### {title}", "| key | does | id |", "| --- | --- | --- |", *rows]))
    return "\n\n".join(parts)


def _names(key: Key) -> str:
    keys = [one for one in f"{key.keys},{key.bare}".split(",") if one and one not in _TWINS]
    return " or ".join(f"`{_name(one)}`" for one in keys)


def _name(key: str) -> str:
    """A key as it stands on a keyboard: ``Ctrl+P``, ``F8``, ``[``, ``Left``."""
    parts = [_SIGNS.get(part, part) for part in key.split("+")]
    return "+".join(part if len(part) == 1 and len(parts) == 1 else part.capitalize() for part in parts)
