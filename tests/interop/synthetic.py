"""Designs of the synthetic generator, over all of its families, the same ones each time."""

from __future__ import annotations

from collections.abc import Iterator

from training.synthetic.generate import Rejected, draw

SEED = 20


def designs(count: int) -> Iterator[str]:
    """Compact texts of the first synthetic designs with the seed."""
    number = 0
    while count:
        number += 1
        try:
            sample = draw(SEED, number)
        except Rejected:
            continue
        if sample["task"] == "generate":
            count -= 1
            yield sample["completion"]
