"""Checkpoints of a run: which run they belong to, and the last of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cadagent.errors import InputError

_MARK = "run.json"


def mark_run(out: Path, origin: dict[str, Any]) -> None:
    """Write down what the checkpoints in ``out`` are made from."""
    folder = out / "checkpoints"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _MARK).write_text(json.dumps(origin, indent=1) + "\n")


def last_checkpoint(out: Path, origin: dict[str, Any]) -> Path:
    """The last checkpoint of the run in ``out``.

    Raises:
        InputError: there is none, or it was made with other data, another base model or other settings.
    """
    folder = out / "checkpoints"
    numbered = {
        int(path.name.rpartition("-")[2]): path
        for path in folder.glob("checkpoint-*")
        if path.name.rpartition("-")[2].isdecimal() and (path / "trainer_state.json").is_file()
    }
    if not numbered:
        raise InputError(f"there is no checkpoint in {folder} to go on from")
    try:
        before = json.loads((folder / _MARK).read_text())
    except (OSError, ValueError) as error:
        raise InputError(f"{folder / _MARK} cannot be read: {error}") from error
    for name, now in origin.items():
        if before.get(name) != now:
            raise InputError(f"the run in {out} had another {name}: go on with the same, or start anew")
    return numbered[max(numbered)]
