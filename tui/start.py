"""From settings to a running application, and an orderly end."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from cadagent.errors import CadAgentError
from cadagent.settings import Settings
from tui.app import CadAgentApp
from tui.desk import Desk
from tui.preferences import Preferences, load_preferences


def in_browser() -> bool:
    """Whether textual-serve runs this process: it then draws in a browser, through stdout."""
    return "TEXTUAL_DRIVER" in os.environ


def run_application(settings: Settings, review: str | None = None) -> None:
    """Run until the person leaves.

    Raises:
        StoreError: the database cannot be used.
        Exception: a defect ended the application.
    """
    problem = None
    try:
        preferences = load_preferences()
    except CadAgentError as error:
        preferences, problem = Preferences(), str(error)
    desk = Desk(settings)
    app = CadAgentApp(desk, preferences, review=review, problem=problem)
    with _own_terminal():
        app.run()
    desk.close()
    if app.failure is not None:
        raise app.failure


@contextmanager
def _own_terminal() -> Iterator[None]:
    """Keep native libraries, which write to the descriptors behind Python's back, off the screen."""
    kept = [(1, sys.__stdout__), (2, sys.__stderr__)]
    screens = [os.dup(number) for number, _ in kept]
    nowhere = os.open(os.devnull, os.O_WRONLY)
    sys.__stdout__ = open(screens[0], "w", encoding="utf-8")  # type: ignore[misc]  # noqa: PTH123, SIM115
    sys.__stderr__ = open(screens[1], "w", encoding="utf-8")  # type: ignore[misc]  # noqa: PTH123, SIM115
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        for (number, stream), screen, own in zip(
            kept, screens, (sys.__stdout__, sys.__stderr__), strict=True
        ):
            own.flush()
            os.dup2(screen, number)
            own.close()
            if number == 1:
                sys.__stdout__ = stream  # type: ignore[misc]
            else:
                sys.__stderr__ = stream  # type: ignore[misc]
        os.close(nowhere)
