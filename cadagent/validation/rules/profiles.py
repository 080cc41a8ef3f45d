"""Profiles: each outline is closed and simple, every hole takes something out, something is left, and loops
either overlap or keep apart.

The region of a profile is the union of its adding loops minus the union of its hole loops, so loops may
overlap and a hole may break the edge. Wrong are a hole without effect, and loops that touch in a point.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from cadagent.design import Finding
from cadagent.validation.planar import Loop, pieces, sampled, touching
from cadagent.validation.registry import Rule, Subject

if TYPE_CHECKING:
    from shapely import Polygon

_MEET = 1e-6  # mm; ends further apart than this do not meet
_NOTHING = 1e-7  # share of an area that counts as none
_ROUND = 96  # steps to a full turn where only areas matter
_MOST = 200_000  # points; larger profiles are left to the kernel and its limits
_PLACE = re.compile(r"\[(\S+) (\S+)\]")
_HINT = "check the order of the points, and that thickness and corner radius fit the size"


@dataclass(frozen=True)
class _Profile:
    """The loops of one sketch as resolved, with the canonical pointers of sketch and loops."""

    loops: list[Mapping[str, Any]]
    at: str
    alone: bool

    def pointer(self, loop: Mapping[str, Any]) -> str:
        return f"{self.at}/profile/{loop['loop']}" if "loop" in loop else self.at


def check(subject: Subject) -> Iterable[Finding]:
    """Findings on the resolved profiles of all features, each sketch once."""
    if subject.resolved is None or subject.canonical is None:
        return
    seen: set[str] = set()
    for profile in _profiles(subject.resolved, subject.canonical.document):
        if profile.at not in seen:
            seen.add(profile.at)
            yield from _check(profile)


def _profiles(resolved: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[_Profile]:
    places = {entry["id"]: f"/operations/{index}" for index, entry in enumerate(document["operations"])}
    entries = {f"/operations/{index}": entry for index, entry in enumerate(document["operations"])}
    for step in resolved["steps"]:
        at = str(step.get("pointer", ""))
        entry, alone = entries.get(at, {}), step.get("mode") == "new"
        if "loops" in step:
            yield _Profile(step["loops"], places.get(entry.get("sketch"), at), alone)
        for section, name in zip(step.get("sections", ()), entry.get("sections", ()), strict=False):
            yield _Profile(section["loops"], places.get(name, at), alone)


def _check(profile: _Profile) -> Iterator[Finding]:
    """Outlines first: what is said of regions needs simple ones."""
    found = list(_outlines(profile))
    if not found and _weight(profile) <= _MOST:
        found = list(_holes(profile))
        if not found:
            found = list(_touching(profile))
    yield from found


def _weight(profile: _Profile) -> int:
    """About how many points the profile's tessellation has."""
    steps = {"line": 1, "arc": _ROUND // 2, "circle": _ROUND, "ellipse": _ROUND}
    return sum(
        steps.get(curve["curve"], 16 * len(curve.get("points", ())))
        for loop in profile.loops
        for outline in (loop["curves"], *loop.get("inner", ()))
        for curve in outline
    )


def _outlines(profile: _Profile) -> Iterator[Finding]:
    last: tuple[Any, bool] | None = None
    for loop in profile.loops:
        copy = ("loop" in loop and loop["loop"], loop["role"] == "add")
        if "loop" in loop and copy == last:
            continue  # copies of one loop are all alike
        last = copy
        for outline in (loop["curves"], *loop.get("inner", ())):
            finding = _outline(outline)
            if finding is not None:
                yield replace(finding, pointer=profile.pointer(loop))
                break


def _outline(curves: Sequence[Mapping[str, Any]]) -> Finding | None:
    """What is wrong with one outline, without its pointer."""
    if len(curves) == 1 and curves[0]["curve"] in ("circle", "ellipse"):
        return None
    points: list[tuple[float, ...]] = []
    for index, curve in enumerate(curves):
        path = sampled(curve)
        gap = math.dist(path[-1], sampled(curves[(index + 1) % len(curves)])[0])
        if gap > _MEET:
            return Finding(
                "profiles.open",
                "The outline is not closed.",
                expected="each curve begins where the last one ends",
                actual=f"a gap of {gap:.6g} mm",
            )
        points += path[:-1]
    if not all(math.isfinite(x) for point in points for x in point):
        return Finding("profiles.not_finite", "The outline has points that are not finite.")
    if len(points) < 3:
        return Finding("profiles.no_area", "The outline encloses no area.", expected="an area", hint=_HINT)
    return _simple(points)


def _simple(points: Sequence[tuple[float, ...]]) -> Finding | None:
    from shapely import LinearRing, Polygon
    from shapely.validation import explain_validity

    polygon, ring = Polygon(points), LinearRing(points)
    if ring.convex_hull.area <= _NOTHING * ring.length**2:
        return Finding(
            "profiles.no_area",
            "The outline is flat and encloses no area.",
            expected="an outline that encloses an area",
            hint=_HINT,
        )
    if ring.is_simple and polygon.is_valid:
        return None
    place = _PLACE.search(explain_validity(polygon))
    return Finding(
        "profiles.self_crossing",
        "The outline crosses or touches itself.",
        expected="an outline that neither crosses nor touches itself",
        actual=f"near {_place(float(place[1]), float(place[2]))}" if place else None,
        hint=_HINT,
    )


def _place(u: float, v: float) -> str:
    return f"u {round(u, 4) + 0.0:g}, v {round(v, 4) + 0.0:g} mm"


def _holes(profile: _Profile) -> Iterator[Finding]:
    """Holes without effect, and profiles of which the holes leave nothing."""
    holes = [loop for loop in profile.loops if loop["role"] == "hole"]
    adds = [loop for loop in profile.loops if loop["role"] != "hole"]
    if not holes or not adds:
        return
    from shapely import area, difference, intersection, prepare, union_all

    solid = union_all([_polygon(loop) for loop in adds])
    prepare(solid)
    shapes = [_polygon(loop) for loop in holes]
    whole = area(shapes)
    taken = area(intersection(shapes, solid))
    idle: dict[str, int] = {}
    copies: dict[str, int] = {}
    for loop, full, part in zip(holes, whole, taken, strict=True):
        at = profile.pointer(loop)
        copies[at] = copies.get(at, 0) + 1
        idle[at] = idle.get(at, 0) + (part <= _NOTHING * full)
    for at, count in idle.items():
        if count:
            every = count == copies[at]
            yield Finding(
                "profiles.hole_outside",
                "This hole takes nothing out: it lies outside the loops that add."
                if every
                else f"{count} of {copies[at]} holes lie outside the loops that add and take nothing out.",
                at,
                "error" if every else "warning",
                expected="inside, or across the edge",
                actual="outside",
                hint="check its position; at is measured from the middle",
            )
    if area(difference(solid, union_all(shapes))) <= _NOTHING * solid.area:
        yield Finding(
            "profiles.no_region",
            "The holes leave nothing of the profile.",
            profile.pointer(holes[0]),
            expected="holes smaller than the outline",
        )


def _polygon(loop: Mapping[str, Any]) -> Polygon:
    from shapely import Polygon

    rings = [
        [point for curve in outline for point in sampled(curve, _ROUND)[:-1]]
        for outline in (loop["curves"], *loop.get("inner", ()))
    ]
    return Polygon(rings[0], rings[1:])


def _touching(profile: _Profile) -> Iterator[Finding]:
    """Loops that meet in a point: a part of it hangs together at an edge only, which is no solid.

    A feature that joins or cuts may have that edge buried in other material, so there the kernel has the last
    word.
    """
    if len(profile.loops) < 2:
        return
    shapes = [
        Loop(loop["role"] == "add", pieces(loop["curves"]), [pieces(i) for i in loop.get("inner", ())], index)
        for index, loop in enumerate(profile.loops)
    ]
    reported: set[tuple[str, str]] = set()
    for first, second, (u, v) in touching(shapes):
        pair = (
            profile.pointer(profile.loops[first.index]),
            profile.pointer(profile.loops[second.index]),
        )
        if pair in reported:
            continue
        reported.add(pair)
        yield Finding(
            "profiles.touching",
            "Two loops of the profile touch in a point only."
            if pair[0] != pair[1]
            else "Copies of this loop touch each other in a point only.",
            pair[1],
            "error" if profile.alone else "warning",
            expected="overlapping, or apart",
            actual=f"touching at {_place(u, v)}",
            hint="move or resize one of them a little",
        )


RULES = (Rule("profiles", "resolved", check, "outlines closed and simple, holes that count, no touching"),)
