"""Frames: every placed frame is orthonormal, right-handed and within reach of the kernel."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cadagent.design import Finding
from cadagent.design.vectors import cross, dot
from cadagent.validation.registry import Rule, Subject

_ERROR = 1e-6
_REACH = 100_000.0  # mm; beyond it the kernel's tolerances no longer hold


def check(subject: Subject) -> Iterable[Finding]:
    """Frames that are skewed or mirrored (a plug-in's mistake) or lie out of reach (an offset too large)."""
    if subject.resolved is None:
        return
    for step in subject.resolved["steps"]:
        for frame in _frames(step):
            problem = _problem(frame)
            if problem is not None:
                yield problem(str(step.get("pointer", "")))
                break


def check_part(subject: Subject) -> Iterable[Finding]:
    """``"frame": "part"`` before there is a part: it then means the world, which is worth a word."""
    if subject.canonical is None:
        return
    for index, entry in enumerate(subject.canonical.document["operations"]):
        if entry["op"] != "sketch" and "frame" not in entry:
            return
        if entry.get("frame") == "part":
            yield Finding(
                "frames.part_too_early",
                "There is no part yet whose frame this could be; the world's is used.",
                f"/operations/{index}/frame",
                "warning",
                expected="world",
                actual="part",
                hint="leave out frame",
            )
            return


def _frames(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        if {"origin", "u", "v", "n"} <= value.keys():
            yield value
        else:
            for key, entry in value.items():
                if key not in ("loops", "curves"):
                    yield from _frames(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from _frames(entry)


def _problem(frame: Mapping[str, Any]) -> Any:
    """A maker of the finding for a frame, given its pointer; ``None`` for a good frame."""
    u, v, n = frame["u"], frame["v"], frame["n"]
    if not all(math.isfinite(x) for vector in (frame["origin"], u, v, n) for x in vector):
        return lambda at: Finding("frames.not_finite", "The frame's figures are not finite.", at)
    off = max(abs(a - b) for a, b in zip(cross(u, v), n, strict=True))
    if max(abs(dot(u, u) - 1), abs(dot(v, v) - 1), abs(dot(u, v)), off) > _ERROR:
        return lambda at: Finding(
            "frames.skewed",
            "The frame is not orthonormal and right-handed.",
            at,
            expected="unit directions u, v and n = u × v",
        )
    far = max(abs(x) for x in frame["origin"])
    if far > _REACH:
        return lambda at: Finding(
            "frames.out_of_reach",
            "This lies too far from the origin to be built.",
            at,
            expected=f"at most {_REACH:g} mm",
            actual=f"{far:g} mm",
            hint="make the offset or origin smaller",
        )
    return None


RULES = (
    Rule("frames.part", "canonical", check_part, "the part's frame is used only once there is a part"),
    Rule("frames", "resolved", check, "frames are orthonormal, right-handed and within 100 m of the origin"),
)
