"""Words around the geometry: openings, unit sentences, overviews, remarks that change nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence

from training.synthetic.context import Context
from training.synthetic.part import Statement
from training.synthetic.words import article, listed

_TOOLS = (
    "CadQuery",
    "build123d",
    "OpenSCAD",
    "Python",
    "a CAD kernel",
    "FreeCAD",
    "cadquery",
    "SolidWorks",
    "Fusion 360",
    "CADQuery",
    "parametric CAD",
    "a script",
)
_ORDERS = (
    "create {}",
    "make {}",
    "design {}",
    "model {}",
    "draw {}",
    "build {}",
    "generate {}",
    "produce {}",
    "give me {}",
    "construct {}",
    "sketch and model {}",
    "create {}",
    "make {}",
    "prepare {}",
    "develop {}",
)
_WISHES = (
    "I need {}",
    "I want {}",
    "we need {}",
    "I'd like {}",
    "please make {}",
    "please create {}",
    "can you make {}",
    "could you design {}",
    "need {}",
    "please model {}",
    "I am looking for {}",
    "can you draw {} for me",
    "the task is to model {}",
    "help me create {}",
    "I would like to print {}",
    "please draw {}",
)
_CODE = (
    "write code with {tool} for {}",
    "using {tool}, create {}",
    "write a script for {tool} that models {}",
    "generate a 3D model of {}",
    "generate CAD for {}",
    "write Python that builds {}",
    "use {tool} to model {}",
    "produce the CAD model of {}",
    "write a program creating {}",
    "write Python code with {tool} for {}",
    "create a CAD design of {}",
    "in {tool}, model {}",
    "write code for {tool} that generates {}",
    "write Python code to create {} in {tool}",
)
_FACTS = (
    "the part is {}",
    "this is {}",
    "it is {}",
    "the object is {}",
    "the model is {}",
    "the shape is {}",
    "the body is {}",
    "the component is {}",
    "it consists of {}",
    "the basic body is {}",
)
_UNIT_NAMES = {
    "mm": ("mm", "millimetres", "millimeters", "mm"),
    "cm": ("cm", "centimetres", "centimeters"),
    "m": ("meters", "metres", "m"),
    "in": ("inches", "inches"),
    "ft": ("feet", "ft"),
    "unit": ("units",),
}


_NOT_INCH = (
    r"(?! (?:\w+ "
    r")?(?:diameter|radius|length|width|height|thickness|depth|size|angle|extrusion|the|protrusion|"
    r"projection|each|a|its|an)\b)"
)
_UNIT_MARKS = {
    unit: re.compile(pattern, re.IGNORECASE)
    for unit, pattern in {
        "mm": r"\d ?mm\b|\bmm\b|millimet",
        "cm": r"\d ?cm\b|\bcm\b|centimet",
        "m": r"\d ?m\b|\bm\b|\bmet(?:er|re)",
        "in": r"\binch|\d\"|\din\b|(?:all in|units|unit:|dims|dimensions|^) in\b|\(in\)|\d in\b" + _NOT_INCH,
        "ft": r"\bfeet\b|\d foot\b|\d ?ft\b|\bft\b|\d'",
    }.items()
}


def says_unit(text: str, unit: str) -> bool:
    """Whether the text names the unit somewhere."""
    return bool(_UNIT_MARKS[unit].search(text))


def prefix(ctx: Context, title: str) -> str:
    """An opening sentence that names the thing without sizes."""
    name = (
        article(title)
        if title
        else ctx.pick(
            (
                "a 3D part",
                "a solid part",
                "a 3D object",
                "the following part",
                "a part",
                "a mechanical component",
                "a 3D model",
                "a solid",
                "this component",
                "a CAD part",
            )
        )
    )
    form = ctx.rng.weighted(((5, _ORDERS), (2, _WISHES), (5, _CODE)))
    text = ctx.pick(form).format(name, tool=ctx.pick(_TOOLS))
    tail = ctx.pick(
        (
            "",
            "",
            "",
            " as follows",
            " in these steps",
            " with the sizes below",
            " to these dimensions",
            " with specific dimensions",
            " step by step",
            " from this description",
        )
    )
    return text + tail + (":" if tail and ctx.chance(0.2) else "")


def opening(ctx: Context, noun: str) -> str:
    """The first sentence, with the base's sizes in it."""
    noun = noun.strip()
    if ctx.style == "brief" and ctx.chance(0.45):
        return noun
    if ctx.style == "layman":
        return ctx.pick(_WISHES).format(noun)
    return ctx.pick(ctx.rng.weighted(((5, _ORDERS), (2, _WISHES), (3, _CODE), (4, _FACTS)))).format(
        noun, tool=ctx.pick(_TOOLS)
    )


def fact(ctx: Context, noun: str) -> str:
    """The base in a sentence after a title sentence."""
    return ctx.pick(_FACTS).format(noun)


def title(ctx: Context, name: str) -> str:
    """A sentence that only names the part."""
    return ctx.pick(
        (
            "I need {}",
            "create {}",
            "this is {}",
            "the drawing shows {}",
            "design {}",
            "model {}",
            "the request is for {}",
            "the object resembles {}",
            "make something like {}",
            "the part described here is {}",
        )
    ).format(article(name))


def units_sentence(ctx: Context) -> str:
    """States the unit for a request whose numbers carry none."""
    unit = ctx.pick(_UNIT_NAMES[ctx.unit])
    return ctx.pick(
        (
            f"All dimensions are in {unit}",
            f"All sizes in {unit}",
            f"Dimensions in {unit}",
            f"Units: {unit}",
            f"Everything is given in {unit}",
            f"The numbers are {unit}",
            f"All measurements are in {unit}",
            f"Use {unit} throughout",
            f"The unit is {unit}",
        )
    )


def units_note(ctx: Context) -> str:
    """The unit as a note."""
    unit = ctx.pick(_UNIT_NAMES[ctx.unit])
    return ctx.pick(
        (
            unit,
            f"all in {unit}",
            f"units {unit}",
            f"dims {unit}",
            f"dimensions {unit}",
            f"({unit})",
            f"unit: {unit}",
        )
    )


def overview(ctx: Context, statements: Sequence[Statement]) -> str:
    """Announces the features before they are described."""
    names = []
    for statement in statements:
        if statement.name and statement.noun:
            word = f"some {statement.name}s" if statement.plural else article(statement.name)
            if word not in names:
                names.append(word)
    if not names:
        return ctx.pick(
            ("It is built up in a few steps", "The construction is simple", "The features follow below")
        )
    what = listed(names)
    return ctx.pick(
        (
            f"Besides the main body the part has {what}",
            f"The design includes {what}",
            f"It is completed by {what}, described below",
            f"The body will get {what}",
            f"There will be {what}, each explained in turn",
        )
    )


def remark(ctx: Context, name: str) -> str:
    """A closing remark without geometric content."""
    thing = name or ctx.pick(("part", "object", "component", "model"))
    return ctx.pick(
        (
            "the result should be one clean solid",
            f"the {thing} must be a closed, watertight body",
            "keep all edges sharp where nothing else is said",
            "the material does not matter",
            f"the {thing} will be 3D printed",
            "everything else stays as it is",
            "no other details are needed",
            f"the finished {thing} is a single piece",
            "please keep the model simple",
            "symmetry is kept throughout",
            f"this completes the {thing}",
            "the sizes must be exact",
            "it will be machined from aluminium",
            f"the {thing} can be used in a larger assembly",
            "make sure that all features are joined properly",
            "the final shape should look neat and functional",
            f"that gives the finished {thing}",
            "ensure that every feature has the stated size",
            "the overall design is simple and sturdy",
            f"{thing}s like this are common in mechanical engineering",
            "this provides a stable and balanced design",
            "ensure the parts are merged into one body",
            "the part is for a prototype",
            "adjust the view as needed once the model is complete",
        )
    )


def chatter(ctx: Context) -> str:
    """A remark between two steps."""
    return ctx.pick(
        (
            "this forms the main body",
            "take care that it is aligned properly",
            "the result so far is a plain solid",
            "keep everything centred unless stated otherwise",
            "make sure it merges with the body",
            "check that the sizes are right",
            "this gives the rough form",
            "this is the base for what follows",
            "leave the rest unchanged",
            "the remaining steps refine this body",
        )
    )
