"""Writing files: all or none, never over another, the same bytes for the same design."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cadagent.design import DesignError, canonical, compact, resolve
from cadagent.errors import BuildError, InputError
from cadagent.exports import FORMATS, export, export_all, format_of
from cadagent.kernel import shutdown
from cadagent.validation import validate
from tests.exports.conftest import DESIGN, PATIENT

CUBE = {"units": "mm", "operations": [{"op": "box", "size": [10, 10, 10]}]}


def test_the_same_design_gives_the_same_bytes(exported: dict[str, Path], tmp_path: Path) -> None:
    export_all(CUBE, [tmp_path / f"other{item.suffixes[0]}" for item in FORMATS.values()], limits=PATIENT)
    shutdown()  # a fresh worker
    again = {name: tmp_path / path.name for name, path in exported.items()}
    export_all(DESIGN, again.values(), limits=PATIENT)
    for name, path in again.items():
        assert path.read_bytes() == exported[name].read_bytes(), name


@pytest.mark.parametrize("form", ["compact", "canonical", "resolved", "report"])
def test_any_form_of_a_design_can_be_exported(form: str, tmp_path: Path) -> None:
    forms = {"compact": compact, "canonical": canonical, "resolved": resolve, "report": validate}
    result = export(forms[form](CUBE), tmp_path / "cube.stl")
    assert result.measurement is not None and result.measurement.volume == pytest.approx(1000)
    assert (tmp_path / "cube.stl").stat().st_size == 84 + 12 * 50


def test_the_ending_chooses_and_the_name_overrules(tmp_path: Path) -> None:
    assert format_of("A.STP").name == "step"
    assert format_of("a.step", "glb").name == "glb"
    for path, name in (("a", None), ("a.docx", None), ("a.step", "docx")):
        with pytest.raises(InputError, match="known are step, stl"):
            format_of(path, name)
    export(CUBE, tmp_path / "cube.bin", "glb")
    assert (tmp_path / "cube.bin").read_bytes().startswith(b"glTF")


def test_nothing_is_written_over_unless_asked(tmp_path: Path) -> None:
    path = tmp_path / "cube.step"
    path.write_text("mine")
    with pytest.raises(InputError, match="never written over"):
        export_all(CUBE, [tmp_path / "cube.stl", path])
    assert path.read_text() == "mine" and not (tmp_path / "cube.stl").exists()
    export(CUBE, path, overwrite=True)
    assert path.read_bytes().startswith(b"ISO-10303-21")


def test_a_design_that_does_not_build_leaves_no_file(tmp_path: Path) -> None:
    fillet = {"op": "fillet", "edges": ["all"], "radius": 50}
    with pytest.raises(BuildError, match="fillet"):
        export({**CUBE, "operations": [*CUBE["operations"], fillet]}, tmp_path / "x.step")
    with pytest.raises(DesignError):
        export({"units": "mm", "operations": [{"op": "teleport"}]}, tmp_path / "x.step")
    with pytest.raises(BuildError, match="no valid design"):
        export(validate('{"refuse":"not_a_part"}'), tmp_path / "x.step")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_or_forbidden_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no folder"):
        export(CUBE, tmp_path / "no" / "x.step")
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    if os.access(locked, os.W_OK):
        pytest.skip("this user may write everywhere")
    with pytest.raises(InputError, match="permission denied"):
        export(CUBE, locked / "x.step")


@pytest.mark.skipif(sys.platform != "linux", reason="needs a limit on the size of files")
def test_a_full_disk_is_one_line_and_leaves_nothing(tmp_path: Path) -> None:
    script = (
        "import resource, signal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"  # a write beyond 1,000 bytes fails
        "from cadagent.cli import main\n"
        f"main(['export', {str(tmp_path / 'cube.json')!r}, {str(tmp_path / 'cube.step')!r}])\n"
    )
    (tmp_path / "cube.json").write_text('{"units":"mm","operations":[{"op":"box","size":[1,1,1]}]}')
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 2
    assert done.stderr.startswith("cadagent: cannot write") and done.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["cube.json"]
