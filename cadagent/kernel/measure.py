"""What a solid measures: box, volume, faces, holes and topology, read from the exact surfaces.

Lengths are millimetres, areas mm², volumes mm³, angles degrees. Nothing here needs a mesh: the Euler
characteristic comes from the boundary's own cells, V − E + Σ over faces of (2 − wires), in which a face is a
disk with one boundary wire and loses one for every further wire; seams count as edges, poles do not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from cadagent.kernel.surfaces import FACE_KINDS, Plane, Round, Turned, planes_of, turned_of

if TYPE_CHECKING:
    from OCP.GProp import GProp_GProps
    from OCP.TopoDS import TopoDS_Shape

Point = tuple[float, float, float]
DIGITS = 6
"""Decimals kept in reports: a nanometre, well above the kernel's own noise."""


@dataclass(frozen=True)
class Cylinder:
    """A cylindrical surface of more than half a turn.

    ``axis_point`` is the middle of one end: the open one of a blind hole, and ``axis_direction`` (unit) leads
    from there to the other end. ``length`` is the depth of a hole. ``through`` is None for a boss.
    """

    body: str
    kind: str
    radius: float
    axis_point: Point
    axis_direction: Point
    length: float
    through: bool | None
    angle: float

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready; the length of a hole is called ``depth``."""
        entry = _rounded(asdict(self))
        if self.kind == "hole":
            entry["depth"] = entry.pop("length")
        else:
            entry.pop("through")
        return entry


@dataclass(frozen=True)
class Hole:
    """One hole as a person counts them: coaxial bores that run into each other, from the mouth inward."""

    body: str
    radii: tuple[float, ...]
    axis_point: Point
    axis_direction: Point
    depth: float
    through: bool


@dataclass(frozen=True)
class Body:
    """One body of a design; ``solids`` is 1 unless it fell apart."""

    id: str
    solids: int
    volume: float
    area: float
    center: Point
    box_min: Point
    box_max: Point
    watertight: bool
    valid: bool


@dataclass(frozen=True)
class Measurement:
    """Everything measured on the bodies of one design.

    ``bodies`` counts solids. ``watertight``: every edge has exactly two faces, in opposite directions.
    ``cones``, ``spheres`` and ``tori`` count surfaces after joining split ones, ``face_kinds`` counts faces.
    ``euler`` is V − E + F of all boundaries, ``genus`` the number of handles (through openings), None when
    the boundary is not closed. ``valid``: watertight, of positive volume, sound by the kernel's own check.
    """

    bodies: int
    box_min: Point
    box_max: Point
    size: Point
    volume: float
    area: float
    center: Point
    faces: int
    face_kinds: dict[str, int]
    planar_faces: int
    cones: int
    spheres: int
    tori: int
    hole_count: int
    open_edges: int
    non_manifold_edges: int
    watertight: bool
    euler: int
    genus: int | None
    valid: bool
    cylinders: tuple[Cylinder, ...]
    holes: tuple[Hole, ...]
    rounds: tuple[Round, ...]
    planes: tuple[Plane, ...]
    parts: tuple[Body, ...]

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready, in the order of the fields, numbers rounded to 1e-6: equal solids, equal text."""
        entry = _rounded(asdict(self))
        entry["cylinders"] = [cylinder.as_dict() for cylinder in self.cylinders]
        return entry

    def as_lines(self) -> list[str]:
        """A short table for a person, one fact a line."""
        rows = [
            ("size", f"{_times(self.size)} mm"),
            ("box", f"{_triple(self.box_min)} to {_triple(self.box_max)}"),
            ("volume", f"{_number(self.volume)} mm³"),
            ("area", f"{_number(self.area)} mm²"),
            ("centre", _triple(self.center)),
            ("bodies", f"{self.bodies} ({self._soundness()})"),
            ("faces", self._faces()),
        ]
        rows += [("holes", line) for line in _grouped(self.holes, _hole_words)]
        bosses = [c for c in self.cylinders if c.kind == "boss"]
        rows += [("cylinders", line) for line in _grouped(bosses, _boss_words)]
        rows += [("roundings", line) for line in _grouped(self.rounds, _round_words)]
        if len(self.parts) > 1:
            rows += [("", f"{p.id}: {_number(p.volume)} mm³, {p.solids} solid(s)") for p in self.parts]
        heads = ["", *(name for name, _ in rows)]
        return [
            f"{'' if name == head else name:<10} {text}"
            for head, (name, text) in zip(heads, rows, strict=False)
        ]

    def _soundness(self) -> str:
        words = ["watertight" if self.watertight else f"open: {self.open_edges} edges without a neighbour"]
        if self.non_manifold_edges:
            words.append(f"{self.non_manifold_edges} edges with more than two faces")
        if not self.valid:
            words.append("not valid")
        if self.genus is not None:
            words.append(f"genus {self.genus}")
        return ", ".join(words)

    def _faces(self) -> str:
        words = ("planar", "cylindrical", "conical", "spherical", "toroidal", "free-form")
        kinds = zip(words, self.face_kinds.values(), strict=True)
        return f"{self.faces}: " + ", ".join(f"{count} {word}" for word, count in kinds if count)


def measure(bodies: Mapping[str, TopoDS_Shape]) -> Measurement:
    """Measure the named bodies of a design (shapes in millimetres; they are not changed)."""
    from cadagent.kernel.shapes import area_integrals

    parts: list[Body] = []
    topologies: list[_Topology] = []
    planes: list[Plane] = []
    turned: list[Turned] = []
    kinds = dict.fromkeys(FACE_KINDS, 0)
    for name, shape in bodies.items():
        topology = _topology(shape)
        skins = [area_integrals(face) for face in topology.faces]
        part = _body(name, shape, topology, skins)
        parts.append(part)
        topologies.append(topology)
        planes += planes_of(name, topology.faces, skins)
        found, counts = turned_of(name, topology.faces, topology.neighbours)
        turned += found
        for kind, count in counts.items():
            kinds[kind] += count
    full = [t for t in turned if t.kind == "cylinder" and t.angle > 181]
    holes = _holes(turned)
    volume = sum(part.volume for part in parts)
    low = _corner(min, [part.box_min for part in parts])
    high = _corner(max, [part.box_max for part in parts])
    watertight = bool(parts) and all(part.watertight for part in parts)
    euler = sum(t.euler for t in topologies)
    handles = sum(t.shells for t in topologies) - euler / 2
    return Measurement(
        bodies=sum(part.solids for part in parts),
        box_min=low,
        box_max=high,
        size=(high[0] - low[0], high[1] - low[1], high[2] - low[2]),
        volume=volume,
        area=sum(part.area for part in parts),
        center=_weighted_center(parts, volume),
        faces=sum(kinds.values()),
        face_kinds=kinds,
        planar_faces=len(planes),
        cones=sum(t.kind == "cone" for t in turned),
        spheres=sum(t.kind == "sphere" for t in turned),
        tori=sum(t.kind == "torus" for t in turned),
        hole_count=len(holes),
        open_edges=sum(t.open_edges for t in topologies),
        non_manifold_edges=sum(t.non_manifold_edges for t in topologies),
        watertight=watertight,
        euler=euler,
        genus=int(handles) if watertight and handles == int(handles) else None,
        valid=bool(parts) and all(part.valid for part in parts),
        cylinders=tuple(sorted((_cylinder(t) for t in full), key=_order)),
        holes=tuple(sorted(holes, key=_order)),
        rounds=_rounds([t for t in turned if t.kind == "cylinder" and t.angle <= 181]),
        planes=tuple(sorted(planes, key=_order)),
        parts=tuple(parts),
    )


@dataclass(frozen=True)
class _Topology:
    """Cells of one body's boundary; ``neighbours`` maps an edge to its faces."""

    faces: list[Any]
    neighbours: Any
    solids: int
    shells: int
    euler: int
    open_edges: int
    non_manifold_edges: int
    oriented: bool


def _topology(shape: TopoDS_Shape) -> _Topology:
    from OCP.BRep import BRep_Tool
    from OCP.collections import (
        IndexedDataMap_TopoDS_Shape_List_TopoDS_Shape_TopTools_ShapeMapHasher as Ancestors,
    )
    from OCP.collections import IndexedMap_TopoDS_Shape_TopTools_ShapeMapHasher as ShapeMap
    from OCP.TopAbs import TopAbs_Orientation, TopAbs_ShapeEnum
    from OCP.TopExp import TopExp, TopExp_Explorer
    from OCP.TopoDS import TopoDS

    def cells(kind: TopAbs_ShapeEnum) -> Any:
        found = ShapeMap()
        TopExp.MapShapes_s(shape, kind, found)
        return found

    edges = cells(TopAbs_ShapeEnum.TopAbs_EDGE)
    uses = [[0, 0] for _ in range(edges.Extent() + 1)]  # forward, reversed
    neighbours = Ancestors()
    TopExp.MapShapesAndUniqueAncestors_s(
        shape, TopAbs_ShapeEnum.TopAbs_EDGE, TopAbs_ShapeEnum.TopAbs_FACE, neighbours
    )
    faces: list[Any] = []
    boundary = 0
    walk = TopExp_Explorer(shape, TopAbs_ShapeEnum.TopAbs_FACE)
    while walk.More():
        face = TopoDS.Face(walk.Current())
        walk.Next()
        faces.append(face)
        wires = TopExp_Explorer(face, TopAbs_ShapeEnum.TopAbs_WIRE)
        while wires.More():
            boundary += 1
            wires.Next()
        around = TopExp_Explorer(face, TopAbs_ShapeEnum.TopAbs_EDGE)
        while around.More():
            edge = around.Current()
            around.Next()
            backward = edge.Orientation() == TopAbs_Orientation.TopAbs_REVERSED
            uses[edges.FindIndex(edge)][backward] += 1
    real = [
        tuple(uses[i])
        for i in range(1, edges.Extent() + 1)
        if not BRep_Tool.Degenerated_s(TopoDS.Edge(edges.FindKey(i)))
    ]
    vertices = cells(TopAbs_ShapeEnum.TopAbs_VERTEX).Extent()
    return _Topology(
        faces=faces,
        neighbours=neighbours,
        solids=cells(TopAbs_ShapeEnum.TopAbs_SOLID).Extent(),
        shells=cells(TopAbs_ShapeEnum.TopAbs_SHELL).Extent(),
        euler=vertices - len(real) + 2 * len(faces) - boundary,
        open_edges=sum(forward + backward == 1 for forward, backward in real),
        non_manifold_edges=sum(forward + backward > 2 for forward, backward in real),
        oriented=all(pair == (1, 1) for pair in real),
    )


def _body(name: str, shape: TopoDS_Shape, topology: _Topology, skins: list[GProp_GProps]) -> Body:
    from OCP.Bnd import Bnd_Box
    from OCP.BRepBndLib import BRepBndLib
    from OCP.GProp import GProp_GProps

    from cadagent.kernel.shapes import closed_integrals, is_sound, volume_integrals

    box = Bnd_Box()
    # Exact: neither the triangulation nor the tolerances of vertices and edges may enlarge it.
    BRepBndLib.AddOptimal_s(shape, box, False, False)
    low, high = ((0.0, 0.0, 0.0),) * 2 if box.IsVoid() else (_xyz(box.CornerMin()), _xyz(box.CornerMax()))
    surface = GProp_GProps()
    for skin in skins:
        surface.Add(skin)
    watertight = topology.solids > 0 and topology.oriented
    solid = closed_integrals(shape) if topology.open_edges else volume_integrals(shape)
    volume = solid.Mass() if topology.solids else 0.0
    return Body(
        id=name,
        solids=topology.solids,
        volume=volume,
        area=surface.Mass(),
        center=_xyz((solid if volume else surface).CentreOfMass()),
        box_min=low,
        box_max=high,
        watertight=watertight,
        valid=watertight and volume > 0 and is_sound(shape),
    )


def _cylinder(surface: Turned) -> Cylinder:
    """A blind hole starts at its mouth; everything else at its lower end along the axis."""
    start, direction = surface.at(surface.start), surface.direction
    if surface.hollow and surface.open_start < surface.open_end:
        start, direction = surface.at(surface.end), _negated(surface.direction)
    return Cylinder(
        body=surface.body,
        kind="hole" if surface.hollow else "boss",
        radius=surface.radius,
        axis_point=start,
        axis_direction=direction,
        length=surface.end - surface.start,
        through=(surface.open_start and surface.open_end) if surface.hollow else None,
        angle=surface.angle,
    )


def _holes(turned: list[Turned]) -> list[Hole]:
    """Join coaxial hollow cylinders and cones that run into each other; each run with a bore is a hole."""
    hollow = [t for t in turned if t.kind in ("cylinder", "cone") and t.hollow and t.angle > 181]
    hollow.sort(key=lambda t: (t.body, t.line, t.start, t.end))
    runs: list[list[Turned]] = []
    for surface in hollow:
        if runs and runs[-1][0].same_line(surface):
            reach = max(t.end for t in runs[-1])
            if surface.start <= reach + 1e-6 * (1 + abs(reach)):
                runs[-1].append(surface)
                continue
        runs.append([surface])
    holes = []
    for run in runs:
        bores = [t for t in run if t.kind == "cylinder"]
        if not bores:
            continue
        first, last = min(run, key=lambda t: t.start), max(run, key=lambda t: t.end)
        # The mouth is the open end; of two open ends the wider one.
        from_end = first.open_start < last.open_end
        if first.open_start and last.open_end:
            from_end = bores[-1].radius > bores[0].radius + 1e-6
        if from_end:
            bores.reverse()
        holes.append(
            Hole(
                body=first.body,
                radii=tuple(t.radius for t in bores),
                axis_point=last.at(last.end) if from_end else first.at(first.start),
                axis_direction=_negated(first.direction) if from_end else first.direction,
                depth=last.end - first.start,
                through=first.open_start and last.open_end,
            )
        )
    return holes


def _rounds(partial: list[Turned]) -> tuple[Round, ...]:
    """Count the partial cylinders by radius, sense and angle."""
    counted: dict[tuple[float, bool, float], Round] = {}
    for t in partial:
        key = (round(t.radius, 4), t.hollow, round(t.angle, 1))
        known = counted.get(key)
        counted[key] = (
            replace(known, count=known.count + 1)
            if known
            else Round("inner" if t.hollow else "outer", t.radius, t.angle, 1)
        )
    return tuple(counted[key] for key in sorted(counted))


def _weighted_center(parts: list[Body], volume: float) -> Point:
    if not parts:
        return (0.0, 0.0, 0.0)
    weights = [p.volume / volume if volume else 1 / len(parts) for p in parts]
    x, y, z = (sum(w * p.center[i] for w, p in zip(weights, parts, strict=True)) for i in range(3))
    return (x, y, z)


def _corner(pick: Any, corners: list[Point]) -> Point:
    if not corners:
        return (0.0, 0.0, 0.0)
    x, y, z = (pick(values) for values in zip(*corners, strict=True))
    return (x, y, z)


def _xyz(point: Any) -> Point:
    return (point.X(), point.Y(), point.Z())


def _negated(direction: Point) -> Point:
    return (-direction[0], -direction[1], -direction[2])


def _order(item: Any) -> list[Any]:
    """A sort key that kernel noise cannot disturb."""
    return [_sortable(_rounded(value)) for value in vars(item).values()]


def _sortable(value: Any) -> Any:
    return -1 if value is None else value


def _rounded(value: Any) -> Any:
    """Round all numbers inside; negative zero becomes zero, tuples become lists."""
    if isinstance(value, float):
        return round(value, DIGITS) + 0.0
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_rounded(item) for item in value]
    return value


def _number(value: float) -> str:
    """Six significant digits, or two decimals from a thousand up, without trailing zeros."""
    if abs(value) < 1000:
        return f"{value + 0.0:.6g}"
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _times(size: Point) -> str:
    return " × ".join(_number(value) for value in size)


def _triple(point: Point) -> str:
    return "(" + ", ".join(_number(round(value, DIGITS) + 0.0) for value in point) + ")"


def _grouped(items: Any, words: Any) -> list[str]:
    """One line for equal things, with their number in front."""
    counts: dict[str, int] = {}
    for item in items:
        text, number = words(item)
        counts[text] = counts.get(text, 0) + number
    return [f"{count} × {text}" for text, count in counts.items()]


def _hole_words(hole: Hole) -> tuple[str, int]:
    diameters = " / ".join(f"⌀{_number(2 * radius)}" for radius in dict.fromkeys(hole.radii))
    return f"{diameters} {'through' if hole.through else 'blind'}, {_number(hole.depth)} deep", 1


def _boss_words(cylinder: Cylinder) -> tuple[str, int]:
    return f"⌀{_number(2 * cylinder.radius)}, {_number(cylinder.length)} long", 1


def _round_words(item: Round) -> tuple[str, int]:
    return f"{item.kind} R{_number(item.radius)}, {_number(round(item.angle, 1))}°", item.count
