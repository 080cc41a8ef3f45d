"""The application in a browser: on this machine, for whoever holds the token, which works once.

``/metrics`` needs no token, since a scraper cannot type one: it has counts and names of models, no requests.
"""

from __future__ import annotations

import asyncio
import html
import secrets
import shlex
import socket
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from string import Template

from aiohttp import web
from textual_serve.server import Server

from cadagent.errors import InputError, StoreError

COOKIE = "cadagent_session"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_EVERYWHERE = ("0.0.0.0", "::")
_PAGE = Path(__file__).with_name("pages") / "index.html"
_POLICY = Template(
    "default-src 'self'; script-src 'self' 'nonce-$nonce'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self' ws://$host"
)
_METRICS = "/metrics"
_RETRY = 0.02
"""Seconds between two looks at whether the address is open."""
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class GuardedServer(Server):
    """Serves only a session that came in with the token; everybody else gets 403."""

    def __init__(self, command: str, host: str, port: int, *, token: str | None, database: Path) -> None:
        """``token`` may be ``None``: then everybody is let in who can reach the address."""
        name = f"[{host}]" if ":" in host else host
        super().__init__(command, host=host, port=port, public_url=f"http://{name}:{port}")
        self.token, self.database = token, database
        self._session = secrets.token_urlsafe(32)

    @property
    def address(self) -> str:
        """What to open in a browser."""
        return self.public_url + (f"/?token={self.token}" if self.token is not None else "/")

    def initialize_logging(self) -> None:
        """Say nothing; the command has said what there is to say."""

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()
        app.router.add_get(_METRICS, self._metrics)

        @web.middleware
        async def guard(request: web.Request, handler: _Handler) -> web.StreamResponse:
            return await self._guard(request, handler)

        app.middlewares.append(guard)
        return app

    async def handle_index(self, request: web.Request) -> web.Response:
        """The page with the terminal in it; everything that it loads comes from here."""
        nonce = secrets.token_urlsafe(16)
        page = Template(_PAGE.read_text(encoding="utf-8")).substitute(
            socket=html.escape(f"ws://{request.host}/ws"), nonce=nonce
        )
        policy = _POLICY.substitute(nonce=nonce, host=request.host)
        headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store"}
        return web.Response(text=page, content_type="text/html", headers=headers)

    async def _guard(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        """Exchange the token, once, for a cookie; without either there is nothing here.

        The name of the host must be the one that was told, and the terminal is opened by our own page only: a
        page elsewhere could point its own name at this address (DNS rebinding), or call it.
        """
        name = (request.host or "").rpartition(":")[0].strip("[]") or request.host
        if name not in (*_LOOPBACK, self.host) and self.host not in _EVERYWHERE:
            raise web.HTTPForbidden(text="Unknown host.")
        if request.path == "/ws" and request.headers.get("Origin", "") != f"http://{request.host}":
            raise web.HTTPForbidden(text="Another page asks.")
        if self.token is None or request.path == _METRICS:
            return await handler(request)
        if secrets.compare_digest(request.cookies.get(COOKIE, ""), self._session):
            return await handler(request)
        given = request.query.get("token", "")
        if request.path == "/" and self.token and secrets.compare_digest(given, self.token):
            self.token = ""  # spent
            response = web.HTTPFound("/")
            response.set_cookie(COOKIE, self._session, httponly=True, samesite="Strict")
            raise response
        raise web.HTTPForbidden(text="This needs the address with the token that `cadagent serve` printed.")

    async def _metrics(self, request: web.Request) -> web.Response:
        """The database's figures for Prometheus."""
        from cadagent.feedback.metrics import CONTENT_TYPE

        try:
            text = await asyncio.to_thread(_figures, self.database)
        except StoreError as error:
            raise web.HTTPServiceUnavailable(text=f"{error}\n") from error
        return web.Response(body=text.encode(), headers={"Content-Type": CONTENT_TYPE})

    async def on_startup(self, app: web.Application) -> None:
        """Called just before the address is opened."""
        self._telling = asyncio.create_task(self._tell())

    async def _tell(self) -> None:
        """Tell the address once it is open."""
        while True:
            try:
                _, writer = await asyncio.open_connection(self.host, self.port)
            except OSError:
                await asyncio.sleep(_RETRY)
            else:
                writer.close()
                break
        sys.stdout.write(f"{self.address}\n")
        if self.token is not None:
            sys.stdout.write("The token works once, in one browser. Ctrl+C ends.\n")
        sys.stdout.flush()


def _figures(database: Path) -> str:
    from cadagent.feedback import open_store
    from cadagent.feedback.metrics import prometheus

    with open_store(database, read_only=True) as store:
        return prometheus(store)


def serve(host: str, port: int, guarded: bool, arguments: Sequence[str], database: Path) -> None:
    """Serve until Ctrl+C.

    Args:
        port: 0 takes any free one.
        arguments: options of ``cadagent chat`` for the application of each browser window.
        database: what ``/metrics`` tells about.

    Raises:
        InputError: the address cannot be listened on.
    """
    command = shlex.join([sys.executable, "-m", "tui", "chat", *arguments])
    chosen = _free_port(host, port)
    token = secrets.token_urlsafe(24) if guarded else None
    GuardedServer(command, host, chosen, token=token, database=database).serve()


def _free_port(host: str, port: int) -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise InputError(f"{host}:{port} cannot be listened on: {error.strerror or error}.") from error
        return int(probe.getsockname()[1])
