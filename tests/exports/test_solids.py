"""Solids and meshes as files: what independent readers find in them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from cadagent.kernel import read_step, read_stl
from cadagent.kernel.result import BuildResult
from tests.exports.conftest import NAMES, PLATE_VOLUME

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
    p21 = pytest.importorskip("steputils.p21")
    file = p21.readfile(str(exported["step"]))
    assert "AP242" in str(file.header["FILE_SCHEMA"].params)
    entities = [
        item.entity for item in file.data[0].instances.values() if getattr(item, "entity", None) is not None
    ]
    assert [e.params[0] for e in entities if e.name == "PRODUCT"] == NAMES
    assert [e.params[0] for e in entities if e.name == "MANIFOLD_SOLID_BREP"] == NAMES
    assert re.search(rb"LENGTH_UNIT\(\).*SI_UNIT\(\.MILLI\.,\.METRE\.\)", exported["step"].read_bytes())


def test_stl_is_closed_and_faces_outward(exported: dict[str, Path], built: BuildResult) -> None:
    trimesh = pytest.importorskip("trimesh")
    for mesh in (trimesh.load(exported["stl"]), read_stl(exported["stl"])):
        assert getattr(mesh, "is_watertight", None) or mesh.watertight
        assert mesh.volume == pytest.approx(volume(built), rel=2e-3)
        assert mesh.volume > 0


def test_3mf_passes_the_consortiums_own_reader(exported: dict[str, Path], built: BuildResult) -> None:
    lib3mf = pytest.importorskip("lib3mf")
    model = lib3mf.get_wrapper().CreateModel()
    reader = model.QueryReader("3mf")
    reader.SetStrictModeActive(True)
    reader.ReadFromFile(str(exported["3mf"]))
    assert reader.GetWarningCount() == 0
    assert model.GetUnit() == lib3mf.ModelUnit.MilliMeter
    objects = model.GetMeshObjects()
    names = []
    while objects.MoveNext():
        item = objects.GetCurrentMeshObject()
        assert item.IsValid() and item.IsManifoldAndOriented()
        names.append(item.GetName())
    assert names == NAMES
    assert model.GetBuildItems().Count() == 2
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


def test_glb_passes_the_khronos_validator(exported: dict[str, Path], tmp_path: Path) -> None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("the validator needs node")
    listed = subprocess.run([npm, "root", "-g"], capture_output=True, text=True, check=False)
    script = (
        "const v=require('gltf-validator'),f=require('fs');"
        "v.validateBytes(new Uint8Array(f.readFileSync(process.argv[1])))"
        ".then(r=>console.log(JSON.stringify(r.issues)))"
    )
    done = subprocess.run(
        [node, "-e", script, str(exported["glb"])],
        capture_output=True,
        text=True,
        check=False,
        env={"NODE_PATH": listed.stdout.strip(), "PATH": "/usr/bin:/bin"},
    )
    if "Cannot find module" in done.stderr:
        pytest.skip("gltf-validator is not installed (npm install -g gltf-validator)")
    issues = json.loads(done.stdout)
    assert (issues["numErrors"], issues["numWarnings"], issues["messages"]) == (0, 0, [])


def test_brep_reads_back_as_the_same_solid(exported: dict[str, Path], built: BuildResult) -> None:
    from OCP.BRep import BRep_Builder
    from OCP.BRepTools import BRepTools
    from OCP.TopoDS import TopoDS_Shape

    from cadagent.kernel import shapes

    shape = TopoDS_Shape()
    assert BRepTools.Read_s(shape, str(exported["brep"]), BRep_Builder())
    assert shapes.volume(shape) == pytest.approx(volume(built), rel=1e-9)
    assert len(shapes.solids(shape)) == 2
