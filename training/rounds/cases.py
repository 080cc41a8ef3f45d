"""Cases that adapters are measured on: requests with the right design, and the group of each wording."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cadagent.commands.evaluate_sets import load
from cadagent.evaluation.judging import Request
from cadagent.feedback.wording import Wordings, content_words, wording_id

FROZEN = Path(__file__).parents[1] / "frozen.jsonl"
"""The frozen set that comes with cadagent; see :mod:`training.rounds.frozen`."""


@dataclass(frozen=True)
class Cases:
    """A set of cases.

    Attributes:
        name: ``frozen`` or ``held-out``.
        digest: hash of requests and right designs.
        groups: group of near-duplicate wordings by the case's id.
    """

    name: str
    requests: Sequence[Request]
    digest: str
    groups: Mapping[str, str]

    def __len__(self) -> int:
        return len(self.requests)

    def first(self, count: int | None) -> Cases:
        """The first so many cases, as a set of their own."""
        if count is None or count >= len(self.requests):
            return self
        return Cases(self.name, self.requests[:count], f"{self.digest}:{count}", self.groups)


def read_cases(path: Path, name: str, groups: Mapping[str, str] | None = None) -> Cases:
    """The cases of a file as ``cadagent evaluate`` reads them; their level is the family.

    Args:
        groups: of the cases by id, where they are known; near-duplicates of one another when left out.

    Raises:
        InputError: the file cannot be read, or a line of it is no case.
    """
    requests, digest = load(str(path))
    return Cases(name, requests, digest, groups if groups is not None else _groups(requests))


def _groups(requests: Iterable[Request]) -> dict[str, str]:
    index = Wordings()
    found: dict[str, str] = {}
    for one in requests:
        near = index.near(one.text)
        found[one.id] = near[0] if near else wording_id(content_words(one.text))
        index.add(one.text, found[one.id])
    return found


def seen_cases(cases: Cases, near: Callable[[str], Collection[str]], trained: Collection[str]) -> set[str]:
    """Ids of the cases of which a near-duplicate was trained on or can be retrieved.

    Args:
        near: groups of the stored near-duplicates of a text.
        trained: groups that were trained on or can be retrieved.
    """
    known = set(trained)
    return {one.id for one in cases.requests if known.intersection(near(one.text))}


def case_line(name: str, request: str, design: str, family: str) -> str:
    """One case as a line of a file.

    Args:
        design: the right design, compact JSON.
    """
    row: dict[str, Any] = {"id": name, "request": request, "level": family, "reference": json.loads(design)}
    return json.dumps(row, ensure_ascii=False) + "\n"
