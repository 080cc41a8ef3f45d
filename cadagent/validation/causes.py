"""Causes and consequences: one mistake should be read once.

A finding that follows from another gets that one's pointer as its ``cause``; where findings are shown, such
consequences are folded into their cause. Only links that are certain are made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from cadagent.design import Finding
from cadagent.validation.hints import closest
from cadagent.validation.pointers import operation_index

_RANK = {"error": 0, "warning": 1, "info": 2}
_WHOLE = frozenset(
    {"geometry.invalid", "geometry.non_manifold", "geometry.not_watertight", "geometry.pieces"}
)
"""Findings on finished bodies; after a step that failed they say nothing new."""


def linked(findings: Iterable[Finding], document: Mapping[str, Any] | None) -> list[Finding]:
    """The findings with their causes filled in: errors first, consequences last."""
    found = sorted(dict.fromkeys(findings), key=lambda finding: _RANK[finding.severity])
    out = [_with_cause(finding, found[:index], document) for index, finding in enumerate(found)]
    return [finding for finding in out if finding.cause is None] + [
        finding for finding in out if finding.cause is not None
    ]


def _with_cause(finding: Finding, before: Sequence[Finding], document: Mapping[str, Any] | None) -> Finding:
    if finding.cause is not None:
        return finding
    for other in before:
        if other.severity == "error" and other.cause is None and _follows(finding, other, document):
            return replace(finding, cause=other.pointer)
    return finding


def _follows(finding: Finding, other: Finding, document: Mapping[str, Any] | None) -> bool:
    if finding.code == other.code and finding.code.startswith("references."):
        return finding.actual == other.actual and finding.code != "references.duplicate_id"
    if finding.code == "schema.missing_key" and other.code == "schema.unknown_key":
        misspelt = other.actual and closest(other.actual, finding.expected or "")
        return bool(misspelt) and other.pointer.rpartition("/")[0] == finding.pointer
    if finding.code == "order.unused_sketch":
        return other.code in ("references.unknown_sketch", "references.later")
    if finding.code.startswith("geometry.") and other.code.startswith("geometry."):
        if finding.code in _WHOLE:
            return True
        here, there = operation_index(finding.pointer), operation_index(other.pointer)
        return here is not None and there is not None and here > there and _names(document, here, there)
    return False


def _names(document: Mapping[str, Any] | None, here: int, there: int) -> bool:
    """Whether an operation of the document names an earlier one by its id."""
    if document is None:
        return False
    entries = document.get("operations", [])
    if not max(here, there) < len(entries):
        return False
    count = sum(entry.get("op") == entries[there].get("op") for entry in entries[: there + 1])
    name = entries[there].get("id", f"{entries[there].get('op')}{count}")
    waiting = [value for key, value in entries[here].items() if key not in ("op", "id", "profile")]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str) and name in value.replace("/", ".").split("."):
            return True
        waiting += value if isinstance(value, list) else value.values() if isinstance(value, dict) else []
    return False
