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
from tests.cli.commands import COMMAND, ON_LINUX, cadagent, complaint, environment, inside, script

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


_CUT = '{"units":"mm","operations":[{"op":"extr'
_BEGUN = '{"units":"mm",\n"operations":'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (_CUT, "line 1 column 35: a text in quotes is not closed; the end of the file is missing"),
        (_CUT + "\n}]}", "line 1 column 40: a text in quotes is not closed; correct the file there"),
        (_BEGUN + '[{"op":"box",', "line 2 column 27: the text breaks off; the end of the file is missing"),
        (_BEGUN + '[{"op":"box",}]}', "line 2 column 27: there is a comma too many; correct"),
        (_BEGUN + '[{op:"box"}]}', "line 2 column 16: a name in double quotes is expected"),
        (_BEGUN + '[{"op" "box"}]}', "line 2 column 21: a colon is missing"),
        (_BEGUN + '[{"op":"box" "size":1}]}', "line 2 column 27: a comma or a closing bracket is missing"),
        (_BEGUN + "[{'op':1}]}", "line 2 column 16: a name in double quotes is expected"),
        (_BEGUN + "oops}", "line 2 column 14: a value is expected"),
        (_BEGUN + '["\t"]}', "column 16: a text in quotes holds a character that must not stand there"),
        (_BEGUN + r'["\q"]}', "a backslash in a text begins nothing that JSON knows"),
    ],
)
@pytest.mark.parametrize(
    "command", ["run --edit broken.json thicker", "explain broken.json"], ids=["edit", "explain"]
)
def test_a_damaged_file_is_told_in_plain_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, text: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("broken.json").write_text(text)
    line = complaint(inside(*command.split()), 2)
    assert "broken.json: not JSON, line " in line and said in line


def test_what_a_model_is_told_of_broken_json_stays_as_it_is() -> None:
    from cadagent.validation import validate

    (finding,) = validate(_CUT).findings
    assert (finding.code, finding.line) == ("syntax.json", 1)
    assert finding.message == "The JSON breaks off or is malformed: Unterminated string starting at."


_STL = b"\0" * 80 + (1).to_bytes(4, "little") + b"\0" * 50


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b"ISO-10303-21;\nHEADER;", "a STEP"), (b"solid x\nendsolid x\n", "an STL"), (_STL, "an STL")],
    ids=["step", "stl", "binary-stl"],
)
@pytest.mark.parametrize(
    ("arguments", "instead"),
    [
        (("run", "a cube", "--edit", "part"), "--edit takes CAD JSON: `cadagent run --edit design.json"),
        (("explain", "part"), "`cadagent measure` tells its sizes"),
        (("export", "part", "part.glb"), "give the design that it was made of"),
    ],
    ids=["edit", "explain", "export"],
)
def test_a_solid_where_a_design_is_wanted(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    instead: str,
    content: bytes,
    kind: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("part").write_bytes(content)
    line = complaint(inside(*arguments), 2)
    assert f"part is {kind} file: " in line and instead in line


@pytest.mark.parametrize("command", [("run", "a cube", "--edit"), ("explain",)], ids=["edit", "explain"])
def test_other_bytes_where_a_design_is_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("part").write_bytes(b"\xff\xfe\x00\x01")
    line = complaint(inside(*command, "part"), 2)
    assert "part is not UTF-8 text" in line or "part: not a text file" in line


# The one place where not even the superuser, whom CI may be, can make a folder; macOS has none like it.
@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc")
def test_a_folder_that_cannot_be_made_is_told_before_the_model_is_asked(tmp_path: Path) -> None:
    model = script(tmp_path, GOOD)
    done = cadagent("run", REQUEST, "--model", model, "--out", "/proc/part", cwd=tmp_path)
    assert "/proc/part cannot be used" in complaint(done, 2)
    assert done.stderr.count("\n") == 1 and not (tmp_path / "feedback.db").exists()


def test_no_empty_folder_stays_of_a_run_without_a_design(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    refused = inside("run", "hello there", "--model", script(tmp_path, GOOD), "--out", "new/part")
    failed = inside("run", REQUEST, "--model", script(tmp_path), "--out", "new/part")
    assert (refused.returncode, failed.returncode) == (1, 2)
    assert not Path("new").exists()
    Path("mine").mkdir()
    assert inside("run", REQUEST, "--model", script(tmp_path), "--out", "mine").returncode == 2
    assert list(Path("mine").iterdir()) == []  # it was there before, so it stays
    done = inside("run", REQUEST, "--model", script(tmp_path, GOOD), "--out", "new/part")
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in Path("new/part").iterdir()) == ["design.json", "design.step"]


def test_build_writes_stl_beside_the_step_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("design.json").write_text(GOOD)
    assert inside("build", "design.json", "--stl").stdout == "design.step\ndesign.stl\n"
    done = inside("build", "design.json", "--step", "other.step", "--stl", "other.stl")
    assert done.stdout == "other.step\nother.stl\n"
    again = inside("build", "design.json", "--step", "third.step", "--stl")
    assert "design.stl is there already" in complaint(again, 2) and not Path("third.step").exists()


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
