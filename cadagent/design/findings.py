"""The one type in which every check reports: printed for a person, fed back to the model, stored."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong (or worth knowing) about a design.

    Attributes:
        code: stable name, ``room.problem``, e.g. ``units.unknown``.
        message: one sentence for a person.
        pointer: JSON pointer (RFC 6901) into the document that was checked; ``""`` is the whole document.
        severity: ``error`` findings make a design invalid.
        line: 1-based line in the text that was checked, where there was a text.
        expected, actual: what the rule asked for and what it found, as short texts.
        hint: what to do about it.
        cause: pointer of the finding this one follows from; such consequences are folded when shown.
    """

    code: str
    message: str
    pointer: str = ""
    severity: Severity = "error"
    line: int | None = None
    expected: str | None = None
    actual: str | None = None
    hint: str | None = None
    cause: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The finding as a JSON-ready dict without empty fields."""
        return {key: value for key, value in asdict(self).items() if value not in (None, "")}

    def one_line(self) -> str:
        """``error units.unknown at /units (line 2): … expected mm, found furlong. Hint: …`` on one line."""
        where = f" at {self.pointer}" if self.pointer else ""
        if self.line is not None:
            where += f" (line {self.line})"
        text = f"{self.severity} {self.code}{where}: {self.message}"
        if self.expected is not None or self.actual is not None:
            pairs = [("expected", self.expected), ("found", self.actual)]
            text += " " + ", ".join(f"{name} {value}" for name, value in pairs if value is not None) + "."
        if self.hint:
            text += f" Hint: {self.hint}"
        return " ".join(text.split())
