"""The protocol that every model backend follows; nothing above this room knows which engine runs.

A model takes chat messages and streams chunks of text, optionally held to a grammar. Engines differ in how
they are held: the embedded one takes GBNF, a server takes the JSON Schema itself. Callers therefore pass the
schema, and pass a grammar only when they have one that no schema describes.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

Role = Literal["system", "user", "assistant"]
Finish = Literal["stop", "length", "cancelled"]

BARE = "none"
"""Adapter name that means the model as it came."""


@dataclass(frozen=True)
class Message:
    """One turn of a conversation."""

    role: Role
    content: str


@dataclass(frozen=True)
class Chunk:
    """A piece of a model's answer.

    Attributes:
        text: the new text, possibly empty (end of the stream, or a token that is half a character).
        tokens: how many tokens of the answer this chunk stands for; they add up to the length of the answer.
        finish: only in the last chunk: ``stop`` (the model ended its answer), ``length`` (cut at
            ``max_tokens`` or at the end of the context) or ``cancelled``.
        prompt_tokens: length of the prompt in tokens, in the last chunk where the engine knows it.
        estimated: in the last chunk, that the engine gave no count and ``tokens`` are counted by pieces.
        cached_tokens: in the last chunk, how many tokens of the prompt the engine did not have to read
            again; None where it does not say.
    """

    text: str
    tokens: int = 1
    finish: Finish | None = None
    prompt_tokens: int | None = None
    estimated: bool = False
    cached_tokens: int | None = None


@dataclass(frozen=True)
class Identity:
    """What exactly answered, for the record; a hash is None where the engine cannot know it.

    Attributes:
        trained: the model knows CAD JSON by itself; an adapter always does.
    """

    model: str
    weights_sha256: str | None = None
    adapter: str | None = None
    adapter_sha256: str | None = None
    trained: bool = False

    @property
    def knows_language(self) -> bool:
        """Whether it was trained on CAD JSON, so that no prompt needs to explain it."""
        return self.trained or self.adapter is not None


class Model(Protocol):
    """A language model that answers chat messages.

    Instances may be shared between threads; an engine may answer one request after the other.

    Attributes:
        name: how people and the store name the model, e.g. ``smollm2-135m-instruct``.
        context: prompt and answer together have at most this many tokens.
    """

    name: str

    @property
    def context(self) -> int: ...

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
        """Stream the answer to ``messages``; the last chunk, and only it, has a ``finish``.

        Args:
            grammar: GBNF text that the answer must match. Not together with ``schema``.
            schema: JSON Schema that the answer must match, written without any whitespace.
            adapter: name or path of a LoRA adapter; ``None`` is the one that ships for this model, if there
                is one, and ``none`` is the model as it came.
            seed: makes sampling repeatable when ``temperature`` is above 0.
            temperature: 0 takes the most likely token each time.
            max_tokens: cut the answer after so many tokens.
            cancel: when set, the stream ends soon with a chunk whose finish is ``cancelled``. Closing the
                iterator stops the engine as well.

        Raises:
            ModelUnavailable: the model cannot be loaded or reached, or failed on the way.
            InputError: the prompt does not fit the context, the grammar is not valid, or the adapter is
                unknown.
        """
        ...

    def identify(self, adapter: str | None = None) -> Identity:
        """Which weights answer a request with this ``adapter``; loads nothing."""
        ...

    def count_tokens(self, text: str) -> int:
        """Number of tokens of ``text`` in this model's vocabulary."""
        ...

    def close(self) -> None:
        """Free the engine. The model may be closed twice and is unusable afterwards."""
        ...
