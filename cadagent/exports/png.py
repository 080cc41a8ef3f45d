"""A shaded picture with edges as PNG, from the same depth buffer as the picture in the terminal."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Any

from cadagent.errors import InputError
from cadagent.kernel.part import Part

if TYPE_CHECKING:
    import numpy as np

    from cadagent.kernel.mesh import Mesh

SIZE = (800, 600)
BACKGROUNDS = {"light": ((255, 255, 255), (226, 231, 237)), "dark": ((46, 52, 61), (24, 27, 33))}
"""Colours at the top and at the bottom."""
_MOST = 4096
_SAMPLES, _EDGE = 2, 3
"""Samples along each side of a pixel, and across an edge."""
_FINENESS, _FEW = (5e-4, 0.08), 8000
"""Chord error as a share of the extent, and radians between facets: round faces show no stripes. Parts of
more triangles than the second number have details too small to show any, and would take long to mesh."""


def write(
    part: Part,
    size: tuple[int, int] = SIZE,
    background: str = "light",
    azimuth: float | None = None,
    elevation: float | None = None,
) -> bytes:
    """A picture of ``size`` pixels (width, height); angles in degrees, as in ``cadagent.kernel.render``.

    Raises:
        InputError: a side has less than 16 or more than 4,096 pixels, or there is no such background.
    """
    from cadagent.kernel.mesh import tessellate
    from cadagent.kernel.picture import AZIMUTH, ELEVATION

    width, height = size
    if background not in BACKGROUNDS:
        raise InputError(f"unknown background {background!r}; known are {', '.join(BACKGROUNDS)}")
    if not all(16 <= side <= _MOST for side in size):
        raise InputError(f"a picture of {width}x{height} pixels: each side may have 16 to {_MOST}")
    mesh = part.preview
    if len(mesh.triangles) < _FEW:
        mesh = tessellate(part.bodies, *_FINENESS)
    return drawn(
        mesh,
        size,
        background,
        azimuth=AZIMUTH if azimuth is None else azimuth,
        elevation=ELEVATION if elevation is None else elevation,
    )


def drawn(
    mesh: Mesh,
    size: tuple[int, int],
    background: str = "dark",
    *,
    azimuth: float,
    elevation: float,
    zoom: float = 1.0,
) -> bytes:
    """The picture of a mesh; angles and zoom as in ``cadagent.kernel.render``."""
    import numpy as np

    from cadagent.kernel.picture import shaded

    width, height = size
    colors, owner = shaded(
        mesh, width * _SAMPLES, height * _SAMPLES, azimuth=azimuth, elevation=elevation, zoom=zoom, edge=_EDGE
    )
    top, bottom = (np.array(color, dtype=float) for color in BACKGROUNDS[background])
    share = np.linspace(0, 1, height * _SAMPLES)[:, None, None]
    seen = (owner >= 0) | (colors.sum(axis=2) > 0)
    samples = np.where(seen[:, :, None], colors, top + (bottom - top) * share)
    pixels = samples.reshape(height, _SAMPLES, width, _SAMPLES, 3).mean(axis=(1, 3))
    return encode(np.clip(np.round(pixels), 0, 255).astype(np.uint8))


def encode(pixels: np.ndarray) -> bytes:
    """8-bit RGB pixels [height, width, 3] as a PNG file (ISO/IEC 15948), rows filtered by difference."""
    import numpy as np

    height, width, _ = pixels.shape
    rows = np.zeros((height, 1 + width * 3), dtype=np.uint8)
    rows[:, 0] = 2  # filter "up"
    flat = pixels.reshape(height, width * 3)
    rows[0, 1:], rows[1:, 1:] = flat[0], flat[1:] - flat[:-1]

    def chunk(kind: bytes, data: Any) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows.tobytes(), 9))
        + chunk(b"IEND", b"")
    )
