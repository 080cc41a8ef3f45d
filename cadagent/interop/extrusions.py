"""Extruded sketches, which all three JSON formats are made of, as compact CAD JSON operations."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from .frames import Frame, Placement, Vector, dot, place, pose_operations, upright
from .geometry2d import (
    Circle,
    Curve,
    Ellipse,
    Loop,
    Region,
    Segment,
    flatten,
    merged_regions,
    separate_islands,
)
from .numbers import Point, tidy
from .reader import Node
from .shapes import profile

JsonObject = dict[str, Any]

#: Curves of one sketch, and extrusions of one file, beyond which no part is meant; the kernel builds fewer.
MAX_CURVES, MAX_EXTRUSIONS = 2000, 1000


@dataclass(frozen=True)
class Face:
    """One face of a sketch: its loops, each a list of curves in any order."""

    loops: tuple[tuple[Curve, ...], ...]


def check_curves(node: Node, faces: Sequence[Face]) -> None:
    """Refuse a sketch that would take minutes to put in order.

    Raises:
        InputError: it has more than :data:`MAX_CURVES`; ``node`` says where it stands.
    """
    count = sum(len(loop) for face in faces for loop in face.loops)
    if count > MAX_CURVES:
        raise node.fail(f"{count} curves in one sketch, the limit is {MAX_CURVES}")


@dataclass
class Extrusion:
    """Faces of one sketch, swept along the sketch's normal; lengths in the unit of the document.

    Attributes:
        mode: new, join, cut or intersect.
        start, end: where along the normal the material (or the cut) begins and ends, start < end.
        extent: ``through`` instead of a depth; the sign of ``end`` then says which way.
        taper: degrees, positive inwards, from the sketch plane on.
    """

    mode: str
    frame: Frame
    faces: list[Face]
    start: float
    end: float
    extent: str | None = None
    taper: float = 0.0

    def box(self) -> tuple[Vector, Vector]:
        """Lowest and highest corner of a world box around it; for tilted frames too large."""
        points = [point for face in self.faces for loop in face.loops for c in loop for point in _extremes(c)]
        us, vs = [p[0] for p in points], [p[1] for p in points]
        corners = [
            [
                o + dot(uvn, axes)
                for o, *axes in zip(self.frame.origin, self.frame.u, self.frame.v, self.frame.n, strict=True)
            ]
            for uvn in product((min(us), max(us)), (min(vs), max(vs)), (self.start, self.end))
        ]
        low, high = ([pick(axis) for axis in zip(*corners, strict=True)] for pick in (min, max))
        return (low[0], low[1], low[2]), (high[0], high[1], high[2])


def _extremes(curve: Curve) -> list[Point]:
    ends = [curve.start, curve.end] if isinstance(curve, Segment) else []
    return [*ends, *flatten(Loop((curve,)))]


@dataclass
class Writer:
    """Turns extrusions into the operations of one document.

    Attributes:
        tolerance: how far points of the source may be apart that mean the same.
        noise: up to where digits of the source mean nothing.
        pose: how the part stands as a whole, when it is drawn upright (see :func:`frames.common_pose`).
    """

    tolerance: float
    noise: float = 5e-7
    pose: Frame | None = None
    operations: list[JsonObject] = field(default_factory=list)
    boxes: list[tuple[Vector, Vector]] = field(default_factory=list)

    def upright(self, frame: Frame) -> Frame:
        """A frame of the source as it is drawn."""
        return frame if self.pose is None else upright(frame, self.pose)

    def document(self, units: str) -> JsonObject:
        """The finished document."""
        pose = [] if self.pose is None else pose_operations(self.pose, self.noise)
        return {"units": units, "operations": [*self.operations, *pose]}

    def meets(self, extrusion: Extrusion, reach: float) -> bool:
        """Whether its box comes within ``reach`` of earlier material's; negative: overlaps by that."""
        low, high = extrusion.box()
        return any(
            all(low[i] <= top[i] + reach and bottom[i] <= high[i] + reach for i in range(3))
            for bottom, top in self.boxes
        )

    def add(self, extrusion: Extrusion) -> bool:
        """Append the operations of an extrusion: one, or several where material lies in another face's hole.

        Returns False, and appends nothing, for a cut clear of all material: such dead features occur in
        modelling histories, and CAD JSON holds them for mistakes.

        Raises:
            OpenLoop: a loop of the sketch does not close.
        """
        if extrusion.mode == "cut":
            if extrusion.extent is None and not self.meets(extrusion, -self.tolerance):
                return False
        else:
            self.boxes.append(extrusion.box())
        placement = place(extrusion.frame, noise=self.noise)
        faces = [
            [[_placed_curve(c, placement) for c in loop] for loop in face.loops] for face in extrusion.faces
        ]
        start, end = extrusion.start, extrusion.end
        if placement.flipped:
            start, end = -end, -start
        keys, depth = dict(placement.keys), self._depth(start, end, extrusion)
        if start > self.noise or end < -self.noise:
            # Off the sketch plane altogether: move the plane to the nearer end.
            keys = place(extrusion.frame, _nearest(extrusion), self.noise).keys
        for group in separate_islands(merged_regions(faces, self.tolerance)):
            self.operations.append(self._operation(extrusion.mode, keys, group, depth))
        return True

    def _operation(
        self, mode: str, keys: JsonObject, group: Sequence[Region], depth: JsonObject
    ) -> JsonObject:
        operation: JsonObject = {"op": "extrude"}
        default = "join" if self.operations else "new"
        if mode != default:
            operation["mode"] = mode
        operation.update(keys)
        operation["profile"] = profile(group, self.tolerance, self.noise)
        operation.update(depth)
        return operation

    def _depth(self, start: float, end: float, extrusion: Extrusion) -> JsonObject:
        """The extent keys of a feature that reaches from ``start`` to ``end`` along the placed normal."""
        keys: JsonObject = {}
        reverse = end <= self.noise
        if extrusion.extent:
            keys["extent"] = extrusion.extent
        elif abs(start + end) <= self.noise:
            keys.update(depth=tidy(end - start, self.noise), symmetric=True)
        elif start < -self.noise and end > self.noise:
            keys.update(depth=tidy(end, self.noise), depth2=tidy(-start, self.noise))
        else:
            keys["depth"] = tidy(end - start, self.noise)
        if reverse:
            keys["reverse"] = True
        if tidy(extrusion.taper):
            keys["taper"] = tidy(extrusion.taper)
        return keys


def _nearest(extrusion: Extrusion) -> float:
    return min(extrusion.start, extrusion.end, key=abs)


def _placed_curve(curve: Curve, placement: Placement) -> Curve:
    if isinstance(curve, Circle):
        return Circle(placement.point(curve.center), curve.radius)
    if isinstance(curve, Ellipse):
        turn = math.radians(curve.angle)
        x, y = math.cos(turn), math.sin(turn)
        mapped: Point = (x * placement.ex[0] + y * placement.ey[0], x * placement.ex[1] + y * placement.ey[1])
        return Ellipse(
            placement.point(curve.center), curve.rx, curve.ry, math.degrees(math.atan2(mapped[1], mapped[0]))
        )
    mid = None if curve.mid is None else placement.point(curve.mid)
    return Segment(placement.point(curve.start), placement.point(curve.end), mid)


def interval(kind: str, one: float, two: float = 0.0) -> tuple[float, float]:
    """Where along the normal an extrusion begins and ends.

    ``kind`` is one-side, symmetric (``one`` per side) or two-sides; distances may be negative, which turns
    that side round.
    """
    if kind == "symmetric":
        return -abs(one), abs(one)
    a, b = (one, 0.0) if kind == "one-side" else (one, -two)
    return min(a, b), max(a, b)
