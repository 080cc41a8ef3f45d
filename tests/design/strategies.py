"""Random CAD JSON, generated from the definitions themselves."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from cadagent.design import check
from cadagent.design.fields import Choice, Either, Flag, Items, Number, Record, Tagged, Text, Type
from cadagent.design.placing import _USES, REPEAT
from cadagent.design.registry import Reference, operations, records
from cadagent.design.threads import THREADS

FACES = ("top", "bottom", "left", "right", "front", "back", "mid_x", "mid_z")
PARAMETERS = [
    {"name": "width", "value": 12},
    {"name": "part_of_it", "value": "width/3"},
    {"name": "tilt", "value": 22.5, "kind": "angle"},
    {"name": "many", "value": 3, "kind": "count"},
    {"name": "share", "value": 0.25, "kind": "ratio"},
]
EXPRESSIONS = {
    "length": ("width", "part_of_it", "(width+1)/2", "width*share", "2*many", "0.25in", "1/3"),
    "angle": ("tilt", "2*tilt", "90/2"),
    "count": ("many", "many+1"),
    "ratio": ("share", "1/2", "width/part_of_it"),
}


def figures(low: float, high: float) -> st.SearchStrategy[int | float]:
    """Figures of zero to six decimals in a range, as the language writes them."""

    def scaled(pair: tuple[int, int]) -> int | float:
        places, raw = pair
        value = raw / 10**places
        return int(value) if value == int(value) else round(value, places)

    def for_places(places: int) -> st.SearchStrategy[int | float]:
        unit = 10**places
        least, most = -(-int(low * unit) // 1), int(high * unit)
        return st.tuples(st.just(places), st.integers(min(least, most), most)).map(scaled)

    return st.sampled_from((0, 0, 0, 1, 2, 6)).flatmap(for_places).filter(lambda v: low <= v <= high)


def numbers(kind: Number, expressions: bool) -> st.SearchStrategy[Any]:
    """Figures, sometimes an expression, that the type accepts; of a part's size, so that shapes fit."""
    low, high = kind.bounds()
    if kind.dimension == "count":
        plain: st.SearchStrategy[Any] = st.integers(int(low), int(min(high, low + 5)))
    else:
        plain = figures(
            max(low, 0.5 if kind.positive else -30), min(high, 90 if kind.dimension == "angle" else 40)
        )
    words = [
        text
        for text in EXPRESSIONS[kind.dimension]
        if not (kind.dimension == "angle" and low > 0) and kind.maximum is None
    ]
    if not expressions or not words:
        return plain
    return st.one_of(plain, plain, plain, st.sampled_from(words))


class Drawer:
    """Draws values of the language's types; knows what was defined so far."""

    def __init__(self, draw: Any, expressions: bool, rich: bool = True) -> None:
        self.draw, self.expressions, self.rich = draw, expressions, rich
        self.names: dict[str, list[str]] = {"sketch": [], "feature": [], "body": [], "solid": []}

    def chance(self, of: int) -> bool:
        return self.draw(st.integers(0, of - 1)) == 0

    def value(self, kind: Type, key: str = "") -> Any:
        if isinstance(kind, Number):
            return self.draw(numbers(kind, self.expressions))
        if isinstance(kind, Reference):
            return self.reference(kind)
        if isinstance(kind, Text):
            return self.draw(st.sampled_from(tuple(THREADS) if key == "thread" else ("rim", "lug", "a1")))
        if isinstance(kind, Choice):
            return self.draw(st.sampled_from(kind.options))
        if isinstance(kind, Flag):
            return True if key == "corners" else self.draw(st.booleans())
        if isinstance(kind, Items):
            count = self.draw(st.integers(kind.least, min(kind.most, max(kind.least, 2 + kind.least // 2))))
            return [self.value(kind.item, key) for _ in range(count)]
        if isinstance(kind, Either):
            types = [one for one in kind.types if not isinstance(one, Reference) or self.names["sketch"]]
            return self.value(self.draw(st.sampled_from(types)), key)
        if isinstance(kind, Tagged):
            return self.record(kind.table[self.draw(st.sampled_from(sorted(kind.table)))])
        assert isinstance(kind, Record)
        return self.repetition() if kind is REPEAT else self.record(kind)

    def reference(self, kind: Reference) -> str:
        solid = self.names["solid"] or ["nothing"]
        if kind.target == "face":
            owner = self.draw(st.sampled_from(["", *(f"{name}." for name in self.names["solid"])]))
            return owner + self.draw(st.sampled_from(FACES))
        if kind.target == "selector":
            plain = ["all", "vertical", "top", "top/front"]
            return self.draw(st.sampled_from([*plain, *(f"{n}.top" for n in solid), f"{solid[0]}.left/back"]))
        return self.draw(st.sampled_from(self.names[kind.target] or ["nothing"]))

    def record(self, kind: Record) -> dict[str, Any]:
        grouped = {name for group in kind.choices for name in group if name}
        picked = [
            self.draw(st.sampled_from([name for name in group if name != "sketch" or self.names["sketch"]]))
            for group in kind.choices
        ]
        found = {}
        for entry in kind.fields:
            wanted = entry.required or entry.name in picked
            if not wanted and entry.name not in grouped and self.rich:
                wanted = self._sensible(entry.type) and self.chance(6)
            if wanted:
                found[entry.name] = self.value(entry.type, entry.name)
        return found

    def _sensible(self, kind: Type) -> bool:
        """Whether there is anything that an optional reference could name."""
        if isinstance(kind, Reference):
            return bool(self.names["solid" if kind.target in ("face", "selector") else kind.target])
        return True

    def repetition(self) -> dict[str, Any]:
        kind = self.draw(st.sampled_from(sorted(_USES)))
        needs = {"grid": ("pitch", "gap", "span"), "polar": ("diameter", "radius"), "points": ()}
        pick = needs.get(kind, ("inset", "pad"))
        keys = {kind, *([self.draw(st.sampled_from(pick))] if pick else [])}
        return {key: self.value(REPEAT.by_name[key].type, key) for key in REPEAT.by_name if key in keys}


def _removable(value: Any, pointer: str) -> bool:
    """Delete what a finding points at, if something is there and it is not a whole operation's kind."""
    parts = pointer.split("/")[1:]
    if len(parts) < 2:
        return False
    for part in parts[:-1]:
        value = value[int(part)] if isinstance(value, list) else value[part]
    if isinstance(value, dict):
        return value.pop(parts[-1], None) is not None
    value.pop(int(parts[-1]))
    return True


@st.composite
def documents(
    draw: Any, names: Sequence[str] | None = None, most: int = 5, rich: bool = True
) -> dict[str, Any]:
    """Documents without a finding: generated, then whatever a finding points at is taken out again."""
    with_parameters = draw(st.booleans())
    drawer = Drawer(draw, with_parameters, rich)
    document: dict[str, Any] = {"units": draw(st.sampled_from(("mm", "cm", "in", "unit")))}
    if with_parameters:
        document["parameters"] = copy.deepcopy(PARAMETERS)
    document["operations"] = entries = []
    table, kinds = records(), operations()
    allowed = [name for name in (names or sorted(table)) if name in table]
    for index in range(draw(st.integers(1, most))):
        choices = allowed if index else [n for n in allowed if kinds[n].material]
        entry = drawer.record(table[draw(st.sampled_from(choices))])
        explicit = f"{entry['op']}_{index}"
        entry = {
            "op": entry.pop("op"),
            **({"id": explicit} if draw(st.booleans()) else {}),
            **_without(entry, "id"),
        }
        if index == 0:
            entry.pop("mode", None)
        entries.append(entry)
        if "id" in entry:
            group = kinds[entry["op"]].group
            drawer.names["sketch" if group == "sketch" else "feature"].append(explicit)
            if kinds[entry["op"]].material:
                drawer.names["solid"].append(explicit)
                if index == 0 or entry.get("mode") == "new":
                    drawer.names["body"].append(explicit)
    return repaired(document)


def _without(entry: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name != key}


def repaired(document: dict[str, Any]) -> dict[str, Any]:
    """The document with everything taken out that a finding points at; a plain box when nothing is left."""
    for _ in range(60):
        findings = check(document)
        if not findings:
            return document
        index = findings[0].pointer.split("/")
        if not _removable(document, findings[0].pointer):
            break
        if len(index) > 3 and check(document) and check(document)[0].code == "schema.missing_key":
            document["operations"].pop(int(index[2]))
        if not document["operations"]:
            break
    return {"units": "mm", "operations": [{"op": "box", "size": [3, 2, 1]}]}
