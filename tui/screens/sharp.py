"""The solid in pixels, in terminals that show pictures (Sixel, or kitty's protocol)."""

from __future__ import annotations

import io
import sys
import threading
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import App, ComposeResult, SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Static

from tui.keys import bindings
from tui.text import plain, size_text
from tui.widgets.preview import VIEWS, View, turned, zoomed

if TYPE_CHECKING:
    from textual.widget import Widget

    from cadagent.kernel import Mesh

NEEDS = "Sharp pictures need the package textual-image: pip install 'cadagent[images]'"
CANNOT = "This terminal shows no pictures; the preview stays as it is."
_CELL = (10, 20)
"""Pixels that a cell is taken for."""
_MOST = 1600
"""Pixels of the longer side: more would only take time."""


def why_not(app: App[Any]) -> str:
    """What keeps this terminal from showing pictures; empty where nothing does."""
    try:
        module = _asked(app)
    except ImportError:
        return NEEDS
    return "" if module.Image in (module.SixelImage, module.TGPImage) else CANNOT


def _asked(app: App[Any]) -> Any:
    """The module that, as it loads, asks the terminal what it can show, and waits for its answer.

    The application steps aside meanwhile: the answer comes as if it were typed.
    """
    name = "textual_image.renderable"
    if name not in sys.modules:
        with suppress(SuspendNotSupported), app.suspend():
            import_module(name)
    return import_module(name)


class SharpScreen(Screen[None]):
    """One solid, as large as the terminal, turned by the keys of the preview."""

    DEFAULT_CSS = """
    SharpScreen { background: $background; }
    SharpScreen #picture { width: 1fr; height: 1fr; }
    SharpScreen Static { height: 1; padding: 0 1; text-style: bold; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,g,q", "leave", "Back", priority=True),
        *bindings("preview"),
    ]
    view: reactive[View] = reactive(View(), init=False)

    def __init__(self, mesh: Mesh, box: tuple[float, ...], view: View) -> None:
        super().__init__()
        self._mesh, self._box = mesh, box
        self._drawing = self._stale = False
        self.set_reactive(SharpScreen.view, view)

    def compose(self) -> ComposeResult:
        from textual_image.widget import Image

        picture: Widget = Image(id="picture")
        yield picture
        yield Static("", id="words")

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw)

    def watch_view(self) -> None:
        self._draw()

    def _draw(self) -> None:
        """Draw in a thread; of several views wanted meanwhile only the last."""
        if not self.query_one("#picture").size:
            return
        zoom = f" ×{self.view.zoom:.1f}" if self.view.zoom != 1 else ""
        self.query_one("#words", Static).update(
            plain(f"{size_text(self._box)}   {self.view.name}{zoom}   Esc: back")
        )
        if self._drawing:
            self._stale = True
            return
        self._drawing, self._stale = True, False
        arguments = (self._pixels(), self.view)
        threading.Thread(target=self._work, args=arguments, name="cadagent-sharp", daemon=True).start()

    def _pixels(self) -> tuple[int, int]:
        """Width and height of the picture in pixels; the widget fits it to the terminal's own cells."""
        size = self.query_one("#picture").size
        width, height = size.width * _CELL[0], size.height * _CELL[1]
        share = min(1.0, _MOST / max(width, height, 1))
        return max(16, round(width * share)), max(16, round(height * share))

    def _work(self, size: tuple[int, int], view: View) -> None:
        from cadagent.exports.png import drawn

        picture = drawn(self._mesh, size, azimuth=view.azimuth, elevation=view.elevation, zoom=view.zoom)
        if self.is_attached and self.app.is_running:
            self.app.call_later(self._took, picture)

    def _took(self, picture: bytes) -> None:
        self._drawing = False
        if self.is_attached:
            self.query_one("#picture").image = io.BytesIO(picture)  # type: ignore[attr-defined]
            if self._stale:
                self._draw()

    def action_turn(self, azimuth: float, elevation: float) -> None:
        self.view = turned(self.view, azimuth, elevation)

    def action_zoom(self, factor: float) -> None:
        self.view = zoomed(self.view, factor)

    def action_look(self, name: str) -> None:
        self.view = View(*VIEWS[name])

    def action_leave(self) -> None:
        self.dismiss()
