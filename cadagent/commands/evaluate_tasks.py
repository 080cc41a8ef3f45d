"""How a request of an evaluation is answered: one function a task, and the row that an answer becomes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cadagent.agent import AttemptValidated, Finished, RunStarted, run
from cadagent.agent.prompts import clean_request, edit_prompt
from cadagent.batch import model_of
from cadagent.commands.evaluate_sets import minimal_of, rows_of_file
from cadagent.design import compact, dumps, json_schema
from cadagent.errors import InputError
from cadagent.evaluation.judging import Request, judged
from cadagent.generation import Model
from cadagent.settings import Settings
from cadagent.validation import Report, validate

Row = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """An answer to a request, as it stood after the first attempt or at the end.

    Attributes:
        status: ``valid``, ``no_valid_design``, ``refused``, ``asked``, or ``failed`` without an answer.
        text: what the model wrote; the design as it stands there.
        whole: whether the model ended it by itself.
        tokens, seconds: of all attempts until then; loading the model is not in it.
    """

    status: str
    text: str = ""
    report: Report | None = None
    whole: bool = True
    attempts: int = 0
    tokens: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Given:
    """An answer that something else has written: its text, whether it was ended, tokens and seconds."""

    text: str
    whole: bool = True
    tokens: int = 0
    seconds: float = 0.0


def read_given(path: Path) -> dict[str, Given]:
    """The answers of a JSON-lines file by ``id``, or by line number where there is none.

    Besides ``text`` a line may have ``finished`` (whether the answer was ended), ``tokens`` and ``seconds``.

    Raises:
        InputError: the file cannot be read, a line is no answer, or an id stands twice.
    """
    found: dict[str, Given] = {}
    for number, row in rows_of_file(path):
        name, text = str(row.get("id", number)), row.get("text")
        whole, tokens, seconds = row.get("finished", True), row.get("tokens", 0), row.get("seconds", 0)
        if not isinstance(text, str) or not isinstance(whole, bool):
            raise InputError(f"{path}, line {number} is no answer: text is words, finished true or false")
        if not isinstance(tokens, int) or not isinstance(seconds, int | float) or min(tokens, seconds) < 0:
            raise InputError(f"{path}, line {number}: tokens and seconds are figures from zero upwards")
        if name in found:
            raise InputError(f"{path}, line {number}: the id {name!r} stands twice.")
        found[name] = Given(text, whole, tokens, float(seconds))
    return found


Answers = tuple[Answer, Answer] | None
"""After the first attempt, and in the end; None when it was interrupted."""


def answer(item: tuple[Request, int], settings: Settings, cancel: threading.Event) -> Row:
    """Answer a request under a seed, and judge the answer: a row of ``results.jsonl``.

    Raises:
        InputError: no such model or adapter, or the reference cannot be read.
        ModelUnavailable: the model cannot be loaded.
    """
    request, seed = item
    model = model_of(settings)
    try:
        both = TASKS[request.task](request, model, replace(settings, seed=seed), cancel)
    except InputError as error:  # this request cannot be put to the model: too long, or empty
        both = (Answer("failed", str(error)),) * 2
    if both is None:
        return {"id": request.id, "status": "interrupted"}
    first, final = both
    row = head(request, seed)
    row["first"] = record(first, request)
    same = final.text == first.text and final.status == first.status
    judgement = {**row["first"]} if same else record(final, request)
    row["final"] = {
        **judgement,
        "attempts": final.attempts,
        "tokens": final.tokens,
        "seconds": round(final.seconds, 3),
    }
    return row | {"status": final.status}


def judge_given(item: tuple[Request, Given], settings: Settings, cancel: threading.Event) -> Row:
    """The row of an answer that something else has written."""
    request, found = item
    report = validate(found.text, request=clean_request(request.text), mesh=True)
    one = Answer(_status(report), found.text, report, found.whole, 1, found.tokens, found.seconds)
    row = head(request, 0)
    row["first"] = record(one, request)
    return row | {"final": dict(row["first"]), "status": one.status}


def head(request: Request, seed: int) -> Row:
    """What a row says of its request."""
    return {
        "id": request.id,
        "seed": seed,
        "level": request.level,
        "task": request.task,
        "expects": request.expects,
        "words": len(request.text.split()),
        "request": request.text,
        "recorded": dict(request.recorded),
    }


def record(given: Answer, request: Request) -> Row:
    """An answer as it stands in a row."""
    return {
        "status": given.status,
        "text": given.text,
        "whole": given.whole,
        "attempts": given.attempts,
        "tokens": given.tokens,
        "seconds": round(given.seconds, 3),
        **judged(given.report, request.text, request.truth, minimal_of, whole=given.whole),
    }


def judged_again(row: Row, request: Request) -> Row:
    """A row whose answers are validated, built and judged anew; no model is asked."""
    renewed = {**row, **head(request, row["seed"])}
    for phase in ("first", "final"):
        old = row[phase]
        asked = old["attempts"] > 0
        report = validate(old["text"], request=clean_request(request.text), mesh=True) if asked else None
        same = (
            phase == "final" and old["text"] == row["first"]["text"] and old["whole"] == row["first"]["whole"]
        )
        measured = (
            {key: value for key, value in renewed["first"].items() if key not in _OF_ANSWER}
            if same
            else judged(report, request.text, request.truth, minimal_of, whole=old["whole"])
        )
        renewed[phase] = {**{key: old[key] for key in _OF_ANSWER}, **measured}
    return renewed


_OF_ANSWER = ("status", "text", "whole", "attempts", "tokens", "seconds")


def _generate(request: Request, model: Model, settings: Settings, cancel: threading.Event) -> Answers:
    """The agent's loop; its first attempt is greedy and is the first pass."""
    first: Answer | None = None
    tokens, began = 0, time.monotonic()
    for event in run(request.text, model=model, settings=settings, cancel=cancel):
        if isinstance(event, RunStarted):
            began = time.monotonic()
        elif isinstance(event, AttemptValidated):
            one = event.attempt
            tokens += one.tokens_out
            if first is None:
                seconds = time.monotonic() - began
                first = Answer(
                    _status(one.report), one.text, one.report, one.finish == "stop", 1, tokens, seconds
                )
        elif isinstance(event, Finished):
            if event.status == "interrupted":
                return None
            best = event.best
            final = Answer(
                event.status,
                best.text if best is not None else "",
                best.report if best is not None else None,
                best is None or best.finish == "stop",
                event.attempts,
                tokens,
                event.seconds,
            )
            return first or final, final
    return None


def _edit(request: Request, model: Model, settings: Settings, cancel: threading.Event) -> Answers:
    """One greedy answer to a change of a design; there is no loop around it."""
    assert request.design is not None  # an edit has one
    change = clean_request(request.text)
    if hasattr(model, "start"):
        model.start(settings.adapter)  # loading is not the answer's time
    text, tokens, finish, began = "", 0, "stop", time.monotonic()
    for chunk in model.generate(
        edit_prompt(dumps(compact(dict(request.design))), change),
        schema=json_schema("reply"),
        adapter=settings.adapter,
        seed=settings.seed,
        max_tokens=settings.max_tokens,
        cancel=cancel,
    ):
        text, tokens, finish = text + chunk.text, tokens + chunk.tokens, chunk.finish or finish
    if finish == "cancelled":
        return None
    report = validate(text, mesh=True, seconds=settings.build_seconds)
    given = Answer(_status(report), text, report, finish == "stop", 1, tokens, time.monotonic() - began)
    return given, given


def _status(report: Report) -> str:
    if report.reply is not None:
        return "refused" if report.reply[0] == "refuse" else "asked"
    return "valid" if report.valid and report.result is not None else "no_valid_design"


TASKS: dict[str, Callable[[Request, Model, Settings, threading.Event], Answers]] = {
    "generate": _generate,
    "edit": _edit,
}
