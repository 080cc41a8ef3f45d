"""Every rule finds what it is for, at the place where it is, and lets good designs pass."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cadagent.design import DesignError, resolve
from cadagent.validation import STAGES, Report, rules, validate
from cadagent.validation.pointers import value_at
from tests.validation.mutations import SEEDS

PLATE = '{"op":"extrude","profile":[{"shape":"rectangle","size":[40,20]}],"depth":5}'


def mm(*operations: str) -> str:
    return f'{{"units":"mm","operations":[{",".join(operations)}]}}'


def found(report: Report) -> set[tuple[str, str, str]]:
    return {(finding.severity, finding.code, finding.pointer) for finding in report.findings}


CASES = {
    # text
    "nothing": ("", "error", "syntax.empty", ""),
    "prose": ("I cannot do that.", "error", "syntax.no_object", ""),
    "cut off": (mm(PLATE)[:60], "error", "syntax.json", ""),
    "fence": (f"Sure!\n```json\n{mm(PLATE)}\n```", "warning", "syntax.surroundings", ""),
    "key twice": ('{"units":"mm","units":"in","operations":[]}', "error", "syntax.duplicate_key", ""),
    "10,000 levels": ('{"a":' * 10_000, "error", "syntax.too_deep", ""),
    # units, schema, numbers
    "no unit": (f'{{"operations":[{PLATE}]}}', "error", "units.missing", ""),
    "odd unit": (mm(PLATE).replace("mm", "furlong"), "error", "units.unknown", "/units"),
    "no operations": ('{"units":"mm"}', "error", "schema.missing_key", ""),
    "unknown operation": (mm('{"op":"extrud"}'), "error", "schema.choice", "/operations/0/op"),
    "unknown key": (
        mm(PLATE.replace('"depth"', '"height"')), "error", "schema.unknown_key", "/operations/0/height",
    ),
    "wrong type": (mm(PLATE.replace("5}", "[5]}")), "error", "schema.type", "/operations/0/depth"),
    "negative size": (mm(PLATE.replace("5}", "-5}")), "error", "schema.range", "/operations/0/depth"),
    "exponent": (mm(PLATE.replace("5}", "5e0}")), "error", "numbers.form", "/operations/0/depth"),
    "seventh place": (mm(PLATE.replace("5}", "5.0000001}")), "error", "numbers.form", "/operations/0/depth"),
    "not a number": (
        mm(PLATE.replace("40", "NaN")), "error", "numbers.form", "/operations/0/profile/0/size/0",
    ),
    "huge": (mm(PLATE.replace("5}", "1e308}")), "error", "numbers.form", "/operations/0/depth"),
    "division by zero": (
        mm(PLATE.replace("5}", '"1/0"}')), "error", "expressions.division_by_zero", "/operations/0/depth",
    ),
    # references, order
    "id twice": (
        mm('{"op":"box","id":"a","size":[1,1,1]}', '{"op":"box","id":"a","size":[2,2,2]}'),
        "error", "references.duplicate_id", "/operations/1/id",
    ),
    "unknown feature": (
        mm(PLATE, '{"op":"hole","face":"plate.top","diameter":4}'),
        "error", "references.unknown_feature", "/operations/1/face",
    ),
    "unknown parameter": (
        mm(PLATE.replace("5}", '"width"}')), "error", "references.unknown_parameter", "/operations/0/depth",
    ),
    "sketch for nothing": (
        mm('{"op":"sketch","id":"s","profile":[{"shape":"square","side":3}]}', PLATE),
        "error", "order.unused_sketch", "/operations/0",
    ),
    "moved too early": (
        mm(PLATE, '{"op":"move","by":[9,0,0]}', PLATE),
        "error", "order.transform_before_feature", "/operations/2",
    ),
    # frames
    "plane and face": (
        mm(PLATE, PLATE.replace('"profile"', '"plane":"xz","face":"top","profile"')),
        "error", "frames.plane_and_face", "/operations/1/plane",
    ),
    "no axis": (
        mm(PLATE, '{"op":"rotate","axis":[0,0,0],"angle":9}'), "error", "frames.axis", "/operations/1/axis",
    ),
    "out of reach": (
        mm(PLATE.replace('"profile"', '"offset":90000,"origin":[0,0,90000],"profile"')),
        "error", "frames.out_of_reach", "/operations/0",
    ),
    "part too early": (
        mm(PLATE.replace('"profile"', '"frame":"part","profile"')),
        "warning", "frames.part_too_early", "/operations/0/frame",
    ),
    # geometry
    "join in the air": (
        mm(PLATE, PLATE.replace('"profile"', '"offset":50,"profile"')),
        "error", "geometry.not_touching", "/operations/1",
    ),
    "hole beside the plate": (
        mm(PLATE, '{"op":"hole","face":"top","at":[100,0],"diameter":4}'),
        "error", "geometry.no_effect", "/operations/1",
    ),
    "fillet too large": (
        mm(PLATE, '{"op":"fillet","edges":["vertical"],"radius":30}'),
        "error", "geometry.fillet_too_large", "/operations/1",
    ),
    "two pieces": (
        mm(PLATE, '{"op":"extrude","mode":"cut","profile":[{"shape":"rectangle","size":[4,20]}],"depth":5}'),
        "warning", "geometry.pieces", "/operations",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_finds(name: str) -> None:
    text, severity, code, pointer = CASES[name]
    report = validate(text)
    assert (severity, code, pointer) in found(report), report.findings
    assert report.valid == (severity == "warning")
    for finding in report.findings:
        value_at(report.document, finding.pointer)


def test_every_built_in_stage_has_rules_with_distinct_names() -> None:
    names = [rule.name for stage in STAGES for rule in rules()[stage]]
    assert len(names) == len(set(names))
    assert all(rules()[stage] for stage in STAGES)


@pytest.mark.parametrize("index", range(len(SEEDS)))
def test_good_designs_bring_no_error(index: int) -> None:
    report = validate(SEEDS[index])
    assert report.valid, report.findings
    assert report.result is not None and report.result.measurement is not None
    assert report.result.measurement.watertight


def test_pointers_into_an_inline_sketch_lead_into_the_written_operation() -> None:
    """The canonical form has two more operations before this one than the document."""
    hole = '{"shape":"circle","diameter":4,"role":"hole","at":[90,0]}'
    report = validate(mm(PLATE, PLATE, PLATE.replace("}]", f"}},{hole}]")), build=False)
    assert ("error", "profiles.hole_outside", "/operations/2/profile/1") in found(report)


def test_several_pieces_are_fine_where_they_are_meant() -> None:
    cut = '{"op":"extrude","mode":"cut","profile":[{"shape":"rectangle","size":[4,20]}],"depth":5}'
    report = validate(mm(PLATE, cut), request="a pair of blocks 18 x 20 x 5 mm")
    assert {finding.code for finding in report.findings} == {"requirements.unexplained"}
    apart = PLATE.replace('"profile"', '"mode":"new","offset":50,"profile"')
    assert not validate(mm(PLATE, apart)).findings


def test_a_later_stage_waits_for_the_one_before() -> None:
    report = validate(mm(PLATE.replace("40", "-40"), '{"op":"hole","face":"nothing.top","diameter":4}'))
    assert {finding.code for finding in report.findings} == {"schema.range"}
    assert report.canonical is None and report.resolved is None and report.result is None


def test_the_resolved_form_of_the_report_is_that_of_the_document() -> None:
    document: dict[str, Any] = json.loads(mm(PLATE))
    assert validate(document, build=False).resolved == resolve(document)
    with pytest.raises(DesignError):
        resolve({"units": "mm", "operations": []})
