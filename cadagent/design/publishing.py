"""What is made from the definitions: JSON Schema, the reference table, hashes, and the texts of documents."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Literal

from cadagent.design.documents import LANGUAGE_VERSION, QUESTIONS, REFUSALS, UNITS, document_type
from cadagent.design.faces import reference_rows
from cadagent.design.forms import canonical
from cadagent.design.numbers import number_text
from cadagent.design.profiles import COMMON, LOOP, LOOPS
from cadagent.design.registry import built_in, derived, operation_type
from cadagent.design.shapes import SHAPES

Form = Literal["compact", "canonical", "reply"]


def json_schema(form: Form = "compact", *, plugins: bool = True) -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a document; ``reply`` also admits a refusal or a question."""
    return copy.deepcopy(_json_schema(form, plugins))


@derived
def _json_schema(form: Form, plugins: bool) -> dict[str, Any]:
    body = document_type(form == "canonical", plugins).schema()
    if form == "reply":
        body = {
            "anyOf": [
                body,
                *(
                    {
                        "type": "object",
                        "properties": {key: {"enum": list(words)}},
                        "required": [key],
                        "additionalProperties": False,
                    }
                    for key, words in (("refuse", REFUSALS), ("ask", QUESTIONS))
                ),
            ]
        }
    definitions = {"operation": operation_type(plugins).definition(), "loop": LOOP.definition()}
    body, definitions = _shared(body, definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"CAD JSON {LANGUAGE_VERSION}, {form}",
        **body,
        "$defs": definitions,
    }


def _shared(body: dict[str, Any], definitions: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Replace parts that stand many times by references to one definition each."""
    counts: dict[str, int] = {}
    texts: dict[int, str] = {}

    def text_of(value: Any) -> str:
        """The value as JSON; each part is written once, however often its parents are asked for."""
        if not isinstance(value, (dict, list)):
            return json.dumps(value)
        known = texts.get(id(value))
        if known is None:
            if isinstance(value, dict):
                inside = ", ".join(f"{json.dumps(key)}: {text_of(entry)}" for key, entry in value.items())
                known = f"{{{inside}}}"
            else:
                known = f"[{', '.join(text_of(entry) for entry in value)}]"
            texts[id(value)] = known
        return known

    def count(value: Any) -> None:
        if isinstance(value, dict):
            text = text_of(value)
            if len(text) > 80 and ("anyOf" in value or value.get("type") == "array"):
                counts[text] = counts.get(text, 0) + 1
            for entry in value.values():
                count(entry)
        elif isinstance(value, list):
            for entry in value:
                count(entry)

    count(definitions)
    names = {
        text: f"part{index + 1}" for index, text in enumerate(text for text, n in counts.items() if n > 2)
    }

    def replaced(value: Any, top: bool = False) -> Any:
        if isinstance(value, dict):
            name = None if top else names.get(text_of(value))
            return (
                {"$ref": f"#/$defs/{name}"}
                if name
                else {key: replaced(entry) for key, entry in value.items()}
            )
        return [replaced(entry) for entry in value] if isinstance(value, list) else value

    shared = {key: replaced(value, True) for key, value in definitions.items()}
    parts = {name: json.loads(text) for text, name in names.items()}
    shared.update({name: replaced(part, True) for name, part in parts.items()})
    return replaced(body, True), shared


@cache
def language_hash() -> str:
    """Hash of the language's own definitions (no plug-ins); an adapter carries the one it was trained on."""
    schemas = [_json_schema(form, False) for form in ("reply", "canonical")]
    text = json.dumps([LANGUAGE_VERSION, *schemas, reference_rows()], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def dumps(document: Mapping[str, Any] | Sequence[Any], indent: int | None = None) -> str:
    """A document, or a part of one, as JSON text: figures as plain decimals, no blanks without ``indent``."""
    return _text(document, indent, 0)


def _text(value: Any, indent: int | None, level: int) -> str:
    if isinstance(value, bool) or value is None or (isinstance(value, str)):
        return json.dumps(str(value) if isinstance(value, str) else value, ensure_ascii=False)
    if isinstance(value, (int, float)):
        return number_text(value)
    flat = indent is None or not any(
        isinstance(entry, (dict, list)) for entry in (value.values() if isinstance(value, Mapping) else value)
    )
    colon = ":" if indent is None else ": "
    if isinstance(value, Mapping):
        parts = [
            f"{json.dumps(key, ensure_ascii=False)}{colon}{_text(entry, indent, level + 1)}"
            for key, entry in value.items()
        ]
        left, right = "{", "}"
    else:
        parts = [_text(entry, indent, level + 1) for entry in value]
        left, right = "[", "]"
    one_line = left + ("," if indent is None else ", ").join(parts) + right
    if flat or indent is None or not parts or ("\n" not in one_line and len(one_line) <= 100 and level > 1):
        return one_line
    margin = " " * (indent * (level + 1))
    return f"{left}\n{margin}" + f",\n{margin}".join(parts) + f"\n{' ' * (indent * level)}{right}"


def digest(document: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical form: equal for documents that say the same design in the same words."""
    return hashlib.sha256(dumps(canonical(document)).encode()).hexdigest()


def reference_table() -> str:
    """The reference of the language itself (no plug-ins) as Markdown, generated from the definitions."""
    lines = [
        f"# CAD JSON {LANGUAGE_VERSION} reference",
        "",
        "Generated from the definitions by `python -m cadagent.design`; do not edit.",
        "",
        f"Hash of the definitions, which every adapter carries: `{language_hash()}`.",
        "",
        f"Units: {', '.join(f'`{unit}`' for unit in UNITS)}. A length, angle or count is a figure with at "
        'most six decimals and no exponent, or an expression such as `"width/3"` over parameters.',
        "",
        "## Operations",
    ]
    for name, operation in built_in().items():
        lines += [
            "",
            f"### {name}",
            "",
            f"{operation.doc[0].upper()}{operation.doc[1:]} ({operation.group}).",
            "",
            *_rows(operation.fields),
        ]
        lines += [_choice(group) for group in operation.choices]
    lines += ["", "## Loops", "", "Every loop may also carry:", "", *_rows(COMMON)]
    for name in LOOPS:
        shape = SHAPES[name]
        lines += ["", f"### {name}", "", f"{shape.doc[0].upper()}{shape.doc[1:]}.", "", *_rows(shape.fields)]
        lines += [_choice(group) for group in shape.choices]
    lines += [
        "",
        "## Faces",
        "",
        "| face | u | v | normal | words on it |",
        "|---|---|---|---|---|",
        *("| " + " | ".join(row) + " |" for row in reference_rows()),
    ]
    return "\n".join(lines) + "\n"


def _rows(fields: Any) -> list[str]:
    rows = ["| key | value | meaning |", "|---|---|---|"]
    for entry in fields:
        note = (
            " (required)"
            if entry.required
            else f" (default `{json.dumps(entry.default)}`)"
            if entry.default is not None
            else ""
        )
        rows.append(f"| `{entry.name}` | {entry.type.describe()} | {entry.doc}{note} |")
    return rows


def _choice(group: tuple[str | None, ...]) -> str:
    names = ", ".join(f"`{name}`" for name in group if name)
    return f"\n{'At most' if None in group else 'Exactly'} one of {names}."
