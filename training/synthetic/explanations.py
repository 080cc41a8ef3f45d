"""Explain tasks: a design, and English that asks for it with every figure and nothing that could mislead."""

from __future__ import annotations

import json
import re
from typing import Any

from cadagent.agent.explaining import explain_prompt, untold
from training.synthetic.completions import Rejected, completion
from training.synthetic.context import clear_writer
from training.synthetic.families import families
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
    if untold(json.loads(design), text):
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
