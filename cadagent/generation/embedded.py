"""The default engine: llama.cpp inside this process, through the ``xllamacpp`` wheel.

xllamacpp runs llama.cpp's server in threads of this process. It always opens an HTTP port: here on the
loopback interface, at a free number, closed to others by a random key. Completions do not use the port, they
come through callbacks; only counting tokens does.
"""

from __future__ import annotations

import atexit
import hashlib
import http.client
import json
import os
import queue
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cadagent.errors import InputError, ModelUnavailable
from cadagent.generation.adapters import Adapter, adapter_gguf, default_adapter, find_adapter
from cadagent.generation.gguf_check import check_gguf
from cadagent.generation.protocol import BARE, Chunk, Finish, Identity, Message
from cadagent.generation.templates import TURN_END, render_chat
from cadagent.generation.weights import SMOLLM2, ensure, file_sha256

if TYPE_CHECKING:
    from cadagent.generation.models import ModelSettings

CONTEXT = 8192
PROMPT_BATCH = 128
"""Prompt tokens between two looks at the cancel event: some tenths of a second, at no loss of speed."""

_QUIET = -1
"""Below every level of llama.cpp's log, which would go to this process's standard error."""

PROBE_SECONDS = 0.06
OWN_SHARE = 0.8
"""Of the time that two idle cores would give: less than this means that somebody else is at work."""


def fitting_threads() -> int:
    """Two threads where two cores are idle right now, otherwise one, and one in CI.

    llama.cpp's threads wait for each other in a busy loop after every operation. With two threads on two
    cores that something else wants too, tokens take ten times as long, while one thread loses little. Load
    averages lag and count other containers; so two threads try for a moment what they get.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if cores < 2 or os.environ.get("CI"):
        return 1
    block = bytes(1 << 20)
    began, used = time.monotonic(), time.process_time()

    def work() -> None:
        while time.monotonic() - began < PROBE_SECONDS:
            hashlib.sha256(block)  # releases the interpreter's lock

    other = threading.Thread(target=work)
    other.start()
    work()
    other.join()
    share = (time.process_time() - used) / (time.monotonic() - began)
    return 2 if share > 2 * OWN_SHARE else 1


class EmbeddedModel:
    """SmolLM2-135M-Instruct, or another GGUF model with its chat format, run by llama.cpp in this process.

    The engine starts at the first use, which fetches the weights if need be. Requests run one after another
    and share the cache of the prompt's common beginning. Adapters are chosen per request; one that is not
    loaded yet costs a restart of the engine, some tenths of a second.
    """

    context = CONTEXT

    def __init__(self, path: Path | None, settings: ModelSettings) -> None:
        self.name = path.stem if path is not None else SMOLLM2.name
        self._path = path
        self._settings = settings
        self._loaded: list[Adapter] = []
        self._server: Any = None
        self._key = secrets.token_hex(16)
        self._starting = threading.Lock()
        self._stop = threading.Event()
        self._workers: set[threading.Thread] = set()

    def start(self, adapter: str | None = None) -> None:
        """Load the model with this adapter and those of the settings now; otherwise the first use does.

        Raises:
            ModelUnavailable: the weights or an adapter cannot be fetched, are damaged, or do not fit.
            InputError: there is no such adapter.
        """
        self._start(self._adapter(adapter))

    def _start(self, wanted: Adapter | None) -> None:
        with self._starting:
            if self._stop.is_set():
                raise ModelUnavailable(f"The model {self.name} has been closed.")
            if self._server is not None and (wanted is None or wanted in self._loaded):
                return
            adapters = self._loaded or [find_adapter(name) for name in self._settings.adapters]
            if wanted is not None and wanted not in adapters:
                adapters = [*adapters, wanted]
            if self._path is None:
                path = ensure(SMOLLM2, self._settings.progress)
            else:
                path = self._path
                check_gguf(path)
            self._server = self._load(path, adapters)
            self._loaded = adapters
            atexit.register(self.close)

    def _adapter(self, name: str | None) -> Adapter | None:
        """The adapter that a request means."""
        if name == BARE:
            return None
        if name is None:
            return default_adapter(SMOLLM2.sha256) if self._path is None else None
        return next((one for one in self._loaded if one.name == name), None) or find_adapter(name)

    def identify(self, adapter: str | None = None) -> Identity:
        """Name and hashes of the weights that answer a request with this adapter."""
        chosen = self._adapter(adapter)
        if self._path is None:
            weights = SMOLLM2.sha256
        else:
            check_gguf(self._path)
            weights = file_sha256(self._path)
        if chosen is None:
            return Identity(self.name, weights)
        return Identity(self.name, weights, chosen.name, chosen.sha256)

    def _load(self, path: Path, adapters: Sequence[Adapter]) -> Any:
        try:
            import xllamacpp
        except ImportError as error:
            raise ModelUnavailable(f"The embedded engine needs the package xllamacpp: {error}") from error
        threads = self._settings.threads or fitting_threads()
        params = xllamacpp.CommonParams()
        params.model.path = str(path)
        params.lora_adapters = [
            xllamacpp.CommonAdapterLoraInfo(str(adapter_gguf(one, path)), 0.0) for one in adapters
        ]
        params.n_ctx = CONTEXT
        params.n_batch = PROMPT_BATCH
        params.n_parallel = 1
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
        params.n_threads_http = 1
        params.hostnames = ["127.0.0.1"]
        params.port = 0
        params.api_keys = [self._key]
        params.cors_origins = ""
        params.ui = params.endpoint_slots = False
        params.verbosity = _QUIET
        # Each of these would cost start-up time and serves what is not used here: a trial run, a second
        # reading of the vocabulary to guess memory, the model's own chat template.
        params.warmup = params.fit_params = params.use_jinja = params.enable_chat_template = False
        params.endpoint_metrics = True
        try:
            server = xllamacpp.Server(params)
        except RuntimeError as error:
            names = ", ".join(one.name for one in adapters)
            raise ModelUnavailable(
                f"llama.cpp cannot load {path} with {names or 'no adapters'}: "
                f"a file is damaged or does not fit, or memory is short."
            ) from error
        # The constructor returns before the server's loop runs, and a loop told to stop before it runs never
        # stops: freeing the server would hang. The loop itself answers this, so it runs once it has.
        server.handle_metrics()
        return server

    def generate(
        self,
        messages: Sequence[Message],
        *,
        grammar: str | None = None,
        schema: dict[str, Any] | None = None,
        adapter: str | None = None,
        seed: int = 0,
        temperature: float = 0.0,
        max_tokens: int = 1024,
        cancel: threading.Event | None = None,
    ) -> Iterator[Chunk]:
        """Stream the answer; see ``Model.generate``."""
        if grammar is not None and schema is not None:
            raise InputError("A grammar and a schema cannot be asked for together.")
        if schema is not None:
            from cadagent.generation.grammar import gbnf

            grammar = gbnf(schema)
        chosen = self._adapter(adapter)
        self._start(chosen)
        request = {
            "prompt": render_chat(messages),
            "n_predict": max_tokens,
            "stop": [TURN_END],
            "seed": seed,
            "lora": self._lora(chosen),
            "cache_prompt": True,
            "stream": True,
            # Progress reports make llama.cpp call back during a long prompt too, so that it can be cancelled
            # there.
            "return_progress": True,
            "stream_options": {"include_usage": True},
            **_sampling(temperature),
        }
        if grammar is not None:
            request["grammar"] = grammar
        return self._stream(request, cancel)

    def _lora(self, chosen: Adapter | None) -> list[dict[str, Any]]:
        """Every adapter with its scale: an empty list would leave the scales of the start in place."""
        return [{"id": number, "scale": float(one == chosen)} for number, one in enumerate(self._loaded)]

    def _stream(self, request: dict[str, Any], cancel: threading.Event | None) -> Iterator[Chunk]:
        """Run the request in a thread and hand on what it reports; ending early, for any reason, stops the
        engine.

        llama.cpp itself queues a request until the one before it has ended. A lock held here would be held
        for ever by an iterator that somebody drops half way.
        """
        reports: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        abandoned = threading.Event()

        def ended() -> bool:
            return abandoned.is_set() or self._stop.is_set() or (cancel is not None and cancel.is_set())

        def report(event: dict[str, Any]) -> bool:
            reports.put(event)
            return ended()

        worker = threading.Thread(
            target=self._run,
            args=(self._server, request, report, reports),
            name="cadagent-generate",
            daemon=True,
        )
        self._workers.add(worker)
        worker.start()
        try:
            yield from _chunks(reports, ended)
        finally:
            abandoned.set()
            worker.join()
            self._workers.discard(worker)

    @staticmethod
    def _run(
        server: Any,
        request: dict[str, Any],
        report: Callable[[dict[str, Any]], bool],
        reports: queue.SimpleQueue[dict[str, Any] | None],
    ) -> None:
        try:
            server.handle_completions(request, report)
        except RuntimeError as error:
            reports.put({"error": {"message": str(error), "type": "server_error"}})
        finally:
            reports.put(None)

    def count_tokens(self, text: str) -> int:
        """Number of tokens of ``text``; control tokens in it count as plain text."""
        self._start(None)
        host = self._server.listening_address.removeprefix("http://")
        connection = http.client.HTTPConnection(host, timeout=30)
        try:
            body = json.dumps({"content": text, "parse_special": False})
            headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
            connection.request("POST", "/tokenize", body, headers)
            return len(json.load(connection.getresponse())["tokens"])
        except (OSError, http.client.HTTPException, ValueError, KeyError) as error:
            raise ModelUnavailable(f"The embedded engine does not answer: {error}") from error
        finally:
            connection.close()

    def close(self) -> None:
        """Stop what is being generated and free the model."""
        self._stop.set()
        for worker in tuple(self._workers):
            worker.join()
        with self._starting:
            if self._server is not None:
                # The server's destructor ends llama.cpp's threads; it must run before the interpreter goes.
                self._server = None
                atexit.unregister(self.close)


def _sampling(temperature: float) -> dict[str, Any]:
    """Sampler settings, all spelled out so that an engine's defaults cannot change results."""
    if temperature <= 0:
        return {"temperature": 0.0, "samplers": ["temperature"], "repeat_penalty": 1.0}
    return {
        "temperature": temperature,
        "samplers": ["top_k", "top_p", "temperature"],
        "top_k": 40,
        "top_p": 0.95,
        "repeat_penalty": 1.0,
    }


def _chunks(reports: queue.SimpleQueue[dict[str, Any] | None], ended: Callable[[], bool]) -> Iterator[Chunk]:
    """Turn llama.cpp's reports into chunks; the finish comes last, together with the prompt's length."""
    finish: Finish | None = None
    usage: dict[str, int] = {}
    prompt_tokens: int | None = None
    seen = 0
    while (event := reports.get()) is not None:
        if "error" in event:
            raise _failure(event["error"])
        usage = event.get("usage") or usage
        if "prompt_progress" in event:
            prompt_tokens = event["prompt_progress"]["total"]
            continue
        for choice in event.get("choices", ()):
            if choice["finish_reason"] is not None:
                finish = "stop" if choice["finish_reason"] == "stop" else "length"
            elif not ended():
                seen += 1
                yield Chunk(choice["text"])
    if finish is None and not ended():
        raise ModelUnavailable("The embedded engine broke off its answer.")
    # The token that ends the turn is counted but has no report of its own.
    rest = max(0, usage.get("completion_tokens", seen) - seen)
    yield Chunk("", rest, finish or "cancelled", usage.get("prompt_tokens", prompt_tokens))


def _failure(error: dict[str, Any]) -> InputError | ModelUnavailable:
    message = " ".join(str(error.get("message", error)).split())
    if error.get("type") == "exceed_context_size_error":
        return InputError(
            f"The prompt of {error['n_prompt_tokens']} tokens does not fit the context of {error['n_ctx']}."
        )
    if error.get("type") == "invalid_request_error":
        return InputError(f"The embedded engine refuses the request: {message}")
    return ModelUnavailable(f"The embedded engine failed: {message}")
