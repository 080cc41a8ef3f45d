"""Double of Fusion's features over our kernel: each acts on bodies of one solid and can be taken back."""

from __future__ import annotations

import math

from OCP.BRepBuilderAPI import BRepBuilderAPI_MakeVertex, BRepBuilderAPI_MakeWire
from OCP.BRepExtrema import BRepExtrema_DistShapeShape
from OCP.BRepOffsetAPI import BRepOffsetAPI_ThruSections
from OCP.BRepPrimAPI import BRepPrimAPI_MakeRevol
from OCP.gp import gp_Ax1, gp_Dir, gp_Trsf
from OCP.TopAbs import TopAbs_EDGE
from OCP.TopoDS import TopoDS

from cadagent.kernel.booleans import cut, fuse, intersect, unite
from cadagent.kernel.curves import wires_of
from cadagent.kernel.features import _prisms
from cadagent.kernel.features_paths import _pipe, outward
from cadagent.kernel.shapes import box_of_all, parts, solids, transformed
from tests.programs.adsk_double.brep import BRepBody, pnt
from tests.programs.adsk_double.core import Base
from tests.programs.adsk_double.feature_base import Collection, Feature, listed
from tests.programs.adsk_double.feature_changes import (
    ChamferFeatures,
    CircularPatternFeatures,
    FilletFeatures,
    MirrorFeatures,
    MoveFeatures,
    RectangularPatternFeatures,
    ScaleFeatures,
    ShellFeatures,
)
from tests.programs.adsk_double.feature_inputs import (
    CombineFeatureInput,
    ExtrudeFeatureInput,
    FeatureOperations,
    LoftFeatureInput,
    RevolveFeatureInput,
    SweepFeatureInput,
    ThroughAllExtentDefinition,
)
from tests.programs.adsk_double.sketches import SketchLine, SketchPoint


class ExtrudeFeatures(Collection):
    def createInput(self, profiles, operation):
        return ExtrudeFeatureInput(profiles, operation)

    def add(self, wanted):
        faces, frame = self._regions(wanted._faces)
        taper = math.degrees(self._value(wanted._taper, "deg")) if wanted._taper else 0.0
        if wanted._symmetric:
            half = self._value(wanted._sides[0], "mm") * 5
            assert half > 0
            ends = (-half, half)
        else:
            ends = (-self._reach(wanted, 1, frame), self._reach(wanted, 0, frame))
        keep = "start" if ends[1] > 0 else "end"
        assert taper == 0.0 or 0.0 in ends
        tools = [solid for face in faces for solid in _prisms(face, frame, *ends, -taper, keep)]
        return self._apply(wanted, tools)

    def _reach(self, wanted, side, frame):
        extent = wanted._sides.get(side)
        if extent is None:
            return 0.0
        if isinstance(extent, ThroughAllExtentDefinition):
            assert wanted._operation in (1, 2), "through all cuts or intersects"
            box = box_of_all([body._shape for body in self._component._bodies])
            low, high = box.along(frame.origin, frame.n)
            return max(high if side == 0 else -low, 0.0) + 5.0
        value = self._value(extent._value, "mm") * 10
        assert value > 0
        return value


class RevolveFeatures(Collection):
    def createInput(self, profiles, axis, operation):
        made = RevolveFeatureInput(profiles, operation)
        assert isinstance(axis, SketchLine)
        made._axis = axis
        return made

    def add(self, wanted):
        faces, _ = self._regions(wanted._faces)
        start, end = (wanted._axis.startSketchPoint.worldGeometry, wanted._axis.endSketchPoint.worldGeometry)
        a, b = pnt(start), pnt(end)
        sign = self._component._design._flavour.sign
        way = gp_Dir(*(sign * (q - p) for p, q in ((a.X(), b.X()), (a.Y(), b.Y()), (a.Z(), b.Z()))))
        axis = gp_Ax1(a, way)
        one = self._value(wanted._angles[0], "deg")
        two = self._value(wanted._angles[1], "deg") if wanted._angles[1] else 0.0
        first, turn = (-two, one + two) if one >= 0 else (one, -one)
        tools = []
        for face in faces:
            rotation = gp_Trsf()
            rotation.SetRotation(axis, first)
            shape = transformed(face, rotation) if first else face
            whole = turn > 2 * math.pi - 1e-9
            maker = BRepPrimAPI_MakeRevol(shape, axis) if whole else BRepPrimAPI_MakeRevol(shape, axis, turn)
            tools.append(outward(maker.Shape()))
        return self._apply(wanted, tools)


class LoftFeatures(Collection):
    def createInput(self, operation):
        return LoftFeatureInput(operation)

    def add(self, wanted):
        maker, straight = None, True
        wires = []
        for section in listed(wanted._sections):
            if isinstance(section, SketchPoint):
                wires.append(BRepBuilderAPI_MakeVertex(pnt(section.worldGeometry)).Vertex())
                continue
            faces, _ = self._regions(section)
            assert len(faces) == 1
            outer, inner = wires_of(faces[0])
            assert not inner, "a section is one outline"
            straight = straight and all(_straight(edge) for edge in parts(outer, TopAbs_EDGE))
            wires.append(outer)
        maker = BRepOffsetAPI_ThruSections(True, straight and len(wires) == 2)
        for wire in wires:
            maker.AddVertex(wire) if wire.ShapeType().name == "TopAbs_VERTEX" else maker.AddWire(wire)
        maker.CheckCompatibility(True)
        maker.Build()
        assert maker.IsDone()
        return self._apply(wanted, [outward(maker.Shape())])


def _straight(edge):
    from OCP.BRepAdaptor import BRepAdaptor_Curve
    from OCP.GeomAbs import GeomAbs_Line

    return BRepAdaptor_Curve(TopoDS.Edge(edge)).GetType() == GeomAbs_Line


class SweepFeatures(Collection):
    def createInput(self, profiles, path, operation):
        made = SweepFeatureInput(profiles, operation)
        made._path = path
        return made

    def add(self, wanted):
        maker = BRepBuilderAPI_MakeWire()
        for curve in wanted._path:
            maker.Add(TopoDS.Edge(transformed(curve._edge, curve._sketch._place)))
            assert maker.IsDone(), "the path does not hang together"
        tools = []
        for face in self._regions(wanted._faces)[0]:
            outer, inner = wires_of(face)
            solid = _pipe(maker.Wire(), outer)
            holes = [_pipe(maker.Wire(), wire) for wire in inner]
            tools += solids(cut(solid, holes).shape) if holes else [solid]
        return self._apply(wanted, tools)


class CombineFeatures(Collection):
    def createInput(self, target, tools):
        return CombineFeatureInput(target, tools)

    def add(self, wanted):
        before, component = self._before(), self._component
        target, tools = wanted._target, listed(wanted._tools)
        assert tools and target not in tools and target in component._bodies
        shapes = unite([tool._shape for tool in tools])
        operation = wanted.operation
        if operation == FeatureOperations.JoinFeatureOperation:
            pieces = solids(fuse(target._shape, shapes).shape)
            if len(pieces) >= 1 + len(shapes):
                raise RuntimeError("3 : the bodies do not touch")
        else:
            cutting = operation == FeatureOperations.CutFeatureOperation
            pieces = solids((cut if cutting else intersect)(target._shape, shapes).shape)
        if not wanted.isKeepToolBodies:
            component._bodies = [body for body in component._bodies if body not in tools]
        component.replace(target, pieces)
        return self._finish(before)


class RemoveFeatures(Collection):
    def add(self, body):
        before = self._before()
        assert isinstance(body, BRepBody) and body in self._component._bodies
        self._component._bodies.remove(body)
        return self._finish(before)


class BaseFeature(Base):
    """Holds bodies without history; they come in while it is being edited."""

    def __init__(self, component):
        self._component, self._feature, self._before = component, None, None

    def startEdit(self):
        self._before = {body: (body._shape, body._name) for body in self._component._bodies}
        return True

    def finishEdit(self):
        self._feature = Feature(self._component, self._before)
        self._before = None
        return True

    bodies = property(lambda self: self._feature.bodies)
    name = property(lambda self: self._feature.name)

    def deleteMe(self):
        return self._feature.deleteMe()


class BaseFeatures(Collection):
    def add(self):
        return BaseFeature(self._component)


class TemporaryBRepManager(Base):
    @staticmethod
    def get():
        return TemporaryBRepManager()

    def copy(self, entity):
        assert isinstance(entity, BRepBody)
        return BRepBody(None, entity._shape, "temporary")


def distance(one, other):
    """Least distance of two bodies in centimetres; 0 where one lies in the other."""
    return BRepExtrema_DistShapeShape(one._shape, other._shape).Value() / 10


class Features(Base):
    """All feature collections of a component; each is an object with createInput and add."""

    def __init__(self, component):
        self._component = component
        for name in _COLLECTIONS:
            object.__setattr__(self, name, _COLLECTIONS[name](component))

    def itemByName(self, name):
        return next((f for f in self._component._design._timeline if f.name == name), None)

    def createPath(self, curves, chain):
        assert chain is False
        return listed(curves)


_COLLECTIONS = {
    "baseFeatures": BaseFeatures,
    "extrudeFeatures": ExtrudeFeatures,
    "revolveFeatures": RevolveFeatures,
    "loftFeatures": LoftFeatures,
    "sweepFeatures": SweepFeatures,
    "combineFeatures": CombineFeatures,
    "removeFeatures": RemoveFeatures,
    "filletFeatures": FilletFeatures,
    "chamferFeatures": ChamferFeatures,
    "shellFeatures": ShellFeatures,
    "mirrorFeatures": MirrorFeatures,
    "rectangularPatternFeatures": RectangularPatternFeatures,
    "circularPatternFeatures": CircularPatternFeatures,
    "moveFeatures": MoveFeatures,
    "scaleFeatures": ScaleFeatures,
}
