"""Whatever surrounds a design is dropped; whatever is broken is one finding; nothing takes long."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadagent.design import parse
from cadagent.design.reading import line_of

DESIGN = '{"units":"mm","operations":[{"op":"box","size":[1,2,3]}]}'


@pytest.mark.parametrize(
    ("text", "warnings"),
    [
        (DESIGN, 0),
        (f"\ufeff  {DESIGN}\n", 0),
        (f"```json\n{DESIGN}\n```", 1),
        (f"```\n{DESIGN}", 1),
        (f"```json {DESIGN}```", 1),
        (f"Here is the part:\n```json\n{DESIGN}\n```\nEnjoy {{it}}!", 2),
        (f"A {{box}} for you: {DESIGN}", 1),
        (f"{DESIGN}\nThat is all, see ```{{}}```.", 1),
        (f"{DESIGN}{DESIGN}", 1),
        (f"[{DESIGN}]", 2),
    ],
)
def test_surroundings_are_left_out(text: str, warnings: int) -> None:
    parsed = parse(text)
    assert parsed.text == DESIGN
    assert parsed.document == {"units": "mm", "operations": [{"op": "box", "size": [1, 2, 3]}]}
    assert [(f.code, f.severity) for f in parsed.findings] == [("syntax.surroundings", "warning")] * warnings


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "syntax.empty"),
        (" \n\ufeff\t", "syntax.empty"),
        ("a box, please", "syntax.no_object"),
        ("[1,2,3]", "syntax.no_object"),
        (DESIGN[:-3], "syntax.json"),
        ("{'units':'mm'}", "syntax.json"),
        ('{"units":"mm",}', "syntax.json"),
        ('{"a":"\\ud800"}', "syntax.encoding"),
        ('{"a":"\t"}', "syntax.json"),
        ("x" * 2_000_001, "syntax.too_large"),
        ('{"a":' * 10_000, "syntax.too_deep"),
        ('{"a":' + "[" * 10_000 + "]" * 10_000 + "}", "syntax.too_deep"),
        ('{"a":' + "[" * 41 + "]" * 41 + "}", "syntax.too_deep"),
    ],
)
def test_what_cannot_be_read_is_one_finding(text: str, code: str) -> None:
    parsed = parse(text)
    assert parsed.document is None
    assert [finding.code for finding in parsed.findings] == [code]
    assert len(parsed.findings[0].one_line()) < 300


@pytest.mark.parametrize(
    "text",
    [
        '{"' + '\\"' * 500_000,
        '"' * 1_000_001 + "{",
        "`" * 1_000_000 + "{",
        "```" * 300_000 + " {",
        "{ " * 500_000,
        '{"a":"' + "\\" * 1_000_001,
        '{"a":[' + '"x",' * 200_000,
    ],
)
def test_a_megabyte_of_anything_is_read_in_no_time(text: str) -> None:
    started = time.process_time()
    parsed = parse(text)
    line_of(text, "/a/5")
    assert parsed.document is None
    assert time.process_time() - started < 5


@given(st.text(st.sampled_from('{}[]",:\\ \n`0-1.eaNu'), max_size=60))
def test_no_text_crashes_the_reader(text: str) -> None:
    parsed = parse(text)
    assert parsed.document is not None or parsed.findings
    for pointer in ("", "/a", "/a/0"):
        line_of(text, pointer)


def test_duplicate_keys_are_errors() -> None:
    parsed = parse('{"units":"mm","units":"in","operations":[]}')
    assert [(f.code, f.severity) for f in parsed.findings] == [("syntax.duplicate_key", "error")]


def test_lines_of_values() -> None:
    text = """{
 "units": "mm",
 "operations": [
  {"op": "box",
   "size": [1,
     2, 3]},
  {
   "op": "hole", "a/b~": {
     "diameter": ":,{[\\"" }
  }
 ]
}"""
    lines = {
        "": 1,
        "/units": 2,
        "/operations": 3,
        "/operations/0": 4,
        "/operations/0/size": 5,
        "/operations/0/size/0": 5,
        "/operations/0/size/1": 6,
        "/operations/1": 7,
        "/operations/1/op": 8,
        "/operations/1/a~1b~0/diameter": 9,
        "/operations/1/nowhere/deep": 7,
        "/operations/9": 3,
    }
    assert {pointer: line_of(text, pointer) for pointer in lines} == lines
