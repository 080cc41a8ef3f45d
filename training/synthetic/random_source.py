"""A seeded source of random choices that gives the same stream on every Python and machine.

``random.Random`` is avoided on purpose: its sampling methods have changed between Python versions, and a data
set must be the same bytes wherever it is made.  The generator is SplitMix64 (Steele, Lea and Flood, 2014).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
_MASK = (1 << 64) - 1


class RandomSource:
    """A stream of random choices; the key parts (numbers or texts) name the stream."""

    def __init__(self, *key: int | str) -> None:
        text = "\x1f".join(f"{type(part).__name__}:{part}" for part in key)
        self._state = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")

    def bits(self) -> int:
        """The next 64 random bits."""
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        z = self._state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
        return z ^ (z >> 31)

    def fraction(self) -> float:
        """A number in [0, 1)."""
        return (self.bits() >> 11) / (1 << 53)

    def integer(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + (self.bits() * (high - low + 1) >> 64)

    def chance(self, probability: float) -> bool:
        return self.fraction() < probability

    def pick(self, choices: Sequence[T]) -> T:
        return choices[self.integer(0, len(choices) - 1)]

    def weighted(self, choices: Sequence[tuple[float, T]]) -> T:
        """One of (weight, item) pairs."""
        point = self.fraction() * sum(weight for weight, _ in choices)
        for weight, item in choices:
            point -= weight
            if point < 0:
                return item
        return choices[-1][1]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        result = list(items)
        for last in range(len(result) - 1, 0, -1):
            other = self.integer(0, last)
            result[last], result[other] = result[other], result[last]
        return result

    def sample(self, items: Sequence[T], count: int) -> list[T]:
        """`count` different items in random order."""
        return self.shuffled(items)[:count]
