"""Measured facts against values worked out by hand."""

from __future__ import annotations

import json
import math
import subprocess
import sys

import pytest
from OCP.BRepPrimAPI import BRepPrimAPI_MakeSphere, BRepPrimAPI_MakeTorus

from cadagent.kernel.measure import measure
from cadagent.kernel.mesh import tessellate
from tests.kernel.solids import box, cone, cut, cylinder, fuse, plate_with_holes, rounded_cube, turned


def test_plate_with_four_holes() -> None:
    m = measure({"plate": plate_with_holes()})
    assert m.volume == pytest.approx(4000 - 4 * math.pi * 4 * 5, abs=1e-6)
    assert f"{m.volume:.2f}" == "3748.67"
    assert m.area == pytest.approx(2 * (800 - 16 * math.pi) + 600 + 4 * 20 * math.pi, abs=1e-6)
    assert m.box_min == pytest.approx((0, 0, 0), abs=1e-12)
    assert m.size == pytest.approx((40, 20, 5), abs=1e-12)
    assert m.center == pytest.approx((20, 10, 2.5))
    assert (m.planar_faces, len(m.cylinders), m.hole_count, m.bodies) == (6, 4, 4, 1)
    assert all(c.kind == "hole" and c.radius == 2 and c.through and c.length == 5 for c in m.cylinders)
    assert (m.euler, m.genus, m.watertight, m.valid) == (-6, 4, True, True)
    assert {p.normal for p in m.planes} >= {(0.0, 0.0, 1.0), (0.0, 0.0, -1.0)}


def test_the_report_is_json_and_the_same_every_time() -> None:
    first, second = (json.dumps(measure({"plate": plate_with_holes()}).as_dict()) for _ in range(2))
    assert first == second
    assert json.loads(first)["cylinders"][0] == {
        "body": "plate",
        "kind": "hole",
        "radius": 2.0,
        "axis_point": [5.0, 5.0, 0.0],
        "axis_direction": [0.0, 0.0, 1.0],
        "through": True,
        "angle": 360.0,
        "depth": 5.0,
    }
    assert "-0.0" not in first


def test_the_table_for_people() -> None:
    lines = measure({"plate": plate_with_holes()}).as_lines()
    assert lines[0] == "size       40 × 20 × 5 mm"
    assert "volume     3748.67 mm³" in lines
    assert "bodies     1 (watertight, genus 4)" in lines
    assert "holes      4 × ⌀4 through, 5 deep" in lines


def test_box_is_exact_for_turned_and_curved_solids() -> None:
    m = measure({"cube": turned(box((0, 0, 0), (10, 10, 10)), (0, 0, 1), math.pi / 4)})
    assert m.size == pytest.approx((10 * math.sqrt(2), 10 * math.sqrt(2), 10), abs=1e-9)
    ball = measure({"ball": BRepPrimAPI_MakeSphere(10.0).Shape()})
    assert ball.size == pytest.approx((20, 20, 20), abs=1e-9)
    assert ball.spheres == 1
    assert ball.volume == pytest.approx(4 / 3 * math.pi * 1000, rel=1e-9)


@pytest.mark.parametrize(
    ("tools", "radii", "depth", "through"),
    [
        ([cylinder(3, 6, (0, 0, 4))], (3.0,), 6.0, False),
        ([cylinder(3, 6, (0, 0, 4)), cone(0, 3, 2, (0, 0, 2))], (3.0,), 8.0, False),
        ([cylinder(3, 20, (0, 0, -5)), cylinder(5, 9, (0, 0, 7))], (5.0, 3.0), 10.0, True),
        ([cylinder(3, 20, (0, 0, -5)), cone(3, 6, 3, (0, 0, 7))], (3.0,), 10.0, True),
        ([cylinder(3, 6, (0, 0, 4)), turned(BRepPrimAPI_MakeSphere(3.0).Shape(), (0, 0, 1), 0, (0, 0, 4))],
         (3.0,), 6.0, False),
    ],
    ids=["flat floor", "drill tip", "counterbore", "countersink", "ball end"],
)  # fmt: skip
def test_holes_are_counted_as_people_do(tools: list, radii: tuple, depth: float, through: bool) -> None:
    m = measure({"block": cut(box((-10, -10, 0), (10, 10, 10)), *tools)})
    (hole,) = m.holes
    assert hole.radii == pytest.approx(radii)
    assert hole.depth == pytest.approx(depth)
    assert hole.through is through
    assert m.genus == int(through)
    if not through:
        assert hole.axis_point == pytest.approx((0, 0, 10))
        assert hole.axis_direction == (0, 0, -1)


def test_a_cylinder_in_halves_is_one_and_walls_are_separate_holes() -> None:
    half = cut(cylinder(4, 9, (0, 0, -1)), box((-9, 0, -9), (9, 9, 9)))
    split = cut(box((-10, -10, 0), (10, 10, 5)), half, turned(half, (0, 0, 1), math.pi))
    assert [(c.radius, c.angle) for c in measure({"b": split}).cylinders] == [(4.0, pytest.approx(360))]
    fork = cut(
        box((0, 0, 0), (30, 10, 20)), box((5, -1, 5), (25, 11, 30)), cylinder(2, 40, (-5, 5, 15), (1, 0, 0))
    )
    m = measure({"fork": fork})
    assert [(c.length, c.through) for c in m.cylinders] == [(5.0, True), (5.0, True)]
    assert m.hole_count == 2


def test_bosses_and_coaxial_cylinders_are_told_apart_by_radius() -> None:
    m = measure({"shaft": cut(fuse(cylinder(10, 5), cylinder(6, 20)), cylinder(2, 50, (0, 0, -10)))})
    assert [(c.kind, c.radius, c.length) for c in m.cylinders] == [
        ("boss", 6.0, pytest.approx(15)),
        ("boss", 10.0, pytest.approx(5)),
        ("hole", 2.0, pytest.approx(20)),
    ]
    assert m.cylinders[0].through is None
    assert (m.hole_count, m.genus) == (1, 1)


def test_fillets_are_roundings_not_cylinders() -> None:
    m = measure({"cube": rounded_cube()})
    assert m.cylinders == ()
    assert [(r.kind, r.radius, r.angle, r.count) for r in m.rounds] == [("outer", 2.0, pytest.approx(90), 12)]
    assert m.spheres == 8
    assert (m.euler, m.genus) == (2, 0)


def test_topology_agrees_with_the_mesh() -> None:
    for shape in (plate_with_holes(), rounded_cube(), BRepPrimAPI_MakeTorus(10.0, 3.0).Shape(), cone(5, 0, 9),
                  cut(box((0, 0, 0), (9, 9, 9)), box((3, 3, 3), (6, 6, 6)))):  # fmt: skip
        m, mesh = measure({"s": shape}), tessellate(shape)
        assert m.watertight
        assert mesh.watertight
        assert m.euler == mesh.euler
        assert m.volume == pytest.approx(mesh.volume, rel=0.02)


def test_a_cavity_adds_no_handle() -> None:
    m = measure({"hollow": cut(box((0, 0, 0), (9, 9, 9)), box((3, 3, 3), (6, 6, 6)))})
    assert (m.bodies, m.euler, m.genus) == (1, 4, 0)


def test_several_bodies_are_listed_one_by_one() -> None:
    m = measure({"a": box((0, 0, 0), (1, 1, 1)), "b": box((5, 0, 0), (7, 2, 2))})
    assert m.bodies == 2
    assert [(p.id, pytest.approx(p.volume)) for p in m.parts] == [("a", 1), ("b", 8)]
    assert m.center == pytest.approx(((0.5 + 6 * 8) / 9, (0.5 + 8) / 9, (0.5 + 8) / 9))
    assert m.box_max == pytest.approx((7, 2, 2))


def test_boxes_that_share_only_an_edge_are_no_sound_body() -> None:
    m = measure({"pair": fuse(box((0, 0, 0), (5, 5, 5)), box((5, 5, 0), (10, 10, 5)))})
    assert m.bodies == 2
    assert m.non_manifold_edges == 1
    assert not m.watertight
    assert not m.valid
    assert m.genus is None


def test_nothing_measures_nothing() -> None:
    m = measure({})
    assert (m.bodies, m.volume, m.valid, m.watertight) == (0, 0, False, False)


def test_importing_the_kernel_loads_neither_opencascade_nor_numpy() -> None:
    code = (
        "import sys, cadagent, cadagent.kernel;"
        "print([n for n in ('OCP', 'numpy', 'manifold3d') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
