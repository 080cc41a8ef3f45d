"""Designs told in English by an adapter that learned both tasks, beside the one that learned only this."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, nullcontext
from typing import Any

from cadagent.agent.explaining import EXPLAIN_ADAPTER, MAX_TOKENS, told, untold
from cadagent.errors import InputError
from cadagent.evaluation.judging import Request
from cadagent.feedback import Store
from cadagent.feedback.adapters import Adapter, Adapters
from cadagent.feedback.rounds import Result
from cadagent.generation import ModelSettings, open_model
from cadagent.generation.adapters import find_adapter
from training.rounds.cases import Cases
from training.rounds.measuring import AT_ONCE, Measurer

EXPLAINED = 50
"""Designs of the frozen set that are explained, at most."""


def separate(store: Store, model: str, model_hash: str | None) -> Adapter | None:
    """The adapter that explains now: the promoted one, else the one that ships, if one does."""
    adapters = Adapters(store)
    live = adapters.live(model, "explain")
    if live is not None:
        return live
    try:
        shipped = find_adapter(EXPLAIN_ADAPTER)
    except InputError:
        return None
    adapters.register(
        Adapter(
            id=shipped.sha256,
            name=shipped.name,
            path=str(shipped.path.resolve()),
            task="explain",
            model=model,
            model_hash=model_hash,
        )
    )
    return adapters.find(shipped.sha256)


def explanations(
    measurer: Measurer, cases: Cases, adapter: str, cancel: threading.Event
) -> list[Result] | None:
    """Whether the English of each design says every figure of it; ``None`` when it was cancelled.

    Raises:
        ModelUnavailable: the model cannot be loaded or failed.
    """
    designs = [one for one in cases.requests if one.truth.document is not None][:EXPLAINED]
    opened = (
        closing(open_model(measurer.settings.model, ModelSettings.of(measurer.settings)))
        if measurer.model is None
        else nullcontext(measurer.model)
    )
    with opened as model, ThreadPoolExecutor(AT_ONCE if measurer.model is not None else 1) as pool:
        passes = list(pool.map(lambda one: _says_all(model, one, adapter, cancel), designs))
    if cancel.is_set():
        return None
    return [
        Result(
            item=one.id,
            stage="first pass",
            passed=passed,
            family=one.level or None,
            group_key=cases.groups[one.id],
        )
        for one, passed in zip(designs, passes, strict=True)
    ]


def _says_all(model: Any, one: Request, adapter: str, cancel: threading.Event) -> bool:
    assert one.truth.document is not None  # chosen for it
    text, _, finish = told(
        one.truth.document, model=model, adapter=adapter, max_tokens=MAX_TOKENS, cancel=cancel
    )
    return finish != "length" and not untold(one.truth.document, text)
