"""Expressions are exact, typed and bounded."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadagent.design import check
from cadagent.design.expressions import Evaluator, ExpressionError

PARAMETERS = [
    {"name": "w", "value": 30},
    {"name": "h", "value": "w/4+1"},
    {"name": "a", "value": 45, "kind": "angle"},
    {"name": "n", "value": 6, "kind": "count"},
    {"name": "k", "value": 0.5, "kind": "ratio"},
]


def value(text: object, kind: str = "length", units: str = "mm") -> float:
    evaluator = Evaluator(units, PARAMETERS)
    assert evaluator.findings == []
    return evaluator.number(text, kind)


@pytest.mark.parametrize(
    ("text", "kind", "units", "expected"),
    [
        ("0.1+0.2", "length", "mm", 0.3),
        ("1/3", "length", "mm", 1 / 3),
        ("1/3*3", "ratio", "mm", 1.0),
        ("w/3", "length", "in", 254.0),
        ("w+1", "length", "cm", 310.0),
        ("1+w", "length", "cm", 310.0),
        ("2*(w-h)", "length", "mm", 43.0),
        ("-w+40", "length", "mm", 10.0),
        ("--w", "length", "mm", 30.0),
        ("w*k", "length", "mm", 15.0),
        ("w/h*4", "ratio", "mm", float(Fraction(30) / Fraction(17, 2) * 4)),
        ("0.25in", "length", "mm", 6.35),
        ("0.25 in + 1", "length", "mm", 7.35),
        ("1ft", "length", "m", 304.8),
        ("a/2", "angle", "in", 22.5),
        ("90-a", "angle", "mm", 45.0),
        ("n+1", "count", "mm", 7.0),
        ("w/w*n", "count", "mm", 6.0),
        ("  7 ", "length", "mm", 7.0),
        (1.1, "length", "in", 27.94),
    ],
)
def test_values(text: object, kind: str, units: str, expected: float) -> None:
    assert value(text, kind, units) == expected  # rounded once: equal, not close


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("w/0", "length", "expressions.division_by_zero"),
        ("w/(n-6)", "length", "expressions.division_by_zero"),
        ("w*w", "length", "expressions.kind"),
        ("1/w", "length", "expressions.kind"),
        ("w+a", "length", "expressions.kind"),
        ("a", "length", "expressions.kind"),
        ("w", "angle", "expressions.kind"),
        ("n/4", "count", "expressions.kind"),
        ("w", "ratio", "expressions.kind"),
        ("depth", "length", "references.unknown_parameter"),
        ("w+", "length", "expressions.syntax"),
        ("", "length", "expressions.syntax"),
        ("()", "length", "expressions.syntax"),
        ("(w", "length", "expressions.syntax"),
        ("w)", "length", "expressions.syntax"),
        ("w w", "length", "expressions.syntax"),
        ("2^3", "length", "expressions.syntax"),
        ("1e3", "length", "expressions.syntax"),
        (".5", "length", "expressions.syntax"),
        ("w" + "+w" * 80, "length", "expressions.syntax"),
        ("(" * 50 + "w" + ")" * 50, "length", "expressions.syntax"),
        ("-" * 100 + "w", "length", "expressions.syntax"),
        ("99999999*99999999", "ratio", "expressions.range"),
    ],
)
def test_errors_say_what_is_wrong(text: str, kind: str, code: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        value(text, kind)
    assert caught.value.code == code


@given(
    st.recursive(
        st.integers(0, 99).map(str),
        lambda s: st.tuples(s, st.sampled_from("+-*"), s).map(lambda t: f"({t[0]}{t[1]}{t[2]})"),
        max_leaves=8,
    )
)
def test_arithmetic_is_that_of_integers(text: str) -> None:
    if len(text) <= 120 and abs(eval(text)) < 10**9:
        assert value(text, "ratio") == eval(text)


def test_chained_parameters_cannot_grow_without_bound() -> None:
    chain = [{"name": "p0", "value": 0.123457, "kind": "ratio"}]
    chain += [
        {"name": f"p{i}", "value": "*".join([f"p{i - 1}"] * 30), "kind": "ratio"} for i in range(1, 100)
    ]
    findings = check({"units": "mm", "parameters": chain, "operations": [{"op": "box", "size": [1, 1, 1]}]})
    assert {finding.code for finding in findings} == {"expressions.range"}


def test_later_parameters_and_taken_names_are_findings() -> None:
    parameters = [
        {"name": "x", "value": "y"},
        {"name": "y", "value": 1},
        {"name": "y", "value": 2},
        {"name": "mm", "value": 2},
    ]
    findings = check(
        {"units": "mm", "parameters": parameters, "operations": [{"op": "box", "size": [1, 1, "y"]}]}
    )
    assert [(f.code, f.pointer) for f in findings] == [
        ("references.unknown_parameter", "/parameters/0/value"),
        ("references.duplicate_parameter", "/parameters/2/name"),
        ("references.duplicate_parameter", "/parameters/3/name"),
    ]


@pytest.mark.parametrize(
    ("size", "codes"),
    [("w-30", ["schema.range"]), ("w*99999", ["schema.range"]), ("w-29.999999", []), ("w*3333", [])],
)
def test_the_value_of_an_expression_is_held_to_the_same_range(size: str, codes: list[str]) -> None:
    document = {"units": "in", "parameters": PARAMETERS, "operations": [{"op": "box", "size": [1, size, 1]}]}
    assert [finding.code for finding in check(document)] == codes
