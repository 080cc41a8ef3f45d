"""Each format is recognised by content and says the same in CAD JSON; what cannot be said is named."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from cadagent.errors import InputError
from cadagent.interop import convert, detect, read_design
from cadagent.interop.frames import PLANES, Frame, cross, dot, rotation_angles
from cadagent.interop.minimal import frame_of

JsonObject = dict[str, Any]


def xyz(x: float, y: float, z: float = 0.0) -> JsonObject:
    return {"x": x, "y": y, "z": z}


def line(a: tuple[float, float], b: tuple[float, float]) -> JsonObject:
    return {"type": "Line3D", "start_point": xyz(*a), "end_point": xyz(*b), "curve": "c"}


def circle(center: tuple[float, float], radius: float) -> JsonObject:
    return {"type": "Circle3D", "center_point": xyz(*center), "radius": radius, "normal": xyz(0, 0, 1)}


def arc(center: tuple[float, float], radius: float, start: float, sweep: float) -> JsonObject:
    """An arc as the formats write it: angles in radians from a reference vector."""
    ends = [
        xyz(center[0] + radius * math.cos(a), center[1] + radius * math.sin(a))
        for a in (start, start + sweep)
    ]
    return {
        "type": "Arc3D",
        "start_point": ends[0],
        "end_point": ends[1],
        "center_point": xyz(*center),
        "radius": radius,
        "start_angle": 0.0,
        "end_angle": sweep,
        "reference_vector": xyz(math.cos(start), math.sin(start)),
        "normal": xyz(0, 0, 1),
    }


def polygon(*points: tuple[float, float]) -> list[JsonObject]:
    return [line(a, b) for a, b in zip(points, [*points[1:], points[0]], strict=True)]


def rectangle(u0: float, v0: float, u1: float, v1: float) -> list[JsonObject]:
    return polygon((u0, v0), (u1, v0), (u1, v1), (u0, v1))


def sketch(*faces: list[list[JsonObject]], transform: JsonObject | None = None) -> JsonObject:
    """A sketch with profiles p0, p1, …; each face is a list of loops."""
    world = {"origin": xyz(0, 0), "x_axis": xyz(1, 0), "y_axis": xyz(0, 1), "z_axis": xyz(0, 0, 1)}
    profiles = {
        f"p{i}": {"loops": [{"is_outer": j == 0, "profile_curves": loop} for j, loop in enumerate(face)]}
        for i, face in enumerate(faces)
    }
    return {"type": "Sketch", "name": "s", "transform": {**world, **(transform or {})}, "profiles": profiles}


def extrude(
    sketch_id: str,
    distance: float,
    *,
    operation: str = "NewBody",
    kind: str = "OneSide",
    other: float = 0.0,
    profiles: int = 1,
) -> JsonObject:
    def extent(value: float) -> JsonObject:
        return {
            "type": "DistanceExtentDefinition",
            "distance": {"value": value},
            "taper_angle": {"value": 0.0},
        }

    return {
        "type": "ExtrudeFeature",
        "name": "e",
        "profiles": [{"profile": f"p{i}", "sketch": sketch_id} for i in range(profiles)],
        "operation": f"{operation}FeatureOperation",
        "start_extent": {"type": "ProfilePlaneStartDefinition"},
        "extent_type": f"{kind}FeatureExtentType",
        "extent_one": extent(distance),
        "extent_two": extent(other),
    }


def deepcad(**entities: JsonObject) -> JsonObject:
    order = [{"index": i, "type": e["type"], "entity": key} for i, (key, e) in enumerate(entities.items())]
    return {"entities": entities, "properties": {}, "sequence": order}


def fusion(**entities: JsonObject) -> JsonObject:
    return {"timeline": [{"index": i, "entity": key} for i, key in enumerate(entities)], "entities": entities}


def minimal(*parts: JsonObject) -> JsonObject:
    return {"final_name": "", "parts": {f"part_{i}": part for i, part in enumerate(parts, 1)}}


def minimal_part(
    loops: list[JsonObject],
    *,
    euler: tuple[float, float, float] = (0, 0, 0),
    translation: tuple[float, float, float] = (0, 0, 0),
    depth: tuple[float, float] = (1, 0),
    operation: str = "NewBody",
) -> JsonObject:
    return {
        "coordinate_system": {"Euler Angles": list(euler), "Translation Vector": list(translation)},
        "sketch": {"face_1": {f"loop_{i}": loop for i, loop in enumerate(loops, 1)}},
        "extrusion": {
            "extrude_depth_towards_normal": depth[0],
            "extrude_depth_opposite_normal": depth[1],
            "sketch_scale": 0.75,
            "operation": f"{operation}FeatureOperation",
        },
    }


def minimal_rectangle(u0: float, v0: float, u1: float, v1: float) -> JsonObject:
    corners = [[u0, v0], [u1, v0], [u1, v1], [u0, v1]]
    return {f"line_{i + 1}": {"Start Point": corners[i], "End Point": corners[(i + 1) % 4]} for i in range(4)}


def operations(value):
    found = convert(value)
    assert found.findings == ()
    return found.document["operations"]


def test_detection():
    plate = sketch([rectangle(0, 0, 0.04, 0.02)])
    assert detect(deepcad(s=plate, e=extrude("s", 0.005))) == "deepcad"
    assert detect(fusion(s=plate, e=extrude("s", 0.5))) == "fusion-gallery"
    assert detect(minimal(minimal_part([minimal_rectangle(0, 0, 1, 1)]))) == "minimal"
    assert detect({"units": "mm", "operations": []}) == "cad-json"
    assert detect([]) is None
    with pytest.raises(InputError, match="none of the formats"):
        convert({"hello": 1})


def test_units():
    plate = sketch([rectangle(0, 0, 4, 2)])
    assert convert(fusion(s=plate, e=extrude("s", 0.5))).document == {
        "units": "mm",
        "operations": [
            {
                "op": "extrude",
                "profile": [{"shape": "rectangle", "size": [40, 20], "at": [20, 10]}],
                "depth": 5,
            },
        ],
    }
    small = sketch([rectangle(0, 0, 0.00552079, 0.02)])
    found = operations(deepcad(s=small, e=extrude("s", 0.003175)))
    assert found[0]["profile"][0]["size"] == [5.52079, 20]
    assert found[0]["depth"] == 3.175


@pytest.mark.parametrize(
    ("kind", "one", "two", "expected"),
    [
        ("OneSide", 0.005, 0.009, {"depth": 5}),
        ("OneSide", -0.005, 0, {"depth": 5, "reverse": True}),
        ("Symmetric", 0.005, 0.009, {"depth": 10, "symmetric": True}),
        ("TwoSides", 0.005, 0.002, {"depth": 5, "depth2": 2}),
        ("TwoSides", 0.005, 0.005, {"depth": 10, "symmetric": True}),
    ],
)
def test_extents(kind, one, two, expected):
    found = operations(deepcad(s=sketch([[circle((0, 0), 0.01)]]), e=extrude("s", one, kind=kind, other=two)))
    assert {k: v for k, v in found[0].items() if k not in ("op", "profile")} == expected


def test_two_sides_of_one_kind_move_the_plane():
    found = operations(
        deepcad(s=sketch([[circle((0, 0), 0.01)]]), e=extrude("s", 0.005, kind="TwoSides", other=-0.002))
    )
    assert (found[0]["offset"], found[0]["depth"]) == (2, 3)


def test_modes_and_cut_direction():
    plate, hole = (
        sketch([rectangle(0, 0, 0.04, 0.02)]),
        sketch([[circle((0.01, 0.01), 0.002)]], transform={"origin": xyz(0, 0, 0.005)}),
    )
    found = operations(
        deepcad(
            a=plate,
            b=extrude("a", 0.005),
            c=hole,
            d=extrude("c", -0.005, operation="Cut"),
            e=extrude("a", 0.001, operation="Join"),
            f=extrude("a", 0.004, operation="Intersect"),
        )
    )
    assert found[1] == {
        "op": "extrude",
        "mode": "cut",
        "offset": 5,
        "profile": [{"shape": "circle", "diameter": 4, "at": [10, 10]}],
        "depth": 5,
        "reverse": True,
    }
    assert [op.get("mode") for op in found] == [None, "cut", None, "intersect"]


@pytest.mark.parametrize(
    ("axes", "plane", "flipped"),
    [
        (((1, 0, 0), (0, 1, 0), (0, 0, 1)), None, False),
        (((1, 0, 0), (0, 0, 1), (0, -1, 0)), "xz", False),
        (((0, 0, 1), (1, 0, 0), (0, 1, 0)), "xz", True),
        (((0, 1, 0), (0, 0, 1), (1, 0, 0)), "yz", False),
        (((0, 1, 0), (1, 0, 0), (0, 0, -1)), None, True),
    ],
)
def test_axis_planes_take_world_coordinates(axes, plane, flipped):
    transform = {name: xyz(*axis) for name, axis in zip(("x_axis", "y_axis", "z_axis"), axes, strict=True)}
    found = operations(
        deepcad(s=sketch([rectangle(0, 0, 0.04, 0.02)], transform=transform), e=extrude("s", 0.005))
    )[0]
    assert found.get("plane") == plane
    assert found.get("reverse", False) is flipped
    u, v, _ = PLANES[plane or "xy"]
    middle = [0.02 * 1000 * axes[0][i] + 0.01 * 1000 * axes[1][i] for i in range(3)]
    assert found["profile"][0]["at"] == [dot(middle, u), dot(middle, v)]


def turn(frame, base, angles):
    """Rotate the base axes about the plane's own u, v and normal, in that order."""
    (cx, sx), (cy, sy), (cz, sz) = ((math.cos(math.radians(a)), math.sin(math.radians(a))) for a in angles)

    def apply(p):
        p = (p[0], cx * p[1] - sx * p[2], sx * p[1] + cx * p[2])
        p = (cy * p[0] + sy * p[2], p[1], -sy * p[0] + cy * p[2])
        return (cz * p[0] - sz * p[1], sz * p[0] + cz * p[1], p[2])

    local = apply(frame)
    return [sum(local[k] * base[k][i] for k in range(3)) for i in range(3)]


@pytest.mark.parametrize("angles", [(30, 0, 0), (0, 40, 0), (10, 20, 30), (-75, 5, 120), (20, 90, 0)])
@pytest.mark.parametrize("plane", list(PLANES))
def test_rotations_are_recovered(angles, plane):
    base = PLANES[plane]
    axes = [tuple(turn(e, base, angles)) for e in ((1, 0, 0), (0, 1, 0), (0, 0, 1))]
    assert dot(cross(axes[0], axes[1]), axes[2]) == pytest.approx(1)
    found = rotation_angles(base, Frame((0, 0, 0), *axes))
    for axis, unit in zip(axes, ((1, 0, 0), (0, 1, 0), (0, 0, 1)), strict=True):
        assert turn(unit, base, found) == pytest.approx(axis, abs=1e-9)


def test_tilted_sketch_gets_origin_and_rotation():
    c, s = math.cos(math.radians(30)), math.sin(math.radians(30))
    transform = {
        "origin": xyz(0.001, 0.002, 0.003),
        "x_axis": xyz(1, 0, 0),
        "y_axis": xyz(0, c, s),
        "z_axis": xyz(0, -s, c),
    }
    found = operations(
        deepcad(s=sketch([[circle((0.01, 0), 0.002)]], transform=transform), e=extrude("s", 0.005))
    )[0]
    assert (found["origin"], found["rotation"]) == ([1, 2, 3], [30, 0, 0])
    assert found["profile"] == [{"shape": "circle", "diameter": 4, "at": [10, 0]}]


def test_arcs_bulge_to_their_own_side():
    half = [arc((0, 0), 0.01, 0, math.pi), line((-0.01, 0), (0.01, 0))]
    found = operations(deepcad(s=sketch([half]), e=extrude("s", 0.005)))[0]["profile"][0]
    assert {"arc": [-10, 0], "through": [0, 10]} in found["curves"]


def test_minimal_euler_angles_scale_and_depths():
    part = minimal_part(
        [minimal_rectangle(0, 0, 0.75, 0.5)], euler=(0, 0, -90), translation=(0, 0.2, 0), depth=(0.1, 0.3)
    )
    assert operations(minimal(part))[0] == {
        "op": "extrude",
        "plane": "xz",
        "offset": -0.2,
        "profile": [{"shape": "rectangle", "size": [0.75, 0.5], "at": [0.375, 0.25]}],
        "depth": 0.1,
        "depth2": 0.3,
    }


def test_minimal_euler_order():
    """R = Rx(c) Ry(b) Rz(a), its rows being the axes."""

    def about(axis, degrees):
        c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        return {
            "x": [[1, 0, 0], [0, c, -s], [0, s, c]],
            "y": [[c, 0, s], [0, 1, 0], [-s, 0, c]],
            "z": [[c, -s, 0], [s, c, 0], [0, 0, 1]],
        }[axis]

    def product(a, b):
        return [[sum(a[i][k] * b[k][j] for k in range(3)) for j in range(3)] for i in range(3)]

    rows = product(about("x", 30), product(about("y", 20), about("z", 10)))
    frame = frame_of([10, 20, 30], (0, 0, 0))
    for row, axis in zip(rows, (frame.u, frame.v, frame.n), strict=True):
        assert axis == pytest.approx(row)


def test_minimal_new_bodies_join_what_they_touch():
    base = minimal_part([minimal_rectangle(0, 0, 1, 1)])
    on_top = minimal_part([minimal_rectangle(0, 0, 1, 1)], translation=(0, 0, 1))
    apart = minimal_part([minimal_rectangle(0, 0, 1, 1)], translation=(5, 0, 0))
    assert [op.get("mode", "join") for op in operations(minimal(base, on_top, apart))] == [
        "join",
        "join",
        "new",
    ]


def test_loops_need_not_come_outer_first():
    inner, outer = {"circle_1": {"Center": [0.5, 0.5], "Radius": 0.1}}, minimal_rectangle(0, 0, 1, 1)
    found = operations(minimal(minimal_part([inner, outer])))[0]["profile"]
    assert [(loop["shape"], loop.get("role")) for loop in found] == [("square", None), ("circle", "hole")]


def test_fusion_traps():
    value = fusion(s=sketch([[circle((0, 0), 1)]]), e=extrude("s", 2, other=9))
    value["entities"]["e"]["start_extent"] = {"type": "OffsetStartDefinition", "offset": {"value": 0.5}}
    value["entities"]["e"]["extent_one"]["taper_angle"]["value"] = 0.0
    found = operations(value)[0]
    assert (found["offset"], found["depth"]) == (5, 20)
    leaning = fusion(s=sketch([[circle((0, 0), 1)]]), e=extrude("s", 2))
    leaning["entities"]["e"]["extent_one"]["taper_angle"]["value"] = math.radians(-5)
    assert operations(leaning)[0]["taper"] == 5


def test_what_cannot_be_said_is_named():
    value = deepcad(
        s=sketch([rectangle(0, 0, 1, 1)]),
        e=extrude("s", 1),
        t=sketch([[{"type": "NurbsCurve3D"}]]),
        f=extrude("t", 1),
        u=sketch([rectangle(0, 0, 1, 1)]),
    )
    found = convert(value)
    assert len(found.document["operations"]) == 1
    assert not found.complete
    assert [(f.code, f.pointer, f.severity) for f in found.findings] == [
        ("interop.unsupported", "/entities/t/profiles/p0/loops/0/profile_curves/0", "error"),
        ("interop.unused", "/entities/u", "info"),
    ]


@pytest.mark.parametrize(
    ("damage", "place"),
    [
        (lambda v: v["entities"].pop("s"), "there is no entity"),
        (lambda v: v["entities"]["s"].pop("transform"), "/entities/s: 'transform' is missing"),
        (
            lambda v: v["entities"]["e"]["extent_one"]["distance"].update(value="far"),
            "distance/value: expected a number",
        ),
        (
            lambda v: v["entities"]["s"]["transform"].update(x_axis=xyz(0, 1)),
            "/entities/s/transform: the axes",
        ),
        (
            lambda v: v["entities"]["s"]["profiles"]["p0"]["loops"][0]["profile_curves"].pop(),
            "does not close",
        ),
        (lambda v: v["entities"]["e"].update(operation="Melt"), "unknown operation 'Melt'"),
        (lambda v: v["entities"]["e"]["extent_one"]["distance"].update(value=1e300), "out of range"),
    ],
)
def test_damaged_files_are_refused_with_the_place(damage, place):
    value = deepcad(s=sketch([rectangle(0, 0, 1, 1)]), e=extrude("s", 1))
    damage(value)
    with pytest.raises(InputError) as caught:
        convert(value, name="part.json")
    assert str(caught.value).startswith("part.json: ")
    assert place in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"{", "line 1 column 2"),
        (b'{"a": NaN}', "NaN is not a number"),
        (b"\xff\xfe\x00", "not a text file"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"operations": ' + b"9" * 5000 + b"}", "part.json"),
    ],
)
def test_files_that_are_no_json(tmp_path, content, problem):
    path = tmp_path / "part.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=problem):
        read_design(path)


def test_missing_file_and_round_trip_through_a_file(tmp_path):
    with pytest.raises(InputError, match="No such file"):
        read_design(tmp_path / "none.json")
    path = tmp_path / "odd name.txt"
    path.write_text(json.dumps(deepcad(s=sketch([rectangle(0, 0, 1, 1)]), e=extrude("s", 1))))
    assert read_design(path).format == "deepcad"
