"""A run in a thread of its own, heard through a queue that a screen empties at its own pace."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from cadagent.errors import CadAgentError, StoreError

if TYPE_CHECKING:
    from cadagent.agent import Event
    from tui.desk import Desk

APPENDS_PER_SECOND = 20
"""How often a screen takes what came: more appends a second make a terminal lag."""


@dataclass(frozen=True)
class Failed:
    """The run could not go on; ``message`` is one line for a person."""

    message: str


class Running:
    """One run under way.

    The thread is a daemon: quitting never waits for a model or for a build, and what was done is stored by
    the loop attempt by attempt.
    """

    def __init__(self, desk: Desk, request: str, turn: str, design: dict[str, Any] | None = None) -> None:
        """``design`` is what the request changes; a new part is asked for where there is none."""
        self.request, self.turn, self.design = request, turn, design
        self.run_id: str | None = None
        self.began = time.monotonic()
        self._desk = desk
        self._cancel = threading.Event()
        self._events: deque[Event | Failed] = deque()
        self._ended = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._work, name="cadagent-run", daemon=True).start()

    def cancel(self) -> None:
        """Ask the run to stop; it ends soon, as interrupted."""
        self._cancel.set()

    @property
    def cancelled(self) -> bool:
        return self._cancel.is_set()

    @property
    def ended(self) -> bool:
        """The thread is done and everything it said has been taken."""
        return self._ended.is_set() and not self._events

    @property
    def seconds(self) -> float:
        """How long it has been going on."""
        return time.monotonic() - self.began

    def wait(self, seconds: float) -> bool:
        """Wait for the thread's end; whether it came."""
        return self._ended.wait(seconds)

    def take(self) -> list[Event | Failed]:
        """What happened since the last call, with neighbouring pieces of one answer joined."""
        from cadagent.agent import TokensStreamed

        taken: list[Event | Failed] = []
        while self._events:
            event = self._events.popleft()
            last = taken[-1] if taken else None
            if (
                isinstance(event, TokensStreamed)
                and isinstance(last, TokensStreamed)
                and event.number == last.number
            ):
                taken[-1] = replace(last, text=last.text + event.text, tokens=last.tokens + event.tokens)
            else:
                taken.append(event)
        return taken

    def _work(self) -> None:
        from cadagent.agent import RunStarted
        from cadagent.agent import run as run_agent

        desk = self._desk
        try:
            events = run_agent(
                self.request,
                model=desk.model(),
                design=self.design,
                settings=desk.settings,
                store=desk.store,
                cancel=self._cancel,
            )
            for event in events:
                if isinstance(event, RunStarted) and event.run_id is not None:
                    self.run_id = event.run_id
                    desk.chats.add_run(self.turn, event.run_id)
                self._events.append(event)
        except CadAgentError as error:
            kept = "" if isinstance(error, StoreError) else " What was done is stored."
            self._events.append(Failed(f"{error}{kept if self.run_id else ''}"))
        except Exception as error:  # noqa: BLE001 – whatever breaks, the screen says so and lives on
            self._events.append(Failed(f"Unexpected {type(error).__name__}: {error}"))
        finally:
            self._ended.set()
