"""Where loops, holes and solids come to lie, against positions worked out by hand."""

from __future__ import annotations

import pytest

from cadagent.design import DesignError, check, resolve

PLATE = {"shape": "rectangle", "size": [40, 20]}


def centers(*loops: dict, face: str | None = None, **keys: object) -> list[list[float]]:
    """Centres of the circles of a profile, drawn on a plane or on a face of a 40 × 20 × 10 block."""
    block = {"op": "box", "id": "block", "size": [40, 20, 10]}
    where = {"face": f"block.{face}"} if face else {}
    feature = {"op": "extrude", **where, "profile": list(loops), "depth": 1, **keys}
    document = {"units": "mm", "operations": [block, feature] if face else [feature]}
    assert check(document) == []
    found = resolve(document)["steps"][-1]["loops"]
    return [loop["curves"][0]["center"] for loop in found if loop["curves"][0]["curve"] == "circle"]


def dot(**keys: object) -> dict:
    return {"shape": "circle", "diameter": 4, **keys}


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({}, [0, 0]),
        ({"at": [3, 4]}, [3, 4]),
        ({"at": [3, 4], "anchor": "left"}, [5, 4]),
        ({"at": [3, 4], "anchor": "top-right"}, [1, 2]),
        ({"from": "left"}, [-18, 0]),
        ({"from": "left", "pad": 1}, [-17, 0]),
        ({"from": "left", "inset": 5}, [-15, 0]),
        ({"from": "right", "inset": 5, "at": [1, 2]}, [16, 2]),
        ({"from": "front", "inset": 5}, [0, -5]),
        ({"from": "bottom", "inset": 5}, [0, -5]),
        ({"from": "top-left", "inset": [5, 6]}, [-15, 4]),
        ({"from": "back-right", "pad": [1, 2]}, [17, 6]),
        ({"from": "center"}, [0, 0]),
        ({"attach": "right"}, [22, 0]),
        ({"attach": "right", "pad": 1}, [23, 0]),
        ({"attach": "left", "pad": -1}, [-21, 0]),
        ({"attach": "back", "align": "left"}, [-18, 12]),
        ({"attach": "top", "align": "right"}, [18, 12]),
        ({"attach": "front", "at": [3, 0]}, [3, -12]),
    ],
)
def test_words_against_the_first_loop(keys: dict, expected: list) -> None:
    assert centers(PLATE, dot(**keys)) == [expected]


@pytest.mark.parametrize(
    ("face", "word", "expected"),
    [
        ("top", "front-left", [-17, -7]),
        ("bottom", "front-left", [-17, 7]),
        ("bottom", "top-left", [-17, -7]),
        ("front", "top-left", [-17, 2]),
        ("back", "top-left", [17, 2]),
        ("right", "top-front", [-7, 2]),
        ("right", "top-left", [-7, 2]),
        ("left", "top-front", [7, 2]),
        ("left", "bottom-left", [-7, -2]),
    ],
)
def test_words_on_faces(face: str, word: str, expected: list) -> None:
    assert centers(dot(**{"from": word}, inset=3), face=face) == [expected]


@pytest.mark.parametrize(
    ("repeat", "expected"),
    [
        ({"grid": [2, 2], "pitch": [30, 10]}, [[-15, -5], [15, -5], [-15, 5], [15, 5]]),
        ({"grid": [3, 1], "pitch": 8}, [[-8, 0], [0, 0], [8, 0]]),
        ({"grid": [2, 1], "gap": 6}, [[-5, 0], [5, 0]]),
        ({"grid": [3, 2], "span": [20, 8]}, [[-10, -4], [0, -4], [10, -4], [-10, 4], [0, 4], [10, 4]]),
        ({"grid": [3, 1], "pitch": 8, "centered": False}, [[0, 0], [8, 0], [16, 0]]),
        ({"polar": 4, "diameter": 12}, [[6, 0], [0, 6], [-6, 0], [0, -6]]),
        ({"polar": 2, "radius": 6, "start": 90}, [[0, 6], [0, -6]]),
        ({"polar": 3, "radius": 6, "angle": 180}, [[6, 0], [0, 6], [-6, 0]]),
        ({"polar": 1, "radius": 6}, [[6, 0]]),
        ({"polar": 2, "inset": 3}, [[7, 0], [-7, 0]]),
        ({"polar": 2, "pad": 3}, [[5, 0], [-5, 0]]),
        ({"corners": True, "inset": 5}, [[-15, -5], [15, -5], [-15, 5], [15, 5]]),
        ({"corners": True, "pad": [1, 2]}, [[-17, -6], [17, -6], [-17, 6], [17, 6]]),
        ({"edges": ["left", "back"], "inset": 3}, [[-17, 0], [0, 7]]),
        ({"edges": ["right"], "pad": 0}, [[18, 0]]),
        ({"points": [[1, 2], [-3, 4]]}, [[1, 2], [-3, 4]]),
    ],
)
def test_repetitions(repeat: dict, expected: list) -> None:
    assert centers(PLATE, dot(role="hole", repeat=repeat)) == expected
    shifted = centers(PLATE, dot(role="hole", repeat=repeat, at=[1, 2]))
    assert shifted == [[u + 1, v + 2] for u, v in expected]


def test_a_grid_from_a_corner_grows_inward() -> None:
    grid = {"grid": [2, 2], "pitch": 4, "centered": False}
    assert centers(PLATE, dot(**{"from": "back-right"}, inset=3, repeat=grid)) == [
        [17, 7],
        [13, 7],
        [17, 3],
        [13, 3],
    ]


def test_copies_around_a_circle_turn_with_it() -> None:
    slot = {"shape": "slot", "length": 10, "width": 2, "repeat": {"polar": 4, "radius": 20}}
    step = resolve({"units": "mm", "operations": [{"op": "extrude", "profile": [slot], "depth": 1}]})[
        "steps"
    ][0]
    second = [point for curve in step["loops"][1]["curves"] for point in (curve["start"], curve["end"])]
    assert {round(abs(u), 6) for u, _ in second} == {1} and min(v for _, v in second) == 16


def test_named_loops_and_the_face_as_reference() -> None:
    tab = {"shape": "square", "side": 6, "attach": "right", "name": "tab"}
    found = centers(PLATE, tab, dot(to="tab", **{"from": "right"}), dot(to="tab", attach="top"))
    assert found == [[24, 0], [23, 5]]
    found = centers({**PLATE, "size": [10, 4]}, dot(role="hole", to="face", **{"from": "right"}), face="top")
    assert found == [[18, 0]]


def test_holes_and_solids_are_placed_alike() -> None:
    block = {"op": "box", "id": "block", "size": [40, 20, 10]}
    for keys in (
        {"from": "front-left", "inset": 4},
        {"at": [1, 2]},
        {"repeat": {"corners": True, "inset": 4}},
    ):
        hole = {"op": "hole", "face": "block.top", "diameter": 2, **keys}
        post = {"op": "cylinder", "face": "block.top", "diameter": 2, "height": 1, **keys}
        drilled, built = resolve({"units": "mm", "operations": [block, hole, post]})["steps"][1:]
        assert [f["origin"] for f in drilled["frames"]] == [f["origin"] for f in built["frames"]]
        assert {f["origin"][2] for f in built["frames"]} == {10}


def test_a_turned_block_is_placed_by_its_turned_box() -> None:
    base = {"op": "box", "size": [40, 20, 10]}
    block = {"op": "box", "face": "top", "size": [10, 4, 1], "from": "left", "rotate": 90}
    frame = resolve({"units": "mm", "operations": [base, block]})["steps"][1]["frames"][0]
    assert (frame["origin"], frame["u"]) == ([-18, 0, 10], [0, 1, 0])


@pytest.mark.parametrize(
    ("loops", "pointer"),
    [
        ([dot(**{"from": "left"})], "from"),
        ([dot(attach="left")], "attach"),
        ([dot(repeat={"corners": True, "inset": 3})], "repeat/corners"),
        ([PLATE, dot(**{"from": "top-back"})], "from"),
        ([PLATE, dot(attach="left", align="right")], "align"),
        ([PLATE, dot(repeat={"grid": [200, 200], "pitch": 1})], "repeat/grid"),
        ([PLATE, dot(repeat={"polar": 3, "inset": 10})], "repeat/inset"),
        ([dot(repeat={"polar": 3, "inset": 10})], "repeat/polar"),
        ([PLATE, dot(to="nobody", **{"from": "left"})], "to"),
    ],
)
def test_places_without_meaning_are_findings(loops: list, pointer: str) -> None:
    document = {"units": "mm", "operations": [{"op": "extrude", "profile": loops, "depth": 1}]}
    assert check(document) == []
    with pytest.raises(DesignError) as caught:
        resolve(document)
    assert caught.value.findings[0].pointer.endswith(f"/{pointer}")


@pytest.mark.parametrize(
    "keys",
    [
        {"attach": "left", "from": "left"},
        {"from": "left", "inset": 1, "pad": 1},
        {"inset": 1},
        {"align": "left"},
        {"wall_side": "in"},
        {"repeat": {"grid": [2, 2]}},
        {"repeat": {"grid": [2, 2], "pitch": 1, "gap": 1}},
        {"repeat": {"polar": 3}},
        {"repeat": {"polar": 3, "radius": 2, "pad": 3}},
        {"repeat": {"polar": 3, "radius": 2, "pitch": 3}},
        {"repeat": {"corners": True}},
        {"repeat": {"corners": False, "inset": 2}},
        {"repeat": {"edges": ["left"]}},
        {"repeat": {"points": [[1, 2]], "inset": 2}},
        {"repeat": {}},
    ],
)
def test_keys_that_do_not_go_together(keys: dict) -> None:
    document = {"units": "mm", "operations": [{"op": "extrude", "profile": [PLATE, dot(**keys)], "depth": 1}]}
    assert [finding.code.split(".")[0] for finding in check(document)] == ["schema"]
