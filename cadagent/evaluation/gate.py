"""The promotion gate: whether a new adapter is better where it was meant to be and worse nowhere.

Old and new answer the same cases. Cases of one group of requests hang together, and so do repeats of a case
under several training seeds: every test here takes groups as the units.

- pooled non-inferiority: the lower confidence limit of the difference (new minus old) lies above the margin.
  The limit is that of Tango's score interval for paired shares (Tango 1998), which holds where nearly all
  pairs agree; counts are divided by the design effect of the groups (Rao and Scott 1992);
- families: none lost significantly, by an exact sign-flip test over its groups with Holm's correction (Holm
  1979) over the families. A family of fifty cases cannot *prove* a margin of two points, not even with
  answers that are all the same, so that here the burden of proof is the loss's;
- gain: the same exact test on the held-out groups of the round, for the other direction, Holm-corrected over
  the stages;
- line: rounds that each lose less than can be shown must not lose much together, so that the share may not
  lie below that of the adapter with which the line of rounds began by more than the margin. The
  estimate itself is held against it: more answers differ with every round, and its limit would end a line
  that lost nothing.

With one case a group the sign-flip test is McNemar's exact test.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np

from cadagent.errors import InputError

MARGIN = -0.02
"""Difference of the shares below which the new adapter counts as worse."""

ALPHA = 0.05
"""Risk of each claim, one-sided: the lower limit is at 95 %."""

SMALLEST_FAMILY = 50
"""Cases that a family needs to be tested by itself."""


@dataclass(frozen=True)
class Pair:
    """One case answered by the old and by the new adapter, under one seed.

    Attributes:
        group: of near-duplicate requests; a case without any is a group of its own.
        family: kind of part, for the tests by family.
        old, new: whether the design was right.
    """

    case: str
    old: bool
    new: bool
    family: str = ""
    group: str = ""

    @property
    def unit(self) -> str:
        return self.group or f"case {self.case}"

    @property
    def difference(self) -> int:
        return int(self.new) - int(self.old)


@dataclass(frozen=True)
class Bound:
    """New minus old, with the lower confidence limit; ``pairs`` divided by ``design_effect`` count."""

    difference: float
    lower: float
    pairs: int
    design_effect: float


@dataclass(frozen=True)
class Claim:
    """One exact test: the difference of the shares, and the p value after Holm's correction."""

    name: str
    difference: float
    p: float
    pairs: int
    groups: int


@dataclass(frozen=True)
class Judgement:
    """What the gate says; ``reasons`` has a line for every rule that is broken, or why all hold.

    Attributes:
        pooled: non-inferiority by stage.
        families: losses by stage and family, ``STAGE: FAMILY``.
        gains: by stage.
        line: difference to the adapter with which the line of rounds began, by stage.
    """

    promoted: bool
    reasons: tuple[str, ...]
    pooled: Mapping[str, Bound] = field(default_factory=dict)
    families: tuple[Claim, ...] = ()
    gains: tuple[Claim, ...] = ()
    line: Mapping[str, Bound] = field(default_factory=dict)


def judge(
    frozen: Mapping[str, Sequence[Pair]],
    held_out: Mapping[str, Sequence[Pair]],
    *,
    began: Mapping[str, Sequence[Pair]] | None = None,
    trained: Collection[str] = (),
) -> Judgement:
    """Decide on a promotion.

    Args:
        frozen: pairs on the frozen set, by stage (first pass, after the loop).
        held_out: pairs on the round's own held-out groups, by stage.
        began: the frozen set by stage once more, with the answers of the adapter with which the line of
            rounds began as the old ones; ``None`` where that is the old adapter, or was not measured.
        trained: groups that were trained on or can be retrieved; no case may be of one.

    Raises:
        InputError: a stage has no pairs, or a case is of a group that was trained on.
    """
    for name, stages in (("frozen set", frozen), ("held-out groups", held_out)):
        if not stages or not all(stages.values()):
            raise InputError(f"The {name} have no results to judge.")
        seen = {pair.group for pairs in stages.values() for pair in pairs} & set(trained)
        if seen:
            raise InputError(f"{len(seen)} groups of the {name} were trained on: {min(seen)[:12]} …")
    pooled = {stage: non_inferiority(pairs) for stage, pairs in frozen.items()}
    line = {stage: non_inferiority(pairs) for stage, pairs in (began or {}).items() if pairs}
    families = losses(frozen)
    gains = exact_tests({stage: list(pairs) for stage, pairs in held_out.items()}, sign=1)
    broken = [
        f"{stage}: the lower limit {_points(bound.lower)} is not above {_points(MARGIN)}"
        for stage, bound in pooled.items()
        if bound.lower <= MARGIN
    ]
    broken += [
        f"{one.name} lost {-100 * one.difference:.1f} points (p = {one.p:.2g})"
        for one in families
        if one.p < ALPHA and one.difference < MARGIN
    ]
    broken += [
        f"{stage}: {_points(bound.difference)} since the line of rounds began, and {_points(MARGIN)} is the "
        "most that they may lose together"
        for stage, bound in line.items()
        if bound.difference < MARGIN
    ]
    if not any(one.p < ALPHA and one.difference > 0 for one in gains):
        best = min(gains, key=lambda one: one.p)
        broken.append(
            f"no significant gain on the held-out groups: {_points(best.difference)} at best "
            f"(p = {best.p:.2g}, {best.groups} groups)"
        )
    held = [f"{stage}: at worst {_points(bound.lower)}" for stage, bound in pooled.items()]
    held += [f"{one.name}: {_points(one.difference)} (p = {one.p:.2g}) held out" for one in gains]
    return Judgement(not broken, tuple(broken or held), pooled, families, gains, line)


def non_inferiority(pairs: Sequence[Pair], alpha: float = ALPHA) -> Bound:
    """Difference of the shares with its lower limit at ``1 - alpha``, one-sided."""
    effect = design_effect(pairs)
    count = len(pairs) / effect
    gained = sum(pair.difference == 1 for pair in pairs) / effect
    lost = sum(pair.difference == -1 for pair in pairs) / effect
    lower = tango_lower(gained, lost, count, alpha)
    return Bound((gained - lost) / count, lower, len(pairs), effect)


def design_effect(pairs: Sequence[Pair]) -> float:
    """By how much the groups inflate the variance of the mean difference over that of single cases; 1 at
    least, since a value below 1 is chance more often than not.
    """
    mean = sum(pair.difference for pair in pairs) / len(pairs)
    sums: dict[str, float] = defaultdict(float)
    for pair in pairs:
        sums[pair.unit] += pair.difference - mean
    alone = sum((pair.difference - mean) ** 2 for pair in pairs)
    if alone == 0 or len(sums) < 2:
        # Nothing varies, or nothing can be told: the largest group counts as one case.
        sizes: dict[str, int] = defaultdict(int)
        for pair in pairs:
            sizes[pair.unit] += 1
        return len(pairs) / len(sizes)
    correction = len(sums) / (len(sums) - 1)
    return max(1.0, correction * sum(value * value for value in sums.values()) / alone)


def tango_lower(gained: float, lost: float, count: float, alpha: float = ALPHA) -> float:
    """Lower limit of ``(gained - lost) / count`` by Tango's score test, found by bisection."""
    z = NormalDist().inv_cdf(1 - alpha)
    low, high = -1.0, (gained - lost) / count
    for _ in range(60):
        middle = (low + high) / 2
        if _score(gained, lost, count, middle) > z:
            low = middle
        else:
            high = middle
    return high


def _score(gained: float, lost: float, count: float, delta: float) -> float:
    """Tango's statistic for a true difference ``delta``; ``q`` is the share of losses under it."""
    a = 2 * count
    b = -gained - lost + (2 * count - gained + lost) * delta
    c = -lost * delta * (1 - delta)
    q = (math.sqrt(max(b * b - 4 * a * c, 0.0)) - b) / (2 * a)
    variance = count * (2 * q + delta * (1 - delta))
    over = gained - lost - count * delta
    if variance <= 0:
        return 0.0 if over == 0 else math.copysign(math.inf, over)
    return over / math.sqrt(variance)


def losses(stages: Mapping[str, Sequence[Pair]]) -> tuple[Claim, ...]:
    """Tests for a loss of every family that is large enough, in every stage, corrected over all of them."""
    families: dict[str, list[Pair]] = defaultdict(list)
    for stage, pairs in stages.items():
        for pair in pairs:
            if pair.family:
                families[f"{stage}: {pair.family}"].append(pair)
    large = {
        name: pairs
        for name, pairs in sorted(families.items())
        if len({pair.case for pair in pairs}) >= SMALLEST_FAMILY
    }
    return exact_tests(large, sign=-1)


def exact_tests(samples: Mapping[str, Sequence[Pair]], *, sign: int) -> tuple[Claim, ...]:
    """The exact sign-flip test of each sample in one direction, with Holm's correction over all of them."""
    raw = {name: sign_flip(_sums(pairs, sign)) for name, pairs in samples.items()}
    corrected = holm(raw)
    return tuple(
        Claim(
            name,
            sum(pair.difference for pair in pairs) / len(pairs),
            corrected[name],
            len(pairs),
            len({pair.unit for pair in pairs}),
        )
        for name, pairs in samples.items()
    )


def _sums(pairs: Iterable[Pair], sign: int) -> list[int]:
    sums: dict[str, int] = defaultdict(int)
    for pair in pairs:
        sums[pair.unit] += sign * pair.difference
    return [value for value in sums.values() if value]


def sign_flip(sums: Sequence[int]) -> float:
    """Probability of a total this large when each group's sum might as well have had the other sign.

    Exact: the distribution of the total is built group by group.
    """
    reach = sum(abs(value) for value in sums)
    shares = np.zeros(2 * reach + 1)
    shares[reach] = 1.0  # index i holds the share of the total i - reach
    for value in sums:
        # No total that is possible so far lies within a step of the ends: nothing is rolled around them.
        shares = 0.5 * (np.roll(shares, abs(value)) + np.roll(shares, -abs(value)))
    return min(1.0, float(shares[reach + sum(sums) :].sum()))


def holm(values: Mapping[str, float]) -> dict[str, float]:
    """Holm's step-down correction of p values."""
    corrected: dict[str, float] = {}
    highest = 0.0
    for rank, (name, p) in enumerate(sorted(values.items(), key=lambda item: item[1])):
        highest = max(highest, min(1.0, (len(values) - rank) * p))
        corrected[name] = highest
    return corrected


def _points(share: float) -> str:
    return f"{100 * share:+.1f} points"
