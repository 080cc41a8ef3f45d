"""``cadagent convert`` as a person uses it: one file, a folder, and files that are no good."""

from __future__ import annotations

import json
import random
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from cadagent.commands.conversion import read_source, write_target
from cadagent.errors import CadAgentError
from tests.cli.commands import complaint, inside

SHEET = '{"shape":"rectangle","size":[40,20]}'
PLATE = f'{{"units":"mm","operations":[{{"op":"extrude","profile":[{SHEET}],"depth":5}}]}}'


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plate.json").write_text(PLATE)
    return tmp_path


def converted(*arguments: str) -> list[str]:
    done = inside("convert", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_every_json_format_and_back(folder: Path) -> None:
    for target in ("canonical", "resolved", "minimal", "deepcad"):
        assert converted("plate.json", f"{target}.json", "--to", target) == [f"{target}.json"]
    for source, units in (("canonical", "mm"), ("deepcad", "mm"), ("minimal", "unit")):
        converted(f"{source}.json", f"from-{source}.json")
        back = json.loads((folder / f"from-{source}.json").read_text())
        assert back["units"] == units
        assert back["operations"][0]["profile"][0]["size"] == [40, 20]
    assert (folder / "from-canonical.json").read_text() == PLATE + "\n"
    assert json.loads((folder / "canonical.json").read_text())["form"] == "canonical"
    converted("resolved.json", "again.json", "--to", "deepcad")
    again, direct = ((folder / f"{name}.json").read_bytes() for name in ("again", "deepcad"))
    assert again == direct


def test_the_ending_chooses_an_export(folder: Path) -> None:
    for name in ("plate.step", "plate.stl", "plate.3mf", "plate.dxf"):
        assert converted("plate.json", name) == [name]
    assert (folder / "plate.step").read_bytes().startswith(b"ISO-10303-21")
    converted("plate.json", "solid.bin", "--to", "stl")
    assert (folder / "solid.bin").read_bytes()[80:] == (folder / "plate.stl").read_bytes()[80:]


def test_solids_are_references_only(folder: Path) -> None:
    converted("plate.json", "plate.step")
    converted("plate.json", "plate.stl")
    for name, kind in (("plate.step", "a STEP file"), ("plate.stl", "an STL file")):
        words = complaint(inside("convert", name, "new.json"), 2)
        assert name in words and kind in words and "cadagent compare" in words
    assert inside("compare", "plate.json", "plate.step", "--no-picture").returncode == 0


def test_an_operation_that_a_format_lacks_ends_with_1_and_its_name(folder: Path) -> None:
    rounded = json.loads(PLATE)
    rounded["operations"].append({"op": "fillet", "edges": ["vertical"], "radius": 2})
    (folder / "rounded.json").write_text(json.dumps(rounded))
    for target in ("minimal", "deepcad"):
        words = complaint(inside("convert", "rounded.json", "out.json", "--to", target), 1)
        assert "fillet1" in words and "a fillet cannot be said" in words
    assert not (folder / "out.json").exists()


def test_what_is_lost_is_told(folder: Path) -> None:
    holed = json.loads(PLATE)
    holed["operations"].append({"op": "hole", "thread": "M5", "fit": "tap"})
    (folder / "holed.json").write_text(json.dumps(holed))
    done = inside("convert", "holed.json", "out.json", "--to", "minimal")
    assert (done.returncode, done.stdout) == (0, "out.json\n")
    assert "the thread M5 of hole1 is left out" in done.stderr


def test_nothing_is_written_over_and_every_path_is_checked(folder: Path) -> None:
    (folder / "there.json").write_text("mine")
    assert "never written over" in complaint(inside("convert", "plate.json", "there.json"), 2)
    assert (folder / "there.json").read_text() == "mine"
    assert "is no folder" in complaint(inside("convert", "plate.json", "no/where.json"), 2)
    assert "names no format" in complaint(inside("convert", "plate.json", "plate.xyz"), 2)
    assert "--workers goes with --batch" in complaint(
        inside("convert", "plate.json", "x.json", "--workers", "2"), 2
    )


def test_the_format_can_be_forced(folder: Path) -> None:
    words = complaint(inside("convert", "plate.json", "out.json", "--from", "deepcad"), 2)
    assert "'sequence' is missing" in words


def test_a_folder_is_converted_with_a_line_for_each_failure(folder: Path) -> None:
    source = folder / "designs"
    (source / "sub").mkdir(parents=True)
    for name in ("one.json", "sub/two.json"):
        (source / name).write_text(PLATE)
    (source / "cut.json").write_text(PLATE[:50])
    (source / "other.txt").write_text("no design")
    (source / "empty.json").write_text("")
    done = inside("convert", "--batch", "designs", "out", "--to", "deepcad", "--workers", "2")
    assert (done.returncode, done.stdout) == (1, "")
    lines = done.stderr.splitlines()
    assert [line.split(":")[1].strip() for line in lines[:-1]] == ["cut.json", "empty.json"]
    assert lines[-1].startswith("2 of 4 converted to deepcad in out (")
    assert lines[-1].endswith("1 files that are no .json left alone")
    files = sorted(str(path.relative_to(folder / "out")) for path in (folder / "out").rglob("*.*"))
    assert files == ["one.json", "sub/two.json"]
    before = (folder / "out" / "one.json").read_bytes()
    again = inside("convert", "--batch", "designs", "out")
    assert again.returncode == 1 and again.stderr.count("never written over") == 2
    assert (folder / "out" / "one.json").read_bytes() == before


@pytest.mark.skipif(sys.platform == "win32", reason="such names and links are for POSIX systems")
def test_nothing_is_written_outside_the_folder_of_results(folder: Path) -> None:
    source, out, elsewhere = folder / "designs", folder / "out", folder / "elsewhere"
    for path in (source / "sub", out, elsewhere):
        path.mkdir(parents=True)
    names = [
        "..\\..\\evil.json",
        "c:evil.json",
        "line\nfeed.json",
        "sub/inner.json",
        "-to.json",
        "…json.json",
    ]
    for name in names:
        (source / name).write_text(PLATE)
    (source / "link.json").symlink_to(folder / "plate.json")
    (out / "sub").symlink_to(elsewhere)
    done = inside("convert", "--batch", "designs", "out")
    assert done.returncode == 1 and "2 of 7 converted" in done.stderr
    assert "leads out of out" in done.stderr and "this is a link" in done.stderr
    assert done.stderr.count("may lead out of out") == 3
    assert sorted(path.name for path in out.iterdir()) == ["-to.json", "sub", "…json.json"]
    assert list(elsewhere.iterdir()) == []


def test_a_folder_that_is_not_there(folder: Path) -> None:
    assert "is no folder" in complaint(inside("convert", "--batch", "nowhere", "out"), 2)
    assert "cannot be made" in complaint(inside("convert", "--batch", ".", "plate.json"), 2)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("cut.json", PLATE[:60].encode(), "not JSON, line 1"),
        ("units.json", PLATE.replace('"mm"', '"parsec"').encode(), "units.unknown at /units"),
        ("zip.3mf", b"PK\x03\x04" + b"<!ENTITY a 'aaaa'>" * 200, "zip archive such as 3MF"),
        ("bomb.json", b"<!DOCTYPE x [<!ENTITY a 'aaaa'>]><x>&a;</x>" * 4, "not JSON"),
        ("list.json", b"[" + b"1," * 200 + b"1]", "none of the formats"),
        ("deep.json", b'{"a":' * 100_000, "nested too deeply"),
        ("bytes.json", bytes(range(256)) * 4, "not a text file"),
        (
            "big.json",
            b'{"units":"mm","operations":[{"op":"box","size":[1e300,1,1]}]}',
            "/operations/0/size/0",
        ),
        ("reply.json", b'{"refuse":"not_a_part"}', "none of the formats"),
    ],
)
def test_bad_files_are_one_line_that_names_the_place(
    name: str, content: bytes, words: str, folder: Path
) -> None:
    (folder / name).write_bytes(content)
    done = inside("convert", name, "out.json")
    line = complaint(done, done.returncode)
    assert done.returncode in (1, 2) and name in line and words in line
    assert not (folder / "out.json").exists()


def test_files_beyond_the_limit_are_refused_unread(folder: Path) -> None:
    with (folder / "huge.json").open("wb") as file:
        file.write(b"{")
        file.truncate(100_000_001)  # sparse: takes no room
    assert "exceeds the limit" in complaint(inside("convert", "huge.json", "out.json"), 2)


def test_a_sketch_of_thirty_thousand_curves_is_refused_at_once(folder: Path) -> None:
    points = [[i, i % 7] for i in range(30_000)]
    lines = {f"line_{i}": {"Start Point": a, "End Point": b} for i, (a, b) in enumerate(pairwise(points))}
    converted("plate.json", "minimal.json", "--to", "minimal")
    value = json.loads((folder / "minimal.json").read_text())
    value["parts"]["part_1"]["sketch"]["face_1"]["loop_1"] = lines
    (folder / "many.json").write_text(json.dumps(value))
    words = complaint(inside("convert", "many.json", "out.json"), 2)
    assert "/parts/part_1/sketch: 29999 curves" in words


def damaged(value: Any, chance: random.Random) -> Any:
    """A JSON value with one random change somewhere in it."""
    places: list[tuple[Any, Any]] = []
    waiting = [value]
    while waiting:
        item = waiting.pop()
        keys = list(item) if isinstance(item, dict) else range(len(item)) if isinstance(item, list) else []
        for key in keys:
            places.append((item, key))
            waiting.append(item[key])
    holder, key = chance.choice(places)
    kind = chance.randrange(4)
    if kind == 0:
        del holder[key]
    elif kind == 1:
        holder[key] = chance.choice(
            [None, True, -1, 0, 1e-9, 1e308, 10**400, "", "../../x", [], {}, [[]], {"a": 1}]
        )
    elif kind == 2:  # something else of the same file: names that refer to themselves, to each other
        other, name = chance.choice(places)
        holder[key] = json.loads(json.dumps(other.get(name) if isinstance(other, dict) else None))
    elif isinstance(holder[key], int | float):
        holder[key] = holder[key] * chance.choice([-1, 1e-6, 1e6, 1.0000001])
    else:
        holder[key] = {"…": holder[key]}
    return value


def test_mutilated_designs_never_crash(folder: Path) -> None:
    """Hundreds of damaged files of each format: an error for a person, or a design, and nothing elsewhere."""
    holed = json.loads(PLATE)
    holed["operations"].append({"op": "hole", "diameter": 4, "repeat": {"corners": True, "inset": 5}})
    (folder / "holed.json").write_text(json.dumps(holed))
    for target in ("canonical", "minimal", "deepcad", "resolved"):
        converted("holed.json", f"{target}.json", "--to", target)
    chance = random.Random(11)
    before = set(folder.iterdir())
    ends = {"error": 0, "design": 0}
    for turn in range(400):
        text = (folder / f"{('canonical', 'minimal', 'deepcad', 'resolved')[turn % 4]}.json").read_text()
        data = json.dumps(damaged(json.loads(text), chance))
        if chance.random() < 0.2:
            data = data[: chance.randrange(len(data))]
        (folder / "bad.json").write_text(data)
        target = chance.choice(["canonical", "resolved"])
        try:
            design = read_source(folder / "bad.json")
            write_target(design, folder / "bad-out.json", target if design.canonical else "resolved")
            ends["design"] += 1
        except CadAgentError as error:
            assert "\n" not in str(error) and "bad.json" in str(error)
            ends["error"] += 1
        for name in ("bad.json", "bad-out.json"):
            (folder / name).unlink(missing_ok=True)
    assert set(folder.iterdir()) == before
    assert min(ends.values()) > 40, ends


def test_mutilated_resolved_designs_never_crash_the_writers(folder: Path) -> None:
    converted("plate.json", "resolved.json", "--to", "resolved")
    chance = random.Random(5)
    for turn in range(30):
        value = damaged(json.loads((folder / "resolved.json").read_text()), chance)
        (folder / f"bad{turn}.json").write_text(json.dumps(value))
        done = inside(
            "convert", f"bad{turn}.json", f"out{turn}.json", "--to", ("minimal", "deepcad")[turn % 2]
        )
        if done.returncode != 0:
            complaint(done, done.returncode)
