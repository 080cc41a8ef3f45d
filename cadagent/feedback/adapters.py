"""Adapters and which of them is live: one pointer a model and task, moved by promotion and by rollback."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from cadagent.errors import InputError
from cadagent.feedback.store import Store
from cadagent.feedback.values import from_json, new_id, now, to_json

Task = Literal["generate", "explain", "both"]

SERVED: Mapping[str, tuple[Literal["generate", "explain"], ...]] = {
    "generate": ("generate",),
    "explain": ("explain",),
    "both": ("generate", "explain"),
}
"""The pointers that an adapter of a task moves; one that learned both answers both."""


@dataclass(frozen=True, kw_only=True)
class Adapter:
    """One adapter as it is registered.

    Attributes:
        id: SHA-256 of its weights.
        name: by which people call it.
        path: its folder, as an absolute path.
        model, model_hash: the base model that it was trained for.
        parent: id of the adapter that it was continued from.
        card: its run card.
    """

    id: str
    name: str
    path: str
    task: Task = "generate"
    model: str
    model_hash: str | None = None
    parent: str | None = None
    card: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Move:
    """One move of the pointer; without an adapter it points to what ships with cadagent."""

    id: str
    action: Literal["promote", "rollback"]
    adapter: str | None
    round: str | None
    reason: str
    decided: str


class Adapters:
    """Reads and moves the pointer in a store; every method raises ``StoreError`` when it cannot."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def register(self, adapter: Adapter) -> None:
        """Make an adapter known; one that is known already stays as it is."""
        row = vars(adapter) | {"card": to_json(adapter.card), "registered": now()}
        with self.store.writing():
            self.store.insert_once("adapters", row)

    def find(self, adapter: str) -> Adapter:
        """The adapter with this id.

        Raises:
            InputError: there is none.
        """
        rows = self.store.query("SELECT * FROM adapters WHERE id = :id", {"id": adapter})
        if not rows:
            raise InputError(f"No adapter {adapter[:80]} is registered.")
        row = rows[0] | {"card": from_json(rows[0]["card"])}
        del row["registered"]
        return Adapter(**row)

    def any_promoted(self) -> bool:
        """Whether an adapter of any model was ever promoted here."""
        return bool(self.store.query("SELECT 1 FROM promotions LIMIT 1", {}))

    def live(self, model: str, task: Task = "generate") -> Adapter | None:
        """The live adapter of a model; ``None`` where it is the one that ships."""
        moves = self.history(model, task)
        return self.find(moves[-1].adapter) if moves and moves[-1].adapter is not None else None

    def all_live(self) -> list[Adapter]:
        """Every promoted adapter that is live, each once."""
        rows = self.store.query("SELECT DISTINCT model, task FROM promotions ORDER BY model, task", {})
        found = (self.live(row["model"], row["task"]) for row in rows)
        return list({one.id: one for one in found if one is not None}.values())

    def names(self) -> dict[str, str]:
        """Names of all known adapters by their ids."""
        return {row["id"]: row["name"] for row in self.store.query("SELECT id, name FROM adapters", {})}

    def promote(self, adapter: str, reason: str, round: str | None = None) -> Move:
        """Make an adapter live from now on.

        Raises:
            InputError: it is not registered, is live already, or no reason is given.
        """
        with self.store.writing():
            return self.promote_within(adapter, reason, round)

    def promote_within(self, adapter: str, reason: str, round: str | None = None) -> Move:
        """As :meth:`promote`, inside a transaction."""
        chosen = self.find(adapter)
        tasks = SERVED[chosen.task]
        if all((live := self.live(chosen.model, task)) and live.id == adapter for task in tasks):
            raise InputError(f"{chosen.name} is live already.")
        moves = [self._move("promote", chosen.model, task, adapter, reason, round) for task in tasks]
        return moves[0]

    def rollback(self, model: str, reason: str, task: Literal["generate", "explain"] = "generate") -> Move:
        """Make live again what was so before the last promotion that still counts, in every task that the
        live adapter answers.

        Raises:
            InputError: nothing was promoted, or no reason is given.
        """
        with self.store.writing():
            live = self.live(model, task)
            if live is None:
                raise InputError(f"No adapter of {model} was promoted; what ships is live.")
            others = [one for one in SERVED[live.task] if one != task and self.live(model, one) == live]
            moves = [
                self._move("rollback", model, one, self._former(model, one), reason, None)
                for one in (task, *others)
            ]
            return moves[0]

    def _former(self, model: str, task: Task) -> str | None:
        """What was live before the last promotion that still counts."""
        former: list[str | None] = [None]
        for move in self.history(model, task):
            if move.action == "promote":
                former.append(move.adapter)
            else:
                former.pop()
        return former[-2]

    def history(self, model: str, task: Task = "generate") -> list[Move]:
        """All moves of a pointer in order."""
        rows = self.store.query(
            """SELECT id, action, adapter, round, reason, decided FROM promotions
            WHERE model = :model AND task = :task ORDER BY rowid""",
            {"model": model, "task": task},
        )
        return [Move(**row) for row in rows]

    def _move(
        self,
        action: Literal["promote", "rollback"],
        model: str,
        task: Task,
        adapter: str | None,
        reason: str,
        round: str | None,
    ) -> Move:
        if not reason.strip():
            raise InputError("A promotion and a rollback need a reason, for those who read the history.")
        move = Move(
            id=new_id(), action=action, adapter=adapter, round=round, reason=reason.strip(), decided=now()
        )
        self.store.insert("promotions", {**vars(move), "model": model, "task": task})
        return move
