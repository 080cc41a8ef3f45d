"""``cadagent evaluate``: answers, their figures, and the same figures again without a model."""

from __future__ import annotations

import json
import math
import os
import re
import shlex
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from cadagent import design, kernel
from cadagent.evaluation.figures import figures, groups, length_class, rate, spread
from cadagent.evaluation.intervals import bootstrap_median
from cadagent.evaluation.judging import sphericity
from cadagent.evaluation.paired import mcnemar, paired
from cadagent.evaluation.sketches import counts
from tests.agent.designs import GOOD, NO_DEPTH, PLATE, REQUEST, text
from tests.cli.commands import COMMAND, complaint, environment, inside, script

THICK = text({**PLATE, "operations": [{**PLATE["operations"][0], "depth": 6}, PLATE["operations"][1]]})
BLOCK = '{"units":"mm","operations":[{"op":"box","size":[40,20,5]}]}'
THICKER = BLOCK.replace("5]", "6]")
WASHER = (
    '{"units":"mm","operations":[{"op":"extrude","profile":[{"shape":"ring","outer_diameter":20,'
    '"inner_diameter":10}],"depth":2}]}'
)
REFUSAL = '{"refuse":"not_a_part"}'
ANSWERED = ("set.jsonl", "answers.jsonl")


def write(folder: Path, *rows: dict[str, Any], name: str = "set.jsonl") -> None:
    (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def results(folder: Path) -> dict[str, dict[str, Any]]:
    lines = (folder / "results.jsonl").read_text(encoding="utf-8").splitlines()
    return {row["id"]: row for row in map(json.loads, lines)}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    assert kernel.build(design.resolve(PLATE), stl=tmp_path / "plate.stl").ok
    write(
        tmp_path,
        {"id": "inline", "request": REQUEST, "reference": PLATE, "level": "short"},
        {"id": "file", "request": REQUEST, "reference": "plate.stl", "level": "short"},
        {"id": "asserted", "request": REQUEST, "assert": {"size": [40, 20, 5], "genus": 4}, "level": "long"},
        {"id": "nonsense", "request": "sing a song", "expects": "none"},
    )
    return tmp_path


def evaluate(
    folder: Path, *arguments: str, replies: tuple[str | dict[str, Any], ...] = ()
) -> subprocess.CompletedProcess[str]:
    """With a script of its own, since a process opens each model once."""
    name = f"{folder.name}-{len(list(folder.glob('*.json')))}.json"
    model = ("--model", script(folder, *replies, name=name)) if replies else ()
    return inside("evaluate", *arguments, *model)


def test_first_pass_and_what_the_loop_makes_of_it(folder: Path) -> None:
    done = evaluate(
        folder, "set.jsonl", "--out", "run", "--json", replies=(GOOD, GOOD, NO_DEPTH, GOOD, REFUSAL)
    )
    assert done.returncode == 0, done.stderr
    rows = results(folder / "run")
    assert rows["inline"]["first"]["iou"] == pytest.approx(1.0, abs=1e-4)
    assert rows["inline"]["first"]["structure"][0] == rows["inline"]["first"]["structure"][1]
    assert rows["inline"]["first"]["requirements"]["unmet"] == 0
    assert rows["file"]["first"]["iou"] > 0.999 and rows["file"]["first"]["chamfer"] < 1
    assert rows["file"]["first"]["euler"] == rows["file"]["first"]["reference"]["euler"] == 2 - 2 * 4
    one = rows["asserted"]
    assert (one["first"]["valid"], one["final"]["valid"], one["final"]["attempts"]) == (False, True, 2)
    assert one["first"]["unmet"] == ["no valid solid"] and one["final"]["unmet"] == []
    assert one["first"]["requirements"]["held"] == 0 < one["first"]["requirements"]["unmet"]
    report = json.loads(done.stdout)
    assert report["figures"]["first"]["valid solid"]["value"] == pytest.approx(2 / 3)
    assert report["figures"]["final"]["valid solid"]["value"] == 1.0
    assert report["figures"]["first"]["IoU >= 0.99"]["n"] == 2
    assert report["figures"]["first"]["curve F1"]["value"] == 1.0
    assert report["figures"]["first"]["structural F1"]["n"] == 1
    assert report["refusals"]["no part wanted: refused or asked"]["value"] == 1.0
    assert report["refusals"]["part wanted: refused or asked"]["value"] == 0.0
    assert {"short", "long"} <= report["groups"].keys()
    assert "valid solid" in (folder / "run" / "report.txt").read_text(encoding="utf-8")
    ET.fromstring((folder / "run" / "chart.svg").read_text(encoding="utf-8"))


def test_figures_come_again_without_a_model(folder: Path) -> None:
    done = evaluate(
        folder, "set.jsonl", "--out", "run", "--first-pass-only", replies=(GOOD, THICK, GOOD, REFUSAL)
    )
    assert done.returncode == 0, done.stderr
    before = (folder / "run" / "report.json").read_bytes()
    chart = (folder / "run" / "chart.svg").read_bytes()
    assert done.stdout == evaluate(folder, "report", "run").stdout
    again = evaluate(folder, "report", "run", "--judge-again")
    assert again.returncode == 0, again.stderr
    assert again.stdout == done.stdout
    assert ((folder / "run" / "report.json").read_bytes(), (folder / "run" / "chart.svg").read_bytes()) == (
        before,
        chart,
    )
    assert results(folder / "run")["file"]["first"]["iou"] < 0.9


def test_an_answer_that_is_cut_off_has_failed(folder: Path) -> None:
    write(folder, {"id": "cut", "request": REQUEST, "reference": PLATE, "assert": {"size": [40, 20, 5]}})
    cut = {"reply": GOOD, "finish": "length"}
    done = evaluate(folder, "set.jsonl", "--out", "cut", "--first-pass-only", replies=(cut,))
    assert done.returncode == 0, done.stderr
    one = results(folder / "cut")["cut"]["first"]
    assert (one["parse"], one["schema"], one["valid"], one["iou"]) == (False, False, False, 0.0)
    assert one["unmet"] and one["structure"][0] == 0 and one["curves"]["line"][0] == 0
    assert one["problem"] == "the answer was cut off"


def test_answers_of_something_else_are_measured(folder: Path) -> None:
    write(
        folder,
        {"id": "inline", "text": GOOD, "tokens": 70, "seconds": 1.5},
        {"id": "asserted", "text": THICK},
        {"id": "file", "text": GOOD, "finished": False},
        {"id": "nonsense", "text": REFUSAL},
        name="answers.jsonl",
    )
    done = inside("evaluate", "answers", *ANSWERED, "--out", "judged", "--workers", "2")
    assert done.returncode == 0, done.stderr
    rows = results(folder / "judged")
    assert {name: (row["status"], row["final"]["valid"]) for name, row in rows.items()} == {
        "inline": ("valid", True),
        "asserted": ("valid", True),
        "file": ("valid", False),
        "nonsense": ("refused", False),
    }
    assert rows["inline"]["final"]["iou"] > 0.999 and rows["inline"]["final"]["tokens"] == 70
    assert rows["asserted"]["final"]["unmet"] and rows["file"]["final"]["problem"]
    again = inside("evaluate", "report", "judged", "--judge-again", "--json")
    assert again.returncode == 0 and results(folder / "judged")["inline"] == rows["inline"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"id": "inline"}, "line 1 is no answer"),
        ({"id": "inline", "text": GOOD, "tokens": -1}, "figures from zero upwards"),
        ({"id": "other", "text": GOOD}, "answers no request of set.jsonl"),
    ],
)
def test_answers_that_are_none(folder: Path, row: dict[str, Any], said: str) -> None:
    write(folder, row, name="answers.jsonl")
    assert said in complaint(inside("evaluate", "answers", *ANSWERED), 2)


def test_two_evaluations_are_compared_request_by_request(folder: Path) -> None:
    for name, replies in (("a", (THICK, GOOD, GOOD, REFUSAL)), ("b", (GOOD, GOOD, THICK, REFUSAL))):
        assert (
            evaluate(folder, "set.jsonl", "--out", name, "--first-pass-only", replies=replies).returncode == 0
        )
    done = evaluate(folder, "compare", "a", "b/results.jsonl", "--json")
    found = json.loads(done.stdout)
    assert found["pairs"] == 4
    assert (found["first"]["right"]["only_first"], found["first"]["right"]["only_second"]) == (1, 1)
    assert found["first"]["right"]["p"] == 1.0
    assert found["first"]["IoU, mean"]["value"] > 0
    assert "only the first 1, only the second 1" in evaluate(folder, "compare", "a", "b").stdout


def test_an_edit_is_answered_with_the_design_so_far(folder: Path) -> None:
    write(folder, {"id": "1", "request": "6 mm thick", "design": PLATE, "assert": {"size": [40, 20, 6]}})
    model = [{"reply": THICK, "expect": [*("Design so far:", '"depth":5', "Change:\n6 mm thick")]}]
    done = evaluate(folder, "set.jsonl", "--out", "edit", replies=tuple(model))
    assert done.returncode == 0, done.stderr
    assert results(folder / "edit")["1"]["final"]["unmet"] == []


@pytest.mark.skipif(sys.platform == "win32", reason="sends a POSIX signal")
def test_ctrl_c_keeps_what_is_done_and_the_same_command_goes_on(tmp_path: Path) -> None:
    write(tmp_path, *({"id": str(number), "request": f"plate {number}"} for number in range(60)))
    model = script(tmp_path, *[GOOD] * 60)
    command = [COMMAND, "evaluate", "set.jsonl", "--out", "run", "--first-pass-only", "--model", model]
    process = subprocess.Popen(
        command, cwd=tmp_path, stderr=subprocess.PIPE, env=environment(), start_new_session=True, text=True
    )
    path = tmp_path / "run" / "results.jsonl"
    deadline = time.monotonic() + 120
    while not (path.exists() and path.read_bytes().count(b"\n") >= 3) and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 130, said
    assert "Traceback" not in said and "goes on from there" in said
    before = path.read_bytes().count(b"\n")
    assert 3 <= before < 60
    with path.open("a", encoding="utf-8") as out:
        out.write('{"id": "cut", "se')  # killed in the middle of a line
    done = subprocess.run(
        [*command, "--workers", "2"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert f"60 answers wanted, {before} there" in done.stderr
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert sorted(int(row["id"]) for row in rows) == list(range(60))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"id": "1"}, 'has no text under "request"'),
        ({"request": "a cube", "asert": {}}, "unknown key 'asert'"),
        ({"request": "a cube", "reference": "../plate.stl"}, "lies outside the folder of the set"),
        ({"request": "a cube", "reference": "none.stl"}, "none.stl cannot be read: No such file"),
        ({"request": "a cube", "reference": {"units": "mm", "operations": [{"op": "box"}]}}, "size"),
        ({"request": "a cube", "expects": "a cube"}, "expects is design or none"),
        ({"request": "a cube", "reference": PLATE, "units": "furlong"}, "not 'furlong'"),
    ],
)
def test_a_set_that_cannot_be_used(folder: Path, row: dict[str, Any], said: str) -> None:
    write(folder, row)
    done = evaluate(folder, "set.jsonl", "--out", "run")
    assert said in complaint(done, 1 if said == "size" else 2)
    assert not (folder / "run").exists()


def test_folders_and_names_that_do_not_fit(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CADAGENT_DATA", raising=False)
    assert "CADAGENT_DATA" in complaint(evaluate(folder, "cadprompt"), 2)
    assert "no level 'x'; it has long, short" in complaint(evaluate(folder, "set.jsonl", "--level", "x"), 2)
    assert "cannot be read: No such file" in complaint(evaluate(folder, "nothing.jsonl"), 2)
    done = evaluate(folder, "set.jsonl", "--out", "run", "--first-pass-only", "--limit", "1", replies=(GOOD,))
    assert done.returncode == 0, done.stderr
    other = evaluate(folder, "set.jsonl", "--out", "run", "--limit", "1", replies=(GOOD,))
    assert "holds another evaluation (model, settings differ)" in complaint(other, 2)
    (folder / "notes").mkdir()
    (folder / "notes" / "mine.txt").write_text("mine")
    assert "is not empty and holds no evaluation" in complaint(
        evaluate(folder, "set.jsonl", "--out", "notes"), 2
    )
    assert "holds no evaluation" in complaint(evaluate(folder, "report", "notes"), 2)


def test_the_documentation_runs_as_printed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (Path(__file__).parents[2] / "docs" / "evaluation.md").read_text(encoding="utf-8")
    files = re.findall(r"```jsonl\n(.*?)```", page, re.DOTALL)
    for name, lines in zip(("requests", "answers"), files, strict=True):
        (folder / f"{name}.jsonl").write_text(lines)
    commands = re.findall(r"^\$ cadagent (.*)$", page, re.MULTILINE)
    assert len(commands) >= 5
    replies = iter([(WASHER, BLOCK, REFUSAL, THICKER), (WASHER, BLOCK)])
    for place, command in enumerate(commands):
        if command.startswith("evaluate requests"):
            name = script(folder, *next(replies), name=f"{folder.name}-docs-{place}.json")
            monkeypatch.setenv("CADAGENT_MODEL", name)
        done = inside(*shlex.split(command))
        assert done.returncode == 0, (command, done.stderr)
    assert all(not row["final"]["unmet"] for row in results(folder / "measured").values())
    assert results(folder / "given")["washer"]["final"]["unmet"]
    report = json.loads((folder / "measured" / "report.json").read_text(encoding="utf-8"))
    assert report["figures"]["final"]["IoU >= 0.99"]["value"] == 1.0
    assert report["refusals"]["no part wanted: refused or asked"]["value"] == 1.0


def minimal(*sketches: list[list[str]]) -> dict[str, Any]:
    """Parts whose sketches have loops of such curves, as in minimal JSON."""
    made: dict[str, Any] = {}
    for number, loops in enumerate(sketches, 1):
        face: dict[str, Any] = {}
        for place, kinds in enumerate(loops, 1):
            face[f"loop_{place}"] = {f"{kind}_{n}": figure(kind, n, place) for n, kind in enumerate(kinds, 1)}
        made[f"part_{number}"] = {"sketch": {"face_1": face}}
    return {"parts": made}


def figure(kind: str, n: int, place: int) -> dict[str, Any]:
    if kind == "circle":
        return {"Center": [10 * place, 0], "Radius": 1}
    points = {"Start Point": [n, 0], "End Point": [n + 1, 1]}
    return points if kind == "line" else {**points, "Mid Point": [n, 1]}


def test_curves_are_paired_by_place_and_count_by_type() -> None:
    square, round_one = [["line"] * 4, ["circle"]], [["circle"], ["circle"]]
    same = counts(minimal(square), minimal(square))
    assert (same["line"].shared, same["circle"].shared, same["extrusion"].shared) == (4, 1, 1)
    other = counts(minimal(square, square), minimal(round_one))
    assert (other["line"].shared, other["line"].expected, other["line"].actual) == (0, 8, 0)
    assert (other["circle"].shared, other["circle"].expected, other["circle"].actual) == (1, 2, 2)
    assert (other["extrusion"].shared, other["extrusion"].expected, other["extrusion"].actual) == (1, 2, 1)
    arc = counts(minimal([["line", "line", "line", "arc"]]), minimal([["line"] * 4]))
    assert (arc["line"].shared, arc["line"].actual, arc["arc"].shared, arc["arc"].expected) == (3, 4, 0, 1)
    assert counts(minimal(square), None)["line"].shared == 0


def test_statistics_of_the_books() -> None:
    assert mcnemar(0, 0) == 1.0
    assert mcnemar(1, 9) == pytest.approx(22 / 1024)  # 2 · (1 + 10) / 2¹⁰
    better = paired("right", [(False, True)] * 12 + [(True, True)] * 30 + [(True, False)])
    assert (better.only_first, better.only_second) == (1, 12)
    assert better.p == pytest.approx(2 * (1 + 13) / 2**13)
    assert 0 < better.difference.low < better.difference.value == pytest.approx(11 / 43)
    middle = bootstrap_median([0.0] * 10 + [0.9] * 11)
    assert (middle.value, middle.low, middle.high) == (0.9, 0.0, 0.9)
    assert sphericity(4 / 3 * math.pi, 4 * math.pi) == pytest.approx(1.0)
    assert sphericity(1.0, 6.0) == pytest.approx((math.pi / 6) ** (1 / 3))


def test_seeds_are_pooled_by_request() -> None:
    unknown = ("iou", "iou_normalised", "unmet", "chamfer", "chamfer_floor", "curves", "structure")
    base: dict[str, Any] = {
        **dict.fromkeys((*unknown, "watertight", "sphericity", "euler", "reference")),
        **dict.fromkeys(("parse", "schema", "attempts", "seconds"), 1),
        "tokens": 10,
        "status": "valid",
        "requirements": {"held": 1, "unmet": 0, "unclear": 0},
    }
    rows = [
        {"id": str(n), "seed": seed, "level": "", "words": 30 * n, "expects": "design", "recorded": {},
         "first": {**base, "valid": n % 2 == 0 or seed == 0}, "final": {**base, "valid": n % 2 == 0}}
        for n in range(4) for seed in range(3)
    ]  # fmt: skip
    valid = next(one for one in figures(rows, "first") if one.name == "valid solid")
    assert valid.estimate.count == 4 and valid.estimate.value == pytest.approx(2 / 3)
    alone = rate([(row, row["first"]["valid"]) for row in rows if row["seed"] == 0])
    assert (alone.value, alone.count) == (
        1.0,
        4,
    ) and alone.low < 0.6  # Wilson, not a bootstrap of equal values
    assert spread(rows, "first")["valid solid"] == (0.5, 1.0)
    assert [length_class(words) for words in (44, 45, 89, 90)] == [
        *("under 45 words", "45 to 89 words", "45 to 89 words", "90 words and more")
    ]
    assert {name: len(found) for name, found in groups(rows).items()} == {
        "under 45 words": 6, "45 to 89 words": 3, "90 words and more": 3,
    }  # fmt: skip
