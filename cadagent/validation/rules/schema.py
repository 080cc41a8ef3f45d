"""Schema: does every part of the document fit the definitions of the language?"""

from __future__ import annotations

from collections.abc import Iterable

from cadagent.design import Finding
from cadagent.design.documents import check_schema
from cadagent.validation.registry import Rule, Subject


def check(subject: Subject) -> Iterable[Finding]:
    """Unknown, missing and conflicting keys, wrong types, words outside their choices, sizes out of range."""
    return check_schema(subject.document)


RULES = (Rule("schema", "document", check, "keys, types, choices and ranges of every operation and loop"),)
