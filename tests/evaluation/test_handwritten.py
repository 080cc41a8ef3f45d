"""Designs written by hand from real requests: the language can say them, or the file says why it should not.

``query2cad.jsonl`` carries the expectations by which a model's answers to those requests are judged;
``cadprompt.jsonl`` is compared with the real solids where those are at hand.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cadagent import design, kernel
from cadagent.evaluation import EXACT, unmet
from cadagent.evaluation.runner import Case, judge

FOLDER = Path(__file__).parents[1] / "data" / "handwritten"


def rows(name):
    return [json.loads(line) for line in (FOLDER / name).read_text().splitlines()]


QUERIES, PROMPTS = rows("query2cad.jsonl"), rows("cadprompt.jsonl")


def test_every_request_has_a_design_or_a_reason():
    assert [row["line"] for row in QUERIES] == list(range(1, 36))
    assert len({row["id"] for row in PROMPTS}) == len(PROMPTS) >= 40
    for row in [*QUERIES, *PROMPTS]:
        assert ("design" in row) != ("reason" in row)


@pytest.mark.parametrize("row", [row for row in QUERIES if "design" in row], ids=lambda row: row["line"])
def test_query_designs_meet_their_expectations(row):
    assert [finding for finding in design.check(row["design"]) if finding.severity == "error"] == []
    built = kernel.build(design.resolve(row["design"]))
    assert built.ok, built.findings
    assert unmet(row["assert"], built.measurement) == []


def test_prompt_designs_are_the_real_solids(cadagent_data):
    results = {}
    for row in PROMPTS:
        if "design" in row:
            reference = cadagent_data / "cadprompt-dev" / row["id"] / "ground_truth.stl"
            results[row["id"]] = judge(Case(row["id"], row["design"], reference))
    for row in PROMPTS:
        if row["id"] not in results:
            print(f"{row['id']} not written: {row['reason']}")
        else:
            print(f"{row['id']} IoU {results[row['id']].iou:.4f} {row.get('differs', '')}")
    assert all(result.built for result in results.values())
    below = {name for name, result in results.items() if result.iou < EXACT}
    assert below == {row["id"] for row in PROMPTS if "differs" in row}


@pytest.mark.parametrize(
    ("expected", "problem"),
    [
        ({"size": [5, 40, 20]}, None),
        ({"size": [None, [39, 41], 5]}, None),
        ({"size": [40, 20, 6]}, "size: expected [40, 20, 6], found [40, 20, 5]"),
        ({"volume": 4000}, None),
        ({"volume": {"any": [1, 4001]}}, None),
        ({"volume": [1, 2]}, "volume: expected [1, 2], found 4000"),
        ({"section": 800}, None),
        ({"bodies": 2}, "bodies: expected 2, found 1"),
        (
            {"genus": 0, "cylinders": [{"radius": 3, "kind": "hole"}]},
            "cylinders: expected {'radius': 3, 'kind': 'hole'}, found 0",
        ),
    ],
)
def test_expectations(expected, problem):
    plate = {"units": "mm", "operations": [{"op": "box", "size": [40, 20, 5]}]}
    found = unmet(expected, kernel.build(design.resolve(plate)).measurement)
    assert found == ([problem] if problem else [])
