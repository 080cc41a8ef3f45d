"""Where things go on a plane or face: words, insets, attachment, repetition; no arithmetic for the writer.

Words mean directions of the part (left −x, right +x, front −y, back +y, bottom −z, top +z) wherever such a
direction lies in the plane. On horizontal planes ``top`` also means the back and ``bottom`` the front, as on
a drawing; on left and right faces ``left`` and ``right`` are as seen from outside.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cadagent.design.fields import Choice, Either, Field, Flag, Items, Number, Record, vector
from cadagent.design.findings import Finding
from cadagent.design.outlines import Box
from cadagent.design.vectors import Point, cos_sin

AXES = {"left": (0, -1), "right": (0, 1), "front": (1, -1), "back": (1, 1), "bottom": (2, -1), "top": (2, 1)}
EDGE_WORDS = tuple(AXES)
CORNER_WORDS = tuple(
    f"{a}-{b}"
    for first, second in (
        (("front", "back"), ("left", "right")),
        (("top", "bottom"), ("left", "right")),
        (("top", "bottom"), ("front", "back")),
    )
    for a in first
    for b in second
)
ANCHOR_WORDS = (
    "origin",
    "center",
    "left",
    "right",
    "top",
    "bottom",
    "top-left",
    "top-right",
    "bottom-left",
    "bottom-right",
)
# u and v of each face as signed part axes; the outward normal is u × v
FACE_AXES: Mapping[str, tuple[tuple[int, int], tuple[int, int]]] = {
    "top": ((0, 1), (1, 1)),
    "bottom": ((0, 1), (1, -1)),
    "front": ((0, 1), (2, 1)),
    "back": ((0, -1), (2, 1)),
    "right": ((1, 1), (2, 1)),
    "left": ((1, -1), (2, 1)),
}
LOOKS = {"xy": "top", "xz": "front", "yz": "right", "mid_z": "top", "mid_y": "front", "mid_x": "right"}


MOST = 1000  # copies of one item


class PlacingError(ValueError):
    """A placement that has no meaning here; ``key`` is the key it came from."""

    def __init__(self, key: str, message: str, expected: str | None = None) -> None:
        super().__init__(message)
        self.key, self.expected = key, expected


def directions(face: str) -> dict[str, tuple[int, int]]:
    """For a face (or what a plane looks like): each usable word as (0 for u or 1 for v, sign)."""
    axes = FACE_AXES[face]
    found: dict[str, tuple[int, int]] = {}
    for word, (axis, sign) in AXES.items():
        for index, (own, own_sign) in enumerate(axes):
            if own == axis:
                found[word] = (index, sign * own_sign)
    if face in ("top", "bottom"):
        found["top"], found["bottom"] = found["back"], found["front"]
    if face in ("left", "right"):
        found["left"], found["right"] = (0, -1), (0, 1)
    return found


@dataclass(frozen=True)
class Area:
    """What words and insets refer to: a box in the plane (mm) and the meaning of the words."""

    box: Box | None
    words: Mapping[str, tuple[int, int]]

    def signs(self, key: str, text: str) -> dict[int, int]:
        """The directions of an edge or corner word: axis index → outward sign."""
        found: dict[int, int] = {}
        for word in text.split("-"):
            if word not in self.words:
                raise PlacingError(key, f'"{word}" has no meaning on this plane.', ", ".join(self.words))
            axis, sign = self.words[word]
            if axis in found:
                raise PlacingError(key, f'"{text}" names no corner of this plane.', ", ".join(self.words))
            found[axis] = sign
        return found

    def extent(self, key: str) -> Box:
        """The reference box; raises :class:`PlacingError` where there is none."""
        if self.box is None:
            raise PlacingError(
                key,
                f'"{key.rpartition("/")[2]}" needs something to refer to: a face, or an earlier loop.',
                '"face", or "at"',
            )
        return self.box


_LENGTH = Number("length", positive=True)
PAIR = Either((Number(), vector(2)))
_REPEAT_FIELDS = (
    Field("grid", vector(2, Number("count", minimum=1, maximum=200)), "columns and rows"),
    Field("polar", Number("count", minimum=1, maximum=1000), "copies on a circle"),
    Field("corners", Flag(), "one in each corner"),
    Field("edges", Items(Choice(EDGE_WORDS), 1, 6), "one at each named edge"),
    Field("points", Items(vector(2), 1, 500), "one at each point"),
    Field("pitch", Either((_LENGTH, vector(2))), "grid: distance of neighbouring centres"),
    Field("gap", PAIR, "grid: clear distance of neighbours"),
    Field("span", Either((_LENGTH, vector(2))), "grid: distance of the outermost centres"),
    Field("centered", Flag(), "grid: false = the location is the first item"),
    Field("diameter", _LENGTH, "polar: diameter of the circle"),
    Field("radius", _LENGTH, "polar: radius of the circle"),
    Field("start", Number("angle"), "polar: angle of the first copy from +u"),
    Field("angle", Number("angle", positive=True, maximum=360), "polar: angle from first to last copy"),
    Field("inset", PAIR, "corners, edges, polar: distance from the edge to the origin"),
    Field("pad", PAIR, "corners, edges, polar: distance from the edge to the boundary"),
)
_USES = {
    "grid": {"pitch", "gap", "span", "centered"},
    "polar": {"diameter", "radius", "start", "angle", "inset", "pad"},
    "corners": {"inset", "pad"},
    "edges": {"inset", "pad"},
    "points": set(),
}


def repeat_kind(values: Mapping[str, Any]) -> str:
    """Which kind of repetition it is."""
    return next(kind for kind in _USES if kind in values)


def _repeat_rule(values: Mapping[str, Any], at: str) -> Iterator[Finding]:
    kind = repeat_kind(values)
    for key in values:
        if key != kind and key not in _USES[kind]:
            yield Finding(
                "schema.unknown_key",
                f'"{key}" has no meaning in a repetition by {kind}.',
                f"{at}/{key}",
                expected=", ".join(sorted(_USES[kind])),
                actual=key,
            )
    if kind == "grid" and not {"pitch", "gap", "span"} & set(values):
        yield Finding(
            "schema.missing_key", "A grid needs a pitch, gap or span.", at, expected="pitch | gap | span"
        )
    if kind in ("corners", "edges") and not {"inset", "pad"} & set(values):
        yield Finding("schema.missing_key", f"{kind} need an inset or pad.", at, expected="inset | pad")
    if values.get("corners") is False:
        yield Finding(
            "schema.choice", "corners can only be true.", f"{at}/corners", expected="true", actual="false"
        )
    if kind == "polar" and len({"diameter", "radius", "inset", "pad"} & set(values)) != 1:
        yield Finding(
            "schema.missing_key",
            "A polar repetition needs one of diameter, radius, inset and pad.",
            at,
            expected="diameter | radius | inset | pad",
        )


class _RepeatType(Record):
    """The repetition record; one schema alternative for each kind: a grammar offers only what fits."""

    def schema(self) -> dict[str, Any]:
        variants = []
        for kind, uses in _USES.items():
            for pick in {
                "grid": ("pitch", "gap", "span"),
                "polar": ("diameter", "radius", "inset", "pad"),
                "corners": ("inset", "pad"),
                "edges": ("inset", "pad"),
                "points": (None,),
            }[kind]:
                free = {"centered", "start", "angle"} & uses
                kept = [entry for entry in self.fields if entry.name in {kind, pick} | free]
                variants.append(
                    {
                        "type": "object",
                        "additionalProperties": False,
                        "properties": {
                            entry.name: {"const": True} if entry.name == "corners" else entry.type.schema()
                            for entry in kept
                        },
                        "required": [entry.name for entry in kept if entry.name not in free],
                    }
                )
        return {"anyOf": variants}


REPEAT = _RepeatType(
    _REPEAT_FIELDS,
    (
        ("grid", "polar", "corners", "edges", "points"),
        ("pitch", "gap", "span", None),
        ("diameter", "radius", None),
        ("inset", "pad", None),
    ),
    _repeat_rule,
    "a repetition",
)
POSITION = (
    Field(
        "from",
        Choice(("center", *EDGE_WORDS, *CORNER_WORDS)),
        "edge or corner that the position is measured from",
    ),
    Field("inset", PAIR, "distance from that edge to the origin"),
    Field("pad", PAIR, "distance from that edge to the boundary; after attach: the gap"),
    Field("at", vector(2), "position, or a shift of the position found otherwise"),
)


@dataclass(frozen=True)
class Spot:
    """One place of an item: its origin in the plane (mm) and how far the item is turned (degrees)."""

    u: float
    v: float
    turn: float = 0.0


def locate(values: Mapping[str, Any], item: Box, area: Area, reference: Area | None = None) -> list[Spot]:
    """All places of an item on a plane.

    Args:
        values: evaluated keys ``from``, ``attach``, ``align``, ``inset``, ``pad``, ``at``, ``anchor``,
            ``repeat``.
        item: the item's box about its natural origin.
        area: what ``from``, ``corners`` and ``edges`` refer to.
        reference: what ``attach`` refers to.

    Raises:
        PlacingError: a word or key has no meaning here.
    """
    shift = values.get("at", (0.0, 0.0))
    inward = [1.0, 1.0]
    if "attach" in values:
        base = _attached(values, item, reference or area)
    elif "from" in values and values["from"] != "center":
        signs = area.signs("from", values["from"])
        base = _inside(values, item, area, signs, "from")
        for axis, sign in signs.items():
            inward[axis] = -float(sign)
    else:
        anchor = _anchor(values.get("anchor", "origin"), item)
        center = _middle(area.box) if values.get("from") == "center" and area.box else (0.0, 0.0)
        base = (center[0] - anchor[0], center[1] - anchor[1])
    base = (base[0] + shift[0], base[1] + shift[1])
    repeat = values.get("repeat")
    return [Spot(*base)] if repeat is None else _repeated(repeat, base, shift, item, area, inward)


def _middle(box: Box) -> Point:
    return ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)


def _anchor(word: str, item: Box) -> Point:
    if word == "origin":
        return (0.0, 0.0)
    u, v = _middle(item)
    for part in word.split("-"):
        u = {"left": item[0], "right": item[2]}.get(part, u)
        v = {"bottom": item[1], "top": item[3]}.get(part, v)
    return (u, v)


def _inside(values: Mapping[str, Any], item: Box, area: Area, signs: Mapping[int, int], key: str) -> Point:
    """The item's origin when it lies inside the named edge or corner, by inset, by pad, or flush."""
    extent = area.extent(key)
    place = list(_middle(extent))
    for axis, sign in signs.items():
        edge = extent[axis + 2] if sign > 0 else extent[axis]
        if "inset" in values:
            place[axis] = edge - sign * _along(values["inset"], axis)
        else:
            reach = item[axis + 2] if sign > 0 else item[axis]
            place[axis] = edge - sign * _along(values.get("pad", 0.0), axis) - reach
    return (place[0], place[1])


def _along(pair: Any, axis: int) -> float:
    return float(pair[axis] if isinstance(pair, (list, tuple)) else pair)


def _attached(values: Mapping[str, Any], item: Box, area: Area) -> Point:
    """The item's origin when it touches the named side of the reference from outside."""
    extent, middle, own = area.extent("attach"), _middle(area.extent("attach")), _middle(item)
    place = [middle[0] - own[0], middle[1] - own[1]]
    ((axis, sign),) = area.signs("attach", values["attach"]).items()
    edge, reach = (extent[axis + 2], item[axis]) if sign > 0 else (extent[axis], item[axis + 2])
    place[axis] = edge + sign * _along(values.get("pad", 0.0), axis) - reach
    if "align" in values:
        ((other, end),) = area.signs("align", values["align"]).items()
        if other == axis:
            raise PlacingError("align", "The item cannot be aligned along the side it is attached to.")
        place[other] = (extent[other + 2] - item[other + 2]) if end > 0 else (extent[other] - item[other])
    return (place[0], place[1])


def _repeated(
    repeat: Mapping[str, Any], base: Point, shift: Point, item: Box, area: Area, inward: list[float]
) -> list[Spot]:
    kind = repeat_kind(repeat)
    if kind == "points":
        return [Spot(base[0] + u, base[1] + v) for u, v in repeat["points"]]
    if kind == "polar":
        count, radius = repeat["polar"], _polar_radius(repeat, item, area)
        span = repeat.get("angle", 360.0)
        step = span / count if span >= 360 or count == 1 else span / (count - 1)
        spots = []
        for index in range(count):
            turn = repeat.get("start", 0.0) + index * step
            c, s = cos_sin(turn)
            spots.append(Spot(base[0] + radius * c, base[1] + radius * s, turn))
        return spots
    if kind == "grid":
        counts = repeat["grid"]
        if counts[0] * counts[1] > MOST:
            raise PlacingError("repeat/grid", "There are too many copies.", f"at most {MOST}")
        pitch = [_pitch(repeat, axis, counts[axis], item) for axis in (0, 1)]
        centered = repeat.get("centered", True)
        return [
            Spot(
                *(
                    base[axis]
                    + (index - (counts[axis] - 1) / 2 if centered else index * inward[axis]) * pitch[axis]
                    for axis, index in enumerate((column, row))
                )
            )
            for row in range(counts[1])
            for column in range(counts[0])
        ]
    if kind == "edges":
        places = [area.signs("repeat/edges", word) for word in repeat["edges"]]
    else:
        places = [{0: a, 1: b} for b in (-1, 1) for a in (-1, 1)]
    spots = []
    for signs in places:
        u, v = _inside(repeat, item, area, signs, f"repeat/{kind}")
        spots.append(Spot(u + shift[0], v + shift[1]))
    return spots


def _polar_radius(repeat: Mapping[str, Any], item: Box, area: Area) -> float:
    """Radius of the circle on which copies stand: as given, or measured inward from the reference's edge."""
    if "radius" in repeat:
        return float(repeat["radius"])
    if "diameter" in repeat:
        return float(repeat["diameter"]) / 2
    box = area.extent("repeat/polar")
    edge = min(box[2] - box[0], box[3] - box[1]) / 2
    key = "inset" if "inset" in repeat else "pad"
    radius = edge - _along(repeat[key], 0) - (item[2] if key == "pad" else 0.0)
    if radius <= 0:
        raise PlacingError(
            f"repeat/{key}", "The copies would lie beyond the middle.", f"less than {edge:g} mm"
        )
    return radius


def _pitch(repeat: Mapping[str, Any], axis: int, count: int, item: Box) -> float:
    if count == 1:
        return 0.0
    if "gap" in repeat:
        return _along(repeat["gap"], axis) + item[axis + 2] - item[axis]
    if "span" in repeat:
        return _along(repeat["span"], axis) / (count - 1)
    return _along(repeat["pitch"], axis)
