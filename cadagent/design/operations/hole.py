"""Holes: plain, counterbored, countersunk, and by thread."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cadagent.design.faces import Built, Plane, as_dict
from cadagent.design.fields import Choice, Field, Number, Record, Text
from cadagent.design.findings import Finding
from cadagent.design.operations.primitives import placed_frames
from cadagent.design.operations.sketch import placement_rule
from cadagent.design.placing import POSITION, REPEAT
from cadagent.design.profiles import position_rule
from cadagent.design.registry import FACE_REF, PLACEMENT, TARGET, Operation
from cadagent.design.scene import Scene, fail
from cadagent.design.shapes import radius_of
from cadagent.design.threads import THREADS, thread_diameter

LENGTH = Number("length", positive=True)
COUNTERBORE = Record(
    (Field("diameter", LENGTH, "diameter", True), Field("depth", LENGTH, "depth", True)), what="a counterbore"
)
COUNTERSINK = Record(
    (
        Field("diameter", LENGTH, "diameter at the face", True),
        Field("angle", Number("angle", minimum=30, maximum=150), "included angle", default=90),
    ),
    what="a countersink",
)
FIELDS = (
    Field("plane", Choice(("xy", "xz", "yz")), "plane of the world, instead of a face"),
    Field("face", FACE_REF, "the face it is drilled from; left out: the top of the latest feature"),
    *PLACEMENT[2:],
    *POSITION,
    Field("diameter", LENGTH, "diameter"),
    Field("radius", LENGTH, "radius"),
    Field("thread", Text(r"^M[0-9]+([.][0-9]+)?$", "a metric thread such as M6"), "metric thread"),
    Field("fit", Choice(("clearance", "tap", "threaded")), "what the thread means for the hole"),
    Field("series", Choice(("close", "medium", "loose")), "how wide a clearance hole is (ISO 273)"),
    Field("depth", LENGTH, "how deep; left out: through"),
    Field("tip", Number("angle", minimum=30, maximum=179), "included angle of the drill's tip"),
    Field("counterbore", COUNTERBORE, "a wider cylinder at the face"),
    Field("countersink", COUNTERSINK, "a cone at the face"),
    TARGET,
    Field("repeat", REPEAT, "copies"),
)


def _rule(values: Mapping[str, Any], at: str) -> Iterator[Finding]:
    yield from placement_rule(values, at)
    yield from position_rule(values, at)
    if "frame" in values and "plane" not in values:
        yield Finding(
            "frames.frame_of_face", "A face has its own frame.", f"{at}/frame", hint="leave out frame"
        )
    if "thread" in values and values["thread"] not in THREADS:
        yield Finding(
            "references.unknown_thread",
            "This thread is not in the table.",
            f"{at}/thread",
            expected=" | ".join(THREADS),
            actual=values["thread"],
        )
    if "thread" not in values and ("fit" in values or "series" in values):
        key = "fit" if "fit" in values else "series"
        yield Finding("schema.unknown_key", f"{key} has a meaning only with a thread.", f"{at}/{key}")
    if "counterbore" in values and "countersink" in values:
        yield Finding(
            "schema.too_many_keys",
            "A hole has a counterbore or a countersink, not both.",
            f"{at}/countersink",
        )
    if "tip" in values and "depth" not in values:
        yield Finding("schema.unknown_key", "Only a hole with a depth has a tip.", f"{at}/tip")


def _resolve(scene: Scene, values: Mapping[str, Any], at: str) -> None:
    if "thread" in values:
        diameter = thread_diameter(
            values["thread"], values.get("fit", "clearance"), values.get("series", "medium")
        )
    else:
        diameter = 2 * radius_of(values)
    for key in ("counterbore", "countersink"):
        if key in values and values[key]["diameter"] <= diameter:
            raise fail(
                "profiles.hole",
                f"The {key} is not wider than the hole.",
                f"{at}/{key}/diameter",
                f"more than {diameter:g} mm",
                f"{values[key]['diameter']:g} mm",
            )
    half = diameter / 2
    plane, frames = placed_frames(scene, values, at, (-half, -half, half, half))
    sink = values.get("countersink")
    step = {
        "do": "hole",
        "id": values["id"],
        "pointer": at,
        "mode": "cut",
        "targets": scene.targets(values, plane),
        "frames": [as_dict(frame) for frame in frames],
        "diameter": diameter,
        "depth": values.get("depth"),
        "both": plane.face is None and "depth" not in values,
        "tip": values.get("tip"),
        "counterbore": values.get("counterbore"),
        "countersink": {"angle": 90.0, **sink} if sink else None,
        "thread": values.get("thread"),
    }
    extra = {}
    if "depth" in values:
        floor = frames[0].moved(n=-values["depth"])
        extra["floor"] = Plane(floor, plane.look, (-half, -half, half, half), values["id"], "floor")
    scene.add(
        Built(
            values["id"],
            "hole",
            frames[0],
            (-half, -half, -values.get("depth", 0.0)),
            (half, half, 0.0),
            scene.body_of(values["id"], {**values, "mode": "cut"}, plane),
            False,
            extra,
        ),
        step,
    )


OPERATIONS = (
    Operation(
        "hole",
        "a drilled hole; through unless a depth is given",
        "feature",
        FIELDS,
        _resolve,
        (("diameter", "radius", "thread"),),
        _rule,
    ),
)
