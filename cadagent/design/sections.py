"""Shapes of rolled sections: L, T, U, I, H, Z and cross, by their over-all size and thicknesses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cadagent.design.fields import Field
from cadagent.design.outlines import Outline, polygon
from cadagent.design.shapes import SHAPES, SIZE, Shape, centered, length

_PROFILE = (
    Field("size", SIZE, "over-all extent along u and v", True),
    length("thickness", "thickness of every limb"),
    length("web", "thickness of the web"),
    length("flange", "thickness of the flanges"),
)


NAMES = ("l", "t", "u", "i", "h", "z", "cross")


def _profile(
    name: str, doc: str, corners: Callable[[float, float, float, float], list[tuple[float, float]]]
) -> None:
    """Register a rolled-section profile whose corners follow from size (a, b), web w and flange f."""

    def draw(values: Mapping[str, Any]) -> Outline:
        a, b = values["size"]
        thickness = values.get("thickness")
        if thickness is None and ("web" not in values or "flange" not in values):
            raise ValueError("give a thickness, or web and flange")
        web, flange = values.get("web", thickness), values.get("flange", thickness)
        if web >= a or flange >= b:
            raise ValueError("the limbs are as thick as the whole profile")
        return centered(polygon(corners(a, b, web, flange)))

    SHAPES[name] = Shape(name, doc, _PROFILE, draw)


_profile(
    "l",
    "an L profile: web on the left, flange at the bottom",
    lambda a, b, w, f: [(0, 0), (a, 0), (a, f), (w, f), (w, b), (0, b)],
)
_profile(
    "t",
    "a T profile: flange on top, web below",
    lambda a, b, w, f: [
        ((a - w) / 2, 0),
        ((a + w) / 2, 0),
        ((a + w) / 2, b - f),
        (a, b - f),
        (a, b),
        (0, b),
        (0, b - f),
        ((a - w) / 2, b - f),
    ],
)
_profile(
    "u",
    "a U profile, open at the top: webs left and right, flange at the bottom",
    lambda a, b, w, f: [(0, 0), (a, 0), (a, b), (a - w, b), (a - w, f), (w, f), (w, b), (0, b)],
)
_profile(
    "i",
    "an I profile: flanges top and bottom, web between",
    lambda a, b, w, f: [
        (0, 0),
        (a, 0),
        (a, f),
        ((a + w) / 2, f),
        ((a + w) / 2, b - f),
        (a, b - f),
        (a, b),
        (0, b),
        (0, b - f),
        ((a - w) / 2, b - f),
        ((a - w) / 2, f),
        (0, f),
    ],
)
_profile(
    "h",
    "an H profile: webs left and right, flange between",
    lambda a, b, w, f: [
        (0, 0),
        (w, 0),
        (w, (b - f) / 2),
        (a - w, (b - f) / 2),
        (a - w, 0),
        (a, 0),
        (a, b),
        (a - w, b),
        (a - w, (b + f) / 2),
        (w, (b + f) / 2),
        (w, b),
        (0, b),
    ],
)
_profile(
    "z",
    "a Z profile: flange bottom left to web, web to flange top right",
    lambda a, b, w, f: [
        (0, 0),
        ((a + w) / 2, 0),
        ((a + w) / 2, b - f),
        (a, b - f),
        (a, b),
        ((a - w) / 2, b),
        ((a - w) / 2, f),
        (0, f),
    ],
)
_profile(
    "cross",
    "a plus sign",
    lambda a, b, w, f: [
        ((a - w) / 2, 0),
        ((a + w) / 2, 0),
        ((a + w) / 2, (b - f) / 2),
        (a, (b - f) / 2),
        (a, (b + f) / 2),
        ((a + w) / 2, (b + f) / 2),
        ((a + w) / 2, b),
        ((a - w) / 2, b),
        ((a - w) / 2, (b + f) / 2),
        (0, (b + f) / 2),
        (0, (b - f) / 2),
        ((a - w) / 2, (b - f) / 2),
    ],
)
