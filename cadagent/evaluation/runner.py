"""Runs a list of cases: document in, validity, solid, agreement with the reference out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from cadagent.design.findings import Finding
from cadagent.errors import CadAgentError, InputError

from .geometry import agreement, load_reference
from .metrics import EXACT, Result
from .structural import Score, score


@dataclass(frozen=True)
class Case:
    """One design to be judged.

    Attributes:
        id: name of the case.
        document: CAD JSON in any form, or its text; None when nothing came out at all.
        reference: STL or STEP file of the solid it should be.
        expected: CAD JSON it should agree with.
        scale: the design is scaled by this before it is compared (its unit is built as millimetres;
            a reference in another unit needs the factor between them).
    """

    id: str
    document: Mapping[str, Any] | str | None
    reference: Path | None = None
    expected: Mapping[str, Any] | None = None
    scale: float = 1.0


def run(cases: Iterable[Case], *, progress: Callable[[Result], None] | None = None) -> list[Result]:
    """Judge all cases in order; ``progress`` is called with each result as it comes."""
    results = []
    for case in cases:
        result = judge(case)
        if progress is not None:
            progress(result)
        results.append(result)
    return results


def judge(case: Case) -> Result:
    """One case; whatever is wrong with the design ends in ``reason``, never in an exception.

    Raises:
        InputError: the reference cannot be read.
    """
    from cadagent import design

    missing = 0.0 if case.reference is not None else None
    structure = score(design.canonical(case.expected), None) if case.expected is not None else None
    document = case.document
    if isinstance(document, str):
        parsed = design.parse(document)
        errors = [finding for finding in parsed.findings if finding.severity == "error"]
        if parsed.document is None or errors:
            return Result(
                case.id, False, False, missing, structure, errors[0].one_line() if errors else "no JSON"
            )
        document = parsed.document
    if document is None:
        return Result(case.id, False, False, missing, structure, "no document")
    errors = [finding for finding in design.check(document) if finding.severity == "error"]
    if errors:
        return Result(case.id, False, False, missing, structure, _first(errors, ""))
    if not meets_schema(document):
        return Result(case.id, False, False, missing, structure, "it does not meet the published schema")
    try:
        canonical, resolved = design.canonical(document), design.resolve(document)
    except CadAgentError as error:
        return Result(case.id, False, False, missing, structure, str(error))
    if case.expected is not None:
        structure = score(design.canonical(case.expected), canonical)
    return _geometry(case, resolved, structure)


@cache
def _validator(form: Literal["compact", "canonical"]) -> Any:
    from jsonschema import Draft202012Validator

    from cadagent.design import json_schema

    return Draft202012Validator(json_schema(form))


def meets_schema(document: Mapping[str, Any]) -> bool:
    """Whether a document meets the published schema, by the reference checker and not by our parser."""
    return bool(_validator("canonical" if "form" in document else "compact").is_valid(document))


def _first(findings: Sequence[Finding], otherwise: str) -> str:
    return findings[0].one_line() if findings else otherwise


def _geometry(case: Case, resolved: dict[str, Any], structure: Score | None) -> Result:
    from cadagent import kernel

    missing = 0.0 if case.reference is not None else None
    # First in the worker, which can be killed; only what came back from there is built again here.
    built = kernel.build(resolved)
    if not built.ok:
        reason = next((f.one_line() for f in built.findings if f.severity == "error"), "not built")
        return Result(case.id, True, False, missing, structure, reason)
    if case.reference is None:
        return Result(case.id, True, True, None, structure)
    bodies = kernel.build_solid(resolved).bodies
    reference = load_reference(case.reference)
    try:
        iou = agreement(bodies, reference, scale=case.scale)
    except InputError as error:  # of the design: the reference was read and is closed
        return Result(case.id, True, True, 0.0, structure, str(error))
    return Result(case.id, True, True, iou, structure, "" if iou >= EXACT else f"IoU {iou:.4f}")
