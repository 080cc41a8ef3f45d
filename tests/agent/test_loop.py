"""The loop: what it asks, when it stops, what it keeps."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from cadagent.agent import (
    Asked,
    AttemptStarted,
    AttemptValidated,
    Event,
    Finished,
    Refused,
    RepairPlanned,
    RunStarted,
    TokensStreamed,
    run,
)
from cadagent.agent.plans import FRESH_TEMPERATURE
from cadagent.errors import InputError, ModelUnavailable
from cadagent.feedback import Store, open_store
from cadagent.generation import Chunk, Message
from cadagent.generation.scripted import ScriptedModel
from cadagent.settings import Settings
from tests.agent.designs import GOOD, NO_DEPTH, REQUEST, WRONG_OP, plate, scripted


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "feedback.db") as opened:
        yield opened


def kinds(events: Sequence[Event]) -> list[type]:
    """The types of the events, each stretch of streamed tokens as one."""
    found = [type(event) for event in events]
    return [
        kind
        for number, kind in enumerate(found)
        if kind is not TokensStreamed or found[number - 1] is not kind
    ]


def finished(events: Sequence[Event]) -> Finished:
    assert isinstance(events[-1], Finished)
    return events[-1]


def test_a_valid_answer_ends_the_run_at_once() -> None:
    events = list(run(REQUEST, model=scripted(GOOD)))
    assert kinds(events) == [RunStarted, AttemptStarted, TokensStreamed, AttemptValidated, Finished]
    end = finished(events)
    assert (end.status, end.attempts, end.reason) == ("valid", 1, "valid after 1 attempt")
    assert end.best is not None and end.best.report.result is not None
    assert end.best.report.result.measurement is not None
    assert end.best.report.result.measurement.volume == pytest.approx(3748.672, abs=1e-3)
    assert "".join(event.text for event in events if isinstance(event, TokensStreamed)) == GOOD


def test_the_exact_text_that_goes_back_to_the_model() -> None:
    """Two attempts: the first names an operation that does not exist, the second mends it."""
    system = {
        "role": "system",
        "content": "You map natural language instructions to a corresponding Fusion 360 JSON "
        "using the v1.0 schema.",
    }
    first = {"role": "user", "content": REQUEST}
    attempt = {"role": "assistant", "content": WRONG_OP}
    second = {
        "role": "user",
        "content": (
            "Findings:\n"
            'schema.choice at /operations/1/op "op":"hol" expected sketch | extrude | revolve | loft | sweep '
            '| rib | box | cylinder | cone | sphere | torus | wedge | pyramid | hole | fil…, found "hol". '
            "did you mean hole?\n"
            "\n"
            "Correct the design."
        ),
    }
    model = ScriptedModel(
        [
            {"reply": WRONG_OP, "expect": [system, first], "seed": 7, "temperature": 0.0},
            {"reply": GOOD, "expect": [system, first, attempt, second], "seed": 8, "temperature": 0.0},
        ]
    )
    events = list(run(REQUEST, model=model, settings=Settings(seed=7)))
    assert kinds(events)[4] is RepairPlanned
    planned = next(event for event in events if isinstance(event, RepairPlanned))
    assert (planned.strategy, planned.parent) == ("repair", 1)
    assert planned.findings in second["content"]
    assert (finished(events).status, finished(events).attempts) == ("valid", 2)
    started = [event for event in events if isinstance(event, AttemptStarted)]
    turns = [(turn["role"], turn["content"]) for turn in (system, first, attempt, second)]
    assert list(started[1].prompt) == turns


@pytest.mark.parametrize(
    ("reply", "kind", "status"),
    [('{"refuse":"unknown_standard"}', Refused, "refused"), ('{"ask":"sizes"}', Asked, "asked")],
)
def test_a_refusal_or_a_question_ends_the_run(store: Store, reply: str, kind: type, status: str) -> None:
    events = list(run("a DIN 933 screw", model=scripted(reply), store=store))
    assert kinds(events)[-3:] == [AttemptValidated, kind, Finished]
    end = finished(events)
    assert (end.status, end.assumptions, end.out) == (status, (), None)
    assert store.runs()[0].end is not None and store.runs()[0].end.status == status
    assert store.runs()[0].end.design is None


CUBE = '{"units":"mm","operations":[{"op":"box","size":[15,15,15]}]}'


def test_a_contradiction_takes_two_figures() -> None:
    """A model that sees one in "sides of 15 mm" is asked again, for a design this time."""
    model = scripted('{"refuse":"contradiction"}', CUBE)
    events = list(run("a cube with sides of 15 mm", model=model))
    assert not [event for event in events if isinstance(event, Refused)]
    end = finished(events)
    assert (end.status, end.attempts) == ("valid", 2) and end.best is not None and end.best.text == CUBE


@pytest.mark.parametrize(
    "request_text",
    [
        "a cube 20 mm high and 30 mm high",
        "a triangle with four corners, 20 mm",
        "a triangular plate with four corners",
        "an M8 thread 6 mm in diameter",
    ],
)
def test_a_contradiction_of_several_figures_is_believed(request_text: str) -> None:
    end = finished(list(run(request_text, model=scripted('{"refuse":"contradiction"}'))))
    assert end.status in ("refused", "asked")


def test_a_model_that_insists_gives_no_design() -> None:
    refusal = '{"refuse":"contradiction"}'
    end = finished(list(run("a cube with sides of 15 mm", model=scripted(*[refusal] * 6))))
    assert end.status == "no_valid_design"


def test_small_talk_is_refused_without_asking_the_model(store: Store) -> None:
    model = scripted()
    events = list(run("Hello there!", model=model, store=store))
    assert kinds(events) == [RunStarted, Refused, Finished]
    assert model.calls == []
    assert store.runs()[0].end is not None and store.runs()[0].end.reason == "not_a_part"


def test_the_same_answer_again_makes_it_start_afresh() -> None:
    model = ScriptedModel(
        [
            {"reply": NO_DEPTH, "temperature": 0.0},
            {"reply": NO_DEPTH, "temperature": 0.0, "expect": "Findings:"},
            {"reply": GOOD, "temperature": FRESH_TEMPERATURE, "seed": 2},
        ]
    )
    events = list(run(REQUEST, model=model))
    plans = [event for event in events if isinstance(event, RepairPlanned)]
    assert [plan.strategy for plan in plans] == ["repair", "fresh"]
    assert plans[1].why == "the answer was the same as before"
    assert plans[1].findings == ""
    assert finished(events).status == "valid"


def test_a_repair_that_is_no_better_makes_it_start_afresh() -> None:
    worse = '{"units":"parsec","operations":[]}'
    events = list(run(REQUEST, model=scripted(WRONG_OP, worse, GOOD)))
    assert [event.strategy for event in events if isinstance(event, RepairPlanned)] == ["repair", "fresh"]


def test_what_is_no_design_cannot_be_repaired() -> None:
    events = list(run(REQUEST, model=scripted("Sure, here it comes", GOOD)))
    plan = next(event for event in events if isinstance(event, RepairPlanned))
    assert (plan.strategy, plan.why) == ("fresh", "the answer is no design that could be repaired")


def test_spent_attempts_keep_the_best_one(store: Store) -> None:
    # The second goes further than the others: its only fault is a face that the part does not have.
    closest = plate(face="extrude1.lid")
    events = list(
        run(REQUEST, model=scripted("{", closest, NO_DEPTH), settings=Settings(max_attempts=3), store=store)
    )
    end = finished(events)
    assert (end.status, end.reason) == ("no_valid_design", "no valid design in 3 attempts")
    assert end.best is not None and end.best.number == 2
    kept = store.runs()[0]
    assert kept.attempts == 3
    assert kept.end is not None and (kept.end.attempt, kept.end.design) == (2, None)


def test_the_token_budget_of_the_run_bounds_every_attempt() -> None:
    events = list(run(REQUEST, model=scripted(GOOD, GOOD), settings=Settings(run_tokens=20)))
    end = finished(events)
    assert end.status == "no_valid_design"
    assert end.best is not None and end.best.finish == "length" and end.best.tokens_out <= 20
    assert sum(event.tokens for event in events if isinstance(event, TokensStreamed)) <= 20


class Endless(ScriptedModel):
    """A model that writes white space until it is told to stop, or for ever."""

    def __init__(self, deaf: bool = False) -> None:
        super().__init__([])
        self.closed, self.deaf = False, deaf

    def generate(self, messages: Sequence[Message], **options: Any) -> Iterator[Chunk]:
        cancel = options["cancel"]
        try:
            yield Chunk('{"units":')
            while not cancel.is_set():
                time.sleep(0.002)
                yield Chunk(" ")
            yield Chunk("", 0, "cancelled", 5)
        finally:
            self.closed = True


def test_the_deadline_stops_a_model_that_is_writing(store: Store) -> None:
    began = time.monotonic()
    events = list(run(REQUEST, model=Endless(), settings=Settings(seconds=0.2), store=store))
    assert time.monotonic() - began < 2
    assert (finished(events).status, finished(events).reason) == (
        "no_valid_design",
        "no valid design in 0.2 s (setting: seconds)",
    )
    attempt = store.attempts(store.runs()[0].id)[0]
    assert attempt.finish == "cancelled" and attempt.text.startswith('{"units":') and not attempt.valid


def test_cancelling_ends_the_run_as_interrupted_and_keeps_what_was_written(store: Store) -> None:
    cancel = threading.Event()
    events: list[Event] = []
    for event in run(REQUEST, model=Endless(), cancel=cancel, store=store):
        events.append(event)
        if isinstance(event, TokensStreamed) and len(events) > 5:
            cancel.set()
    assert (finished(events).status, finished(events).attempts) == ("interrupted", 1)
    kept = store.runs()[0]
    assert kept.end is not None and kept.end.status == "interrupted"
    assert store.attempts(kept.id)[0].text.startswith('{"units":')


def test_cancelling_does_not_wait_for_a_build(store: Store) -> None:
    holes = (
        '{"op":"hole","diameter":1,"depth":5,"counterbore":{"diameter":1.5,"depth":1},'
        '"repeat":{"grid":[31,31],"pitch":2}},{"op":"fillet","edges":["all"],"radius":0.1}'
    )  # half a minute of work
    many = f'{{"units":"mm","operations":[{{"op":"box","size":[90,90,9]}},{holes}]}}'
    cancel = threading.Event()
    began = 0.0
    for event in run("a sieve 90 x 90 x 9 mm", model=scripted(many), cancel=cancel, store=store):
        if isinstance(event, TokensStreamed) and event.text.endswith("}"):
            began = time.monotonic()
            threading.Timer(0.2, cancel.set).start()
        end = event
    assert isinstance(end, Finished) and end.status == "interrupted"
    assert time.monotonic() - began < 3
    assert store.attempts(end.run_id or "")[0].valid is False


def test_a_listener_that_goes_away_leaves_a_recorded_run(store: Store) -> None:
    model = Endless()
    events = run(REQUEST, model=model, store=store)
    for event in events:
        if isinstance(event, TokensStreamed):
            break
    events.close()
    kept = store.runs()[0]
    assert model.closed
    assert kept.end is not None and (kept.end.status, kept.attempts) == ("interrupted", 1)


class Breaking(ScriptedModel):
    """A model whose engine fails after some words."""

    def __init__(self) -> None:
        super().__init__([])

    def generate(self, messages: Sequence[Message], **options: Any) -> Iterator[Chunk]:
        yield Chunk('{"units":"mm"')
        raise ModelUnavailable("The engine broke down.")


def test_a_model_that_fails_leaves_a_recorded_run(store: Store) -> None:
    with pytest.raises(ModelUnavailable, match="broke down"):
        list(run(REQUEST, model=Breaking(), store=store))
    kept = store.runs()[0]
    assert kept.end is not None and (kept.end.status, kept.end.reason) == ("failed", "The engine broke down.")
    assert store.attempts(kept.id)[0].finish == "failed"
    assert store.attempts(kept.id)[0].text == '{"units":"mm"'


def test_results_are_written_before_the_run_is_recorded_as_ended(store: Store, tmp_path: Path) -> None:
    def keep(report: Any) -> Path:
        assert report.valid and store.runs()[0].end is None
        return tmp_path / "results"

    end = finished(list(run(REQUEST, model=scripted(GOOD), store=store, keep=keep)))
    assert end.out == str(tmp_path / "results")
    assert store.runs()[0].end is not None and store.runs()[0].end.out == str(tmp_path / "results")


def test_results_that_cannot_be_written_lose_no_design(store: Store) -> None:
    def keep(report: Any) -> Path:
        raise InputError("designs cannot be written: No space left on device.")

    with pytest.raises(InputError, match="No space"):
        list(run(REQUEST, model=scripted(GOOD), store=store, keep=keep))
    kept = store.runs()[0]
    assert kept.end is not None and kept.end.status == "failed" and kept.end.design is not None
    assert store.attempts(kept.id)[0].valid


def test_what_the_store_holds_of_a_run(store: Store) -> None:
    settings = Settings(seed=3, units="mm", adapter="some-adapter")
    model = scripted(WRONG_OP, GOOD)
    end = finished(list(run(REQUEST, model=model, settings=settings, store=store)))
    kept = store.run(end.run_id or "")
    assert (kept.request, kept.seed, kept.model, kept.adapter) == (REQUEST, 3, "scripted", "some-adapter")
    assert (kept.prompt_version, kept.findings_version, kept.language_version) == ("3", "2", "1.0")
    assert kept.settings["max_attempts"] == 4 and kept.units == "mm"
    assert kept.end is not None and (kept.end.status, kept.end.attempt) == ("valid", 2)
    assert kept.end.design is not None and kept.end.design["form"] == "canonical"
    first, second = store.attempts(kept.id)
    assert (first.strategy, first.valid, first.findings[0].code) == ("first", False, "schema.choice")
    assert (second.strategy, second.parent, second.valid) == ("repair", 1, True)
    assert second.messages == tuple((message.role, message.content) for message in model.calls[1])
    assert second.measurement is not None and second.measurement["hole_count"] == 4


def test_an_attempt_is_stored_before_its_event(store: Store) -> None:
    for event in run(REQUEST, model=scripted(WRONG_OP, GOOD), store=store):
        if isinstance(event, AttemptValidated):
            assert store.runs()[0].attempts == event.attempt.number


@pytest.mark.parametrize("request_text", ["", "  \n\t ", "\x00\x1b", "x" * 20_001])
def test_an_unusable_request_is_told_before_anything_happens(store: Store, request_text: str) -> None:
    with pytest.raises(InputError, match="request"):
        list(run(request_text, model=scripted(), store=store))
    assert store.runs() == []


@pytest.mark.parametrize(
    ("request_text", "units", "asked"),
    [
        ("a 40 x 20 x 5 plate", "in", "a 40 x 20 x 5 plate (all sizes in inches)"),
        ("a 40 x 20 x 5 mm plate", "in", "a 40 x 20 x 5 mm plate"),
        ("a 40 x 20 x 5 plate", "unit", "a 40 x 20 x 5 plate"),
    ],
)
def test_settings_name_the_units_of_a_request_that_names_none(
    request_text: str, units: str, asked: str
) -> None:
    model = scripted(GOOD)
    list(run(request_text, model=model, settings=Settings(units=units)))
    assert model.calls[0][-1].content == asked


def test_the_listeners_order(store: Store) -> None:
    events = list(run(REQUEST, model=scripted("{", GOOD), store=store))
    expected: list[type] = [RunStarted, AttemptStarted, TokensStreamed, AttemptValidated, RepairPlanned]
    expected += [AttemptStarted, TokensStreamed, AttemptValidated, Finished]
    assert kinds(events) == expected
    numbers: Callable[[type], list[int]] = lambda kind: [e.number for e in events if isinstance(e, kind)]  # noqa: E731
    assert numbers(AttemptStarted) == [1, 2]
    assert numbers(RepairPlanned) == [2]


THICK = GOOD.replace('"depth":5', '"depth":8')


def test_a_valid_part_that_misses_a_figure_is_repaired() -> None:
    """The second message names the figure; the first attempt that holds them all ends the run."""
    expected = 'Findings:\nrequirements.wrong at /operations/0/depth "depth":8 expected size 5 mm, found 8 mm'
    model = ScriptedModel([{"reply": THICK}, {"reply": GOOD, "expect": expected}])
    end = finished(list(run(REQUEST, model=model)))
    assert (end.status, end.attempts, end.check, end.reason) == ("valid", 2, (), "valid after 2 attempts")
    assert end.best is not None and end.best.number == 2


def test_figures_that_fail_after_the_budget_are_named() -> None:
    """The attempt with the fewest is kept; it stays valid, and the person is told what to look at."""
    worse = THICK.replace('"diameter":4', '"diameter":7')
    end = finished(list(run(REQUEST, model=scripted(worse, THICK), settings=Settings(max_attempts=2))))
    assert end.status == "valid" and end.best is not None and end.best.number == 2
    assert end.check == ("size 5 mm (built: 8 mm)",)
    assert end.reason == "valid, but check this: size 5 mm (built: 8 mm)"


def test_what_the_checks_remark_on_a_valid_part_is_told_at_the_end() -> None:
    sliced = '{"units":"mm","operations":[{"op":"box","size":[50,50,50]},{"op":"hole","diameter":60}]}'
    end = finished(list(run("a 50 mm cube with a 60 mm hole through it", model=scripted(sliced))))
    assert (end.status, end.attempts) == ("valid", 1)
    assert end.check == ("The design falls into 4 separate pieces.",)
    assert end.reason == "valid, but check this: The design falls into 4 separate pieces."


def test_a_refusal_does_not_undo_a_valid_part() -> None:
    end = finished(
        list(run(REQUEST, model=scripted(THICK, '{"ask":"sizes"}'), settings=Settings(max_attempts=2)))
    )
    assert end.status == "valid" and end.best is not None and end.best.number == 1


def test_a_request_that_contradicts_itself_is_put_to_the_person(store: Store) -> None:
    model = scripted()
    events = list(run("a 20 mm cube 30 mm high", model=model, store=store))
    assert kinds(events) == [RunStarted, Asked, Finished]
    asked = events[1]
    assert isinstance(asked, Asked) and asked.topic == "contradiction" and asked.message.endswith("?")
    assert model.calls == []
    assert (finished(events).status, finished(events).reason) == ("asked", "contradiction")
    assert store.runs()[0].end is not None and store.runs()[0].end.reason == "contradiction"
