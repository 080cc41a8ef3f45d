"""How much two designs differ as solids."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from OCP.BRepGProp import BRepGProp
from OCP.GProp import GProp_GProps
from OCP.TopoDS import TopoDS_Shape

from cadagent.kernel.booleans import intersect
from cadagent.kernel.builder import build_solid
from cadagent.kernel.context import StepProblem
from cadagent.kernel.shapes import box_of_all, solids, together

JsonObject = dict[str, Any]
Figures = tuple[float, float, tuple[float, float, float]]


def figures(shapes: Sequence[TopoDS_Shape], accuracy: float | None = None) -> Figures:
    """Volume, area and centre; by the kernel's usual integration or by its adaptive one."""
    whole, skin, shape = GProp_GProps(), GProp_GProps(), together(shapes)
    if accuracy is None:
        BRepGProp.VolumeProperties_s(shape, whole)
        BRepGProp.SurfaceProperties_s(shape, skin)
    else:
        BRepGProp.VolumeProperties_s(shape, whole, accuracy)
        BRepGProp.SurfaceProperties_s(shape, skin, accuracy)
    center = whole.CentreOfMass()
    return whole.Mass(), skin.Mass(), (center.X(), center.Y(), center.Z())


def differences(resolved: JsonObject, again: JsonObject) -> tuple[float, bool]:
    """The largest relative difference of two solids; whether an exact boolean could tell what they share.

    Volume, area, what they share; box and centre relative to the largest extent, where the finest figure of
    CAD JSON, 1e-6 mm, is no difference. Where round faces cross, the usual integration is good to 1e-5 only,
    and the adaptive one, which is slow, decides.
    """
    built = build_solid(resolved), build_solid(again)
    assert built[0].ok and built[1].ok, [*built[0].findings, *built[1].findings]
    one, two = ([piece for body in b.bodies.values() for piece in solids(body)] for b in built)
    assert len(one) == len(two)
    box, box2 = box_of_all(one, exact=True), box_of_all(two, exact=True)
    extent = max(b - a for a, b in zip(box.low, box.high, strict=True))
    apart = max(math.dist(box.low, box2.low), math.dist(box.high, box2.high))
    volume, area, _ = figures(one)
    # A figure that is off by 1e-6 mm moves a face by that much; only for parts of a millimetre does it count.
    least = 1e-6 * area / volume if extent < 2 else 0.0

    def compared(accuracy: float | None) -> float:
        (v, a, c), (v2, a2, c2) = figures(one, accuracy), figures(two, accuracy)
        shift = max(apart, math.dist(c, c2))
        return max(abs(v / v2 - 1) - least, abs(a / a2 - 1) - least, 0.0 if shift <= 2e-6 else shift / extent)

    found = compared(None)
    if found > 1e-6:
        found = min(found, compared(1e-8))
    try:
        common = figures([intersect(together(one), two).shape])[0]
    except StepProblem:
        common = 0.0
    if common < 0.999 * volume:  # solids that almost coincide are the hardest case there is for booleans
        return found, False
    shared = abs(common / volume - 1) - least
    return max(found, shared if shared > 2e-5 else 0.0), True  # 2e-5: as good as that integration is
