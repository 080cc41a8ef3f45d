"""How long a person really looked at something."""

from __future__ import annotations

import time

IDLE = 60.0
"""Seconds without a key or a mouse move after which nobody counts as looking."""


class Attention:
    """A clock that runs while the person does something now and then."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Begin anew: something else is looked at."""
        self._spent, self._last = 0.0, time.monotonic()

    def noticed(self) -> None:
        """The person did something."""
        now = time.monotonic()
        self._spent += min(now - self._last, IDLE)
        self._last = now

    @property
    def seconds(self) -> float:
        """Seconds spent so far; a gap counts for at most ``IDLE``."""
        return self._spent + min(time.monotonic() - self._last, IDLE)
