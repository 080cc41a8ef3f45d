"""What of a solid can be held against a figure: distances along its directions, circles, angles, equal faces.

A figure of a request names no place, so a solid is turned into the distances that somebody could measure on
it. Along every direction that matters (the axes of the world and the normals of its flat faces) all stations
are gathered: flat faces, corners, the ends and rims of round faces, and axes. A length is there when two
stations are that far apart. Everything is in millimetres and degrees.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cadagent.kernel.measure import Hole, Measurement
    from cadagent.kernel.mesh import Mesh

Point = tuple[float, float, float]
MOST_DIRECTIONS = 12
MOST_STATIONS = 400
_PARALLEL = 1e-4
_WORLD: tuple[Point, ...] = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


@dataclass(frozen=True)
class Circle:
    """A circular edge or round face: its radius, a point of its axis and the axis' direction."""

    radius: float
    center: Point
    axis: Point
    kind: str


@dataclass
class Stations:
    """Positions along one direction: of flat faces and ends, of corners, and of axes and rims.

    A size lies between two faces or between two corners; a place is anything that a distance is given to.
    """

    direction: Point
    faces: list[float] = field(default_factory=list)
    corners: list[float] = field(default_factory=list)
    rims: list[float] = field(default_factory=list)

    def size(self, value: float) -> float | None:
        """The size along this direction that is nearest to a value."""
        found = [nearest_distance(self._faces, value), nearest_distance(self._corners, value)]
        return min((f for f in found if f is not None), key=lambda f: abs(f - value), default=None)

    def distance(self, value: float) -> float | None:
        """The distance of any two places along this direction that is nearest to a value."""
        return nearest_distance(self._places, value)

    @cached_property
    def _faces(self) -> Any:
        return _unique(self.faces)

    @cached_property
    def _corners(self) -> Any:
        return _unique(self.corners)

    @cached_property
    def _places(self) -> Any:
        return _unique([*self.faces, *self.corners, *self.rims])


def _unique(values: list[float]) -> Any:
    import numpy as np

    found = np.unique(np.round(np.asarray(values, dtype=np.float64), 5))
    return found[:: max(1, len(found) // MOST_STATIONS + 1)] if len(found) > MOST_STATIONS else found


def nearest_distance(positions: Any, value: float) -> float | None:
    """Of all distances between two positions (sorted), the one nearest to a value."""
    import numpy as np

    if len(positions) < 2:
        return None
    wanted = positions + value
    right = np.clip(np.searchsorted(positions, wanted), 1, len(positions) - 1)
    near = np.where(
        np.abs(positions[right] - wanted) < np.abs(positions[right - 1] - wanted),
        positions[right],
        positions[right - 1],
    )
    distances = near - positions
    return float(distances[np.argmin(np.abs(distances - value))])


class Facts:
    """All that can be measured on one solid; parts of it are worked out when first asked for.

    Args:
        measured: the solid.
        mesh: of the same solid; without it corners, arcs and cones are not known (``complete`` is false).
    """

    def __init__(self, measured: Measurement, mesh: Mesh | None = None) -> None:
        self.measured, self.complete = measured, mesh is not None
        self.corners: list[Point] = []
        self.arcs: list[Circle] = []
        self.edges: list[float] = []
        self.lines: list[tuple[Point, Point]] = []
        if mesh is not None:
            self._read(mesh)

    def _read(self, mesh: Mesh) -> None:
        corners: set[Point] = set()
        for line in [*mesh.edges, *mesh.smooth_edges]:
            points = line.tolist()
            first, last = tuple(points[0]), tuple(points[-1])
            corners |= {first, last} if first != last else set()
            if len(points) == 2:
                self.edges.append(math.dist(first, last))
                self.lines.append((first, last))
            elif (circle := _circle(points)) is not None:
                self.arcs.append(circle)
        self.corners = sorted(corners)

    @cached_property
    def circles(self) -> list[Circle]:
        """Round faces and circular edges, each once."""
        found = [Circle(c.radius, c.axis_point, c.axis_direction, c.kind) for c in self.measured.cylinders]
        found += [
            Circle(r, h.axis_point, h.axis_direction, "hole") for h in self.measured.holes for r in h.radii
        ]
        return list({_key(circle): circle for circle in [*self.arcs, *found]}.values())

    @cached_property
    def radii(self) -> list[float]:
        """Every radius: of cylinders, of roundings and of circular edges; of balls by their box."""
        measured = self.measured
        found = [circle.radius for circle in self.circles] + [item.radius for item in measured.rounds]
        if measured.spheres or measured.tori:
            found += [size / 2 for part in measured.parts for size in _extent(part.box_min, part.box_max)]
        return sorted({round(radius, 5) for radius in found})

    @cached_property
    def stations(self) -> list[Stations]:
        """Stations along the world's axes and the normals of the largest flat faces."""
        areas: Counter[Point] = Counter()
        for plane in self.measured.planes:
            areas[_line(plane.normal)] += plane.area  # type: ignore[assignment]  # areas, not counts
        slanted = [normal for normal, _ in areas.most_common() if not any(_along(normal, w) for w in _WORLD)]
        return [self._along(direction) for direction in [*_WORLD, *slanted[:MOST_DIRECTIONS]]]

    def _along(self, direction: Point) -> Stations:
        measured, found = self.measured, Stations(direction)
        faces = found.faces
        faces += [
            plane.position * _dot(plane.normal, direction)
            for plane in measured.planes
            if _along(plane.normal, direction)
        ]
        if self.slanted or direction not in _WORLD:
            found.corners += [_dot(corner, direction) for corner in self.corners]
        for axis, world in enumerate(_WORLD):
            if world == direction:
                faces += [measured.box_min[axis], measured.box_max[axis]]
                for part in measured.parts:
                    faces += [part.box_min[axis], part.box_max[axis]]
        runs = [(c.axis_point, c.axis_direction, c.length) for c in measured.cylinders]
        runs += [(hole.axis_point, hole.axis_direction, hole.depth) for hole in measured.holes]
        for point, way, length in runs:
            lean = _dot(way, direction)
            if abs(lean) > 1 - _PARALLEL:
                start = _dot(point, direction)
                faces += [start, start + lean * length]
        for circle in self.circles:
            lean, middle = _dot(circle.axis, direction), _dot(circle.center, direction)
            if abs(lean) < _PARALLEL:
                found.rims += [middle, middle - circle.radius, middle + circle.radius]
            elif abs(lean) > 1 - _PARALLEL:
                faces.append(middle)
        return found

    @cached_property
    def slanted(self) -> bool:
        """Is any flat face askew to the world's axes?"""
        return any(not any(_along(p.normal, world) for world in _WORLD) for p in self.measured.planes)

    @cached_property
    def angles(self) -> list[float]:
        """Angles between flat faces, and how far round faces reach, in degrees."""
        normals = list({_rounded(plane.normal) for plane in self.measured.planes})[:60]
        found = {item.angle for item in self.measured.rounds} | {c.angle for c in self.measured.cylinders}
        for index, one in enumerate(normals):
            for other in normals[:index]:
                angle = math.degrees(math.acos(max(-1.0, min(1.0, _dot(one, other)))))
                found |= {angle, 180 - angle, angle / 2, 90 - angle / 2}
        return sorted(found)

    @cached_property
    def axis_distances(self) -> list[float]:
        """Distances of parallel axes, and diameters and radii of circles on which equal ones stand."""
        axes: dict[tuple[Point, Point], Circle] = {}
        for circle in self.circles:
            line = _line(circle.axis)
            foot = _minus(circle.center, line, _dot(circle.center, line))
            axes.setdefault((line, _rounded(foot, 3)), circle)
        keys = list(axes)[:120]
        found = {
            math.dist(one[1], other[1])
            for index, one in enumerate(keys)
            for other in keys[:index]
            if one[0] == other[0]
        }
        rows: dict[tuple[Point, float], list[Point]] = {}
        for (line, foot), circle in axes.items():
            rows.setdefault((line, round(circle.radius, 4)), []).append(foot)
        for feet in rows.values():
            if len(feet) > 2:
                middle = tuple(sum(values) / len(feet) for values in zip(*feet, strict=True))
                found |= {scale * math.dist(foot, middle) for foot in feet for scale in (1, 2)}
        return sorted(found)

    @cached_property
    def equal_faces(self) -> set[int]:
        """How often faces of one size look the same way: legs have as many equal soles."""
        flat = Counter((_rounded(p.normal, 3), round(p.area, 4)) for p in self.measured.planes)
        return set(flat.values())

    @cached_property
    def equal_sides(self) -> set[int]:
        """How many flat faces have one size, whichever way they look: a hexagonal prism has six."""
        return set(Counter(round(plane.area, 4) for plane in self.measured.planes).values())

    @cached_property
    def _holes(self) -> list[Hole]:
        """Holes on one axis and of one bore counted once: a pocket may cut a drilling in two."""
        lines: dict[Any, Hole] = {}
        for hole in self.measured.holes:
            line = _line(hole.axis_direction)
            foot = _minus(hole.axis_point, line, _dot(hole.axis_point, line))
            lines.setdefault((line, _rounded(foot, 3), round(hole.radii[0], 4)), hole)
        return list(lines.values())

    @property
    def hole_count(self) -> int:
        """Round holes, those on one axis and of one bore counted once."""
        return len(self._holes)

    @cached_property
    def equal_holes(self) -> set[int]:
        """How many holes of one kind there are, and bosses, for every kind there is."""
        holes = Counter(tuple(round(radius, 4) for radius in hole.radii) for hole in self._holes)
        bosses = Counter(round(c.radius, 4) for c in self.measured.cylinders if c.kind == "boss")
        return set(holes.values()) | set(bosses.values())

    @cached_property
    def corner_distances(self) -> list[float]:
        """Distances of corners in one plane across a world axis: over the corners of a polygon."""
        found: set[float] = set()
        corners = self.corners[:80]
        for index, one in enumerate(corners):
            for other in corners[:index]:
                if any(abs(a - b) < 1e-6 for a, b in zip(one, other, strict=True)):
                    found.add(round(math.dist(one, other), 6))
        return sorted(found)


def _circle(points: list[list[float]]) -> Circle | None:
    """The circle through a polyline, unless its points lie on none."""
    count = len(points)
    closed = points[0] == points[-1]
    picked = (0, count // 3, 2 * count // 3) if closed else (0, count // 2, count - 1)
    a, b, c = (points[index] for index in picked)
    ab, ac = _minus(b, a), _minus(c, a)
    normal = _cross(ab, ac)
    length = _dot(normal, normal)
    if length < 1e-12 * _dot(ab, ab) * _dot(ac, ac) or not length:
        return None
    first, second = _cross(normal, ab), _cross(ac, normal)
    center = tuple(
        a[i] + (_dot(ac, ac) * first[i] + _dot(ab, ab) * second[i]) / (2 * length) for i in range(3)
    )
    radius = math.dist(a, center)
    if any(abs(math.dist(point, center) - radius) > 1e-4 * radius for point in points):
        return None
    scale = 1 / math.sqrt(length)
    axis = (normal[0] * scale, normal[1] * scale, normal[2] * scale)
    return Circle(radius, (center[0], center[1], center[2]), axis, "edge")


def _key(circle: Circle) -> tuple[Any, ...]:
    return (round(circle.radius, 4), _rounded(circle.center, 3), _line(circle.axis))


def _line(direction: Any) -> Point:
    """A direction and its opposite as one, rounded."""
    rounded = _rounded(direction)
    first = next((value for value in rounded if value), 1.0)
    return rounded if first > 0 else (-rounded[0] + 0.0, -rounded[1] + 0.0, -rounded[2] + 0.0)


def _rounded(point: Any, digits: int = 4) -> Point:
    x, y, z = point
    return (round(x, digits) + 0.0, round(y, digits) + 0.0, round(z, digits) + 0.0)


def _along(a: Any, b: Any) -> bool:
    return abs(_dot(a, b)) > 1 - 1e-7


def _extent(low: Point, high: Point) -> list[float]:
    return [b - a for a, b in zip(low, high, strict=True)]


def _dot(a: Any, b: Any) -> float:
    return float(a[0] * b[0] + a[1] * b[1] + a[2] * b[2])


def _minus(a: Any, b: Any, times: float = 1.0) -> Point:
    return (a[0] - times * b[0], a[1] - times * b[1], a[2] - times * b[2])


def _cross(a: Any, b: Any) -> Point:
    return (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])
