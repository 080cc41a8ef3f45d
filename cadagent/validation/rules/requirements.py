"""Requirements: the figures of the request are found on the solid. Warnings only: the solid is valid."""

from __future__ import annotations

from collections.abc import Iterable

from cadagent.design import Finding
from cadagent.requirements import contradictions, extract
from cadagent.requirements.assumptions import unexplained
from cadagent.requirements.telling import additions, doubts, findings
from cadagent.validation.registry import Rule, Subject


def check(subject: Subject) -> Iterable[Finding]:
    """What the request asks for and the solid does not hold, and what the design adds to the request."""
    if subject.request is None or subject.canonical is None or not subject.asked:
        return
    yield from findings(subject.asked)
    yield from doubts(contradictions(subject.request, extract(subject.request)))
    document = subject.canonical.document
    yield from additions(unexplained(document, subject.request), document["units"])


RULES = (Rule("requirements", "solid", check, "the request's figures are measured on the solid"),)
