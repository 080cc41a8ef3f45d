"""Many requests answered at the same time by one model on a GPU, each by a loop of its own.

A GPU answers a hundred requests in little more time than one, but a loop asks for one answer at a time. Here
as many loops run in threads, and what they ask for at the same moment goes to the model together.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cadagent.generation.protocol import Chunk, Identity, Message

if TYPE_CHECKING:
    from cadagent.generation.torch.model import Completion, TransformersModel

_GATHER, _LONGEST = 0.05, 2.0
"""Seconds without a further question after which those that wait are answered; the most that one waits."""


@dataclass(frozen=True)
class _Question:
    """What one loop asks; questions with the same ``kind`` can be answered together."""

    messages: Sequence[Message]
    seed: int
    schema: dict[str, Any] | None
    kind: tuple[Any, ...]
    answer: Future[Completion]


class LockstepModel:
    """A transformers model for many threads: a ``cadagent.generation.Model`` whose answers come whole."""

    def __init__(self, model: TransformersModel) -> None:
        self._model = model
        self.name = model.name
        self._waiting: list[_Question] = []
        self._changed = threading.Condition()
        self._closed = threading.Event()
        self._worker = threading.Thread(target=self._serve, name="cadagent-lockstep", daemon=True)
        self._worker.start()

    @property
    def context(self) -> int:
        return self._model.context

    def identify(self, adapter: str | None = None) -> Identity:
        """See ``Model.identify``."""
        return self._model.identify(adapter)

    def count_tokens(self, text: str) -> int:
        """See ``Model.count_tokens``."""
        return self._model.count_tokens(text)

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
        """The answer as one chunk; see ``Model.generate``. Grammars are taken as schemas only."""
        if grammar is not None:
            raise ValueError("questions that are answered together are held by a schema")
        # Loops make their schemas from the same parts: the text tells whether two are equal.
        kind = (repr(schema), adapter, temperature, max_tokens)
        question = _Question(messages, seed, schema, kind, Future())
        with self._changed:
            self._waiting.append(question)
            self._changed.notify_all()
        while not wait([question.answer], timeout=0.2).done:
            if cancel is not None and cancel.is_set():
                yield Chunk("", 0, "cancelled")
                return
        found = question.answer.result()
        yield Chunk(found.text, found.tokens, found.finish, found.prompt_tokens)

    def close(self) -> None:
        """Stop what is being written, end the thread and free the model."""
        with self._changed:
            self._closed.set()
            self._changed.notify_all()
        self._worker.join()
        self._model.close()

    def _serve(self) -> None:
        while True:
            with self._changed:
                while not self._waiting and not self._closed.is_set():
                    self._changed.wait()
                if self._closed.is_set():
                    for one in self._waiting:
                        one.answer.cancel()
                    return
            self._gather()
            with self._changed:
                kind = self._waiting[0].kind
                batch = [one for one in self._waiting if one.kind == kind]
                self._waiting = [one for one in self._waiting if one.kind != kind]
            self._answer(batch)

    def _gather(self) -> None:
        """Wait until nobody asks any more: a batch takes as long as its longest answer, full or not."""
        began, before = time.monotonic(), 0
        while len(self._waiting) > before and time.monotonic() - began < _LONGEST:
            before = len(self._waiting)
            time.sleep(_GATHER)  # that nobody asks any more is no event to wait for

    def _answer(self, batch: Sequence[_Question]) -> None:
        _, adapter, temperature, max_tokens = batch[0].kind
        try:
            answers = self._model.generate_batch(
                [one.messages for one in batch],
                schema=batch[0].schema,
                adapter=adapter,
                seeds=[one.seed for one in batch],
                temperature=temperature,
                max_tokens=max_tokens,
                cancel=self._closed,
            )
        except Exception as error:  # noqa: BLE001 - told to every thread that asked
            for one in batch:
                one.answer.set_exception(error)
            return
        for one, answer in zip(batch, answers, strict=True):
            one.answer.set_result(answer)
