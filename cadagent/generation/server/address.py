"""Where a server is, which of its models is meant, and which key it is shown."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from cadagent.errors import InputError

OPENAI = "https://api.openai.com/v1"


@dataclass(frozen=True)
class Address:
    """A model on a server.

    Attributes:
        url: of the API, with its path (usually ``/v1``) and without a slash at the end.
        model: the name by which the server knows the model; ``None`` where it serves just one.
        hosted: it was named as ``openai:NAME``; only such a server is shown the key of ``OPENAI_API_KEY``.
    """

    url: str
    model: str | None
    hosted: bool = False

    @property
    def name(self) -> str:
        """As a person would write it; holds no secret."""
        return f"{self.url}#{self.model}" if self.model else self.url

    @property
    def host(self) -> str:
        """Host and port."""
        return urlsplit(self.url).netloc

    @property
    def root(self) -> str:
        """The server without the API's path, where llama-server and vLLM have further services."""
        return self.url.removesuffix("/v1")

    @property
    def is_local(self) -> bool:
        """Whether the server runs on this machine, so that no proxy lies between."""
        host = urlsplit(self.url).hostname or ""
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"


def from_url(text: str, *, hosted: bool = False) -> Address:
    """Read ``http://HOST:PORT/v1#NAME``; the name may be left out.

    Raises:
        InputError: no such address, or it carries a password, which would end up in records.
    """
    try:
        parts = urlsplit(text)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:
        named = False
    if not named or parts.scheme not in ("http", "https"):
        raise InputError("A server is named by its address, such as http://127.0.0.1:8080/v1#NAME.")
    if parts.username is not None or parts.password is not None or parts.query:
        raise InputError(
            "A server's address holds neither a password nor a query; set CADAGENT_API_KEY for a key."
        )
    url = f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/")
    return Address(url, parts.fragment or None, hosted)


def from_name(name: str, environment: Mapping[str, str] | None = None) -> Address:
    """The model ``openai:NAME``: at ``OPENAI_BASE_URL`` where that is set, as OpenAI's own clients do."""
    environment = os.environ if environment is None else environment
    if not name.strip():
        raise InputError("Which model is meant? Name it: openai:NAME.")
    base = from_url(environment.get("OPENAI_BASE_URL", "").strip() or OPENAI, hosted=True)
    return Address(base.url, name.strip(), hosted=True)


@dataclass(frozen=True)
class Secret:
    """An API key that does not show itself when printed."""

    value: str = field(repr=False)

    def hide(self, text: str) -> str:
        """The text with every mention of the key struck out."""
        return text.replace(self.value, "…")


def find_key(address: Address, environment: Mapping[str, str] | None = None) -> Secret | None:
    """The key for this server: ``CADAGENT_API_KEY``, for ``openai:NAME`` ``OPENAI_API_KEY``, or what the
    system's keyring holds for the service ``cadagent`` and the server's host.

    ``OPENAI_API_KEY`` is for OpenAI: a server that was named by its address never sees it.

    Raises:
        InputError: the key could not stand in an HTTP header.
    """
    environment = os.environ if environment is None else environment
    names = ["CADAGENT_API_KEY", *(["OPENAI_API_KEY"] if address.hosted else [])]
    for name in names:
        if value := environment.get(name, "").strip():
            if not (value.isascii() and value.isprintable()):
                raise InputError(f"The key in {name} has characters that no key has.")
            return Secret(value)
    return _from_keyring(address.host)


def _from_keyring(host: str) -> Secret | None:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return None
    try:
        value = keyring.get_password("cadagent", host)
    except KeyringError:
        return None  # locked, or none on this system: the server says whether it needs a key
    return Secret(value) if value else None
