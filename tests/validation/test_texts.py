"""The exact texts that go back to a model and to a person. A change here is a new FINDINGS_VERSION."""

from __future__ import annotations

from cadagent.validation import FINDINGS_VERSION, Finding, for_model, for_person, validate

TEXT = """{"units":"mm","operations":[
{"op":"extrude","profile":[{"shape":"rectangel","size":[40,20]}],"depth":5e1},
{"op":"hole","face":"top","diamter":4}]}"""


def test_for_a_model() -> None:
    report = validate(TEXT)
    assert FINDINGS_VERSION == "2"
    lines = for_model(report.findings, report.document).splitlines()
    assert len(lines) == 3
    assert lines[0].startswith(
        'schema.choice at /operations/0/profile/0/shape "shape":"rectangel" expected circle | ellipse | '
    )
    assert lines[0].endswith('…, found "rectangel". did you mean rectangle?')
    assert lines[1].startswith('schema.unknown_key at /operations/1/diamter "diamter":4 expected op, id')
    assert lines[1].endswith("found diamter. did you mean diameter?")
    assert lines[2] == (
        'numbers.form at /operations/0/depth "depth":"5e1" expected a decimal, at most six places, '
        "found 5e1. write it out, rounded to six places"
    )


def test_a_geometric_finding_for_a_model() -> None:
    report = validate(
        '{"units":"mm","operations":[{"op":"box","size":[10,10,10]},'
        '{"op":"hole","face":"top","at":[30,0],"diameter":4}]}'
    )
    (line,) = for_model(report.findings, report.document).splitlines()
    assert line.startswith(
        'geometry.no_effect at /operations/1 {"op":"hole","face":"top","at":[30,0],"diameter":4} expected '
    )


def test_for_a_model_is_short() -> None:
    findings = [
        Finding(f"schema.choice{i}", "m" * 900, f"/operations/{i}", expected="e" * 900, actual="a" * 900)
        for i in range(20)
    ]
    text = for_model(findings, {"operations": [{"x": "y" * 900}] * 20})
    assert len(text.splitlines()) == 4 and len(text) < 4 * 500


def test_warnings_are_told_when_there_is_nothing_worse() -> None:
    warning = Finding("geometry.pieces", "Two pieces.", severity="warning")
    error = Finding("syntax.json", "Broken.")
    assert for_model([error, warning]) == "syntax.json Broken."
    assert for_model([warning]) == "geometry.pieces Two pieces."
    assert for_model([Finding("x.y", "z", severity="info")]) == ""


def test_for_a_person() -> None:
    report = validate(TEXT)
    lines = for_person(report.findings, report.text).splitlines()
    assert lines[0].startswith(
        "error schema.choice at /operations/0/profile/0/shape (line 2): There is no such shape."
    )
    assert lines[1] == '  2 | {"op":"extrude","profile":[{"shape":"rectangel","size":[40,20]}],"depth":5e1},'
    assert "  1 more follows from this" in lines
