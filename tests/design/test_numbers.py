"""Figures are judged as written and kept exactly."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadagent.design import check, dumps, parse, resolve
from cadagent.design.numbers import number_text, read_number


def sized(token: str) -> str:
    return f'{{"units":"mm","operations":[{{"op":"box","size":[2,3,{token}]}}]}}'


@pytest.mark.parametrize(
    "token", ["1.1", "0.000001", "1.123456", "99999.999999", "5", "1.0", "0.1", "100000"]
)
def test_plain_decimals_are_fine(token: str) -> None:
    parsed = parse(sized(token))
    assert parsed.findings == ()
    assert check(parsed.document) == []
    again = parse(dumps(parsed.document or {})).document
    assert again == parsed.document
    assert Decimal(dumps(parsed.document or {}).rpartition(",")[2].rstrip("]}")) == Decimal(token)


@pytest.mark.parametrize(
    ("token", "words"),
    [
        ("1e-3", "exponent"),
        ("1E5", "exponent"),
        ("1.1234567", "six decimal"),
        ("1.0000000", "six decimal"),
        ("-0", "negative zero"),
        ("-0.0", "negative zero"),
        ("NaN", "not a finite"),
        ("Infinity", "not a finite"),
        ("-Infinity", "not a finite"),
        ("1e308", "exponent"),
        ("1" * 50, "too long"),
    ],
)
def test_other_figures_are_findings_at_their_place(token: str, words: str) -> None:
    parsed = parse(sized(token))
    findings = check(parsed.document)
    assert [finding.code for finding in findings] == ["numbers.form"]
    assert findings[0].pointer == "/operations/0/size/2"
    assert words in findings[0].message
    assert findings[0].actual and findings[0].actual in token


def test_figures_where_words_belong_are_findings_too() -> None:
    parsed = parse('{"units":NaN,"operations":[{"op":"box","id":NaN,"size":[1,1,1],"mode":1e5}]}')
    assert {f.pointer for f in check(parsed.document)} == {"/units", "/operations/0/id", "/operations/0/mode"}


@given(st.integers(-(10**11), 10**11))
def test_six_decimals_survive_reading_and_writing(millionths: int) -> None:
    token = format((Decimal(millionths) / 10**6).normalize(), "f")
    if token != "-0":
        assert number_text(read_number(token)) == token  # type: ignore[arg-type]


def test_units_are_converted_exactly() -> None:
    for unit, factor in (("mm", 1), ("cm", 10), ("m", 1000), ("in", 25.4), ("ft", 304.8), ("unit", 1)):
        step = resolve({"units": unit, "operations": [{"op": "box", "size": [1, 1.1, 3]}]})["steps"][0]
        assert step["size"] == {"x": factor, "y": round(1.1 * factor, 9), "z": round(3 * factor, 9)}
