"""Triangle meshes of solids: tessellation welded along the topology, and checks on any triangle soup.

Shapes: ``vertices`` float32 [n, 3] in millimetres, ``triangles`` int32 [m, 3] counter-clockwise seen from
outside, ``edges`` a list of polylines float32 [k, 3] along the topological edges.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from OCP.TopoDS import TopoDS_Shape

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.integer[Any]]

DEFLECTION = 1e-3
"""Default chord error, as a share of the largest extent: fine enough for a picture and for STL."""
ANGULAR = 0.2
"""Default angle between neighbouring facets, in radians (32 facets on a full circle)."""
FINE = 0.14
"""The same in files: 45 facets on a full circle, whose area is a third of a percent below the circle's."""
CREASE = 25.0
"""Facets meeting at more than this angle (degrees) form an edge in meshes that carry no topology."""


@dataclass(frozen=True, eq=False)
class Mesh:
    """Triangles of one or more bodies. ``edges`` are sharp, ``smooth_edges`` join tangent faces."""

    vertices: Floats
    triangles: Ints
    edges: Sequence[Floats] = ()
    smooth_edges: Sequence[Floats] = field(default=())

    @cached_property
    def box(self) -> tuple[Floats, Floats]:
        """Smallest and largest corner over the vertices that triangles use (zeros for an empty mesh)."""
        if not len(self.triangles):
            return np.zeros(3), np.zeros(3)
        used = self.vertices[self.triangles.ravel()].astype(np.float64)
        return used.min(axis=0), used.max(axis=0)

    @cached_property
    def size(self) -> Floats:
        low, high = self.box
        return high - low

    @cached_property
    def corners(self) -> Floats:
        """Corner points of every triangle, float64 [m, 3 corners, 3]."""
        return self.vertices.astype(np.float64)[self.triangles]

    @cached_property
    def volume(self) -> float:
        """Signed volume by the divergence theorem; positive when the triangles face outward."""
        return float(self._signed_volumes.sum())

    @cached_property
    def center(self) -> Floats:
        """Centre of mass of the enclosed volume (of the box when nothing is enclosed)."""
        low, high = self.box
        middle = (low + high) / 2
        total = self.volume
        if abs(total) <= 1e-12 * float(np.prod(np.maximum(high - low, 1e-12))):
            return middle
        centroids = (self.corners - middle).sum(axis=1) / 4
        return middle + (centroids * self._signed_volumes[:, None]).sum(axis=0) / total

    @cached_property
    def area(self) -> float:
        return float(np.linalg.norm(self._cross, axis=1).sum() / 2)

    @cached_property
    def normals(self) -> Floats:
        """Unit normal of every triangle, float64 [m, 3]; zero for a degenerate one."""
        length = np.linalg.norm(self._cross, axis=1, keepdims=True)
        return self._cross / np.where(length > 0, length, 1)

    @cached_property
    def sides(self) -> tuple[Ints, Ints, Ints]:
        """Undirected edges of the triangulation: (pairs [e, 2], index of each triangle side into them
        [m, 3], how many triangle sides use each [e])."""
        directed = _directed(self.triangles)
        width = max(len(self.vertices), 1)
        keys = directed.min(axis=1).astype(np.int64) * width + directed.max(axis=1)
        unique, inverse, counts = np.unique(keys, return_inverse=True, return_counts=True)
        return np.stack([unique // width, unique % width], axis=1), inverse.reshape(3, -1).T, counts

    @property
    def open_sides(self) -> int:
        """Triangle sides with no neighbour: the boundary. 0 when the mesh is closed."""
        return int((self.sides[2] == 1).sum())

    @property
    def non_manifold_sides(self) -> int:
        """Triangle sides shared by more than two triangles."""
        return int((self.sides[2] > 2).sum())

    @cached_property
    def watertight(self) -> bool:
        """Every side is shared by exactly two triangles that run along it in opposite directions."""
        if not len(self.triangles) or not bool((self.sides[2] == 2).all()):
            return False
        directed = _directed(self.triangles)
        forward = directed[:, 0] < directed[:, 1]
        return bool((np.bincount(self.sides[1].T.ravel(), weights=forward) == 1).all())

    @cached_property
    def euler(self) -> int:
        """Euler characteristic V − E + F over the vertices in use."""
        return int(len(np.unique(self.triangles)) - len(self.sides[0]) + len(self.triangles))

    @cached_property
    def _cross(self) -> Floats:
        corners = self.corners
        return np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])

    @cached_property
    def _signed_volumes(self) -> Floats:
        low, high = self.box
        local = self.corners - (low + high) / 2
        return np.einsum("ij,ij->i", local[:, 0], self._cross) / 6


def _directed(triangles: Ints) -> Ints:
    """The three sides of every triangle, first all 0→1, then all 1→2, then all 2→0: [3 m, 2]."""
    return np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])


def tessellate(
    shape: TopoDS_Shape | Mapping[str, TopoDS_Shape],
    deflection: float = DEFLECTION,
    angular: float = ANGULAR,
) -> Mesh:
    """Triangulate a shape, or the bodies of a design, into one mesh in millimetres.

    ``deflection`` is the chord error as a share of the shape's largest extent, ``angular`` the largest angle
    between neighbouring facets in radians. Faces are welded through the edges and vertices they share, never
    by coordinates: a closed solid gives a watertight mesh, and bodies that merely touch stay apart. The same
    shape and numbers give the same mesh.
    """
    from OCP.Bnd import Bnd_Box
    from OCP.BRepBndLib import BRepBndLib
    from OCP.BRepMesh import BRepMesh_IncrementalMesh
    from OCP.BRepTools import BRepTools

    shapes = list(shape.values()) if isinstance(shape, Mapping) else [shape]
    box = Bnd_Box()
    for item in shapes:
        BRepBndLib.Add_s(item, box, False)
    if box.IsVoid():
        return Mesh(np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32))
    low, high = box.CornerMin(), box.CornerMax()
    extent = max(high.X() - low.X(), high.Y() - low.Y(), high.Z() - low.Z())
    builder = _MeshBuilder()
    for item in shapes:
        # A triangulation left on the shape by an earlier call would be kept when it is finer.
        BRepTools.Clean_s(item)
        BRepMesh_IncrementalMesh(item, max(deflection * extent, 1e-7), False, angular, False)
        builder.add(item)
    return builder.mesh()


class _MeshBuilder:
    """Collects the triangulated faces of shapes; topological vertices and edges give the shared nodes."""

    def __init__(self) -> None:
        self.points: list[tuple[float, float, float]] = []
        self.triangles: list[tuple[int, int, int]] = []
        self.sharp: list[list[int]] = []
        self.smooth: list[list[int]] = []

    def _new(self, point: tuple[float, float, float]) -> int:
        self.points.append(point)
        return len(self.points) - 1

    def add(self, shape: TopoDS_Shape) -> None:
        from OCP.collections import IndexedMap_TopoDS_Shape_TopTools_ShapeMapHasher as ShapeMap
        from OCP.TopAbs import TopAbs_ShapeEnum
        from OCP.TopExp import TopExp

        self.vertex_map, self.edge_map, faces = ShapeMap(), ShapeMap(), ShapeMap()
        TopExp.MapShapes_s(shape, TopAbs_ShapeEnum.TopAbs_VERTEX, self.vertex_map)
        TopExp.MapShapes_s(shape, TopAbs_ShapeEnum.TopAbs_EDGE, self.edge_map)
        TopExp.MapShapes_s(shape, TopAbs_ShapeEnum.TopAbs_FACE, faces)
        self.vertex_node: dict[int, int] = {}
        self.edge_nodes: dict[int, list[int]] = {}
        for index in range(1, faces.Extent() + 1):
            self._add_face(faces.FindKey(index))
        self._collect_edges(shape)

    def _add_face(self, face: Any) -> None:
        from OCP.BRep import BRep_Tool
        from OCP.TopAbs import TopAbs_Orientation, TopAbs_ShapeEnum
        from OCP.TopExp import TopExp_Explorer
        from OCP.TopLoc import TopLoc_Location
        from OCP.TopoDS import TopoDS

        location = TopLoc_Location()
        triangulation = BRep_Tool.Triangulation_s(TopoDS.Face(face), location)
        if triangulation is None:
            return
        count = triangulation.NbNodes()
        points = []
        identity = location.IsIdentity()
        transformation = location.Transformation()
        for i in range(1, count + 1):
            p = triangulation.Node(i) if identity else triangulation.Node(i).Transformed(transformation)
            points.append((p.X(), p.Y(), p.Z()))
        nodes = [-1] * count
        explorer = TopExp_Explorer(face, TopAbs_ShapeEnum.TopAbs_EDGE)
        while explorer.More():
            edge = TopoDS.Edge(explorer.Current())
            explorer.Next()
            polygon = BRep_Tool.PolygonOnTriangulation_s(edge, triangulation, location)
            if polygon is not None:
                along = [polygon.Node(i) - 1 for i in range(1, polygon.NbNodes() + 1)]
                self._weld_edge(edge, along, points, nodes)
        for i in range(count):
            if nodes[i] < 0:
                nodes[i] = self._new(points[i])
        flip = (face.Orientation() == TopAbs_Orientation.TopAbs_REVERSED) != transformation.IsNegative()
        for i in range(1, triangulation.NbTriangles() + 1):
            a, b, c = triangulation.Triangle(i).Get()
            a, b, c = nodes[a - 1], nodes[b - 1], nodes[c - 1]
            if a != b and b != c and c != a:  # collapsed at a pole or an apex
                self.triangles.append((a, c, b) if flip else (a, b, c))

    def _weld_edge(self, edge: Any, local: list[int], points: list[Any], nodes: list[int]) -> None:
        """Give the face's nodes along one edge the numbers they have on every other face of that edge."""
        from OCP.BRep import BRep_Tool
        from OCP.TopExp import TopExp

        index = self.edge_map.FindIndex(edge)
        shared = self.edge_nodes.get(index)
        if shared is None:
            ends = []
            first, last = TopExp.FirstVertex_s(edge), TopExp.LastVertex_s(edge)
            for vertex, at in ((first, local[0]), (last, local[-1])):
                key = self.vertex_map.FindIndex(vertex)
                if key not in self.vertex_node:
                    self.vertex_node[key] = self._new(points[at])
                ends.append(self.vertex_node[key])
            if BRep_Tool.Degenerated_s(edge):
                shared = [ends[0]] * len(local)
            else:
                shared = [ends[0], *(self._new(points[i]) for i in local[1:-1]), ends[1]]
            self.edge_nodes[index] = shared
        if len(shared) == len(local):
            for i, node in zip(local, shared, strict=True):
                nodes[i] = node

    def _collect_edges(self, shape: TopoDS_Shape) -> None:
        """Polylines of the edges, without seams, poles and joints inside one surface."""
        from OCP.BRep import BRep_Tool
        from OCP.collections import (
            IndexedDataMap_TopoDS_Shape_List_TopoDS_Shape_TopTools_ShapeMapHasher as Ancestors,
        )
        from OCP.TopAbs import TopAbs_ShapeEnum
        from OCP.TopExp import TopExp
        from OCP.TopoDS import TopoDS

        ancestors = Ancestors()
        TopExp.MapShapesAndUniqueAncestors_s(
            shape, TopAbs_ShapeEnum.TopAbs_EDGE, TopAbs_ShapeEnum.TopAbs_FACE, ancestors
        )
        for index, nodes in self.edge_nodes.items():
            edge = TopoDS.Edge(self.edge_map.FindKey(index))
            faces = faces_at(edge, ancestors)
            if BRep_Tool.Degenerated_s(edge) or BRep_Tool.IsClosed_s(edge, faces[0]):
                continue
            if len(faces) == 2 and _tangent(edge, *faces):
                if not _same_surface(*faces):
                    self.smooth.append(nodes)
            else:
                self.sharp.append(nodes)

    def mesh(self) -> Mesh:
        vertices = np.array(self.points, dtype=np.float32).reshape(-1, 3)
        triangles = np.array(self.triangles, dtype=np.int32).reshape(-1, 3)
        return Mesh(
            vertices, triangles, [vertices[e] for e in self.sharp], [vertices[e] for e in self.smooth]
        )


def faces_at(edge: Any, neighbours: Any) -> list[Any]:
    """The faces at an edge, from the kernel's map of neighbours: of more than two, the first and the last.

    Never iterate over the kernel's lists: each end of iteration is a native exception of 0.4 ms.
    """
    from OCP.TopoDS import TopoDS

    faces = neighbours.FindFromKey(edge)
    both = [TopoDS.Face(faces.First()), TopoDS.Face(faces.Last())]
    return both[: faces.Size()]


def face_normal(face: Any, u: float, v: float) -> Any | None:
    """Outward unit normal (gp_Dir) of a face at surface parameters; None at a singular point."""
    from OCP.BRepAdaptor import BRepAdaptor_Surface
    from OCP.gp import gp_Pnt, gp_Vec
    from OCP.TopAbs import TopAbs_Orientation

    point, du, dv = gp_Pnt(), gp_Vec(), gp_Vec()
    BRepAdaptor_Surface(face, False).D1(u, v, point, du, dv)
    normal = du.Crossed(dv)
    if normal.Magnitude() < 1e-12:
        return None
    return normal.Reversed() if face.Orientation() == TopAbs_Orientation.TopAbs_REVERSED else normal


def edge_normal(edge: Any, face: Any, share: float = 0.5) -> Any | None:
    """Outward normal of a face at a share of the way along one of its edges."""
    from OCP.BRepAdaptor import BRepAdaptor_Curve2d, BRepAdaptor_Surface
    from OCP.GeomAbs import GeomAbs_SurfaceType

    if BRepAdaptor_Surface(face, False).GetType() == GeomAbs_SurfaceType.GeomAbs_Plane:
        return face_normal(face, 0.0, 0.0)  # planes need not store their edges' parameters
    curve = BRepAdaptor_Curve2d(edge, face)
    first, last = curve.FirstParameter(), curve.LastParameter()
    uv = curve.Value(first + share * (last - first))
    return face_normal(face, uv.X(), uv.Y())


def _tangent(edge: Any, a: Any, b: Any) -> bool:
    """Do two faces meet without a crease (within half a degree at two places along the edge)?"""
    for share in (0.37, 0.71):
        first, second = edge_normal(edge, a, share), edge_normal(edge, b, share)
        if first is None or second is None or first.Angle(second) > 0.01:
            return False
    return True


def _same_surface(a: Any, b: Any) -> bool:
    """Are two tangent faces pieces of one plane, cylinder or sphere, so that their joint is no real edge?"""
    from OCP.BRepAdaptor import BRepAdaptor_Surface
    from OCP.GeomAbs import GeomAbs_SurfaceType

    first, second = BRepAdaptor_Surface(a, False), BRepAdaptor_Surface(b, False)
    if first.GetType() != second.GetType():
        return False
    match first.GetType():
        case GeomAbs_SurfaceType.GeomAbs_Plane:
            return True
        case GeomAbs_SurfaceType.GeomAbs_Cylinder:
            return abs(first.Cylinder().Radius() - second.Cylinder().Radius()) < 1e-7 and bool(
                first.Cylinder().Axis().IsCoaxial(second.Cylinder().Axis(), 1e-6, 1e-6)
                or first.Cylinder().Axis().IsCoaxial(second.Cylinder().Axis().Reversed(), 1e-6, 1e-6)
            )
        case GeomAbs_SurfaceType.GeomAbs_Sphere:
            return first.Sphere().Location().Distance(second.Sphere().Location()) < 1e-6
        case _:
            return False


def weld(corners: Floats, tolerance: float = 1e-6) -> Mesh:
    """A mesh from a triangle soup [m, 3, 3]: equal corners joined, degenerate triangles dropped.

    Corners closer than ``tolerance`` times the largest extent become one. Edges are the creases.
    """
    points = np.asarray(corners, dtype=np.float64).reshape(-1, 3)
    if not len(points):
        return Mesh(np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32))
    step = max(float(np.ptp(points, axis=0).max()) * tolerance, 1e-12)
    labels = np.stack([_clusters(points[:, axis], step) for axis in range(3)])
    span = labels.max(axis=1) + 1
    keys = (labels[0] * span[1] + labels[1]) * span[2] + labels[2]
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    triangles = inverse.reshape(-1, 3)
    a, b, c = triangles.T
    triangles = triangles[(a != b) & (b != c) & (c != a)]
    mesh = Mesh(points[first].astype(np.float32), triangles.astype(np.int32))
    return Mesh(mesh.vertices, mesh.triangles, crease_edges(mesh))


def _clusters(values: Floats, step: float) -> Ints:
    """A number for each value, the same for values that lie within ``step`` of each other.

    Sorting finds them wherever they lie; a fixed grid would part neighbours on its lines. Where values are so
    dense that they form a chain, the chain is cut into pieces of a few steps.
    """
    order = np.argsort(values, kind="stable")
    ranked = values[order]
    new = np.diff(ranked, prepend=ranked[0]) > step
    start = ranked[np.maximum.accumulate(np.where(new, np.arange(len(ranked)), 0))]
    piece = np.floor((ranked - start) / (4 * step))
    new |= np.diff(piece, prepend=piece[0]) != 0
    labels = np.empty(len(values), dtype=np.int64)
    labels[order] = np.cumsum(new)
    return labels


def crease_edges(mesh: Mesh, angle: float = CREASE) -> list[Floats]:
    """Segments where two facets meet at more than ``angle`` degrees, or where a facet has no neighbour."""
    if not len(mesh.triangles):
        return []
    pairs, sides, counts = mesh.sides
    flat, owner = sides.ravel(), np.repeat(np.arange(len(mesh.triangles)), 3)
    order = np.argsort(flat, kind="stable")
    start = np.cumsum(counts) - counts
    first, last = owner[order[start]], owner[order[start + counts - 1]]
    cosine = np.einsum("ij,ij->i", mesh.normals[first], mesh.normals[last])
    sharp = (counts != 2) | (cosine < np.cos(np.radians(angle)))
    return list(mesh.vertices[pairs[sharp]])


def merge(meshes: Sequence[Mesh]) -> Mesh:
    """Several meshes side by side in one, without welding."""
    if not meshes:
        return Mesh(np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32))
    offsets = np.cumsum([0, *(len(m.vertices) for m in meshes)])[:-1]
    return Mesh(
        np.concatenate([m.vertices for m in meshes]),
        np.concatenate([m.triangles + int(o) for m, o in zip(meshes, offsets, strict=True)]).astype(np.int32),
        [e for m in meshes for e in m.edges],
        [e for m in meshes for e in m.smooth_edges],
    )
