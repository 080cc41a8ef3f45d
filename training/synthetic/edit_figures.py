"""The figures of a design that a person may want otherwise: where they stand and what they are called."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from training.synthetic.numbers import Number, clean
from training.synthetic.random_source import RandomSource

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Figure:
    """One figure of a compact document.

    Attributes:
        path: the keys that lead to it.
        dims: its names, the usual first.
        adjectives: what may follow the value ("8 mm thick"); none for figures that only have a name.
        low, high: by what a change may multiply it and leave a sensible part.
        twin: the key that says the same with the other of radius and diameter.
        plain: it may be given without a name ("make the holes 6 mm").
        kind: length, angle or count.
    """

    path: Path
    dims: tuple[str, ...]
    adjectives: tuple[str, ...] = ()
    low: float = 0.6
    high: float = 1.6
    twin: str | None = None
    plain: bool = False
    kind: str = "length"

    @property
    def operation(self) -> int:
        return int(self.path[1])


_TWINS = {
    "diameter": "radius",
    "radius": "diameter",
}
_ROUND: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "diameter": (("diameter",), ("in diameter", "wide")),
    "radius": (("radius",), ("in radius",)),
}
_LOOPS: dict[str, dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "circle": _ROUND,
    "square": {"side": (("side length", "side"), ())},
    "slot": {"length": (("length", "overall length"), ("long",)), "width": (("width",), ("wide",))},
    "polygon": _ROUND
    | {
        "across_flats": (("width across flats", "size across flats"), ("across flats",)),
        "side": (("side length",), ()),
    },
    "ring": {
        "outer_diameter": (("outer diameter", "outside diameter", "OD"), ()),
        "outer_radius": (("outer radius",), ()),
        "inner_diameter": (("inner diameter", "inside diameter", "ID"), ()),
        "inner_radius": (("inner radius",), ()),
    },
    "triangle": {"base": (("base",), ()), "height": (("triangle height",), ())},
    "semicircle": _ROUND,
}
_PRIMITIVES: dict[str, dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "cylinder": _ROUND | {"height": (("height", "length"), ("high", "tall", "long"))},
    "cone": {
        "bottom_diameter": (("base diameter", "bottom diameter"), ()),
        "bottom_radius": (("base radius", "bottom radius"), ()),
        "top_diameter": (("top diameter",), ()),
        "top_radius": (("top radius",), ()),
        "height": (("height",), ("high", "tall")),
    },
    "sphere": _ROUND,
    "torus": {
        "major_diameter": (("ring diameter", "major diameter"), ()),
        "major_radius": (("ring radius", "major radius"), ()),
        "minor_diameter": (("tube diameter", "minor diameter"), ()),
        "minor_radius": (("tube radius", "minor radius"), ()),
    },
    "pyramid": {"height": (("height",), ("high", "tall"))},
}


def figures(document: dict[str, Any]) -> list[Figure]:
    """Every figure with a name that people use; expressions are left out."""
    found = [figure for index, entry in enumerate(document["operations"]) for figure in _of(entry, index)]
    return [figure for figure in found if isinstance(value_at(document, figure.path), (int, float))]


def value_at(document: dict[str, Any], path: Path) -> Any:
    """The value at the end of a path."""
    value: Any = document
    for key in path:
        value = value[key]
    return value


def put(document: dict[str, Any], path: Path, value: Any, key: str | None = None) -> None:
    """Set the value at a path; ``key``: under this key instead of the path's last."""
    holder = value_at(document, path[:-1])
    if key is not None:
        del holder[path[-1]]
    holder[path[-1] if key is None else key] = value


def _of(entry: dict[str, Any], index: int) -> Iterator[Figure]:
    at: Path = ("operations", index)
    op = entry["op"]
    cut = op == "hole" or entry.get("mode") == "cut"
    for key, (dims, adjectives) in _PRIMITIVES.get(op, {}).items():
        if key in entry:
            if key != "height":
                adjectives = adjectives[:1]
            yield Figure((*at, key), dims, adjectives, twin=_TWINS.get(key))
    if op == "box" and "plane" not in entry and str(entry.get("face", "top")).endswith("top"):
        flat = index == 0 and _flat(entry["size"])
        third = (("thickness",), ("thick",)) if flat else (("height",), ("high", "tall"))
        for place, (dims, adjectives) in enumerate(
            ((("length",), ("long",)), (("width",), ("wide",)), third)
        ):
            yield Figure((*at, "size", place), dims, adjectives, 0.75 if place < 2 else 0.5, 2.0)
    elif op == "hole":
        for key, (dims, adjectives) in _ROUND.items():
            if key in entry:
                yield Figure((*at, key), dims, adjectives[:1], 0.5, 1.4, _TWINS[key], key == "diameter")
        if "depth" in entry:
            yield Figure((*at, "depth"), ("depth",), ("deep",), 0.5, 1.2)
        for key in ("counterbore", "countersink"):
            for name in entry.get(key, {}):
                kind = "angle" if name == "angle" else "length"
                yield Figure((*at, key, name), (f"{key} {name}",), (), 0.9, 1.3, kind=kind)
    elif op in ("extrude", "revolve", "sketch"):
        yield from _extruded(entry, at, index, cut)
    elif op == "fillet":
        yield Figure((*at, "radius"), ("radius", "fillet radius"), ("in radius",), 0.4, 1.3, plain=True)
    elif op == "chamfer" and "distance" in entry:
        yield Figure((*at, "distance"), ("size", "width", "leg length"), (), 0.4, 1.3, plain=True)
    elif op == "shell":
        yield Figure((*at, "thickness"), ("wall thickness",), (), 0.5, 1.4)
    elif op == "rotate" and "angle" in entry:
        yield Figure((*at, "angle"), ("angle",), (), 0.3, 2.5, kind="angle")
    elif op == "scale" and "factor" in entry:
        yield Figure((*at, "factor"), ("scale factor",), (), 0.5, 2, kind="ratio")
    yield from _placed(entry, at)


def _flat(size: list[Any]) -> bool:
    return all(isinstance(value, (int, float)) for value in size) and 2 * size[2] <= min(size[:2])


def _extruded(entry: dict[str, Any], at: Path, index: int, cut: bool) -> Iterator[Figure]:
    level = "plane" not in entry and str(entry.get("face", "top")).endswith("top")
    if "depth" in entry and "depth2" not in entry and "symmetric" not in entry:
        if cut:
            names: tuple[tuple[str, ...], tuple[str, ...]] = (("depth",), ("deep",))
        elif index == 0 and level and _thin(entry):
            names = (("thickness",), ("thick",))
        elif level:
            names = (("height",), ("high", "tall"))
        else:
            names = (("length", "extrusion depth"), ("long",))
        yield Figure((*at, "depth"), *names, 0.5, 1.2 if cut else 1.8)
    loops = entry.get("profile", [])
    if len(loops) == 1:
        for number, loop in enumerate(loops):
            yield from _loop(loop, (*at, "profile", number), level, cut)


def _thin(entry: dict[str, Any]) -> bool:
    """Whether an extrusion is rather a plate than a bar."""
    loop = entry["profile"][0] if entry.get("profile") else {}
    widths = [loop[key] for key in ("side", "diameter", "outer_diameter", "length", "base") if key in loop]
    widths += [2 * loop[key] for key in ("radius", "outer_radius") if isinstance(loop.get(key), (int, float))]
    widths += loop.get("size", [])
    numbers = [width for width in widths if isinstance(width, (int, float))]
    depth = entry["depth"]
    return bool(numbers) and isinstance(depth, (int, float)) and 2 * depth <= max(numbers)


def _loop(loop: dict[str, Any], at: Path, level: bool, cut: bool) -> Iterator[Figure]:
    low, high = (0.6, 1.3) if cut else (0.75, 1.6)
    for key, (dims, adjectives) in _LOOPS.get(loop["shape"], {}).items():
        if key in loop:
            twin = _TWINS.get(key) if loop["shape"] != "polygon" else None
            yield Figure((*at, key), dims, adjectives[:1], low, high, twin)
    if loop["shape"] == "rectangle" and level and "rotate" not in loop:
        yield Figure((*at, "size", 0), ("length",), ("long",), low, high)
        yield Figure((*at, "size", 1), ("width",), ("wide",), low, high)
    if "corner_radius" in loop:
        yield Figure((*at, "corner_radius"), ("corner radius", "radius of the corners"), (), 0.4, 1.4)
    if "wall" in loop:
        yield Figure((*at, "wall"), ("wall thickness", "frame width"), (), 0.5, 1.4)
    if loop["shape"] in ("l", "t", "u", "h", "z", "i", "cross") and "thickness" in loop:
        yield Figure((*at, "thickness"), ("leg thickness", "wall thickness"), (), 0.5, 1.3)
    if loop["shape"] == "polygon" and isinstance(loop.get("sides"), int):
        yield Figure((*at, "sides"), ("number of sides",), (), kind="sides")
    yield from _placed(loop, at)


def _placed(entry: dict[str, Any], at: Path) -> Iterator[Figure]:
    """Figures of the position and of the copies."""
    where = entry.get("from")
    for key in ("inset", "pad"):
        if key in entry and isinstance(where, str) and "-" not in where:
            yield Figure(
                (*at, key), (f"distance from the {where} edge", f"distance to the {where} edge"), (), 0.6, 1.4
            )
    repeat = entry.get("repeat")
    if not isinstance(repeat, dict):
        return
    here: Path = (*at, "repeat")
    if "polar" in repeat:
        yield Figure((*here, "polar"), ("number",), (), kind="count")
        for key in ("diameter", "radius"):
            if key in repeat:
                names = (f"bolt circle {key}", f"hole circle {key}", f"pitch circle {key}")
                yield Figure((*here, key), names, (), 0.8, 1.2)
    if "grid" in repeat:
        for place in range(2):
            if isinstance(repeat["grid"][place], int) and repeat["grid"][place] > 1:
                yield Figure((*here, "grid", place), (("columns", "rows")[place],), (), kind="count")
        for key in ("pitch", "gap", "span"):
            value = repeat.get(key)
            noun = {"pitch": "spacing", "gap": "gap", "span": "overall spacing"}[key]
            if isinstance(value, (int, float)):
                yield Figure((*here, key), (noun,), (), 0.7, 1.2)
            elif isinstance(value, list):
                for place, way in enumerate(("lengthwise", "crosswise")):
                    if repeat["grid"][place] != 1:
                        axis = "xy"[place]
                        yield Figure(
                            (*here, key, place), (f"{way} {noun}", f"{noun} in {axis}"), (), 0.7, 1.2
                        )
    if "corners" in repeat or "edges" in repeat:
        for key in ("inset", "pad"):
            if isinstance(repeat.get(key), (int, float)) and repeat[key] > 0:
                yield Figure((*here, key), ("distance from the edges", "edge distance"), (), 0.6, 1.3)


def another(rng: RandomSource, value: Number, low: float, high: float) -> Number:
    """Another figure of the same making: as many decimals or fewer, or sixteenths like the old one."""
    for _ in range(12):
        wanted = float(value) * (low + (high - low) * rng.fraction())
        if isinstance(value, int):
            step = 5.0 if abs(value) >= 40 and rng.chance(0.6) else 1.0 if abs(value) >= 4 else 0.5
        elif (value * 16).is_integer():
            step = rng.pick((0.0625, 0.125, 0.25, 0.5))
        else:
            decimals = len(f"{value:.6f}".rstrip("0").partition(".")[2])
            step = 10.0 ** -(decimals if rng.chance(0.6) else max(1, decimals - 1))
        new = clean(round(wanted / step) * step)
        if new != value and new > 0:
            return new
    return clean(value * 1.5)
