"""Solids and meshes as files: what independent readers find in them."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from cadagent.kernel import read_step, read_stl
from cadagent.kernel.result import BuildResult
from tests.exports.conftest import NAMES, PLATE_VOLUME
from tests.exports.readers import Strict3mf, glb_issues, step_contents

MM3_PER_M3 = 1e9


def volume(built: BuildResult) -> float:
    assert built.measurement is not None
    return built.measurement.volume


def test_step_comes_back_with_names_volume_and_box(exported: dict[str, Path], built: BuildResult) -> None:
    from cadagent.kernel.measure import measure

    bodies = read_step(exported["step"])
    assert list(bodies) == NAMES
    measured = measure(bodies)
    assert measured.volume == pytest.approx(volume(built), rel=1e-6)
    assert measured.size == pytest.approx(built.measurement.size)
    assert measure({"plate": bodies["plate"]}).volume == pytest.approx(PLATE_VOLUME, rel=1e-9)


def test_an_independent_parser_finds_schema_unit_and_bodies_in_the_step_file(
    exported: dict[str, Path],
) -> None:
    found = step_contents(exported["step"])
    assert "AP242" in found.schema
    assert found.products == found.solids == NAMES
    assert found.millimetres


def test_stl_is_closed_and_faces_outward(exported: dict[str, Path], built: BuildResult) -> None:
    trimesh = pytest.importorskip("trimesh")
    for mesh in (trimesh.load(exported["stl"]), read_stl(exported["stl"])):
        assert getattr(mesh, "is_watertight", None) or mesh.watertight
        assert mesh.volume == pytest.approx(volume(built), rel=2e-3)
        assert mesh.volume > 0


def test_3mf_passes_the_consortiums_own_reader(exported: dict[str, Path]) -> None:
    assert Strict3mf().names(exported["3mf"]) == NAMES
    assert zipfile.ZipFile(exported["3mf"]).testzip() is None


def test_glb_holds_the_same_solid_in_metres_with_y_up(exported: dict[str, Path], built: BuildResult) -> None:
    trimesh = pytest.importorskip("trimesh")
    scene = trimesh.load(exported["glb"])
    assert sorted(scene.graph.nodes_geometry) == sorted(NAMES)
    total = sum(geometry.volume for geometry in scene.geometry.values())
    assert total * MM3_PER_M3 == pytest.approx(volume(built), rel=2e-3)
    x, y, z = built.measurement.size
    low, high = scene.bounds * 1000
    assert (high - low) == pytest.approx([x, z, y], rel=1e-4)
    assert low[1] == pytest.approx(0, abs=1e-4), "the plate stands on y = 0"
    plate = scene.geometry["plate"]
    top = plate.vertex_normals[plate.vertices[:, 1] > plate.vertices[:, 1].max() - 1e-6]
    assert (top[:, 1] > 0.999).any(), "the top's normal looks up"


def test_glb_passes_the_khronos_validator(exported: dict[str, Path]) -> None:
    issues = glb_issues([exported["glb"]])
    if issues is None:
        pytest.skip("gltf-validator is not installed (npm install -g gltf-validator)")
    assert issues == [[]]


def test_brep_reads_back_as_the_same_solid(exported: dict[str, Path], built: BuildResult) -> None:
    from OCP.BRep import BRep_Builder
    from OCP.BRepTools import BRepTools
    from OCP.TopoDS import TopoDS_Shape

    from cadagent.kernel import shapes

    shape = TopoDS_Shape()
    assert BRepTools.Read_s(shape, str(exported["brep"]), BRep_Builder())
    assert shapes.volume(shape) == pytest.approx(volume(built), rel=1e-9)
    assert len(shapes.solids(shape)) == 2
