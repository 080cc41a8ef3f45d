"""Schema and parser agree, what is published is current, plug-ins leave the language alone."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from cadagent.design import check, json_schema, language_hash, reference_table, resolve
from cadagent.design.documents import document_type
from cadagent.design.fields import Choice, Either, Field, Items, Number, Record, Tagged, Type
from cadagent.design.placing import REPEAT
from cadagent.design.registry import Operation, register, unregister
from tests.design.strategies import documents

ROOT = Path(__file__).parents[2]
# what a schema cannot say: how figures are written, and which keys have a meaning beside which
SILENT = {
    "frames.frame_of_face",
    "frames.path_plane",
    "frames.placement_of_sketch",
    "frames.plane_and_face",
    "references.unknown_thread",
    "schema.missing_key",
    "schema.too_many_keys",
    "schema.unknown_key",
}


@cache
def validator(form: str = "compact") -> Draft202012Validator:
    schema = json_schema(form)  # type: ignore[arg-type]
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def without_rules(kind: Type, seen: dict[int, Type]) -> Type:
    """The same type with only what a schema can say."""
    if id(kind) in seen:
        return seen[id(kind)]
    made = kind
    if isinstance(kind, Record):
        fields = tuple(replace(entry, type=without_rules(entry.type, seen)) for entry in kind.fields)
        made = replace(kind, fields=fields, rule=kind.rule if kind is REPEAT else None)
    elif isinstance(kind, Items):
        made = replace(kind, item=without_rules(kind.item, seen))
    elif isinstance(kind, Either):
        made = replace(kind, types=tuple(without_rules(one, seen) for one in kind.types))
    elif isinstance(kind, Tagged):
        table: dict[str, Record] = {}
        for name, record in kind.table.items():
            bare = without_rules(record, seen)
            assert isinstance(bare, Record)
            table[name] = bare
        made = replace(kind, table=table)
    seen[id(kind)] = made
    return made


@cache
def bare_type() -> Type:
    return without_rules(document_type(), {})


PLAIN = [
    None,
    True,
    False,
    0,
    1,
    -1,
    2.5,
    200000,
    1e9,
    "",
    "top",
    "width/3",
    "a b\n",
    "x" * 200,
    "M6",
    "plate.top",
]
NESTED = [[], {}, [1], [1, 2], ["all"], [[0, 0], [1, 0], [1, 1]], {"op": "box"}, {"grid": [2, 2]}]
VALUES = st.sampled_from([*PLAIN, *NESTED, {"shape": "circle"}])


@st.composite
def mutated(draw: Any) -> dict[str, Any]:
    document = copy.deepcopy(draw(documents(most=3)))
    for _ in range(draw(st.integers(0, 3))):
        places = list(_places(document))
        if not places:
            break
        holder, key = draw(st.sampled_from(places))
        change = draw(st.sampled_from(("replace", "remove", "add", "copy")))
        if (isinstance(holder, list) and key >= len(holder)) or (
            isinstance(holder, dict) and key not in holder
        ):
            continue
        if change == "replace":
            holder[key] = copy.deepcopy(draw(VALUES))
        elif change == "remove":
            del holder[key]
        elif change == "add" and isinstance(holder, dict):
            names = ("radius", "diameter", "face", "plane", "pad", "extra", "sketch", "wall", "a/b~")
            holder[draw(st.sampled_from(names))] = copy.deepcopy(draw(VALUES))
        elif isinstance(holder, list) and isinstance(key, int):
            holder.insert(key, copy.deepcopy(holder[key]))
    return document


def _places(value: Any) -> Any:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, entry in list(items):
        yield value, key
        yield from _places(entry)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(mutated())
def test_parser_and_schema_accept_the_same(document: dict) -> None:
    findings: list = []
    bare_type().check(document, "", findings)
    if any(isinstance(value, str) and value.endswith("\n") for value in _strings(document)):
        return  # `$` of Python's jsonschema also matches before a final newline; ours and ECMA's does not
    assert (not findings) == validator().is_valid(document), findings[:3]
    full: list = []
    document_type().check(document, "", full)
    if not findings:
        assert {finding.code for finding in full} <= SILENT


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(mutated())
def test_findings_point_at_what_exists_and_nothing_crashes(document: dict) -> None:
    for finding in check(document):
        value: Any = document
        for part in finding.pointer.split("/")[1:]:
            part = part.replace("~1", "/").replace("~0", "~")
            value = value[int(part)] if isinstance(value, list) else value[part]
        assert "\n" not in finding.one_line()


def _strings(value: Any) -> Any:
    if isinstance(value, str):
        yield value
    for entry in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _strings(entry)


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        "box",
        7,
        {},
        {"units": "mm"},
        {"units": ["mm"], "operations": []},
        {"units": "mm", "operations": {}},
        {"units": "mm", "operations": [None, 1, "x", [], {}, {"op": ["box"]}, {"op": {}}, {"op": "box"}]},
        {"units": "mm", "operations": [{"op": "hole", "diameter": 1}]},
        {"units": "mm", "operations": [{"op": "move", "by": [1, 2, 3]}]},
        {"units": "mm", "operations": [{"op": "box", "size": [float("nan"), float("inf"), 10**6000]}]},
        {"units": "mm", "operations": [{"op": "box", "size": [1, 1, 1], "id": 5}]},
        {
            "units": "mm",
            "parameters": [{"name": "in", "value": 1}],
            "operations": [{"op": "box", "size": [1, 1, 1]}],
        },
        {1: 2, "units": "mm"},
    ],
)
def test_garbage_is_reported(document: Any) -> None:
    findings = check(document)
    assert findings
    assert all(finding.severity == "error" and finding.one_line() for finding in findings)


def test_deep_nesting_in_memory_is_reported() -> None:
    deep: Any = 1
    for _ in range(100_000):
        deep = [deep]
    assert check({"units": "mm", "operations": deep})


def test_findings_name_places_in_the_document_as_written() -> None:
    document = {
        "units": "mm",
        "operations": [
            {"op": "extrude", "profile": [{"shape": "square", "side": "nowhere"}], "depth": 1},
            {"op": "extrude", "id": "extrude1", "profile": [{"shape": "square", "side": 1}], "depth": 1},
            {"op": "loft", "sections": [{"profile": [{"shape": "square", "side": "n"}]}, "s"]},
        ],
    }
    assert [(finding.code, finding.pointer) for finding in check(document)] == [
        ("references.duplicate_id", "/operations/1/id"),
        ("references.unknown_sketch", "/operations/2/sections/1"),
        ("references.unknown_parameter", "/operations/0/profile/0/side"),
        ("references.unknown_parameter", "/operations/2/sections/0/profile/0/side"),
    ]


def test_published_files_are_current() -> None:
    published = json.loads((ROOT / "cadagent/design/cad-json.schema.json").read_text("utf-8"))
    assert published == json_schema(plugins=False), "run python -m cadagent.design"
    assert (ROOT / "docs/language.md").read_text("utf-8") == reference_table(), (
        "run python -m cadagent.design"
    )


def test_schema_of_canonical_and_replies() -> None:
    from cadagent.design import canonical, reply_of

    document = {"units": "mm", "operations": [{"op": "box", "size": [1, 2, 3]}]}
    assert validator("canonical").is_valid(canonical(document))
    assert not validator("canonical").is_valid(document)
    for reply in ({"refuse": "not_a_part"}, {"ask": "sizes"}):
        assert validator("reply").is_valid(reply)
        assert reply_of(reply) == next(iter(reply.items()))
    for no_reply in ({"refuse": "no"}, {"ask": ["sizes"]}, {"ask": "sizes", "units": "mm"}, {}):
        assert not validator("reply").is_valid(no_reply)
        assert reply_of(no_reply) is None


def test_a_plugin_extends_the_language_but_not_its_hash() -> None:
    before, schema = language_hash(), json_schema()
    knob = Operation(
        "knob",
        "a knob",
        "feature",
        (
            Field("size", Number("length", positive=True), "size", True),
            Field("mode", Choice(("new",)), "mode"),
        ),
        lambda scene, values, at: scene.steps.append({"do": "knob", "id": values["id"], "pointer": at}),
        material=True,
    )
    document = {"units": "mm", "operations": [{"op": "knob", "size": 3}]}
    assert [finding.code for finding in check(document)] == ["schema.choice"]
    register(knob)
    try:
        assert check(document) == []
        assert resolve(document)["steps"] == [{"do": "knob", "id": "knob1", "pointer": "/operations/0"}]
        assert '"knob"' in json.dumps(json_schema())
        assert language_hash() == before
        assert json_schema(plugins=False) == schema
        assert "knob" not in reference_table()
        with pytest.raises(ValueError, match="language itself"):
            register(replace(knob, name="box"))
    finally:
        unregister("knob")
    assert json_schema() == schema
    assert [finding.code for finding in check(document)] == ["schema.choice"]
