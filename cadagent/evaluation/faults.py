"""Right designs made wrong in one place: the seeded faults by which checks are judged.

Every fault keeps the design well-formed; whether it builds and makes another solid is for the caller to see.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator, Mapping
from typing import Any

FACTORS = (0.5, 0.8, 0.9, 1.1, 1.25, 1.5, 2.0)
_COUNTS = frozenset({"grid", "polar", "sides"})
_NEUTRAL = frozenset({0.0, 1.0, 90.0, 180.0, 360.0})
_OPPOSITE = {
    "top": "front",
    "bottom": "left",
    "front": "right",
    "back": "top",
    "left": "back",
    "right": "bottom",
}
Path = tuple[str | int, ...]


def faults(document: Mapping[str, Any], seed: int = 0) -> Iterator[tuple[str, float, dict[str, Any]]]:
    """Every design that differs from this one in one figure, count, face or operation.

    Args:
        document: a right design, compact.
        seed: of the choice of how far a figure is off.

    Yields:
        What was done: ``figure``, ``count``, ``face`` or ``operation``; the figure as it was, else 0; the
        design.
    """
    dice = random.Random(seed)
    for path, value in _leaves(document["operations"], ()):
        key = next((part for part in reversed(path) if isinstance(part, str)), "")
        if isinstance(value, bool):
            continue
        if key in _COUNTS or path[-1] == "points":
            if isinstance(value, int) and value > 1:
                yield "count", value, _changed(document, path, value + dice.choice((-1, 1)))
        elif isinstance(value, int | float) and key != "factor":
            if float(abs(value)) not in _NEUTRAL:
                yield "figure", value, _changed(document, path, round(value * dice.choice(FACTORS), 6))
        elif key in ("face", "from") and value in _OPPOSITE:
            yield "face", 0.0, _changed(document, path, _OPPOSITE[value])
    for index in range(1, len(document["operations"])):
        operations = [op for number, op in enumerate(document["operations"]) if number != index]
        yield "operation", 0.0, {**copy.deepcopy(dict(document)), "operations": copy.deepcopy(operations)}


def _leaves(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, dict):
        for key, entry in value.items():
            yield from _leaves(entry, (*path, key))
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from _leaves(entry, (*path, index))
    else:
        yield path, value


def _changed(document: Mapping[str, Any], path: Path, value: Any) -> dict[str, Any]:
    changed: dict[str, Any] = copy.deepcopy(dict(document))
    place: Any = changed["operations"]
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    return changed
