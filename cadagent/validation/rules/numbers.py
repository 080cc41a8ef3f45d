"""Numbers: plain decimals with at most six places; expressions that have a value of the right kind."""

from __future__ import annotations

from collections.abc import Iterable

from cadagent.design import Finding
from cadagent.design.documents import numbers_findings
from cadagent.validation.registry import Rule, Subject


def check_written(subject: Subject) -> Iterable[Finding]:
    """Exponents, seventh places, negative zeros, NaN: judged on the figures as written."""
    return numbers_findings(subject.document)


def check_expressions(subject: Subject) -> Iterable[Finding]:
    """Expressions that are malformed, divide by zero, mix lengths with angles, or leave their range."""
    return [finding for finding in subject.evaluated[1] if not finding.code.startswith("references.")]


RULES = (
    Rule("numbers", "document", check_written, "figures are decimals, at most six places, no exponent"),
    Rule("expressions", "canonical", check_expressions, "expressions have a value, of the kind asked for"),
)
