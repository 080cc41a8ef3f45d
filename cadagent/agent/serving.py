"""Which adapter answers where nobody names one: the one that was promoted in the database of the run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cadagent.errors import ModelUnavailable
from cadagent.feedback import Store
from cadagent.feedback.adapters import Adapters, Task
from cadagent.generation import Model
from cadagent.generation.protocol import BARE
from cadagent.generation.weights import file_sha256
from cadagent.settings import Settings

_WEIGHTS = "adapter_model.safetensors"
_WAYS_OUT = "`cadagent round rollback` goes back to the one before, --adapter names another."


def with_live_adapter(
    settings: Settings, model: Model, store: Store | None, task: Task = "generate"
) -> Settings:
    """The settings with the live adapter of the store, unless they name one or nothing was promoted.

    The file is hashed each time: what answers is exactly what passed the gate, or nothing does.

    Raises:
        ModelUnavailable: the adapter is gone, was changed, or was trained for other weights.
        StoreError: the store cannot be read.
    """
    if store is None or settings.adapter is not None:
        return settings
    adapters = Adapters(store)
    if not adapters.any_promoted():  # nothing else needs to be asked then
        return settings
    bare = model.identify(BARE)
    live = adapters.live(bare.model, task)
    if live is None:
        return settings
    try:
        found = file_sha256(Path(live.path) / _WEIGHTS)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ModelUnavailable(
            f"The live adapter {live.name} cannot be read in {live.path} ({reason}): {_WAYS_OUT}"
        ) from error
    if found != live.id:
        raise ModelUnavailable(
            f"The live adapter {live.name} in {live.path} is not the one that was promoted, its file was "
            f"changed: {_WAYS_OUT}"
        )
    if None not in (live.model_hash, bare.weights_sha256) and live.model_hash != bare.weights_sha256:
        raise ModelUnavailable(
            f"The live adapter {live.name} was trained for other weights of {bare.model}: {_WAYS_OUT}"
        )
    return replace(settings, adapter=live.path)
