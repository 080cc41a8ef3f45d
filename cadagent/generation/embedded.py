"""The default engine: llama.cpp inside this process, through the ``xllamacpp`` wheel.

xllamacpp runs llama.cpp's server in threads of this process. It always opens an HTTP port: here on the
loopback interface, at a free number, closed to others by a random key. Completions do not use the port, they
come through callbacks; only counting tokens does.

Every adapter has an engine of its own, with its own cache of what it has read: an engine that changes its
adapter forgets all prompts.
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
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cadagent.errors import InputError, ModelUnavailable
from cadagent.generation.adapters import Adapter, default_adapter, find_adapter
from cadagent.generation.gguf_check import check_gguf
from cadagent.generation.llama import CONTEXT, Engine, start_engine
from cadagent.generation.protocol import BARE, Chunk, Finish, Identity, Message
from cadagent.generation.templates import TURN_END, render_chat
from cadagent.generation.weights import SMOLLM2, ensure, file_sha256

if TYPE_CHECKING:
    from cadagent.generation.models import ModelSettings

KEPT_ENGINES = 2
"""Engines that stay loaded, beside those of the settings: the adapter in use and the one before it."""

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

    The engine starts at the first use, which fetches the weights if need be. Adapters are chosen per request;
    one that is not loaded yet costs the start of an engine, some tenths of a second, and its very first use
    some seconds. Requests share what an engine has read of a common beginning, and run at the same time as
    far as there are slots.
    """

    context = CONTEXT

    def __init__(self, path: Path | None, settings: ModelSettings) -> None:
        self.name = path.stem if path is not None else SMOLLM2.name
        self._path = path
        self._settings = settings
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        self._base: Path | None = None
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
        for name in self._settings.adapters:
            self._engine(find_adapter(name))
        self._engine(self._adapter(adapter))

    def _engine(self, wanted: Adapter | None) -> Engine:
        """The engine with this adapter, started if need be; the least recently used one makes room."""
        name = wanted.sha256 if wanted is not None else BARE
        with self._starting:
            if self._stop.is_set():
                raise ModelUnavailable(f"The model {self.name} has been closed.")
            if name not in self._engines:
                threads = self._settings.threads or fitting_threads()
                self._engines[name] = start_engine(
                    self._weights(), wanted, key=self._key, threads=threads, slots=self._settings.parallel
                )
                atexit.register(self.close)
            self._engines.move_to_end(name)
            while len(self._engines) > KEPT_ENGINES + len(self._settings.adapters):
                # An answer that is still under way holds its engine itself.
                self._engines.popitem(last=False)
            return self._engines[name]

    def _weights(self) -> Path:
        """The model file, fetched or checked at the first call."""
        if self._base is None:
            if self._path is None:
                self._base = ensure(SMOLLM2, self._settings.progress)
            else:
                check_gguf(self._path)
                self._base = self._path
        return self._base

    def _adapter(self, name: str | None) -> Adapter | None:
        """The adapter that a request means."""
        if name == BARE:
            return None
        if name is None:
            return default_adapter(SMOLLM2.sha256) if self._path is None else None
        loaded = (engine.adapter for engine in self._engines.copy().values())
        return next((one for one in loaded if one is not None and one.name == name), None) or find_adapter(
            name
        )

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
        head = tail = ""
        if schema is not None:
            from cadagent.generation.forced import forced

            fixed = forced(schema)
            head, grammar, tail = fixed.head, fixed.grammar, fixed.tail
        engine = self._engine(self._adapter(adapter))
        request = {
            "prompt": render_chat(messages) + head,
            "n_predict": max_tokens,
            "stop": [TURN_END],
            "seed": seed,
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
        return _around(head, self._stream(engine, request, cancel), tail)

    def _stream(
        self, engine: Engine, request: dict[str, Any], cancel: threading.Event | None
    ) -> Iterator[Chunk]:
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
            args=(engine.server, request, report, reports),
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
        engine = next(reversed(self._engines.copy().values()), None) or self._engine(self._adapter(None))
        host = engine.server.listening_address.removeprefix("http://")
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
            # The servers' destructors end llama.cpp's threads; they must run before the interpreter goes.
            self._engines.clear()
            atexit.unregister(self.close)


def _around(head: str, chunks: Iterator[Chunk], tail: str) -> Iterator[Chunk]:
    """An answer with the text before and after it that its schema forces, which costs no tokens."""
    if head:
        yield Chunk(head, 0)
    for chunk in chunks:
        if chunk.finish == "stop" and tail:
            yield Chunk(tail, 0)
        yield chunk


def _sampling(temperature: float) -> dict[str, Any]:
    """Sampler settings, all spelled out so that an engine's defaults cannot change results."""
    if temperature <= 0:
        # The likeliest token alone: weighing all 49,152 would take a twentieth of the time of a token.
        return {"temperature": 0.0, "samplers": ["top_k"], "top_k": 1, "repeat_penalty": 1.0}
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
    usage: dict[str, Any] = {}
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
    yield Chunk(
        "",
        rest,
        finish or "cancelled",
        usage.get("prompt_tokens", prompt_tokens),
        cached_tokens=usage.get("prompt_tokens_details", {}).get("cached_tokens"),
    )


def _failure(error: dict[str, Any]) -> InputError | ModelUnavailable:
    message = " ".join(str(error.get("message", error)).split())
    if error.get("type") == "exceed_context_size_error":
        return InputError(
            f"The prompt of {error['n_prompt_tokens']} tokens does not fit the context of {error['n_ctx']}."
        )
    if error.get("type") == "invalid_request_error":
        return InputError(f"The embedded engine refuses the request: {message}")
    return ModelUnavailable(f"The embedded engine failed: {message}")
