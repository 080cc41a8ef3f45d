"""Two solids compared: agreement, sizes, and the material that only one of them has."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cadagent.errors import BuildError, InputError

from .geometry import AGREES, FINE, LOOSE, facet_angle

if TYPE_CHECKING:
    from OCP.TopoDS import TopoDS_Shape

    from cadagent.kernel.compare import Difference
    from cadagent.kernel.limits import Limits
    from cadagent.kernel.mesh import Mesh

#: Seconds that reading and comparing two files may take.
SECONDS = 120.0


@dataclass(frozen=True)
class Side:
    """One of the two solids; lengths in mm.

    Attributes:
        name: what messages call it.
        kind: ``design``, ``step`` or ``stl``.
        bodies: number of solids (of shells that enclose material, for a mesh).
        closed: whether it encloses a volume without gaps.
    """

    name: str
    kind: str
    bodies: int
    volume: float
    area: float
    size: tuple[float, float, float]
    box_min: tuple[float, float, float]
    box_max: tuple[float, float, float]
    closed: bool

    def as_dict(self) -> dict[str, Any]:
        return {key: getattr(self, key) for key in self.__dataclass_fields__}


@dataclass(frozen=True, eq=False)
class Comparison:
    """How two solids agree.

    Attributes:
        first, second: their sizes.
        iou: intersection over union; None where a solid is not closed, and ``problem`` says so.
        chamfer: chamfer distance × 1000.
        difference: common, removed and added material, with the first solid moved as for ``iou``.
        fineness: how round faces were meshed, for a person.
        problem: why there is no ``iou``.
    """

    first: Side
    second: Side
    iou: float | None
    chamfer: float
    difference: Difference | None
    fineness: str
    problem: str = ""

    def as_dict(self) -> dict[str, Any]:
        volumes = None
        if self.difference is not None:
            volumes = dict(zip(("common", "removed", "added"), self.difference.volumes, strict=True))
        return {
            "first": self.first.as_dict(),
            "second": self.second.as_dict(),
            "iou": self.iou,
            "chamfer": self.chamfer,
            "volumes": volumes,
            "fineness": self.fineness,
            "problem": self.problem or None,
        }


@dataclass(frozen=True)
class Source:
    """Where a solid comes from: a resolved design, or a STEP or STL file."""

    name: str
    kind: str
    resolved: Mapping[str, Any] | None = None
    path: Path | None = None


def compare_solids(
    first: Source, second: Source, *, pose: bool = False, limits: Limits | None = None
) -> Comparison:
    """Compare two solids in a worker process.

    ``pose``: the first is turned and moved onto the second as fits best (the 24 rotations along the axes).

    Raises:
        InputError: a file cannot be read, or the comparison took too long.
        BuildError: a design could not be built.
    """
    from cadagent.kernel import Limits, call_many

    what = f"comparing {first.name} with {second.name}"
    chosen = limits or Limits(seconds=SECONDS)
    return call_many(compare_here, [(first, second, pose)], [what], limits=chosen)[0]


def compare_here(first: Source, second: Source, pose: bool) -> Comparison:
    """As :func:`compare_solids`, in this process."""
    from cadagent.kernel.compare import chamfer, difference
    from cadagent.kernel.mesh import Mesh

    loaded = [load(source) for source in (first, second)]
    sides = [side_of(source, *solid) for source, solid in zip((first, second), loaded, strict=True)]
    best: Difference | None = None
    problem = words = ""
    meshes: list[Mesh] = []
    for fineness, told in _finenesses(loaded):
        tried = [mesh if mesh is not None else _meshed(bodies, fineness) for bodies, mesh in loaded]
        meshes = meshes or tried
        try:
            found = difference(*tried, pose_invariant=pose)
        except InputError as error:
            problem = str(error)
            continue
        if best is None or found.iou > best.iou:
            best, meshes, words = found, tried, told
        if best.iou >= AGREES:
            break
    moved = meshes[0]
    if best is not None:
        problem = ""
        vertices = moved.vertices @ best.matrix[:, :3].T + best.matrix[:, 3]
        moved = Mesh(vertices, moved.triangles)
    return Comparison(
        sides[0],
        sides[1],
        best.iou if best is not None else None,
        chamfer(moved, meshes[1]),
        best,
        words,
        problem,
    )


Loaded = tuple["Mapping[str, TopoDS_Shape]", "Mesh | None"]


def load(source: Source) -> Loaded:
    """Bodies of a design or STEP file, or the mesh of an STL file; for a worker process.

    Raises:
        InputError: the file cannot be read.
        BuildError: the design could not be built.
    """
    from cadagent.kernel import build_solid, read_step, read_stl
    from cadagent.kernel.context import StepProblem
    from cadagent.kernel.guard import guarded

    if source.resolved is not None:
        built = build_solid(dict(source.resolved))
        if not built.ok:
            reasons = "; ".join(f.one_line() for f in built.findings if f.severity == "error")
            raise BuildError(f"{source.name}: {reasons}")
        return built.bodies, None
    assert source.path is not None  # a source is one or the other
    try:
        if source.kind == "stl":
            return {}, read_stl(source.path)
        with guarded("STEP file"):
            return read_step(source.path), None
    except InputError as error:  # workers know the file by its whole path, people by what they wrote
        raise InputError(str(error).replace(str(source.path), source.name)) from error
    except StepProblem as problem:
        raise InputError(f"{source.name}: the STEP file cannot be read ({problem.actual})") from problem


def side_of(source: Source, bodies: Mapping[str, TopoDS_Shape], mesh: Mesh | None) -> Side:
    """The sizes of a solid that was loaded."""
    from cadagent.kernel.measure import measure

    if mesh is None:
        m = measure(bodies)
        return Side(
            source.name, source.kind, m.bodies, m.volume, m.area, m.size, m.box_min, m.box_max, m.watertight
        )
    low, high = (tuple(round(float(x), 6) for x in corner) for corner in mesh.box)
    size = tuple(round(b - a, 6) for a, b in zip(low, high, strict=True))
    return Side(
        source.name,
        source.kind,
        _shells(mesh),
        round(abs(mesh.volume), 6),
        round(mesh.area, 6),
        (size[0], size[1], size[2]),
        (low[0], low[1], low[2]),
        (high[0], high[1], high[2]),
        mesh.watertight,
    )


def _finenesses(loaded: list[Loaded]) -> list[tuple[tuple[float, float], str]]:
    """How to mesh exact bodies, in the order of trial, with words for each; see :mod:`.geometry`."""
    fine = (FINE, "exact bodies meshed finely")
    meshes = [mesh for _, mesh in loaded if mesh is not None]
    if len(meshes) != 1:
        return [fine if not meshes else (FINE, "as meshed in the files")]
    angle = facet_angle(meshes[0])
    if angle is None:
        return [fine]
    told = f"exact bodies meshed with facets of {angle:g}°, as in the STL file"
    return [((LOOSE, math.radians(angle * times) * 1.0001), told) for times in (2, 1)] + [fine]


def _meshed(bodies: Mapping[str, TopoDS_Shape], fineness: tuple[float, float]) -> Mesh:
    from cadagent.kernel.mesh import tessellate

    return tessellate(bodies, *fineness)


def _shells(mesh: Mesh) -> int:
    """Connected pieces of a mesh that enclose material; cavities count for nothing."""
    import numpy as np

    labels = np.arange(len(mesh.vertices))
    a, b, c = mesh.triangles.T
    while True:
        lowest = np.minimum(np.minimum(labels[a], labels[b]), labels[c])
        before = labels.copy()
        for corner in (a, b, c):
            np.minimum.at(labels, corner, lowest)
        labels = labels[labels]
        if (labels == before).all():
            break
    center = (mesh.box[0] + mesh.box[1]) / 2
    corners = mesh.corners - center
    volumes = np.einsum("ij,ij->i", corners[:, 0], np.cross(corners[:, 1], corners[:, 2]))
    of_piece = np.bincount(labels[a], weights=volumes, minlength=len(labels))
    sign = 1.0 if of_piece.sum() >= 0 else -1.0
    return int((of_piece * sign > 0).sum())
