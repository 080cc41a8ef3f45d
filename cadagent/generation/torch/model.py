"""The transformers engine: any causal model with safetensors, adapters by PEFT, grammars by llguidance."""

from __future__ import annotations

import atexit
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cadagent.errors import CadAgentError, InputError, ModelUnavailable
from cadagent.generation.adapters import Adapter, default_adapter, find_adapter
from cadagent.generation.embedded import fitting_threads
from cadagent.generation.protocol import BARE, Chunk, Finish, Identity, Message
from cadagent.generation.torch.weights import (
    context_length,
    find_source,
    folder_of,
    load_model,
    load_tokenizer,
    require_packages,
    weights_sha256,
)

if TYPE_CHECKING:
    from cadagent.generation.models import ModelSettings
    from cadagent.generation.torch.decoding import Answer, Decoder

LARGEST_BATCH = 32
"""Requests that are answered at once, unless the settings allow more; further ones are answered in turns."""


@dataclass(frozen=True)
class Completion:
    """A whole answer.

    Attributes:
        text: without the token that ended it.
        tokens: of the answer, that one included.
        finish: why it ended, as in ``Chunk``.
        prompt_tokens: length of the prompt.
    """

    text: str
    tokens: int
    finish: Finish
    prompt_tokens: int


class TransformersModel:
    """A causal model run by transformers, on the GPU where there is one.

    It is loaded at the first use. Requests run one after another; each reuses what the model has read before
    under the same adapter, as far as the prompt begins the same. Adapters are loaded at their first use and
    switched between requests.
    """

    def __init__(self, argument: str, settings: ModelSettings) -> None:
        require_packages()
        self._source = find_source(argument)
        self.name = self._source.name
        self._settings = settings
        self._tokenizer: Any = None
        self._vocabulary: Any = None
        self._decoder: Decoder | None = None
        self._adapters: Any = None
        self._readings: Any = None
        self._found: dict[str, Adapter] = {}
        self._starting = threading.Lock()
        self._turn = threading.Lock()
        self._stop = threading.Event()
        self._workers: set[threading.Thread] = set()

    @cached_property
    def context(self) -> int:
        """Tokens of prompt and answer together, from the model's configuration."""
        return context_length(self._source)

    @cached_property
    def _weights_sha256(self) -> str | None:
        return weights_sha256(self._source)

    @cached_property
    def _default(self) -> Adapter | None:
        return default_adapter(self._weights_sha256) if self._weights_sha256 else None

    @property
    def on_gpu(self) -> bool:
        """Whether it runs on a GPU; loads the model."""
        self._start()
        assert self._decoder is not None
        return self._decoder.device.type == "cuda"

    def start(self, adapter: str | None = None) -> None:
        """Load the model with this adapter and those of the settings now; otherwise the first use does.

        Raises:
            ModelUnavailable: the model or an adapter cannot be fetched, is damaged, or does not fit.
            InputError: there is no such adapter.
        """
        wanted = self._adapter(adapter)
        self._start()
        with self._turn:
            for name in self._settings.adapters:
                self._adapters.use(self._adapter(name))
            self._adapters.use(wanted)

    def _start(self) -> None:
        with self._starting:
            if self._stop.is_set():
                raise ModelUnavailable(f"The model {self.name} has been closed.")
            if self._decoder is not None:
                return
            folder = self._load_tokenizer()
            import torch

            from cadagent.generation.torch.adapters import Adapters
            from cadagent.generation.torch.chat import end_ids
            from cadagent.generation.torch.decoding import Decoder
            from cadagent.generation.torch.grammar import Vocabulary
            from cadagent.generation.torch.prefix import Readings

            if self._settings.threads is not None or fitting_threads() == 1:
                # On busy cores threads that wait for each other are slower than one.
                torch.set_num_threads(self._settings.threads or 1)
            model = load_model(folder, quantize=self._settings.quantize)
            ends = end_ids(self._tokenizer, model.generation_config)
            self._vocabulary = Vocabulary(self._tokenizer, ends)
            self._adapters = Adapters(model)
            self._readings = Readings(self.context)
            self._decoder = Decoder(model, self._vocabulary, ends)
            atexit.register(self.close)

    def _load_tokenizer(self) -> Path:
        folder = folder_of(self._source, self._settings.progress)
        if self._tokenizer is None:
            self._tokenizer = load_tokenizer(folder)
        return folder

    def _adapter(self, name: str | None) -> Adapter | None:
        """The adapter that a request means."""
        if name == BARE:
            return None
        if name is None:
            return self._default
        if name not in self._found:
            self._found[name] = find_adapter(name)
        return self._found[name]

    def identify(self, adapter: str | None = None) -> Identity:
        """Name and hashes of the weights that answer a request with this adapter."""
        chosen = self._adapter(adapter)
        if chosen is None:
            return Identity(self.name, self._weights_sha256)
        return Identity(self.name, self._weights_sha256, chosen.name, chosen.sha256)

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
        chosen = self._adapter(adapter)
        self._start()
        answer = self._answer(messages, _grammar(grammar, schema), seed, temperature, max_tokens)
        return self._stream(answer, chosen, cancel)

    def generate_batch(
        self,
        requests: Sequence[Sequence[Message]],
        *,
        schema: dict[str, Any] | None = None,
        adapter: str | None = None,
        seeds: Sequence[int] | None = None,
        temperature: float = 0.0,
        max_tokens: int = 1024,
        cancel: threading.Event | None = None,
    ) -> list[Completion]:
        """Answer many requests, up to ``LARGEST_BATCH`` at once or as many as the settings say, where that is
        more; the answers come in the requests' order.

        A GPU answers a batch in little more time than one request. Arguments and errors are those of
        ``generate``; ``seeds`` has one for each request. What was read is not kept for later requests.
        """
        chosen = self._adapter(adapter)
        self._start()
        text = _grammar(None, schema)
        each = seeds if seeds is not None else [0] * len(requests)
        answers = [
            self._answer(messages, text, seed, temperature, max_tokens)
            for messages, seed in zip(requests, each, strict=True)
        ]
        with self._turn:
            self._adapters.use(chosen)
            try:
                for group in self._groups(answers):
                    self._answer_group(group, self._ended(cancel))
            except RuntimeError as error:
                raise _failure(error, self.name) from error
        return [self._completion(one) for one in answers]

    def _answer(
        self,
        messages: Sequence[Message],
        grammar: str | None,
        seed: int,
        temperature: float,
        max_tokens: int,
    ) -> Answer:
        """An answer yet to be written; everything that can be wrong with the request is found here."""
        import torch

        from cadagent.generation.torch.chat import render
        from cadagent.generation.torch.decoding import Answer

        prompt = self._tokenizer(render(messages, self._tokenizer), add_special_tokens=False)["input_ids"]
        if len(prompt) >= self.context:
            raise InputError(
                f"The prompt of {len(prompt)} tokens does not fit the context of {self.context}."
            )
        return Answer(
            prompt,
            most=min(max_tokens, self.context - len(prompt)),
            matcher=None if grammar is None else self._vocabulary.held(grammar),
            random=torch.Generator().manual_seed(seed) if temperature > 0 else None,
            temperature=temperature,
        )

    def _groups(self, answers: Sequence[Answer]) -> Iterator[list[Answer]]:
        """Answers to write together: of similar length, and all with the same set of rotary factors."""
        assert self._decoder is not None
        kinds: dict[tuple[bool, bool], list[Answer]] = {}
        for one in sorted(answers, key=lambda one: len(one.prompt)):
            begin, end = len(one.prompt), len(one.prompt) + one.most
            kinds.setdefault((self._decoder.is_long(begin), self._decoder.is_long(end)), []).append(one)
        for (begins_long, ends_long), group in kinds.items():
            # One that grows into the other set has to be read again by itself.
            most = max(LARGEST_BATCH, self._settings.parallel)
            size = most if begins_long == ends_long else 1
            yield from (group[start : start + size] for start in range(0, len(group), size))

    def _answer_group(self, group: list[Answer], ended: Callable[[], bool]) -> None:
        import torch

        assert self._decoder is not None
        with torch.inference_mode():
            if len(group) == 1:
                self._decoder.answer(group[0], None, lambda tokens: None, ended)
            else:
                self._decoder.answer_together(group, ended)

    def _completion(self, answer: Answer) -> Completion:
        from cadagent.generation.torch.decoding import TextStream

        assert answer.finish is not None
        text = TextStream(self._tokenizer).push(answer.tokens, last=True)
        return Completion(text, answer.written, answer.finish, len(answer.prompt))

    def _ended(self, *events: threading.Event | None) -> Callable[[], bool]:
        watched = [self._stop, *(event for event in events if event is not None)]
        return lambda: any(event.is_set() for event in watched)

    def _stream(
        self, answer: Answer, adapter: Adapter | None, cancel: threading.Event | None
    ) -> Iterator[Chunk]:
        """Write the answer in a thread and hand on its text; ending early, for any reason, stops the thread.

        The thread holds the model for as long as it writes. A lock held here would be held for ever by an
        iterator that somebody drops half way.
        """
        from cadagent.generation.torch.decoding import TextStream

        reports: queue.SimpleQueue[list[int] | BaseException | None] = queue.SimpleQueue()
        abandoned = threading.Event()
        worker = threading.Thread(
            target=self._write,
            args=(answer, adapter, reports, self._ended(abandoned, cancel)),
            name="cadagent-generate",
            daemon=True,
        )
        self._workers.add(worker)
        worker.start()
        text = TextStream(self._tokenizer)
        told = 0
        try:
            while (report := reports.get()) is not None:
                if isinstance(report, BaseException):
                    raise _failure(report, self.name) from report
                told += len(report)
                yield Chunk(text.push(report), len(report))
            assert answer.finish is not None
            yield Chunk(text.push([], last=True), answer.written - told, answer.finish, len(answer.prompt))
        finally:
            abandoned.set()
            worker.join()
            self._workers.discard(worker)

    def _write(
        self,
        answer: Answer,
        adapter: Adapter | None,
        reports: queue.SimpleQueue[list[int] | BaseException | None],
        ended: Callable[[], bool],
    ) -> None:
        import torch

        assert self._decoder is not None
        key = None if adapter is None else adapter.sha256
        try:
            with self._turn, torch.inference_mode():
                if ended():
                    answer.finish = "cancelled"
                else:
                    self._adapters.use(adapter)
                    reading = self._readings.take(key, answer.prompt)
                    self._readings.keep(key, self._decoder.answer(answer, reading, reports.put, ended))
        except Exception as error:  # noqa: BLE001 - told to the thread that asked
            reports.put(error)
        finally:
            reports.put(None)

    def count_tokens(self, text: str) -> int:
        """Number of tokens of ``text``; control tokens in it count as plain text."""
        with self._starting:
            if self._tokenizer is None:
                self._load_tokenizer()
        encoded = self._tokenizer(text, add_special_tokens=False, split_special_tokens=True)
        return len(encoded["input_ids"])

    def close(self) -> None:
        """Stop what is being generated and free the model."""
        self._stop.set()
        for worker in tuple(self._workers):
            worker.join()
        with self._starting:
            if self._decoder is not None:
                self._decoder = self._adapters = self._readings = self._vocabulary = None
                atexit.unregister(self.close)


def _grammar(grammar: str | None, schema: dict[str, Any] | None) -> str | None:
    if grammar is not None and schema is not None:
        raise InputError("A grammar and a schema cannot be asked for together.")
    if schema is None:
        return grammar
    from cadagent.generation.grammar import gbnf

    return gbnf(schema)


def _failure(error: BaseException, name: str) -> CadAgentError:
    if isinstance(error, CadAgentError):
        return error
    from cadagent.generation.torch.quiet import first_line

    return ModelUnavailable(f"The model {name} failed: {first_line(error)}")
