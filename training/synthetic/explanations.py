"""Explain tasks: a design, and English that asks for it with every figure and nothing that could mislead."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from cadagent.agent.explaining import explain_prompt
from training.synthetic.completions import Rejected, completion
from training.synthetic.context import clear_writer
from training.synthetic.families import families
from training.synthetic.numbers import plain
from training.synthetic.part import Part
from training.synthetic.random_source import RandomSource
from training.synthetic.telling import explained
from training.synthetic.written import draw_written

Sample = dict[str, Any]
#: Share of designs worded by hand: they have what the families lack, and more than one voice.
WRITTEN = 0.3
#: Words that leave a figure open, or a person guessing.
_VAGUE = re.compile(
    r"\b(?:about|around|roughly|approximately|nearly|some|maybe|or so|ish|~)\b(?=[^.]*\d)", re.I
)
#: Words of somebody who asks for a part, where the design is told to somebody.
_ASKING = re.compile(
    r"\b(?:I|me|we|please|could you|can you|code|script|program|python|cadquery|openscad|freecad)\b", re.I
)
_FIGURE = re.compile(r"\d+(?:\.\d+)?")


def explanation(rng: RandomSource) -> Sample:
    """A sample whose completion is the English.

    Raises:
        Rejected: the design is not valid, or the English does not say all of it.
    """
    if rng.chance(WRITTEN):
        text, document, family, origin = draw_written(rng, clear_writer)
        if _VAGUE.search(text) or _ASKING.search(text):
            raise Rejected("explain")
    else:
        origin = ""
        family, make = rng.weighted([(weight, (name, make)) for weight, name, make in families()])
        part = Part(clear_writer(rng), family)
        make(part)
        text, document = explained(part), part.document()
    design = completion(document)
    if not complete(json.loads(design), text):
        raise Rejected("explain")
    messages = explain_prompt(design)
    return {
        "messages": [{"role": message.role, "content": message.content} for message in messages],
        "completion": " ".join(text.split()),
        "design": design,
        "family": family,
        "style": "explain",
        "task": "explain",
        **({"origin": origin} if origin else {}),
    }


def complete(document: dict[str, Any], text: str) -> bool:
    """Whether a text says every figure of a design that cannot be a count, a share or a turn: those with a
    decimal point and those above 20."""
    said = set(_FIGURE.findall(text))
    return all(
        plain(abs(figure)) in said
        for figure in _figures(document)
        if (figure != int(figure) or abs(figure) > 20) and figure % 45
    )


def _figures(value: Any) -> Iterator[float]:
    if isinstance(value, dict):
        for entry in value.values():
            yield from _figures(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from _figures(entry)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield value
