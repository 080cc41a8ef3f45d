"""DXF (R2010, millimetres): the sketches and the projected views as true curves, each on a layer of its own.

Everything is at 1:1 in model space. Sketches stand in their own coordinates, moved as a whole; the views are
those of a third-angle drawing, so that they can be measured and machined from.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cadagent.exports.curves import Arc, Curve, Ellipse, Line, Spline, box_of, curve_of, moved
from cadagent.exports.views import View, view
from cadagent.kernel.part import Part

_MM = 4  # value of $INSUNITS
_DASHES = 40.0
"""Dashes, about, along the front view's longer side."""
_HIDDEN_COLOR, _SMOOTH_COLOR, _SKETCH_COLOR, _TEXT_COLOR = 8, 9, 4, 3


def write(part: Part, title: str = "") -> bytes:
    """Sketches on ``SKETCH_<feature>``, views on ``TOP_VISIBLE``, ``TOP_HIDDEN``, ``TOP_SMOOTH``, ….

    Raises:
        ValueError: a curve that DXF cannot hold.
    """
    from ezdxf._options import options
    from ezdxf.filemanagement import new

    fixed = options.write_fixed_meta_data_for_testing
    options.write_fixed_meta_data_for_testing = True  # the same design gives the same bytes
    try:
        document = new("R2010", setup=["linetypes"], units=_MM)
        document.header["$MEASUREMENT"] = 1
        if title:
            document.header.custom_vars.append("TITLE", re.sub(r"[\x00-\x1f\x7f]", " ", title)[:200])
        _draw(document, part)
        _look_at_all(document)
        stream = io.StringIO()
        document.write(stream)
    finally:
        options.write_fixed_meta_data_for_testing = fixed
    return stream.getvalue().encode("utf-8", errors="replace")


def _draw(document: Any, part: Part) -> None:
    space = document.modelspace()
    views = {name: view(part.bodies, name) for name in ("front", "top", "right")}
    (x0, y0, x1, y1), (_, top0, _, _) = views["front"].box, views["top"].box
    gap = max(20.0, 0.4 * max(x1 - x0, y1 - y0))
    letter = gap / 10
    document.header["$LTSCALE"] = max(x1 - x0, y1 - y0) / _DASHES
    document.layers.add("TEXT", color=_TEXT_COLOR)
    shifts = {
        "front": (0.0, 0.0),
        "top": (0.0, y1 + gap - top0),
        "right": (x1 + gap - views["right"].box[0], 0.0),
    }
    for name, seen in views.items():
        _draw_view(document, space, seen, shifts[name], letter)
    left, ceiling = x0, y0 - gap
    for layer, curves in sketches(part.resolved):
        low_x, low_y, high_x, high_y = box_of(curves)
        shift = (left - low_x, ceiling - high_y)
        if layer not in document.layers:
            document.layers.add(layer, color=_SKETCH_COLOR)
        for curve in curves:
            _add(space, moved(curve, *shift), layer)
        _label(space, layer, left, ceiling - (high_y - low_y) - 1.8 * letter, letter)
        left += max(high_x - low_x, 0.8 * letter * len(layer)) + gap / 2


def _look_at_all(document: Any) -> None:
    """Programs open the file with everything in sight."""
    from ezdxf import bbox, zoom

    space = document.modelspace()
    box = bbox.extents(space, fast=True)
    zoom.extents(space, factor=1.05)
    for key, corner in (("MIN", box.extmin), ("MAX", box.extmax)):
        document.header[f"$EXT{key}"] = corner
        space.dxf.set(f"ext{key.lower()}", corner)


def _draw_view(document: Any, space: Any, seen: View, shift: tuple[float, float], letter: float) -> None:
    name = seen.name.upper()
    for kind, color, linetype in (
        ("visible", 7, "CONTINUOUS"),
        ("smooth", _SMOOTH_COLOR, "CONTINUOUS"),
        ("hidden", _HIDDEN_COLOR, "DASHED"),
    ):
        layer = f"{name}_{kind.upper()}"
        document.layers.add(layer, color=color, linetype=linetype)
        for curve in getattr(seen, kind):
            _add(space, moved(curve, *shift), layer)
    x0, y0, _, _ = seen.box
    _label(space, name, x0 + shift[0], y0 + shift[1] - 1.8 * letter, letter)


def sketches(resolved: Mapping[str, Any]) -> Iterator[tuple[str, list[Curve]]]:
    """Layer name and curves of every sketch of a resolved design, in the coordinates of its plane."""
    for step in resolved.get("steps", ()):
        layer = "SKETCH_" + re.sub(r"[^A-Za-z0-9_-]", "_", str(step.get("id", "")))
        if "loops" in step:
            yield layer, _loops(step["loops"])
        for index, section in enumerate(step.get("sections", ()), 1):
            yield f"{layer}_{index}", _loops(section["loops"])
        if "path" in step:
            yield f"{layer}_PATH", _wire(step["path"]["curves"], closed=False)


def _loops(loops: Sequence[Mapping[str, Any]]) -> list[Curve]:
    return [
        curve
        for loop in loops
        for curves in (loop["curves"], *loop.get("inner", ()))
        for curve in _wire(curves, closed=True)
    ]


def _wire(curves: Sequence[dict[str, Any]], *, closed: bool) -> list[Curve]:
    from OCP.TopAbs import TopAbs_ShapeEnum

    from cadagent.kernel.curves import wire_of
    from cadagent.kernel.shapes import Frame, parts

    flat = Frame((0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    edges = parts(wire_of(curves, flat, closed=closed), TopAbs_ShapeEnum.TopAbs_EDGE)
    return [curve for edge in edges if (curve := curve_of(edge)) is not None]


def _add(space: Any, curve: Curve, layer: str) -> None:
    import math

    attributes = {"layer": layer}
    match curve:
        case Line(start, end):
            space.add_line(start, end, dxfattribs=attributes)
        case Arc(center, radius, start, end) if curve.full:
            space.add_circle(center, radius, dxfattribs=attributes)
        case Arc(center, radius, start, end):
            angles = math.degrees(start) % 360, math.degrees(end) % 360
            space.add_arc(center, radius, *angles, dxfattribs=attributes)
        case Ellipse(center, major, ratio, start, end):
            # equal ends would be an arc of nothing: a whole ellipse runs from 0 to 2π
            span = (0.0, math.tau) if curve.full else (start % math.tau, end % math.tau)
            space.add_ellipse(center, (*major, 0.0), ratio, *span, dxfattribs=attributes)
        case Spline(degree, knots, poles, weights, _):
            spline = space.add_spline(degree=degree, dxfattribs=attributes)
            spline.control_points = [(x, y, 0.0) for x, y in poles]
            spline.knots = knots
            spline.weights = weights
            # "planar", and "rational" where there are weights
            spline.dxf.flags = 8 | (4 if weights else 0)


def _label(space: Any, words: str, x: float, y: float, height: float) -> None:
    space.add_text(words, height=height, dxfattribs={"layer": "TEXT", "insert": (x, y)})
