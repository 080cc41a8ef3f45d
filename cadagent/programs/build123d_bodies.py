"""Helpers that generated build123d programs carry: profiles, and how tools act on bodies by name.

Never run here: the writer copies from it what a program needs. Lengths are millimetres, angles degrees.
"""

from __future__ import annotations

from typing import Any

from build123d import (
    Axis,
    Compound,
    Edge,
    Face,
    Location,
    Plane,
    Shell,
    Solid,
    Vector,
    Wire,
)

#: Body of the design -> its solids (several where a cut left it in pieces).
bodies: dict[str, list[Solid]] = {}
#: Names that stand for a body which they became part of.
merged: dict[str, str] = {}
#: What each feature did: its solids and how they were applied.
tools: dict[str, list[Solid]] = {}


def arc(start: Any, middle: Any, end: Any) -> Edge:
    return Edge.make_three_point_arc(start, middle, end)


def line(start: Any, end: Any) -> Edge:
    return Edge.make_line(start, end)


def circle(center: Any, radius: float) -> Edge:
    return Edge.make_circle(radius).moved(Location(center))


def ellipse(center: Any, rx: float, ry: float, angle: float) -> Edge:
    if ry > rx:  # OpenCASCADE wants the major radius first
        rx, ry, angle = ry, rx, angle + 90.0
    return Edge.make_ellipse(rx, ry).rotate(Axis.Z, angle).moved(Location(center))


def spline(points: Any, closed: bool = False) -> Edge:
    return Edge.make_spline(points[:-1] if closed else points, periodic=closed)


def outline(*edges: Edge) -> Wire:
    """Edges that follow one another, as one wire in the plane of the sketch."""
    return Wire(list(edges))


def frame(wire: Wire, *inner: Wire) -> Face:
    """The face inside a wire and outside others."""
    return Face(wire, list(inner))


def solids_of(*shapes: Any) -> list[Solid]:
    return [solid for shape in shapes if shape is not None for solid in shape.solids()]


def united(shapes: list[Any]) -> Any:
    """The union of shapes of one kind."""
    first, rest = shapes[0], shapes[1:]
    return first.fuse(*rest).clean() if rest else first


def profile(plane: Plane, adds: list[Face], holes: list[Face]) -> list[Face]:
    """The region of a sketch: what its faces cover, without the holes; each island is a face."""
    region = united(adds)
    if holes:
        region = region.cut(*holes).clean()
    return [plane.location * face for face in region.faces()]


def faces_up(faces: list[Face], plane: Plane) -> list[Face]:
    """The faces looking along the plane's normal."""
    return [face if face.normal_at().dot(plane.z_dir) > 0 else -face for face in faces]


def body_of(name: str) -> str:
    """The body that a name stands for now."""
    while name in merged:
        name = merged[name]
    return name


def chosen(names: list[str] | None) -> list[str]:
    return list(bodies) if names is None else list(dict.fromkeys(body_of(name) for name in names))


def meets(one: Any, other: Any) -> bool:
    """Whether the boxes of two shapes overlap or touch."""
    a, b = one.bounding_box(), other.bounding_box()
    return all(
        p <= q + 1e-6
        for p, q in zip(
            (a.min.X, a.min.Y, a.min.Z, b.min.X, b.min.Y, b.min.Z),
            (b.max.X, b.max.Y, b.max.Z, a.max.X, a.max.Y, a.max.Z),
            strict=True,
        )
    )


def joined(solids: list[Solid], more: list[Solid]) -> list[Solid]:
    return solids_of(solids[0].fuse(*solids[1:], *more).clean())


def apart(solids: list[Solid]) -> list[Solid]:
    """Solids of one tool, those that touch made one."""
    return joined(solids[:1], solids[1:]) if len(solids) > 1 else solids


def apply(name: str, mode: str, solids: list[Solid], targets: list[str] | None = None) -> None:
    """Make a body of solids, or join, cut or intersect with the bodies named (None: all they touch)."""
    tools.setdefault(name, []).extend(solids)
    if mode == "new" or not bodies:
        own, count = name, 2
        while own in bodies:
            own, count = name + "_" + str(count), count + 1
        bodies[own] = apart(solids)
    elif mode == "join":
        join(name, apart(solids), targets)
    else:
        touched = False
        for body in chosen(targets):
            near = [solid for solid in solids if any(meets(solid, own) for own in bodies[body])]
            if not near:
                continue
            before = sum(own.volume for own in bodies[body])
            if mode == "cut":
                left = solids_of(*(own.cut(*near) for own in bodies[body]))
            else:
                left = solids_of(*(common(own, tool) for own in bodies[body] for tool in near))
            after = sum(own.volume for own in left)
            if not left or (mode == "cut" and after >= before * (1 - 1e-12)):
                continue
            bodies[body] = [solid.clean() for solid in left]
            touched = True
        if not touched:
            raise ValueError(name + " meets no material")


def common(one: Solid, other: Solid) -> Any:
    """What two solids have in common, or None."""
    found = one.intersect(other)
    return Compound(found) if found else None


def join(name: str, solids: list[Solid], targets: list[str] | None) -> None:
    """Merge solids with each body that they touch; the earliest of these keeps its name."""
    reached: list[str] = []
    union = solids
    for body in chosen(targets):
        if not any(meets(own, solid) for own in bodies[body] for solid in union):
            continue
        found = joined(bodies[body], union)
        if len(found) < len(bodies[body]) + len(union):
            union = found
            reached.append(body)
    if not reached:
        raise ValueError(name + " touches nothing")
    for body in reached[1:]:
        del bodies[body]
        merged[body] = reached[0]
    bodies[reached[0]] = union
    if name != reached[0]:
        merged[name] = reached[0]


def box_around(names: list[str] | None) -> tuple[Vector, Vector]:
    """Low and high corner of the box around bodies."""
    boxes = [solid.bounding_box() for body in chosen(names) for solid in bodies[body]]
    low = Vector(*(min(getattr(box.min, axis) for box in boxes) for axis in "XYZ"))
    high = Vector(*(max(getattr(box.max, axis) for box in boxes) for axis in "XYZ"))
    return low, high


def beyond(plane: Plane, names: list[str] | None, exact: bool = False) -> tuple[float, float]:
    """Distances (up, down) from a plane that reach past all material; up to its box if ``exact``."""
    low, high = box_around(names)
    corners = [Vector(x, y, z) for x in (low.X, high.X) for y in (low.Y, high.Y) for z in (low.Z, high.Z)]
    along = [(corner - plane.origin).dot(plane.z_dir) for corner in corners]
    more = 0.0 if exact else max(1.0, 0.01 * (high - low).length)
    return max(*along, 0.0) + more, max(*(-reach for reach in along), 0.0) + more


def on_surface(solids: list[Solid], place: Vector) -> bool:
    """Whether a point lies on the surface of one of the solids."""
    return any(Shell(solid.shells()[0].wrapped).distance_to(place) < 1e-5 for solid in solids)
