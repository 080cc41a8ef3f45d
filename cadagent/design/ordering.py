"""Canonical order: sketch → feature → transform, wherever that changes nothing.

A transform is put behind all features. Features that stand on a face of the moved body, or name its edges,
ride along with it; whatever stands in the world, has a size of its own after a scaling, or brings bodies
together would come out differently, and is a finding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cadagent.design.findings import Finding
from cadagent.design.registry import operations, records, references

_TURNING = ("rotate",)
_SHIFTING = ("move", "align")
_FREE = ("all",)  # the one selector word that means the same however a body lies


def canonical_order(entries: Sequence[Mapping[str, Any]]) -> list[int]:
    """Indices in canonical order: each sketch right before its first user, transforms last."""
    table, kinds = records(), operations()
    sketches = {entry["id"]: index for index, entry in enumerate(entries) if entry["op"] == "sketch"}
    order: list[int] = []
    placed: set[int] = set()
    for index, entry in enumerate(entries):
        if kinds[entry["op"]].group != "feature":
            continue
        for kind, text, _, _, _ in references(table[entry["op"]], entry, ""):
            position = sketches.get(text) if kind.target == "sketch" else None
            if position is not None and position not in placed:
                placed.add(position)
                order.append(position)
        order.append(index)
    order += [index for index in sketches.values() if index not in placed]
    order += [index for index, entry in enumerate(entries) if kinds[entry["op"]].group == "transform"]
    order += [
        index
        for index, entry in enumerate(entries)
        if entry["op"] == "sketch" and sketches[entry["id"]] != index
    ]  # duplicates of an id: reported by the references rule
    return order


@dataclass
class _Moves:
    """Which bodies were transformed so far, and how."""

    bodies: dict[str, str] = field(default_factory=dict)  # feature id → body id
    made: list[str] = field(default_factory=list)
    moved: dict[str, list[int]] = field(default_factory=dict)  # body → indices of its transforms
    all_moved: list[int] = field(default_factory=list)
    kinds: dict[int, str] = field(default_factory=dict)

    def transform(self, index: int, entry: Mapping[str, Any]) -> None:
        self.kinds[index] = entry["op"]
        if "body" not in entry:
            self.all_moved.append(index)
        for body in [self.bodies.get(entry["body"], entry["body"])] if "body" in entry else self.made:
            self.moved.setdefault(body, []).append(index)

    def of(self, body: str) -> list[int]:
        return self.moved.get(body, [])


def misplaced(entries: Sequence[Mapping[str, Any]], origins: Sequence[str]) -> list[Finding]:
    """Findings for features that a transform before them would see moved.

    Args:
        entries: operations with ids, modes, owners and sketches written out, in the order of the document.
        origins: the pointer each came from.
    """
    if not any(operations()[entry["op"]].group == "transform" for entry in entries):
        return []
    state, findings = _Moves(), []
    sketches = {entry["id"]: entry for entry in entries if entry["op"] == "sketch"}
    for index, entry in enumerate(entries):
        group = operations()[entry["op"]].group
        if group == "transform":
            state.transform(index, entry)
        elif group == "feature":
            why = _changed(entry, state, sketches)
            if why:
                findings.append(
                    Finding(
                        "order.transform_before_feature",
                        f"{entry['op']} {why} after a body was moved.",
                        origins[index],
                        expected="sketch → feature → transform",
                        hint="put the transform last, or stand the feature on a face of the moved body",
                    )
                )
            _note_body(entry, state, sketches)
    return findings


def _supports(entry: Mapping[str, Any], sketches: Mapping[str, Mapping[str, Any]]) -> list[str | None]:
    """What a feature stands on: the feature whose face it is, ``None`` for a plane of the world."""
    if entry["op"] in ("fillet", "chamfer", "shell", "combine"):
        return []
    named = [entry["sketch"]] if "sketch" in entry else entry.get("sections", [])
    places = [sketches[name] for name in named if isinstance(name, str) and name in sketches]
    places += [entry["path"]] if "path" in entry else []
    found = [
        place["face"].rpartition(".")[0] if "face" in place else None
        for place in places or [entry]
        if place.get("plane") != "path"
    ]
    return found or [None]


def _touched(entry: Mapping[str, Any], state: _Moves, supports: Sequence[str | None]) -> list[str]:
    """The bodies that a feature acts on, as far as that can be told without building."""
    named = [entry[key] for key in ("target", "body") if key in entry] + entry.get("tools", [])
    named += entry.get("features", [])
    if entry["op"] in ("fillet", "chamfer", "shell"):
        words = entry.get("edges", []) + entry.get("open", [])
        named += [text.partition("/")[0].rpartition(".")[0] or text for text in words] if not named else []
        named = [name for name in named if name in state.bodies]
    elif not named:
        named = [name for name in supports if name is not None]
    return list(dict.fromkeys(state.bodies.get(name, name) for name in named)) or list(state.made)


def _changed(
    entry: Mapping[str, Any], state: _Moves, sketches: Mapping[str, Mapping[str, Any]]
) -> str | None:
    """Why a feature would come out differently with all transforms behind it; ``None`` if it would not."""
    supports = _supports(entry, sketches)
    standing = [state.bodies.get(name, name) for name in supports if name is not None]
    if entry.get("mode") == "new" and entry["op"] != "combine":
        later = state.all_moved
        if any(state.of(body) != later for body in standing) or (later and None in supports):
            return "makes a body that would move along"
        return "has a size of its own" if _scaled(state, later) else None
    touched = _touched(entry, state, supports)
    moves = {tuple(state.of(body)) for body in [*touched, *standing]}
    if not any(moves):
        return None
    if len(moves) > 1 or entry["op"] == "combine":
        return "brings bodies together"
    indices = next(iter(moves))
    if _scaled(state, indices):
        return "has a size of its own"
    if None in supports:
        return "stands on a plane"
    turned = any(state.kinds[index] in _TURNING for index in indices)
    words = [text for text in entry.get("edges", []) if "." not in text and text not in state.bodies]
    return "chooses edges by their direction" if turned and set(words) - set(_FREE) else None


def _scaled(state: _Moves, indices: Sequence[int]) -> bool:
    return any(state.kinds[index] not in (*_TURNING, *_SHIFTING) for index in indices)


def _note_body(entry: Mapping[str, Any], state: _Moves, sketches: Mapping[str, Mapping[str, Any]]) -> None:
    """Remember which body a feature belongs to."""
    if entry.get("mode") == "new" and entry["op"] != "combine":
        state.made.append(entry["id"])
        state.bodies[entry["id"]] = entry["id"]
        return
    touched = _touched(entry, state, _supports(entry, sketches))
    if touched:
        state.bodies[entry["id"]] = touched[0]
