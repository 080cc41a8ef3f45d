"""What the writers make of each kind of operation, and what the files look like."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from typing import Any

import pytest

from cadagent import design
from cadagent.errors import BuildError, InputError
from cadagent.interop import convert, write_design
from cadagent.interop.minimal import frame_of
from cadagent.interop.write_minimal import euler_angles
from tests.interop.solids import differences

JsonObject = dict[str, Any]

FORMATS = ("minimal", "deepcad")
PLATE = {"op": "extrude", "id": "plate", "profile": [{"shape": "rectangle", "size": [40, 20]}], "depth": 5}
CIRCLE = {"shape": "circle", "diameter": 6}
APART = {
    "op": "extrude",
    "id": "post",
    "mode": "new",
    "profile": [{"shape": "circle", "diameter": 6, "at": [60, 0]}],
    "depth": 9,
}

SAYABLE: dict[str, list[JsonObject]] = {
    "two sides": [{**PLATE, "depth2": 3}],
    "symmetric": [{**PLATE, "symmetric": True}],
    "reverse on a tilted plane": [{**PLATE, "rotation": [20, 30, 40], "reverse": True}],
    "offset plane": [{**PLATE, "plane": "yz", "offset": -7}],
    "overlapping loops": [
        {**PLATE, "profile": [{"shape": "cross", "size": [30, 30], "thickness": 6}, {**CIRCLE, "at": [9, 0]}]}
    ],
    "ring and wall": [
        {
            **PLATE,
            "profile": [
                {"shape": "ring", "outer_diameter": 20, "inner_diameter": 12},
                {"shape": "square", "side": 50, "wall": 4},
            ],
        }
    ],
    "material in a hole": [
        {
            **PLATE,
            "profile": [
                {"shape": "rectangle", "size": [40, 30]},
                {"shape": "rectangle", "size": [20, 12], "role": "hole"},
                {"shape": "circle", "diameter": 3, "role": "hole", "repeat": {"corners": True, "inset": 4}},
            ],
        }
    ],
    "through both ways": [PLATE, {"op": "extrude", "mode": "cut", "profile": [CIRCLE], "extent": "through"}],
    "through from a face": [
        PLATE,
        {"op": "extrude", "mode": "cut", "face": "right", "profile": [CIRCLE], "extent": "through"},
    ],
    "intersect": [PLATE, {"op": "extrude", "mode": "intersect", "profile": [CIRCLE], "depth": 3}],
    "box": [{"op": "box", "size": [4, 5, 6], "repeat": {"grid": [2, 1], "pitch": 9}}],
    "cylinder on a side": [PLATE, {"op": "cylinder", "face": "right", "diameter": 3, "height": 8}],
    "wedge": [{"op": "wedge", "size": [10, 6, 4], "top": 3}],
    "wedge to an edge": [{"op": "wedge", "size": [10, 6, 4], "plane": "xz"}],
    "blind hole": [PLATE, {"op": "hole", "diameter": 4, "depth": 2}],
    "counterbore": [PLATE, {"op": "hole", "diameter": 4, "counterbore": {"diameter": 8, "depth": 2}}],
    "hole from a plane": [PLATE, {"op": "hole", "plane": "xz", "at": [0, 2.5], "diameter": 2}],
    "mirror": [
        PLATE,
        {"op": "extrude", "id": "boss", "face": "top", "depth": 4,
         "profile": [{"shape": "l", "size": [8, 6], "thickness": 2, "at": [9, 1]}]},
        {"op": "mirror", "features": ["boss"], "plane": "yz"},
    ],
    "mirrored body": [
        {**PLATE, "profile": [{"shape": "right_triangle", "size": [9, 4], "at": [1, 0]}]},
        {"op": "mirror", "features": ["plate"], "plane": "yz"},
    ],
    "half and its mirror image": [
        {**PLATE, "profile": [{"shape": "polyline", "points": [[0, 0], [9, 0], [0, 4]]}]},
        {"op": "mirror", "features": ["plate"], "plane": "yz"},
    ],
    "polar pattern": [
        {"op": "cylinder", "diameter": 40, "height": 5},
        {"op": "extrude", "mode": "cut", "face": "top", "profile": [{"shape": "slot", "length": 9, "width": 3,
         "at": [12, 0]}], "extent": "through"},
        {"op": "pattern", "features": ["extrude1"], "face": "cylinder1.top", "repeat": {"polar": 5}},
    ],
    "turned, moved, scaled": [
        PLATE,
        {"op": "hole", "diameter": 4},
        {"op": "rotate", "axis": [1, 2, 3], "angle": 25, "about": "center"},
        {"op": "move", "by": [1, -2, 3]},
        {"op": "scale", "factor": 1.5},
        {"op": "align", "point": "bottom", "to": [0, 0, 10]},
    ],
    "stacked and tilted": [
        PLATE,
        {"op": "cylinder", "face": "top", "diameter": 10, "height": 7},
        {"op": "box", "face": "plate.front", "size": [4, 4, 4]},
        {"op": "rotate", "axis": "x", "angle": 17.3},
        {"op": "rotate", "axis": "z", "angle": 31.7},
    ],
    "two bodies": [PLATE, APART],
    "one of two bodies moved": [PLATE, APART, {"op": "move", "body": "post", "by": [0, 0, 20]}],
    "combined bodies": [
        PLATE,
        {**APART, "profile": [CIRCLE]},
        {"op": "combine", "mode": "cut", "target": "plate", "tools": ["post"]},
    ],
}  # fmt: skip


def resolved(operations: list[JsonObject], units: str = "mm") -> JsonObject:
    return design.resolve({"units": units, "operations": operations})


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("name", list(SAYABLE))
def test_the_solid_comes_back(name, format):
    source = resolved(SAYABLE[name])
    written = write_design(None, source, format)
    assert written.findings == ()
    found = convert(json.loads(written.text))
    assert found.complete and found.format == format
    apart, told = differences(source, design.resolve(found.document))
    assert apart <= 1e-6
    assert told or name in ("turned, moved, scaled", "stacked and tilted", "reverse on a tilted plane")


@pytest.mark.parametrize(
    ("operations", "place", "words"),
    [
        ([PLATE, {"op": "fillet", "edges": ["vertical"], "radius": 1}], "fillet1", "a fillet"),
        ([PLATE, {"op": "chamfer", "edges": ["top"], "distance": 1}], "chamfer1", "a chamfer"),
        ([PLATE, {"op": "shell", "open": ["top"], "thickness": 1}], "shell1", "a shell"),
        ([{**PLATE, "taper": 3}], "plate", "a tapered extrusion"),
        ([{"op": "sphere", "diameter": 3}], "sphere1", "a sphere"),
        ([{"op": "cone", "bottom_diameter": 4, "top_diameter": 3, "height": 6}], "cone1", "a cone"),
        ([{**PLATE, "profile": [{"shape": "ellipse", "size": [4, 3]}]}], "plate", "with an ellipse"),
        (
            [PLATE, {"op": "hole", "diameter": 3, "countersink": {"diameter": 6, "angle": 90}}],
            "hole1",
            "a countersink",
        ),
        ([PLATE, {"op": "hole", "diameter": 3, "depth": 3, "tip": 118}], "hole1", "the point of a drill"),
        ([PLATE, {"op": "hole", "diameter": 3, "face": "right", "at": [90, 0]}], "/operations/", "no_effect"),
    ],
)
def test_what_cannot_be_said_is_named(operations, place, words):
    for format in FORMATS:
        with pytest.raises(BuildError) as caught:
            write_design(None, resolved(operations), format)
        assert caught.value.exit_code == 1
        assert place in str(caught.value) and words in str(caught.value) and "\n" not in str(caught.value)


def test_bodies_that_touch_are_one_in_minimal_json():
    touching = [PLATE, {**APART, "face": "plate.top", "profile": [CIRCLE]}]
    with pytest.raises(BuildError, match="post: a separate body"):
        write_design(None, resolved(touching), "minimal")
    found = convert(json.loads(write_design(None, resolved(touching), "deepcad").text))
    assert [op.get("mode") for op in found.document["operations"]] == [None, "new"]


def test_a_lost_thread_is_told():
    holed = [PLATE, {"op": "hole", "thread": "M6", "fit": "tap"}]
    for format in FORMATS:
        (finding,) = write_design(None, resolved(holed), format).findings
        assert "M6" in finding.message and finding.severity == "warning"


def test_minimal_json_follows_its_conventions():
    moved = {**PLATE, "plane": "xz", "offset": -2, "profile": [{**PLATE["profile"][0], "at": [30, 12]}]}
    value = json.loads(write_design(None, resolved([moved]), "minimal").text)
    (part,) = value["parts"].values()
    assert part["coordinate_system"]["Translation Vector"] == [10, 2, 2], "low corner of the sketch's box"
    (loop,) = part["sketch"]["face_1"].values()
    points = [curve["Start Point"] for curve in loop.values()]
    assert sorted(points) == [[0, 0], [0, 20], [40, 0], [40, 20]]
    extrusion = part["extrusion"]
    assert (extrusion["sketch_scale"], extrusion["extrude_depth_towards_normal"]) == (40, 5)
    assert {key: part["description"][key] for key in ("length", "width", "height")} == {
        "length": 40,
        "width": 20,
        "height": 5,
    }


def test_arcs_reach_beyond_their_ends():
    half = [{"op": "extrude", "profile": [{"shape": "semicircle", "diameter": 10}], "depth": 1}]
    (part,) = json.loads(write_design(None, resolved(half), "minimal").text)["parts"].values()
    assert (part["description"]["length"], part["description"]["width"]) == (10, 5)


def test_deepcad_json_is_in_metres_with_its_box():
    value = json.loads(write_design(None, resolved([PLATE]), "deepcad").text)
    assert value["properties"]["bounding_box"]["max_point"] == {"x": 0.02, "y": 0.01, "z": 0.005}
    assert [step["type"] for step in value["sequence"]] == ["Sketch", "ExtrudeFeature"]
    extrude = value["entities"]["plate"]
    assert extrude["extent_one"]["distance"]["value"] == 0.005
    assert extrude["extent_type"] == "OneSideFeatureExtentType"


@pytest.mark.parametrize("angles", [(0, 0, 0), (90, 0, -90), (10, 20, 30), (-35, 90, 0), (12, -90, 0)])
def test_euler_angles_are_the_readers(angles):
    frame = frame_of(list(angles), (0, 0, 0))
    again = frame_of(euler_angles(frame), (0, 0, 0))
    for one, two in zip((frame.u, frame.v, frame.n), (again.u, again.v, again.n), strict=True):
        assert math.dist(one, two) < 1e-9


def test_a_tilted_part_is_read_upright_and_turned():
    written = write_design(None, resolved(SAYABLE["stacked and tilted"]), "deepcad")
    operations = convert(json.loads(written.text)).document["operations"]
    assert [op["op"] for op in operations] == ["extrude", "extrude", "extrude", "rotate", "rotate"]
    assert not any("rotation" in op for op in operations)


def test_the_same_design_gives_the_same_bytes():
    code = (
        "import json, sys; from cadagent import design; from cadagent.interop import write_design\n"
        "for line in sys.stdin:\n"
        "    d = json.loads(line); c = design.canonical(d); r = design.resolve(c)\n"
        "    for t in ('compact', 'canonical', 'resolved', 'minimal', 'deepcad'):\n"
        "        print(write_design(c, r, t).text)\n"
    )
    lines = [
        json.dumps({"units": "mm", "operations": SAYABLE[name]})
        for name in ("overlapping loops", "polar pattern", "turned, moved, scaled")
    ]
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            input="\n".join(lines),
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1 and len(outputs.pop()) > 1000


def test_a_resolved_design_keeps_no_intent():
    source = resolved([PLATE])
    assert json.loads(write_design(None, source, "resolved").text) == source
    with pytest.raises(InputError, match="no intent"):
        write_design(None, source, "canonical")
    with pytest.raises(InputError, match="unknown format"):
        write_design(None, source, "iges")
