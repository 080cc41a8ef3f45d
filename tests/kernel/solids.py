"""Solids made directly with the kernel's primitives: known shapes to measure, mesh, draw and compare."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from OCP.BRepAlgoAPI import BRepAlgoAPI_Cut, BRepAlgoAPI_Fuse
from OCP.BRepBuilderAPI import BRepBuilderAPI_Transform
from OCP.BRepFilletAPI import BRepFilletAPI_MakeFillet
from OCP.BRepPrimAPI import BRepPrimAPI_MakeBox, BRepPrimAPI_MakeCone, BRepPrimAPI_MakeCylinder
from OCP.gp import gp_Ax1, gp_Ax2, gp_Dir, gp_Pnt, gp_Trsf, gp_Vec
from OCP.TopAbs import TopAbs_ShapeEnum
from OCP.TopExp import TopExp_Explorer
from OCP.TopoDS import TopoDS

Point = tuple[float, float, float]
UP: Point = (0, 0, 1)


def box(low: Point, high: Point) -> Any:
    return BRepPrimAPI_MakeBox(gp_Pnt(*low), gp_Pnt(*high)).Shape()


def cylinder(radius: float, height: float, at: Point = (0, 0, 0), along: Point = UP) -> Any:
    return BRepPrimAPI_MakeCylinder(gp_Ax2(gp_Pnt(*at), gp_Dir(*along)), radius, height).Shape()


def cone(bottom: float, top: float, height: float, at: Point = (0, 0, 0)) -> Any:
    return BRepPrimAPI_MakeCone(gp_Ax2(gp_Pnt(*at), gp_Dir(*UP)), bottom, top, height).Shape()


def cut(shape: Any, *tools: Any) -> Any:
    for tool in tools:
        shape = BRepAlgoAPI_Cut(shape, tool).Shape()
    return shape


def fuse(shape: Any, *tools: Any) -> Any:
    for tool in tools:
        shape = BRepAlgoAPI_Fuse(shape, tool).Shape()
    return shape


def turned(shape: Any, axis: Point, angle: float, shift: Point = (0, 0, 0)) -> Any:
    """Rotated about an axis through the origin (radians), then moved."""
    move = gp_Trsf()
    move.SetRotation(gp_Ax1(gp_Pnt(0, 0, 0), gp_Dir(*axis)), angle)
    move.SetTranslationPart(gp_Vec(*shift))
    return BRepBuilderAPI_Transform(shape, move, True).Shape()


def plate_with_holes(positions: Iterable[tuple[float, float]] = ((5, 5), (35, 5), (5, 15), (35, 15))) -> Any:
    """40 × 20 × 5 mm with four through holes of radius 2."""
    return cut(box((0, 0, 0), (40, 20, 5)), *(cylinder(2, 10, (x, y, -1)) for x, y in positions))


def rounded_cube(size: float = 10, radius: float = 2) -> Any:
    """A cube with all edges filleted."""
    cube = box((0, 0, 0), (size, size, size))
    fillet = BRepFilletAPI_MakeFillet(cube)
    walk = TopExp_Explorer(cube, TopAbs_ShapeEnum.TopAbs_EDGE)
    while walk.More():
        fillet.Add(radius, TopoDS.Edge(walk.Current()))
        walk.Next()
    return fillet.Shape()
