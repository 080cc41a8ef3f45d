"""How servers are asked to hold to a JSON Schema, and what each of them makes of the request.

OpenAI's ``response_format`` is the common way; vLLM has had two of its own, and many servers know only
``json_object``, which is any JSON, or nothing. A server may refuse a way, which it says, or ignore it, which
only its answer shows.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cadagent.generation.templates import without_system

_BOUNDS = {
    "pattern", "format", "minLength", "maxLength", "minItems", "maxItems", "uniqueItems",
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
}  # fmt: skip
"""Keywords that many servers do not enforce although they hold an answer to the schema's shape."""


@dataclass(frozen=True)
class Dialect:
    """One way of asking for a schema.

    Attributes:
        name: as people read it.
        holds: it promises the schema itself, not just JSON.
        body: what it adds to a request.
    """

    name: str
    holds: bool
    body: Callable[[dict[str, Any]], dict[str, Any]]


def _json_schema(schema: dict[str, Any]) -> dict[str, Any]:
    wanted = {"name": "cad_json", "schema": schema, "strict": True}
    return {"response_format": {"type": "json_schema", "json_schema": wanted}}


DIALECTS = (
    Dialect("response_format json_schema", True, _json_schema),
    Dialect("structured_outputs", True, lambda schema: {"structured_outputs": {"json": schema}}),
    Dialect("guided_json", True, lambda schema: {"guided_json": schema}),
    Dialect("response_format json_object", False, lambda _: {"response_format": {"type": "json_object"}}),
    Dialect("nothing", False, lambda _: {}),
)
NOTHING = len(DIALECTS) - 1

_OPTIONS: dict[str, str | None] = {
    "stream_options": None,
    "seed": None,
    "temperature": None,
    "max_tokens": "max_completion_tokens",
}
"""Options that some servers refuse, and what they want in the place of each."""

NO_SYSTEM = ("system role", "roles must alternate")
"""Words with which chat templates refuse a system prompt."""


class Manners:
    """What one server has been found to accept; shared by all requests to it.

    Args:
        notice: is told, once, that the server holds no answer to the schema.
    """

    def __init__(self, notice: Callable[[str], None]) -> None:
        self._notice = notice
        self._refused: set[str] = set()
        self._takes_system = True
        self._level = 0
        self._lock = threading.Lock()

    @property
    def level(self) -> int:
        """Index of the dialect to begin a request with."""
        return self._level

    def shape(self, body: dict[str, Any], schema: dict[str, Any] | None, level: int) -> dict[str, Any]:
        """The request ``body`` as this server takes it, asking for ``schema`` in the dialect ``level``."""
        with self._lock:
            refused, takes_system = set(self._refused), self._takes_system
        shaped = {key: value for key, value in body.items() if key not in refused}
        if not takes_system:
            shaped["messages"] = without_system(body["messages"])
        for key in refused & body.keys():
            other = _OPTIONS[key]
            if other is not None:
                shaped[other] = body[key]
        return shaped | (DIALECTS[level].body(schema) if schema is not None else {})

    def gives_way(self, message: str, sent: dict[str, Any]) -> bool:
        """Whether a refusal is about something that can be said in another way, and will be: an option of
        the request, or the role of the system prompt, which the templates of some models do not have."""
        with self._lock:
            if any(words in message for words in NO_SYSTEM) and sent["messages"][0]["role"] == "system":
                self._takes_system = False
                return True
            for key in _OPTIONS:
                if key in sent and key in message:
                    self._refused.add(key)
                    return True
        return False

    def accepted(self, level: int) -> None:
        """The server took a request in this dialect, after it had refused those before."""
        self._move(level, "refuses")

    def answered(self, text: str, schema: dict[str, Any], level: int) -> None:
        """Judge a whole answer: one of another shape than the schema's shows that nothing held it."""
        holds = DIALECTS[level].holds
        if level < NOTHING and not (has_shape(text, schema) if holds else has_shape(text, {})):
            self._move(level + 1, "ignores")

    def _move(self, level: int, what: str) -> None:
        with self._lock:
            before, self._level = self._level, max(level, self._level)
            lost = DIALECTS[before].holds and not DIALECTS[self._level].holds
        if lost:
            self._notice(
                f"The server {what} every form of structured output: answers are checked afterwards only."
            )


def has_shape(text: str, schema: dict[str, Any]) -> bool:
    """Whether a text is JSON of the schema's shape: types, keys and words, without bounds and patterns."""
    from jsonschema import Draft202012Validator

    try:
        return bool(Draft202012Validator(_without_bounds(schema)).is_valid(json.loads(text)))
    except (ValueError, RecursionError):
        return False


def _without_bounds(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_without_bounds(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    # A property of such a name is a schema itself, so an object.
    return {
        key: _without_bounds(value)
        for key, value in schema.items()
        if key not in _BOUNDS or isinstance(value, dict)
    }
