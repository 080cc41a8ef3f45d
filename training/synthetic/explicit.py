"""Designs in the form that can be cut and pasted: every id, owner and sketch written out.

The automatic names of the compact form ("hole2", a bare "top") depend on what stands before them. Here they
are spelled out, so that taking an operation out or putting one in changes nothing else; afterwards
:func:`settled` gives automatic names their right numbers again.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

from cadagent import design
from cadagent.design.registry import operations, records, references

Document = dict[str, Any]
_NUMBERED = re.compile(r"([a-z_]+?)(\d+)")


def spelled_out(document: Document) -> Document:
    """The document with all ids, owners and sketches written out."""
    full = design.canonical(document)
    return {key: copy.deepcopy(value) for key, value in full.items() if key not in ("cad", "form")}


def heads(text: str) -> list[str]:
    """The ids that a reference such as "plate.top/boss.front" names."""
    return [part.partition(".")[0] for part in text.split("/")]


def mentions(entry: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Text, container and key of every reference that an operation makes."""
    for _, text, _, container, key in references(records()[entry["op"]], entry, ""):
        yield text, container, key


def dependents(document: Document, identity: str) -> list[int]:
    """Indices of the operations that name an id."""
    return [
        index
        for index, entry in enumerate(document["operations"])
        if any(identity in heads(text) for text, _, _ in mentions(entry))
    ]


def renamed(document: Document, names: dict[str, str]) -> None:
    """Give ids new names wherever they stand, all at once."""
    for entry in document["operations"]:
        entry["id"] = names.get(entry["id"], entry["id"])
        for text, container, key in list(mentions(entry)):
            container[key] = "/".join(
                names.get(head, head) + part[len(head) :]
                for part, head in zip(text.split("/"), heads(text), strict=True)
            )


def settled(document: Document) -> Document:
    """A copy with automatic ids numbered as they now stand."""
    document = copy.deepcopy(document)
    counts: dict[str, int] = {}
    names: dict[str, str] = {}
    for entry in document["operations"]:
        op = entry["op"]
        counts[op] = counts.get(op, 0) + 1
        match = _NUMBERED.fullmatch(entry["id"])
        if match and match.group(1) == op:
            names[entry["id"]] = f"{op}{counts[op]}"
    renamed(document, names)
    return document


def feature_indices(document: Document) -> list[int]:
    """Where the operations stand that are no sketches: the n-th of them is the n-th compact operation, unless
    a sketch stands by itself there."""
    return [index for index, entry in enumerate(document["operations"]) if entry["op"] != "sketch"]


def without(document: Document, position: int) -> Document | None:
    """The document without one operation and the sketches of its own; ``None`` where others need it."""
    entries = document["operations"]
    entry = entries[position]
    if dependents(document, entry["id"]):
        return None
    gone = {position}
    for text, _, _ in mentions(entry):
        for index, other in enumerate(entries):
            if other["op"] == "sketch" and other["id"] == text and dependents(document, text) == [position]:
                gone.add(index)
    kept = [other for index, other in enumerate(entries) if index not in gone]
    return settled(document | {"operations": kept}) if kept else None


def with_feature(document: Document, entry: dict[str, Any]) -> Document:
    """The document with one more operation: a feature behind the last one, a transform at the end."""
    table, entries = operations(), list(document["operations"])
    place = len(entries)
    if table[entry["op"]].group == "feature":
        place = next((i for i, other in enumerate(entries) if table[other["op"]].group == "transform"), place)
    return document | {"operations": [*entries[:place], entry, *entries[place:]]}
