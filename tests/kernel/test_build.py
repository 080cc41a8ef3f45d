"""Profiles, extrusions, revolves, holes and primitives come out with their exact volumes."""

from __future__ import annotations

from math import pi, radians, tan

import pytest

from cadagent.kernel.shapes import box_of
from tests.kernel.steps import (
    built,
    circle,
    codes,
    frame,
    hole,
    plate,
    polygon,
    primitive,
    prism,
    rectangle,
    step,
    through,
    volumes,
)

FOUR = [(x, y) for x in (-15, 15) for y in (-5, 5)]


def test_plate_with_four_holes_drilled_or_drawn_is_the_same_solid() -> None:
    drilled = volumes(plate(), hole("holes", [frame(x, y, 5) for x, y in FOUR], 4))
    drawn = volumes(prism("plate", [rectangle(40, 20), *(circle(2, x, y, "hole") for x, y in FOUR)], 0, 5))
    cut_out = volumes(plate(), through("cut", [circle(2, x, y) for x, y in FOUR]))
    for result in (drilled, drawn, cut_out):
        assert result["plate"] == pytest.approx(4000 - 4 * pi * 4 * 5, rel=1e-9)
    assert drilled["plate"] == pytest.approx(3748.67, abs=0.005)


def test_the_same_design_twice_gives_the_same_numbers() -> None:
    steps = (plate(), prism("boss", [circle(5)], 5, 9, "join"), hole("h", [frame(0, 0, 9)], 3))
    assert volumes(*steps) == volumes(*steps)


def test_overlapping_adds_are_one_region_and_apart_they_are_islands() -> None:
    assert volumes(prism("a", [rectangle(4, 4), rectangle(4, 4, 2, 2)], 0, 5))["a"] == pytest.approx(140)
    islands = built(prism("a", [rectangle(4, 4), rectangle(4, 4, 10, 0)], 0, 5))
    assert list(islands.bodies) == ["a"]


def test_hole_loop_may_cross_the_outline() -> None:
    got = volumes(prism("a", [rectangle(4, 4), circle(1, 2, 2, "hole")], 0, 5))["a"]
    assert got == pytest.approx(5 * (16 - pi / 4))


def test_arcs_ellipses_and_splines_make_profiles() -> None:
    slot = [
        {"curve": "line", "start": [-5, -2], "end": [5, -2]},
        {"curve": "arc", "start": [5, -2], "mid": [7, 0], "end": [5, 2]},
        {"curve": "line", "start": [5, 2], "end": [-5, 2]},
        {"curve": "arc", "start": [-5, 2], "mid": [-7, 0], "end": [-5, -2]},
    ]
    assert volumes(prism("s", [{"curves": slot}], 0, 3))["s"] == pytest.approx(3 * (40 + 4 * pi))
    ellipse = {"curves": [{"curve": "ellipse", "center": [1, 2], "rx": 2, "ry": 4, "angle": 30}]}
    assert volumes(prism("e", [ellipse], 0, 5))["e"] == pytest.approx(5 * 8 * pi, rel=1e-6)
    spline = {"curves": [{"curve": "spline", "points": [[0, 0], [5, 1], [6, 6], [1, 5], [0, 0]]}]}
    assert volumes(prism("p", [spline], 0, 1))["p"] > 25


@pytest.mark.parametrize(
    ("loop", "code"),
    [
        (polygon((0, 0), (4, 4), (4, 0), (0, 4)), "geometry.bad_loop"),
        (polygon((0, 0), (4, 0), (0, 0)), "geometry.bad_loop"),
        ({"curves": [{"curve": "line", "start": [0, 0], "end": [1, 0]}]}, "geometry.open_loop"),
        (circle(2, role="hole"), "geometry.no_area"),
    ],
)
def test_bad_profiles_are_named(loop: dict, code: str) -> None:
    (finding,) = built(prism("a", [loop], 0, 1)).findings
    assert finding.code == code
    assert finding.pointer == "/operations/0"
    assert finding.hint


def test_two_sided_extrusion_is_one_prism_without_a_seam() -> None:
    from OCP.TopAbs import TopAbs_FACE

    from cadagent.kernel.shapes import parts

    result = built(prism("a", [rectangle(4, 4)], -3, 2))
    assert box_of(result.bodies["a"], exact=True).low[2] == pytest.approx(-3)
    assert len(parts(result.bodies["a"], TopAbs_FACE)) == 6


def test_taper_shrinks_away_from_the_drawn_end_and_widens_holes() -> None:
    k = tan(radians(10))
    solid = 4000 - 2 * k * 60 * 12.5 + 4 * k * k * 125 / 3
    for keep in ("start", "end"):
        got = volumes(prism("a", [rectangle(40, 20)], 0, 5, taper=10, taper_from=keep))["a"]
        assert got == pytest.approx(solid)
    bore = pi * 5 / 3 * (9 + 3 * (3 + 5 * k) + (3 + 5 * k) ** 2)
    got = volumes(prism("a", [rectangle(40, 20), circle(3, role="hole")], 0, 5, taper=10))["a"]
    assert got == pytest.approx(solid - bore)


def test_taper_that_closes_the_profile_is_a_finding() -> None:
    assert codes(prism("a", [rectangle(4, 4)], 0, 50, taper=10)) == ["geometry.taper_too_large"]


def test_join_up_to_the_next_face_fills_the_gap() -> None:
    lid = prism("lid", [rectangle(40, 20)], 20, 22)
    post = prism("post", [circle(2)], 0, 0, "join", extent="next", direction=1, frame=frame(0, 0, 5))
    got = volumes(plate(), lid, post)
    assert got == {"plate": pytest.approx(4000 + 1600 + 4 * pi * 15)}


def test_cut_up_to_the_next_face_goes_through_one_wall_only() -> None:
    tube = prism("tube", [rectangle(20, 20), rectangle(16, 16, role="hole")], 0, 10)
    window = prism("w", [circle(2)], 0, 0, "cut", extent="next", direction=-1, frame=frame(0, -10, 5, "xz"))
    assert volumes(tube, window)["tube"] == pytest.approx(10 * (400 - 256) - 4 * pi * 2)


def test_next_with_nothing_ahead_says_so() -> None:
    post = prism("post", [circle(2)], 0, 0, "join", extent="next", direction=1, frame=frame(0, 0, 5))
    (finding,) = built(plate(), post).findings
    assert (finding.code, finding.pointer) == ("geometry.no_effect", "/operations/1")


def test_revolve_whole_and_in_part() -> None:
    def ring(start: float, end: float) -> dict:
        axis = {"point": [0, 0], "direction": [0, 1]}
        more = {"mode": "new", "targets": None, "frame": frame(plane="xz"), "axis": axis}
        return step("revolve", "r", loops=[rectangle(5, 30, 20, 0)], start=start, end=end, **more)

    whole = pi * (22.5**2 - 17.5**2) * 30
    assert volumes(ring(0, 360))["r"] == pytest.approx(whole)
    assert volumes(ring(30, 120))["r"] == pytest.approx(whole / 4)


def test_revolve_across_its_axis_says_how_far_to_move() -> None:
    axis = {"point": [0, 0], "direction": [0, 1]}
    loops = [rectangle(5, 30, 1, 0)]
    bad = step("revolve", mode="new", targets=None, frame=frame(), loops=loops, axis=axis, start=0, end=360)
    (finding,) = built(bad).findings
    assert finding.code == "geometry.crosses_axis"
    assert "1.5 mm" in (finding.hint or "")


@pytest.mark.parametrize(
    ("kind", "size", "expected"),
    [
        ("box", {"x": 1, "y": 2, "z": 3}, 6),
        ("cylinder", {"radius": 1, "height": 2}, 2 * pi),
        ("cone", {"bottom": 2, "top": 1, "height": 3}, 7 * pi),
        ("cone", {"bottom": 2, "top": 0, "height": 3}, 4 * pi),
        ("cone", {"bottom": 2, "top": 2, "height": 3}, 12 * pi),
        ("sphere", {"radius": 2}, 32 / 3 * pi),
        ("torus", {"major": 3, "minor": 1}, 6 * pi * pi),
        ("wedge", {"x": 4, "y": 2, "z": 3, "top": 2}, 18),
        ("wedge", {"x": 4, "y": 2, "z": 3, "top": 0}, 12),
        ("pyramid", {"base": [[-1, -1], [1, -1], [1, 1], [-1, 1]], "top": [[0, 0]], "height": 3}, 4),
        (
            "pyramid",
            {
                "base": [[-2, -2], [2, -2], [2, 2], [-2, 2]],
                "top": [[-1, -1], [1, -1], [1, 1], [-1, 1]],
                "height": 3,
            },
            28,
        ),
    ],
)
def test_primitives(kind: str, size: dict, expected: float) -> None:
    assert volumes(primitive(kind, size))[f"{kind}1"] == pytest.approx(expected, rel=1e-9)
    turned = frame(3, 4, 5, "yz")
    assert volumes(primitive(kind, size, turned))[f"{kind}1"] == pytest.approx(expected, rel=1e-9)


def test_primitives_stand_on_their_frame() -> None:
    box = box_of(built(primitive("box", {"x": 2, "y": 4, "z": 6}, frame(1, 1, 1))).bodies["box1"], exact=True)
    assert box.low == pytest.approx((0, -1, 1))
    assert box.high == pytest.approx((2, 3, 7))


def test_hole_kinds() -> None:
    start = [frame(0, 0, 5)]

    def removed(**more: object) -> float:
        return 4000 - volumes(plate(), hole("h", start, 4, **more))["plate"]

    assert removed(depth=3) == pytest.approx(12 * pi)
    assert removed(depth=3, tip=90) == pytest.approx(12 * pi + 4 * pi * 2 / 3)
    assert removed(counterbore={"diameter": 8, "depth": 2}) == pytest.approx(32 * pi + 12 * pi)
    sink = pi * 2 / 3 * (16 + 8 + 4)
    assert removed(countersink={"diameter": 8, "angle": 90}) == pytest.approx(sink + 12 * pi)


def test_counterbore_deeper_than_its_hole_is_refused() -> None:
    bore = {"diameter": 8, "depth": 4}
    assert codes(plate(), hole("h", [frame(0, 0, 5)], 4, depth=3, counterbore=bore)) == [
        "geometry.build_failed"
    ]
    narrow = {"diameter": 3, "depth": 1}
    assert codes(plate(), hole("h", [frame(0, 0, 5)], 4, counterbore=narrow)) == ["geometry.build_failed"]


def test_three_hundred_holes_are_one_boolean() -> None:
    import time

    frames = [frame(x * 4 - 38, y * 4 - 28, 5) for x in range(20) for y in range(15)]
    started = time.perf_counter()
    got = volumes(prism("p", [rectangle(80, 60)], 0, 5), hole("h", frames, 2))["p"]
    assert got == pytest.approx(24000 - 300 * pi * 5)
    assert time.perf_counter() - started < 8
