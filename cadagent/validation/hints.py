"""Near misses: for a misspelt word, the word that was probably meant."""

from __future__ import annotations

import difflib
import re
from dataclasses import replace

from cadagent.design import Finding
from cadagent.requirements.figures import unit_of_word

_WORD = re.compile(r"[A-Za-z0-9_.-]+")
_MISSPELT = ("schema.choice", "schema.unknown_key", "references.", "profiles.position", "units.unknown")


def closest(word: str, expected: str) -> str | None:
    """The one of the expected words that is nearest to a word, if any is near."""
    near = difflib.get_close_matches(word.lower(), _WORD.findall(expected)[:200], 1, 0.7)
    return near[0] if near else None


def with_hint(finding: Finding) -> Finding:
    """The finding with a hint on the word that was probably meant, where it has no other hint."""
    if finding.hint or not finding.expected or not finding.actual or not finding.code.startswith(_MISSPELT):
        return finding
    word = finding.actual.strip('"')[:60]
    if not _WORD.fullmatch(word):
        return finding
    near = unit_of_word(word) if finding.code == "units.unknown" else closest(word, finding.expected)
    return finding if near is None or near == word else replace(finding, hint=f"did you mean {near}?")
