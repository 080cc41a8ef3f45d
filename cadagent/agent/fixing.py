"""Schemas that leave a model only a part of a design to write: all else stands as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cadagent.design import json_schema

_OPERATION = {"$ref": "#/$defs/operation"}
_MOST = 200
"""As many operations as a document may have."""


def rewriting(document: Mapping[str, Any], index: int) -> dict[str, Any]:
    """The schema of the documents that differ from this one in the operation at ``index`` alone."""
    operations: list[Any] = [{"const": operation} for operation in document["operations"]]
    operations[index] = _OPERATION
    return _with(document, {"prefixItems": operations, "items": False}, len(operations))


def continuing(document: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of the documents that begin with all that this one says and may go on with operations."""
    operations = [{"const": operation} for operation in document["operations"]]
    return _with(document, {"prefixItems": operations, "items": _OPERATION}, len(operations))


def _with(document: Mapping[str, Any], operations: dict[str, Any], least: int) -> dict[str, Any]:
    """The schema of a compact document with fixed head and these operations."""
    schema = json_schema("compact")
    head = {key: {"const": value} for key, value in document.items() if key != "operations"}
    items = {"type": "array", **operations, "minItems": least, "maxItems": max(least, _MOST)}
    if operations["items"] is False:
        items["maxItems"] = least
    properties = {key: value for key, value in schema["properties"].items() if key in head}
    return {
        **schema,
        "properties": {**{key: head[key] for key in properties}, "operations": items},
        "required": [*properties, "operations"],
    }


def only_operation(document: Mapping[str, Any], pointers: Sequence[str]) -> int | None:
    """The index of the one operation that these JSON pointers lead into; ``None`` where there are more."""
    indexes = {pointer.split("/")[2] for pointer in pointers if pointer.startswith("/operations/")}
    if len(indexes) != 1 or not all(pointer.startswith("/operations/") for pointer in pointers):
        return None
    index = int(indexes.pop())
    return index if index < len(document["operations"]) else None
