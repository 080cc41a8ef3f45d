"""Wrong names and wrong operations."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

from training.synthetic.fault_parts import SIDES, Document, insert, numbers_of, plain_numbers, references
from training.synthetic.numbers import clean
from training.synthetic.random_source import RandomSource

_WORDS = ("plate", "block", "base", "boss", "cylinder", "body", "disc", "pad", "slab", "bar", "rib", "flange")


def undeclared(document: Document, rng: RandomSource) -> Document | None:
    """A feature gets no id although others name it."""
    text = json.dumps(document["operations"])
    named = [
        entry
        for entry in document["operations"]
        if "id" in entry and re.search(rf'"{entry["id"]}[."/]', text.replace(f'"id": "{entry["id"]}"', ""))
    ]
    if not named:
        return None
    del rng.pick(named)["id"]
    return document


def misspelt(document: Document, rng: RandomSource) -> Document | None:
    """A reference to a name like the right one, or made up for a feature without one."""
    places = [(holder, key) for holder, key, _ in references(document)]
    if not places:
        return None
    holder, key = rng.pick(places)
    head, dot, tail = holder[key].partition(".")
    if not dot:
        if head not in (*SIDES, "vertical"):
            holder[key] = f"{head}s"
            return document
        head, dot, tail = "", ".", head
    options = [word for word in _WORDS if word != head]
    if "_" in head:
        options += [head.partition("_")[2], head.rpartition("_")[0]] * 4
    if re.search(r"\d$", head):
        options += [f"{head[:-1]}{int(head[-1]) + 1}"] * 6
    holder[key] = rng.pick(options) + dot + tail
    return document


def doubled_id(document: Document, rng: RandomSource) -> Document | None:
    """Two features with one id."""
    entries = document["operations"]
    named = [entry["id"] for entry in entries if "id" in entry]
    free = [
        entry
        for entry in entries
        if "id" not in entry and entry["op"] not in ("rotate", "move", "align", "scale")
    ]
    if not named or not free:
        return None
    insert(rng.pick(free), "id", rng.pick(named), after="op")
    return document


def wrong_owner(document: Document, rng: RandomSource) -> Document | None:
    """On a face of another feature than meant, or of the latest because the owner was left out."""
    entries = document["operations"]
    places = [
        (index, holder, key) for holder, key, index in references(document) if key == "face" and index > 0
    ]
    if not places:
        return None
    index, holder, key = rng.pick(places)
    owner, _, face = holder[key].rpartition(".")
    others = [entry["id"] for entry in entries[:index] if "id" in entry and entry["id"] != owner]
    if others and rng.chance(0.5):
        holder[key] = f"{rng.pick(others)}.{face}"
    elif owner:
        holder[key] = face
    else:
        return None
    return document


def missing(document: Document, rng: RandomSource) -> Document | None:
    """An operation is left out."""
    entries = document["operations"]
    if len(entries) < 2:
        return None
    # Without its base a design has nothing to stand on: that is rarely forgotten.
    del entries[rng.integer(0 if rng.chance(0.1) else 1, len(entries) - 1)]
    return document


def repeated(document: Document, rng: RandomSource) -> Document | None:
    """An operation stands there twice, one often a little smaller."""
    entries = document["operations"]
    cuts = [
        index for index, entry in enumerate(entries) if entry["op"] == "hole" or entry.get("mode") == "cut"
    ]
    if not cuts:
        return None
    index = rng.pick(cuts)
    again = copy.deepcopy(entries[index])
    again.pop("id", None)
    if rng.chance(0.5):
        for holder in (again, *again.get("profile", [])):
            for key in ("diameter", "radius", "side"):
                if isinstance(holder.get(key), (int, float)):
                    holder[key] = clean(holder[key] * rng.pick((0.5, 0.8, 0.9)))
    entries.insert(rng.integer(index + 1, len(entries)), again)
    return document


def bored_twice(document: Document, rng: RandomSource) -> Document | None:
    """A hole where the outline or an earlier operation has taken everything already."""
    entries = document["operations"]
    for index, entry in enumerate(entries):
        loops = entry.get("profile", [])
        inner = next(
            (
                (key.removeprefix("inner_"), loop[key])
                for loop in loops
                for key in ("inner_diameter", "inner_radius")
                if isinstance(loop.get(key), (int, float))
            ),
            None,
        )
        holes = [
            loop
            for loop in loops
            if loop.get("role") == "hole" and loop["shape"] == "circle" and "at" not in loop
        ]
        if inner is None and holes:
            key = "diameter" if "diameter" in holes[0] else "radius"
            inner = (key, holes[0].get(key))
        if inner is not None:
            entries.insert(index + 1, {"op": "hole", inner[0]: inner[1]})
            return document
    return None


def wrong_mode(document: Document, rng: RandomSource) -> Document | None:
    """Material where a cut belongs, or a cut where material belongs."""
    found = [
        entry
        for entry in document["operations"][1:]
        if entry["op"] in ("extrude", "cylinder", "box", "revolve")
    ]
    if not found:
        return None
    entry = rng.pick(found)
    if entry.get("mode") == "cut":
        del entry["mode"]
    else:
        insert(entry, "mode", "cut", after="id" if "id" in entry else "op")
    return document


def nested(document: Document, rng: RandomSource) -> Document | None:
    """A hole of the outline no smaller than the outline, or outside it."""
    for entry in document["operations"]:
        loops = entry.get("profile", [])
        holes = [loop for loop in loops if loop.get("role") == "hole"]
        if not holes or loops[0] in holes:
            continue
        hole = rng.pick(holes)
        if rng.chance(0.5):
            hole["at"] = [clean(value * 3) for value in numbers_of(loops[0])[:2]] or [10, 0]
            if len(hole["at"]) < 2:
                hole["at"].append(0)
            return document
        index = loops.index(hole)
        kept = {key: value for key, value in loops[0].items() if key not in ("role", "name")}
        loops[index] = kept | {"role": "hole"}
        return document
    return None


def early_transform(document: Document, rng: RandomSource) -> Document | None:
    """A transform before the features."""
    entries = document["operations"]
    found = [
        index for index, entry in enumerate(entries) if entry["op"] in ("rotate", "move", "align", "scale")
    ]
    if not found or found[-1] < 2:
        return None
    entry = entries.pop(found[-1])
    entries.insert(rng.integer(1, found[-1] - 1), entry)
    return document


def wrong_edges(document: Document, rng: RandomSource) -> Document | None:
    """Edges by a word that means others or none."""
    found = [entry for entry in document["operations"] if entry["op"] in ("fillet", "chamfer")]
    if not found:
        return None
    edges = rng.pick(found)["edges"]
    owner, dot, word = str(edges[0]).rpartition(".")
    new = rng.pick(
        [other for other in ("vertical", "top", "left", "front", "bottom", "all", "side") if other != word]
    )
    edges[0] = owner + dot + new if rng.chance(0.7) else new
    return document


def wrong_shape(document: Document, rng: RandomSource) -> Document | None:
    """A profile that cannot be drawn: legs thicker than the whole, a triangle that does not close."""
    loops = [loop for entry in document["operations"] for loop in entry.get("profile", [])]
    fits: list[tuple[dict[str, Any], str, Any]] = []
    for loop in loops:
        size = loop.get("size")
        if (
            loop["shape"] in ("l", "u", "t", "h", "i", "z", "cross")
            and isinstance(size, list)
            and "thickness" in loop
        ):
            fits.append((loop, "thickness", size[0]))
        if loop["shape"] == "triangle" and isinstance(loop.get("sides"), list):
            fits.append((loop, "sides", [*loop["sides"][:2], clean(sum(plain_numbers(loop["sides"])[:2]))]))
        if loop["shape"] == "ring":
            for part in ("diameter", "radius"):
                if f"outer_{part}" in loop and f"inner_{part}" in loop:
                    fits.append((loop, f"inner_{part}", loop[f"outer_{part}"]))
        if loop["shape"] == "slot" and "length" in loop:
            fits.append((loop, "width", loop["length"]))
        if loop["shape"] == "rectangle" and isinstance(size, list) and "wall" in loop:
            fits.append((loop, "wall", size[0]))
    if not fits:
        return None
    loop, key, value = rng.pick(fits)
    loop[key] = value
    return document
