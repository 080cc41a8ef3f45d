"""Double of Fusion's bodies, faces and edges over OpenCASCADE shapes; shapes are kept in millimetres."""

from __future__ import annotations

import math

from OCP.BRep import BRep_Tool
from OCP.BRepAdaptor import BRepAdaptor_Curve, BRepAdaptor_Surface
from OCP.BRepBuilderAPI import BRepBuilderAPI_Transform
from OCP.BRepClass3d import BRepClass3d_SolidClassifier
from OCP.BRepGProp import BRepGProp
from OCP.BRepTools import BRepTools
from OCP.collections import (
    IndexedDataMap_TopoDS_Shape_List_TopoDS_Shape_TopTools_ShapeMapHasher as AncestorMap,
)
from OCP.GCPnts import GCPnts_QuasiUniformDeflection
from OCP.GeomAbs import GeomAbs_Circle, GeomAbs_Line, GeomAbs_Plane
from OCP.GeomAPI import GeomAPI_ProjectPointOnSurf
from OCP.gp import gp_Ax3, gp_Dir, gp_Pnt, gp_Pnt2d, gp_Trsf, gp_Vec
from OCP.GProp import GProp_GProps
from OCP.IntTools import IntTools_FClass2d
from OCP.TopAbs import TopAbs_EDGE, TopAbs_FACE, TopAbs_IN, TopAbs_ON
from OCP.TopExp import TopExp
from OCP.TopoDS import TopoDS

from cadagent.kernel.shapes import box_of, parts
from tests.programs.adsk_double.core import (
    Base,
    Curve3DTypes,
    Listed,
    OrientedBoundingBox3D,
    Plane,
    Point3D,
    Surface,
    SurfaceTypes,
    Vector3D,
)


class PointContainment:
    PointInsidePointContainment = 0
    PointOnPointContainment = 1
    PointOutsidePointContainment = 2
    UnknownPointContainment = 3


def pnt(point):
    return gp_Pnt(point.x * 10, point.y * 10, point.z * 10)


def back(point):
    return Point3D(point.X() / 10, point.Y() / 10, point.Z() / 10)


class CurveEvaluator(Base):
    """Parameters run over an adaptor's own range."""

    def __init__(self, adaptor):
        self._adaptor = adaptor

    def getParameterExtents(self):
        return True, self._adaptor.FirstParameter(), self._adaptor.LastParameter()

    def getPointAtParameter(self, parameter):
        return True, back(self._adaptor.Value(parameter))

    def getStrokes(self, low, high, tolerance):
        if self._adaptor.GetType() == GeomAbs_Line:
            found = [self._adaptor.Value(low), self._adaptor.Value(high)]
        else:
            sampled = GCPnts_QuasiUniformDeflection(self._adaptor, tolerance * 10, low, high)
            found = [sampled.Value(i) for i in range(1, sampled.NbPoints() + 1)]
        return True, [back(point) for point in found]


class CurveGeometry(Base):
    def __init__(self, adaptor):
        self._adaptor = adaptor

    @property
    def curveType(self):
        kind = self._adaptor.GetType()
        if kind == GeomAbs_Line:
            return Curve3DTypes.Line3DCurveType
        return Curve3DTypes.Arc3DCurveType if kind == GeomAbs_Circle else Curve3DTypes.NurbsCurve3DCurveType

    @property
    def evaluator(self):
        return CurveEvaluator(self._adaptor)


class SurfaceEvaluator(Base):
    def __init__(self, face):
        self._face = face

    def getNormalAtPoint(self, point):
        surface = BRep_Tool.Surface_s(self._face)
        projected = GeomAPI_ProjectPointOnSurf(pnt(point), surface)
        u, v = projected.LowerDistanceParameters()
        adaptor = BRepAdaptor_Surface(self._face)
        place, du, dv = gp_Pnt(), gp_Vec(), gp_Vec()
        adaptor.D1(u, v, place, du, dv)
        normal = du.Crossed(dv)
        normal.Normalize()
        return True, Vector3D(normal.X(), normal.Y(), normal.Z())


class BRepFace(Base):
    def __init__(self, shape, body):
        self._shape, self._body = TopoDS.Face(shape), body

    def __eq__(self, other):
        return isinstance(other, BRepFace) and self._shape.IsSame(other._shape)

    __hash__ = None

    @property
    def body(self):
        return self._body

    @property
    def geometry(self):
        """The surface with its own normal, which may look into the body."""
        adaptor = BRepAdaptor_Surface(self._shape)
        if adaptor.GetType() == GeomAbs_Plane:
            axis, place = adaptor.Plane().Axis().Direction(), adaptor.Plane().Location()
            return Plane(back(place), Vector3D(axis.X(), axis.Y(), axis.Z()))
        return Surface(SurfaceTypes.NurbsSurfaceType)

    @property
    def evaluator(self):
        return SurfaceEvaluator(self._shape)

    @property
    def pointOnFace(self):
        bounds = BRepTools.UVBounds_s(self._shape)
        u0, u1, v0, v1 = bounds
        inside = IntTools_FClass2d(self._shape, 1e-7)
        for grid in (3, 7, 15, 40, 120):
            for i in range(1, grid):
                for j in range(1, grid):
                    place = gp_Pnt2d(u0 + (u1 - u0) * i / grid, v0 + (v1 - v0) * j / grid)
                    if inside.Perform(place) == TopAbs_IN:
                        return back(BRepAdaptor_Surface(self._shape).Value(place.X(), place.Y()))
        raise RuntimeError("no point on the face")


class BRepEdge(Base):
    def __init__(self, shape, faces, body):
        self._shape, self._faces, self._body = TopoDS.Edge(shape), faces, body

    @property
    def body(self):
        return self._body

    @property
    def faces(self):
        return Listed([BRepFace(face, self._body) for face in self._faces])

    @property
    def isDegenerate(self):
        return BRep_Tool.Degenerated_s(self._shape)

    @property
    def geometry(self):
        return CurveGeometry(BRepAdaptor_Curve(self._shape))

    @property
    def evaluator(self):
        return CurveEvaluator(BRepAdaptor_Curve(self._shape))


class PhysicalProperties(Base):
    centerOfMass: Point3D

    def __init__(self, center):
        self.centerOfMass = center


class BRepBody(Base):
    """One solid."""

    def __init__(self, component, shape, name):
        self._component, self._shape, self._name = component, shape, name

    @property
    def name(self):
        return self._name

    @name.setter
    def name(self, name):
        others = {body.name for body in self._component._bodies if body is not self}
        assert name not in others, f"two bodies called {name}"
        self._name = name

    @property
    def faces(self):
        return Listed([BRepFace(face, self) for face in parts(self._shape, TopAbs_FACE)])

    @property
    def edges(self):
        faces_at = AncestorMap()
        TopExp.MapShapesAndAncestors_s(self._shape, TopAbs_EDGE, TopAbs_FACE, faces_at)
        return Listed(
            [
                BRepEdge(faces_at.FindKey(i), list(faces_at.FindFromIndex(i)), self)
                for i in range(1, faces_at.Extent() + 1)
            ]
        )

    def pointContainment(self, point):
        classifier = BRepClass3d_SolidClassifier(self._shape)
        classifier.Perform(pnt(point), 1e-5)
        if classifier.State() == TopAbs_ON:
            return PointContainment.PointOnPointContainment
        inside = classifier.State() == TopAbs_IN
        return (
            PointContainment.PointInsidePointContainment
            if inside
            else PointContainment.PointOutsidePointContainment
        )

    def getPhysicalProperties(self, accuracy):
        assert accuracy == 3
        found = GProp_GProps()
        BRepGProp.VolumeProperties_s(self._shape, found)
        return PhysicalProperties(back(found.CentreOfMass()))


def oriented_box(body, length, width):
    """The tight box along two perpendicular directions."""
    x, y = gp_Dir(*length.tuple()), gp_Dir(*width.tuple())
    assert abs(x.Dot(y)) < 1e-9
    to = gp_Trsf()
    to.SetTransformation(gp_Ax3(gp_Pnt(0, 0, 0), x.Crossed(y), x))
    box = box_of(BRepBuilderAPI_Transform(body._shape, to, True).Shape(), exact=True)
    middle = gp_Pnt(*((a + b) / 2 for a, b in zip(box.low, box.high, strict=True)))
    sizes = [(b - a) / 10 for a, b in zip(box.low, box.high, strict=True)]
    assert all(math.isfinite(size) for size in sizes)
    return OrientedBoundingBox3D(back(middle.Transformed(to.Inverted())), *sizes)
