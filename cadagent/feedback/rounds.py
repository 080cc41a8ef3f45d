"""Rounds of training: what went into each, how it ended, and what was measured on the way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from cadagent.feedback.adapters import Adapters
from cadagent.feedback.store import Store
from cadagent.feedback.values import from_json, new_id, now, to_json
from cadagent.feedback.wording import Split

RoundStatus = Literal["promoted", "refused", "failed", "cancelled"]
Stage = Literal["first pass", "after the loop"]


@dataclass(frozen=True, kw_only=True)
class RoundItem:
    """One training or held-out row of a round.

    Attributes:
        source: where it comes from; ``new`` feedback, ``replay`` of earlier feedback, …
        task: what it trains, e.g. ``generate``, ``repair``, ``explain``.
        group_key: group of its request; ``None`` for synthetic rows.
        content_hash: SHA-256 of the row as it was trained on.
        verdict: the verdict that it rests on.
    """

    source: Literal["new", "replay", "synthetic", "hard negative"]
    task: str
    split: Split
    content_hash: str
    group_key: str | None = None
    verdict: str | None = None


@dataclass(frozen=True, kw_only=True)
class Round:
    """One round; ``status`` is ``None`` while it goes on, or when it was killed."""

    id: str
    parent: str | None
    seed: int
    settings: Mapping[str, Any]
    started: str
    finished: str | None
    status: RoundStatus | None
    adapter: str | None
    reason: str | None
    items: int


@dataclass(frozen=True, kw_only=True)
class Result:
    """One case of an evaluation: whether the design was right at one stage."""

    item: str
    stage: Stage
    passed: bool
    family: str | None = None
    group_key: str | None = None
    figures: Mapping[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """What was measured: an adapter (``None``: the bare model) on a frozen set under one seed."""

    model: str
    adapter: str | None
    set_name: str
    set_hash: str
    seed: int
    round: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)


class Rounds:
    """Reads and writes rounds in a store; every method raises ``StoreError`` when it cannot."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def start(self, *, seed: int, parent: str | None = None, settings: Mapping[str, Any]) -> str:
        """Store a round as it starts and return its id.

        Args:
            parent: id of the adapter that is continued.
        """
        row = {
            "id": new_id(),
            "parent": parent,
            "seed": seed,
            "settings": to_json(settings),
            "started": now(),
        }
        with self.store.writing():
            self.store.insert("rounds", row)
        return str(row["id"])

    def add_items(self, round: str, items: Iterable[RoundItem]) -> int:
        """Store what a round is made of, all of it at once; returns how many items it has now."""
        with self.store.writing():
            sql = "SELECT count(*) AS n FROM round_items WHERE round = :round"
            first = int(self.store.query(sql, {"round": round})[0]["n"])
            position = first
            for position, item in enumerate(items, first + 1):
                self.store.insert("round_items", {"round": round, "position": position, **vars(item)})
        return position

    def finish(
        self,
        round: str,
        status: RoundStatus,
        reason: str,
        *,
        adapter: str | None = None,
        card: Mapping[str, Any] | None = None,
    ) -> None:
        """Store how a round ended, and make its adapter live if it was promoted. A round ends once."""
        row = {"round": round, "finished": now(), "status": status, "adapter": adapter, "reason": reason}
        with self.store.writing():
            self.store.insert("round_ends", {**row, "card": to_json(card)})
            if status == "promoted" and adapter is not None:
                Adapters(self.store).promote_within(adapter, reason, round)

    def all(self) -> list[Round]:
        """The rounds in order."""
        rows = self.store.query(
            """SELECT rounds.*, round_ends.finished, round_ends.status, round_ends.adapter, round_ends.reason,
                (SELECT count(*) FROM round_items WHERE round_items.round = rounds.id) AS items
            FROM rounds LEFT JOIN round_ends ON round_ends.round = rounds.id ORDER BY rounds.rowid""",
            {},
        )
        return [Round(**row | {"settings": from_json(row["settings"])}) for row in rows]

    def card(self, round: str) -> dict[str, Any]:
        """What was noted at the end of a round; nothing where it has not ended."""
        rows = self.store.query("SELECT card FROM round_ends WHERE round = :round", {"round": round})
        return dict(from_json(rows[0]["card"]) or {}) if rows else {}

    def trained_groups(self) -> set[str]:
        """Groups that any round has trained on: an evaluation must have none of them."""
        rows = self.store.query(
            "SELECT DISTINCT group_key FROM round_items WHERE split = 'train' AND group_key IS NOT NULL", {}
        )
        return {row["group_key"] for row in rows}

    def add_evaluation(self, evaluation: Evaluation, results: Iterable[Result]) -> str:
        """Store an evaluation with all its cases; returns its id."""
        row = vars(evaluation) | {"id": new_id(), "done": now(), "settings": to_json(evaluation.settings)}
        with self.store.writing():
            self.store.insert("evaluations", row)
            for result in results:
                values = vars(result) | {"passed": int(result.passed), "figures": to_json(result.figures)}
                self.store.insert("evaluation_results", {"evaluation": row["id"], **values})
        return str(row["id"])

    def results(self, evaluation: str) -> list[Result]:
        """The cases of an evaluation, in the order in which they were stored."""
        rows = self.store.query(
            """SELECT item, stage, passed, family, group_key, figures FROM evaluation_results
            WHERE evaluation = :evaluation ORDER BY rowid""",
            {"evaluation": evaluation},
        )
        return [
            Result(**row | {"passed": bool(row["passed"]), "figures": from_json(row["figures"])})
            for row in rows
        ]
