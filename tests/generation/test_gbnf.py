from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache

import pytest

from cadagent.design import json_schema
from cadagent.generation.grammar import UnsupportedSchema, gbnf

# A small GBNF reader: an independent reading of what gbnf() writes.
_TOKEN = re.compile(
    r'\s*(?:(?P<literal>"(?:\\.|[^"\\])*")|(?P<cls>\[(?:\\.|[^\]\\])*\])|(?P<name>[A-Za-z0-9-]+)'
    r"|(?P<mark>[()|?*+]|\{\d+(?:,\d*)?\}))"
)


@lru_cache(maxsize=8)
def _rules(grammar: str) -> dict[str, tuple]:
    rules = {}
    for line in grammar.splitlines():
        name, body = line.split(" ::= ", 1)
        rules[name] = _parse(body)
    return rules


def _parse(body: str) -> tuple:
    tokens = []
    at = 0
    while at < len(body.rstrip()):
        found = _TOKEN.match(body, at)
        assert found, f"not GBNF: {body[at:]!r}"
        tokens.append((found.lastgroup, found[found.lastgroup]))
        at = found.end()

    def alternatives() -> tuple:
        branches = [sequence()]
        while tokens and tokens[0][1] == "|":
            tokens.pop(0)
            branches.append(sequence())
        return ("any", branches)

    def sequence() -> tuple:
        parts = []
        while tokens and tokens[0][1] not in ("|", ")"):
            kind, text = tokens.pop(0)
            if text == "(":
                part = alternatives()
                assert tokens.pop(0)[1] == ")"
            elif kind == "literal":
                part = ("literal", re.sub(r"\\(.)", r"\1", text[1:-1]))
            elif kind == "cls":
                part = ("cls", re.compile(text))
            else:
                assert kind == "name", text
                part = ("rule", text)
            if tokens and tokens[0][1][0] in "?*+{":
                mark = tokens.pop(0)[1]
                low, high = {"?": (0, 1), "*": (0, None), "+": (1, None)}.get(mark, (0, 0))
                if mark[0] == "{":
                    first, comma, last = mark[1:-1].partition(",")
                    low, high = int(first), (int(last) if last else None) if comma else int(first)
                part = ("repeat", part, low, high)
            parts.append(part)
        return ("all", parts)

    result = alternatives()
    assert not tokens
    return result


def matches(grammar: str, text: str) -> bool:
    """Whether the grammar's root admits the whole text."""
    rules = _rules(grammar)

    def ends(node: tuple, starts: frozenset[int]) -> frozenset[int]:
        if not starts:
            return starts
        kind = node[0]
        if kind == "literal":
            return frozenset(at + len(node[1]) for at in starts if text.startswith(node[1], at))
        if kind == "cls":
            return frozenset(at + 1 for at in starts if at < len(text) and node[1].match(text[at]))
        if kind == "rule":
            return ends(rules[node[1]], starts)
        if kind == "any":
            return frozenset().union(*(ends(branch, starts) for branch in node[1]))
        if kind == "all":
            for part in node[1]:
                starts = ends(part, starts)
            return starts
        return frozenset(_repeated(node, starts))

    def _repeated(node: tuple, starts: frozenset[int]) -> Iterator[int]:
        _, part, low, high = node
        count, seen = 0, set()
        while starts and (high is None or count <= high):
            if count >= low:
                starts = starts - seen
                seen |= starts
                yield from starts
            starts = ends(part, starts)
            count += 1

    return len(text) in ends(rules["root"], frozenset({0}))


DESIGNS = [
    '{"units":"mm","operations":[{"op":"extrude","profile":[{"shape":"rectangle","size":[40,20]}],"depth":5},'
    '{"op":"hole","face":"top","diameter":4,"repeat":{"grid":[2,2],"pitch":[30,10]}}]}',
    '{"units":"in","operations":[{"op":"extrude","id":"plate","profile":[{"shape":"rectangle","size":[4,2],'
    '"corner_radius":0.25}],"depth":0.5},{"op":"extrude","face":"top","profile":[{"shape":"circle","diameter":1}],'
    '"depth":0.75},{"op":"hole","face":"plate.top","diameter":0.2,"repeat":{"corners":true,"inset":0.3}},'
    '{"op":"fillet","edges":["plate.vertical"],"radius":0.1}]}',
    '{"units":"mm","parameters":[{"name":"w","value":60},{"name":"n","value":"w/10","kind":"count"}],"operations":['
    '{"op":"extrude","profile":[{"shape":"circle","diameter":"w"},{"shape":"circle","diameter":6,"role":"hole",'
    '"repeat":{"polar":"n","diameter":45}}],"depth":8}]}',
    '{"units":"mm","operations":[{"op":"revolve","plane":"xz","profile":[{"shape":"rectangle","size":[5,30],'
    '"at":[20,0]}],"axis":"v"}]}',
    '{"refuse":"not_a_part"}',
    '{"ask":"sizes"}',
]


@pytest.fixture(scope="module")
def reply_grammar() -> str:
    return gbnf(json_schema("reply"))


@pytest.mark.parametrize("text", DESIGNS)
def test_the_language_grammar_admits_designs_and_answers(reply_grammar: str, text: str) -> None:
    assert matches(reply_grammar, text)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (":5}", ": 5}"),
        (":5}", ":5e0}"),
        (":5}", ":05}"),
        (":5}", ":-0}"),
        (":5}", ":5.1234567}"),
        (":5}", ":12345678}"),
        (',"depth":5', ""),
        ('"units":"mm",', ""),
        ('"units":"mm"', '"units":"furlong"'),
        ('"op":"hole"', '"op":"drill"'),
        ('"face":"top","diameter":4', '"diameter":4,"face":"top"'),
        ('"diameter":4', '"diameter":4,"colour":"red"'),
        ("}]}", "}]"),
    ],
)
def test_the_language_grammar_refuses_what_the_schema_refuses(reply_grammar: str, old: str, new: str) -> None:
    assert old in DESIGNS[0]
    assert not matches(reply_grammar, DESIGNS[0].replace(old, new, 1))


def test_the_language_grammar_stays_small(reply_grammar: str) -> None:
    assert len(reply_grammar) < 150_000


NUMBERS = [
    ({"type": "number"}, ["0", "0.5", "-0.5", "12.345678", "9999999", "-1", "5.0", "0.000001", "0.0"],
     ["-0", "-0.0", "01", "1.", ".5", "1e3", "10000000", "1.2345678", "+1", "NaN", ""]),
    ({"type": "number", "exclusiveMinimum": 0, "maximum": 100000}, ["1", "0.5", "100000", "0.000001"],
     ["0", "0.0", "-1", "1000000"]),
    ({"type": "number", "minimum": 1, "maximum": 179}, ["1", "179", "45.5"], ["0", "0.5", "-3", "1000"]),
    ({"type": "number", "minimum": -80, "maximum": 80}, ["-80", "0", "80", "7.25", "-0.1"], ["100", "-0"]),
    ({"type": "integer", "minimum": 1, "maximum": 200}, ["1", "200"], ["0", "1.5", "1000", "-1"]),
    ({"type": "integer", "minimum": 0}, ["0", "7"], ["-7", "00"]),
    ({"type": "number", "maximum": -1}, ["-1", "-2.5"], ["0", "1", "-0.5"]),
]  # fmt: skip


@pytest.mark.parametrize(("schema", "good", "bad"), NUMBERS)
def test_numbers_are_plain_and_bounded(schema: dict, good: list[str], bad: list[str]) -> None:
    grammar = gbnf(schema)
    assert [text for text in good if not matches(grammar, text)] == []
    assert [text for text in bad if matches(grammar, text)] == []


def test_objects_with_the_same_beginning_are_told_apart_later() -> None:
    def variant(kind: str, **values: dict) -> dict:
        properties = {"op": {"const": kind}, "id": {"type": "string"}, **values}
        return {"type": "object", "properties": properties, "required": ["op", *values]}

    whole = {"type": "integer"}
    grammar = gbnf({"anyOf": [variant("a", x=whole), variant("a", y=whole, z=whole), variant("b", x=whole)]})
    for text in ('{"op":"a","x":1}', '{"op":"a","id":"k","y":1,"z":2}', '{"op":"b","x":3}'):
        assert matches(grammar, text)
    for text in ('{"op":"a"}', '{"op":"a","x":1,"y":1}', '{"op":"a","y":1}', '{"op":"b","y":1,"z":2}'):
        assert not matches(grammar, text)


def test_optional_properties_keep_their_order_and_may_all_be_missing() -> None:
    flag = {"type": "boolean"}
    grammar = gbnf({"type": "object", "properties": {"a": flag, "b": flag, "c": flag}})
    for text in ("{}", '{"a":true}', '{"b":false,"c":true}', '{"a":true,"b":true,"c":true}'):
        assert matches(grammar, text)
    for text in ("{,}", '{"b":true,"a":true}', '{"a":true,}', '{"a":true,"a":true}'):
        assert not matches(grammar, text)


def test_recursion_through_references() -> None:
    tree = {
        "$defs": {
            "node": {
                "type": "object",
                "properties": {"kids": {"type": "array", "items": {"$ref": "#/$defs/node"}}},
            }
        },
        "$ref": "#/$defs/node",
    }
    assert matches(gbnf(tree), '{"kids":[{},{"kids":[{}]}]}')
    assert not matches(gbnf(tree), '{"kids":[{},{"kids":[{}]}}')


def test_arrays_and_texts() -> None:
    whole = {"type": "integer", "minimum": 0}
    two_to_three = gbnf({"type": "array", "items": whole, "minItems": 2, "maxItems": 3})
    assert [matches(two_to_three, json.dumps([1] * n, separators=(",", ":"))) for n in range(5)] == [
        False, False, True, True, False,
    ]  # fmt: skip
    pair = gbnf(
        {"type": "array", "prefixItems": [whole, {"enum": ["u", "v"]}], "items": False, "minItems": 2}
    )
    assert matches(pair, '[1,"v"]') and not matches(pair, "[1]") and not matches(pair, '[1,"v",2]')
    short = gbnf({"type": "string", "maxLength": 3})
    assert matches(short, '"aé\\n"') and not matches(short, '"abcd"') and not matches(short, '"a"b"')
    name = gbnf({"type": "string", "pattern": "^[a-z][a-z0-9_]*([.][a-z]+)?$", "maxLength": 4})
    assert matches(name, '"plat.top"') and not matches(name, '"Top"') and not matches(name, '"abcdefgh"')


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "patternProperties": {"^a": {"type": "null"}}},
        {"type": "object", "additionalProperties": {"type": "null"}},
        {"type": "string", "format": "date"},
        {"type": "string", "pattern": "abc"},
        {"type": "string", "pattern": '^["]$'},
        {"type": "string", "pattern": "^[^a]$"},
        {"type": "string", "pattern": "^(?=a)$"},
        {"type": "number", "multipleOf": 2},
        {"type": "number", "minimum": 3, "maximum": 2},
        {"type": "array"},
        {"type": "array", "items": {"type": "null"}, "uniqueItems": True},
        {"allOf": [{"type": "null"}]},
        {"not": {"type": "null"}},
        {"$ref": "#/$defs/missing"},
        {"$ref": "https://example.com/schema"},
        {"$defs": {"a": {"anyOf": [{"$ref": "#/$defs/a"}]}}, "$ref": "#/$defs/a"},
        {"properties": {"a": {}}},
        {},
    ],
)
def test_what_cannot_be_enforced_is_refused_in_one_line(schema: dict) -> None:
    with pytest.raises(UnsupportedSchema) as refused:
        gbnf(schema)
    assert str(refused.value).startswith("#") and "\n" not in str(refused.value)
