"""What a schema forces is not written by a model."""

from __future__ import annotations

import pytest

from cadagent.design import dumps, json_schema
from cadagent.generation.forced import forced
from cadagent.generation.grammar import UnsupportedSchema, gbnf
from tests.agent.designs import GOOD, PLATE
from tests.generation.fixed import continuing, rewriting


def root(grammar: str) -> str:
    return next(line for line in grammar.splitlines() if line.startswith("root ::= "))


def test_all_but_the_rewritten_operation_is_forced() -> None:
    first, second = (dumps(operation) for operation in PLATE["operations"])
    begin = forced(rewriting(PLATE, 0))
    assert (begin.head, begin.tail) == ('{"units":"mm","operations', f",{second}]}}")
    assert root(begin.grammar).startswith(r'root ::= "\":["')
    end = forced(rewriting(PLATE, 1))
    assert (end.head, end.tail) == (f'{{"units":"mm","operations":[{first.removesuffix("}")}', "]}")
    assert root(end.grammar).startswith('root ::= "}," ')


def test_what_is_there_is_forced_and_the_end_is_not() -> None:
    more = forced(continuing(PLATE))
    assert more.head == GOOD.removesuffix("]}}]}")
    assert more.tail == ""
    assert root(more.grammar).startswith('root ::= "]}}" ')
    assert root(more.grammar).endswith('"]" "}"')


def test_a_schema_with_a_choice_at_its_beginning_forces_nothing() -> None:
    schema = json_schema("reply")
    assert forced(schema).head == ""
    assert forced(schema).grammar == gbnf(schema)


def test_a_schema_without_any_choice_forces_all_but_the_last_signs() -> None:
    assert forced({"const": {"a": [1, 2]}}).head == '{"a":[1,2'


def test_what_the_grammar_does_not_know_is_refused_here_too() -> None:
    schema = {
        "type": "object",
        "properties": {"a": {"const": 1}, "b": {"type": "number", "multipleOf": 3}},
        "required": ["a", "b"],
    }
    with pytest.raises(UnsupportedSchema, match="multipleOf"):
        forced(schema)
