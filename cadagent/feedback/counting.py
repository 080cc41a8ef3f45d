"""How much is in a store."""

from __future__ import annotations

from cadagent.feedback.exports import FORMATS, Export
from cadagent.feedback.grouping import groups
from cadagent.feedback.store import Store

_TABLES = ("requests", "runs", "attempts", "findings", "corrections", "chats", "adapters", "rounds")


def counts(store: Store) -> dict[str, int]:
    """Rows of the tables, standing verdicts, groups and splits, and rows of each export, by name.

    Nothing is validated again: an export of preferences can have fewer rows.
    """
    found: dict[str, int] = {}
    for table in _TABLES:
        found[table] = store.query(f"SELECT count(*) AS n FROM {table}", {})[0]["n"]
    found["runs without an end"] = (
        found["runs"] - store.query("SELECT count(*) AS n FROM run_ends", {})[0]["n"]
    )
    for row in store.query("SELECT kind, count(*) AS n FROM standing_verdicts GROUP BY kind", {}):
        found[f"verdicts: {row['kind']}"] = row["n"]
    joined = groups(store)
    splits: dict[str, set[str]] = {"train": set(), "held-out": set()}
    for row in store.query("SELECT DISTINCT group_key, split FROM wordings", {}):
        splits[row["split"]].add(joined.root.get(row["group_key"], row["group_key"]))
    for split, keys in splits.items():
        found[f"groups: {split}"] = len(keys if split == "train" else keys - joined.torn)
    for format in FORMATS:
        if format != "runs":
            with store.reading():
                rows = Export(store, check=lambda _: True).rows(format)  # type: ignore[arg-type]
                found[f"export: {format}"] = sum(1 for _ in rows)
    found["bytes on disk"] = store.size()
    return found
