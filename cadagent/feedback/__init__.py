"""The store: every request, run, attempt and finding, kept in one SQLite file."""

from cadagent.feedback.records import Attempt, NewAttempt, NewRun, Run, RunEnd, RunStatus, normalise_request
from cadagent.feedback.store import Store, open_store

__all__ = [
    "Attempt",
    "NewAttempt",
    "NewRun",
    "Run",
    "RunEnd",
    "RunStatus",
    "Store",
    "normalise_request",
    "open_store",
]
