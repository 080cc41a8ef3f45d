"""Double of Fusion's feature inputs: what a script says of a feature before it is added."""

from __future__ import annotations

from tests.programs.adsk_double.core import Base, ObjectCollection, ValueInput


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
