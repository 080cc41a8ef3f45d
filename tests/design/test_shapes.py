"""Every shape: its area by formula, its box, its natural origin."""

from __future__ import annotations

import math
from typing import Any

import pytest
from shapely.geometry import Polygon

from cadagent.design import DesignError, resolve
from cadagent.design.outlines import arc_circle
from cadagent.design.profiles import LOOPS

PI, SQRT3 = math.pi, math.sqrt(3)


def loops(shape: dict, **keys: object) -> list[dict]:
    feature = {"op": "extrude", "profile": [{**shape, **keys}], "depth": 1}
    return resolve({"units": "mm", "operations": [feature]})["steps"][0]["loops"]


def points(curves: list[dict]) -> list[tuple[float, float]]:
    """A fine polygon of an outline."""
    out: list[tuple[float, float]] = []
    for curve in curves:
        if curve["curve"] in ("circle", "ellipse"):
            (u, v), angle = curve["center"], math.radians(curve.get("angle", 0))
            rx, ry = curve.get("rx", curve.get("radius")), curve.get("ry", curve.get("radius"))
            for i in range(7200):
                a, b = rx * math.cos(i * PI / 3600), ry * math.sin(i * PI / 3600)
                out.append(
                    (
                        u + a * math.cos(angle) - b * math.sin(angle),
                        v + a * math.sin(angle) + b * math.cos(angle),
                    )
                )
        elif curve["curve"] == "arc":
            (u, v), radius, first, sweep = arc_circle(curve)
            for i in range(2000):
                t = math.radians(first + sweep * i / 2000)
                out.append((u + radius * math.cos(t), v + radius * math.sin(t)))
        else:
            out += [tuple(point) for point in curve.get("points", [curve["start"]])]
    return out


def area(loop: dict) -> Any:
    shape = Polygon(points(loop["curves"]), [points(inner) for inner in loop.get("inner", [])])
    assert shape.is_valid
    return shape


CASES: list[tuple[dict, float, tuple[float, float, float, float]]] = [
    ({"shape": "circle", "diameter": 8}, 16 * PI, (-4, -4, 4, 4)),
    ({"shape": "circle", "radius": 4}, 16 * PI, (-4, -4, 4, 4)),
    ({"shape": "ellipse", "size": [10, 4]}, 10 * PI, (-5, -2, 5, 2)),
    ({"shape": "rectangle", "size": [10, 4]}, 40, (-5, -2, 5, 2)),
    ({"shape": "rectangle", "size": [10, 4], "corner_radius": 1}, 36 + PI, (-5, -2, 5, 2)),
    ({"shape": "rectangle", "size": [10, 4], "corner_radius": 2}, 24 + 4 * PI, (-5, -2, 5, 2)),
    ({"shape": "rectangle", "size": [4, 4], "corner_radius": 2}, 4 * PI, (-2, -2, 2, 2)),
    ({"shape": "rectangle", "size": [10, 4], "chamfer": 1}, 38, (-5, -2, 5, 2)),
    ({"shape": "square", "side": 6}, 36, (-3, -3, 3, 3)),
    ({"shape": "square", "side": 6, "chamfer": 3}, 18, (-3, -3, 3, 3)),
    ({"shape": "slot", "length": 10, "width": 4}, 24 + 4 * PI, (-5, -2, 5, 2)),
    ({"shape": "slot", "centers": 6, "width": 4}, 24 + 4 * PI, (-5, -2, 5, 2)),
    (
        {"shape": "polygon", "sides": 6, "across_flats": 13},
        169 * SQRT3 / 2,
        (-13 / SQRT3, -6.5, 13 / SQRT3, 6.5),
    ),
    ({"shape": "polygon", "sides": 6, "across_corners": 8}, 24 * SQRT3, (-4, -2 * SQRT3, 4, 2 * SQRT3)),
    ({"shape": "polygon", "sides": 6, "side": 4}, 24 * SQRT3, (-4, -2 * SQRT3, 4, 2 * SQRT3)),
    ({"shape": "polygon", "sides": 4, "diameter": 8}, 32, (-(8**0.5), -(8**0.5), 8**0.5, 8**0.5)),
    ({"shape": "polygon", "sides": 3, "radius": 4}, 12 * SQRT3, (-2 * SQRT3, -2, 2 * SQRT3, 4)),
    ({"shape": "ring", "outer_diameter": 10, "inner_radius": 3}, 16 * PI, (-5, -5, 5, 5)),
    ({"shape": "triangle", "base": 6, "height": 4}, 12, (-3, -2, 3, 2)),
    ({"shape": "triangle", "base": 6, "height": 4, "apex": 5}, 12, (-4, -2, 4, 2)),
    ({"shape": "triangle", "sides": [5, 4, 3]}, 6, (-2.5, -1.2, 2.5, 1.2)),
    ({"shape": "right_triangle", "size": [3, 4]}, 6, (-1.5, -2, 1.5, 2)),
    ({"shape": "right_triangle", "size": [3, 4], "corner": "top-right"}, 6, (-1.5, -2, 1.5, 2)),
    ({"shape": "trapezoid", "bottom": 30, "top": 20, "height": 10}, 250, (-15, -5, 15, 5)),
    ({"shape": "trapezoid", "bottom": 30, "top": 20, "height": 10, "upright": "left"}, 250, (-15, -5, 15, 5)),
    ({"shape": "trapezoid", "bottom": 20, "top": 20, "height": 10, "shift": 8}, 200, (-14, -5, 14, 5)),
    (
        {"shape": "trapezoid", "bottom": 10, "top": 20, "height": 10, "upright": "right"},
        150,
        (-10, -5, 10, 5),
    ),
    ({"shape": "trapezoid", "bottom": 30, "height": 5, "angle": 45}, 125, (-15, -2.5, 15, 2.5)),
    ({"shape": "trapezoid", "bottom": 30, "top": 20, "angle": 45}, 125, (-15, -2.5, 15, 2.5)),
    ({"shape": "trapezoid", "bottom": 30, "top": 20, "angle": 45, "upright": "left"}, 250, (-15, -5, 15, 5)),
    ({"shape": "trapezoid", "bottom": 20, "height": 5, "angle": 135}, 125, (-15, -2.5, 15, 2.5)),
    ({"shape": "belt", "diameters": [4, 4], "centers": 6}, 24 + 4 * PI, (-5, -2, 5, 2)),
    (
        {"shape": "belt", "radii": [4, 2], "centers": 4},
        # two trapezoids along the tangents (length √12), a sector of 240° and one of 120°
        6 * math.sqrt(12) + 16 * PI * 2 / 3 + 4 * PI / 3,
        (-6, -4, 4, 4),
    ),
    ({"shape": "parallelogram", "base": 10, "height": 4, "shift": 3}, 40, (-6.5, -2, 6.5, 2)),
    ({"shape": "parallelogram", "base": 10, "height": 4, "angle": 45}, 40, (-7, -2, 7, 2)),
    ({"shape": "parallelogram", "base": 10, "height": 4, "angle": 135}, 40, (-7, -2, 7, 2)),
    ({"shape": "rhombus", "size": [10, 4]}, 20, (-5, -2, 5, 2)),
    ({"shape": "sector", "radius": 6, "angle": 90}, 9 * PI, (0, 0, 6, 6)),
    ({"shape": "sector", "diameter": 12, "angle": 270}, 27 * PI, (-6, -6, 6, 6)),
    ({"shape": "ring_sector", "outer_radius": 6, "inner_radius": 4, "angle": 180}, 10 * PI, (-6, 0, 6, 6)),
    ({"shape": "semicircle", "diameter": 8}, 8 * PI, (-4, 0, 4, 4)),
    ({"shape": "l", "size": [10, 6], "thickness": 2}, 28, (-5, -3, 5, 3)),
    ({"shape": "t", "size": [10, 6], "thickness": 2}, 28, (-5, -3, 5, 3)),
    ({"shape": "u", "size": [10, 6], "thickness": 2}, 36, (-5, -3, 5, 3)),
    ({"shape": "i", "size": [10, 6], "web": 2, "flange": 1}, 28, (-5, -3, 5, 3)),
    ({"shape": "h", "size": [10, 6], "web": 2, "flange": 1}, 30, (-5, -3, 5, 3)),
    ({"shape": "z", "size": [10, 6], "thickness": 2}, 28, (-5, -3, 5, 3)),
    ({"shape": "cross", "size": [10, 6], "thickness": 2}, 28, (-5, -3, 5, 3)),
    ({"shape": "polyline", "points": [[0, 0], [4, 0], [4, 3], [0, 0]]}, 6, (0, 0, 4, 3)),
    (
        {"shape": "path", "start": [0, 0], "curves": [{"line": [4, 0]}, {"arc": [0, 0], "radius": 2}]},
        2 * PI,
        (0, 0, 4, 2),
    ),
    (
        {"shape": "path", "start": [0, 0], "curves": [{"line": [4, 0]}, {"arc": [0, 0], "through": [2, 2]}]},
        2 * PI,
        (0, 0, 4, 2),
    ),
    (
        {"shape": "path", "start": [2, 0], "curves": [{"arc": [0, 2], "radius": 2, "large": True}]},
        3 * PI + 2,
        (0, 0, 4, 4),
    ),
    (
        {"shape": "path", "start": [0, 2], "curves": [{"arc": [2, 0], "radius": 2, "clockwise": True}]},
        PI - 2,
        (0, 0, 2, 2),
    ),
    ({"shape": "star", "points": 6, "outer_radius": 6}, 36 * SQRT3, (-3 * SQRT3, -6, 3 * SQRT3, 6)),
    ({"shape": "star", "points": 6, "side": 3.464102}, 36 * SQRT3, (-3 * SQRT3, -6, 3 * SQRT3, 6)),
    ({"shape": "star", "points": 4, "outer_diameter": 8, "inner_diameter": 4}, 16 * 2**0.5, (-4, -4, 4, 4)),
]


def test_every_shape_is_covered() -> None:
    assert {case["shape"] for case, _, _ in CASES} == set(LOOPS)


@pytest.mark.parametrize(("shape", "expected", "box"), CASES)
def test_area_and_box(shape: dict, expected: float, box: tuple) -> None:
    found = area(loops(shape)[0])
    assert found.area == pytest.approx(expected, rel=1e-5)
    assert found.bounds == pytest.approx(box, abs=1e-4)


@pytest.mark.parametrize("shape", [case for case, _, _ in CASES])
def test_loops_close_exactly_turn_and_copy(shape: dict) -> None:
    copies = loops(shape, rotate=37.5, at=[1000, -2000], repeat={"polar": 3, "radius": 50, "start": 11})
    assert len(copies) == 3
    for loop in copies:
        curves = loop["curves"]
        if curves[0]["curve"] not in ("circle", "ellipse"):
            for one, following in zip(curves, curves[1:] + curves[:1], strict=True):
                end = one["points"][-1] if one["curve"] == "spline" else one["end"]
                assert end == one["end"] == following["start"]
    first = area(loops(shape)[0]).area
    assert [area(loop).area for loop in copies] == pytest.approx([first] * 3, rel=1e-6)


def test_a_star_by_its_edge_has_that_edge() -> None:
    for more in ({}, {"inner_radius": 2}):
        for curve in loops({"shape": "star", "points": 5, "side": 4, **more})[0]["curves"]:
            assert math.dist(curve["start"], curve["end"]) == pytest.approx(4)


@pytest.mark.parametrize(
    ("shape", "keys", "expected"),
    [
        ({"shape": "circle", "diameter": 20}, {"wall": 2}, PI * (100 - 64)),
        ({"shape": "circle", "diameter": 20}, {"wall": 2, "wall_side": "out"}, PI * (144 - 100)),
        ({"shape": "circle", "diameter": 20}, {"wall": 2, "wall_side": "center"}, PI * (121 - 81)),
        ({"shape": "rectangle", "size": [40, 20]}, {"wall": 2}, 800 - 36 * 16),
        ({"shape": "rectangle", "size": [40, 20]}, {"wall": 2, "wall_side": "out"}, 44 * 24 - 800),
        (
            {"shape": "rectangle", "size": [40, 20], "corner_radius": 5},
            {"wall": 2},
            (800 - (4 - PI) * 25) - (36 * 16 - (4 - PI) * 9),
        ),
        # wider than the corner radius: the inside has sharp corners
        (
            {"shape": "rectangle", "size": [40, 20], "corner_radius": 2},
            {"wall": 3},
            800 - (4 - PI) * 4 - 34 * 14,
        ),
        (
            {"shape": "rectangle", "size": [40, 20], "corner_radius": 2},
            {"wall": 2},
            800 - (4 - PI) * 4 - 36 * 16,
        ),
        ({"shape": "slot", "centers": 20, "width": 10}, {"wall": 2}, 200 + 25 * PI - (120 + 9 * PI)),
        (
            {"shape": "polygon", "sides": 6, "across_flats": 20},
            {"wall": 2},
            (400 - 256) * SQRT3 / 2,
        ),
        ({"shape": "l", "size": [30, 30], "thickness": 10}, {"wall": 2}, 500 - (26 * 6 + 20 * 6)),
        ({"shape": "semicircle", "radius": 10}, {"wall": 2, "rotate": 30}, None),
    ],
)
def test_walls(shape: dict, keys: dict, expected: float | None) -> None:
    (loop,) = loops(shape, **keys)
    found = area(loop)
    assert found.is_valid
    if expected is not None:
        assert found.area == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    "shape",
    [
        {"shape": "circle", "diameter": 4, "wall": 2},
        {"shape": "rectangle", "size": [40, 4], "wall": 2},
        {"shape": "rectangle", "size": [40, 4], "corner_radius": 1, "wall": 3},
        {"shape": "slot", "length": 20, "width": 4, "wall": 2},
        {"shape": "semicircle", "radius": 4, "wall": 2},
        {"shape": "sector", "radius": 10, "angle": 20, "wall": 3},
        {"shape": "ellipse", "size": [10, 4], "wall": 1},
        {"shape": "ring", "outer_radius": 4, "inner_radius": 2, "wall": 1},
        {"shape": "ring", "outer_radius": 4, "inner_radius": 4},
        {"shape": "rectangle", "size": [10, 4], "corner_radius": 3},
        {"shape": "slot", "length": 4, "width": 4},
        {"shape": "triangle", "sides": [1, 2, 3]},
        {"shape": "triangle", "base": 3},
        {"shape": "l", "size": [10, 6]},
        {"shape": "l", "size": [10, 6], "thickness": 6},
        {"shape": "star", "points": 5, "outer_radius": 4, "inner_radius": 5},
        {"shape": "star", "points": 5, "side": 0.5, "inner_radius": 5},
        {"shape": "polyline", "points": [[0, 0], [1, 1], [0, 0]]},
        {"shape": "trapezoid", "bottom": 30, "top": 20},
        {"shape": "trapezoid", "bottom": 30, "top": 20, "angle": 90},
        {"shape": "trapezoid", "bottom": 30, "top": 30, "angle": 45},
        {"shape": "trapezoid", "bottom": 30, "height": 20, "angle": 45},
        {"shape": "belt", "radii": [4, 2], "centers": 2},
        {"shape": "path", "start": [0, 0], "curves": [{"arc": [9, 0], "radius": 2}]},
        {"shape": "path", "start": [0, 0], "curves": [{"arc": [9, 0], "through": [4, 0]}]},
        {"shape": "path", "start": [0, 0], "curves": [{"line": [0, 0]}]},
        {"shape": "path", "start": [0, 0], "curves": [{"spline": [[0, 0], [1, 1]]}]},
    ],
)
def test_figures_that_do_not_fit_together(shape: dict) -> None:
    with pytest.raises(DesignError) as caught:
        loops(shape)
    assert caught.value.findings[0].code == "profiles.shape"
    assert caught.value.findings[0].pointer == "/operations/0/profile/0"


def test_a_closed_spline_and_arcs_far_from_the_origin() -> None:
    cam = {"shape": "path", "start": [5, 0], "curves": [{"spline": [[0, 5], [-5, 0], [0, -5], [5, 0]]}]}
    (curve,) = loops(cam)[0]["curves"]
    assert curve["points"][0] == curve["points"][-1] == [5, 0]
    far = {"curve": "arc", "start": [1e5 + 1, 1e5], "mid": [1e5, 1e5 + 1], "end": [1e5 - 1, 1e5]}
    center, radius, _, sweep = arc_circle(far)
    assert center == (1e5, 1e5) and radius == 1 and sweep == pytest.approx(180)


def test_sides_are_numbered_from_the_bottom_counter_clockwise() -> None:
    for shape in (
        {"shape": "rectangle", "size": [10, 6]},
        {"shape": "rectangle", "size": [10, 6], "corner_radius": 1},
        {"shape": "polygon", "sides": 6, "side": 3},
    ):
        profile = {"op": "extrude", "id": "p", "profile": [shape], "depth": 4}
        stand = {"op": "box", "face": "p.side1", "size": [1, 1, 1]}
        assert resolve({"units": "mm", "operations": [profile, stand]})["steps"][1]["frames"][0]["n"] == [
            0,
            -1,
            0,
        ]
