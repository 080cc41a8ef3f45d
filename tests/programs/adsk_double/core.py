"""Double of ``adsk.core``: values, lists, transient geometry. Lengths are centimetres, angles radians."""

from __future__ import annotations

import math
import re


class Base:
    """Refuses attributes that the real class does not have."""

    def __setattr__(self, name, value):
        if not name.startswith("_") and not hasattr(type(self), name) and name not in self.__class__.fields():
            raise AttributeError(f"{type(self).__name__} has no {name}")
        object.__setattr__(self, name, value)

    @classmethod
    def fields(cls):
        found = set()
        for kind in cls.__mro__:
            found |= set(getattr(kind, "__annotations__", ()))
        return found

    @classmethod
    def classType(cls):
        return f"adsk::{cls.__name__}"

    @property
    def objectType(self):
        return type(self).classType()

    @classmethod
    def cast(cls, thing):
        return thing if isinstance(thing, cls) else None


class _Triple(Base):
    x: float
    y: float
    z: float

    def __init__(self, x, y, z):
        self.x, self.y, self.z = float(x), float(y), float(z)

    @classmethod
    def create(cls, x=0.0, y=0.0, z=0.0):
        return cls(x, y, z)

    def tuple(self):
        return (self.x, self.y, self.z)


class Point3D(_Triple):
    pass


class Vector3D(_Triple):
    pass


class Matrix3D(Base):
    def __init__(self):
        self._cells = [1.0, 0, 0, 0, 0, 1.0, 0, 0, 0, 0, 1.0, 0, 0, 0, 0, 1.0]

    @staticmethod
    def create():
        return Matrix3D()

    def setWithArray(self, cells):
        assert len(cells) == 16
        self._cells = [float(c) for c in cells]
        return True

    def asArray(self):
        return list(self._cells)


class ObjectCollection(Base):
    def __init__(self):
        self._items = []

    @staticmethod
    def create():
        return ObjectCollection()

    def add(self, item):
        assert item is not None
        self._items.append(item)
        return True

    def item(self, index):
        return self._items[index]

    @property
    def count(self):
        return len(self._items)


class Listed(Base):
    """A read-only collection."""

    def __init__(self, items):
        self._items = list(items)

    def item(self, index):
        return self._items[index]

    @property
    def count(self):
        return len(self._items)


class ValueInput(Base):
    def __init__(self, value):
        self._value = value

    @staticmethod
    def createByReal(value):
        assert not isinstance(value, str) and math.isfinite(value)
        return ValueInput(float(value))

    @staticmethod
    def createByString(text):
        assert isinstance(text, str)
        return ValueInput(text)


class Plane(Base):
    origin: Point3D
    normal: Vector3D

    def __init__(self, origin, normal):
        self.origin, self.normal = origin, normal

    surfaceType = 0


class Surface(Base):
    surfaceType: int

    def __init__(self, kind):
        self.surfaceType = kind


class NurbsCurve3D(Base):
    def __init__(self, poles, degree, knots):
        self._poles, self._degree, self._knots = poles, degree, knots

    @staticmethod
    def createNonRational(poles, degree, knots, periodic):
        assert not periodic and len(knots) == len(poles) + degree + 1
        assert list(knots) == sorted(knots)
        return NurbsCurve3D(poles, degree, knots)


class OrientedBoundingBox3D(Base):
    centerPoint: Point3D
    length: float
    width: float
    height: float

    def __init__(self, center, length, width, height):
        self.centerPoint, self.length, self.width, self.height = center, length, width, height


class MeasureResults(Base):
    value: float

    def __init__(self, value):
        self.value = value


class SurfaceTypes:
    PlaneSurfaceType = 0
    CylinderSurfaceType = 1
    ConeSurfaceType = 2
    SphereSurfaceType = 3
    TorusSurfaceType = 4
    NurbsSurfaceType = 7


class Curve3DTypes:
    Line3DCurveType = 0
    Arc3DCurveType = 1
    Circle3DCurveType = 2
    Ellipse3DCurveType = 3
    NurbsCurve3DCurveType = 6


class DocumentTypes:
    FusionDesignDocumentType = 0


_TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?)|([A-Za-z_][A-Za-z0-9_]*)|([-+*/()]))")
UNITS = {
    "mm": (0.1, (1, 0)),
    "cm": (1.0, (1, 0)),
    "m": (100.0, (1, 0)),
    "in": (2.54, (1, 0)),
    "ft": (30.48, (1, 0)),
    "deg": (math.pi / 180, (0, 1)),
    "rad": (1.0, (0, 1)),
}


def evaluate(text, parameters, unit):
    """An expression in internal units; its kind must be that of the unit.

    Raises:
        RuntimeError: it is no expression, or of another kind.
    """
    tokens, at = [], 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        if not match:
            raise RuntimeError(f"3 : invalid expression {text!r}")
        tokens.append(match.group().strip())
        at = match.end()
    tokens.append("")

    def sum_():
        value, kind = product()
        while tokens[0] in ("+", "-"):
            sign = tokens.pop(0)
            other, second = product()
            if kind != second:
                raise RuntimeError(f"3 : {text!r} adds different kinds")
            value = value + other if sign == "+" else value - other
        return value, kind

    def product():
        value, kind = factor()
        while tokens[0] in ("*", "/"):
            sign = tokens.pop(0)
            other, second = factor()
            power = 1 if sign == "*" else -1
            value = value * other if sign == "*" else value / other
            kind = (kind[0] + power * second[0], kind[1] + power * second[1])
        return value, kind

    def factor():
        token = tokens.pop(0)
        if token == "-":
            value, kind = factor()
            return -value, kind
        if token == "(":
            found = sum_()
            if tokens.pop(0) != ")":
                raise RuntimeError(f"3 : invalid expression {text!r}")
            return found
        if token in parameters:
            return parameters[token]
        if re.fullmatch(r"\d+(\.\d+)?", token):
            if tokens[0] in UNITS:
                scale, kind = UNITS[tokens.pop(0)]
                return float(token) * scale, kind
            return float(token), (0, 0)
        raise RuntimeError(f"3 : invalid expression {text!r}: {token!r}")

    value, kind = sum_()
    wanted = UNITS[unit][1] if unit else (0, 0)
    if tokens != [""] or kind != wanted:
        raise RuntimeError(f"3 : {text!r} is no {unit or 'number'}")
    return value
