"""Curve F1 and extrusion F1 as the field defines them, on minimal JSON (Text2CAD 2024, CADmium 2025).

The sketches of two designs are paired by their place in the sequence; within a pair the loops, and then the
curves of paired loops, are matched by the Hungarian method on the corners of their boxes. Of a matched pair
only the type counts: the same type is a hit, another type is a miss of the one and a false find of the other.
Extrusion F1 compares how many extrusions there are. Where a curve lies and how large it is goes into neither.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .assignment import assign

TYPES = ("line", "arc", "circle")

Corners = tuple[float, float, float, float]
"""Low u, low v, high u, high v, as shares of the sketch's larger side."""


@dataclass(frozen=True)
class Counted:
    """Hits, and how many there are in the expected and in the actual design."""

    shared: int
    expected: int
    actual: int


@dataclass(frozen=True)
class _Curve:
    kind: str
    box: Corners


_Loop = list[_Curve]


def counts(expected: Mapping[str, Any], actual: Mapping[str, Any] | None) -> dict[str, Counted]:
    """Hits by type of curve, and under ``extrusion``, between two designs in minimal JSON.

    ``None`` for a design that does not exist or that the format cannot say: it shares nothing.
    """
    left, right = _sketches(expected), _sketches(actual) if actual is not None else []
    shared = dict.fromkeys(TYPES, 0)
    for ours, theirs in zip(left, right, strict=False):
        for i, j in _matched([_around(loop) for loop in ours], [_around(loop) for loop in theirs]).items():
            one, other = ours[i], theirs[j]
            for a, b in _matched([curve.box for curve in one], [curve.box for curve in other]).items():
                if one[a].kind == other[b].kind:
                    shared[one[a].kind] += 1
    found = {kind: Counted(shared[kind], _count(left, kind), _count(right, kind)) for kind in TYPES}
    found["extrusion"] = Counted(min(len(left), len(right)), len(left), len(right))
    return found


def _count(sketches: Iterable[Iterable[_Loop]], kind: str) -> int:
    return sum(curve.kind == kind for loops in sketches for loop in loops for curve in loop)


def _matched(left: Sequence[Corners], right: Sequence[Corners]) -> dict[int, int]:
    """The pairing of the smaller set that has the least sum of distances between corners."""
    distances = [[math.dist(a, b) for b in right] for a in left]
    most = 1 + max((entry for row in distances for entry in row), default=0.0)
    return assign([[most - entry for entry in row] for row in distances])


def _sketches(minimal: Mapping[str, Any]) -> list[list[_Loop]]:
    return [_loops(part["sketch"]) for part in minimal["parts"].values()]


def _loops(sketch: Mapping[str, Any]) -> list[_Loop]:
    loops = [
        [_curve(name.split("_")[0], figures) for name, figures in loop.items()]
        for face in sketch.values()
        for loop in face.values()
    ]
    boxes = [curve.box for loop in loops for curve in loop]
    low = [min(box[axis] for box in boxes) for axis in (0, 1)]
    side = max(max(box[axis + 2] for box in boxes) - low[axis] for axis in (0, 1)) or 1.0
    return [[_scaled(curve, low, side) for curve in loop] for loop in loops]


def _curve(kind: str, figures: Mapping[str, Any]) -> _Curve:
    if kind == "circle":
        (u, v), radius = figures["Center"], figures["Radius"]
        return _Curve(kind, (u - radius, v - radius, u + radius, v + radius))
    # Of an arc the three given points stand for its box: they decide a pairing well enough.
    names = ("Start Point", "Mid Point", "End Point") if kind == "arc" else ("Start Point", "End Point")
    points = [figures[name] for name in names]
    return _Curve(kind, _box(points, points))


def _scaled(curve: _Curve, low: Sequence[float], side: float) -> _Curve:
    a, b, c, d = ((value - low[place % 2]) / side for place, value in enumerate(curve.box))
    return _Curve(curve.kind, (a, b, c, d))


def _around(loop: _Loop) -> Corners:
    return _box([curve.box[:2] for curve in loop], [curve.box[2:] for curve in loop])


def _box(lows: Sequence[Sequence[float]], highs: Sequence[Sequence[float]]) -> Corners:
    return (
        min(point[0] for point in lows),
        min(point[1] for point in lows),
        max(point[0] for point in highs),
        max(point[1] for point in highs),
    )
