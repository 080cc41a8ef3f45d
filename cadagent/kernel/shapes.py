"""Small helpers over OpenCASCADE shapes: frames, boxes, volumes, lists, matrices."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from OCP.Bnd import Bnd_Box
from OCP.BRep import BRep_Builder
from OCP.BRepBndLib import BRepBndLib
from OCP.BRepBuilderAPI import BRepBuilderAPI_Transform
from OCP.BRepCheck import BRepCheck_Analyzer
from OCP.BRepGProp import BRepGProp
from OCP.collections import List_TopoDS_Shape
from OCP.gp import gp_Ax2, gp_Dir, gp_Pnt, gp_Trsf, gp_Vec
from OCP.GProp import GProp_GProps
from OCP.TopAbs import TopAbs_COMPOUND, TopAbs_ShapeEnum, TopAbs_SOLID
from OCP.TopExp import TopExp_Explorer
from OCP.TopLoc import TopLoc_Location
from OCP.TopoDS import TopoDS_Compound, TopoDS_Shape

Vector = tuple[float, float, float]

#: Shapes whose results are kept: more than one step and the end of a build have in hand.
_REMEMBERED = 32


@dataclass(frozen=True)
class Frame:
    """An orthonormal right-handed frame in world coordinates (mm)."""

    origin: Vector
    u: Vector
    v: Vector
    n: Vector

    @staticmethod
    def read(data: dict[str, Any]) -> Frame:
        """From the resolved form's ``{"origin", "u", "v", "n"}``."""
        return Frame(*(vector(data[key]) for key in ("origin", "u", "v", "n")))

    def point(self, u: float, v: float, n: float = 0.0) -> gp_Pnt:
        """The world point at plane coordinates (u, v), n above the plane."""
        return gp_Pnt(
            *(
                o + u * a + v * b + n * c
                for o, a, b, c in zip(self.origin, self.u, self.v, self.n, strict=True)
            )
        )

    def ax2(self, u: float = 0.0, v: float = 0.0, n: float = 0.0, *, flip: bool = False) -> gp_Ax2:
        """Axes at a plane point with z = normal (−normal if ``flip``) and x = u."""
        sign = -1.0 if flip else 1.0
        return gp_Ax2(self.point(u, v, n), gp_Dir(*(sign * c for c in self.n)), gp_Dir(*self.u))

    def along(self, length: float) -> gp_Vec:
        """The normal times a length."""
        return gp_Vec(*(length * c for c in self.n))

    def shifted(self, distance: float) -> Frame:
        """The frame moved along its normal."""
        moved = tuple(o + distance * c for o, c in zip(self.origin, self.n, strict=True))
        return Frame((moved[0], moved[1], moved[2]), self.u, self.v, self.n)


def vector(values: Sequence[float]) -> Vector:
    """Three floats as a tuple."""
    x, y, z = values
    return (float(x), float(y), float(z))


def dot(a: Vector, b: Vector) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@dataclass(frozen=True)
class Box:
    """An axis-aligned box in world coordinates (mm)."""

    low: Vector
    high: Vector

    def meets(self, other: Box, gap: float = 1e-6) -> bool:
        """Whether the boxes overlap or touch."""
        return all(
            a <= d + gap and c <= b + gap
            for a, b, c, d in zip(self.low, self.high, other.low, other.high, strict=True)
        )

    def corners(self) -> list[Vector]:
        (x0, y0, z0), (x1, y1, z1) = self.low, self.high
        return [(x, y, z) for x in (x0, x1) for y in (y0, y1) for z in (z0, z1)]

    def along(self, origin: Vector, direction: Vector) -> tuple[float, float]:
        """Least and greatest distance of the box from a point along a unit direction."""
        base = dot(origin, direction)
        values = [dot(corner, direction) - base for corner in self.corners()]
        return min(values), max(values)

    def diagonal(self) -> float:
        return math.dist(self.low, self.high)

    def text(self) -> str:
        """``x -20..20, y -10..10, z 0..5 mm``"""
        spans = zip("xyz", self.low, self.high, strict=True)
        return ", ".join(f"{axis} {number(a)}..{number(b)}" for axis, a, b in spans) + " mm"


def number(value: float) -> str:
    """A length for people: at most four decimals, no needless zeros, no minus zero."""
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def box_of(shape: TopoDS_Shape, *, exact: bool = False) -> Box:
    """The shape's box; ``exact`` is slower and tight for curved faces, else it may be a little too large."""
    box = Bnd_Box()
    if exact:
        BRepBndLib.AddOptimal_s(shape, box, False, False)
    else:
        BRepBndLib.Add_s(shape, box, False)
    low, high = box.CornerMin(), box.CornerMax()
    gap = box.GetGap()
    return Box(
        (low.X() + gap, low.Y() + gap, low.Z() + gap) if not exact else (low.X(), low.Y(), low.Z()),
        (high.X() - gap, high.Y() - gap, high.Z() - gap) if not exact else (high.X(), high.Y(), high.Z()),
    )


def box_of_all(shapes: Iterable[TopoDS_Shape], *, exact: bool = False) -> Box:
    """The box around several shapes."""
    boxes = [box_of(shape, exact=exact) for shape in shapes]
    lows, highs = zip(*((b.low, b.high) for b in boxes), strict=True)
    low, high = [min(c) for c in zip(*lows, strict=True)], [max(c) for c in zip(*highs, strict=True)]
    return Box(vector(low), vector(high))


T = TypeVar("T")


def remembered(function: Callable[[TopoDS_Shape], T]) -> Callable[[TopoDS_Shape], T]:
    """Keep the results for the last few shapes: steps, checks and measurements ask the same of one shape.

    For finished shapes alone, since one that is added to afterwards would still be taken for the same.
    """
    recent: deque[tuple[TopoDS_Shape, T]] = deque(maxlen=_REMEMBERED)

    @wraps(function)
    def asked(shape: TopoDS_Shape) -> T:
        for known, value in recent:
            if known.IsEqual(shape):
                return value
        value = function(shape)
        recent.appendleft((shape, value))
        return value

    return asked


@remembered
def volume_integrals(shape: TopoDS_Shape) -> GProp_GProps:
    """Volume (mm³) and its centre (mm); negative for a solid turned inside out."""
    properties = GProp_GProps()
    if shape.ShapeType() == TopAbs_COMPOUND:  # its solids are often asked for, too
        for solid in solids(shape):
            properties.Add(volume_integrals(solid))
        return properties
    BRepGProp.VolumeProperties_s(shape, properties)
    return properties


def closed_integrals(shape: TopoDS_Shape) -> GProp_GProps:
    """As :func:`volume_integrals`, without shells that are open."""
    properties = GProp_GProps()
    BRepGProp.VolumeProperties_s(shape, properties, True)
    return properties


@remembered
def is_sound(shape: TopoDS_Shape) -> bool:
    """Whether the shape's faces, edges and vertices fit together, by the kernel's own check."""
    return bool(BRepCheck_Analyzer(shape).IsValid())


def volume(shape: TopoDS_Shape) -> float:
    """Volume in mm³; negative for a solid turned inside out."""
    return float(volume_integrals(shape).Mass())


def area_integrals(shape: TopoDS_Shape) -> GProp_GProps:
    """Area of all faces (mm²) and its centre (mm)."""
    properties = GProp_GProps()
    BRepGProp.SurfaceProperties_s(shape, properties)
    return properties


def area(shape: TopoDS_Shape) -> float:
    """Area of all faces in mm²."""
    return float(area_integrals(shape).Mass())


def parts(shape: TopoDS_Shape, kind: TopAbs_ShapeEnum) -> list[TopoDS_Shape]:
    """The sub-shapes of a kind in a fixed order (shared ones appear as often as they are used)."""
    found = []
    explorer = TopExp_Explorer(shape, kind)
    while explorer.More():
        found.append(explorer.Current())
        explorer.Next()
    return found


def solids(shape: TopoDS_Shape) -> list[TopoDS_Shape]:
    """The solids of a shape."""
    return parts(shape, TopAbs_SOLID)


def together(shapes: Sequence[TopoDS_Shape]) -> TopoDS_Shape:
    """One shape for several: the shape itself when there is only one, else a compound."""
    if len(shapes) == 1:
        return shapes[0]
    compound = TopoDS_Compound()
    builder = BRep_Builder()
    builder.MakeCompound(compound)
    for shape in shapes:
        builder.Add(compound, shape)
    return compound


def shape_list(shapes: Iterable[TopoDS_Shape]) -> List_TopoDS_Shape:
    """OpenCASCADE's list type."""
    result = List_TopoDS_Shape()
    for shape in shapes:
        result.Append(shape)
    return result


def transformation(matrix: Sequence[float]) -> gp_Trsf:
    """A row-major 3×4 matrix (rotation, reflection, uniform scale, shift) as OpenCASCADE's type."""
    trsf = gp_Trsf()
    trsf.SetValues(*(float(value) for value in matrix))
    return trsf


def transformed(shape: TopoDS_Shape, trsf: gp_Trsf) -> TopoDS_Shape:
    """A moved copy; pure motions only change the location, others copy the geometry."""
    if trsf.IsNegative() or abs(trsf.ScaleFactor() - 1.0) > 1e-12:
        return BRepBuilderAPI_Transform(shape, trsf, True).Shape()
    return shape.Moved(TopLoc_Location(trsf))
