"""What files are written from: the bodies of a built design and, made once for all files, their meshes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from OCP.TopoDS import TopoDS_Shape

    from cadagent.kernel.mesh import Mesh


@dataclass(frozen=True)
class Part:
    """A built design, in millimetres.

    Attributes:
        bodies: shapes by the id of the feature that made them, in the order in which they were made.
        resolved: the resolved form they were built from; empty for bodies that were read from a file.
    """

    bodies: Mapping[str, TopoDS_Shape]
    resolved: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def preview(self) -> Mesh:
        """All bodies in one mesh that is fine enough to look at."""
        from cadagent.kernel.mesh import tessellate

        return tessellate(self.bodies)

    @cached_property
    def mesh(self) -> Mesh:
        """All bodies in one mesh that is fine enough to be made: see :attr:`meshes`."""
        from cadagent.kernel.mesh import merge

        return merge(list(self.meshes.values()))

    @cached_property
    def meshes(self) -> dict[str, Mesh]:
        """The mesh of every body, all equally fine: the chord error goes by the extent of the whole.

        Facets turn by at most ``FINE`` radians, so that a cylinder or a ball, however small, has its volume
        to half a percent.
        """
        from cadagent.kernel.mesh import DEFLECTION, FINE, tessellate
        from cadagent.kernel.shapes import box_of

        extents = {
            name: max(b - a for a, b in zip(box.low, box.high, strict=True))
            for name, box in ((name, box_of(shape)) for name, shape in self.bodies.items())
        }
        largest = max(extents.values())
        return {
            name: tessellate(shape, DEFLECTION * largest / extents[name], FINE)
            for name, shape in self.bodies.items()
        }


#: Turns a part into the bytes of a file. Called in a worker process, so it has to be picklable: a function at
#: the top level of a module, or a ``functools.partial`` of one.
Writer = Callable[[Part], bytes]


def step(part: Part) -> bytes:
    """An AP242 STEP file."""
    from cadagent.kernel.files import step_bytes

    return step_bytes(part.bodies)


def stl(part: Part) -> bytes:
    """A binary STL file."""
    from cadagent.kernel.files import stl_bytes

    return stl_bytes(part.mesh)
