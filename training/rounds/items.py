"""Records of a round: what is trained on and what is held out, each with where it comes from."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cadagent.feedback.records import text_hash
from cadagent.feedback.rounds import RoundItem
from cadagent.feedback.wording import Split
from training.records import Record

MOST_CHARACTERS = 6_000
"""Longer records are left out: they would take too much of the training time, or not fit at all."""

Messages = Sequence[Mapping[str, str]]


@dataclass(frozen=True, kw_only=True)
class Item:
    """One record.

    Attributes:
        source, task, split, group, verdict: as in :class:`cadagent.feedback.rounds.RoundItem`.
        messages: the prompt; ``completion``: the answer that is learnt.
        rejected: for a preference, the answer that is not wanted; empty otherwise.
        label: for a single judgement, whether the answer is wanted.
        request: what the prompt asks for, in the words of the person.
    """

    source: str
    task: str
    messages: Messages
    completion: str
    split: Split = "train"
    group: str | None = None
    verdict: str | None = None
    rejected: str = ""
    label: bool | None = None
    request: str = ""

    @property
    def content_hash(self) -> str:
        prompt = [[turn["role"], turn["content"]] for turn in self.messages]
        return text_hash(
            json.dumps(prompt, ensure_ascii=False), self.completion, self.rejected, str(self.label)
        )

    @property
    def characters(self) -> int:
        longest = max(len(self.completion), len(self.rejected))
        return sum(len(turn["content"]) for turn in self.messages) + longest

    def stored(self) -> RoundItem:
        """The row of ``round_items``."""
        return RoundItem(
            source=self.source,  # type: ignore[arg-type]
            task=self.task,
            split=self.split,
            content_hash=self.content_hash,
            group_key=self.group,
            verdict=self.verdict,
        )

    def record(self) -> Record:
        """What the supervised trainer reads."""
        from cadagent.generation.protocol import Message

        turns = tuple(Message(turn["role"], turn["content"]) for turn in self.messages)  # type: ignore[arg-type]
        return Record(turns, self.completion)


@dataclass
class Assembled:
    """Everything that goes into a round.

    Attributes:
        train: for the supervised training; ``preferences``: for the one after it.
        held_out: the round's own cases, as lines of a file for ``cadagent evaluate``, with their groups.
        counts: how many of what; ``left_out``: how many not, and why.
        codes: of findings that hard negatives were looked for.
    """

    train: list[Item] = field(default_factory=list)
    preferences: list[Item] = field(default_factory=list)
    held_out: list[Item] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    codes: list[str] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(f"{one.source}, {one.task}" for one in (*self.train, *self.preferences))
        found["new, held out"] = len(self.held_out)
        return dict(sorted(found.items()))

    def groups_held_out(self) -> int:
        return len({one.group for one in self.held_out})


def write_items(path: Path, items: Iterable[Item]) -> None:
    """One JSON object a line."""
    with path.open("w", encoding="utf-8") as out:
        for one in items:
            out.write(json.dumps(vars(one), ensure_ascii=False) + "\n")


def read_items(path: Path) -> list[Item]:
    """What :func:`write_items` wrote."""
    with path.open(encoding="utf-8") as lines:
        return [Item(**json.loads(line)) for line in lines]


def mixed(items: Sequence[Item], share: float, most: int) -> list[Item]:
    """The items with the new ones repeated until they are about this share of all, at most so many times."""
    new = [one for one in items if one.source == "new"]
    others = len(items) - len(new)
    if not new:
        return list(items)
    wanted = share / (1 - share) * others / len(new) if share < 1 else most
    times = max(1, min(most, round(wanted)))
    return [*items, *new * (times - 1)]


def first_user(messages: Sequence[Mapping[str, Any]]) -> str:
    """What the last turn of a person says."""
    return str(next(turn["content"] for turn in reversed(messages) if turn["role"] == "user"))
