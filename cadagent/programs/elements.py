"""Resolved steps taken apart into what every modeller has: prisms, revolves, lofts and sweeps.

Primitives become a sketch with a feature. Holes become cuts: a cylinder is a cut prism, a counterbore another
one, a countersink a tapered one, a drill's tip a cut revolve of the whole half section; each is exact.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cadagent.design.vectors import Frame
from cadagent.errors import InputError

Loops = list[dict[str, Any]]
Point = tuple[float, float]
#: How far a prism goes on one side of its plane: millimetres, through everything, or not at all.
Reach = float | str | None


@dataclass(frozen=True)
class Prism:
    """A profile pushed along its normal (``up``) and against it (``down``).

    Attributes:
        taper: degrees by which the walls lean inward away from the plane.
        above: the plane lies on top of everything that is there along the normal, where that is higher.
    """

    frame: Frame
    loops: Loops
    up: Reach
    down: Reach
    taper: float = 0.0
    above: bool = False


@dataclass(frozen=True)
class Turned:
    """A profile turned about an axis of its plane from ``start`` to ``end`` degrees."""

    frame: Frame
    loops: Loops
    point: Point
    direction: Point
    start: float = 0.0
    end: float = 360.0


@dataclass(frozen=True)
class Lofted:
    """A solid through sections: a frame with loops, or a frame whose origin is a point."""

    sections: list[tuple[Frame, Loops | None]]
    ruled: bool = False


@dataclass(frozen=True)
class Swept:
    """A profile carried along a path."""

    frame: Frame
    loops: Loops
    path_frame: Frame
    path: list[dict[str, Any]]


Element = Prism | Turned | Lofted | Swept


def frame_of(data: Mapping[str, Any]) -> Frame:
    """A frame of the resolved form."""
    return Frame(*(tuple(data[key]) for key in ("origin", "u", "v", "n")))


def add_loop(curves: list[dict[str, Any]]) -> Loops:
    """A profile of one outline."""
    return [{"role": "add", "curves": curves}]


def polygon(points: Sequence[Sequence[float]]) -> list[dict[str, Any]]:
    """Straight curves round through the points."""
    return [
        {"curve": "line", "start": list(a), "end": list(b)}
        for a, b in zip(points, [*points[1:], points[0]], strict=True)
    ]


def circle(radius: float, center: Point = (0.0, 0.0)) -> list[dict[str, Any]]:
    return [{"curve": "circle", "center": list(center), "radius": radius}]


def elements_of(step: Mapping[str, Any]) -> list[Element]:
    """The elements of a step that makes material or removes it.

    Raises:
        InputError: the step says something that elements cannot.
    """
    kind = step["do"]
    if kind == "prism":
        return [_prism(step)]
    if kind == "revolve":
        axis = step["axis"]
        return [
            Turned(
                frame_of(step["frame"]),
                step["loops"],
                tuple(axis["point"]),
                tuple(axis["direction"]),
                step["start"],
                step["end"],
            )
        ]
    if kind == "loft":
        return [
            Lofted([(frame_of(s["frame"]), s["loops"]) for s in step["sections"]], bool(step.get("ruled")))
        ]
    if kind == "sweep":
        path = step["path"]
        return [Swept(frame_of(step["frame"]), step["loops"], frame_of(path["frame"]), path["curves"])]
    if kind == "primitive":
        return _primitives(step)
    if kind == "hole":
        return _holes(step)
    raise InputError(f"{step['id']}: the operation {kind} cannot be said in a program")


def _prism(step: Mapping[str, Any]) -> Prism:
    frame, taper = frame_of(step["frame"]), float(step.get("taper") or 0.0)
    if step.get("extent") == "through":
        way = int(step.get("direction", 1))
        return Prism(frame, step["loops"], "all" if way >= 0 else None, "all" if way <= 0 else None, taper)
    if step.get("extent") == "next":
        way = int(step.get("direction", 1))
        return Prism(frame, step["loops"], "next" if way >= 0 else None, "next" if way < 0 else None, taper)
    start, end = float(step["start"]), float(step["end"])
    return Prism(frame, step["loops"], end if end > 0 else None, -start if start < 0 else None, taper)


def _planar(frames: Sequence[Frame]) -> list[list[Frame]]:
    """Frames grouped by the plane in which they lie."""
    groups: list[list[Frame]] = []
    for frame in frames:
        for group in groups:
            first = group[0]
            if all(abs(a - b) < 1e-9 for a, b in zip(first.n, frame.n, strict=True)) and (
                abs(first.coordinates(frame.origin)[2]) < 1e-9
            ):
                group.append(frame)
                break
        else:
            groups.append([frame])
    return groups


def _in_plane(group: Sequence[Frame], curves: list[dict[str, Any]]) -> Loops:
    """The outline once for each frame, in the coordinates of the first."""
    loops: Loops = []
    base = group[0]
    for frame in group:

        def placed(point: Sequence[float], frame: Frame = frame) -> list[float]:
            u, v, _ = base.coordinates(frame.point(point[0], point[1]))
            return [round(u, 9), round(v, 9)]

        loops.append(
            {
                "role": "add",
                "curves": [
                    {key: placed(value) if isinstance(value, list) else value for key, value in curve.items()}
                    for curve in curves
                ],
            }
        )
    return loops


def _primitives(step: Mapping[str, Any]) -> list[Element]:
    kind, size = step["kind"], step["size"]
    frames = [frame_of(data) for data in step["frames"]]
    if kind == "box":
        x, y = size["x"] / 2, size["y"] / 2
        outline = polygon([(-x, -y), (x, -y), (x, y), (-x, y)])
        return [Prism(group[0], _in_plane(group, outline), size["z"], None) for group in _planar(frames)]
    if kind == "cylinder" or (kind == "cone" and abs(size["bottom"] - size["top"]) < 1e-7):
        radius = size["radius"] if kind == "cylinder" else size["bottom"]
        return [
            Prism(group[0], _in_plane(group, circle(radius)), size["height"], None)
            for group in _planar(frames)
        ]
    return [element for frame in frames for element in _single(kind, size, frame)]


def _upright(frame: Frame) -> Frame:
    """The plane through the frame's u and its normal."""
    return Frame(frame.origin, frame.u, frame.n, tuple(0.0 - c for c in frame.v))  # type: ignore[arg-type]


def _single(kind: str, size: Mapping[str, Any], frame: Frame) -> list[Element]:
    upright, axis = _upright(frame), ((0.0, 0.0), (0.0, 1.0))
    if kind == "cone":
        bottom, top, height = size["bottom"], size["top"], size["height"]
        corners = [(0.0, 0.0), (bottom, 0.0), (top, height), (0.0, height)]
        kept = [corner for index, corner in enumerate(corners) if corner != corners[index - 1]]
        return [Turned(upright, add_loop(polygon(kept)), *axis)]
    if kind == "sphere":
        r = size["radius"]
        half = [
            {"curve": "arc", "start": [0.0, -r], "mid": [r, 0.0], "end": [0.0, r]},
            {"curve": "line", "start": [0.0, r], "end": [0.0, -r]},
        ]
        return [Turned(upright, add_loop(half), *axis)]
    if kind == "torus":
        return [Turned(upright, add_loop(circle(size["minor"], (size["major"], 0.0))), *axis)]
    if kind == "wedge":
        x, y, z, top = size["x"], size["y"], size["z"], size.get("top") or 0.0
        tip = [(top - x / 2, z)] if top > 0 else []
        outline = polygon([(-x / 2, 0.0), (x / 2, 0.0), *tip, (-x / 2, z)])
        return [Prism(upright, add_loop(outline), y / 2, y / 2)]
    if kind == "pyramid":
        upper = frame.moved(n=size["height"])
        base = (frame, add_loop(polygon(size["base"])))
        if len(size["top"]) == 1:
            return [Lofted([base, (upper.moved(*size["top"][0]), None)], True)]
        return [Lofted([base, (upper, add_loop(polygon(size["top"])))], True)]
    raise InputError(f"the primitive {kind} cannot be said in a program")


def _holes(step: Mapping[str, Any]) -> list[Element]:
    frames = [frame_of(data) for data in step["frames"]]
    radius, depth, tip = step["diameter"] / 2, step.get("depth"), step.get("tip")
    bore, sink, both = step.get("counterbore"), step.get("countersink"), bool(step.get("both"))
    if tip and depth is not None:
        return [_drill(step, frame) for frame in frames]
    made: list[Element] = []
    for group in _planar(frames):
        base = group[0]
        plain = both and not bore and not sink
        made.append(
            Prism(
                base,
                _in_plane(group, circle(radius)),
                "all" if plain else None,
                "all" if depth is None else depth,
                above=both and not plain,
            )
        )
        if bore:
            outline = circle(bore["diameter"] / 2)
            made.append(Prism(base, _in_plane(group, outline), None, bore["depth"], above=both))
        if sink:
            wide, half = sink["diameter"] / 2, sink["angle"] / 2
            drop = (wide - radius) / math.tan(math.radians(half))
            made.append(Prism(base, _in_plane(group, circle(wide)), None, drop, half, above=both))
    return made


def _drill(step: Mapping[str, Any], frame: Frame) -> Turned:
    """The half section of a blind hole with a tip, turned about the hole's axis."""
    radius, depth = step["diameter"] / 2, step["depth"]
    bore, sink = step.get("counterbore"), step.get("countersink")
    section = [(0.0, 0.0)]
    if bore:
        wide = bore["diameter"] / 2
        section += [(wide, 0.0), (wide, -bore["depth"]), (radius, -bore["depth"])]
    elif sink:
        wide = sink["diameter"] / 2
        section += [(wide, 0.0), (radius, -(wide - radius) / math.tan(math.radians(sink["angle"] / 2)))]
    else:
        section.append((radius, 0.0))
    section += [
        (radius, -depth),
        (0.0, -depth - radius / math.tan(math.radians(step["tip"] / 2))),
    ]
    return Turned(_upright(frame), add_loop(polygon(section)), (0.0, 0.0), (0.0, 1.0))
