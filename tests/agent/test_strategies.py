"""Ways to go on after an attempt that is not right: which is taken when, and what the model may write."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from cadagent.agent import AttemptStarted, Finished, RepairPlanned, TokensStreamed, run
from cadagent.agent.fixing import additions, around, one_operation, only_operation
from cadagent.design import dumps
from cadagent.errors import InputError
from cadagent.generation.grammar import gbnf
from cadagent.generation.scripted import ScriptedModel
from cadagent.settings import Settings
from tests.agent.designs import GOOD, NO_DEPTH, PLATE, REQUEST, WRONG_OP, scripted, text

LONG = "A plate 40 x 20 x 5 mm. Put four 4 mm holes into it, 30 x 10 mm apart."
PLATE_ALONE = text({**PLATE, "operations": PLATE["operations"][:1]})


def planned(model: ScriptedModel, request: str, *strategies: str) -> tuple[list[RepairPlanned], Finished]:
    events = list(run(request, model=model, settings=Settings(strategies=strategies)))
    assert isinstance(events[-1], Finished)
    return [event for event in events if isinstance(event, RepairPlanned)], events[-1]


def test_strategies_are_tried_in_the_order_of_the_settings() -> None:
    model = scripted(WRONG_OP, WRONG_OP, WRONG_OP, GOOD)
    plans, end = planned(model, REQUEST, "rewrite", "repair")
    assert [plan.strategy for plan in plans] == ["rewrite", "repair", "fresh"]
    assert plans[0].why == "all findings lie in operation 2 of attempt 1"
    assert (end.status, end.attempts) == ("valid", 4)


def test_no_strategies_means_asking_anew() -> None:
    plans, end = planned(scripted(NO_DEPTH, GOOD), REQUEST)
    assert [(plan.strategy, plan.parent) for plan in plans] == [("fresh", None)]
    assert end.status == "valid"


def test_operations_that_change_nothing_are_left_out_without_asking() -> None:
    """A hole that is drilled twice; its second mention goes, and the solid is what was asked for."""
    model = scripted(text({**PLATE, "operations": [*PLATE["operations"], PLATE["operations"][1]]}))
    plans, end = planned(model, REQUEST, "prune")
    assert [(plan.strategy, plan.parent) for plan in plans] == [("prune", 1)]
    assert plans[0].why == "operation 3 of attempt 1 changes nothing"
    assert (end.status, end.attempts) == ("valid", 2)
    assert end.best is not None and end.best.text == GOOD and end.best.tokens_out == 0
    assert end.check == ("What changed nothing in attempt 1 was left out.",)
    assert len(model.calls) == 1


def test_what_is_wrong_otherwise_is_not_pruned() -> None:
    plans, _ = planned(scripted(NO_DEPTH, GOOD), REQUEST, "prune")
    assert [plan.strategy for plan in plans] == ["fresh"]


def test_a_second_opinion_where_figures_do_not_add_up() -> None:
    """The first answer is valid, and nothing asked for is missing, but it has a hole too many."""
    extra = {"op": "hole", "diameter": 3}
    first = text({**PLATE, "operations": [*PLATE["operations"], extra]})
    events = list(run(REQUEST, model=scripted(first, GOOD), settings=Settings(opinions=1)))
    end = events[-1]
    assert isinstance(end, Finished) and end.best is not None
    assert (end.status, end.attempts, end.best.text, end.best.doubts) == ("valid", 2, GOOD, 0)
    alone = list(run(REQUEST, model=scripted(first), settings=Settings(opinions=0)))[-1]
    assert isinstance(alone, Finished) and alone.best is not None
    assert (alone.status, alone.attempts, alone.best.doubts) == ("valid", 1, 1)


def test_a_second_opinion_that_is_no_better_leaves_the_first() -> None:
    first = text({**PLATE, "operations": [*PLATE["operations"], {"op": "hole", "diameter": 3}]})
    end = list(run(REQUEST, model=scripted(first, NO_DEPTH), settings=Settings(opinions=1)))[-1]
    assert isinstance(end, Finished) and end.best is not None
    assert (end.status, end.best.number, end.check) == ("valid", 1, ())


def test_a_request_is_built_piece_by_piece() -> None:
    """The first attempt fails; then each piece is a turn, whose answer adds to the design."""
    first, second = LONG.split(". ", 1)
    system = {
        "role": "system",
        "content": "You map natural language instructions to a corresponding Fusion 360 JSON "
        "using the v1.0 schema.",
    }
    begin = {"role": "user", "content": f"{LONG}\n\nNow:\n{first}."}
    said = {"role": "assistant", "content": PLATE_ALONE}
    then = {"role": "user", "content": f"Now:\n{second}"}
    added = "[" + GOOD.removeprefix(PLATE_ALONE.removesuffix("]}")).removeprefix(",").removesuffix("]}") + "]"
    model = ScriptedModel(
        [
            {"reply": NO_DEPTH},
            {"reply": PLATE_ALONE, "expect": [system, begin]},
            {"reply": added, "expect": [system, begin, said, then], "temperature": 0.0},
        ]
    )
    events = list(run(LONG, model=model, settings=Settings(strategies=("step",))))
    end = events[-1]
    assert isinstance(end, Finished) and end.status == "valid" and end.attempts == 2
    assert end.best is not None and end.best.text == GOOD
    streamed = "".join(e.text for e in events if isinstance(e, TokensStreamed) and e.number == 2)
    assert streamed == GOOD
    started = [event for event in events if isinstance(event, AttemptStarted)]
    assert [event.strategy for event in started] == ["first", "step"]


def test_a_piece_that_is_no_design_ends_the_attempt() -> None:
    model = scripted(NO_DEPTH, "a plate", GOOD)
    plans, end = planned(model, LONG, "step")
    assert [plan.strategy for plan in plans] == ["step", "fresh"]
    assert end.status == "valid"


def test_a_model_that_only_repeats_itself_is_not_asked_on() -> None:
    model = scripted(*[NO_DEPTH] * 20)
    events = list(run(REQUEST, model=model, settings=Settings(max_attempts=20)))
    end = events[-1]
    assert isinstance(end, Finished)
    assert (end.status, end.reason) == ("no_valid_design", "no valid design: the model only repeats itself")
    assert end.attempts == 3


def test_a_piece_that_adds_nothing_leaves_the_design_as_it_is() -> None:
    model = scripted(NO_DEPTH, GOOD, "[]")
    end = list(run(LONG, model=model, settings=Settings(strategies=("step",))))[-1]
    assert isinstance(end, Finished) and end.best is not None
    assert (end.status, end.attempts, end.best.text) == ("valid", 2, GOOD)


@pytest.mark.parametrize("said", ["[" * 5000 + "]" * 5000, "[NaN]", "[1]", "{}", '[],"units":"in"', "no"])
def test_a_piece_that_adds_no_operations_keeps_what_there_is(said: str) -> None:
    """Servers may send what no schema allows; the design of the pieces before stands."""
    end = list(run(LONG, model=scripted(NO_DEPTH, GOOD, said), settings=Settings(strategies=("step",))))[-1]
    assert isinstance(end, Finished) and end.best is not None
    assert (end.status, end.attempts, end.best.text) == ("valid", 2, GOOD)


def test_a_rewrite_asks_for_one_operation_and_leaves_the_rest() -> None:
    """The hole has no diameter: only it is asked for, and what is streamed is the whole design."""
    plate, hole = json.loads(GOOD)["operations"]
    first = text({**PLATE, "operations": [plate, {key: hole[key] for key in hole if key != "diameter"}]})
    model = ScriptedModel(
        [{"reply": first}, {"reply": dumps(hole), "expect": "Correct /operations/1 alone."}]
    )
    events = list(run(REQUEST, model=model, settings=Settings(strategies=("rewrite",))))
    end = events[-1]
    assert isinstance(end, Finished) and end.best is not None
    assert (end.status, end.attempts, end.best.text) == ("valid", 2, GOOD)
    assert "".join(e.text for e in events if isinstance(e, TokensStreamed) and e.number == 2) == GOOD


def test_a_rewrite_has_the_schema_of_an_operation() -> None:
    document = json.loads(GOOD)
    valid = Draft202012Validator(one_operation()).is_valid
    assert all(valid(operation) for operation in document["operations"])
    assert not valid(document) and not valid({"op": "hol"})
    assert "root ::=" in gbnf(one_operation())
    for index, operation in enumerate(document["operations"]):
        head, tail = around(document, index)
        assert head + dumps(operation) + tail == GOOD


def test_a_step_has_the_schema_of_operations() -> None:
    valid = Draft202012Validator(additions()).is_valid
    assert valid([]) and valid(json.loads(GOOD)["operations"])
    assert not valid(json.loads(GOOD)) and not valid([{"op": "hol"}])
    assert "root ::=" in gbnf(additions())


@pytest.mark.parametrize(
    ("pointers", "index"),
    [
        (["/operations/1/op"], 1),
        (["/operations/0", "/operations/0/depth"], 0),
        (["/operations/0", "/operations/1"], None),
        ([""], None),
        (["/operations/7"], None),
        (["/operations"], None),
        ([], None),
    ],
)
def test_the_operation_that_all_findings_lie_in(pointers: list[str], index: int | None) -> None:
    assert only_operation(json.loads(GOOD), pointers) == index


def test_an_unknown_strategy_is_a_usage_error() -> None:
    with pytest.raises(InputError, match="repair, rewrite, step"):
        Settings(strategies=("magic",))
