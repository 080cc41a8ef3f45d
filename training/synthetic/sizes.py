"""Phrases that give a thing its sizes: "a boss 20 mm in diameter", "a 5 mm thick plate of 40 x 20"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from training.synthetic.context import Context
from training.synthetic.numbers import Number
from training.synthetic.words import article, listed, plural


@dataclass(frozen=True)
class Dim:
    """One size: the name of it ("height"), its adjective ("high") and the value (or a ready text)."""

    name: str
    adjective: str
    value: Number | str
    note: str = ""

    def told(self, text: str) -> Dim:
        """The same size with a ready text in place of its value."""
        return replace(self, value=text)

    @property
    def plural(self) -> bool:
        return self.name.endswith(("legs", "sides", "diagonals"))

    @property
    def verb(self) -> str:
        return "are" if self.plural else "is"

    def written(self, ctx: Context) -> str:
        return (self.value if isinstance(self.value, str) else ctx.length(self.value)) + self.note


def length(value: Number, note: str = "") -> Dim:
    return Dim("length", "long", value, note)


def width(value: Number, note: str = "") -> Dim:
    return Dim("width", "wide", value, note)


def height(ctx: Context, value: Number, note: str = "") -> Dim:
    return Dim("height", ctx.pick(("high", "tall")), value, note)


def thickness(value: Number, note: str = "") -> Dim:
    return Dim("thickness", "thick", value, note)


def depth(value: Number, note: str = "") -> Dim:
    return Dim("depth", "deep", value, note)


def diameter(value: Number, note: str = "", kind: str = "") -> Dim:
    return Dim(f"{kind} diameter".strip(), f"in {kind} diameter".replace("  ", " "), value, note)


def radius(value: Number, note: str = "", kind: str = "") -> Dim:
    return Dim(f"{kind} radius".strip(), f"in {kind} radius".replace("  ", " "), value, note)


def side(value: Number) -> Dim:
    return Dim("side", "on each side", value)


def round_size(ctx: Context, low: float, high: float) -> tuple[dict[str, Number], Dim, float]:
    """A circle's size between two diameters, told as diameter or radius: (keys, size, diameter)."""
    if ctx.chance(0.68):
        value = ctx.between(low, high)
        return {"diameter": value}, diameter(value), float(value)
    value = ctx.between(low / 2, high / 2)
    return {"radius": value}, radius(value), 2 * float(value)


def call_out(ctx: Context, dim: Dim) -> str:
    """The size as on a drawing: Ø8, R3, t=5, H 20."""
    text = dim.written(ctx)
    if dim.name in ("outer diameter", "inner diameter") and ctx.chance(0.6):
        return ("OD " if dim.name[0] == "o" else "ID ") + text
    if dim.name == "diameter":
        return ctx.pick(("Ø", "Ø", "ø", "dia ", "D=", "⌀")) + text
    if dim.name == "radius":
        return ctx.pick(("R", "R", "r=", "rad ")) + text
    letter = {
        "thickness": ctx.pick(("t=", "thk ", "t ")),
        "height": ctx.pick(("H=", "H", "h=", "height ")),
        "length": ctx.pick(("L=", "L", "length ")),
        "width": ctx.pick(("W=", "W", "width ")),
        "depth": ctx.pick(("depth ", "deep ", "↧")),
    }.get(dim.name)
    return (letter or f"{dim.name} ") + text


def _as_adjective(ctx: Context, dim: Dim) -> str:
    if dim.name in ("length", "width", "height", "depth", "thickness", "diameter") and ctx.chance(0.25):
        return f"{dim.written(ctx)} in {dim.name}"
    return f"{dim.written(ctx)} {dim.adjective}"


def _named(dim: Dim, ctx: Context) -> str:
    return (dim.name if dim.plural else article(dim.name)) + f" of {dim.written(ctx)}"


def _named_all(ctx: Context, dims: Sequence[Dim]) -> list[str]:
    """ "a length of 5" for some, other forms between them: monotony repeats everybody else."""
    full = ctx.chance(0.6)
    words = []
    for dim in dims:
        if full:
            words.append(_named(dim, ctx))
        else:
            forms = [f"{dim.name} {dim.written(ctx)}", f"{dim.name} {dim.written(ctx)}"]
            if dim.name in ("length", "width", "height", "thickness", "depth", "diameter") and not dim.note:
                forms += [f"{dim.written(ctx)} {dim.name}", f"a {dim.name} equal to {dim.written(ctx)}"]
            words.append(ctx.pick(forms))
        full = not full if ctx.chance(0.93) else full
    return words


def measures(ctx: Context, dims: Sequence[Dim], many: bool = False) -> str:
    """The sizes as a phrase that follows a noun."""
    each = ctx.pick(("each ", "")) if many else ""
    form = ctx.rng.weighted(
        (
            (26, "with"),
            (14, "bare"),
            (12, "comma"),
            (10, "brackets"),
            (7, "of"),
            (5, "whose"),
            (6, "having"),
            (9, "that"),
            (4, "colon"),
        )
    )
    if ctx.call_outs and ctx.chance(0.8):
        return ctx.pick((" ", ", ")) + ctx.pick((", ", " ", ", ")).join(call_out(ctx, dim) for dim in dims)
    if form == "with" or form == "having":
        start = " with " if form == "with" else " having "
        return start + listed(
            _named_all(ctx, dims), ctx.pick((" and ", " and ", " and ", ", and ", " plus "))
        )
    if form == "bare":
        return " with " + each * 0 + listed([f"{dim.name} {dim.written(ctx)}" for dim in dims])
    if form == "of":
        return " of " + listed([f"{dim.name} {dim.written(ctx)}" for dim in dims])
    if form == "comma":
        return f", {each}" + listed([_as_adjective(ctx, dim) for dim in dims]) + ","
    if form == "brackets":
        mark = ctx.pick((" ", " ", ": ", " = "))
        return " (" + ", ".join(dim.name + mark + dim.written(ctx) for dim in dims) + ")"
    if form == "whose":
        return " whose " + listed([f"{dim.name} {dim.verb} {dim.written(ctx)}" for dim in dims])
    if form == "colon":
        return ": " + ", ".join(f"{dim.name} {dim.written(ctx)}" for dim in dims) + ","
    verb = "are" if many else "is"
    return f" that {verb} {each}" + listed([_as_adjective(ctx, dim) for dim in dims])


def block_text(ctx: Context, dims: Sequence[Dim]) -> str | None:
    """ "40 x 20 x 5 mm" for sizes that stand in their natural order, when none is noted or a ready text."""
    values = [dim.value for dim in dims if not isinstance(dim.value, str)]
    if len(values) != len(dims) or any(dim.note for dim in dims):
        return None
    return ctx.several(values)


def thing(
    ctx: Context, noun: str, dims: Sequence[Dim], *, count: int = 1, compact: int = 0, determiner: str = ""
) -> str:
    """A noun phrase with its sizes.

    Args:
        noun: the bare noun ("boss").
        compact: how many leading sizes may be told in one breath ("40 x 20 x 5"), in this order.
        determiner: instead of "a" ("the", "another").
    """
    rest = list(dims)
    before, after = "", ""
    if (
        compact
        and rest[:compact]
        and (ctx.chance(0.5 if ctx.style in ("steps", "prose", "numbered") else 0.75))
    ):
        block = block_text(ctx, rest[:compact])
        if block is not None:
            rest = rest[compact:]
            if ctx.chance(0.5):
                before = block + " "
            else:
                after = (
                    ctx.pick(
                        (" of ", " measuring ", ", ", " ", " measuring ", " sized ", " with dimensions ")
                    )
                    + block
                )
                if after.startswith(","):
                    after += ","
    if rest and not before and ctx.chance(0.28):
        candidates = [
            dim
            for dim in rest
            if dim.name in ("thickness", "diameter", "height", "length", "radius", "width") and not dim.note
        ]
        if candidates:
            dim = ctx.pick(candidates)
            if dim.name in ("diameter", "radius"):
                if ctx.call_outs:
                    before = call_out(ctx, dim) + " "
                else:
                    before = dim.written(ctx) + ctx.pick(
                        (" diameter ", " dia ", "-diameter ", " ")
                        if dim.name == "diameter"
                        else (" radius ", "-radius ")
                    )
                    if before.endswith((" units ", '" ')) or before[:-1].replace(".", "").isdigit():
                        before = before.rstrip() + f" {dim.name} "
            else:
                before = f"{dim.written(ctx)} {dim.adjective} "
            rest.remove(dim)
    if len(rest) > 1 and not after and ctx.chance(0.18):
        rest = ctx.rng.shuffled(rest)
    tail = measures(ctx, rest, count > 1) if rest else ""
    head = before + (plural(noun) if count > 1 else noun) + after
    if count > 1:
        lead = (
            f"{count}{ctx.pick(('x ', ' x ', '× ', 'X '))}"
            if ctx.call_outs and ctx.chance(0.7)
            else ctx.count(count) + " "
        )
        return lead + head + tail
    if determiner:
        return f"{determiner} {head}{tail}"
    return article(head) + tail


def size_sentences(ctx: Context, name: str, dims: Sequence[Dim], many: bool = False) -> str:
    """The sizes in a sentence of their own, about a thing already named."""
    form = ctx.pick(("has", "should", "its", "make", "is", "set"))
    verb = "are" if many else "is"
    if form == "its" and not many:
        return "Its " + listed([f"{dim.name} {dim.verb} {dim.written(ctx)}" for dim in dims])
    if form == "make":
        return f"Make the {name} " + listed([_as_adjective(ctx, dim) for dim in dims])
    if form == "is":
        return f"The {name} {verb} " + listed([_as_adjective(ctx, dim) for dim in dims])
    if form == "should":
        return f"The {name} should {ctx.pick(('be', 'measure'))} " + listed(
            [f"{dim.written(ctx)} in {dim.name}" for dim in dims]
        )
    if form == "set":
        return f"Set the {dims[0].name} of the {name} to {dims[0].written(ctx)}" + "".join(
            f" and the {dim.name} to {dim.written(ctx)}" for dim in dims[1:]
        )
    return f"The {name} {'have' if many else 'has'} " + listed(_named_all(ctx, dims))
