"""What people decide on runs: verdicts, corrections, and what nobody has judged yet."""

from __future__ import annotations

import difflib
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sqlite_utils import Database

from cadagent.design import digest, dumps
from cadagent.errors import InputError
from cadagent.feedback.completions import keep_completion
from cadagent.feedback.store import Store
from cadagent.feedback.values import from_json, new_id, now, to_json
from cadagent.validation import Report

VerdictKind = Literal["accept", "correct", "reject", "skip", "undo"]

REASONS = {
    "wrong size": "a figure of the request is not held",
    "wrong shape": "another part than the one described",
    "wrong place": "a feature sits elsewhere than asked",
    "missing feature": "something asked for is not there",
    "extra feature": "something is there that nobody asked for",
    "wrong units": "built in another unit",
    "cannot be made": "no workshop could make it",
    "bad request": "the request itself is at fault",
}
"""Reason tags that a rejection can carry, with what they mean."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One stored decision; ``seconds`` is how long the person looked before it."""

    id: str
    run: str
    attempt: int | None
    kind: VerdictKind
    decided: str
    seconds: float
    note: str
    correction: str | None
    undoes: str | None
    state: Literal["draft", "submitted"] = "submitted"
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Correction:
    """What a person made of an attempt: the text, its canonical design, and the diff to the attempt."""

    id: str
    run: str
    attempt: int
    text: str
    design: dict[str, Any]
    digest: str
    diff: str


class Decisions:
    """Reads and writes decisions in a store; every method raises ``StoreError`` when it cannot."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def decide(
        self,
        run: str,
        kind: Literal["accept", "reject", "skip"],
        *,
        attempt: int | None = None,
        seconds: float = 0.0,
        note: str = "",
        tags: Sequence[str] = (),
        draft: bool = False,
    ) -> str:
        """Store a verdict and return its id.

        Args:
            draft: a first opinion, which counts for nothing until a verdict is submitted.

        Raises:
            InputError: the run has no such attempt, or what is accepted is no valid one.
        """
        with self.store.writing() as db:
            self._require(run, attempt)
            if kind == "accept" and not self._keep_accepted(db, run, attempt):
                raise InputError("Only a valid design can be accepted; correct it or reject it.")
            return self._insert(run, attempt, kind, seconds, note, tags, draft=draft)

    def correct(self, run: str, attempt: int, report: Report, *, seconds: float = 0.0, note: str = "") -> str:
        """Store a correction of an attempt with the verdict on it; returns the verdict's id.

        Args:
            report: of the corrected text, validated and built.

        Raises:
            InputError: the correction does not validate, or says the same as the attempt.
        """
        if not report.valid or report.canonical is None or report.result is None:
            raise InputError(why_not(report))
        rows = self.store.query(
            "SELECT document, text, digest, valid FROM attempts WHERE run = :run AND number = :number",
            {"run": run, "number": attempt},
        )
        if not rows:
            raise InputError(f"Run {run} has no attempt {attempt}.")
        before = rows[0]
        found = digest(report.canonical)
        if found == before["digest"] and before["valid"]:
            raise InputError("This is the attempt's own design; accept it, or change it first.")
        document = from_json(before["document"])
        old = dumps(document, indent=2) if isinstance(document, dict) else before["text"]
        measurement = report.result.measurement
        measured = to_json(measurement.as_dict()) if measurement is not None else None
        correction = new_id()
        with self.store.writing() as db:
            keep_completion(db, to_json(report.canonical), measured)
            self.store.insert(
                "corrections",
                {
                    "id": correction,
                    "run": run,
                    "attempt": attempt,
                    "written": now(),
                    "text": report.text,
                    "design": to_json(report.canonical),
                    "digest": found,
                    "diff": unified(old, dumps(report.canonical, indent=2)),
                    "measurement": measured,
                },
            )
            for position, finding in enumerate(report.findings):
                row = {"correction": correction, "position": position, **asdict(finding)}
                self.store.insert("correction_findings", row)
            return self._insert(run, attempt, "correct", seconds, note, (), correction=correction)

    def undo(self, run: str, *, seconds: float = 0.0) -> Verdict | None:
        """Take the run's standing verdict back; returns it, or ``None`` when there is none."""
        with self.store.writing():
            verdict = self.standing(run)
            if verdict is not None:
                self._insert(run, verdict.attempt, "undo", seconds, "", (), undoes=verdict.id)
        return verdict

    def standing(self, run: str) -> Verdict | None:
        """The verdict that holds for a run: the latest one that was not undone."""
        rows = self.store.query("SELECT * FROM standing_verdicts WHERE run = :run", {"run": run})
        return self._verdict(rows[0]) if rows else None

    def draft(self, run: str) -> Verdict | None:
        """The draft of a verdict on a run that was left after the last submitted one."""
        rows = self.store.query(
            "SELECT * FROM verdicts WHERE run = :run ORDER BY rowid DESC LIMIT 1", {"run": run}
        )
        return self._verdict(rows[0]) if rows and rows[0]["state"] == "draft" else None

    def history(self, run: str) -> list[Verdict]:
        """All verdicts on a run, undone ones and undoings too, in order."""
        rows = self.store.query("SELECT * FROM verdicts WHERE run = :run ORDER BY rowid", {"run": run})
        return [self._verdict(row) for row in rows]

    def corrections(self, run: str) -> list[Correction]:
        """The corrections of a run in order."""
        rows = self.store.query(
            "SELECT id, run, attempt, text, design, digest, diff FROM corrections WHERE run = :run "
            "ORDER BY rowid",
            {"run": run},
        )
        return [Correction(**row | {"design": from_json(row["design"])}) for row in rows]

    def counts(self, since: str = "") -> dict[str, int]:
        """How many standing verdicts of each kind were given, from a time (ISO 8601) on."""
        rows = self.store.query(
            "SELECT kind, count(*) AS n FROM standing_verdicts WHERE decided >= :since GROUP BY kind",
            {"since": since},
        )
        return {row["kind"]: row["n"] for row in rows}

    def _require(self, run: str, attempt: int | None) -> None:
        """Refuse an attempt that the run does not have."""
        sql = "SELECT 1 FROM attempts WHERE run = :run AND number = :number"
        if attempt is not None and not self.store.query(sql, {"run": run, "number": attempt}):
            raise InputError(f"Run {run} has no attempt {attempt}.")

    def _keep_accepted(self, db: Database, run: str, attempt: int | None) -> bool:
        """Keep the design of an attempt that is accepted; whether it is a valid one."""
        rows = self.store.query(
            "SELECT document, measurement FROM attempts WHERE run = :run AND number = :number AND valid",
            {"run": run, "number": attempt},
        )
        return bool(rows) and keep_completion(db, rows[0]["document"], rows[0]["measurement"])

    def _insert(
        self,
        run: str,
        attempt: int | None,
        kind: VerdictKind,
        seconds: float,
        note: str,
        tags: Sequence[str],
        correction: str | None = None,
        undoes: str | None = None,
        draft: bool = False,
    ) -> str:
        if not math.isfinite(seconds) or seconds < 0:
            raise InputError("The seconds that a decision took are a number from 0 on.")
        verdict = new_id()
        row = {
            "id": verdict,
            "run": run,
            "attempt": attempt,
            "kind": kind,
            "decided": now(),
            "seconds": round(seconds, 3),
            "note": note,
            "correction": correction,
            "undoes": undoes,
            "state": "draft" if draft else "submitted",
        }
        self.store.insert("verdicts", row)
        for tag in dict.fromkeys(tags):
            self.store.insert("verdict_tags", {"verdict": verdict, "tag": tag})
        return verdict

    def _verdict(self, row: dict[str, Any]) -> Verdict:
        tags = self.store.query(
            "SELECT tag FROM verdict_tags WHERE verdict = :id ORDER BY rowid", {"id": row["id"]}
        )
        return Verdict(**row, tags=tuple(item["tag"] for item in tags))


def why_not(report: Report) -> str:
    """In one sentence why a correction cannot be accepted."""
    if report.reply is not None:
        return "This is a reply without a design; it cannot be accepted as a correction."
    errors = [finding for finding in report.errors if finding.cause is None] or list(report.errors)
    if errors:
        first = errors[0]
        where = f" (line {first.line})" if first.line is not None else ""
        more = f", and {len(errors) - 1} more" if len(errors) > 1 else ""
        return f"The correction does not validate: {first.message}{where}{more}."
    return "The correction has not been built; it cannot be accepted."


def unified(old: str, new: str) -> str:
    """A unified diff of two texts."""
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), "before", "after", lineterm="")
    return "\n".join(lines)
