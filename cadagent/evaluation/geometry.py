"""Agreement of a solid with a reference mesh, without punishing the solid for the reference's facets.

A reference that writes circles as 36-gons costs an exact thin ring a quarter of its IoU. The solid is
therefore compared at the reference's own fineness (facets that turn by the same angle) and, unless that
already agrees, as a fine mesh; the best figure counts. Over a benchmark the share of agreeing solids moves by
ten points between the two, so reports name this rule.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from cadagent.errors import InputError

if TYPE_CHECKING:
    from OCP.TopoDS import TopoDS_Shape

    from cadagent.kernel.mesh import Mesh

#: Fine mesh: chord error as a share of the largest extent, and radians between facets.
FINE = (2e-4, 0.05)

#: From here on a finer comparison would change nothing that matters.
AGREES = 0.998

#: Chord error that leaves the say to the angle.
LOOSE = 0.01

#: Facets that turn by more than this, or less than that (degrees), are edges or noise.
FACET_ANGLES = (0.5, 25.0)


def facet_angle(mesh: Mesh) -> float | None:
    """The angle in degrees by which facets of round faces turn most often; None where nothing is round."""
    import numpy as np

    _, sides, counts = mesh.sides
    order = np.argsort(sides.ravel(), kind="stable")
    triangle_of = np.repeat(np.arange(len(mesh.triangles)), 3)[order]
    first = np.concatenate([[0], np.cumsum(counts)[:-1]])[counts == 2]
    normals = mesh.normals
    cosine = (normals[triangle_of[first]] * normals[triangle_of[first + 1]]).sum(axis=1)
    angles = np.degrees(np.arccos(np.clip(cosine, -1, 1)))
    round_ones = angles[(angles > FACET_ANGLES[0]) & (angles < FACET_ANGLES[1])]
    if not len(round_ones):
        return None
    return float(Counter(np.round(round_ones, 1).tolist()).most_common(1)[0][0])


def agreement(
    bodies: Mapping[str, TopoDS_Shape], reference: Mesh, *, scale: float = 1.0, normalised: bool = False
) -> float:
    """Pose-invariant IoU of bodies (times ``scale``) with a reference mesh, 0 … 1.

    At true scale, or ``normalised``: both scaled to the same largest extent.

    Raises:
        InputError: the reference is not closed.
    """
    from cadagent.kernel.compare import iou
    from cadagent.kernel.mesh import Mesh, tessellate

    angle = facet_angle(reference)
    # The kernel halves coarse angles on full circles, so both readings of "the same angle" are tried.
    fineness = [] if angle is None else [(LOOSE, math.radians(angle * times) * 1.0001) for times in (2, 1)]
    fineness.append(FINE)
    best, problem = 0.0, None
    for deflection, angular in fineness:
        mesh = tessellate(bodies, deflection, angular)
        try:
            moved = Mesh(mesh.vertices * scale, mesh.triangles)
            best = max(best, iou(moved, reference, pose_invariant=True, normalised=normalised))
        except InputError as error:  # a coarse mesh may intersect itself where the fine one does not
            problem = error
        if best >= AGREES:
            break
    if not best and problem is not None:
        raise problem
    return best


def load_reference(path: Path) -> Mesh:
    """The mesh of an STL or STEP file.

    Raises:
        InputError: the file is neither, or cannot be read.
    """
    from cadagent.kernel import read_step, read_stl
    from cadagent.kernel.mesh import tessellate

    try:
        with path.open("rb") as file:
            head = file.read(64)
    except OSError as error:
        raise InputError(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from error
    if head.lstrip().startswith(b"ISO-10303-21"):
        return tessellate(read_step(path), *FINE)
    return read_stl(path)
