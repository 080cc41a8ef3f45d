"""From text to a document: bounded JSON reading that salvages what surrounds a design and keeps positions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cadagent.design.findings import Finding
from cadagent.design.numbers import BadNumber, read_number

MAX_CHARACTERS = 2_000_000
MAX_DEPTH = 40
_BLANK = " \t\r\n\ufeff"
_FENCE = re.compile(r"```[a-zA-Z]*\s*")
_OBJECT = re.compile(r'\{\s*["}]')
# an unterminated string runs to the end of the text, so that every scan is linear
_STRING = r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)'
_BRACKETS = re.compile(_STRING + r"|[\[\]{}]", re.DOTALL)
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


@dataclass(frozen=True)
class Parsed:
    """What was read: the document (``None`` when there is none), what was wrong, and the JSON text itself."""

    document: dict[str, Any] | None
    findings: tuple[Finding, ...]
    text: str

    def line(self, pointer: str) -> int | None:
        """The 1-based line on which the value at a JSON pointer (or its nearest parent) begins."""
        return line_of(self.text, pointer)


def parse(text: str) -> Parsed:
    """Read one CAD JSON document from text that a model or a person wrote.

    Code fences and prose around the document are dropped with a warning; a document that was cut off is
    reported, never completed by guessing. Figures keep their written form (see :mod:`numbers`).
    """
    if len(text) > MAX_CHARACTERS:
        return _failed(
            "syntax.too_large",
            "The text is too large.",
            text[:200],
            f"at most {MAX_CHARACTERS} characters",
            f"{len(text)} characters",
        )
    findings: list[Finding] = []
    body = text.strip(_BLANK)
    if not body:
        return _failed(
            "syntax.empty", "There is no JSON here: the text is empty.", "", "a JSON object", "nothing"
        )
    start = body.find("{")
    if start < 0:
        return _failed(
            "syntax.no_object", "There is no JSON object in the text.", body[:200], "a JSON object", body[:40]
        )
    if start > 0:
        # prose may have braces of its own: a fenced object counts first, then what at least looks like one
        fence = next((f.end() for f in _FENCE.finditer(body) if body.startswith("{", f.end())), None)
        found = _OBJECT.search(body)
        start = fence if fence is not None else found.start() if found else start
        findings.append(_around("text before the document" if fence is None else "a code fence"))
        body = body[start:]
    if _depth(body) > MAX_DEPTH:
        return _failed(
            "syntax.too_deep", "The document is nested too deeply.", body[:200], f"at most {MAX_DEPTH} levels"
        )
    duplicates: list[str] = []

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in items:
            if key in found:
                duplicates.append(key)
            found[key] = value
        return found

    decoder = json.JSONDecoder(
        parse_float=read_number, parse_int=read_number, parse_constant=BadNumber, object_pairs_hook=pairs
    )
    try:
        document, end = decoder.raw_decode(body)
    except json.JSONDecodeError as error:
        return _failed(
            "syntax.json",
            f"The JSON breaks off or is malformed: {error.msg}.",
            body,
            None,
            body[max(0, error.pos - 20) : error.pos + 20],
            error.lineno,
        )
    except RecursionError:
        return _failed(
            "syntax.too_deep", "The document is nested too deeply.", body[:200], f"at most {MAX_DEPTH} levels"
        )
    if _SURROGATE.search(body) and not _encodable(document):
        return _failed("syntax.encoding", "A text has half of a character in it.", body[:200], "Unicode text")
    if body[end:].strip("`" + _BLANK):
        findings.append(_around("text after the document"))
    findings.extend(
        Finding("syntax.duplicate_key", f'The key "{key[:40]}" stands twice in one object.', actual=key[:40])
        for key in duplicates[:10]
    )
    return Parsed(document, tuple(findings), body[:end])


def _around(what: str) -> Finding:
    return Finding("syntax.surroundings", f"There is {what}; it was left out.", severity="warning")


def _failed(
    code: str,
    message: str,
    text: str,
    expected: str | None = None,
    actual: str | None = None,
    line: int | None = None,
) -> Parsed:
    return Parsed(None, (Finding(code, message, line=line, expected=expected, actual=actual),), text)


def _encodable(document: Any) -> bool:
    try:
        json.dumps(document, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _depth(body: str) -> int:
    """The greatest nesting of brackets outside strings in the first object, found without recursion."""
    depth = deepest = 0
    for match in _BRACKETS.finditer(body):
        token = match.group()
        if token in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif token in "]}":
            depth -= 1
            if depth == 0:
                break
    return deepest


_SCAN = re.compile(_STRING + r'|[\[\]{}:,]|[^\s\[\]{}:,"]+', re.DOTALL)


def line_of(text: str, pointer: str) -> int | None:
    """The line of the value at ``pointer`` in JSON ``text``, or of the nearest parent that exists."""
    return lines_of(text, [pointer])[pointer]


def lines_of(text: str, pointers: Iterable[str]) -> dict[str, int | None]:
    """The lines of several pointers, as :func:`line_of`, in one pass over the text."""
    places = dict(reversed(_positions(text)))  # of a key that stands twice, the first
    found: dict[str, int | None] = {}
    for pointer in pointers:
        path = pointer
        while path and path not in places:
            path = path.rpartition("/")[0]
        found[pointer] = text.count("\n", 0, places[path]) + 1 if path in places else None
    return found


def _positions(text: str) -> list[tuple[str, int]]:
    """Every value's JSON pointer with the offset at which it (or its key) begins, in document order."""
    out: list[tuple[str, int]] = []
    stack: list[list[Any]] = []  # [container kind, path, index or key, offset of the key]
    for match in _SCAN.finditer(text):
        token, position = match.group(), match.start()
        if stack and stack[-1][0] == "{" and stack[-1][2] is None and token.startswith('"'):
            stack[-1][2], stack[-1][3] = _key(token), position
            continue
        if token == ",":
            if stack:
                stack[-1][2] = None if stack[-1][0] == "{" else stack[-1][2] + 1
            continue
        if token == ":":
            continue
        if token in "]}":
            if stack:
                stack.pop()
            continue
        path, start = "", position
        if stack:
            kind, parent, key, offset = stack[-1]
            path = f"{parent}/{key}"
            start = offset if kind == "{" and offset is not None else position
        out.append((path, start))
        if token in "[{":
            if len(stack) == MAX_DEPTH:
                return out  # no document is nested like that, and every path is as long as its depth
            stack.append([token, path, None if token == "{" else 0, None])
    return out


def _key(token: str) -> str:
    try:
        key = str(json.loads(token))
    except json.JSONDecodeError:
        key = token[1:-1]
    return key.replace("~", "~0").replace("/", "~1")
