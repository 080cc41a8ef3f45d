"""The solid in a file, measured: a design, the exact solids of a STEP file, the mesh of an STL file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cadagent.evaluation.comparison import SECONDS, Source, load, side_of

if TYPE_CHECKING:
    from cadagent.kernel.measure import Measurement
    from cadagent.kernel.mesh import Mesh


@dataclass(frozen=True, eq=False)
class Measured:
    """A solid and what was measured on it.

    Attributes:
        figures: JSON-ready, the keys of a :class:`cadagent.kernel.Measurement`; a mesh has some of them, and
            ``triangles``. The ``volume`` of a mesh that is not closed is None.
        lines: for a person, one fact a line.
        mesh: to draw.
    """

    figures: dict[str, Any]
    lines: list[str]
    mesh: Mesh

    @classmethod
    def exactly(cls, measurement: Measurement, mesh: Mesh) -> Measured:
        """Of exact bodies."""
        return cls(measurement.as_dict(), measurement.as_lines(), mesh)


def measure_source(source: Source) -> Measured:
    """Measure a solid in a worker process.

    Raises:
        InputError: the file cannot be read, or takes too long to.
        BuildError: the design could not be built.
    """
    from cadagent.kernel import Limits, call_many

    what = f"measuring {source.name}"
    return call_many(measure_here, [(source,)], [what], limits=Limits(seconds=SECONDS))[0]


def measure_here(source: Source) -> Measured:
    """As :func:`measure_source`, in this process."""
    from cadagent.kernel import Part
    from cadagent.kernel.measure import measure

    bodies, mesh = load(source)
    if mesh is None:
        return Measured.exactly(measure(bodies), Part(bodies).mesh)
    side = side_of(source, bodies, mesh)
    figures: dict[str, Any] = {
        "bodies": side.bodies,
        "box_min": side.box_min,
        "box_max": side.box_max,
        "size": side.size,
        "volume": side.volume if side.closed else None,
        "area": side.area,
        "watertight": side.closed,
        "triangles": len(mesh.triangles),
    }
    closed = "watertight" if side.closed else "open, and so without a volume"
    lines = [
        f"size       {' × '.join(f'{value:.6g}' for value in side.size)} mm",
        f"box        {_triple(side.box_min)} to {_triple(side.box_max)}",
        *([f"volume     {side.volume:.6g} mm³"] if side.closed else []),
        f"area       {side.area:.6g} mm²",
        f"bodies     {side.bodies} ({closed})",
        f"triangles  {len(mesh.triangles)}",
    ]
    return Measured(figures, lines, mesh)


def _triple(point: tuple[float, float, float]) -> str:
    return f"({', '.join(f'{value:.6g}' for value in point)})"
