"""What people stood by, written as a model writes it: the answer that training data teaches."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from cadagent.design import DesignError, compact, digest, dumps
from cadagent.feedback.grouping import geometry_key
from cadagent.feedback.values import from_json


def keep_completion(db: Database, design: str | None, measurement: str | None) -> bool:
    """Store a design under its digest, inside a transaction; whether it is one.

    Args:
        design: a document as JSON.
        measurement: of its solid, as JSON.
    """
    document = from_json(design)
    if not isinstance(document, dict):
        return False
    try:
        row: list[Any] = [digest(document), dumps(compact(document)), geometry_key(from_json(measurement))]
    except DesignError:
        return False
    db.execute("INSERT OR IGNORE INTO completions (digest, text, geometry) VALUES (?, ?, ?)", row)
    return True
