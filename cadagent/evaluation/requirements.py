"""How well the requirement checks do: false alarms on right solids, cover, and seeded faults flagged."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cadagent import design
from cadagent.design.expressions import MM_PER_UNIT
from cadagent.errors import CadAgentError
from cadagent.evaluation.faults import faults
from cadagent.evaluation.intervals import Estimate, wilson
from cadagent.kernel import build
from cadagent.kernel.result import BuildResult
from cadagent.requirements import Row, compare
from cadagent.requirements.figures import units_named

_SAME = 1e-6
"""Relative: designs of which volume, area and extents agree this well are one solid."""


@dataclass(frozen=True)
class Truth:
    """A request with a resolved design whose solid is right.

    Attributes:
        id, request: the row.
        resolved: builds the solid.
        units: of figures without a unit.
        document: the canonical design, when it is one that a person wrote for this request.
    """

    id: str
    request: str
    resolved: Mapping[str, Any]
    units: str = "mm"
    document: Mapping[str, Any] | None = None


@dataclass
class Outcome:
    """What was counted.

    Attributes:
        rows: all requirements with the id of their case.
        flagged: by kind of fault, how many there were and how many were flagged.
        seconds: of every comparison, without the build.
    """

    rows: list[tuple[str, Row]] = field(default_factory=list)
    flagged: dict[str, list[bool]] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)

    @property
    def alarms(self) -> list[tuple[str, Row]]:
        """Requirements of right solids that are said not to hold."""
        return [(name, row) for name, row in self.rows if row.unmet]

    @property
    def false_alarms(self) -> Estimate:
        """Share of the requirements of right solids that are said not to hold."""
        return wilson(len(self.alarms), len(self.rows))

    @property
    def covered(self) -> Estimate:
        """Share of the requirements that are held or flagged, not unclear."""
        return wilson(sum(row.state != "unclear" for _, row in self.rows), len(self.rows))

    def seeded(self, kind: str) -> Estimate:
        """Share of the faults of a kind that are flagged."""
        return wilson(sum(self.flagged.get(kind, [])), len(self.flagged.get(kind, [])))


def judge_truths(truths: Iterable[Truth]) -> Outcome:
    """Compare every request with its right solid."""
    outcome = Outcome()
    for truth in truths:
        built = build(dict(truth.resolved), mesh=True)
        if built.measurement is not None and built.ok:
            outcome.rows += [(truth.id, row) for row in _rows(truth, built, outcome)]
    return outcome


def judge_faults(cases: Sequence[tuple[str, str, Mapping[str, Any]]], seed: int = 0) -> Outcome:
    """Break right designs in one place at a time; a fault is flagged when more rows fail than before.

    Only faults that build and make another solid count, and of changed figures only those that the request
    gives (``figure``); others are counted as ``position``.

    Args:
        cases: id, request and compact design.
        seed: of the faults.
    """
    outcome = Outcome()
    for name, request, document in cases:
        right = _built(document)
        if right is None:
            continue
        truth = Truth(name, request, {}, document=design.canonical(dict(document)))
        before = _rows(truth, right, outcome)
        outcome.rows += [(name, row) for row in before]
        given = [row.asked for row in before]
        for kind, said, wrong in faults(document, seed):
            built = _built(wrong)
            if built is None or _same(right, built):
                continue
            figure = abs(said) * float(MM_PER_UNIT[document["units"]])
            if kind == "figure" and not any(abs(figure - one) <= 1e-4 * one for one in given):
                kind = "position"
            broken = Truth(name, request, {}, document=design.canonical(wrong))
            after = _rows(broken, built, outcome)
            more = sum(row.unmet for row in after) > sum(row.unmet for row in before)
            outcome.flagged.setdefault(kind, []).append(more)
    return outcome


def unit_of(request: str) -> str:
    """The unit in which a data set's solid without units is meant: the one its request names, or mm."""
    named = units_named(request)
    return next(iter(named)) if len(named) == 1 else "mm"


def _rows(truth: Truth, built: BuildResult, outcome: Outcome) -> tuple[Row, ...]:
    assert built.measurement is not None  # it was built
    began = time.perf_counter()
    rows = compare(truth.request, built.measurement, built.mesh, truth.document, truth.units)
    outcome.seconds.append(time.perf_counter() - began)
    return rows


def _built(document: Mapping[str, Any]) -> BuildResult | None:
    """The solid of a design, when it is a sound one."""
    try:
        if any(finding.severity == "error" for finding in design.check(dict(document))):
            return None
        built = build(design.resolve(dict(document)), mesh=True)
    except CadAgentError:
        return None
    return built if built.ok and built.measurement is not None and built.measurement.valid else None


def _same(one: BuildResult, other: BuildResult) -> bool:
    a, b = one.measurement, other.measurement
    assert a is not None and b is not None  # both were built
    pairs = [(a.volume, b.volume), (a.area, b.area), *zip(sorted(a.size), sorted(b.size), strict=True)]
    return all(abs(x - y) <= _SAME * max(abs(x), abs(y)) for x, y in pairs)
