"""The store: requests, runs, attempts and findings, chats, and what people decided, in one SQLite file."""

from cadagent.feedback.chats import Chat, Chats, Turn
from cadagent.feedback.decisions import REASONS, Correction, Decisions, Verdict, VerdictKind, unified, why_not
from cadagent.feedback.pairs import accepted_pairs, write_pairs
from cadagent.feedback.records import Attempt, NewAttempt, NewRun, Run, RunEnd, RunStatus, normalise_request
from cadagent.feedback.reviewing import Filter, Queue, Waiting
from cadagent.feedback.store import Store, open_store

__all__ = [
    "REASONS",
    "Attempt",
    "Chat",
    "Chats",
    "Correction",
    "Decisions",
    "Filter",
    "NewAttempt",
    "NewRun",
    "Queue",
    "Run",
    "RunEnd",
    "RunStatus",
    "Store",
    "Turn",
    "Verdict",
    "VerdictKind",
    "Waiting",
    "accepted_pairs",
    "normalise_request",
    "open_store",
    "unified",
    "why_not",
    "write_pairs",
]
