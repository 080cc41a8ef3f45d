"""How a plan is put to the model: in one go, or piece by piece on the design so far."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cadagent.agent.context import Context, Told
from cadagent.agent.fixing import continuing, rewriting
from cadagent.agent.plans import Plan
from cadagent.design import dumps, json_schema, parse
from cadagent.generation import Chunk

_END = "]}"
"""How every design ends; what is added to one goes before it."""

Put = Callable[[Context, Mapping[str, Any], int], Iterator[Chunk]]
"""Asks the model: the prompt, the schema of the answer, and how many tokens are spent already."""


@dataclass
class Answer:
    """What the model has said so far; whole or not, it is what is kept of an attempt.

    Attributes:
        text: the design as it stands.
        context: the prompt, the last one of a piece by piece answer.
        tokens_in: of the prompts together, where the engine knows.
        tokens_out: that the model wrote.
    """

    text: str = ""
    context: Context | None = None
    tokens_in: int | None = None
    tokens_out: int = 0
    finish: str = "stop"
    _before: int = field(default=0, repr=False)

    def take(self, chunk: Chunk) -> None:
        """Add a piece of the answer."""
        self.text += chunk.text
        self.tokens_out += chunk.tokens
        self.finish = chunk.finish or self.finish
        if chunk.prompt_tokens is not None:
            self.tokens_in = self._before + chunk.prompt_tokens

    def go_on(self, context: Context) -> None:
        """Another question of the same attempt begins."""
        self.context, self.text, self.finish = context, "", "stop"
        self._before = self.tokens_in or 0


def ask(plan: Plan, answer: Answer, put: Put, fit: Callable[[Told], Context]) -> Iterator[tuple[str, int]]:
    """Ask what the plan says and gather it in ``answer``; yields text and tokens as they come.

    In an answer that comes piece by piece, what is yielded adds up to the text of the whole.
    """
    if plan.text:
        answer.text = plan.text
        yield plan.text, 0
        return
    if plan.pieces:
        yield from _piece_by_piece(plan, answer, put, fit)
        return
    schema = json_schema("reply")
    if plan.operation is not None:
        parsed = parse(plan.told.design).document
        if parsed is not None:
            schema = rewriting(parsed, plan.operation)
    answer.go_on(fit(plan.told))
    assert answer.context is not None
    for chunk in put(answer.context, schema, answer.tokens_out):
        answer.take(chunk)
        yield chunk.text, chunk.tokens


def _piece_by_piece(
    plan: Plan, answer: Answer, put: Put, fit: Callable[[Told], Context]
) -> Iterator[tuple[str, int]]:
    """Each piece of the request may only add operations; all written so far stay."""
    design, shown = "", 0
    schema: Mapping[str, Any] = json_schema("compact")
    for piece in plan.pieces:
        answer.go_on(fit(replace(plan.told, design=design, piece=piece)))
        assert answer.context is not None
        for chunk in put(answer.context, schema, answer.tokens_out):
            answer.take(chunk)
            ready = len(answer.text.removesuffix(_END).removesuffix(_END[0]))
            yield answer.text[shown:ready], chunk.tokens
            shown = max(shown, ready)
        document = parse(answer.text).document
        if answer.finish != "stop" or document is None or "operations" not in document:
            break
        schema, design = continuing(document), dumps(document)
        shown = len(design.removesuffix(_END))
    yield answer.text[shown:], 0
