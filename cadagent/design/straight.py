"""Triangles and quadrilaterals, by whichever figures a request gives."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from cadagent.design.fields import Choice, Field, Number, vector
from cadagent.design.outlines import Outline, polygon
from cadagent.design.shapes import LENGTH, SIZE, centered, length, shape
from cadagent.design.vectors import cos_sin

NAMES = ("triangle", "right_triangle", "trapezoid", "parallelogram", "rhombus")


@shape(
    "triangle",
    "a triangle on a flat base, or by its three sides (the first lies flat)",
    length("base", "length of the base"),
    length("height", "height over the base"),
    Field("apex", Number(), "how far the apex lies right of the base's middle"),
    Field("sides", vector(3, LENGTH), "the three sides; the first is the base, the second on its right"),
    choices=(("base", "sides"),),
)
def _triangle(values: Mapping[str, Any]) -> Outline:
    if "sides" in values:
        a, b, c = values["sides"]
        if 2 * max(a, b, c) >= a + b + c:
            raise ValueError("the three sides do not close to a triangle")
        x = (a * a + c * c - b * b) / (2 * a)
        corners = [(0.0, 0.0), (a, 0.0), (x, math.sqrt(c * c - x * x))]
    else:
        if "height" not in values:
            raise ValueError("a triangle by its base needs a height")
        corners = [
            (0.0, 0.0),
            (values["base"], 0.0),
            (values["base"] / 2 + values.get("apex", 0.0), values["height"]),
        ]
    return centered(polygon(corners))


@shape(
    "right_triangle",
    "a right triangle; the right angle is at the lower left unless said otherwise",
    Field("size", SIZE, "legs along u and v", True),
    Field(
        "corner",
        Choice(("bottom-left", "bottom-right", "top-right", "top-left")),
        "where the right angle is",
        default="bottom-left",
    ),
)
def _right_triangle(values: Mapping[str, Any]) -> Outline:
    a, b = values["size"]
    corners = [(-a / 2, -b / 2), (a / 2, -b / 2), (a / 2, b / 2), (-a / 2, b / 2)]
    right = ("bottom-left", "bottom-right", "top-right", "top-left").index(
        values.get("corner", "bottom-left")
    )
    return polygon([corners[(right + step) % 4] for step in (0, 1, 3)])


@shape(
    "trapezoid",
    "a trapezoid with horizontal parallel sides; two of top, height and angle",
    length("bottom", "bottom side", True),
    length("top", "top side"),
    length("height", "height"),
    Field("angle", Number("angle", minimum=1, maximum=179), "inner angle at the bottom"),
    Field("upright", Choice(("left", "right")), "which leg stands upright; left out: both lean alike"),
    Field("shift", Number(), "how far the top is moved to the right"),
)
def _trapezoid(values: Mapping[str, Any]) -> Outline:
    bottom, lean = values["bottom"], 1 if "upright" in values else 2
    if sum(key in values for key in ("top", "height", "angle")) != 2:
        raise ValueError("give two of top, height and angle")
    cot = _cotangent(values["angle"]) if "angle" in values else 0.0
    if "height" not in values and not cot:
        raise ValueError("with upright legs its angle says nothing of its height")
    if "top" not in values:
        top, height = bottom - lean * values["height"] * cot, values["height"]
    else:
        top = values["top"]
        height = values["height"] if "height" in values else (bottom - top) / (lean * cot)
    if top <= 0 or height <= 0:
        raise ValueError("its sides meet below its top")
    left = {"left": 0.0, "right": bottom - top}.get(values.get("upright", ""), (bottom - top) / 2)
    left += values.get("shift", 0.0)
    return centered(polygon([(0.0, 0.0), (bottom, 0.0), (left + top, height), (left, height)]))


def _cotangent(degrees: float) -> float:
    """cos / sin, exactly zero at a right angle."""
    c, s = cos_sin(degrees)
    return c / s


@shape(
    "parallelogram",
    "a parallelogram on a horizontal base",
    length("base", "length of the base", True),
    length("height", "height", True),
    Field("shift", Number(), "how far the top is moved to the right"),
    Field("angle", Number("angle", minimum=1, maximum=179), "angle at the lower left"),
    choices=(("shift", "angle"),),
)
def _parallelogram(values: Mapping[str, Any]) -> Outline:
    base, height = values["base"], values["height"]
    shift = values["shift"] if "shift" in values else height * _cotangent(values["angle"])
    return centered(polygon([(0.0, 0.0), (base, 0.0), (base + shift, height), (shift, height)]))


@shape("rhombus", "a rhombus by its diagonals", Field("size", SIZE, "diagonals along u and v", True))
def _rhombus(values: Mapping[str, Any]) -> Outline:
    a, b = values["size"]
    return polygon([(0.0, -b / 2), (a / 2, 0.0), (0.0, b / 2), (-a / 2, 0.0)])
