"""A request's requirements against a built solid: one row each, asked and built side by side."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cadagent.design.expressions import MM_PER_UNIT
from cadagent.design.threads import THREADS, thread_diameter
from cadagent.requirements.extract import Requirement
from cadagent.requirements.facts import Facts, Stations
from cadagent.requirements.replaced import recounted, replaced
from cadagent.requirements.rows import EXACT, LOOSE, Row
from cadagent.requirements.written import Written, written

if TYPE_CHECKING:
    from cadagent.kernel.measure import Measurement
    from cadagent.kernel.mesh import Mesh

ANGLE = 0.6
_DEPTHS = frozenset({"depth", "deep", "by", "extrude", "extruded", "cut"})
_UPWARD = frozenset({"height", "high", "tall", "depth", "deep", "thick", "thickness"})
_ALIKE = {"cube": 3, "square": 2}
_SIZES = frozenset(
    {"length", "long", "width", "wide", "height", "high", "tall", "depth", "deep", "thick", "thickness"}
)


def check(
    requirements: Sequence[Requirement],
    measured: Measurement,
    mesh: Mesh | None = None,
    *,
    document: Mapping[str, Any] | None = None,
    units: str = "mm",
    factor: float = 1.0,
) -> tuple[Row, ...]:
    """Compare requirements with a solid.

    Args:
        requirements: of the request.
        measured: the solid, in millimetres.
        mesh: of the solid; without it a figure that is not found is unclear, not missing.
        document: the canonical design of the solid. A figure that it says and the solid does not show is
            unclear (the radius of a path, say); one that it does not say, while it says another that the
            request does not give, is wrong although something on the solid happens to measure it.
        units: of figures without a unit, where there is no design.
        factor: the request's own scaling of the whole part.
    """
    figures = written(document) if document is not None else ()
    unit = float(MM_PER_UNIT[document["units"] if document is not None else units])
    unitless = document is not None and document["units"] == "unit"  # takes every figure as it stands
    checker = _Checker(Facts(measured, mesh), unit, figures, factor, unitless)
    rows = checker.grouped([checker.row(requirement) for requirement in requirements])
    return tuple(recounted(replaced(rows, figures), document) if document is not None else rows)


class _Checker:
    def __init__(
        self, facts: Facts, unit: float, figures: tuple[Written, ...], factor: float, unitless: bool
    ) -> None:
        self.facts, self.unit, self.figures, self.factor = facts, unit, figures, factor
        self.unitless = unitless

    def millimetres(self, requirement: Requirement) -> float:
        unit = requirement.unit
        known = unit is not None and not self.unitless
        return requirement.value * (float(MM_PER_UNIT[unit]) if known and unit else self.unit)

    def tolerance(self, requirement: Requirement, asked: float) -> float:
        rounding = 0.6 * 10.0**-requirement.decimals * asked / requirement.value
        share = LOOSE if requirement.loose else EXACT
        return max(share * asked, min(rounding, 0.01 * asked))

    def row(self, requirement: Requirement) -> Row:
        match requirement.kind:
            case "count":
                return self.count(requirement)
            case "through":
                return self.through(requirement)
            case "thread":
                return self.thread(requirement)
            case "centred" | "corners":
                return self.placed(requirement)
            case "ratio":
                return Row(requirement, "unclear", requirement.value)
            case "angle":
                found = _nearest(self.facts.angles, requirement.value)
                near = found is not None and abs(found - requirement.value) <= (
                    LOOSE * 90 if requirement.loose else ANGLE
                )
                return self.judged(requirement, requirement.value, found if near else None, soft=True)
            case _:
                return self.squared(self.measure(requirement))

    def measure(self, requirement: Requirement) -> Row:
        asked = self.millimetres(requirement)
        for scale in dict.fromkeys((1.0, self.factor)):
            found = self.find(requirement, asked * scale)
            if found is not None:
                return Row(requirement, "held", asked * scale, found)
        # A cut may be said deeper than the part is.
        deep = requirement.subject and requirement.role in _DEPTHS and asked > min(self.facts.measured.size)
        row = self.judged(requirement, asked, None, soft=bool(deep))
        return self.confused(row) if row.state == "missing" else row

    def find(self, requirement: Requirement, asked: float) -> float | None:
        """The measure of the solid that is the figure, or ``None``."""
        facts, tolerance = self.facts, self.tolerance(requirement, asked)
        candidates: list[float | None] = []
        round_ones = {"diameter": 2.0, "radius": 1.0}
        if requirement.kind in round_ones:
            scale = round_ones[requirement.kind]
            candidates.append(_nearest([scale * radius for radius in facts.radii], asked))
            if requirement.kind == "diameter":  # of an octagon: over its corners
                candidates.append(_nearest(facts.corner_distances, asked))
        if requirement.kind == "length":
            candidates += [stations.size(asked) for stations in facts.stations]
            candidates += [_nearest(facts.edges, asked), _nearest([2 * r for r in facts.radii], asked)]
            if requirement.subject and requirement.role in ("deep", "depth"):  # of a groove round a shaft
                steps = [abs(one - other) for one in facts.radii for other in facts.radii]
                candidates.append(_nearest(steps, asked))
        if requirement.kind == "spacing":
            candidates += [stations.distance(asked) for stations in facts.stations]
            candidates += [_nearest(facts.axis_distances, asked), _nearest(facts.edges, asked)]
        found = [c for c in candidates if c is not None and abs(c - asked) <= tolerance]
        return min(found, key=lambda value: abs(value - asked)) if found else None

    def judged(self, requirement: Requirement, asked: float, found: float | None, soft: bool = False) -> Row:
        if found is not None:
            return Row(requirement, "held", asked, found)
        said = any(abs(figure.value - asked) <= 1e-4 * asked for figure in self.figures)
        open_end = requirement.soft or soft or said or not self.facts.complete or self.factor != 1
        return Row(requirement, "unclear" if open_end else "missing", asked)

    def confused(self, row: Row) -> Row:
        """A radius built as a diameter or the other way is wrong, and so is the only hole."""
        requirement, asked = row.requirement, row.asked
        tolerance = self.tolerance(requirement, asked)
        if requirement.kind in ("diameter", "radius"):
            other = 1.0 if requirement.kind == "diameter" else 2.0
            if any(abs(other * radius - asked) <= tolerance for radius in self.facts.radii):
                return Row(requirement, "wrong", asked, asked * 2 / other**2 if other == 1.0 else asked / 2)
            if requirement.subject == "hole" and len(self.facts.measured.holes) == 1:
                radii = self.facts.measured.holes[0].radii
                return Row(
                    requirement, "wrong", asked, radii[0] * (2 if requirement.kind == "diameter" else 1)
                )
        return row

    def squared(self, row: Row) -> Row:
        """A cube measures the same in three directions, a square in two."""
        wanted = _ALIKE.get(row.requirement.role, 0)
        if row.state != "held" or row.requirement.soft or row.requirement.listed or not wanted:
            return row
        tolerance = self.tolerance(row.requirement, row.asked)
        cube = row.requirement.role == "cube"  # a square may run into another outline
        sizes = [s.size(row.asked) if cube else s.distance(row.asked) for s in self.facts.stations]
        found = [size for size in sizes if size is not None and abs(size - row.asked) <= tolerance]
        if len(found) < wanted and self.facts.complete and not self.facts.slanted:
            return Row(row.requirement, "missing", row.asked)
        return row

    def grouped(self, rows: list[Row]) -> list[Row]:
        """Figures of one size statement must be found in different directions."""
        groups: dict[int, list[int]] = {}
        for index, row in enumerate(rows):
            r = row.requirement
            hard = r.kind == "length" and row.state == "held" and not r.soft
            if hard and r.group is not None and (not r.role or r.role in _SIZES):
                groups.setdefault(r.group, []).append(index)
        for members in groups.values():
            asked = [rows[index].asked for index in members]
            twice = any(abs(a - b) <= 1e-6 * a for i, a in enumerate(asked) for b in asked[:i])
            if 1 < len(members) <= 3 and twice and _differ([rows[i].requirement.role for i in members]):
                found = [self.directions(rows[index]) for index in members]
                if all(found) and not _matched(found):
                    index = members[-1]
                    row = rows[index]
                    rows[index] = Row(row.requirement, "missing", row.asked)
        return rows

    def directions(self, row: Row) -> list[tuple[float, float, float]]:
        tolerance = self.tolerance(row.requirement, row.asked)

        def has(stations: Stations) -> bool:
            found = stations.distance(row.asked)
            return found is not None and abs(found - row.asked) <= tolerance

        return [stations.direction for stations in self.facts.stations if has(stations)]

    def count(self, requirement: Requirement) -> Row:
        asked, facts = requirement.value, self.facts
        noun, adjectives = requirement.subject, requirement.role
        if adjectives == "regular":
            return Row(requirement, "held" if int(asked) in facts.equal_sides else "unclear", asked, asked)
        if noun.startswith(("hole", "bore")):
            holes = facts.hole_count
            if holes == asked or facts.measured.genus == asked or asked in facts.equal_holes:
                return Row(requirement, "held", asked, asked)
            square = any(
                word in adjectives for word in ("rect", "square", "slot", "hex", "oct", "tri", "semi")
            )
            if not square and holes and (holes < asked or not requirement.soft):
                return Row(requirement, "wrong", asked, holes)
            return Row(requirement, "unclear", asked)
        if int(asked) in facts.equal_faces or int(asked) in facts.equal_holes:
            return Row(requirement, "held", asked, asked)
        return Row(requirement, "unclear", asked)

    def through(self, requirement: Requirement) -> Row:
        measured = self.facts.measured
        if any(hole.through for hole in measured.holes) or (measured.genus or 0) > 0:
            return Row(requirement, "held", 0.0)
        return Row(requirement, "wrong" if requirement.subject and measured.holes else "unclear", 0.0)

    def thread(self, requirement: Requirement) -> Row:
        asked, name = requirement.value, f"M{requirement.value:g}"
        radii = self.facts.radii
        if name not in THREADS:
            return Row(requirement, "unclear", asked)
        fits = [thread_diameter(name, "clearance", series) for series in ("close", "medium", "loose")]
        fits += [asked, thread_diameter(name, "tap"), thread_diameter(name, "threaded")]
        for fit in fits:
            if any(abs(2 * radius - fit) <= 0.01 * fit for radius in radii):
                return Row(requirement, "held", asked, fit)
        return Row(requirement, "missing", asked)

    def placed(self, requirement: Requirement) -> Row:
        measured, facts = self.facts.measured, self.facts
        if requirement.kind == "corners":
            fours = 4 in facts.equal_holes or 4 in facts.equal_faces
            return Row(requirement, "held" if fours else "unclear", 0.0)
        middle = [(a + b) / 2 for a, b in zip(measured.box_min, measured.box_max, strict=True)]
        centers = [middle, *(plane.center for plane in measured.planes)]
        reach = 1e-3 * max(measured.size)
        for hole in measured.holes:
            for center in centers:
                offset = [c - p for c, p in zip(center, hole.axis_point, strict=True)]
                along = sum(o * d for o, d in zip(offset, hole.axis_direction, strict=True))
                if math.hypot(*offset) ** 2 - along**2 <= reach**2:
                    return Row(requirement, "held", 0.0)
        return Row(requirement, "unclear", 0.0)


def _differ(roles: list[str]) -> bool:
    """Can these be sizes of one thing in different directions? Two heights are of two things."""
    classes = ["up" if role in _UPWARD else role for role in roles]
    return len(set(classes)) == len(classes) or not any(classes)


def _nearest(values: Sequence[float], wanted: float) -> float | None:
    return min(values, key=lambda value: abs(value - wanted), default=None)


def _matched(found: list[list[tuple[float, float, float]]]) -> bool:
    """Can each figure have a direction that is parallel to none of the others'?"""
    if not found:
        return True
    first, *rest = found
    return any(
        _matched(
            [
                [d for d in others if abs(sum(a * b for a, b in zip(d, one, strict=True))) < 0.999]
                for others in rest
            ]
        )
        for one in first
    )
