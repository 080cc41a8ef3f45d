"""A solid drawn in a terminal: shaded half-blocks in colour, a line drawing in braille without.

Both come from one depth buffer with 2 × 4 samples a character cell, which are the dots of a braille cell and
four samples for each half of a half-block. Cells are taken to be twice as high as wide.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from cadagent.kernel.mesh import Floats, Ints, Mesh

AZIMUTH, ELEVATION = -60.0, 28.0
"""Default viewpoint in degrees: from the front, the right and above."""
CELL = np.dtype([("char", "<U1"), ("fg", "<i4"), ("bg", "<i4")])
"""One character cell; colours are 0xRRGGBB, −1 is the terminal's own."""
_MATERIAL = np.array([120.0, 170.0, 215.0])
_EDGE = np.array([18.0, 28.0, 40.0])
_MARGIN = 0.94
_SMOOTH = 0.8
"""Facets whose normals agree to this cosine (37°) are shaded as one curved surface."""
_DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])
"""Braille bits of a cell's dots, four rows of two."""


def render(
    mesh: Mesh,
    columns: int = 80,
    rows: int = 30,
    *,
    color: bool | None = None,
    azimuth: float = AZIMUTH,
    elevation: float = ELEVATION,
    zoom: float = 1.0,
) -> str:
    """The picture as text, ``rows`` lines of ``columns`` characters.

    ``color``: truecolour escapes, or braille without any escape; None decides by the terminal (``NO_COLOR``,
    ``TERM=dumb`` and output that is no terminal mean no colour). Angles in degrees: the eye's azimuth counts
    from +x to +y, its elevation from the xy plane. At ``zoom`` 1 the part fills the picture from every side.
    """
    color = color_wanted() if color is None else color
    cells = render_cells(mesh, columns, rows, color=color, azimuth=azimuth, elevation=elevation, zoom=zoom)
    return text_of(cells, color)


def text_of(cells: np.ndarray, color: bool) -> str:
    """Cells as lines of text, with or without escapes."""
    if not color:
        return "\n".join("".join(line).rstrip() for line in cells["char"])
    return "\n".join(_ansi(line) for line in cells)


def render_cells(
    mesh: Mesh,
    columns: int = 80,
    rows: int = 30,
    *,
    color: bool = True,
    azimuth: float = AZIMUTH,
    elevation: float = ELEVATION,
    zoom: float = 1.0,
) -> np.ndarray:
    """The picture as character cells, [rows, columns] of dtype ``CELL``; arguments as in ``render``."""
    columns, rows = max(1, columns), max(1, rows)
    view = _View.of(mesh, columns * 2, rows * 4, azimuth, elevation, zoom)
    depth, owner = _depth_buffer(view, mesh.triangles)
    cells = np.zeros((rows, columns), CELL)
    cells["fg"] = cells["bg"] = -1
    if not color:
        lines = _edge_mask(view, depth, [*mesh.edges, *mesh.smooth_edges]) | _outline(view, mesh, depth)
        bits = lines.reshape(rows, 4, columns, 2).transpose(0, 2, 1, 3) * _DOTS
        codes = 0x2800 + bits.sum(axis=(2, 3))
        cells["char"] = np.where(codes > 0x2800, codes, ord(" ")).astype("<u4").view("<U1")
        return cells
    shade = _drawn(view, mesh, depth, owner, 1)
    return _half_blocks(cells, shade, owner >= 0)


def shaded(
    mesh: Mesh,
    width: int,
    height: int,
    *,
    azimuth: float = AZIMUTH,
    elevation: float = ELEVATION,
    zoom: float = 1.0,
    edge: int = 1,
    frame: Mesh | None = None,
) -> tuple[Floats, Ints]:
    """The picture as samples: colour 0 … 255 [height, width, 3] and the triangle seen, −1 for none.

    ``edge``: how many samples wide the edges are. ``frame``: a mesh that fills the picture in place of this
    one, so that pictures of several meshes fit together. Other arguments as in ``render``.
    """
    view = _View.of(frame or mesh, width, height, azimuth, elevation, zoom)
    if frame is not None:
        view = replace(view, points=view.project(mesh.vertices), toward_eye=mesh.normals @ view.matrix[2])
    depth, owner = _depth_buffer(view, mesh.triangles)
    return _drawn(view, mesh, depth, owner, edge), owner


def color_wanted() -> bool:
    """May stdout take colours?"""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return not plain and sys.stdout.isatty()


@dataclass(frozen=True, eq=False)
class _View:
    """An orthographic view: vertices in sample units (x right, y down, z toward the eye)."""

    width: int
    height: int
    matrix: Floats
    center: Floats
    scale: float
    points: Floats
    toward_eye: Floats

    @staticmethod
    def of(mesh: Mesh, width: int, height: int, azimuth: float, elevation: float, zoom: float) -> _View:
        turn, tilt = np.radians(azimuth), np.radians(elevation)
        eye = np.array([np.cos(tilt) * np.cos(turn), np.cos(tilt) * np.sin(turn), np.sin(tilt)])
        right = np.array([-np.sin(turn), np.cos(turn), 0.0])
        matrix = np.stack([right, -np.cross(eye, right), eye])
        low, high = mesh.box
        center = (low + high) / 2
        corners = np.array(
            [[x, y, z] for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])]
        )
        flat = np.abs((corners - center) @ matrix.T).max(axis=0)
        scale = _MARGIN * zoom * min(width / 2 / max(flat[0], 1e-9), height / 2 / max(flat[1], 1e-9))
        view = _View(width, height, matrix, center, scale, np.zeros((0, 3)), mesh.normals @ eye)
        return _View(width, height, matrix, center, scale, view.project(mesh.vertices), view.toward_eye)

    def project(self, points: Floats) -> Floats:
        samples = (np.asarray(points, dtype=np.float64) - self.center) @ self.matrix.T * self.scale
        return samples + np.array([self.width / 2, self.height / 2, 0.0])


def _depth_buffer(view: _View, triangles: Ints) -> tuple[Floats, Ints]:
    """Nearest depth (−inf: nothing) and its triangle (−1) at every sample, [height, width].

    All triangles are filled at once: first into runs, one for each row of samples that a triangle meets, then
    the runs into samples.
    """
    facing = np.flatnonzero(view.toward_eye > 1e-9)
    corners = view.points[triangles[facing]]
    corners = np.take_along_axis(corners, np.argsort(corners[:, :, 1], axis=1)[:, :, None], axis=1)
    (x0, y0, z0), (x1, y1, z1), (x2, y2, z2) = (corners[:, i].T for i in range(3))
    first = np.clip(np.ceil(y0 - 0.5), 0, view.height).astype(np.int64)
    last = np.clip(np.ceil(y2 - 0.5), 0, view.height).astype(np.int64)
    which, row = _runs(first, last)
    y = row + 0.5
    with np.errstate(divide="ignore", invalid="ignore"):
        long_side = x0[which] + (x2 - x0)[which] * ((y - y0[which]) / (y2 - y0)[which])
        upper = x0[which] + (x1 - x0)[which] * ((y - y0[which]) / (y1 - y0)[which])
        lower = x1[which] + (x2 - x1)[which] * ((y - y1[which]) / (y2 - y1)[which])
        short_side = np.where(y < y1[which], upper, lower)
        area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        slope_x = ((z1 - z0) * (y2 - y0) - (z2 - z0) * (y1 - y0)) / area
        slope_y = ((z2 - z0) * (x1 - x0) - (z1 - z0) * (x2 - x0)) / area
    left = np.clip(np.ceil(np.minimum(long_side, short_side) - 0.5), 0, view.width).astype(np.int64)
    right = np.clip(np.ceil(np.maximum(long_side, short_side) - 0.5), 0, view.width).astype(np.int64)
    run, column = _runs(left, right)
    triangle, line = which[run], row[run]
    at_left = z0[triangle] + slope_y[triangle] * (line + 0.5 - y0[triangle])
    z = at_left + slope_x[triangle] * (column + 0.5 - x0[triangle])
    # Slopes of needles seen edge-on run away: no sample lies outside its triangle's own depths.
    z = np.clip(z, np.minimum(np.minimum(z0, z1), z2)[triangle], np.maximum(np.maximum(z0, z1), z2)[triangle])
    sample = line * view.width + column
    depth = np.full(view.width * view.height, -np.inf)
    np.maximum.at(depth, sample, z)
    owner = np.full(depth.shape, -1, dtype=np.int64)
    nearest = z >= depth[sample]
    owner[sample[nearest]] = facing[triangle[nearest]]
    return depth.reshape(view.height, view.width), owner.reshape(view.height, view.width)


def _runs(first: Ints, last: Ints) -> tuple[Ints, Ints]:
    """Spell out integer ranges: for every number in first[i] … last[i] − 1 its i, and the number itself."""
    counts = np.maximum(last - first, 0)
    which = np.repeat(np.arange(len(counts)), counts)
    return which, np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts) + first[which]


def _shades(view: _View, mesh: Mesh, depth: Floats, owner: Ints) -> Floats:
    """Colour of every sample, [height, width, 3]: two lamps fixed to the eye and a little fog with depth."""
    shade = np.zeros((*depth.shape, 3))
    seen = owner >= 0
    if not seen.any():
        return shade
    normals = _shading_normals(mesh)[owner[seen]] @ view.matrix.T
    key = np.array([-0.45, -0.65, 0.61])
    fill = np.array([0.80, 0.10, 0.59])
    light = 0.32 + 0.78 * np.maximum(normals @ key, 0) + 0.30 * np.maximum(normals @ fill, 0)
    z = depth[seen]
    nearness = (z - z.min()) / max(float(np.ptp(z)), 1e-9)
    shade[seen] = np.minimum(light * (0.88 + 0.12 * nearness), 1.15)[:, None] * _MATERIAL
    return shade


def _drawn(view: _View, mesh: Mesh, depth: Floats, owner: Ints, edge: int) -> Floats:
    """Shaded surfaces with their edges, [height, width, 3]."""
    shade = _shades(view, mesh, depth, owner)
    light = _thickened(_edge_mask(view, depth, mesh.smooth_edges), edge - 1)
    dark = _thickened(_edge_mask(view, depth, mesh.edges) | _outline(view, mesh, depth), edge)
    shade[light] = 0.75 * shade[light] + 0.25 * _EDGE
    shade[dark] = 0.25 * shade[dark] + 0.75 * _EDGE
    return shade


def _thickened(mask: np.ndarray, width: int) -> np.ndarray:
    """The mask with lines ``width`` samples wide instead of one."""
    for step in range(1, width):
        side = 1 if step % 2 else -1
        mask = mask | np.roll(mask, side, axis=0) | np.roll(mask, side, axis=1)
    return mask


def _shading_normals(mesh: Mesh) -> Floats:
    """Normals of the triangles, evened out with those neighbours that belong to the same curved surface."""
    _, sides, counts = mesh.sides
    normals = mesh.normals
    flat = sides.ravel()
    order = np.argsort(flat, kind="stable")
    start = np.cumsum(counts) - counts
    pairs = counts == 2
    a, b = order[start[pairs]] // 3, order[start[pairs] + 1] // 3
    alike = np.einsum("ij,ij->i", normals[a], normals[b]) > _SMOOTH
    a, b = a[alike], b[alike]
    total = 2 * normals
    np.add.at(total, a, normals[b])
    np.add.at(total, b, normals[a])
    return total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12)


def _edge_mask(view: _View, depth: Floats, polylines: Sequence[Floats]) -> np.ndarray:
    """Samples on the visible parts of polylines, bool [height, width]."""
    lines = [line for line in polylines if len(line) > 1]
    if not lines:
        return np.zeros(depth.shape, dtype=bool)
    points = view.project(np.concatenate(lines))
    ends = np.cumsum([len(line) for line in lines])
    starts = np.delete(np.arange(len(points)), ends - 1)
    return _segment_mask(view, depth, points[starts], points[starts + 1])


def _outline(view: _View, mesh: Mesh, depth: Floats) -> np.ndarray:
    """Samples on visible sides between a triangle that faces the eye and one that does not."""
    if not len(mesh.triangles):
        return np.zeros(depth.shape, dtype=bool)
    pairs, sides, counts = mesh.sides
    facing = np.bincount(sides.ravel(), weights=np.repeat(view.toward_eye > 1e-9, 3))
    rim = pairs[(facing == 1) & (counts <= 2)]
    return _segment_mask(view, depth, view.points[rim[:, 0]], view.points[rim[:, 1]])


def _segment_mask(view: _View, depth: Floats, a: Floats, b: Floats) -> np.ndarray:
    """Samples on segments that nothing hides: at most a little behind the nearest surface around them."""
    mask = np.zeros(depth.shape, dtype=bool)
    steps = np.ceil(np.abs(b - a)[:, :2].max(axis=1)).astype(np.int64) + 1
    steps = np.minimum(steps, 4 * (view.width + view.height))
    which, step = _runs(np.zeros_like(steps), steps)
    share = (step + 0.5) / steps[which]
    points = a[which] + (b - a)[which] * share[:, None]
    x, y = np.floor(points[:, 0]).astype(np.int64), np.floor(points[:, 1]).astype(np.int64)
    inside = (x >= 0) & (x < view.width) & (y >= 0) & (y < view.height)
    x, y, z = x[inside], y[inside], points[inside, 2]
    # The sample under an edge may belong to a face that falls away steeply: the farthest neighbour counts.
    padded = np.pad(depth, 1, mode="edge")
    around = np.minimum.reduce(
        [padded[1:-1, 1:-1], padded[:-2, 1:-1], padded[2:, 1:-1], padded[1:-1, :-2], padded[1:-1, 2:]]
    )
    visible = z >= around[y, x] - 0.5
    mask[y[visible], x[visible]] = True
    return mask


def _half_blocks(cells: np.ndarray, shade: Floats, covered: np.ndarray) -> np.ndarray:
    """Average 2 × 2 samples to a pixel, and put two pixels on top of each other in every cell."""
    height, width = covered.shape
    blocks = (height // 2, 2, width // 2, 2)
    count = covered.reshape(blocks).sum(axis=(1, 3))
    total = np.where(covered[:, :, None], shade, 0).reshape(*blocks, 3).sum(axis=(1, 3))
    rgb = np.clip(total / np.maximum(count, 1)[:, :, None], 0, 255).astype(np.int32)
    color = np.where(count >= 2, rgb[:, :, 0] << 16 | rgb[:, :, 1] << 8 | rgb[:, :, 2], -1)
    top, bottom = color[0::2], color[1::2]
    cells["char"] = np.where(top >= 0, "▀", np.where(bottom >= 0, "▄", " "))
    cells["fg"] = np.where(top >= 0, top, bottom)
    cells["bg"] = np.where(top >= 0, bottom, -1)
    return cells


def _ansi(line: np.ndarray) -> str:
    """One row of cells with escapes where a colour changes; colours are reset at its end."""
    parts = []
    fg = bg = -1
    for char, new_fg, new_bg in line.tolist():
        if new_bg != bg:
            parts.append(f"\x1b[48;2;{_rgb(new_bg)}m" if new_bg >= 0 else "\x1b[49m")
            bg = new_bg
        if new_fg != fg and new_fg >= 0:
            parts.append(f"\x1b[38;2;{_rgb(new_fg)}m")
            fg = new_fg
        parts.append(char)
    text = "".join(parts).rstrip()
    return f"{text}\x1b[0m" if "\x1b" in text else text


def _rgb(value: int) -> str:
    return f"{value >> 16};{value >> 8 & 255};{value & 255}"
