"""Foreign formats: DeepCAD, Text2CAD/CADmium minimal and Fusion 360 Gallery JSON as CAD JSON, and back.

``read_design`` takes a file, recognises its format by content and gives the compact document together with
findings for everything that the file holds and the document does not say; ``write_design`` writes one.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from cadagent.errors import InputError

from . import deepcad, fusion_gallery, minimal
from .detect import JSON_FORMATS, detect
from .reader import Imported, load_json
from .writing import JSON_TARGETS, Written, needs_kernel, write_design

__all__ = [
    "FORMATS",
    "JSON_TARGETS",
    "Imported",
    "Written",
    "convert",
    "detect",
    "needs_kernel",
    "read_design",
    "write_design",
]

_READERS: dict[str, Callable[[Any, str], Imported]] = {
    deepcad.FORMAT: deepcad.read,
    fusion_gallery.FORMAT: fusion_gallery.read,
    minimal.FORMAT: minimal.read,
}

#: Names that ``format`` may have.
FORMATS = JSON_FORMATS


def convert(value: Any, format: str | None = None, name: str = "input") -> Imported:
    """A parsed JSON value as CAD JSON; CAD JSON itself passes through unchecked.

    Args:
        value: the parsed file.
        format: one of :data:`FORMATS`; by default recognised by content.
        name: what error messages call the file.

    Raises:
        InputError: the format is not recognised, or the file is no good example of it.
    """
    chosen = format or detect(value)
    if chosen is None:
        raise InputError(f"{name}: none of the formats that can be read ({', '.join(FORMATS)})")
    if chosen == "cad-json":
        return Imported(value, (), chosen)
    if chosen not in _READERS:
        raise InputError(f"unknown format {chosen!r}; known are {', '.join(FORMATS)}")
    return _READERS[chosen](value, name)


def read_design(path: Path | str, format: str | None = None) -> Imported:
    """A file as CAD JSON; see :func:`convert`.

    Raises:
        InputError: the file cannot be read, is no JSON, or is not of the format.
    """
    return convert(load_json(Path(path)), format, str(path))
