"""Loft, sweep and rib: solids guided by several sketches or by a path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cadagent.design import outlines
from cadagent.design.faces import Built, Plane, as_dict, bounds
from cadagent.design.fields import Either, Field, Flag, Items, Number, Record
from cadagent.design.operations.sketch import PATH_SKETCHED, PROFILE_FIELD, SKETCH_CHOICE, placement_rule
from cadagent.design.paths import CURVES, chain
from cadagent.design.registry import MODE, PLACEMENT, SKETCH_REF, TARGET, Operation
from cadagent.design.scene import Scene, fail
from cadagent.design.shapes import POINT
from cadagent.design.vectors import Frame, cross, minus, unit

SECTION = Record((*PLACEMENT, PROFILE_FIELD), rule=placement_rule, what="a section")
PATH = Record(
    (
        *PLACEMENT,
        Field("start", POINT, "where the path starts", True),
        Field("curves", CURVES, "each starts where the one before ends", True),
    ),
    rule=placement_rule,
    what="a path",
)


def _loft(scene: Scene, values: Mapping[str, Any], at: str) -> None:
    sections, corners = [], []
    for index, name in enumerate(values["sections"]):
        sketch = scene.sketches[name]
        if sketch.plane is None or not sketch.outer():
            raise fail(
                "profiles.loft_section",
                "A section of a loft is a profile on a plane of its own.",
                f"{at}/sections/{index}",
                "a loop that adds, on xy, xz, yz or a face",
            )
        sections.append({"frame": as_dict(sketch.plane.frame), "loops": sketch.loops})
        box = outlines.box(sketch.outer())
        corners += [sketch.plane.frame.point(u, v) for u in (box[0], box[2]) for v in (box[1], box[3])]
    base = scene.sketches[values["sections"][0]].plane
    assert base is not None  # checked for every section above
    low, high = bounds([base.frame.coordinates(corner) for corner in corners])
    step = {
        "do": "loft",
        "id": values["id"],
        "pointer": at,
        "mode": values["mode"],
        "targets": scene.targets(values, base),
        "sections": sections,
        "ruled": values.get("ruled", False),
    }
    scene.add(
        Built(
            values["id"],
            "loft",
            base.frame,
            low,
            high,
            scene.body_of(values["id"], values, base),
            values["mode"] in ("new", "join"),
        ),
        step,
    )


def path_curves(values: Mapping[str, Any], at: str) -> list[outlines.Curve]:
    """The plain curves of an open path; raises DesignError."""
    try:
        return chain(values["start"], values["curves"])
    except ValueError as error:
        raise fail("profiles.path", f"The path cannot be drawn: {error}.", f"{at}/curves") from error


def _tangent(curve: outlines.Curve) -> tuple[float, float]:
    """Direction in which a curve starts."""
    if curve["curve"] == "arc":
        center, _, _, sweep = outlines.arc_circle(curve)
        du, dv = curve["start"][0] - center[0], curve["start"][1] - center[1]
        return (-dv, du) if sweep > 0 else (dv, -du)
    first, second = curve["points"][:2] if curve["curve"] == "spline" else (curve["start"], curve["end"])
    return (second[0] - first[0], second[1] - first[1])


def _sweep(scene: Scene, values: Mapping[str, Any], at: str) -> None:
    sketch, plane = scene.sketches[values["sketch"]], scene.plane(values["path"], f"{at}/path")
    if not sketch.outer():
        raise fail(
            "profiles.no_region",
            "The profile has only holes.",
            f"{sketch.pointer}/profile",
            "a loop that adds",
        )
    curves = path_curves(values["path"], f"{at}/path")
    if sketch.plane is None:
        along = unit(plane.frame.direction(*_tangent(curves[0])))
        start = plane.frame.point(*curves[0]["start"])
        # the profile's u lies in the path's plane, its v along the plane's normal
        frame = Frame(start, cross(plane.frame.n, along), plane.frame.n, along)
    else:
        frame = sketch.plane.frame
    reach = max(abs(value) for value in outlines.box(sketch.outer()))
    low2, high2 = outlines.box([curves])[:2], outlines.box([curves])[2:]
    low = (low2[0] - reach, low2[1] - reach, -reach)
    high = (high2[0] + reach, high2[1] + reach, reach)
    step = {
        "do": "sweep",
        "id": values["id"],
        "pointer": at,
        "mode": values["mode"],
        "targets": scene.targets(values, sketch.plane),
        "frame": as_dict(frame),
        "loops": sketch.loops,
        "path": {"frame": as_dict(plane.frame), "curves": curves},
    }
    adds = values["mode"] in ("new", "join")
    back = Plane(Frame(frame.origin, frame.v, frame.u, minus(frame.n)), "top", None, values["id"], "start")
    scene.add(
        Built(
            values["id"],
            "sweep",
            plane.frame,
            low,
            high,
            scene.body_of(values["id"], values, sketch.plane),
            adds,
            {"start": back} if adds else {},
        ),
        step,
        frame,
    )


def _rib(scene: Scene, values: Mapping[str, Any], at: str) -> None:
    plane, path = scene.plane(values["path"], f"{at}/path"), values["path"]
    curves = path_curves(path, f"{at}/path")
    first, last = curves[0]["start"], curves[-1]["end"]
    direction = (last[1] - first[1], first[0] - last[0])  # right of the way from start to end
    length = (direction[0] ** 2 + direction[1] ** 2) ** 0.5
    if length < 1e-9:
        raise fail("profiles.path", "The path of a rib must not be closed.", f"{at}/path", "an open path")
    sign = -1.0 if values.get("reverse") else 1.0
    step = {
        "do": "rib",
        "id": values["id"],
        "pointer": at,
        "mode": "join",
        "targets": scene.targets(values, plane),
        "path": {"frame": as_dict(plane.frame), "curves": curves},
        "thickness": values["thickness"],
        "direction": [sign * direction[0] / length, sign * direction[1] / length],
    }
    box, half = outlines.box([curves]), values["thickness"] / 2
    scene.add(
        Built(
            values["id"],
            "rib",
            plane.frame,
            (box[0], box[1], -half),
            (box[2], box[3], half),
            scene.body_of(values["id"], {**values, "mode": "join"}, plane),
        ),
        step,
    )


OPERATIONS = (
    Operation(
        "loft",
        "a solid through several sections",
        "feature",
        (
            MODE,
            Field("sections", Items(Either((SKETCH_REF, SECTION)), 2, 20), "sketches in order", True),
            Field("ruled", Flag(), "straight between the sections"),
            TARGET,
        ),
        _loft,
        material=True,
    ),
    Operation(
        "sweep",
        "a profile moved along a path",
        "feature",
        (MODE, *PATH_SKETCHED, Field("path", PATH, "the path", True), TARGET),
        _sweep,
        (SKETCH_CHOICE,),
        placement_rule,
        material=True,
    ),
    Operation(
        "rib",
        "a wall from an open path to the material on its right",
        "feature",
        (
            Field("path", PATH, "the free edge of the rib", True),
            Field(
                "thickness",
                Number("length", positive=True),
                "thickness, half to each side of the plane",
                True,
            ),
            Field("reverse", Flag(), "the material is on the left of the path"),
            TARGET,
        ),
        _rib,
    ),
)
