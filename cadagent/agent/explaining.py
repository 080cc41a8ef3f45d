"""A design told in English, by the adapter that learned it the other way round."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from cadagent.design import canonical, compact, dumps
from cadagent.errors import InputError, ModelUnavailable
from cadagent.generation import Message, Model

EXPLAIN_SYSTEM = "Explain CAD JSON in natural language."
EXPLAIN_ADAPTER = "cad2nl"
MAX_TOKENS = 1024


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

    Args:
        document: a valid design in any form; the model is shown its compact form.
        adapter: name or folder of the adapter; by default the one that ships.

    Raises:
        DesignError: the document is no design.
        ModelUnavailable: the adapter does not ship with this model, or the model cannot be loaded.
        InputError: there is no such adapter.
    """
    name = adapter or shipped(model, "name another with --adapter")
    text, _, finish = told(document, model=model, adapter=name, max_tokens=MAX_TOKENS, cancel=cancel)
    if finish == "length":
        raise ModelUnavailable(f"The model did not come to an end within {MAX_TOKENS} tokens.")
    return text


def told(
    document: Mapping[str, Any],
    *,
    model: Model,
    adapter: str,
    max_tokens: int,
    cancel: threading.Event | None = None,
) -> tuple[str, int, str]:
    """The design in English, how many tokens that took, and why the model stopped.

    Raises:
        DesignError, ModelUnavailable, InputError: as :func:`explain` does.
    """
    messages = explain_prompt(dumps(compact(canonical(document))))
    chunks = list(model.generate(messages, adapter=adapter, max_tokens=max_tokens, cancel=cancel))
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
