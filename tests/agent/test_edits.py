"""Requests that change a design: what the model is asked, and that an answer must change something."""

from __future__ import annotations

import json

import pytest

from cadagent.agent import Asked, AttemptStarted, AttemptValidated, Finished, run
from cadagent.design import compact, dumps
from cadagent.generation.scripted import ScriptedModel
from cadagent.settings import Settings
from tests.agent.designs import GOOD

BEFORE = json.loads(GOOD)
THICKER = json.loads(GOOD)
THICKER["operations"][0]["depth"] = 8


def _model(*documents: dict[str, object]) -> ScriptedModel:
    return ScriptedModel([{"reply": json.dumps(document)} for document in documents])


def test_the_model_gets_the_design_and_the_change_and_nothing_counts_as_assumed() -> None:
    model = _model(THICKER)
    events = list(run("make it 8 mm thick", model=model, design=BEFORE))
    (started,) = [event for event in events if isinstance(event, AttemptStarted)]
    sent = started.prompt[-1][1]
    assert sent == f"Design so far:\n{dumps(compact(BEFORE))}\n\nChange:\nmake it 8 mm thick"
    end = events[-1]
    assert isinstance(end, Finished)
    assert (end.status, end.assumptions, end.check) == ("valid", (), ())


def test_a_design_that_comes_back_as_it_was_is_no_answer() -> None:
    model = _model(BEFORE, THICKER)
    events = list(run("make it 8 mm thick", model=model, design=BEFORE))
    first, second = [event.attempt for event in events if isinstance(event, AttemptValidated)]
    assert [finding.code for finding in first.report.errors] == ["agent.unchanged"] and not first.valid
    assert second.valid
    end = events[-1]
    assert isinstance(end, Finished) and end.status == "valid" and end.best is second


def test_an_edit_that_never_changes_anything_fails_honestly() -> None:
    model = _model(BEFORE, BEFORE)
    end = list(run("make it 8 mm thick", model=model, design=BEFORE, settings=Settings(max_attempts=2)))[-1]
    assert isinstance(end, Finished) and end.status == "no_valid_design"


@pytest.mark.parametrize("change", ["make it 3 mm thicker", "change the thickness from 5 mm to 8 mm"])
def test_figures_of_a_change_may_be_relative_or_name_the_old_one(change: str) -> None:
    events = list(run(change, model=_model(THICKER), design=BEFORE))
    assert not any(isinstance(event, Asked) for event in events)
    end = events[-1]
    assert isinstance(end, Finished) and (end.status, end.attempts) == ("valid", 1)
