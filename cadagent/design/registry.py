"""The table of operations: one definition each, built in or from a plug-in.

An operation's definition is its :class:`~cadagent.design.fields.Record` (schema, parser, reference table)
plus a ``resolve`` function that turns evaluated values into steps for the kernel. Third-party packages add
operations through the entry point group ``cadagent.operations``; each entry point is an :class:`Operation`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from cadagent.design.fields import (
    ID_PATTERN,
    REFERENCE_PATTERN,
    SELECTOR_PATTERN,
    Choice,
    Either,
    Field,
    Items,
    Number,
    Record,
    Tagged,
    Text,
    vector,
)
from cadagent.errors import InputError

if TYPE_CHECKING:
    from cadagent.design.scene import Scene

Group = Literal["sketch", "feature", "transform"]
Resolve = Callable[["Scene", Mapping[str, Any], str], None]
Target = Literal["sketch", "feature", "body", "face", "selector"]


@dataclass(frozen=True)
class Reference(Text):
    """A string that names something defined earlier; ``target`` says what kind of thing."""

    target: Target = "feature"


SKETCH_REF = Reference(ID_PATTERN, "the id of a sketch", "sketch")
FEATURE_REF = Reference(ID_PATTERN, "the id of a feature", "feature")
BODY_REF = Reference(ID_PATTERN, "the id of a body", "body")
FACE_REF = Reference(REFERENCE_PATTERN, "a face such as top or plate.top", "face")
SELECTOR_REF = Reference(SELECTOR_PATTERN, "an edge selector such as vertical or plate.top", "selector")
MODES = ("new", "join", "cut", "intersect")

ID = Field(
    "id", Text(ID_PATTERN, "an id"), "name for later references; left out = op name and running number"
)
MODE = Field("mode", Choice(MODES), "what it does to the bodies that are there: new for the first, then join")
TARGET = Field("target", BODY_REF, "the body it acts on")
PLACEMENT = (
    Field("plane", Choice(("xy", "xz", "yz")), "plane of the world", default="xy"),
    Field("face", FACE_REF, "stands on this face instead of a plane"),
    Field("offset", Number(), "moved along the normal"),
    Field("origin", vector(3), "where the plane's origin lies (on a face: along u, v, normal)"),
    Field("rotation", Items(Number("angle"), 3, 3), "turned about its own u, then v, then normal"),
    Field("frame", Choice(("world", "part")), "what the plane refers to: part = the first feature's frame"),
)
PATH_PLACEMENT = (
    Field(
        "plane",
        Choice(("xy", "xz", "yz", "path")),
        "plane of the world; path = across the path of the sweep, at its start",
        default="xy",
    ),
    *PLACEMENT[1:],
)
PLACEMENT_NAMES = tuple(entry.name for entry in PLACEMENT)


@dataclass(frozen=True)
class Operation:
    """One operation of the language.

    Attributes:
        name: the word under ``op``.
        doc: one line for the reference table.
        group: where it stands in the canonical order sketch → feature → transform.
        fields: keys after ``op`` and ``id``, in order.
        choices: groups of keys of which exactly one stands (a ``None`` member: at most one).
        resolve: appends the kernel steps for evaluated values to the scene.
        rule: checks that no schema can say.
        material: whether it makes material when its mode is new or join.
    """

    name: str
    doc: str
    group: Group
    fields: tuple[Field, ...]
    resolve: Resolve
    choices: tuple[tuple[str | None, ...], ...] = ()
    rule: Any = None
    material: bool = False

    def record(self) -> Record:
        """The type of the whole operation."""
        tag = Field("op", Choice((self.name,)), self.doc, True)
        article = "an" if self.name[0] in "aeiou" else "a"
        return Record((tag, ID, *self.fields), self.choices, self.rule, f"{article} {self.name}")


_BUILT_IN = (
    "sketch",
    "extrude",
    "revolve",
    "lofts",
    "primitives",
    "hole",
    "edges",
    "shell",
    "copies",
    "transforms",
)
_MORE: dict[str, Operation] = {}
_DERIVED: list[Any] = []
_Made = TypeVar("_Made", bound=Callable[..., Any])


def register(operation: Operation) -> None:
    """Add an operation to the language of this process (plug-ins; tests).

    Raises:
        ValueError: an operation of the language itself has that name.
    """
    if operation.name in built_in():
        raise ValueError(f"{operation.name} is an operation of the language itself")
    _MORE[operation.name] = operation
    changed()


def unregister(name: str) -> None:
    """Take back what :func:`register` added."""
    _MORE.pop(name, None)
    changed()


def changed() -> None:
    """Forget everything that was made from the table of operations."""
    for made in (operations, records, *_DERIVED):
        made.cache_clear()


def derived(function: _Made) -> _Made:
    """Decorator: cache what a function makes from the table of operations, until the table changes."""
    made = cache(function)
    _DERIVED.append(made)
    return made  # type: ignore[return-value]  # called in the same way


@cache
def built_in() -> Mapping[str, Operation]:
    """The operations of the language itself by name, without plug-ins."""
    table: dict[str, Operation] = {}
    for name in _BUILT_IN:
        module = import_module(f"cadagent.design.operations.{name}")
        table.update({operation.name: operation for operation in module.OPERATIONS})
    return table


@cache
def operations() -> Mapping[str, Operation]:
    """All operations by name: built in first, then those of installed plug-ins, then registered ones.

    Raises:
        InputError: an installed plug-in cannot be loaded or offers no :class:`Operation`.
    """
    table = dict(built_in())
    for point in sorted(entry_points(group="cadagent.operations"), key=lambda entry: entry.name):
        try:
            operation = point.load()
        except Exception as error:  # whatever a stranger's module stumbles over
            raise InputError(f"The plug-in operation {point.value} cannot be loaded: {error}") from error
        if not isinstance(operation, Operation):
            raise InputError(f"The plug-in operation {point.value} is no cadagent.design.Operation")
        table.setdefault(operation.name, operation)
    for name, operation in _MORE.items():
        table.setdefault(name, operation)
    return table


@cache
def records() -> Mapping[str, Record]:
    """The type of each operation by name."""
    return {name: operation.record() for name, operation in operations().items()}


def operation_type(plugins: bool = True) -> Tagged:
    """The type of one entry of ``operations``, with or without those of plug-ins."""
    table = records() if plugins else {name: records()[name] for name in built_in()}
    return Tagged("op", table, "an operation", "operation")


def references(
    record: Record, value: Mapping[str, Any], at: str
) -> Iterator[tuple[Reference, str, str, Any, Any]]:
    """Every reference an operation makes: its type, text and pointer, its container and its key there."""
    for entry in record.fields:
        if entry.name in value and entry.name != "profile":
            yield from _within(entry.type, value, entry.name, f"{at}/{entry.name}")


def _within(kind: Any, container: Any, key: Any, at: str) -> Iterator[tuple[Reference, str, str, Any, Any]]:
    value = container[key]
    if isinstance(kind, Either):
        kind = kind.pick(value)
    if isinstance(kind, Reference):
        if isinstance(value, str):
            yield kind, value, at, container, key
    elif isinstance(kind, Items) and isinstance(value, list):
        for index in range(len(value)):
            yield from _within(kind.item, value, index, f"{at}/{index}")
    elif isinstance(kind, Record) and isinstance(value, dict):
        for name in value:
            if name in kind.by_name and name != "profile":
                yield from _within(kind.by_name[name].type, value, name, f"{at}/{name}")
