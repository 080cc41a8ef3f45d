"""Ctrl-C in a round: answers end in order, and a training, which cannot, is broken off at its checkpoint."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def stopping(cancel: threading.Event) -> Iterator[None]:
    """Ctrl-C sets ``cancel`` for whoever looks at it, and interrupts the main thread at once."""
    before = signal.getsignal(signal.SIGINT)

    def stop(signum: int, frame: object) -> None:
        cancel.set()
        signal.default_int_handler(signum, None)

    signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
