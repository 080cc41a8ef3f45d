"""How a run is told on a terminal: one listener of the agent's events, writing plain text."""

from __future__ import annotations

import os
import re
import shutil
import sys
from typing import TextIO

from cadagent.agent.events import (
    Asked,
    AttemptStarted,
    AttemptValidated,
    Event,
    Finished,
    Refused,
    RepairPlanned,
    RunStarted,
    TokensStreamed,
)

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def printable(text: str) -> str:
    """Text without characters that could act on a terminal."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


class Teller:
    """Writes each event as it happens; streams the model's words where the output is a terminal."""

    def __init__(self, out: TextIO) -> None:
        self.out, self.live = out, out.isatty()

    def say(self, line: str = "", end: str = "\n") -> None:
        """One line of talk."""
        self.out.write(printable(line) + end)
        self.out.flush()

    def hear(self, event: Event) -> None:
        """Tell one event."""
        match event:
            case RunStarted():
                pass
            case AttemptStarted(number=number, strategy=strategy):
                self.say(f"attempt {number} ({strategy})" + ("" if self.live else " …"))
            case TokensStreamed(text=text) if self.live:
                self.say(text, end="")
            case AttemptValidated(attempt=attempt):
                if self.live:
                    self.say()
                speed = attempt.tokens_out / attempt.seconds if attempt.seconds else 0.0
                verdict = "valid" if attempt.report.valid else "not valid"
                if attempt.report.reply is not None:
                    verdict = "no design"
                self.say(f"  {verdict}: {attempt.tokens_out} tokens in {attempt.seconds:.1f} s ({speed:.0f}/s)")
                for finding in attempt.report.findings[:8]:
                    self.say(f"  - {finding.one_line()}")
                if len(attempt.report.findings) > 8:
                    self.say(f"  - and {len(attempt.report.findings) - 8} more findings")
            case RepairPlanned(strategy=strategy):
                self.say("  trying again with the findings" if strategy == "repair" else "  starting afresh")
            case Refused(message=message) | Asked(message=message):
                self.say(message)
            case Finished(assumptions=assumptions):
                if assumptions:
                    self.say("assumed, since the request does not say: " + "; ".join(assumptions))
            case _:
                pass


def wants_color(stream: TextIO) -> bool:
    """Whether colours belong on a stream: a terminal, and nobody said otherwise (https://no-color.org)."""
    return stream.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"


def picture_size(stream: TextIO | None = None) -> tuple[int, int]:
    """Columns and rows for a picture: the terminal's, within bounds that keep it quick to read."""
    size = shutil.get_terminal_size((80, 24))
    if not (stream or sys.stdout).isatty():
        return 72, 24
    return max(20, min(size.columns - 2, 100)), max(8, min(size.lines - 6, 40))
