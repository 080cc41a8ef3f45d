"""Starting llama.cpp's server in this process, through the ``xllamacpp`` wheel."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cadagent.errors import ModelUnavailable
from cadagent.generation.adapters import Adapter, adapter_gguf
from cadagent.generation.merging import MOST_BYTES, merged_gguf

CONTEXT = 8192
PROMPT_BATCH = 128
"""Prompt tokens between two looks at the cancel event: some tenths of a second, at no loss of speed."""

PROMPTS_MEBIBYTES = 256
"""Memory for prompts that were read before and stand in no slot any more; llama.cpp would take 8 GiB."""

DRAFT_AFTER, DRAFT_TOKENS = 8, 12
"""Where the last eight tokens stood before, the twelve that followed them are drafted: a repair or an edit
copies most of a design. Shorter matches would draft in first designs too, mostly wrongly; checking longer
drafts costs more than their hits save."""

_QUIET = -1
"""Below every level of llama.cpp's log, which would go to this process's standard error."""


@dataclass(frozen=True)
class Engine:
    """A running server with one set of weights.

    Attributes:
        server: ``xllamacpp.Server``; freeing it ends llama.cpp's threads.
        adapter: what is in its weights.
    """

    server: Any
    adapter: Adapter | None


def start_engine(base: Path, adapter: Adapter | None, *, key: str, threads: int, slots: int) -> Engine:
    """Load a model file with an adapter.

    Args:
        base: the model's GGUF file.
        key: closes the loopback port to others.
        slots: requests that are answered at the same time, each with the whole context.

    Raises:
        ModelUnavailable: xllamacpp is not there, or the model or the adapter is damaged or does not fit.
    """
    try:
        import xllamacpp
    except ImportError as error:
        raise ModelUnavailable(f"The embedded engine needs the package xllamacpp: {error}") from error
    params = xllamacpp.CommonParams()
    params.model.path = str(base)
    if adapter is not None and base.stat().st_size <= MOST_BYTES:
        params.model.path = str(merged_gguf(adapter, base))
    elif adapter is not None:
        lora = xllamacpp.CommonAdapterLoraInfo(str(adapter_gguf(adapter, base)), 1.0)
        params.lora_adapters = [lora]
    params.n_ctx = CONTEXT * slots
    params.n_parallel = slots
    params.n_batch = PROMPT_BATCH
    params.cache_ram_mib = PROMPTS_MEBIBYTES
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    params.n_threads_http = 1
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [key]
    params.cors_origins = ""
    params.ui = params.endpoint_slots = False
    params.verbosity = _QUIET
    # Each of these would cost start-up time and serves what is not used here: a trial run, a second
    # reading of the vocabulary to guess memory, the model's own chat template.
    params.warmup = params.fit_params = params.use_jinja = params.enable_chat_template = False
    params.endpoint_metrics = True
    drafts = params.speculative
    drafts.types = [xllamacpp.common_speculative_type.COMMON_SPECULATIVE_TYPE_NGRAM_SIMPLE]
    drafts.ngram_simple.size_n, drafts.ngram_simple.size_m = DRAFT_AFTER, DRAFT_TOKENS
    try:
        server = xllamacpp.Server(params)
    except RuntimeError as error:
        what = f" with {adapter.name}" if adapter is not None else ""
        raise ModelUnavailable(
            f"llama.cpp cannot load {base}{what}: a file is damaged or does not fit, or memory is short."
        ) from error
    # The constructor returns before the server's loop runs, and a loop told to stop before it runs never
    # stops: freeing the server would hang. The loop itself answers this, so it runs once it has.
    server.handle_metrics()
    return Engine(server, adapter)
