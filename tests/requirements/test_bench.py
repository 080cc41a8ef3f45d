"""The three figures of the checks, on real requests and their solids.

``tests/data/requirements/aside.jsonl`` was written before the checks were: rows whose text and solid
disagree, each with its reason.
"""

from __future__ import annotations

import json
from pathlib import Path

from cadagent.commands.bench_requirements import aside_of, designs, truths
from cadagent.evaluation.faults import faults
from cadagent.evaluation.requirements import judge_faults, judge_truths

DATA = Path(__file__).parents[1] / "data"
ASIDE = DATA / "requirements" / "aside.jsonl"


def test_every_row_set_aside_has_its_reason():
    rows = [json.loads(line) for line in ASIDE.read_text().splitlines()]
    assert len({row["id"] for row in rows}) == len(rows)
    assert all(len(row["reason"]) > 10 for row in rows)


def test_faults_differ_in_one_place():
    document = {"units": "mm", "operations": [
        {"op": "box", "size": [40, 20, 5]},
        {"op": "hole", "face": "top", "diameter": 4, "repeat": {"grid": [2, 2], "pitch": [30, 10]}},
    ]}  # fmt: skip
    made = list(faults(document))
    assert [kind for kind, _, _ in made].count("figure") == 6
    assert {kind for kind, _, _ in made} == {"figure", "count", "face", "operation"}
    assert all(wrong != document for _, _, wrong in made)
    assert list(faults(document)) == made


def test_few_seeded_faults_are_missed():
    document = {"units": "mm", "operations": [
        {"op": "extrude", "profile": [{"shape": "rectangle", "size": [42, 26]}], "depth": 7},
        {"op": "extrude", "face": "top", "profile": [{"shape": "circle", "diameter": 11}], "depth": 9},
        {"op": "hole", "face": "extrude1.top", "diameter": 4, "repeat": {"grid": [2, 2], "pitch": [30, 16]}},
    ]}  # fmt: skip
    request = (
        "A plate 42 mm long, 26 mm wide and 7 mm thick with a boss of diameter 11 mm and height 9 mm on top "
        "and four holes with a diameter of 4 mm, 30 x 16 mm apart"
    )
    outcome = judge_faults([("plate", request, document)])
    assert outcome.alarms == []
    assert outcome.seeded("figure").value >= 0.85


def test_real_requests(cadagent_data):
    folder, aside = cadagent_data / "cadprompt-dev", aside_of(ASIDE)
    right = judge_truths(truths(folder, aside))
    broken = judge_faults(designs(DATA / "handwritten" / "cadprompt.jsonl", folder, aside))
    for name, row in right.alarms:
        print(name, row.requirement.words, row.requirement.role, row.state)
    print("false alarms", right.false_alarms, "covered", right.covered)
    print("figures changed and flagged", broken.seeded("figure"))
    assert right.false_alarms.value <= 0.02 and right.false_alarms.count > 300
    assert broken.false_alarms.value <= 0.02
    assert right.covered.value >= 0.6
    assert broken.seeded("figure").value >= 0.85
