"""An evaluation as a table for a person and as JSON, from its rows alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .figures import (
    PHASES,
    RECORDED,
    Figure,
    Row,
    exact,
    figures,
    groups,
    parts_wanted,
    recorded,
    refused,
    right,
    spread,
)
from .intervals import Estimate
from .metrics import EXACT
from .paired import Paired, paired

_SHORT = ("valid solid", "assertions met", f"IoU >= {EXACT}", "IoU, median")
"""The figures of a group's line."""
_NAME = 40
_TITLES = {"first": "first pass", "final": "after the loop"}


def report(rows: Sequence[Row]) -> dict[str, Any]:
    """All figures of an evaluation, JSON-ready; every estimate has a value, a 95 % interval and its n."""
    wanted = parts_wanted(rows)
    return {
        "rows": len(rows),
        "requests": len({row["id"] for row in rows}),
        "seeds": sorted({row["seed"] for row in rows}),
        "figures": {phase: _plain(figures(wanted, phase)) for phase in PHASES if wanted},
        "groups": {
            name: {"rows": len(chosen), **{phase: _plain(figures(chosen, phase)) for phase in PHASES}}
            for name, chosen in groups(wanted).items()
        },
        "refusals": _plain(refused(rows)),
        "recorded": {name: _plain(found) for name, found in recorded(wanted).items()},
        "against_recorded": {
            phase: {name: test.as_dict() for name, test in against_recorded(wanted, phase).items()}
            for phase in PHASES
        },
        "spread": {phase: spread(wanted, phase) for phase in PHASES},
    }


def against_recorded(rows: Sequence[Row], phase: str) -> dict[str, Paired]:
    """Paired tests of exact solids against the recorded one-shot answers; of the first seed."""
    tests = {}
    seed = min((row["seed"] for row in rows), default=0)
    for key, name in RECORDED.items():
        pairs = [
            (row["recorded"][key] >= EXACT, bool(exact(row[phase])))
            for row in rows
            if row["seed"] == seed and key in row["recorded"] and exact(row[phase]) is not None
        ]
        if pairs:
            tests[name] = paired(name, pairs)
    return tests


def lines(rows: Sequence[Row]) -> list[str]:
    """The report as a table of plain text."""
    wanted = parts_wanted(rows)
    seeds = sorted({row["seed"] for row in rows})
    count = len({row["id"] for row in rows})
    told = [f"{count} requests, {_seed_words(seeds)}; 95 % intervals in brackets"]
    if wanted:
        told += ["", *_figures(wanted), *_groups(wanted), *_recorded(wanted), *_spread(wanted)]
    turned = refused(rows)
    if turned:
        told += ["", *(f"{one.name:<36} {one}  n = {one.estimate.count}" for one in turned)]
    return told


def _figures(rows: Sequence[Row]) -> list[str]:
    phases = _phases(rows)
    both = {phase: {one.name: one for one in figures(rows, phase)} for phase in phases}
    names = list(dict.fromkeys(name for phase in phases for name in both[phase]))
    told = [" " * _NAME + _cells([_TITLES[phase] for phase in phases] + ["n"])]
    for name in names:
        cells = [both[phase].get(name) for phase in phases]
        ns = "/".join(dict.fromkeys(str(one.estimate.count) for one in cells if one is not None))
        texts = [str(one) if one is not None else "-" for one in cells]
        told.append(f"{name:<{_NAME}}" + _cells([*texts, ns]))
    hits = {phase: [right(row[phase]) for row in rows] for phase in phases}
    counted = "; ".join(f"{_TITLES[phase]} {sum(map(bool, hits[phase]))} of {len(rows)}" for phase in phases)
    return [*told, f"right (by assertions, else by reference, else valid): {counted}"]


def _groups(rows: Sequence[Row]) -> list[str]:
    found = groups(rows)
    told = []
    for phase in _phases(rows) if found else ():
        tables = {
            name: {one.name: str(one) for one in figures(chosen, phase)} for name, chosen in found.items()
        }
        names = [name for name in _SHORT if any(name in table for table in tables.values())]
        told += ["", f"{f'by level and length, {_TITLES[phase]}':<{_NAME}}" + _cells([*names, "n"])]
        for name, table in tables.items():
            cells = [table.get(one, "-") for one in names]
            told.append(f"{name:<{_NAME}}" + _cells([*cells, str(len(found[name]))]))
    return told


def _phases(rows: Sequence[Row]) -> Sequence[str]:
    """The phases that can differ: the first alone where no request had a second attempt."""
    return PHASES if any(row["final"]["attempts"] > 1 for row in rows) else PHASES[:1]


def _cells(texts: Sequence[str]) -> str:
    return "".join(f"{text:<26}" for text in texts).rstrip()


def _recorded(rows: Sequence[Row]) -> list[str]:
    told = []
    for name, found in recorded(rows).items():
        told.append(f"{name}: " + ", ".join(f"{one.name} {one}" for one in found))
        for phase in _phases(rows):
            test = against_recorded(rows, phase).get(name)
            if test is not None:
                told.append(f"  against it, {_TITLES[phase]}: {paired_words(test)}")
    return ["", "recorded, one shot, same requests", *told] if told else []


def paired_words(test: Paired) -> str:
    """What a paired test says, in one line."""
    one = test.difference
    return (
        f"{100 * one.value:+.1f} points ({100 * one.low:+.1f} to {100 * one.high:+.1f}), "
        f"only the first {test.only_first}, only the second {test.only_second}, p = {test.p:.3f}"
    )


def _spread(rows: Sequence[Row]) -> list[str]:
    told = []
    for phase in _phases(rows):
        for name, (low, high) in spread(rows, phase).items():
            told.append(f"  {_TITLES[phase]}, {name}: {low:.3f} to {high:.3f}")
    return ["", "lowest and highest of the seeds", *told] if told else []


def _seed_words(seeds: Sequence[int]) -> str:
    return f"seed {seeds[0]}" if len(seeds) == 1 else f"seeds {', '.join(map(str, seeds))}"


def _plain(found: Sequence[Figure]) -> dict[str, dict[str, Any]]:
    return {one.name: one.as_dict() for one in found}


def difference_words(one: Estimate) -> str:
    """A difference of two numbers with its interval."""
    return f"{one.value:+.4f} ({one.low:+.4f} to {one.high:+.4f})"
