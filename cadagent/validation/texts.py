"""Findings as text: for the model that is to correct its design, and for a person.

The text for the model is versioned, because adapters are trained on it: any change of its wording or layout
is a new ``FINDINGS_VERSION``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cadagent.design import Finding, dumps
from cadagent.validation.pointers import value_at

FINDINGS_VERSION = "2"
_MOST = 4  # a small model mends a few things at a time; consequences vanish with their causes
_EXCERPT = 100
_WORDS = 120


def for_model(findings: Iterable[Finding], document: Mapping[str, Any] | None = None) -> str:
    """The findings that go back to a model: causes only, at most four, one line each::

        schema.choice at /operations/1/op "op":"hol" expected sketch | extrude | …. did you mean hole?

    Warnings are told only when there is no error.

    Args:
        findings: of one report.
        document: the report's document, for the excerpts.
    """
    causes = [finding for finding in findings if finding.cause is None and finding.severity != "info"]
    errors = [finding for finding in causes if finding.severity == "error"]
    return "\n".join(_line(finding, document) for finding in (errors or causes)[:_MOST])


def _line(finding: Finding, document: Mapping[str, Any] | None) -> str:
    parts = [f"{finding.code} at {finding.pointer}" if finding.pointer else finding.code]
    excerpt = _excerpt(document, finding.pointer)
    if excerpt:
        parts.append(excerpt)
    if finding.expected is None and finding.hint is None:
        parts.append(finding.message)
    facts = [
        f"{name} {_cut(value, _WORDS)}"
        for name, value in (("expected", finding.expected), ("found", finding.actual))
        if value
    ]
    if facts:
        parts.append(", ".join(facts))
    text = " ".join(" ".join(parts).split())
    return f"{text}. {finding.hint}" if finding.hint else text


def _excerpt(document: Mapping[str, Any] | None, pointer: str) -> str:
    """The key and value at the pointer as compact JSON; nothing for the whole document."""
    if document is None or not pointer:
        return ""
    try:
        value = value_at(document, pointer)
    except KeyError:
        return ""
    key = pointer.rpartition("/")[2]
    text = dumps(value)
    return _cut(text if key.isdigit() else f'"{key}":{text}', _EXCERPT)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def for_person(findings: Iterable[Finding], text: str = "") -> str:
    """The findings for a terminal, each with the written line beneath and its consequences counted.

    Args:
        findings: of one report.
        text: the text that was checked; its lines are quoted.
    """
    every = list(findings)
    lines = text.split("\n")
    out: list[str] = []
    for finding in every:
        if finding.cause is not None:
            continue
        out.append(finding.one_line())
        if finding.line is not None and 0 < finding.line <= len(lines) and lines[finding.line - 1].strip():
            out.append(f"  {finding.line} | {_cut(lines[finding.line - 1].strip(), _WORDS)}")
        folded = sum(other.cause == finding.pointer for other in every)
        if folded and finding.severity == "error":
            out.append(f"  {folded} more {'follows' if folded == 1 else 'follow'} from this")
    return "\n".join(out)
