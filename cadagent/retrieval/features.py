"""Features: what a request words and a design shows, by one table for both.

A design is read for *marks* (``op:hole``, ``key:countersink``, ``repeat:polar``, …); a feature is shown by
any of its marks, and asked for by its words. Designs are read quickly, since a library has 100,000 of them.
Figures, and whether they hold, are the business of :mod:`cadagent.requirements`, which stands above.
A set of features is a whole number with one bit a feature.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from cadagent.retrieval.vocabulary import FEATURES, MOST_COUNTED

MOST_READ = 4000
"""Characters of a request that are searched for features."""
_NUMBER_WORDS = {
    "two": 2, "pair": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "dozen": 12,
}  # fmt: skip
_THINGS = (
    r"holes|legs|columns|pillars|posts|cut-?outs|slots|boss(?:es)|pegs|pins|studs|ribs|fins|teeth|notches|grooves|"
    r"arms|pockets|spokes|blades|bolts|screws|openings|bores|feet|tabs|steps|copies|corners|cylinders|blocks|bars"
)
_COUNT = re.compile(
    rf"(?<![\w./,-])(?:(?P<word>{'|'.join(_NUMBER_WORDS)})\s+(?:[a-z][a-z0-9-]*\s+){{0,3}}?"
    r"(?!(?:units|inches|degrees|millimet\w+|centimet\w+|met\w+|sides|this|its|is|across)\b)(?:[a-z]{2,}s|teeth)\b|"
    rf"(?P<digits>\d{{1,2}})\s*(?:x\s+)?(?:(?!(?:mm|cm|m|in|ft|units?)\b)[a-z][a-z-]*\s+){{0,2}}?(?:{_THINGS})\b)"
)

SIZE = 16
"""Bytes of a signature: one bit a feature."""
assert len(FEATURES) <= 8 * SIZE
_WORDS = tuple((index, re.compile(feature.words)) for index, feature in enumerate(FEATURES) if feature.words)
_FIRST_COUNT = [feature.name for feature in FEATURES].index("2 of a kind")
_SHOWN_BY: dict[str, int] = {}
for _index, _item in enumerate(FEATURES):
    for _mark in _item.marks:
        _SHOWN_BY[_mark] = _SHOWN_BY.get(_mark, 0) | 1 << _index

VERSION = hashlib.sha256(repr([(f.name, sorted(f.marks)) for f in FEATURES]).encode()).hexdigest()[:16]
"""Changes with what signatures of designs mean."""

_TELLING_KEYS = frozenset({
    "counterbore", "countersink", "thread", "series", "tip", "taper", "symmetric", "depth2", "reverse",
    "ruled", "corner_radius", "chamfer", "distance2", "open", "outward", "wall", "wall_side", "from", "inset",
    "pad", "attach", "align", "anchor", "at", "rotate", "rotation", "offset", "origin", "gap", "span",
})  # fmt: skip
_NAMES_OF_THINGS = frozenset({
    "id", "name", "to", "sketch", "target", "body", "tools", "features", "sections", "thread", "op", "shape",
    "units", "face", "edges", "open", "from", "attach", "align", "anchor", "plane", "mode", "extent", "role",
    "axis", "kind", "corner", "upright", "fit", "series", "frame", "wall_side", "point", "axes", "about",
})  # fmt: skip
"""Keys whose texts are words or names; any other text is an expression."""


def asked(request: str) -> int:
    """The features that a request's words ask for."""
    text = request[:MOST_READ].lower()
    found = sum(1 << index for index, words in _WORDS if words.search(text))
    for match in _COUNT.finditer(text):
        number = int(match["digits"]) if match["digits"] else _NUMBER_WORDS[match["word"]]
        if number > 1:
            found |= 1 << _FIRST_COUNT + min(number, MOST_COUNTED + 1) - 2
    return found


def shown(document: Mapping[str, Any]) -> int:
    """The features that a compact design shows."""
    found = 0
    for mark in set(marks(document)):
        found |= _SHOWN_BY.get(mark, 0)
    return found


def indices(features: int) -> list[int]:
    """The places of a set's features in the vocabulary, ascending."""
    return [index for index in range(features.bit_length()) if features >> index & 1]


def names(features: int) -> tuple[str, ...]:
    """The names of a set's features."""
    return tuple(FEATURES[index].name for index in indices(features))


def pack(features: int) -> bytes:
    """A set of features as ``SIZE`` bytes."""
    return features.to_bytes(SIZE, "little")


def unpack(signature: bytes) -> int:
    """The set in the bytes of :func:`pack`."""
    return int.from_bytes(signature, "little")


def marks(document: Mapping[str, Any]) -> Iterator[str]:
    """What is to be seen in a compact design, some marks more than once."""
    yield f"units:{document.get('units')}"
    for parameter in document.get("parameters", ()):
        yield "parameters"
        if isinstance(parameter.get("value"), str):
            yield "expression"
    for operation in document.get("operations", ()):
        yield f"op:{operation.get('op')}"
        yield from _of_operation(operation)
        yield from _of_keys(operation)


def _of_operation(operation: Mapping[str, Any]) -> Iterator[str]:
    """Marks whose meaning depends on the operation in which the key stands."""
    op = operation.get("op")
    if op == "hole":
        yield "key:hole.depth" if "depth" in operation else "hole:through"
        if "thread" in operation:
            yield f"fit:{operation.get('fit', 'clearance')}"
    elif op == "revolve" and "angle" in operation:
        yield "key:revolve.angle"
    elif op == "chamfer" and "angle" in operation:
        yield "key:chamfer.angle"
    if op in ("fillet", "chamfer"):
        for edges in operation.get("edges", ()):
            word = edges.rpartition(".")[2]
            yield f"edges:{word}" if word in ("all", "vertical") else "edges:face"


def _of_keys(part: Mapping[str, Any]) -> Iterator[str]:
    """Marks of an operation, loop, path or repetition and of all within it."""
    for key, value in part.items():
        if key in _TELLING_KEYS:
            yield f"key:{key}"
        elif key in ("arc", "spline"):
            yield f"curve:{key}"
        if isinstance(value, str):
            if key in ("shape", "mode", "extent", "role", "plane", "frame"):
                yield f"{key}:{value}"
            elif key == "face":
                face = value.rpartition(".")[2]
                yield f"face:{face}" if face in ("top", "bottom", "floor") else "face:side"
            elif key not in _NAMES_OF_THINGS:
                yield "expression"
        elif isinstance(value, dict):
            if key == "repeat":
                yield from _of_repetition(value)
            yield from _of_keys(value)
        elif isinstance(value, list):
            for item in value:
                if isinstance(item, dict):
                    yield from _of_keys(item)
                elif isinstance(item, str) and key not in _NAMES_OF_THINGS:
                    yield "expression"


def _of_repetition(repeat: Mapping[str, Any]) -> Iterator[str]:
    kind = next((name for name in ("grid", "polar", "corners", "edges", "points") if name in repeat), "")
    yield f"repeat:{kind}"
    if kind == "polar" and "angle" in repeat:
        yield "key:polar.angle"
    value = repeat.get(kind)
    number = 4 if kind == "corners" else value
    if kind == "grid" and isinstance(value, list) and all(isinstance(item, int) for item in value):
        number = value[0] * value[1]
    elif kind in ("edges", "points") and isinstance(value, list):
        number = len(value)
    if isinstance(number, int) and number > 1:
        yield f"count:{number}" if number <= MOST_COUNTED else "count:many"
