"""Grammars for PyTorch models: our GBNF as llguidance reads it, and the mask over a model's next token.

One grammar text serves every engine. The schema is compiled to GBNF by ``cadagent.generation.grammar``, which
refuses what it cannot hold; here that text is only written down in llguidance's notation (a dialect of
Lark). The two engines' languages are therefore the same by construction, whitespace and numbers included.

A rule that is not part of a recursion becomes a terminal, that is one regular expression. llguidance's lexer
takes the longest match between terminals; inside one it decides nothing early, so that the fewer borders
there are, the closer it stays to GBNF, which has none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cadagent.errors import InputError, ModelUnavailable

if TYPE_CHECKING:
    import numpy as np
    from transformers import PreTrainedTokenizerBase

_TOKEN = re.compile(
    r'\s+|(?P<literal>"(?:[^"\\]|\\.)*")|(?P<set>\[(?:[^\]\\]|\\.)*\])|(?P<name>[A-Za-z][A-Za-z0-9-]*)'
    r"|(?P<mark>\{\d+(?:,\d*)?\}|[()|*+?])"
)
_Part = tuple[str, str]
"""Kind (``literal``, ``set``, ``name`` or ``mark``) and text."""


def lark(gbnf: str) -> str:
    """The grammar in llguidance's notation.

    Raises:
        InputError: a rule is not of the form ``name ::= body`` on one line, has no definition, or uses
            something else than literals, sets, groups, alternatives and repetitions.
    """
    rules: dict[str, list[_Part]] = {}
    for line in gbnf.splitlines():
        name, found, body = line.partition(" ::= ")
        if not found or not re.fullmatch("[A-Za-z][A-Za-z0-9-]*", name):
            raise InputError(f"The grammar has a line that is no rule: {line[:80]!r}")
        rules[name] = list(_parts(body))
    if "root" not in rules:
        raise InputError("The grammar has no rule named root.")
    references = {name: {text for kind, text in parts if kind == "name"} for name, parts in rules.items()}
    for name, used in references.items():
        if used - rules.keys():
            raise InputError(f"The grammar's rule {name} uses {min(used - rules.keys())}, which is none.")
    recursive = _recursive(references)
    names = {name: f"r_{number}" if name in recursive else f"T_{number}" for number, name in enumerate(rules)}
    lines = [f"{names[name]}: {_body(parts, names)}" for name, parts in rules.items()]
    return "\n".join(["%llguidance {}", f"start: {names['root']}", *lines, ""])


def _parts(body: str) -> Iterable[_Part]:
    at = 0
    while at < len(body):
        match = _TOKEN.match(body, at)
        if match is None:
            raise InputError(f"The grammar has a part that is not supported: {body[at : at + 40]!r}")
        if match.lastgroup is not None:
            yield match.lastgroup, match[0]
        at = match.end()


def _body(parts: Sequence[_Part], names: dict[str, str]) -> str:
    written: list[str] = []
    for kind, text in parts:
        if kind == "name":
            written.append(names[text])
        elif kind == "set":
            written.append(f"/{text.replace('/', chr(92) + '/')}/")
        elif text == "{0,0}" or text == "{0}":
            written[-1] = '""'  # zero times one atom, which llguidance does not take
        else:
            written.append(text)
    return " ".join(written)


def _recursive(references: dict[str, set[str]]) -> set[str]:
    """Rules from which a rule that uses itself can be reached; the others describe regular languages."""
    waiting = dict(references)
    while True:
        settled = {name for name, used in waiting.items() if not used & waiting.keys()}
        if not settled:
            return set(waiting)
        waiting = {name: used for name, used in waiting.items() if name not in settled}


class Vocabulary:
    """A tokenizer as llguidance needs it, and the grammars compiled for it.

    Args:
        ends: ids of the tokens that may end an answer.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerBase, ends: Iterable[int]) -> None:
        if not tokenizer.is_fast:
            raise ModelUnavailable(f"Grammars need a fast tokenizer, and {type(tokenizer).__name__} is none.")
        self._tokenizer = tokenizer
        self._ends = sorted(ends)
        self._compiled: dict[str, Any] = {}

    @cached_property
    def _tokens(self) -> Any:
        from llguidance.hf import from_tokenizer

        return from_tokenizer(self._tokenizer, eos_token=self._ends)

    @cached_property
    def _threads(self) -> Any:
        from llguidance import LLExecutor

        return LLExecutor()

    def held(self, gbnf: str) -> Any:
        """A fresh matcher that follows one answer held to this grammar.

        Raises:
            InputError: llguidance does not take the grammar; said before anything is generated.
        """
        from llguidance import LLMatcher

        if gbnf not in self._compiled:
            text = LLMatcher.grammar_from_lark(lark(gbnf))
            problem = LLMatcher.validate_grammar(text, self._tokens)
            if problem:
                raise InputError(f"The grammar is not valid: {' '.join(str(problem).split())[:200]}")
            self._compiled = {gbnf: LLMatcher(self._tokens, text)}
        return self._compiled[gbnf].deep_copy()

    def allowed(self, matchers: Sequence[Any], width: int) -> np.ndarray:
        """Which tokens may come next: booleans ``[matchers, width]``.

        Args:
            width: of the model's logits; a model may have more than its tokenizer has tokens, and none of
                those is allowed.
        """
        import numpy as np
        from llguidance.numpy import fill_next_token_bitmask_par

        packed = np.zeros((len(matchers), -(-self._tokens.vocab_size // 32)), dtype=np.int32)
        numbered = [(matcher, number) for number, matcher in enumerate(matchers)]
        fill_next_token_bitmask_par(self._threads, numbered, packed)
        # Unpacked here and not by llguidance's kernel, which torch compiles for 20 seconds at its first use.
        bits = np.unpackbits(packed.view(np.uint8), axis=1, bitorder="little")
        mask = np.zeros((len(matchers), width), dtype=bool)
        used = min(width, self._tokens.vocab_size)
        mask[:, :used] = bits[:, :used]
        return mask
