"""Files: exact round trips, an independent reading, the same bytes twice, and clear errors."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh
from OCP.gp import gp_Trsf, gp_Vec
from OCP.TopLoc import TopLoc_Location

from cadagent.errors import InputError
from cadagent.kernel.files import read_stl, write_atomically, write_step, write_stl
from cadagent.kernel.measure import measure
from cadagent.kernel.mesh import tessellate
from cadagent.kernel.step_reading import read_step
from tests.kernel.solids import box, cylinder, plate_with_holes, turned


def entities(path: Path) -> dict[int, tuple[str, str]]:
    """A STEP reader of one regular expression: number → (keyword, arguments)."""
    text = path.read_text("ascii").replace("\n", "")
    return {int(n): (k, a) for n, k, a in re.findall(r"#(\d+) = ([A-Z0-9_]*)\s*(\(.*?\));(?=#|END)", text)}


def test_an_independent_reader_finds_the_plate(tmp_path: Path) -> None:
    path = tmp_path / "plate.step"
    write_step({"plate": plate_with_holes()}, path)
    text = path.read_text("ascii")
    assert text.startswith("ISO-10303-21;")
    assert text.rstrip().endswith("END-ISO-10303-21;")
    assert "AP242" in text.split("ENDSEC;")[0]
    assert "SI_UNIT(.MILLI.,.METRE.)" in text
    found = entities(path)
    kinds = [kind for kind, _ in found.values()]
    assert [a.split(",")[0] for k, a in found.values() if k == "PRODUCT"] == ["('plate'"]
    assert (kinds.count("MANIFOLD_SOLID_BREP"), kinds.count("ADVANCED_FACE")) == (1, 10)
    radii = [a for k, a in found.values() if k == "CYLINDRICAL_SURFACE"]
    assert [float(a.rstrip(")").split(",")[-1]) for a in radii] == [2.0] * 4
    points = [re.findall(r"[-\d.E+]+(?=[,)])", a) for k, a in found.values() if k == "CARTESIAN_POINT"]
    corners = np.array([[float(v) for v in p] for p in points if len(p) == 3])
    assert corners.max(axis=0).tolist() == [40, 20, 5]


def test_step_comes_back_with_names_order_and_volume(tmp_path: Path) -> None:
    path = tmp_path / "parts.step"
    bodies = {"plate": plate_with_holes(), "Bügel ⌀8": turned(cylinder(4, 9), (1, 1, 0), 0.5, (60, 0, 0))}
    write_step(bodies, path)
    back = read_step(path)
    assert list(back) == list(bodies)
    before, after = measure(bodies), measure(back)
    assert after.volume == pytest.approx(before.volume, rel=1e-9)
    assert after.box_max == pytest.approx(before.box_max, abs=1e-6)
    assert after.as_dict()["cylinders"][-1]["radius"] == 2


def test_a_moved_body_is_a_part_and_no_assembly(tmp_path: Path) -> None:
    move = gp_Trsf()
    move.SetTranslation(gp_Vec(100, 0, 0))
    write_step({"plate": plate_with_holes().Moved(TopLoc_Location(move))}, tmp_path / "moved.step")
    found = entities(tmp_path / "moved.step").values()
    assert [a.split(",")[0] for k, a in found if k in ("PRODUCT", "MANIFOLD_SOLID_BREP")] == ["('plate'"] * 2
    assert not [k for k, _ in found if k == "NEXT_ASSEMBLY_USAGE_OCCURRENCE"]
    assert measure(read_step(tmp_path / "moved.step")).box_max == (140, 20, 5)


def test_the_same_bodies_give_the_same_bytes_and_no_output(tmp_path: Path, capfd: Any) -> None:
    for name in ("a.step", "b.step"):
        write_step({"plate": plate_with_holes()}, tmp_path / name)
        write_stl(plate_with_holes(), tmp_path / name.replace("step", "stl"))
        read_step(tmp_path / name)
    assert (tmp_path / "a.step").read_bytes() == (tmp_path / "b.step").read_bytes()
    assert (tmp_path / "a.stl").read_bytes() == (tmp_path / "b.stl").read_bytes()
    assert capfd.readouterr() == ("", "")


def test_stl_is_watertight_and_outward_for_others_too(tmp_path: Path) -> None:
    path = tmp_path / "plate.stl"
    write_stl({"plate": plate_with_holes()}, path)
    other = trimesh.load_mesh(path)
    assert other.is_watertight
    assert other.volume == pytest.approx(3748.67, rel=1e-3)
    mesh = read_stl(path)
    assert mesh.watertight
    assert mesh.volume == pytest.approx(other.volume, rel=1e-6)


def test_ascii_stl(tmp_path: Path) -> None:
    path = tmp_path / "cube.stl"
    mesh = tessellate(box((0, 0, 0), (1, 2, 3)))
    facets = "".join(
        "facet normal 0 0 0\n outer loop\n"
        + "".join(f"  vertex {x:.6e} {y} {z}\n" for x, y, z in corners)
        + " endloop\nendfacet\n"
        for corners in mesh.corners
    )
    path.write_text(f"solid cube\n{facets}endsolid cube\n")
    assert read_stl(path).volume == pytest.approx(6)
    path.write_text(f"solid cube\n{facets}")
    with pytest.raises(InputError, match="cut off"):
        read_stl(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not an STL file"),
        (b"hello", "not an STL file"),
        (b"\0" * 80 + b"\xff\xff\0\0" + b"\0" * 100, "cut off or broken .2 of 65535"),
        (b"\0" * 84, "no triangles"),
        (b"\0" * 80 + b"\1\0\0\0" + b"\xff" * 50, "no usable numbers"),
        (b"solid\nfacet outer loop vertex a b c vertex 1 2 3 vertex 1 2 3\nendsolid", "are no numbers"),
        (b"solid\nfacet vertex 1 2 3 vertex 1 2 3\nendsolid", "no whole triangles"),
    ],
)
def test_broken_stl_files(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "bad.stl"
    path.write_bytes(content)
    with pytest.raises(InputError, match=words) as error:
        read_stl(path)
    assert "\n" not in str(error.value)


def test_broken_step_files(tmp_path: Path, capfd: Any) -> None:
    path = tmp_path / "part.step"
    write_step({"plate": plate_with_holes()}, path)
    whole = path.read_bytes()
    cases = {
        b"": "not a STEP file",
        b"PK\3\4": "not a STEP file",
        whole[: len(whole) // 2]: "cut off",
        whole.split(b"DATA;")[0] + b"DATA;\nENDSEC;\nEND-ISO-10303-21;\n": "names no unit",
    }
    for content, words in cases.items():
        path.write_bytes(content)
        with pytest.raises(InputError, match=words):
            read_step(path)
    text = whole.decode("ascii")
    changed = {
        r"#\d+ has nan, which is no usable number": text.replace("(40.,", "(nan,", 1),
        r"#\d+ has 4.E\+308, which is no usable number": text.replace("(40.,", "(4.E+308,", 1),
        r"#\d+ has the unknown unit of length MILLI PARSEC": text.replace(".METRE.", ".PARSEC."),
        "names no unit of length": text.replace("LENGTH_UNIT", "MASS_UNIT"),
        "1 of the 1 solids in the STEP file cannot be read": re.sub(
            r"CLOSED_SHELL\('',\(#\d+", "CLOSED_SHELL('',(#1", text
        ),
        r"refer to each other in a circle: (#\d+) → #\d+ → \1$": re.sub(
            r"(#\d+) = CLOSED_SHELL(.*?)(#\d+) = ADVANCED_FACE\('',\(#\d+",
            r"\1 = CLOSED_SHELL\2\3 = ADVANCED_FACE('',(\1",
            text,
            flags=re.DOTALL,
        ),
    }
    for words, content in changed.items():
        assert content != text
        path.write_text(content)
        with pytest.raises(InputError, match=words):
            read_step(path)
    path.write_text(text.replace(".MILLI.", ".CENTI.").replace("'plate'", "'nan (nan, LENGTH_UNIT'"))
    assert measure(read_step(path)).size == (400, 200, 50)
    with pytest.raises(InputError, match="exceeds the limit"):
        read_step(path, max_bytes=10)
    with pytest.raises(InputError, match="no such file"):
        read_step(tmp_path / "missing.step")
    assert capfd.readouterr().out == ""


def test_writing_is_all_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "part.step"
    target.write_text("before")
    with pytest.raises(InputError, match=r"cannot write .*no such file"):
        write_atomically(tmp_path / "missing" / "part.step", b"x")

    def full(self: Path, other: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(InputError, match=r"^cannot write .*part\.step: no space left on device$"):
        write_atomically(target, b"after")
    assert target.read_text() == "before"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_links_and_pipes_are_written_to_never_replaced(tmp_path: Path) -> None:
    target, link, pipe = tmp_path / "part.stl", tmp_path / "link.stl", tmp_path / "pipe"
    link.symlink_to(target)
    write_atomically(link, b"facets")
    assert link.is_symlink()
    assert target.read_bytes() == b"facets"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_atomically(pipe, b"facets")
        assert os.read(reader, 100) == b"facets"
    finally:
        os.close(reader)
    assert pipe.is_fifo()
