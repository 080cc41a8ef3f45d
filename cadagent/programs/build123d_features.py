"""Helpers that generated build123d programs carry: solids from profiles, edges by geometry, copies, motions.

Never run here; see :mod:`cadagent.programs.build123d_bodies`.
"""

from __future__ import annotations

from typing import Any

from build123d import (
    Axis,
    Compound,
    Edge,
    Face,
    GeomType,
    Kind,
    Plane,
    Solid,
    Transition,
    Vector,
    Vertex,
    Wire,
)

from cadagent.programs.build123d_bodies import (
    apart,
    apply,
    beyond,
    bodies,
    body_of,
    box_around,
    chosen,
    common,
    faces_up,
    joined,
    on_surface,
    solids_of,
    tools,
)


def prism(
    faces: list[Face], plane: Plane, up: float = 0.0, down: float = 0.0, taper: float = 0.0
) -> list[Solid]:
    """Faces pushed ``up`` along the plane's normal and ``down`` against it, walls leaning in by ``taper``."""
    if taper:
        way = plane.z_dir * (up if up else -down)
        return [Solid.extrude_taper(face, way, taper) for face in faces_up(faces, plane)]
    shift = plane.z_dir * -down
    return [Solid.extrude(face.translate(shift), plane.z_dir * (up + down)) for face in faces]


def revolved(
    faces: list[Face], plane: Plane, point: Any, way: Any, start: float = 0.0, end: float = 360.0
) -> list[Solid]:
    """Faces turned about an axis of their plane."""
    origin = plane.from_local_coords(Vector(*point))
    axis = Axis(origin, plane.from_local_coords(Vector(*point) + Vector(*way)) - origin)
    return [
        solid if solid.volume > 0 else -solid
        for solid in (Solid.revolve(face.rotate(axis, start), end - start, axis) for face in faces)
    ]


def lofted(sections: list[Any], ruled: bool = False) -> list[Solid]:
    """A solid through faces (or to points), without the tunnels through their holes."""
    flat = [section[0] if isinstance(section, list) else section for section in sections]
    outer = [face.outer_wire() if isinstance(face, Face) else face for face in flat]
    solid = Solid.make_loft(outer, ruled)
    inner = [face.inner_wires() for face in flat if isinstance(face, Face)]
    tunnels = [Solid.make_loft(list(wires), ruled) for wires in zip(*inner, strict=True)]
    return solids_of(solid.cut(*tunnels)) if tunnels else [solid]


def swept(faces: list[Face], path: Wire) -> list[Solid]:
    """Faces carried along a path, corners mitred."""
    return [Solid.sweep(face, path, transition=Transition.RIGHT) for face in faces]


def path_on(plane: Plane, *edges: Edge) -> Wire:
    """Edges that follow one another, placed on a plane."""
    return plane.location * Wire(list(edges))


def corner(plane: Plane) -> Vertex:
    """The plane's origin as the tip of a loft."""
    return Vertex(*plane.origin)


def above(plane: Plane, names: list[str] | None) -> Plane:
    """The plane moved up above all material."""
    low, high = box_around(names)
    corners = [Vector(x, y, z) for x in (low.X, high.X) for y in (low.Y, high.Y) for z in (low.Z, high.Z)]
    return plane.offset(max(0.0, *((place - plane.origin).dot(plane.z_dir) for place in corners)))


def rib(
    name: str, plane: Plane, edges: list[Edge], way: Any, thickness: float, targets: list[str] | None
) -> None:
    """A wall from a path to the material: a plate, cut by the bodies; what lies at the path is joined."""
    low, high = box_around(targets)
    reach = Vector(*way) * (2 * (high - low).length + 1.0)
    first, last = edges[0].position_at(0), edges[-1].position_at(1)
    back = [edge.translate(reach) for edge in edges]
    rim = Wire([*edges, Edge.make_line(last, last + reach), *back, Edge.make_line(first + reach, first)])
    plate = prism([plane.location * Face(rim)], plane, thickness / 2, thickness / 2)[0]
    pieces = solids_of(plate.cut(*(solid for body in chosen(targets) for solid in bodies[body])))
    path = path_on(plane, *edges)
    apply(name, "join", [piece for piece in pieces if piece.distance_to(path) < 1e-6], targets)


def to_next(
    name: str,
    faces: list[Face],
    plane: Plane,
    way: float,
    mode: str,
    targets: list[str] | None,
    taper: float = 0.0,
) -> None:
    """Up to the next face: a join fills the space before it, a cut takes the first stretch of material."""
    up, down = beyond(plane, targets)
    solids = prism(faces, plane, up if way > 0 else 0.0, down if way < 0 else 0.0, taper)
    others = [solid for body in chosen(targets) for solid in bodies[body]]
    kept = []
    for solid in solids:
        if mode == "cut":
            pieces = solids_of(*(common(solid, other) for other in others))
        else:
            pieces = solids_of(solid.cut(*others))
        spans = [(span(piece, plane.origin, plane.z_dir * way)[0], piece) for piece in pieces]
        first = min(low for low, _ in spans) if mode == "cut" else 0.0
        kept += [piece for low, piece in spans if low <= first + 1e-6]
    apply(name, mode, kept, targets)


def span(solid: Any, origin: Vector, way: Vector) -> tuple[float, float]:
    """Least and greatest distance of a solid along a direction."""
    side = Plane(origin=origin, z_dir=way)
    box = side.to_local_coords(solid).bounding_box()
    return box.min.Z, box.max.Z


class Bend:
    """An edge between two faces, with the five points that selectors ask about."""

    def __init__(self, edge: Edge, faces: list[Face]) -> None:
        self.edge, self.faces = edge, faces
        self.points = [edge.position_at(step / 4) for step in range(5)]

    def sharp(self) -> bool:
        """Whether its faces do not join smoothly."""
        one, other = (face.normal_at(self.points[2]) for face in self.faces)
        return one.cross(other).length > 1e-3 or one.dot(other) < 0

    def lies_in(self, point: Any, normal: Any) -> bool:
        way = Vector(*normal)
        return all(abs((place - Vector(*point)).dot(way)) < 1e-5 for place in self.points)


def bends(solid: Solid) -> list[Bend]:
    """The edges of a solid between two different faces."""
    found: list[tuple[Edge, list[Face]]] = []
    sides: dict[int, list[Any]] = {}
    for face in solid.faces():
        for edge in face.edges():
            key = hash(edge)
            sides.setdefault(key, [edge]).append(face)
    for edge, *faces in sides.values():
        if len(faces) == 2 and not faces[0].is_same(faces[1]):
            found.append((edge, faces))
    return [Bend(edge, faces) for edge, faces in found]


def selected(name: str, solid: Solid, selectors: list[Any]) -> list[Bend]:
    """The sharp edges of a solid that any of the selectors means."""
    low, high = box_around([name])
    picked: list[Bend] = []
    for bend in bends(solid):
        if any(means(bend, selector, low, high) for selector in selectors) and bend.sharp():
            picked.append(bend)
    return picked


def means(bend: Bend, selector: Any, low: Vector, high: Vector) -> bool:
    """Whether a selector (kind, data, feature that the edge must touch or None) means an edge."""
    kind, data, feature = selector
    if kind == "direction":
        way = bend.points[4] - bend.points[0]
        straight = bend.edge.geom_type == GeomType.LINE
        hit = straight and way.cross(Vector(*data)).length < 1e-6 * way.length * Vector(*data).length
    elif kind == "horizontal":
        heights = [place.Z for place in bend.points]
        hit = max(heights) - min(heights) < 1e-5
    elif kind == "planes":
        hit = all(bend.lies_in(*plane) for plane in data)
    elif kind == "side":
        place = [b if c > 0 else a for c, a, b in zip(data, low, high, strict=True)]
        hit = bend.lies_in(place, data)
    elif kind == "feature":
        hit = all(on_surface(tools[data], place) for place in bend.points[1:4])
    else:
        hit = True
    return hit and (feature is None or on_surface(tools[feature], bend.points[2]))


def rounded(selectors: list[Any], radius: float, body: str | None = None) -> None:
    """Fillets on the selected edges."""
    for name in chosen(None if body is None else [body]):
        made = []
        for solid in bodies[name]:
            edges = [bend.edge for bend in selected(name, solid, selectors)]
            made += solids_of(solid.fillet(radius, edges)) if edges else [solid]
        bodies[name] = [solid.clean() for solid in made]


def bevelled(
    selectors: list[Any], length: float, second: float | None = None, body: str | None = None
) -> None:
    """Chamfers on the selected edges; of two lengths the first lies on the selected face."""
    for name in chosen(None if body is None else [body]):
        made = []
        for solid in bodies[name]:
            picked = selected(name, solid, selectors)
            if not picked:
                made.append(solid)
            elif second is None:
                made += solids_of(solid.chamfer(length, None, [bend.edge for bend in picked]))
            else:
                made += two_lengths(solid, picked, selectors, length, second)
        bodies[name] = [solid.clean() for solid in made]


def two_lengths(
    solid: Solid, picked: list[Bend], selectors: list[Any], length: float, second: float
) -> list[Solid]:
    """One chamfer for all edges of the same reference face, one face after the other."""
    planes = [plane for kind, data, _ in selectors if kind == "planes" for plane in data]
    waiting = list(picked)
    reference = None
    for point, normal in planes:
        for bend in waiting:
            for face in bend.faces:
                flat = face.geom_type == GeomType.PLANE and face.normal_at().dot(Vector(*normal)) > 1 - 1e-9
                if reference is None and flat and bend.lies_in(point, normal):
                    reference = face
    if reference is None:
        reference = picked[0].faces[0]
    return solids_of(solid.chamfer(length, second, [bend.edge for bend in picked], reference))


def hollowed(thickness: float, openings: list[Any], outward: bool = False, body: str | None = None) -> None:
    """Walls of a thickness inside (or outside) the bodies that have the open faces."""
    for name in chosen(None if body is None else [body]):
        made = []
        for solid in bodies[name]:
            faces = [face for face in solid.faces() if any(looks(face, *plane) for plane in openings)]
            if openings and not faces:
                made.append(solid)
                continue
            amount = thickness if outward else -thickness
            if faces:
                made.append(solid.hollow(faces, amount, kind=Kind.INTERSECTION))
                continue
            other = solid.offset_3d(None, amount, kind=Kind.INTERSECTION)
            big, small = (other, solid) if outward else (solid, other)
            made += solids_of(big.cut(small))
        bodies[name] = made


def looks(face: Face, point: Any, normal: Any) -> bool:
    """Whether a face is flat, lies in a plane and looks along its normal."""
    if face.geom_type != GeomType.PLANE:
        return False
    way = Vector(*normal)
    return face.normal_at().dot(way) > 1 - 1e-9 and abs((face.center() - Vector(*point)).dot(way)) < 1e-5


def again(name: str, feature: str, mode: str, copies: list[Solid]) -> None:
    """Copies of what a feature made, applied as it was; copies of a body merge with it where they touch."""
    if mode != "new":
        apply(name, mode, copies)
        return
    own, waiting = body_of(feature), list(copies)
    progress = True
    while waiting and progress:
        progress = False
        for copy in list(waiting):
            found = joined(bodies[own], [copy])
            if len(found) < len(bodies[own]) + 1:
                bodies[own] = found
                waiting.remove(copy)
                progress = True
    for copy in waiting:
        apply(name, "new", [copy])


def combined(mode: str, target: str, names: list[str]) -> None:
    """Join bodies, or cut or intersect one with others; these are used up."""
    own = body_of(target)
    used = [body for body in chosen(names) if body != own]
    others = [solid for body in used for solid in bodies.pop(body)]
    if mode == "join":
        bodies[own] = joined(bodies[own], others)
    elif mode == "cut":
        bodies[own] = [s.clean() for s in solids_of(*(solid.cut(*others) for solid in bodies[own]))]
    else:
        found = solids_of(*(common(solid, other) for solid in bodies[own] for other in apart(others)))
        bodies[own] = [solid.clean() for solid in found]


def middle(names: list[str] | None) -> Vector:
    low, high = box_around(names)
    return (low + high) * 0.5


def shifted(by: Any, names: list[str] | None = None) -> None:
    for body in chosen(names):
        bodies[body] = [solid.translate(Vector(*by)) for solid in bodies[body]]


def turned(origin: Any, way: Any, degrees: float, names: list[str] | None = None) -> None:
    """Bodies turned about an axis through a point, or through the middle of their box for None."""
    axis = Axis(middle(names) if origin is None else Vector(*origin), Vector(*way))
    for body in chosen(names):
        bodies[body] = [solid.rotate(axis, degrees) for solid in bodies[body]]


def scaled(factor: float, about: Any, names: list[str] | None = None) -> None:
    """Bodies scaled about a point, or about the middle of their box for None."""
    fixed = middle(names) if about is None else Vector(*about)
    for body in chosen(names):
        bodies[body] = [solid.scale(factor, fixed) for solid in bodies[body]]


def aligned(sides: dict[int, bool], to: Any, names: list[str] | None = None) -> None:
    """Bodies shifted so that a point of their box comes to a place; ``sides``: axis -> high end?"""
    low, high = (list(place) for place in box_around(names))
    here = [
        (high[axis] if sides[axis] else low[axis]) if axis in sides else (low[axis] + high[axis]) / 2
        for axis in range(3)
    ]
    shifted([b - a for a, b in zip(here, to, strict=True)], names)


def part() -> Compound:
    """All bodies as one compound."""
    return Compound(children=[solid for solids in bodies.values() for solid in solids])
