"""Keeps evaluation wording out of the data: no sample shares a run of eight words with a prompt there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from cadagent.errors import InputError

RUN = 8
_WORD = re.compile(r"\d+(?:[.,/]\d+)*|\.\d+|[^\W\d_]+")


def masked_words(text: str) -> list[str]:
    """The words in lower case, each number replaced by ``#``."""
    return ["#" if word[0].isdigit() or word[0] == "." else word for word in _WORD.findall(text.lower())]


def runs(text: str) -> Iterator[tuple[str, ...]]:
    """All runs of eight masked words; runs of numbers alone, as in lists of points, are not wording."""
    words = masked_words(text)
    found = (tuple(words[start : start + RUN]) for start in range(len(words) - RUN + 1))
    return (run for run in found if any(word != "#" for word in run))


class Overlap:
    """The 8-word runs of all evaluation prompts."""

    def __init__(self, prompts: Iterable[str]) -> None:
        self.runs: set[tuple[str, ...]] = set()
        self.prompts = 0
        for prompt in prompts:
            self.prompts += 1
            self.runs.update(runs(prompt))

    @classmethod
    def of_files(cls, files: Iterable[Path]) -> Overlap:
        """From JSONL (every text in a row counts) or plain text files (one prompt a line).

        Raises:
            InputError: a file cannot be read.
        """
        return cls(prompt for file in files for prompt in _prompts(file))

    def shares(self, text: str) -> bool:
        """Whether the text has a run of eight words in common with any evaluation prompt."""
        return any(run in self.runs for run in runs(text))


def _prompts(file: Path) -> Iterator[str]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file} cannot be read: {error}") from error
    for number, line in enumerate(lines, start=1):
        if file.suffix != ".jsonl":
            yield line
        elif line.strip():
            try:
                values = json.loads(line).values()
            except (ValueError, AttributeError) as error:
                raise InputError(f"{file}:{number}: not a JSON object") from error
            yield from (value for value in values if isinstance(value, str))
