"""Written-down expectations of a solid, and whether a measurement meets them.

An expectation is a JSON object; every key may be left out:

- ``size``: three extents in any order, because requests seldom fix the orientation; ``null`` is any extent,
  and ``[low, high]`` a range.
- ``volume``: a number, ``[low, high]``, or ``{"any": [...]}`` where a request has several readings.
- ``section``: volume divided by the smallest extent, for plates of unsaid thickness; number or range.
- ``tolerance``: relative, for numbers (default 0.001).
- ``bodies``, ``genus``: a number or ``[low, high]``.
- ``cylinders``: list of ``{"radius", "kind": "hole"|"boss", "count"}`` that must be there, at least so many;
  ``apart`` lists distances each of which must lie between the parallel axes of two of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, permutations
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cadagent.kernel.measure import Cylinder, Measurement

DEFAULT_TOLERANCE = 1e-3
_PARALLEL = 1e-6


def unmet(expected: Mapping[str, Any], measured: Measurement) -> list[str]:
    """What a solid fails of an expectation, one line each; empty when it meets all of it."""
    tolerance = float(expected.get("tolerance", DEFAULT_TOLERANCE))
    problems = []
    if "size" in expected:
        found = False
        for order in permutations(measured.size):
            found = found or all(
                _fits(want, have, tolerance) for want, have in zip(expected["size"], order, strict=True)
            )
        if not found:
            problems.append(f"size: expected {_shown(expected['size'])}, found {_shown(measured.size)}")
    figures = {
        "volume": measured.volume,
        "section": measured.volume / (min(measured.size) or 1.0),
        "bodies": measured.bodies,
        "genus": measured.genus,
    }
    for name, have in figures.items():
        if name in expected and not _fits(expected[name], have, tolerance):
            problems.append(f"{name}: expected {_shown(expected[name])}, found {_shown(have)}")
    for cylinder in expected.get("cylinders", []):
        alike = [
            c
            for c in measured.cylinders
            if c.kind == cylinder["kind"] and _fits(cylinder["radius"], c.radius, tolerance)
        ]
        if len(alike) < cylinder.get("count", 1):
            problems.append(f"cylinders: expected {_shown(cylinder)}, found {len(alike)}")
        elif "apart" in cylinder:
            found_apart = distances(alike)
            missing = [
                want for want in cylinder["apart"] if not any(_fits(want, d, tolerance) for d in found_apart)
            ]
            if missing:
                problems.append(f"cylinders: expected {_shown(missing)} apart, found {_shown(found_apart)}")
    return problems


def distances(cylinders: Iterable[Cylinder]) -> list[float]:
    """The different distances between parallel axes of cylinders, ascending; none for one common axis."""
    found: list[float] = []
    for one, other in combinations(cylinders, 2):
        between = [b - a for a, b in zip(one.axis_point, other.axis_point, strict=True)]
        if math.hypot(*_cross(one.axis_direction, other.axis_direction)) < _PARALLEL:
            found.append(math.hypot(*_cross(between, one.axis_direction)))
    kept: list[float] = []
    for distance in sorted(found):
        if distance > _PARALLEL and (not kept or distance - kept[-1] > DEFAULT_TOLERANCE * distance):
            kept.append(distance)
    return kept


def _cross(a: Sequence[float], b: Sequence[float]) -> tuple[float, float, float]:
    return (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])


def _fits(want: Any, have: float | None, tolerance: float) -> bool:
    if want is None:
        return True
    if have is None:
        return False
    if isinstance(want, Mapping):
        return any(_fits(one, have, tolerance) for one in want["any"])
    if isinstance(want, list):
        return float(want[0]) <= have <= float(want[1])
    return abs(have - want) <= tolerance * abs(want)


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_shown(item) for item in value) + "]"
    return str(value)
