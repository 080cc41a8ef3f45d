"""A server shaped like vLLM's, over real sockets, that behaves as a test tells it to."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.agent.designs import GOOD

MODEL, ADAPTER = "phi-3-mini", "phi-3-mini-cad"
PROSE = "Sure! Here is a plate, forty by twenty."
WORDS = ("response_format", "structured_outputs", "guided_json")
"""The keys with which a request can ask for a form of its answer."""


def asked_form(body: dict[str, Any]) -> str:
    """Which form of structured output a request asks for."""
    if "response_format" in body:
        return str(body["response_format"]["type"])
    return next((word for word in WORDS if word in body), "nothing")


@dataclass
class Behaviour:
    """What the server does.

    Attributes:
        honours: forms of structured output that it holds answers to; with others it answers in prose.
        refuses: forms that it refuses with 400.
        no_system: with which status and message it refuses a system prompt, where it does.
        refused_options: options of a request that it does not know.
        fails: status, headers and message of the next answers, before it works.
        events: instead of an answer, these lines as they stand; ``None`` in them drops the connection.
        usage: whether it counts tokens.
        pause: seconds before each piece of an answer.
        key: the key that it wants.
        context: what it tells as the length of its context.
        redirect: where it sends everybody.
        whole: it answers in one piece although it was asked for a stream.
        tokenize: it counts tokens for others.
        model: what it calls its model.
    """

    honours: tuple[str, ...] = ("json_schema",)
    refuses: tuple[str, ...] = ()
    no_system: tuple[int, str] | None = None
    refused_options: tuple[str, ...] = ()
    fails: list[tuple[int, dict[str, str], str]] = field(default_factory=list)
    events: list[str | None] | None = None
    reply: str = GOOD
    usage: bool = True
    pause: float = 0.0
    key: str | None = None
    context: int | None = 4096
    redirect: str | None = None
    whole: bool = False
    tokenize: bool = True
    model: str = MODEL


class ChatServer(ThreadingHTTPServer):
    """Keeps what it was asked and how many answers were under way at the same time."""

    daemon_threads = True

    def __init__(self, behaviour: Behaviour) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.behaviour = behaviour
        self.bodies: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.gone = threading.Event()
        """A client has closed its connection before the answer was complete."""
        self.writing = threading.Event()
        """An answer has begun."""
        self.most_at_once = 0
        self._now = 0
        self._counting = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    @contextmanager
    def under_way(self) -> Iterator[None]:
        with self._counting:
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
        try:
            yield
        finally:
            with self._counting:
                self._now -= 1

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that go away are what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    server: ChatServer
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        behaviour = self.server.behaviour
        if not self._is_allowed():
            return None
        if self.path != "/v1/models":
            return self._send(404, {"detail": "Not Found"})
        base = {"id": behaviour.model, "object": "model", "parent": None}
        if behaviour.context is not None:
            base["max_model_len"] = behaviour.context  # type: ignore[assignment]
        return self._send(200, {"object": "list", "data": [base, {"id": ADAPTER, "parent": behaviour.model}]})

    def do_POST(self) -> None:
        if not self._is_allowed():
            return None
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/tokenize" and self.server.behaviour.tokenize:
            words = body["prompt"].split()
            return self._send(200, {"count": len(words), "tokens": list(range(len(words)))})
        if self.path != "/v1/chat/completions":
            return self._send(404, {"detail": "Not Found"})
        self.server.bodies.append(body)
        with self.server.under_way():
            try:
                self._complete(body)
            except OSError:
                self.server.gone.set()
                self.close_connection = True

    def _is_allowed(self) -> bool:
        behaviour = self.server.behaviour
        self.server.keys.append(self.headers.get("Authorization"))
        if behaviour.redirect is not None:
            self.send_response(307)
            self.send_header("Location", behaviour.redirect)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return False
        if behaviour.key is not None and self.headers.get("Authorization") != f"Bearer {behaviour.key}":
            self._send(401, {"error": {"message": f"Incorrect key: {self.headers.get('Authorization')}"}})
            return False
        return True

    def _complete(self, body: dict[str, Any]) -> None:
        behaviour, form = self.server.behaviour, asked_form(body)
        if behaviour.fails:
            status, headers, message = behaviour.fails.pop(0)
            return self._send(status, {"error": {"message": message, "code": status}}, headers)
        if behaviour.no_system is not None and body["messages"][0]["role"] == "system":
            status, message = behaviour.no_system
            return self._send(status, {"error": {"message": message, "code": status}})
        if form in behaviour.refuses:
            return self._send(400, {"object": "error", "message": f"{form} is not supported", "code": 400})
        for option in behaviour.refused_options:
            if option in body:
                return self._send(400, {"error": {"message": f"Unsupported parameter: '{option}'"}})
        text = behaviour.reply if form in behaviour.honours else PROSE
        if behaviour.whole:
            choice = {"message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
            return self._send(200, {"choices": [choice], "usage": _usage(text)})
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        for line in behaviour.events if behaviour.events is not None else _lines(text, behaviour.usage):
            if line is None:
                return None  # in the middle of an answer
            time.sleep(behaviour.pause)
            self.wfile.write(f"{line}\n\n".encode())
            self.wfile.flush()
            self.server.writing.set()
        return None

    def _send(self, status: int, value: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        raw = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        for name, text in (headers or {}).items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(raw)


def delta(text: str, finish: str | None = None) -> str:
    """One event of an answer."""
    return "data: " + json.dumps(
        {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish}]}
    )


def _usage(text: str) -> dict[str, int]:
    return {"prompt_tokens": 31, "completion_tokens": len(_pieces(text)) + 1}


def _pieces(text: str) -> list[str]:
    return [text[start : start + 4] for start in range(0, len(text), 4)]


def _lines(text: str, usage: bool) -> Iterator[str]:
    for piece in _pieces(text):
        yield delta(piece)
    yield delta("", "stop")
    if usage:
        yield "data: " + json.dumps({"choices": [], "usage": _usage(text)})
    yield "data: [DONE]"


@contextmanager
def serving(behaviour: Behaviour | None = None, **options: Any) -> Iterator[ChatServer]:
    """A server that runs."""
    server = ChatServer(behaviour or Behaviour(**options))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


Serve = Callable[..., ChatServer]
