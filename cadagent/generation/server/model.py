"""A model behind OpenAI's chat protocol, as ``Model``."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Future
from typing import TYPE_CHECKING, Any, TypeVar

from cadagent.errors import InputError, ModelUnavailable
from cadagent.generation.protocol import BARE, Chunk, Finish, Identity, Message
from cadagent.generation.server.address import Address, find_key
from cadagent.generation.server.dialects import NO_SYSTEM, NOTHING, Manners
from cadagent.generation.server.events import BadStream, EventStream
from cadagent.generation.server.facts import Facts, read_facts
from cadagent.generation.server.wire import Refusal, Wire, error_message

if TYPE_CHECKING:
    import httpx

    from cadagent.generation.models import ModelSettings

T = TypeVar("T")

CONTEXT = 8192
"""Tokens, where neither the server nor the settings say how many there are."""

BYTES_PER_TOKEN = 3
"""For servers that cannot count: English has four to five, JSON full of figures about two and a half."""

_LOOK = 0.05
"""Seconds between two looks at the cancel event."""

_TOO_LONG = (
    "context length",
    "context size",
    "maximum context",
    "exceed_context",
    "too many tokens",
    "prompt is too long",
)

_ABOUT_THE_REQUEST = ("schema", "grammar", *NO_SYSTEM)
"""Words of refusals that some servers send as an error of their own, with 500."""


class ServerModel:
    """A model on a server. Nothing is sent before it is first used.

    The server applies its own chat template and, where it can, holds the answer to the schema; which form of
    structured output it takes is found out as it refuses or ignores them. An adapter is a model name of the
    server, which is how vLLM serves LoRA adapters.
    """

    def __init__(self, address: Address, settings: ModelSettings) -> None:
        self.name = address.name
        self._address = address
        self._settings = settings
        self._wire = Wire(address, find_key(address), settings.limits)
        self._manners = Manners(settings.notice or (lambda _: None))
        self._asking = threading.Lock()
        self._facts: Facts | None = None
        self._counts = True

    @property
    def context(self) -> int:
        """Tokens of prompt and answer: the setting, else what the server tells, else 8,192."""
        return self._settings.context or self._known().context or CONTEXT

    def start(self, adapter: str | None = None) -> None:
        """Ask the server for its models now; otherwise the first use does.

        Raises:
            ModelUnavailable: it cannot be reached or refuses the key, or has no such model.
            InputError: it has no such adapter.
        """
        self._served(adapter)

    def _known(self) -> Facts:
        """What the server tells about itself; asked once."""
        with self._asking:
            if self._facts is None:
                self._facts = self._wait(self._wire.submit(read_facts(self._wire, self._address.model)))
            return self._facts

    def _served(self, adapter: str | None) -> str:
        """The name under which the server has what a request means."""
        facts = self._known()
        if adapter is not None and adapter != BARE:
            if facts.models and adapter not in facts.models:
                raise InputError(
                    f"The server {self._address.host} has no adapter {adapter!r}; {facts.offer()}."
                )
            return adapter
        if self._address.model is not None:
            if facts.models and self._address.model not in facts.aliases:
                raise ModelUnavailable(
                    f"The server {self._address.host} has no model {self._address.model!r}; {facts.offer()}."
                )
            return self._address.model
        if len(facts.bases) != 1:
            raise InputError(
                f"Which model of {self._address.host} is meant? Name it: {self._address.url}#NAME; "
                f"{facts.offer()}."
            )
        return facts.bases[0]

    def identify(self, adapter: str | None = None) -> Identity:
        """The server's address and model; which weights it runs, nobody can know from here.

        The adapter is None unless one was named: the model then knows nothing of the language.
        """
        return Identity(self.name, adapter=None if adapter == BARE else adapter)

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
        """Stream the answer; see ``Model.generate``. A server takes a schema, not a grammar."""
        if grammar is not None:
            raise InputError("A server holds answers to a JSON Schema, not to a grammar.")
        body = {
            "model": self._served(adapter),
            "messages": [{"role": one.role, "content": one.content} for one in messages],
            "stream": True,
            "stream_options": {"include_usage": True},
            "temperature": temperature,
            "seed": seed,
            "max_tokens": max_tokens,
        }
        return self._stream(body, schema, max_tokens, cancel)

    def _stream(
        self,
        body: dict[str, Any],
        schema: dict[str, Any] | None,
        max_tokens: int,
        cancel: threading.Event | None,
    ) -> Iterator[Chunk]:
        chunks: queue.SimpleQueue[Chunk | None] = queue.SimpleQueue()
        work = self._wire.submit(self._answer(body, schema, max_tokens, chunks.put))
        work.add_done_callback(lambda _: chunks.put(None))
        try:
            while True:
                try:
                    chunk = chunks.get(timeout=_LOOK)
                except queue.Empty:
                    chunk = Chunk("", 0)
                if cancel is not None and cancel.is_set():
                    yield Chunk("", 0, "cancelled")
                    return
                if chunk is None:
                    self._wait(work)
                    return
                if chunk.text or chunk.tokens or chunk.finish:
                    yield chunk
        finally:
            work.cancel()

    async def _answer(
        self,
        body: dict[str, Any],
        schema: dict[str, Any] | None,
        max_tokens: int,
        hand_on: Callable[[Chunk], None],
    ) -> None:
        """Send the request in the first form that the server takes, and hand on its answer."""
        level = self._manners.level if schema is not None else NOTHING
        while True:
            shaped = self._manners.shape(body, schema, level)
            answer = _Answer(max_tokens)
            try:
                async with self._wire.request(
                    "POST", f"{self._address.url}/chat/completions", shaped
                ) as response:
                    async for event in _events(response):
                        for chunk in answer.read(event):
                            hand_on(chunk)
                        if answer.is_full:
                            break
                break
            except BadStream as error:
                raise ModelUnavailable(
                    f"The server {self._address.host} sends no stream of answers but "
                    f"{self._wire.plain(str(error))}."
                ) from None
            except Refusal as refusal:
                if answer.tokens:
                    raise ModelUnavailable(
                        f"The server {self._address.host} failed: {refusal.message}"
                    ) from None
                words = refusal.message.lower()
                if any(one in words for one in _TOO_LONG):
                    raise InputError(
                        f"The prompt does not fit the server's context: {refusal.message}"
                    ) from None
                if refusal.status not in (400, 422) and not any(one in words for one in _ABOUT_THE_REQUEST):
                    raise self._told(refusal) from None
                if not self._manners.gives_way(words, shaped):
                    if schema is None or level == NOTHING:
                        raise self._told(refusal) from None
                    level += 1
        if schema is not None:
            self._manners.accepted(level)
            if answer.finish == "stop":
                self._manners.answered("".join(answer.pieces), schema, level)
        hand_on(answer.last(self._address.host))

    def _told(self, refusal: Refusal) -> ModelUnavailable:
        host, status = self._address.host, refusal.status
        if status in (401, 403):
            return ModelUnavailable(
                f"The server {host} refuses the API key (set CADAGENT_API_KEY): {refusal.message}"
            )
        if status == 429:
            return ModelUnavailable(f"The server {host} is busy or its quota is used up: {refusal.message}")
        return ModelUnavailable(f"The server {host} answers with error {status}: {refusal.message}")

    def _wait(self, work: Future[T]) -> T:
        """The result of what runs in the wire's loop, with errors that people can read."""
        try:
            return work.result()
        except Refusal as refusal:
            raise self._told(refusal) from None
        except CancelledError:
            raise ModelUnavailable(f"The model {self.name} has been closed.") from None

    def count_tokens(self, text: str) -> int:
        """Number of tokens of ``text`` by the server's own count where it offers one (llama-server, vLLM),
        else one for every three bytes, which is rather too many than too few."""
        if self._counts:
            count = self._wait(self._wire.submit(self._count(text)))
            if count is not None:
                return count
            self._counts = False
        return -(-len(text.encode()) // BYTES_PER_TOKEN)

    async def _count(self, text: str) -> int | None:
        # Each of the two servers takes its own key and overlooks the other's.
        body = {"content": text, "prompt": text, "model": self._address.model, "add_special_tokens": False}
        try:
            async with self._wire.request(
                "POST", f"{self._address.root}/tokenize", body, tries=2
            ) as response:
                tokens = json.loads(await self._wire.whole(response))["tokens"]
                return len(tokens)
        except (Refusal, ValueError, KeyError, TypeError):
            return None

    def close(self) -> None:
        """Break off what is under way and close the connections."""
        self._wire.close()


class _Answer:
    """An answer as it grows, from the events of its stream."""

    def __init__(self, max_tokens: int) -> None:
        self.pieces: list[str] = []
        self.tokens = 0
        self.finish: Finish | None = None
        self._most = max_tokens
        self._usage: dict[str, Any] = {}

    @property
    def is_full(self) -> bool:
        """Whether a server that does not stop by itself has to be stopped."""
        return self.tokens > self._most and self.finish is None

    def read(self, event: dict[str, Any]) -> Iterator[Chunk]:
        """The chunks that an event brings.

        Raises:
            Refusal: the event is an error.
            BadStream: the event has another form than the protocol's.
        """
        if event.get("error"):
            error = event["error"]
            code = error.get("code") if isinstance(error, dict) else None
            raise Refusal(code if isinstance(code, int) else 500, error_message(error))
        try:
            self._usage = event.get("usage") or self._usage
            for choice in event.get("choices") or ():
                delta = choice.get("delta") or choice.get("message") or {}
                text = delta.get("content") or delta.get("refusal") or ""
                thought = delta.get("reasoning_content") or delta.get("reasoning")
                if not isinstance(text, str):
                    raise BadStream("a text that is none")
                if text or thought:
                    self.tokens += 1
                    self.pieces.append(text)
                    yield Chunk(text)
                if choice.get("finish_reason"):
                    self.finish = "stop" if choice["finish_reason"] == "stop" else "length"
        except (AttributeError, TypeError):
            raise BadStream("an event of another form") from None

    def last(self, host: str) -> Chunk:
        """The chunk that ends the answer.

        Raises:
            ModelUnavailable: the stream ended in the middle.
        """
        finish: Finish | None = "length" if self.is_full else self.finish
        if finish is None:
            raise ModelUnavailable(f"The server {host} broke off its answer after {self.tokens} tokens.")
        written, read = self._usage.get("completion_tokens"), self._usage.get("prompt_tokens")
        counted = isinstance(written, int)
        rest = max(0, written - self.tokens) if isinstance(written, int) else 0
        details = self._usage.get("prompt_tokens_details")
        cached = details.get("cached_tokens") if isinstance(details, dict) else None
        return Chunk(
            "",
            rest,
            finish,
            read if isinstance(read, int) else None,
            estimated=not counted,
            cached_tokens=cached if isinstance(cached, int) else None,
        )


async def _events(response: httpx.Response) -> AsyncIterator[dict[str, Any]]:
    """The events of a streamed answer; the answer of a server that cannot stream is one event."""
    if "json" in response.headers.get("content-type", ""):
        try:
            event = json.loads(await Wire.whole(response))
        except (ValueError, RecursionError):
            raise BadStream("text that is not JSON") from None
        if not isinstance(event, dict):
            raise BadStream("JSON that is no answer")
        yield event
        return
    stream = EventStream()
    async for data in response.aiter_bytes():
        for event in stream.feed(data):
            yield event
        if stream.done:
            return
