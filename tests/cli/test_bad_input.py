"""Bad input to the installed command: one clear line, the right exit code, nothing lost, no traceback."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cadagent.feedback import open_store
from tests.agent.designs import GOOD, REQUEST
from tests.cli.commands import COMMAND, ON_LINUX, cadagent, complaint, environment, script

needs_root = pytest.mark.skipif(
    not ON_LINUX or os.geteuid() != 0 or shutil.which("mount") is None,
    reason="needs root to mount a tiny disk",
)


@pytest.mark.parametrize(
    ("text", "stdin", "said"),
    [
        ("", b"", "The request is empty"),
        (" \t ", b"", "The request is empty"),
        ("-", b"", "The request is empty"),
        ("x " * 50_000, b"", "The request has 100000 characters; at most 20000 are read"),
        ("-", b"x " * 500_000, "The request has 1000000 characters; at most 20000 are read"),
        ("-", b"x" * 3_000_000, "Standard input has more than 2,000,000 bytes"),
        ("-", b"\xff\xfe cube", "Standard input is not UTF-8 text"),
    ],
    ids=["empty", "blank", "empty-stdin", "long", "megabyte-stdin", "three-megabytes", "not-utf-8"],
)
def test_a_request_that_cannot_be_read(tmp_path: Path, text: str, stdin: bytes, said: str) -> None:
    done = cadagent("run", text, cwd=tmp_path, stdin=stdin)
    assert said in complaint(done, 2)
    assert done.stdout == "" and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((), 2, "Say what part you need"),
        (("a cube", "--max-attempts", "0"), 2, "option --max-attempts: a whole number from 1 to 100"),
        (("a cube", "--units", "furlong"), 2, "option --units: one of mm, cm, m, in, ft, unit is wanted"),
        (("a cube", "--model", "gpt"), 2, "There is no model 'gpt'"),
        (("a cube", "--model", "scripted:none.json"), 2, "none.json cannot be read"),
        (("a cube", "--adapter", "no-such"), 2, "There is no adapter 'no-such'"),
        (("a cube", "--model", "embedded:none.gguf"), 3, "none.gguf cannot be read: No such file"),
        (("a cube", "--model", "embedded:broken.gguf"), 3, "broken.gguf is damaged or no GGUF file"),
        (("a cube", "--out", "broken.gguf"), 2, "broken.gguf is no folder"),
        (("a cube", "--out", "full"), 2, "design.json is there already and is never written over"),
        (("a cube", "--db", "broken.gguf"), 2, "broken.gguf is not a database; it was left alone"),
        (("a cube", "--db", "none/feedback.db"), 2, "cannot be written or opened"),
        (("a cube", "--batch", "a", "b"), 2, "--batch goes with neither a request"),
        (("a cube", "--nonsense"), 2, "--nonsense"),
    ],
)
def test_options_that_cannot_be_used(
    tmp_path: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    (tmp_path / "broken.gguf").write_bytes(b"no model at all")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "design.json").write_text("{}")
    done = cadagent("run", *arguments, cwd=tmp_path)
    assert said in complaint(done, code)
    assert done.stdout == "" and not (tmp_path / "designs").exists()
    assert (tmp_path / "broken.gguf").read_bytes() == b"no model at all"
    assert (tmp_path / "full" / "design.json").read_text() == "{}"


@pytest.mark.parametrize(
    ("text", "said"), [("model = [", "is not valid TOML"), ("modell = 'x'", "did you mean model?")]
)
def test_broken_settings(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "cadagent.toml").write_text(text)
    line = complaint(cadagent("run", "a cube", cwd=tmp_path), 2)
    assert "cadagent.toml" in line and said in line


def test_a_damaged_database_is_left_alone(tmp_path: Path) -> None:
    damaged = b"SQLite format 3\x00" + b"\x07" * 5000
    (tmp_path / "feedback.db").write_bytes(damaged)
    line = complaint(cadagent("run", REQUEST, "--model", script(tmp_path, GOOD), cwd=tmp_path), 2)
    assert "feedback.db is damaged or is not a database" in line
    assert (tmp_path / "feedback.db").read_bytes() == damaged


_BOX = '{"op":"box","size":[1,2,3]}'


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "syntax.empty"),
        ("[" * 10_000, "syntax."),
        ('{"units":"mm","operations":' + '{"a":' * 10_000, "syntax."),
        ('{"units":"mm","operations":[{"op":"box","size":[NaN,1,1]}]}', "numbers.form"),
        ('{"units":"mm","operations":[{"op":"box","size":[1e308,1,1]}]}', "numbers.form"),
        ('{"units":"mm","operations":[{"op":"box","size":[' + "9" * 400 + ",1,1]}]}", "numbers."),
        ('{"units":"furlong","operations":[' + _BOX + "]}", "units.unknown"),
        ('{"units":"mm","operations":[{"op":"box","id":"a","size":[1,2,3]},{"op":"sphere","id":"a","radius":1}]}',
         "references.duplicate"),
        ('{"refuse":"not_a_part"}\x1b[2J', "syntax."),
    ],
    ids=["empty", "nested-lists", "nested-objects", "nan", "1e308", "400-digits", "units", "ids", "escape"],
)  # fmt: skip
def test_a_design_that_is_wrong_is_reported_by_pointer(tmp_path: Path, text: str, code: str) -> None:
    (tmp_path / "design.json").write_text(text)
    done = cadagent("validate", "design.json", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    first, finding = done.stdout.splitlines()[:2]
    assert first == "design.json: not valid"
    assert code in finding
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize("command", ["validate", "build", "measure", "show"])
def test_a_file_that_cannot_be_read(tmp_path: Path, command: str) -> None:
    line = complaint(cadagent(command, "missing.json", cwd=tmp_path), 2)
    assert "missing.json cannot be read: No such file or directory" in line


def test_other_files_that_are_no_designs(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "latin.json").write_bytes('{"units":"mm","operations":[]} ä'.encode("latin-1"))
    (tmp_path / "large.json").write_bytes(b" " * 2_000_001)
    (tmp_path / "good.json").write_text(GOOD)
    done = cadagent("validate", "folder", "latin.json", "large.json", "good.json", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "cadagent: folder cannot be read: Is a directory.",
        "cadagent: latin.json is not UTF-8 text.",
        "cadagent: large.json has more than 2,000,000 bytes; that is too much.",
    ]
    assert done.stdout == "good.json: valid\n"  # the others did not keep it from being checked


def test_build_writes_over_nothing(tmp_path: Path) -> None:
    (tmp_path / "design.json").write_text(GOOD)
    (tmp_path / "design.step").write_text("mine")
    line = complaint(cadagent("build", "design.json", cwd=tmp_path), 2)
    assert "design.step is there already and is never written over" in line
    assert (tmp_path / "design.step").read_text() == "mine"


@needs_root
def test_no_space_for_the_results_keeps_the_design_in_the_database(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8k", "none", disk], check=False).returncode != 0:
        pytest.skip("disk full not tested: no file system can be mounted here")
    try:
        model = script(tmp_path, GOOD)
        done = cadagent("run", REQUEST, "--model", model, "--out", "disk/part", cwd=tmp_path)
    finally:
        subprocess.run(["umount", disk], check=True)
    assert "No space left on device" in complaint(done, 2) or "no space left" in complaint(done, 2)
    assert "what was done is recorded in" in done.stderr
    with open_store(tmp_path / "feedback.db") as store:
        end = store.runs()[0].end
    assert end is not None and end.status == "failed" and end.design is not None


@needs_root
def test_no_space_for_the_database_is_told_before_the_model_is_asked(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "none", disk], check=False).returncode != 0:
        pytest.skip("disk full not tested: no file system can be mounted here")
    try:
        model = script(tmp_path, GOOD)
        done = cadagent("run", REQUEST, "--model", model, "--db", "disk/feedback.db", cwd=tmp_path)
    finally:
        subprocess.run(["umount", disk], check=True)
    line = complaint(done, 2)
    assert "disk/feedback.db" in line
    assert done.stdout == ""


@needs_root
def test_a_read_only_folder(tmp_path: Path) -> None:
    folder = tmp_path / "read-only"
    folder.mkdir()
    if (
        subprocess.run(["mount", "-t", "tmpfs", "-o", "ro,size=8k", "none", folder], check=False).returncode
        != 0
    ):
        pytest.skip("read-only folder not tested: no file system can be mounted here")
    try:
        model = f"scripted:{tmp_path}/" + script(tmp_path, GOOD).removeprefix("scripted:")
        here = complaint(cadagent("run", REQUEST, "--model", model, cwd=folder), 2)
        out = complaint(
            cadagent("run", REQUEST, "--model", model, "--out", "read-only/part", cwd=tmp_path), 2
        )
    finally:
        subprocess.run(["umount", folder], check=True)
    assert "feedback.db cannot be written or opened" in here
    assert "read-only cannot be written to" in out


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_standard_output_that_is_full(tmp_path: Path) -> None:
    (tmp_path / "design.json").write_text("{")
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [COMMAND, "validate", "design.json"],
            cwd=tmp_path,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
            check=False,
        )
    assert "The output cannot be read or written: No space left on device" in complaint(done, 2)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
def test_a_reader_that_goes_away(tmp_path: Path) -> None:
    names = " ".join(["design.json"] * 3000)
    (tmp_path / "design.json").write_text("{")
    done = subprocess.run(
        ["bash", "-c", f"cadagent validate {names} | head -1; echo ${{PIPESTATUS[0]}}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env=environment(),
        check=False,
    )
    assert done.stdout.splitlines() == ["design.json: not valid", "0"]
    assert done.stderr == ""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
def test_a_run_to_which_nobody_listens_is_still_recorded(tmp_path: Path) -> None:
    command = (
        f"cadagent run '{REQUEST}' --model {script(tmp_path, GOOD)} 2>&1 | head -1; echo ${{PIPESTATUS[0]}}"
    )
    done = subprocess.run(
        ["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, env=environment(), check=False
    )
    assert done.stdout.splitlines() == [f"recording in {tmp_path / 'feedback.db'}", "0"]
    assert done.stderr == ""
    with open_store(tmp_path / "feedback.db") as store:
        end = store.runs()[0].end
    assert end is not None and end.status == "valid"
    assert (tmp_path / "designs" / "0001" / "design.step").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
@pytest.mark.parametrize(("closed", "code"), [("<&-", 2), (">&-", 1), ("2>&-", 1)])
def test_closed_streams(tmp_path: Path, closed: str, code: int) -> None:
    (tmp_path / "design.json").write_text("{")
    command = "cadagent run -" if closed == "<&-" else "cadagent validate design.json"
    done = subprocess.run(
        ["bash", "-c", f"{command} {closed}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env=environment(),
        check=False,
    )
    assert done.returncode == code
    assert "Traceback" not in done.stderr and "unexpected" not in done.stderr
