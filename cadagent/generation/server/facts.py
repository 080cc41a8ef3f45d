"""What a server tells about itself: its models, which of them are adapters, and the size of the context."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from cadagent.generation.server.wire import Refusal, Wire

_MOST_NAMED = 8


@dataclass(frozen=True)
class Facts:
    """Attributes:
    models: names of all that can be asked for; empty where the server does not say.
    bases: those that are no adapters of another one.
    aliases: all names by which a model may be called, some servers have two for one.
    context: tokens, or None where the server does not say.
    """

    models: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    aliases: frozenset[str] = frozenset()
    context: int | None = None

    def offer(self) -> str:
        """The names as a part of a sentence."""
        if not self.models:
            return "it does not say which it has"
        more = ", …" if len(self.models) > _MOST_NAMED else ""
        return f"it has {', '.join(self.models[:_MOST_NAMED])}{more}"


async def read_facts(wire: Wire, model: str | None) -> Facts:
    """Ask ``/models``, and ``/props`` where that leaves the context open.

    Raises:
        Refusal: the key is refused, or the server fails.
        ModelUnavailable: the server cannot be reached.
    """
    rows: list[dict[str, Any]] = []
    try:
        listing = await _json(wire, f"{wire.address.url}/models")
        if isinstance(listing, dict) and isinstance(listing.get("data"), list):
            rows = [
                row for row in listing["data"] if isinstance(row, dict) and isinstance(row.get("id"), str)
            ]
    except Refusal as refusal:
        if refusal.status not in (404, 405, 501):
            raise  # otherwise it is a server without a list
    names = tuple(wire.plain(row["id"]) for row in rows)
    bases = tuple(name for name, row in zip(names, rows, strict=True) if not row.get("parent"))
    aliases = frozenset(alias for row in rows for alias in _aliases(row))
    asked = next((row for row in rows if model is None or model in _aliases(row)), {})
    # vLLM tells what it was started with.
    context = asked.get("max_model_len")
    if not _is_count(context):
        context = await _props_context(wire)
    return Facts(names, bases, aliases, context if _is_count(context) else None)


def _aliases(row: dict[str, Any]) -> Iterator[str]:
    yield row["id"]
    if row["id"].endswith(":latest"):  # Ollama's tag where none is given
        yield row["id"].removesuffix(":latest")
    for alias in row.get("aliases") or ():
        if isinstance(alias, str):
            yield alias


async def _props_context(wire: Wire) -> Any:
    """llama-server tells the size of its slots; other servers have no such page."""
    with suppress(Refusal):
        props = await _json(wire, f"{wire.address.root}/props")
        if isinstance(props, dict) and isinstance(props.get("default_generation_settings"), dict):
            return props["default_generation_settings"].get("n_ctx")
    return None


async def _json(wire: Wire, url: str) -> Any:
    """A small JSON answer; ``None`` where it is none."""
    async with wire.request("GET", url) as response:
        try:
            return json.loads(await wire.whole(response))
        except (ValueError, RecursionError):
            return None


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0
