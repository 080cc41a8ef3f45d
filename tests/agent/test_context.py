"""What an attempt is told, and what goes first where room is short."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadagent.agent.context import Told, fitted
from cadagent.agent.preface import preface_for
from cadagent.agent.prompts import SYSTEM, Preface, first_prompt, repair_prompt
from cadagent.design import reference_table
from cadagent.design.brief import brief_reference
from cadagent.generation import Identity
from cadagent.settings import Settings
from tests.agent.designs import GOOD, REQUEST, scripted

TOLD = Told(
    REQUEST,
    design=GOOD,
    findings=("geometry.no_effect at /operations/1", "requirements.missing at /operations/0"),
    ledger=("1 first: schema.choice at /operations/1/op", "2 fresh: valid"),
    preface=Preface("language " * 200, (("a cube of 3", '{"a":1}'), ("a ball of 4", '{"b":2}'))),
)


def words(text: str) -> int:
    return len(text.split())


def kept(told: Told, room: int) -> list[str]:
    return [piece.name for piece in fitted(told, room, words).pieces if piece.kept]


EVERYTHING = [
    "system",
    "language",
    "example 1",
    "example 2",
    "request",
    "design",
    "findings",
    "earlier attempts",
]


def test_the_stable_part_comes_first_and_then_what_changes() -> None:
    messages = fitted(TOLD, 10_000, words).messages
    assert [message.role for message in messages] == [
        "system",
        "user",
        "assistant",
        "user",
        "assistant",
        "user",
        "assistant",
        "user",
    ]
    assert messages[0].content.startswith(SYSTEM + "\n\nlanguage")
    assert [message.content for message in messages[-3:-1]] == [TOLD.request, TOLD.design]
    last = messages[-1].content
    order = ["Findings:", "Earlier attempts:\n1 first", "Correct the design."]
    assert [last.index(text) for text in order] == sorted(last.index(text) for text in order)


def test_a_model_that_was_trained_gets_what_it_was_trained_on() -> None:
    plain = replace(TOLD, preface=Preface(), ledger=())
    assert list(fitted(plain, 10_000, words).messages) == repair_prompt(
        REQUEST, GOOD, "\n".join(TOLD.findings)
    )
    assert list(fitted(Told(REQUEST), 10_000, words).messages) == first_prompt(REQUEST)


def test_pieces_go_in_the_order_of_the_rule() -> None:
    went: list[str] = []
    for room in range(2000, 0, -1):
        left = kept(TOLD, room)
        went += [name for name in EVERYTHING if name not in left and name not in went]
    assert went == ["earlier attempts", "example 2", "example 1", "language"]
    smallest = fitted(TOLD, 1, words)
    assert not smallest.fits
    assert TOLD.findings[0] in smallest.messages[-1].content
    assert TOLD.findings[1] not in smallest.messages[-1].content


@given(st.integers(0, 2000))
def test_what_fits_is_never_longer_than_the_room(room: int) -> None:
    context = fitted(TOLD, room, words)
    assert context.fits == (context.tokens <= room)
    assert context.tokens >= sum(words(message.content) for message in context.messages)
    assert [message.content for message in context.messages[-3:-1]] == [REQUEST, GOOD]


@pytest.mark.parametrize(("window", "reference"), [(8192, brief_reference()), (128_000, reference_table())])
def test_a_model_that_knows_no_language_is_told_it(
    window: int, reference: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = scripted()
    monkeypatch.setattr(model, "context", window)
    preface = preface_for(REQUEST, Identity("any-instruct-model"), model, Settings(examples=2))
    assert preface.reference == reference
    assert len(preface.examples) == 2
    assert preface == preface_for(REQUEST, Identity("any-instruct-model"), model, Settings(examples=2))
    other = preface_for(REQUEST, Identity("any-instruct-model"), model, Settings(examples=2), turn=1)
    assert len(other.examples) == 2 and not set(other.examples) & set(preface.examples)
    trained = Identity("small", adapter="nl2cad")
    assert preface_for(REQUEST, trained, model, Settings()) == Preface()


def test_the_brief_reference_names_every_operation_and_loop() -> None:
    from cadagent.design.profiles import LOOPS
    from cadagent.design.registry import built_in

    text = brief_reference()
    assert all(f"\n- {name}: " in text for name in [*built_in(), *LOOPS])
    assert len(text) < 16_000 < len(reference_table())
