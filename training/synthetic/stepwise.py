"""Step tasks: a long request, the design of its first sentences, and what the next one adds to it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from cadagent.agent.prompts import clean_request, step_prompt
from cadagent.agent.stepping import pieces
from cadagent.design import dumps
from training.synthetic.completions import Rejected, completion
from training.synthetic.context import Context
from training.synthetic.families import families
from training.synthetic.part import Part
from training.synthetic.random_source import RandomSource
from training.synthetic.telling import MARK, tell_marked

Sample = dict[str, Any]
#: A request with fewer pieces is answered in one go.
LEAST = 2
#: Requests drawn until one is long enough.
_TRIES = 8
_STYLES = ("steps", "steps", "prose", "numbered")
#: Share of the samples in which the piece adds something, where the request has pieces that add nothing.
_ADDING = 0.85


def step(rng: RandomSource) -> Sample:
    """One step of one request; its completion is the design for the first piece, else the operations that the
    piece adds.

    Raises:
        Rejected: the requests that were drawn are too short, or a design is not valid somewhere on the way.
    """
    for _ in range(_TRIES):
        family, make = rng.weighted([(weight, (name, make)) for weight, name, make in families()])
        part = Part(Context(rng, style=rng.pick(_STYLES)), family)
        make(part)
        told = told_steps(part)
        # The first piece must give a design that the next can add to.
        if len(told) >= LEAST and told[0][1]:
            break
    else:
        raise Rejected("short request")
    adding = [k for k in range(len(told)) if told[k][1] > (told[k - 1][1] if k else 0)]
    idle = [k for k in range(len(told)) if k not in adding]
    at = rng.pick(adding if not idle or rng.chance(_ADDING) else idle)
    request = " ".join(piece for piece, _ in told)
    whole = json.loads(completion(part.document()))
    for _, count in told[: at + 1]:
        completion(begun(part.document(), count))  # refuses a design that is not valid on the way
    answers = [answer(whole, told, k) for k in range(at + 1)]
    done = [(told[k][0], answers[k]) for k in range(at)]
    messages = step_prompt(request, told[at][0], done)
    return {
        "messages": [{"role": message.role, "content": message.content} for message in messages],
        "completion": answers[at],
        "request": request,
        "step": at + 1,
        "of": len(told),
        "family": family,
        "style": part.ctx.style,
        "task": "step",
    }


def answer(whole: dict[str, Any], told: Sequence[tuple[str, int]], at: int) -> str:
    """What is said to one of the pieces: a design to the first, to others the operations that it adds.

    ``whole`` is the compact document that all pieces together lead to.
    """
    if at == 0:
        return dumps(begun(whole, told[0][1]))
    return dumps(whole["operations"][told[at - 1][1] : told[at][1]])


def told_steps(part: Part) -> list[tuple[str, int]]:
    """The pieces of a part's request with the number of operations that have been told by the end of each."""
    marked = tell_marked(part)
    counted, count = [], 0
    for letter in marked:
        if letter >= chr(MARK):
            counted.append((count, ord(letter) - MARK))
        else:
            count += not letter.isspace()
    text = clean_request("".join(letter for letter in marked if letter < chr(MARK)))
    told, read = [], 0
    for piece in pieces(text):
        read += sum(not letter.isspace() for letter in piece)
        told.append((piece, max((upto for place, upto in counted if place <= read), default=0)))
    return told


def begun(document: dict[str, Any], count: int) -> dict[str, Any]:
    """The first operations of a document, with the ids that later ones refer to: who reads the whole request
    gives them at once, since a step only adds operations."""
    return document | {"operations": document["operations"][:count]}
