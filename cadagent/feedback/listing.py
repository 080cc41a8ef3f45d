"""Runs as they are listed: newest first, whatever became of them."""

from __future__ import annotations

from dataclasses import dataclass

from cadagent.feedback.reviewing import Filter, conditions
from cadagent.feedback.store import Store


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One run in a list.

    Attributes:
        status: how it ended; ``None`` when it never did.
        attempt: number of the attempt that is the answer.
        verdict: the kind of the standing verdict.
    """

    run: str
    started: str
    request: str
    model: str
    adapter: str | None
    status: str | None
    attempts: int
    attempt: int | None
    verdict: str | None


def listed(store: Store, wanted: Filter | None = None, limit: int = 20) -> list[Listed]:
    """The latest runs that a filter lets pass, newest first."""
    where, values = conditions(wanted or Filter(judged="any"), store)
    rows = store.query(
        f"""SELECT runs.id AS run, runs.started, requests.text AS request, runs.model, runs.adapter,
            run_ends.status, run_ends.attempt,
            (SELECT count(*) FROM attempts WHERE attempts.run = runs.id) AS attempts,
            (SELECT kind FROM standing_verdicts WHERE standing_verdicts.run = runs.id) AS verdict
        FROM runs JOIN requests ON requests.id = runs.request LEFT JOIN run_ends ON run_ends.run = runs.id
        WHERE {where} ORDER BY runs.started DESC, runs.id DESC LIMIT :limit""",
        {**values, "limit": limit},
    )
    return [Listed(**row) for row in rows]
