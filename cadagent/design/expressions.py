"""Expressions over named parameters: exact rational arithmetic, typed, rounded once at the end.

Grammar::

    sum     = product (("+" | "-") product)*
    product = factor (("*" | "/") factor)*
    factor  = "-" factor | "(" sum ")" | NAME | NUMBER [UNIT] | NUMBER "/" NUMBER UNIT

A number or a fraction of two numbers with a unit (``0.25 in``, ``1/4in``) is a length; a bare number takes
the kind of what it is added to. The kind of a value is its power of length and of angle; counts and ratios
have neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Any

from cadagent.design.findings import Finding

MM_PER_UNIT: Mapping[str, Fraction] = {
    "mm": Fraction(1),
    "cm": Fraction(10),
    "m": Fraction(1000),
    "in": Fraction(254, 10),
    "ft": Fraction(3048, 10),
    "unit": Fraction(1),
}
KINDS: Mapping[str, tuple[int, int]] = {"length": (1, 0), "angle": (0, 1), "count": (0, 0), "ratio": (0, 0)}
_KIND_NAMES = {(1, 0): "a length", (0, 1): "an angle", (0, 0): "a plain number", (2, 0): "an area"}
_TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?)|([A-Za-z_][A-Za-z0-9_]*)|([-+*/()]))")
_DEPTH = 30
_BITS = 4096  # of a numerator or denominator: chained parameters could double them with every step


class ExpressionError(ValueError):
    """An expression that has no value, with the finding code that says why."""

    def __init__(
        self, code: str, message: str, expected: str | None = None, actual: str | None = None
    ) -> None:
        super().__init__(message)
        self.code, self.expected, self.actual = code, expected, actual

    def finding(self, at: str) -> Finding:
        """The error as a finding at JSON pointer ``at``."""
        return Finding(self.code, str(self), at, expected=self.expected, actual=self.actual)


@dataclass(frozen=True)
class _Value:
    """A rational in millimetres or degrees with its kind; ``bare`` numbers have no kind of their own yet."""

    number: Fraction
    kind: tuple[int, int] = (0, 0)
    bare: bool = False


@dataclass
class Evaluator:
    """Turns figures and expressions of one document into floats in millimetres and degrees.

    Args:
        units: the document's unit.
        parameters: the document's ``parameters`` list, in order; later ones may use earlier ones.
    """

    units: str
    parameters: Iterable[Mapping[str, Any]] = ()
    scale: Fraction = field(init=False)
    values: dict[str, _Value] = field(init=False, default_factory=dict)
    findings: list[Finding] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.scale = MM_PER_UNIT[self.units]
        for index, parameter in enumerate(self.parameters):
            at, name = f"/parameters/{index}", str(parameter["name"])
            if name in self.values or name in MM_PER_UNIT:
                self.findings.append(
                    Finding(
                        "references.duplicate_parameter",
                        f"The name {name} is taken.",
                        f"{at}/name",
                        actual=name,
                        hint="choose another name",
                    )
                )
                continue
            try:
                self.values[name] = self._value(parameter["value"], str(parameter.get("kind", "length")))
            except ExpressionError as error:
                self.findings.append(error.finding(f"{at}/value"))
                self.values[name] = _Value(Fraction(1), KINDS[str(parameter.get("kind", "length"))])

    def number(self, value: Any, kind: str) -> float:
        """The float for a figure or expression of the given kind (lengths in mm, angles in degrees).

        Raises:
            ExpressionError: the expression is malformed, of another kind, or divides by zero.
        """
        if isinstance(value, int) or (isinstance(value, float) and kind != "count"):
            return _in_mm(value, self.scale) if kind == "length" else float(value)
        return float(self._value(value, kind).number)

    def _value(self, value: Any, kind: str) -> _Value:
        if isinstance(value, str):
            found = _Parser(value, self).parse()
        else:
            found = _Value(Fraction(value if isinstance(value, int) else repr(float(value))), bare=True)
        wanted = KINDS[kind]
        if found.bare:
            factor = self.scale if kind == "length" else 1
            found = _Value(found.number * factor, wanted)
        if found.kind != wanted:
            raise ExpressionError(
                "expressions.kind",
                f'"{value}" is not of the kind that belongs here.',
                _KIND_NAMES[wanted],
                _KIND_NAMES.get(found.kind, "a mixed quantity"),
            )
        if kind == "count" and found.number.denominator != 1:
            raise ExpressionError(
                "expressions.kind",
                f'"{value}" is not a whole number.',
                "a whole number",
                str(float(found.number)),
            )
        if abs(found.number) > 10**9:
            raise ExpressionError("expressions.range", f'"{value}" is too large.', "at most 100000")
        return found


@lru_cache(maxsize=4096)
def _in_mm(value: int | float, scale: Fraction) -> float:
    """A plain figure in millimetres, rounded once."""
    return float(Fraction(value if isinstance(value, int) else repr(float(value))) * scale)


class _Parser:
    """Recursive descent over the tokens of one expression."""

    def __init__(self, text: str, evaluator: Evaluator) -> None:
        self.text, self.evaluator, self.depth = text, evaluator, 0
        self.tokens: list[tuple[str, str]] = []
        position, end = 0, len(text.rstrip())
        if end > 120:
            raise ExpressionError(
                "expressions.syntax", "The expression is too long.", "at most 120 characters"
            )
        while position < end:
            match = _TOKEN.match(text, position)
            if not match:
                raise ExpressionError(
                    "expressions.syntax",
                    f'"{text}" is not an expression.',
                    "numbers, parameter names, + - * / ( )",
                    text[position],
                )
            kind = match.lastindex or 0
            self.tokens.append((("number", "name", "sign")[kind - 1], match.group(kind)))
            position = match.end()
        self.index = 0

    def parse(self) -> _Value:
        value = self._sum()
        if self.index < len(self.tokens):
            raise self._unexpected()
        return value

    def _peek(self) -> str | None:
        return self.tokens[self.index][1] if self.index < len(self.tokens) else None

    def _unexpected(self) -> ExpressionError:
        return ExpressionError(
            "expressions.syntax",
            f'"{self.text}" is not a complete expression.',
            "numbers, parameter names, + - * / ( )",
            self._peek() or "its end",
        )

    def _sum(self) -> _Value:
        value = self._product()
        while self._peek() in ("+", "-"):
            sign = self.tokens[self.index][1]
            self.index += 1
            value = self._add(value, self._product(), 1 if sign == "+" else -1)
        return value

    def _add(self, left: _Value, right: _Value, sign: int) -> _Value:
        scale = self.evaluator.scale
        if left.bare != right.bare:  # the bare number takes the kind of the other side
            kind = right.kind if left.bare else left.kind
            factor = scale if kind == (1, 0) else Fraction(1)
            if left.bare:
                left = _Value(left.number * factor, kind)
            else:
                right = _Value(right.number * factor, kind)
        if left.kind != right.kind:
            raise ExpressionError(
                "expressions.kind",
                f'"{self.text}" adds different kinds.',
                _KIND_NAMES.get(left.kind),
                _KIND_NAMES.get(right.kind),
            )
        return self._made(left.number + sign * right.number, left.kind, left.bare and right.bare)

    def _made(self, number: Fraction, kind: tuple[int, int], bare: bool) -> _Value:
        """A value, refused when its exact fraction has grown out of all proportion."""
        if max(number.numerator.bit_length(), number.denominator.bit_length()) > _BITS:
            raise ExpressionError(
                "expressions.range", f'"{self.text}" has too many digits.', "a figure of a part's size"
            )
        return _Value(number, kind, bare)

    def _product(self) -> _Value:
        value = self._factor()
        while self._peek() in ("*", "/"):
            sign = self.tokens[self.index][1]
            self.index += 1
            other = self._factor()
            if sign == "/" and not other.number:
                raise ExpressionError("expressions.division_by_zero", f'"{self.text}" divides by zero.')
            power = 1 if sign == "*" else -1
            number = value.number * other.number if sign == "*" else value.number / other.number
            kind = (value.kind[0] + power * other.kind[0], value.kind[1] + power * other.kind[1])
            value = self._made(number, kind, value.bare and other.bare)
        return value

    def _fraction_with_unit(self, above: str) -> _Value | None:
        """``1/2in`` is half an inch, as people write it, though a unit binds to its number elsewhere."""
        rest = self.tokens[self.index : self.index + 3]
        if len(rest) < 3 or rest[0][1] != "/" or rest[1][0] != "number":
            return None
        unit = rest[2][1]
        if unit not in MM_PER_UNIT or unit == "unit" or not Fraction(rest[1][1]):
            return None
        self.index += 3
        return _Value(Fraction(above) / Fraction(rest[1][1]) * MM_PER_UNIT[unit], (1, 0))

    def _factor(self) -> _Value:
        if self.index >= len(self.tokens):
            raise self._unexpected()
        kind, token = self.tokens[self.index]
        self.index += 1
        self.depth += 1
        if self.depth > _DEPTH:
            raise ExpressionError("expressions.syntax", "The expression is nested too deeply.")
        try:
            if kind == "number":
                fraction = self._fraction_with_unit(token)
                if fraction is not None:
                    return fraction
                following = self._peek()
                if following is not None and following in MM_PER_UNIT and following != "unit":
                    self.index += 1
                    return _Value(Fraction(token) * MM_PER_UNIT[following], (1, 0))
                return _Value(Fraction(token), bare=True)
            if kind == "name":
                if token not in self.evaluator.values:
                    raise ExpressionError(
                        "references.unknown_parameter",
                        f"There is no parameter {token}.",
                        ", ".join(self.evaluator.values) or "a declared parameter",
                        token,
                    )
                return self.evaluator.values[token]
            if token == "-":
                inner = self._factor()
                return _Value(-inner.number, inner.kind, inner.bare)
            if token == "(":
                inner = self._sum()
                if self._peek() != ")":
                    raise self._unexpected()
                self.index += 1
                return inner
        finally:
            self.depth -= 1
        self.index -= 1
        raise self._unexpected()
