"""Primitive solids that stand on a plane or face: box, cylinder, cone, sphere, torus, wedge, pyramid."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cadagent.design.faces import Built, Plane, as_dict
from cadagent.design.fields import Choice, Field, Number, vector
from cadagent.design.findings import Finding
from cadagent.design.operations.sketch import placement_rule
from cadagent.design.placing import ANCHOR_WORDS, POSITION, REPEAT, PlacingError, locate
from cadagent.design.profiles import position_rule
from cadagent.design.registry import MODE, PLACEMENT, TARGET, Operation
from cadagent.design.scene import Scene, fail
from cadagent.design.shapes import circumradius, radius_of, regular_corners
from cadagent.design.vectors import Frame, minus, turn

LENGTH = Number("length", positive=True)
Size = dict[str, Any]
Extent = tuple[tuple[float, float, float], tuple[float, float, float]]
_WHERE = (
    *POSITION,
    Field("rotate", Number("angle"), "turned about its own upright axis"),
    Field("anchor", Choice(ANCHOR_WORDS), "which point of its base's box stands at the position"),
    TARGET,
    Field("repeat", REPEAT, "copies"),
)


def placed_frames(
    scene: Scene, values: Mapping[str, Any], at: str, item: tuple[float, float, float, float]
) -> tuple[Plane, list[Frame]]:
    """The plane that an item stands on and one frame for each copy, at the item's origin."""
    plane = scene.plane(values, at)
    try:
        spots = locate(values, item, plane.area())
    except PlacingError as error:
        raise fail("frames.position", str(error), f"{at}/{error.key}", error.expected) from error
    frames = []
    for spot in spots:
        c = plane.frame.moved(spot.u, spot.v)
        angle = spot.turn + values.get("rotate", 0.0)
        frames.append(c.turned((0.0, 0.0, angle)) if angle else c)
    return plane, frames


def _rule(values: Mapping[str, Any], at: str) -> Iterator[Finding]:
    yield from placement_rule(values, at)
    yield from position_rule(values, at)
    if values["op"] == "pyramid" and "sides" in values and "size" in values:
        yield Finding(
            "schema.too_many_keys",
            "A rectangular base has its size, no number of sides.",
            f"{at}/sides",
            expected="size",
            actual="sides and size",
        )


def _primitive(
    name: str,
    doc: str,
    fields: tuple[Field, ...],
    choices: tuple[tuple[str | None, ...], ...],
    shape: Callable[[Mapping[str, Any]], tuple[Size, Extent]],
) -> Operation:
    """An operation for one primitive; ``shape`` gives its kernel sizes and its box about the base."""

    def resolve(scene: Scene, values: Mapping[str, Any], at: str) -> None:
        try:
            size, (low, high) = shape(values)
        except ValueError as error:
            raise fail("profiles.shape", f"This {name} cannot be built: {error}.", at) from error
        corners = [
            turn(corner, values.get("rotate", 0.0))
            for corner in ((low[0], low[1]), (high[0], low[1]), (high[0], high[1]), (low[0], high[1]))
        ]
        item = (
            min(u for u, _ in corners),
            min(v for _, v in corners),
            max(u for u, _ in corners),
            max(v for _, v in corners),
        )
        plane, frames = placed_frames(scene, values, at, item)
        if values["mode"] in ("cut", "intersect") and plane.face:  # into the material
            frames = [Frame(f.origin, f.u, minus(f.v), minus(f.n)) for f in frames]
            size = _turned_over(size)
        step = {
            "do": "primitive",
            "kind": name,
            "id": values["id"],
            "pointer": at,
            "mode": values["mode"],
            "targets": scene.targets(values, plane),
            "frames": [as_dict(frame) for frame in frames],
            "size": size,
        }
        adds = values["mode"] in ("new", "join")
        extra = {"side": (0, 1)} if adds and name in ("cylinder", "cone") else {}
        scene.add(
            Built(
                values["id"],
                name,
                frames[0],
                low,
                high,
                scene.body_of(values["id"], values, plane),
                adds,
                extra,
            ),
            step,
        )

    return Operation(
        name, doc, "feature", (MODE, *PLACEMENT, *fields, *_WHERE), resolve, choices, _rule, material=True
    )


def _turned_over(size: Size) -> Size:
    """Sizes for a frame whose v and normal are reversed, so that the outline on the plane stays."""
    return {
        key: [[u, -v] for u, v in reversed(value)]
        if key in ("base", "top") and isinstance(value, list)
        else value
        for key, value in size.items()
    }


def _around(half_u: float, half_v: float, low: float, high: float) -> Extent:
    return (-half_u, -half_v, low), (half_u, half_v, high)


def _box(values: Mapping[str, Any]) -> tuple[Size, Extent]:
    x, y, z = values["size"]
    return {"x": x, "y": y, "z": z}, _around(x / 2, y / 2, 0.0, z)


def _cylinder(values: Mapping[str, Any]) -> tuple[Size, Extent]:
    radius, height = radius_of(values), values["height"]
    return {"radius": radius, "height": height}, _around(radius, radius, 0.0, height)


def _cone(values: Mapping[str, Any]) -> tuple[Size, Extent]:
    bottom = radius_of(values, "bottom_")
    top = radius_of(values, "top_") if "top_radius" in values or "top_diameter" in values else 0.0
    if math.isclose(bottom, top):
        raise ValueError("its ends are equally wide; use a cylinder")
    wide, height = max(bottom, top), values["height"]
    return {"bottom": bottom, "top": top, "height": height}, _around(wide, wide, 0.0, height)


def _sphere(values: Mapping[str, Any]) -> tuple[Size, Extent]:
    radius = radius_of(values)
    return {"radius": radius}, _around(radius, radius, -radius, radius)


def _torus(values: Mapping[str, Any]) -> tuple[Size, Extent]:
    major, minor = radius_of(values, "major_"), radius_of(values, "minor_")
    if minor >= major:
        raise ValueError("the tube is thicker than its ring")
    return {"major": major, "minor": minor}, _around(major + minor, major + minor, -minor, minor)


def _wedge(values: Mapping[str, Any]) -> tuple[Size, Extent]:
    x, y, z = values["size"]
    top = values.get("top", 0.0)
    if top >= x:
        raise ValueError("its top is as long as its base")
    return {"x": x, "y": y, "z": z, "top": top}, _around(x / 2, y / 2, 0.0, z)


def _pyramid(values: Mapping[str, Any]) -> tuple[Size, Extent]:
    if "size" in values:
        a, b = values["size"]
        base = [(-a / 2, -b / 2), (a / 2, -b / 2), (a / 2, b / 2), (-a / 2, b / 2)]
        radius = a / 2
    else:
        count = values.get("sides", 4)
        radius = circumradius(values, count)
        base = regular_corners(count, radius)
    if "height" in values:
        height = values["height"]
    elif "size" in values or "top" in values:
        raise ValueError("give its height")
    else:
        side = math.dist(base[0], base[1])
        if side <= radius * (1 + 1e-9):
            raise ValueError("no pyramid with this many sides has equal edges; give its height")
        height = math.sqrt(side * side - radius * radius)
    scale = values["top"] / math.dist(base[0], base[1]) if "top" in values else 0.0
    if scale >= 1:
        raise ValueError("its top is as wide as its base")
    top = [(u * scale, v * scale) for u, v in base] if scale else [(0.0, 0.0)]
    us, vs = [u for u, _ in base], [v for _, v in base]
    size = {"base": [list(p) for p in base], "top": [list(p) for p in top], "height": height}
    return size, ((min(us), min(vs), 0.0), (max(us), max(vs), height))


def _length(name: str, doc: str, required: bool = False) -> Field:
    return Field(name, LENGTH, doc, required)


_ROUND = (_length("diameter", "diameter"), _length("radius", "radius"))
_HEIGHT = _length("height", "height along the normal", True)
OPERATIONS = (
    _primitive(
        "box", "a block", (Field("size", vector(3, LENGTH), "along u, v and the normal", True),), (), _box
    ),
    _primitive("cylinder", "a cylinder", (*_ROUND, _HEIGHT), (("diameter", "radius"),), _cylinder),
    _primitive(
        "cone",
        "a cone, cut off where a top is given",
        (
            _length("bottom_diameter", "diameter of the base"),
            _length("bottom_radius", "radius of the base"),
            Field("top_diameter", Number("length", minimum=0), "diameter of the top; left out or 0: a point"),
            Field("top_radius", Number("length", minimum=0), "radius of the top"),
            _HEIGHT,
        ),
        (("bottom_diameter", "bottom_radius"), ("top_diameter", "top_radius", None)),
        _cone,
    ),
    _primitive(
        "sphere", "a ball; its centre stands at the position", _ROUND, (("diameter", "radius"),), _sphere
    ),
    _primitive(
        "torus",
        "a ring of round section lying in the plane; its centre stands at the position",
        (
            _length("major_diameter", "diameter of the ring's centre line"),
            _length("major_radius", "its radius"),
            _length("minor_diameter", "diameter of the tube"),
            _length("minor_radius", "its radius"),
        ),
        (("major_diameter", "major_radius"), ("minor_diameter", "minor_radius")),
        _torus,
    ),
    _primitive(
        "wedge",
        "a block whose left face is upright and whose top is shorter",
        (
            Field("size", vector(3, LENGTH), "along u, v and the normal", True),
            _length("top", "length of the top along u; left out: a sharp edge"),
        ),
        (),
        _wedge,
    ),
    _primitive(
        "pyramid",
        "a pyramid on a regular polygon or a rectangle",
        (
            Field("sides", Number("count", minimum=3, maximum=100), "sides of the base", default=4),
            _length("side", "side of the base"),
            _length("diameter", "circumscribed circle of the base"),
            _length("across_flats", "distance of opposite sides of the base"),
            Field("size", vector(2, LENGTH), "a rectangular base"),
            _length("height", "height; left out: all edges equal"),
            _length("top", "side of a flat top"),
        ),
        (("side", "diameter", "across_flats", "size"),),
        _pyramid,
    ),
)
