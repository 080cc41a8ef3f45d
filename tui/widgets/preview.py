"""The solid, shaded with its edges, turned by keys and mouse; drawn off the interface thread."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from tui.keys import bindings
from tui.text import size_text, visible

if TYPE_CHECKING:
    from cadagent.kernel import Mesh

VIEWS = {
    "iso": (-60.0, 28.0),
    "top": (-90.0, 90.0),
    "bottom": (-90.0, -90.0),
    "front": (-90.0, 0.0),
    "back": (90.0, 0.0),
    "right": (0.0, 0.0),
}
"""Azimuth and elevation of the standard views, in degrees."""
_ZOOM = (0.2, 12.0)
_PER_CELL = 4.0
"""Degrees that the part turns when the mouse is dragged by one cell."""


@dataclass(frozen=True)
class View:
    """From where the part is seen; angles in degrees."""

    azimuth: float = VIEWS["iso"][0]
    elevation: float = VIEWS["iso"][1]
    zoom: float = 1.0

    @property
    def name(self) -> str:
        """The standard view that this is, or its angles."""
        for name, (azimuth, elevation) in VIEWS.items():
            if (self.azimuth - azimuth) % 360 == 0 and self.elevation == elevation:
                return name
        return f"{self.azimuth % 360:.0f}° {self.elevation:+.0f}°"


def turned(view: View, azimuth: float, elevation: float) -> View:
    """The view from further round and further up, in degrees."""
    high = max(-90.0, min(90.0, view.elevation + elevation))
    return replace(view, azimuth=(view.azimuth + azimuth) % 360, elevation=high)


def zoomed(view: View, factor: float) -> View:
    """The view from nearer, within bounds."""
    zoom = round(max(_ZOOM[0], min(_ZOOM[1], view.zoom * factor)), 3)
    return replace(view, zoom=1.0 if abs(zoom - 1) < 0.01 else zoom)


class Preview(Widget, can_focus=True):
    """Shows a mesh. Frames are drawn one at a time in a thread; of several wanted meanwhile only the last."""

    DEFAULT_CSS = """
    Preview { height: 1fr; background: $background; }
    Preview:focus { background: $surface; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("preview")]
    view: reactive[View] = reactive(View())
    shaded: reactive[bool] = reactive(True)

    class Drawn(Message):
        """A frame is on the screen; ``seconds`` is what drawing took."""

        def __init__(self, seconds: float) -> None:
            self.seconds = seconds
            super().__init__()

    class Sharp(Message):
        """The person wants to see this solid in pixels."""

        def __init__(self, mesh: Mesh, box: tuple[float, ...], view: View) -> None:
            self.mesh, self.box, self.view = mesh, box, view
            super().__init__()

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._mesh: Mesh | None = None
        self._box: tuple[float, ...] = ()
        self._message = ""
        self._strips: list[Strip] = []
        self._drawing = False
        self._stale = False
        self._grabbed: events.MouseEvent | None = None

    def show_mesh(self, mesh: Mesh, size: tuple[float, ...]) -> None:
        """Draw a solid, from where the last one was seen; ``size`` is its box as measured, in mm."""
        if mesh is not self._mesh:
            # The box of a mesh is a little smaller than that of a round solid.
            self._mesh, self._box, self._message = mesh, size, ""
            self._draw()

    def show_message(self, text: str) -> None:
        """Say why there is no solid."""
        self._mesh, self._message, self._strips = None, text, []
        self.refresh()

    @property
    def drawing(self) -> bool:
        """Whether a frame is under way."""
        return self._drawing

    # -- drawing ---------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        if self.app.no_color:
            self.shaded = False

    def on_resize(self) -> None:
        self._draw()

    def on_show(self) -> None:
        self._draw()

    def watch_view(self) -> None:
        self._draw()

    def watch_shaded(self) -> None:
        self._draw()

    def _draw(self) -> None:
        width, height = self.size.width, self.size.height - 1
        if self._mesh is None or width < 2 or height < 2 or not self.is_mounted:
            self.refresh()
            return
        if self._drawing:
            self._stale = True
            return
        self._drawing, self._stale = True, False
        arguments = (self._mesh, width, height, self.view, self.shaded)
        threading.Thread(target=self._work, args=arguments, name="cadagent-preview", daemon=True).start()

    def _work(self, mesh: Mesh, width: int, height: int, view: View, shaded: bool) -> None:
        began = time.perf_counter()
        strips = frame(mesh, width, height, view, shaded)
        seconds = time.perf_counter() - began
        if self.is_attached and self.app.is_running:
            self.app.call_later(self._took, mesh, strips, seconds)

    def _took(self, mesh: Mesh, strips: list[Strip], seconds: float) -> None:
        self._drawing = False
        if mesh is self._mesh:
            self._strips = strips
            self.refresh()
            self.post_message(self.Drawn(seconds))
        if self._stale:
            self._draw()

    def render_line(self, y: int) -> Strip:
        width, height = self.size.width, self.size.height
        style = self.rich_style
        if self._mesh is None:
            lines = visible(self._message).split("\n")
            first = max(0, (height - len(lines)) // 2)
            text = lines[y - first][:width].center(width) if first <= y < first + len(lines) else ""
            return Strip([Segment(text.ljust(width), style)], width)
        if y == height - 1:
            view = self.view
            zoom = f" ×{view.zoom:.1f}" if view.zoom != 1 else ""
            text = f" {size_text(self._box)}   {view.name}{zoom}"
            return Strip([Segment(text[:width].ljust(width), style + Style(bold=True))], width)
        if y < len(self._strips):
            return self._strips[y].apply_style(style).adjust_cell_length(width, style)
        return Strip.blank(width, style)

    # -- turning ---------------------------------------------------------------------------------------

    def action_turn(self, azimuth: float, elevation: float) -> None:
        self.view = turned(self.view, azimuth, elevation)

    def action_zoom(self, factor: float) -> None:
        self.view = zoomed(self.view, factor)

    def action_look(self, name: str) -> None:
        azimuth, elevation = VIEWS[name]
        self.view = View(azimuth, elevation)

    def action_lines(self) -> None:
        self.shaded = not self.shaded

    def action_sharp(self) -> None:
        if self._mesh is not None:
            self.post_message(self.Sharp(self._mesh, self._box, self.view))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self.focus()
        self._grabbed = event
        self.capture_mouse()

    def on_mouse_up(self) -> None:
        self._grabbed = None
        self.release_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._grabbed is not None:
            before, self._grabbed = self._grabbed, event
            across, down = event.screen_x - before.screen_x, event.screen_y - before.screen_y
            self.action_turn(-across * _PER_CELL, down * 2 * _PER_CELL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.action_zoom(1.1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.action_zoom(1 / 1.1)


def frame(mesh: Mesh, width: int, height: int, view: View, shaded: bool) -> list[Strip]:
    """One picture as strips of ``width`` cells."""
    from cadagent.kernel.picture import render_cells

    cells = render_cells(
        mesh,
        width,
        height,
        color=shaded,
        azimuth=view.azimuth,
        elevation=view.elevation,
        zoom=view.zoom,
    )
    return [_strip(line, width) for line in cells]


def _strip(line: Any, width: int) -> Strip:
    """One line of cells; neighbours of equal colours become one segment."""
    characters, front, back = line["char"].tolist(), line["fg"].tolist(), line["bg"].tolist()
    segments: list[Segment] = []
    start = 0
    for index in range(1, width + 1):
        if index == width or front[index] != front[start] or back[index] != back[start]:
            text = "".join(character or " " for character in characters[start:index])
            segments.append(Segment(text, _style(front[start], back[start])))
            start = index
    return Strip(segments, width)


@lru_cache(maxsize=8192)
def _style(front: int, back: int) -> Style:
    return Style(color=f"#{front:06x}" if front >= 0 else None, bgcolor=f"#{back:06x}" if back >= 0 else None)
