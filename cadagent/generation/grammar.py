"""JSON Schema to GBNF, the grammar notation of llama.cpp.

The text that the grammar admits has no whitespace, keys in the schema's order, and plain numbers: no
exponent, at most six decimals and seven digits before the point, no leading zero, no minus zero. A keyword
that is not known here is an error, never ignored: otherwise a design would seem to be held to a rule that
nothing enforces.

Alternatives that are objects are merged key by key into one automaton. Written side by side, forty operations
with the same beginning would make llama.cpp follow forty parses at once, at every character.

Four keywords are held only in part, because their grammars would be huge; the answer is validated again
anyway: ``minimum`` and ``maximum`` decide the sign and the number of digits, ``maxItems`` above 32 is no
limit, ``maxLength`` beside a ``pattern`` limits each repetition in it.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cadagent.errors import InputError
from cadagent.generation.grammar_pattern import pattern_expression, quote

MOST_ITEMS = 32
_DIGITS = 7
_DECIMALS = 6

NOTES = {"$schema", "$id", "$comment", "$defs", "title", "description", "default", "examples", "deprecated"}
_KNOWN: dict[str, set[str]] = {
    "object": {"properties", "required", "additionalProperties"},
    "array": {"items", "prefixItems", "minItems", "maxItems"},
    "string": {"minLength", "maxLength", "pattern"},
    "number": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"},
    "integer": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"},
    "boolean": set(),
    "null": set(),
}

_Property = tuple[str, str, bool]
"""Key, expression of its value, required."""


class UnsupportedSchema(InputError):
    """The schema uses a keyword, or a form of one, that the grammar cannot express."""


def gbnf(schema: dict[str, Any]) -> str:
    """The GBNF grammar, with the rule ``root``, of the compact JSON texts that ``schema`` (draft 2020-12)
    admits.

    Raises:
        UnsupportedSchema: names the keyword and where it stands, as a JSON pointer.
    """
    return _gbnf(json.dumps(schema))


@lru_cache(maxsize=8)
def _gbnf(schema: str) -> str:
    root = json.loads(schema)
    compiler = _Compiler(root)
    compiler.rules["root"] = compiler.expression(root, "#")
    return "".join(f"{name} ::= {body}\n" for name, body in reversed(compiler.rules.items()))


@dataclass(frozen=True)
class Rest:
    """Any number, up to ``most``, of items that each follow a comma."""

    item: dict[str, Any]
    most: int


Part = str | dict[str, Any] | Rest
"""Of a text: a literal, what a schema admits, or a list of items."""


def gbnf_sequence(parts: Sequence[Part], definitions: dict[str, Any]) -> str:
    """The GBNF grammar, with the rule ``root``, of texts that consist of these parts one after the other.

    Args:
        definitions: the ``$defs`` that the schemas of the parts refer to.

    Raises:
        UnsupportedSchema: as for :func:`gbnf`.
    """
    compiler = _compiler(json.dumps(definitions))
    body = " ".join(compiler.part(part) for part in parts) or '""'
    rules = {**compiler.rules, "root": body}
    return "".join(f"{name} ::= {text}\n" for name, text in reversed(rules.items()))


@lru_cache(maxsize=2)
def _compiler(definitions: str) -> _Compiler:
    """One compiler for all grammars over the same definitions: most of its rules are theirs."""
    return _Compiler({"$defs": json.loads(definitions)})


class _Compiler:
    """Collects rules; equal bodies share one rule."""

    def __init__(self, root: dict[str, Any]) -> None:
        self.root = root
        self.rules: dict[str, str] = {}
        self._by_body: dict[str, str] = {}
        self._by_ref: dict[str, str] = {}
        self._states: dict[tuple[frozenset[tuple[_Property, ...]], bool], str] = {}

    def rule(self, kind: str, body: str) -> str:
        """Name of the rule with this body."""
        if body not in self._by_body:
            name = f"{kind}-{len(self.rules)}"
            self.rules[name] = body
            self._by_body[body] = name
        return self._by_body[body]

    def part(self, part: Part) -> str:
        """An expression for one part of a sequence."""
        if isinstance(part, str):
            return quote(part)
        if isinstance(part, Rest):
            item = self.expression(part.item, "#")
            return f'( "," {item} ){{0,{part.most if part.most <= MOST_ITEMS else ""}}}'
        return self.expression(part, "#")

    def expression(self, schema: Any, where: str) -> str:
        """A rule name or literal for ``schema``, which stands at the pointer ``where``."""
        if not isinstance(schema, dict):
            raise UnsupportedSchema(f"{where}: a schema must be an object, got {schema!r}.")
        if "$ref" in schema:
            self._only(schema, {"$ref"}, where)
            return self._reference(schema["$ref"], where)
        for keyword in ("anyOf", "oneOf"):
            if keyword in schema:
                # A `type` beside the alternatives only repeats what they say themselves.
                self._only(schema, {keyword, "type"}, where)
                return self._alternatives(schema, keyword, where)
        if "const" in schema:
            self._only(schema, {"const", "type"}, where)
            return quote(compact_text(schema["const"]))
        if "enum" in schema:
            self._only(schema, {"enum", "type"}, where)
            return self.rule("enum", " | ".join(quote(compact_text(value)) for value in schema["enum"]))
        kind = schema.get("type")
        if isinstance(kind, list):
            # Each keyword speaks about one type only, so every member gets just its own.
            members = [
                {"type": one} | {key: schema[key] for key in schema.keys() & _KNOWN.get(one, set())}
                for one in kind
            ]
            self._only(schema, {"type"}.union(*(member.keys() for member in members)), where)
            return self.rule("any", " | ".join(self.expression(member, where) for member in members))
        if kind not in _KNOWN:
            raise UnsupportedSchema(f"{where}: a type is needed, one of {', '.join(_KNOWN)}; got {kind!r}.")
        self._only(schema, _KNOWN[kind] | {"type"}, where)
        if kind == "object":
            return self._objects([self._object(schema, where)])
        if kind == "array":
            return self._array(schema, where)
        if kind == "string":
            return self._string(schema, where)
        if kind in ("number", "integer"):
            return self._number(schema, kind == "integer", where)
        return '"null"' if kind == "null" else self.rule("boolean", '"true" | "false"')

    def _only(self, schema: dict[str, Any], known: Iterable[str], where: str) -> None:
        unknown = schema.keys() - set(known) - NOTES
        if unknown:
            raise UnsupportedSchema(f"{where}: the grammar does not know the keyword {min(unknown)!r} here.")

    def _target(self, ref: str, where: str) -> Any:
        """The schema that a reference within the document points to."""
        node: Any = self.root
        if not ref.startswith("#"):
            raise UnsupportedSchema(f"{where}: only references within the schema are possible, not {ref!r}.")
        for part in ref[1:].split("/")[1:]:
            key = part.replace("~1", "/").replace("~0", "~")
            if not isinstance(node, dict) or key not in node:
                raise UnsupportedSchema(f"{where}: the reference {ref!r} leads nowhere.")
            node = node[key]
        return node

    def _reference(self, ref: str, where: str) -> str:
        if ref not in self._by_ref:
            target = self._target(ref, where)
            if not isinstance(target, dict) or target.get("$ref") == ref:
                raise UnsupportedSchema(f"{where}: the reference {ref!r} leads nowhere.")
            name = f"ref-{len(self._by_ref)}"
            # Named before it is compiled: the definition may refer to itself.
            self._by_ref[ref] = name
            self.rules[name] = self.expression(target, ref)
        return self._by_ref[ref]

    def _alternatives(self, schema: dict[str, Any], keyword: str, where: str) -> str:
        objects: list[tuple[_Property, ...]] = []
        others: list[str] = []
        self._gather(schema, where, objects, others, ())
        if objects:
            others.append(self._objects(objects))
        if not others:
            raise UnsupportedSchema(f"{where}/{keyword}: there are no alternatives.")
        return others[0] if len(others) == 1 else self.rule("any", " | ".join(dict.fromkeys(others)))

    def _gather(
        self,
        schema: Any,
        where: str,
        objects: list[tuple[_Property, ...]],
        others: list[str],
        refs: tuple[str, ...],
    ) -> None:
        """Sort nested alternatives into objects, to be merged, and everything else."""
        target, place = schema, where
        while isinstance(target, dict) and "$ref" in target:
            self._only(target, {"$ref"}, place)
            if target["$ref"] in refs:
                raise UnsupportedSchema(
                    f"{where}: the reference {target['$ref']!r} is an alternative of itself."
                )
            refs = (*refs, target["$ref"])
            target, place = self._target(target["$ref"], place), target["$ref"]
        keyword = next(
            (key for key in ("anyOf", "oneOf") if isinstance(target, dict) and key in target), None
        )
        if keyword is not None:
            self._only(target, {keyword, "type"}, place)
            for number, member in enumerate(target[keyword]):
                self._gather(member, f"{place}/{keyword}/{number}", objects, others, refs)
        elif isinstance(target, dict) and target.get("type") == "object":
            self._only(target, _KNOWN["object"] | {"type"}, place)
            objects.append(self._object(target, place))
        else:
            others.append(self.expression(schema, where))

    def _object(self, schema: dict[str, Any], where: str) -> tuple[_Property, ...]:
        if schema.get("additionalProperties", False) is not False:
            raise UnsupportedSchema(f"{where}/additionalProperties: only false is possible.")
        properties, required = schema.get("properties", {}), schema.get("required", [])
        missing = [key for key in required if key not in properties]
        if missing:
            raise UnsupportedSchema(f"{where}/required: {missing[0]!r} is not among the properties.")
        return tuple(
            (key, self.expression(value, f"{where}/properties/{_escape(key)}"), key in required)
            for key, value in properties.items()
        )

    def _objects(self, variants: Iterable[tuple[_Property, ...]]) -> str:
        return self.rule("object", f'"{{" {self._state(frozenset(variants), first=True)}')

    def _state(self, variants: frozenset[tuple[_Property, ...]], *, first: bool) -> str:
        """Rule for the rest of an object of which each variant has these properties left."""
        if (variants, first) in self._states:
            return self._states[variants, first]
        options: dict[str, dict[str, set[tuple[_Property, ...]]]] = {}
        may_end = False
        for variant in sorted(variants):
            for index, (key, value, required) in enumerate(variant):
                options.setdefault(key, {}).setdefault(value, set()).add(variant[index + 1 :])
                if required:
                    break
            else:
                may_end = True
        continuations = [
            f"{quote(compact_text(key)[1:] + ':')} {value} {self._state(frozenset(rest), first=False)}"
            for key, values in options.items()
            for value, rest in values.items()
        ]
        start = quote('"' if first else ',"')
        choices = [f"{start} ( {' | '.join(continuations)} )"] if continuations else []
        if may_end:
            choices.append('"}"')
        self._states[variants, first] = self.rule("keys", " | ".join(choices))
        return self._states[variants, first]

    def _array(self, schema: dict[str, Any], where: str) -> str:
        low, high = schema.get("minItems", 0), schema.get("maxItems", math.inf)
        if "prefixItems" in schema:
            items = [
                self.expression(item, f"{where}/prefixItems/{number}")
                for number, item in enumerate(schema["prefixItems"])
            ]
            if low < len(items):
                raise UnsupportedSchema(f"{where}/prefixItems: all of them must be required.")
            first = ' "," '.join(items)
            if schema.get("items") is False or high == len(items):
                return self.rule("array", f'"[" {first} "]"')
            if "items" not in schema or low > len(items):
                raise UnsupportedSchema(f"{where}/items: what follows must be told, and may be left out.")
            rest = Rest(schema["items"], int(min(high - len(items), MOST_ITEMS + 1)))
            return self.rule("array", f'"[" {first} {self.part(rest)} "]"')
        if "items" not in schema:
            raise UnsupportedSchema(f"{where}: an array needs items.")
        if high < low:
            raise UnsupportedSchema(f"{where}: maxItems is less than minItems.")
        if high == 0:
            return quote("[]")
        item = self.expression(schema["items"], f"{where}/items")
        most = "" if high > MOST_ITEMS else int(high) - 1
        more = f'( "," {item} ){{{max(low - 1, 0)},{most}}}' if high > 1 else ""
        full = f'"[" {item} {more} "]"'
        return self.rule("array", full if low > 0 else f'"[]" | {full}')

    def _string(self, schema: dict[str, Any], where: str) -> str:
        low, high = schema.get("minLength", 0), schema.get("maxLength")
        if "pattern" in schema:
            if low > 0:
                raise UnsupportedSchema(f"{where}: minLength beside a pattern is not possible.")
            try:
                body = pattern_expression(schema["pattern"], high)
            except ValueError as error:
                raise UnsupportedSchema(f"{where}/pattern: {error}") from None
            quotation = quote('"')
            return self.rule("text", f"{quotation} {body} {quotation}")
        character = self.rule("character", r'[^"\\\x00-\x1F\x7F] | "\\" ( ["\\/bfnrt] | "u" [0-9a-fA-F]{4} )')
        return self.rule("text", f'"\\"" {character}{{{low},{"" if high is None else high}}} "\\""')

    def _number(self, schema: dict[str, Any], whole: bool, where: str) -> str:
        low = max(schema.get("minimum", -math.inf), schema.get("exclusiveMinimum", -math.inf))
        high = min(schema.get("maximum", math.inf), schema.get("exclusiveMaximum", math.inf))
        zero = low <= 0 <= high and 0 not in (schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum"))
        choices = []
        if high > 0:
            choices.append(self._positive(high, whole, least=low))
        if low < 0:
            choices.append(f'"-" {self._positive(-low, whole, least=-high)}')
        if zero:
            choices.append('"0"' if whole else f'"0" ( "." "0"{{1,{_DECIMALS}}} )?')
        if not choices or low > high:
            raise UnsupportedSchema(f"{where}: no number lies between {low} and {high}.")
        return self.rule("number", " | ".join(choices))

    def _positive(self, most: float, whole: bool, least: float) -> str:
        """Rule for numbers above 0 with as many digits as ``most`` has."""
        digits = min(_DIGITS, len(str(math.floor(most)))) if math.isfinite(most) else _DIGITS
        choices = []
        if most >= 1:
            choices.append(
                f"[1-9] [0-9]{{0,{digits - 1}}}" + ("" if whole else f' ( "." [0-9]{{1,{_DECIMALS}}} )?')
            )
        if not whole and least < 1:
            small = [f'"{"0" * n}" [1-9] [0-9]{{0,{_DECIMALS - 1 - n}}}' for n in range(_DECIMALS)]
            choices.append(f'"0." ( {" | ".join(small)} )'.replace('"" ', ""))
        return self.rule("positive", " | ".join(choices))


def compact_text(value: Any) -> str:
    """JSON text without whitespace; the characters a person would write, as in the compact form."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _escape(key: str) -> str:
    return re.sub("[~/]", lambda found: {"~": "~0", "/": "~1"}[found[0]], key)
