"""Requests as people type them, through the whole loop with the model that ships (slow: minutes)."""

import json
from pathlib import Path

import pytest

from cadagent.agent import Finished, run
from cadagent.evaluation.assertions import unmet
from cadagent.generation import open_model

HAND_WRITTEN = Path(__file__).parents[1] / "data" / "handwritten" / "query2cad.jsonl"
README = "A 40 x 20 x 5 mm plate with four 4 mm holes, 30 x 10 mm apart"


def finished(request: str) -> Finished:
    *_, end = run(request, model=open_model())
    assert isinstance(end, Finished)
    return end


def test_the_request_of_the_readme() -> None:
    end = finished(README)
    assert end.status == "valid"
    assert end.best is not None and end.best.report.result is not None
    measured = end.best.report.result.measurement
    assert measured is not None
    assert measured.size == pytest.approx((40, 20, 5))
    assert measured.volume == pytest.approx(3748.6726, abs=1e-3)
    assert [(hole.radii, hole.through) for hole in measured.holes] == [((2.0,), True)] * 4


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_short_requests_meet_their_assertions(cadagent_data: Path) -> None:
    lines = (cadagent_data / "query2cad" / "queries-dev.txt").read_text(encoding="utf-8").splitlines()
    met, missed = [], []
    model = open_model()
    for row in map(json.loads, HAND_WRITTEN.read_text(encoding="utf-8").splitlines()):
        if "assert" not in row:
            continue
        *_, end = run(lines[row["line"] - 1], model=model)
        result = end.best.report.result if isinstance(end, Finished) and end.best is not None else None
        measured = result.measurement if result is not None else None
        wrong = unmet(row["assert"], measured) if measured is not None else ["no solid"]
        (missed if wrong else met).append((row["line"], wrong))
    model.close()
    print(f"{len(met)} of {len(lines)} lines meet their assertions; missed: {missed}")
    assert len(met) >= 15
