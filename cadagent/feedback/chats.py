"""Chats: named sequences of requests, and drafts that outlive a crash."""

from __future__ import annotations

from dataclasses import dataclass

from cadagent.feedback.store import Store
from cadagent.feedback.values import new_id, now

_NAME = 60


@dataclass(frozen=True, kw_only=True)
class Chat:
    """One chat as it is listed; ``last`` is the time of its latest turn."""

    id: str
    name: str
    turns: int
    last: str


@dataclass(frozen=True, kw_only=True)
class Turn:
    """What a person asked once, and the runs that answered it.

    Attributes:
        edits: run and attempt whose design the text changes; ``None`` for a new part.
        runs: ids in order; empty when the program ended before one was recorded.
    """

    id: str
    text: str
    edits: tuple[str, int] | None
    sent: str
    runs: tuple[str, ...]


class Chats:
    """Reads and writes chats in a store; every method raises ``StoreError`` when it cannot."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def start(self) -> str:
        """A new chat; returns its id."""
        chat = new_id()
        with self.store.writing():
            self.store.insert("chats", {"id": chat, "created": now()})
        return chat

    def rename(self, chat: str, name: str) -> None:
        """Give a chat a name; until then it is called by its first request."""
        row = {"id": new_id(), "chat": chat, "name": " ".join(name.split())[:_NAME], "given": now()}
        with self.store.writing():
            self.store.insert("chat_names", row)

    def add_turn(self, chat: str, text: str, edits: tuple[str, int] | None = None) -> str:
        """Store what a person asked, before anything is made of it; returns the turn's id."""
        turn = new_id()
        run, attempt = edits or (None, None)
        row = {"id": turn, "chat": chat, "text": text, "sent": now(), "edits_run": run}
        with self.store.writing():
            self.store.insert("turns", {**row, "edits_attempt": attempt})
        return turn

    def add_run(self, turn: str, run: str) -> None:
        """Say that a run answers a turn."""
        with self.store.writing():
            self.store.insert("turn_runs", {"turn": turn, "run": run})

    def edits(self, run: str) -> bool:
        """Whether a run answers a request to change a design that was there."""
        rows = self.store.query(
            "SELECT 1 FROM turn_runs JOIN turns ON turns.id = turn_runs.turn "
            "WHERE turn_runs.run = :run AND turns.edits_run IS NOT NULL",
            {"run": run},
        )
        return bool(rows)

    def all(self, search: str = "", limit: int = 200) -> list[Chat]:
        """The chats with a turn, latest first; only those whose name or requests contain ``search``."""
        rows = self.store.query(
            """SELECT chats.id, count(turns.id) AS turns, max(turns.sent) AS last, coalesce(
                (SELECT name FROM chat_names WHERE chat = chats.id ORDER BY rowid DESC LIMIT 1),
                (SELECT text FROM turns WHERE chat = chats.id ORDER BY rowid LIMIT 1)) AS name
            FROM chats JOIN turns ON turns.chat = chats.id
            GROUP BY chats.id
            HAVING :search = '' OR instr(lower(name), lower(:search))
                OR sum(instr(lower(turns.text), lower(:search))) > 0
            ORDER BY max(turns.rowid) DESC LIMIT :limit""",
            {"search": search.strip(), "limit": limit},
        )
        return [Chat(**row | {"name": " ".join(row["name"].split())[:_NAME]}) for row in rows]

    def turns(self, chat: str) -> list[Turn]:
        """The turns of a chat in order."""
        rows = self.store.query("SELECT * FROM turns WHERE chat = :chat ORDER BY rowid", {"chat": chat})
        links = self.store.query(
            "SELECT turn_runs.* FROM turn_runs JOIN turns ON turns.id = turn_runs.turn "
            "WHERE turns.chat = :chat ORDER BY turn_runs.rowid",
            {"chat": chat},
        )
        return [
            Turn(
                id=row["id"],
                text=row["text"],
                edits=(row["edits_run"], row["edits_attempt"]) if row["edits_run"] else None,
                sent=row["sent"],
                runs=tuple(link["run"] for link in links if link["turn"] == row["id"]),
            )
            for row in rows
        ]

    def unfinished(self) -> tuple[Chat, Turn] | None:
        """The latest turn of all, with its chat, when nothing ended it: the program was killed meanwhile."""
        rows = self.store.query(
            """SELECT turns.chat, turns.id FROM turns WHERE turns.rowid = (SELECT max(rowid) FROM turns)
            AND NOT EXISTS (SELECT 1 FROM turn_runs JOIN run_ends ON run_ends.run = turn_runs.run
                WHERE turn_runs.turn = turns.id)""",
            {},
        )
        if not rows:
            return None
        chat = next(one for one in self.all(limit=10) if one.id == rows[0]["chat"])
        return chat, next(turn for turn in self.turns(chat.id) if turn.id == rows[0]["id"])

    def requests(self, limit: int = 200) -> list[str]:
        """What was asked in all chats, oldest first, without repetitions: the history of the input."""
        rows = self.store.query("SELECT text FROM turns ORDER BY rowid DESC LIMIT :limit", {"limit": limit})
        return list(dict.fromkeys(row["text"] for row in rows))[::-1]

    def draft(self, place: str) -> str:
        """The text that was left at a place (``chat:ID``, ``design:RUN.ATTEMPT``), or nothing."""
        rows = self.store.query("SELECT text FROM drafts WHERE place = :place", {"place": place})
        return rows[0]["text"] if rows else ""

    def save_draft(self, place: str, text: str) -> None:
        """Keep a text for a place; an empty one forgets it."""
        with self.store.writing() as db:
            db.execute("DELETE FROM drafts WHERE place = ?", [place])
            if text:
                self.store.insert("drafts", {"place": place, "text": text, "saved": now()})
