"""The figures of an evaluation, from the records of its answers; no model and no kernel is needed.

A row is what ``results.jsonl`` holds in a line: a request, and the record of its first and of its final
answer (:mod:`.judging`). With several seeds a request has several rows. Intervals are over requests: the
answers to one request under several seeds are one case, since they are far from independent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from .intervals import Estimate, bootstrap_median, bootstrap_ratio, median, wilson
from .metrics import EXACT
from .sketches import TYPES

Row = Mapping[str, Any]
Kind = Literal["share", "number"]
PHASES = ("first", "final")
LENGTHS = ("under 45 words", "45 to 89 words", "90 words and more")
RECORDED = {
    "gpt_5_2": "GPT-5.2",
    "claude_4_6_sonnet": "Claude 4.6 Sonnet",
    "expert_code": "the expert's code",
}
"""Names of the one-shot answers that a data set records, as its keys have them."""


@dataclass(frozen=True)
class Figure:
    """One figure of a table: of which ``estimate.count`` cases, and whether it is a share or a number."""

    name: str
    kind: Kind
    estimate: Estimate

    def as_dict(self) -> dict[str, Any]:
        one = self.estimate
        return {"value": one.value, "low": one.low, "high": one.high, "n": one.count}

    def __str__(self) -> str:
        one = self.estimate
        if self.kind == "share":
            return f"{100 * one.value:.1f} % ({100 * one.low:.1f} to {100 * one.high:.1f})"
        return f"{_number(one.value)} ({_number(one.low)} to {_number(one.high)})"


def _number(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3f}"


def length_class(words: int) -> str:
    """The class of a request of so many words."""
    return LENGTHS[(words >= 45) + (words >= 90)]


def parts_wanted(rows: Iterable[Row]) -> list[Row]:
    """The rows that ask for a part, and not for a refusal."""
    return [row for row in rows if row["expects"] == "design"]


def figures(rows: Sequence[Row], phase: str) -> list[Figure]:
    """The figures of one phase (``first`` or ``final``) over rows that ask for a part."""
    found: list[Figure] = []

    def share(name: str, holds: Callable[[Row], bool | None]) -> None:
        """Of the rows in which it is not None."""
        estimate = rate([(row, holds(row[phase])) for row in rows])
        if estimate.count:
            found.append(Figure(name, "share", estimate))

    def ratio(name: str, kind: Kind, parts: Callable[[Row], tuple[float, float] | None]) -> None:
        pairs = [(row, parts(row[phase])) for row in rows]
        estimate = bootstrap_ratio(_by_request(pairs))
        if estimate.count:
            found.append(Figure(name, kind, estimate))

    def middle(name: str, value: Callable[[Row], float | None]) -> None:
        values = [one for one in (value(row[phase]) for row in rows) if one is not None]
        if values:
            found.append(Figure(name, "number", bootstrap_median(values)))

    share("parse", lambda one: one["parse"])
    share("schema-valid", lambda one: one["schema"])
    share("valid solid", lambda one: one["valid"])
    ratio("requirements met", "share", _requirements)
    share("assertions met", passed)
    share(f"IoU >= {EXACT}", exact)
    middle("IoU, median", lambda one: one["iou"])
    share(f"normalised IoU >= {EXACT}", lambda one: _at_least(one["iou_normalised"]))
    middle("normalised IoU, median", lambda one: one["iou_normalised"])
    middle("Chamfer x 1000, median of solids", lambda one: one["chamfer"])
    middle("Chamfer x 1000, noise floor", lambda one: one["chamfer_floor"])
    ratio("curve F1", "share", lambda one: _curves(one, TYPES))
    for kind in TYPES:
        ratio(f"{kind} F1", "share", lambda one, kind=kind: _curves(one, (kind,)))  # type: ignore[misc]
    ratio("extrusion F1", "share", lambda one: _curves(one, ("extrusion",)))
    ratio("structural F1", "share", lambda one: _f1(one["structure"]))
    share("watertight, of valid solids", lambda one: one["watertight"])
    ratio("sphericity, off by (mean)", "number", _sphericity)
    share("Euler characteristic equal", _euler)
    share("refused or asked about", lambda one: one["status"] in ("refused", "asked"))
    ratio("attempts", "number", lambda one: (one["attempts"], 1.0))
    ratio("tokens", "number", lambda one: (one["tokens"], 1.0))
    ratio("seconds", "number", lambda one: (one["seconds"], 1.0))
    return found


def rate(cases: Iterable[tuple[Row, bool | None]]) -> Estimate:
    """A share over the rows where it can be told: Wilson's interval where every request stands once."""
    told = [(row, holds) for row, holds in cases if holds is not None]
    by_request = _by_request([(row, (float(holds), 1.0)) for row, holds in told])
    if len(by_request) == len(told):
        return wilson(sum(holds for _, holds in told), len(told))
    return bootstrap_ratio(by_request)


def exact(one: Row) -> bool | None:
    """Whether an answer is the reference's solid; None without a reference."""
    return _at_least(one["iou"])


def passed(one: Row) -> bool | None:
    """Whether an answer meets its assertions; None where there are none."""
    return None if one["unmet"] is None else not one["unmet"]


def right(one: Row) -> bool | None:
    """Whether an answer is right: by its assertions, else by its reference, else as a valid solid.

    Assertions come first because they are written to hold for every reading of the request.
    """
    for told in (passed(one), exact(one)):
        if told is not None:
            return told
    return bool(one["valid"])


def refused(rows: Sequence[Row]) -> list[Figure]:
    """How often nonsense is refused or asked about, and how often a real request is."""
    names = {"none": "no part wanted: refused or asked", "design": "part wanted: refused or asked"}
    found = []
    for expects, name in names.items():
        told = [
            (row, row["final"]["status"] in ("refused", "asked")) for row in rows if row["expects"] == expects
        ]
        if told:
            found.append(Figure(name, "share", rate(told)))
    return found if any(row["expects"] == "none" for row in rows) else []


def recorded(rows: Sequence[Row]) -> dict[str, list[Figure]]:
    """The one-shot answers that the data set records for the same requests, by name."""
    found: dict[str, list[Figure]] = {}
    for key, name in RECORDED.items():
        once = {row["id"]: row["recorded"][key] for row in rows if key in row["recorded"]}
        if once:
            values = list(once.values())
            found[name] = [
                Figure(f"IoU >= {EXACT}", "share", wilson(sum(v >= EXACT for v in values), len(values))),
                Figure("IoU, median", "number", bootstrap_median(values)),
            ]
    return found


def groups(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Rows by level and by length, in a fixed order; a level or length that all rows share is left out."""
    found: dict[str, list[Row]] = {}
    levels = list(dict.fromkeys(row["level"] for row in rows if row["level"]))
    if len(levels) > 1:
        found |= {level: [row for row in rows if row["level"] == level] for level in levels}
    for level in levels if len(levels) > 1 else [None]:
        chosen = [row for row in rows if level is None or row["level"] == level]
        for name in LENGTHS:
            long = [row for row in chosen if length_class(row["words"]) == name]
            if long and len(long) < len(chosen):
                found[name if level is None else f"{level}, {name}"] = long
    return found


def spread(rows: Sequence[Row], phase: str) -> dict[str, tuple[float, float]]:
    """Lowest and highest value over the seeds of the figures that matter most; empty for one seed."""
    seeds = sorted({row["seed"] for row in rows})
    if len(seeds) < 2:
        return {}
    found: dict[str, list[float]] = {}
    for seed in seeds:
        mine = [row[phase] for row in rows if row["seed"] == seed]
        found.setdefault("valid solid", []).append(_mean([one["valid"] for one in mine]))
        hits = [told for told in (exact(one) for one in mine) if told is not None]
        if hits:
            found.setdefault(f"IoU >= {EXACT}", []).append(_mean(hits))
            values = [one["iou"] for one in mine if one["iou"] is not None]
            found.setdefault("IoU, median", []).append(median(values))
        kept = [told for told in (passed(one) for one in mine) if told is not None]
        if kept:
            found.setdefault("assertions met", []).append(_mean(kept))
    return {name: (min(values), max(values)) for name, values in found.items()}


def _mean(values: Sequence[bool]) -> float:
    return sum(values) / len(values)


def _by_request(
    cases: Iterable[tuple[Row, tuple[float, float] | None]],
) -> list[tuple[float, float]]:
    """Numerators and denominators summed over the rows of each request."""
    sums: dict[str, tuple[float, float]] = {}
    for row, parts in cases:
        if parts is not None:
            above, below = sums.get(row["id"], (0.0, 0.0))
            sums[row["id"]] = (above + parts[0], below + parts[1])
    return list(sums.values())


def _at_least(iou: float | None) -> bool | None:
    return None if iou is None else iou >= EXACT


def _requirements(one: Row) -> tuple[float, float] | None:
    counted = one["requirements"]
    told = counted["held"] + counted["unmet"]
    return (counted["held"], told) if told else None


def _f1(counted: Sequence[float] | None) -> tuple[float, float] | None:
    return None if counted is None else (2 * counted[0], counted[1] + counted[2])


def _curves(one: Row, kinds: Sequence[str]) -> tuple[float, float] | None:
    if one["curves"] is None:
        return None
    parts = [one["curves"][kind] for kind in kinds]
    return 2.0 * sum(p[0] for p in parts), float(sum(p[1] + p[2] for p in parts))


def _sphericity(one: Row) -> tuple[float, float] | None:
    wanted = (one["reference"] or {}).get("sphericity")
    if wanted is None or one["sphericity"] is None:
        return None
    return abs(one["sphericity"] - wanted), 1.0


def _euler(one: Row) -> bool | None:
    wanted = (one["reference"] or {}).get("euler")
    return None if wanted is None or not one["watertight"] else one["euler"] == wanted
