"""Written-down expectations of a solid, and whether a measurement meets them.

An expectation is a JSON object; every key may be left out:

- ``size``: three extents in any order, because requests seldom fix the orientation; ``null`` is any extent,
  and ``[low, high]`` a range.
- ``volume``: a number, ``[low, high]``, or ``{"any": [...]}`` where a request has several readings.
- ``section``: volume divided by the smallest extent, for plates of unsaid thickness; number or range.
- ``tolerance``: relative, for numbers (default 0.001).
- ``bodies``, ``genus``: a number or ``[low, high]``.
- ``cylinders``: list of ``{"radius", "kind": "hole"|"boss", "count"}`` that must be there, at least so many.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cadagent.kernel.measure import Measurement

DEFAULT_TOLERANCE = 1e-3


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
        count = sum(
            c.kind == cylinder["kind"] and _fits(cylinder["radius"], c.radius, tolerance)
            for c in measured.cylinders
        )
        if count < cylinder.get("count", 1):
            problems.append(f"cylinders: expected {_shown(cylinder)}, found {count}")
    return problems


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
