"""Speed of a model on given prompts: writing free and held to a schema, a first answer and a repair."""

from __future__ import annotations

import difflib
import json
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from cadagent.generation.protocol import Message, Model

UNCHANGED = 0.8
"""Repairs count of which at least this share of the text is as before."""

_FIGURE = re.compile(r"(?<=[:\[,])\d+(?:\.\d+)?(?=[,\]}])")


@dataclass(frozen=True)
class Case:
    """A request as prompts.

    Attributes:
        first: asks for a design.
        repair: makes the prompt that asks for a repair, from a design's text and a finding.
        rewrite: the same for a repair of one operation, with the schema of the answer; None where the text
            has no operations.
    """

    first: list[Message]
    repair: Callable[[str, str], list[Message]]
    rewrite: Callable[[str, str], tuple[list[Message], dict[str, Any]] | None]


@dataclass(frozen=True)
class Figures:
    """Medians over the cases; None where there is no case to tell.

    Attributes:
        raw, held: tokens a second after the first one, free and held to the schema, on the same read prompt.
        held_of_raw: the second over the first.
        first_token: seconds from the request to the first text.
        first_answer, repair: seconds of a whole answer held to the schema, prompt included.
        repair_of_first: the second over the first, for repairs that leave most of the text unchanged.
        rewrite, rewrite_of_first: the same for repairs that write one operation only.
        cached: share of a repair's prompt that the engine had read before, where it says.
        tokens: of a first answer.
        memory: mebibytes by which the process grew, where that can be seen.
    """

    raw: float | None
    held: float | None
    held_of_raw: float | None
    first_token: float | None
    first_answer: float | None
    repair: float | None
    repair_of_first: float | None
    rewrite: float | None
    rewrite_of_first: float | None
    cached: float | None
    tokens: float | None
    memory: float | None

    def as_dict(self) -> dict[str, float | None]:
        return asdict(self)


@dataclass(frozen=True)
class _Answer:
    text: str
    tokens: int
    seconds: float
    first: float
    finish: str
    cached: float | None

    @property
    def speed(self) -> float | None:
        """Tokens a second, once writing has begun."""
        return (self.tokens - 1) / (self.seconds - self.first) if self.seconds > self.first else None


def measure(
    model: Model,
    cases: Sequence[Case],
    schema: dict[str, Any],
    *,
    adapter: str | None = None,
    max_tokens: int = 400,
    clock: Callable[[], float] = time.perf_counter,
) -> Figures:
    """Put the cases to the model, one after the other.

    Args:
        clock: wall time, or ``time.process_time`` for an engine in this process on a busy machine.

    Raises:
        ModelUnavailable, InputError: as ``Model.generate``.
    """
    before = resident_mebibytes()
    rows: dict[str, list[float]] = {}

    def note(name: str, value: float | None) -> None:
        if value is not None:
            rows.setdefault(name, []).append(value)

    def ask(messages: list[Message], limit: dict[str, Any] | None) -> _Answer:
        began, pieces, tokens, first = clock(), [], 0, None
        finish, cached = "", None
        for chunk in model.generate(messages, schema=limit, adapter=adapter, max_tokens=max_tokens):
            if first is None and chunk.text and chunk.tokens:
                first = clock() - began
            pieces.append(chunk.text)
            tokens += chunk.tokens
            if chunk.finish is not None:
                finish = chunk.finish
            if chunk.cached_tokens is not None and chunk.prompt_tokens:
                cached = chunk.cached_tokens / chunk.prompt_tokens
        seconds = clock() - began
        return _Answer("".join(pieces), tokens, seconds, seconds if first is None else first, finish, cached)

    # What an engine does only once, such as loading and reading the schema, is not part of an answer.
    for _ in model.generate([Message("user", "Hi")], schema=schema, adapter=adapter, max_tokens=1):
        pass
    for case in cases:
        answer = ask(case.first, schema)
        free, held = ask(case.first, None), ask(case.first, schema)
        note("first_token", answer.first)
        note("first_answer", answer.seconds)
        note("tokens", answer.tokens)
        note("raw", free.speed)
        note("held", held.speed)
        if free.speed and held.speed:
            note("held_of_raw", held.speed / free.speed)
        spoiled = spoil(answer.text) if answer.finish == "stop" else None
        if spoiled is None:
            continue
        text, finding = spoiled
        repair = ask(case.repair(text, finding), schema)
        note("cached", repair.cached)
        note("repair", repair.seconds)
        if unchanged(text, repair.text) >= UNCHANGED:
            note("repair_of_first", repair.seconds / answer.seconds)
        if (one := case.rewrite(text, finding)) is not None:
            ask(case.first, schema)  # what it repairs was written just before
            rewrite = ask(*one)
            note("rewrite", rewrite.seconds)
            note("rewrite_of_first", rewrite.seconds / answer.seconds)
    after = resident_mebibytes()
    memory = after - before if before is not None and after is not None else None
    middle = {name: median(values) for name, values in rows.items()}
    names = [name for name in Figures.__dataclass_fields__ if name != "memory"]
    return Figures(**{name: middle.get(name) for name in names}, memory=memory)


def spoil(text: str) -> tuple[str, str] | None:
    """A design's text with its last figure changed, and the finding that tells; None where there is none."""
    try:
        json.loads(text)
    except ValueError:
        return None
    found = list(_FIGURE.finditer(text))
    if not found:
        return None
    last = found[-1]
    wrong = f"{float(last.group()) + 1:g}"
    finding = f"- error: {wrong} stands where the request says {last.group()}"
    return text[: last.start()] + wrong + text[last.end() :], finding


def unchanged(before: str, after: str) -> float:
    """Share of the text ``before`` that stands in ``after``, in the same order."""
    same = difflib.SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    return sum(block.size for block in same) / max(1, len(before))


def resident_mebibytes() -> float | None:
    """Memory of this process that is not swapped out, where the system tells (Linux)."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return None
    found = re.search(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) / 1024 if found else None
