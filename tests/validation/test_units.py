"""Units against the request: silent unless the document cannot be right."""

from __future__ import annotations

from typing import Any

import pytest

from cadagent.requirements.figures import figures, units_named
from cadagent.validation import validate


@pytest.mark.parametrize(
    ("request_text", "expected"),
    [
        ("A 40 x 20 x 5 mm plate", [(40, "mm"), (20, "mm"), (5, "mm")]),
        ("2.5cm wide, 0.5-inch thick", [(2.5, "cm"), (0.5, "in")]),
        ('a 1 1/2 inch cube with a 3/8" hole', [(1.5, "in"), (0.375, "in")]),
        ("1-1/2 in by 2 in", [(1.5, "in"), (2, "in")]),
        ("5 ft 3 in tall", [(5, "ft"), (3, "in")]),
        ("put 3 in each corner, 6 in length", [(3, None), (6, None)]),
        ("an M6 hole", []),
        ("Ø30, 60x50x5 mm, R8", [(30, "mm"), (60, "mm"), (50, "mm"), (5, "mm"), (8, None)]),
        ("60mmx50mm", [(60, "mm"), (50, "mm")]),
        ("10 meters long", [(10, "m")]),
        ("1/0 mm", []),
    ],
)
def test_figures_of_a_request(request_text: str, expected: list[tuple[float, str | None]]) -> None:
    assert [(float(figure.value), figure.unit) for figure in figures(request_text)] == expected


def test_units_named_by_themselves() -> None:
    assert units_named("A 4 by 5 plate, all dimensions in millimeters") == {"mm"}
    assert units_named("a 6 in a row pattern") == frozenset()


def codes(request: str, units: str, size: list[Any]) -> list[tuple[str, str, str]]:
    report = validate(
        {"units": units, "operations": [{"op": "box", "size": size}]}, request=request, build=False
    )
    return [(finding.code, finding.severity, finding.pointer) for finding in report.findings]


PLATE = "a plate of 40 x 20 x 5 mm"


def test_copied_figures_in_another_unit_are_wrong() -> None:
    assert codes(PLATE, "in", [40, 20, 5]) == [("units.contradict_request", "error", "/units")]
    assert codes("a cube of 2 inches", "mm", [2, 2, 2]) == [("units.contradict_request", "error", "/units")]


def test_unit_for_a_request_in_millimetres_is_only_odd() -> None:
    assert codes(PLATE, "unit", [40, 20, 5]) == [("units.contradict_request", "warning", "/units")]


@pytest.mark.parametrize(
    ("request_text", "units", "size"),
    [
        (PLATE, "mm", [40, 20, 5]),
        (PLATE, "cm", [4, 2, 0.5]),
        ("4 x 2 inches, 5 mm thick", "in", [4, 2, "5mm"]),
        ("4 x 2 inches, 5 mm thick", "mm", ["4in", "2in", 5]),
        ("a cube of 2 inches", "mm", [50.8, 50.8, 50.8]),
        ("a cube of side 2", "in", [2, 2, 2]),
        ("a box with a 0.5 mm wall", "mm", [300, 200, 100]),
        ("a row of 50 posts 10 mm apart, 2 mm thick", "mm", [490, 2, 2]),
        ("", "ft", [1, 1, 1]),
    ],
)
def test_plausible(request_text: str, units: str, size: list[Any]) -> None:
    assert codes(request_text, units, size) == []


def test_sizes_far_from_every_figure() -> None:
    far = [("units.implausible_size", "warning", "/operations/0/size/0")]
    assert codes(PLATE, "mm", [40000, 20, 5]) == far
    assert codes(PLATE, "mm", [0.04, 0.02, 0.005]) == far
    assert codes(PLATE, "mm", [4000, 20, 5]) == []
