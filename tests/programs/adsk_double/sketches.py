"""Double of Fusion's planes and sketches: own axes on every plane, profiles as smallest enclosed areas."""

from __future__ import annotations

import math
from dataclasses import dataclass

from OCP.BOPAlgo import BOPAlgo_Builder
from OCP.BRep import BRep_Tool
from OCP.BRepAdaptor import BRepAdaptor_Curve
from OCP.BRepBuilderAPI import BRepBuilderAPI_MakeEdge, BRepBuilderAPI_MakeFace
from OCP.BRepTools import BRepTools
from OCP.collections import Array1_double, Array1_gp_Pnt, Array1_int
from OCP.GC import GC_MakeArcOfCircle, GC_MakeEllipse
from OCP.Geom import Geom_BSplineCurve
from OCP.gp import gp_Ax2, gp_Ax3, gp_Circ, gp_Dir, gp_Pln, gp_Pnt, gp_Trsf
from OCP.TopAbs import TopAbs_EDGE, TopAbs_FACE, TopAbs_WIRE
from OCP.TopoDS import TopoDS

from cadagent.kernel.shapes import Frame, box_of, parts, shape_list
from tests.programs.adsk_double.brep import BRepFace, CurveGeometry, back, pnt
from tests.programs.adsk_double.core import Base, Listed, Plane, Point3D, Vector3D

#: Half the side of the sheet that sketch curves cut into profiles (mm).
SHEET = 1e4


def turned(frame, degrees):
    """The frame with u and v turned in their plane."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    u = tuple(c * a + s * b for a, b in zip(frame.u, frame.v, strict=True))
    v = tuple(c * b - s * a for a, b in zip(frame.u, frame.v, strict=True))
    return Frame(frame.origin, u, v, frame.n)


def flipped(frame):
    return Frame(frame.origin, frame.v, frame.u, tuple(-c for c in frame.n))


def any_frame(origin, normal):
    """A frame with this normal and whatever axes."""
    axes = gp_Ax3(gp_Pnt(*origin), gp_Dir(*normal))
    x, y = axes.XDirection(), axes.YDirection()
    return Frame(origin, (x.X(), x.Y(), x.Z()), (y.X(), y.Y(), y.Z()), tuple(normal))


class ConstructionPlane(Base):
    """A plane whose frame (mm) gives sketches on it their axes."""

    def __init__(self, frame):
        self._frame = frame

    @property
    def geometry(self):
        return Plane(Point3D(*(c / 10 for c in self._frame.origin)), Vector3D(*self._frame.n))


class ConstructionPlaneInput(Base):
    def __init__(self, flavour):
        self._flavour, self._frame = flavour, None

    def setByOffset(self, plane, offset):
        self._frame = plane._frame.shifted(offset._value * 10)
        return True

    def setByThreePoints(self, one, two, three):
        a, b, c = (pnt(point.worldGeometry) for point in (one, two, three))
        first = (b.X() - a.X(), b.Y() - a.Y(), b.Z() - a.Z())
        second = (c.X() - a.X(), c.Y() - a.Y(), c.Z() - a.Z())
        cross = (
            first[1] * second[2] - first[2] * second[1],
            first[2] * second[0] - first[0] * second[2],
            first[0] * second[1] - first[1] * second[0],
        )
        length = math.hypot(*cross)
        assert length > 1e-6
        normal = tuple(self._flavour.sign * value / length for value in cross)
        self._frame = turned(any_frame((a.X(), a.Y(), a.Z()), normal), self._flavour.turn)
        return True


class SketchPoint(Base):
    def __init__(self, sketch, geometry):
        self._sketch, self._geometry = sketch, geometry

    @property
    def geometry(self):
        return self._geometry

    @property
    def worldGeometry(self):
        return self._sketch.sketchToModelSpace(self._geometry)


class SketchCurve(Base):
    isConstruction: bool

    def __init__(self, sketch, edge):
        self._sketch, self._edge = sketch, edge
        self.isConstruction = False
        sketch._curves.append(self)

    @property
    def geometry(self):
        return CurveGeometry(BRepAdaptor_Curve(self._edge))


class SketchLine(SketchCurve):
    startSketchPoint: SketchPoint
    endSketchPoint: SketchPoint

    def size(self):
        a, b = self.startSketchPoint.geometry, self.endSketchPoint.geometry
        return math.dist(a.tuple(), b.tuple())


class SketchCircle(SketchCurve):
    centerSketchPoint: SketchPoint
    radius: float

    def size(self):
        return 2 * self.radius


class SketchArc(SketchCurve):
    pass


class SketchEllipse(SketchCurve):
    pass


class SketchFittedSpline(SketchCurve):
    pass


class _Curves(Base):
    def __init__(self, sketch):
        self._sketch = sketch

    def _point(self, thing):
        return thing if isinstance(thing, SketchPoint) else SketchPoint(self._sketch, thing)


class SketchLines(_Curves):
    def addByTwoPoints(self, start, end):
        start, end = self._point(start), self._point(end)
        made = SketchLine(
            self._sketch, BRepBuilderAPI_MakeEdge(pnt(start.geometry), pnt(end.geometry)).Edge()
        )
        made.startSketchPoint, made.endSketchPoint = start, end
        return made


class SketchArcs(_Curves):
    def addByThreePoints(self, start, middle, end):
        places = [pnt(self._point(start).geometry), pnt(middle), pnt(self._point(end).geometry)]
        return SketchArc(self._sketch, BRepBuilderAPI_MakeEdge(GC_MakeArcOfCircle(*places).Value()).Edge())


class SketchCircles(_Curves):
    def addByCenterRadius(self, center, radius):
        center = self._point(center)
        axes = gp_Ax2(pnt(center.geometry), gp_Dir(0, 0, 1), self._sketch.seam())
        made = SketchCircle(self._sketch, BRepBuilderAPI_MakeEdge(gp_Circ(axes, radius * 10)).Edge())
        made.centerSketchPoint, made.radius = center, radius
        return made


class SketchEllipses(_Curves):
    def add(self, center, major, point):
        ellipse = GC_MakeEllipse(pnt(major), pnt(point), pnt(center)).Value()
        return SketchEllipse(self._sketch, BRepBuilderAPI_MakeEdge(ellipse).Edge())


class SketchFittedSplines(_Curves):
    def addByNurbsCurve(self, curve):
        poles = Array1_gp_Pnt(1, len(curve._poles))
        for index, pole in enumerate(curve._poles):
            poles.SetValue(index + 1, pnt(pole))
        values = sorted(set(curve._knots))
        knots, counts = Array1_double(1, len(values)), Array1_int(1, len(values))
        for index, value in enumerate(values):
            knots.SetValue(index + 1, value)
            counts.SetValue(index + 1, curve._knots.count(value))
        spline = Geom_BSplineCurve(poles, knots, counts, curve._degree, False)
        return SketchFittedSpline(self._sketch, BRepBuilderAPI_MakeEdge(spline).Edge())


class SketchCurves(Base):
    def __init__(self, sketch):
        self._sketch = sketch
        self._made = {
            "sketchLines": SketchLines(sketch),
            "sketchArcs": SketchArcs(sketch),
            "sketchCircles": SketchCircles(sketch),
            "sketchEllipses": SketchEllipses(sketch),
            "sketchFittedSplines": SketchFittedSplines(sketch),
        }

    sketchLines = property(lambda self: self._made["sketchLines"])
    sketchArcs = property(lambda self: self._made["sketchArcs"])
    sketchCircles = property(lambda self: self._made["sketchCircles"])
    sketchEllipses = property(lambda self: self._made["sketchEllipses"])
    sketchFittedSplines = property(lambda self: self._made["sketchFittedSplines"])


class SketchPoints(Base):
    def __init__(self, sketch):
        self._sketch = sketch

    def add(self, point):
        return SketchPoint(self._sketch, point)


class ModelParameter(Base):
    """The dimension's parameter: what drives it must agree with what is drawn."""

    def __init__(self, design, size):
        self._design, self._size, self._expression = design, size, ""

    @property
    def expression(self):
        return self._expression

    @expression.setter
    def expression(self, text):
        value = self._design.value_of(text, "mm")
        assert abs(value - self._size) <= 1e-8 + 1e-7 * self._size, f"{text} is {value}, drawn {self._size}"
        self._expression = text


class SketchDimension(Base):
    parameter: ModelParameter

    def __init__(self, parameter):
        self.parameter = parameter


class SketchDimensions(Base):
    def __init__(self, sketch):
        self._sketch, self._driven = sketch, set()

    def _made(self, size, key):
        if key in self._driven:
            raise RuntimeError("3 : the sketch is over-constrained")
        self._driven.add(key)
        return SketchDimension(ModelParameter(self._sketch._component._design, size))

    def addDiameterDimension(self, entity, place):
        return self._made(entity.size(), id(entity))

    def addDistanceDimension(self, one, two, orientation, place):
        assert orientation == 0
        return self._made(math.dist(one.geometry.tuple(), two.geometry.tuple()), (id(one), id(two)))


class GeometricConstraints(Base):
    def addPerpendicular(self, one, two):
        a, b = (
            [
                q - p
                for p, q in zip(
                    line.startSketchPoint.geometry.tuple(), line.endSketchPoint.geometry.tuple(), strict=True
                )
            ]
            for line in (one, two)
        )
        assert abs(sum(p * q for p, q in zip(a, b, strict=True))) < 1e-7 * math.hypot(*a) * math.hypot(*b)


class ProfileCurve(Base):
    def __init__(self, edge):
        self._edge = edge

    @property
    def geometry(self):
        return CurveGeometry(BRepAdaptor_Curve(self._edge))


class ProfileLoop(Base):
    profileCurves: Listed

    def __init__(self, wire):
        self.profileCurves = Listed([ProfileCurve(TopoDS.Edge(edge)) for edge in parts(wire, TopAbs_EDGE)])


class Profile(Base):
    profileLoops: Listed

    def __init__(self, sketch, face):
        self._sketch, self._face = sketch, face
        self.profileLoops = Listed([ProfileLoop(wire) for wire in parts(face, TopAbs_WIRE)])


@dataclass
class Placing:
    """Where a sketch lies: its own frame in model space (mm)."""

    frame: Frame

    def to_model(self):
        trsf = gp_Trsf()
        trsf.SetTransformation(gp_Ax3(self.frame.ax2()), gp_Ax3())
        return trsf


class Sketch(Base):
    isComputeDeferred: bool
    isLightBulbOn: bool

    def __init__(self, component, frame):
        self._component, self._frame, self._curves = component, frame, []
        self._place = Placing(frame).to_model()
        self._name = ""
        component._sketches.append(self)
        self.isComputeDeferred = False
        self.isLightBulbOn = True
        self._all, self._points = SketchCurves(self), SketchPoints(self)
        self._dimensions, self._cut = SketchDimensions(self), None

    sketchCurves = property(lambda self: self._all)
    sketchPoints = property(lambda self: self._points)
    sketchDimensions = property(lambda self: self._dimensions)
    geometricConstraints = property(lambda self: GeometricConstraints())
    xDirection = property(lambda self: Vector3D(*self._frame.u))
    yDirection = property(lambda self: Vector3D(*self._frame.v))

    @property
    def name(self):
        return self._name

    @name.setter
    def name(self, name):
        if any(sketch.name == name for sketch in self._component._sketches):
            raise RuntimeError(f"3 : there is a sketch called {name}")
        self._name = name

    def seam(self):
        """Where circles begin: along +x, or +y across it, as in the kernel.

        Booleans of cylinders are good to 1e-5 or so only, and how far they are off depends on the seam.
        """
        world = gp_Dir(0, 1, 0) if abs(self._frame.n[0]) > 0.9 else gp_Dir(1, 0, 0)
        local = world.Transformed(self._place.Inverted())
        return gp_Dir(local.X(), local.Y(), 0.0)

    def modelToSketchSpace(self, point):
        return back(pnt(point).Transformed(self._place.Inverted()))

    def sketchToModelSpace(self, point):
        return back(pnt(point).Transformed(self._place))

    @property
    def profiles(self):
        """The smallest areas that the curves enclose, in an order that says nothing."""
        assert not self.isComputeDeferred
        drawn = [curve._edge for curve in self._curves if not curve.isConstruction]
        if self._cut is None or self._cut[0] != len(drawn):
            self._cut = (len(drawn), [Profile(self, face) for face in areas(drawn)])
        return Listed(reversed(self._cut[1]))


def areas(edges):
    """The planar arrangement: a large sheet cut by all edges, without what is left of its rim."""
    sheet = BRepBuilderAPI_MakeFace(gp_Pln(), -SHEET, SHEET, -SHEET, SHEET).Face()
    builder = BOPAlgo_Builder()
    builder.SetArguments(shape_list([sheet, *edges]))
    builder.SetNonDestructive(True)
    builder.Perform()
    assert not builder.HasErrors()
    found = []
    for shape in parts(builder.Shape(), TopAbs_FACE):
        face = TopoDS.Face(shape)
        box = box_of(BRepTools.OuterWire_s(face))
        if max(abs(c) for c in (*box.low, *box.high)) < SHEET - 1:
            assert BRep_Tool.Surface_s(face) is not None
            found.append(face)
    return found


class Sketches(Base):
    def __init__(self, component):
        self._component = component

    def itemByName(self, name):
        return next((sketch for sketch in self._component._sketches if sketch.name == name), None)

    def add(self, planar, occurrence=None):
        return self.addWithoutEdges(planar)

    def addWithoutEdges(self, planar, occurrence=None):
        flavour = self._component._design._flavour
        if isinstance(planar, BRepFace):
            geometry, place = planar.geometry, planar.pointOnFace
            normal = tuple(flavour.sign * c for c in geometry.normal.tuple())
            frame = any_frame(tuple(10 * c for c in place.tuple()), normal)
            return Sketch(self._component, turned(frame, flavour.turn))
        return Sketch(self._component, planar._frame)


class ConstructionPlanes(Base):
    def __init__(self, component):
        self._component = component

    def createInput(self, occurrence=None):
        return ConstructionPlaneInput(self._component._design._flavour)

    def add(self, wanted):
        return ConstructionPlane(wanted._frame)
