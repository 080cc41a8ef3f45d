"""The resolved form: plain curves, placed frames and numbers in millimetres, one way and deterministic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cadagent.design.documents import LANGUAGE_VERSION
from cadagent.design.expressions import Evaluator
from cadagent.design.findings import Finding
from cadagent.design.forms import canonicalize, rewritten
from cadagent.design.registry import operations, records, references
from cadagent.design.scene import DesignError, Scene

_DIGITS = 9  # mm; far below what the kernel tells apart, far above the noise of the arithmetic


def resolve(document: Mapping[str, Any]) -> dict[str, Any]:
    """The kernel's form of a document in any form.

    Lengths are millimetres and angles degrees, rounded to 1e-9; pointers are into the canonical document.

    Raises:
        DesignError: with the findings that keep the document from being resolved.
    """
    full = canonicalize(document).document
    problems = check_references(full)
    if problems:
        raise DesignError(problems)
    evaluated, problems = evaluate(full)
    if problems:
        raise DesignError(problems)
    scene, table = Scene(), operations()
    for index, values in enumerate(evaluated):
        try:
            table[values["op"]].resolve(scene, values, f"/operations/{index}")
        except RecursionError as error:
            raise DesignError(
                [Finding("schema.too_deep", "The operation is nested too deeply.", f"/operations/{index}")]
            ) from error
    return {
        "cad": LANGUAGE_VERSION,
        "form": "resolved",
        "units": "mm",
        "steps": [_rounded(s) for s in scene.steps],
    }


def evaluate(full: Mapping[str, Any]) -> tuple[list[dict[str, Any]], list[Finding]]:
    """The operations of a canonical document with floats for every figure, and what was wrong with them."""
    evaluator = Evaluator(full["units"], full.get("parameters", ()))
    findings, table = list(evaluator.findings), records()
    values = [
        table[entry["op"]].evaluate(entry, f"/operations/{index}", evaluator, findings)
        for index, entry in enumerate(full["operations"])
    ]
    return values, findings


def check_references(full: Mapping[str, Any]) -> list[Finding]:
    """Findings for ids that stand twice and references to what does not stand before them.

    Pointers are into the canonical document given.
    """
    findings: list[Finding] = []
    kinds, table = operations(), records()
    every = {entry["id"] for entry in full["operations"]}
    seen: dict[str, str] = {}
    bodies: list[str] = []
    used: set[str] = set()
    across_path = {entry["id"] for entry in full["operations"] if entry.get("plane") == "path"}
    for index, entry in enumerate(full["operations"]):
        at = f"/operations/{index}"
        for kind, text, pointer, _, _ in references(table[entry["op"]], entry, at):
            if kind.target == "selector":
                continue  # resolved by the operation, where the words are known
            owner = text.rpartition(".")[0] if kind.target == "face" else text
            if kind.target == "face" and not owner:
                findings.append(
                    Finding(
                        "references.no_parent",
                        "There is no earlier feature whose face this could be.",
                        pointer,
                        expected="a plane",
                        actual=text,
                        hint="begin with a solid",
                    )
                )
                continue
            allowed = (
                bodies
                if kind.target == "body"
                else [
                    name for name, group in seen.items() if (group == "sketch") == (kind.target == "sketch")
                ]
            )
            if owner in allowed:
                used.add(owner)
                if owner in across_path and entry["op"] != "sweep":
                    findings.append(
                        Finding(
                            "frames.path_plane",
                            "Only a sweep's sketch stands on a path.",
                            pointer,
                            expected="a sketch on xy, xz, yz or a face",
                            actual=owner,
                        )
                    )
                continue
            what = {"sketch": "sketch", "body": "body"}.get(kind.target, "feature")
            later = owner in every and owner not in seen
            findings.append(
                Finding(
                    "references.later" if later else f"references.unknown_{what}",
                    f"{owner} comes later; an operation refers to earlier ones only."
                    if later
                    else f"No earlier {what} is called {owner}.",
                    pointer,
                    expected=" | ".join(allowed) or f"an earlier {what}",
                    actual=owner,
                )
            )
        name = entry["id"]
        if name in seen:
            findings.append(
                Finding(
                    "references.duplicate_id",
                    f"The id {name} stands twice.",
                    f"{at}/id",
                    expected="another id",
                    actual=name,
                )
            )
        seen[name] = kinds[entry["op"]].group
        if entry.get("mode") == "new":
            bodies.append(name)
    for index, entry in enumerate(full["operations"]):
        if entry["op"] == "sketch" and entry["id"] not in used:
            findings.append(
                Finding(
                    "order.unused_sketch",
                    f"No feature uses the sketch {entry['id']}.",
                    f"/operations/{index}",
                    hint="extrude it, or leave it out",
                )
            )
    if not any(group == "feature" for group in seen.values()):
        findings.append(
            Finding(
                "order.no_feature",
                "The design has no feature that makes a solid.",
                "/operations",
                expected="an extrude, revolve or primitive",
            )
        )
    return findings


def check_order(document: Mapping[str, Any]) -> list[Finding]:
    """Findings where a transform stands before a feature that would see the body moved.

    Pointers are into the document given, which must meet the schema.
    """
    return rewritten(document)[1]


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, _DIGITS) + 0.0  # no negative zero
    if isinstance(value, Mapping):
        return {key: _rounded(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(entry) for entry in value]
    return value
