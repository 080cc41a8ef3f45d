"""Order: sketch → feature → transform, no sketch for nothing, at least one feature."""

from __future__ import annotations

from collections.abc import Iterable

from cadagent.design import Finding
from cadagent.design.resolving import check_order
from cadagent.validation.registry import Rule, Subject


def check_canonical(subject: Subject) -> Iterable[Finding]:
    """Sketches that nothing uses; designs without a feature."""
    return [finding for finding in subject.referred if finding.code.startswith("order.")]


def check_written(subject: Subject) -> Iterable[Finding]:
    """Transforms before features that would then stand elsewhere; only the written order shows them."""
    return () if subject.document is None else check_order(subject.document)


RULES = (
    Rule("order", "canonical", check_canonical, "every sketch is used and there is a feature"),
    Rule("order.transforms", "canonical", check_written, "transforms stand after what they displace", True),
)
