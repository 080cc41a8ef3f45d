"""Generate tasks with examples of related parts before the request, as the example library gives them."""

from __future__ import annotations

from typing import Any

from cadagent.agent.prompts import Preface, clean_request, first_prompt
from training.synthetic.completions import completion
from training.synthetic.context import Context
from training.synthetic.families import families
from training.synthetic.part import Part
from training.synthetic.random_source import RandomSource
from training.synthetic.telling import tell
from training.synthetic.written import draw_written

Sample = dict[str, Any]
MOST = 2
#: Characters of an example; longer ones would take too much of the training time.
_LONGEST = 1200


def with_examples(sample: Sample, rng: RandomSource) -> Sample:
    """The sample with one or two examples of its family in the prompt; without any that are too long.

    Raises:
        Rejected: the design of an example is not valid.
    """
    found = [_example(sample["family"], rng) for _ in range(rng.integer(1, MOST))]
    short = [one for one in found if len(one[0]) + len(one[1]) <= _LONGEST]
    if not short:
        return sample
    examples = tuple((asked, answer) for asked, answer, _ in short)
    request = clean_request(sample["prompt"])
    messages = first_prompt(request, Preface(examples=examples))
    rest = {key: value for key, value in sample.items() if key != "prompt"}
    return {
        "messages": [{"role": message.role, "content": message.content} for message in messages],
        **rest,
        "request": request,
        "examples": [list(pair) for pair in examples],
        "example_origins": [origin for *_, origin in short if origin],
    }


def _example(family: str, rng: RandomSource) -> tuple[str, str, str]:
    """A request, its answer and, where it was worded by hand, the text of its template."""
    makers = {name: make for _, name, make in families()}
    if family not in makers:
        drawn = draw_written(rng)
        return clean_request(drawn.text), completion(drawn.document), drawn.origin
    part = Part(Context(rng), family)
    makers[family](part)
    return clean_request(tell(part)), completion(part.document()), ""
