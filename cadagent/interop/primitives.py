"""Boxes, cylinders, wedges and holes as extruded faces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .outlines import Tool, joined

if TYPE_CHECKING:
    from cadagent.kernel.context import BuildContext
    from cadagent.kernel.shapes import Frame


def primitive_tools(step: dict[str, Any]) -> list[Tool] | str:
    """The extrusions of a primitive, copies in one plane together; in words what it is if none."""
    from cadagent.kernel.shapes import Frame

    kind, size = str(step["kind"]), step["size"]
    frames = [Frame.read(data) for data in step["frames"]]
    if kind == "box":
        x, y = size["x"] / 2, size["y"] / 2
        outline = [(-x, -y), (x, -y), (x, y), (-x, y)]
        return joined([_polygonal(outline, frame, 0.0, size["z"]) for frame in frames])
    if kind == "cylinder":
        return joined([_round(2 * size["radius"], frame, 0.0, size["height"]) for frame in frames])
    if kind == "wedge":
        return joined([_wedge(size, frame) for frame in frames])
    return f"a {kind}"


def _polygonal(points: list[tuple[float, float]], frame: Frame, start: float, end: float) -> Tool:
    from cadagent.kernel.curves import face_of

    pairs = zip(points, [*points[1:], points[0]], strict=True)
    curves = [{"curve": "line", "start": a, "end": b} for a, b in pairs]
    return Tool((face_of(curves, frame),), frame, start, end)


def _round(diameter: float, frame: Frame, start: float, end: float) -> Tool:
    from cadagent.kernel.curves import face_of

    circle = {"curve": "circle", "center": (0.0, 0.0), "radius": diameter / 2}
    return Tool((face_of([circle], frame),), frame, start, end)


def _wedge(size: dict[str, Any], frame: Frame) -> Tool:
    """Its outline, upright at −u, stands across the base and is extruded along v, both ways."""
    from cadagent.kernel.shapes import Frame, vector

    x, z, top = size["x"], size["z"], size.get("top") or 0.0
    outline = [(-x / 2, 0.0), (x / 2, 0.0), *([(top - x / 2, z)] if top > 0 else []), (-x / 2, z)]
    upright = Frame(frame.origin, frame.u, frame.n, vector([-c for c in frame.v]))
    return _polygonal(outline, upright, -size["y"] / 2, size["y"] / 2)


def hole_tools(step: dict[str, Any], context: BuildContext) -> list[Tool] | str:
    """The cuts of drilled holes, a counterbore being a cut of its own; in words what cannot be one."""
    from cadagent.kernel.shapes import Frame

    if step.get("countersink"):
        return "a countersink"
    if step.get("tip") and step.get("depth") is not None:
        return "the point of a drill"
    box = context.box(step.get("targets"))
    drills, bores = [], []
    for data in step["frames"]:
        frame = Frame.read(data)
        low, high = box.along(frame.origin, frame.n)
        if step.get("both"):  # drilled from a plane: the drill starts above everything
            frame = frame.shifted(round(max(high, 0.0), 6))
            low = box.along(frame.origin, frame.n)[0]
        depth = step.get("depth")
        if depth is None:
            depth = round(max(-low, 0.0) + max(1.0, 0.01 * box.diagonal()), 6)
        drills.append(_round(step["diameter"], frame, -depth, 0.0))
        if step.get("counterbore"):
            bore = step["counterbore"]
            bores.append(_round(bore["diameter"], frame, -bore["depth"], 0.0))
    return joined(drills) + joined(bores)
