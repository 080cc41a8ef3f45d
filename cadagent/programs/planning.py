"""What both program writers ask first: canonical document, steps, and which features are used again."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cadagent.design import canonical, resolve
from cadagent.design.findings import Finding
from cadagent.design.resolving import evaluate
from cadagent.design.scene import DesignError
from cadagent.design.vectors import Frame, Vector, add, cross, dot, unit
from cadagent.errors import InputError

Steps = list[dict[str, Any]]


@dataclass(frozen=True)
class Plan:
    """A design ready to be written down.

    Attributes:
        document: canonical.
        steps: of the resolved form, lengths in mm.
        values: the canonical operations with numbers (mm, degrees) for every figure.
        again: ids of features whose shape is needed once more: repeated, or asked for its edges.
    """

    document: dict[str, Any]
    steps: Steps
    values: list[dict[str, Any]]
    again: frozenset[str]

    def index(self, step: Mapping[str, Any]) -> int:
        """Which canonical operation a step came from."""
        return int(str(step["pointer"]).split("/")[2])

    def operation(self, step: Mapping[str, Any]) -> dict[str, Any]:
        """The canonical operation that a step came from, figures as written."""
        operations: list[dict[str, Any]] = self.document["operations"]
        return operations[self.index(step)]

    def sketch(self, step: Mapping[str, Any]) -> dict[str, Any] | None:
        """The canonical sketch of a step's own operation, if it has one."""
        name = self.operation(step).get("sketch")
        return next((o for o in self.document["operations"] if o["op"] == "sketch" and o["id"] == name), None)


#: Words of points of a box: axis, and whether it is the high end.
SIDES = {
    "left": (0, False),
    "right": (0, True),
    "front": (1, False),
    "back": (1, True),
    "bottom": (2, False),
    "top": (2, True),
}
KNOWN = frozenset(
    {"prism", "revolve", "loft", "sweep", "rib", "primitive", "hole", "fillet", "chamfer", "shell"}
    | {"repeat", "combine", "transform", "align"}
)


def plan(document: Mapping[str, Any], target: str) -> Plan:
    """Resolve a document in any form for a program of the given kind.

    Raises:
        DesignError: the document is no sound design.
        InputError: it holds an operation that the program cannot say (those of plug-ins).
    """
    if "refuse" in document or "ask" in document:
        raise InputError("a refusal or question is no design that could be exported")
    full = canonical(document)
    resolved = resolve(full)
    values, problems = evaluate(full)
    if problems:
        raise DesignError(problems)
    made = Plan(full, resolved["steps"], values, _used_again(resolved["steps"]))
    for step in made.steps:
        if step["do"] not in KNOWN:
            raise unsayable(made, step, target, f"the step {step['do']} comes from a plug-in")
    return made


def unsayable(made: Plan, step: Mapping[str, Any], target: str, why: str) -> DesignError:
    """The error for an operation that a program of this kind cannot say."""
    operation = made.operation(step)
    return DesignError(
        [
            Finding(
                "export.unsayable",
                f"{operation['op']} {step['id']} cannot be said in {target}: {why}.",
                str(step["pointer"]),
                hint="export STEP instead, or replace this operation",
            )
        ]
    )


def _used_again(steps: Steps) -> frozenset[str]:
    names: set[str] = set()
    for step in steps:
        if step["do"] == "repeat":
            names.update(step["features"])
        for selector in step.get("edges", ()):
            if selector["select"] == "feature":
                names.add(selector["id"])
            if selector.get("of"):
                names.add(selector["of"])
    return frozenset(names)


@dataclass(frozen=True)
class Rotation:
    """A rotation about an axis in space."""

    point: Vector
    axis: Vector
    degrees: float


def mirror_plane(matrix: list[float]) -> tuple[Vector, Vector]:
    """A point and the unit normal of the plane of a reflection, row-major 3 × 4."""
    rows, shift = _parts(matrix)
    square = [[(1.0 if i == j else 0.0) - rows[i][j] for j in range(3)] for i in range(3)]
    longest = max(range(3), key=lambda i: square[i][i])
    normal = unit(square[longest])
    return add((0.0, 0.0, 0.0), normal, dot(normal, shift) / 2), normal


def rotation_of(matrix: list[float]) -> Rotation:
    """Axis, fixed point and angle (0 to 360 degrees) of a rotation, row-major 3 × 4."""
    rows, shift = _parts(matrix)
    cosine = max(-1.0, min(1.0, (rows[0][0] + rows[1][1] + rows[2][2] - 1) / 2))
    twist = (rows[2][1] - rows[1][2], rows[0][2] - rows[2][0], rows[1][0] - rows[0][1])
    if math.hypot(*twist) > 1e-9:
        axis = unit(twist)
    else:  # half a turn: R = 2 a aᵀ − 1
        longest = max(range(3), key=lambda i: rows[i][i])
        axis = unit([rows[longest][j] + (1.0 if j == longest else 0.0) for j in range(3)])
    angle = math.atan2(math.hypot(*twist) / 2, cosine)
    across = add(shift, axis, -dot(axis, shift))
    turned = cross(axis, across)
    half = 1.0 / math.tan(angle / 2) if angle > 1e-12 else 0.0
    point = tuple((a + half * b) / 2 for a, b in zip(across, turned, strict=True))
    return Rotation(point, axis, math.degrees(angle))  # type: ignore[arg-type]  # three coordinates


def scale_of(matrix: list[float]) -> float | None:
    """The factor of a uniform scaling, None for a rigid motion."""
    rows, _ = _parts(matrix)
    factor = math.sqrt(dot(rows[0], rows[0]))
    return None if abs(factor - 1.0) < 1e-9 else factor


def _parts(matrix: list[float]) -> tuple[list[Vector], Vector]:
    rows = [(matrix[4 * i], matrix[4 * i + 1], matrix[4 * i + 2]) for i in range(3)]
    return rows, (matrix[3], matrix[7], matrix[11])


def facing(point: tuple[float, float, float], normal: tuple[float, float, float]) -> Frame:
    """Some frame at a point with a normal."""
    least = min(range(3), key=lambda i: abs(normal[i]))
    helper = tuple(1.0 if i == least else 0.0 for i in range(3))
    u = unit(cross(helper, normal))
    return Frame(point, u, cross(normal, u), normal)


def grid_frame(
    across: tuple[float, float, float] | None, along: tuple[float, float, float] | None
) -> tuple[Frame, tuple[float, float]]:
    """A frame whose u and v run with the steps of a grid, and how long these are (0 without copies)."""
    if across is None or along is None:
        only = across or along
        assert only is not None  # a grid of one item has no copies and is not written
        frame = facing((0.0, 0.0, 0.0), unit(only))
        length = dot(only, only) ** 0.5
        first = Frame(frame.origin, frame.n, frame.u, frame.v)
        if across is None:
            return Frame(frame.origin, frame.v, frame.n, frame.u), (0.0, length)
        return first, (length, 0.0)
    u, v = unit(across), unit(along)
    lengths = (dot(across, across) ** 0.5, dot(along, along) ** 0.5)
    return Frame((0.0, 0.0, 0.0), u, v, cross(u, v)), lengths
