"""Training records: chat messages and the answer they should get, as text and as tokens.

A file of records holds one JSON object a line: ``messages`` (a list of ``{"role", "content"}``) or ``prompt``
(a request, put as the first attempt puts it), ``completion`` (the answer, without the token that ends it)
and whatever else its maker wants to keep. Names that end in ``.gz`` or ``.xz`` are read through the
decompressor.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import lzma
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from cadagent.agent.prompts import clean_request, first_prompt
from cadagent.errors import InputError
from cadagent.generation.protocol import Message
from cadagent.generation.templates import render_chat
from cadagent.generation.torch.chat import render
from cadagent.malformed import in_line

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import PreTrainedTokenizerBase

IGNORED = -100
"""Label of a token that carries no loss."""

_RECORDS_OF_A_PROCESS = 4_000


@dataclass(frozen=True)
class Record:
    """One request and its answer; ``extra`` keeps the fields that training does not read."""

    messages: tuple[Message, ...]
    completion: str | None
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def prompt(self) -> str:
        """The prompt text, to the character what the running system sends to the embedded model."""
        return render_chat(self.messages)


def open_text(path: Path) -> IO[str]:
    """A text file, decompressed on the fly where its name says so."""
    opener: Any = {".gz": gzip.open, ".xz": lzma.open}.get(path.suffix, open)
    try:
        handle: IO[str] = opener(path, "rt", encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    return handle


def report_path(path: Path) -> Path:
    """Where the report on a file of samples lies: beside it."""
    stem = path.name.removesuffix(path.suffix) if path.suffix in (".gz", ".xz") else path.name
    return path.with_name(f"{stem.removesuffix('.jsonl')}.report.json")


def report_of(path: Path) -> dict[str, Any] | None:
    """What its maker has written down about a file of samples, e.g. the overlap with evaluation prompts."""
    beside = report_path(path)
    if not beside.is_file():
        return None
    try:
        report = json.loads(beside.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{beside} cannot be read: {error}") from error
    return dict(report) if isinstance(report, dict) else None


def read_records(paths: Sequence[Path], *, answered: bool = True, limit: int | None = None) -> list[Record]:
    """The records of some files, in order.

    Args:
        answered: every record must have a ``completion``.
        limit: stop after so many records.

    Raises:
        InputError: a file cannot be read, or one of its lines is not a record; the message names the line.
    """
    records: list[Record] = []
    for path in paths:
        for number, row in _rows(path):
            if limit is not None and len(records) >= limit:
                return records
            try:
                messages = _messages(row)
            except (KeyError, TypeError) as error:
                raise InputError(
                    f"{path}:{number}: a record needs a prompt, or messages with role and content"
                ) from error
            completion = row.pop("completion", None)
            if answered and not isinstance(completion, str):
                raise InputError(f"{path}:{number}: a training record needs a completion")
            records.append(Record(messages, completion, row))
    if not records:
        raise InputError(f"no records in {', '.join(map(str, paths))}")
    return records


def digest(records: Sequence[Record]) -> str:
    """SHA-256 over prompts and completions, in order: names the data in a run card."""
    total = hashlib.sha256()
    for record in records:
        for text in (record.prompt, record.completion or ""):
            # Lengths first, so that moving a character from one text to the next changes the hash.
            data = text.encode()
            total.update(len(data).to_bytes(8, "big") + data)
    return total.hexdigest()


def encode(
    records: Sequence[Record], tokenizer: PreTrainedTokenizerBase, *, max_tokens: int, workers: int = 1
) -> Dataset:
    """Tokenised records for a trainer: columns ``input_ids``, ``labels`` and ``length``.

    Prompt and completion are tokenised apart, as happens at run time, where the prompt is all the engine
    gets; the prompt carries no loss. The token that ends a turn is the last label. The prompt's text follows
    the tokenizer's own chat format (:func:`cadagent.generation.torch.chat.render`).

    Raises:
        InputError: a record is longer than ``max_tokens``. Cutting it would teach the model to stop early.
    """
    from datasets import Dataset

    texts = Dataset.from_dict(
        {
            "prompt": [render(record.messages, tokenizer) for record in records],
            "completion": [f"{record.completion}{tokenizer.eos_token}" for record in records],
        }
    )

    def tokenise(batch: dict[str, list[str]]) -> dict[str, list[Any]]:
        prompts = tokenizer(batch["prompt"], add_special_tokens=False)["input_ids"]
        completions = tokenizer(batch["completion"], add_special_tokens=False)["input_ids"]
        pairs = list(zip(prompts, completions, strict=True))
        return {
            "input_ids": [prompt + completion for prompt, completion in pairs],
            "labels": [[IGNORED] * len(prompt) + completion for prompt, completion in pairs],
            "length": [len(prompt) + len(completion) for prompt, completion in pairs],
        }

    # A process takes longer to start than some thousand records to tokenise.
    processes = min(workers, -(-len(records) // _RECORDS_OF_A_PROCESS))
    encoded: Dataset = texts.map(
        tokenise,
        batched=True,
        num_proc=processes if processes > 1 else None,
        remove_columns=["prompt", "completion"],
        desc="tokenising",
    )
    lengths = encoded["length"][:]
    longest = max(range(len(lengths)), key=lengths.__getitem__)
    if lengths[longest] > max_tokens:
        raise InputError(
            f"record {longest + 1} has {lengths[longest]} tokens and the limit is {max_tokens}: raise the "
            "limit or drop the record; its end would be cut off"
        )
    return encoded


def _messages(row: dict[str, Any]) -> tuple[Message, ...]:
    if "messages" in row:
        return tuple(Message(turn["role"], turn["content"]) for turn in row.pop("messages"))
    return tuple(first_prompt(clean_request(row.pop("prompt"))))


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    with open_text(path) as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as error:
                raise InputError(f"{path}:{number}: not JSON ({in_line(error)})") from error
            if not isinstance(row, dict):
                raise InputError(f"{path}:{number}: a record is a JSON object")
            yield number, row
