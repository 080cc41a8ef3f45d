"""The figures that a design says, each with its place and its key, in millimetres or degrees."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from cadagent.design.expressions import MM_PER_UNIT

#: Counts, angles and directions, which words say in many ways, and positions, which follow from the sizes.
NO_SIZE = frozenset({
    "grid", "polar", "sides", "points", "angle", "factor", "axis", "taper", "tip", "rotate", "rotation",
    "start", "at", "origin", "offset", "to", "by", "about", "curves", "path",
})  # fmt: skip
_TURNS = frozenset({"angle", "taper", "tip", "rotate", "rotation"})
_COUNTS = frozenset({"grid", "polar", "factor", "axis", "sides"})
_TOKEN = re.compile(r"(?<![\w.])\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Written:
    """One figure of a design.

    Attributes:
        pointer: where it stands in the canonical document.
        key: the key it stands under.
        value: in millimetres or degrees, without its sign.
        said: as written, in the design's unit.
        size: a size of something, no position, count or angle, and no part of an expression.
        times: how many sizes it gives: the side of a square is two.
        shape: the shape or operation it belongs to.
    """

    pointer: str
    key: str
    value: float
    said: float
    size: bool
    times: int
    shape: str = ""

    @property
    def parent(self) -> str:
        """Pointer of the object that has the key."""
        return self.pointer.rpartition("/" + self.key)[0]

    @property
    def place(self) -> str:
        """Key and position in the object."""
        return self.pointer[len(self.parent) :]


def written(canonical: Mapping[str, Any]) -> tuple[Written, ...]:
    """Every figure of a canonical design, in its order."""
    scale = float(MM_PER_UNIT[canonical["units"]])
    found: list[Written] = []
    for name in ("parameters", "operations"):
        found += _figures(canonical.get(name, []), f"/{name}", "", True, scale)
    return tuple(found)


def repeated(canonical: Mapping[str, Any]) -> tuple[dict[str, int], dict[str, int]]:
    """How many copies the repetitions of a design make, and how many sides its polygons have, by pointer."""
    copies: dict[str, int] = {}
    sides: dict[str, int] = {}
    waiting: list[tuple[str, Any]] = [("/operations", canonical["operations"])]
    while waiting:
        pointer, value = waiting.pop()
        if isinstance(value, list):
            waiting += [(f"{pointer}/{index}", entry) for index, entry in enumerate(value)]
        elif isinstance(value, Mapping):
            waiting += [(f"{pointer}/{key}", entry) for key, entry in value.items()]
            grid, polar = value.get("grid"), value.get("polar")
            if isinstance(grid, list) and all(isinstance(count, int) for count in grid):
                copies[f"{pointer}/grid"] = math.prod(grid)
            elif isinstance(polar, int):
                copies[f"{pointer}/polar"] = polar
            elif pointer.endswith("/repeat") and isinstance(value.get("points"), list):
                copies[f"{pointer}/points"] = len(value["points"])
            if isinstance(value.get("sides"), int):
                sides[f"{pointer}/sides"] = value["sides"]
    return copies, sides


def _figures(value: Any, pointer: str, key: str, size: bool, scale: float) -> Iterator[Written]:
    if isinstance(value, Mapping):
        shape = str(value.get("shape", value.get("op", "")))
        for name, entry in value.items():
            for one in _figures(entry, f"{pointer}/{name}", name, size and name not in NO_SIZE, scale):
                times = 2 if shape == "square" and name == "side" else one.times
                yield replace(one, shape=one.shape or shape, times=times)
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from _figures(entry, f"{pointer}/{index}", key, size, scale)
    elif isinstance(value, str):
        if key not in ("id", "name", "op", "shape", "kind", "thread"):
            for token in _TOKEN.findall(value):
                yield Written(pointer, key, float(token) * scale, float(token), False, 1)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        factor = 1.0 if key in _TURNS | _COUNTS else scale
        yield Written(pointer, key, abs(value) * factor, float(value), size, 1)
