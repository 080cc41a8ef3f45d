"""How fast the rules are that need no geometry."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from cadagent.design import canonicalize
from cadagent.validation.registry import Subject, rules


def documents_per_second(documents: Sequence[Mapping[str, Any]], seconds: float = 1.0) -> float:
    """Documents a second, on one core, through the rules of the stages ``document`` and ``canonical``.

    These are units, schema, numbers, references, expressions, order and frames, with the canonical form that
    they need. The documents must be valid as far as that; they are taken again and again for ``seconds``.
    """
    early, late = rules()["document"], rules()["canonical"]
    count, start = 0, time.perf_counter()
    while (spent := time.perf_counter() - start) < seconds:
        for document in documents:
            subject = Subject("", document=document)
            for rule in early:
                list(rule.check(subject))
            subject.canonical = canonicalize(document, checked=True)
            for rule in late:
                list(rule.check(subject))
        count += len(documents)
    return count / spent
