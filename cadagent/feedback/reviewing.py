"""The review queue: which ended runs wait for a person, and how far the person has come."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, fields
from datetime import date
from typing import Literal

from cadagent.errors import InputError
from cadagent.feedback.records import RUN_STATUSES
from cadagent.feedback.store import Store

Judged = Literal["no", "skipped", "yes", "any"]

_WORD = re.compile(r'(?:(\w+):)?(?:"([^"]*)"|(\S+)|(?<=:))')
_DATE = re.compile(r"\d{4}-\d{2}(-\d{2})?")


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What of the queue is shown; empty fields let everything pass.

    Attributes:
        status: how the run ended.
        model: part of the model's or adapter's name.
        tag: a reason tag of an earlier verdict, or the code of a finding.
        since, before: dates, ``2026-11`` or ``2026-11-22``.
        text: words of the request.
        judged: ``no`` leaves out what was judged or skipped.
    """

    status: str = ""
    model: str = ""
    tag: str = ""
    since: str = ""
    before: str = ""
    text: str = ""
    judged: str = "no"

    @classmethod
    def parse(cls, line: str) -> Filter:
        """Read a line such as ``status:valid since:2026-11 tag:"wrong size" plate``.

        Raises:
            InputError: an unknown key or value, with what is known.
        """
        values: dict[str, str] = {}
        words: list[str] = []
        keys = [item.name for item in fields(cls) if item.name != "text"]
        for match in _WORD.finditer(line):
            key, value = match[1], match[2] if match[2] is not None else match[3] or ""
            if key is None:
                words += [value] if match[0] else []
            elif key not in keys:
                raise InputError(f"No filter is called {key!r}; known are {', '.join(keys)}.")
            elif not value:
                raise InputError(f"{key}: says nothing; {key}:VALUE is wanted, without a space.")
            else:
                values[key] = value
        for key, allowed in (("status", RUN_STATUSES), ("judged", ("no", "skipped", "yes", "any"))):
            if key in values and values[key] not in allowed:
                raise InputError(f"{key}:{values[key]} is unknown; one of {', '.join(allowed)} is wanted.")
        for key in ("since", "before"):
            if key in values and not _is_date(values[key]):
                raise InputError(f"{key}:{values[key]} is no date such as 2026-11-22.")
        return cls(**values, text=" ".join(words))


def _is_date(text: str) -> bool:
    """A month or a day of the calendar."""
    try:
        return bool(_DATE.fullmatch(text)) and bool(date.fromisoformat(f"{text}-01"[:10]))
    except ValueError:
        return False


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """One item of the queue."""

    run: str
    request: str
    status: str
    model: str
    adapter: str | None
    started: str
    attempt: int | None
    verdict: str | None


_STANDING = "(SELECT kind FROM standing_verdicts WHERE standing_verdicts.run = runs.id)"
_CLAUSES = {
    # A unary plus keeps an index out that would be walked through for every run.
    "status": "+run_ends.status = :status",
    "model": "instr(lower(runs.model || ' ' || coalesce(runs.adapter, '')), lower(:model))",
    "since": "runs.started >= :since",
    "before": "runs.started < :before",
    "text": "instr(lower(requests.text), lower(:text))",
    "tag": """(EXISTS (SELECT 1 FROM verdict_tags JOIN verdicts ON verdicts.id = verdict_tags.verdict
            WHERE verdicts.run = runs.id AND +verdict_tags.tag = :tag)
        OR EXISTS (SELECT 1 FROM findings JOIN attempts ON attempts.id = findings.attempt
            WHERE attempts.run = runs.id AND +findings.code = :tag))""",
}
_JUDGED = {
    # A run without a standing verdict has none at all, or one that was undone or never submitted: both are
    # quick to see, and only of the latter, which are few, the verdicts have to be read.
    "no": f"""(NOT EXISTS (SELECT 1 FROM verdicts WHERE verdicts.run = runs.id) OR (
        runs.id IN (SELECT run FROM verdicts WHERE kind = 'undo'
            UNION SELECT run FROM verdicts WHERE state = 'draft')
        AND {_STANDING} IS NULL))""",
    "skipped": f"{_STANDING} = 'skip'",
    "yes": f"{_STANDING} IN ('accept', 'correct', 'reject')",
}
_FEW = 500
#: The runs that a clause leaves, to start from where they are few.
_RUNS_OF = {
    "status": "SELECT run FROM run_ends WHERE status = :status",
    "text": """SELECT runs.id FROM requests CROSS JOIN runs ON runs.request = requests.id
        WHERE instr(lower(requests.text), lower(:text))""",
    "tag": """SELECT verdicts.run FROM verdict_tags JOIN verdicts ON verdicts.id = verdict_tags.verdict
            WHERE verdict_tags.tag = :tag
        UNION ALL SELECT attempts.run FROM findings JOIN attempts ON attempts.id = findings.attempt
            WHERE findings.code = :tag""",
    "skipped": "SELECT run FROM verdicts WHERE kind = 'skip'",
    "yes": "SELECT run FROM verdicts WHERE kind IN ('accept', 'correct', 'reject')",
}


def conditions(wanted: Filter, store: Store | None = None) -> tuple[str, dict[str, str]]:
    """A filter as SQL over ``runs``, ``requests`` and ``run_ends``, and its values.

    Only what is asked for is in it, so that the database can use its indexes.

    Args:
        store: is asked which clauses leave few runs: a list then starts from those. Where all leave many, a
            list that walks through the runs is full soon.
    """
    values = {name: value for name, value in vars(wanted).items() if value and name in _CLAUSES}
    parts = [_CLAUSES[name] for name in values]
    if wanted.judged != "any":
        parts.append(_JUDGED[wanted.judged])
    for name in (*values, wanted.judged):
        if store is not None and name in _RUNS_OF:
            few = store.query(f"SELECT * FROM ({_RUNS_OF[name]}) LIMIT {_FEW}", values)
            if len(few) < _FEW:
                parts.append("runs.id IN (SELECT value FROM json_each(:few))")
                values["few"] = json.dumps([value for row in few for value in row.values()])
                break
    return " AND ".join(parts) or "1", values


_FROM = "FROM runs JOIN run_ends ON run_ends.run = runs.id AND run_ends.attempt IS NOT NULL"
#: Run by run in the order in which they started, so that nothing is sorted and a list that is full ends.
_WALK = _FROM.replace("JOIN", "CROSS JOIN")
_REQUESTS = "JOIN requests ON requests.id = runs.request"


class Queue:
    """Reads the queue of a store; every method raises ``StoreError`` when it cannot."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def waiting(self, wanted: Filter | None = None, limit: int = 1000) -> list[Waiting]:
        """The items that a filter lets pass, oldest first; runs without any attempt are not to be judged."""
        where, values = conditions(wanted or Filter(), self.store)
        rows = self.store.query(
            "SELECT runs.id AS run, requests.text AS request, run_ends.status, runs.model, runs.adapter, "
            f"runs.started, run_ends.attempt, {_STANDING} AS verdict {_WALK} {_REQUESTS} WHERE {where} "
            "ORDER BY runs.started, runs.id LIMIT :limit",
            {**values, "limit": limit},
        )
        return [Waiting(**row) for row in rows]

    def count(self, wanted: Filter | None = None) -> int:
        """How many items a filter lets pass."""
        wanted = wanted or Filter()
        where, values = conditions(wanted, self.store)
        tables = f"{_FROM} {_REQUESTS}" if wanted.text else _FROM
        if wanted == Filter(judged=wanted.judged):  # then an index alone says all
            tables = "FROM (SELECT run AS id FROM run_ends WHERE attempt IS NOT NULL) AS runs"
        return int(self.store.query(f"SELECT count(*) AS n {tables} WHERE {where}", values)[0]["n"])
