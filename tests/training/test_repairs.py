"""Repair tasks: faults as a model makes them, findings as validation reports them."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest

from cadagent import design
from cadagent.agent.fixing import around
from cadagent.validation import for_model, validate
from training.synthetic import generate
from training.synthetic.faults import FAULTS, faulty
from training.synthetic.random_source import RandomSource
from training.synthetic.repairs import broken, broken_many


@pytest.fixture(scope="module")
def drawn() -> list[generate.Sample]:
    shares = generate.Shares(written=0.1)
    return [sample for sample in generate.samples(400, 31, shares=shares) if sample["task"] == "generate"]


def test_every_fault_happens_and_keeps_to_the_grammar(drawn: list[generate.Sample]) -> None:
    happened: Counter[str] = Counter()
    outside = 0
    for number, sample in enumerate(drawn):
        right = json.loads(sample["completion"])
        for draw in range(10):
            found = faulty(right, RandomSource("faulty", number, draw))
            if found is None:
                continue
            happened[found[0]] += 1
            assert found[1] != right
            outside += any(finding.code.startswith("schema.") for finding in design.check(found[1]))
        assert design.dumps(right) == sample["completion"], "the right design is left alone"
    assert set(happened) == {kind for _, (kind, _) in FAULTS}
    assert outside < 0.02 * sum(happened.values())


def test_a_repair_shows_the_findings_of_the_faulty_design(drawn: list[generate.Sample]) -> None:
    rows = [row for row in broken_many(drawn[:30], 1, 1) if row is not None]
    assert len(rows) >= 10
    alone = 0
    for row in rows:
        _, request, wrong, asked = (message["content"] for message in row["messages"])
        wanted = r"Correct (the design|/operations/(\d+) alone)\."
        match = re.fullmatch(rf"Findings:\n(.*)\n\n{wanted}", asked, re.DOTALL)
        assert match, asked
        findings = match[1]
        assert wrong != row["completion"]
        if match[3]:
            head, tail = around(json.loads(wrong), int(match[3]))
            mended = head + row["completion"] + tail
            assert validate(mended, request=request, build=False).valid
            alone += 1
        assert findings.startswith(row["finding"])
        assert not re.search(r"^(schema|syntax)\.", findings, re.MULTILINE)
        report = validate(wrong, request=request)
        assert not report.valid
        assert for_model(report.findings, report.document) == findings
    assert 0 < alone < len(rows), "some repairs ask for one operation, others for the design"


def test_the_same_sample_gives_the_same_repair(drawn: list[generate.Sample]) -> None:
    sample = next(sample for sample in drawn if '"hole"' in sample["completion"])
    assert broken(sample, RandomSource("fault", 3)) == broken(sample, RandomSource("fault", 3))


def test_a_share_of_the_samples_becomes_repairs() -> None:
    report: Counter[str] = Counter()
    rows = list(generate.samples(60, 12, shares=generate.Shares(repairs=0.05), report=report))
    assert 1 <= sum(row["task"] == "repair" for row in rows) == report["kept repair"] <= 12
    assert all("completion" in row and ("prompt" in row or "messages" in row) for row in rows)
