"""Shell: hollows a body to walls of one thickness."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cadagent.design.fields import Field, Flag, Items, Number
from cadagent.design.registry import BODY_REF, FACE_REF, Operation
from cadagent.design.scene import Scene


def _resolve(scene: Scene, values: Mapping[str, Any], at: str) -> None:
    planes, body = [], values.get("body")
    for index, face in enumerate(values.get("open", [])):
        plane = scene.face(face, f"{at}/open/{index}")
        planes.append({"point": list(plane.frame.origin), "normal": list(plane.frame.n)})
        if body is None and plane.feature is not None:
            body = scene.features[plane.feature].body
    scene.steps.append(
        {
            "do": "shell",
            "id": values["id"],
            "pointer": at,
            "body": body,
            "open": planes,
            "thickness": values["thickness"],
            "outward": values.get("outward", False),
        }
    )


OPERATIONS = (
    Operation(
        "shell",
        "hollows a body",
        "feature",
        (
            Field("thickness", Number("length", positive=True), "thickness of the walls", True),
            Field("open", Items(FACE_REF, 1, 20), "faces that are taken away"),
            Field("outward", Flag(), "the walls are added outside"),
            Field("body", BODY_REF, "which body"),
        ),
        _resolve,
    ),
)
