"""How patient cadagent is with a server."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """How a server is treated.

    Attributes:
        connect_seconds: for the connection to come about.
        silent_seconds: without a byte, after which the server counts as stuck.
        at_once: requests that are under way at the same time; others wait.
    """

    connect_seconds: float = 10.0
    silent_seconds: float = 120.0
    at_once: int = 4
