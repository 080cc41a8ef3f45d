"""Types of single values: figures, texts, words, flags.

A :class:`Type` knows how to check a JSON value, how to say itself as JSON Schema, how to describe itself in
the reference table and how to turn the value into plain numbers in millimetres and degrees.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
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
    if value is None or isinstance(value, bool):
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, int) and value.bit_length() > 200:
        return "a number of more than 60 digits"
    text = str(value)[: limit + 1]
    if isinstance(value, str) and not isinstance(value, BadNumber):
        text = f'"{text}"'
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
            if len(value) > 120 or not re.fullmatch(EXPRESSION_PATTERN, value):
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
        elif len(value) > 3 * NAME_LENGTH or not re.fullmatch(self.pattern, value):
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
