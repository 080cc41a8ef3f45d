"""Helpers that generated Fusion scripts carry: edges and faces chosen by geometry; fillet, chamfer, shell.

Never run here; see :mod:`cadagent.programs.fusion_sketching`.
"""

from __future__ import annotations

import math
from typing import Any

import adsk.core
import adsk.fusion

from cadagent.programs.fusion_bodies import BODIES, Maker, bodies_of, body_name, extents, remade, settle
from cadagent.programs.fusion_sketching import (
    Vector,
    amount,
    cross,
    dot,
    entitle,
    faces_along,
    items,
    plus,
    point_at,
    together,
    xyz,
)

ON = 1e-6  # cm: a point this near to a plane lies on it


class Edge:
    """An edge with the five points on it that selectors ask about."""

    def __init__(self, edge: adsk.fusion.BRepEdge) -> None:
        self.edge = edge
        evaluator = edge.evaluator
        _, low, high = evaluator.getParameterExtents()
        self.points: list[Vector] = []
        for step in range(5):
            _, place = evaluator.getPointAtParameter(low + (high - low) * step / 4)
            self.points.append(xyz(place))
        self.straight = edge.geometry.curveType == adsk.core.Curve3DTypes.Line3DCurveType

    @property
    def middle(self) -> Vector:
        return self.points[2]

    def sharp(self) -> bool:
        """Whether its two faces do not join smoothly."""
        normals = []
        for face in items(self.edge.faces):
            _, normal = face.evaluator.getNormalAtPoint(point_at(self.middle))
            normals.append(xyz(normal))
        aside = cross(normals[0], normals[1])
        return math.sqrt(dot(aside, aside)) > 1e-3

    def along(self, way: Vector) -> bool:
        run = plus(self.points[4], self.points[0], -1.0)
        aside = cross(run, way)
        return self.straight and math.sqrt(dot(aside, aside)) < 1e-6 * math.sqrt(
            dot(run, run) * dot(way, way)
        )

    def lies_in(self, plane: tuple[Vector, Vector]) -> bool:
        return all(abs(dot(plus(place, plane[0], -1.0), plane[1])) < ON for place in self.points)


def edges_of(bodies: list[adsk.fusion.BRepBody]) -> list[Edge]:
    """The edges between two faces of the bodies."""
    return [
        Edge(edge)
        for body in bodies
        for edge in items(body.edges)
        if not edge.isDegenerate and edge.faces.count == 2 and edge.faces.item(0) != edge.faces.item(1)
    ]


def on_any(bodies: list[adsk.fusion.BRepBody], places: list[Vector]) -> bool:
    """Whether each point lies on the surface of one of the bodies."""
    on = adsk.fusion.PointContainment.PointOnPointContainment
    return all(any(body.pointContainment(point_at(place)) == on for body in bodies) for place in places)


#: (kind, data, feature whose surface the edge must touch or None)
Selector = tuple[str, Any, Any]


def selected(
    root: adsk.fusion.Component, name: str | None, selectors: list[Selector], tools: dict[str, list[Maker]]
) -> list[list[Edge]]:
    """Sharp edges of each body of the design that every selector finds some of, sorted by body in Fusion.

    Nothing where all that is found is smooth already; raises RuntimeError where nothing is found.
    """
    names = list(BODIES) if name is None else [body_name(name)]
    smooth = False
    found: list[list[Edge]] = []
    for own in names:
        edges = edges_of(bodies_of(root, [own]))
        low, high = extents(root, bodies_of(root, [own]))
        chosen: list[Edge] = []
        for kind, data, tool in selectors:
            hits = [edge for edge in edges if matches(edge, kind, data, low, high)]
            wanted = data if kind == "feature" else tool
            if wanted is not None:
                features, bodies = remade(root, tools[wanted])
                if kind == "feature":
                    hits = [edge for edge in hits if on_any_each(bodies, edge.points[1:4])]
                if tool is not None:
                    hits = [edge for edge in hits if on_any(bodies, [edge.middle])]
                for feature in reversed(features):
                    feature.deleteMe()
            any_hit, hits = bool(hits), [edge for edge in hits if edge.sharp()]
            if not hits:
                smooth = smooth or any_hit
                chosen = []
                break
            chosen += [edge for edge in hits if edge not in chosen]
        for body in bodies_of(root, [own]):
            part = [edge for edge in chosen if edge.edge.body.name == body.name]
            if part:
                found.append(part)
    if not found and not smooth:
        raise RuntimeError("no edge is where the selectors look")
    return found


def on_any_each(bodies: list[adsk.fusion.BRepBody], places: list[Vector]) -> bool:
    return all(on_any(bodies, [place]) for place in places)


def matches(edge: Edge, kind: str, data: Any, low: Vector, high: Vector) -> bool:
    """Whether a selector means an edge; ``low`` and ``high`` are the corners of its body's box."""
    if kind == "direction":
        return edge.along(data)
    if kind == "horizontal":
        heights = [place[2] for place in edge.points]
        return max(heights) - min(heights) < ON
    if kind == "planes":
        return all(edge.lies_in(plane) for plane in data)
    if kind == "side":
        corner = tuple(b if c > 0 else a for c, a, b in zip(data, low, high, strict=True))
        return edge.lies_in(((corner[0], corner[1], corner[2]), data))
    return True


def fillet(
    root: adsk.fusion.Component,
    name: str,
    body: str | None,
    selectors: list[Selector],
    radius: str,
    tools: dict[str, list[Maker]],
) -> None:
    """Round the selected edges, one feature for each body."""
    for edges in selected(root, body, selectors, tools):
        wanted = root.features.filletFeatures.createInput()
        wanted.addConstantRadiusEdgeSet(together([edge.edge for edge in edges]), amount(radius), True)
        wanted.isRollingBallCorner = True
        entitle(root.features, root.features.filletFeatures.add(wanted), name)
    settle_all(root)


def settle_all(root: adsk.fusion.Component) -> None:
    for own in list(BODIES):
        settle(root, own)


def chamfer(
    root: adsk.fusion.Component,
    name: str,
    body: str | None,
    selectors: list[Selector],
    distances: tuple[str, str | None],
    lengths: tuple[float, float | None],
    tools: dict[str, list[Maker]],
) -> None:
    """Bevel the selected edges; of two distances the first lies on the selected face.

    On which face Fusion takes the first distance is seen from the result; edges where it is the wrong one
    are turned round and the feature is made again.
    """
    planes = [plane for kind, data, _ in selectors if kind == "planes" for plane in data]
    for edges in selected(root, body, selectors, tools):
        first, second = distances
        if second is None or lengths[1] is None:
            entitle(root.features, bevel(root, edges, [False] * len(edges), first, None), name)
            continue
        owner = edges[0].edge.body.name
        expected = [sample(edge, planes, lengths[0], lengths[1]) for edge in edges]
        feature = bevel(root, edges, [False] * len(edges), first, second)
        made = root.bRepBodies.itemByName(owner)
        outside = adsk.fusion.PointContainment.PointOutsidePointContainment
        flips = [
            place is not None
            and (made.pointContainment(point_at(place)) == outside) != (lengths[0] > lengths[1])
            for place in expected
        ]
        if any(flips):
            feature.deleteMe()
            again = selected(root, body, selectors, tools)
            edges = next(part for part in again if part[0].edge.body.name == owner)
            feature = bevel(root, edges, flips, first, second)
        entitle(root.features, feature, name)
    settle_all(root)


def bevel(
    root: adsk.fusion.Component, edges: list[Edge], flips: list[bool], first: str, second: str | None
) -> adsk.fusion.ChamferFeature:
    """One chamfer feature; with two distances each edge is a set of its own."""
    wanted = root.features.chamferFeatures.createInput2()
    if second is None:
        wanted.chamferEdgeSets.addEqualDistanceChamferEdgeSet(
            together([edge.edge for edge in edges]), amount(first), True
        )
    else:
        for edge, flip in zip(edges, flips, strict=True):
            wanted.chamferEdgeSets.addTwoDistancesChamferEdgeSet(
                together([edge.edge]), amount(first), amount(second), flip, True
            )
    return root.features.chamferFeatures.add(wanted)


def sample(edge: Edge, planes: list[tuple[Vector, Vector]], first: float, second: float) -> Vector | None:
    """A point of the selected face that a chamfer removes just if its larger distance lies on that face."""
    for point, normal in planes:
        for face in items(edge.edge.faces):
            if not faces_along(face, normal, point, ON) or not edge.lies_in((point, normal)):
                continue
            run = plus(edge.points[3], edge.points[1], -1.0)
            aside = cross(run, normal)
            length = math.sqrt(dot(aside, aside))
            reach = (first + second) / 2
            for sign in (1.0, -1.0):
                near = plus(edge.middle, aside, sign * min(first, second) * 0.01 / length)
                if on_any([edge.edge.body], [near]):
                    return plus(edge.middle, aside, sign * reach / length)
    return None


def shell(
    root: adsk.fusion.Component,
    name: str,
    body: str | None,
    openings: list[tuple[Vector, Vector]],
    thickness: str,
    outward: bool,
) -> None:
    """Hollow a body (all bodies for None; with openings those that have such a face)."""
    for own in bodies_of(root, None if body is None else [body]):
        faces = [face for face in items(own.faces) if any(looks(own, face, *plane) for plane in openings)]
        if openings and not faces:
            continue
        wanted = root.features.shellFeatures.createInput(together(faces if faces else [own]), False)
        if outward:
            wanted.outsideThickness = amount(thickness)
        else:
            wanted.insideThickness = amount(thickness)
        entitle(root.features, root.features.shellFeatures.add(wanted), name)
    settle_all(root)


def looks(body: adsk.fusion.BRepBody, face: adsk.fusion.BRepFace, point: Vector, normal: Vector) -> bool:
    """Whether a face is flat, lies in a plane and has the body's material behind it."""
    if not faces_along(face, normal, point, ON):
        return False
    place = xyz(face.pointOnFace)
    inside = adsk.fusion.PointContainment.PointInsidePointContainment
    return body.pointContainment(point_at(plus(place, normal, -1e-4))) == inside
