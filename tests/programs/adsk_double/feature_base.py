"""Double of a step of Fusion's timeline, and of what all collections of features share."""

from __future__ import annotations

from OCP.TopoDS import TopoDS

from cadagent.kernel.booleans import cut, intersect, unite
from cadagent.kernel.shapes import solids, transformed, volume
from tests.programs.adsk_double.core import Base, Listed, ObjectCollection
from tests.programs.adsk_double.feature_inputs import (
    FeatureOperations,
)
from tests.programs.adsk_double.sketches import Profile


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


def listed(collection):
    return [collection.item(index) for index in range(collection.count)]


class Collection(Base):
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
