"""Strategies of the loop against each other: what each one is worth, at what price.

Every configuration answers the same requests under the same seeds. Beside each stands what as many tokens
buy by asking anew and keeping the best: *best of N at equal tokens*, from a configuration that only samples.
Gains are paired, request by request and seed by seed, and their intervals are over requests.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .intervals import Estimate
from .metrics import EXACT

Row = Mapping[str, Any]
LONG = 90
"""Requests of so many words are long."""


@dataclass(frozen=True)
class Line:
    """One configuration in the table.

    Attributes:
        valid, exact, long: shares of valid solids, of IoU ≥ 0.99, and of that among long requests.
        held: share of the request's figures that are held, of those that could be told.
        gain, long_gain: of ``exact`` and ``long`` over the first pass, paired.
        equal: share of IoU ≥ 0.99 of best of N at equal tokens.
        tokens, seconds: a request, of the model alone; ``times``: tokens over those of the first pass.
    """

    name: str
    count: int
    valid: float
    exact: float
    long: float
    held: float
    gain: Estimate
    long_gain: Estimate
    equal: float
    tokens: float
    times: float
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        plain = {key: value for key, value in vars(self).items() if not isinstance(value, Estimate)}
        return plain | {
            key: {"value": one.value, "low": one.low, "high": one.high}
            for key, one in (("gain", self.gain), ("long_gain", self.long_gain))
        }


def table(rows: Sequence[Row], first: str, sampling: str) -> list[Line]:
    """The lines of all configurations, in the order in which they come in the rows.

    Args:
        rows: one for each configuration, request and seed: ``config``, ``id``, ``seed``, ``words``,
            ``attempts`` (each with ``rank``, ``valid``, ``iou``, ``held``, ``tokens``), ``seconds``. But for
            the sampling configuration only the best attempt need have its ``iou``.
        first, sampling: names of the configurations of one attempt, and of nothing but sampling.
    """
    by_config: dict[str, dict[tuple[str, int], Row]] = {}
    for row in rows:
        by_config.setdefault(row["config"], {})[row["id"], row["seed"]] = row
    base, samples = by_config[first], by_config.get(sampling, {})
    return [_line(name, chosen, base, samples) for name, chosen in by_config.items()]


def _line(
    name: str,
    rows: Mapping[tuple[str, int], Row],
    base: Mapping[tuple[str, int], Row],
    samples: Mapping[tuple[str, int], Row],
) -> Line:
    keys = [key for key in rows if key in base]
    best = {key: best_of(rows[key]["attempts"]) for key in keys}
    long = [key for key in keys if rows[key]["words"] >= LONG]
    tokens = {key: sum(one["tokens"] for one in rows[key]["attempts"]) for key in keys}
    plain = sum(sum(one["tokens"] for one in base[key]["attempts"]) for key in keys)
    held = [one["held"] for one in best.values()]
    equal = [exact(best_of(within(samples[key]["attempts"], tokens[key]))) for key in keys if key in samples]

    def gain(chosen: Sequence[tuple[str, int]]) -> Estimate:
        return _paired([(key[0], exact(best[key]) - exact(best_of(base[key]["attempts"]))) for key in chosen])

    return Line(
        name,
        len(keys),
        _mean([float(one["valid"]) for one in best.values()]),
        _mean([exact(one) for one in best.values()]),
        _mean([exact(best[key]) for key in long]),
        sum(one[0] for one in held) / max(1, sum(sum(one) for one in held)),
        gain(keys),
        gain(long),
        _mean(equal),
        _mean([float(one) for one in tokens.values()]),
        sum(tokens.values()) / plain if plain else 0.0,
        _mean([rows[key]["seconds"] for key in keys]),
    )


def best_of(attempts: Sequence[Row]) -> Row:
    """The attempt that the loop would keep; the first of equals."""
    return min(attempts, key=lambda one: one["rank"])


def within(attempts: Sequence[Row], tokens: int) -> Sequence[Row]:
    """As many attempts as so many tokens pay for, at least one."""
    spent = 0
    for number, one in enumerate(attempts):
        spent += one["tokens"]
        if spent > tokens and number:
            return attempts[:number]
    return attempts


def exact(attempt: Row) -> float:
    """1 where the solid is the one that was meant."""
    return float((attempt["iou"] or 0.0) >= EXACT)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _paired(differences: Sequence[tuple[str, float]], samples: int = 1000) -> Estimate:
    """The mean difference with a percentile bootstrap over requests; their seeds stay together."""
    by_request: dict[str, list[float]] = {}
    for name, difference in differences:
        by_request.setdefault(name, []).append(difference)
    means = [_mean(values) for values in by_request.values()]
    if not means:
        return Estimate(0.0, 0.0, 0.0, 0)
    dice = random.Random(0)
    draws = sorted(_mean(dice.choices(means, k=len(means))) for _ in range(samples))
    return Estimate(_mean(means), draws[int(0.025 * samples)], draws[int(0.975 * samples) - 1], len(means))


HEAD = ("configuration", "valid", "IoU≥0.99", "≥90 words", "figures held", "gain", "gain, ≥90 words",
        "best of N", "tokens", "×", "seconds")  # fmt: skip


def markdown(lines: Sequence[Line]) -> str:
    """The table as Markdown."""
    rows = [HEAD, tuple("---" for _ in HEAD), *(tuple(cell(line) for cell in _CELLS) for line in lines)]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _gain(one: Estimate) -> str:
    return f"{100 * one.value:+.1f} ({100 * one.low:+.1f} to {100 * one.high:+.1f})"


_CELLS: tuple[Callable[[Line], str], ...] = (
    lambda line: line.name,
    lambda line: f"{100 * line.valid:.1f} %",
    lambda line: f"{100 * line.exact:.1f} %",
    lambda line: f"{100 * line.long:.1f} %",
    lambda line: f"{100 * line.held:.1f} %",
    lambda line: _gain(line.gain),
    lambda line: _gain(line.long_gain),
    lambda line: f"{100 * line.equal:.1f} %",
    lambda line: f"{line.tokens:.0f}",
    lambda line: f"{line.times:.2f}",
    lambda line: f"{line.seconds:.1f}",
)
