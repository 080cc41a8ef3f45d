"""Export of what people accepted or corrected, as one file of pairs of prompt and completion."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cadagent.feedback.export_files import whole_or_nothing
from cadagent.feedback.exports import Export
from cadagent.feedback.store import Store


def accepted_pairs(store: Store) -> list[dict[str, Any]]:
    """The rows of the format ``sft``, oldest run first; each says by itself whether it is held out."""
    with store.reading():
        return list(Export(store).rows("sft"))


def write_pairs(store: Store, path: Path) -> int:
    """Write the pairs as JSON lines, the whole file or nothing; returns how many.

    Raises:
        InputError: the file is there already or cannot be written.
    """
    pairs = accepted_pairs(store)
    with whole_or_nothing(path) as partial:
        partial.write_text(
            "".join(json.dumps(pair, ensure_ascii=False) + "\n" for pair in pairs), encoding="utf-8"
        )
    return len(pairs)
