"""How people ask for a change of a design that is there."""

from __future__ import annotations

from training.synthetic.context import Context
from training.synthetic.edit_names import Name

_CHANGE = ("change", "set", "adjust", "alter", "bring", "modify")
_POLITE = (
    (60, "{}"),
    (6, "please {}"),
    (5, "{}, please"),
    (3, "can you {}?"),
    (3, "could you {}?"),
    (3, "now {}"),
    (3, "I want you to {}"),
    (2, "I'd like you to {}"),
    (2, "ok, {}"),
    (2, "next, {}"),
    (2, "let's {}"),
    (2, "actually, {}"),
    (2, "one change: {}"),
    (2, "{} and leave everything else as it is"),
    (1, "{}, nothing else"),
    (1, "{}; keep the rest"),
)


def order(ctx: Context, text: str) -> str:
    """An order as this writer puts it, mostly plain."""
    return ctx.rng.weighted(_POLITE).format(text)


def finished(ctx: Context, text: str) -> str:
    """The text as a message: a capital and a full stop, or neither."""
    if text and not ctx.chance(0.25):
        text = text[0].upper() + text[1:]
    if text[-1:] in ".?!":
        return text
    return text + ("." if ctx.chance(0.6) else "")


def to_value(
    ctx: Context, name: Name, dims: tuple[str, ...], adjectives: tuple[str, ...], new: str, old: str, up: bool
) -> str:
    """Asks for another figure.

    Args:
        name: the feature.
        dims, adjectives: what the figure is called, and what follows it in "8 mm thick".
        new, old: the figures with their units.
        up: the new one is larger.
    """
    the, dim = name.the, dims[0] if ctx.chance(0.7) else ctx.pick(dims)
    of = ctx.pick((f"the {dim} of {the}", f"the {dim} of {the}", f"{the}'s {dim}"))
    if name.many:
        of = f"the {dim} of {the}"
    away = ctx.pick(("", "", "", f" instead of {old}", " instead", f" rather than {old}", f", not {old}"))
    more = ctx.pick(("increase", "raise", "enlarge")) if up else ctx.pick(("reduce", "decrease", "lower"))
    word = ctx.pick(adjectives) if adjectives else ""
    ways = [
        (5, order(ctx, f"{ctx.pick(_CHANGE[:2])} {of} to {new}")),
        (2, order(ctx, f"{ctx.pick(_CHANGE)} {of} from {old} to {new}")),
        (5, order(ctx, f"{more} {of} to {new}")),
        (2, f"{of} should be {new}{away}"),
        (1, f"{of} must be {new}{away}"),
        (1, f"{of} is wrong, it should be {new}" if not name.many else f"{of} should read {new}"),
        (1, f"{name.noun}: {dim} {new}{away}"),
        (1, f"{name.noun} {dim} {new}"),
        (1, f"{new} {dim} for {the}"),
        (1, order(ctx, f"use {new} for {of}")),
        (1, f"I need {of} to be {new}"),
        (1, order(ctx, f"give {the} a {dim} of {new}")),
        (0.5, f"{of} = {new}"),
    ]
    if word:
        ways += [
            (9, order(ctx, f"make {the} {new} {word}{away}")),
            (5, f"{the} should be {new} {word}{away}"),
            (2, f"{the} {'have' if name.many else 'has'} to be {new} {word}{away}"),
            (2, f"I want {the} {new} {word}{away}"),
            (2, f"I need {the} to be {new} {word}"),
            (1, f"{the} {name.be} too {'small' if up else 'big'}, make {name.it} {new} {word}"),
            (1, f"{new} {word} for {the}"),
            (1, f"{name.noun} {new} {word}{away}"),
        ]
    return ctx.rng.weighted(ways)


def removal(ctx: Context, name: Name) -> str:
    """Asks for a feature to go."""
    the, it = name.the, name.noun
    return ctx.rng.weighted(
        (
            (8, order(ctx, f"remove {the}")),
            (5, order(ctx, f"delete {the}")),
            (4, order(ctx, f"drop {the}")),
            (3, order(ctx, f"get rid of {the}")),
            (3, order(ctx, f"take {the} away")),
            (3, order(ctx, f"leave out {the}")),
            (2, order(ctx, f"take out {the}")),
            (3, f"without {the}"),
            (2, f"the same without {the}"),
            (2, f"no {it}"),
            (1, f"no {it} please"),
            (2, f"{the} can go"),
            (2, f"I don't need {the} any more"),
            (1, f"we don't want {the} after all"),
            (1, f"{the} {name.be} not needed"),
            (1, f"same part, but without {the}"),
            (1, f"scrap {the}"),
        )
    )


def to_place(ctx: Context, name: Name, place: str, old: str) -> str:
    """Asks for a feature to be somewhere else; ``place`` and ``old``: "left face", "right edge"."""
    the = name.the
    away = ctx.pick(("", "", " instead", f" instead of the {old}"))
    return ctx.rng.weighted(
        (
            (7, order(ctx, f"move {the} to the {place}{away}")),
            (5, order(ctx, f"put {the} on the {place}{away}")),
            (3, order(ctx, f"place {the} on the {place}{away}")),
            (3, f"{the} should be on the {place}{away}"),
            (2, f"{the} {'belong' if name.many else 'belongs'} on the {place}, not on the {old}"),
            (1, order(ctx, f"have {the} on the {place}{away}")),
            (1, order(ctx, f"move {the} from the {old} to the {place}")),
            (1, f"I want {the} on the {place}{away}"),
            (1, f"{name.noun} on the {place}{away}"),
        )
    )


def to_count(ctx: Context, name: Name, noun: str, new: str, old: str) -> str:
    """Asks for another number of copies."""
    the = name.the
    return ctx.rng.weighted(
        (
            (5, order(ctx, f"make it {new} {noun} instead of {old}")),
            (4, order(ctx, f"use {new} {noun} instead of {old}")),
            (3, f"{new} {noun} instead of {old}"),
            (3, f"there should be {new} {noun}, not {old}"),
            (3, order(ctx, f"change the number of {noun} to {new}")),
            (2, f"I need {new} {noun}, not {old}"),
            (1, f"{new} of {the} instead of {old}"),
            (1, f"number of {noun}: {new}"),
        )
    )
