"""``cadagent measure`` and ``cadagent show`` on everything that holds a solid."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.commands import complaint, inside

PLATE = '{"units":"mm","operations":[{"op":"box","size":[40,20,5]},{"op":"hole","diameter":4}]}'


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one plate in every format that can be measured, each file without a telling ending."""
    folder = tmp_path_factory.mktemp("files")
    (folder / "design.json").write_text(PLATE)
    (folder / "fenced").write_text(f"Here is the part:\n```json\n{PLATE}\n```\n")
    for name in ("deepcad", "resolved", "step", "stl", "3mf"):
        done = inside("convert", str(folder / "design.json"), str(folder / name), "--to", name)
        assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("name", ["design.json", "fenced", "deepcad", "resolved", "step"])
def test_exact_solids_measure_the_same(name: str, files: Path) -> None:
    done = inside("measure", str(files / name), "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["size"], found["hole_count"], found["faces"]) == ([40, 20, 5], 1, 7)
    assert found["volume"] == pytest.approx(4000 - 20 * 3.14159265, rel=1e-6)
    assert found["holes"][0]["radii"] == [2]


def test_a_mesh_has_the_figures_of_a_mesh(files: Path) -> None:
    found = json.loads(inside("measure", str(files / "stl"), "--json").stdout)
    assert list(found) == [
        "bodies",
        "box_min",
        "box_max",
        "size",
        "volume",
        "area",
        "watertight",
        "triangles",
    ]
    assert (found["bodies"], found["size"], found["watertight"]) == (1, [40, 20, 5], True)
    lines = inside("measure", str(files / "stl")).stdout.splitlines()
    assert lines[0].split() == ["size", "40", "×", "20", "×", "5", "mm"]


def test_an_open_mesh_has_no_volume(files: Path, tmp_path: Path) -> None:
    data = (files / "stl").read_bytes()
    count = int.from_bytes(data[80:84], "little") - 1
    (tmp_path / "open.stl").write_bytes(data[:80] + count.to_bytes(4, "little") + data[84:-50])
    found = json.loads(inside("measure", str(tmp_path / "open.stl"), "--json").stdout)
    assert (found["volume"], found["watertight"], found["triangles"]) == (None, False, count)
    assert "open, and so without a volume" in inside("measure", str(tmp_path / "open.stl")).stdout


@pytest.mark.parametrize("name", ["step", "stl", "deepcad"])
def test_the_picture(name: str, files: Path) -> None:
    done = inside("show", str(files / name))
    assert done.returncode == 0, done.stderr
    assert sum(char > "\u2800" for char in done.stdout) > 100


@pytest.mark.parametrize("command", ["measure", "show"])
def test_what_cannot_be_measured(command: str, files: Path, tmp_path: Path) -> None:
    assert "a zip archive such as 3MF" in complaint(inside(command, str(files / "3mf")), 2)
    (tmp_path / "cut").write_bytes((files / "step").read_bytes()[:2000])
    assert "is cut off" in complaint(inside(command, str(tmp_path / "cut")), 2)
    (tmp_path / "cut").write_bytes((files / "stl").read_bytes()[:500])
    assert "is cut off or broken (8 of" in complaint(inside(command, str(tmp_path / "cut")), 2)
    broken = json.loads((files / "deepcad").read_text())
    broken["sequence"][0]["entity"] = "elsewhere"
    (tmp_path / "broken").write_text(json.dumps(broken))
    assert "elsewhere" in complaint(inside(command, str(tmp_path / "broken")), 2)
