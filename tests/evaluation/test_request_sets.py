"""The hand-written sets of requests: what they expect can be met, and what they change has to be changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cadagent import design, kernel
from cadagent.agent.prompts import clean_request
from cadagent.agent.requests import hopeless
from cadagent.commands.evaluate_sets import load
from cadagent.evaluation import unmet
from cadagent.requirements import contradictions, extract

FOLDER = Path(__file__).parents[1] / "data" / "requests"


def rows(name):
    return [json.loads(line) for line in (FOLDER / name).read_text(encoding="utf-8").splitlines()]


def measured(document):
    assert [finding for finding in design.check(document) if finding.severity == "error"] == []
    built = kernel.build(design.resolve(document))
    assert built.ok, built.findings
    return built.measurement


def test_every_request_of_a_designer_can_be_met():
    requests, designs = (
        rows("designer.jsonl"),
        {row["id"]: row["design"] for row in rows("designer-designs.jsonl")},
    )
    assert len(requests) == len(designs) == 100
    assert sum(design["units"] == "in" for design in designs.values()) >= 20
    for row in requests:
        assert {"size", "volume"} & row["assert"].keys(), row["id"]
        assert unmet(row["assert"], measured(designs[row["id"]])) == [], row["id"]


def test_no_request_of_a_designer_is_turned_away_unread():
    for row in rows("designer.jsonl"):
        text = clean_request(row["request"])
        assert hopeless(text) is None, text
        assert not list(contradictions(text, extract(text))), text


def test_edits_change_what_their_assertions_look_at():
    after = {row["id"]: row["design"] for row in rows("edits-designs.jsonl")}
    edits = rows("edits.jsonl")
    assert len(edits) == len(after) == 40
    for row in edits:
        assert unmet(row["assert"], measured(row["design"])), f"{row['id']} is met without any change"
        assert unmet(row["assert"], measured(after[row["id"]])) == [], row["id"]


def test_the_sets_are_read():
    requests, digest = load(str(FOLDER / "designer.jsonl"))
    assert len(requests) == 100 and requests[0].truth.assertions is not None
    assert load(str(FOLDER / "designer.jsonl"))[1] == digest
    told, other = load(str(FOLDER / "designer.jsonl"), truths=FOLDER / "designer-designs.jsonl")
    assert other != digest
    assert all(one.truth.solid is not None and one.truth.assertions is not None for one in told)
    nonsense, _ = load(str(FOLDER / "nonsense.jsonl"))
    assert len(nonsense) == 60 and {one.expects for one in nonsense} == {"none"}
    edits, _ = load(str(FOLDER / "edits.jsonl"))
    assert {one.task for one in edits} == {"edit"} and all(one.design for one in edits)


def test_the_sets_of_the_field_are_read_where_they_lie(cadagent_data, monkeypatch):
    monkeypatch.setenv("CADAGENT_DATA", str(cadagent_data))
    parts, _ = load("cadprompt")
    assert len(parts) == 184 and {one.level for one in parts} == {"measured", "abstract"}
    measured_ones, _ = load("cadprompt", "measured")
    assert len(measured_ones) == 92
    assert all({"gpt_5_2", "claude_4_6_sonnet", "expert_code"} == set(one.recorded) for one in measured_ones)
    assert sum(one.recorded["gpt_5_2"] >= 0.99 for one in measured_ones) == 26
    assert sum(one.truth.sketches is None for one in measured_ones) == 9
    queries, _ = load("query2cad", truths=FOLDER.parent / "handwritten" / "query2cad.jsonl")
    assert len(queries) == 35 and sum(one.truth.assertions is not None for one in queries) >= 30
    levels, _ = load("text2cad", "expert")
    assert len(levels) == 52 and all(one.truth.sketches for one in levels)


@pytest.mark.parametrize(
    ("expected", "problem"),
    [
        ({"cylinders": [{"radius": 2, "kind": "hole", "count": 4, "apart": [30, 10]}]}, None),
        (
            {"cylinders": [{"radius": 2, "kind": "hole", "count": 4, "apart": [30, 12]}]},
            "cylinders: expected [12] apart, found [10, 30, 31.6228]",
        ),
    ],
)
def test_distances_of_holes_are_expectations(expected, problem):
    plate = {"units": "mm", "operations": [
        {"op": "box", "size": [40, 20, 5]},
        {"op": "hole", "diameter": 4, "repeat": {"grid": [2, 2], "pitch": [30, 10]}},
    ]}  # fmt: skip
    assert unmet(expected, measured(plate)) == ([problem] if problem else [])
