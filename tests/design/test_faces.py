"""Named faces and the words on them: right-handed, outward, the same however a feature was sketched."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadagent.design import DesignError, resolve
from cadagent.design.faces import MIDDLES, SIDES, Built, reference_rows
from cadagent.design.placing import FACE_AXES, directions
from cadagent.design.vectors import Frame, cross, dot

OUT = {
    "top": (0, 0, 1),
    "bottom": (0, 0, -1),
    "left": (-1, 0, 0),
    "right": (1, 0, 0),
    "front": (0, -1, 0),
    "back": (0, 1, 0),
}
ANGLES = st.one_of(st.sampled_from([0, 90, 180, 270, 45, -30]), st.floats(-360, 360, allow_nan=False))


def close(a, b) -> bool:  # type: ignore[no-untyped-def]
    return all(abs(x - y) < 1e-7 for x, y in zip(a, b, strict=True))


def plate(*more: dict, plane: str = "xy", **keys: object) -> list[dict]:
    profile = [{"shape": "rectangle", "size": [40, 20]}]
    first = {"op": "extrude", "id": "plate", "plane": plane, **keys, "profile": profile, "depth": 10}
    return resolve({"units": "mm", "operations": [first, *more]})["steps"]


@given(ANGLES, ANGLES, ANGLES)
def test_faces_of_any_frame_are_right_handed_outward_and_named_by_where_they_look(a, b, c) -> None:  # type: ignore[no-untyped-def]
    built = Built(
        "x", "extrude", Frame((1.0, 2.0, 3.0)).turned((a, b, c)), (-1.0, -2.0, 0.0), (4.0, 5.0, 6.0)
    )
    center = built.frame.point(1.5, 1.5, 3.0)
    own = built.axes()
    assert dot(cross(own[0], own[1]), own[2]) == pytest.approx(1)
    for axis in range(3):
        assert own[axis][axis] > -1e-9
    normals = []
    for name in SIDES:
        plane = built.plane(name)
        assert plane is not None and plane.extent is not None
        frame = plane.frame
        assert close(cross(frame.u, frame.v), frame.n)
        assert dot(frame.n, OUT[name]) > -1e-9
        offset = [p - q for p, q in zip(frame.origin, center, strict=True)]
        reach = dot(offset, frame.n)
        assert close(offset, [reach * n for n in frame.n]) and reach > 0
        normals.append(frame.n)
    assert all(not close(p, q) for p, q in itertools.combinations(normals, 2))
    for name in MIDDLES:
        plane = built.plane(name)
        assert plane is not None and close(plane.frame.origin, center)


def test_the_published_table() -> None:
    assert [row[:4] for row in reference_rows()] == [
        ("top", "+x", "+y", "+z"),
        ("bottom", "+x", "−y", "−z"),
        ("front", "+x", "+z", "−y"),
        ("back", "−x", "+z", "+y"),
        ("right", "+y", "+z", "+x"),
        ("left", "−y", "+z", "−x"),
    ]


@pytest.mark.parametrize("face", SIDES)
def test_words_on_a_face_follow_the_directions_of_the_part(face: str) -> None:
    world = dict(OUT.items())
    axes = [[0, 0, 0], [0, 0, 0]]
    for row, (axis, sign) in zip(axes, FACE_AXES[face], strict=True):
        row[axis] = sign
    special = {
        "top": {"top": world["back"], "bottom": world["front"]},
        "bottom": {"top": world["back"], "bottom": world["front"]},
        "right": {"left": world["front"], "right": world["back"]},
        "left": {"left": world["back"], "right": world["front"]},
    }.get(face, {})
    for word, (index, sign) in directions(face).items():
        assert tuple(sign * x for x in axes[index]) == special.get(word, world[word])


@pytest.mark.parametrize(
    ("plane", "face", "origin", "normal"),
    [
        ("xy", "top", [0, 0, 10], [0, 0, 1]),
        ("xy", "bottom", [0, 0, 0], [0, 0, -1]),
        ("xy", "start", [0, 0, 0], [0, 0, -1]),
        ("xy", "end", [0, 0, 10], [0, 0, 1]),
        ("xy", "right", [20, 0, 5], [1, 0, 0]),
        ("xy", "side1", [0, -10, 5], [0, -1, 0]),
        ("xy", "side2", [20, 0, 5], [1, 0, 0]),
        ("xy", "mid_x", [0, 0, 5], [1, 0, 0]),
        ("xz", "front", [0, -10, 0], [0, -1, 0]),
        ("xz", "back", [0, 0, 0], [0, 1, 0]),
        ("xz", "top", [0, -5, 10], [0, 0, 1]),
        ("yz", "right", [10, 0, 0], [1, 0, 0]),
        ("yz", "top", [5, 0, 10], [0, 0, 1]),
        ("yz", "back", [5, 20, 0], [0, 1, 0]),
    ],
)
def test_faces_of_a_plate(plane: str, face: str, origin: list, normal: list) -> None:
    frame = plate({"op": "box", "face": f"plate.{face}", "size": [1, 1, 1]}, plane=plane)[1]["frames"][0]
    assert (frame["origin"], frame["n"]) == (origin, normal)


def test_a_sketch_moved_or_turned_on_a_face_keeps_the_face_where_it_is() -> None:
    hole = {"op": "hole", "diameter": 2, "from": "left", "inset": 3}
    for keys in ({}, {"origin": [7, 2, 0]}, {"origin": [-5, 0, 0], "rotation": [0, 0, 180]}):
        frame = plate({**hole, **keys})[1]["frames"][0]
        side = 1 if keys.get("rotation") else -1  # words turn with the sketch
        assert frame["origin"][0] == side * 17
    quarter = plate({**hole, "rotation": [0, 0, 90]})[1]["frames"][0]
    assert quarter["origin"] == [0, -7, 10]


def test_faces_look_outward_whichever_way_the_feature_goes() -> None:
    for keys, top in (({}, 10), ({"reverse": True}, 0), ({"symmetric": True}, 5), ({"depth2": 3}, 10)):
        frame = plate({"op": "hole", "diameter": 1}, **keys)[1]["frames"][0]
        assert (frame["origin"][2], frame["n"]) == (top, [0, 0, 1])


def test_floors_face_back_the_way_the_cut_came() -> None:
    pocket = {
        "op": "extrude",
        "id": "p",
        "mode": "cut",
        "profile": [{"shape": "square", "side": 4}],
        "depth": 3,
    }
    stand = {"op": "cylinder", "face": "p.floor", "diameter": 1, "height": 1, "from": "left", "inset": 1}
    down = plate({**pocket, "face": "plate.top"}, stand)[2]["frames"][0]
    assert (down["origin"], down["n"]) == ([-1, 0, 7], [0, 0, 1])
    up = plate({**pocket, "plane": "xy"}, stand)[2]["frames"][0]
    assert (up["origin"], up["n"]) == ([-1, 0, 3], [0, 0, -1])
    aside = plate({**pocket, "face": "plate.front"}, {**stand, "from": "top"})[2]["frames"][0]
    assert (aside["origin"], aside["n"]) == ([0, -7, 6], [0, -1, 0])
    hole = {"op": "hole", "id": "h", "face": "plate.right", "diameter": 4, "depth": 2}
    bore = plate(hole, {"op": "hole", "face": "h.floor", "diameter": 1})[2]["frames"][0]
    assert (bore["origin"], bore["n"]) == ([18, 0, 5], [1, 0, 0])


def test_cuts_have_no_outer_faces_and_unknown_faces_name_the_known() -> None:
    pocket = {
        "op": "extrude",
        "id": "p",
        "mode": "cut",
        "profile": [{"shape": "square", "side": 4}],
        "depth": 3,
    }
    for face in ("p.top", "plate.side5", "plate.lid"):
        with pytest.raises(DesignError) as caught:
            plate(pocket, {"op": "hole", "face": face, "diameter": 1})
        finding = caught.value.findings[0]
        assert finding.code == "references.unknown_face"
        assert (finding.expected and "floor" in finding.expected) or "end" in (finding.expected or "")


def test_revolved_faces() -> None:
    def faces(axis: object, name: str, **keys: object) -> tuple[list, list]:
        ring = {"shape": "rectangle", "size": [4, 10], "at": [12, 5]}
        first = {"op": "revolve", "id": "r", "plane": "xz", "profile": [ring], "axis": axis, **keys}
        step = resolve(
            {"units": "mm", "operations": [first, {"op": "box", "face": f"r.{name}", "size": [1, 1, 1]}]}
        )
        frame = step["steps"][1]["frames"][0]
        return frame["origin"], frame["n"]

    assert faces("v", "top") == ([0, 0, 10], [0, 0, 1])
    assert faces("v", "bottom") == ([0, 0, 0], [0, 0, -1])
    assert faces("v", "right") == ([14, 0, 5], [1, 0, 0])
    assert faces("v", "side") == ([14, 0, 5], [1, 0, 0])
    assert faces("v", "front") == ([0, -14, 5], [0, -1, 0])
    down = {"from": [0, 9], "to": [0, 0]}
    assert faces(down, "top") == ([0, 0, 10], [0, 0, 1])
    assert faces(down, "start") == ([0, 0, 10], [0, 0, 1])
    assert faces(down, "end") == ([0, 0, 0], [0, 0, -1])
    assert faces("left", "right") == ([14, 0, 5], [1, 0, 0])  # about u = 10, as wide as the ring
    # a quarter turn about +z from +x reaches +y
    assert faces("v", "back", angle=90) == ([7, 14, 5], [0, 1, 0])
    assert faces("v", "front", angle=90, reverse=True) == ([7, -14, 5], [0, -1, 0])
    assert faces("v", "right", angle=100)[0][0] == 14


def test_a_slanted_axis_measures_the_true_distance() -> None:
    ball = {"shape": "circle", "radius": 5, "at": [20, 0]}
    axis = {"from": [0, 0], "to": [1, 1]}
    first = {"op": "revolve", "id": "r", "profile": [ball], "axis": axis}
    frame = resolve({"units": "mm", "operations": [first, {"op": "box", "face": "r.end", "size": [1, 1, 1]}]})
    origin = frame["steps"][1]["frames"][0]["origin"]
    assert (origin[0] ** 2 + origin[1] ** 2) ** 0.5 == pytest.approx(20 / 2**0.5 + 5)
    with pytest.raises(DesignError) as caught:
        resolve({"units": "mm", "operations": [{**first, "profile": [{**ball, "at": [6, 0]}]}]})
    assert caught.value.findings[0].code == "profiles.crosses_axis"


def test_the_part_frame_is_the_first_sketch() -> None:
    ring = {"shape": "rectangle", "size": [4, 10], "at": [12, 5]}
    box = {"op": "box", "plane": "xy", "frame": "part", "origin": [1, 2, 3], "size": [1, 1, 1]}
    first = {"op": "revolve", "plane": "xz", "offset": -5, "profile": [ring], "axis": "v"}
    frame = resolve({"units": "mm", "operations": [first, box]})["steps"][1]["frames"][0]
    assert frame == {"origin": [1, 2, 2], "u": [1, 0, 0], "v": [0, 0, 1], "n": [0, -1, 0]}


def test_planes_offsets_and_rotations() -> None:
    def frame(**keys: object) -> dict:
        return resolve({"units": "mm", "operations": [{"op": "box", **keys, "size": [1, 1, 1]}]})["steps"][0][
            "frames"
        ][0]

    assert frame(plane="xz", offset=3)["origin"] == [0, -3, 0]
    assert frame(plane="yz", offset=3)["origin"] == [3, 0, 0]
    assert frame(origin=[1, 2, 3], plane="xz")["origin"] == [1, 2, 3]
    assert frame(rotation=[90, 0, 0])["n"] == [0, -1, 0]
    assert frame(rotation=[90, 0, 90])["n"] == [1, 0, 0]  # first about u, then about the normal as it stood
    assert frame(rotation=[0, 90, 0], offset=2)["origin"] == [2, 0, 0]
