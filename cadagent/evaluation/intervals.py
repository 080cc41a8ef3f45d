"""Confidence intervals of rates and means: Wilson's score interval and the percentile bootstrap."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

#: Two-sided 95 % quantile of the normal distribution.
Z95 = 1.959963984540054


@dataclass(frozen=True)
class Estimate:
    """A figure between 0 and 1 with its 95 % confidence interval and the number of cases behind it."""

    value: float
    low: float
    high: float
    count: int

    def __str__(self) -> str:
        return f"{self.value:.1%} ({self.low:.1%} to {self.high:.1%}, n = {self.count})"


def wilson(successes: int, count: int) -> Estimate:
    """A share with Wilson's 95 % score interval (Wilson 1927); without cases 0 between 0 and 1."""
    if not count:
        return Estimate(0.0, 0.0, 1.0, 0)
    share, z2 = successes / count, Z95 * Z95
    center = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = Z95 * math.sqrt(share * (1 - share) / count + z2 / (4 * count * count)) / (1 + z2 / count)
    return Estimate(share, max(0.0, center - half), min(1.0, center + half), count)


def bootstrap_ratio(parts: Sequence[tuple[float, float]], *, samples: int = 1000, seed: int = 0) -> Estimate:
    """Σ numerators / Σ denominators with a percentile bootstrap over the cases (Efron 1979), seeded."""
    if not parts:
        return Estimate(0.0, 0.0, 1.0, 0)

    def ratio(chosen: Sequence[tuple[float, float]]) -> float:
        below = sum(part[1] for part in chosen)
        return sum(part[0] for part in chosen) / below if below else 0.0

    dice = random.Random(seed)
    draws = sorted(ratio(dice.choices(parts, k=len(parts))) for _ in range(samples))
    return Estimate(ratio(parts), draws[int(0.025 * samples)], draws[int(0.975 * samples) - 1], len(parts))


def median(values: Sequence[float]) -> float:
    """The middle value (mean of the middle two), 0 without values."""
    ordered, half = sorted(values), len(values) // 2
    if not ordered:
        return 0.0
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def bootstrap_median(values: Sequence[float], *, samples: int = 1000, seed: int = 0) -> Estimate:
    """The median with a percentile bootstrap over the cases, seeded."""
    if not values:
        return Estimate(0.0, 0.0, 0.0, 0)
    dice = random.Random(seed)
    draws = sorted(median(dice.choices(values, k=len(values))) for _ in range(samples))
    return Estimate(median(values), draws[int(0.025 * samples)], draws[int(0.975 * samples) - 1], len(values))
