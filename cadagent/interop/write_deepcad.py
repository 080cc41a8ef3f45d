"""Writing DeepCAD JSON: sketches and extrusions in metres, as the reader takes them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

from cadagent.design.findings import Finding

from .deepcad import SCALE
from .extrusions import Extrusion
from .geometry2d import Circle, Curve, Segment, arc_center, arc_sweep
from .prisms import extrusions

JsonObject = dict[str, Any]

_OPERATIONS = {
    "new": "NewBodyFeatureOperation",
    "join": "JoinFeatureOperation",
    "cut": "CutFeatureOperation",
    "intersect": "IntersectFeatureOperation",
}


def write(resolved: JsonObject) -> tuple[JsonObject, tuple[Finding, ...]]:
    """A resolved design as DeepCAD JSON, and what is lost though the solid stays the same.

    Builds the design in this process, also for its bounding box.

    Raises:
        BuildError: it does not build, or holds something that DeepCAD JSON cannot say.
    """
    found = extrusions(resolved, "DeepCAD")
    entities: JsonObject = {}
    names: Counter[str] = Counter()
    for step, extrusion in found.items:
        names[step] += 1
        name = step if names[step] == 1 else f"{step}_{names[step]}"
        sketch_id = f"{name}_sketch"
        entities[sketch_id] = _sketch(sketch_id, extrusion)
        entities[name] = _extrude(name, sketch_id, extrusion)
    sequence = [
        {"index": index, "type": entity["type"], "entity": key}
        for index, (key, entity) in enumerate(entities.items())
    ]
    low, high = (_xyz([x / SCALE for x in corner]) for corner in found.box)
    box = {"type": "BoundingBox3D", "min_point": low, "max_point": high}
    return {"entities": entities, "properties": {"bounding_box": box}, "sequence": sequence}, found.findings


def _plain(value: float) -> float:
    return round(value, 12) + 0.0


def _xyz(values: Sequence[float]) -> JsonObject:
    return dict(zip("xyz", (_plain(value) for value in (*values, 0.0)[:3]), strict=True))


def _sketch(name: str, extrusion: Extrusion) -> JsonObject:
    frame = extrusion.frame
    above = _above(extrusion)
    origin = [(o + above * n) / SCALE for o, n in zip(frame.origin, frame.n, strict=True)]
    profiles = {}
    for i, face in enumerate(extrusion.faces, 1):
        loops = [
            {
                "is_outer": j == 0,
                "profile_curves": [_curve(curve, frame.n, i, j, k) for k, curve in enumerate(c)],
            }
            for j, c in enumerate(face.loops)
        ]
        profiles[f"profile{i}"] = {"loops": loops, "properties": {}}
    return {
        "type": "Sketch",
        "name": name,
        "transform": {
            "origin": _xyz(origin),
            "x_axis": _xyz(frame.u),
            "y_axis": _xyz(frame.v),
            "z_axis": _xyz(frame.n),
        },
        "profiles": profiles,
        "reference_plane": {},
    }


def _above(extrusion: Extrusion) -> float:
    """How far the sketch plane is moved, for a feature that does not start in it."""
    return extrusion.start if extrusion.start > 0 else min(extrusion.end, 0.0)


def _curve(curve: Curve, normal: Sequence[float], *numbers: int) -> JsonObject:
    name = "curve" + "_".join(str(number) for number in numbers)
    if isinstance(curve, Circle):
        return {
            "type": "Circle3D",
            "center_point": _point(curve.center),
            "radius": _plain(curve.radius / SCALE),
            "normal": _xyz(normal),
            "curve": name,
        }
    assert isinstance(curve, Segment)  # prisms are made of nothing else
    if curve.mid is None:
        start, end = _point(curve.start), _point(curve.end)
        return {"type": "Line3D", "start_point": start, "end_point": end, "curve": name}
    if arc_sweep(curve) < 0:  # arcs run counter-clockwise
        curve = curve.reversed()
    center, radius = arc_center(curve)
    toward = [(s - c) / radius for s, c in zip(curve.start, center, strict=True)]
    return {
        "type": "Arc3D",
        "start_point": _point(curve.start),
        "end_point": _point(curve.end),
        "center_point": _point(center),
        "radius": _plain(radius / SCALE),
        "normal": _xyz(normal),
        "start_angle": 0.0,
        "end_angle": _plain(arc_sweep(curve) % (2 * math.pi)),
        "reference_vector": _xyz(toward),
        "curve": name,
    }


def _point(point: Sequence[float]) -> JsonObject:
    return _xyz([x / SCALE for x in point])


def _extrude(name: str, sketch: str, extrusion: Extrusion) -> JsonObject:
    above = _above(extrusion)
    start, end = extrusion.start - above, extrusion.end - above
    if math.isclose(start, -end, abs_tol=1e-12):
        kind, one, two = "Symmetric", end, 0.0  # per side
    elif start == 0.0:
        kind, one, two = "OneSide", end, 0.0
    elif end == 0.0:
        kind, one, two = "OneSide", start, 0.0
    else:
        kind, one, two = "TwoSides", end, -start
    return {
        "type": "ExtrudeFeature",
        "name": name,
        "profiles": [
            {"profile": f"profile{i}", "sketch": sketch} for i in range(1, len(extrusion.faces) + 1)
        ],
        "operation": _OPERATIONS[extrusion.mode],
        "start_extent": {"type": "ProfilePlaneStartDefinition"},
        "extent_type": f"{kind}FeatureExtentType",
        "extent_one": _distance(one, "AlongDistance", "TaperAngle"),
        "extent_two": _distance(two, "AgainstDistance", "Side2TaperAngle"),
    }


def _distance(value: float, role: str, taper: str) -> JsonObject:
    def parameter(role: str, value: float) -> JsonObject:
        return {"type": "ModelParameter", "name": "none", "role": role, "value": _plain(value)}

    return {
        "type": "DistanceExtentDefinition",
        "distance": parameter(role, value / SCALE),
        "taper_angle": parameter(taper, 0.0),
    }
