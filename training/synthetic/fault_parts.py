"""Where something can go wrong in a compact design: its references, holders of figures, and figures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Document = dict[str, Any]
SIDES = ("top", "bottom", "left", "right", "front", "back")


def references(document: Document) -> Iterator[tuple[Any, Any, int]]:
    """Container, key and operation of each text that names a face, edges or features."""
    for index, entry in enumerate(document["operations"]):
        if isinstance(entry.get("face"), str):
            yield entry, "face", index
        for key in ("edges", "open", "features"):
            if isinstance(entry.get(key), list):
                yield from ((entry[key], place, index) for place in range(len(entry[key])))


def holders(document: Document, first: int = 0) -> list[dict[str, Any]]:
    """The operations and their loops."""
    return [
        holder for entry in document["operations"][first:] for holder in (entry, *entry.get("profile", []))
    ]


def numbers(value: Any) -> Iterator[tuple[Any, Any]]:
    """Container and key of every figure but counts and angles."""
    items = list(value.items() if isinstance(value, dict) else enumerate(value))
    for key, entry in items:
        if isinstance(entry, (dict, list)):
            if key != "grid":
                yield from numbers(entry)
        elif isinstance(entry, bool) or key in (
            "polar",
            "sides",
            "points",
            "angle",
            "factor",
            "tip",
            "start",
        ):
            continue
        elif isinstance(entry, (int, float)) and entry:
            yield value, key


def numbers_of(loop: dict[str, Any]) -> list[float]:
    return [abs(holder[key]) for holder, key in numbers(loop)]


def plain_numbers(values: list[Any]) -> list[float]:
    return [value for value in values if isinstance(value, (int, float))]


def insert(
    entry: dict[str, Any], key: str, value: Any, *, after: str = "", before: tuple[str, ...] = ()
) -> None:
    """Set a key; a new one goes where the language's order wants it, as far as the caller knows."""
    if key in entry:
        entry[key] = value
        return
    items = list(entry.items())
    names = [name for name, _ in items]
    place = names.index(after) + 1 if after in names else len(items)
    if before:
        place = next((index for index, name in enumerate(names) if name in before), len(items))
    items.insert(place, (key, value))
    entry.clear()
    entry.update(items)
