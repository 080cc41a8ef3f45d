"""Speed of the transformers engine, each figure by a function: on this machine's processor or GPU.

    python -m cadagent.generation.torch.bench --model transformers --context 2000 --batch 8

Prints one JSON object. Without a GPU times are processor time, which other programs do not stretch; with one
they are wall time.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

from cadagent.errors import CadAgentError
from cadagent.generation.grammar import gbnf
from cadagent.generation.models import ModelSettings, open_model
from cadagent.generation.protocol import BARE, Message
from cadagent.generation.torch.decoding import Answer
from cadagent.generation.torch.model import TransformersModel

REQUESTS = (
    "A 40 x 20 x 5 mm plate with four 4 mm holes, 30 x 10 mm apart",
    "A washer, 20 mm outside, 10 mm inside, 2 mm thick",
    "A flange 80 mm across and 10 mm thick with six 6 mm holes on a 60 mm bolt circle",
)
_FILLER = "The plate keeps its size and every hole stays where it is. "


def grammar_overhead(model: TransformersModel, schema: dict[str, Any], rounds: int = 1) -> dict[str, float]:
    """Seconds of a token without a grammar and with one, and the grammar's own share of the former.

    ``overhead`` is what masking and following the grammar takes for a token, against a token written freely.
    ``pass_held_of_raw`` compares runs of the model instead: under a grammar one run also reads the tokens
    that the grammar has forced, whence it takes longer and there are fewer of them.
    """
    raw: list[float] = []
    passes_held: list[float] = []
    held: list[float] = []
    own: list[float] = []
    for text in REQUESTS * rounds:
        messages = [Message("user", text)]
        # The prompt is read beforehand, so that only the writing is timed.
        for limit in (None, schema):
            list(model.generate(messages, max_tokens=1, schema=limit))
            begin, chunks = _clock(model)(), []
            for chunk in model.generate(messages, max_tokens=48, schema=limit):
                chunks.append(chunk)
            seconds = _clock(model)() - begin
            passes, tokens = sum(bool(one.tokens) for one in chunks), sum(one.tokens for one in chunks)
            if limit is None:
                raw.append(seconds / passes)
            else:
                passes_held.append(seconds / passes)
                held.append(seconds / tokens)
                own.append(_grammar_seconds(model, schema, "".join(one.text for one in chunks)))
    return {
        "seconds_raw": median(raw),
        "seconds_held": median(held),
        "overhead": median(own) / median(raw),
        "pass_held_of_raw": median(passes_held) / median(raw),
    }


def _grammar_seconds(model: TransformersModel, schema: dict[str, Any], text: str) -> float:
    """Seconds a token that the grammar alone takes to follow a text it allows, the model left out."""
    import torch

    assert model._decoder is not None
    ids = model._tokenizer(text, add_special_tokens=False)["input_ids"]
    answer = Answer([], len(ids) + 1, matcher=model._vocabulary.held(gbnf(schema)))
    logits = torch.zeros(1, len(model._tokenizer), device=model._decoder.device)
    begin = _clock(model)()
    while answer.finish is None and len(answer.tokens) < len(ids):
        model._decoder._choose(logits, [answer])
        answer.take(ids[len(answer.tokens)], frozenset())
    return (_clock(model)() - begin) / len(ids)


def switch_seconds(model: TransformersModel, adapters: Sequence[str], rounds: int = 5) -> float:
    """Median seconds of switching from one loaded adapter, or none, to the next."""
    model.start()
    found = [model._adapter(name) for name in (BARE, *adapters)]
    for one in found:
        model._adapters.use(one)
    taken = []
    for one in found * rounds:
        begin = _clock(model)()
        model._adapters.use(one)
        taken.append(_clock(model)() - begin)
    return median(taken)


def retry_share(model: TransformersModel, context: int, adapter: str | None = None) -> dict[str, float]:
    """What a second attempt on a context of so many tokens pays for reading, against the first.

    The second prompt is the first one, the answer to it, and findings of about 40 tokens.
    """
    each, text = model.count_tokens(_FILLER), ""
    while (missing := context - model.count_tokens(text)) > 0:
        text += _FILLER * -(-missing // each)
    first = [Message("user", text)]
    answer = [Message("assistant", '{"units":"mm","operations":[{"op":"box","size":[40,20,5]}]}')]
    second = [
        *first,
        *answer,
        Message("user", "The hole at [20,10] misses the plate. Write the design again."),
    ]
    model.start(adapter)
    model._readings.clear()

    def read(messages: list[Message]) -> tuple[float, int]:
        begin = _clock(model)()
        *_, end = model.generate(messages, adapter=adapter, max_tokens=1)
        return _clock(model)() - begin, end.prompt_tokens or 0

    (once, tokens), (again, more) = read(first), read(second)
    return {"tokens": tokens, "first": once, "retry_tokens": more, "retry": again, "share": again / once}


def batch_gain(model: TransformersModel, batch: int, tokens: int = 64) -> dict[str, float]:
    """Tokens a second of so many requests answered together, of one alone, and how many times that is."""

    def speed(count: int) -> float:
        requests = [[Message("user", REQUESTS[number % len(REQUESTS)])] for number in range(count)]
        begin = time.perf_counter()
        answers = model.generate_batch(requests, max_tokens=tokens)
        return sum(one.tokens for one in answers) / (time.perf_counter() - begin)

    model.start()
    speed(1)  # what is only done once
    alone, together = speed(1), speed(batch)
    return {"batch": batch, "alone": alone, "together": together, "gain": together / alone}


def _clock(model: TransformersModel) -> Callable[[], float]:
    return time.perf_counter if model.on_gpu else time.process_time


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line of this module; returns the exit code."""
    from cadagent.design import json_schema

    parser = argparse.ArgumentParser(
        prog="python -m cadagent.generation.torch.bench", description="Measure the transformers engine."
    )
    parser.add_argument("--model", default="transformers", help="as for cadagent run")
    parser.add_argument("--quantize", choices=["nf4"], help="weights in 4 bits")
    parser.add_argument("--threads", type=int, help="processor threads")
    parser.add_argument("--adapters", nargs="*", default=[], help="adapters to switch between")
    parser.add_argument("--context", type=int, help="tokens of the context of a second attempt")
    parser.add_argument("--batch", type=int, help="requests answered together")
    options = parser.parse_args(arguments)
    try:
        settings = ModelSettings(threads=options.threads, quantize=options.quantize)
        model = open_model(options.model, settings)
        if not isinstance(model, TransformersModel):
            parser.error("--model must begin with transformers")
        figures: dict[str, Any] = {"model": model.name}
        figures["grammar"] = grammar_overhead(model, json_schema("reply"))
        if options.adapters:
            figures["switch_seconds"] = switch_seconds(model, options.adapters)
        if options.context:
            figures["retry"] = retry_share(model, options.context)
        if options.batch:
            figures["batch"] = batch_gain(model, options.batch)
        model.close()
    except CadAgentError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201
        return int(error.exit_code)
    print(json.dumps(figures, indent=1))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
