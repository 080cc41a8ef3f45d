"""Double of Fusion's features over our kernel: each acts on bodies of one solid and can be taken back."""

from __future__ import annotations

import math

from OCP.BRepBuilderAPI import BRepBuilderAPI_MakeVertex, BRepBuilderAPI_MakeWire
from OCP.BRepExtrema import BRepExtrema_DistShapeShape
from OCP.BRepFilletAPI import BRepFilletAPI_MakeChamfer, BRepFilletAPI_MakeFillet
from OCP.BRepOffsetAPI import BRepOffsetAPI_ThruSections
from OCP.BRepPrimAPI import BRepPrimAPI_MakeRevol
from OCP.gp import gp_Ax1, gp_Ax2, gp_Dir, gp_Pnt, gp_Trsf, gp_Vec
from OCP.TopAbs import TopAbs_EDGE
from OCP.TopoDS import TopoDS

from cadagent.kernel.booleans import cut, fuse, intersect, unified, unite
from cadagent.kernel.curves import wires_of
from cadagent.kernel.features import _prisms
from cadagent.kernel.features_paths import _pipe, outward
from cadagent.kernel.features_shell import _hollow
from cadagent.kernel.shapes import box_of_all, parts, solids, transformation, transformed, volume
from tests.programs.adsk_double.brep import BRepBody, pnt
from tests.programs.adsk_double.core import Base, Listed, ObjectCollection, ValueInput
from tests.programs.adsk_double.sketches import Profile, SketchLine, SketchPoint


class FeatureOperations:
    JoinFeatureOperation = 0
    CutFeatureOperation = 1
    IntersectFeatureOperation = 2
    NewBodyFeatureOperation = 3


class ExtentDirections:
    PositiveExtentDirection = 0
    NegativeExtentDirection = 1
    SymmetricExtentDirection = 2


class PatternDistanceType:
    ExtentPatternDistanceType = 0
    SpacingPatternDistanceType = 1


class SweepOrientationTypes:
    PerpendicularOrientationType = 0


class DimensionOrientations:
    AlignedDimensionOrientation = 0


class CalculationAccuracy:
    VeryHighCalculationAccuracy = 3


class Feature(Base):
    """A step of the timeline; it remembers the bodies before it."""

    def __init__(self, component, before):
        self._component, self._before, self._name = component, before, ""
        self._changed = [
            body for body in component._bodies if before.get(body, (None,))[0] is not body._shape
        ]
        component._design._timeline.append(self)

    @property
    def name(self):
        return self._name

    @name.setter
    def name(self, name):
        if any(feature.name == name for feature in self._component._design._timeline):
            raise RuntimeError(f"3 : there is a feature called {name}")
        self._name = name

    @property
    def bodies(self):
        return Listed([body for body in self._changed if body in self._component._bodies])

    def deleteMe(self):
        timeline = self._component._design._timeline
        assert timeline[-1] is self, "only the last feature is taken back without harm to later ones"
        timeline.pop()
        self._component._bodies = list(self._before)
        for body, (shape, name) in self._before.items():
            body._shape, body._name = shape, name
        return True


class DistanceExtentDefinition(Base):
    def __init__(self, value):
        self._value = value

    @staticmethod
    def create(distance):
        return DistanceExtentDefinition(distance)


class ThroughAllExtentDefinition(Base):
    @staticmethod
    def create():
        return ThroughAllExtentDefinition()


class Input(Base):
    """What every feature input holds."""

    participantBodies: list

    def __init__(self, profiles=None, operation=None):
        self._operation, self.participantBodies = operation, None
        self._faces = profiles


class ExtrudeFeatureInput(Input):
    def setOneSideExtent(self, extent, direction, taper=None):
        assert direction in (0, 1)
        self._sides = {direction: extent}
        self._taper, self._symmetric = taper, False
        return True

    def setTwoSidesExtent(self, one, two, taper_one=None, taper_two=None):
        self._sides, self._taper, self._symmetric = {0: one, 1: two}, taper_one, False
        return True

    def setSymmetricExtent(self, distance, full, taper=None):
        assert full is True
        self._sides, self._taper, self._symmetric = {0: distance}, taper, True
        return True


class RevolveFeatureInput(Input):
    def setAngleExtent(self, symmetric, angle):
        assert symmetric is False
        self._angles = (angle, None)
        return True

    def setTwoSideAngleExtent(self, one, two):
        self._angles = (one, two)
        return True


class LoftFeatureInput(Input):
    isSolid: bool

    def __init__(self, operation):
        super().__init__(None, operation)
        self._sections = ObjectCollection()

    loftSections = property(lambda self: self._sections)


class SweepFeatureInput(Input):
    orientation: int


class CombineFeatureInput(Base):
    operation: int
    isKeepToolBodies: bool

    def __init__(self, target, tools):
        self._target, self._tools = target, tools
        self.operation, self.isKeepToolBodies = 0, False


class FilletFeatureInput(Base):
    isRollingBallCorner: bool

    def __init__(self):
        self._sets = []

    def addConstantRadiusEdgeSet(self, edges, radius, chain):
        self._sets.append((edges, radius, chain))
        return True


class ChamferEdgeSets(Base):
    def __init__(self):
        self._sets = []

    def addEqualDistanceChamferEdgeSet(self, edges, distance, chain):
        self._sets.append((edges, distance, None, False))
        return True

    def addTwoDistancesChamferEdgeSet(self, edges, one, two, flipped, chain):
        self._sets.append((edges, one, two, flipped))
        return True


class ChamferFeatureInput(Base):
    def __init__(self):
        self._sets = ChamferEdgeSets()

    chamferEdgeSets = property(lambda self: self._sets)


class ShellFeatureInput(Base):
    insideThickness: ValueInput
    outsideThickness: ValueInput

    def __init__(self, entities):
        self._entities, self.insideThickness, self.outsideThickness = entities, None, None


class PatternInput(Base):
    quantity: ValueInput
    totalAngle: ValueInput

    def __init__(self, entities, *rest):
        self._entities, self._rest, self._second = entities, rest, None

    def setDirectionTwo(self, entity, quantity, distance):
        self._second = (entity, quantity, distance)
        return True


def listed(collection):
    return [collection.item(index) for index in range(collection.count)]


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


class _Collection(Base):
    def __init__(self, component):
        self._component = component

    def _value(self, thing, unit):
        value = thing._value
        return self._component._design.value_of(value, unit) if isinstance(value, str) else value

    def _before(self):
        return {body: (body._shape, body._name) for body in self._component._bodies}

    def _finish(self, before):
        return Feature(self._component, before)

    def _apply(self, wanted, tools):
        """The tools as new bodies, or joined to, cut from or intersected with the participants."""
        before, component, operation = self._before(), self._component, wanted._operation
        assert all(volume(tool) > 0 for tool in tools)
        chosen = component._bodies if wanted.participantBodies is None else wanted.participantBodies
        if operation == FeatureOperations.NewBodyFeatureOperation:
            assert wanted.participantBodies is None
            for solid in unite(tools):
                component.new_body(solid)
            return self._finish(before)
        if operation == FeatureOperations.JoinFeatureOperation:
            component.join(unite(tools), list(chosen))
            return self._finish(before)
        touched = False
        for body in list(chosen):
            cutting = operation == FeatureOperations.CutFeatureOperation
            outcome = (cut if cutting else intersect)(body._shape, tools)
            if not outcome.overlaps:
                assert wanted.participantBodies is None, "a participant is not touched"
                continue
            touched = True
            component.replace(body, solids(outcome.shape))
        if not touched:
            raise RuntimeError("3 : No target body found to cut or intersect!")
        return self._finish(before)

    def _regions(self, profiles):
        """Model faces of profiles, neighbours merged, with their sketch's frame."""
        found = listed(profiles) if isinstance(profiles, ObjectCollection) else [profiles]
        assert found and all(isinstance(profile, Profile) for profile in found)
        sketch = found[0]._sketch
        assert all(profile._sketch is sketch for profile in found)
        faces = unite([profile._face for profile in found], flat=True)
        return [TopoDS.Face(transformed(face, sketch._place)) for face in faces], sketch._frame


class ExtrudeFeatures(_Collection):
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


class RevolveFeatures(_Collection):
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


class LoftFeatures(_Collection):
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


class SweepFeatures(_Collection):
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


class CombineFeatures(_Collection):
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


class RemoveFeatures(_Collection):
    def add(self, body):
        before = self._before()
        assert isinstance(body, BRepBody) and body in self._component._bodies
        self._component._bodies.remove(body)
        return self._finish(before)


def by_body(edges):
    """Edges grouped by their body."""
    groups = []
    for edge in edges:
        for body, group in groups:
            if body is edge._body:
                group.append(edge)
                break
        else:
            groups.append((edge._body, [edge]))
    return groups


class FilletFeatures(_Collection):
    def createInput(self):
        return FilletFeatureInput()

    def add(self, wanted):
        before = self._before()
        assert wanted.isRollingBallCorner is True and len(wanted._sets) == 1
        edges, radius, _ = wanted._sets[0]
        ((body, group),) = by_body(listed(edges))
        maker = BRepFilletAPI_MakeFillet(body._shape)
        for edge in group:
            maker.Add(self._value(radius, "mm") * 10, edge._shape)
        maker.Build()
        if not maker.IsDone():
            raise RuntimeError("3 : the fillet does not fit")
        self._component.replace(body, solids(unified(maker.Shape())))
        return self._finish(before)


class ChamferFeatures(_Collection):
    def createInput2(self):
        return ChamferFeatureInput()

    def add(self, wanted):
        before, flavour = self._before(), self._component._design._flavour
        sets = wanted.chamferEdgeSets._sets
        edges = [edge for found, *_ in sets for edge in listed(found)]
        ((body, _),) = by_body(edges)
        maker = BRepFilletAPI_MakeChamfer(body._shape)
        for found, one, two, flip in sets:
            for edge in listed(found):
                first = self._value(one, "mm") * 10
                if two is None:
                    maker.Add(first, edge._shape)
                else:
                    side = flip == (flavour.sign > 0)
                    face = TopoDS.Face(edge._faces[1 if side else 0])
                    maker.Add(first, self._value(two, "mm") * 10, edge._shape, face)
        maker.Build()
        if not maker.IsDone():
            raise RuntimeError("3 : the chamfer does not fit")
        self._component.replace(body, solids(unified(maker.Shape())))
        return self._finish(before)


class ShellFeatures(_Collection):
    def createInput(self, entities, chain):
        assert chain is False
        return ShellFeatureInput(entities)

    def add(self, wanted):
        before, entities = self._before(), listed(wanted._entities)
        outside = wanted.outsideThickness is not None
        assert outside != (wanted.insideThickness is not None)
        value = self._value(wanted.outsideThickness if outside else wanted.insideThickness, "mm") * 10
        body = entities[0] if isinstance(entities[0], BRepBody) else entities[0]._body
        faces = [] if isinstance(entities[0], BRepBody) else [face._shape for face in entities]
        made = _hollow(body._shape, faces, value, outside=outside)
        if made is None:
            raise RuntimeError("3 : the shell fails")
        self._component.replace(body, solids(made))
        return self._finish(before)


class MirrorFeatures(_Collection):
    def createInput(self, entities, plane):
        return PatternInput(entities, plane)

    def add(self, wanted):
        before, (plane,) = self._before(), wanted._rest
        mirror = gp_Trsf()
        geometry = plane.geometry
        mirror.SetMirror(gp_Ax2(pnt(geometry.origin), gp_Dir(*geometry.normal.tuple())))
        for body in listed(wanted._entities):
            self._component.new_body(transformed(body._shape, mirror))
        return self._finish(before)


class RectangularPatternFeatures(_Collection):
    def createInput(self, entities, direction, quantity, distance, kind):
        assert kind == PatternDistanceType.SpacingPatternDistanceType
        return PatternInput(entities, direction, quantity, distance)

    def add(self, wanted):
        before = self._before()
        rows = [wanted._rest, wanted._second] if wanted._second else [wanted._rest]
        steps = []
        for line, quantity, distance in rows:
            a, b = pnt(line.startSketchPoint.worldGeometry), pnt(line.endSketchPoint.worldGeometry)
            way = gp_Vec(a, b).Normalized()
            pitch = self._component._design._flavour.sign * self._value(distance, "mm") * 10
            count = self._value(quantity, "")
            steps.append([way.Multiplied(pitch * index) for index in range(round(count))])
        second = steps[1] if len(steps) > 1 else [gp_Vec(0, 0, 0)]
        for body in listed(wanted._entities):
            for j, other in enumerate(second):
                for i, one in enumerate(steps[0]):
                    if i or j:
                        shift = gp_Trsf()
                        shift.SetTranslation(one.Added(other))
                        self._component.new_body(transformed(body._shape, shift))
        return self._finish(before)


class CircularPatternFeatures(_Collection):
    def createInput(self, entities, axis):
        return PatternInput(entities, axis)

    def add(self, wanted):
        before, (line,) = self._before(), wanted._rest
        a, b = pnt(line.startSketchPoint.worldGeometry), pnt(line.endSketchPoint.worldGeometry)
        axis = gp_Ax1(a, gp_Dir(gp_Vec(a, b)))
        count = round(self._value(wanted.quantity, ""))
        total = self._component._design._flavour.sign * self._value(wanted.totalAngle, "deg")
        full = abs(abs(total) - 2 * math.pi) < 1e-9
        step = total / (count if full else count - 1)
        for body in listed(wanted._entities):
            for index in range(1, count):
                rotation = gp_Trsf()
                rotation.SetRotation(axis, index * step)
                self._component.new_body(transformed(body._shape, rotation))
        return self._finish(before)


class MoveFeatures(_Collection):
    def createInput(self, entities, matrix):
        return PatternInput(entities, matrix)

    def add(self, wanted):
        before, (matrix,) = self._before(), wanted._rest
        cells = matrix.asArray()[:12]
        trsf = transformation([10 * c if index % 4 == 3 else c for index, c in enumerate(cells)])
        assert abs(trsf.ScaleFactor() - 1) < 1e-9 and not trsf.IsNegative(), "a move is rigid"
        for body in listed(wanted._entities):
            body._shape = transformed(body._shape, trsf)
        return self._finish(before)


class ScaleFeatures(_Collection):
    def createInput(self, entities, point, factor):
        assert isinstance(point, SketchPoint)
        return PatternInput(entities, point, factor)

    def add(self, wanted):
        before, (point, factor) = self._before(), wanted._rest
        trsf = gp_Trsf()
        trsf.SetScale(pnt(point.worldGeometry), self._value(factor, ""))
        for body in listed(wanted._entities):
            body._shape = transformed(body._shape, trsf)
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


class BaseFeatures(_Collection):
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
__all__ = ["ExtentDirections", "Features", "gp_Pnt"]
