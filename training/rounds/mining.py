"""What a model gets wrong again and again, and hard negatives made of it.

Findings are ranked by how seldom a repair took them away. A hard negative is a design that somebody stood by
with a single fault in it, of a kind that brings such a finding: it becomes a repair to learn, or the rejected
answer beside the right one.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from cadagent import design
from cadagent.agent.prompts import clean_request, repair_prompt
from cadagent.feedback import Store
from cadagent.validation import for_model, validate
from training.splits import geometry_signature
from training.synthetic.faults import faulty
from training.synthetic.random_source import RandomSource
from training.synthetic.repairs import NEVER

MOST_CODES = 5
"""Codes that hard negatives are looked for, at most."""
FEWEST = 3
"""Repairs that a code must have been through before its rate says anything."""
_TRIES = 40
_BUILDS = 4
"""Faulty designs built for one hard negative, at most."""


@dataclass(frozen=True)
class RepairRate:
    """How often the attempt after a finding no longer had it."""

    code: str
    repaired: int
    tried: int

    @property
    def share(self) -> float:
        return self.repaired / self.tried


def repair_rates(store: Store) -> list[RepairRate]:
    """Every code of an error that was to be repaired, the worst first."""
    rows = store.query(
        """SELECT code, count(*) AS tried, sum(NOT EXISTS (
                SELECT 1 FROM findings AS still WHERE still.attempt = later.id AND still.code = found.code
            ) AND later.document IS NOT NULL) AS repaired
        FROM (SELECT DISTINCT attempt, code FROM findings WHERE severity = 'error' AND cause IS NULL) AS found
        JOIN attempts AS broken ON broken.id = found.attempt
        JOIN attempts AS later ON later.run = broken.run AND later.parent = broken.number
        WHERE later.strategy IN ('repair', 'rewrite') AND later.finish IS NOT 'cancelled'
        GROUP BY code""",
        {},
    )
    rates = [RepairRate(row["code"], row["repaired"], row["tried"]) for row in rows]
    return sorted(rates, key=lambda rate: (rate.share, -rate.tried, rate.code))


def stubborn(rates: Sequence[RepairRate]) -> list[str]:
    """The codes to look for: those least often repaired that were tried often enough."""
    known = [rate.code for rate in rates if rate.tried >= FEWEST and rate.share < 1]
    return known[:MOST_CODES]


def accepted_then_corrected(store: Store) -> set[str]:
    """Verdicts that correct what somebody had accepted before: the mistakes that are easily overlooked."""
    rows = store.query(
        """SELECT stood.verdict FROM stood JOIN verdicts AS now ON now.id = stood.verdict
        WHERE stood.kind = 'correct' AND EXISTS (
            SELECT 1 FROM verdicts AS before WHERE before.run = now.run AND before.rowid < now.rowid
            AND before.kind = 'accept' AND before.state = 'submitted')""",
        {},
    )
    return {row["verdict"] for row in rows}


def hard_repair(
    request: str, right: str, wanted: Collection[str], rng: RandomSource
) -> dict[str, Any] | None:
    """A repair of a single fault in a design, as a training record; ``None`` where no fault shows.

    Args:
        right: what somebody stood by, as a model writes it.
        wanted: codes that the fault had better bring; the first fault that brings any error is taken where
            none brings one of these.

    Builds in the kernel's workers.
    """
    document = json.loads(right)
    text = clean_request(request)
    spare: dict[str, Any] | None = None
    builds = 0
    for _ in range(_TRIES):
        found = faulty(document, rng, single=True)
        if found is None:
            continue
        kind, wrong = found
        if any(finding.code.startswith(NEVER) for finding in design.check(wrong)):
            continue
        report = validate(design.dumps(wrong), request=text, seconds=20)
        builds += report.result is not None
        codes = [finding.code for finding in report.errors]
        if codes and report.document is not None and not any(code.startswith(NEVER) for code in codes):
            messages = repair_prompt(
                text, design.dumps(report.document), for_model(report.findings, report.document)
            )
            made = {
                "messages": [{"role": one.role, "content": one.content} for one in messages],
                "completion": right,
                "kind": kind,
                "finding": codes[0],
            }
            if not wanted or set(codes) & set(wanted):
                return made
            spare = spare or made
        if builds >= _BUILDS:
            break
    return spare


def near_miss(right: str, rng: RandomSource) -> str | None:
    """A design with a single fault that gives another solid, valid or not; ``None`` where none has room."""
    document = json.loads(right)
    for _ in range(_TRIES):
        found = faulty(document, rng, single=True)
        if found is None:
            continue
        text = design.dumps(found[1])
        if any(finding.code.startswith(NEVER) for finding in design.check(found[1])):
            continue
        if _signature(text) != _signature(right):
            return text
    return None


def _signature(text: str) -> str | None:
    """Of the geometry; of the text where the design does not resolve."""
    try:
        return geometry_signature({"completion": text})
    except design.DesignError:
        return text
