"""Rewording a request changes its words and neither its sizes nor what they are sizes of."""

from __future__ import annotations

import re

import pytest

from training.synthetic.context import Context
from training.synthetic.fillers import says_unit
from training.synthetic.random_source import RandomSource
from training.synthetic.rewording import reworded
from training.synthetic.written import draw_written, templates

_SLOT = re.compile(r"\{[^}]*\}")


def ways(text: str, draws: int = 300) -> set[str]:
    """The text in all words that so many draws give it."""
    return {reworded(Context(RandomSource("ways", number)), text) for number in range(draws)}


def test_every_slot_stays_in_its_place_and_most_texts_change() -> None:
    changed = total = 0
    for number, (_, lines) in enumerate(templates()):
        for template in lines[:12]:
            for text in template["texts"]:
                ctx = Context(RandomSource("reworded", number, total))
                other = reworded(ctx, text)
                assert _SLOT.findall(other) == _SLOT.findall(text), text
                changed += other != text
                total += 1
    assert total > 500
    assert 0.3 * total < changed < 0.9 * total


def test_sizes_are_told_in_other_ways() -> None:
    found = ways(
        "Make a plate with a length of {a|bare} and a width of {b|bare} units. It is {t|bare} units thick."
    )
    assert len(found) > 40
    assert any("{t|bare} units in thickness" in one for one in found)
    assert any("with a length equal to {a|bare}" in one for one in found)
    assert any(re.search(r"(?i)cadquery", one) for one in found)


@pytest.mark.parametrize(
    ("text", "never"),
    [
        ("Write code: a half disc of radius {r}.", "flat|plate|circular"),
        ("Write code: the cuboid stands beside a block.", "block.*block|prism"),
        ("Write code: select the right end face.", "end on|hand"),
        ("Write code. Next to it, on the right, is a hole.", "Then|After|Now|Subseq|further|Next,"),
        ("Write code. First hole: {d}.", "begin|Firstly|At first"),
        ("Write code: a ring, the diameter of which is {d}.", "of that"),
        ("Write code: round its corners with a radius of {r}.", "that has|having|of radius"),
        ("Write code: a hole of {d} in diameter.", "of of|dia\\."),
        ("For my garden I need a sundial. Write code for it.", "Please|garden We|garden What"),
        ("Sketch is in plane XY.", "sketch is"),
        (
            "A block, {a} long, has a groove.",
            "(create|model|make|generate|build|produce|design|construct) a block",
        ),
        (
            "A block of {n.0} sides is {a} long.",
            "(create|model|make|generate|build|design|construct) a block",
        ),
    ],
)
def test_what_would_say_something_else_is_left(text: str, never: str) -> None:
    assert not [one for one in ways(text) if re.search(never, one)]


def test_requests_in_inches_say_so() -> None:
    told = 0
    for number in range(1_500):
        text, document, *_ = draw_written(RandomSource("inches", number))
        if document["units"] == "in":
            told += 1
            assert says_unit(text, "in"), text
            assert "in dia." not in text
    assert told > 50
