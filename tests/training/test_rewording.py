"""Rewording a request changes its words and neither its sizes nor what they are sizes of."""

from __future__ import annotations

import re

from training.synthetic.context import Context
from training.synthetic.random_source import RandomSource
from training.synthetic.rewording import reworded
from training.synthetic.written import fill, templates

_SLOT = re.compile(r"\{[^}]*\}")


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
    text = "Make a plate with a length of {a|bare} and a width of {b|bare} units. It is {t|bare} units thick."
    found = {reworded(Context(RandomSource("ways", number)), text) for number in range(200)}
    assert len(found) > 40
    assert any("{t|bare} units in thickness" in one for one in found)
    assert any("with a length equal to {a|bare}" in one for one in found)
    assert any(re.search(r"(?i)cadquery", one) for one in found)


def test_the_same_source_gives_the_same_words() -> None:
    template = templates()[0][1][0]
    assert [fill(template, RandomSource("same", n))[0] for n in range(20)] == [
        fill(template, RandomSource("same", n))[0] for n in range(20)
    ]
