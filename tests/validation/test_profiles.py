"""Profiles: what is simple, closed, inside and apart, told exactly also for arcs."""

from __future__ import annotations

import math
from typing import Any

import pytest

from cadagent.validation import validate
from cadagent.validation.planar import Loop, pieces

PLATE = {"shape": "rectangle", "size": [40, 20]}
SQUARE = {"shape": "square", "side": 10}


def disc(diameter: float, *at: float) -> dict[str, Any]:
    return {"shape": "circle", "diameter": diameter, "at": list(at) or [0, 0]}


def hole(diameter: float, *at: float, **more: Any) -> dict[str, Any]:
    return {**disc(diameter, *at), "role": "hole", **more}


def line(*points: tuple[float, float]) -> dict[str, Any]:
    return {"shape": "polyline", "points": [list(point) for point in points]}


def path(*curves: dict[str, Any]) -> dict[str, Any]:
    return {"shape": "path", "start": [0, 0], "curves": list(curves)}


def findings(*profile: dict[str, Any], build: bool = False, **more: Any) -> list[tuple[str, str, str]]:
    document = {
        "units": "mm",
        "operations": [{"op": "extrude", "profile": list(profile), "depth": 5, **more}],
    }
    report = validate(document, build=build)
    return [(finding.code, finding.severity, finding.pointer) for finding in report.findings]


GOOD = {
    "a hole inside": (PLATE, hole(4)),
    "a notch: the hole breaks the edge": (PLATE, hole(4, 0, 10)),
    "a notch flush with the edge": (PLATE, {"shape": "square", "side": 4, "role": "hole", "at": [0, 8]}),
    "overlapping adds": (PLATE, disc(10, 20, 0)),
    "an add inside that touches the edge changes nothing": (PLATE, disc(4, 0, 8)),
    "adds that share an edge": (SQUARE, {**SQUARE, "at": [10, 3]}),
    "islands": (SQUARE, {**SQUARE, "at": [30, 0]}),
    "overlapping holes": (PLATE, hole(4), hole(4, 3, 0)),
    "a hole concentric with a slot's end": ({"shape": "slot", "length": 20, "width": 5}, hole(3, 7.5, 0)),
    "a pad inside a hole does not come back": (PLATE, hole(10), disc(4)),
    "a wall with round corners": ({**PLATE, "corner_radius": 4, "wall": 2},),
    "a bow of arcs": (
        path({"arc": [20, 0], "through": [10, 9]}, {"arc": [0, 0], "through": [10, 8]}),
    ),
    "a spline": (
        path({"line": [20, 0]}, {"spline": [[18, 8], [10, 5], [2, 9], [0, 0]]}),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_allowed(name: str) -> None:
    assert findings(*GOOD[name]) == []


TOUCHING = {
    "hole and straight edge": (PLATE, hole(4, 0, 8)),
    "hole and round edge": (disc(20), hole(4, 8, 0)),
    "hole and round edge, oblique": (disc(50), hole(10, 12, 16)),
    "hole's corner and edge": (PLATE, {"shape": "rhombus", "size": [4, 4], "role": "hole", "at": [0, 8]}),
    "two discs": (disc(20), disc(20, 12, 16)),
    "two corners": (SQUARE, {**SQUARE, "at": [10, 10]}),
    "two holes": (PLATE, hole(4), hole(4, 4, 0)),
    "hole and inner edge of a ring": (
        {"shape": "ring", "outer_diameter": 40, "inner_diameter": 10}, hole(5, 7.5, 0),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TOUCHING)
def test_touching_in_a_point(name: str) -> None:
    profile = TOUCHING[name]
    assert findings(*profile) == [("profiles.touching", "error", f"/operations/0/profile/{len(profile) - 1}")]


@pytest.mark.parametrize("name", TOUCHING)
@pytest.mark.parametrize("gap", [-0.01, 0.01])
def test_a_hundredth_beside_it_nothing_touches(name: str, gap: float) -> None:
    *first, last = TOUCHING[name]
    length = math.hypot(*last["at"])
    moved = {**last, "at": [round(x * (1 + gap / length), 6) for x in last["at"]]}
    assert findings(*first, moved) == []


def test_copies_that_touch_each_other() -> None:
    row = hole(4, repeat={"grid": [3, 1], "pitch": 4})
    assert findings(PLATE, row) == [("profiles.touching", "error", "/operations/0/profile/1")]


def test_the_kernel_has_the_last_word_where_material_may_cover_the_contact() -> None:
    assert findings(disc(20), disc(20, 20, 0), mode="cut")[0][:2] == ("profiles.touching", "warning")


BAD = {
    "a bow tie": ("profiles.self_crossing", line((0, 0), (10, 10), (10, 0), (0, 10))),
    "there and back": ("profiles.self_crossing", line((0, 0), (10, 0), (10, 10), (10, 0))),
    "a spur": ("profiles.self_crossing", line((0, 0), (10, 0), (20, 0), (10, 0), (10, 10))),
    "a touch of its own edge": (
        "profiles.self_crossing", line((0, 0), (20, 0), (20, 10), (10, 0), (0, 10)),
    ),
    "flat": ("profiles.no_area", line((0, 0), (10, 0), (20, 0))),
    "an arc across a line": (
        "profiles.self_crossing",
        path({"line": [20, 0]}, {"line": [20, 5]}, {"arc": [0, 5], "through": [10, -5]}),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_outlines(name: str) -> None:
    code, loop = BAD[name]
    assert findings(loop) == [(code, "error", "/operations/0/profile/0")]


def test_holes_that_take_nothing_or_everything() -> None:
    assert findings(PLATE, hole(4, 0, 13)) == [("profiles.hole_outside", "error", "/operations/0/profile/1")]
    assert findings(PLATE, hole(4, 0, 12)) == [("profiles.hole_outside", "error", "/operations/0/profile/1")]
    assert findings(disc(4), hole(4)) == [("profiles.no_region", "error", "/operations/0/profile/1")]
    assert findings(disc(4), hole(9)) == [("profiles.no_region", "error", "/operations/0/profile/1")]
    grid = hole(4, repeat={"grid": [5, 5], "pitch": 4.5})
    assert findings(disc(20), grid) == [("profiles.hole_outside", "warning", "/operations/0/profile/1")]


def test_what_the_rule_calls_touching_the_kernel_refuses() -> None:
    """A hole just beside the edge builds; the profile rule speaks before the kernel has to."""
    assert findings(PLATE, hole(4, 0, 7.9), build=True) == []
    assert findings(PLATE, hole(4, 0, 8.1), build=True) == []


def test_many_ellipses_on_one_spot_do_not_hang() -> None:
    spot = {"shape": "ellipse", "size": [8, 4], "repeat": {"points": [[0, 0]] * 400}}
    findings(PLATE, {**spot, "role": "hole"}, spot)


@pytest.mark.parametrize(
    ("curves", "inside", "outside"),
    [
        ([{"curve": "circle", "center": [1, 1], "radius": 2}], (2.9, 1), (3.1, 1)),
        (
            [
                {"curve": "arc", "start": [5, 0], "mid": [-5, 0], "end": [4, 3]},
                {"curve": "line", "start": [4, 3], "end": [5, 0]},
            ],
            (4.4, 1.5),
            (4.9, 0.8),
        ),
        (
            [
                {"curve": "line", "start": [0, 0], "end": [10, 0]},
                {"curve": "arc", "start": [10, 0], "mid": [5, 2], "end": [0, 0]},
            ],
            (5, 1.9),
            (5, -0.1),
        ),
        ([{"curve": "ellipse", "center": [0, 0], "rx": 4, "ry": 1, "angle": 90}], (0, 3.9), (1.1, 0)),
    ],
)
def test_inside_is_exact(curves: list[dict[str, Any]], inside: Any, outside: Any) -> None:
    loop = Loop(True, pieces(curves), [], 0)
    assert loop.contains(inside) and not loop.contains(outside)
