"""Finding the edges and faces that a selector of the resolved form means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from OCP.BRep import BRep_Tool
from OCP.BRepAdaptor import BRepAdaptor_Curve, BRepAdaptor_Curve2d, BRepAdaptor_Surface
from OCP.BRepClass3d import BRepClass3d_SolidClassifier
from OCP.BRepGProp import BRepGProp_Face
from OCP.collections import (
    IndexedDataMap_TopoDS_Shape_List_TopoDS_Shape_TopTools_ShapeMapHasher as AncestorMap,
)
from OCP.GeomAbs import GeomAbs_Line, GeomAbs_Plane
from OCP.gp import gp_Pnt, gp_Vec
from OCP.TopAbs import TopAbs_EDGE, TopAbs_FACE, TopAbs_ON, TopAbs_REVERSED
from OCP.TopExp import TopExp
from OCP.TopoDS import TopoDS, TopoDS_Edge, TopoDS_Face, TopoDS_Shape

from cadagent.kernel.context import BuildContext, StepProblem
from cadagent.kernel.shapes import Box, Vector, box_of, dot, parts, solids, vector

#: A point this near to a plane or a tool's surface lies on it (mm).
ON = 1e-5
#: Sine of the angle under which two faces count as one smooth surface.
SMOOTH = 1e-3


@dataclass(frozen=True)
class EdgeInfo:
    """An edge of a body with what selectors ask about."""

    edge: TopoDS_Edge
    faces: tuple[TopoDS_Face, ...]
    points: tuple[Vector, ...]
    straight: Vector | None
    sharp: bool

    @property
    def middle(self) -> Vector:
        return self.points[len(self.points) // 2]


def edges_of(body: TopoDS_Shape) -> list[EdgeInfo]:
    """The edges of a body in a fixed order, without seams; not sharp: its faces join smoothly."""
    faces_at = AncestorMap()
    TopExp.MapShapesAndAncestors_s(body, TopAbs_EDGE, TopAbs_FACE, faces_at)
    found = []
    for i in range(1, faces_at.Extent() + 1):
        edge = TopoDS.Edge(faces_at.FindKey(i))
        faces = tuple(TopoDS.Face(face) for face in faces_at.FindFromIndex(i))
        if BRep_Tool.Degenerated_s(edge) or len(faces) != 2 or faces[0].IsSame(faces[1]):
            continue
        curve = BRepAdaptor_Curve(edge)
        first, last = curve.FirstParameter(), curve.LastParameter()
        points = tuple(_xyz(curve.Value(first + (last - first) * t)) for t in (0.0, 0.25, 0.5, 0.75, 1.0))
        straight = None
        if curve.GetType() == GeomAbs_Line:
            direction = curve.Line().Direction()
            straight = (direction.X(), direction.Y(), direction.Z())
        found.append(EdgeInfo(edge, faces, points, straight, not _smooth(edge, faces[0], faces[1])))
    return found


def _xyz(point: gp_Pnt) -> Vector:
    return (point.X(), point.Y(), point.Z())


def _smooth(edge: TopoDS_Edge, one: TopoDS_Face, other: TopoDS_Face) -> bool:
    a, b = _normal(edge, one), _normal(edge, other)
    return a.Crossed(b).Magnitude() < SMOOTH and a.Dot(b) > 0


def _normal(edge: TopoDS_Edge, face: TopoDS_Face) -> gp_Vec:
    """Outward unit normal of a face at the middle of its edge."""
    curve = BRepAdaptor_Curve2d(edge, face)
    uv = curve.Value((curve.FirstParameter() + curve.LastParameter()) / 2)
    point, normal = gp_Pnt(), gp_Vec()
    BRepGProp_Face(face).Normal(uv.X(), uv.Y(), point, normal)
    length = normal.Magnitude()
    return normal.Divided(length) if length > 1e-12 else gp_Vec(0, 0, 1)


def select_edges(
    body: TopoDS_Shape, selectors: Sequence[dict[str, Any]], context: BuildContext
) -> list[EdgeInfo]:
    """The sharp edges of a body that any of the selectors means, each once, in a fixed order.

    Raises:
        StepProblem: ``geometry.no_edges`` when a selector finds none, ``geometry.edges_smooth`` when all that
            it finds are smooth already.
    """
    edges = edges_of(body)
    box = box_of(body, exact=True)
    chosen: set[int] = set()
    for selector in selectors:
        hits = set(_matching(edges, selector, box, context))
        tool = selector.get("of")
        if tool is not None:
            surface = _Surface(tool, context)
            hits = {i for i in hits if surface.holds(edges[i].middle)}
        if not hits:
            raise _no_edges(selector, edges, box)
        sharp = {i for i in hits if edges[i].sharp}
        if not sharp:
            raise StepProblem(
                "geometry.edges_smooth",
                "The selected edges are rounded already, so there is nothing to change on them.",
                expected="sharp edges",
                actual=f"{len(hits)} smooth ones",
                hint="Leave this step out, or make the corners sharp in the profile.",
            )
        chosen |= sharp
    return [edges[i] for i in sorted(chosen)]


def _matching(
    edges: Sequence[EdgeInfo], selector: dict[str, Any], box: Box, context: BuildContext
) -> list[int]:
    kind = selector["select"]
    if kind == "all":
        return list(range(len(edges)))
    if kind == "direction":
        wanted = vector(selector["vector"])
        return [i for i, e in enumerate(edges) if e.straight is not None and _parallel(e.straight, wanted)]
    if kind == "horizontal":
        return [
            i for i, e in enumerate(edges) if max(p[2] for p in e.points) - min(p[2] for p in e.points) < ON
        ]
    if kind == "plane":
        return [i for i, e in enumerate(edges) if _in_plane(e, selector)]
    if kind == "planes":
        return [i for i, e in enumerate(edges) if all(_in_plane(e, plane) for plane in selector["planes"])]
    if kind == "feature":
        surface = _Surface(selector["id"], context)
        return [i for i, e in enumerate(edges) if all(surface.holds(p) for p in e.points[1:4])]
    if kind == "side":
        way = vector(selector["direction"])
        heights = [max(dot(p, way) for p in e.points) for e in edges]
        limit = max(heights, default=0.0)
        if max(abs(c) for c in way) > 1 - 1e-9:
            limit = box.along((0.0, 0.0, 0.0), way)[1]
        return [i for i, e in enumerate(edges) if all(abs(dot(p, way) - limit) < ON for p in e.points)]
    raise StepProblem("geometry.build_failed", f"Unknown selector {kind}.", actual=str(kind))


def _parallel(a: Vector, b: Vector) -> bool:
    return abs(abs(dot(a, b)) - dot(b, b) ** 0.5) < 1e-6


def _in_plane(edge: EdgeInfo, plane: dict[str, Any]) -> bool:
    normal = vector(plane["normal"])
    height = dot(vector(plane["point"]), normal)
    return all(abs(dot(point, normal) - height) < ON for point in edge.points)


class _Surface:
    """The surface of a feature's tool solids, asked for points."""

    def __init__(self, feature_id: str, context: BuildContext) -> None:
        feature = context.features.get(feature_id)
        tools = feature.tools() if feature else []
        self._solids = [
            (box_of(solid), BRepClass3d_SolidClassifier(solid)) for tool in tools for solid in solids(tool)
        ]
        if not self._solids:
            raise StepProblem(
                "geometry.no_edges",
                f"{feature_id} made no solid whose edges could be found.",
                hint="Name an earlier feature that adds or removes material.",
            )

    def holds(self, point: Vector) -> bool:
        here = Box(point, point)
        for box, classifier in self._solids:
            if box.meets(here, gap=ON):
                classifier.Perform(gp_Pnt(*point), ON)
                if classifier.State() == TopAbs_ON:
                    return True
        return False


def _no_edges(selector: dict[str, Any], edges: Sequence[EdgeInfo], box: Box) -> StepProblem:
    sharp = [e for e in edges if e.sharp]
    upright = sum(1 for e in sharp if e.straight is not None and _parallel(e.straight, (0.0, 0.0, 1.0)))
    return StepProblem(
        "geometry.no_edges",
        "No edge of the part is where this selector looks.",
        expected="at least one sharp edge",
        actual=f"a part with {len(sharp)} sharp edges, {upright} of them vertical, at {box.text()}",
        hint='Use "all", "vertical", or a face that is still there, or do this before the edges are removed.',
    )


def plane_faces(body: TopoDS_Shape, plane: dict[str, Any]) -> list[TopoDS_Face]:
    """The flat faces of a body in a plane that look along its normal."""
    normal, point = vector(plane["normal"]), vector(plane["point"])
    height = dot(point, normal)
    found = []
    for shape in parts(body, TopAbs_FACE):
        face = TopoDS.Face(shape)
        surface = BRepAdaptor_Surface(face)
        if surface.GetType() != GeomAbs_Plane:
            continue
        axis, sign = (
            surface.Plane().Axis().Direction(),
            -1.0 if face.Orientation() == TopAbs_REVERSED else 1.0,
        )
        if not surface.Plane().Direct():
            sign = -sign
        looks = (sign * axis.X(), sign * axis.Y(), sign * axis.Z())
        at = _xyz(surface.Plane().Location())
        if dot(looks, normal) > 1 - 1e-9 and abs(dot(at, normal) - height) < ON:
            found.append(face)
    return found
