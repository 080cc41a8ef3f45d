"""A design told in English, by the adapter that learned it the other way round."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping
from typing import Any

from cadagent.design import canonical, compact, dumps
from cadagent.design.numbers import number_text
from cadagent.errors import InputError, ModelUnavailable
from cadagent.generation import Message, Model

EXPLAIN_SYSTEM = "Explain CAD JSON in natural language."
EXPLAIN_ADAPTER = "cad2nl"
MAX_TOKENS = 1024
ATTEMPTS = 3
"""Tellings at most, until one leaves no figure out; all but the first are drawn at random."""
_TEMPERATURE = 0.7
_FIGURE = re.compile(r"\d+(?:\.\d+)?")
_ARITHMETIC = re.compile(r"[\d\s.+\-*/()]+")


def explain_prompt(design: str) -> list[Message]:
    """The prompt that asks for a design in English.

    Args:
        design: its compact JSON text.
    """
    return [Message("system", EXPLAIN_SYSTEM), Message("user", design)]


def explain(
    document: Mapping[str, Any],
    *,
    model: Model,
    adapter: str | None = None,
    cancel: threading.Event | None = None,
) -> str:
    """What a design is, in English that says every figure, so that the text asks for the same design.

    A telling that leaves figures out (:func:`untold`) is tried again; the one that leaves out the fewest is
    returned. Cancelled, the text is whatever there was.

    Args:
        document: a valid design in any form; the model is shown its compact form.
        adapter: name or folder of the adapter; by default the one that ships.

    Raises:
        DesignError: the document is no design.
        ModelUnavailable: the adapter does not ship with this model, or the model cannot be loaded.
        InputError: there is no such adapter.
    """
    name = adapter or shipped(model, "name another with --adapter")
    best, least = None, 0
    for seed in range(ATTEMPTS):
        text, _, finish = told(
            document,
            model=model,
            adapter=name,
            max_tokens=MAX_TOKENS,
            seed=seed,
            temperature=_TEMPERATURE if seed else 0.0,
            cancel=cancel,
        )
        if cancel is not None and cancel.is_set():
            return text
        if finish == "length":
            continue
        missing = len(untold(document, text))
        if best is None or missing < least:
            best, least = text, missing
        if not missing:
            break
    if best is None:
        raise ModelUnavailable(f"The model did not come to an end within {MAX_TOKENS} tokens.")
    return best


def untold(document: Mapping[str, Any], text: str) -> list[str]:
    """The figures of a design that a text does not say, each once, in their order.

    Left aside are those that can be a count, a share or a turn, which English has words for: whole numbers up
    to 20, and multiples of 45.
    """
    said = set(_FIGURE.findall(text))
    found = [
        number_text(figure)
        for figure in _figures(compact(canonical(document)))
        if (figure != int(figure) or figure > 20) and figure % 45
    ]
    return list(dict.fromkeys(figure for figure in found if figure not in said))


def _figures(value: Any) -> Iterator[float]:
    """The numbers in a document, without their signs; also those that arithmetic is done with."""
    if isinstance(value, dict):
        for entry in value.values():
            yield from _figures(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from _figures(entry)
    elif isinstance(value, str):
        if _ARITHMETIC.fullmatch(value):
            yield from map(float, _FIGURE.findall(value))
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield abs(value)


def told(
    document: Mapping[str, Any],
    *,
    model: Model,
    adapter: str,
    max_tokens: int,
    seed: int = 0,
    temperature: float = 0.0,
    cancel: threading.Event | None = None,
) -> tuple[str, int, str]:
    """The design in English, how many tokens that took, and why the model stopped.

    Raises:
        DesignError, ModelUnavailable, InputError: as :func:`explain` does.
    """
    messages = explain_prompt(dumps(compact(canonical(document))))
    chunks = list(
        model.generate(
            messages,
            adapter=adapter,
            max_tokens=max_tokens,
            seed=seed,
            temperature=temperature,
            cancel=cancel,
        )
    )
    text = "".join(chunk.text for chunk in chunks).strip()
    return text, sum(chunk.tokens for chunk in chunks), (chunks[-1].finish or "stop") if chunks else "stop"


def shipped(model: Model, way_out: str) -> str:
    """The adapter that explains designs where no other is named.

    Raises:
        ModelUnavailable: it is not there; ``way_out`` says what to do instead.
    """
    try:
        model.identify(EXPLAIN_ADAPTER)
    except InputError as error:
        raise ModelUnavailable(
            f"The adapter {EXPLAIN_ADAPTER}, which explains designs, is not installed; {way_out}."
        ) from error
    return EXPLAIN_ADAPTER
