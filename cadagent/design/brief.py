"""The language on two pages, for a model that was not trained on it: every key, few words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cadagent.design.documents import LANGUAGE_VERSION, QUESTIONS, REFUSALS, UNITS
from cadagent.design.faces import reference_rows
from cadagent.design.profiles import COMMON, LOOPS
from cadagent.design.registry import built_in, derived
from cadagent.design.shapes import SHAPES

_SHORT = (("a length above zero", "length>0"), ("a length", "length"), ("an angle in degrees", "degrees"))
_OFTEN = 8
"""A field that stands in at least so many operations is explained once, at the top."""


@derived
def brief_reference() -> str:
    """The language as plain text, about 4,000 tokens: one line an operation or shape, ``*`` = required.

    Made from the same definitions as :func:`cadagent.design.reference_table`.
    """
    operations = built_in()
    seen: dict[tuple[str, str], int] = {}
    for operation in operations.values():
        for field in operation.fields:
            seen[field.name, field.doc] = seen.get((field.name, field.doc), 0) + 1
    shared = {key for key, times in seen.items() if times >= _OFTEN}
    explained = {
        (field.name, field.doc): field
        for operation in operations.values()
        for field in operation.fields
        if (field.name, field.doc) in shared
    }
    lines = [
        f"CAD JSON {LANGUAGE_VERSION}. Answer with one JSON object and nothing else, without blanks:",
        '{"units":"mm","operations":[…]} with units ' + " | ".join(UNITS) + ".",
        'Copy figures from the request; quote arithmetic as an expression, such as "40/3". Numbers have no '
        "exponent and at most six decimals. Order: sketch, feature, transform. The first feature makes the "
        "body; later ones join or cut it.",
        "No part that can be built: " + " | ".join(f'{{"refuse":"{key}"}}' for key in REFUSALS) + ". "
        "Only the author can say it: " + " | ".join(f'{{"ask":"{key}"}}' for key in QUESTIONS) + ".",
        "",
        "Keys of many operations:",
        *(f"- {_field(field)}: {field.doc}" for field in explained.values()),
        "",
        "Operations:",
        *(
            f"- {name}: {operation.doc}. {_fields(operation.fields, shared)}"
            for name, operation in operations.items()
        ),
        "",
        'Loops of a profile, each {"shape":…}; any loop may carry: ' + _fields(COMMON, set()),
        *(f"- {name}: {SHAPES[name].doc}. {_fields(SHAPES[name].fields, set())}" for name in LOOPS),
        "",
        "Faces (u, v, normal):",
        *(f"- {row[0]}: {', '.join(row[1:4])}" for row in reference_rows()),
    ]
    return "\n".join(lines)


def _fields(fields: Iterable[Any], shared: set[tuple[str, str]]) -> str:
    """The fields in one line; those explained above by name alone."""
    return ", ".join(
        field.name + ("*" if field.required else "") if (field.name, field.doc) in shared else _field(field)
        for field in fields
    )


def _field(field: Any) -> str:
    values = field.type.describe().replace("`", "").replace("\\|", "|")
    for long, short in _SHORT:
        values = values.replace(long, short)
    return f"{field.name}{'*' if field.required else ''} ({values})"
