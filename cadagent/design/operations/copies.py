"""Mirror and pattern of features, and combining bodies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cadagent.design.faces import Plane
from cadagent.design.fields import Choice, Either, Field, Items, Keyed, Number, Record, vector
from cadagent.design.operations.sketch import placement_rule
from cadagent.design.registry import BODY_REF, FEATURE_REF, PLACEMENT, Operation
from cadagent.design.scene import Scene, fail
from cadagent.design.vectors import Vector, add, apply, rotation

FEATURES = Field("features", Items(FEATURE_REF, 1, 50), "ids of the features to copy", True)
LENGTH = Number("length", positive=True)
COUNT = Number("count", minimum=1, maximum=200)
_BY = Keyed(
    (
        Record(
            (
                Field("grid", vector(2, COUNT), "columns and rows, the original is the first", True),
                Field("pitch", Either((LENGTH, vector(2))), "distance of neighbours", True),
            ),
            what="a grid",
        ),
        Record(
            (
                Field("polar", COUNT, "how many in all", True),
                Field(
                    "angle", Number("angle", positive=True, maximum=360), "from first to last", default=360
                ),
            ),
            what="a polar pattern",
        ),
    )
)


def matrix(rows: tuple[Vector, Vector, Vector], shift: Vector) -> list[float]:
    """The 3 × 4 matrix (row-major) of a linear part and a translation in mm."""
    return [value for row, offset in zip(rows, shift, strict=True) for value in (*row, offset)]


def about(rows: tuple[Vector, Vector, Vector], point: Vector) -> list[float]:
    """The 3 × 4 matrix of a linear map that leaves ``point`` where it is."""
    return matrix(rows, add(point, apply(rows, point), -1.0))


def _copies(scene: Scene, values: Mapping[str, Any], at: str, matrices: list[list[float]]) -> None:
    for index, name in enumerate(values["features"]):
        if name not in scene.features:
            raise fail(
                "references.not_copyable",
                f"{name} makes no shape of its own that could be copied.",
                f"{at}/features/{index}",
                " | ".join(scene.features),
                name,
            )
    scene.steps.append(
        {
            "do": "repeat",
            "id": values["id"],
            "pointer": at,
            "features": values["features"],
            "matrices": matrices,
        }
    )


def _mirror(scene: Scene, values: Mapping[str, Any], at: str) -> None:
    plane = scene.plane(values, at)
    n = plane.frame.n
    rows = tuple(tuple((1.0 if i == j else 0.0) - 2 * n[i] * n[j] for j in range(3)) for i in range(3))
    _copies(scene, values, at, [about(rows, plane.frame.origin)])  # type: ignore[arg-type]  # 3 rows of 3


def _pattern(scene: Scene, values: Mapping[str, Any], at: str) -> None:
    plane: Plane = scene.plane(values, at)
    by, identity = values["repeat"], ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    if "grid" in by:
        columns, rows = by["grid"]
        pitch = by["pitch"] if isinstance(by["pitch"], list) else (by["pitch"], by["pitch"])
        if columns * rows > 1000:
            raise fail(
                "numbers.range", "The pattern has too many copies.", f"{at}/repeat/grid", "at most 1000"
            )
        matrices = [
            matrix(identity, plane.frame.direction(i * pitch[0], j * pitch[1]))
            for j in range(rows)
            for i in range(columns)
            if i or j
        ]
    else:
        span, count = by.get("angle", 360.0), by["polar"]
        step = span / count if span >= 360 or count == 1 else span / (count - 1)
        matrices = [
            about(rotation(plane.frame.n, index * step), plane.frame.origin) for index in range(1, count)
        ]
    _copies(scene, values, at, matrices)


def _combine(scene: Scene, values: Mapping[str, Any], at: str) -> None:
    for index, tool in enumerate(values["tools"]):
        if tool == values["target"]:
            raise fail(
                "references.same_body",
                "A body cannot be combined with itself.",
                f"{at}/tools/{index}",
                actual=tool,
            )
    scene.bodies = [body for body in scene.bodies if body not in values["tools"]]
    scene.steps.append(
        {
            "do": "combine",
            "id": values["id"],
            "pointer": at,
            "mode": values["mode"],
            "target": values["target"],
            "tools": values["tools"],
        }
    )


OPERATIONS = (
    Operation(
        "mirror",
        "a mirror image of features",
        "feature",
        (FEATURES, *PLACEMENT),
        _mirror,
        rule=placement_rule,
    ),
    Operation(
        "pattern",
        "a linear or polar pattern of features",
        "feature",
        (FEATURES, *PLACEMENT, Field("repeat", _BY, "how often and where", True)),
        _pattern,
        rule=placement_rule,
    ),
    Operation(
        "combine",
        "one body of several",
        "feature",
        (
            Field("mode", Choice(("join", "cut", "intersect")), "how", True),
            Field("target", BODY_REF, "the body that stays", True),
            Field("tools", Items(BODY_REF, 1, 50), "the bodies used up", True),
        ),
        _combine,
    ),
)
