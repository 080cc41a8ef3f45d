"""Other figures: another value, one relative to what it is, another number of copies or sides."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

from training.synthetic.context import Context
from training.synthetic.edit_figures import Figure, Path, another, figures, put, value_at
from training.synthetic.edit_names import Name, Names, copies
from training.synthetic.edit_words import order, to_count, to_value
from training.synthetic.explicit import Document
from training.synthetic.numbers import plain
from training.synthetic.words import plural

_SIDES = {3: "triangle", 4: "square", 5: "pentagon", 6: "hexagon", 7: "heptagon", 8: "octagon", 10: "decagon"}
_NUMBER_WORDS = {
    "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
}  # fmt: skip


@dataclass(frozen=True)
class Change:
    """A change in words, and the compact document that it leads to (not yet in normal form).

    ``path``: of the one figure that is another.
    """

    text: str
    document: Document
    path: Path | None = None


def figure(document: Document, ctx: Context) -> Change | None:
    """Another value for one figure."""
    found = _figure(document, ctx, ("length", "angle", "ratio"))
    if found is None:
        return None
    chosen, name = found
    old = value_at(document, chosen.path)
    if chosen.kind == "angle":
        new: Any = ctx.pick([angle for angle in (15, 30, 45, 60, 90, 120, 180) if angle != old])
        texts = ctx.angle(new), ctx.angle(old)
    elif chosen.kind == "ratio":
        new = ctx.pick([factor for factor in (0.5, 2, 3, 1.5, 0.1) if factor != old])
        texts = plain(new), plain(old)
    else:
        new = another(ctx.rng, old, chosen.low, chosen.high)
        texts = ctx.length(new), ctx.length(old)
    key, dims, adjectives = None, chosen.dims, chosen.adjectives
    if chosen.twin is not None and ctx.chance(0.2):
        key = chosen.twin
        factor = 0.5 if key == "radius" else 2
        new = another(ctx.rng, old, chosen.low * factor, chosen.high * factor)
        texts = ctx.length(new), f"{ctx.pick(('a', 'the'))} {chosen.dims[0]} of {texts[1]}"
        dims, adjectives = (key,), (f"in {key}",)
    elif chosen.plain and ctx.chance(0.5):
        adjectives = ("",)
    mixed = _other_unit(document["units"], ctx) if chosen.kind == "length" and ctx.chance(0.03) else None
    if mixed is not None:
        new, texts = mixed[0], (mixed[1], texts[1])
    after = copy.deepcopy(document)
    put(after, chosen.path, new, key)
    up = not isinstance(new, str) and new > old
    text = to_value(ctx, name, dims, adjectives, *texts, up)
    return Change(" ".join(text.replace(" ,", ",").split()), after, chosen.path)


def relative(document: Document, ctx: Context) -> Change | None:
    """A figure relative to what it is; the design then says so too and nobody has to reckon."""
    found = _figure(document, ctx, ("length",))
    if found is None:
        return None
    chosen, name = found
    old, the = value_at(document, chosen.path), name.the
    dim = f"the {chosen.dims[0]} of {the}"
    word = ctx.pick(chosen.adjectives) if chosen.adjectives else ""
    alone = word if word and " " not in word else ""
    if ctx.chance(0.5):
        factor, phrases = ctx.pick(
            (
                ("*2", (f"double {dim}", f"make {dim} twice as large")),
                ("*2", (f"double {dim}", f"make {the} twice as {alone}" if alone else f"double {dim}")),
                ("/2", (f"halve {dim}", f"make {the} half as {alone}" if alone else f"cut {dim} in half")),
                ("*3", (f"triple {dim}", f"make {the} three times as {alone}" if alone else f"triple {dim}")),
                ("*1.5", (f"make {dim} one and a half times as large", f"increase {dim} by a factor of 1.5")),
            )
        )
        new, text = f"{plain(old)}{factor}", ctx.pick(phrases)
    else:
        step = another(ctx.rng, old, 0.1, 0.5)
        if step >= 0.8 * old:
            return None
        by, up = ctx.length(step), ctx.chance(0.6)
        comparative = {
            "long": ("longer", "shorter"),
            "wide": ("wider", "narrower"),
            "high": ("higher", "lower"),
            "tall": ("taller", "shorter"),
            "thick": ("thicker", "thinner"),
            "deep": ("deeper", "shallower"),
        }.get(alone)
        ways: tuple[str, ...] = (
            f"{'increase' if up else 'reduce'} {dim} by {by}",
            f"add {by} to {dim}" if up else f"take {by} off {dim}",
        )
        if comparative is not None:
            ways += (f"make {the} {by} {comparative[0 if up else 1]}",) * 2
        new, text = f"{plain(old)}{'+' if up else '-'}{plain(step)}", ctx.pick(ways)
    after = copy.deepcopy(document)
    put(after, chosen.path, new)
    return Change(order(ctx, text), after)


def count(document: Document, ctx: Context) -> Change | None:
    """Another number of copies, or of sides."""
    found = _figure(document, ctx, ("count", "sides"))
    if found is None:
        return None
    chosen, name = found
    old = value_at(document, chosen.path)
    after = copy.deepcopy(document)
    if chosen.kind == "sides":
        new = ctx.pick([number for number in (3, 5, 6, 8) if number != old])
        put(after, chosen.path, new)
        shape = _SIDES.get(new, "polygon")
        texts: tuple[str, ...] = (
            f"make {name.the} {'a' if new != 8 else 'an'} {shape}"
            if not name.many
            else f"make {name.the} {shape}s",
            f"change the number of sides of {name.the} to {new}",
            f"give {name.the} {ctx.count(new)} sides instead of {ctx.count(old)}",
        )
        return Change(order(ctx, ctx.pick(texts)), after)
    new = max(2, old + ctx.pick((-2, -1, 1, 1, 2, 2, 4)))
    if new == old or not name.many:
        return None
    put(after, chosen.path, new)
    noun = name.noun.split(" ", 1)[1] if name.noun.split()[0] in _NUMBER_WORDS else name.noun
    if chosen.dims[0] == "number":
        return Change(to_count(ctx, name, noun, ctx.count(new), ctx.count(old)), after)
    grid = value_at(after, chosen.path[:-1])
    place = int(chosen.path[-1])
    across, up = grid
    face = str(document["operations"][chosen.operation].get("face", "top"))
    way = ("in x", "in y")[place] if face.endswith("top") else ("side by side", "above each other")[place]
    texts = (
        f"make it {across} by {up} {noun}",
        f"arrange {name.the} {across} x {up}",
        f"change {name.the} to a {across} x {up} pattern",
        f"use a {across} x {up} grid for {name.the}",
        f"have {ctx.count(new)} {noun} {way} instead of {ctx.count(old)}",
    )
    return Change(order(ctx, ctx.pick(texts)), after)


def _figure(document: Document, ctx: Context, kinds: tuple[str, ...]) -> tuple[Figure, Name] | None:
    """A figure of these kinds, and a name for what it belongs to."""
    names = Names(document, ctx)
    found = [entry for entry in figures(document) if entry.kind in kinds]
    for chosen in ctx.rng.shuffled(found):
        entry = document["operations"][chosen.operation]
        if entry["op"] in ("rotate", "scale"):
            return chosen, Name({"rotate": "rotation", "scale": "scaling"}[entry["op"]], False)
        same = [
            other
            for other in found
            if other.operation == chosen.operation and other.dims[0] == chosen.dims[0]
        ]
        name = names.name(chosen.operation)
        if len(same) > 1 or name is None:
            continue
        if (
            chosen.path[-1] in ("pitch", "gap", "span", "inset", "polar")
            and copies(entry) > 1
            and not name.many
        ):
            name = Name(plural(name.noun), True)
        if entry["op"] == "shell":
            name = Name("part", False)
        return chosen, name
    return None


def _other_unit(unit: str, ctx: Context) -> tuple[str, str] | None:
    """A length in another unit than the design's: as the design writes it, and in words."""
    if unit == "mm":
        value = ctx.pick((0.125, 0.25, 0.375, 0.5, 0.75, 1))
        return f"{plain(value)}in", f"{plain(value)}{ctx.pick((' in', ' inch'))}"
    if unit in ("in", "cm"):
        value = ctx.pick((3, 4, 5, 6, 8, 10, 12))
        return f"{value}mm", f"{value}{ctx.pick((' mm', 'mm'))}"
    return None
