"""The small type system in which every operation and shape of CAD JSON is defined, once: composed types.

Types of single values are in :mod:`cadagent.design.scalars`; they can be imported from here as well.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cadagent.design.expressions import Evaluator
from cadagent.design.findings import Finding
from cadagent.design.scalars import (
    EXPRESSION_PATTERN,
    ID_PATTERN,
    NAME_LENGTH,
    REFERENCE_PATTERN,
    SELECTOR_PATTERN,
    Choice,
    Dimension,
    Findings,
    Flag,
    Number,
    Text,
    Type,
    escape,
    shown,
    wrong_type,
)

__all__ = [
    "EXPRESSION_PATTERN",
    "ID_PATTERN",
    "NAME_LENGTH",
    "REFERENCE_PATTERN",
    "SELECTOR_PATTERN",
    "Choice",
    "Dimension",
    "Either",
    "Field",
    "Findings",
    "Flag",
    "Items",
    "Keyed",
    "Number",
    "Record",
    "Rule",
    "Tagged",
    "Text",
    "Type",
    "escape",
    "ordered",
    "shown",
    "vector",
    "wrong_type",
]


@dataclass(frozen=True)
class Items(Type):
    """A list of one type, with a least and a greatest length."""

    item: Type
    least: int = 1
    most: int = 500
    what: str = "a list"

    def accepts(self, value: Any) -> bool:
        return isinstance(value, list)

    def check(self, value: Any, at: str, out: Findings) -> None:
        if not isinstance(value, list):
            out.append(wrong_type(at, self.describe(), value))
            return
        if not self.least <= len(value) <= self.most:
            span = str(self.least) if self.least == self.most else f"{self.least} to {self.most}"
            out.append(
                Finding(
                    "schema.length",
                    "This list has the wrong length.",
                    at,
                    expected=f"{span} items",
                    actual=f"{len(value)} items",
                )
            )
            return
        for index, entry in enumerate(value):
            self.item.check(entry, f"{at}/{index}", out)

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": self.item.schema(), "minItems": self.least, "maxItems": self.most}

    def describe(self) -> str:
        if self.what != "a list":
            return self.what
        return (
            f"[{', '.join([self.item.describe()] * self.least)}]"
            if self.least == self.most
            else f"a list of: {self.item.describe()}"
        )

    def evaluate(self, value: Any, at: str, evaluator: Evaluator, out: Findings) -> Any:
        return [
            self.item.evaluate(entry, f"{at}/{index}", evaluator, out) for index, entry in enumerate(value)
        ]


def vector(size: int, number: Number | None = None) -> Items:
    """A fixed-length list of figures."""
    return Items(number or Number(), size, size)


@dataclass(frozen=True)
class Either(Type):
    """A value of one of several kinds, told apart by their JSON kind."""

    types: tuple[Type, ...]

    def pick(self, value: Any) -> Type | None:
        """The first alternative that accepts the value."""
        return next((kind for kind in self.types if kind.accepts(value)), None)

    def accepts(self, value: Any) -> bool:
        return self.pick(value) is not None

    def check(self, value: Any, at: str, out: Findings) -> None:
        kind = self.pick(value)
        if kind is None:
            out.append(wrong_type(at, self.describe(), value))
        else:
            kind.check(value, at, out)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [kind.schema() for kind in self.types]}

    def describe(self) -> str:
        return " or ".join(kind.describe() for kind in self.types)

    def evaluate(self, value: Any, at: str, evaluator: Evaluator, out: Findings) -> Any:
        kind = self.pick(value)
        return value if kind is None else kind.evaluate(value, at, evaluator, out)


@dataclass(frozen=True)
class Field:
    """One key of a record: its type, whether it must stand there, its default, one line of documentation."""

    name: str
    type: Type
    doc: str
    required: bool = False
    default: Any = None


Rule = Callable[[Mapping[str, Any], str], Iterator[Finding]]


@dataclass(frozen=True)
class Record(Type):
    """An object with fixed key order.

    ``choices`` are groups of keys of which exactly one must stand (``at most one`` when the group ends in
    ``None``); ``rule`` adds checks that no schema can say.
    """

    fields: tuple[Field, ...]
    choices: tuple[tuple[str | None, ...], ...] = ()
    rule: Rule | None = None
    what: str = "an object"
    by_name: Mapping[str, Field] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {entry.name: entry for entry in self.fields})

    def accepts(self, value: Any) -> bool:
        return isinstance(value, dict)

    def check(self, value: Any, at: str, out: Findings) -> None:
        if not isinstance(value, dict):
            out.append(wrong_type(at, self.what, value))
            return
        before = len(out)
        for key, entry in value.items():
            known = self.by_name.get(key)
            if known is None:
                out.append(
                    Finding(
                        "schema.unknown_key",
                        f'"{shown_key(key)}" is not a key of {self.what}.',
                        f"{at}/{escape(key)}",
                        expected=", ".join(self.by_name),
                        actual=shown_key(key),
                    )
                )
            else:
                known.type.check(entry, f"{at}/{escape(key)}", out)
        for known in self.fields:
            if known.required and known.name not in value:
                out.append(
                    Finding(
                        "schema.missing_key",
                        f'{self.what} needs "{known.name}".'.capitalize(),
                        at,
                        expected=f'"{known.name}": {known.type.describe()}',
                    )
                )
        for group in self.choices:
            names = [name for name in group if name is not None]
            present = [name for name in names if name in value]
            if not present and None not in group:
                out.append(
                    Finding(
                        "schema.missing_key",
                        f"{self.what} needs one of {', '.join(names)}.".capitalize(),
                        at,
                        expected=" | ".join(names),
                    )
                )
            elif len(present) > 1:
                out.append(
                    Finding(
                        "schema.too_many_keys",
                        f"Only one of {', '.join(present)} can stand here.",
                        f"{at}/{present[1]}",
                        expected=present[0],
                        actual=", ".join(present),
                    )
                )
        if self.rule is not None and len(out) == before:
            out.extend(self.rule(value, at))

    def schema(self) -> dict[str, Any]:
        """An object schema; one alternative for each way to take the choices, so that a grammar can obey."""
        variants = []
        for picks in itertools.product(*self.choices):
            left_out = {name for group in self.choices for name in group if name is not None} - set(picks)
            kept = [entry for entry in self.fields if entry.name not in left_out]
            variants.append(
                {
                    "type": "object",
                    "properties": {entry.name: entry.type.schema() for entry in kept},
                    "required": [entry.name for entry in kept if entry.required or entry.name in picks],
                    "additionalProperties": False,
                }
            )
        return variants[0] if len(variants) == 1 else {"anyOf": variants}

    def describe(self) -> str:
        return (
            "{"
            + ", ".join(f"`{entry.name}`" + ("" if entry.required else "?") for entry in self.fields)
            + "}"
        )

    def evaluate(self, value: Any, at: str, evaluator: Evaluator, out: Findings) -> Any:
        return {
            key: self.by_name[key].type.evaluate(entry, f"{at}/{key}", evaluator, out)
            for key, entry in value.items()
        }


def shown_key(key: str) -> str:
    """A key as it may be shown: bounded in length."""
    text = str(key)
    return text if len(text) <= 40 else text[:39] + "…"


class Keyed(Either):
    """Records told apart by the key that names them: their first one."""

    def pick(self, value: Any) -> Type | None:
        """The record whose first key stands in the value."""
        if not isinstance(value, dict):
            return None
        return next(
            (kind for kind in self.types if isinstance(kind, Record) and kind.fields[0].name in value), None
        )


@dataclass(frozen=True)
class Tagged(Type):
    """Objects told apart by the word under ``tag``; the table may grow by plug-ins."""

    tag: str
    table: Mapping[str, Record]
    what: str
    reference: str

    def accepts(self, value: Any) -> bool:
        return isinstance(value, dict)

    def check(self, value: Any, at: str, out: Findings) -> None:
        if not isinstance(value, dict):
            out.append(wrong_type(at, self.what, value))
            return
        word = value.get(self.tag)
        record = self.table.get(word) if isinstance(word, str) else None
        if record is not None:
            record.check(value, at, out)
        elif self.tag not in value:
            out.append(
                Finding(
                    "schema.missing_key",
                    f'{self.what} needs "{self.tag}".'.capitalize(),
                    at,
                    expected=" | ".join(self.table),
                )
            )
        else:
            out.append(
                Finding(
                    "schema.choice",
                    f"There is no such {self.tag}.",
                    f"{at}/{self.tag}",
                    expected=" | ".join(self.table),
                    actual=shown(word),
                )
            )

    def schema(self) -> dict[str, Any]:
        return {"$ref": f"#/$defs/{self.reference}"}

    def definition(self) -> dict[str, Any]:
        """The schema that :meth:`schema` refers to."""
        variants: list[dict[str, Any]] = []
        for record in self.table.values():
            schema = record.schema()
            variants.extend(schema.get("anyOf", [schema]))
        return {"anyOf": variants}

    def describe(self) -> str:
        return self.what

    def evaluate(self, value: Any, at: str, evaluator: Evaluator, out: Findings) -> Any:
        return self.table[value[self.tag]].evaluate(value, at, evaluator, out)


def ordered(record: Record, value: Mapping[str, Any]) -> dict[str, Any]:
    """``value`` with its keys in the record's order."""
    return {entry.name: value[entry.name] for entry in record.fields if entry.name in value}
