"""Every operation resolves, and what the kernel makes of it has the volume that a formula gives."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from cadagent.design import DesignError, check, operations, resolve
from cadagent.design.profiles import COMMON, LOOPS
from cadagent.design.registry import built_in
from cadagent.design.shapes import SHAPES
from tests.design.strategies import documents

PI = math.pi
RECT = {"shape": "rectangle", "size": [40, 20]}
CIRCLE = {"shape": "circle", "diameter": 10}
SMALL = {"shape": "rectangle", "size": [20, 10]}
PLATE = {"op": "extrude", "id": "plate", "profile": [RECT], "depth": 10}
LUG = {"op": "box", "id": "lug", "mode": "new", "plane": "xy", "origin": [40, 0, 0], "size": [10, 10, 10]}
CUT = {"op": "extrude", "face": "plate.top", "mode": "cut", "profile": [SMALL]}
FRUSTUM = 10 / 3 * (800 + 200 + 400)


# operations, volume, box (None: not looked at)
CASES: list[tuple[str, list[dict], float, tuple[float, ...] | None]] = [
    ("extrude", [PLATE], 8000, (-20, -10, 0, 20, 10, 10)),
    ("reverse", [{**PLATE, "reverse": True}], 8000, (-20, -10, -10, 20, 10, 0)),
    ("symmetric", [{**PLATE, "symmetric": True}], 8000, (-20, -10, -5, 20, 10, 5)),
    ("two sides", [{**PLATE, "depth2": 5}], 12000, (-20, -10, -5, 20, 10, 10)),
    ("two sides reversed", [{**PLATE, "depth2": 5, "reverse": True}], 12000, (-20, -10, -10, 20, 10, 5)),
    (
        "taper",
        [{"op": "extrude", "profile": [{"shape": "square", "side": 20}], "depth": 5, "taper": 45}],
        5 / 3 * (400 + 100 + 200),
        (-10, -10, 0, 10, 10, 5),
    ),
    (
        "taper reversed",
        [
            {
                "op": "extrude",
                "profile": [{"shape": "square", "side": 20}],
                "depth": 5,
                "taper": 45,
                "reverse": True,
            }
        ],
        5 / 3 * (400 + 100 + 200),
        (-10, -10, -5, 10, 10, 0),
    ),
    (
        "taper into a face",
        [PLATE, {**CUT, "profile": [{"shape": "square", "side": 10}], "depth": 2, "taper": 45}],
        8000 - 2 / 3 * (100 + 36 + 60),
        None,
    ),
    ("sketch with holes", [{**PLATE, "profile": [RECT, {**CIRCLE, "role": "hole"}]}], 8000 - 250 * PI, None),
    ("walls", [{**PLATE, "profile": [{**RECT, "wall": 2}]}], 10 * (800 - 36 * 16), None),
    (
        "ring",
        [{**PLATE, "profile": [{"shape": "ring", "outer_radius": 5, "inner_radius": 3}]}],
        160 * PI,
        None,
    ),
    ("onto a face", [PLATE, {"op": "extrude", "face": "top", "profile": [SMALL], "depth": 5}], 9000, None),
    (
        "onto a side",
        [PLATE, {"op": "extrude", "face": "left", "profile": [CIRCLE], "depth": 4}],
        8000 + 100 * PI,
        None,
    ),
    ("pocket", [PLATE, {**CUT, "depth": 4}], 7200, (-20, -10, 0, 20, 10, 10)),
    ("through from a face", [PLATE, {**CUT, "extent": "through"}], 6000, None),
    ("through from a plane", [PLATE, {**CUT, "face": "plate.mid_z", "extent": "through"}], 7000, None),
    (
        "through both ways",
        [
            {**PLATE, "symmetric": True},
            {"op": "extrude", "mode": "cut", "plane": "xy", "profile": [SMALL], "extent": "through"},
        ],
        6000,
        None,
    ),
    (
        "through, not reversed",
        [
            {**PLATE, "symmetric": True},
            {
                "op": "extrude",
                "mode": "cut",
                "plane": "xy",
                "profile": [SMALL],
                "extent": "through",
                "reverse": False,
            },
        ],
        6000,
        None,
    ),
    (
        "through one way",
        [
            {**PLATE, "symmetric": True},
            {
                "op": "extrude",
                "mode": "cut",
                "plane": "xy",
                "profile": [SMALL],
                "extent": "through",
                "reverse": True,
            },
        ],
        7000,
        None,
    ),
    ("keep a part", [PLATE, {**CUT, "mode": "intersect", "depth": 4}], 800, (-10, -5, 6, 10, 5, 10)),
    (
        "up to the next",
        [
            PLATE,
            {**LUG, "origin": [0, 0, 15], "size": [40, 20, 2]},
            {"op": "extrude", "face": "plate.top", "profile": [CIRCLE], "extent": "next"},
        ],
        9600 + 125 * PI,
        None,
    ),
    (
        "revolve",
        [
            {
                "op": "revolve",
                "plane": "xz",
                "profile": [{**RECT, "size": [5, 30], "at": [20, 0]}],
                "axis": "v",
            }
        ],
        2 * PI * 20 * 150,
        (-22.5, -22.5, -15, 22.5, 22.5, 15),
    ),
    (
        "revolve a quarter",
        [
            {
                "op": "revolve",
                "plane": "xz",
                "profile": [{**RECT, "size": [4, 6], "at": [10, 3]}],
                "axis": "v",
                "angle": 90,
            }
        ],
        PI / 2 * 10 * 24,
        (0, 0, 0, 12, 12, 6),
    ),
    (
        "revolve back",
        [
            {
                "op": "revolve",
                "plane": "xz",
                "profile": [{**RECT, "size": [4, 6], "at": [10, 3]}],
                "axis": "v",
                "angle": 90,
                "reverse": True,
            }
        ],
        PI / 2 * 10 * 24,
        (0, -12, 0, 12, 0, 6),
    ),
    (
        "revolve about an edge",
        [{"op": "revolve", "profile": [{"shape": "rectangle", "size": [4, 6]}], "axis": "left"}],
        PI * 16 * 6,
        (-6, -3, -4, 2, 3, 4),
    ),
    (
        "loft",
        [
            {
                "op": "loft",
                "ruled": True,
                "sections": [{"profile": [RECT]}, {"offset": 10, "profile": [SMALL]}],
            }
        ],
        FRUSTUM,
        (-20, -10, 0, 20, 10, 10),
    ),
    (
        "sweep",
        [
            {
                "op": "sweep",
                "plane": "path",
                "profile": [CIRCLE],
                "path": {"start": [0, 0], "curves": [{"line": [30, 0]}]},
            }
        ],
        30 * 25 * PI,
        (0, -5, -5, 30, 5, 5),
    ),
    (
        "sweep a bend",
        [
            {
                "op": "sweep",
                "plane": "path",
                "profile": [CIRCLE],
                "path": {"plane": "xz", "start": [0, 0], "curves": [{"arc": [20, 20], "radius": 20}]},
            }
        ],
        25 * PI * PI / 2 * 20,
        None,
    ),
    ("box", [{"op": "box", "size": [3, 4, 5]}], 60, (-1.5, -2, 0, 1.5, 2, 5)),
    ("cylinder", [{"op": "cylinder", "radius": 2, "height": 5}], 20 * PI, (-2, -2, 0, 2, 2, 5)),
    ("cone", [{"op": "cone", "bottom_diameter": 6, "height": 5}], 15 * PI, (-3, -3, 0, 3, 3, 5)),
    (
        "cone cut off",
        [{"op": "cone", "bottom_radius": 3, "top_radius": 1, "height": 3}],
        PI * (9 + 3 + 1),
        None,
    ),
    ("sphere", [{"op": "sphere", "diameter": 6}], 36 * PI, (-3, -3, -3, 3, 3, 3)),
    (
        "torus",
        [{"op": "torus", "major_radius": 5, "minor_diameter": 4}],
        2 * PI * PI * 5 * 4,
        (-7, -7, -2, 7, 7, 2),
    ),
    ("wedge", [{"op": "wedge", "size": [6, 4, 3], "top": 2}], 4 * 3 * 4, (-3, -2, 0, 3, 2, 3)),
    ("wedge with an edge", [{"op": "wedge", "size": [6, 4, 3]}], 36, None),
    ("pyramid", [{"op": "pyramid", "side": 6, "height": 4}], 48, (-3, -3, 0, 3, 3, 4)),
    ("tetrahedron", [{"op": "pyramid", "sides": 3, "side": 6}], 216 / (6 * 2**0.5), None),
    ("flat pyramid", [{"op": "pyramid", "size": [8, 4], "height": 3, "top": 4}], 3 / 3 * (32 + 8 + 16), None),
    (
        "triangle pocket",
        [PLATE, {"op": "pyramid", "mode": "cut", "face": "top", "sides": 3, "side": 6, "height": 4}],
        8000 - 4 / 3 * 9 * 3**0.5,
        None,
    ),
    (
        "ball pocket",
        [PLATE, {"op": "sphere", "mode": "cut", "face": "top", "radius": 3}],
        8000 - 18 * PI,
        None,
    ),
    (
        "posts",
        [
            PLATE,
            {
                "op": "cylinder",
                "face": "top",
                "diameter": 4,
                "height": 5,
                "repeat": {"corners": True, "inset": 4},
            },
        ],
        8000 + 80 * PI,
        None,
    ),
    (
        "hole",
        [PLATE, {"op": "hole", "diameter": 4, "repeat": {"grid": [2, 2], "pitch": [30, 10]}}],
        8000 - 160 * PI,
        None,
    ),
    ("blind hole", [PLATE, {"op": "hole", "radius": 2, "depth": 6}], 8000 - 24 * PI, None),
    (
        "hole with a tip",
        [PLATE, {"op": "hole", "radius": 2, "depth": 6, "tip": 90}],
        8000 - 24 * PI - 8 / 3 * PI,
        None,
    ),
    (
        "hole on a plane",
        [{**PLATE, "symmetric": True}, {"op": "hole", "plane": "xy", "radius": 2}],
        8000 - 40 * PI,
        None,
    ),
    ("threaded clearance", [PLATE, {"op": "hole", "thread": "M6"}], 8000 - 10 * PI * 3.3**2, None),
    ("tap drill", [PLATE, {"op": "hole", "thread": "M6", "fit": "tap"}], 8000 - 10 * PI * 2.5**2, None),
    (
        "counterbore",
        [PLATE, {"op": "hole", "radius": 2, "counterbore": {"diameter": 8, "depth": 4}}],
        8000 - PI * (16 * 4 + 4 * 6),
        None,
    ),
    (
        "countersink",
        [PLATE, {"op": "hole", "radius": 2, "countersink": {"diameter": 8}}],
        8000 - PI * (4 * 8 + 2 / 3 * (16 + 8 + 4)),
        None,
    ),
    (
        "fillet",
        [PLATE, {"op": "fillet", "edges": ["plate.vertical"], "radius": 3}],
        8000 - 10 * 9 * (4 - PI),
        None,
    ),
    (
        "fillet one edge",
        [PLATE, {"op": "fillet", "edges": ["top/front"], "radius": 2}],
        8000 - 40 * 4 * (1 - PI / 4),
        None,
    ),
    ("chamfer", [PLATE, {"op": "chamfer", "edges": ["vertical"], "distance": 2}], 8000 - 10 * 4 * 2, None),
    (
        "chamfer by angle",
        [PLATE, {"op": "chamfer", "edges": ["plate.top/left"], "distance": 2, "angle": 45}],
        8000 - 40,
        None,
    ),
    ("shell", [PLATE, {"op": "shell", "thickness": 2, "open": ["top"]}], 8000 - 36 * 16 * 8, None),
    (
        "rib",
        [
            PLATE,
            {
                "op": "extrude",
                "face": "top",
                "profile": [{"shape": "rectangle", "size": [4, 20], "from": "left"}],
                "depth": 20,
            },
            {
                "op": "rib",
                "path": {"plane": "xz", "start": [-16, 20], "curves": [{"line": [4, 10]}]},
                "thickness": 4,
            },
        ],
        None,
        None,
    ),  # type: ignore[list-item]
    (
        "mirror",
        [
            PLATE,
            {**LUG, "mode": "join", "id": "tab", "origin": [25, 0, 0]},
            {"op": "mirror", "features": ["tab"], "plane": "yz"},
        ],
        10000,
        (-30, -10, 0, 30, 10, 10),
    ),
    (
        "pattern",
        [
            PLATE,
            {"op": "hole", "id": "h", "diameter": 2, "at": [-10, 0]},
            {"op": "pattern", "features": ["h"], "repeat": {"grid": [3, 1], "pitch": [10, 0]}},
        ],
        8000 - 30 * PI,
        None,
    ),
    (
        "polar pattern",
        [
            PLATE,
            {"op": "hole", "id": "h", "diameter": 2, "at": [6, 0]},
            {"op": "pattern", "features": ["h"], "repeat": {"polar": 5}},
        ],
        8000 - 50 * PI,
        None,
    ),
    (
        "combine",
        [
            PLATE,
            {**LUG, "origin": [20, 0, 0]},
            {"op": "combine", "mode": "cut", "target": "plate", "tools": ["lug"]},
        ],
        7500,
        None,
    ),
    ("move", [PLATE, {"op": "move", "by": [1, 2, 3]}], 8000, (-19, -8, 3, 21, 12, 13)),
    ("rotate", [PLATE, {"op": "rotate", "axis": "z", "angle": 90}], 8000, (-10, -20, 0, 10, 20, 10)),
    (
        "rotate about its middle",
        [PLATE, {"op": "rotate", "axis": [0, 1, 0], "angle": 90, "about": "center"}],
        8000,
        (-5, -10, -15, 5, 10, 25),
    ),
    ("scale", [PLATE, {"op": "scale", "factor": 0.5}], 1000, (-10, -5, 0, 10, 5, 5)),
    ("align", [PLATE, {"op": "align", "point": "corner", "to": [0, 0, 0]}], 8000, (0, 0, 0, 40, 20, 10)),
]


def test_every_operation_is_covered() -> None:
    assert {entry["op"] for _, case, _, _ in CASES for entry in case} | {"sketch"} == set(built_in())


def test_no_shape_has_a_key_that_every_loop_has() -> None:
    common = {entry.name for entry in COMMON}
    for name, shape in SHAPES.items():
        assert not common & {entry.name for entry in shape.fields}, name
    for record in [*LOOPS.values(), *(operation.record() for operation in operations().values())]:
        assert len(record.by_name) == len(record.fields)


@pytest.mark.parametrize(
    ("case", "volume", "box"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_the_solid_has_the_volume_of_the_formula(case: list[dict], volume: float | None, box: Any) -> None:
    from cadagent.kernel import build_here

    document = {"units": "mm", "operations": case}
    assert check(document) == []
    result = build_here(resolve(document))
    assert result.measurement is not None and [f for f in result.findings if f.severity == "error"] == []
    assert result.measurement.valid
    if volume is not None:
        assert result.measurement.volume == pytest.approx(volume, rel=1e-6)
    if box is not None:
        assert (*result.measurement.box_min, *result.measurement.box_max) == pytest.approx(box, abs=1e-6)


def figures(value: Any) -> Any:
    if isinstance(value, dict):
        for entry in value.values():
            yield from figures(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from figures(entry)
    elif isinstance(value, float):
        yield value


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(documents())
def test_the_kernel_gets_finite_figures_and_right_handed_frames(document: dict) -> None:
    try:
        resolved = resolve(document)
    except DesignError as error:
        assert all(finding.pointer.startswith("/") for finding in error.findings)
        return
    text = json.dumps(resolved, allow_nan=False)
    assert "-0.0," not in text.replace(" ", "")
    assert all(value == round(value, 9) for value in figures(resolved))
    for step in resolved["steps"]:
        assert {"do", "id", "pointer"} <= set(step)
        frames = [step["frame"]] if "frame" in step else step.get("frames", [])
        for frame in frames:
            u, v, n = frame["u"], frame["v"], frame["n"]
            cross = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]]
            assert cross == pytest.approx(n, abs=1e-7) and sum(x * x for x in u) == pytest.approx(1)


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        ({"op": "extrude", "profile": [{**CIRCLE, "role": "hole"}], "depth": 1}, "profiles.no_region"),
        (
            {
                "op": "loft",
                "sections": [{"profile": [{**CIRCLE, "role": "hole"}]}, {"offset": 1, "profile": [CIRCLE]}],
            },
            "profiles.loft_section",
        ),
        (
            {
                "op": "sweep",
                "profile": [{**CIRCLE, "role": "hole"}],
                "path": {"start": [0, 0], "curves": [{"line": [1, 0]}]},
            },
            "profiles.no_region",
        ),
        (
            {
                "op": "sweep",
                "profile": [CIRCLE],
                "path": {"start": [0, 0], "curves": [{"spline": [[0, 0], [1, 0]]}]},
            },
            "profiles.path",
        ),
        (
            {
                "op": "rib",
                "path": {"start": [0, 0], "curves": [{"line": [1, 0]}, {"line": [0, 1]}, {"line": [0, 0]}]},
                "thickness": 1,
            },
            "profiles.path",
        ),
        ({"op": "revolve", "profile": [CIRCLE], "axis": "v"}, "profiles.crosses_axis"),
        ({"op": "revolve", "profile": [CIRCLE], "axis": {"from": [9, 9], "to": [9, 9]}}, "profiles.axis"),
        (
            {"op": "extrude", "mode": "cut", "profile": [CIRCLE], "extent": "through", "taper": 3},
            "profiles.taper",
        ),
        ({"op": "cone", "bottom_radius": 2, "top_radius": 2, "height": 1}, "profiles.shape"),
        ({"op": "torus", "major_radius": 2, "minor_radius": 2}, "profiles.shape"),
        ({"op": "torus", "major_radius": 2}, "schema.missing_key"),
        ({"op": "pyramid", "sides": 6, "side": 2}, "profiles.shape"),
        ({"op": "pyramid", "side": 2, "top": 1}, "profiles.shape"),
        ({"op": "pyramid", "sides": 5, "size": [2, 2], "height": 1}, "schema.too_many_keys"),
        ({"op": "hole", "diameter": 4, "counterbore": {"diameter": 4, "depth": 1}}, "profiles.hole"),
        ({"op": "hole", "thread": "M7.5"}, "references.unknown_thread"),
        ({"op": "hole", "diameter": 4, "frame": "world"}, "frames.frame_of_face"),
        ({"op": "hole", "diameter": 4, "plane": "path"}, "schema.choice"),
        ({"op": "extrude", "profile": [CIRCLE], "depth": 1, "plane": "path"}, "schema.choice"),
        (
            {"op": "extrude", "profile": [CIRCLE], "depth": 2, "symmetric": True, "taper": 3},
            "schema.too_many_keys",
        ),
        ({"op": "fillet", "edges": ["nothing"], "radius": 1}, "references.unknown_selector"),
        ({"op": "fillet", "edges": ["plate.lid/top"], "radius": 1}, "references.unknown_face"),
        ({"op": "mirror", "features": ["fillet1"]}, "references.unknown_feature"),
        ({"op": "combine", "mode": "join", "target": "plate", "tools": ["plate"]}, "references.same_body"),
        ({"op": "rotate", "axis": [0, 0, 0], "angle": 3}, "frames.axis"),
        (
            {"op": "pattern", "features": ["plate"], "repeat": {"grid": [200, 200], "pitch": 1}},
            "numbers.range",
        ),
    ],
)
def test_what_has_no_meaning_is_one_finding(operation: dict, code: str) -> None:
    document = {"units": "mm", "operations": [PLATE, operation]}
    with pytest.raises(DesignError) as caught:
        resolve(document)
    assert [finding.code for finding in caught.value.findings] == [code]
    assert caught.value.exit_code == 1 and "\n" not in str(caught.value)


def test_a_sketch_on_a_path_serves_a_sweep_only() -> None:
    sketch = {"op": "sketch", "id": "s", "plane": "path", "profile": [CIRCLE]}
    document = {"units": "mm", "operations": [sketch, {"op": "extrude", "sketch": "s", "depth": 1}]}
    assert [finding.code for finding in check(document)] == ["frames.path_plane"]
    document["operations"][0]["offset"] = 3  # type: ignore[index]
    assert [finding.pointer for finding in check(document)] == ["/operations/0/offset"]
