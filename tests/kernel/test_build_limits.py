"""Numbers that OpenCASCADE must never see."""

from __future__ import annotations

import math
from typing import Any

import pytest

from cadagent.kernel.limits import Limits, check_limits
from tests.kernel.steps import built, circle, design, frame, hole, plate, polygon, prism, rectangle, step


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, 10**400])
@pytest.mark.parametrize(
    "make", [lambda x: prism("a", [circle(1)], 0, x), lambda x: prism("a", [circle(x)], 0, 1)]
)
def test_not_finite(bad: float, make: Any) -> None:
    (finding,) = built(make(bad)).findings
    assert (finding.code, finding.pointer) == ("geometry.not_finite", "/operations/0")


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (prism("a", [rectangle(1e6, 1)], 0, 1), "geometry.too_large"),
        (prism("a", [circle(1)], 0, 1e-6), "geometry.too_small"),
        (prism("a", [circle(1)], 5, 1), "geometry.too_small"),
        (prism("a", [circle(0)], 0, 1), "geometry.too_small"),
        (prism("a", [circle(-3)], 0, 1), "geometry.too_small"),
        (step("fillet", body=None, edges=[{"select": "all"}], radius=0), "geometry.too_small"),
    ],
)
def test_sizes_out_of_bounds(bad: dict, code: str) -> None:
    (finding,) = built(plate(), bad).findings
    assert (finding.code, finding.pointer) == (code, "/operations/1")
    assert finding.expected and finding.actual


def test_too_many_edges_copies_and_steps() -> None:
    corners = [(math.cos(i / 1500 * math.tau), math.sin(i / 1500 * math.tau)) for i in range(1500)]
    assert [f.code for f in built(prism("a", [polygon(*corners)], 0, 1)).findings] == ["geometry.too_large"]
    many = design(plate(), hole("h", [frame()] * 2001, 1))
    assert [f.code for f in check_limits(many)] == ["geometry.too_large"]
    assert [f.code for f in check_limits(design(plate(), plate()), Limits(steps=1))] == ["geometry.too_large"]


def test_no_steps() -> None:
    assert [f.code for f in built().findings] == ["geometry.no_volume"]
