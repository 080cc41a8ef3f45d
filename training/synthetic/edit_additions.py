"""Features that somebody wants added to a design that is there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from training.synthetic.context import Context
from training.synthetic.edit_names import Name, Names
from training.synthetic.edit_words import order
from training.synthetic.explicit import Document, spelled_out, with_feature
from training.synthetic.hole_kinds import THREADS
from training.synthetic.words import article

Entry = dict[str, Any]


@dataclass(frozen=True)
class _Host:
    """The feature that gets something: its id, its name, whether it is the only one, and its sizes."""

    identity: str
    name: Name
    alone: bool
    length: float
    width: float
    height: float
    round: bool
    busy: bool  # something is in the middle of its top

    @property
    def small(self) -> float:
        return min(self.length, self.width)


def added(document: Document, ctx: Context) -> tuple[str, Document] | None:
    """What is asked for, and the document with it; ``None`` where the drawn feature has no place."""
    if "parameters" in document or any(entry["op"] == "sketch" for entry in document["operations"]):
        return None
    if ctx.chance(0.12):
        text, entry = _transform(ctx, document)
        return order(ctx, text), with_feature(spelled_out(document), entry)
    host = _host(document, ctx)
    if host is None:
        return None
    make = ctx.rng.weighted(_FEATURES)
    made = make(host, ctx, document)
    if made is None:
        return None
    text, entry = made
    return order(ctx, " ".join(text.split())), with_feature(spelled_out(document), entry)


def _host(document: Document, ctx: Context) -> _Host | None:
    entries = document["operations"]
    if any(entry["op"] in ("rotate", "shell", "mirror", "loft", "sweep") for entry in entries):
        return None
    names, full = Names(document, ctx), spelled_out(document)
    owners = [entry for entry in full["operations"] if entry["op"] != "sketch"]
    if len(owners) != len(entries):
        return None
    index = 0
    entry = entries[index]
    sizes = _sizes(entry)
    name = names.name(index)
    if sizes is None or name is None:
        return None
    others = entries[1:]
    busy = any(
        "repeat" not in other
        and not (set(other) | set((other.get("profile") or [{}])[0])) & {"from", "attach", "at"}
        for other in others
        if other["op"] not in ("fillet", "chamfer", "move", "align", "scale")
    )
    alone = not any(
        other["op"] in ("box", "cylinder", "cone", "sphere", "pyramid", "wedge", "torus")
        or (other["op"] in ("extrude", "revolve") and other.get("mode", "join") != "cut")
        for other in others
    )
    return _Host(owners[index]["id"], name, alone, *sizes, busy)


def _sizes(entry: Entry) -> tuple[float, float, float, bool] | None:
    """Length, width, height, and whether it is round, of an upright plate, block or disc."""
    if {"plane", "origin", "rotation", "offset", "repeat"} & set(entry):
        return None
    if entry["op"] == "box":
        values: list[Any] = [*entry["size"], False]
    elif entry["op"] == "cylinder":
        across = entry.get("diameter") or 2 * _real(entry.get("radius"))
        values = [across, across, entry["height"], True]
    elif (
        entry["op"] == "extrude"
        and len(entry["profile"]) == 1
        and {"op", "profile", "depth"} >= set(entry) - {"id"}
    ):
        loop = entry["profile"][0]
        if set(loop) - {"shape", "size", "side", "diameter", "radius"}:
            return None
        if loop["shape"] == "circle":
            across = loop.get("diameter") or 2 * _real(loop.get("radius"))
            values = [across, across, entry["depth"], True]
        elif loop["shape"] in ("rectangle", "square"):
            size = loop.get("size") or [loop.get("side")] * 2
            values = [*size, entry["depth"], False]
        else:
            return None
    else:
        return None
    if not all(isinstance(value, (int, float)) and value > 0 for value in values[:3]):
        return None
    return values[0], values[1], values[2], values[3]


def _real(value: Any) -> float:
    return float(value) if isinstance(value, (int, float)) else 0.0


def _on_top(host: _Host, ctx: Context) -> str:
    """ "on top", "on the top face of the plate"."""
    if host.alone and ctx.chance(0.6):
        return ctx.pick(("on top", "on the top face", "on the top", "on the top side"))
    return ctx.pick(
        (
            f"on top of {host.name.the}",
            f"on the top face of {host.name.the}",
            f"on the top of {host.name.the}",
        )
    )


def _in(host: _Host, ctx: Context) -> str:
    return "" if host.alone and ctx.chance(0.5) else f" {ctx.pick(('in', 'of'))} {host.name.the}"


def _verb(ctx: Context) -> str:
    return ctx.pick(("add", "add", "add", "put", "make", "drill", "cut"))


def _round_size(ctx: Context, low: float, high: float) -> tuple[Entry, str]:
    """Keys and words of a hole's size; the words stand before "hole"."""
    value = ctx.between(low, high)
    text = ctx.length(value)
    if ctx.chance(0.12):
        value = ctx.between(low / 2, high / 2)
        return {"radius": value}, f"radius {ctx.length(value)}"
    return {"diameter": value}, ctx.pick((text, text, f"{text} diameter", f"Ø{text}", f"dia {text}"))


def _centre_hole(host: _Host, ctx: Context, document: Document) -> tuple[str, Entry] | None:
    if host.busy:
        return None
    keys, size = _round_size(ctx, 0.1 * host.small, 0.35 * host.small)
    entry: Entry = {"op": "hole", "face": f"{host.identity}.top", **keys}
    middle = ctx.pick(("the middle", "the centre", "the center"))
    where = middle + _in(host, ctx).replace(" in ", " of ")
    if ctx.chance(0.25):
        entry["depth"] = ctx.between(0.25 * host.height, 0.7 * host.height)
        deep = ctx.length(entry["depth"])
        return f"{_verb(ctx)} a {size} hole, {deep} deep, in {where}", entry
    if document["units"] == "mm" and ctx.chance(0.2):
        fits = [name for name, real in THREADS if 1.5 * real < 0.4 * host.small]
        if fits:
            thread = ctx.pick(fits)
            fit, words = ctx.pick(
                (("threaded", "threaded hole"), ("clearance", "clearance hole"), ("threaded", "tapped hole"))
            )
            entry = {"op": "hole", "face": f"{host.identity}.top", "thread": thread, "fit": fit}
            return f"{_verb(ctx)} {article(f'{thread} {words}')} in {where}", entry
    words = ctx.pick(("hole", "hole", "through hole", "bore", "central hole"))
    texts = (
        f"{_verb(ctx)} a {size} {words} in {where}",
        f"drill a {size} hole through {where}",
        f"a {size} {words} in {where}",
        f"{host.name.the} needs a {size} {words} in {middle}",
    )
    return ctx.pick(texts), entry


def _corner_holes(host: _Host, ctx: Context, document: Document) -> tuple[str, Entry] | None:
    if host.round or any("repeat" in entry or "corners" in str(entry) for entry in document["operations"]):
        return None
    if any(entry["op"] in ("extrude", "box", "cylinder") for entry in document["operations"][1:]):
        return None
    keys, size = _round_size(ctx, 0.06 * host.small, 0.12 * host.small)
    inset = ctx.between(0.12 * host.small, 0.2 * host.small)
    entry = {
        "op": "hole",
        "face": f"{host.identity}.top",
        **keys,
        "repeat": {"corners": True, "inset": inset},
    }
    four = ctx.pick(("four", "4"))
    edge = ctx.length(inset)
    texts = (
        f"{_verb(ctx)} {four} {size} holes in the corners{_in(host, ctx)}, {edge} from the edges",
        f"{_verb(ctx)} a {size} hole in each corner{_in(host, ctx)}, {edge} from both edges",
        f"{_verb(ctx)} {size} holes at the {four} corners{_in(host, ctx)}, inset {edge}",
        f"{four} {size} mounting holes in the corners, centres {edge} from the edges",
    )
    return ctx.pick(texts), entry


def _bolt_circle(host: _Host, ctx: Context, document: Document) -> tuple[str, Entry] | None:
    if not host.round or not host.alone or any("repeat" in entry for entry in document["operations"]):
        return None
    keys, size = _round_size(ctx, 0.05 * host.small, 0.1 * host.small)
    circle = ctx.between(0.65 * host.small, 0.8 * host.small)
    number = ctx.pick((3, 4, 5, 6, 8))
    entry = {
        "op": "hole",
        "face": f"{host.identity}.top",
        **keys,
        "repeat": {"polar": number, "diameter": circle},
    }
    across = ctx.length(circle)
    texts = (
        f"{_verb(ctx)} {ctx.count(number)} {size} holes on a {across} bolt circle",
        f"{_verb(ctx)} {ctx.count(number)} {size} holes equally spaced on a circle of {across} diameter",
        f"{ctx.count(number)} {size} holes on a pitch circle of diameter {across}",
    )
    return ctx.pick(texts), entry


def _edges(host: _Host, ctx: Context, document: Document) -> tuple[str, Entry] | None:
    if any(entry["op"] in ("fillet", "chamfer") for entry in document["operations"]):
        return None
    which = ctx.pick(("top",) if host.round else ("vertical", "vertical", "top"))
    if which == "top" and not host.alone:
        return None
    limit = 0.2 * host.small if which == "vertical" else 0.3 * min(host.height, host.small / 2)
    value = ctx.between(0.2 * limit, limit)
    text = ctx.length(value)
    of = "" if host.alone and ctx.chance(0.6) else f" of {host.name.the}"
    edges = ctx.pick(("vertical edges", "corners") if which == "vertical" else ("top edges", "top edge"))
    selector = [which if host.alone else f"{host.identity}.{which}"]
    if ctx.chance(0.55):
        rounded = (
            f"round the {edges}{of} with a radius of {text}",
            f"add {article(f'{text} fillet')} to the {edges}{of}",
            f"fillet the {edges}{of} by {text}",
            f"fillet the {edges}{of}, R{ctx.bare(value)}",
            f"give the {edges}{of} a {text} radius",
        )
        return ctx.pick(rounded), {"op": "fillet", "edges": selector, "radius": value}
    texts = (
        f"chamfer the {edges}{of} by {text}",
        f"add {article(f'{text} chamfer')} to the {edges}{of}",
        f"bevel the {edges}{of} {text}",
        f"put {article(f'{text} chamfer')} on the {edges}{of}",
    )
    return ctx.pick(texts), {"op": "chamfer", "edges": selector, "distance": value}


def _boss(host: _Host, ctx: Context, document: Document) -> tuple[str, Entry] | None:
    if host.busy:
        return None
    high = ctx.between(0.15 * host.small, 0.6 * host.small)
    on = _on_top(host, ctx)
    verb = ctx.pick(("add", "add", "put", "place", "stand"))
    face = f"{host.identity}.top"
    if ctx.chance(0.6):
        across = ctx.between(0.25 * host.small, 0.6 * host.small)
        words = ctx.pick(("boss", "cylinder", "round boss", "stud", "cylindrical boss"))
        sizes = ctx.pick(
            (
                f"{ctx.length(across)} in diameter and {ctx.length(high)} high",
                f"diameter {ctx.length(across)}, height {ctx.length(high)}",
                f"with a diameter of {ctx.length(across)} and a height of {ctx.length(high)}",
            )
        )
        joint = " " if sizes.startswith("with") else ", "
        text = f"{verb} a {words}{joint}{sizes}{joint}{on}"
        return text, {"op": "cylinder", "face": face, "diameter": across, "height": high}
    a, b = (
        ctx.between(0.25 * host.length, 0.6 * host.length),
        ctx.between(0.25 * host.width, 0.6 * host.width),
    )
    words = ctx.pick(("block", "box", "pad", "rectangular block"))
    text = f"{verb} a {ctx.several([a, b, high])} {words} {on}"
    return text, {"op": "box", "face": face, "size": [a, b, high]}


def _pocket(host: _Host, ctx: Context, document: Document) -> tuple[str, Entry] | None:
    if host.busy:
        return None
    a, b = (
        ctx.between(0.25 * host.length, 0.55 * host.length),
        ctx.between(0.25 * host.width, 0.55 * host.width),
    )
    entry: Entry = {"op": "extrude", "mode": "cut", "face": f"{host.identity}.top"}
    where = "top" if host.alone and ctx.chance(0.5) else f"top of {host.name.the}"
    loop: Entry = {"shape": "rectangle", "size": [a, b]}
    if ctx.chance(0.3):
        a, b = max(a, b), 0
        b = ctx.between(0.15 * float(a), 0.4 * float(a))
        loop = {"shape": "slot", "length": a, "width": b}
        kind = f"{ctx.several([a, b])} slot"
    else:
        kind = f"{ctx.several([a, b])} {ctx.pick(('pocket', 'recess', 'rectangular pocket'))}"
    if loop["shape"] == "slot" and ctx.chance(0.6):
        text = ctx.pick(
            (
                f"cut a {kind} through the middle{_in(host, ctx)}",
                f"add a {kind} in the centre, all the way through",
            )
        )
        return text, entry | {"profile": [loop], "extent": "through"}
    deep = ctx.between(0.2 * host.height, 0.7 * host.height)
    text = ctx.pick(
        (
            f"cut a {kind}, {ctx.length(deep)} deep, into the {where}",
            f"add a {kind} {ctx.length(deep)} deep in the {where}",
            f"mill a {kind} into the {where}, depth {ctx.length(deep)}",
        )
    )
    return text, entry | {"profile": [loop], "depth": deep}


def _notch(host: _Host, ctx: Context, document: Document) -> tuple[str, Entry] | None:
    if host.round or len(document["operations"]) > 2:
        return None
    side = ctx.pick(("left", "right", "front", "back"))
    limits = (
        (0.2 * host.length, 0.3 * host.width)
        if side in ("left", "right")
        else (0.3 * host.length, 0.2 * host.width)
    )
    a, b = ctx.between(0.4 * limits[0], limits[0]), ctx.between(0.4 * limits[1], limits[1])
    entry = {
        "op": "extrude",
        "mode": "cut",
        "face": f"{host.identity}.top",
        "profile": [{"shape": "rectangle", "size": [a, b], "from": side}],
        "extent": "through",
    }
    sizes = ctx.several([a, b])
    texts = (
        f"cut a {sizes} notch into the {side} edge{_in(host, ctx).replace(' in ', ' of ')}",
        f"add a {sizes} notch in the middle of the {side} edge",
    )
    return ctx.pick(texts), entry


def _hollow(host: _Host, ctx: Context, document: Document) -> tuple[str, Entry] | None:
    if len(document["operations"]) > 1 or host.height < 0.3 * host.small:
        return None
    wall = ctx.between(0.05 * host.small, 0.12 * host.small)
    text = ctx.length(wall)
    texts = (
        f"hollow it out with {text} walls, open at the top",
        f"hollow {host.name.the} from the top, wall thickness {text}",
        f"shell it, {text} thick, top open",
    )
    return ctx.pick(texts), {"op": "shell", "thickness": wall, "open": [f"{host.identity}.top"]}


def _transform(ctx: Context, document: Document) -> tuple[str, Entry]:
    whole = ctx.pick(("it", "the part", "the whole part", "everything", "the whole thing"))
    kind = ctx.pick(("rotate", "move", "scale"))
    axis = ctx.pick("xyz")
    if kind == "rotate":
        angle = ctx.pick((30, 45, 90, 180, -90, 15, 60, -45))
        verb = ctx.pick(("rotate", "turn"))
        words = ctx.pick((f"about the {axis} axis", f"around the {axis.upper()} axis", f"around {axis}"))
        return f"{verb} {whole} by {ctx.angle(angle)} {words}", {"op": "rotate", "axis": axis, "angle": angle}
    if kind == "scale":
        factor, text = ctx.pick(
            (
                (2, f"make {whole} twice as big"),
                (0.5, f"scale {whole} to half its size"),
                (2, f"scale {whole} by a factor of 2"),
                (3, f"scale {whole} by 3"),
                (1.5, f"scale {whole} by 1.5"),
                (0.1, f"scale {whole} by 0.1"),
            )
        )
        return text, {"op": "scale", "factor": factor}
    value = ctx.size(0.1, 1)
    sign = ctx.pick((1, -1))
    by: list[Any] = [0, 0, 0]
    by["xyz".index(axis)] = sign * value
    way = {"x": ("right", "left"), "y": ("back", "forward"), "z": ("up", "down")}[axis][0 if sign > 0 else 1]
    text = ctx.length(value)
    texts = (f"move {whole} {text} {way}", f"move {whole} by {'-' if sign < 0 else ''}{text} in {axis}")
    return ctx.pick(texts if axis != "y" else texts[1:]), {"op": "move", "by": by}


_Feature = Callable[[_Host, Context, Document], "tuple[str, Entry] | None"]
_FEATURES: tuple[tuple[float, _Feature], ...] = (
    (26, _centre_hole),
    (14, _corner_holes),
    (8, _bolt_circle),
    (20, _edges),
    (14, _boss),
    (12, _pocket),
    (6, _notch),
    (6, _hollow),
)
