"""Whatever is done to a document, validation answers in time, with findings that point into it."""

from __future__ import annotations

import time
from collections import Counter

import pytest

from cadagent.validation import Report, validate
from cadagent.validation.pointers import value_at
from cadagent.validation.validate import MAX_FINDINGS
from tests.validation.mutations import mutated

SECONDS = 10.0
#: What starting a worker afresh may add where the machine is busy.
SLACK = 60.0


def check_report(report: Report) -> None:
    assert report.valid != (bool(report.errors) or report.reply is not None)
    assert len(report.findings) <= MAX_FINDINGS
    for finding in report.findings:
        assert finding.code.count(".") == 1 and finding.message and len(finding.one_line()) < 2000
        assert finding.code != "rules.failed", finding
        if report.document is None:
            assert finding.pointer == ""
        else:
            value_at(report.document, finding.pointer)  # raises KeyError where the pointer leads nowhere
        assert finding.line is None or 1 <= finding.line <= report.text.count("\n") + 1


def run(count: int, seed: int) -> Counter[str]:
    outcomes: Counter[str] = Counter()
    for text in mutated(count, seed):
        start = time.monotonic()
        report = validate(text, request="A 40 x 20 x 5 mm plate with four 4 mm holes", seconds=SECONDS)
        assert time.monotonic() - start < SECONDS + SLACK, text[:2000]
        try:
            check_report(report)
        except (AssertionError, KeyError) as error:
            raise AssertionError(f"{error!r} for {text[:3000]}") from error
        outcomes["valid" if report.valid else report.errors[0].code] += 1
    return outcomes


@pytest.mark.timeout(240)
def test_500_mutated_documents() -> None:
    outcomes = run(500, seed=1)
    assert outcomes["valid"] < 400
    assert len(outcomes) > 15, outcomes  # the mutations reach many rules


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_10000_mutated_documents() -> None:
    outcomes = run(10_000, seed=2)
    print(outcomes.most_common())
    assert len(outcomes) > 30, outcomes
