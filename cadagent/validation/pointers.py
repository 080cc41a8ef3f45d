"""JSON pointers (RFC 6901) into documents that may be of any shape."""

from __future__ import annotations

from typing import Any


def existing(document: Any, pointer: str) -> str:
    """The pointer, cut back to the nearest part that exists in the document (``""`` is the whole)."""
    kept, value = "", document
    for part in pointer.split("/")[1:]:
        found, value = _step(value, part)
        if not found:
            break
        kept += f"/{part}"
    return kept


def value_at(document: Any, pointer: str) -> Any:
    """The value at a pointer; raises KeyError where there is none."""
    value = document
    for part in pointer.split("/")[1:]:
        found, value = _step(value, part)
        if not found:
            raise KeyError(pointer)
    return value


def operation_index(pointer: str) -> int | None:
    """The index of the operation a pointer leads into, or ``None``."""
    parts = pointer.split("/")
    return int(parts[2]) if len(parts) > 2 and parts[1] == "operations" and parts[2].isdecimal() else None


def _step(value: Any, part: str) -> tuple[bool, Any]:
    if isinstance(value, dict):
        key = part.replace("~1", "/").replace("~0", "~")
        return (True, value[key]) if key in value else (False, None)
    if isinstance(value, list) and part.isascii() and part.isdigit() and int(part) < len(value):
        return True, value[int(part)]
    return False, None
