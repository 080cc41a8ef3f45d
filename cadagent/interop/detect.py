"""Which format a file has, by its content; names and endings count for nothing."""

from __future__ import annotations

from typing import Any

JSON_FORMATS = ("cad-json", "deepcad", "fusion-gallery", "minimal")


def detect(value: Any) -> str | None:
    """The format of a parsed JSON value, or None where it is none of :data:`JSON_FORMATS`."""
    if not isinstance(value, dict):
        return None
    if isinstance(value.get("operations"), list) or value.get("form") == "resolved":
        return "cad-json"
    if isinstance(value.get("parts"), dict):
        return "minimal"
    if isinstance(value.get("entities"), dict):
        # Both have entities; only Fusion records a timeline, and only DeepCAD goes without one.
        if isinstance(value.get("timeline"), list):
            return "fusion-gallery"
        if isinstance(value.get("sequence"), list):
            return "deepcad"
    return None


def detect_bytes(head: bytes) -> str | None:
    """``step`` or ``stl`` by the first bytes of a file (84 suffice), None for anything else."""
    if head.lstrip().startswith(b"ISO-10303-21"):
        return "step"
    if head.lstrip()[:6].lower() in (b"solid ", b"solid\n", b"solid\r"):
        return "stl"
    if len(head) >= 84 and b"\0" in head[:84]:  # the count of triangles is below 2²⁴
        return "stl"
    return None
