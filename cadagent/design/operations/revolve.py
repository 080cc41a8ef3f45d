"""Revolve: a profile turned about an axis in its plane."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from cadagent.design import outlines
from cadagent.design.faces import Built, as_dict, bounds
from cadagent.design.fields import Choice, Either, Field, Flag, Number, Record, vector
from cadagent.design.operations.extrude import placed_sketch
from cadagent.design.operations.sketch import SKETCH_CHOICE, SKETCHED, placement_rule
from cadagent.design.registry import MODE, TARGET, Operation
from cadagent.design.scene import Scene, fail
from cadagent.design.vectors import Frame, Point, cos_sin, cross

_AXIS = Either(
    (
        Choice(("u", "v", "left", "right", "top", "bottom")),
        Record(
            (Field("from", vector(2), "a point on the axis", True), Field("to", vector(2), "another", True)),
            what="an axis through two points",
        ),
    )
)
FIELDS = (
    MODE,
    *SKETCHED,
    Field("axis", _AXIS, "u or v of the sketch, an edge of the profile's box, or two points", True),
    Field("angle", Number("angle", positive=True, maximum=360), "how far it turns", default=360),
    Field("symmetric", Flag(), "half to each side"),
    Field("reverse", Flag(), "the other way"),
    TARGET,
)


def _axis(values: Mapping[str, Any], box: outlines.Box, at: str) -> tuple[Point, Point]:
    """A point and a unit direction of the axis in sketch coordinates."""
    axis = values["axis"]
    if isinstance(axis, Mapping):
        (u0, v0), (u1, v1) = axis["from"], axis["to"]
        length = math.hypot(u1 - u0, v1 - v0)
        if length < 1e-9:
            raise fail(
                "profiles.axis", "The two points of the axis coincide.", f"{at}/axis", "two different points"
            )
        return (u0, v0), ((u1 - u0) / length, (v1 - v0) / length)
    return {
        "u": ((0.0, 0.0), (1.0, 0.0)),
        "v": ((0.0, 0.0), (0.0, 1.0)),
        "left": ((box[0], 0.0), (0.0, 1.0)),
        "right": ((box[2], 0.0), (0.0, 1.0)),
        "bottom": ((0.0, box[1]), (1.0, 0.0)),
        "top": ((0.0, box[3]), (1.0, 0.0)),
    }[axis]


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
    point, direction = _axis(values, outlines.box(outer), at)
    left, low_end, right, high_end = _about_axis(outer, point, direction)
    if left < -1e-6 and right > 1e-6:
        raise fail(
            "profiles.crosses_axis",
            "The profile lies on both sides of its axis.",
            f"{sketch.pointer}/profile",
            "all of it on one side",
            f"from {left:.6g} to {right:.6g} mm across the axis",
        )
    angle = values.get("angle", 360.0)
    start, end = (-angle / 2, angle / 2) if values.get("symmetric") else (0.0, angle)
    if values.get("reverse"):
        start, end = -end, -start
    sign = 1.0 if right > 1e-6 else -1.0
    axis = plane.frame.direction(*direction)
    radial = plane.frame.direction(sign * direction[1], -sign * direction[0])
    own = Frame(plane.frame.point(*point), radial, cross(axis, radial), axis)
    turns = [start, end, *(float(t) for t in range(-360, 361, 90) if start < t < end)]
    around = [(abs(r) * cos_sin(t)[0], abs(r) * cos_sin(t)[1]) for r in (left, right) for t in turns]
    low, high = bounds([(u, v, a) for u, v in around for a in (low_end, high_end)])
    step = {
        "do": "revolve",
        "id": values["id"],
        "pointer": at,
        "mode": values["mode"],
        "targets": scene.targets(values, plane),
        "frame": as_dict(plane.frame),
        "loops": sketch.loops,
        "axis": {"point": list(point), "direction": list(direction)},
        "start": start,
        "end": end,
    }
    extra = {"start": (2, -1), "end": (2, 1), "side": (0, 1)}
    adds = values["mode"] in ("new", "join")
    scene.add(
        Built(
            values["id"],
            "revolve",
            own,
            low,
            high,
            scene.body_of(values["id"], values, plane),
            adds,
            extra if adds else {},
        ),
        step,
        plane.frame,
    )


def _about_axis(outer: Sequence[outlines.Outline], point: Point, direction: Point) -> outlines.Box:
    """The box of a profile turned so that its axis stands upright: right of the axis is positive."""
    (pu, pv), (du, dv) = point, direction
    upright = [
        outlines.mapped(
            outline,
            lambda p: ((p[0] - pu) * dv - (p[1] - pv) * du, (p[0] - pu) * du + (p[1] - pv) * dv),
            90.0 - math.degrees(math.atan2(dv, du)),
        )
        for outline in outer
    ]
    return outlines.box(upright)


OPERATIONS = (
    Operation(
        "revolve",
        "turns a profile about an axis in its plane",
        "feature",
        FIELDS,
        _resolve,
        (SKETCH_CHOICE,),
        placement_rule,
        material=True,
    ),
)
