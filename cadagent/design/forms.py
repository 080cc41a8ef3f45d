"""Compact and canonical form, inverses of each other.

Canonical: every sketch is its own operation, ids and defaults are written out, faces name their owner, and
the order is sketch → feature → transform. Compact: whatever the canonical form can restore is left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cadagent.design.documents import (
    LANGUAGE_VERSION,
    PARAMETER,
    check_schema,
    check_units,
    numbers_findings,
)
from cadagent.design.fields import Either, Field, Items, Record, Tagged, ordered
from cadagent.design.findings import Finding
from cadagent.design.numbers import normal
from cadagent.design.ordering import canonical_order, misplaced
from cadagent.design.registry import PLACEMENT_NAMES, Reference, operations, records, references
from cadagent.design.scene import DesignError

_AUTO_SKETCH = re.compile(r"sketch\d+\Z")


@dataclass(frozen=True)
class Canonical:
    """A canonical document and, for each of its operations, the pointer it came from."""

    document: dict[str, Any]
    origins: tuple[str, ...]

    def translate(self, pointer: str) -> str:
        """A pointer into the canonical document as one into the document it was made from."""
        parts = pointer.split("/")
        if (
            len(parts) > 2
            and parts[1] == "operations"
            and parts[2].isdigit()
            and int(parts[2]) < len(self.origins)
        ):
            return "/".join([self.origins[int(parts[2])], *parts[3:]])
        return pointer


def canonicalize(document: Mapping[str, Any], *, checked: bool = False) -> Canonical:
    """The canonical form with the way back to the original.

    ``checked``: units, schema and numbers are known to be in order and need no second look.

    Raises:
        DesignError: the schema is not met, or the canonical order would change the solid.
    """
    if not checked:
        problems = check_units(document) + check_schema(document) + numbers_findings(document)
        if problems:
            raise DesignError(problems)
    full, problems = rewritten(document)
    if problems:
        raise DesignError(problems)
    return full


def rewritten(document: Mapping[str, Any]) -> tuple[Canonical, list[Finding]]:
    """The canonical form of a document that meets the schema, and what its order would change."""
    written, origins = _expand(document["operations"])
    findings = misplaced(written, origins)
    order = canonical_order(written)
    _renumber_sketches([written[index] for index in order], written)
    result: dict[str, Any] = {"cad": LANGUAGE_VERSION, "form": "canonical", "units": document["units"]}
    if "parameters" in document:
        result["parameters"] = [_filled(PARAMETER, entry) for entry in document["parameters"]]
    table = records()
    result["operations"] = [_filled(table[written[index]["op"]], written[index]) for index in order]
    return Canonical(_normal(result), tuple(origins[index] for index in order)), findings


def canonical(document: Mapping[str, Any]) -> dict[str, Any]:
    """The canonical form of a document in any form; raises DesignError if the schema is not met."""
    return canonicalize(document).document


def compact(document: Mapping[str, Any]) -> dict[str, Any]:
    """The compact form of a document in any form; raises DesignError if the schema is not met."""
    full = canonical(document)
    table = records()
    uses: dict[str, int] = {}
    for entry in full["operations"]:
        for kind, text, _, _, _ in references(table[entry["op"]], entry, ""):
            if kind.target == "sketch":
                uses[text] = uses.get(text, 0) + 1
    result: dict[str, Any] = {"units": full["units"]}
    if "parameters" in full:
        result["parameters"] = [_stripped(PARAMETER, entry) for entry in full["parameters"]]
    out: list[dict[str, Any]] = []
    pending: dict[str, dict[str, Any]] = {}
    state = _Walk()
    for entry in full["operations"]:
        identity, default = entry["id"], state.count(entry["op"])
        parent, mode = state.parent, state.default_mode(entry)
        state.passed(entry)
        slim = _stripped(table[entry["op"]], entry)
        if "mode" in slim and slim["mode"] == mode and entry["op"] != "combine":
            del slim["mode"]
        for kind, text, _, container, key in references(table[entry["op"]], slim, ""):
            if parent and text.startswith(f"{parent}.") and _may_be_bare(kind, text):
                container[key] = text[len(parent) + 1 :]
        if entry["op"] == "hole" and slim.get("face") == "top":
            del slim["face"]
        if identity == default:
            del slim["id"]
        if entry["op"] == "sketch":
            if identity == default and uses.get(identity) == 1:
                pending[identity] = slim
                continue
            # sketches are numbered as they are met: one on its own keeps those before it out of their feature
            out += [{"op": "sketch", "id": name, **sketch} for name, sketch in pending.items()]
            pending.clear()
            slim = {"op": "sketch", "id": identity, **slim}
        out.append(_inlined(slim, pending))
    result["operations"] = out
    return result


def _inlined(entry: dict[str, Any], pending: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The operation with the sketches that only it uses written into it."""
    record = records()[entry["op"]]
    sketch = pending.pop(entry.get("sketch", ""), None)
    if sketch is not None:
        entry.update({key: value for key, value in sketch.items() if key != "op"})
        del entry["sketch"]
    if entry["op"] == "loft":
        entry["sections"] = [
            (
                {key: value for key, value in pending.pop(name).items() if key != "op"}
                if name in pending
                else name
            )
            for name in entry["sections"]
        ]
    return ordered(record, entry)


class _Walk:
    """What the defaults of an operation depend on: how many came before, the latest that adds material."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.parent: str | None = None
        self.any_material = False

    def count(self, name: str) -> str:
        """The automatic id of the next operation of this kind."""
        self.counts[name] = self.counts.get(name, 0) + 1
        return f"{name}{self.counts[name]}"

    def default_mode(self, entry: Mapping[str, Any]) -> str | None:
        """The mode that is left out for this operation."""
        if "mode" not in records()[entry["op"]].by_name or entry["op"] == "combine":
            return None
        return "join" if self.any_material else "new"

    def passed(self, entry: Mapping[str, Any]) -> None:
        """Take note of an operation with its mode and id."""
        if operations()[entry["op"]].material:
            self.any_material = True
            if entry.get("mode") in ("new", "join"):
                self.parent = entry["id"]


def _expand(entries: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[str]]:
    """All operations with ids, modes, owners and sketches written out, with the pointer each came from."""
    out: list[dict[str, Any]] = []
    origins: list[str] = []
    walk, table = _Walk(), records()
    for index, source in enumerate(entries):
        at, entry = f"/operations/{index}", _copied(source)
        entry.setdefault("id", walk.count(entry["op"]))
        record = table[entry["op"]]
        if "profile" in entry and entry["op"] != "sketch":
            sketch = {"op": "sketch", "id": walk.count("sketch")}
            sketch.update({key: entry.pop(key) for key in (*PLACEMENT_NAMES, "profile") if key in entry})
            entry["sketch"] = sketch["id"]
            _own(sketch, walk.parent)
            out.append(sketch)
            origins.append(at)
        if entry["op"] == "loft":
            for number, section in enumerate(entry["sections"]):
                if isinstance(section, dict):
                    sketch = {"op": "sketch", "id": walk.count("sketch"), **section}
                    _own(sketch, walk.parent)
                    out.append(sketch)
                    origins.append(f"{at}/sections/{number}")
                    entry["sections"][number] = sketch["id"]
        if entry["op"] == "hole" and "face" not in entry and "plane" not in entry:
            entry["face"] = "top"
        mode = walk.default_mode(entry)
        if mode is not None:
            entry.setdefault("mode", mode)
        _own(entry, walk.parent)
        walk.passed(entry)
        out.append(ordered(record, entry))
        origins.append(at)
    return out, origins


def _own(entry: dict[str, Any], parent: str | None) -> None:
    """Write the owner before each face that is named without one."""
    for kind, text, _, container, key in references(records()[entry["op"]], entry, ""):
        if "." not in text and parent is not None and _may_be_bare(kind, text):
            container[key] = f"{parent}.{text}"


def _may_be_bare(kind: Reference, text: str) -> bool:
    """Whether a reference can stand without the feature that owns it: a face, an edge between two faces."""
    return kind.target == "face" or (kind.target == "selector" and "/" in text)


def _renumber_sketches(in_order: list[dict[str, Any]], entries: list[dict[str, Any]]) -> None:
    """Give automatic sketch ids the number of their place, and follow every reference."""
    names: dict[str, str] = {}
    count = 0
    for entry in in_order:
        if entry["op"] == "sketch":
            count += 1
            if _AUTO_SKETCH.match(entry["id"]):
                names[entry["id"]] = f"sketch{count}"
    for entry in entries:
        if entry["op"] == "sketch":
            entry["id"] = names.get(entry["id"], entry["id"])
        for kind, text, _, container, key in references(records()[entry["op"]], entry, ""):
            if kind.target == "sketch":
                container[key] = names.get(text, text)


def _filled(record: Record, value: Mapping[str, Any]) -> dict[str, Any]:
    """The value in key order with constant defaults written out."""
    out: dict[str, Any] = {}
    for entry in record.fields:
        if entry.name in value:
            out[entry.name] = _inside(entry.type, value[entry.name], _filled)
        elif entry.default is not None and _default_applies(entry, value):
            out[entry.name] = _copied(entry.default)
    return out


def _stripped(record: Record, value: Mapping[str, Any]) -> dict[str, Any]:
    """The value in key order with constant defaults left out."""
    return {
        entry.name: _inside(entry.type, value[entry.name], _stripped)
        for entry in record.fields
        if entry.name in value and (entry.default is None or value[entry.name] != entry.default)
    }


def _default_applies(entry: Field, value: Mapping[str, Any]) -> bool:
    if entry.name == "plane":
        return "face" not in value and "sketch" not in value
    return not (entry.name == "sides" and "size" in value)


def _inside(kind: Any, value: Any, change: Any) -> Any:
    """Apply a change to every record inside a value."""
    if isinstance(kind, Either):
        kind = kind.pick(value)
    if isinstance(kind, Tagged) and isinstance(value, dict):
        kind = kind.table[value[kind.tag]]
    if isinstance(kind, Record) and isinstance(value, dict):
        return change(kind, value)
    if isinstance(kind, Items) and isinstance(value, list):
        return [_inside(kind.item, entry, change) for entry in value]
    return _copied(value)


def _copied(value: Any) -> Any:
    """A deep copy of a JSON value."""
    if isinstance(value, dict):
        return {key: _copied(entry) for key, entry in value.items()}
    return [_copied(entry) for entry in value] if isinstance(value, list) else value


def _normal(value: Any) -> Any:
    """Figures in their normal form: whole floats as integers."""
    if isinstance(value, dict):
        return {key: _normal(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_normal(entry) for entry in value]
    return normal(value) if isinstance(value, float) else value
