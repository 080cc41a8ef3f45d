"""Wrong figures and wrong places."""

from __future__ import annotations

import re

from training.synthetic.fault_parts import SIDES, Document, holders, insert, numbers
from training.synthetic.numbers import clean, plain
from training.synthetic.random_source import RandomSource

_THIN = {
    "top": ("front", "right", "left", "back"),
    "front": ("top", "left", "right"),
    "left": ("top", "front"),
}
_TWINS = {
    "diameter": "radius",
    "radius": "diameter",
    "outer_diameter": "outer_radius",
    "inner_diameter": "inner_radius",
    "bottom_diameter": "bottom_radius",
}


def wrong_face(document: Document, rng: RandomSource) -> Document | None:
    """On another face, often through the thin way of a plate."""
    found = [entry for entry in document["operations"][1:] if "face" in entry or entry["op"] == "hole"]
    found = [entry for entry in found if "plane" not in entry]
    if not found:
        return None
    entry = rng.pick(found)
    owner, _, face = str(entry.get("face", "top")).rpartition(".")
    new = rng.pick(_THIN.get(face, SIDES))
    insert(entry, "face", f"{owner}.{new}" if owner else new, after="mode" if "mode" in entry else "op")
    return document


def outside(document: Document, rng: RandomSource) -> Document | None:
    """A position from the wrong reference point, so that the feature misses the part."""
    found = [holder for holder in holders(document) if "at" in holder or "inset" in holder or "pad" in holder]
    if not found:
        return None
    holder = rng.pick(found)
    key = next(key for key in ("at", "inset", "pad") if key in holder)
    factor = rng.pick((2, 3, 10, -1, -3)) if key == "at" else rng.pick((5, 10, 4))
    value = holder[key]
    if isinstance(value, list):
        if not all(isinstance(part, (int, float)) for part in value):
            return None
        holder[key] = [clean(part * factor) for part in value]
    elif isinstance(value, (int, float)):
        holder[key] = clean(value * factor)
    else:
        return None
    return document


def at_corner(document: Document, rng: RandomSource) -> Document | None:
    """Measured from a corner although positions count from the middle."""
    size = next((entry["size"] for entry in document["operations"][:1] if entry["op"] == "box"), None)
    size = size or next(
        (loop.get("size") for loop in document["operations"][0].get("profile", [])[:1] if "size" in loop),
        None,
    )
    found = [
        holder
        for holder in holders(document, first=1)
        if not {"from", "attach"} & set(holder) and ("diameter" in holder or "shape" in holder)
    ]
    if (
        not found
        or not isinstance(size, list)
        or not all(isinstance(value, (int, float)) for value in size[:2])
    ):
        return None
    holder = rng.pick(found)
    old = holder.get("at", [0, 0])
    if not all(isinstance(value, (int, float)) for value in old):
        return None
    shift = rng.pick((0.5, 0.5, 1))
    insert(
        holder, "at", [clean(old[way] + shift * size[way]) for way in (0, 1)], before=("diameter", "repeat")
    )
    return document


def attached(document: Document, rng: RandomSource) -> Document | None:
    """Outside of an edge instead of inside, or the other way round."""
    found = [
        loop
        for entry in document["operations"]
        for loop in entry.get("profile", [])
        if "attach" in loop or "-" not in str(loop.get("from", "-"))
    ]
    if not found:
        return None
    loop = rng.pick(found)
    old, new = ("attach", "from") if "attach" in loop else ("from", "attach")
    items = [(new if key == old else key, value) for key, value in loop.items() if key != "inset"]
    loop.clear()
    loop.update(items)
    return document


def edge_word(document: Document, rng: RandomSource) -> Document | None:
    """A word for an edge that does not lie on that face, or a corner for an edge."""
    found = [holder for holder in holders(document) if "from" in holder]
    if not found:
        return None
    holder = rng.pick(found)
    words = [
        word
        for word in (*SIDES, "front-left", "top-right", "back-right", "top-left")
        if word != holder["from"]
    ]
    holder["from"] = rng.pick(words)
    return document


def digits(document: Document, rng: RandomSource) -> Document | None:
    """A digit lost or doubled, or the decimal point somewhere else."""
    places = list(numbers(document["operations"]))
    if not places:
        return None
    holder, key = rng.pick(places)
    text = plain(abs(holder[key]))
    spot = rng.integer(0, len(text) - 1)
    kind = rng.pick(("drop", "double", "shift", "shift"))
    if kind == "shift" or text[spot] == ".":
        new = clean(abs(holder[key]) * rng.pick((10, 0.1, 100)))
    else:
        changed = text[:spot] + (text[spot] * 2 if kind == "double" else "") + text[spot + 1 :]
        if not re.fullmatch(r"\d+(\.\d+)?|\d+\.|\.\d+", changed):
            return None
        new = clean(float(changed))
    if new == 0 or new == abs(holder[key]):
        return None
    holder[key] = new if holder[key] > 0 else -new
    return document


def swapped_sizes(document: Document, rng: RandomSource) -> Document | None:
    """Two sizes in the wrong order."""
    found = [holder for holder in holders(document) if isinstance(holder.get("size"), list)]
    if not found:
        return None
    size = rng.pick(found[:1] * 3 + found)["size"]
    first = rng.integer(0, len(size) - 2)
    size[first], size[first + 1] = size[first + 1], size[first]
    return document


def radius_for_diameter(document: Document, rng: RandomSource) -> Document | None:
    """A diameter's figure as a radius, or the other way round."""
    found = [
        (holder, key)
        for holder in holders(document)
        for key in _TWINS
        if key in holder and "thread" not in holder
    ]
    if not found:
        return None
    holder, key = rng.pick(found)
    items = [(_TWINS[name] if name == key else name, value) for name, value in holder.items()]
    if _TWINS[key] in holder:
        return None
    holder.clear()
    holder.update(items)
    return document


def copied_figure(document: Document, rng: RandomSource) -> Document | None:
    """The figure of one size where another belongs."""
    places = list(numbers(document["operations"]))
    if len(places) < 2:
        return None
    (holder, key), (other, name) = rng.sample(places, 2)
    if holder[key] == abs(other[name]):
        return None
    holder[key] = abs(other[name])
    return document


def wrong_spread(document: Document, rng: RandomSource) -> Document | None:
    """Copies too close or too far apart, or too many."""
    found = [holder for holder in holders(document) if isinstance(holder.get("repeat"), dict)]
    if not found:
        return None
    holder = rng.pick(found)
    repeat = holder["repeat"]
    size = holder.get("diameter", holder.get("side"))
    if "grid" in repeat and rng.chance(0.4):
        place = rng.integer(0, 1)
        if not isinstance(repeat["grid"][place], int):
            return None
        repeat["grid"][place] += rng.pick((1, 2, 4, 8))
        return document
    for key in ("pitch", "diameter", "radius", "inset", "pad", "span", "gap"):
        value = repeat.get(key)
        if value is None:
            continue
        if isinstance(value, (int, float)) and isinstance(size, (int, float)) and rng.chance(0.3):
            repeat[key] = size
        elif isinstance(value, list) and all(isinstance(part, (int, float)) for part in value):
            factor = rng.pick((2, 3, 10, 0.1))
            repeat[key] = [clean(part * factor) for part in value]
        elif isinstance(value, (int, float)):
            repeat[key] = clean(value * rng.pick((2, 3, 10, 0.1, 0.5)))
        return document
    return None


def too_large(document: Document, rng: RandomSource) -> Document | None:
    """A fillet, chamfer, wall or corner radius that does not fit."""
    places = [
        (entry, key)
        for entry in document["operations"]
        for op, key in (("fillet", "radius"), ("chamfer", "distance"), ("shell", "thickness"))
        if entry["op"] == op and isinstance(entry.get(key), (int, float))
    ]
    places += [
        (loop, key)
        for entry in document["operations"]
        for loop in entry.get("profile", [])
        for key in ("corner_radius", "wall", "thickness", "inner_diameter", "inner_radius", "chamfer")
        if isinstance(loop.get(key), (int, float))
    ]
    if not places:
        return None
    holder, key = rng.pick(places)
    holder[key] = clean(holder[key] * rng.pick((2, 4, 5, 8, 10, 10)))
    return document


def wrong_units(document: Document, rng: RandomSource) -> Document | None:
    """Another unit than the request's."""
    if document["units"] == "unit":
        return None
    document["units"] = rng.pick(
        [unit for unit in ("mm", "cm", "m", "in", "ft") if unit != document["units"]]
    )
    return document
