"""The figures of a design as named parameters of a foreign program, expressions kept.

A parameter of the document keeps its name where the program allows it. Besides, every distinct length of the
operations' sizes and positions becomes a parameter named after the first place where it stands; coordinates
of free outlines (points, curves, axes) do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cadagent.design.expressions import KINDS, MM_PER_UNIT, Evaluator
from cadagent.design.fields import Either, Items, Number, Record, Tagged
from cadagent.design.numbers import number_text
from cadagent.design.registry import records

#: Keys whose figures are coordinates of free outlines, not sizes.
_COORDINATES = frozenset({"points", "curves", "start", "axis", "from", "to"})
_UNIT_OF_KIND = {"angle": "deg", "count": "", "ratio": ""}
_TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?)|([A-Za-z_][A-Za-z0-9_]*)|([-+*/()]))")
#: Names that Fusion takes for units, constants or functions.
_TAKEN = frozenset(
    {"abs", "acos", "acosh", "and", "asin", "asinh", "atan", "atanh", "ceil", "cos", "cosh", "deg", "exp"}
    | {"floor", "false", "ft", "if", "in", "ln", "log", "max", "meter", "micron", "mil", "min", "mm", "mol"}
    | {"not", "nm", "or", "pi", "pow", "psi", "rad", "random", "round", "sec", "sign", "sin", "sinh", "sqrt"}
    | {
        "tan",
        "tanh",
        "true",
        "um",
        "yd",
        "kg",
        "lb",
        "lbmass",
        "oz",
        "slug",
        "joule",
        "hz",
        "rpm",
        "bar",
        "pa",
    }
    | {"kpa", "mpa", "volt", "watt", "ohm", "tesla", "grad", "turn"}
)
_ID = re.compile(r"[^a-z0-9_]")


@dataclass(frozen=True)
class Parameter:
    """One user parameter: name, expression with units, unit (``mm``, ``deg`` or nothing), comment."""

    name: str
    expression: str
    unit: str
    comment: str


@dataclass
class Figures:
    """All parameters of a canonical document and how its figures are written over them.

    Args:
        document: canonical, known to resolve.
        taken: further names that parameters must not have.
    """

    document: Mapping[str, Any]
    taken: frozenset[str] = frozenset()
    parameters: list[Parameter] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.unit = "mm" if self.document["units"] == "unit" else str(self.document["units"])
        self._kinds: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._by_length: dict[float, str] = {}
        self.evaluator = Evaluator(self.document["units"], self.document.get("parameters", ()))
        for entry in self.document.get("parameters", ()):
            kind = str(entry.get("kind", "length"))
            expression = self.expression(entry["value"], kind)
            name = self._free(str(entry["name"]))
            self._names[str(entry["name"])], self._kinds[str(entry["name"])] = name, kind
            self.parameters.append(
                Parameter(name, expression, _UNIT_OF_KIND.get(kind, self.unit), "named in the design")
            )
        for operation in self.document["operations"]:
            for path, value in _lengths(records()[operation["op"]], operation, ()):
                self._note(str(operation["id"]), path, value)

    def _note(self, owner: str, path: tuple[str, ...], value: Any) -> None:
        length = round(self.evaluator.number(value, "length"), 9)
        if length <= 0.0 or length in self._by_length:
            return
        if isinstance(value, str) and value.strip() in self._names:
            self._by_length[length] = self._names[value.strip()]
            return
        words = [word for word in path if not word.isdigit()]
        name = self._free(_ID.sub("_", "_".join([owner, *words[-2:]]).lower())[:60])
        self._by_length[length] = name
        self.parameters.append(
            Parameter(name, self.expression(value, "length"), self.unit, f"{owner}: {'/'.join(path)}")
        )

    def _free(self, wanted: str) -> str:
        """A name that Fusion accepts and that is not in use: short and reserved words get a prefix."""
        used = {parameter.name for parameter in self.parameters}
        base = f"p_{wanted}" if len(wanted) < 3 or wanted.lower() in _TAKEN else wanted
        base = f"p_{wanted}" if base in self.taken else base
        name, count = base, 2
        while name in used:
            name, count = f"{base}_{count}", count + 1
        return name

    def length(self, value: Any) -> str:
        """A length of the document as an expression: the parameter that has this value, or the figure."""
        named = self._by_length.get(round(self.evaluator.number(value, "length"), 9))
        return named if named is not None else self.expression(value, "length")

    def lengths_in(self, operation: Mapping[str, Any]) -> frozenset[float]:
        """Every length that an operation writes down, in millimetres."""
        found = _lengths(records()[operation["op"]], operation, ())
        return frozenset(round(self.evaluator.number(value, "length"), 9) for _, value in found)

    def of_length(self, millimetres: float) -> str | None:
        """The parameter with this value, if there is one."""
        return self._by_length.get(round(millimetres, 9))

    def expression(self, value: Any, kind: str) -> str:
        """A figure or expression with every unit written out, so that no program can take another for it."""
        unit = _UNIT_OF_KIND.get(kind, self.unit)
        if not isinstance(value, str):
            text = number_text(value)
            return f"{text} {unit}".rstrip()
        text, _, bare = _Writer(value, self._names, self._kinds, self.unit).written()
        if bare and unit:
            return f"({text}) * 1 {unit}"
        return text


def _lengths(kind: Any, value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every length in an operation with the keys that lead to it, coordinates left out."""
    if isinstance(kind, Either):
        kind = kind.pick(value)
    if isinstance(kind, Tagged):
        kind = kind.table[value[kind.tag]]
    if isinstance(kind, Number):
        if kind.dimension == "length":
            yield path, value
    elif isinstance(kind, Record):
        for name, entry in value.items():
            if name not in _COORDINATES:
                yield from _lengths(kind.by_name[name].type, entry, (*path, name))
    elif isinstance(kind, Items):
        for index, entry in enumerate(value):
            yield from _lengths(kind.item, entry, (*path, str(index)))


class _Writer:
    """Rewrites one expression that is known to be sound: parameters renamed, bare numbers given units."""

    def __init__(self, text: str, names: Mapping[str, str], kinds: Mapping[str, str], unit: str) -> None:
        self.names, self.kinds, self.unit = names, kinds, unit
        self.tokens = [match.group().strip() for match in _TOKEN.finditer(text)]
        self.index = 0

    def written(self) -> tuple[str, tuple[int, int], bool]:
        """The new text, its power of length and of angle, and whether it is a bare number."""
        return self._sum()

    def _peek(self) -> str:
        return self.tokens[self.index] if self.index < len(self.tokens) else ""

    def _next(self) -> str:
        self.index += 1
        return self.tokens[self.index - 1]

    def _sum(self) -> tuple[str, tuple[int, int], bool]:
        left = self._product()
        while self._peek() in ("+", "-"):
            sign, right = self._next(), self._product()
            if left[2] != right[2]:
                kind = right[1] if left[2] else left[1]
                left, right = (
                    (self._dressed(left, kind), right) if left[2] else (left, self._dressed(right, kind))
                )
            left = (f"{left[0]} {sign} {right[0]}", left[1], left[2] and right[2])
        return left

    def _dressed(
        self, value: tuple[str, tuple[int, int], bool], kind: tuple[int, int]
    ) -> tuple[str, tuple[int, int], bool]:
        """A bare number with the unit of what it is added to."""
        unit = {(1, 0): self.unit, (0, 1): "deg"}.get(kind)
        return (f"({value[0]}) * 1 {unit}" if unit else value[0], kind, False)

    def _product(self) -> tuple[str, tuple[int, int], bool]:
        left = self._factor()
        while self._peek() in ("*", "/"):
            sign, right = self._next(), self._factor()
            power = 1 if sign == "*" else -1
            kind = (left[1][0] + power * right[1][0], left[1][1] + power * right[1][1])
            left = (f"{left[0]} {sign} {right[0]}", kind, left[2] and right[2])
        return left

    def _factor(self) -> tuple[str, tuple[int, int], bool]:
        token = self._next()
        if token == "-":
            inner = self._factor()
            return (f"-({inner[0]})", inner[1], inner[2])
        if token == "(":
            inner = self._sum()
            self._next()
            return (f"({inner[0]})", inner[1], inner[2])
        if token in self.names:
            return (self.names[token], KINDS[self.kinds[token]], False)
        if self._peek() in MM_PER_UNIT and self._peek() != "unit" and self._peek() not in self.names:
            return (f"({token} {self._next()})", (1, 0), False)
        return (token, (0, 0), True)
