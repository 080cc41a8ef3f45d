"""Sketches: a profile on a plane or face. Also the keys that every sketch-bearing feature shares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cadagent.design.faces import Plane
from cadagent.design.fields import Field
from cadagent.design.findings import Finding
from cadagent.design.profiles import PROFILE
from cadagent.design.registry import PATH_PLACEMENT, PLACEMENT, PLACEMENT_NAMES, SKETCH_REF, Operation
from cadagent.design.scene import Scene, Sketch
from cadagent.design.vectors import Frame

PROFILE_FIELD = Field("profile", PROFILE, "the loops", True)
SKETCHED = (
    Field("sketch", SKETCH_REF, "a sketch by id, instead of its own plane and profile"),
    *PLACEMENT,
    Field("profile", PROFILE, "the loops of its own sketch"),
)
PATH_SKETCHED = (SKETCHED[0], *PATH_PLACEMENT, SKETCHED[-1])
SKETCH_CHOICE = ("sketch", "profile")


def placement_rule(values: Mapping[str, Any], at: str) -> Iterator[Finding]:
    """What no schema says about a placement: face or plane, never both; no placement beside a sketch id."""
    if "face" in values and "plane" in values:
        yield Finding(
            "frames.plane_and_face",
            "A sketch stands on a plane or on a face, not on both.",
            f"{at}/plane",
            expected="face",
            actual="face and plane",
            hint="leave out plane",
        )
    if "face" in values and "frame" in values:
        yield Finding(
            "frames.frame_of_face", "A face has its own frame.", f"{at}/frame", hint="leave out frame"
        )
    if values.get("plane") == "path":
        for name in ("offset", "origin", "rotation", "frame"):
            if name in values:
                yield Finding(
                    "frames.path_plane",
                    f"The path says where this sketch lies; {name} has no meaning.",
                    f"{at}/{name}",
                )
    if "sketch" in values:
        for name in PLACEMENT_NAMES:
            if name in values:
                yield Finding(
                    "frames.placement_of_sketch",
                    f"The sketch has its own {name}.",
                    f"{at}/{name}",
                    hint=f"put {name} into the sketch",
                )


def _resolve(scene: Scene, values: Mapping[str, Any], at: str) -> None:
    if values.get("plane") == "path":
        plane, flat = None, Plane(Frame(), "top")
    else:
        plane = flat = scene.plane(values, at)
    loops = scene.resolve_loops(values["profile"], flat, f"{at}/profile")
    scene.sketches[values["id"]] = Sketch(plane, loops, at)


OPERATIONS = (
    Operation(
        "sketch",
        "loops on a plane or face, for one or more features",
        "sketch",
        (*PATH_PLACEMENT, PROFILE_FIELD),
        _resolve,
        rule=placement_rule,
    ),
)
