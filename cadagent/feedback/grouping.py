"""Groups of requests in the store: given when a request is stored, joined where groups turn out to be one.

A new wording takes the group of a stored near-duplicate, else it founds a group; its split is then fixed.
Groups are joined afterwards by a wording that is near to several, and by results that people stood by and
that are the same design or the same solid. What is joined is found when it is asked for (union-find).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from cadagent.database import DatabaseFile
from cadagent.errors import InputError
from cadagent.feedback.records import text_hash
from cadagent.feedback.wording import Split, bands, content_words, near, split_of, wording_id


def group_request(db: Database, request: str, text: str, given: str | None = None) -> None:
    """Give a stored request its group, inside the transaction that stores it.

    Args:
        request: its id.
        given: the group that it has in another database, for an import.
    """
    words = content_words(text)
    wording = wording_id(words)
    if not _there(db, "SELECT 1 FROM wordings WHERE id = ?", wording):
        keys = bands(words)
        close = _close(db, words, keys)
        group = given or (close[0] if close else wording)
        row = [wording, "\n".join(words), group, split_of(group)]
        db.execute("INSERT INTO wordings (id, words, group_key, split) VALUES (?, ?, ?, ?)", row)
        for key in keys:
            db.execute("INSERT INTO wording_bands (band, wording) VALUES (?, ?)", [key, wording])
        for other in close:
            link(db, group, other)
    elif given is not None:
        known = db.execute("SELECT group_key FROM wordings WHERE id = ?", [wording]).fetchone()[0]
        link(db, given, known)
    db.execute("INSERT OR IGNORE INTO request_wordings (request, wording) VALUES (?, ?)", [request, wording])


def link(db: Database, one: str, other: str) -> None:
    """Say that two groups are one."""
    if one != other:
        db.execute("INSERT OR IGNORE INTO group_links (a, b) VALUES (?, ?)", sorted((one, other)))


def near_groups(store: DatabaseFile, text: str) -> list[str]:
    """Groups of the stored near-duplicates of a text that need not be stored itself, the oldest first."""
    words = content_words(text)
    keys = bands(words)
    marks = {f"key{number}": key for number, key in enumerate(keys)}
    rows = store.query(
        f"""SELECT DISTINCT wordings.rowid, words, group_key FROM wording_bands
        JOIN wordings ON wordings.id = wording_bands.wording
        WHERE band IN ({", ".join(f":{mark}" for mark in marks)}) ORDER BY wordings.rowid""",
        marks,
    )
    return list(dict.fromkeys(row["group_key"] for row in rows if near(words, row["words"].split("\n"))))


def _close(db: Database, words: tuple[str, ...], keys: list[str]) -> list[str]:
    """Groups of the stored near-duplicates, the oldest first."""
    marks = ", ".join("?" * len(keys))
    rows = db.execute(
        f"""SELECT DISTINCT wordings.rowid, words, group_key FROM wording_bands
        JOIN wordings ON wordings.id = wording_bands.wording
        WHERE band IN ({marks}) ORDER BY wordings.rowid""",
        keys,
    ).fetchall()
    return list(dict.fromkeys(group for _, other, group in rows if near(words, other.split("\n"))))


def _there(db: Database, sql: str, value: str) -> bool:
    return db.execute(sql, [value]).fetchone() is not None


def geometry_key(measurement: Mapping[str, Any] | None) -> str | None:
    """Equal for solids that measure the same in any of the axis-parallel poses; ``None`` without a solid."""
    if not measurement or "volume" not in measurement:
        return None
    figures = [*sorted(measurement["size"]), measurement["volume"], measurement["area"]]
    kinds = sorted(measurement["face_kinds"].items())
    texts = [f"{figure:.6g}" for figure in figures] + [f"{kind}:{count}" for kind, count in kinds]
    return text_hash(str(measurement["bodies"]), *texts)


@dataclass(frozen=True)
class Groups:
    """The groups of a store as they are joined now.

    Attributes:
        root: of every group that is joined to another, the least key of all that are joined.
        torn: roots of which some members are in train and some are held out. Their held-out members must
            be left out of an evaluation, and must not be trained on either.
    """

    root: Mapping[str, str]
    torn: frozenset[str]

    def place(self, group: str, split: Split) -> tuple[str, Split | None]:
        """Root and split of a row; no split where it would make train and held-out overlap."""
        root = self.root.get(group, group)
        return root, None if split == "held-out" and root in self.torn else split


STOOD = """SELECT stood.run, stood.attempt, stood.kind, stood.digest, runs.request,
    wordings.group_key, wordings.split, completions.text, completions.geometry
    FROM stood JOIN runs ON runs.id = stood.run
    JOIN request_wordings ON request_wordings.request = runs.request
    JOIN wordings ON wordings.id = request_wordings.wording
    LEFT JOIN completions ON completions.digest = stood.digest"""
"""What people stood by, with its group and split; the text of its design where that could be stored."""


def groups(store: DatabaseFile, stood: str = f"({STOOD})") -> Groups:
    """Join the groups by their links, and by equal designs and solids that people stood by.

    Args:
        stood: the table that holds :data:`STOOD`, where it was gathered already.
    """
    parent: dict[str, str] = {}

    def find(group: str) -> str:
        while (above := parent.get(group, group)) != group:
            parent[group] = parent.get(above, above)
            group = above
        return group

    def join(one: str, other: str) -> None:
        first, second = sorted((find(one), find(other)))
        parent[second] = first
        parent.setdefault(first, first)

    for row in store.query("SELECT a, b FROM group_links", {}):
        join(row["a"], row["b"])
    seen: dict[str, str] = {}
    query = f"SELECT digest, geometry, group_key FROM {stood} WHERE text IS NOT NULL"
    for row in store.query(query, {}):
        group = row["group_key"]
        for key in (row["digest"], row["geometry"]):
            if key is not None and (other := seen.setdefault(key, group)) != group:
                join(group, other)
    root = {group: find(group) for group in parent}
    train = {root[group] for group in root if split_of(group) == "train"}
    held_out = {root[group] for group in root if split_of(group) == "held-out"}
    return Groups(root, frozenset(train & held_out))


def check_group(group: object) -> str:
    """A group key out of a file.

    Raises:
        InputError: it is none.
    """
    if not isinstance(group, str) or len(group) != 64 or not set(group) <= set("0123456789abcdef"):
        raise InputError(f"{str(group)[:80]!r} is no group of requests.")
    return group
