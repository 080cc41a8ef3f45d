"""The parts of an answer that its schema leaves no choice about, which no model needs to write.

A schema that fixes most of a design (one operation is rewritten, or some are added) forces all of the text
before what is open, and sometimes all after it. An engine that can begin an answer for the model reads the
forced beginning like a prompt, has the open part written under a grammar of its own, and adds the forced end.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from cadagent.generation.grammar import NOTES, Part, Rest, compact_text, gbnf, gbnf_sequence

_SIGNS = re.compile(r"[^0-9A-Za-z]*$")
"""Signs at the end of a head. They are left to the model: tokenizers take a run of signs together, and a head
that ended within one would make it read tokens that it never saw together."""


@dataclass(frozen=True)
class Forced:
    """A schema's answer as fixed text around what is open.

    Attributes:
        head, tail: text that every answer begins and ends with.
        grammar: GBNF of what stands between them.
    """

    head: str
    grammar: str
    tail: str


def forced(schema: dict[str, Any]) -> Forced:
    """What ``schema`` forces; head and tail are empty where it forces no beginning.

    Raises:
        UnsupportedSchema: the grammar cannot express the schema.
    """
    parts = _parts(schema)
    start = next((index for index, part in enumerate(parts) if not isinstance(part, str)), len(parts))
    before = "".join(part for part in parts[:start] if isinstance(part, str))
    head = _SIGNS.sub("", before)
    if not head:
        return Forced("", gbnf(schema), "")
    end = next(
        (index for index in range(len(parts), start, -1) if not isinstance(parts[index - 1], str)), start
    )
    if end > start and isinstance(parts[end - 1], Rest):
        # A list has no end of its own: only the text after it, which the model writes, says that it is over.
        end = len(parts)
    tail = "".join(part for part in parts[end:] if isinstance(part, str))
    grammar = gbnf_sequence([before[len(head) :], *parts[start:end]], schema.get("$defs", {}))
    return Forced(head, grammar, tail)


def _parts(schema: dict[str, Any]) -> list[Part]:
    """The text of an answer as literals and open schemas, in order."""
    known = schema.keys() - NOTES
    if "const" in schema and known <= {"const", "type"}:
        return [compact_text(schema["const"])]
    if schema.get("type") == "object" and known <= {"type", "properties", "required", "additionalProperties"}:
        properties = schema.get("properties", {})
        if properties and set(schema.get("required", ())) == set(properties):
            parts: list[Part] = ["{"]
            for number, (key, value) in enumerate(properties.items()):
                parts += [f"{',' if number else ''}{json.dumps(key)}:", *_parts(value)]
            return [*parts, "}"]
    if schema.get("type") == "array" and schema.get("prefixItems"):
        listed: list[Part] = ["["]
        for number, item in enumerate(schema["prefixItems"]):
            listed += [*([","] if number else []), *_parts(item)]
        left = schema.get("maxItems", 0) - len(schema["prefixItems"])
        if schema.get("items") and left > 0:
            listed.append(Rest(schema["items"], left))
        return [*listed, "]"]
    return [schema]
