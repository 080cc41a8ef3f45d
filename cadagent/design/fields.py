"""The small type system in which every operation and shape of CAD JSON is defined, once.

A :class:`Type` knows how to check a JSON value, how to say itself as JSON Schema, how to describe itself in
the reference table and how to turn the value into plain numbers in millimetres and degrees.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from cadagent.design.expressions import Evaluator, ExpressionError
from cadagent.design.findings import Finding
from cadagent.design.numbers import MAGNITUDE, BadNumber

Dimension = Literal["length", "angle", "count", "ratio"]
EXPRESSION_PATTERN = r"^[A-Za-z0-9_+*/(). -]+$"
ID_PATTERN = r"^[a-z][a-z0-9_]*$"
REFERENCE_PATTERN = r"^[a-z][a-z0-9_]*([.][a-z][a-z0-9_]*)?$"
SELECTOR_PATTERN = r"^[a-z][a-z0-9_]*([.][a-z][a-z0-9_]*)?(/[a-z][a-z0-9_]*)?$"
NAME_LENGTH = 32
Findings = list[Finding]


def escape(key: str | int) -> str:
    """One segment of a JSON pointer, escaped as RFC 6901 asks."""
    return str(key).replace("~", "~0").replace("/", "~1")


def shown(value: Any, limit: int = 60) -> str:
    """A JSON value as a short text for a finding."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    text = (
        {True: "true", False: "false", None: "null"}.get(value)
        if not isinstance(value, (str, int, float)) or isinstance(value, bool)
        else None
    )
    text = text or (
        f'"{value}"' if isinstance(value, str) and not isinstance(value, BadNumber) else str(value)
    )
    return text if len(text) <= limit else text[: limit - 1] + "…"


def wrong_type(at: str, expected: str, value: Any) -> Finding:
    """The finding for a value of the wrong kind."""
    return Finding("schema.type", f"This must be {expected}.", at, expected=expected, actual=shown(value))


class Type:
    """Base of all types; the default implementations fit values that carry no numbers."""

    def check(self, value: Any, at: str, out: Findings) -> None:
        """Append a finding to ``out`` for everything wrong with ``value``, found at JSON pointer ``at``."""
        raise NotImplementedError

    def schema(self) -> dict[str, Any]:
        """The type as JSON Schema (draft 2020-12)."""
        raise NotImplementedError

    def describe(self) -> str:
        """The type in a few words for the reference table."""
        raise NotImplementedError

    def accepts(self, value: Any) -> bool:
        """Whether ``value`` is of this JSON kind at all; chooses among alternatives."""
        raise NotImplementedError

    def evaluate(self, value: Any, at: str, evaluator: Evaluator, out: Findings) -> Any:
        """``value`` with every figure and expression replaced by a float (mm, degrees, counts as int)."""
        return value


@dataclass(frozen=True)
class Number(Type):
    """A figure or an expression over parameters; ``positive`` excludes zero and below."""

    dimension: Dimension = "length"
    positive: bool = False
    minimum: float | None = None
    maximum: float | None = None

    def accepts(self, value: Any) -> bool:
        return isinstance(value, (int, float, str)) and not isinstance(value, bool)

    def check(self, value: Any, at: str, out: Findings) -> None:
        if isinstance(value, str):
            if isinstance(value, BadNumber):
                return  # the numbers rule says what is wrong with the token
            if not re.match(EXPRESSION_PATTERN, value) or len(value) > 120:
                out.append(wrong_type(at, f'{self.describe()} or an expression such as "width/3"', value))
        elif isinstance(value, bool) or not isinstance(value, (int, float)):
            out.append(wrong_type(at, self.describe(), value))
        else:
            self.check_range(value, at, out)

    def check_range(self, value: float, at: str, out: Findings) -> None:
        """Findings for a figure outside the type's bounds (used for written and for evaluated figures)."""
        low, high = self.bounds()
        if self.positive and value <= 0:
            out.append(
                Finding(
                    "schema.range",
                    "This figure must be greater than zero.",
                    at,
                    expected="> 0",
                    actual=shown(value),
                )
            )
        elif not low <= value <= high:
            out.append(
                Finding(
                    "schema.range",
                    "This figure is out of range.",
                    at,
                    expected=f"{low:g} to {high:g}",
                    actual=shown(value),
                )
            )
        elif self.dimension == "count" and value != int(value):
            out.append(
                Finding(
                    "schema.type",
                    "A count must be a whole number.",
                    at,
                    expected="a whole number",
                    actual=shown(value),
                )
            )

    def bounds(self) -> tuple[float, float]:
        """Smallest and largest value allowed."""
        low = self.minimum if self.minimum is not None else (1 if self.dimension == "count" else -MAGNITUDE)
        high = (
            self.maximum if self.maximum is not None else (1000 if self.dimension == "count" else MAGNITUDE)
        )
        return low, high

    def schema(self) -> dict[str, Any]:
        low, high = self.bounds()
        number: dict[str, Any] = {"type": "integer" if self.dimension == "count" else "number"}
        number.update({"exclusiveMinimum": 0} if self.positive else {"minimum": low})
        number["maximum"] = high
        return {"anyOf": [number, {"type": "string", "pattern": EXPRESSION_PATTERN, "maxLength": 120}]}

    def describe(self) -> str:
        kind = {
            "length": "a length",
            "angle": "an angle in degrees",
            "count": "a whole number",
            "ratio": "a number",
        }
        return kind[self.dimension] + (" above zero" if self.positive else "")

    def evaluate(self, value: Any, at: str, evaluator: Evaluator, out: Findings) -> Any:
        try:
            number = evaluator.number(value, self.dimension)
        except ExpressionError as error:
            out.append(error.finding(at))
            return 1.0
        if isinstance(value, str):
            before = len(out)
            scale = float(evaluator.scale) if self.dimension == "length" else 1.0
            self.check_range(number / scale, at, out)
            if len(out) > before:
                return 1.0
        return int(number) if self.dimension == "count" else number


@dataclass(frozen=True)
class Text(Type):
    """A string that matches ``pattern``."""

    pattern: str
    what: str

    def accepts(self, value: Any) -> bool:
        return isinstance(value, str)

    def check(self, value: Any, at: str, out: Findings) -> None:
        if not isinstance(value, str) or isinstance(value, BadNumber):
            out.append(wrong_type(at, self.what, value))
        elif len(value) > 3 * NAME_LENGTH or not re.match(self.pattern, value):
            out.append(
                Finding(
                    "schema.text",
                    f"This must be {self.what}.",
                    at,
                    expected=self.what,
                    actual=shown(value),
                    hint="small letters, digits and underscores",
                )
            )

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": self.pattern, "maxLength": 3 * NAME_LENGTH}

    def describe(self) -> str:
        return self.what


@dataclass(frozen=True)
class Choice(Type):
    """One of a few words."""

    options: tuple[str, ...]

    def accepts(self, value: Any) -> bool:
        return isinstance(value, str) and value in self.options

    def check(self, value: Any, at: str, out: Findings) -> None:
        if value not in self.options or not isinstance(value, str):
            out.append(
                Finding(
                    "schema.choice",
                    "This word is not one of the choices.",
                    at,
                    expected=" | ".join(self.options),
                    actual=shown(value),
                )
            )

    def schema(self) -> dict[str, Any]:
        return {"enum": list(self.options)}

    def describe(self) -> str:
        return " \\| ".join(f"`{option}`" for option in self.options)


@dataclass(frozen=True)
class Flag(Type):
    """true or false."""

    def accepts(self, value: Any) -> bool:
        return isinstance(value, bool)

    def check(self, value: Any, at: str, out: Findings) -> None:
        if not isinstance(value, bool):
            out.append(wrong_type(at, "true or false", value))

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}

    def describe(self) -> str:
        return "`true` or `false`"


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
        """An object schema, or one alternative for each way to take the choices, so that a grammar can obey."""
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
    return key if len(key) <= 40 else key[:39] + "…"


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


def options(words: Sequence[str]) -> Choice:
    """A :class:`Choice` from any sequence."""
    return Choice(tuple(words))
