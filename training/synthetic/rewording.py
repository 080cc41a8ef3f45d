"""Other words for the same thing: what a hand-worded request says, as somebody else would have put it.

A template that is drawn a hundred times in the same words is learnt by heart. Here its frame ("Write CadQuery
code to …"), the way in which sizes are told ("with a height of …", "… high") and words of little weight are
exchanged before the slots are filled; the design stays.
"""

from __future__ import annotations

import re
from functools import partial

from training.synthetic import fillers
from training.synthetic.context import Context
from training.synthetic.words import sentence

#: Share of the requests in which anything is exchanged, and of the places in those where it is.
SHARE, PLACES = 0.6, 0.4

_SIZE = r"(\{[a-z][a-z0-9_.]*(?:\|bare)?\}(?: units?)?)"
_MEASURE = r"(diameter|radius|length|width|height|thickness|depth)"
ADJECTIVES = {
    "long": "length",
    "wide": "width",
    "broad": "width",
    "high": "height",
    "tall": "height",
    "thick": "thickness",
    "deep": "depth",
}
_ENDS = r"(?=[,.;:)]| and\b| or\b| in\b| on\b| at\b| from\b| with\b|$)"

#: Pattern and what may stand in its place; ``\1`` is what the pattern's first group found. Only what means
#: the same in every phrase that templates have is exchanged: "which" may hang on a preposition, "all round"
#: on a part, and "that has a radius of" says which corners, not how round.
_EXCHANGES: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = tuple(
    (re.compile(pattern), others)
    for pattern, others in (
        (
            rf"\bwith a {_MEASURE} of {_SIZE}",
            (
                r"with the \1 \2",
                r"with a \1 equal to \2",
                r"with a \1 measuring \2",
                r"with \1 \2",
                r"with a \1 of exactly \2",
            ),
        ),
        (
            rf"\band a {_MEASURE} of {_SIZE}",
            (r"and the \1 \2", r"and a \1 equal to \2", r"and \1 \2", r"and a \1 of exactly \2"),
        ),
        (rf"\bhas a {_MEASURE} of {_SIZE}", (r"has the \1 \2", r"has \1 \2", r"has a \1 equal to \2")),
        (
            rf"(?<=xtrude )(it|this|the sketch|the circle|the rectangle|the profile|the outline) by {_SIZE}",
            (
                r"\1 \2",
                r"\1 by a distance of \2",
                r"\1 with an extrusion depth of \2",
                r"\1 by an amount of \2",
            ),
        ),
        (
            rf"\bextruded by {_SIZE}",
            (r"extruded \1", r"extruded by a distance of \1", r"extruded with a depth of \1"),
        ),
        (rf"(?<!of ){_SIZE} in diameter\b", (r"\1 across",)),
        (rf"{_SIZE} apart\b", (r"\1 away from each other", r"\1 distant from one another")),
        (
            r"\bin the (?:middle|centre|center) of\b",
            ("at the centre of", "at the center of", "in the middle of", "in the very middle of"),
        ),
        (r"\bis centred on\b", ("sits centrally on", "is positioned in the centre of", "lies centrally on")),
        (r"\bcentred\b", ("centered",)),
        (
            r"(?:^|(?<=\. ))I need a\b",
            ("I want a", "We need a", "I require a", "What I need is a", "I am after a", "Please model a"),
        ),
        (
            r"(?:^|(?<=\. ))I want a\b",
            ("I need a", "We want a", "I'd like to have a", "Give me a", "What we want is a"),
        ),
        (
            r"(?i)^Write (?:Python )?code (?:using|with|in) CadQuery to\b",
            (
                "Using CadQuery in Python,",
                "With CadQuery,",
                "Use CADQuery to",
                "Generate Python code with CADQuery to",
                "Write a CadQuery script to",
                "Your task is to write CADQuery code to",
                "Please write a Python program (CADQuery) to",
            ),
        ),
        (
            r"^(?:Make|Create|Model|Build) a\b",
            ("Create a", "Make a", "Model a", "Construct a", "Generate a", "Build a", "Design a"),
        ),
        (
            r"\b(?:Then|Next(?! to\b)|After that|Afterwards),? (?=[a-z])",
            (
                "Then ",
                "Next, ",
                "After that, ",
                "Afterwards ",
                "Now ",
                "Subsequently, ",
                "In a further step, ",
            ),
        ),
        (r"\b(?:Finally|Lastly),? ", ("Finally, ", "Lastly, ", "At last ", "To finish, ", "In the end ")),
        (
            r"\bFirst(?: of all)?,? (?=(?:draw|sketch|make|create|model|extrude|take|build|add)\b)",
            ("Firstly, ", "To begin with, ", "First, ", "At first "),
        ),
        (r"\bdisc\b", ("disk",)),
        (r"\bupper face\b", ("top face", "top surface", "upper surface", "upper side")),
        (r"\btop face\b", ("upper face", "top surface", "upper surface", "top side")),
        (r"\bunderside\b", ("bottom face", "lower face")),
        (r"\b(left|right) end(?=[,.;:)]| of\b| and\b)", (r"\1-hand end", r"end on the \1")),
        (r"\bflush with\b", ("level with", "aligned with", "even with", "in line with")),
        (r"\bstand(s?) on\b", (r"sit\1 on", r"rest\1 on", r"rise\1 from")),
        (r"\btall\b", ("high",)),
        (r"\bbroad\b", ("wide",)),
        (
            r"\bThe (?:part|object|model) (is|has|consists)\b",
            (r"The object \1", r"The part \1", r"The model \1", r"The component \1", r"The 3D object \1"),
        ),
    )
)
_ADJECTIVE = re.compile(rf"{_SIZE} ({'|'.join(ADJECTIVES)}){_ENDS}")
#: A body keeps one name throughout a text, and none that another one may have.
_CUBOID, _NAMES = re.compile(r"\bcuboid(s?)\b"), (r"rectangular block\1", r"rectangular prism\1", r"block\1")
_ALIKE = re.compile(r"(?i)\b(block|prism|box)")

_SLOT = re.compile(r"\{[^}]*\}")
_ORDER = re.compile(
    r"(?:Make|Create|Model|Design|Draw|Build|Generate|Construct|Sketch|Extrude|Produce|Take|Put"
    r"|Start with|Begin with|Start by|Begin by) (?:an?\b|the\b|two\b|three\b|four\b|\w+ing\b|0)"
)
_NOUN = re.compile(r"An? [^.!?]*[.!?]")
_VERB = re.compile(
    r"\b(is|are|has|have|stands?|lies|lie|carries|runs?|goes|sits?|begins?|comes?|rises?|gets?|makes?|needs?)\b"
)
_SAYS_CODE = re.compile(r"(?i)\b(cad ?query|code|script|program|python)\b")
_FRAMES = (
    "Write Python code using CadQuery to ",
    "Write CadQuery code to ",
    "Using CadQuery, ",
    "Use CadQuery in Python to ",
    "With Python and CadQuery, ",
    "Write a Python script with CADQuery that will ",
    "Write Python code with the CADQuery library to ",
    "In CadQuery, ",
    "Your task is to write CADQuery code to ",
    "Generate Python code with CADQuery to ",
    "Please use CADQuery to ",
    "Write code (Python, CADQuery) to ",
    "Please ",
)
_CREATE = ("create ", "model ", "make ", "generate ", "build ", "produce ", "design ", "construct ")
_THINGS = (
    "a 3D object",
    "a 3D model",
    "a CAD model",
    "a solid object",
    "a 3D part with specific dimensions",
    "the following 3D object",
    "a simple 3D shape",
    "a 3D CAD object in several steps",
)


def reworded(ctx: Context, text: str) -> str:
    """The text of a template, its slots not yet filled, in other words; now and then as it is."""
    if not ctx.chance(SHARE):
        return text
    text = _ADJECTIVE.sub(partial(_in_measure, ctx), text)
    for pattern, others in _EXCHANGES:
        text = pattern.sub(partial(_exchanged, ctx, others), text)
    if not _ALIKE.search(text) and ctx.chance(PLACES):
        text = _CUBOID.sub(ctx.pick(_NAMES), text)
    text = _framed(ctx, text)
    if len(text) > 250 and ctx.chance(0.2):
        text = f"{text.rstrip()} {sentence(fillers.remark(ctx, ''))}"
    return text


def _in_measure(ctx: Context, found: re.Match[str]) -> str:
    return f"{found[1]} in {ADJECTIVES[found[2]]}" if ctx.chance(PLACES / 2) else found.group()


def _exchanged(ctx: Context, others: tuple[str, ...], found: re.Match[str]) -> str:
    return found.expand(ctx.pick(others)) if ctx.chance(PLACES) else found.group()


def _framed(ctx: Context, text: str) -> str:
    """The text as an order to write a program, where it is not one and its beginning lets it."""
    if _SAYS_CODE.search(text) or not ctx.chance(0.5):
        return text
    frame = ctx.pick(_FRAMES)
    masked = _SLOT.sub("0", text)  # slots have full stops in them
    if _ORDER.match(masked):
        return frame + text[0].lower() + text[1:]
    noun = _NOUN.match(masked)
    if noun and not _VERB.search(noun.group()):
        return frame + ctx.pick(_CREATE) + text[0].lower() + text[1:]
    if len(text) > 200:
        return f"{frame}{ctx.pick(_CREATE)}{ctx.pick(_THINGS)}. {text}"
    return text
