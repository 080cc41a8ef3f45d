"""One request in the making: its writer's habits, its numbers and its words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from training.synthetic.numbers import COUNT_WORDS, Number, NumberStyle, plain
from training.synthetic.random_source import RandomSource
from training.synthetic.words import ABOUT, SHARES

T = TypeVar("T")

#: (weight, style): how a request is told.  The long ones carry the weight.
STYLES: tuple[tuple[float, str], ...] = (
    (17, "brief"),
    (8, "terse"),
    (8, "drawing"),
    (19, "prose"),
    (33, "steps"),
    (4, "numbered"),
    (11, "layman"),
)
UNITS: tuple[tuple[float, str], ...] = ((44, "unit"), (33, "mm"), (11, "in"), (5, "cm"), (5, "m"), (2, "ft"))


class Context:
    """The writer of one request: style, unit and number habits, all drawn from one random source."""

    def __init__(self, rng: RandomSource, *, style: str | None = None, unit: str | None = None) -> None:
        self.rng = rng
        self.style = style or rng.weighted(STYLES)
        self.unit = unit or rng.weighted(UNITS)
        self.numbers = NumberStyle.choose(rng, self.unit)
        if self.style == "drawing" and self.unit != "unit":
            self.numbers.show = rng.pick(("never", "never", "some"))
        self.scale = self.numbers.scale
        self.digits = rng.chance(0.85 if self.style in ("terse", "drawing") else 0.3)
        self.verbose = rng.chance(
            {"steps": 0.75, "prose": 0.6, "numbered": 0.6, "layman": 0.4}.get(self.style, 0.1)
        )
        self.derive = self.verbose and rng.chance(0.3)
        self.times = rng.weighted(
            ((40, " x "), (24, "x"), (16, " by "), (8, " × "), (5, "×"), (2, "*"), (2, " X "))
        )
        self.rewords = True
        self.call_outs = self.style == "drawing" or (self.style == "terse" and rng.chance(0.4))

    # choices -----------------------------------------------------------------------------------------------
    def pick(self, choices: Sequence[T]) -> T:
        return self.rng.pick(choices)

    def chance(self, probability: float) -> bool:
        return self.rng.chance(probability)

    # sizes -------------------------------------------------------------------------------------------------
    def size(self, low: float, high: float) -> Number:
        """A length between two shares of the request's overall size."""
        return self.numbers.between(low * self.scale, high * self.scale)

    def between(self, low: float, high: float) -> Number:
        """A length between two lengths."""
        return self.numbers.between(low, high)

    # writing -----------------------------------------------------------------------------------------------
    def length(self, value: Number) -> str:
        """A length with its unit, where this writer writes one."""
        return self.numbers.text(value) + self.numbers.suffix(value)

    def bare(self, value: Number) -> str:
        """A length as a number alone."""
        return self.numbers.text(value)

    def several(self, values: Sequence[Number], joiner: str | None = None) -> str:
        """Sizes in one breath: "40 x 20 x 5 mm"."""
        joiner = joiner or self.times
        style = self.numbers
        if style.show == "never":
            return joiner.join(self.bare(value) for value in values)
        if style.show == "each" and style.word not in (" units",) and self.chance(0.3):
            if style.word[0] == " " and joiner[0] != " ":
                joiner = f" {joiner} "
            return joiner.join(self.bare(value) + style.suffix(value, always=True) for value in values)
        return joiner.join(self.bare(value) for value in values) + style.word

    def angle(self, value: Number) -> str:
        return plain(value) + self.pick((" degrees", " degrees", "°", " deg"))

    def count(self, number: int) -> str:
        if self.digits or number > 20 or (number > 12 and self.chance(0.6)):
            return str(number)
        return COUNT_WORDS[number]

    def point(self, values: Sequence[Number]) -> str:
        return "(" + ", ".join(plain(value) for value in values) + ")"

    def ratio_note(self, small: Number, large: Number, of_what: str) -> str:
        """A redundant remark such as " (about half of the width)", true within a few per cent, or nothing."""
        if not self.derive or not self.chance(0.5):
            return ""
        for share, words in SHARES.items():
            if abs(small / large / float(share) - 1) < 0.07:
                return self.pick((" ({}{} {})", ", {}{} {},", " ({}{} {})")).format(
                    self.pick(ABOUT), words[0], of_what
                )
        return ""


def clear_writer(rng: RandomSource, unit: str | None = None) -> Context:
    """A writer without habits that cost clearness: every length has its unit, in decimals, and nothing is
    remarked by the way."""
    ctx = Context(rng, style=rng.pick(("prose", "steps")), unit=unit)
    numbers = ctx.numbers
    numbers.show, numbers.word = "each", _CLEAR_UNITS[ctx.unit]
    numbers.fractions = numbers.trailing_zero = numbers.bare_point = False
    ctx.digits = ctx.verbose = ctx.derive = ctx.call_outs = ctx.rewords = False
    ctx.times = " x "
    return ctx


_CLEAR_UNITS = {
    "mm": " mm",
    "cm": " cm",
    "m": " m",
    "in": " inches",
    "ft": " feet",
    "unit": " units",
}
