"""Explain and compare: a design's telling held against its request."""

from __future__ import annotations

import json

import pytest

from cadagent.agent import AttemptStarted, Finished, run
from cadagent.agent.comparing import told_otherwise
from cadagent.agent.explaining import EXPLAIN_SYSTEM
from cadagent.errors import InputError, ModelUnavailable
from cadagent.generation import Identity
from cadagent.generation.scripted import ScriptedModel
from cadagent.settings import Settings
from tests.agent.designs import GOOD, PLATE, REQUEST, plate, scripted

RIGHT = (
    "The part is a plate 40 mm long, 20 mm wide and 5 mm thick. "
    "It has four holes with a diameter of 4 mm; they are 30 x 10 mm apart."
)
WRONG = RIGHT.replace("5 mm thick", "8 mm thick")


@pytest.mark.parametrize(
    ("request_text", "told", "units", "otherwise"),
    [
        ("A rod 12 mm in diameter and 50 mm long.", "A cylinder, radius 6 mm, height 50 mm.", "mm", 0),
        ("A rod 12 mm in diameter and 50 mm long.", "A cylinder, diameter 50 mm, height 12 mm.", "mm", 4),
        ("A 1 inch cube.", "A cube with sides of 25.4 mm.", "mm", 0),
        ("A plate 40 x 20 x 5 mm with four holes.", "A plate 40 x 20 x 5 mm with six holes.", "mm", 2),
        ("A disc about 30 mm in diameter, 5 mm thick.", "A disc of 30.5 mm diameter, 5 mm thick.", "mm", 0),
        ("A cube of 0.5 units.", "A cube of 0.5 units.", "unit", 0),
    ],
)
def test_figures_are_compared_by_what_they_are_the_size_of(
    request_text: str, told: str, units: str, otherwise: int
) -> None:
    assert len(told_otherwise(request_text, told, units)) == otherwise


def _asked(model: ScriptedModel, **settings: object) -> tuple[list[AttemptStarted], Finished]:
    events = list(run(REQUEST, model=model, settings=Settings(**settings)))  # type: ignore[arg-type]
    assert isinstance(events[-1], Finished)
    return [event for event in events if isinstance(event, AttemptStarted)], events[-1]


def test_a_design_that_is_told_otherwise_gets_a_second_opinion() -> None:
    other = json.dumps(json.loads(GOOD) | {"operations": json.loads(GOOD)["operations"]}, indent=1)
    model = scripted(GOOD, WRONG, other, RIGHT)
    started, end = _asked(model, opinions=1, compare=True)
    assert [one.strategy for one in started] == ["first", "fresh"]
    assert end.best is not None and (end.status, end.best.number, end.best.doubts) == ("valid", 2, 0)
    asked = [call[0].content == EXPLAIN_SYSTEM for call in model.calls]
    assert asked == [False, True, False, True]


def test_what_the_telling_took_counts() -> None:
    _, alone = _asked(scripted(GOOD), opinions=1)
    _, told = _asked(scripted(GOOD, RIGHT), opinions=1, compare=True)
    assert alone.best is not None and told.best is not None
    assert told.best.tokens_out > alone.best.tokens_out and told.best.doubts == 0


class _WithoutAdapters(ScriptedModel):
    def identify(self, adapter: str | None = None) -> Identity:
        if adapter is not None:
            raise InputError(f"There is no adapter {adapter}.")
        return super().identify(adapter)


def test_an_adapter_that_is_missing_is_missed_before_anything_is_made() -> None:
    model = _WithoutAdapters([{"reply": GOOD}])
    with pytest.raises(ModelUnavailable, match="cad2nl"):
        _asked(model, opinions=1, compare=True)
    assert not model.calls


def test_a_change_of_a_design_is_not_compared() -> None:
    """Its figures may be relative."""
    model = scripted(plate(diameter=5))
    settings = Settings(opinions=1, compare=True)
    events = list(run("Make the holes 5 mm", model=model, design=PLATE, settings=settings))
    assert len(model.calls) == 1 and isinstance(events[-1], Finished) and events[-1].status == "valid"


def test_without_second_opinions_nothing_is_told() -> None:
    """It could change nothing."""
    model = scripted(GOOD)
    _, end = _asked(model, compare=True)
    assert (end.status, len(model.calls)) == ("valid", 1)


def test_the_setting_is_yes_or_no() -> None:
    assert Settings(compare="yes").compare is True  # type: ignore[arg-type]
    assert Settings(compare="no").compare is False  # type: ignore[arg-type]
    with pytest.raises(InputError, match="yes or no"):
        Settings(compare="perhaps")  # type: ignore[arg-type]
