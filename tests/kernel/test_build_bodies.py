"""Join, cut, intersect, combine, patterns, mirrors and moves; and what each must have done to count."""

from __future__ import annotations

from math import pi

import pytest

from cadagent.kernel.shapes import box_of
from tests.kernel.steps import (
    built,
    circle,
    codes,
    frame,
    hole,
    plate,
    primitive,
    prism,
    rectangle,
    shift,
    step,
    through,
    volumes,
)

MIRROR_X = [-1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]


def test_joined_bodies_keep_the_earlier_id() -> None:
    second = prism("second", [rectangle(4, 4, 30, 0)], 0, 5)
    bridge = prism("bridge", [rectangle(20, 2, 25, 0)], 0, 5, "join")
    got = volumes(plate(), second, bridge)
    assert got == {"plate": pytest.approx(4000 + 80 + 5 * 2 * (8 + 3))}


def test_join_leaves_bodies_alone_that_it_does_not_touch() -> None:
    neighbour = prism("neighbour", [rectangle(10, 20, 25, 0)], 0, 5)
    boss = prism("boss", [circle(3)], 5, 9, "join")
    got = volumes(plate(), neighbour, boss)
    assert got == {"plate": pytest.approx(4000 + 36 * pi), "neighbour": pytest.approx(1000)}


def test_join_in_the_air_says_how_far_away_the_part_is() -> None:
    result = built(plate(), prism("boss", [circle(5)], 6, 10, "join"))
    (finding,) = result.findings
    assert (finding.code, finding.pointer) == ("geometry.not_touching", "/operations/1")
    assert "1 mm away" in finding.message
    assert "z 0..5" in (finding.expected or "") and "z 6..10" in (finding.actual or "")
    assert list(result.bodies) == ["plate", "boss"]


def test_some_joined_pieces_in_the_air_are_counted() -> None:
    (finding,) = built(plate(), prism("b", [circle(2), circle(2, 50, 0)], 5, 9, "join")).findings
    assert finding.code == "geometry.not_touching"
    assert finding.message.startswith("1 of the joined pieces")


def test_touching_along_an_edge_does_not_count_as_joined() -> None:
    (finding,) = built(plate(), prism("b", [rectangle(40, 20, 40, 20)], 0, 5, "join")).findings
    assert finding.code == "geometry.not_touching"
    assert "edge" in finding.message


def test_one_solid_pinched_at_an_edge_is_not_manifold() -> None:
    cuts = through("c", [rectangle(20, 10, -10, 5), rectangle(20, 10, 10, -5)])
    assert codes(plate(), cuts) == ["geometry.non_manifold"]


def test_cut_beside_the_part_is_a_finding_and_leaves_it_whole() -> None:
    result = built(plate(), prism("c", [circle(2)], 5, 9, "cut"))
    (finding,) = result.findings
    assert (finding.code, finding.severity) == ("geometry.no_effect", "error")
    assert "z 0..5" in (finding.expected or "") and "z 5..9" in (finding.actual or "")


def test_copies_beside_the_part_are_a_warning() -> None:
    result = built(plate(), hole("h", [frame(0, 0, 5), frame(100, 0, 5)], 4))
    (finding,) = result.findings
    assert (finding.code, finding.severity) == ("geometry.no_effect", "warning")
    assert finding.message.startswith("1 of 2 ")
    assert result.ok


def test_cut_of_everything_is_refused() -> None:
    assert codes(plate(), prism("c", [rectangle(60, 60)], -1, 6, "cut")) == ["geometry.no_volume"]


def test_cut_with_named_targets_spares_the_others() -> None:
    other = prism("other", [rectangle(40, 20)], 5, 10)
    got = volumes(plate(), other, through("c", [circle(2)], targets=["other"]))
    assert got == {"plate": pytest.approx(4000), "other": pytest.approx(4000 - 20 * pi)}


def test_cutting_with_nothing_there_yet() -> None:
    assert codes(hole("h", [frame()], 4)) == ["geometry.no_body"]


def test_intersect() -> None:
    assert volumes(plate(), prism("i", [circle(5)], -1, 9, "intersect"))["plate"] == pytest.approx(125 * pi)
    assert codes(plate(), prism("i", [circle(5, 90)], 0, 5, "intersect")) == ["geometry.no_volume"]
    assert codes(plate(), prism("i", [rectangle(90, 90)], -1, 9, "intersect")) == ["geometry.no_effect"]


def test_pattern_repeats_joins_and_cuts() -> None:
    peg = prism("peg", [circle(2, -15)], 5, 8, "join")
    bore = hole("bore", [frame(-15, 0, 8)], 2)
    copies = step("repeat", features=["peg", "bore"], matrices=[shift(10), shift(20), shift(30)])
    got = volumes(plate(), peg, bore, copies)
    assert got == {"plate": pytest.approx(4000 + 4 * 12 * pi - 4 * 8 * pi)}


def test_mirrored_half_becomes_one_part() -> None:
    half = prism("half", [rectangle(40, 20, 20, 0)], 0, 5)
    assert volumes(half, step("repeat", features=["half"], matrices=[MIRROR_X])) == {
        "half": pytest.approx(8000)
    }


def test_copies_that_stand_apart_are_bodies() -> None:
    got = volumes(plate(), step("repeat", features=["plate"], matrices=[shift(100), shift(200)]))
    assert got == {name: pytest.approx(4000) for name in ("plate", "repeat1", "repeat1_2")}


def test_pattern_of_a_pattern() -> None:
    peg = prism("peg", [circle(1, -15, -5)], 5, 8, "join")
    row = step("repeat", "row", features=["peg"], matrices=[shift(10), shift(20)])
    rows = step("repeat", "rows", features=["peg", "row"], matrices=[shift(0, 10)])
    assert volumes(plate(), peg, row, rows)["plate"] == pytest.approx(4000 + 6 * 3 * pi)


def test_mirrored_fillet() -> None:
    corner = [{"point": [20, 0, 0], "normal": [1, 0, 0]}, {"point": [0, 10, 0], "normal": [0, 1, 0]}]
    fillet = step("fillet", body=None, edges=[{"select": "planes", "planes": corner}], radius=2)
    got = volumes(plate(), fillet, step("repeat", features=["fillet1"], matrices=[MIRROR_X]))
    assert got["plate"] == pytest.approx(4000 - 5 * (8 - 2 * pi))


@pytest.mark.parametrize(
    ("mode", "expected"), [("join", 4000 + 125 * pi), ("cut", 4000 - 125 * pi), ("intersect", 125 * pi)]
)
def test_combine(mode: str, expected: float) -> None:
    peg = prism("peg", [circle(5)], 0, 10)
    got = volumes(plate(), peg, step("combine", mode=mode, target="plate", tools=["peg"]))
    assert got == {"plate": pytest.approx(expected)}


def test_combine_of_one_body_with_itself() -> None:
    peg = prism("peg", [circle(5)], 0, 10, "join")
    assert codes(plate(), peg, step("combine", mode="join", target="plate", tools=["peg"])) == [
        "geometry.no_effect"
    ]


def test_scale_then_align() -> None:
    double = step("transform", bodies=None, matrix=[2, 0, 0, 5, 0, 2, 0, 0, 0, 0, 2, 0])
    result = built(plate(), double, step("align", bodies=["plate"], point="bottom-left", to=[1, 2, 3]))
    box = box_of(result.bodies["plate"], exact=True)
    assert box.low == pytest.approx((1, -18, 3), abs=1e-6)
    assert box.high == pytest.approx((81, 22, 13), abs=1e-6)


def test_edges_are_still_found_after_a_move() -> None:
    turn = step("transform", bodies=None, matrix=[0, -1, 0, 7, 1, 0, 0, 0, 0, 0, 1, 9])
    bore = hole("bore", [frame(0, 0, 5)], 4)
    edge = step(
        "chamfer", body=None, edges=[{"select": "feature", "id": "bore"}], distance=0.5, distance2=None
    )
    still, moved = volumes(plate(), bore, edge), volumes(plate(), bore, turn, edge)
    assert moved["plate"] == pytest.approx(still["plate"])
    assert still["plate"] < 4000 - 20 * pi


def test_unknown_body_and_unknown_step() -> None:
    (finding,) = built(plate(), step("combine", mode="cut", target="nothing", tools=["plate"])).findings
    assert (finding.code, finding.expected, finding.actual) == ("geometry.no_body", "plate", "nothing")
    assert codes(step("teleport")) == ["geometry.unknown_step"]


def test_a_failed_step_keeps_what_was_built_before() -> None:
    result = built(plate(), step("teleport"), primitive("box", {"x": 1, "y": 1, "z": 1}))
    assert list(result.bodies) == ["plate"]
    assert [finding.pointer for finding in result.findings] == ["/operations/1"]
