"""Every operation resolves, and what the kernel makes of it has the volume that a formula gives."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from cadagent.design import DesignError, check, operations, resolve
from cadagent.design.profiles import COMMON, LOOPS
from cadagent.design.registry import built_in
from cadagent.design.shapes import SHAPES
from tests.design.operation_cases import CASES, CIRCLE, PLATE
from tests.design.strategies import documents


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
