"""One language, two engines: llguidance admits what the embedded engine's grammar admits, and no more."""

from __future__ import annotations

import json
import random
from contextlib import suppress
from functools import lru_cache

import pytest

from cadagent.design import json_schema
from cadagent.generation.grammar import gbnf
from tests.generation.test_gbnf import DESIGNS, NUMBERS, matches
from training.synthetic.generate import Rejected, draw

llguidance = pytest.importorskip("llguidance", reason="the transformers engine needs llguidance")

SCHEMAS = [
    {"anyOf": [{"const": kind} for kind in ("a", "ab", "abc", 'a"', "a\\b", "é/[]")]},
    {"type": "string", "pattern": "^[a-z][a-z0-9_]*([.][a-z]+)?$", "maxLength": 4},
    {"type": "string", "pattern": "^[A-Za-z0-9_+*/(). -]{1,12}$"},
    {"type": "string", "maxLength": 3},
    {"type": "object", "properties": {"a": {"type": "boolean"}, "b": {"type": "null"}, "ab": {"const": 1}}},
    {
        "$defs": {
            "n": {"type": "object", "properties": {"n": {"type": "array", "items": {"$ref": "#/$defs/n"}}}}
        },
        "$ref": "#/$defs/n",
    },
]  # fmt: skip
TEXTS = [
    '"a"', '"ab"', '"abcd"', '"a\\""', '"a\\\\b"', '"é/[]"', '"ab.c"', '"w/2+(1)"', '"a b"', '"\\n"',
    '"\\u00e9"', '{}', '{"a":true,"b":null}', '{"ab":1}', '{"b":null,"ab":1}', '{"n":[]}',
    '{"n":[{},{"n":[{}]}]}', '{"n":[{}}',
]  # fmt: skip
LETTERS = '0123456789.,:{}[]"-\\/abcxyz_é '


def admits(grammar: str, text: str) -> bool:
    """Whether llguidance takes the whole text, byte by byte."""
    matcher = compiled(grammar).deep_copy()
    ids = list(text.encode())
    return matcher.try_consume_tokens(ids) == len(ids) and matcher.is_accepting()


@lru_cache(maxsize=4)
def compiled(grammar: str) -> llguidance.LLMatcher:
    from cadagent.generation.torch.grammar import lark

    matcher = llguidance.LLMatcher(
        llguidance.LLTokenizer("byte"), llguidance.LLMatcher.grammar_from_lark(lark(grammar))
    )
    assert matcher.get_error() == ""
    return matcher


def changed(text: str, source: random.Random) -> str:
    """The text with one small mistake."""
    at, kind = source.randrange(len(text)), source.random()
    if kind < 0.3:
        return text[:at] + text[at + 1 :]
    if kind < 0.6:
        return text[:at] + source.choice(LETTERS) + text[at:]
    if kind < 0.8:
        return text[:at] + source.choice(LETTERS) + text[at + 1 :]
    return text[:at] + text[at + source.randrange(1, 12) :]


def designs(count: int) -> list[str]:
    found: list[str] = []
    number = 0
    while len(found) < count:
        with suppress(Rejected):
            found.append(str(draw(17, number)["completion"]))
        number += 1
    return found


def compare(texts: list[str], mistakes: int) -> tuple[int, int]:
    """How many texts, and how many of them with mistakes, both admit; they must agree on every one."""
    grammar, source = gbnf(json_schema("reply")), random.Random(3)
    admitted = [0, 0]
    for text in texts:
        for number in range(mistakes + 1):
            one = changed(text, source) if number else text
            assert admits(grammar, one) == matches(grammar, one), one
            admitted[number > 0] += matches(grammar, one)
    return admitted[0], admitted[1]


def test_designs_and_their_misspellings_are_judged_alike() -> None:
    texts = DESIGNS + designs(60)
    right, wrong = compare(texts, mistakes=3)
    assert right == len(texts) and 0 < wrong < len(texts)


@pytest.mark.slow
def test_thousands_of_designs_are_judged_alike() -> None:
    right, wrong = compare(designs(1500), mistakes=5)
    assert right == 1500 and wrong > 100


@pytest.mark.parametrize("schema", SCHEMAS, ids=range(len(SCHEMAS)))
def test_small_schemas_are_read_alike(schema: dict) -> None:
    grammar = gbnf(schema)
    source = random.Random(5)
    texts = TEXTS + [changed(text, source) for text in TEXTS for _ in range(20)]
    judged = [matches(grammar, text) for text in texts]
    assert [admits(grammar, text) for text in texts] == judged and any(judged)


@pytest.mark.parametrize(("schema", "good", "bad"), NUMBERS)
def test_numbers_are_read_alike(schema: dict, good: list[str], bad: list[str]) -> None:
    grammar = gbnf(schema)
    assert [text for text in good if not admits(grammar, text)] == []
    assert [text for text in bad if admits(grammar, text)] == []
    # In an array the end of a number decides what may follow.
    grammar = gbnf({"type": "array", "items": schema})
    assert admits(grammar, json.dumps([json.loads(text) for text in good[:2]], separators=(",", ":")))
    assert not any(admits(grammar, f"[{text}]") for text in bad if text)
