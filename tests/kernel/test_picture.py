"""Pictures: what is drawn, what is hidden, how it is coloured and how long it takes."""

from __future__ import annotations

import re
import time

import numpy as np
import pytest

from cadagent.kernel.mesh import Mesh, tessellate
from cadagent.kernel.picture import render, render_cells
from tests.kernel.solids import box, cut, cylinder, fuse, plate_with_holes

FRONT = {"azimuth": -90.0, "elevation": 0.0}
TOP = {"azimuth": -90.0, "elevation": 90.0}


def dots(mesh: Mesh, columns: int, rows: int, **view: float) -> np.ndarray:
    """The braille picture as an array of dots, [4 rows, 2 columns]."""
    cells = render_cells(mesh, columns, rows, color=False, **view)["char"]
    picture = np.zeros((4 * rows, 2 * columns), dtype=bool)
    for i, bits in enumerate([(0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80)]):
        for j, bit in enumerate(bits):
            picture[i::4, j::2] = [[ord(c) > 0x2800 and bool(ord(c) & bit) for c in line] for line in cells]
    return picture


def test_text_has_the_size_asked_for() -> None:
    mesh = tessellate(plate_with_holes())
    plain = render(mesh, 60, 20, color=False)
    assert "\x1b" not in plain
    assert len(plain.split("\n")) == 20
    assert max(map(len, plain.split("\n"))) <= 60
    colored = render(mesh, 60, 20, color=True)
    assert len(colored.split("\n")) == 20
    assert "\x1b[38;2;" in colored
    assert all(line.endswith("\x1b[0m") for line in colored.split("\n") if "\x1b" in line)
    assert max(len(re.sub(r"\x1b\[[\d;]*m", "", line)) for line in colored.split("\n")) <= 60


def test_no_colour_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    mesh = tessellate(box((0, 0, 0), (1, 1, 1)))
    assert "\x1b" not in render(mesh, 20, 8)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[38;2;" in render(mesh, 20, 8)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in render(mesh, 20, 8)


def test_a_box_from_the_front_is_its_outline() -> None:
    picture = dots(tessellate(box((0, 0, 0), (40, 20, 20))), 40, 20, **FRONT)
    rows, columns = np.flatnonzero(picture.any(axis=1)), np.flatnonzero(picture.any(axis=0))
    assert np.ptp(columns) == pytest.approx(2 * np.ptp(rows), abs=3)
    assert not picture[rows[0] + 3 : rows[-1] - 2, columns[0] + 3 : columns[-1] - 2].any()


def test_hidden_edges_are_not_drawn() -> None:
    wall = box((0, 0, 0), (40, 2, 40))
    plain = dots(tessellate(wall), 40, 20, **FRONT)
    behind = dots(tessellate(fuse(wall, box((15, 2, 15), (25, 10, 25)))), 40, 20, **FRONT)
    before = dots(tessellate(fuse(wall, box((15, -8, 15), (25, 0, 25)))), 40, 20, **FRONT)
    assert (plain == behind).all()
    assert before.sum() > plain.sum() + 40


def test_a_hole_shows_through_and_top_is_up() -> None:
    cells = render_cells(
        tessellate(cut(box((0, 0, 0), (40, 40, 4)), cylinder(12, 9, (20, 20, -1)))), 40, 20, **TOP
    )
    assert cells["char"][10, 20] == " "
    assert cells["fg"][10, 20] == -1
    assert cells["fg"][10, 4] >= 0
    post = render_cells(
        tessellate(fuse(box((0, 0, 0), (40, 4, 4)), box((0, 0, 0), (4, 4, 40)))), 40, 20, **FRONT
    )
    assert post["fg"][3, 3] >= 0  # the post stands on the left and rises
    assert post["fg"][3, 30] == -1


def test_faces_that_look_different_ways_differ_in_shade() -> None:
    cells = render_cells(tessellate(box((0, 0, 0), (10, 10, 10))), 60, 30)
    colors, counts = np.unique(cells["fg"][cells["fg"] >= 0] >> 16 & 255, return_counts=True)
    assert np.ptp(colors[counts > 5]) > 30


def test_zoom_and_odd_sizes() -> None:
    mesh = tessellate(box((0, 0, 0), (10, 10, 10)))
    small, large = (int((render_cells(mesh, 40, 20, zoom=z)["fg"] >= 0).sum()) for z in (0.5, 1.0))
    assert large == pytest.approx(4 * small, rel=0.2)
    assert (render_cells(mesh, 40, 20, zoom=40)["fg"] >= 0).all()
    assert render_cells(mesh, 1, 1).shape == (1, 1)
    assert render(tessellate({}), 10, 3, color=False) == "\n\n"


def test_a_picture_takes_milliseconds() -> None:
    plate = tessellate(plate_with_holes())
    times = []
    for azimuth in (10, 50, 90, 130, 170):
        start = time.process_time()
        render(plate, 100, 40, color=True, azimuth=azimuth)
        times.append(time.process_time() - start)
    assert sorted(times)[2] < 0.04
