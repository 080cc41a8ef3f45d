"""Answers that are a part of a design: one operation written anew, or operations that are added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cadagent.design import dumps, json_schema

_OPERATION = {"$ref": "#/$defs/operation"}
_MOST = 200
"""As many operations as a document may have."""
END = "]}"
"""How every compact design ends; what is added to one goes before it."""


def one_operation() -> dict[str, Any]:
    """The schema of an operation alone."""
    return {**_OPERATION, "$defs": json_schema("compact")["$defs"]}


def additions() -> dict[str, Any]:
    """The schema of the operations that a piece of a request adds: an array, empty where it adds none."""
    return {
        "type": "array",
        "items": _OPERATION,
        "maxItems": _MOST,
        "$defs": json_schema("compact")["$defs"],
    }


def around(document: Mapping[str, Any], index: int) -> tuple[str, str]:
    """The text of a compact document before and after the operation at ``index``."""
    operations = document["operations"]
    head = dumps({**document, "operations": operations[:index]}).removesuffix(END)
    tail = "".join(f",{dumps(operation)}" for operation in operations[index + 1 :])
    return head + ("," if index else ""), tail + END


def only_operation(document: Mapping[str, Any], pointers: Sequence[str]) -> int | None:
    """The index of the one operation that these JSON pointers lead into; ``None`` where there are more."""
    indexes = {pointer.split("/")[2] for pointer in pointers if pointer.startswith("/operations/")}
    if len(indexes) != 1 or not all(pointer.startswith("/operations/") for pointer in pointers):
        return None
    index = int(indexes.pop())
    return index if index < len(document["operations"]) else None
