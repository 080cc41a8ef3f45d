"""Completion of CAD JSON from its own schema: which keys and values can stand at a place in a text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"?|[{}\[\],:]|[^\s{}\[\],:"]+')


@dataclass(frozen=True)
class Completion:
    """One proposal.

    Attributes:
        label: as it is listed.
        text: replaces what is written from ``start`` up to the cursor.
        start: offset in the text.
    """

    label: str
    text: str
    start: int


@dataclass
class _Level:
    """An open object or array: the text read so far says what is in it."""

    kind: str
    key: str | None = None
    index: int = 0
    values: dict[str, Any] | None = None


def completions(text: str, offset: int) -> list[Completion]:
    """What can be written at ``offset``, keys that the object has already left out."""
    levels, start, partial, expects = _context(text, offset)
    if not levels:
        return []
    schemas = list(_reached(levels))
    word = partial.strip('"').lower()
    level = levels[-1]
    if level.kind == "{" and expects == "key":
        after = _keys_after(text, offset)
        present = set(level.values or {}) | after
        names = dict.fromkeys(name for schema in schemas for name in schema.get("properties", {}))
        required = {name for schema in schemas for name in schema.get("required", [])}
        return [
            Completion(name + (" *" if name in required else ""), f'"{name}": ', start)
            for name in names
            if name not in present and name.lower().startswith(word)
        ]
    if expects == "value":
        values = dict.fromkeys(value for schema in schemas for value in _values(_child(schema, level)))
        return [
            Completion(value, value, start) for value in values if value.strip('"').lower().startswith(word)
        ]
    return []


def _context(text: str, offset: int) -> tuple[list[_Level], int, str, str]:
    """The open levels before ``offset``, where the word at the cursor starts, the word, and what it is."""
    levels: list[_Level] = []
    expects, start, partial = "value", offset, ""
    for match in _TOKEN.finditer(text, 0, offset):
        token = match.group()
        if match.end() == offset and token not in "{}[],:" and not _is_closed(token):
            start, partial = match.start(), token
            break
        level = levels[-1] if levels else None
        if token in "{[":
            levels.append(_Level(token, values={} if token == "{" else None))
            expects = "key" if token == "{" else "value"
        elif token in "}]":
            if levels:
                levels.pop()
            expects = "comma"
        elif token == ",":
            if level is not None and level.kind == "[":
                level.index += 1
            expects = "key" if level is not None and level.kind == "{" else "value"
        elif token == ":":
            expects = "value"
        elif level is not None and level.kind == "{" and expects == "key":
            level.key = token.strip('"')
            expects = "colon"
        else:
            if level is not None and level.values is not None and level.key is not None:
                level.values[level.key] = _read(token)
            expects = "comma"
        if token not in "{}[],:" and level is not None and level.values is not None and level.key is not None:
            level.values.setdefault(level.key, None)
    return levels, start, partial, expects


def _is_closed(token: str) -> bool:
    return len(token) > 1 and token.startswith('"') and token.endswith('"')


def _read(token: str) -> Any:
    try:
        return json.loads(token)
    except ValueError:
        return None


def _keys_after(text: str, offset: int) -> set[str]:
    """Keys that the object at the cursor has further on."""
    found: set[str] = set()
    depth = 0
    tokens = [match.group() for match in _TOKEN.finditer(text, offset)]
    for index, token in enumerate(tokens):
        if token in "{[":
            depth += 1
        elif token in "}]":
            depth -= 1
            if depth < 0:
                break
        elif depth == 0 and index + 1 < len(tokens) and tokens[index + 1] == ":":
            found.add(token.strip('"'))
    return found


@cache
def _schema() -> dict[str, Any]:
    from cadagent.design import json_schema

    return json_schema("compact")


def _resolved(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The alternatives that a schema stands for, references followed."""
    reference = schema.get("$ref")
    if reference is not None:
        yield from _resolved(_schema()["$defs"][reference.rpartition("/")[2]])
        return
    alternatives = schema.get("anyOf") or schema.get("oneOf")
    if alternatives:
        for one in alternatives:
            yield from _resolved(one)
        return
    yield schema


def _reached(levels: list[_Level]) -> Iterator[dict[str, Any]]:
    """The schemas that hold for the innermost open level."""
    found = list(_resolved(_schema()))
    for position, level in enumerate(levels):
        found = [schema for schema in found if _fits(schema, level)]
        if position == len(levels) - 1:
            break
        found = [one for schema in found for one in _resolved(_child(schema, level))]
    yield from found


def _fits(schema: dict[str, Any], level: _Level) -> bool:
    """Whether an alternative agrees with the words (``op``, ``shape``) that the object has already."""
    if schema.get("type") != ("object" if level.kind == "{" else "array"):
        return False
    properties = schema.get("properties", {})
    for key, value in (level.values or {}).items():
        allowed = properties.get(key, {}).get("enum")
        if allowed is not None and value is not None and value not in allowed:
            return False
    return True


def _child(schema: dict[str, Any], level: _Level) -> dict[str, Any]:
    if level.kind == "{":
        found = schema.get("properties", {}).get(level.key, {})
    else:
        prefix = schema.get("prefixItems", [])
        found = prefix[level.index] if level.index < len(prefix) else schema.get("items", {})
    return found if isinstance(found, dict) else {}


def _values(schema: dict[str, Any]) -> Iterator[str]:
    """The words that a value may be, as JSON."""
    if not schema:
        return
    for one in _resolved(schema):
        if "enum" in one:
            yield from (json.dumps(value, ensure_ascii=False) for value in one["enum"])
        elif "const" in one:
            yield json.dumps(one["const"], ensure_ascii=False)
        elif one.get("type") == "boolean":
            yield from ("true", "false")
        elif one.get("type") == "array":
            yield "["
        elif one.get("type") == "object":
            yield "{"
