"""Double of Fusion's features that change, repeat or move bodies."""

from __future__ import annotations

import math

from OCP.BRepFilletAPI import BRepFilletAPI_MakeChamfer, BRepFilletAPI_MakeFillet
from OCP.gp import gp_Ax1, gp_Ax2, gp_Dir, gp_Trsf, gp_Vec
from OCP.TopoDS import TopoDS

from cadagent.kernel.booleans import unified
from cadagent.kernel.features_shell import _hollow
from cadagent.kernel.shapes import solids, transformation, transformed
from tests.programs.adsk_double.brep import BRepBody, pnt
from tests.programs.adsk_double.feature_base import Collection, listed
from tests.programs.adsk_double.feature_inputs import (
    ChamferFeatureInput,
    FilletFeatureInput,
    PatternDistanceType,
    PatternInput,
    ShellFeatureInput,
)
from tests.programs.adsk_double.sketches import SketchPoint


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


class FilletFeatures(Collection):
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


class ChamferFeatures(Collection):
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


class ShellFeatures(Collection):
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


class MirrorFeatures(Collection):
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


class RectangularPatternFeatures(Collection):
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


class CircularPatternFeatures(Collection):
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


class MoveFeatures(Collection):
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


class ScaleFeatures(Collection):
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
