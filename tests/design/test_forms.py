"""Three forms of one design: inverses, idempotent, deterministic, and the same solid from each."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import HealthCheck, given, settings

from cadagent.design import DesignError, canonical, check, compact, digest, dumps, parse, resolve
from tests.design.strategies import documents

relaxed = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def design(*operations: dict, units: str = "mm", **more: object) -> dict:
    return {"units": units, **more, "operations": list(operations)}


RECT = {"shape": "rectangle", "size": [40, 20]}
PLATE = {"op": "extrude", "id": "plate", "profile": [RECT], "depth": 5}


def resolved_or_codes(document: dict) -> object:
    try:
        return resolve(document)
    except DesignError as error:
        return [finding.code for finding in error.findings]


@relaxed
@given(documents())
def test_canonical_is_idempotent_and_compact_is_its_inverse(document: dict) -> None:
    before = copy.deepcopy(document)
    full = canonical(document)
    assert canonical(full) == full
    slim = compact(full)
    assert canonical(slim) == full
    assert compact(slim) == slim
    assert list(json.loads(dumps(full))) == list(full)
    assert digest(slim) == digest(full) == digest(document)
    assert check(full) == check(slim) == []
    assert document == before  # no form touches what it is made from


@relaxed
@given(documents())
def test_resolving_is_deterministic_and_the_same_from_every_form(document: dict) -> None:
    once = resolved_or_codes(document)
    assert once == resolved_or_codes(copy.deepcopy(document))
    assert once == resolved_or_codes(canonical(document)) == resolved_or_codes(compact(document))


@relaxed
@given(documents())
def test_a_document_survives_its_text(document: dict) -> None:
    for indent in (None, 1):
        parsed = parse(dumps(document, indent))
        assert parsed.findings == ()
        assert parsed.document == document


def test_sketches_stand_before_their_features_and_transforms_last() -> None:
    full = canonical(
        design(
            {"op": "sketch", "id": "s", "profile": [RECT]},
            PLATE,
            {"op": "extrude", "sketch": "s", "depth": 2, "mode": "join"},
            {"op": "move", "by": [1, 0, 0]},
        )
    )
    assert [entry["op"] for entry in full["operations"]] == ["sketch", "extrude", "sketch", "extrude", "move"]
    assert [entry["id"] for entry in full["operations"]] == ["sketch1", "plate", "s", "extrude2", "move1"]


def test_compact_leaves_out_what_canonical_restores() -> None:
    written = design(
        {"op": "sketch", "id": "sketch1", "plane": "xy", "profile": [{**RECT, "role": "add"}]},
        {"op": "extrude", "id": "extrude1", "mode": "new", "sketch": "sketch1", "depth": 5.0},
        {"op": "hole", "id": "hole1", "face": "extrude1.top", "diameter": 4},
    )
    assert dumps(compact(written)) == (
        '{"units":"mm","operations":[{"op":"extrude","profile":[{"shape":"rectangle","size":[40,20]}],'
        '"depth":5},{"op":"hole","diameter":4}]}'
    )


def test_a_hole_on_a_plane_stays_on_its_plane() -> None:
    written = design(PLATE, {"op": "hole", "plane": "xy", "diameter": 4})
    assert canonical(compact(written)) == canonical(written)
    assert resolve(written)["steps"][1]["both"] is True


def test_a_loft_keeps_its_sections_apart_when_one_is_shared() -> None:
    small = {"profile": [{"shape": "circle", "diameter": 10}]}
    written = design(
        {"op": "sketch", "id": "base", "offset": 20, **small},
        {"op": "loft", "sections": [{"profile": [RECT]}, "base"]},
        {"op": "extrude", "sketch": "base", "depth": 3},
    )
    full = canonical({**canonical(written)})
    renamed = json.loads(dumps(full).replace('"base"', '"sketch2"'))  # shared and automatic at once
    for form in (full, renamed):
        assert canonical(compact(form)) == canonical(form)
        assert resolve(compact(form)) == resolve(form)


def test_a_section_may_be_named_without_its_feature() -> None:
    short = design(PLATE, {"op": "fillet", "edges": ["top/front"], "radius": 1})
    full = canonical(short)
    assert full["operations"][-1]["edges"] == ["plate.top/front"]
    assert compact(full)["operations"][-1]["edges"] == ["top/front"]


@pytest.mark.parametrize(
    ("between", "after", "fine"),
    [
        ({"op": "move", "by": [0, 0, 9]}, {"op": "hole", "diameter": 2}, True),
        ({"op": "move", "by": [0, 0, 9]}, {"op": "hole", "plane": "xy", "diameter": 2}, False),
        ({"op": "move", "by": [0, 0, 9]}, {"op": "box", "size": [1, 1, 1]}, False),
        ({"op": "move", "by": [0, 0, 9]}, {"op": "box", "mode": "new", "size": [1, 1, 1]}, False),
        (
            {"op": "move", "body": "plate", "by": [0, 0, 9]},
            {"op": "box", "mode": "new", "size": [1, 1, 1]},
            True,
        ),
        ({"op": "move", "by": [0, 0, 9]}, {"op": "box", "face": "top", "size": [1, 1, 1]}, True),
        (
            {"op": "rotate", "axis": "x", "angle": 90},
            {"op": "fillet", "edges": ["vertical"], "radius": 1},
            False,
        ),
        ({"op": "rotate", "axis": "x", "angle": 90}, {"op": "fillet", "edges": ["all"], "radius": 1}, True),
        (
            {"op": "rotate", "axis": "x", "angle": 90},
            {"op": "fillet", "edges": ["plate.vertical"], "radius": 1},
            True,
        ),
        ({"op": "move", "by": [0, 0, 9]}, {"op": "fillet", "edges": ["vertical"], "radius": 1}, True),
        ({"op": "scale", "factor": 2}, {"op": "hole", "diameter": 2}, False),
        ({"op": "scale", "factor": 2}, {"op": "fillet", "edges": ["all"], "radius": 1}, False),
        ({"op": "move", "by": [0, 0, 9]}, {"op": "mirror", "features": ["plate"], "plane": "yz"}, False),
        ({"op": "move", "by": [0, 0, 9]}, {"op": "mirror", "features": ["plate"], "face": "right"}, True),
    ],
)
def test_transforms_move_last_only_where_that_changes_nothing(between: dict, after: dict, fine: bool) -> None:
    document = design(PLATE, between, after)
    codes = [finding.code for finding in check(document)]
    assert codes == ([] if fine else ["order.transform_before_feature"])
    if fine:
        assert canonical(document)["operations"][-1]["op"] == between["op"]
    else:
        assert check(document)[0].pointer == "/operations/2"
        for form in (canonical, compact, resolve, digest):
            with pytest.raises(DesignError):
                form(document)


def test_bodies_moved_apart_cannot_be_combined_later() -> None:
    document = design(
        PLATE,
        {"op": "box", "id": "lug", "mode": "new", "size": [4, 4, 9]},
        {"op": "move", "body": "lug", "by": [5, 0, 0]},
        {"op": "combine", "mode": "join", "target": "plate", "tools": ["lug"]},
    )
    assert [finding.code for finding in check(document)] == ["order.transform_before_feature"]


def test_a_scaled_body_leaves_its_neighbour_free() -> None:
    document = design(
        PLATE,
        {"op": "box", "id": "lug", "mode": "new", "plane": "xy", "origin": [90, 0, 0], "size": [4, 4, 9]},
        {"op": "scale", "body": "lug", "factor": 2},
        {"op": "hole", "face": "plate.top", "diameter": 2},
    )
    assert check(document) == []


@pytest.mark.parametrize(
    "document",
    [
        design(PLATE, {"op": "hole", "diameter": 4, "repeat": {"grid": [2, 2], "pitch": [30, 10]}}),
        design(
            {
                "op": "revolve",
                "plane": "xz",
                "profile": [{**RECT, "size": [5, 30], "at": [20, 0]}],
                "axis": "v",
            },
            units="in",
        ),
        design(
            PLATE,
            {"op": "extrude", "face": "front", "profile": [{"shape": "square", "side": "t/2"}], "depth": 2},
            {"op": "rotate", "axis": "z", "angle": 30},
            parameters=[{"name": "t", "value": 4}],
        ),
        design(
            {
                "op": "loft",
                "sections": [{"profile": [RECT]}, {"offset": 9, "profile": [{**RECT, "size": [9, 9]}]}],
            }
        ),
    ],
)
def test_every_form_builds_the_same_solid(document: dict) -> None:
    from cadagent.kernel import build_here

    results = [build_here(resolve(form(document))).measurement for form in (dict, canonical, compact)]
    first = results[0]
    assert first is not None and first.valid
    for other in results[1:]:
        assert other is not None
        assert (other.volume, other.box_min, other.box_max) == (first.volume, first.box_min, first.box_max)
