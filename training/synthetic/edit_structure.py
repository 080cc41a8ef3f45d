"""Other structure: a feature less, at another place, or of another shape."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

from training.synthetic.context import Context
from training.synthetic.edit_changes import Change
from training.synthetic.edit_figures import another
from training.synthetic.edit_names import Name, Names
from training.synthetic.edit_words import order, removal, to_place
from training.synthetic.explicit import Document, feature_indices, spelled_out, without

_OPPOSITE = {
    "left": "right",
    "right": "left",
    "front": "back",
    "back": "front",
    "top": "bottom",
    "bottom": "top",
}
_NUMBERED = re.compile(r'"(hole|extrude)\d')


def remove(document: Document, ctx: Context) -> Change | None:
    """A feature less, or a detail of one."""
    details = [
        (index, key)
        for index, entry in enumerate(document["operations"])
        for key in ("counterbore", "countersink")
        if key in entry
    ]
    if details and ctx.chance(0.4):
        index, key = ctx.pick(details)
        after = copy.deepcopy(document)
        del after["operations"][index][key]
        return Change(removal(ctx, Name(key, False)), after)
    full = spelled_out(document)
    where = feature_indices(full)
    entries = document["operations"]
    if [full["operations"][index]["op"] for index in where] != [entry["op"] for entry in entries]:
        return None
    names = Names(document, ctx)
    for index in ctx.rng.shuffled(range(1, len(entries))):
        if entries[index]["op"] in ("rotate", "move", "scale", "align", "mirror", "pattern", "combine"):
            continue
        name, left = names.name(index), without(full, where[index])
        if name is not None and left is not None:
            return Change(removal(ctx, name), left)
    return None


def move(document: Document, ctx: Context) -> Change | None:
    """A feature on another face, or at another edge."""
    names = Names(document, ctx)
    for index in ctx.rng.shuffled(range(1, len(document["operations"]))):
        entry = document["operations"][index]
        name = names.name(index)
        if name is None:
            continue
        holders = [entry, *entry.get("profile", [])[:1]]
        edges = [(holder, key) for holder in holders for key in ("from", "attach") if key in holder]
        after = copy.deepcopy(document)
        changed = after["operations"][index]
        if edges:
            holder, key = ctx.pick(edges)
            old = holder[key]
            new = "-".join(
                _OPPOSITE.get(part, part) if "-" not in old or ctx.chance(0.6) else part
                for part in old.split("-")
            )
            if new == old or not set(old.split("-")) <= set(_OPPOSITE):
                continue
            target = changed if holder is entry else changed["profile"][0]
            target[key] = new
            what = "corner" if "-" in old else ctx.pick(("edge", "side"))
            text = to_place(
                ctx, name, f"{new.replace('-', ' ')} {what}", f"{old.replace('-', ' ')} {what}"
            ).replace(f" on the {new}", f" at the {new}")
            return Change(text, after)
        owner, _, old = str(entry.get("face", "top" if entry["op"] == "hole" else "")).rpartition(".")
        if old not in _OPPOSITE or any(" on the " in part for part in (name.noun,)):
            continue
        new = _OPPOSITE[old] if ctx.chance(0.5) else ctx.pick([face for face in _OPPOSITE if face != old])
        if any(key in holder for holder in holders for key in ("at", "align", "rotate", "repeat")):
            new = _OPPOSITE[old]
        changed["face"] = f"{owner}.{new}" if owner else new
        word = ctx.pick((" face", " side", " face", ""))
        return Change(to_place(ctx, name, f"{new}{word}", f"{old}{word}"), after)
    return None


def shape(document: Document, ctx: Context) -> Change | None:
    """Round holes become square or hexagonal, square ones round; sizes are given anew."""
    if _NUMBERED.search(json.dumps(document["operations"])):
        return None  # another kind of operation would shift the automatic ids
    names = Names(document, ctx)
    for index in ctx.rng.shuffled(range(len(document["operations"]))):
        entry, name = document["operations"][index], names.name(index)
        if name is None:
            continue
        after = copy.deepcopy(document)
        if entry["op"] == "hole" and not {"thread", "counterbore", "countersink", "tip"} & set(entry):
            old = entry.get("diameter", entry.get("radius"))
            if not isinstance(old, (int, float)):
                continue
            loop, words = _outline(another(ctx.rng, old, 0.7, 1.1), ctx, name.many, "circle")
            loop |= {key: entry[key] for key in ("from", "inset", "pad", "at", "repeat") if key in entry}
            made = {"op": "extrude", "mode": "cut", "face": entry.get("face", "top"), "profile": [loop]}
            if "plane" in entry or "id" in entry or set(entry) & {"offset", "origin", "rotation"}:
                continue
            made |= {"depth": entry["depth"]} if "depth" in entry else {"extent": "through"}
            after["operations"][index] = made
        elif entry["op"] == "extrude" and len(entry["profile"]) == 1:
            loop = entry["profile"][0]
            old = loop.get("diameter", loop.get("side", (loop.get("size") or [0])[0]))
            if loop["shape"] not in ("circle", "square", "rectangle", "polygon") or index == 0:
                continue
            if not isinstance(old, (int, float)) or old <= 0 or {"rotate", "anchor", "wall"} & set(loop):
                continue
            new, words = _outline(another(ctx.rng, old, 0.7, 1.1), ctx, name.many, loop["shape"])
            kept = ("role", "attach", "from", "align", "to", "inset", "pad", "at", "repeat", "name")
            after["operations"][index]["profile"][0] = new | {key: loop[key] for key in kept if key in loop}
        else:
            continue
        text = ctx.pick(
            (
                f"make {name.the} {words}",
                f"make {name.the} {words}",
                f"{name.the} should be {words}",
                f"change {name.the} to {words}",
                f"I want {name.the} {words}",
            )
        )
        return Change(order(ctx, text) if text.startswith(("make", "change")) else text, after)
    return None


def _outline(size: Any, ctx: Context, many: bool, old: str) -> tuple[dict[str, Any], str]:
    """A loop of another shape and its words."""
    text = ctx.length(size)
    each = " each" if many and ctx.chance(0.1) else ""
    ways = (
        ({"shape": "square", "side": size}, f"square, with a side length of {text}{each}"),
        ({"shape": "square", "side": size}, f"square, {text} wide{each}"),
        ({"shape": "polygon", "sides": 6, "across_flats": size}, f"hexagonal, {text} across flats{each}"),
        ({"shape": "circle", "diameter": size}, f"round, {text} in diameter{each}"),
        ({"shape": "circle", "diameter": size}, f"circular with a diameter of {text}{each}"),
    )
    return ctx.pick([way for way in ways if way[0]["shape"] != old])
