"""Requests to a server: one thread with an event loop, in which a request can be broken off at any moment.

A blocking client cannot be stopped while it waits for a server that reads a long prompt; a task can, and its
connection is closed at once. Redirects are not followed, so that a key goes to no other host.
"""

from __future__ import annotations

import asyncio
import json
import random
import threading
import time
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import Future
from contextlib import asynccontextmanager
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, TypeVar

from cadagent.errors import CadAgentError, ModelUnavailable
from cadagent.generation.limits import Limits
from cadagent.generation.server.address import Address, Secret

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")

MOST_TRIES = 4
FIRST_DELAY = 0.5
LONGEST_DELAY = 30.0
"""Seconds; a server that asks for a longer pause is not waited for."""

_MOST_REFUSAL, _MOST_BODY = 1 << 16, 1 << 24
"""Bytes that are read of an error and of a whole answer."""
_BUSY = (408, 429, 500, 502, 503, 504, 529)


class Refusal(CadAgentError):
    """The server answered, but with an error.

    Attributes:
        status: of HTTP.
        message: what it says, on one line, without the key.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


class Wire:
    """The connection to one server; usable from several threads."""

    def __init__(self, address: Address, key: Secret | None, limits: Limits) -> None:
        self.address, self.limits = address, limits
        self._key = key
        self._starting = threading.Lock()
        self._closed = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._client: httpx.AsyncClient | None = None
        self._slots: asyncio.Semaphore | None = None

    def submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Run a coroutine in the loop; cancelling the future closes its connection."""
        with self._starting:
            if self._closed:
                work.close()
                raise ModelUnavailable(f"The model {self.address.name} has been closed.")
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(
                    target=self._loop.run_forever, name="cadagent-server", daemon=True
                )
                self._thread.start()
            return asyncio.run_coroutine_threadsafe(work, self._loop)

    def _ready(self) -> tuple[httpx.AsyncClient, asyncio.Semaphore]:
        """The client and the slots; made in the loop's thread at the first request."""
        if self._client is None or self._slots is None:
            import httpx

            limits = self.limits
            self._slots = asyncio.Semaphore(limits.at_once)
            self._client = httpx.AsyncClient(
                headers={"Authorization": f"Bearer {self._key.value}"} if self._key else {},
                timeout=httpx.Timeout(limits.silent_seconds, connect=limits.connect_seconds, pool=None),
                trust_env=not self.address.is_local,
                follow_redirects=False,
            )
        return self._client, self._slots

    @asynccontextmanager
    async def request(
        self, method: str, url: str, body: dict[str, Any] | None = None, tries: int = MOST_TRIES
    ) -> AsyncIterator[httpx.Response]:
        """An answer whose headers have come and whose body has not; until then, what may help is tried again.

        Raises:
            Refusal: the server answered with an error, at the last try too.
            ModelUnavailable: it cannot be reached, breaks off, is silent, or asks for too long a pause.
        """
        import httpx

        client, slots = self._ready()
        async with slots:
            response = await self._send(client, client.build_request(method, url, json=body), tries)
            try:
                yield response
            except httpx.HTTPError as error:
                raise self._failure(error) from None
            finally:
                await response.aclose()

    async def _send(self, client: httpx.AsyncClient, request: httpx.Request, tries: int) -> httpx.Response:
        import httpx

        for attempt in range(1, tries + 1):
            pause = FIRST_DELAY * 2 ** (attempt - 1) * random.uniform(0.5, 1.5)
            try:
                response = await client.send(request, stream=True)
            except httpx.HTTPError as error:
                # A server that took the request and is silent would only be given it twice.
                if attempt == tries or isinstance(error, httpx.ReadTimeout):
                    raise self._failure(error) from None
            else:
                if response.status_code == 200:
                    return response
                refusal = await self._refusal(response)
                if refusal.status not in _BUSY or attempt == tries:
                    raise refusal
                pause = max(pause, self._asked_pause(response, refusal))
            await asyncio.sleep(pause)
        raise AssertionError("the last try returns or raises")

    async def _refusal(self, response: httpx.Response) -> Refusal:
        import httpx

        raw = b""
        try:
            async for piece in response.aiter_bytes():
                raw += piece
                if len(raw) > _MOST_REFUSAL:
                    break
        except httpx.HTTPError:
            pass  # the status says enough
        finally:
            await response.aclose()
        if 300 <= response.status_code < 400:
            place = response.headers.get("location", "")
            return Refusal(response.status_code, f"it redirects to {self.plain(place)}; name that address")
        return Refusal(response.status_code, self.plain(error_text(raw)))

    def _asked_pause(self, response: httpx.Response, refusal: Refusal) -> float:
        """Seconds that the server asks to wait, from its ``Retry-After`` header."""
        seconds = retry_after(response.headers.get("retry-after", ""), time.time())
        if seconds > LONGEST_DELAY:
            raise ModelUnavailable(
                f"The server {self.address.host} asks to wait {seconds:.0f} s: {refusal.message}"
            )
        return seconds

    def _failure(self, error: Exception) -> ModelUnavailable:
        import httpx

        host = self.address.host
        if isinstance(error, httpx.ConnectTimeout):
            why = f"does not answer within {self.limits.connect_seconds:g} s"
        elif isinstance(error, httpx.TimeoutException):
            why = f"has sent nothing for {self.limits.silent_seconds:g} s"
        else:
            verb = "cannot be reached" if isinstance(error, httpx.ConnectError) else "broke off"
            why = f"{verb}: {self.plain(str(error)) or type(error).__name__}"
        return ModelUnavailable(f"The server {host} {why}.")

    @staticmethod
    async def whole(response: httpx.Response) -> bytes:
        """The body of an answer that comes in one piece.

        Raises:
            ValueError: it has no end.
        """
        raw = b""
        async for piece in response.aiter_bytes():
            raw += piece
            if len(raw) > _MOST_BODY:
                raise ValueError("an answer without end")
        return raw

    def plain(self, text: str) -> str:
        """A server's words on one line, shortened, without control characters and without the key."""
        kept = "".join(c if c.isprintable() else " " for c in text)
        line = " ".join(kept.split())
        if self._key is not None:
            line = self._key.hide(line)
        return line if len(line) <= 300 else f"{line[:300]}…"

    def close(self) -> None:
        """Break off what is under way and end the thread."""
        with self._starting:
            self._closed = True
            loop, self._loop = self._loop, None
        if loop is None or self._thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._end(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        self._thread.join()
        loop.close()

    async def _end(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()


def retry_after(value: str, now: float) -> float:
    """Seconds from a ``Retry-After`` header, which is a number or a date; 0 where it is neither.

    Args:
        now: seconds since 1970.
    """
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - now)
    except ValueError:
        return 0.0


def error_text(raw: bytes) -> str:
    """What a body says about an error, or how it begins."""
    text = raw.decode(errors="replace")
    try:
        return error_message(json.loads(text))
    except (ValueError, RecursionError):
        return text[:300]


def error_message(value: Any) -> str:
    """The message within an error object, in any of the forms that OpenAI, vLLM and Ollama give it."""
    while True:
        if isinstance(value, list) and value:
            value = value[0]
            continue
        keys = ("error", "message", "detail", "msg") if isinstance(value, dict) else ()
        found = next((value[key] for key in keys if value.get(key)), None)
        if found is None:
            return str(value)
        value = found
