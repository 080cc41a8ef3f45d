"""All part families: name, weight and the function that draws one sample."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from training.synthetic.part import Part

Family = Callable[[Part], None]
_MODULES = (
    "solids",
    "plates",
    "turned",
    "shafts",
    "vessels",
    "hollow",
    "brackets",
    "sketches",
    "cut_outlines",
    "furniture",
    "tiers",
    "outlines",
    "guided",
    "upright",
    "abstract",
    "compose",
)


def families() -> list[tuple[float, str, Family]]:
    """(weight, name, function) of every family, in a fixed order."""
    found: list[tuple[float, str, Family]] = []
    for name in _MODULES:
        found.extend(import_module(f"training.synthetic.families.{name}").FAMILIES)
    return found
