"""All checks of a document that need no geometry, causes first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cadagent.design.documents import check_schema, check_units, numbers_findings
from cadagent.design.findings import Finding
from cadagent.design.forms import canonicalize
from cadagent.design.resolving import check_order, check_references, evaluate


def check(document: Any) -> list[Finding]:
    """Findings on schema, units, figures, references, order and expressions; empty when all is well.

    Pointers are into the document given. References and expressions are looked at only once the schema holds,
    since everything they would report follows from that.
    """
    findings = check_schema(document)
    if isinstance(document, dict):
        findings = check_units(document) + findings + numbers_findings(document)
    if findings:
        return findings
    full = canonicalize(document, checked=True)
    late = check_references(full.document) + evaluate(full.document)[1]
    return check_order(document) + [
        replace(finding, pointer=full.translate(finding.pointer)) for finding in late
    ]
