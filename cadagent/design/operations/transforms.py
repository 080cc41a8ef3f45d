"""Transforms: move, rotate, scale and align whole bodies, after everything that shapes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cadagent.design.fields import Choice, Either, Field, Items, Number, vector
from cadagent.design.operations.copies import about, matrix
from cadagent.design.registry import BODY_REF, Operation
from cadagent.design.scene import Scene, fail
from cadagent.design.vectors import X, Y, Z, rotation, unit

BODY = Field("body", BODY_REF, "which body; left out: all")
ABOUT = Field("about", Either((Choice(("center",)), vector(3))), "fixed point; left out: the world's origin")
POINTS = ("center", "left", "right", "front", "back", "bottom", "top", "corner")
_IDENTITY = (X, Y, Z)


def _step(scene: Scene, values: Mapping[str, Any], at: str, **more: Any) -> None:
    bodies = [values["body"]] if "body" in values else None
    scene.steps.append({"id": values["id"], "pointer": at, "bodies": bodies, **more})


def _move(scene: Scene, values: Mapping[str, Any], at: str) -> None:
    by = values["by"]
    _step(scene, values, at, do="transform", matrix=matrix(_IDENTITY, (by[0], by[1], by[2])))


def _linear(scene: Scene, values: Mapping[str, Any], at: str, rows: Any) -> None:
    """A linear map about a point; about the box centre the kernel supplies the point."""
    fixed = values.get("about", [0.0, 0.0, 0.0])
    if fixed == "center":
        _step(scene, values, at, do="transform", matrix=matrix(rows, (0.0, 0.0, 0.0)), about="center")
    else:
        _step(scene, values, at, do="transform", matrix=about(rows, (fixed[0], fixed[1], fixed[2])))


def _rotate(scene: Scene, values: Mapping[str, Any], at: str) -> None:
    axis = values["axis"]
    if isinstance(axis, str):
        direction = {"x": X, "y": Y, "z": Z}[axis]
    elif not any(axis):
        raise fail("frames.axis", "The axis has no direction.", f"{at}/axis", "a direction such as [0,0,1]")
    else:
        direction = unit(axis)
    _linear(scene, values, at, rotation(direction, values["angle"]))


def _scale(scene: Scene, values: Mapping[str, Any], at: str) -> None:
    f = values["factor"]
    _linear(scene, values, at, ((f, 0.0, 0.0), (0.0, f, 0.0), (0.0, 0.0, f)))


def _align(scene: Scene, values: Mapping[str, Any], at: str) -> None:
    point = values.get("point", "center")
    if point == "corner":
        point = "left-front-bottom"
    axes = ["xyz".index(axis) for axis in values.get("axes", "xyz")]
    _step(scene, values, at, do="align", point=point, to=values.get("to", [0.0, 0.0, 0.0]), axes=axes)


OPERATIONS = (
    Operation(
        "move", "moves a body", "transform", (BODY, Field("by", vector(3), "along x, y, z", True)), _move
    ),
    Operation(
        "rotate",
        "turns a body",
        "transform",
        (
            BODY,
            Field("axis", Either((Choice(("x", "y", "z")), vector(3, Number("ratio")))), "axis", True),
            Field("angle", Number("angle"), "counter-clockwise, looking against the axis", True),
            ABOUT,
        ),
        _rotate,
    ),
    Operation(
        "scale",
        "scales a body",
        "transform",
        (BODY, Field("factor", Number("ratio", positive=True), "factor", True), ABOUT),
        _scale,
    ),
    Operation(
        "align",
        "puts a point of a body's box somewhere",
        "transform",
        (
            BODY,
            Field(
                "point", Choice(POINTS), "middle of the box, of a side, or its low corner", default="center"
            ),
            Field("to", vector(3), "where it goes", default=[0, 0, 0]),
            Field("axes", Items(Choice(("x", "y", "z")), 1, 3), "moved along these only; left out: all"),
        ),
        _align,
    ),
)
