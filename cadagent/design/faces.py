"""Named faces: where a sketch stands when the request says "on top of the plate".

The faces of a feature are those of its box as it was built, before any later operation. They are named by the
direction of the part in which they look most, so a word means the same however the feature was sketched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cadagent.design.outlines import Box, Curve
from cadagent.design.placing import FACE_AXES, LOOKS, Area, directions
from cadagent.design.vectors import Frame, Vector, add, cross, dot, minus, unit

SIDES = tuple(FACE_AXES)
MIDDLES = ("mid_x", "mid_y", "mid_z")
OPPOSITE = {
    "top": "bottom",
    "bottom": "top",
    "front": "back",
    "back": "front",
    "left": "right",
    "right": "left",
}


@dataclass(frozen=True)
class Plane:
    """A placed sketch plane with the meaning of words on it and, on a face, its extent."""

    frame: Frame
    look: str
    extent: Box | None = None
    feature: str | None = None
    face: str | None = None

    def area(self) -> Area:
        """The area that words on this plane refer to."""
        return Area(self.extent, directions(self.look))


@dataclass(frozen=True)
class Built:
    """What later operations may refer to of a feature: its box in its own frame, as built.

    Attributes:
        frame: the feature's own frame (mm, world).
        low, high: corners of its box in that frame.
        body: id of the body it made or changed, where that is known.
        adds: whether it makes material.
        extra: further named planes (``start``, ``end``, ``side``, ``floor``, …): a named side or a plane.
        edges: straight edges of the first loop, for ``side1`` …
    """

    id: str
    op: str
    frame: Frame
    low: Vector
    high: Vector
    body: str | None = None
    adds: bool = True
    extra: Mapping[str, Plane | tuple[int, int]] = field(default_factory=dict)
    edges: Sequence[Curve] = ()

    def axes(self) -> tuple[Vector, Vector, Vector]:
        """The feature's own axes, each named by the part axis that it follows most; right-handed.

        The strongest direction cosine m is matched first, then the strongest a of the 2 × 2 rest (a b; c d).
        That is right-handed: a determinant of −1 would mean m = bc − ad ≤ bc ≤ a² ≤ m², so m = a = b = 1,
        and no unit vector has room for that.
        """
        own = [self.frame.u, self.frame.v, self.frame.n]
        pairs = sorted(
            (
                (round(-abs(vector[axis]), 9), index, axis)
                for index, vector in enumerate(own)
                for axis in range(3)
            )
        )
        chosen: dict[int, int] = {}
        for _, index, axis in pairs:
            if index not in chosen.values() and axis not in chosen:
                chosen[axis] = index
        found = [
            own[chosen[axis]] if own[chosen[axis]][axis] >= 0 else minus(own[chosen[axis]])
            for axis in range(3)
        ]
        return (found[0], found[1], found[2])

    def names(self) -> list[str]:
        """All face names this feature answers to."""
        return [*SIDES, *MIDDLES, *self.extra, *(f"side{index + 1}" for index in range(len(self.edges)))]

    def plane(self, name: str) -> Plane | None:
        """The plane of a named face, or ``None`` if the feature has no such face."""
        if name in self.extra:
            found = self.extra[name]
            return found if isinstance(found, Plane) else self._side(self._named(found), name)
        if name in SIDES or name in MIDDLES:
            return self._side(name, name)
        if name.startswith("side") and name[4:].isdigit() and 0 < int(name[4:]) <= len(self.edges):
            return self._edge(self.edges[int(name[4:]) - 1], name)
        return None

    def _named(self, own: tuple[int, int]) -> str:
        """The side name of an own direction (axis 0–2, sign)."""
        direction = [self.frame.u, self.frame.v, self.frame.n][own[0]]
        for index, axis in enumerate(self.axes()):
            along = dot(direction, axis) * own[1]
            if abs(along) > 0.5:
                return (("left", "right"), ("front", "back"), ("bottom", "top"))[index][along > 0]
        raise AssertionError("the own axes are a permutation of the frame's directions")

    def _side(self, side: str, name: str) -> Plane:
        look = LOOKS.get(side, side)
        axes = self.axes()
        (ua, us), (va, vs) = FACE_AXES[look]
        u = axes[ua] if us > 0 else minus(axes[ua])
        v = axes[va] if vs > 0 else minus(axes[va])
        normal = cross(u, v)
        center = self.frame.point(*((a + b) / 2 for a, b in zip(self.low, self.high, strict=True)))
        half = [(b - a) / 2 for a, b in zip(self.low, self.high, strict=True)]
        own = (self.frame.u, self.frame.v, self.frame.n)

        def reach(direction: Vector) -> float:
            return sum(h * abs(dot(axis, direction)) for h, axis in zip(half, own, strict=True))

        distance = 0.0 if side in MIDDLES else reach(normal)
        frame = Frame(add(center, normal, distance), u, v, normal)
        return Plane(frame, look, (-reach(u), -reach(v), reach(u), reach(v)), self.id, name)

    def _edge(self, curve: Curve, name: str) -> Plane:
        """The flat side over a straight edge of a prism's profile; outward is right of the edge."""
        (x0, y0), (x1, y1) = curve["start"], curve["end"]
        along = unit(self.frame.direction(x1 - x0, y1 - y0))
        normal = cross(along, self.frame.n)
        height = (self.low[2] + self.high[2]) / 2
        frame = Frame(
            self.frame.point((x0 + x1) / 2, (y0 + y1) / 2, height),
            cross(self.frame.n, normal),
            self.frame.n,
            normal,
        )
        half = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5 / 2
        tall = (self.high[2] - self.low[2]) / 2
        return Plane(frame, "front", (-half, -tall, half, tall), self.id, name)


def facing(plane: Plane) -> tuple[Frame, str]:
    """A plane's frame turned over so that words keep their directions, and the look it then has."""
    frame, look = plane.frame, OPPOSITE[plane.look]
    if look in ("top", "bottom"):
        return Frame(frame.origin, frame.u, minus(frame.v), minus(frame.n)), look
    return Frame(frame.origin, minus(frame.u), frame.v, minus(frame.n)), look


def reference_rows() -> list[tuple[str, str, str, str, str]]:
    """The published table: face, u, v, outward normal, words usable on it."""
    letters = "xyz"
    rows = []
    for face, ((ua, us), (va, vs)) in FACE_AXES.items():
        u, v = [0, 0, 0], [0, 0, 0]
        u[ua], v[va] = us, vs
        normal = cross(u, v)
        axis = next(index for index in range(3) if normal[index])
        text = [
            ("+" if sign > 0 else "−") + letters[index]
            for index, sign in ((ua, us), (va, vs), (axis, int(normal[axis])))
        ]
        words = ", ".join(
            f"{word} {'+' if sign > 0 else '−'}{'uv'[index]}"
            for word, (index, sign) in directions(face).items()
        )
        rows.append((face, *text, words))
    return rows  # type: ignore[return-value]  # each row is built of exactly five texts


def bounds(points: Sequence[Sequence[float]]) -> tuple[Vector, Vector]:
    """Low and high corner of the box around 3-D points."""
    columns = list(zip(*points, strict=True))
    low, high = [min(column) for column in columns], [max(column) for column in columns]
    return (low[0], low[1], low[2]), (high[0], high[1], high[2])


def as_dict(frame: Frame) -> dict[str, Any]:
    """A frame in the resolved form."""
    return {"origin": list(frame.origin), "u": list(frame.u), "v": list(frame.v), "n": list(frame.n)}
