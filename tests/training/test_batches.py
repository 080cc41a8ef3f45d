"""Batches by tokens: every record once, no batch over the budget, the same order for the same seed."""

from __future__ import annotations

import random

from training.batches import TokenBatches


def _lengths(count: int = 20_000) -> list[int]:
    rng = random.Random(3)
    return [min(1500, int(rng.lognormvariate(5.2, 0.5)) + 40) for _ in range(count)]


def test_every_record_comes_once_and_no_batch_is_over_the_budget() -> None:
    lengths = _lengths()
    batches = TokenBatches(lengths, budget=8192)
    seen = list(batches)
    assert sorted(record for batch in seen for record in batch) == list(range(len(lengths)))
    assert all(batches.padded(batch) <= 8192 for batch in seen)


def test_padding_is_a_few_per_cent() -> None:
    lengths = _lengths()
    batches = TokenBatches(lengths, budget=8192)
    padded = sum(batches.padded(batch) for batch in batches)
    assert padded < 1.05 * sum(lengths)


def test_the_first_batch_needs_the_most_memory() -> None:
    batches = TokenBatches(_lengths(), budget=8192)
    sizes = [batches.padded(batch) for batch in batches]
    assert sizes[0] == max(sizes)


def test_a_record_over_the_budget_makes_a_batch_of_its_own() -> None:
    assert sorted(map(len, TokenBatches([5, 300, 5], budget=100))) == [1, 2]


def test_epochs_differ_and_seeds_repeat() -> None:
    lengths = _lengths(3000)
    batches = TokenBatches(lengths, budget=4096, seed=7)
    first, second = list(batches), list(batches)
    assert first != second
    assert list(TokenBatches(lengths, budget=4096, seed=7)) == first
    again = TokenBatches(lengths, budget=4096, seed=7)
    again.set_epoch(1)
    assert list(again) == second


def test_processes_get_equal_numbers_of_batches() -> None:
    assert len(list(TokenBatches(_lengths(5000), budget=4096, multiple=4))) % 4 == 0
    few = list(TokenBatches(_lengths(3), budget=4096, multiple=4))
    assert len(few) == 4 and {record for batch in few for record in batch} == {0, 1, 2}
