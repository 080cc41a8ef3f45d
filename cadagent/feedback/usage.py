"""What came of the requests: counts by model, adapter and day, which statistics and metrics are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields

from cadagent.feedback.store import Store

BUCKETS = (1, 2, 5, 10, 20, 30, 60, 120, 300)
"""Upper limits of the latency histogram, in seconds."""


@dataclass(frozen=True, kw_only=True)
class Usage:
    """Counts of runs that share model, adapter and day; days are those of UTC.

    Attributes:
        first_pass: runs whose first attempt was valid.
        valid: runs that ended valid, repaired ones too.
        refused, asked: runs that ended with such an answer.
        accepted, corrected, rejected: runs with such a standing verdict.
        seconds: total time from start to end of the ``ended`` runs; a run that never ended has none.
        within: runs that took at most so many seconds, for each of ``BUCKETS``.
    """

    model: str
    adapter: str
    day: str
    runs: int
    ended: int
    first_pass: int
    valid: int
    refused: int
    asked: int
    interrupted: int
    failed: int
    accepted: int
    corrected: int
    rejected: int
    skipped: int
    attempts: int
    tokens_in: int
    tokens_out: int
    seconds: float
    within: tuple[int, ...]


def usage(store: Store, since: str = "") -> list[Usage]:
    """Counts of all runs that started at a time (ISO 8601) or later, by day, model and adapter."""
    statuses = ", ".join(
        f"sum(status = '{name}') AS {name}" for name in ("valid", "refused", "asked", "interrupted", "failed")
    )
    kinds = {"accepted": "accept", "corrected": "correct", "rejected": "reject", "skipped": "skip"}
    verdicts = ", ".join(f"sum(kind = '{kind}') AS {name}" for name, kind in kinds.items())
    within = ", ".join(f"sum(seconds <= {limit}) AS within_{limit}" for limit in BUCKETS)
    rows = store.query(
        f"""SELECT model, adapter, day, count(*) AS runs, count(status) AS ended, sum(first) AS first_pass,
            {statuses}, {verdicts}, sum(attempts) AS attempts, sum(tokens_in) AS tokens_in,
            sum(tokens_out) AS tokens_out, sum(seconds) AS seconds, {within}
        FROM (SELECT runs.model, coalesce(runs.adapter, '') AS adapter, substr(runs.started, 1, 10) AS day,
            run_ends.status,
            (SELECT kind FROM standing_verdicts WHERE standing_verdicts.run = runs.id) AS kind,
            (julianday(run_ends.finished) - julianday(runs.started)) * 86400 AS seconds,
            (SELECT valid FROM attempts WHERE attempts.run = runs.id AND number = 1) AS first,
            (SELECT count(*) FROM attempts WHERE attempts.run = runs.id) AS attempts,
            (SELECT sum(tokens_in) FROM attempts WHERE attempts.run = runs.id) AS tokens_in,
            (SELECT sum(tokens_out) FROM attempts WHERE attempts.run = runs.id) AS tokens_out
            FROM runs LEFT JOIN run_ends ON run_ends.run = runs.id WHERE runs.started >= :since)
        GROUP BY day, model, adapter ORDER BY day, model, adapter""",
        {"since": since},
    )
    found = []
    for row in rows:
        limits = tuple(row.pop(f"within_{limit}") or 0 for limit in BUCKETS)
        values = {name: value or 0 for name, value in row.items() if name not in ("model", "adapter", "day")}
        found.append(Usage(**{**row, **values}, within=limits))
    return found


def together(parts: Iterable[Usage], key: Callable[[Usage], tuple[str, str, str]]) -> list[Usage]:
    """Counts added up where ``key`` gives the same model, adapter and day; in the order of these."""
    sums: dict[tuple[str, str, str], list[Usage]] = {}
    for part in parts:
        sums.setdefault(key(part), []).append(part)
    found = []
    for (model, adapter, day), group in sorted(sums.items(), key=lambda item: (item[0][2], *item[0])):
        values = {
            one.name: sum(getattr(part, one.name) for part in group)
            for one in fields(Usage)
            if one.name not in ("model", "adapter", "day", "within")
        }
        within = tuple(sum(column) for column in zip(*(part.within for part in group), strict=True))
        found.append(Usage(model=model, adapter=adapter, day=day, within=within, **values))
    return found


def by_model(parts: Iterable[Usage]) -> list[Usage]:
    """Counts by model and adapter, over all days."""
    return together(parts, lambda part: (part.model, part.adapter, ""))


def by_day(parts: Iterable[Usage]) -> list[Usage]:
    """Counts by day, over all models."""
    return together(parts, lambda part: ("", "", part.day))


def recent_requests(store: Store, model: str, adapter: str, limit: int = 1000) -> list[str]:
    """The latest requests that a model with an adapter was given."""
    rows = store.query(
        """SELECT requests.text FROM runs JOIN requests ON requests.id = runs.request
        WHERE runs.model = :model AND coalesce(runs.adapter, '') = :adapter
        ORDER BY runs.started DESC, runs.id DESC LIMIT :limit""",
        {"model": model, "adapter": adapter, "limit": limit},
    )
    return [row["text"] for row in rows]
