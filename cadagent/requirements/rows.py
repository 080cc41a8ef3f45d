"""One row of the table asked against built."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cadagent.requirements.extract import Requirement

EXACT = 2.5e-3
"""Relative deviation that still counts as the figure: people measure and round."""
LOOSE = 3e-2
"""The same for hedged figures."""
State = Literal["held", "missing", "wrong", "unclear"]


@dataclass(frozen=True)
class Row:
    """One line of the table asked against built.

    Attributes:
        requirement: what was asked, with its place in the text.
        state: ``held``, ``missing`` (nothing on the solid measures that), ``wrong`` (the thing is there and
            measures something else) or ``unclear`` (cannot be told).
        asked: the figure in millimetres, degrees or as a count.
        measured: what the solid measures there, in the same unit; ``None`` where nothing corresponds.
    """

    requirement: Requirement
    state: State
    asked: float
    measured: float | None = None
    pointer: str = ""

    @property
    def unmet(self) -> bool:
        """Whether the solid certainly does not hold it."""
        return self.state in ("missing", "wrong")
