"""Choosing sizes as designers choose them, and writing them as people write them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from training.synthetic.random_source import RandomSource

Number = int | float

#: How each unit is written; "unit" stands for requests without one.
UNIT_WORDS: dict[str, tuple[tuple[float, str], ...]] = {
    "mm": ((40, " mm"), (24, "mm"), (4, " millimetres"), (5, " millimeters"), (1, " mm."), (1, " MM")),
    "cm": ((30, " cm"), (20, "cm"), (6, " centimeters"), (3, " centimetres")),
    "m": ((20, " m"), (8, "m"), (10, " meters"), (5, " metres")),
    "in": ((16, " in"), (18, " inches"), (10, '"'), (6, "in"), (3, " in.")),
    "ft": ((16, " ft"), (16, " feet"), (4, "ft"), (2, "'")),
    "unit": ((1, " units"),),
}
SINGULAR = {
    " units": " unit",
    " inches": " inch",
    " feet": " foot",
    " meters": " meter",
    " metres": " metre",
    " centimeters": " centimeter",
    " centimetres": " centimetre",
    " millimeters": " millimeter",
    " millimetres": " millimetre",
}
COUNT_WORDS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
]

#: Coarse-to-fine grids per kind of number; a size falls on the first grid that fits its range.
_GRIDS: dict[str, tuple[float, ...]] = {
    "round": (50, 10, 5, 2, 1, 0.5, 0.1, 0.05, 0.01, 0.001),
    "integer": (5, 1, 0.5, 0.1, 0.05, 0.01, 0.001),
    "half": (2.5, 0.5, 0.25, 0.05, 0.01, 0.001),
    "tenth": (0.1, 0.05, 0.01, 0.001),
    "hundredth": (0.01, 0.005, 0.001),
    "eighth": (1, 0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625),
    "thousandth": (0.001, 0.0001),
    "long": (0.00001, 0.000001),
}
#: (weight, number kind, smallest overall size, largest overall size) per unit.
_SCALES: dict[str, tuple[tuple[float, tuple[str, float, float]], ...]] = {
    "mm": (
        (30, ("round", 20, 300)),
        (35, ("integer", 15, 200)),
        (10, ("half", 10, 150)),
        (10, ("tenth", 8, 120)),
        (4, ("hundredth", 5, 90)),
        (2, ("long", 5, 90)),
        (5, ("round", 200, 3000)),
    ),
    "cm": (
        (20, ("integer", 4, 60)),
        (10, ("half", 3, 40)),
        (14, ("tenth", 2, 30)),
        (3, ("hundredth", 1, 20)),
    ),
    "m": ((8, ("tenth", 0.5, 8)), (12, ("hundredth", 0.3, 6)), (6, ("half", 2, 20)), (8, ("long", 0.2, 2))),
    "in": (
        (20, ("eighth", 1, 14)),
        (10, ("half", 2, 20)),
        (10, ("integer", 3, 30)),
        (8, ("hundredth", 1, 10)),
        (6, ("thousandth", 0.6, 5)),
        (5, ("long", 0.5, 2)),
    ),
    "ft": ((10, ("integer", 3, 24)), (10, ("half", 2, 12)), (4, ("hundredth", 1, 9))),
    "unit": (
        (45, ("long", 0.4, 1.6)),
        (12, ("thousandth", 0.3, 2)),
        (12, ("hundredth", 0.5, 6)),
        (8, ("tenth", 2, 20)),
        (20, ("integer", 10, 160)),
        (6, ("round", 20, 300)),
    ),
}


def clean(value: float) -> Number:
    """The value at six decimals, whole numbers as int, never minus zero."""
    value = round(value, 6)
    return int(value) if value == int(value) else value


@dataclass
class NumberStyle:
    """How one request chooses and writes its numbers."""

    rng: RandomSource
    unit: str
    kind: str
    scale: float
    word: str
    show: str  # "each", "some", "never", "last"
    fractions: bool
    trailing_zero: bool
    bare_point: bool

    @classmethod
    def choose(cls, rng: RandomSource, unit: str) -> NumberStyle:
        kind, low, high = rng.weighted(_SCALES[unit])
        scale = math.exp(math.log(low) + rng.fraction() * (math.log(high) - math.log(low)))
        word = rng.weighted(UNIT_WORDS[unit])
        if unit == "unit":
            show = rng.weighted(((45, "never"), (35, "each"), (20, "some")))
        else:
            show = rng.weighted(((60, "each"), (14, "some"), (26, "never")))
        fractions = unit in ("in", "ft") and kind in ("eighth", "half") and rng.chance(0.6)
        return cls(rng, unit, kind, scale, word, show, fractions, rng.chance(0.03), rng.chance(0.03))

    def between(self, low: float, high: float, *, coarse: bool = True) -> Number:
        """A size in [low, high] on the coarsest grid of the style that has at least one point there."""
        grids = _GRIDS[self.kind]
        if self.kind == "long" and self.rng.chance(0.22):
            grids = (0.25, 0.125, 0.075, 0.0375, 0.01, *grids)
        first = 0
        if coarse and len(grids) > 3 and self.rng.chance(0.35):
            first = self.rng.integer(0, 2)
        for grid in grids[first:]:
            least, most = math.ceil(low / grid - 1e-9), math.floor(high / grid + 1e-9)
            if most >= least and least > 0 and (most - least >= 2 or grid <= 0.01):
                return clean(self.rng.integer(least, most) * grid)
        return clean((low + high) / 2)

    def text(self, value: Number) -> str:
        """The number alone, as this writer writes it."""
        value = clean(value)
        if value < 0:
            return "-" + self.text(-value)
        if self.fractions and not isinstance(value, int):
            part = Fraction(value).limit_denominator(64)
            if float(part) == value and part.denominator in (2, 4, 8, 16):
                whole, rest = divmod(part.numerator, part.denominator)
                small = f"{rest}/{part.denominator}"
                return small if not whole else f"{whole} {small}" if self.word != "'" else f"{whole}-{small}"
        text = plain(value)
        if self.trailing_zero and "." not in text:
            text += ".0"
        if self.bare_point and text.startswith("0."):
            text = text[1:]
        return text

    def suffix(self, value: Number, *, always: bool = False) -> str:
        """The unit that follows the number, or nothing."""
        if not always and (self.show == "never" or (self.show == "some" and self.rng.chance(0.45))):
            return ""
        return SINGULAR.get(self.word, self.word) if value == 1 else self.word


def plain(value: Number) -> str:
    """The shortest decimal without exponent."""
    value = clean(value)
    if isinstance(value, int):
        return str(value)
    return f"{value:.6f}".rstrip("0")
