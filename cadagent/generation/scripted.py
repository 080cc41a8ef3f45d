"""A model that follows a script: it checks what it is asked and answers what the script says. For tests and
demos."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from cadagent.errors import InputError
from cadagent.generation.protocol import Chunk, Finish, Identity, Message

CHUNK_CHARACTERS = 8


class UnexpectedRequest(InputError):
    """The model was asked something that its script does not expect."""


class ScriptedModel:
    """Plays a list of steps, one for each call of ``generate``.

    A step is a dict with:

    - ``reply``: the text to answer, or ``chunks``: a list of texts, streamed as they stand;
    - ``expect`` (optional): a text or list of texts that must all occur in the last message, or a list of
      ``{"role", "content"}`` that must equal all the messages;
    - ``adapter``, ``seed``, ``temperature`` (optional): must equal what the call asks for;
    - ``finish`` (optional): ``stop`` by default, or ``length``.

    Every four characters count as a token. ``calls`` keeps the messages of each call.
    """

    context = 8192

    def __init__(self, steps: Sequence[dict[str, Any]], name: str = "scripted") -> None:
        for number, step in enumerate(steps, 1):
            if not isinstance(step, dict) or ("reply" in step) == ("chunks" in step):
                raise InputError(f"{name}: step {number} must be an object with either 'reply' or 'chunks'.")
            unknown = step.keys() - {"reply", "chunks", "expect", "adapter", "seed", "temperature", "finish"}
            if unknown:
                raise InputError(f"{name}: step {number} has an unknown key {min(unknown)!r}.")
        self.name = name
        self.calls: list[tuple[Message, ...]] = []
        self._steps = list(steps)
        self._lock = threading.Lock()

    @classmethod
    def from_file(cls, path: str | Path) -> ScriptedModel:
        """Read the steps from a JSON file: a list of objects."""
        try:
            steps = json.loads(Path(path).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise InputError(f"The script {path} cannot be read: {error}") from error
        if not isinstance(steps, list):
            raise InputError(f"The script {path} must be a JSON list of steps.")
        return cls(steps, name=f"scripted:{path}")

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
        """Check the request against the next step, then stream that step's answer."""
        with self._lock:
            number = len(self.calls)
            self.calls.append(tuple(messages))
        if number >= len(self._steps):
            raise UnexpectedRequest(
                f"{self.name}: call {number + 1}, but the script has {len(self._steps)} steps."
            )
        step = self._steps[number]
        asked = {"adapter": adapter, "seed": seed, "temperature": temperature}
        self._check(number + 1, step, messages, asked)
        return self._stream(step, self.count_tokens("".join(m.content for m in messages)), max_tokens, cancel)

    def _check(
        self, number: int, step: dict[str, Any], messages: Sequence[Message], asked: dict[str, Any]
    ) -> None:
        where = f"{self.name}: call {number}"
        for key, value in asked.items():
            if key in step and step[key] != value:
                raise UnexpectedRequest(
                    f"{where} asks for {key} {value!r}; the script expects {step[key]!r}."
                )
        expect = step.get("expect", [])
        if isinstance(expect, list) and expect and isinstance(expect[0], dict):
            got = [{"role": message.role, "content": message.content} for message in messages]
            if len(got) != len(expect):
                raise UnexpectedRequest(f"{where} has {len(got)} messages; the script expects {len(expect)}.")
            for index, (one, other) in enumerate(zip(got, expect, strict=True), 1):
                if one != other:
                    raise UnexpectedRequest(
                        f"{where}: message {index} is {one!r}; the script expects {other!r}."
                    )
            return
        last = messages[-1].content if messages else ""
        for text in [expect] if isinstance(expect, str) else expect:
            if text not in last:
                raise UnexpectedRequest(
                    f"{where}: the script expects {text!r} in the last message, got {last!r}."
                )

    def _stream(
        self, step: dict[str, Any], prompt_tokens: int, max_tokens: int, cancel: threading.Event | None
    ) -> Iterator[Chunk]:
        reply = step.get("reply", "")
        pieces = step.get("chunks") or [
            reply[start : start + CHUNK_CHARACTERS] for start in range(0, len(reply), CHUNK_CHARACTERS)
        ]
        finish: Finish = step.get("finish", "stop")
        left = max_tokens
        for piece in pieces:
            if cancel is not None and cancel.is_set():
                finish = "cancelled"
                break
            cost = self.count_tokens(piece)
            if cost > left:
                finish = "length"
                break
            left -= cost
            yield Chunk(piece, cost)
        yield Chunk("", 0, finish, prompt_tokens)

    def identify(self, adapter: str | None = None) -> Identity:
        """The script's name and the adapter as asked for."""
        return Identity(self.name, adapter=adapter, trained=True)

    def count_tokens(self, text: str) -> int:
        """One token for every four characters, rounded up."""
        return -(-len(text) // 4)

    def close(self) -> None:
        """Nothing to free."""
