"""A test double of Fusion's API (``adsk.core``, ``adsk.fusion``) over our own kernel.

It does on purpose what makes scripts for Fusion go wrong: the XZ plane's second axis is −Z, planes through
points and sketches on faces have axes of their own, face normals may look into the material, a sketch's
curves are cut into the smallest areas they enclose and these come in no useful order, values are
centimetres and radians, strings are expressions over user parameters with their kinds checked, a participant
that is not touched is an error, and directions of revolves, patterns and chamfers depend on the
:class:`Flavour` that a test chooses, because the published documentation leaves them open.
"""

from __future__ import annotations

import sys
import types
from contextlib import contextmanager
from dataclasses import dataclass

from cadagent.kernel.booleans import fuse
from cadagent.kernel.shapes import Frame, box_of, solids
from tests.programs.adsk_double import brep, core, feature_inputs, features, sketches
from tests.programs.adsk_double.core import Base, Listed, evaluate


@dataclass(frozen=True)
class Flavour:
    """What the documentation leaves open: a sign for directions and an angle for the axes of sketches."""

    sign: float = 1.0
    turn: float = 0.0


class Component(Base):
    def __init__(self, design):
        self._design, self._bodies, self._sketches, self._made = design, [], [], 0
        zero = (0.0, 0.0, 0.0)
        x, y, z = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)
        self._planes = {
            "xy": sketches.ConstructionPlane(Frame(zero, x, y, z)),
            "xz": sketches.ConstructionPlane(Frame(zero, x, (0.0, 0.0, -1.0), y)),
            "yz": sketches.ConstructionPlane(Frame(zero, (0.0, 0.0, -1.0), y, x)),
        }
        self._features = features.Features(self)

    xYConstructionPlane = property(lambda self: self._planes["xy"])
    xZConstructionPlane = property(lambda self: self._planes["xz"])
    yZConstructionPlane = property(lambda self: self._planes["yz"])
    constructionPlanes = property(sketches.ConstructionPlanes)
    sketches = property(sketches.Sketches)
    features = property(lambda self: self._features)
    bRepBodies = property(lambda self: Bodies(self))

    def new_body(self, solid):
        self._made += 1
        body = brep.BRepBody(self, solid, f"Body{self._made}")
        self._bodies.append(body)
        return body

    def replace(self, body, pieces):
        """Give a body its new shape; further pieces become bodies, an empty shape removes it."""
        if not pieces:
            self._bodies.remove(body)
            return
        body._shape = pieces[0]
        for piece in pieces[1:]:
            self.new_body(piece)

    def join(self, tools, bodies):
        """Merge tools with the bodies they touch; what touches nothing becomes a body."""
        merged, touched = list(tools), []
        for body in bodies:
            if not any(box_of(body._shape).meets(box_of(tool)) for tool in merged):
                continue
            pieces = solids(fuse(body._shape, merged).shape)
            if len(pieces) < 1 + len(merged):
                merged = pieces
                touched.append(body)
        if touched:
            kept = touched[0 if self._design._flavour.sign > 0 else -1]
            self._bodies = [body for body in self._bodies if body is kept or body not in touched]
            self.replace(kept, merged)
            return
        for tool in merged:
            self.new_body(tool)


class Bodies(Listed):
    def __init__(self, component):
        super().__init__(component._bodies)
        self._component = component

    def add(self, body, base):
        assert base._before is not None, "the base feature is not being edited"
        return self._component.new_body(body._shape)

    def itemByName(self, name):
        return next((body for body in self._items if body.name == name), None)


class UserParameters(Base):
    def __init__(self, design):
        self._design = design

    def add(self, name, value, units, comment):
        design = self._design
        assert name.isidentifier() and name not in design._parameters and len(name) > 2, name
        assert name not in core.UNITS and isinstance(comment, str)
        number = evaluate(value._value, design._parameters, units)
        design._parameters[name] = (number, core.UNITS[units][1] if units else (0, 0))


class UnitsManager(Base):
    distanceDisplayUnits: int


class Design(Base):
    designType: int

    def __init__(self, flavour):
        self._flavour, self._parameters, self._timeline = flavour, {}, []
        self._root, self._units = Component(self), UnitsManager()

    rootComponent = property(lambda self: self._root)
    fusionUnitsManager = property(lambda self: self._units)
    userParameters = property(UserParameters)

    def value_of(self, text, unit):
        """An expression in centimetres, radians or plain numbers."""
        return evaluate(text, self._parameters, unit)


class DesignTypes:
    DirectDesignType = 0
    ParametricDesignType = 1


class DistanceUnits:
    MillimeterDistanceUnits = 0
    CentimeterDistanceUnits = 1
    MeterDistanceUnits = 2
    InchDistanceUnits = 3
    FootDistanceUnits = 4


class MeasureManager(Base):
    def getOrientedBoundingBox(self, geometry, length, width):
        return brep.oriented_box(geometry, length, width)

    def measureMinimumDistance(self, one, other):
        return core.MeasureResults(features.distance(one, other))


class ScriptFailed(AssertionError):
    """The script showed a message instead of finishing."""


class UserInterface(Base):
    def messageBox(self, text):
        raise ScriptFailed(text)


class Documents(Base):
    def __init__(self, app):
        self._app = app

    def add(self, kind):
        assert kind == core.DocumentTypes.FusionDesignDocumentType
        self._app._design = Design(self._app._flavour)


class Application(Base):
    _current = None

    def __init__(self, flavour):
        self._flavour, self._design = flavour, None

    @staticmethod
    def get():
        return Application._current

    documents = property(Documents)
    activeProduct = property(lambda self: self._design)
    userInterface = property(lambda self: UserInterface())
    measureManager = property(lambda self: MeasureManager())


@contextmanager
def installed(flavour):
    """``import adsk.core`` and ``import adsk.fusion`` give the double; yields its application."""
    package, first, second = (types.ModuleType(name) for name in ("adsk", "adsk.core", "adsk.fusion"))
    vars(first).update({name: value for name, value in vars(core).items() if not name.startswith("_")})
    first.Application = Application
    for module in (brep, feature_inputs, features, sketches):
        vars(second).update({name: value for name, value in vars(module).items() if not name.startswith("_")})
    second.Design, second.DesignTypes, second.DistanceUnits = Design, DesignTypes, DistanceUnits
    package.core, package.fusion = first, second
    names = {"adsk": package, "adsk.core": first, "adsk.fusion": second}
    before = {name: sys.modules.get(name) for name in names}
    sys.modules.update(names)
    Application._current = Application(flavour)
    try:
        yield Application._current
    finally:
        Application._current = None
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module


def run(script, flavour):
    """Run a script that we generated; its design in the double."""
    with installed(flavour) as app:
        names = {"__name__": "script"}
        exec(compile(script, "fusion script", "exec"), names)
        names["run"](None)
        return app._design
