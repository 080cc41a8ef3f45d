"""``cadagent compare`` and ``cadagent export`` as a person uses them, and with files that are no good."""

from __future__ import annotations

import json
import math
import random
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cadagent.design import canonical
from cadagent.evaluation.operations import changes
from cadagent.exports import export_all
from tests.cli.commands import inside

SHEET = {"shape": "rectangle", "size": [40, 20]}
PLATE: dict[str, Any] = {
    "units": "mm",
    "operations": [
        {"op": "extrude", "id": "plate", "profile": [SHEET], "depth": 5},
        {"op": "hole", "diameter": 4, "repeat": {"grid": [2, 2], "pitch": [30, 10]}},
    ],
}
#: Wider holes, a boss on top, a pocket below where nobody sees it.
CHANGED: dict[str, Any] = {
    "units": "mm",
    "operations": [
        {"op": "extrude", "id": "base", "profile": [SHEET], "depth": 5},
        {"op": "hole", "diameter": 5, "repeat": {"grid": [2, 2], "pitch": [30, 10]}},
        {"op": "extrude", "face": "top", "profile": [{"shape": "circle", "diameter": 12}], "depth": 6},
        {
            "op": "extrude",
            "id": "pocket",
            "mode": "cut",
            "face": "base.bottom",
            "profile": [{"shape": "circle", "diameter": 8}],
            "depth": 2,
        },
    ],
}
ADDED = math.pi * 6**2 * 6
REMOVED = math.pi * (4 * 5 * (2.5**2 - 2**2) + 2 * 4**2)
#: The plate turned about z by a quarter and moved.
MOVED: dict[str, Any] = {
    "units": "mm",
    "operations": [
        *PLATE["operations"],
        {"op": "rotate", "axis": "z", "angle": 90},
        {"op": "move", "by": [100, -7, 3]},
    ],
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with designs and their STEP and STL files."""
    folder = tmp_path_factory.mktemp("compare")
    for name, design in {"plate": PLATE, "changed": CHANGED, "moved": MOVED}.items():
        (folder / f"{name}.json").write_text(json.dumps(design))
        export_all(design, [folder / f"{name}.step", folder / f"{name}.stl"])
    return folder


@pytest.fixture(autouse=True)
def _in_folder(files: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(files)
    yield


def compared(*arguments: str) -> dict[str, Any]:
    done = inside("compare", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_figures_of_two_designs() -> None:
    data = compared("plate.json", "changed.json")
    both = 40 * 20 * 5 - 4 * 5 * math.pi * 2.5**2 - 2 * math.pi * 4**2
    assert data["iou"] == pytest.approx(both / (both + ADDED + REMOVED), abs=1e-3)
    assert data["volumes"]["added"] == pytest.approx(ADDED, rel=2e-3)
    assert data["volumes"]["removed"] == pytest.approx(REMOVED, rel=5e-3)
    assert data["second"]["size"] == [40, 20, 11]
    assert data["second"]["volume"] == pytest.approx(both + ADDED, rel=1e-6)
    assert (data["first"]["bodies"], data["first"]["closed"], data["problem"]) == (1, True, None)


@pytest.mark.parametrize("other", ["plate.step", "plate.stl", "plate.json"])
def test_a_design_and_its_files_are_the_same_solid(other: str) -> None:
    data = compared("plate.json", other)
    assert data["iou"] > 0.9999
    assert data["second"]["kind"] == {"step": "step", "stl": "stl", "json": "design"}[other.split(".")[1]]
    assert data["chamfer"] < 0.5
    assert data["first"]["area"] == pytest.approx(data["second"]["area"], rel=1e-3)


def test_a_moved_part_agrees_only_when_poses_do_not_count() -> None:
    assert compared("plate.json", "moved.step")["iou"] == 0
    turned = compared("plate.json", "moved.step", "--pose")
    assert turned["iou"] > 0.9999 and turned["chamfer"] < 0.5


def test_operations_are_matched_whatever_their_ids() -> None:
    edits = changes(canonical(PLATE), canonical(CHANGED))
    kinds = {(edit.kind, edit.op, edit.second) for edit in edits}
    assert ("same", "extrude", "base") in kinds, "plate and base are the same operation"
    assert ("changed", "hole", "hole1") in kinds
    assert {second for kind, _, second in kinds if kind == "added"} >= {"extrude2", "pocket"}
    hole = next(edit for edit in edits if edit.op == "hole")
    assert hole.details == (("diameter", 4, 5),)
    back = changes(canonical(CHANGED), canonical(PLATE))
    assert {edit.first for edit in back if edit.kind == "removed"} >= {"extrude2", "pocket"}


def test_units_parameters_and_loops_are_named_in_the_difference() -> None:
    loops = [
        SHEET,
        {"shape": "circle", "diameter": 6, "role": "hole"},
        {"shape": "square", "side": 3, "role": "hole"},
    ]
    old = {
        "units": "mm",
        "parameters": [{"name": "t", "value": 5}],
        "operations": [{"op": "extrude", "profile": loops, "depth": "t"}],
    }
    new = json.loads(json.dumps(old))
    new["units"] = "in"
    new["parameters"][0]["value"] = 6
    new["operations"][0]["profile"] = [loops[0], loops[2], {**loops[1], "diameter": 7}]
    lines = [line for edit in changes(canonical(old), canonical(new)) for line in edit.lines()]
    assert "~ document: units mm → in" in lines and "~ document: parameter t 5 → 6" in lines
    assert "~ sketch1: circle 3 diameter 6 → 7" in lines
    assert not [line for line in lines if "square" in line or "rectangle" in line]


def test_the_picture_tells_added_from_removed_without_colour() -> None:
    done = inside("compare", "plate.json", "changed.json")
    assert done.returncode == 0 and "\x1b" not in done.stdout
    picture, _, rest = done.stdout.partition("\n+ only in B: ")
    assert picture.count("+") > 30, "the boss"
    assert picture.count("-") > 10, "the rims of the holes, and the pocket through the plate"
    assert rest.startswith(f"{ADDED:.0f}"[:2]) and "- only in A: " in rest and "behind other material" in rest
    assert "~ hole1: diameter 4 → 5" in rest and "+ extrude pocket" in rest
    same = inside("compare", "plate.json", "plate.step").stdout
    assert "+" not in same.partition("only in B")[0].rpartition("\n")[0], "facets are no difference"


def test_a_foreign_design_is_compared_too(cadagent_data: Path) -> None:
    folder = cadagent_data / "fusion360-gallery"
    data = compared(str(folder / "Couch.json"), str(folder / "Couch.step"))
    assert data["iou"] > 0.999


def test_an_open_mesh_has_no_iou_but_the_other_figures(files: Path) -> None:
    data = (files / "plate.stl").read_bytes()
    (files / "open.stl").write_bytes(data[:80] + struct.pack("<I", len(data[84:]) // 50 - 1) + data[84:-50])
    result = compared("plate.json", "open.stl")
    assert result["iou"] is None and "not closed" in result["problem"]
    assert result["second"]["closed"] is False and result["chamfer"] < 0.5
    assert "IoU: none" in inside("compare", "plate.json", "open.stl").stdout


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("missing.json", None, "cannot be read"),
        ("empty.step", b"", "is empty"),
        ("blank.json", b" \n\t ", "is empty"),
        (
            "words.step",
            b"this is no CAD file at all, just a few words that somebody wrote down " * 3,
            "not JSON",
        ),
        ("part.step", b"PK\x03\x04" + b"\0" * 200, "zip archive"),
        ("array.json", b"[1, 2, 3]", "none of the formats"),
        ("broken.json", b'{"units":"mm","operations":[{"op":', "not JSON"),
        ("deep.json", b'{"a":' * 100_000, "nested too deeply"),
        ("nan.json", b'{"units":"mm","operations":[{"op":"box","size":[NaN,1,1]}]}', "NaN"),
        ("header.step", b"ISO-10303-21;\nHEADER;\nENDSEC;\nDATA;\nENDSEC;\nEND-ISO-10303-21;\n", "STEP"),
        ("cut.step", b"ISO-10303-21;\nHEADER;", "cut off"),
        ("count.stl", b"\0" * 80 + struct.pack("<I", 2**31) + b"\1" * 60, "cut off or broken"),
        (
            "nan.stl",
            b"\0" * 80 + struct.pack("<I", 1) + struct.pack("<12fH", *[math.nan] * 12, 0),
            "no usable",
        ),
        ("ascii.stl", b"solid x\nfacet normal 0 0 1\nouter loop\nvertex 0 0 0\n", "cut off"),
        ("steps.json", b'{"cad":"1.0","form":"resolved","units":"mm","steps":[1]}', "list of steps"),
        ("odd.json", b'{"cad":"1.0","form":"resolved","units":"mm","steps":[{"do":"prism"}]}', "odd.json"),
    ],
)
def test_bad_files_are_one_line_that_names_them(
    name: str, content: bytes | None, words: str, files: Path
) -> None:
    if content is not None:
        (files / name).write_bytes(content)
    done = inside("compare", name, "plate.json")
    assert done.returncode in (1, 2)
    assert done.stdout == "" and done.stderr.count("\n") == 1
    assert words in done.stderr and name in done.stderr
    assert str(files) not in done.stderr, "the file is called what the person called it"


def test_files_beyond_the_limit_are_refused_unread(files: Path) -> None:
    for name, head in (("huge.step", b"ISO-10303-21;"), ("huge.stl", b"\0" * 84), ("huge.json", b"{")):
        with (files / name).open("wb") as file:
            file.write(head)
            file.truncate(100_000_001)  # sparse: takes no room
        done = inside("compare", "plate.json", name)
        (files / name).unlink()
        assert done.returncode == 2 and "exceeds the limit" in done.stderr


def test_mutilated_files_never_crash_the_command(files: Path) -> None:
    """Truncated and scribbled STEP and STL files: an error line, or a comparison."""
    chance = random.Random(7)
    for turn in range(12):
        source = files / ("plate.step" if turn % 2 else "plate.stl")
        data = bytearray(source.read_bytes())
        if turn % 3 == 0:
            data = data[: chance.randrange(len(data))]
        for _ in range(chance.choice([1, 5, 40])):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path = files / f"bad{turn}{source.suffix}"
        path.write_bytes(data)
        done = inside("compare", "plate.json", path.name, "--json")
        assert done.returncode in (0, 1, 2), done
        assert "bug" not in done.stderr, done.stderr
        if done.returncode:
            assert done.stderr.count("\n") == 1


def test_export_writes_every_file_and_says_which(files: Path) -> None:
    done = inside("export", "plate.json", "out.3mf", "out.svg", "--title", "Plate", "--projection", "first")
    assert (done.returncode, done.stdout, done.stderr) == (0, "out.3mf\nout.svg\n", "")
    again = inside("export", "plate.json", "out.svg")
    assert again.returncode == 2 and "never written over" in again.stderr
    assert inside("export", "plate.json", "out.x", "--to", "glb").returncode == 0
    assert (files / "out.x").read_bytes().startswith(b"glTF")
    assert inside("export", "plate.json", "p.png", "--size", "64x48", "--background", "dark").returncode == 0
    for arguments, words in (
        (("plate.json", "a.doc"), "names no format"),
        (("plate.step", "a.stl"), "plate.step"),
        (("plate.json", "b.png", "--size", "big"), "800x600"),
        (("plate.json", "../nowhere/at/all.step"), "is no folder"),
    ):
        bad = inside("export", *arguments)
        assert bad.returncode == 2 and words in bad.stderr and bad.stderr.count("\n") == 1
