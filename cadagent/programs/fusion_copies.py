"""Helpers that generated Fusion scripts carry: mirror, patterns, combine, and moving whole bodies.

Never run here; see :mod:`cadagent.programs.fusion_sketching`. What is copied is the shape a feature made,
as it was made: the feature is made again as a body, copied by Fusion's own mirror or pattern, and the copies
are joined to or cut from what they touch.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import adsk.core
import adsk.fusion

from cadagent.programs.fusion_bodies import (
    BODIES,
    CUT,
    INTERSECT,
    JOIN,
    Maker,
    absorb,
    bodies_of,
    body_name,
    combine,
    extents,
    remade,
    settle,
    strangers,
)
from cadagent.programs.fusion_features import rotated
from cadagent.programs.fusion_sketching import (
    Frame,
    Vector,
    amount,
    entitle,
    items,
    place_in,
    plane_at,
    plus,
    point_at,
    together,
    xyz,
)

#: (bodies to copy) -> the feature made.
Copier = Callable[[list[Any]], Any]


def again(
    root: adsk.fusion.Component, name: str, feature: str, mode: str, makers: list[Maker], copier: Copier
) -> None:
    """Copies of what a feature made, applied with the mode that it had."""
    _, originals = remade(root, makers)
    kept = {body.name for body in originals}
    entitle(root.features, copier(originals), name)
    copies = [body for body in strangers(root) if body.name not in kept]
    for body in originals:
        root.features.removeFeatures.add(root.bRepBodies.itemByName(body.name))
    if mode == "new":
        absorb(root, name, copies, JOIN, bodies_of(root, [feature]))
    else:
        operation = {"join": JOIN, "cut": CUT, "intersect": INTERSECT}[mode]
        absorb(root, name, copies, operation, bodies_of(root))


def mirrored(root: adsk.fusion.Component, frame: Frame) -> Copier:
    """A copier that mirrors in the plane of a frame."""

    def make(bodies: list[Any]) -> Any:
        wanted = root.features.mirrorFeatures.createInput(together(bodies), plane_at(root, frame))
        return root.features.mirrorFeatures.add(wanted)

    return make


def middle_of(root: adsk.fusion.Component, bodies: list[Any]) -> Vector:
    low, high = extents(root, bodies)
    return ((low[0] + high[0]) / 2, (low[1] + high[1]) / 2, (low[2] + high[2]) / 2)


def weight_of(body: Any) -> Vector:
    """The centre of mass, which turns and moves with its body as the middle of a box does not."""
    accuracy = adsk.fusion.CalculationAccuracy.VeryHighCalculationAccuracy
    return xyz(body.getPhysicalProperties(accuracy).centerOfMass)


def same(a: Vector, b: Vector) -> bool:
    return max(abs(p - q) for p, q in zip(a, b, strict=True)) < 1e-4


def right_way(
    root: adsk.fusion.Component,
    bodies: list[Any],
    expected: list[Callable[[Vector], Vector]],
    tries: list[Callable[[], Any]],
) -> Any:
    """The first feature of several whose copies lie where they should; the others are taken back."""
    before = {body.name for body in items(root.bRepBodies)}
    wanted = [move(weight_of(body)) for body in bodies for move in expected]
    for make in tries:
        feature = make()
        found = [weight_of(body) for body in items(root.bRepBodies) if body.name not in before]
        if len(found) == len(wanted) and all(any(same(a, b) for b in found) for a in wanted):
            return feature
        feature.deleteMe()
    raise RuntimeError("no direction of the pattern puts the copies where they belong")


def grid(
    root: adsk.fusion.Component,
    frame: Frame,
    counts: tuple[int, int],
    pitches: tuple[float, float],
    expressions: tuple[str, str],
) -> Copier:
    """A copier in rows along the frame's u and v; the original is the first."""

    def make(bodies: list[Any]) -> Any:
        sketch = root.sketches.add(plane_at(root, frame))
        entitle(root.sketches, sketch, "directions of a pattern")
        lines = []
        for u, v in ((1.0, 0.0), (0.0, 1.0)):
            ends = [sketch.modelToSketchSpace(point_at(place_in(frame, a * u, a * v))) for a in (0.0, 1.0)]
            line = sketch.sketchCurves.sketchLines.addByTwoPoints(ends[0], ends[1])
            line.isConstruction = True
            lines.append(line)
        patterns = root.features.rectangularPatternFeatures

        def tried(signs: tuple[str, str]) -> Any:
            wanted = patterns.createInput(
                together(bodies),
                lines[0],
                amount(str(counts[0])),
                amount(signs[0] + "(" + expressions[0] + ")"),
                adsk.fusion.PatternDistanceType.SpacingPatternDistanceType,
            )
            wanted.setDirectionTwo(
                lines[1], amount(str(counts[1])), amount(signs[1] + "(" + expressions[1] + ")")
            )
            return patterns.add(wanted)

        def shifted(u: float, v: float) -> Callable[[Vector], Vector]:
            return lambda place: plus(plus(place, frame[1], u), frame[2], v)

        moves = [
            shifted(i * pitches[0], j * pitches[1])
            for j in range(counts[1])
            for i in range(counts[0])
            if i or j
        ]
        signs = [("", ""), ("-", ""), ("", "-"), ("-", "-")]
        return right_way(root, bodies, moves, [partial(tried, pair) for pair in signs])

    return make


def polar(root: adsk.fusion.Component, frame: Frame, count: int, step: float, total: str) -> Copier:
    """A copier round the frame's normal; ``step`` is the angle between neighbours in radians."""

    def make(bodies: list[Any]) -> Any:
        upright = (frame[0], frame[3], frame[1], frame[2])  # its plane holds the axis
        sketch = root.sketches.add(plane_at(root, upright))
        entitle(root.sketches, sketch, "axis of a pattern")
        ends = [sketch.modelToSketchSpace(point_at(place_in(frame, 0.0, 0.0, n))) for n in (0.0, 1.0)]
        axis = sketch.sketchCurves.sketchLines.addByTwoPoints(ends[0], ends[1])
        axis.isConstruction = True
        patterns = root.features.circularPatternFeatures

        def tried(sign: str) -> Any:
            wanted = patterns.createInput(together(bodies), axis)
            wanted.quantity = amount(str(count))
            wanted.totalAngle = amount(sign + total)
            return patterns.add(wanted)

        def round_by(angle: float) -> Callable[[Vector], Vector]:
            return lambda place: rotated(place, frame[0], frame[3], angle)

        moves = [round_by(index * step) for index in range(1, count)]
        return right_way(root, bodies, moves, [partial(tried, sign) for sign in ("", "-")])

    return make


def combined(root: adsk.fusion.Component, mode: str, target: str, tools: list[str]) -> None:
    """Join bodies of the design, or cut or intersect one with others; the tools are used up."""
    operation = {"join": JOIN, "cut": CUT, "intersect": INTERSECT}[mode]
    own = body_name(target)
    used = [body_name(name) for name in tools if body_name(name) != own]
    bodies, parts = bodies_of(root, used), bodies_of(root, [own])
    if mode == "join":
        feature = combine(root, parts[0], [*parts[1:], *bodies], operation)
        settle(root, own, [body.name for body in items(feature.bodies)])
        return
    for part in parts:
        feature = combine(root, part, bodies, operation, True)
        settle(root, own, [body.name for body in items(feature.bodies)])
    for body in bodies:
        root.features.removeFeatures.add(body)
    for name in used:
        BODIES.pop(name, None)


def move(root: adsk.fusion.Component, name: str, bodies: list[str] | None, cells: list[float]) -> None:
    """A rigid motion by a 4 x 4 matrix, row by row."""
    matrix = adsk.core.Matrix3D.create()
    matrix.setWithArray(cells)
    chosen = together(bodies_of(root, bodies))
    moves = root.features.moveFeatures
    entitle(root.features, moves.add(moves.createInput(chosen, matrix)), name)


def move_about_middle(
    root: adsk.fusion.Component, name: str, bodies: list[str] | None, rows: list[Vector]
) -> None:
    """A rotation about the middle of the bodies' box."""
    middle = middle_of(root, bodies_of(root, bodies))
    cells: list[float] = []
    for index, row in enumerate(rows):
        moved_by = middle[index] - sum(a * b for a, b in zip(row, middle, strict=True))
        cells += [*row, moved_by]
    move(root, name, bodies, [*cells, 0.0, 0.0, 0.0, 1.0])


def scale(
    root: adsk.fusion.Component, name: str, bodies: list[str] | None, factor: str, about: Vector | None
) -> None:
    """A uniform scaling about a point, or about the middle of the bodies' box."""
    chosen = bodies_of(root, bodies)
    place = middle_of(root, chosen) if about is None else about
    sketch = root.sketches.add(root.xYConstructionPlane)
    entitle(root.sketches, sketch, "fixed point of " + name)
    point = sketch.sketchPoints.add(sketch.modelToSketchSpace(point_at(place)))
    scales = root.features.scaleFeatures
    entitle(root.features, scales.add(scales.createInput(together(chosen), point, amount(factor))), name)


def align(
    root: adsk.fusion.Component, name: str, bodies: list[str] | None, sides: dict[int, bool], to: Vector
) -> None:
    """Shift bodies so that a point of their box comes to a place; ``sides``: axis -> whether its high end."""
    low, high = extents(root, bodies_of(root, bodies))
    cells: list[float] = []
    for axis in range(3):
        here = (low[axis] + high[axis]) / 2
        if axis in sides:
            here = high[axis] if sides[axis] else low[axis]
        row = [0.0, 0.0, 0.0, to[axis] - here]
        row[axis] = 1.0
        cells += row
    move(root, name, bodies, [*cells, 0.0, 0.0, 0.0, 1.0])
