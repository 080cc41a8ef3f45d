"""Fusion 360 Gallery reconstruction JSON: sketches and extrusions as Fusion 360 recorded them.

Lengths are centimetres, angles radians; the document is written in millimetres. ``extent_two`` counts only
for two-sided extrusions, a start may be offset from the sketch plane, and a positive taper angle leans
outwards (in CAD JSON inwards). Coordinates carry the noise of single precision.
"""

from __future__ import annotations

import math
from typing import Any

from . import entities
from .extrusions import Extrusion
from .reader import Imported, Node, Notes

FORMAT = "fusion-gallery"

#: Millimetres per centimetre.
SCALE = 10.0


def _arc_turn(normal: Node) -> int:
    return -1 if normal["z"].number() < 0 else 1


DIALECT = entities.Dialect(scale=SCALE, tolerance=2e-5, noise=2e-6, arc_turn=_arc_turn)


def read(value: Any, name: str = "input") -> Imported:
    """Convert a parsed Fusion 360 Gallery reconstruction file.

    Raises:
        InputError: something is missing or of the wrong kind, or a sketch refers to points it lacks.
    """
    root, notes = Node(value, name=name), Notes()
    order = [step["entity"] for step in root["timeline"].elements()]
    for reference in order:
        if root["entities"].has(reference.text()):
            _check_sketch(root["entities"][reference.text()])
    writer = entities.convert(root, order, _extent, DIALECT, notes)
    if not writer.operations:
        raise root.fail(
            "no extrusion that makes a solid" + (f": {notes.findings[0].message}" if notes.findings else "")
        )
    return Imported(writer.document("mm"), tuple(notes.findings), FORMAT)


def _check_sketch(sketch: Node) -> None:
    """Every point that a sketch curve refers to exists: a broken sketch must not pass for a whole one."""
    if not sketch.has("curves"):
        return
    points = sketch["points"]
    for _, curve in sketch["curves"].items():
        for key in ("start_point", "end_point", "center_point"):
            if curve.has(key) and isinstance(curve[key].value, str) and not points.has(curve[key].text()):
                raise curve[key].fail(f"the sketch has no point {curve[key].text()!r}")


def _extent(node: Node, extrusion: Extrusion) -> None:
    start, end = entities.distances(node, SCALE)
    if node["extent_one"].has("is_full_length") and node["extent_one"]["is_full_length"].value is True:
        start, end = start / 2, end / 2
    shift, definition = 0.0, node["start_extent"]
    kind = definition["type"].text()
    if kind == "OffsetStartDefinition":
        offset = definition["offset"]
        shift = (offset["value"] if isinstance(offset.value, dict) else offset).number() * SCALE
    elif kind != "ProfilePlaneStartDefinition":
        raise entities.Unsupported(definition, f"a start of type {kind} cannot be said")
    extrusion.start, extrusion.end = start + shift, end + shift
    angle = entities.taper(node)
    if angle and (node["extent_type"].value != "OneSideFeatureExtentType" or shift):
        raise entities.Unsupported(node, "a taper on both sides, or with an offset start, cannot be said")
    extrusion.taper = -math.degrees(angle)
