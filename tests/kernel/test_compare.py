"""Intersection over union and chamfer distance on solids whose answers are known."""

from __future__ import annotations

import time

import numpy as np
import pytest

from cadagent.errors import InputError
from cadagent.kernel.compare import ROTATIONS, chamfer, iou
from cadagent.kernel.mesh import Mesh, merge, tessellate, weld
from tests.kernel.solids import box, cut, cylinder, fuse, plate_with_holes


def moved(mesh: Mesh, matrix: object, shift: object = (0, 0, 0)) -> Mesh:
    vertices = mesh.vertices @ np.array(matrix, dtype=float).T + np.array(shift)
    return Mesh(vertices.astype(np.float32), mesh.triangles)


def an_l() -> Mesh:
    """A part without any symmetry: an L with one hole and a step."""
    shape = fuse(box((0, 0, 0), (30, 10, 5)), box((0, 0, 0), (8, 20, 9)))
    return tessellate(cut(shape, cylinder(2, 20, (24, 5, -1))))


QUARTER = [[0, 0, 1], [1, 0, 0], [0, 1, 0]]


def test_overlap_of_boxes() -> None:
    a = tessellate(box((0, 0, 0), (10, 10, 10)))
    assert iou(a, a) == pytest.approx(1, abs=1e-9)
    assert iou(a, tessellate(box((5, 0, 0), (15, 10, 10)))) == pytest.approx(1 / 3)
    assert iou(a, tessellate(box((20, 0, 0), (30, 10, 10)))) == 0
    assert iou(a, tessellate(box((0, 0, 0), (10, 10, 5)))) == pytest.approx(0.5)


def test_true_scale_unless_normalised() -> None:
    a, double = an_l(), moved(an_l(), np.eye(3) * 2, (7, 8, 9))
    assert iou(a, double, pose_invariant=True) <= 1 / 8
    cube = tessellate(box((0, 0, 0), (2, 2, 2)))
    assert iou(cube, moved(cube, np.eye(3) * 2), pose_invariant=True) == pytest.approx(1 / 8)
    assert iou(a, double, pose_invariant=True, normalised=True) == pytest.approx(1, abs=1e-5)
    assert iou(a, double, normalised=True) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("pick", [0, 7, 23])
def test_axis_rotations_are_found(pick: int) -> None:
    axes, signs = ROTATIONS[pick]
    rotation = np.zeros((3, 3))
    rotation[range(3), axes] = signs
    assert np.linalg.det(rotation) == pytest.approx(1)
    a = an_l()
    assert iou(a, moved(a, rotation, (100, -20, 3)), pose_invariant=True) == pytest.approx(1, abs=1e-5)
    assert len({(axes, signs) for axes, signs in ROTATIONS}) == 24


def test_a_mirror_image_is_another_part() -> None:
    a = an_l()
    mirrored = Mesh(a.vertices * np.float32([-1, 1, 1]), a.triangles[:, ::-1])
    assert iou(a, mirrored, pose_invariant=True) < 0.95


def test_centres_of_mass_align_what_boxes_do_not() -> None:
    plain = tessellate(box((0, 0, 0), (30, 30, 30)))
    flagged = tessellate(fuse(box((0, 0, 0), (30, 30, 30)), box((30, 14, 14), (60, 16, 16))))
    by_mass = iou(plain, flagged, pose_invariant=True)
    assert by_mass > 0.95  # centred on the boxes it would be 0.33


def test_pruning_changes_nothing() -> None:
    a, b = an_l(), moved(tessellate(plate_with_holes()), QUARTER, (3, 4, 5))
    best = 0.0
    for axes, signs in ROTATIONS:
        rotation = np.zeros((3, 3))
        rotation[range(3), axes] = signs
        turned = moved(a, rotation)
        for center_a, center_b in (
            (sum(turned.box) / 2, sum(b.box) / 2),
            (turned.center, b.center),
        ):
            best = max(best, iou(moved(turned, np.eye(3), -center_a), moved(b, np.eye(3), -center_b)))
    assert iou(a, b, pose_invariant=True) == pytest.approx(best, abs=1e-5)


def test_soups_inverted_and_mixed_up_meshes_are_put_right() -> None:
    plate = tessellate(plate_with_holes())
    corners = plate.corners.copy()
    inverted = Mesh(corners.reshape(-1, 3), np.arange(len(corners) * 3).reshape(-1, 3)[:, ::-1])
    assert iou(plate, inverted) == pytest.approx(1, abs=1e-5)
    corners[::3] = corners[::3, ::-1]
    assert iou(plate, weld(corners)) == pytest.approx(1, abs=1e-5)


def test_overlapping_shells_count_once_and_cavities_stay_empty() -> None:
    left, right = tessellate(box((0, 0, 0), (6, 10, 10))), tessellate(box((4, 0, 0), (10, 10, 10)))
    assert iou(merge([left, right]), tessellate(box((0, 0, 0), (10, 10, 10)))) == pytest.approx(1)
    hollow = tessellate(cut(box((0, 0, 0), (10, 10, 10)), box((2, 2, 2), (8, 8, 8))))
    assert iou(hollow, tessellate(box((0, 0, 0), (10, 10, 10)))) == pytest.approx(1 - 0.216)


def test_an_open_mesh_is_refused_in_one_line() -> None:
    plate = tessellate(plate_with_holes())
    with pytest.raises(InputError, match=r"^the mesh is not closed \(3 open sides"):
        iou(plate, Mesh(plate.vertices, plate.triangles[1:]))


def test_chamfer_distance() -> None:
    plate = tessellate(plate_with_holes())
    same = chamfer(plate, plate)
    assert 0.05 < same < 0.5
    assert chamfer(plate, plate) == same
    apart = moved(plate, np.eye(3), (4, 0, 0))
    assert chamfer(plate, apart) > 2 * same


def test_comparing_takes_milliseconds_a_rotation() -> None:
    a, b = an_l(), tessellate(plate_with_holes())
    start = time.process_time()
    iou(a, b, pose_invariant=True)
    assert (time.process_time() - start) / 48 < 0.03
