"""Helpers that generated Fusion scripts carry: planes, sketches, and profiles chosen by geometry.

This module is never run here; the writer copies from it what a script needs. Lengths are centimetres, as
inside Fusion. A frame is (origin, u, v, normal) in model space. No axis convention of Fusion is relied on:
points go through ``modelToSketchSpace``, and every direction is compared with the sketch's own normal.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import adsk.core
import adsk.fusion

Vector = tuple[float, float, float]
Frame = tuple[Vector, Vector, Vector, Vector]


def items(collection: Any) -> list[Any]:
    """What a collection of the API holds."""
    return [collection.item(index) for index in range(collection.count)]


def together(things: list[Any]) -> adsk.core.ObjectCollection:
    """The API's own kind of list."""
    collection = adsk.core.ObjectCollection.create()
    for thing in things:
        collection.add(thing)
    return collection


def amount(value: float | str) -> adsk.core.ValueInput:
    """A length in centimetres, an angle in radians, or an expression over parameters."""
    if isinstance(value, str):
        return adsk.core.ValueInput.createByString(value)
    return adsk.core.ValueInput.createByReal(value)


def point_at(place: Vector) -> adsk.core.Point3D:
    return adsk.core.Point3D.create(place[0], place[1], place[2])


def vector_along(way: Vector) -> adsk.core.Vector3D:
    return adsk.core.Vector3D.create(way[0], way[1], way[2])


def xyz(thing: Any) -> Vector:
    """The coordinates of a point or vector of the API."""
    return (thing.x, thing.y, thing.z)


def dot(a: Vector, b: Vector) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def plus(a: Vector, b: Vector, factor: float = 1.0) -> Vector:
    return (a[0] + factor * b[0], a[1] + factor * b[1], a[2] + factor * b[2])


def cross(a: Vector, b: Vector) -> Vector:
    return (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])


def place_in(frame: Frame, u: float, v: float, n: float = 0.0) -> Vector:
    """The model point at coordinates of a frame."""
    return plus(plus(plus(frame[0], frame[1], u), frame[2], v), frame[3], n)


def moved(frame: Frame, distance: float) -> Frame:
    """The frame moved along its normal."""
    return (plus(frame[0], frame[3], distance), frame[1], frame[2], frame[3])


def entitle(collection: Any, thing: Any, name: str) -> None:
    """Give a sketch or feature its name, with a number where the name is in use."""
    free, count = name, 2
    while collection.itemByName(free) is not None:
        free, count = name + " " + str(count), count + 1
    thing.name = free


def plane_at(root: adsk.fusion.Component, frame: Frame) -> adsk.fusion.ConstructionPlane:
    """A plane where the frame lies: an origin plane, one offset from it, or through three points."""
    planes = root.constructionPlanes
    for plane in (root.xYConstructionPlane, root.xZConstructionPlane, root.yZConstructionPlane):
        normal = xyz(plane.geometry.normal)
        if abs(abs(dot(normal, frame[3])) - 1.0) < 1e-9:
            distance = dot(normal, plus(frame[0], xyz(plane.geometry.origin), -1.0))
            if abs(distance) < 1e-9:
                return plane
            wanted = planes.createInput()
            wanted.setByOffset(plane, amount(distance))
            return planes.add(wanted)
    helper = root.sketches.add(root.xYConstructionPlane)
    entitle(root.sketches, helper, "points of a plane")
    corners = [
        helper.sketchPoints.add(helper.modelToSketchSpace(point_at(place_in(frame, u, v))))
        for u, v in ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0))
    ]
    helper.isLightBulbOn = False
    wanted = planes.createInput()
    wanted.setByThreePoints(corners[0], corners[1], corners[2])
    return planes.add(wanted)


def faces_along(face: adsk.fusion.BRepFace, normal: Vector, point: Vector, near: float) -> bool:
    """Whether a face is flat and lies in a plane; which way it looks is not asked."""
    plane = adsk.core.Plane.cast(face.geometry)
    if plane is None or abs(abs(dot(xyz(plane.normal), normal)) - 1.0) > 1e-9:
        return False
    return abs(dot(plus(xyz(face.pointOnFace), point, -1.0), normal)) < near


def face_at(root: adsk.fusion.Component, frame: Frame) -> Any:
    """A flat face of a body in the frame's plane, or None."""
    for body in items(root.bRepBodies):
        for face in items(body.faces):
            if faces_along(face, frame[3], frame[0], 1e-7):
                return face
    return None


def normal_of(sketch: adsk.fusion.Sketch) -> Vector:
    """The direction in which a sketch looks, in model space."""
    return cross(xyz(sketch.xDirection), xyz(sketch.yDirection))


class Drawing:
    """A sketch with its loops: (role, outline, inner outlines), each outline a list of sketch curves."""

    def __init__(self, sketch: adsk.fusion.Sketch, frame: Frame) -> None:
        self.sketch, self.frame = sketch, frame
        self.loops: list[tuple[str, list[Any], list[list[Any]]]] = []
        self.axes: dict[Any, adsk.fusion.SketchLine] = {}

    def point(self, place: tuple[float, float]) -> adsk.core.Point3D:
        """A point of the frame in the sketch's own coordinates, exactly in its plane."""
        found = self.sketch.modelToSketchSpace(point_at(place_in(self.frame, place[0], place[1])))
        return adsk.core.Point3D.create(found.x, found.y, 0.0)

    def outline(self, curves: list[tuple[Any, ...]]) -> list[Any]:
        """Draw curves that follow one another; neighbours share their end points."""
        ends: dict[tuple[float, float], adsk.fusion.SketchPoint] = {}
        drawn = [self._curve(curve, ends) for curve in curves]
        if len(curves) == 4 and all(curve[0] == "line" for curve in curves):
            square_up(self.sketch, drawn, [curve[1] for curve in curves])
        for curve, made in zip(curves, drawn, strict=True):
            if curve[-1] is not None:
                drive(self.sketch, made, curve[-1])
        return drawn

    def _curve(self, curve: tuple[Any, ...], ends: dict[tuple[float, float], Any]) -> Any:
        lines = self.sketch.sketchCurves
        kind = curve[0]
        if kind == "circle":
            return lines.sketchCircles.addByCenterRadius(self.point(curve[1]), curve[2])
        if kind == "ellipse":
            return lines.sketchEllipses.add(self.point(curve[1]), self.point(curve[2]), self.point(curve[3]))
        if kind == "spline":
            poles = [self.point(pole) for pole in curve[1]]
            return lines.sketchFittedSplines.addByNurbsCurve(
                adsk.core.NurbsCurve3D.createNonRational(poles, curve[2], curve[3], False)
            )
        for place in (curve[1], curve[-2]):
            if place not in ends:
                ends[place] = self.sketch.sketchPoints.add(self.point(place))
        if kind == "arc":
            return lines.sketchArcs.addByThreePoints(ends[curve[1]], self.point(curve[2]), ends[curve[3]])
        return lines.sketchLines.addByTwoPoints(ends[curve[1]], ends[curve[2]])

    def axis(self, place: tuple[float, float], way: tuple[float, float]) -> adsk.fusion.SketchLine:
        """A construction line through a point of the frame; the same one when asked again."""
        if (place, way) in self.axes:
            return self.axes[place, way]
        end = (place[0] + way[0], place[1] + way[1])
        line = self.sketch.sketchCurves.sketchLines.addByTwoPoints(self.point(place), self.point(end))
        line.isConstruction = True
        self.axes[place, way] = line
        return line

    def profiles(self) -> list[adsk.fusion.Profile]:
        """The profiles inside an outline that adds and outside every one that is a hole.

        Fusion cuts a sketch into the smallest areas that its curves enclose; each of them lies wholly inside
        or outside the region, so that one point inside it decides.
        """
        adds = [
            (strokes(outline), [strokes(curves) for curves in inner])
            for role, outline, inner in self.loops
            if role == "add"
        ]
        holes = [strokes(outline) for role, outline, _ in self.loops if role == "hole"]
        chosen = []
        for profile in items(self.sketch.profiles):
            place = inside_of(profile)
            if any(
                encloses(outline, place) and not any(encloses(curves, place) for curves in inner)
                for outline, inner in adds
            ) and not any(encloses(hole, place) for hole in holes):
                chosen.append(profile)
        if not chosen:
            raise RuntimeError("no profile of " + self.sketch.name + " lies inside its region")
        return chosen


Segment = tuple[tuple[float, float], tuple[float, float]]


def strokes(curves: list[Any]) -> list[Segment]:
    """Straight pieces along sketch or profile curves, in sketch coordinates, to a thousandth of a mm."""
    found: list[Segment] = []
    for curve in curves:
        evaluator = curve.geometry.evaluator
        _, low, high = evaluator.getParameterExtents()
        _, points = evaluator.getStrokes(low, high, 1e-4)
        flat = [(point.x, point.y) for point in points]
        found += pairwise(flat)
    return found


def crossings(segments: list[Segment], y: float) -> list[float]:
    """Where a horizontal line crosses the segments, from left to right."""
    return sorted(
        a[0] + (y - a[1]) * (b[0] - a[0]) / (b[1] - a[1]) for a, b in segments if (a[1] > y) != (b[1] > y)
    )


def encloses(segments: list[Segment], place: tuple[float, float]) -> bool:
    """Whether closed outlines have a point inside (even-odd rule)."""
    return sum(x > place[0] for x in crossings(segments, place[1])) % 2 == 1


def distance_to(segment: Segment, place: tuple[float, float]) -> float:
    (ax, ay), (bx, by) = segment
    length = (bx - ax) ** 2 + (by - ay) ** 2
    t = ((place[0] - ax) * (bx - ax) + (place[1] - ay) * (by - ay)) / length if length > 0 else 0.0
    t = min(1.0, max(0.0, t))
    return math.hypot(place[0] - ax - t * (bx - ax), place[1] - ay - t * (by - ay))


def inside_of(profile: adsk.fusion.Profile) -> tuple[float, float]:
    """A point well inside a profile: of the middles between crossings that which is farthest from edges."""
    segments = [
        segment for loop in items(profile.profileLoops) for segment in strokes(items(loop.profileCurves))
    ]
    heights = [end[1] for segment in segments for end in segment]
    low, high = min(heights), max(heights)
    best, room = (0.0, 0.0), -1.0
    for step in range(1, 24):
        y = low + (high - low) * (step * 0.618034 % 1.0)
        found = crossings(segments, y)
        for left, right in zip(found[::2], found[1::2], strict=True):
            place = ((left + right) / 2, y)
            if (right - left) / 2 <= room:
                continue
            clear = min(distance_to(segment, place) for segment in segments)
            if clear > room:
                best, room = place, clear
    return best


def square_up(sketch: adsk.fusion.Sketch, lines: list[Any], corners: list[tuple[float, float]]) -> None:
    """Keep the corners of a rectangle square, so that its dimensions can be edited."""
    for index in range(3):
        a, b, c = (corners[(index + step) % 4] for step in range(3))
        if abs((b[0] - a[0]) * (c[0] - b[0]) + (b[1] - a[1]) * (c[1] - b[1])) > 1e-9:
            return
    for index in range(3):
        sketch.geometricConstraints.addPerpendicular(lines[index], lines[index + 1])


def drive(sketch: adsk.fusion.Sketch, curve: Any, expression: str) -> None:
    """A driving dimension on a circle's diameter or a line's length; left out where Fusion refuses it."""
    dimensions = sketch.sketchDimensions
    try:
        if curve.objectType == adsk.fusion.SketchCircle.classType():
            center = curve.centerSketchPoint.geometry
            aside = adsk.core.Point3D.create(center.x + curve.radius, center.y + curve.radius, 0.0)
            dimension: Any = dimensions.addDiameterDimension(curve, aside)
        else:
            start, end = curve.startSketchPoint, curve.endSketchPoint
            a, b = start.geometry, end.geometry
            middle = adsk.core.Point3D.create((a.x + b.x) / 2 + 0.2, (a.y + b.y) / 2 + 0.2, 0.0)
            dimension = dimensions.addDistanceDimension(
                start, end, adsk.fusion.DimensionOrientations.AlignedDimensionOrientation, middle
            )
        dimension.parameter.expression = expression
    except RuntimeError:
        return  # over-constrained: the curve keeps the length with which it was drawn


def draw(
    root: adsk.fusion.Component,
    name: str,
    frame: Frame,
    loops: list[tuple[str, list[tuple[Any, ...]], list[list[tuple[Any, ...]]]]],
    on_face: bool = False,
) -> Drawing:
    """A sketch with its loops on a plane or, where one is there, on a face."""
    face = face_at(root, frame) if on_face else None
    where = face if face is not None else plane_at(root, frame)
    sketch = root.sketches.addWithoutEdges(where)
    entitle(root.sketches, sketch, name)
    sketch.isComputeDeferred = True
    drawing = Drawing(sketch, frame)
    for role, outline, inner in loops:
        drawing.loops.append((role, drawing.outline(outline), [drawing.outline(curves) for curves in inner]))
    sketch.isComputeDeferred = False
    return drawing
