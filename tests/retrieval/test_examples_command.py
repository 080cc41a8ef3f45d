"""``cadagent examples`` as a person and a script use it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cadagent.feedback import Decisions, Store, open_store
from cadagent.retrieval import curated
from cadagent.retrieval.bench import retrieval_figures
from cadagent.validation import validate
from tests.agent.designs import GOOD, REQUEST
from tests.cli.commands import complaint, inside, script

LIBRARY = ["--library", "examples.db"]


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def told(*arguments: str) -> dict[str, Any]:
    done = inside("examples", *arguments, *LIBRARY, "--json")
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    line: dict[str, Any] = json.loads(done.stdout)
    return line


def test_add_list_search_remove() -> None:
    Path("design.json").write_text(GOOD)
    added = told("add", REQUEST, "design.json")
    assert added["added"] == 1
    assert told("add", REQUEST, "design.json") == {"added": 0, "id": added["id"]}
    listed = told("list", "--kind", "own")
    assert listed["counts"] == {"curated": len(curated()), "synthetic": 0, "accepted": 0, "own": 1}
    assert [(row["id"], row["request"]) for row in listed["examples"]] == [(added["id"], REQUEST)]
    found = told("search", REQUEST, "-k", "3")
    assert found["request"] == REQUEST
    assert found["examples"][0]["id"] == added["id"]
    assert found["examples"][0]["design"]["units"] == "mm"
    assert found["examples"][0]["ranks"] == {"words": 1, "signature": 1}
    assert told("remove", added["id"]) == {"removed": 1}
    assert told("list", "--kind", "own")["examples"] == []


def test_the_library_of_a_person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert inside("examples", "list").returncode == 0
    assert [path.name for path in (tmp_path / "data").rglob("*.db")] == ["examples.db"]
    monkeypatch.setenv("CADAGENT_LIBRARY", "mine.db")
    assert inside("examples", "list", "--limit", "0").stderr.startswith("mine.db: ")


def test_choosing_tells_what_no_example_shows() -> None:
    request = "a ball, in the common part of a star, and a rib"
    data = told("search", request, "-k", "1", "--choose", "--budget", "2000")
    assert data["size"] <= 2000 and len(data["examples"]) == 1
    assert set(data["uncovered"]) < set(data["asked"])
    done = inside("examples", "search", request, "-k", "1", "--choose", *LIBRARY)
    assert done.stdout.startswith(data["examples"][0]["id"])
    assert done.stderr == f"cadagent: no example shows: {', '.join(data['uncovered'])}\n"


def test_the_wrong_way() -> None:
    Path("wrong.json").write_text('{"units":"mm","operations":[{"op":"box","size":[1,1]}]}')
    complaint(inside("examples", "add", "a box", "wrong.json", *LIBRARY), 1)
    Path("reply.json").write_text('{"refuse":"not_a_part"}')
    complaint(inside("examples", "add", "a box", "reply.json", *LIBRARY), 1)
    complaint(inside("examples", "add", "a box", *LIBRARY), 2)
    complaint(inside("examples", "add", "--from", "none.jsonl", *LIBRARY), 2)
    complaint(inside("examples", "add", "--feedback", "none.db", *LIBRARY), 2)
    complaint(inside("examples", "remove", "0123", *LIBRARY), 2)
    complaint(inside("examples", "search", " ", *LIBRARY), 2)
    complaint(inside("examples", "search", "a box", "--budget", "3", *LIBRARY), 2)
    Path("notes.db").write_text("no database")
    assert "--library" in complaint(inside("examples", "list", "--library", "notes.db"), 2)


def test_a_file_of_synthetic_pairs() -> None:
    cube = '{"units":"mm","operations":[{"op":"box","size":[9,9,9]}]}'
    rows = [
        {"prompt": "a 9 mm cube", "completion": cube, "task": "generate", "family": "box"},
        {"request": "a cube of 9 mm", "design": json.loads(cube), "group": "g"},
        {"request": "a cube, 9 mm, measured", "design": cube, "split": "held-out"},
        {"prompt": "hello", "completion": '{"refuse":"not_a_part"}', "task": "refuse"},
        {"prompt": "hello", "completion": '{"refuse":"not_a_part"}'},
        {"prompt": ["a"], "completion": cube},
    ]
    Path("pairs.jsonl").write_text("\n".join([*map(json.dumps, rows), "no json", ""]))
    done = inside("examples", "add", "--from", "pairs.jsonl", *LIBRARY, "--json")
    assert json.loads(done.stdout) == {"added": 2, "refused": 3, "held_out": 1}
    lines = done.stderr.splitlines()
    assert [line.split(": ")[1] for line in lines] == [f"pairs.jsonl, line {n}" for n in (5, 6, 7)]


def stored_run(monkeypatch: pytest.MonkeyPatch, request: str, design: str) -> str:
    """A run as `cadagent run` records it; returns its id."""
    monkeypatch.setenv("CADAGENT_MODEL", script(Path(), design))
    done = inside("run", request, "--json")
    assert done.returncode == 0, done.stderr
    return str(json.loads(done.stdout)["run"])


def groups_of(store: Store) -> dict[str, str]:
    rows = store.query("SELECT text, split FROM requests JOIN request_wordings ON request = requests.id "
                       "JOIN wordings ON wordings.id = wording", {})  # fmt: skip
    return {row["text"]: row["split"] for row in rows}


def test_pairs_that_people_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Accepted and corrected pairs come in; held-out groups do not; a verdict taken back takes its pair."""

    def cube(size: int) -> str:
        return json.dumps({"units": "mm", "operations": [{"op": "box", "size": [size] * 3}]})

    nouns = (
        "anchor",
        "beacon",
        "cradle",
        "dial",
        "easel",
        "fob",
        "gauge",
        "hinge",
        "ingot",
        "jig",
        "knob",
        "lid",
    )
    requests = {f"a {noun} block, a cube of {9 + n} mm": 9 + n for n, noun in enumerate(nouns)}
    runs = {text: stored_run(monkeypatch, text, cube(size)) for text, size in requests.items()}
    with open_store("feedback.db") as store:
        decisions = Decisions(store)
        corrected = next(iter(requests))
        for text, run in runs.items():
            if text == corrected:
                decisions.correct(run, 1, validate(cube(99)))
            else:
                decisions.decide(run, "accept", attempt=1)
        splits = groups_of(store)
    held = {text for text, split in splits.items() if split == "held-out"}
    counts = told("add", "--feedback", "feedback.db")
    assert counts == {"added": len(runs) - len(held), "dropped": 0, "refused": 0, "held_out": len(held)}
    rows = told("list", "--kind", "accepted", "--limit", "100")["examples"]
    assert {row["request"] for row in rows} == set(runs) - held
    assert all(row["group"] and row["split"] == "train" and row["origin"] in runs.values() for row in rows)
    sizes = {row["request"]: row["design"]["operations"][0]["size"][0] for row in rows}
    assert all(size == (99 if text == corrected else requests[text]) for text, size in sizes.items())
    undone = next(text for text in requests if text not in held)
    with open_store("feedback.db") as store:
        Decisions(store).undo(runs[undone])
    assert told("add", "--feedback", "feedback.db")["dropped"] == 1
    assert undone not in {row["request"] for row in told("list", "--kind", "accepted")["examples"]}


@pytest.mark.parametrize("name", ["", "search", "add", "remove", "list", "index"])
def test_every_help_has_examples(name: str) -> None:
    done = inside("examples", *name.split(), "--help")
    assert done.returncode == 0 and f"cadagent examples {name}" in done.stdout and "Examples:" in done.stdout


def test_the_benchmark_measures_what_it_says() -> None:
    done = inside("bench", "retrieval", "--examples", "300", "--queries", "5", "--json")
    figures = json.loads(done.stdout)
    assert done.returncode == 0 and all(value > 0 for value in figures.values())
    assert {"examples indexed per second", "search, 95th percentile ms"} <= set(figures)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_hundred_thousand_examples_are_searched_in_time() -> None:
    """By the processor's time, which a busy machine distorts little."""
    import time

    import cadagent.retrieval.bench as bench

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bench.time, "perf_counter", time.process_time)
        figures = retrieval_figures(100_000, 200, None, lambda line: None)
    assert figures["examples indexed per second"] >= 5000
    assert figures["search, 95th percentile ms"] <= 25
    assert figures["choice of 3, 95th percentile ms"] <= 25
