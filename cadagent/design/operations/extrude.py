"""Extrude: a profile pushed along its normal, in all its kinds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cadagent.design import outlines
from cadagent.design.faces import Built, Plane, as_dict, facing
from cadagent.design.fields import Choice, Field, Flag, Number
from cadagent.design.findings import Finding
from cadagent.design.operations.sketch import SKETCH_CHOICE, SKETCHED, placement_rule
from cadagent.design.registry import MODE, TARGET, Operation
from cadagent.design.scene import Scene, Sketch, fail

LENGTH = Number("length", positive=True)
FIELDS = (
    MODE,
    *SKETCHED,
    Field("depth", LENGTH, "how far; symmetric: in all"),
    Field("depth2", LENGTH, "how far to the other side"),
    Field("extent", Choice(("through", "next")), "through everything, or up to the next face"),
    Field("symmetric", Flag(), "half to each side"),
    Field("reverse", Flag(), "the other way"),
    Field("taper", Number("angle", minimum=-80, maximum=80), "walls lean inward by this angle"),
    TARGET,
)


def _rule(values: Mapping[str, Any], at: str) -> Iterator[Finding]:
    yield from placement_rule(values, at)
    if "depth2" in values and (values.get("symmetric") or "depth" not in values):
        yield Finding(
            "schema.too_many_keys", "depth2 is the second side of a depth, never symmetric.", f"{at}/depth2"
        )
    if values.get("extent") == "next" and values.get("symmetric"):
        yield Finding("schema.too_many_keys", "next goes one way, never symmetric.", f"{at}/symmetric")
    if "taper" in values:
        for key in ("symmetric", "depth2"):
            if values.get(key):
                yield Finding(
                    "schema.too_many_keys",
                    "Tapered walls lean one way from the sketch; they go to one side of it only.",
                    f"{at}/{key}",
                    hint="extrude each side by itself",
                )


def placed_sketch(scene: Scene, values: Mapping[str, Any], at: str) -> tuple[Sketch, Plane]:
    """The sketch that a feature names, with its plane; raises DesignError for one that stands on a path."""
    sketch = scene.sketches[values["sketch"]]
    if sketch.plane is None:
        raise fail(
            "frames.path_plane",
            "Only a sweep's sketch stands on a path.",
            f"{sketch.pointer}/plane",
            "xy | xz | yz",
            "path",
        )
    return sketch, sketch.plane


def span(values: Mapping[str, Any], toward: int) -> tuple[float, float]:
    """Start and end along the normal for a depth in the direction ``toward`` (+1 or −1)."""
    depth = values["depth"]
    if values.get("symmetric"):
        return -depth / 2, depth / 2
    other = values.get("depth2", 0.0)
    return (-other, depth) if toward > 0 else (-depth, other)


def _resolve(scene: Scene, values: Mapping[str, Any], at: str) -> None:
    sketch, plane = placed_sketch(scene, values, at)
    outer = sketch.outer()
    if not outer:
        raise fail(
            "profiles.no_region",
            "The profile has only holes.",
            f"{sketch.pointer}/profile",
            "a loop that adds",
        )
    cuts = values["mode"] == "cut"
    toward = -1 if plane.face and values["mode"] in ("cut", "intersect") else 1
    toward = -toward if values.get("reverse") else toward
    step: dict[str, Any] = {
        "do": "prism",
        "id": values["id"],
        "pointer": at,
        "mode": values["mode"],
        "targets": scene.targets(values, plane),
        "frame": as_dict(plane.frame),
        "loops": sketch.loops,
    }
    if "extent" in values:
        both = values.get("symmetric") or (
            values["extent"] == "through" and not plane.face and not values.get("reverse")
        )
        if both and values.get("taper"):
            raise fail(
                "profiles.taper",
                "Tapered walls go to one side of the sketch; this goes through both ways.",
                f"{at}/taper",
                hint="stand it on a face, or give a depth",
            )
        step.update(extent=values["extent"], start=0.0, direction=0 if both else toward)
        if values["extent"] == "next" and values["mode"] == "join" and "target" not in values:
            step["targets"] = None  # the face it reaches may be another body's
        start, end = (0.0, 0.0)
    else:
        start, end = span(values, toward)
        step.update(start=start, end=end)
    step["taper"] = values.get("taper", 0.0)
    step["taper_from"] = "start" if toward > 0 or values.get("symmetric") else "end"
    box = outlines.box(outer)
    low, high = (box[0], box[1], start), (box[2], box[3], end)
    if cuts:
        built = Built(
            values["id"],
            "extrude",
            plane.frame,
            low,
            high,
            scene.body_of(values["id"], values, plane),
            False,
            {"floor": _floor(plane, box, start if toward < 0 else end, toward, values["id"])}
            if "depth" in values
            else {},
        )
    else:
        extra = {"start": (2, -toward), "end": (2, toward)}
        built = Built(
            values["id"],
            "extrude",
            plane.frame,
            low,
            high,
            scene.body_of(values["id"], values, plane),
            values["mode"] != "intersect",
            extra,
            straight_edges(outer[0]),
        )
    scene.add(built, step)


def _floor(plane: Plane, box: outlines.Box, depth: float, toward: int, identity: str) -> Plane:
    """The bottom of a pocket: it faces back the way the cut came from."""
    u, v = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    moved, look = plane.frame.moved(u, v, depth), plane.look
    if toward > 0:
        moved, look = facing(Plane(moved, look))
    half = ((box[2] - box[0]) / 2, (box[3] - box[1]) / 2)
    return Plane(moved, look, (-half[0], -half[1], half[0], half[1]), identity, "floor")


def straight_edges(outline: outlines.Outline) -> list[outlines.Curve]:
    """The straight edges of an outline, running counter-clockwise."""
    edges = [curve for curve in outline if curve["curve"] == "line"]
    if outlines.turning(outline) < 0:
        edges = [outlines.line(curve["end"], curve["start"]) for curve in edges]
    return edges


OPERATIONS = (
    Operation(
        "extrude",
        "pushes a profile along its normal",
        "feature",
        FIELDS,
        _resolve,
        (SKETCH_CHOICE, ("depth", "extent")),
        _rule,
        material=True,
    ),
)
