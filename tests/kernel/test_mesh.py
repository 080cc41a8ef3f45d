"""Meshes close along the topology, keep their volume and know their own faults."""

from __future__ import annotations

import math

import numpy as np
import pytest
import trimesh
from OCP.BRepPrimAPI import BRepPrimAPI_MakeSphere, BRepPrimAPI_MakeTorus

from cadagent.kernel.mesh import Mesh, crease_edges, merge, tessellate, weld
from tests.kernel.solids import box, cone, cylinder, fuse, plate_with_holes, rounded_cube

SHAPES = {
    "plate": plate_with_holes,
    "cone": lambda: cone(5, 0, 10),
    "sphere": lambda: BRepPrimAPI_MakeSphere(10.0).Shape(),
    "torus": lambda: BRepPrimAPI_MakeTorus(10.0, 3.0).Shape(),
    "rounded cube": rounded_cube,
}


@pytest.mark.parametrize("name", SHAPES)
def test_solids_give_closed_outward_meshes(name: str) -> None:
    mesh = tessellate(SHAPES[name]())
    independent = trimesh.Trimesh(mesh.vertices, mesh.triangles, process=False)
    assert mesh.watertight
    assert independent.is_watertight
    assert mesh.volume > 0
    assert mesh.volume == pytest.approx(independent.volume, rel=1e-5)
    assert mesh.area == pytest.approx(independent.area, rel=1e-5)
    assert mesh.center == pytest.approx(independent.center_mass, abs=1e-3)
    assert mesh.euler == independent.euler_number
    assert (mesh.vertices.dtype, mesh.triangles.dtype) == (np.float32, np.int32)


def test_finer_means_closer() -> None:
    exact = 4 / 3 * math.pi * 1000
    ball = BRepPrimAPI_MakeSphere(10.0).Shape()
    coarse, fine = (exact - tessellate(ball, d, a).volume for d, a in ((1e-2, 0.5), (1e-4, 0.1)))
    assert 0 < fine < coarse / 5
    again = tessellate(ball, 1e-2, 0.5)
    assert exact - again.volume == pytest.approx(coarse)  # a finer mesh made before does not stick


def test_edges_leave_out_seams_and_tell_tangent_joints() -> None:
    tube = tessellate(cylinder(5, 10))
    assert (len(tube.edges), len(tube.smooth_edges)) == (2, 0)
    cube = tessellate(rounded_cube())
    assert (len(cube.edges), len(cube.smooth_edges)) == (0, 48)


def test_boxes_that_share_an_edge_are_non_manifold() -> None:
    mesh = tessellate(fuse(box((0, 0, 0), (5, 5, 5)), box((5, 5, 0), (10, 10, 5))))
    assert mesh.non_manifold_sides == 1
    assert mesh.open_sides == 0
    assert not mesh.watertight


def test_bodies_are_meshed_together_and_stay_apart() -> None:
    mesh = tessellate({"a": box((0, 0, 0), (1, 1, 1)), "b": box((1, 0, 0), (2, 1, 1))})
    assert mesh.watertight
    assert mesh.euler == 4
    assert mesh.volume == pytest.approx(2)


def test_a_soup_is_welded_and_holes_in_it_are_found() -> None:
    plate = tessellate(plate_with_holes())
    soup = weld(plate.corners + np.random.default_rng(1).normal(0, 1e-7, plate.corners.shape))
    assert soup.watertight
    assert len(soup.vertices) == len(plate.vertices)
    assert len(soup.edges) > 100  # creases around the plate and its holes
    torn = weld(plate.corners[1:])
    assert torn.open_sides == 3
    assert not torn.watertight
    flipped = Mesh(plate.vertices, np.vstack([plate.triangles[:1, ::-1], plate.triangles[1:]]))
    assert flipped.open_sides == 0
    assert not flipped.watertight


def test_creases_of_a_box_are_its_edges() -> None:
    cube = tessellate(box((0, 0, 0), (2, 3, 4)))
    lengths = sorted(float(np.linalg.norm(b - a)) for a, b in crease_edges(cube))
    assert lengths == pytest.approx([2.0] * 4 + [3.0] * 4 + [4.0] * 4)


def test_merged_meshes_keep_their_volumes() -> None:
    a, b = tessellate(box((0, 0, 0), (1, 1, 1))), tessellate(box((3, 0, 0), (5, 1, 1)))
    assert merge([a, b]).volume == pytest.approx(3)


def test_an_empty_mesh_measures_zero() -> None:
    empty = tessellate({})
    assert (empty.volume, empty.area, empty.watertight) == (0, 0, False)
    assert empty.size.tolist() == [0, 0, 0]
