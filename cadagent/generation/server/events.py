"""Server-sent events: the lines in which a streamed answer comes.

Format after https://html.spec.whatwg.org/multipage/server-sent-events.html, of which the chat protocol uses
one ``data:`` line for an event.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

MOST_LINE = 1 << 20
"""Bytes of one line: a server that sends no line ends must not fill the memory."""

DONE = "[DONE]"


class BadStream(ValueError):
    """What came is no stream of JSON events."""


class EventStream:
    """Takes bytes as they come and gives the events that are complete.

    Attributes:
        done: the server has said that nothing more follows.
    """

    def __init__(self) -> None:
        self.done = False
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[dict[str, Any]]:
        """The events that end in ``data``.

        Raises:
            BadStream: a line is endless or is no event.
        """
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > MOST_LINE:
            raise BadStream("a line without end")
        for line in lines:
            event = self._event(line.rstrip(b"\r"))
            if event is not None:
                yield event

    def _event(self, line: bytes) -> dict[str, Any] | None:
        name, colon, value = line.partition(b":")
        if not name or name in (b"event", b"id", b"retry"):
            return None  # between two events, a comment that keeps the connection alive, or of no interest
        if not colon or name not in (b"data", b"error"):
            raise BadStream(f"the line {line[:40].decode(errors='replace')!r}")
        text = value.strip().decode(errors="replace")
        if text == DONE or not text:
            self.done = self.done or text == DONE
            return None
        try:
            event = json.loads(text)
        except (ValueError, RecursionError):
            raise BadStream(f"the event {text[:40]!r}") from None
        if not isinstance(event, dict):
            raise BadStream(f"the event {text[:40]!r}")
        # llama-server names the error in the line itself.
        return {"error": event} if name == b"error" else event
