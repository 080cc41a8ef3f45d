"""Requests that get no design: an honest refusal or a question instead."""

from __future__ import annotations

from training.synthetic.random_source import RandomSource

Reply = dict[str, str]


def draw(rng: RandomSource) -> tuple[str, Reply]:
    """One such request and its reply."""
    return "hello", {"refuse": "not_a_part"}
