"""Schemas that fix most of an answer."""

from __future__ import annotations

from typing import Any

from cadagent.design import json_schema


def rewriting(document: dict[str, Any], index: int) -> dict[str, Any]:
    """The documents that differ from this one in the operation at ``index`` alone."""
    operations: list[Any] = [{"const": operation} for operation in document["operations"]]
    operations[index] = {"$ref": "#/$defs/operation"}
    return _with(document, {"prefixItems": operations, "items": False, "maxItems": len(operations)})


def continuing(document: dict[str, Any]) -> dict[str, Any]:
    """The documents that begin with all that this one says and may go on with operations."""
    operations = [{"const": operation} for operation in document["operations"]]
    items = {"prefixItems": operations, "items": {"$ref": "#/$defs/operation"}, "maxItems": 200}
    return _with(document, items)


def _with(document: dict[str, Any], operations: dict[str, Any]) -> dict[str, Any]:
    properties = {key: {"const": value} for key, value in document.items()}
    least = len(document["operations"])
    properties["operations"] = {"type": "array", **operations, "minItems": least}
    return {**json_schema("compact"), "properties": properties, "required": [*properties]}
