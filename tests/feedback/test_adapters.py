"""The pointer to the live adapter, and the records of rounds and evaluations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cadagent.errors import InputError, StoreError
from cadagent.feedback import Store, open_store
from cadagent.feedback.adapters import Adapter, Adapters
from cadagent.feedback.rounds import Evaluation, Result, RoundItem, Rounds


@pytest.fixture
def store(tmp_path: Path) -> Any:
    with open_store(tmp_path / "feedback.db") as opened:
        yield opened


def adapter(letter: str, **fields: Any) -> Adapter:
    return Adapter(id=letter * 64, name=letter, path=f"/runs/{letter}", model="embedded", **fields)


def test_promotion_and_rollback_move_one_pointer_and_keep_their_reasons(store: Store) -> None:
    adapters = Adapters(store)
    first, second = adapter("a", card={"steps": 40}), adapter("b", parent="a" * 64)
    adapters.register(first)
    adapters.register(second)
    adapters.register(second)  # the same weights are one adapter
    assert adapters.live("embedded") is None
    adapters.promote(first.id, "passed the gate")
    adapters.promote(second.id, "passed it again")
    assert adapters.live("embedded") == second
    assert adapters.live("another model") is None
    assert adapters.live("embedded", "explain") is None
    adapters.rollback("embedded", "people complain")
    assert adapters.live("embedded") == first
    adapters.promote(second.id, "once more")
    adapters.rollback("embedded", "no")
    adapters.rollback("embedded", "back to what ships")
    assert adapters.live("embedded") is None
    with pytest.raises(InputError, match="what ships is live"):
        adapters.rollback("embedded", "and on")
    moves = [
        (move.action, move.adapter and move.adapter[0], move.reason) for move in adapters.history("embedded")
    ]
    assert moves == [
        ("promote", "a", "passed the gate"),
        ("promote", "b", "passed it again"),
        ("rollback", "a", "people complain"),
        ("promote", "b", "once more"),
        ("rollback", "a", "no"),
        ("rollback", None, "back to what ships"),
    ]


def test_what_cannot_be_promoted(store: Store) -> None:
    adapters = Adapters(store)
    with pytest.raises(InputError, match="No adapter cccc"):
        adapters.promote("c" * 64, "why not")
    adapters.register(adapter("a"))
    with pytest.raises(InputError, match="need a reason"):
        adapters.promote("a" * 64, "  ")
    adapters.promote("a" * 64, "good")
    with pytest.raises(InputError, match="live already"):
        adapters.promote("a" * 64, "good")
    assert len(adapters.history("embedded")) == 1
    with pytest.raises(StoreError, match="append-only"), store.writing() as db:
        db.execute("DELETE FROM promotions")


def test_a_round_comes_back_as_it_was_stored(store: Store) -> None:
    rounds = Rounds(store)
    round = rounds.start(seed=3, settings={"rank": 24})
    item = RoundItem(source="new", task="generate", split="train", content_hash="h", group_key="g1")
    held = RoundItem(source="new", task="generate", split="held-out", content_hash="i", group_key="g2")
    made = RoundItem(source="synthetic", task="repair", split="train", content_hash="j")
    assert rounds.add_items(round, [item, held]) == 2
    assert rounds.add_items(round, [made]) == 3
    assert rounds.trained_groups() == {"g1"}
    (before,) = rounds.all()
    assert (before.status, before.items, before.settings, before.seed) == (None, 3, {"rank": 24}, 3)
    Adapters(store).register(adapter("a"))
    rounds.finish(round, "refused", "no gain", adapter="a" * 64)
    (after,) = rounds.all()
    assert (after.status, after.reason, after.adapter) == ("refused", "no gain", "a" * 64)
    with pytest.raises(StoreError, match="UNIQUE"):
        rounds.finish(round, "promoted", "twice")


def test_an_evaluation_is_stored_whole_or_not_at_all(store: Store) -> None:
    rounds = Rounds(store)
    what = Evaluation(model="embedded", adapter=None, set_name="frozen", set_hash="s", seed=1)
    results = [
        Result(item="1", stage="first pass", passed=False, family="plate", group_key="g"),
        Result(item="1", stage="after the loop", passed=True, family="plate", figures={"iou": 0.99}),
    ]
    assert rounds.results(rounds.add_evaluation(what, results)) == results
    with pytest.raises(StoreError, match="UNIQUE"):
        rounds.add_evaluation(what, [*results, results[0]])
    assert store.query("SELECT count(*) AS n FROM evaluations", {}) == [{"n": 1}]
