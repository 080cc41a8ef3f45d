"""Fillets, chamfers, shells, lofts, sweeps and ribs."""

from __future__ import annotations

from math import pi
from typing import Any

import pytest

from tests.kernel.steps import (
    TOP,
    built,
    circle,
    codes,
    frame,
    hole,
    lines,
    plate,
    prism,
    rectangle,
    step,
    volumes,
)

FRONT = {"point": [0.0, -10.0, 2.5], "normal": [0.0, -1.0, 0.0]}
BOTTOM = {"point": [0.0, 0.0, 0.0], "normal": [0.0, 0.0, -1.0]}
VERTICAL = {"select": "direction", "vector": [0, 0, 1]}


def fillet(*selectors: dict[str, Any], radius: float) -> dict[str, Any]:
    return step("fillet", body=None, edges=list(selectors), radius=radius)


def chamfer(*selectors: dict[str, Any], distance: float, second: float | None = None) -> dict[str, Any]:
    return step("chamfer", body=None, edges=list(selectors), distance=distance, distance2=second)


def shell(thickness: float, *planes: dict[str, Any], outward: bool = False) -> dict[str, Any]:
    return step("shell", body=None, open=list(planes), thickness=thickness, outward=outward)


ROUND = 1 - pi / 4  # what a fillet of radius 1 takes from a square corner, per mm


@pytest.mark.parametrize(
    ("selector", "removed"),
    [
        (VERTICAL, 4 * 5 * ROUND),
        ({"select": "planes", "planes": [TOP, FRONT]}, 40 * ROUND),
    ],
)
def test_fillet_takes_what_it_should(selector: dict[str, Any], removed: float) -> None:
    assert volumes(plate(), fillet(selector, radius=1))["plate"] == pytest.approx(4000 - removed)


def test_selectors_find_the_same_edges_by_different_words() -> None:
    words = [
        {"select": "plane", **TOP},
        {"select": "plane", **TOP, "of": "plate"},
        {"select": "side", "direction": [0, 0, 1]},
    ]
    got = [volumes(plate(), fillet(word, radius=1))["plate"] for word in words]
    assert got[0] < 4000
    assert got == pytest.approx([got[0]] * 3)


def test_selecting_everything_twice_changes_nothing() -> None:
    once = volumes(plate(), fillet({"select": "all"}, radius=1))["plate"]
    twice = volumes(plate(), fillet({"select": "all"}, VERTICAL, radius=1))["plate"]
    assert once == twice


def test_edges_of_a_feature_only() -> None:
    bore = hole("bore", [frame(0, 0, 5)], 4)
    got = volumes(plate(), bore, chamfer({"select": "feature", "id": "bore"}, distance=0.5))["plate"]
    ring = pi * 0.5 / 3 * (4 + 2 * 2.5 + 2.5**2) - pi * 4 * 0.5
    assert got == pytest.approx(4000 - 20 * pi - 2 * ring)


def test_first_chamfer_distance_lies_on_the_selected_face() -> None:
    got = volumes(plate(), chamfer({"select": "planes", "planes": [TOP, FRONT]}, distance=3, second=1))[
        "plate"
    ]
    assert got == pytest.approx(4000 - 40 * 1.5)
    side = built(plate(), chamfer({"select": "planes", "planes": [TOP, FRONT]}, distance=3, second=1))
    from cadagent.kernel.selectors import plane_faces
    from cadagent.kernel.shapes import area

    (top,) = plane_faces(side.bodies["plate"], TOP)
    assert area(top) == pytest.approx(40 * 17)


def test_too_large_a_fillet_names_a_radius_that_fits() -> None:
    (finding,) = built(plate(), fillet({"select": "plane", **TOP}, radius=7)).findings
    assert (finding.code, finding.actual) == ("geometry.fillet_too_large", "7 mm")
    assert finding.hint == "Use radius 4.9 mm or less."
    assert codes(plate(), fillet({"select": "plane", **TOP}, radius=4.9)) == []


def test_too_large_a_chamfer() -> None:
    assert codes(plate(), chamfer(VERTICAL, distance=30)) == ["geometry.chamfer_too_large"]


def test_no_such_edges() -> None:
    far = {"select": "plane", "point": [0, 0, 99], "normal": [0, 0, 1]}
    (finding,) = built(plate(), fillet(far, radius=1)).findings
    assert finding.code == "geometry.no_edges"
    assert "12 sharp edges, 4 of them vertical" in (finding.actual or "")


def test_steps_after_a_failed_fillet_are_still_built() -> None:
    result = built(plate(), fillet(VERTICAL, radius=99), hole("h", [frame(0, 0, 5)], 4))
    assert [finding.code for finding in result.findings] == ["geometry.fillet_too_large"]
    from cadagent.kernel.shapes import volume

    assert volume(result.bodies["plate"]) == pytest.approx(4000 - 20 * pi)


def test_shells() -> None:
    assert volumes(plate(), shell(1, TOP))["plate"] == pytest.approx(4000 - 38 * 18 * 4)
    assert volumes(plate(), shell(1, TOP, outward=True))["plate"] == pytest.approx(42 * 22 * 6 - 4000)
    assert volumes(plate(), shell(1))["plate"] == pytest.approx(4000 - 38 * 18 * 3)
    assert volumes(plate(), shell(1, TOP, FRONT))["plate"] == pytest.approx(4000 - 38 * 19 * 4)


@pytest.mark.parametrize("radius", [0.5, 1, 1.5])
def test_walls_may_be_thicker_than_the_roundings_outside(radius: float) -> None:
    """Inside there is a sharp corner then, and above the size of the walls a rounding of what is left."""
    inner = max(0.0, radius - 1)
    wanted = 4000 - 4 * 5 * ROUND * radius**2 - 4 * (38 * 18 - 4 * ROUND * inner**2)
    assert volumes(plate(), fillet(VERTICAL, radius=radius), shell(1, TOP))["plate"] == pytest.approx(wanted)


def test_a_cup_whose_rim_below_is_rounded_less_than_its_wall() -> None:
    rod, rim = prism("rod", [circle(10)], 0, 10), {"select": "plane", **BOTTOM}
    cup = volumes(rod, fillet(rim, radius=0.5), shell(1, {**TOP, "point": [0, 0, 10]}))["rod"]
    (outside,) = volumes(rod, fillet(rim, radius=0.5)).values()
    assert cup == pytest.approx(outside - pi * 81 * 9)


def test_a_pin_thinner_than_the_walls_is_left_solid() -> None:
    """Its surface was offset beyond its own axis, which made a hollow of it."""
    pin = prism("pin", [circle(0.8, 5, 0)], 5, 15, "join")
    shells = volumes(plate(), pin, fillet(VERTICAL, radius=0.5), shell(1, BOTTOM))
    assert shells["plate"] == pytest.approx(4000 - 4 * 5 * ROUND / 4 - 38 * 18 * 4 + pi * 0.64 * 10)
    assert codes(plate(), pin, shell(1, TOP)) == ["geometry.shell_failed"]


def test_shell_that_does_not_fit_names_a_thickness() -> None:
    (finding,) = built(plate(), shell(3)).findings
    assert finding.code == "geometry.shell_failed"
    assert finding.expected == "about 2.4 mm or less"


def test_open_face_that_is_gone() -> None:
    gone = {"point": [0, 0, 4], "normal": [0, 0, 1]}
    assert codes(plate(), shell(1, gone)) == ["geometry.face_gone"]


def test_lofts() -> None:
    def loft(*loops: list[Any], ruled: bool = True) -> dict[str, Any]:
        sections = [{"frame": frame(0, 0, 10 * i), "loops": loop} for i, loop in enumerate(loops)]
        return step("loft", mode="new", targets=None, sections=sections, ruled=ruled)

    frustum = 10 / 3 * (100 + 16 + 40)
    assert volumes(loft([rectangle(10, 10)], [rectangle(4, 4)]))["loft1"] == pytest.approx(frustum)
    hollow = [[rectangle(10, 10), circle(1, role="hole")], [rectangle(4, 4), circle(1, role="hole")]]
    assert volumes(loft(*hollow))["loft1"] == pytest.approx(frustum - 10 * pi, rel=1e-6)
    assert 600 < volumes(loft([rectangle(10, 10)], [circle(4)], ruled=False))["loft1"] < 900
    assert codes(loft([rectangle(9, 9)])) == ["geometry.build_failed"]
    assert codes(loft([rectangle(9, 9)], hollow[1])) == ["geometry.build_failed"]


def test_sweeps() -> None:
    bend = {"curve": "arc", "start": [0, 20], "mid": [10 - 50**0.5, 20 + 50**0.5], "end": [10, 30]}

    def sweep(curves: list[Any], *loops: Any) -> float:
        path = {"frame": frame(plane="xz"), "curves": curves}
        made = volumes(step("sweep", mode="new", targets=None, frame=frame(), loops=list(loops), path=path))
        return made["sweep1"]

    straight = lines([(0, 0), (0, 20)], closed=False)
    tube = (circle(2), circle(1, role="hole"))
    assert sweep([*straight, bend], *tube) == pytest.approx(3 * pi * (20 + 5 * pi), rel=1e-6)
    corner = lines([(0, 0), (0, 20), (10, 20)], closed=False)
    assert sweep(corner, rectangle(2, 2)) == pytest.approx(4 * 30)


def test_rib_between_wall_and_plate() -> None:
    wall = prism("wall", [rectangle(5, 20, -17.5, 0)], 5, 25, "join")
    path = {"frame": frame(plane="xz"), "curves": lines([(-15, 20), (10, 5)], closed=False)}
    rib = step("rib", mode="join", targets=None, path=path, thickness=3, direction=[-0.5145, -0.8575])
    assert volumes(plate(), wall, rib)["plate"] == pytest.approx(4000 + 2000 + 25 * 15 / 2 * 3)
    away = {**rib, "direction": [0.5145, 0.8575]}
    assert codes(plate(), wall, away) == ["geometry.no_effect"]


def test_edges_that_are_round_already_are_a_warning() -> None:
    result = built(
        plate(), fillet(VERTICAL, radius=2), step("fillet", "again", body=None, edges=[VERTICAL], radius=1)
    )
    assert [(f.code, f.severity) for f in result.findings] == [("geometry.edges_smooth", "warning")]
    assert result.ok
