"""The agent: one loop of generate → validate → repair, told as a stream of events."""

from cadagent.agent.events import (
    Asked,
    Attempt,
    AttemptStarted,
    AttemptValidated,
    Event,
    Finished,
    Refused,
    RepairPlanned,
    RunStarted,
    TokensStreamed,
)
from cadagent.agent.loop import Keep, run

__all__ = [
    "Asked",
    "Attempt",
    "AttemptStarted",
    "AttemptValidated",
    "Event",
    "Finished",
    "Keep",
    "Refused",
    "RepairPlanned",
    "RunStarted",
    "TokensStreamed",
    "run",
]
