"""Geometry: the design builds into valid, watertight solids of positive volume, in one piece unless several
are asked for, and every join and cut has an effect."""

from __future__ import annotations

import re
from collections.abc import Iterable

from cadagent.design import Finding
from cadagent.validation.registry import Rule, Subject

_SEVERAL = re.compile(
    r"\b(pairs? of|set of|assembl(y|ies)|bodies|separate|loose|individual|disconnected|disjoint|floating|"
    r"detached|unconnected|not (touching|connected|joined))\b",
    re.IGNORECASE,
)


def check(subject: Subject) -> Iterable[Finding]:
    """What the kernel found, and what its measurement of the finished bodies says."""
    result = subject.result
    if result is None:
        return
    yield from result.findings
    measured = result.measurement
    if measured is None:
        if result.ok:
            yield Finding("geometry.no_volume", "Nothing was built.", "/operations")
        return
    if result.ok and not measured.valid:
        if not measured.watertight:
            yield Finding(
                "geometry.not_watertight",
                "The solid is not watertight.",
                "/operations",
                expected="two faces at every edge",
                actual=f"{measured.open_edges} open and {measured.non_manifold_edges} crowded edges",
            )
        else:
            yield Finding("geometry.invalid", "The solid is not valid.", "/operations")
    if result.ok and not measured.volume > 0:
        yield Finding(
            "geometry.no_volume",
            "The solid has no volume.",
            "/operations",
            expected="> 0 mm³",
            actual=f"{measured.volume:g} mm³",
        )


def check_pieces(subject: Subject) -> Iterable[Finding]:
    """More than one piece, where neither the design nor the request speaks of several."""
    result = subject.result
    if result is None or result.measurement is None or subject.canonical is None:
        return
    pieces = result.measurement.bodies
    modes = [entry.get("mode") for entry in subject.canonical.document["operations"]]
    if pieces > 1 and modes.count("new") < 2 and not _SEVERAL.search(subject.request or ""):
        yield Finding(
            "geometry.pieces",
            f"The design falls into {pieces} separate pieces.",
            "/operations",
            "warning",
            expected="one piece",
            actual=f"{pieces} pieces",
            hint='let the pieces touch, or use "mode": "new" where several bodies are meant',
        )


RULES = (
    Rule("geometry", "solid", check, "builds; valid, watertight, volume above zero; joins and cuts count"),
    Rule("geometry.pieces", "solid", check_pieces, "one piece, unless several are meant"),
)
