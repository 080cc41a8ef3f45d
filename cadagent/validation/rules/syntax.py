"""Syntax: is there one JSON object in the text, whole and without keys that stand twice?"""

from __future__ import annotations

from collections.abc import Iterable

from cadagent.design import Finding
from cadagent.validation.registry import Rule, Subject


def check(subject: Subject) -> Iterable[Finding]:
    """What reading the text brought to light; text around the document is only a warning."""
    return () if subject.parsed is None else subject.parsed.findings


RULES = (Rule("syntax", "text", check, "JSON, salvaged from fences and prose, never completed by guessing"),)
