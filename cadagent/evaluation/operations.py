"""Two designs compared operation by operation, whatever their ids and the order of what is independent."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from .structural import TOLERANCE, pairing

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SIGNS = {"same": "=", "changed": "~", "removed": "-", "added": "+"}


@dataclass(frozen=True)
class Change:
    """What became of one operation (or of the units and parameters: ``op`` is then ``document``).

    Attributes:
        kind: same, changed, removed (only in the first design) or added (only in the second).
        op: the operation's name.
        first, second: its id in either design, ``""`` where it is not.
        details: (where, value in the first, value in the second); None for a value that is not there.
    """

    kind: Literal["same", "changed", "removed", "added"]
    op: str
    first: str
    second: str
    details: tuple[tuple[str, Any, Any], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        details = [{"at": at, "first": old, "second": new} for at, old, new in self.details]
        return {
            "kind": self.kind,
            "op": self.op,
            "first": self.first,
            "second": self.second,
            "details": details,
        }

    def lines(self) -> list[str]:
        """``~ hole1: diameter 4 → 5``, one line for each detail."""
        name = self.first if self.first == self.second or not self.second else self.second
        if self.first and self.second and self.first != self.second:
            name = f"{self.first} → {self.second}"
        head = (
            f"{_SIGNS[self.kind]} {name if self.op == 'document' or self.op in name else f'{self.op} {name}'}"
        )
        if self.kind in ("removed", "added"):
            value = self.details[0][2] if self.kind == "added" else self.details[0][1]
            return [f"{head} {_short(value)}"]
        return [f"{head}: {_words(*detail)}" for detail in self.details] or [head]


def changes(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[Change]:
    """What changes from one canonical document to another, in the order of the second; removals come last."""
    operations, loops = pairing(first, second)
    ours, theirs = first["operations"], second["operations"]
    names = {ours[i]["id"]: theirs[j]["id"] for i, j in operations.items()}
    found = []
    document = _compared(_head(first), _head(second))
    if document:
        found.append(Change("changed", "document", "document", "document", document))
    back = {j: i for i, j in operations.items()}
    for j, operation in enumerate(theirs):
        if j not in back:
            found.append(Change("added", operation["op"], "", operation["id"], _whole(operation, added=True)))
            continue
        i = back[j]
        details = _compared(_renamed(_body(ours[i]), names), _body(operation)) + _loops(
            i, ours[i], j, operation, loops
        )
        kind: Literal["changed", "same"] = "changed" if details else "same"
        found.append(Change(kind, operation["op"], ours[i]["id"], operation["id"], details))
    for i, operation in enumerate(ours):
        if i not in operations:
            found.append(
                Change("removed", operation["op"], operation["id"], "", _whole(operation, added=False))
            )
    return found


_Details = tuple[tuple[str, Any, Any], ...]


def _head(document: Mapping[str, Any]) -> dict[str, Any]:
    parameters = {f"parameter {p['name']}": p["value"] for p in document.get("parameters", ())}
    return {"units": document.get("units"), **parameters}


def _body(operation: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in operation.items() if key not in ("op", "id", "profile")}


def _whole(operation: Mapping[str, Any], *, added: bool) -> _Details:
    value = {key: entry for key, entry in operation.items() if key not in ("op", "id")}
    return (("", None, value),) if added else (("", value, None),)


def _loops(
    i: int,
    ours: Mapping[str, Any],
    j: int,
    theirs: Mapping[str, Any],
    loops: Mapping[tuple[int, int], tuple[int, int]],
) -> _Details:
    """Differences between the profiles of two sketches that belong together."""
    found: list[tuple[str, Any, Any]] = []
    matched = set()
    for place, loop in enumerate(ours.get("profile", ())):
        other = loops.get((i, place))
        if other is None or other[0] != j:
            found.append((_loop_name(loop, place), loop, None))
            continue
        matched.add(other[1])
        twin = theirs["profile"][other[1]]
        name = _loop_name(twin, other[1])
        found += [(f"{name} {at}", old, new) for at, old, new in _compared(loop, twin)]
    found += [
        (_loop_name(loop, place), None, loop)
        for place, loop in enumerate(theirs.get("profile", ()))
        if place not in matched
    ]
    return tuple(found)


def _loop_name(loop: Mapping[str, Any], place: int) -> str:
    return f"{loop.get('shape', 'loop')} {place + 1}"


def _compared(old: Mapping[str, Any], new: Mapping[str, Any], at: str = "") -> _Details:
    """Keys whose values differ; objects are walked into, lists stand whole."""
    found: list[tuple[str, Any, Any]] = []
    for key in dict.fromkeys((*old, *new)):
        a, b = old.get(key), new.get(key)
        place = f"{at}{key}"
        if isinstance(a, Mapping) and isinstance(b, Mapping):
            found += _compared(a, b, f"{place}.")
        elif not _equal(a, b):
            found.append((place, a, b))
    return tuple(found)


def _equal(a: Any, b: Any) -> bool:
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(_equal(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and all(_equal(a[key], b[key]) for key in a)
    if all(isinstance(x, int | float) and not isinstance(x, bool) for x in (a, b)):
        return bool(abs(a - b) <= TOLERANCE)
    return type(a) is type(b) and bool(a == b)


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    """A value of the first design with the second design's ids for what belongs together."""
    if isinstance(value, str):
        return _WORD.sub(lambda match: names.get(match[0], match[0]), value)
    if isinstance(value, list):
        return [_renamed(entry, names) for entry in value]
    if isinstance(value, Mapping):
        return {key: _renamed(entry, names) for key, entry in value.items()}
    return value


def _words(at: str, old: Any, new: Any) -> str:
    if old is None:
        return f"{at} {_short(new)} added".strip()
    if new is None:
        return f"{at} {_short(old)} removed".strip()
    return f"{at} {_short(old)} → {_short(new)}"


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return text if len(text) <= 80 else text[:79] + "…"
