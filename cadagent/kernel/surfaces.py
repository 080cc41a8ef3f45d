"""The analytic surfaces of a boundary: planes, and surfaces of revolution put together from their pieces.

The kernel splits a cylinder wherever a seam, an arc's end or an intersection divides it. Pieces with the same
axis and radius that run into each other are one surface here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from cadagent.kernel.mesh import edge_normal, face_normal, faces_at

Point = tuple[float, float, float]
FACE_KINDS = ("plane", "cylinder", "cone", "sphere", "torus", "free-form")
NEAR = 1e-5
"""Axes, radii and ends closer than this (mm, relative above 1 mm) are the same."""


@dataclass(frozen=True)
class Plane:
    """A planar face: unit outward ``normal``; ``position`` is its distance from the origin along it."""

    body: str
    normal: Point
    position: float
    area: float
    center: Point


@dataclass(frozen=True)
class Round:
    """Equal cylindrical faces of at most half a turn: fillets, rounded corners, slot ends."""

    kind: str
    radius: float
    angle: float
    count: int


@dataclass(frozen=True)
class Turned:
    """A surface of revolution.

    ``start`` and ``end`` are positions along ``direction``, counted from ``foot``, the point of the axis
    nearest to the world's origin (the centre of a sphere). ``angle`` is the share of the turn in degrees.
    ``hollow``: the material is outside. ``radius`` is a cone's half angle (radians) and a torus' ring radius,
    ``rim`` the position of a cone's apex and the radius of a torus' tube.
    """

    body: str
    kind: str
    hollow: bool
    radius: float
    foot: Point
    direction: Point
    start: float = 0.0
    end: float = 0.0
    angle: float = 360.0
    open_start: bool = True
    open_end: bool = True
    rim: float = 0.0

    def at(self, position: float) -> Point:
        (x, y, z), (dx, dy, dz) = self.foot, self.direction
        return (x + position * dx, y + position * dy, z + position * dz)

    @property
    def line(self) -> Point:
        """A sort key that brings surfaces on one axis together."""
        x, y, z = (round(value, 4) + 0.0 for value in (*self.foot,))
        dx, dy, dz = (round(value, 4) + 0.0 for value in self.direction)
        return (x + 1e3 * dx, y + 1e3 * dy, z + 1e3 * dz)

    def same_line(self, other: Turned) -> bool:
        return (
            self.body == other.body
            and _close(self.foot, other.foot)
            and _close(self.direction, other.direction)
        )


@dataclass
class _Piece:
    """One face of a surface of revolution, or several that were joined."""

    kind: str
    hollow: bool
    radius: float
    rim: float
    foot: Point
    direction: Point
    start: float
    end: float
    turns: list[tuple[float, float]]
    faces: list[Any] = field(default_factory=list)

    def belongs_to(self, other: _Piece) -> bool:
        return (
            self.kind == other.kind
            and self.hollow == other.hollow
            and _close((self.radius, self.rim, 0.0), (other.radius, other.rim, 0.0))
            and _close(self.foot, other.foot)
            and _close(self.direction, other.direction)
        )


def planes_of(body: str, faces: list[Any], skins: list[Any]) -> list[Plane]:
    """The planar faces among ``faces`` (TopoDS_Face), whose area integrals (GProp_GProps) are ``skins``."""
    from OCP.BRepAdaptor import BRepAdaptor_Surface
    from OCP.GeomAbs import GeomAbs_SurfaceType

    found = []
    for face, skin in zip(faces, skins, strict=True):
        if BRepAdaptor_Surface(face, False).GetType() != GeomAbs_SurfaceType.GeomAbs_Plane:
            continue
        normal = face_normal(face, 0.0, 0.0)
        n, c = _unit(normal), skin.CentreOfMass()
        center = (c.X(), c.Y(), c.Z())
        found.append(Plane(body, n, _dot(n, center), skin.Mass(), center))
    return found


def turned_of(body: str, faces: list[Any], neighbours: Any) -> tuple[list[Turned], dict[str, int]]:
    """Cylinders, cones, spheres and tori among ``faces``, joined; and how many faces there are of each kind.

    ``neighbours`` maps every edge of the body to its faces.
    """
    pieces: list[_Piece] = []
    kinds = dict.fromkeys(FACE_KINDS, 0)
    for face in faces:
        piece = _piece(face)
        kinds[piece.kind if piece else "free-form"] += 1
        if piece and piece.kind != "plane":
            pieces.append(piece)
    return [_turned(body, piece, neighbours) for piece in _joined(pieces)], kinds


def rounded_by(face: Any) -> float | None:
    """The radius by which a cylinder, sphere or torus is round outward, as fillets of outer edges and pins
    are; None of any other face."""
    piece = _piece(face)
    if piece is None or piece.hollow:
        return None
    return {"cylinder": piece.radius, "sphere": piece.radius, "torus": piece.rim}.get(piece.kind)


def _piece(face: Any) -> _Piece | None:
    """Describe one face; None for a free-form surface."""
    from OCP.BRepAdaptor import BRepAdaptor_Surface
    from OCP.GeomAbs import GeomAbs_SurfaceType as Kind

    surface = BRepAdaptor_Surface(face, True)
    kind = surface.GetType()
    rim = 0.0
    if kind == Kind.GeomAbs_Plane:
        return _Piece("plane", False, 0, 0, (0, 0, 0), (0, 0, 1), 0, 0, [])
    if kind == Kind.GeomAbs_Cylinder:
        name, axis, radius = "cylinder", surface.Cylinder().Axis(), surface.Cylinder().Radius()
    elif kind == Kind.GeomAbs_Cone:
        cone = surface.Cone()
        name, axis, radius, rim = "cone", cone.Axis(), abs(cone.SemiAngle()), 0.0
    elif kind == Kind.GeomAbs_Torus:
        torus = surface.Torus()
        name, axis, radius, rim = "torus", torus.Axis(), torus.MajorRadius(), torus.MinorRadius()
    elif kind == Kind.GeomAbs_Sphere:
        name, axis, radius = "sphere", surface.Sphere().Position().Axis(), surface.Sphere().Radius()
    else:
        return None
    u0, u1 = surface.FirstUParameter(), surface.LastUParameter()
    v0, v1 = surface.FirstVParameter(), surface.LastVParameter()
    location = axis.Location()
    direction = _canonical(_unit(axis.Direction()))
    here = (location.X(), location.Y(), location.Z())
    hollow = _hollow(face, surface, (u0 + u1) / 2, (v0 + v1) / 2, here, direction, name)
    if name == "sphere":
        return _Piece(name, hollow, radius, 0, here, (0, 0, 1), 0, 0, [(0, 0)], [face])
    along = _dot(here, direction)
    foot = _shifted(here, direction, -along)
    ends = [_dot(_xyz(surface.Value(u0, v)), direction) for v in (v0, v1)]
    if name == "torus":
        ends = [along, along]
    elif name == "cone":
        apex = _dot(_xyz(surface.Cone().Apex()), direction)
        rim = apex  # two cones of one angle and axis differ by their apex
    first = _bearing(_minus(_xyz(surface.Value(u0, v0)), here), direction)
    step = _bearing(_minus(_xyz(surface.Value(u0 + min(u1 - u0, 1.0), v0)), here), direction) - first
    turn = (first, first + u1 - u0) if step % (2 * math.pi) < math.pi else (first - (u1 - u0), first)
    return _Piece(name, hollow, radius, rim, foot, direction, min(ends), max(ends), [turn], [face])


def _hollow(face: Any, surface: Any, u: float, v: float, axis: Point, direction: Point, kind: str) -> bool:
    """Does the outward normal in the middle of the face point at the axis (centre, ring) of the surface?"""
    normal = face_normal(face, u, v)
    if normal is None:
        return False
    offset = _minus(_xyz(surface.Value(u, v)), axis)
    if kind in ("cylinder", "cone"):
        offset = _shifted(offset, direction, -_dot(offset, direction))
    elif kind == "torus":
        radial = _shifted(offset, direction, -_dot(offset, direction))
        length = math.sqrt(_dot(radial, radial)) or 1.0
        major = surface.Torus().MajorRadius() / length
        offset = _minus(offset, (radial[0] * major, radial[1] * major, radial[2] * major))
    return _dot(_unit(normal), offset) < 0


def _joined(pieces: list[_Piece]) -> list[_Piece]:
    """Put the pieces of one surface together when they overlap or touch along the axis."""
    groups: list[list[_Piece]] = []
    for piece in pieces:
        for group in groups:
            if group[0].belongs_to(piece):
                group.append(piece)
                break
        else:
            groups.append([piece])
    joined = []
    for group in groups:
        group.sort(key=lambda p: (p.start, p.end))
        current = group[0]
        for piece in group[1:]:
            if piece.start <= current.end + NEAR * (1 + abs(current.end)):
                current.end = max(current.end, piece.end)
                current.turns += piece.turns
                current.faces += piece.faces
            else:
                joined.append(current)
                current = piece
        joined.append(current)
    return joined


def _turned(body: str, piece: _Piece, neighbours: Any) -> Turned:
    open_start = open_end = True
    if piece.kind in ("cylinder", "cone") and piece.hollow:
        open_start, open_end = _open_ends(piece, neighbours)
    return Turned(
        body,
        piece.kind,
        piece.hollow,
        piece.radius,
        piece.foot,
        piece.direction,
        piece.start,
        piece.end,
        _covered(piece.turns),
        open_start,
        open_end,
        piece.rim,
    )


def _open_ends(piece: _Piece, neighbours: Any) -> tuple[bool, bool]:
    """Can one leave the hole at its start, and at its end?

    The face next to the hole's last edge tells: its outward normal looks out of the hole at a mouth, a step
    to a larger bore or a countersink, and into the hole at a flat floor, a drill tip or a rounded bottom.
    """
    from OCP.BRepAdaptor import BRepAdaptor_Curve
    from OCP.TopAbs import TopAbs_ShapeEnum
    from OCP.TopExp import TopExp_Explorer
    from OCP.TopoDS import TopoDS

    reach: list[tuple[float, bool]] = [(math.inf, True), (-math.inf, True)]  # position, open
    for face in piece.faces:
        walk = TopExp_Explorer(face, TopAbs_ShapeEnum.TopAbs_EDGE)
        while walk.More():
            edge = TopoDS.Edge(walk.Current())
            walk.Next()
            beside = [
                face
                for face in faces_at(edge, neighbours)
                if not any(face.IsSame(own) for own in piece.faces)
            ]
            if not beside:
                continue
            curve = BRepAdaptor_Curve(edge)
            first, last = curve.FirstParameter(), curve.LastParameter()
            along = [
                _dot(_xyz(curve.Value(first + share * (last - first))), piece.direction)
                for share in (0.0, 0.25, 0.5, 0.75, 1.0)
            ]
            leaning = _leaning(edge, beside[0], piece.direction)
            if min(along) < reach[0][0]:
                reach[0] = (min(along), leaning < 0)
            if max(along) > reach[1][0]:
                reach[1] = (max(along), leaning > 0)
    return reach[0][1], reach[1][1]


def _leaning(edge: Any, face: Any, direction: Point) -> float:
    """Component of a face's outward normal along the axis: at the shared edge, or in the middle of the face
    where it is tangent there."""
    from OCP.BRepAdaptor import BRepAdaptor_Surface

    normal = edge_normal(edge, face)
    lean = _dot(_unit(normal), direction) if normal is not None else 0.0
    if abs(lean) < 0.02:
        surface = BRepAdaptor_Surface(face, True)
        u = (surface.FirstUParameter() + surface.LastUParameter()) / 2
        v = (surface.FirstVParameter() + surface.LastVParameter()) / 2
        normal = face_normal(face, u, v)
        lean = _dot(_unit(normal), direction) if normal is not None else 0.0
    return lean


def _bearing(offset: Point, direction: Point) -> float:
    """Angle of a point about an axis, radians, from a reference that depends on the direction alone."""
    x, y, z = direction
    aside = (0.0, -z, y) if abs(x) < 0.6 else (z, 0.0, -x)
    across = (y * aside[2] - z * aside[1], z * aside[0] - x * aside[2], x * aside[1] - y * aside[0])
    return math.atan2(_dot(offset, across), _dot(offset, aside))


def _covered(turns: list[tuple[float, float]]) -> float:
    """Degrees of the full turn covered by the union of ranges of bearings (radians)."""
    full = 2 * math.pi
    spans: list[tuple[float, float]] = []
    for first, last in turns:
        if last - first >= full - 1e-9:
            return 360.0
        start = first % full
        end = start + (last - first)
        spans.append((start, min(end, full)))
        if end > full:
            spans.append((0.0, end - full))
    covered, reach = 0.0, 0.0
    for start, end in sorted(spans):
        covered += max(0.0, end - max(start, reach))
        reach = max(reach, end)
    return min(360.0, math.degrees(covered))


def _canonical(direction: Point) -> Point:
    """Of a direction and its opposite, the one whose first component of note is positive."""
    for value in direction:
        if abs(value) > 1e-9:
            sign = 1.0 if value > 0 else -1.0
            return (sign * direction[0] + 0.0, sign * direction[1] + 0.0, sign * direction[2] + 0.0)
    return direction


def _close(a: Point, b: Point) -> bool:
    return all(abs(x - y) <= NEAR * (1 + abs(x)) for x, y in zip(a, b, strict=True))


def _unit(vector: Any) -> Point:
    x, y, z = vector.X(), vector.Y(), vector.Z()
    length = math.sqrt(x * x + y * y + z * z)
    return (x / length, y / length, z / length)


def _xyz(point: Any) -> Point:
    return (point.X(), point.Y(), point.Z())


def _dot(a: Point, b: Point) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def _minus(a: Point, b: Point) -> Point:
    return (a[0] - b[0], a[1] - b[1], a[2] - b[2])


def _shifted(point: Point, direction: Point, by: float) -> Point:
    return (point[0] + by * direction[0], point[1] + by * direction[1], point[2] + by * direction[2])
