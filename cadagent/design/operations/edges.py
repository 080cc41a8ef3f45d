"""Fillet and chamfer: the edges they choose, said in words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from cadagent.design.fields import Field, Items, Number
from cadagent.design.placing import AXES
from cadagent.design.registry import BODY_REF, SELECTOR_REF, Operation
from cadagent.design.scene import Scene, fail
from cadagent.design.vectors import Frame

LENGTH = Number("length", positive=True)
WORDS = ("all", "vertical", "horizontal", *AXES)
EDGES = Field("edges", Items(SELECTOR_REF, 1, 50), "which edges", True)
BODY = Field("body", BODY_REF, "only this body")


def selector(scene: Scene, text: str, at: str) -> dict[str, Any]:
    """A selector word in the resolved form; raises DesignError naming the words that would do."""
    first, _, second = text.partition("/")
    owner, _, name = first.rpartition(".")
    if second:
        planes = [_plane(scene, owner, face, at) for face in (name, second)]
        return {"select": "planes", "planes": planes, "of": owner}
    if not owner and name in WORDS:
        return _by_word(name, Frame())
    if not owner:
        if name not in scene.features:
            raise fail(
                "references.unknown_selector",
                f'"{text}" selects no edges.',
                at,
                " | ".join([*WORDS, *scene.features]),
                text,
            )
        return {"select": "feature", "id": name}
    built = scene.features.get(owner)
    if built is None:
        raise fail(
            "references.unknown_feature",
            f"No earlier feature is called {owner}.",
            at,
            " | ".join(scene.features) or "an earlier feature",
            owner,
        )
    if name in ("all", "vertical", "horizontal"):
        axes = built.axes()
        return {**_by_word(name, Frame(built.frame.origin, *axes)), "of": owner}
    return {"select": "plane", **_plane(scene, owner, name, at), "of": owner}


def _by_word(word: str, frame: Frame) -> dict[str, Any]:
    if word == "all":
        return {"select": "all"}
    if word == "vertical":
        return {"select": "direction", "vector": list(frame.n)}
    if word == "horizontal":
        return {"select": "horizontal"}
    axis, sign = AXES[word]
    return {"select": "side", "direction": [float(sign) if index == axis else 0.0 for index in range(3)]}


def _plane(scene: Scene, owner: str, face: str, at: str) -> dict[str, Any]:
    frame = scene.face(f"{owner}.{face}", at).frame
    return {"point": list(frame.origin), "normal": list(frame.n)}


def _selectors(scene: Scene, values: Mapping[str, Any], at: str) -> list[dict[str, Any]]:
    return [selector(scene, text, f"{at}/edges/{index}") for index, text in enumerate(values["edges"])]


def _fillet(scene: Scene, values: Mapping[str, Any], at: str) -> None:
    scene.steps.append(
        {
            "do": "fillet",
            "id": values["id"],
            "pointer": at,
            "body": values.get("body"),
            "edges": _selectors(scene, values, at),
            "radius": values["radius"],
        }
    )


def _chamfer(scene: Scene, values: Mapping[str, Any], at: str) -> None:
    second = values.get("distance2")
    if "angle" in values:
        second = values["distance"] * math.tan(math.radians(values["angle"]))
    scene.steps.append(
        {
            "do": "chamfer",
            "id": values["id"],
            "pointer": at,
            "body": values.get("body"),
            "edges": _selectors(scene, values, at),
            "distance": values["distance"],
            "distance2": second,
        }
    )


OPERATIONS = (
    Operation(
        "fillet",
        "rounds edges",
        "feature",
        (EDGES, Field("radius", LENGTH, "radius", True), BODY),
        _fillet,
    ),
    Operation(
        "chamfer",
        "cuts edges off",
        "feature",
        (
            EDGES,
            Field("distance", LENGTH, "leg of the chamfer", True),
            Field("distance2", LENGTH, "the other leg"),
            Field("angle", Number("angle", minimum=1, maximum=89), "angle to the first face"),
            BODY,
        ),
        _chamfer,
        (("distance2", "angle", None),),
    ),
)
