"""Training rows out of what people decided, in the forms that trainers read.

Prompts are those that were sent, to the character. Labels of people and of the checks never share a column: a
row's ``verdict`` is a person's, ``valid`` is what the checks said. Every row names its group and split.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

from cadagent.feedback.grouping import STOOD, Groups, groups
from cadagent.feedback.interchange import whole_runs
from cadagent.feedback.reviewing import Filter, conditions
from cadagent.feedback.store import Store
from cadagent.validation import validate

Format = Literal["sft", "messages", "repair", "dpo", "kto", "llama-factory", "runs"]
FORMATS: tuple[str, ...] = get_args(Format)

MOST_REJECTED = 8
"""Rejected answers that a chosen one is set against, at most: a request run a hundred times must not outweigh
all others."""

_IN_PARTS = ("rewrite", "step")
"""Strategies whose prompts ask for parts of the design that the attempt says."""

Row = dict[str, Any]

_PROMPT = """(SELECT json_group_array(json_object('role', role, 'content', content)) FROM
    (SELECT messages.role, messages.content FROM attempt_messages AS link
    JOIN messages ON messages.id = link.message WHERE link.attempt = {} ORDER BY link.position))"""
_MESSAGES = """(SELECT group_concat(message) FROM
    (SELECT message FROM attempt_messages WHERE attempt = {} ORDER BY position))"""
"""Stands for an attempt's prompt where only equal ones are to be found: ids are hashes of what is said."""
_TABLES = """JOIN runs ON runs.id = {0}.run JOIN requests ON requests.id = runs.request
    JOIN request_wordings ON request_wordings.request = requests.id
    JOIN wordings ON wordings.id = request_wordings.wording
    LEFT JOIN run_ends ON run_ends.run = runs.id"""
_COMMON = """runs.id AS run, requests.id AS request_id, requests.text AS request, runs.model, runs.adapter,
    {0}.group_key, {0}.split"""


@dataclass
class Export:
    """The rows of one export, inside one moment of the store.

    Attributes:
        wanted: which runs; ``judged`` says nothing here.
        left_out: why rows were left out, counted.
        check: whether a design still validates; asked once a design.
    """

    store: Store
    wanted: Filter = field(default_factory=Filter)
    check: Callable[[str], bool] = lambda text: validate(text).valid
    left_out: Counter[str] = field(default_factory=Counter)
    _groups: Groups | None = None
    _checked: dict[str, bool] = field(default_factory=dict)

    def rows(self, format: Format) -> Iterator[Row]:
        """The rows of a format, in the order of the runs; to be read inside ``store.reading()``."""
        if format == "runs":
            yield from whole_runs(self.store)
            return
        self.store.gather("gathered", STOOD)
        self._groups = groups(self.store, "gathered")
        makers: dict[str, Callable[[], Iterator[Row]]] = {
            "sft": self._sft,
            "messages": self._messages,
            "llama-factory": self._messages,
            "repair": self._repair,
            "dpo": self._dpo,
            "kto": self._kto,
        }
        yield from makers[format]()

    # -- formats -------------------------------------------------------------------------------------------

    def _sft(self) -> Iterator[Row]:
        """What a person stood by as the answer to the request's first prompt."""
        seen = set()
        for row in self._stood():
            key = (row["request_id"], row["prompt"], row["digest"])
            if key in seen:
                self.left_out["repeated"] += 1
                continue
            seen.add(key)
            if (tail := self._tail(row, "verdict", "digest")) is not None:
                yield {"prompt": json.loads(row["prompt"]), "completion": _answer(row["text"]), **tail}

    def _messages(self) -> Iterator[Row]:
        for row in self._sft():
            yield {"messages": [*row.pop("prompt"), *row.pop("completion")], **row}

    def _repair(self) -> Iterator[Row]:
        """What a person stood by as the answer to each repair prompt of the run."""
        seen = set()
        for row in self._stood(
            "JOIN attempts ON attempts.run = runs.id AND attempts.strategy = 'repair'",
            "attempts.number",
            "attempts.id",
        ):
            key = (row["prompt"], row["digest"])
            if key in seen:
                self.left_out["repeated"] += 1
                continue
            seen.add(key)
            if (tail := self._tail(row, "attempt", "verdict", "digest")) is not None:
                yield {"prompt": json.loads(row["prompt"]), "completion": _answer(row["text"]), **tail}

    def _dpo(self) -> Iterator[Row]:
        """What a person stood by against answers to the same prompt that a person or a check refused."""
        chosen: dict[tuple[str, str], dict[str, Row]] = defaultdict(dict)
        for row in self._stood(prompt=_MESSAGES):
            chosen[row["request_id"], row["prompt"]].setdefault(row["digest"], row)
        refused: dict[tuple[str, str], dict[str, Row]] = defaultdict(dict)
        for row in self._refused():
            key = (row["request_id"], row["prompt"])
            if row["digest"] not in chosen.get(key, {}):
                refused[key].setdefault(row["text"], row)
        for key, answers in chosen.items():
            for answer in answers.values():
                if key not in refused or (tail := self._tail(answer, "verdict", "digest")) is None:
                    continue
                if not self._still_valid(answer):
                    self.left_out["no longer valid"] += 1
                    continue
                prompt = self._prompt(answer["run"])
                for other in list(refused[key].values())[:MOST_REJECTED]:
                    yield {
                        "prompt": prompt,
                        "chosen": _answer(answer["text"]),
                        "rejected": _answer(other["text"]),
                        **tail,
                        "rejected_run": other["run"],
                        "rejected_attempt": other["attempt"],
                        "rejected_verdict": other["verdict"],
                        "rejected_valid": bool(other["valid"]),
                    }

    def _kto(self) -> Iterator[Row]:
        """What people accepted or wrote, and what they refused or replaced; nothing that only checks said."""
        seen = set()
        for row in self._judged():
            for answer, label in (("corrected", True), ("text", row["verdict"] == "accept")):
                own = answer == "text" and row["strategy"] not in _IN_PARTS
                text, prompt = row[answer], row["prompt" if own else "first_prompt"]
                key = (prompt, text, label)
                if not text or prompt == "[]" or key in seen:
                    continue
                seen.add(key)
                if (tail := self._tail(row, "attempt", "verdict")) is not None:
                    yield {"prompt": json.loads(prompt), "completion": _answer(text), "label": label, **tail}

    # -- what they are made of -------------------------------------------------------------------------------

    def _stood(
        self,
        join: str = "",
        attempt: str = "stood.attempt",
        prompt_of: str = "runs.id || '.1'",
        prompt: str = _PROMPT,
    ) -> Iterator[Row]:
        where, values = self._where()
        rows = self.store.rows(
            f"""SELECT {_COMMON.format("stood")}, {attempt} AS attempt, stood.kind AS verdict,
                stood.digest, stood.text, {prompt.format(prompt_of)} AS prompt
            FROM gathered AS stood JOIN runs ON runs.id = stood.run
            JOIN requests ON requests.id = runs.request
            LEFT JOIN run_ends ON run_ends.run = runs.id {join}
            WHERE {where} ORDER BY runs.id, {attempt}""",
            values,
        )
        for row in rows:
            if row["text"] is None or row["prompt"] in ("[]", None):
                self.left_out["without a design or a prompt"] += 1
            else:
                yield row

    def _refused(self) -> Iterator[Row]:
        """Attempts that a person rejected or replaced, or that the checks refused, where the request has an
        answer that somebody stood by.
        """
        return self.store.rows(
            f"""SELECT runs.id AS run, runs.request AS request_id, attempts.number AS attempt, attempts.text,
                attempts.digest, attempts.valid, standing.kind AS verdict,
                {_MESSAGES.format("runs.id || '.1'")} AS prompt
            FROM attempts JOIN runs ON runs.id = attempts.run
            LEFT JOIN standing_verdicts AS standing
                ON standing.run = runs.id AND standing.attempt = attempts.number
            WHERE attempts.finish IS NOT 'cancelled' AND attempts.text != ''
            AND (NOT attempts.valid OR standing.kind IN ('reject', 'correct'))
            AND runs.request IN (SELECT request FROM gathered)
            ORDER BY runs.id, attempts.number"""
        )

    def _judged(self) -> Iterator[Row]:
        where, values = self._where()
        return self.store.rows(
            f"""SELECT {_COMMON.format("wordings")}, standing.attempt, standing.kind AS verdict,
                attempts.text, attempts.strategy, completions.text AS corrected,
                {_PROMPT.format("attempts.id")} AS prompt,
                {_PROMPT.format("runs.id || '.1'")} AS first_prompt
            FROM standing_verdicts AS standing {_TABLES.format("standing")}
            LEFT JOIN attempts ON attempts.run = runs.id AND attempts.number = standing.attempt
            LEFT JOIN corrections ON corrections.id = standing.correction
            LEFT JOIN completions ON completions.digest = corrections.digest
            WHERE standing.kind IN ('accept', 'correct', 'reject') AND {where} ORDER BY runs.id""",
            values,
        )

    def _prompt(self, run: str) -> list[dict[str, str]]:
        """The first prompt of a run."""
        (row,) = self.store.rows(f"SELECT {_PROMPT.format(':attempt')} AS prompt", {"attempt": f"{run}.1"})
        turns: list[dict[str, str]] = json.loads(row["prompt"])
        return turns

    def _where(self) -> tuple[str, dict[str, str]]:
        return conditions(replace(self.wanted, judged="any"))

    def _tail(self, row: Row, *names: str) -> Row | None:
        """The columns that say where a row comes from; ``None`` when it would tear a group apart."""
        assert self._groups is not None  # `rows` has found them
        group, split = self._groups.place(row["group_key"], row["split"])
        if split is None:
            self.left_out["held out, but joined to a group in train"] += 1
            return None
        tail = {"run": row["run"], "request": row["request"], "group": group, "split": split}
        for name in (*names, "model", "adapter"):
            tail[name] = row[name]
        return tail

    def _still_valid(self, row: Row) -> bool:
        digest = row["digest"]
        if digest not in self._checked:
            self._checked[digest] = self.check(row["text"])
        return self._checked[digest]


def _answer(text: str) -> list[dict[str, str]]:
    return [{"role": "assistant", "content": text}]
