"""All checks of a document that need no geometry, causes first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from cadagent.design.documents import check_schema, check_units, numbers_findings
from cadagent.design.findings import Finding
from cadagent.design.forms import rewritten
from cadagent.design.resolving import check_references, evaluate


def check(document: Any) -> list[Finding]:
    """Findings on schema, units, figures, references, order and expressions; empty when all is well.

    Pointers are into the document given, and exist there. References and expressions are looked at only once
    the schema holds, since everything they would report follows from that.
    """
    try:
        findings = check_schema(document)
        if isinstance(document, dict):
            findings = check_units(document) + findings + numbers_findings(document)
    except RecursionError:
        return [Finding("schema.too_deep", "The document is nested too deeply.")]
    if not findings:
        full, findings = rewritten(document)
        late = check_references(full.document) + evaluate(full.document)[1]
        findings += [replace(finding, pointer=full.translate(finding.pointer)) for finding in late]
    return [replace(finding, pointer=existing(document, finding.pointer)) for finding in findings]


def existing(document: Any, pointer: str) -> str:
    """The pointer, or that of its nearest parent that stands in the document.

    What was left out has no place of its own: an automatic id, the face that a hole is drilled from.
    """
    here, found = document, ""
    for segment in pointer.split("/")[1:]:
        step: Sequence[Any] | dict[str, Any] = here
        key = segment.replace("~1", "/").replace("~0", "~")
        if isinstance(step, dict) and key in step:
            here = step[key]
        elif isinstance(step, list) and key.isdigit() and int(key) < len(step):
            here = step[int(key)]
        else:
            break
        found += f"/{segment}"
    return found
