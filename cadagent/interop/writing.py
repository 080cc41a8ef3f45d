"""Designs as JSON texts: CAD JSON in its three forms, and the foreign formats that can be written."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cadagent.design import compact, dumps
from cadagent.design.findings import Finding
from cadagent.errors import InputError

from . import write_deepcad, write_minimal

JsonObject = dict[str, Any]

#: Foreign formats and what writes them from the resolved form.
_WRITERS: Mapping[str, Callable[[JsonObject], tuple[JsonObject, tuple[Finding, ...]]]] = {
    "minimal": write_minimal.write,
    "deepcad": write_deepcad.write,
}

#: Forms of CAD JSON and the foreign formats that can be written, with a line for a person.
JSON_TARGETS: Mapping[str, str] = {
    "compact": "CAD JSON with defaults left out, as a person writes it",
    "canonical": "CAD JSON with every id and sketch, as it is stored and compared",
    "resolved": "CAD JSON as plain curves and frames in millimetres",
    "minimal": "minimal JSON of Text2CAD and CADmium, millimetres at true scale",
    "deepcad": "DeepCAD JSON, metres",
}


@dataclass(frozen=True)
class Written:
    """A design as JSON text.

    Attributes:
        text: the file's content; the same design gives the same bytes.
        findings: what the design holds and the text does not say, though the solid is the same.
    """

    text: str
    findings: tuple[Finding, ...] = ()


def needs_kernel(target: str) -> bool:
    """Whether writing builds the design, in the process that writes."""
    return target in _WRITERS


def write_design(canonical: JsonObject | None, resolved: JsonObject, target: str) -> Written:
    """A design as the text of one of :data:`JSON_TARGETS`.

    Args:
        canonical: the canonical document; None where only the resolved form is known.
        resolved: the resolved document.
        target: name of the format.

    Raises:
        InputError: the format is unknown, or a resolved design is to get back its sketches.
        BuildError: the format lacks an operation of the design; it is named.
    """
    if target in _WRITERS:
        document, findings = _WRITERS[target](resolved)
        return Written(json.dumps(document, indent=1) + "\n", findings)
    if target == "resolved":
        return Written(dumps(resolved, indent=2) + "\n")
    if target not in JSON_TARGETS:
        raise InputError(f"unknown format {target!r}; known are {', '.join(JSON_TARGETS)}")
    if canonical is None:
        raise InputError(f"a resolved design holds no intent any more: {target} cannot be made of it")
    if target == "canonical":
        return Written(dumps(canonical, indent=2) + "\n")
    return Written(dumps(compact(canonical)) + "\n")
