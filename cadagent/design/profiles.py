"""Profiles: loops with roles, placed in a sketch plane and repeated, resolved into plain curves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cadagent.design import outlines, paths, sections, straight
from cadagent.design.fields import ID_PATTERN, Choice, Field, Items, Number, Record, Tagged, Text
from cadagent.design.findings import Finding
from cadagent.design.outlines import Box, Outline
from cadagent.design.placing import (
    ANCHOR_WORDS,
    EDGE_WORDS,
    MOST,
    POSITION,
    REPEAT,
    Area,
    PlacingError,
    Spot,
    locate,
)
from cadagent.design.shapes import SHAPES, Shape, ShapeError
from cadagent.design.vectors import cos_sin, turn

_FROM, _INSET, _PAD, _AT = POSITION
COMMON = (
    Field("role", Choice(("add", "hole")), "adds to the region or is taken out of it", default="add"),
    Field("attach", Choice(EDGE_WORDS), "lies outside the reference, touching this side of it"),
    _FROM,
    Field("align", Choice(EDGE_WORDS), "after attach: flush with this end of the side"),
    Field("to", Text(ID_PATTERN, "a loop's name, or face"), "what from and attach refer to"),
    _INSET,
    _PAD,
    _AT,
    Field("rotate", Number("angle"), "turned about its origin, counter-clockwise"),
    Field("anchor", Choice(ANCHOR_WORDS), "which point of its box stands at the position"),
    Field("wall", Number("length", positive=True), "a frame of this width instead of a filled shape"),
    Field("wall_side", Choice(("in", "out", "center")), "which side of the outline the wall stands on"),
    Field("repeat", REPEAT, "copies of the loop"),
    Field("name", Text(ID_PATTERN, "a name"), "so that other loops can refer to it"),
)
COMMON_NAMES = frozenset(entry.name for entry in COMMON)


def position_rule(values: Mapping[str, Any], at: str) -> Iterator[Finding]:
    """What no schema says about the keys of a position: which exclude or need one another."""
    for first, second in (
        ("attach", "from"),
        ("inset", "pad"),
        ("from", "anchor"),
        ("attach", "anchor"),
        ("attach", "inset"),
    ):
        if first in values and second in values:
            yield Finding(
                "schema.too_many_keys",
                f"{first} and {second} cannot stand together.",
                f"{at}/{second}",
                expected=first,
                actual=second,
            )
    if "align" in values and "attach" not in values:
        yield Finding("schema.unknown_key", "align has a meaning only after attach.", f"{at}/align")
    if "wall_side" in values and "wall" not in values:
        yield Finding("schema.unknown_key", "wall_side has a meaning only with wall.", f"{at}/wall_side")
    for key in ("inset", "pad"):
        if key in values and "from" not in values and "attach" not in values:
            yield Finding(
                "schema.missing_key", f"{key} needs an edge or corner to measure from.", at, expected='"from"'
            )


def _record(shape: Shape) -> Record:
    tag = Field("shape", Choice((shape.name,)), shape.doc, True)
    return Record((tag, *shape.fields, *COMMON), shape.choices, position_rule, f"a {shape.name}")


LOOPS: dict[str, Record] = {
    name: _record(SHAPES[name])
    for name in dict.fromkeys((*SHAPES, *straight.NAMES, *sections.NAMES, *paths.NAMES))
}
LOOP = Tagged("shape", LOOPS, "a loop", "loop")
PROFILE = Items(LOOP, 1, 200, "a list of loops")


class ProfileError(ValueError):
    """A profile that cannot be resolved; ``finding`` says where and why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


def resolve_profile(loops: Sequence[Mapping[str, Any]], face: Area, at: str) -> list[dict[str, Any]]:
    """The loops of a profile as plain curves.

    Args:
        loops: evaluated loops (mm, degrees).
        face: the words of the plane and, on a face, its box.
        at: JSON pointer of the profile.

    Returns:
        ``[{"role", "curves", "inner"?}]`` in the order written, copies one after the other; ``inner`` are
        outlines that are empty inside this loop only.

    Raises:
        ProfileError: with the finding.
    """
    resolved: list[dict[str, Any]] = []
    named: dict[str, Box] = {}
    first: Box | None = None
    for index, loop in enumerate(loops):
        pointer = f"{at}/{index}"
        try:
            outline, inner = _drawn(loop)
        except ShapeError as error:
            raise ProfileError(
                Finding("profiles.shape", f"This {loop['shape']} cannot be drawn: {error}.", pointer)
            ) from error
        item = outlines.box([outline])
        adds = loop.get("role", "add") == "add"
        around = face if first is None or (adds and face.box is not None) else Area(first, face.words)
        beside = face if first is None else Area(first, face.words)
        target = loop.get("to")
        if target == "face":
            around = beside = face
        elif target is not None:
            if target not in named:
                raise ProfileError(
                    Finding(
                        "references.unknown_loop",
                        f"No earlier loop is named {target}.",
                        f"{pointer}/to",
                        expected=", ".join(named) or "an earlier name",
                        actual=target,
                    )
                )
            around = beside = Area(named[target], face.words)
        try:
            spots = locate(loop, item, around, beside)
        except PlacingError as error:
            raise ProfileError(
                Finding("profiles.position", str(error), f"{pointer}/{error.key}", expected=error.expected)
            ) from error
        if len(resolved) + len(spots) > MOST:
            raise ProfileError(
                Finding(
                    "profiles.too_many",
                    "The profile has too many loops.",
                    pointer,
                    expected=f"at most {MOST}",
                )
            )
        placed = [placed_at(outline, spot) for spot in spots]
        for spot, curves in zip(spots, placed, strict=True):
            entry: dict[str, Any] = {"role": "add" if adds else "hole", "curves": curves, "loop": index}
            if inner:
                entry["inner"] = [placed_at(hole, spot) for hole in inner]
            resolved.append(entry)
        if "name" in loop:
            named[loop["name"]] = outlines.box(placed)
        if first is None and adds:
            first = outlines.box(placed)
    return resolved


def placed_at(outline: Outline, spot: Spot) -> Outline:
    """A copy of the outline at a spot."""
    c, s = cos_sin(spot.turn)
    return outlines.mapped(
        outline, lambda p: (spot.u + c * p[0] - s * p[1], spot.v + s * p[0] + c * p[1]), spot.turn
    )


def _drawn(loop: Mapping[str, Any]) -> tuple[Outline, list[Outline]]:
    """A loop's outline and inner outlines about its natural origin, walled and turned."""
    shape = SHAPES[loop["shape"]]
    outline, inner = shape.drawing({key: value for key, value in loop.items() if key not in COMMON_NAMES})
    if "wall" in loop:
        if inner:
            raise ShapeError("a ring has its own wall")
        inside = {"in": loop["wall"], "out": 0.0, "center": loop["wall"] / 2}[loop.get("wall_side", "in")]
        try:
            hole = outlines.offset(outline, -inside) if inside else outline
            outline = outlines.offset(outline, loop["wall"] - inside) if inside < loop["wall"] else outline
        except ValueError as error:
            raise ShapeError(str(error)) from error
        inner = [hole]
    angle = loop.get("rotate", 0.0)
    if angle:
        outline = outlines.mapped(outline, lambda point: turn(point, angle), angle)
        inner = [outlines.mapped(hole, lambda point: turn(point, angle), angle) for hole in inner]
    return outline, inner
