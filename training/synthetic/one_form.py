"""One way to write each solid: what a model learns from must not say the same thing now so, now otherwise.

Requests are worded by many people and drawn by many families; some write a block as ``box``, some as an
extruded rectangle, some a shaft as ``cylinder``, some as an extruded circle. Which of the two a request gets
is chance, and chance cannot be learned. So every plain extrusion of one rectangle, square or circle becomes
the primitive.
"""

from __future__ import annotations

import json
from typing import Any

from cadagent import design

Document = dict[str, Any]
#: Keys that an extrusion and the primitive in its place have in common, with the same meaning.
_SHARED = frozenset(("op", "id", "mode", "plane", "face", "depth", "profile"))
#: Of a loop, what places it; the primitive is placed in the same words.
_PLACING = ("at", "from", "pad")
_SIZES = {"rectangle": ("size",), "square": ("side",), "circle": ("diameter", "radius")}


def one_form(document: Document) -> Document:
    """The compact document with plain extrusions as primitives, as far as the same solid comes of it.

    Each operation is rewritten alone and kept only if everything resolves to the same places as before.
    """
    for index, operation in enumerate(document["operations"]):
        primitive = _primitive(operation)
        if primitive is None:
            continue
        changed = {**document, "operations": [*document["operations"]]}
        changed["operations"][index] = primitive
        if _same(document, changed):
            document = changed
    return document


def _primitive(operation: Document) -> Document | None:
    """The box or cylinder that a plain extrusion is; None for any other operation."""
    if operation.get("op") != "extrude" or not operation.keys() <= _SHARED or "depth" not in operation:
        return None
    profile = operation["profile"]
    if len(profile) != 1 or profile[0].get("shape") not in _SIZES:
        return None
    (loop,) = profile
    sizes = [name for name in _SIZES[loop["shape"]] if name in loop]
    if len(sizes) != 1 or not loop.keys() <= {"shape", *sizes, *_PLACING}:
        return None
    found: Document = {key: operation[key] for key in ("id", "mode", "plane", "face") if key in operation}
    found |= {key: loop[key] for key in _PLACING if key in loop}
    size, depth = loop[sizes[0]], operation["depth"]
    if loop["shape"] == "circle":
        return {"op": "cylinder", **found, sizes[0]: size, "height": depth}
    return {"op": "box", **found, "size": [*(size if isinstance(size, list) else (size, size)), depth]}


def _same(before: Document, after: Document) -> bool:
    try:
        return _places(before) == _places(after)
    except design.DesignError:
        return False


def _places(document: Document) -> str:
    """Where all comes to lie: the resolved steps, plain extrusions told as primitives."""
    steps = design.resolve(design.canonical(document))["steps"]
    names = {step["id"]: f"#{number}" for number, step in enumerate(steps) if "id" in step}
    return json.dumps([_told(_renamed(step, names)) for step in steps], sort_keys=True)


def _told(step: dict[str, Any]) -> dict[str, Any]:
    """A step whose prism of one rectangle or circle reads like the primitive's, all rounded."""
    rest: dict[str, Any] = _rounded({key: value for key, value in step.items() if key != "pointer"})
    if step["do"] == "primitive" and step["kind"] in ("box", "cylinder"):
        return {key: value for key, value in rest.items() if key not in ("do", "kind")}
    plain = step["do"] == "prism" and len(step["loops"]) == 1 and "end" in step
    if not plain or step["start"] or step["taper"]:
        return rest
    curves = step["loops"][0]["curves"]
    frame, height = step["frame"], step["end"]
    if len(curves) == 1 and curves[0]["curve"] == "circle":
        centre, size = curves[0]["center"], {"radius": curves[0]["radius"], "height": height}
    elif len(curves) == 4 and all(curve["curve"] == "line" for curve in curves):
        across, up = zip(*(curve["start"] for curve in curves), strict=True)
        if any(a != b and c != d for (a, c), (b, d) in ((one["start"], one["end"]) for one in curves)):
            return rest
        centre = [(min(across) + max(across)) / 2, (min(up) + max(up)) / 2]
        size = {"x": max(across) - min(across), "y": max(up) - min(up), "z": height}
    else:
        return rest
    origin = [
        place + centre[0] * u + centre[1] * v
        for place, u, v in zip(frame["origin"], frame["u"], frame["v"], strict=True)
    ]
    return {
        "id": step["id"],
        "mode": step["mode"],
        "targets": step["targets"],
        "frames": _rounded([{**frame, "origin": origin}]),
        "size": _rounded(size),
    }


def _renamed(value: Any, names: dict[str, str]) -> Any:
    """The value with steps named by their number, since an extrusion is called otherwise than a box."""
    if isinstance(value, dict):
        return {key: _renamed(entry, names) for key, entry in value.items()}
    if isinstance(value, list):
        return [_renamed(entry, names) for entry in value]
    return names.get(value, value) if isinstance(value, str) else value


def _rounded(value: Any) -> Any:
    """The value with its numbers to a thousand millionth, whole ones as such; no minus zero."""
    if isinstance(value, dict):
        return {key: _rounded(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_rounded(entry) for entry in value]
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return round(value, 9) + 0.0 if number else value
