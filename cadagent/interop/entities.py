"""What DeepCAD and Fusion 360 Gallery JSON share: entities by id, sketches with profiles, a sequence."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from .extrusions import MAX_EXTRUSIONS, Extrusion, Face, Writer, check_curves, interval
from .frames import Frame, Vector, common_pose
from .geometry2d import Circle, Curve, Ellipse, OpenLoop, Segment
from .numbers import Point
from .reader import Node, Notes

MODES = {
    "NewBodyFeatureOperation": "new",
    "NewComponentFeatureOperation": "new",
    "JoinFeatureOperation": "join",
    "CutFeatureOperation": "cut",
    "IntersectFeatureOperation": "intersect",
}


DEAD_CUT = "this cut is clear of all material, so it removes nothing and is left out"


class Unsupported(Exception):
    """A construct that CAD JSON cannot say; ``node`` is where it stands."""

    def __init__(self, node: Node, message: str) -> None:
        super().__init__(message)
        self.node, self.message = node, message


@dataclass(frozen=True)
class Dialect:
    """Where the two formats differ.

    Attributes:
        scale: millimetres per unit of length of the file.
        tolerance: millimetres within which two points of the file are the same.
        noise: millimetres up to which digits of the file mean nothing.
        arc_turn: +1 or −1, how an arc's angles run, from its ``normal``.
    """

    scale: float
    tolerance: float
    noise: float
    arc_turn: Callable[[Node], int]


def vector(node: Node, scale: float = 1.0) -> Vector:
    return node["x"].number() * scale, node["y"].number() * scale, node["z"].number() * scale


def read_frame(sketch: Node, dialect: Dialect) -> Frame:
    """The frame of a sketch in millimetres.

    Raises:
        InputError: its axes are not those of a right-handed frame.
    """
    transform = sketch["transform"]
    axes = (vector(transform[name]) for name in ("x_axis", "y_axis", "z_axis"))
    frame = Frame(vector(transform["origin"], dialect.scale), *axes)
    fault = frame.faults()
    if fault:
        raise transform.fail(fault)
    return frame


def _flat(node: Node, dialect: Dialect) -> Point:
    x, y, z = vector(node, dialect.scale)
    if abs(z) > dialect.tolerance:
        raise Unsupported(node, "a sketch curve leaves its plane, which CAD JSON does not have")
    return x, y


def _arc(node: Node, dialect: Dialect) -> Curve:
    center, radius = _flat(node["center_point"], dialect), node["radius"].number() * dialect.scale
    start, end = _flat(node["start_point"], dialect), _flat(node["end_point"], dialect)
    first, last = node["start_angle"].number(), node["end_angle"].number()
    x, y, _ = vector(node["reference_vector"])
    zero = math.atan2(y, x)

    def on_circle(angle: float) -> Point:
        return center[0] + radius * math.cos(angle), center[1] + radius * math.sin(angle)

    turn = dialect.arc_turn(node["normal"])
    for sign in (turn, -turn):
        ends = on_circle(zero + sign * first), on_circle(zero + sign * last)
        apart = min(max(math.dist(start, a), math.dist(end, b)) for a, b in (ends, ends[::-1]))
        if apart <= max(10 * dialect.tolerance, 1e-4 * radius):
            if math.dist(start, end) <= dialect.tolerance and abs(last - first) > math.pi:
                return Circle(center, radius)
            return Segment(start, end, on_circle(zero + sign * (first + last) / 2))
    raise node.fail("the ends of the arc are not where its angles say")


def read_curve(node: Node, dialect: Dialect) -> Curve:
    """One curve of a profile.

    Raises:
        Unsupported: splines, elliptical arcs and other kinds.
    """
    kind = node["type"].text()
    if kind == "Line3D":
        return Segment(_flat(node["start_point"], dialect), _flat(node["end_point"], dialect))
    if kind == "Arc3D":
        return _arc(node, dialect)
    if kind == "Circle3D":
        radius = node["radius"].number() * dialect.scale
        if radius <= 0:
            raise node["radius"].fail("a circle needs a radius above 0")
        return Circle(_flat(node["center_point"], dialect), radius)
    if kind == "Ellipse3D":
        x, y, _ = vector(node["major_axis"])
        radii = node["major_radius"].number() * dialect.scale, node["minor_radius"].number() * dialect.scale
        return Ellipse(_flat(node["center_point"], dialect), *radii, math.degrees(math.atan2(y, x)))
    raise Unsupported(node, f"a profile of {kind} curves cannot be said in CAD JSON")


def read_faces(entities: Node, extrude: Node, dialect: Dialect) -> list[tuple[Node, list[Face]]]:
    """The extruded faces by sketch: pairs of the sketch and its faces, in the order of the file."""
    by_sketch: dict[str, tuple[Node, list[Face]]] = {}
    for reference in extrude["profiles"].elements():
        sketch_id = reference["sketch"].text()
        sketch = _entity(entities, reference["sketch"], "Sketch")
        profiles, wanted = sketch["profiles"], reference["profile"].text()
        if not profiles.has(wanted):
            raise reference["profile"].fail(f"the sketch has no profile {wanted!r}")
        loops = profiles[wanted]["loops"].elements()
        face = Face(
            tuple(
                tuple(read_curve(curve, dialect) for curve in loop["profile_curves"].elements())
                for loop in loops
            )
        )
        by_sketch.setdefault(sketch_id, (sketch, []))[1].append(face)
    for sketch, faces in by_sketch.values():
        check_curves(sketch, faces)
    return list(by_sketch.values())


def _entity(entities: Node, reference: Node, kind: str) -> Node:
    key = reference.text()
    if not entities.has(key):
        raise reference.fail(f"there is no entity {key!r}")
    entity = entities[key]
    if entity["type"].text() != kind:
        raise reference.fail(f"entity {key!r} is no {kind}")
    return entity


def convert(
    root: Node, order: list[Node], extent: Callable[[Node, Extrusion], None], dialect: Dialect, notes: Notes
) -> Writer:
    """Write the extrusions named by ``order`` (references to entities, in sequence).

    ``extent`` fills the extent of an extrusion from its node and may raise :class:`Unsupported`.
    """
    entities = root["entities"]
    if len(order) > 2 * MAX_EXTRUSIONS:
        raise root.fail(f"{len(order)} sketches and features, the limit is {2 * MAX_EXTRUSIONS}")
    writer = Writer(dialect.tolerance, dialect.noise, _pose(entities, order, dialect))
    used: set[str] = set()
    for reference in order:
        if not entities.has(reference.text()):
            raise reference.fail(f"there is no entity {reference.text()!r}")
        node = entities[reference.text()]
        kind = node["type"].text()
        if kind == "ExtrudeFeature":
            used.update(_convert_extrude(entities, node, extent, dialect, notes, writer))
        elif kind != "Sketch":
            notes.unsupported(node, f"{kind} cannot be imported; only sketches and extrusions can")
    for reference in order:
        node = entities[reference.text()]
        if node["type"].text() == "Sketch" and reference.text() not in used:
            notes.unused(node, "no extrusion uses this sketch, so it is left out")
    return writer


def _pose(entities: Node, order: list[Node], dialect: Dialect) -> Frame | None:
    """How the part stands as a whole, by the frames of all sketches that are extruded."""
    frames = []
    for reference in order:
        if entities.has(reference.text()) and entities[reference.text()]["type"].text() == "ExtrudeFeature":
            for profile in entities[reference.text()]["profiles"].elements():
                frames.append(read_frame(_entity(entities, profile["sketch"], "Sketch"), dialect))
    return common_pose(frames)


def _convert_extrude(
    entities: Node,
    node: Node,
    extent: Callable[[Node, Extrusion], None],
    dialect: Dialect,
    notes: Notes,
    writer: Writer,
) -> set[str]:
    """Write one extrusion; returns the ids of the sketches it names."""
    names = {reference["sketch"].text() for reference in node["profiles"].elements()}
    operation = node["operation"].text()
    if operation not in MODES:
        raise node["operation"].fail(f"unknown operation {operation!r}")
    mode = MODES[operation]
    if not node["profiles"].elements():
        notes.unused(node, "this extrusion names no profile, so it makes nothing and is left out")
        return names
    if not writer.operations:
        if mode in ("cut", "intersect"):
            notes.unsupported(node, f"the first feature is a {mode}, with nothing before it to act on")
            return names
        mode = "new"
    try:
        sketches = read_faces(entities, node, dialect)
        if mode == "intersect" and len(sketches) > 1:
            raise Unsupported(
                node, "an intersection with profiles of several sketches at once cannot be said"
            )
        for sketch, faces in sketches:
            extrusion = Extrusion(mode, writer.upright(read_frame(sketch, dialect)), faces, 0.0, 0.0)
            extent(node, extrusion)
            if extrusion.extent is None and extrusion.end - extrusion.start <= dialect.noise:
                raise Unsupported(node, "an extrusion of depth 0 makes no solid")
            try:
                if not writer.add(extrusion):
                    notes.unused(node, DEAD_CUT)
            except OpenLoop as error:
                raise Unsupported(sketch, f"a profile does not close: {error}") from error
    except Unsupported as problem:
        notes.unsupported(problem.node, problem.message)
    return names


def distances(node: Node, scale: float) -> tuple[float, float]:
    """Start and end along the normal of a feature whose extents are distances.

    Raises:
        Unsupported: an extent that ends at an entity.
    """
    kinds = {
        "OneSideFeatureExtentType": "one-side",
        "TwoSidesFeatureExtentType": "two-sides",
        "SymmetricFeatureExtentType": "symmetric",
    }
    kind = kinds.get(node["extent_type"].text())
    if kind is None:
        raise node["extent_type"].fail(f"unknown extent type {node['extent_type'].value!r}")
    values = []
    for name in ("extent_one", "extent_two") if kind == "two-sides" else ("extent_one",):
        definition = node[name]
        if not definition.has("distance"):
            raise Unsupported(definition, f"an extent of type {definition['type'].text()} cannot be said")
        values.append(definition["distance"]["value"].number() * scale)
    return interval(kind, *values)


def taper(node: Node, name: str = "extent_one") -> float:
    """The taper angle of one side as the file has it, 0 where it has none."""
    definition = node[name]
    return definition["taper_angle"]["value"].number() if definition.has("taper_angle") else 0.0
