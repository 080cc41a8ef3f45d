"""The report: from any input, with lines, causes, replies, and without heavy imports."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cadagent.validation import Finding, validate
from cadagent.validation.bench import documents_per_second
from cadagent.validation.causes import linked
from cadagent.validation.validate import MAX_FINDINGS
from tests.validation.mutations import SEEDS

PLATE = SEEDS[0]


def test_a_good_design_comes_back_in_all_forms_and_built(tmp_path: Path) -> None:
    report = validate(PLATE, step=tmp_path / "plate.step", stl=tmp_path / "plate.stl", mesh=True)
    assert report.valid and not report.findings and report.reply is None
    assert report.document == PLATE and report.canonical is not None and report.resolved is not None
    assert (
        report.result is not None and report.result.measurement is not None and report.result.mesh is not None
    )
    assert report.result.measurement.volume == pytest.approx(3748.67, abs=0.01)
    assert (tmp_path / "plate.step").stat().st_size and (tmp_path / "plate.stl").stat().st_size


@pytest.mark.parametrize(
    "source",
    [
        None, 5, b"{}", [], {}, {1: 2}, {"units": {1, 2}},
        {"units": float("nan"), "operations": [float("inf")]},
        {"units": "mm", "operations": [10**400]}, "x" * 1_000_000, "{" * 1_000_000, '{"a":' * 10_000,
        "{" + '"a":1,' * 160_000 + '"b":2}', '"' * 99_999,
        "\ud800{\x00}", '{"units":"mm","operations":' + "9" * 5000,
    ],
    ids=lambda value: repr(value)[:20],
)  # fmt: skip
def test_never_raises(source: Any) -> None:
    report = validate(source)
    assert (
        not report.valid
        and report.findings
        and all(finding.code != "rules.failed" for finding in report.findings)
    )


def test_a_document_nested_too_deeply_or_in_itself() -> None:
    loop: dict[str, Any] = {"units": "mm"}
    loop["operations"] = [loop]
    assert validate(loop).findings[0].code == "syntax.not_json"


@pytest.mark.parametrize(
    "request_text", ["", "\x00" * 10, "9" * 100_000, "1/" * 50_000, 'x"' * 9999, "5 in " * 9999]
)
def test_any_request_will_do(request_text: str) -> None:
    assert validate(PLATE, request=request_text, build=False).valid


def test_replies_are_no_designs() -> None:
    for text, reply in (
        ('{"refuse":"not_a_part"}', ("refuse", "not_a_part")),
        ('{"ask":"sizes"}', ("ask", "sizes")),
    ):
        report = validate(text)
        assert report.reply == reply and not report.valid and not report.findings
    assert validate('{"refuse":"no idea"}').reply is None


def test_lines_are_those_of_the_whole_text() -> None:
    box = '{"op": "box",\n   "sise": [1,2,3]}'
    text = f'Of course!\n\n```json\n{{\n "units": "mm",\n "operations": [\n  {box}]}}\n```\n'
    lines = {finding.code: finding.line for finding in validate(text).findings}
    assert lines["schema.unknown_key"] == 8 and lines["schema.missing_key"] == 7


def test_a_misspelt_key_is_one_mistake() -> None:
    report = validate('{"units":"mm","operations":[{"op":"hole","diamter":4},{"op":"hole"}]}')
    cause, other, follows = report.findings
    assert cause.code == "schema.unknown_key" and cause.hint == "did you mean diameter?"
    assert other.code == "schema.missing_key" and other.cause is None and other.pointer == "/operations/1"
    assert follows.code == "schema.missing_key" and follows.cause == cause.pointer


def test_a_failed_step_explains_what_builds_on_it() -> None:
    far = {
        "op": "extrude",
        "id": "arm",
        "offset": 50,
        "profile": [{"shape": "circle", "diameter": 4}],
        "depth": 5,
    }
    report = validate({"units": "mm", "operations": [*PLATE["operations"][:1], far]})
    assert [(finding.code, finding.cause) for finding in report.findings] == [
        ("geometry.not_touching", None),
        ("geometry.pieces", "/operations/1"),
    ]


def test_causes_of_a_name_used_twice() -> None:
    findings = [
        Finding("references.unknown_sketch", "…", "/operations/1/sketch", actual="bse"),
        Finding("references.unknown_sketch", "…", "/operations/2/sketch", actual="bse"),
        Finding("references.unknown_sketch", "…", "/operations/3/sketch", actual="top"),
        Finding("order.unused_sketch", "…", "/operations/0"),
    ]
    out = linked(findings, None)
    assert [(finding.pointer, finding.cause) for finding in out] == [
        ("/operations/1/sketch", None),
        ("/operations/3/sketch", None),
        ("/operations/2/sketch", "/operations/1/sketch"),
        ("/operations/0", "/operations/1/sketch"),
    ]


def test_findings_are_bounded() -> None:
    report = validate({"units": "mm", "operations": [{"op": "none"}] * 100})
    assert len(report.findings) == MAX_FINDINGS and report.left_out == 100 - MAX_FINDINGS


def test_importing_validation_loads_no_geometry() -> None:
    code = (
        "import sys, cadagent.validation as v; v.validate('{}', build=False); "
        "print([name for name in ('OCP', 'shapely', 'numpy', 'pebble') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.slow
def test_two_thousand_documents_a_second() -> None:
    assert documents_per_second(SEEDS[:4], 3.0) >= 2000
