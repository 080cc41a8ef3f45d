"""Requests that get no design: an honest refusal or a question instead.

The rule: plain geometric shapes without sizes get chosen sizes (``families.solids.unsized``,
``families.abstract``); things that the language cannot say are refused; a named purpose without a shape, a
product without sizes and holes "somewhere" are asked about.
"""

from __future__ import annotations

from training.synthetic.context import Context
from training.synthetic.random_source import RandomSource
from training.synthetic.refusal_words import CHAT, FOREIGN, PRODUCTS, PURPOSES, STANDARDS, THINGS
from training.synthetic.words import article

Reply = dict[str, str]


_KEYS = "asdfghjklqwertyuiopzxcvbnm"


def draw(rng: RandomSource) -> tuple[str, Reply]:
    """One such request and its reply."""
    make = rng.weighted(
        (
            (16, _chat),
            (6, _gibberish),
            (26, _inexpressible),
            (14, _standard),
            (14, _contradiction),
            (16, _foreign),
            (8, _purpose),
            (8, _product),
            (3, _somewhere),
        )
    )
    text, reply = make(rng)
    if rng.chance(0.25):
        text = text[0].lower() + text[1:]
    elif rng.chance(0.5):
        text = text[0].upper() + text[1:]
    if rng.chance(0.25) and text[-1] not in ".?!":
        text += "."
    return text, reply


def _order(rng: RandomSource, noun: str) -> str:
    return rng.pick(
        (
            "create {}",
            "make {}",
            "I need {}",
            "{}",
            "design {}",
            "please model {}",
            "draw {}",
            "can you make {}",
            "generate a 3D model of {}",
            "I want {}",
            "model {}",
            "give me {}",
            "write CAD code for {}",
            "we need {}",
            "build {}",
            "{} please",
            "could you design {} for me",
        )
    ).format(noun)


def _chat(rng: RandomSource) -> tuple[str, Reply]:
    text = rng.pick(CHAT)
    if rng.chance(0.3):
        text = rng.pick(("hi, ", "ok so ", "hey! ", "hello, ", "um, ", "quick question: ")) + text
    return text, {"refuse": "not_a_part"}


def _gibberish(rng: RandomSource) -> tuple[str, Reply]:
    words = ["".join(rng.pick(_KEYS) for _ in range(rng.integer(2, 9))) for _ in range(rng.integer(1, 6))]
    if rng.chance(0.2):
        words = [
            rng.pick(
                (
                    "???",
                    "!!!",
                    "...",
                    "1 2 3 4",
                    "42",
                    "-",
                    "#",
                    "0",
                    "x",
                    "%%",
                    "12345",
                    "3.14",
                    "(",
                    "null",
                    "NaN",
                )
            )
        ]
    return " ".join(words), {"refuse": "not_a_part"}


def _sizes(rng: RandomSource) -> str:
    a = rng.integer(5, 400)
    return rng.pick(
        (
            "",
            "",
            "",
            f", {a} mm tall",
            f" with a length of {a} mm",
            f", about {a} cm long",
            f" {a} mm wide and {rng.integer(5, 300)} mm high",
            f" with a body diameter of {a} mm",
            f" in scale 1:{rng.integer(5, 100)}",
            f" that is {a} inches in size",
        )
    )


def _inexpressible(rng: RandomSource) -> tuple[str, Reply]:
    kind = rng.weighted(((12, "thing"), (2, "text"), (2, "surface"), (1, "motion")))
    if kind == "text":
        a, b = rng.integer(20, 200), rng.integer(10, 100)
        word = rng.pick(
            (
                "HELLO",
                "my name",
                "the word OPEN",
                "a serial number",
                "my company logo",
                "the text 'Room 12'",
                "the letters ABC in a serif font",
            )
        )
        text = rng.pick(
            (
                f"a {a} x {b} x 3 mm plate with {word} engraved on it",
                f"a name tag {a} by {b} mm reading {word}",
                f"emboss {word} on a {a} mm disc",
            )
        )
    elif kind == "surface":
        a = rng.integer(20, 300)
        text = rng.pick(
            (
                f"a freely curved shell {a} mm across, like a potato chip",
                f"an organically shaped handle {a} mm long",
                f"a twisted vase {a} mm high with 12 waves",
                f"a rod of {a} mm with a helical groove around it",
                f"a {a} mm long bar twisted by 90 degrees along its length",
                f"a gear with {rng.integer(12, 60)} teeth and module {rng.integer(1, 5)}",
                f"a compression spring with {rng.integer(4, 15)} coils and {a} mm length",
                f"a wing with a NACA 23{rng.integer(10, 24)} section and {a} mm chord",
                f"a drill bit of {rng.integer(3, 20)} mm diameter with spiral flutes",
            )
        )
    elif kind == "motion":
        text = rng.pick(
            (
                "a working clock mechanism",
                "a complete gearbox with five speeds",
                "an engine with moving pistons",
                "a hinge assembly that can open and close with screws",
                "a fully assembled drone",
                "a printed circuit board with all components",
            )
        )
    else:
        text = article(rng.pick(THINGS)) + _sizes(rng)
    return _order(rng, text), {"refuse": "not_expressible"}


def _standard(rng: RandomSource) -> tuple[str, Reply]:
    name = rng.pick(STANDARDS)
    extra = rng.pick(
        (
            "",
            "",
            "",
            " as a solid",
            " according to the standard",
            f", {rng.integer(2, 20)} pieces",
            " with all standard dimensions",
        )
    )
    if rng.chance(0.2):
        return _order(
            rng,
            rng.pick(
                (f"a plate for a {name}", f"a housing that fits a {name}", f"a mounting block for a {name}")
            ),
        ), {"refuse": "unknown_standard"}
    return _order(rng, article(name) + extra), {"refuse": "unknown_standard"}


def _contradiction(rng: RandomSource) -> tuple[str, Reply]:
    ctx = Context(rng, style="brief", unit=rng.pick(("mm", "unit", "in", "cm")))
    a = ctx.size(0.3, 0.6)
    more = ctx.between(1.3 * a, 2 * a)
    x, y = ctx.length(a), ctx.length(more)
    thin = ctx.length(ctx.size(0.05, 0.15))
    text = rng.pick(
        (
            f"a tube with an outer diameter of {x} and an inner diameter of {y}, {thin} long",
            f"a ring whose inner radius is {y} and outer radius {x}, {thin} thick",
            f"a square plate {x} on each side and {thin} thick with a central hole of {y} diameter",
            f"a disc of {x} diameter with a {y} hole in the middle, {thin} thick",
            f"a cylinder with diameter {x} and radius {x}, {thin} high",
            f"a cube with sides of {x}, {y} and {thin}",
            f"a box {x} long with walls {y} thick, open at the top",
            f"a hexagon with seven sides of {x}, {thin} thick",
            f"a sphere with a diameter of {x} and a radius of {y}",
            f"a plate {x} x {y} with a thickness of 0",
            f"a cylinder of height -{x} and diameter {y}",
            f"a triangle with sides {thin}, {thin} and {y}, {x} thick",
            f"a rod with a diameter of {x}, exactly {y} in diameter and {thin} long",
            f"a {x} cube that is {y} high",
            f"a triangular plate with four corners, side {x}, thickness {thin}",
            f"a square {x} by {y}, {thin} thick, with all sides equal",
            f"a washer: outer diameter {x}, bore {y}, thickness {thin}",
            f"a plate {x} wide with two holes {y} apart, {thin} thick, both holes inside it",
        )
    )
    return _order(rng, text), {"refuse": "contradiction"}


def _foreign(rng: RandomSource) -> tuple[str, Reply]:
    text = rng.pick(FOREIGN).format(a=rng.integer(5, 300), b=rng.integer(5, 200), c=rng.integer(1, 30))
    return text, {"refuse": "other_language"}


def _purpose(rng: RandomSource) -> tuple[str, Reply]:
    text = rng.pick(PURPOSES)
    if rng.chance(0.3):
        text += rng.pick(
            (
                f", about {rng.integer(10, 300)} mm",
                f", not larger than {rng.integer(10, 300)} mm",
                " made of steel",
                " for 3D printing",
                " in aluminium",
            )
        )
    return _order(rng, text), {"ask": "shape"}


def _product(rng: RandomSource) -> tuple[str, Reply]:
    text = article(rng.pick(PRODUCTS))
    if rng.chance(0.3):
        text += rng.pick(
            (
                " of the usual size",
                " that is big enough",
                " made of steel",
                " for printing",
                ", not too heavy",
                " with screw holes",
                " that fits exactly",
            )
        )
    return _order(rng, text), {"ask": "sizes"}


def _somewhere(rng: RandomSource) -> tuple[str, Reply]:
    ctx = Context(rng, style="brief", unit=rng.pick(("mm", "mm", "unit", "in")))
    a, b, c = ctx.size(0.7, 1), ctx.size(0.4, 0.7), ctx.size(0.03, 0.1)
    size = ctx.size(0.03, 0.1)
    thing = f"{ctx.several([a, b, c])} {rng.pick(('plate', 'block', 'board', 'bar'))}"
    text = rng.pick(
        (
            f"a {thing} with a {ctx.length(size)} hole somewhere",
            f"a {thing} with {rng.pick(('three', 'five', 'several', 'some'))} holes of {ctx.length(size)}",
            f"a {thing}, put a {ctx.length(size)} boss on it at the right place",
            f"a {thing} with a slot where it is needed",
            f"a {thing} and a hole of {ctx.length(size)} not in the middle",
            f"a {thing} with a {ctx.length(size)} hole at the usual position",
        )
    )
    return _order(rng, text), {"ask": "position"}
