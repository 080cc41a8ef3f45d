"""Runs with real designs, prompts and verdicts, as the loop and a person would leave them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from cadagent.agent.prompts import first_prompt, repair_prompt
from cadagent.design import digest
from cadagent.feedback import Decisions, NewAttempt, RunEnd, Store
from cadagent.validation import Report, for_model, validate
from tests.feedback.test_store import new_run

BAD = '{"units":"mm","operations":[{"op":"bux","size":[1,2,3]}]}'


def box(*size: float) -> str:
    """A block as the model writes it."""
    document = {"units": "mm", "operations": [{"op": "box", "size": list(size)}]}
    return json.dumps(document, separators=(",", ":"))


@lru_cache(maxsize=200)
def report(text: str) -> Report:
    """The report on a text; each is built once."""
    return validate(text)


def pairs_of(messages: Sequence[Any]) -> list[tuple[str, str]]:
    return [(message.role, message.content) for message in messages]


def answered(store: Store, request: str, *texts: str, **fields: Any) -> str:
    """A run whose attempts say these texts, each but the first a repair of the one before; returns its id."""
    run = store.start_run(new_run(request, **fields))
    best: int | None = None
    for number, text in enumerate(texts, 1):
        checked = report(text)
        prompt = first_prompt(request)
        if number > 1:
            before = report(texts[number - 2])
            prompt = repair_prompt(request, before.text, for_model(before.findings, before.document or {}))
        measurement = checked.result.measurement if checked.result is not None else None
        store.add_attempt(
            run,
            NewAttempt(
                number=number,
                parent=number - 1 or None,
                strategy="first" if number == 1 else "repair",
                messages=pairs_of(prompt),
                text=text,
                document=checked.canonical or checked.document,
                digest=digest(checked.canonical) if checked.canonical is not None else None,
                tokens_in=50,
                tokens_out=20,
                ms=400,
                finish="stop",
                valid=checked.valid,
                measurement=measurement.as_dict() if measurement is not None else None,
                findings=checked.findings,
            ),
        )
        best = number if checked.valid else best
    design = report(texts[best - 1]).canonical if best is not None else None
    end = RunEnd(
        status="valid" if best is not None else "no_valid_design",
        attempt=best or len(texts),
        design=design,
        digest=digest(design) if design is not None else None,
        reason="made for a test",
    )
    store.finish_run(run, end)
    return run


def fill(store: Store) -> dict[str, str]:
    """One run of each kind that an export tells apart; returns the ids by what was decided."""
    decide = Decisions(store)
    runs = {
        "accepted": answered(store, "A washer plate, 20 x 10 x 5 mm", box(20, 10, 5)),
        "repaired": answered(store, "Spacer block 30 by 10 by 5", BAD, box(30, 10, 5)),
        "corrected": answered(store, "A flat lid of 40 x 10 x 5", box(40, 10, 6)),
        "rejected": answered(store, "Long rail, 50 x 10 x 5 mm", box(50, 10, 50)),
        "retried": answered(store, "Long rail, 50 x 10 x 5 mm", box(50, 10, 5)),
        "skipped": answered(store, "Heavy anvil 60 x 10 x 5", box(60, 10, 5)),
        "failed": answered(store, "Thin shim 70 x 10 x 1", BAD),
        "undecided": answered(store, "Square tile 80 x 80 x 5", box(80, 80, 5)),
        "drafted": answered(store, "Round coin of 90", box(90, 90, 5)),
    }
    decide.decide(runs["accepted"], "accept", attempt=1, seconds=3.5)
    decide.decide(runs["repaired"], "accept", attempt=2)
    decide.correct(runs["corrected"], 1, report(box(40, 10, 5)), note="one less")
    decide.decide(runs["rejected"], "reject", attempt=1, tags=["wrong size"], note="ten times")
    decide.decide(runs["retried"], "reject", attempt=1)
    decide.undo(runs["retried"])
    decide.decide(runs["retried"], "accept", attempt=1)
    decide.decide(runs["skipped"], "skip", attempt=1)
    decide.correct(runs["failed"], 1, report(box(70, 10, 1)))
    decide.decide(runs["drafted"], "accept", attempt=1, draft=True)
    return runs
