"""Helpers that generated Fusion scripts carry: extrude, revolve, loft, sweep, rib.

Never run here; see :mod:`cadagent.programs.fusion_sketching`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import adsk.core
import adsk.fusion

from cadagent.programs.fusion_bodies import (
    CUT,
    INTERSECT,
    JOIN,
    NEW,
    Maker,
    absorb,
    beyond,
    bodies_of,
    combine,
    extents,
    settle,
    span_of,
    strangers,
    touching,
)
from cadagent.programs.fusion_sketching import (
    Drawing,
    Frame,
    Vector,
    amount,
    cross,
    dot,
    draw,
    entitle,
    inside_of,
    items,
    normal_of,
    place_in,
    plane_at,
    plus,
    point_at,
    together,
    xyz,
)


def extrude(
    root: adsk.fusion.Component,
    drawing: Drawing,
    operation: Any,
    bodies: Any,
    up: float | str | None,
    down: float | str | None,
    taper: float | str | None = None,
    symmetric: bool = False,
) -> adsk.fusion.ExtrudeFeature:
    """Push the chosen profiles ``up`` along the frame's normal and ``down`` against it.

    Each is a length, an expression, "all" or None. A taper leans the walls inward (Fusion: a negative angle).
    """
    extrudes = root.features.extrudeFeatures
    wanted = extrudes.createInput(together(drawing.profiles()), operation)
    lean = amount(0.0 if taper is None else taper)
    ahead = dot(normal_of(drawing.sketch), drawing.frame[3]) > 0
    up, down = (None if isinstance(way, float) and way < 1e-9 else way for way in (up, down))
    if up is not None and down is not None:
        one, two = (up, down) if ahead else (down, up)
        if symmetric:
            wanted.setSymmetricExtent(amount(up), True, lean)
        else:
            wanted.setTwoSidesExtent(extent(one), extent(two), lean, amount(0.0))
    else:
        positive = ahead if up is not None else not ahead
        direction = (
            adsk.fusion.ExtentDirections.PositiveExtentDirection
            if positive
            else adsk.fusion.ExtentDirections.NegativeExtentDirection
        )
        wanted.setOneSideExtent(extent(up if up is not None else down), direction, lean)
    if bodies is not None:
        wanted.participantBodies = bodies
    return extrudes.add(wanted)


def extent(value: Any) -> adsk.fusion.ExtentDefinition:
    """Through everything, or a distance."""
    if value == "all":
        return adsk.fusion.ThroughAllExtentDefinition.create()
    return adsk.fusion.DistanceExtentDefinition.create(amount(value))


def revolve(
    root: adsk.fusion.Component,
    drawing: Drawing,
    operation: Any,
    bodies: Any,
    place: tuple[float, float],
    way: tuple[float, float],
    start: float,
    end: float,
    angle: str | None = None,
) -> adsk.fusion.RevolveFeature:
    """Turn the chosen profiles about an axis of the frame, from ``start`` to ``end`` degrees.

    Which way Fusion turns first is tried on a body that is taken away again.
    """
    axis = drawing.axis(place, way)
    profiles = drawing.profiles()
    turn = end - start
    if turn > 360.0 - 1e-9:
        feature = turned(root, profiles, axis, operation, bodies, 2 * math.pi, 0.0)
        axis.isConstruction = True
        return feature
    first, second = math.radians(max(end, 0.0)), math.radians(max(-start, 0.0))
    if abs(first - second) < 1e-12:
        return turned(root, profiles, axis, operation, bodies, first, second)
    probe = turned(root, profiles, axis, NEW, None, math.radians(20.0), 0.0)
    origin, along = (
        place_in(drawing.frame, place[0], place[1]),
        plus(place_in(drawing.frame, way[0], way[1]), drawing.frame[0], -1.0),
    )
    inside = xyz(drawing.sketch.sketchToModelSpace(point_at((*inside_of(profiles[0]), 0.0))))
    ahead = rotated(inside, origin, along, math.radians(10.0))
    forward = any(
        body.pointContainment(point_at(ahead)) == adsk.fusion.PointContainment.PointInsidePointContainment
        for body in items(probe.bodies)
    )
    probe.deleteMe()
    one, two = (first, second) if forward else (second, first)
    if angle is not None and min(one, two) == 0.0:
        return turned(root, profiles, axis, operation, bodies, angle if one else 0.0, angle if two else 0.0)
    return turned(root, profiles, axis, operation, bodies, one, two)


def turned(
    root: adsk.fusion.Component,
    profiles: list[Any],
    axis: Any,
    operation: Any,
    bodies: Any,
    first: float | str,
    second: float | str,
) -> adsk.fusion.RevolveFeature:
    """A revolve feature over angles (radians or expressions) to both sides of the sketch."""
    revolves = root.features.revolveFeatures
    wanted = revolves.createInput(together(profiles), axis, operation)
    if second == 0.0:
        wanted.setAngleExtent(False, amount(first))
    elif first == 0.0:
        wanted.setAngleExtent(False, amount("-(" + second + ")" if isinstance(second, str) else -second))
    else:
        wanted.setTwoSideAngleExtent(amount(first), amount(second))
    if bodies is not None:
        wanted.participantBodies = bodies
    return revolves.add(wanted)


def rotated(place: Vector, origin: Vector, axis: Vector, angle: float) -> Vector:
    """A point turned about an axis (right-handed), in radians."""
    length = math.sqrt(dot(axis, axis))
    axis = (axis[0] / length, axis[1] / length, axis[2] / length)
    arm = plus(place, origin, -1.0)
    c, s = math.cos(angle), math.sin(angle)
    part = plus((arm[0] * c, arm[1] * c, arm[2] * c), cross(axis, arm), s)
    return plus(origin, plus(part, axis, dot(axis, arm) * (1 - c)))


def loft(
    root: adsk.fusion.Component, sections: list[Any], operation: Any, bodies: Any
) -> adsk.fusion.LoftFeature:
    """A loft through drawings and points."""
    wanted = root.features.loftFeatures.createInput(operation)
    for section in sections:
        if isinstance(section, Drawing):
            profiles = section.profiles()
            wanted.loftSections.add(profiles[0] if len(profiles) == 1 else together(profiles))
        else:
            wanted.loftSections.add(section)
    wanted.isSolid = True
    if bodies is not None:
        wanted.participantBodies = bodies
    return root.features.loftFeatures.add(wanted)


def point_in(root: adsk.fusion.Component, name: str, frame: Frame) -> adsk.fusion.SketchPoint:
    """A sketch point at the frame's origin."""
    sketch = root.sketches.add(plane_at(root, frame))
    entitle(root.sketches, sketch, name)
    return sketch.sketchPoints.add(sketch.modelToSketchSpace(point_at(frame[0])))


def sweep(
    root: adsk.fusion.Component, drawing: Drawing, path: list[Any], operation: Any, bodies: Any
) -> adsk.fusion.SweepFeature:
    """The chosen profiles carried along sketch curves that follow one another."""
    way = root.features.createPath(together(path), False)
    wanted = root.features.sweepFeatures.createInput(together(drawing.profiles()), way, operation)
    wanted.orientation = adsk.fusion.SweepOrientationTypes.PerpendicularOrientationType
    if bodies is not None:
        wanted.participantBodies = bodies
    return root.features.sweepFeatures.add(wanted)


def rib(
    root: adsk.fusion.Component,
    name: str,
    frame: Frame,
    curves: list[tuple[Any, ...]],
    back: Callable[[float], list[tuple[Any, ...]]],
    targets: list[str] | None,
    thickness: str,
) -> list[Maker]:
    """A wall from a path to the material: a thick plate, cut by the bodies; what lies at the path is joined.

    Returns what makes the wall again.
    """
    low, high = extents(root, bodies_of(root, targets))
    reach = 2 * math.dist(low, high) + 0.1
    drawing = draw(root, name, frame, [("add", [*curves, *back(reach)], [])])
    path = drawing.loops[0][1][: len(curves)]
    extrude(root, drawing, NEW, None, thickness, thickness, None, True)
    plates, bodies = strangers(root), bodies_of(root, targets)
    for plate in plates:
        near = [body for body in bodies if touching(plate, body)]
        if near:
            combine(root, plate, near, CUT, True)
    for piece in strangers(root):
        if not at_path(drawing, piece, path):
            root.features.removeFeatures.add(piece)
    again = kept_shape(root, strangers(root))
    absorb(root, name, strangers(root), JOIN, bodies)
    return again


def closing(
    curves: list[tuple[Any, ...]], way: tuple[float, float]
) -> Callable[[float], list[tuple[Any, ...]]]:
    """What closes an open path to an outline that reaches a distance along a direction."""

    def ends(curve: tuple[Any, ...]) -> tuple[Any, Any]:
        return (curve[1][0], curve[1][-1]) if curve[0] == "spline" else (curve[1], curve[-2])

    def curves_at(reach: float) -> list[tuple[Any, ...]]:
        def far(place: tuple[float, float]) -> tuple[float, float]:
            return (place[0] + way[0] * reach, place[1] + way[1] * reach)

        first, last = ends(curves[0])[0], ends(curves[-1])[1]
        back: list[tuple[Any, ...]] = []
        for curve in reversed(curves):
            if curve[0] == "spline":
                knots = [curve[3][0] + curve[3][-1] - knot for knot in reversed(curve[3])]
                back.append(("spline", [far(pole) for pole in reversed(curve[1])], curve[2], knots, None))
            elif curve[0] == "arc":
                back.append(("arc", far(curve[3]), far(curve[2]), far(curve[1]), None))
            else:
                back.append(("line", far(curve[2]), far(curve[1]), None))
        return [("line", last, far(last), None), *back, ("line", far(first), first, None)]

    return curves_at


def at_path(drawing: Drawing, body: adsk.fusion.BRepBody, path: list[Any]) -> bool:
    """Whether a body has some inner point of the path on its surface."""
    on = adsk.fusion.PointContainment.PointOnPointContainment
    for curve in path:
        evaluator = curve.geometry.evaluator
        _, low, high = evaluator.getParameterExtents()
        for step in range(1, 20):
            _, place = evaluator.getPointAtParameter(low + (high - low) * step / 20)
            if body.pointContainment(drawing.sketch.sketchToModelSpace(place)) == on:
                return True
    return False


def to_next(
    root: adsk.fusion.Component,
    name: str,
    drawing: Drawing,
    way: float,
    mode: str,
    targets: list[str] | None,
    taper: str | None,
) -> list[Maker]:
    """Up to the next face: a join fills the space before it, a cut takes the first stretch of material.

    Returns what makes the same shape again.
    """
    high, low = beyond(root, drawing.frame, targets)
    far = high if way > 0 else low
    extrude(root, drawing, NEW, None, far if way > 0 else None, far if way < 0 else None, taper)
    bodies, frame = bodies_of(root, targets), drawing.frame
    ahead = (frame[0], frame[1], frame[2], (way * frame[3][0], way * frame[3][1], way * frame[3][2]))
    for tool in strangers(root):
        others = {body.name for body in strangers(root) if body.name != tool.name}
        near = [body for body in bodies if touching(tool, body)]
        if near:
            if mode == "cut" and len(near) > 1:
                raise RuntimeError("to next through several bodies at once")
            combine(root, tool, near, INTERSECT if mode == "cut" else CUT, True)
        pieces = [body for body in strangers(root) if body.name not in others]
        spans = [(span_of(root, ahead, piece)[0], piece) for piece in pieces]
        first = min([low for low, _ in spans], default=0.0) if mode == "cut" else 0.0
        for low, piece in spans:
            if low > first + 1e-7:
                root.features.removeFeatures.add(piece)
    again = kept_shape(root, strangers(root))
    if mode == "new":
        settle(root, name)
    else:
        absorb(root, name, strangers(root), CUT if mode == "cut" else JOIN, bodies)
    return again


def kept_shape(root: adsk.fusion.Component, bodies: list[adsk.fusion.BRepBody]) -> list[Maker]:
    """What puts the shape of some bodies, as they are now, into the design again (as a base feature)."""
    manager = adsk.fusion.TemporaryBRepManager.get()
    shapes = [manager.copy(body) for body in bodies]

    def make(operation: Any, participants: Any) -> Any:
        feature = root.features.baseFeatures.add()
        feature.startEdit()
        for shape in shapes:
            root.bRepBodies.add(shape, feature)
        feature.finishEdit()
        return feature

    return [make]
