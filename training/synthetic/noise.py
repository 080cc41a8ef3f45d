"""Human imperfections: lower case, lost full stops, typos, greetings, double blanks."""

from __future__ import annotations

import re

from training.synthetic.context import Context

_TYPOS = {
    "rectangle": "rectange",
    "rectangular": "retangular",
    "cylinder": "cylindar",
    "diameter": "diamter",
    "through": "throught",
    "thickness": "thicknes",
    "height": "heigth",
    "width": "widht",
    "length": "lenght",
    "hexagonal": "hexaganol",
    "centre": "center",
    "center": "centre",
    "circle": "cirlce",
    "hole": "hoel",
    "holes": "hols",
    "corner": "conrer",
    "triangle": "traingle",
    "extrude": "extrud",
    "square": "sqaure",
    "plate": "plat",
    "radius": "raduis",
    "edges": "egdes",
    "with": "wiht",
    "the": "teh",
    "and": "an",
    "circular": "circluar",
    "distance": "distence",
    "middle": "midle",
    "create": "creat",
    "sketch": "skech",
}
_GREETINGS = ("Hi, ", "Hello, ", "Hey, ", "Please: ", "Hello! ", "Quick one: ", "New part: ", "Request: ")
_THANKS = (" Thanks.", " Thank you!", " thanks", " Please.", " Many thanks.", " Thx")


def roughen(ctx: Context, text: str) -> str:
    """The text as somebody in a hurry would type it, now and then."""
    if ctx.chance(0.02):
        text = ctx.pick(_GREETINGS) + text[0].lower() + text[1:]
    if ctx.chance(0.02):
        text += ctx.pick(_THANKS)
    if ctx.chance(0.05) or (ctx.style == "brief" and ctx.chance(0.25)):
        text = text.rstrip(".")
    if ctx.chance(0.05):
        words = re.split(r"(\W+)", text)
        spots = [index for index, word in enumerate(words) if word in _TYPOS]
        for index in ctx.rng.sample(spots, min(len(spots), 2)):
            words[index] = _TYPOS[words[index]]
        text = "".join(words)
    if ctx.chance(0.06):
        text = re.sub(r"\b(?!M\d)[A-Z](?=[a-z])", lambda found: found.group().lower(), text)
    if ctx.chance(0.008):
        text = text.upper() if "mm" in text or ctx.unit == "unit" else text
    if ctx.chance(0.02):
        text = text.replace(". ", ".  ")
    return text
