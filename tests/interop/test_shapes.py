"""Outlines are recognised as a person would write them, and only when they really are that."""

from __future__ import annotations

import math
import random

import pytest

from cadagent.interop.geometry2d import (
    Circle,
    OpenLoop,
    Region,
    Segment,
    chain,
    merged_regions,
    separate_islands,
)
from cadagent.interop.shapes import describe, profile

TOLERANCE = 2e-5


def lines(*points):
    return [Segment(a, b) for a, b in zip(points, [*points[1:], points[0]], strict=True)]


def turned(points, degrees, shift=(0.0, 0.0)):
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return [(shift[0] + c * u - s * v, shift[1] + s * u + c * v) for u, v in points]


def read(curves):
    loops = chain(curves, TOLERANCE)
    assert len(loops) == 1
    return describe(loops[0], TOLERANCE)


RECTANGLE = [(-20, -10), (20, -10), (20, 10), (-20, 10)]


def rounded_rectangle(a, b, r):
    """Counter-clockwise from the start of the bottom side; corners by arcs through their middle."""
    curves = []
    for cu, cv, first in (
        (a - r, -b + r, -90),
        (a - r, b - r, 0),
        (-a + r, b - r, 90),
        (-a + r, -b + r, 180),
    ):
        on = [
            (cu + r * math.cos(math.radians(first + t)), cv + r * math.sin(math.radians(first + t)))
            for t in (0, 45, 90)
        ]
        if curves:
            curves.append(Segment(curves[-1].end, on[0]))
        curves.append(Segment(on[0], on[2], on[1]))
    return [*curves, Segment(curves[-1].end, curves[0].start)]


def test_rectangle_square_and_their_turns():
    assert read(lines(*RECTANGLE)) == {"shape": "rectangle", "size": [40, 20]}
    assert read(lines(*turned(RECTANGLE, 90))) == {"shape": "rectangle", "size": [20, 40]}
    assert read(lines(*turned(RECTANGLE, 30, (5, 7)))) == {
        "shape": "rectangle",
        "size": [40, 20],
        "at": [5, 7],
        "rotate": 30,
    }
    assert read(lines((0, 0), (4, 0), (4, 4), (0, 4))) == {"shape": "square", "side": 4, "at": [2, 2]}


def test_order_direction_and_split_edges_do_not_matter():
    curves = lines((-20, -10), (0, -10), (20, -10), (20, 10), (-20, 10))
    random.Random(3).shuffle(curves)
    assert read([c.reversed() if i % 2 else c for i, c in enumerate(curves)]) == {
        "shape": "rectangle",
        "size": [40, 20],
    }


def test_a_parallelogram_or_a_nearly_rectangle_stays_what_it_is():
    assert read(lines((0, 0), (10, 0), (13, 5), (3, 5)))["shape"] == "polyline"
    almost = read(lines((0, 0), (10, 0), (10, 5.001), (0, 5)))
    assert almost == {"shape": "polyline", "points": [[0, 0], [10, 0], [10, 5.001], [0, 5]]}


def test_rounded_rectangle_and_slot():
    assert read(rounded_rectangle(20, 10, 3)) == {"shape": "rectangle", "size": [40, 20], "corner_radius": 3}
    slot = [
        Segment((-5, -2), (5, -2)),
        Segment((5, -2), (5, 2), (7, 0)),
        Segment((5, 2), (-5, 2)),
        Segment((-5, 2), (-5, -2), (-7, 0)),
    ]
    assert read(slot) == {"shape": "slot", "length": 14, "width": 4}
    inward = [*slot[:1], Segment((5, -2), (5, 2), (3, 0)), *slot[2:]]
    assert read(inward)["shape"] == "path"


@pytest.mark.parametrize(
    ("count", "radius", "expected"),
    [
        (6, 10 / math.sqrt(3), {"across_flats": 10}),
        (6, 4, {"across_corners": 8}),
        (3, 6 / math.sqrt(3), {"side": 6}),
        (8, 2.5, {"across_corners": 5}),
    ],
)
def test_regular_polygons_by_their_roundest_figure(count, radius, expected):
    start = -90 + 180 / count
    corners = [
        (
            radius * math.cos(math.radians(start + 360 * i / count)),
            radius * math.sin(math.radians(start + 360 * i / count)),
        )
        for i in range(count)
    ]
    assert read(lines(*corners)) == {"shape": "polygon", "sides": count, **expected}
    found = read(lines(*turned(corners, 10, (1, 2))))
    assert found["at"] == [1, 2]
    assert found["rotate"] == pytest.approx(10, abs=1e-6)


def test_two_half_circles_are_a_circle():
    halves = [Segment((1, 0), (-1, 0), (0, 1)), Segment((-1, 0), (1, 0), (0, -1))]
    assert read(halves) == {"shape": "circle", "diameter": 2}


def test_a_path_keeps_its_arcs():
    found = read([Segment((0, 0), (4, 0)), Segment((4, 0), (4, 3), (5.5, 1.5)), Segment((4, 3), (0, 0))])
    assert found == {
        "shape": "path",
        "start": [0, 0],
        "curves": [{"line": [4, 0]}, {"arc": [4, 3], "through": [5.5, 1.5]}, {"line": [0, 0]}],
    }


def test_open_outline_is_refused_with_the_place():
    with pytest.raises(OpenLoop, match=r"\(0, 0\)"):
        chain([Segment((0, 0), (1, 0)), Segment((1, 0), (1, 1))], TOLERANCE)


def region(outer, *holes):
    return Region(chain(outer, TOLERANCE)[0], [chain(hole, TOLERANCE)[0] for hole in holes])


def circles(*centers, radius=1.0):
    return [[Circle(center, radius)] for center in centers]


def test_grid_of_holes():
    holes = circles(*[(u, v) for v in (-6, 6) for u in (-10, 0, 10)])
    assert profile([region(lines(*RECTANGLE), *holes)], TOLERANCE) == [
        {"shape": "rectangle", "size": [40, 20]},
        {"shape": "circle", "diameter": 2, "role": "hole", "repeat": {"grid": [3, 2], "pitch": [10, 12]}},
    ]


def test_bolt_circle_and_loose_points():
    spots = [(8 * math.cos(math.radians(a)), 8 * math.sin(math.radians(a))) for a in range(30, 390, 60)]
    found = profile([region([Circle((0, 0), 12)], *circles(*spots))], TOLERANCE)
    assert found[1] == {
        "shape": "circle",
        "diameter": 2,
        "role": "hole",
        "repeat": {"polar": 6, "diameter": 16, "start": 30},
    }
    loose = profile([region([Circle((0, 0), 12)], *circles((1, 2), (-4, 3), (5, -6)))], TOLERANCE)
    assert loose[1]["repeat"] == {"points": [[1, 2], [-4, 3], [5, -6]]}


def test_ring_and_the_disc_inside_it_become_one_disc():
    ring, disc = [[Circle((0, 0), 5)], [Circle((0, 0), 3)]], [[Circle((0, 0), 3)]]
    assert profile(merged_regions([ring, disc], TOLERANCE), TOLERANCE) == [
        {"shape": "circle", "diameter": 10}
    ]


def test_neighbours_become_one_outline():
    left, right = [lines((0, 0), (4, 0), (4, 2), (0, 2))], [lines((4, 0), (10, 0), (10, 2), (4, 2))]
    assert profile(merged_regions([left, right], TOLERANCE), TOLERANCE) == [
        {"shape": "rectangle", "size": [10, 2], "at": [5, 1]},
    ]


def test_material_in_a_hole_is_kept_apart():
    regions = merged_regions([[[Circle((0, 0), 5)], [Circle((0, 0), 4)]], [[Circle((0, 0), 1)]]], TOLERANCE)
    groups = separate_islands(regions)
    assert [profile(group, TOLERANCE) for group in groups] == [
        [{"shape": "circle", "diameter": 10}, {"shape": "circle", "diameter": 8, "role": "hole"}],
        [{"shape": "circle", "diameter": 2}],
    ]
