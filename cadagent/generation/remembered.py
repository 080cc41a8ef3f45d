"""A model whose answers are kept in a file, so that what was asked once is never asked again.

For measurements that put the same questions many times: strategies compared on the same requests share all
that they have in common, and a measurement that was broken off goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from cadagent.errors import InputError
from cadagent.generation.protocol import Chunk, Identity, Message, Model


class RememberedModel:
    """Another model with a memory.

    Attributes:
        seconds: that the model took for all answers given so far, remembered ones included.
        asked: how many answers had to be asked for.
    """

    def __init__(self, model: Model, memory: Path) -> None:
        """``memory`` is a file of JSON lines, made if need be; answers of other models stay apart.

        Raises:
            InputError: the file cannot be read, or is no memory.
        """
        self.name, self._model, self._memory = model.name, model, memory
        self.seconds, self.asked = 0.0, 0
        self._known: dict[str, dict[str, Any]] = {}
        self._identities: dict[str | None, str] = {}
        try:
            lines = memory.read_text(encoding="utf-8").splitlines() if memory.exists() else []
            for line in lines:
                row = json.loads(line)
                self._known[row["key"]] = row
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(f"{memory} is no memory of answers: {error}") from error

    @property
    def context(self) -> int:
        return self._model.context

    def start(self, adapter: str | None = None) -> None:
        """Load the model now, where it can be told to."""
        if hasattr(self._model, "start"):
            self._model.start(adapter)

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
        """The remembered answer in one piece, or the model's own, which is then kept if it came to an end."""
        options: dict[str, Any] = {
            "grammar": grammar,
            "schema": schema,
            "adapter": adapter,
            "seed": seed if temperature > 0 else 0,
            "temperature": temperature,
            "max_tokens": max_tokens,
        }
        key = self._key(messages, options)
        if key not in self._known:
            began = time.monotonic()
            chunks = list(self._model.generate(messages, **options, cancel=cancel))
            row: dict[str, Any] = {
                "key": key,
                "text": "".join(chunk.text for chunk in chunks),
                "tokens": sum(chunk.tokens for chunk in chunks),
                "finish": chunks[-1].finish,
                "prompt_tokens": chunks[-1].prompt_tokens,
                "seconds": round(time.monotonic() - began, 3),
            }
            self.asked += 1
            if row["finish"] == "cancelled":
                yield from chunks
                return
            with self._memory.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
            self._known[key] = row
        row = self._known[key]
        self.seconds += row["seconds"]
        yield Chunk(row["text"], row["tokens"], row["finish"], row["prompt_tokens"])

    def _key(self, messages: Sequence[Message], options: dict[str, Any]) -> str:
        adapter = options["adapter"]
        if adapter not in self._identities:
            self._identities[adapter] = repr(self.identify(adapter))
        question = [[message.role, message.content] for message in messages]
        text = json.dumps([self._identities[adapter], question, options])
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    def identify(self, adapter: str | None = None) -> Identity:
        return self._model.identify(adapter)

    def count_tokens(self, text: str) -> int:
        return self._model.count_tokens(text)

    def close(self) -> None:
        self._model.close()
