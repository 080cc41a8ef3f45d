"""Figures that do not add up between a request and a design."""

from __future__ import annotations

from typing import Any

import pytest

from cadagent.design import canonical
from cadagent.requirements.tally import Tally, tally

PLATE = {"op": "extrude", "profile": [{"shape": "rectangle", "size": [40, 20]}], "depth": 5.5}
HOLE = {"op": "hole", "diameter": 4.25}
REQUEST = "A plate 40 x 20 x 5.5 mm with a hole of 4.25 mm diameter"


def count(request: str, *operations: dict[str, Any], units: str = "mm") -> Tally:
    return tally(canonical({"units": units, "operations": list(operations)}), request)


@pytest.mark.parametrize(
    ("request_text", "operations", "expected"),
    [
        (REQUEST, (PLATE, HOLE), Tally()),
        (REQUEST, (PLATE,), Tally(unused=1)),
        (REQUEST, (PLATE, {**HOLE, "diameter": 6.125}), Tally(unused=1, unexplained=1)),
        (REQUEST, (PLATE, HOLE, {**HOLE, "face": "top"}), Tally(overused=1)),
        ("A plate 40 x 20 x 5.5 mm with a hole of 2.125 mm radius", (PLATE, HOLE), Tally()),
        ("A plate of 40 by 20 mm, 5.5 mm thick, holes of 4.25 mm, 90 degrees apart", (PLATE, HOLE), Tally()),
    ],
)  # fmt: skip
def test_counts(request_text: str, operations: tuple[dict[str, Any], ...], expected: Tally) -> None:
    assert count(request_text, *operations) == expected


def test_figures_in_another_unit_are_the_same_figures() -> None:
    inch = {**PLATE, "profile": [{"shape": "rectangle", "size": [2, 1]}], "depth": 0.25}
    assert count("a plate 50.8 x 25.4 x 6.35 mm", inch, units="in") == Tally()
    assert count("a plate 2 x 1 x 1/4 inch", inch, units="in") == Tally()
    assert count("a plate 2 x 1 x 3/8 inch", inch, units="in").doubts == 2
