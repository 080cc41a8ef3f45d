"""What a design may cost, and the check that keeps impossible numbers away from OpenCASCADE.

NaN or an infinite depth makes OpenCASCADE hang for ever, coordinates near 1e9 give silently wrong solids and
loops of thousands of edges take minutes; all three are refused here, before any geometry is made.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cadagent.design.findings import Finding


@dataclass(frozen=True)
class Limits:
    """Bounds of one build.

    Attributes:
        seconds: wall time after which the worker is killed.
        memory_mb: memory the worker may take beyond what it has when idle (where the system can enforce it).
        coordinate: largest absolute length in mm.
        smallest: smallest length in mm that a size may have.
        edges: edges in the loops of one step.
        steps: steps in a design.
        copies: copies that one step may make, and that a design may make in all.
    """

    seconds: float = 30.0
    memory_mb: int = 3072
    coordinate: float = 1e5
    smallest: float = 1e-5
    edges: int = 1000
    steps: int = 500
    copies: int = 2000


#: Keys whose number is the size of something, so that nothing and next to nothing are both wrong.
_SIZES = frozenset(
    {"radius", "diameter", "thickness", "depth", "height", "distance", "rx", "ry", "major", "minor"}
)
#: Keys that hold no length and are therefore only checked for being finite.
_FREE = frozenset({"angle", "taper", "tip", "u", "v", "n", "normal", "vector", "direction"})


def check_limits(resolved: dict[str, Any], limits: Limits | None = None) -> list[Finding]:
    """Findings ``geometry.not_finite``, ``too_large`` and ``too_small``; none when it can be built."""
    limits = limits or Limits()
    steps = resolved.get("steps", [])
    if len(steps) > limits.steps:
        return [_too_large("", "steps", f"at most {limits.steps} steps", f"{len(steps)}")]
    findings: list[Finding] = []
    copies_in_all = 0
    for step in steps:
        pointer = str(step.get("pointer", ""))
        problem = _worst_number(step, limits)
        if problem is not None:
            findings.append(Finding(pointer=pointer, **problem))
            continue
        edges = sum(1 for _ in _curves(step))
        if edges > limits.edges:
            findings.append(_too_large(pointer, "profile edges", f"at most {limits.edges}", f"{edges}"))
        copies = max((len(step[key]) for key in ("frames", "matrices") if key in step), default=0)
        copies_in_all += copies
        if copies > limits.copies or copies_in_all > limits.copies:
            findings.append(
                _too_large(pointer, "copies", f"at most {limits.copies}", f"{max(copies, copies_in_all)}")
            )
            break
    return findings


def _too_large(pointer: str, what: str, expected: str, actual: str) -> Finding:
    return Finding(
        "geometry.too_large",
        f"This design has too many {what} to build.",
        pointer,
        expected=expected,
        actual=actual,
        hint="Repeat or draw fewer of them.",
    )


def _worst_number(step: dict[str, Any], limits: Limits) -> dict[str, Any] | None:
    for key, value in _numbers(step):
        if not math.isfinite(value):
            return {
                "code": "geometry.not_finite",
                "message": f"{key} is not a finite number.",
                "expected": "a finite number",
                "actual": str(value),
                "hint": "Write the size as a plain number.",
            }
        if key in _FREE:
            continue
        if abs(value) > limits.coordinate:
            return {
                "code": "geometry.too_large",
                "message": f"{key} is beyond what the kernel can build.",
                "expected": f"at most {limits.coordinate:g} mm",
                "actual": f"{value:g} mm",
                "hint": "Check the units and the size.",
            }
        if key in _SIZES and value < limits.smallest:
            return {
                "code": "geometry.too_small",
                "message": f"{key} is too small to build.",
                "expected": f"at least {limits.smallest:g} mm",
                "actual": f"{value:g} mm",
                "hint": f"Give {key} a positive size.",
            }
    if step.get("do") == "prism" and "extent" not in step:
        length = float(step["end"]) - float(step["start"])
        if length < limits.smallest:
            return {
                "code": "geometry.too_small",
                "message": "The extrusion has no depth.",
                "expected": f"at least {limits.smallest:g} mm",
                "actual": f"{length:g} mm",
                "hint": "Give depth a positive size.",
            }
    return None


def _numbers(value: Any, key: str = "") -> Iterator[tuple[str, float]]:
    """Every number with the nearest key above it; deep nesting costs no recursion."""
    waiting = [(key, value)]
    while waiting:
        name, item = waiting.pop()
        if isinstance(item, bool) or item is None or isinstance(item, str):
            continue
        if isinstance(item, (int, float)):
            try:
                yield name, float(item)
            except OverflowError:
                yield name, math.inf
        elif isinstance(item, dict):
            waiting.extend((str(k), v) for k, v in reversed(list(item.items())))
        elif isinstance(item, (list, tuple)):
            waiting.extend((name, v) for v in reversed(item))


def _curves(value: Any) -> Iterator[Any]:
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            if "curve" in item:
                yield from item.get("points", [None])[:]
            else:
                waiting.extend(item.values())
        elif isinstance(item, (list, tuple)):
            waiting.extend(item)
