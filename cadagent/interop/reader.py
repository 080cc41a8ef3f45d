"""Reading foreign JSON without trusting it: every error names the file and the place."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cadagent.design.findings import Finding
from cadagent.errors import InputError
from cadagent.malformed import in_file

#: Larger files are refused before they are read; the largest design of the public sets has under 10 MB.
MAX_BYTES = 32 * 1024 * 1024

#: Lengths beyond this, in the unit of the source, are taken for a mistake.
MAX_LENGTH = 1e6


@dataclass(frozen=True)
class Imported:
    """A foreign design as CAD JSON.

    Attributes:
        document: compact CAD JSON.
        findings: what the file holds and the document does not say (``interop.…``); pointers into the file.
        format: name of the format that was read.
    """

    document: dict[str, Any]
    findings: tuple[Finding, ...] = ()
    format: str = ""

    @property
    def complete(self) -> bool:
        """Whether the document says everything that shapes the solid."""
        return not any(finding.severity == "error" for finding in self.findings)


def load_json(path: Path) -> Any:
    """The JSON value in a file.

    Raises:
        InputError: the file cannot be read, is too large, is no UTF-8 or is no JSON.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise InputError(f"{path}: {size / 1e6:.0f} MB exceeds the limit of {MAX_BYTES / 1e6:.0f} MB")
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not a text file (byte {error.start} is no UTF-8)") from error
    return parse_json(text, str(path))


def parse_json(text: str, name: str = "input") -> Any:
    """The JSON value of a text; NaN, infinities and deep nesting are refused."""

    def refuse(token: str) -> Any:
        raise InputError(f"{name}: {token} is not a number that JSON allows")

    try:
        return json.loads(text, parse_constant=refuse)
    except json.JSONDecodeError as error:
        raise InputError(f"{name}: {in_file(error)}") from error
    except RecursionError as error:
        raise InputError(f"{name}: nested too deeply") from error
    except ValueError as error:  # integers of thousands of digits
        raise InputError(f"{name}: {error}") from error


def escape(key: str) -> str:
    """A key as one part of a JSON pointer."""
    return key.replace("~", "~0").replace("/", "~1")


@dataclass(frozen=True)
class Node:
    """A value of the file together with where it stands; its accessors raise InputError naming that place."""

    value: Any
    pointer: str = ""
    name: str = "input"

    def fail(self, problem: str) -> InputError:
        return InputError(f"{self.name}: {self.pointer or '/'}: {problem}")

    def child(self, key: str | int) -> Node:
        return Node(self.value[key], f"{self.pointer}/{escape(str(key))}", self.name)

    def has(self, key: str) -> bool:
        return isinstance(self.value, dict) and self.value.get(key) is not None

    def __getitem__(self, key: str) -> Node:
        if not isinstance(self.value, dict):
            raise self.fail(f"expected an object with {key!r}, found {_kind(self.value)}")
        if key not in self.value:
            raise self.fail(f"{key!r} is missing")
        return self.child(key)

    def items(self) -> list[tuple[str, Node]]:
        if not isinstance(self.value, dict):
            raise self.fail(f"expected an object, found {_kind(self.value)}")
        return [(key, self.child(key)) for key in self.value]

    def elements(self) -> list[Node]:
        if not isinstance(self.value, list):
            raise self.fail(f"expected a list, found {_kind(self.value)}")
        return [self.child(index) for index in range(len(self.value))]

    def text(self) -> str:
        if not isinstance(self.value, str):
            raise self.fail(f"expected a text, found {_kind(self.value)}")
        return self.value

    def number(self) -> float:
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            raise self.fail(f"expected a number, found {_kind(self.value)}")
        if not math.isfinite(self.value):
            raise self.fail("not a finite number")
        if abs(self.value) > MAX_LENGTH:
            raise self.fail(f"{self.value:g} is out of range, the limit is {MAX_LENGTH:g}")
        return float(self.value)

    def numbers(self, count: int) -> list[float]:
        values = [element.number() for element in self.elements()]
        if len(values) != count:
            raise self.fail(f"expected {count} numbers, found {len(values)}")
        return values


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


@dataclass
class Notes:
    """Findings gathered while a file is read."""

    findings: list[Finding] = field(default_factory=list)

    def unsupported(self, node: Node, message: str, hint: str | None = None) -> None:
        """Something that shapes the solid and that the document cannot say."""
        self.findings.append(Finding("interop.unsupported", message, node.pointer, hint=hint))

    def unused(self, node: Node, message: str) -> None:
        """Something that is left out and does not shape the solid."""
        self.findings.append(Finding("interop.unused", message, node.pointer, severity="info"))

    def assumed(self, node: Node, message: str) -> None:
        """Something the file leaves open."""
        self.findings.append(Finding("interop.assumed", message, node.pointer, severity="warning"))
