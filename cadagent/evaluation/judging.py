"""Everything that is measured on one answer: validity, requirements, agreement with the reference.

A record is a JSON object; what was not measured, for want of a reference or of a solid, is null. An answer
that was cut off, or whose solid is not valid, has failed whatever else it may hold: its IoU is 0, it shares
nothing, and none of the request's figures is met.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cadagent.errors import BuildError, InputError

from .assertions import unmet
from .comparison import SECONDS, Source, compare_here
from .geometry import FINE, agreement, load_reference
from .runner import meets_schema
from .sketches import counts
from .structural import score

if TYPE_CHECKING:
    from cadagent.kernel import Mesh
    from cadagent.validation import Report

Minimal = Callable[[dict[str, Any]], Mapping[str, Any] | None]
"""A resolved design in minimal JSON, None where that cannot say it; called in a worker process."""


@dataclass(frozen=True)
class Truth:
    """What is known of the part that a request asks for; everything may be missing.

    Attributes:
        solid: a design or a file with the solid it should be.
        scale: the answer is scaled by this before it is compared: a solid without a unit is given in the
            unit of its request, and answers are built in millimetres.
        document: the canonical design it should be.
        sketches: the same part as a resolved design, for the field's F1 of sketches.
        assertions: expectations of the solid (:mod:`.assertions`).
    """

    solid: Source | None = None
    scale: float = 1.0
    document: Mapping[str, Any] | None = None
    sketches: Mapping[str, Any] | None = None
    assertions: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Request:
    """One request of a set.

    Attributes:
        id: its name, once in the set.
        text: what the person asks for; with ``design``, the change that they want.
        level: of detail, or another class by which figures are told apart; empty for none.
        task: name of the task that answers it.
        expects: ``design``, or ``none`` where the right answer is a refusal or a question.
        design: for a change, the design so far.
        recorded: IoU of other models' one-shot answers, by name.
    """

    id: str
    text: str
    truth: Truth
    level: str = ""
    task: str = "generate"
    expects: str = "design"
    design: Mapping[str, Any] | None = None
    recorded: Mapping[str, float] = field(default_factory=dict)


def judged(
    report: Report | None, request: str, truth: Truth, minimal: Minimal, *, whole: bool = True
) -> dict[str, Any]:
    """The record of one answer.

    Args:
        report: of the answer, built with its mesh; None where no model was asked.
        request: as the model got it.
        minimal: writes minimal JSON; a function at the top of a module.
        whole: whether the model ended its answer by itself.

    Raises:
        InputError: the reference cannot be read.
    """
    result = report.result if report is not None else None
    valid = report is not None and report.valid and result is not None and whole
    record: dict[str, Any] = {
        "parse": report is not None and whole and not _unread(report),
        "schema": report is not None
        and whole
        and report.resolved is not None
        and report.document is not None
        and meets_schema(report.document),
        "valid": valid,
        "problem": None if valid else _problem(report, whole),
        "requirements": _requirements(report if valid else None, request),
        "unmet": None,
        "structure": None,
        "iou": 0.0 if truth.solid is not None else None,
        "iou_normalised": 0.0 if truth.solid is not None else None,
        **dict.fromkeys(
            ("chamfer", "chamfer_floor", "curves", "sphericity", "euler", "watertight", "reference")
        ),
    }
    measurement = result.measurement if valid and result is not None else None
    if truth.assertions is not None:
        record["unmet"] = ["no valid solid"] if measurement is None else unmet(truth.assertions, measurement)
    if truth.document is not None:
        found = score(truth.document, report.canonical if valid and report is not None else None)
        record["structure"] = [found.shared, found.expected, found.actual]
    if measurement is not None:
        record["sphericity"] = sphericity(measurement.volume, measurement.area)
        record["euler"] = measurement.euler
        record["watertight"] = measurement.watertight
    if truth.solid is not None or truth.sketches is not None:
        record |= _compared(report.resolved if valid and report is not None else None, truth, minimal)
    return record


def sphericity(volume: float, area: float) -> float:
    """π^⅓ (6 V)^⅔ / A: 1 for a ball, less for every other solid (Wadell 1935)."""
    return math.pi ** (1 / 3) * (6 * max(volume, 0.0)) ** (2 / 3) / area if area > 0 else 0.0


def _unread(report: Report) -> bool:
    """Whether the text was no JSON, or had to be mended before it could be read."""
    return report.document is None or any(finding.code.startswith("syntax.") for finding in report.findings)


def _problem(report: Report | None, whole: bool) -> str:
    if report is None:
        return "no model was asked"
    if not whole:
        return "the answer was cut off"
    if report.reply is not None:
        return f"{report.reply[0]}: {report.reply[1]}"
    return report.errors[0].one_line() if report.errors else "no solid"


def _requirements(report: Report | None, request: str) -> dict[str, int]:
    """How many figures of the request are held, are certainly not, and cannot be told."""
    from cadagent.requirements import extract

    if report is None:
        return {"held": 0, "unmet": len(extract(request)), "unclear": 0}
    states = [row.state for row in report.asked]
    return {
        "held": states.count("held"),
        "unmet": states.count("missing") + states.count("wrong"),
        "unclear": states.count("unclear"),
    }


def _compared(resolved: Mapping[str, Any] | None, truth: Truth, minimal: Minimal) -> dict[str, Any]:
    """What :func:`compared_here` finds; an answer too hard to compare counts as none."""
    from cadagent.kernel import Limits, call_each

    limits = Limits(seconds=SECONDS)
    told = ["comparing with the reference"]
    problem: dict[str, Any] = {}
    for chosen in (resolved, None) if resolved is not None else (None,):
        found = next(iter(call_each(compared_here, [(chosen, truth, minimal)], told, limits=limits)))
        if isinstance(found, dict):
            return found | problem
        problem = {"problem": str(found)}
    raise InputError(problem["problem"])


def compared_here(resolved: dict[str, Any] | None, truth: Truth, minimal: Minimal) -> dict[str, Any]:
    """The figures that need the reference, of a valid design or of none, worked out in this process.

    Raises:
        InputError: the reference cannot be read.
    """
    found: dict[str, Any] = {}
    if truth.sketches is not None:
        expected = minimal(dict(truth.sketches))
        if expected is not None:
            pairs = counts(expected, minimal(resolved) if resolved is not None else None)
            found["curves"] = {kind: [one.shared, one.expected, one.actual] for kind, one in pairs.items()}
    if truth.solid is not None and resolved is not None:
        found |= _agreement(_scaled(resolved, truth.scale), truth.solid)
    return found


def _agreement(resolved: dict[str, Any], solid: Source) -> dict[str, Any]:
    from cadagent.kernel import build_solid, chamfer

    reference = _mesh(solid)
    closed = reference.watertight
    found: dict[str, Any] = {
        "chamfer_floor": round(chamfer(reference, reference, seed=1), 6),
        "reference": {
            "sphericity": sphericity(abs(reference.volume), reference.area) if closed else None,
            "euler": reference.euler if closed else None,
        },
    }
    try:
        both = compare_here(Source("the answer", "design", resolved=resolved), solid, True)
        bodies = build_solid(resolved).bodies
        found |= {
            "iou": both.iou or 0.0,
            "iou_normalised": agreement(bodies, reference, normalised=True),
            "chamfer": round(both.chamfer, 6),
        }
    except (BuildError, InputError) as error:  # of the answer: the reference has been read
        found["problem"] = str(error)
    return found


def _mesh(solid: Source) -> Mesh:
    from cadagent.kernel import build_solid, tessellate

    if solid.path is not None:
        return load_reference(solid.path)
    built = build_solid(dict(solid.resolved or {}))
    if not built.ok:
        raise InputError(f"{solid.name}: the reference does not build")
    return tessellate(built.bodies, *FINE)


def _scaled(resolved: dict[str, Any], factor: float) -> dict[str, Any]:
    if factor == 1.0:
        return resolved
    matrix = [factor, 0, 0, 0, 0, factor, 0, 0, 0, 0, factor, 0]
    step = {"do": "transform", "id": "scale", "pointer": "", "bodies": None, "matrix": matrix}
    return {**resolved, "steps": [*resolved["steps"], step]}
