"""What somebody who looks at a design calls its features, so that everybody knows which one is meant."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from training.synthetic.context import Context
from training.synthetic.numbers import COUNT_WORDS
from training.synthetic.words import plural

_POLYGONS = {3: "triangular", 4: "square", 5: "pentagonal", 6: "hexagonal", 8: "octagonal"}
_SHAPED = {
    "rectangle": "rectangular",
    "square": "square",
    "circle": "round",
    "slot": "slotted",
    "ellipse": "elliptical",
    "triangle": "triangular",
    "right_triangle": "triangular",
    "trapezoid": "trapezoidal",
    "semicircle": "half-round",
    "rhombus": "diamond-shaped",
    "ring": "ring-shaped",
    "star": "star-shaped",
}
_PRIMITIVES = {
    "cylinder": ("cylinder", "boss", "cylindrical boss", "round boss", "stud", "pin"),
    "box": ("block", "pad", "box", "rectangular block", "cuboid"),
    "cone": ("cone", "taper"),
    "sphere": ("ball", "sphere"),
    "torus": ("torus", "ring"),
    "wedge": ("wedge", "ramp"),
    "pyramid": ("pyramid",),
}
_EDGES = {
    "fillet": ("fillet", "rounding", "edge rounding"),
    "chamfer": ("chamfer", "bevel"),
    "shell": ("hollow", "shell", "hollowing"),
}
_FACE_WORDS = {"top", "bottom", "left", "right", "front", "back"}


@dataclass(frozen=True)
class Name:
    """A noun phrase with its article, and whether it is in the plural."""

    noun: str
    many: bool

    @property
    def the(self) -> str:
        return f"the {self.noun}"

    @property
    def it(self) -> str:
        return "them" if self.many else "it"

    @property
    def they(self) -> str:
        return "they" if self.many else "it"

    @property
    def be(self) -> str:
        return "are" if self.many else "is"


def copies(entry: dict[str, Any]) -> int:
    """How many of a feature there are."""
    repeat = entry.get("repeat") or next(
        (loop["repeat"] for loop in entry.get("profile", [])[:1] if "repeat" in loop), None
    )
    if not isinstance(repeat, dict):
        return 1
    if "grid" in repeat:
        numbers = [value for value in repeat["grid"] if isinstance(value, int)]
        return numbers[0] * numbers[1] if len(numbers) == 2 else 2
    if "polar" in repeat:
        return repeat["polar"] if isinstance(repeat["polar"], int) else 2
    return 4 if "corners" in repeat else len(repeat.get("edges") or repeat.get("points") or [0, 0])


class Names:
    """Names of the features of a compact document; only such that fit one feature and no other."""

    def __init__(self, document: dict[str, Any], ctx: Context) -> None:
        self.entries: list[dict[str, Any]] = document["operations"]
        self.ctx = ctx

    @cached_property
    def _nouns(self) -> list[tuple[str, ...]]:
        return [self._candidates(index, entry) for index, entry in enumerate(self.entries)]

    def name(self, index: int) -> Name | None:
        """A name for one feature, or ``None`` where every name that it could have is another's too."""
        entry, many = self.entries[index], copies(self.entries[index]) > 1
        others = {noun for other, nouns in enumerate(self._nouns) if other != index for noun in nouns}
        own = [noun for noun in self._nouns[index] if noun not in others]
        if own:
            noun = self.ctx.pick(own[:2] if self.ctx.chance(0.7) else own)
            if many and self.ctx.chance(0.1) and copies(entry) < 13:
                return Name(f"{COUNT_WORDS[copies(entry)]} {plural(noun)}", True)
            return Name(plural(noun) if many else noun, many)
        if not self._nouns[index]:
            return None
        noun = self._nouns[index][0]
        alike = [other for other, nouns in enumerate(self._nouns) if noun in nouns and other != index]
        text = plural(noun) if many else noun
        marks = [
            mark
            for place, mark in enumerate(self._marks(entry, text))
            if mark and mark not in [self._marks(self.entries[other], text)[place] for other in alike]
        ]
        return Name(self.ctx.pick(marks), many) if marks else None

    def _marks(self, entry: dict[str, Any], text: str) -> list[str]:
        """Ways to tell a feature from others of its kind, always in the same order."""
        face = _face_word(entry)
        count = copies(entry)
        size = next((entry[key] for key in ("diameter", "radius") if key in entry), None)
        sized = ""
        if isinstance(size, (int, float)):
            sized = f"{self.ctx.bare(size)} {'mm ' if self.ctx.unit == 'mm' else ''}{text}"
            sized = f"R{sized}" if "radius" in entry else sized
        return [
            f"{text} on the {face}" if face else "",
            sized,
            f"{COUNT_WORDS[count]} {text}" if 1 < count < 13 else f"single {text}" if count == 1 else "",
            entry.get("thread", "") and f"{entry['thread']} {text}",
        ]

    def _candidates(self, index: int, entry: dict[str, Any]) -> tuple[str, ...]:
        op = entry["op"]
        if "id" in entry:
            return () if re.search(r"\d", entry["id"]) else (entry["id"].replace("_", " "),)
        if op in _EDGES:
            return _EDGES[op]
        if op == "hole":
            return _hole(entry)
        if op == "extrude" and entry.get("mode") == "cut":
            return _cut(entry)
        if index == 0:
            return _base(entry, len(self.entries))
        if op in _PRIMITIVES and entry.get("mode", "join") == "join":
            return _PRIMITIVES[op]
        if op == "extrude" and entry.get("mode", "join") == "join":
            return _raised(entry)
        return ()


def _face_word(entry: dict[str, Any]) -> str:
    word = str(entry.get("face", "top" if entry["op"] == "hole" else "")).rpartition(".")[2]
    return word if word in _FACE_WORDS else ""


def _shape_word(entry: dict[str, Any]) -> str:
    loop = entry["profile"][0]
    if loop["shape"] == "polygon":
        return _POLYGONS.get(loop.get("sides", 0), "")
    return _SHAPED.get(loop["shape"], "")


def _hole(entry: dict[str, Any]) -> tuple[str, ...]:
    if "counterbore" in entry:
        return ("hole", "counterbored hole", "counterbore")
    if "countersink" in entry:
        return ("hole", "countersunk hole", "countersink")
    if "thread" in entry:
        return ("hole", f"{entry['thread']} hole", "screw hole")
    if "depth" in entry:
        return ("hole", "blind hole", "bore")
    return ("hole", "hole", "bore", "through hole", "round hole")


def _cut(entry: dict[str, Any]) -> tuple[str, ...]:
    if len(entry["profile"]) > 1:
        return ("cut-out", "cut")
    shape, loop = _shape_word(entry), entry["profile"][0]
    deep = "extent" not in entry
    if loop["shape"] == "slot":
        return ("slot", "long hole") if not deep else ("slot", "groove", "slotted pocket")
    nouns = ("pocket", "recess") if deep else ("cut-out", "opening", "cutout")
    if "from" in loop and not deep:
        nouns = ("notch", "cut-out", "cutout")
    return tuple(f"{shape} {noun}".strip() for noun in nouns) + nouns[:1]


def _raised(entry: dict[str, Any]) -> tuple[str, ...]:
    shape = _shape_word(entry)
    if len(entry["profile"]) > 1 or not shape:
        return ("raised part",)
    return (f"{shape} boss", f"{shape} pad", f"{shape} block")


def _base(entry: dict[str, Any], total: int) -> tuple[str, ...]:
    whole = ("part", "body") if total == 1 else ("base", "main body")
    if entry["op"] == "box":
        size = entry["size"]
        if all(isinstance(value, (int, float)) for value in size) and 3 * size[2] <= min(size[:2]):
            return ("plate", *whole)
        return ("block", "box", *whole)
    if entry["op"] in _PRIMITIVES:
        return (_PRIMITIVES[entry["op"]][0], *whole)
    if entry["op"] == "extrude" and len(entry["profile"]) == 1:
        loop, depth = entry["profile"][0], entry.get("depth")
        width = loop.get("size", [None])[0] if "size" in loop else loop.get("diameter", loop.get("side"))
        flat = isinstance(depth, (int, float)) and isinstance(width, (int, float)) and 3 * depth <= width
        if loop["shape"] == "circle":
            return ("disc" if flat else "cylinder", *whole)
        if loop["shape"] == "ring":
            return ("ring", *whole)
        if loop["shape"] in ("rectangle", "square", "polygon"):
            return ("plate" if flat else "block", *whole)
    return whole
