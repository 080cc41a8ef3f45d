"""Export of what people accepted or corrected, as pairs of prompt and completion for fine-tuning."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from cadagent.design import compact, dumps
from cadagent.errors import InputError
from cadagent.feedback.store import Store
from cadagent.feedback.values import from_json


def accepted_pairs(store: Store) -> list[dict[str, Any]]:
    """One row for each run whose standing verdict is ``accept`` or ``correct``, oldest run first.

    ``prompt`` holds the messages of the run's first attempt, ``completion`` the design that the person stood
    by, as a model writes it.
    """
    rows = store.query(
        """SELECT v.run, v.kind, requests.text AS request, coalesce(c.design, a.document) AS design,
            coalesce(c.digest, a.digest) AS digest, runs.model, runs.adapter
        FROM standing_verdicts AS v JOIN runs ON runs.id = v.run JOIN requests ON requests.id = runs.request
        LEFT JOIN attempts AS a ON a.run = v.run AND a.number = v.attempt
        LEFT JOIN corrections AS c ON c.id = v.correction
        WHERE v.kind IN ('accept', 'correct') ORDER BY runs.rowid""",
        {},
    )
    pairs = []
    for row in rows:
        messages = store.query(
            """SELECT messages.role, messages.content FROM attempt_messages AS link
            JOIN messages ON messages.id = link.message JOIN attempts ON attempts.id = link.attempt
            WHERE attempts.run = :run AND attempts.number = 1 ORDER BY link.position""",
            {"run": row["run"]},
        )
        pairs.append(
            {
                "prompt": messages,
                "completion": [{"role": "assistant", "content": dumps(compact(from_json(row["design"])))}],
                "verdict": row["kind"],
                "request": row["request"],
                "run": row["run"],
                "digest": row["digest"],
                "model": row["model"],
                "adapter": row["adapter"],
            }
        )
    return pairs


def write_pairs(store: Store, path: Path) -> int:
    """Write the pairs as JSON lines, the whole file or nothing; returns how many.

    Raises:
        InputError: the file is there already or cannot be written.
    """
    pairs = accepted_pairs(store)
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        if path.exists():
            raise InputError(f"{path} is there already and is never written over; name another file.")
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            partial.write_text(
                "".join(json.dumps(pair, ensure_ascii=False) + "\n" for pair in pairs), encoding="utf-8"
            )
            partial.rename(path)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}.") from error
    return len(pairs)
