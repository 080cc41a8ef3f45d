"""How things are told on a terminal: a listener of the agent's events, progress, and Ctrl-C."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
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
from cadagent.shell import printable

_MOST_FINDINGS = 8


_PLANS = {
    "prune": "leaving out what changes nothing",
    "repair": "trying again with the findings",
    "rewrite": "writing one operation anew",
    "step": "building it piece by piece",
    "fresh": "starting afresh",
}
"""What comes next, by strategy."""


class Teller:
    """Writes each event as it happens; streams the model's words where the output is a terminal."""

    def __init__(self, out: TextIO) -> None:
        self.out, self.live = out, out.isatty()

    def say(self, line: str = "", end: str = "\n") -> None:
        """One line of talk; where nobody listens any more, work goes on in silence."""
        with suppress(OSError):
            self.out.write(printable(line) + end)
            self.out.flush()

    def hear(self, event: Event) -> None:
        """Tell one event."""
        match event:
            case RunStarted(identity=identity):
                adapter = f" with adapter {identity.adapter}" if identity.adapter else ""
                self.say(f"model {identity.model}{adapter}")
            case AttemptStarted(number=number, strategy=strategy):
                self.say(f"attempt {number} ({strategy})" + ("" if self.live else " …"))
            case TokensStreamed(text=text) if self.live:
                self.say(text, end="")
            case AttemptValidated():
                self._attempt(event)
            case RepairPlanned(strategy=strategy, why=why):
                self.say(f"  {_PLANS.get(strategy, strategy)}: {why}")
            case Refused(message=message) | Asked(message=message):
                self.say(message)
            case Finished():
                self._end(event)
            case _:
                pass

    def _end(self, end: Finished) -> None:
        heads = {
            "valid, but check this:": end.check,
            "assumed, since the request does not say:": end.assumptions,
        }
        for head, texts in heads.items():
            if texts:
                self.say(head)
            for text in texts:
                self.say(f"  {text}")

    def _attempt(self, event: AttemptValidated) -> None:
        attempt = event.attempt
        if self.live:
            self.say()
        speed = attempt.tokens_out / attempt.seconds if attempt.seconds else 0.0
        verdict = "valid" if attempt.valid else "not valid"
        if attempt.report.reply is not None:
            verdict = "no design"
        elif attempt.finish == "cancelled":
            verdict = "stopped"
        self.say(f"  {verdict}: {attempt.tokens_out} tokens in {attempt.seconds:.1f} s ({speed:.0f}/s)")
        # What the design adds to the request is told at the end, of the best attempt only.
        findings = [
            f for f in attempt.report.findings if f.severity != "info" and attempt.finish != "cancelled"
        ]
        for finding in findings[:_MOST_FINDINGS]:
            self.say(f"  - {finding.one_line()}")
        more = len(findings) - _MOST_FINDINGS
        if more > 0:
            self.say(f"  - and {more + attempt.report.left_out} more findings")

    def progress(self, what: str) -> Callable[[int, int], None]:
        """Tells about a transfer in bytes: a bar redrawn on a terminal, a line every tenth elsewhere."""
        last = -1

        def show(done: int, total: int) -> None:
            nonlocal last
            percent = 100 * done // total if total else 0
            if percent == last or (not self.live and percent // 10 == last // 10 and percent < 100):
                return
            last = percent
            bar = "#" * (percent // 4) + "." * (25 - percent // 4)
            end = "\r" if self.live and percent < 100 else "\n"
            self.say(f"{what} [{bar}] {done / 1e6:.0f} of {total / 1e6:.0f} MB", end=end)

        return show


@contextmanager
def interruptible(cancel: threading.Event) -> Iterator[None]:
    """Let the first Ctrl-C set ``cancel``, so that work ends in order; a second one interrupts at once."""
    before = signal.getsignal(signal.SIGINT)

    def stop(*_: object) -> None:
        cancel.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def wants_color(stream: TextIO) -> bool:
    """Whether colours belong on a stream: a terminal, and nobody said otherwise (https://no-color.org)."""
    return stream.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"


def picture_size(stream: TextIO | None = None) -> tuple[int, int]:
    """Columns and rows for a picture: the terminal's, within bounds that keep it quick to read."""
    size = shutil.get_terminal_size((80, 24))
    if not (stream or sys.stdout).isatty():
        return 72, 24
    return max(20, min(size.columns - 2, 100)), max(8, min(size.lines - 6, 40))
