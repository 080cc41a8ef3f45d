"""Two attempts side by side or unified, with what their solids measure."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.keys import bindings
from tui.results import SIGNS, Result
from tui.text import ELLIPSIS, plain, size_text, visible

_MOST_LINES = 3000
_CONTEXT = 3


class DiffPane(VerticalScroll, can_focus=True):
    """The chosen attempt against another; ``[`` and ``]`` choose the other."""

    DEFAULT_CSS = """
    DiffPane { padding: 0 1; scrollbar-size-vertical: 1; }
    DiffPane Static { height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("diff")]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._results: Sequence[Result] = ()
        self._shown = self._base = 0
        self.side_by_side = False

    def compose(self) -> ComposeResult:
        yield Static("", classes="head")
        yield Static("", classes="lines")

    def show(self, results: Sequence[Result], shown: int) -> None:
        """Compare ``results[shown]``, at first with the attempt before it (or after it, for the first)."""
        self._results, self._shown = results, shown
        self._base = shown - 1 if shown > 0 else min(1, max(0, len(results) - 1))
        self._tell()

    def action_layout(self) -> None:
        self.side_by_side = not self.side_by_side
        self._tell()

    def action_base(self, step: int) -> None:
        if len(self._results) > 1:
            self._base = (self._base + step) % len(self._results)
            if self._base == self._shown:
                self._base = (self._base + step) % len(self._results)
            self._tell()

    def on_resize(self) -> None:
        if self.side_by_side:
            self._tell()

    def _tell(self) -> None:
        head, lines = self.query_one(".head", Static), self.query_one(".lines", Static)
        if len(self._results) < 2:
            head.update(plain("There is only one attempt; nothing to compare it with.", "$foreground-muted"))
            lines.update("")
            return
        old, new = self._results[self._base], self._results[self._shown]
        facts = (_facts("−", old, self._place(self._base)), _facts("+", new, self._place(self._shown)))
        head.update(Content.assemble(facts[0], "\n", facts[1], "\n"))
        before, after = _lines(old), _lines(new)
        if before == after:
            lines.update(plain("Both say the same.", "$foreground-muted"))
        elif max(len(before), len(after)) > _MOST_LINES:
            lines.update(plain("These designs are too long to compare line by line.", "$foreground-muted"))
        elif self.side_by_side:
            lines.update(_columns(before, after, max(30, self.content_size.width)))
        else:
            lines.update(_unified(before, after))

    def _place(self, index: int) -> str:
        """Which attempt this is, with its request where there are several."""
        runs = list(dict.fromkeys(result.run for result in self._results))
        result = self._results[index]
        request = f"request {runs.index(result.run) + 1}, " if len(runs) > 1 else ""
        return f"{request}attempt {result.number}"


def _lines(result: Result) -> list[str]:
    """The design with one key a line, so that a change of one figure is one line; else the text."""
    if result.document is None:
        return visible(result.text).split("\n")
    return visible("\n".join(_laid_out(result.document))).split("\n")


def _laid_out(value: Any, key: str = "", indent: str = "") -> Iterator[str]:
    head = f"{indent}{json.dumps(key, ensure_ascii=False)}: " if key else indent
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if not any(isinstance(one, dict | list) for one in inner) and not (isinstance(value, dict) and value):
        yield head + json.dumps(value, ensure_ascii=False)
        return
    left, right = "{}" if isinstance(value, dict) else "[]"
    yield head + left
    for name, one in value.items() if isinstance(value, dict) else (("", one) for one in value):
        yield from _laid_out(one, name, indent + "  ")
    yield indent + right


def _facts(sign: str, result: Result, place: str) -> Content:
    """One line on an attempt: state, box and volume."""
    solid = "no solid"
    if result.size is not None and result.volume is not None:
        solid = f"{size_text(result.size)}, {result.volume:,.6g} mm³"
    text = f"{sign} {place} ({visible(result.strategy)})  {SIGNS[result.state]} {result.state}  {solid}"
    return plain(text, "bold")


def _unified(before: list[str], after: list[str]) -> Content:
    styles = {"+": "$text-success", "-": "$text-error", "@": "$text-primary"}
    lines = list(difflib.unified_diff(before, after, lineterm="", n=_CONTEXT))[2:]
    parts = [plain(f"{line}\n", styles.get(line[:1], "")) for line in lines]
    return Content.assemble(*parts)


def _columns(before: list[str], after: list[str], width: int) -> Content:
    half = (width - 3) // 2
    parts: list[Content] = []
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for kind, a0, a1, b0, b1 in matcher.get_opcodes():
        left, right = before[a0:a1], after[b0:b1]
        if kind == "equal" and len(left) > 2 * _CONTEXT:
            skipped = len(left) - 2 * _CONTEXT
            left = [*left[:_CONTEXT], f"{ELLIPSIS} {skipped} lines", *left[-_CONTEXT:]]
            right = left
        for index in range(max(len(left), len(right))):
            one = left[index] if index < len(left) else ""
            other = right[index] if index < len(right) else ""
            middle = " │ " if kind == "equal" else f" {'<' if not other else '>' if not one else '≠'} "
            parts.append(plain(_cell(one, half), "" if kind == "equal" else "$text-error"))
            parts.append(plain(middle, "bold"))
            parts.append(plain(_cell(other, half) + "\n", "" if kind == "equal" else "$text-success"))
    return Content.assemble(*parts)


def _cell(text: str, width: int) -> str:
    return text[: width - 1] + ELLIPSIS if len(text) > width else text.ljust(width)
