"""References: every id stands once, and every name refers to something that stands before it."""

from __future__ import annotations

from collections.abc import Iterable

from cadagent.design import Finding
from cadagent.validation.registry import Rule, Subject


def check(subject: Subject) -> Iterable[Finding]:
    """Duplicate ids, unknown or later sketches, features, bodies and parameters."""
    return [
        finding
        for finding in subject.referred + subject.evaluated[1]
        if finding.code.startswith("references.")
    ]


RULES = (Rule("references", "canonical", check, "ids are unique, references point to earlier operations"),)
