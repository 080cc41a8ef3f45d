"""What a row must be before it is taken in from elsewhere: nothing can delete it again."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from cadagent.errors import InputError
from cadagent.feedback.records import RUN_STATUSES

_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z")
_TIMES = frozenset({"started", "ended", "finished", "written", "decided"})
_OBJECTS = frozenset({"settings", "design", "measurement"})
_MOST = 2**63 - 1
"""SQLite's largest whole number."""


def check_row(table: str, row: Mapping[str, Any], kinds: Mapping[str, str]) -> None:
    """Refuse a row that the store would take and its readers would fail on.

    Args:
        row: its columns, all of them.
        kinds: type of each column as SQLite declares it: TEXT, INTEGER or REAL.

    Raises:
        InputError: says which column is wrong, and what it should be.
    """
    for name, value in row.items():
        if value is not None and (wanted := _wanted(table, name, value, kinds[name])):
            raise InputError(f"{table}.{name} should be {wanted}.")


def _wanted(table: str, name: str, value: Any, kind: str) -> str:
    """What a value should be; empty when it is that."""
    if kind == "INTEGER":
        whole = isinstance(value, int) and abs(value) <= _MOST
        if name == "valid":
            return "" if whole and value in (0, 1) else "0 or 1"
        return "" if whole else "a whole number"
    if kind == "REAL":
        number = isinstance(value, int | float) and abs(value) < _MOST and math.isfinite(value)
        return "" if number else "a number"
    if not isinstance(value, str):
        return "text"
    if name in _TIMES and not _TIME.fullmatch(value):
        return "a time such as 2026-11-22T10:30:00.000Z"
    if table == "run_ends" and name == "status" and value not in RUN_STATUSES:
        return f"one of {', '.join(RUN_STATUSES)}"
    if name in _OBJECTS and not isinstance(_json(value), dict):
        return "a JSON object"
    return "" if name != "document" or _json(value) is not None else "JSON"


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
