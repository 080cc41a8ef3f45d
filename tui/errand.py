"""A command of cadagent beside the screens: its last lines, and an orderly stop."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections import deque
from collections.abc import Sequence

_MAIN = "from cadagent.cli import main; main()"


class Errand:
    """One command in a process of its own, which goes on whatever screen is shown.

    Attributes:
        last: the latest lines that it said.
        code: how it ended; ``None`` before.
        good: codes with which it came to its end.
    """

    def __init__(
        self, arguments: Sequence[str], *, lines: int = 8, good: frozenset[int] = frozenset({0})
    ) -> None:
        """``arguments`` are those of the ``cadagent`` command."""
        self._arguments = arguments
        self._process: asyncio.subprocess.Process | None = None
        self.last: deque[str] = deque(["… starting"], maxlen=lines)
        self.code: int | None = None
        self.good = good
        self.under_way, self.stopping = True, False

    async def run(self) -> None:
        """Run it to its end; when this is cancelled, the command is stopped."""
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", _MAIN, *self._arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        assert self._process.stdout is not None
        try:
            async for line in self._process.stdout:
                self.last.append(line.decode(errors="replace").rstrip("\r\n"))
            self.code = await self._process.wait()
        finally:
            self.under_way = False
            self.stop()

    def stop(self) -> None:
        """Ask it to end, by the signal that Ctrl-C sends; the command itself keeps what it has done."""
        self.stopping = True
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGINT)
