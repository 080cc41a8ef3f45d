"""Steps that make tool solids from profiles and sizes: prism, revolve, primitive, hole."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from OCP.BRepBuilderAPI import (
    BRepBuilderAPI_MakeFace,
    BRepBuilderAPI_MakePolygon,
    BRepBuilderAPI_MakeSolid,
    BRepBuilderAPI_Sewing,
    BRepBuilderAPI_Transform,
)
from OCP.BRepLib import BRepLib
from OCP.BRepPrimAPI import (
    BRepPrimAPI_MakeBox,
    BRepPrimAPI_MakeCone,
    BRepPrimAPI_MakeCylinder,
    BRepPrimAPI_MakePrism,
    BRepPrimAPI_MakeRevol,
    BRepPrimAPI_MakeSphere,
    BRepPrimAPI_MakeTorus,
)
from OCP.gp import gp_Ax1, gp_Ax3, gp_Dir, gp_Trsf
from OCP.LocOpe import LocOpe_DPrism
from OCP.TopAbs import TopAbs_SHELL
from OCP.TopoDS import TopoDS, TopoDS_Face, TopoDS_Shape

from cadagent.kernel.booleans import cut
from cadagent.kernel.context import BuildContext, StepProblem
from cadagent.kernel.curves import face_of, fill, region, wires_of
from cadagent.kernel.extents import next_pieces, through_span
from cadagent.kernel.shapes import Frame, box_of, parts, solids, transformed, volume


def prism(step: dict[str, Any], context: BuildContext) -> None:
    """Extrude a profile between two distances along its normal, through everything, or to the next face."""
    frame = Frame.read(step["frame"])
    taper, keep = float(step.get("taper") or 0.0), step.get("taper_from") or "start"
    extent = step.get("extent")
    if extent is None:
        start, end = float(step["start"]), float(step["end"])
    else:
        start, end = through_span(step, frame, context)
        if int(step.get("direction", 1)) < 0:
            keep = "end"  # the drawn plane is where the extrusion begins
    tools = [
        solid
        for face in region(step["loops"], frame)
        for solid in _prisms(face, frame, start, end, taper, keep)
    ]
    if extent == "next":
        tools = next_pieces(step, tools, frame, context)
    context.apply(step, tools)


def _prisms(
    face: TopoDS_Face, frame: Frame, start: float, end: float, taper: float, keep: str
) -> list[TopoDS_Shape]:
    if taper == 0.0:
        return [extruded(face, frame, start, end)]
    base, height = (start, end - start) if keep == "start" else (end, start - end)
    outer, inner = wires_of(face)
    solid = _tapered(fill(outer, frame), frame, base, height, taper)
    if not inner:
        return [solid]
    # the material shrinks on all sides, so holes grow
    holes = [_tapered(fill(wire, frame), frame, base, height, -taper) for wire in inner]
    return solids(cut(solid, holes).shape)


def extruded(face: TopoDS_Shape, frame: Frame, start: float, end: float) -> TopoDS_Shape:
    """The face swept from ``start`` to ``end`` along the normal, without a seam at the sketch plane."""
    if start != 0.0:
        shift = gp_Trsf()
        shift.SetTranslation(frame.along(start))
        face = transformed(face, shift)
    return BRepPrimAPI_MakePrism(face, frame.along(end - start)).Shape()


def _tapered(face: TopoDS_Face, frame: Frame, base: float, height: float, taper: float) -> TopoDS_Shape:
    """A drafted prism on ``face`` moved to ``base``; shrinks by ``taper`` degrees away from it."""
    if height < 0:  # the drafted prism grows along the face's normal: build it upside down
        mirror = gp_Trsf()
        mirror.SetMirror(frame.ax2())
        built = _tapered(face, frame, -base, -height, taper)
        return BRepBuilderAPI_Transform(built, mirror, True).Shape()
    shift = gp_Trsf()
    shift.SetTranslation(frame.along(base))
    angle = math.radians(taper)
    # LocOpe_DPrism wants the slant height
    maker = LocOpe_DPrism(TopoDS.Face(transformed(face, shift)), height / math.cos(angle), angle)
    shape = maker.Shape() if maker.IsDone() else None
    found = solids(shape) if shape is not None and not shape.IsNull() else []
    if len(found) != 1 or volume(found[0]) <= 0.0 or not _spans(found[0], frame, base, base + height):
        raise StepProblem(
            "geometry.taper_too_large",
            "The taper closes the profile before its end.",
            actual=f"{taper:g} degrees over {height:g} mm",
            hint="Use a smaller taper angle, less depth or a larger profile.",
        )
    return found[0]


def _spans(solid: TopoDS_Shape, frame: Frame, low: float, high: float) -> bool:
    got = box_of(solid, exact=True).along(frame.origin, frame.n)
    return got[0] <= low + 1e-6 and got[1] >= high - 1e-6


def revolve(step: dict[str, Any], context: BuildContext) -> None:
    """Turn a profile about an axis in its plane, from ``start`` to ``end`` degrees."""
    frame = Frame.read(step["frame"])
    (pu, pv), (du, dv) = step["axis"]["point"], step["axis"]["direction"]
    length = math.hypot(du, dv)
    if length == 0.0:
        raise StepProblem(
            "geometry.build_failed", "The axis has no direction.", hint="Give the axis two points."
        )
    direction = gp_Dir(*((du * a + dv * b) / length for a, b in zip(frame.u, frame.v, strict=True)))
    axis = gp_Ax1(frame.point(pu, pv), direction)
    start, end = float(step.get("start", 0.0)), float(step.get("end", 360.0))
    turn = end - start
    if not 0.0 < turn <= 360.0 + 1e-9:
        raise StepProblem(
            "geometry.build_failed",
            "The angle of a revolve must be more than 0 and at most 360 degrees.",
            actual=f"{turn:g} degrees",
            hint="Give angle a value from 0 to 360.",
        )
    tools = []
    for face in region(step["loops"], frame):
        _same_side(face, frame, (pu, pv), (du / length, dv / length))
        shape: TopoDS_Shape = face
        if start:
            rotation = gp_Trsf()
            rotation.SetRotation(axis, math.radians(start))
            shape = transformed(face, rotation)
        if turn >= 360.0 - 1e-9:
            solid = BRepPrimAPI_MakeRevol(shape, axis).Shape()
        else:
            solid = BRepPrimAPI_MakeRevol(shape, axis, math.radians(turn)).Shape()
        tools.append(solid.Reversed() if volume(solid) < 0 else solid)
    context.apply(step, tools)


def _same_side(face: TopoDS_Face, frame: Frame, point: Sequence[float], direction: Sequence[float]) -> None:
    """A profile on both sides of the axis would turn through itself."""
    du, dv = direction
    across = tuple(-dv * a + du * b for a, b in zip(frame.u, frame.v, strict=True))
    origin = frame.point(*point)
    side = gp_Trsf()
    # the box in a frame whose x axis points away from the revolve axis is exact for any direction
    side.SetTransformation(gp_Ax3(origin, gp_Dir(*frame.n), gp_Dir(*across)))
    box = box_of(transformed(face, side), exact=True)
    low, high = box.low[0], box.high[0]
    slack = 1e-6
    if low < -slack and high > slack:
        raise StepProblem(
            "geometry.crosses_axis",
            "The profile lies on both sides of the axis it turns about.",
            expected="the whole profile on one side of the axis (touching is fine)",
            actual=f"from {low:g} to {high:g} mm across the axis",
            hint=f"Move the profile by at least {min(-low, high):g} mm away from the axis.",
        )


def primitive(step: dict[str, Any], context: BuildContext) -> None:
    """Box, cylinder, cone, sphere, torus, wedge or pyramid, once per frame."""
    kind, size = step["kind"], step["size"]
    maker = _PRIMITIVES.get(kind)
    if maker is None:
        raise StepProblem(
            "geometry.build_failed",
            f"Unknown primitive {kind}.",
            expected=", ".join(_PRIMITIVES),
            actual=kind,
        )
    context.apply(step, [maker(size, Frame.read(data)) for data in step["frames"]])


def _box(size: dict[str, Any], frame: Frame) -> TopoDS_Shape:
    x, y, z = size["x"], size["y"], size["z"]
    return BRepPrimAPI_MakeBox(frame.ax2(-x / 2, -y / 2), x, y, z).Solid()


def _cylinder(size: dict[str, Any], frame: Frame) -> TopoDS_Shape:
    return BRepPrimAPI_MakeCylinder(frame.ax2(), size["radius"], size["height"]).Solid()


def _cone(size: dict[str, Any], frame: Frame) -> TopoDS_Shape:
    bottom, top, height = size["bottom"], size["top"], size["height"]
    if abs(bottom - top) < 1e-7:
        return BRepPrimAPI_MakeCylinder(frame.ax2(), bottom, height).Solid()
    return BRepPrimAPI_MakeCone(frame.ax2(), bottom, top, height).Solid()


def _sphere(size: dict[str, Any], frame: Frame) -> TopoDS_Shape:
    return BRepPrimAPI_MakeSphere(frame.ax2(), size["radius"]).Solid()


def _torus(size: dict[str, Any], frame: Frame) -> TopoDS_Shape:
    if size["minor"] >= size["major"]:
        raise StepProblem(
            "geometry.build_failed",
            "The torus runs into itself.",
            expected="a minor radius smaller than the major radius",
            actual=f"minor {size['minor']:g}, major {size['major']:g} mm",
            hint="Make the ring wider or the tube thinner.",
        )
    return BRepPrimAPI_MakeTorus(frame.ax2(), size["major"], size["minor"]).Solid()


def _wedge(size: dict[str, Any], frame: Frame) -> TopoDS_Shape:
    """A box whose top is only ``top`` long along u: upright at −u, sloping down to +u."""
    x, y, z, top = size["x"], size["y"], size["z"], size.get("top") or 0.0
    corners = [(-x / 2, 0.0), (x / 2, 0.0)] + ([(top - x / 2, z)] if top > 0 else []) + [(-x / 2, z)]
    upright = Frame(frame.origin, frame.u, frame.n, tuple(-c for c in frame.v))  # type: ignore[arg-type]
    curves = [
        {"curve": "line", "start": a, "end": b}
        for a, b in zip(corners, corners[1:] + corners[:1], strict=True)
    ]
    return extruded(face_of(curves, upright), upright, -y / 2, y / 2)


def _pyramid(size: dict[str, Any], frame: Frame) -> TopoDS_Shape:
    """A solid between two polygons with the same number of corners, or a polygon and a point."""
    height = size["height"]
    base, top = [tuple(p) for p in size["base"]], [tuple(p) for p in size["top"]]
    upper = frame.shifted(height)
    sides = [_polygon([frame.point(*p) for p in reversed(base)])]
    if len(top) > 1:
        sides.append(_polygon([upper.point(*p) for p in top]))
    for i, a in enumerate(base):
        j = (i + 1) % len(base)
        corners = [frame.point(*a), frame.point(*base[j])]
        corners += [upper.point(*top[0])] if len(top) == 1 else [upper.point(*top[j]), upper.point(*top[i])]
        sides.append(_polygon(corners))
    sewing = BRepBuilderAPI_Sewing(1e-6)
    for side in sides:
        sewing.Add(side)
    sewing.Perform()
    shells = parts(sewing.SewedShape(), TopAbs_SHELL)
    if len(shells) != 1:
        raise StepProblem(
            "geometry.build_failed", "The sides of the pyramid do not close.", hint="Check its sizes."
        )
    solid = BRepBuilderAPI_MakeSolid(TopoDS.Shell(shells[0])).Solid()
    BRepLib.OrientClosedSolid_s(solid)
    return solid


def _polygon(points: Sequence[Any]) -> TopoDS_Face:
    polygon = BRepBuilderAPI_MakePolygon()
    for point in points:
        polygon.Add(point)
    polygon.Close()
    face = BRepBuilderAPI_MakeFace(polygon.Wire(), True)
    if not face.IsDone():
        raise StepProblem(
            "geometry.build_failed",
            "A side of the pyramid is not flat.",
            hint="Give the base and the top the same shape.",
        )
    return face.Face()


_PRIMITIVES = {
    "box": _box,
    "cylinder": _cylinder,
    "cone": _cone,
    "sphere": _sphere,
    "torus": _torus,
    "wedge": _wedge,
    "pyramid": _pyramid,
}


def hole(step: dict[str, Any], context: BuildContext) -> None:
    """Drill along −normal from each frame, all holes of the step in one cut."""
    targets = step.get("targets")
    box = context.box(targets)
    tools = []
    made: dict[float, TopoDS_Shape] = {}
    for data in step["frames"]:
        frame = Frame.read(data)
        depth = step.get("depth")
        if step.get("both"):  # drilled from a plane: the drill starts above everything
            frame = frame.shifted(max(box.along(frame.origin, frame.n)[1], 0.0))
        if depth is None:
            depth = -box.along(frame.origin, frame.n)[0]
            if depth <= 0:
                raise StepProblem(
                    "geometry.no_effect",
                    "The hole points away from the part: there is no material below it.",
                    expected=f"a start above what is there ({box.text()})",
                    hint="Name the face on which the hole starts.",
                )
            depth = round(depth + max(1.0, 0.01 * box.diagonal()), 6)
        # holes of equal depth share one solid, which is moved into place
        if depth not in made:
            made[depth] = _drill(step, depth)
        place = gp_Trsf()
        place.SetTransformation(gp_Ax3(frame.ax2()), gp_Ax3())
        tools.append(transformed(made[depth], place))
    context.stroke(str(step["id"]), tools, "cut", targets)


def _drill(step: dict[str, Any], depth: float) -> TopoDS_Shape:
    """The tool of one hole, from the origin down −z, turned from its half section."""
    radius, tip = step["diameter"] / 2, step.get("tip")
    bore, sink = step.get("counterbore"), step.get("countersink")
    if not bore and not sink and not (tip and step.get("depth") is not None):
        world = Frame((0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
        return BRepPrimAPI_MakeCylinder(world.ax2(flip=True), radius, depth).Solid()
    section: list[tuple[float, float]] = [(0.0, 0.0)]
    if bore:
        _wider("counterbore", bore["diameter"], step["diameter"])
        if bore["depth"] >= depth:
            raise StepProblem(
                "geometry.build_failed",
                "The counterbore is deeper than its hole.",
                expected=f"less than {depth:g} mm",
                actual=f"{bore['depth']:g} mm",
                hint="Make the counterbore shallower or the hole deeper.",
            )
        section += [
            (bore["diameter"] / 2, 0.0),
            (bore["diameter"] / 2, -bore["depth"]),
            (radius, -bore["depth"]),
        ]
    elif sink:
        _wider("countersink", sink["diameter"], step["diameter"])
        drop = (sink["diameter"] / 2 - radius) / math.tan(math.radians(sink["angle"] / 2))
        if drop >= depth:
            raise StepProblem(
                "geometry.build_failed",
                "The countersink is deeper than its hole.",
                expected=f"less than {depth:g} mm",
                actual=f"{drop:g} mm",
                hint="Make the countersink smaller or the hole deeper.",
            )
        section += [(sink["diameter"] / 2, 0.0), (radius, -drop)]
    else:
        section.append((radius, 0.0))
    section.append((radius, -depth))
    if tip and step.get("depth") is not None:
        section.append((0.0, -depth - radius / math.tan(math.radians(tip / 2))))
    else:
        section.append((0.0, -depth))
    upright = Frame((0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 0.0, 1.0), (0.0, -1.0, 0.0))
    curves = [
        {"curve": "line", "start": a, "end": b}
        for a, b in zip(section, section[1:] + section[:1], strict=True)
    ]
    axis = gp_Ax1(upright.point(0, 0), gp_Dir(0, 0, 1))
    solid = BRepPrimAPI_MakeRevol(face_of(curves, upright), axis).Shape()
    return solid.Reversed() if volume(solid) < 0 else solid


def _wider(what: str, diameter: float, hole_diameter: float) -> None:
    if diameter <= hole_diameter:
        raise StepProblem(
            "geometry.build_failed",
            f"The {what} is not wider than its hole.",
            expected=f"more than {hole_diameter:g} mm",
            actual=f"{diameter:g} mm",
            hint=f"Give the {what} a larger diameter.",
        )
