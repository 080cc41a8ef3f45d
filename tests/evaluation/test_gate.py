"""The promotion gate: known values of its tests, its rules, and how often it errs on simulated adapters."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from cadagent.errors import InputError
from cadagent.evaluation.gate import (
    ALPHA,
    MARGIN,
    Pair,
    design_effect,
    exact_tests,
    holm,
    judge,
    losses,
    non_inferiority,
    sign_flip,
    tango_lower,
)
from cadagent.evaluation.paired import mcnemar


def pairs(
    both: int, gained: int, lost: int, neither: int, family: str = "plate", start: int = 0
) -> list[Pair]:
    """Cases that are groups of their own, so many of each outcome."""
    outcomes = [
        *[(True, True)] * both,
        *[(False, True)] * gained,
        *[(True, False)] * lost,
        *[(False, False)] * neither,
    ]
    return [
        Pair(f"{family} {start + number}", old, new, family) for number, (old, new) in enumerate(outcomes)
    ]


# -- the parts ---------------------------------------------------------------------------------------------


def test_the_score_interval_of_pairs_that_all_agree_is_known() -> None:
    """Without a pair that differs the limit is z² / (n + z²) below zero, as the formula gives by hand."""
    for count in (50, 100, 1000):
        z2 = 1.959963984540054**2
        assert tango_lower(0, 0, count, 0.025) == pytest.approx(-z2 / (count + z2), abs=1e-9)


def test_the_score_interval_is_near_walds_where_many_pairs_differ() -> None:
    lower = tango_lower(12, 2, 44, 0.025)
    upper = -tango_lower(2, 12, 44, 0.025)
    assert 0 < lower < 10 / 44 < upper
    wald = 1.96 * (14 - 100 / 44) ** 0.5 / 44
    assert lower == pytest.approx(10 / 44 - wald, abs=0.02)
    assert upper == pytest.approx(10 / 44 + wald, abs=0.02)


def test_the_sign_flip_test_of_single_cases_is_mcnemars() -> None:
    for gained, lost in ((9, 1), (5, 0), (3, 3), (20, 8)):
        one_sided = sign_flip([1] * gained + [-1] * lost)
        if gained != lost:
            assert 2 * one_sided == pytest.approx(mcnemar(lost, gained))
    assert sign_flip([]) == 1.0
    assert sign_flip([3, 2, 2]) == pytest.approx(1 / 8)


def test_holm_corrects_step_by_step() -> None:
    assert holm({"a": 0.01, "b": 0.04, "c": 0.03}) == pytest.approx({"a": 0.03, "b": 0.06, "c": 0.06})
    assert holm({"a": 0.9, "b": 0.8}) == {"a": 1.0, "b": 1.0}


def test_cases_of_one_group_count_as_less_than_single_ones() -> None:
    alone = pairs(900, 20, 20, 60)
    assert design_effect(alone) == pytest.approx(1.0, abs=0.05)
    grouped = [
        Pair(pair.case, pair.old, pair.new, group=f"g{number // 10}") for number, pair in enumerate(alone)
    ]
    assert design_effect(grouped) == pytest.approx(10, rel=0.1)  # whole groups were gained or lost
    assert non_inferiority(grouped).lower < non_inferiority(alone).lower
    same = [Pair(f"{number}", True, True, group=f"g{number // 10}") for number in range(1000)]
    assert non_inferiority(same).lower == pytest.approx(tango_lower(0, 0, 100))


# -- the rules ---------------------------------------------------------------------------------------------


def better_where_meant() -> dict[str, Sequence[Pair]]:
    return {"first pass": pairs(1, 11, 0, 3, "clip"), "after the loop": pairs(2, 11, 0, 2, "clip")}


def test_a_gain_without_a_loss_is_promoted() -> None:
    frozen = pairs(450, 4, 3, 43)
    judgement = judge({"first pass": frozen, "after the loop": frozen}, better_where_meant())
    assert judgement.promoted, judgement.reasons
    assert judgement.pooled["first pass"].lower > MARGIN
    assert all(one.p < ALPHA for one in judgement.gains)


def test_an_adapter_that_changes_nothing_is_refused_for_want_of_a_gain() -> None:
    same = pairs(450, 0, 0, 50)
    judgement = judge({"first pass": same}, {"first pass": pairs(1, 0, 0, 14, "clip")})
    assert not judgement.promoted
    assert judgement.reasons == (
        "no significant gain on the held-out groups: +0.0 points at best (p = 1, 15 groups)",
    )


def test_a_loss_in_either_stage_is_refused() -> None:
    fine, worse = pairs(450, 4, 3, 43), pairs(430, 4, 23, 43)
    for stages in (
        {"first pass": worse, "after the loop": fine},
        {"first pass": fine, "after the loop": worse},
    ):
        judgement = judge(stages, better_where_meant())
        assert not judgement.promoted
        assert "is not above -2.0 points" in judgement.reasons[0]


def test_a_family_that_is_damaged_is_named_though_all_others_gain() -> None:
    frozen = [
        *pairs(400, 60, 0, 40, "plate"),
        *pairs(400, 60, 0, 40, "ring"),
        *pairs(38, 0, 14, 8, "hinge"),
    ]
    judgement = judge({"first pass": frozen}, better_where_meant())
    assert judgement.pooled["first pass"].lower > MARGIN
    assert not judgement.promoted
    assert len(judgement.reasons) == 1
    assert judgement.reasons[0].startswith("first pass: hinge lost 23.3 points")


def test_what_a_line_of_rounds_lost_together_is_refused_by_its_own_rule_alone() -> None:
    same, creeping = pairs(450, 0, 0, 50), pairs(470, 4, 16, 10)
    assert judge({"first pass": same}, better_where_meant(), began={"first pass": same}).promoted
    judgement = judge({"first pass": same}, better_where_meant(), began={"first pass": creeping})
    assert judgement.reasons == (
        "first pass: -2.4 points since the line of rounds began, and -2.0 points is the most that they may "
        "lose together",
    )
    assert judgement.line["first pass"].difference == pytest.approx(-0.024)


def test_small_families_are_judged_in_the_pool_only() -> None:
    frozen = [*pairs(400, 10, 0, 40, "plate"), *pairs(29, 0, 20, 0, "hinge")]
    assert [one.name for one in losses({"first pass": frozen})] == ["first pass: plate"]


def test_cases_that_were_trained_on_cannot_be_judged() -> None:
    case = Pair("1", False, True, group="seen")
    with pytest.raises(InputError, match="1 groups of the held-out groups were trained on"):
        judge({"first pass": pairs(50, 0, 0, 0)}, {"first pass": [case]}, trained={"seen"})
    with pytest.raises(InputError, match="no results"):
        judge({"first pass": []}, {"first pass": [case]})


# -- how often it errs ---------------------------------------------------------------------------------------


def simulated(
    dice: random.Random, groups: int, size: int, right: float, change: float, *, churn: float, alike: float
) -> list[Pair]:
    """Groups of cases; each case changes sides with probability ``churn``, and on average by ``change``.

    ``alike`` is the chance that a case does what its group does.
    """

    def draw() -> tuple[bool, bool]:
        gain, loss = (churn + change) / 2, (churn - change) / 2
        toss = dice.random()
        if toss < gain:
            return False, True
        if toss < gain + loss:
            return True, False
        old = dice.random() < right
        return old, old

    found = []
    for group in range(groups):
        common = draw()
        for number in range(size):
            old, new = common if dice.random() < alike else draw()
            found.append(Pair(f"{group}.{number}", old, new, "plate", f"g{group}"))
    return found


def rate(runs: int, claim: object, **how: float) -> float:
    """Share of simulated comparisons in which a claim is made."""
    dice = random.Random(1)
    made = 0
    for _ in range(runs):
        sample = simulated(dice, **how)  # type: ignore[arg-type]
        made += bool(claim(sample))  # type: ignore[operator]
    return made / runs


def holds_margin(sample: Sequence[Pair]) -> bool:
    return non_inferiority(sample).lower > MARGIN


def gains(sample: Sequence[Pair]) -> bool:
    return exact_tests({"all": sample}, sign=1)[0].p < ALPHA


def test_the_claims_err_seldom_enough_in_a_small_simulation() -> None:
    worse = {"groups": 150, "size": 2, "right": 0.8, "change": MARGIN, "churn": 0.06, "alike": 0.5}
    assert rate(200, holds_margin, **worse) <= 0.1  # 5 % ± 2 standard errors and the approximation
    assert rate(300, gains, groups=30, size=2, right=0.5, change=0.0, churn=0.4, alike=0.5) <= 0.075


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_type_one_error_and_power(capsys: pytest.CaptureFixture[str]) -> None:
    """Hundreds of simulated comparisons for each line of what is printed."""
    lines, runs = ["false claims of non-inferiority (true change: the margin):"], 300
    false_claims = []
    for groups, size, alike in ((500, 1, 0.0), (125, 4, 0.3), (100, 10, 0.5), (300, 3, 0.9)):
        for churn in (0.03, 0.1):
            found = rate(
                runs,
                holds_margin,
                groups=groups,
                size=size,
                right=0.8,
                change=MARGIN,
                churn=churn,
                alike=alike,
            )
            false_claims.append(found)
            lines.append(f"  {groups} groups of {size}, alike {alike}, churn {churn}: {found:.3f}")
    lines.append("power to show non-inferiority (true change: none):")
    for groups in (200, 500, 1000):
        for churn in (0.02, 0.05, 0.1):
            found = rate(
                200, holds_margin, groups=groups, size=1, right=0.8, change=0.0, churn=churn, alike=0.0
            )
            lines.append(f"  {groups} cases, churn {churn}: {found:.2f}")
    lines.append("false claims of a gain (true change: none), and power (true change: +60 points):")
    false_gains = []
    for groups, size in ((6, 2), (12, 1), (20, 3)):
        false = rate(4 * runs, gains, groups=groups, size=size, right=0.5, change=0.0, churn=0.5, alike=0.7)
        power = rate(300, gains, groups=groups, size=size, right=0.5, change=0.6, churn=0.7, alike=0.7)
        false_gains.append(false)
        lines.append(f"  {groups} groups of {size}: {false:.3f}, {power:.2f}")
    lines.append("families of 60, ten of them: false refusals, and power against a loss of 20 points in one:")

    def refused(change: float) -> float:
        dice = random.Random(2)
        made = 0
        for _ in range(200):
            sample = [
                Pair(f"{family} {pair.case}", pair.old, pair.new, f"family {family}")
                for family in range(10)
                for pair in simulated(dice, 60, 1, 0.8, change if family == 0 else 0.0, churn=0.22, alike=0)
            ]
            made += any(one.p < ALPHA and one.difference < MARGIN for one in losses({"loop": sample}))
        return made / 200

    false_refusals, power = refused(0.0), refused(-0.2)
    lines.append(f"  {false_refusals:.3f}, {power:.2f}")
    with capsys.disabled():
        print("\n" + "\n".join(lines))
    assert max(false_claims) <= 0.085
    assert max(false_gains) <= 0.05 + 2 * (0.05 * 0.95 / (4 * runs)) ** 0.5
    assert false_refusals <= 0.08
    assert power > 0.5
