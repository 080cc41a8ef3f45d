"""How a plan is put to the model: in one go, or piece by piece on the design so far."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cadagent.agent.context import Context, Told
from cadagent.agent.fixing import END, additions, around, one_operation
from cadagent.agent.plans import Plan
from cadagent.design import dumps, json_schema, parse
from cadagent.generation import Chunk

Put = Callable[[Context, Mapping[str, Any], int], Iterator[Chunk]]
"""Asks the model: the prompt, the schema of the answer, and how many tokens are spent already."""


class Stop(threading.Event):
    """What a model looks at: set when the caller cancels, and from the deadline on."""

    def __init__(self, cancel: threading.Event, deadline: float) -> None:
        super().__init__()
        self._cancel, self._deadline = cancel, deadline

    def is_set(self) -> bool:
        return self._cancel.is_set() or time.monotonic() >= self._deadline


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

    def add(self, text: str) -> Iterator[tuple[str, int]]:
        """Add text that the model need not write."""
        self.text += text
        yield text, 0

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
    head, schema, tail = "", json_schema("compact" if plan.design_only else "reply"), ""
    if plan.told.operation is not None:
        document = parse(plan.told.design).document
        assert document is not None, "a design whose findings have pointers"
        head, tail = around(document, plan.told.operation)
        schema = one_operation()
    answer.go_on(fit(plan.told))
    assert answer.context is not None
    yield from answer.add(head)
    for chunk in put(answer.context, schema, answer.tokens_out):
        answer.take(chunk)
        yield chunk.text, chunk.tokens
    if answer.finish == "stop":
        yield from answer.add(tail)


def _piece_by_piece(
    plan: Plan, answer: Answer, put: Put, fit: Callable[[Told], Context]
) -> Iterator[tuple[str, int]]:
    """The first piece gives a design, each further one operations that are added to it."""
    done: list[tuple[str, str]] = []
    design = ""
    for piece in plan.pieces:
        context = fit(replace(plan.told, piece=piece, done=tuple(done)))
        said = Answer()
        answer.go_on(context)
        for chunk in put(context, additions() if done else json_schema("compact"), answer.tokens_out):
            answer.take(chunk)
            said.take(chunk)
            answer.text = design or said.text
            yield "", chunk.tokens
        grown = _grown(design, said.text)
        if answer.finish != "stop" or grown is None:
            break
        yield grown.removesuffix(END).removeprefix(design.removesuffix(END)), 0
        design = answer.text = grown
        done.append((piece, said.text))
    yield (END if design else answer.text), 0


def _grown(design: str, said: str) -> str | None:
    """The design with what was said added to it; None where that is neither a design nor operations."""
    if not design:
        document = parse(said).document
        return dumps(document) if document and document.get("operations") else None
    # Read as a document is, with its bounds: not every server holds its answers to the schema.
    document = parse(f'{{"operations":{said}}}').document or {}
    added = document.get("operations")
    if not isinstance(added, list) or len(document) > 1 or not all(isinstance(one, dict) for one in added):
        return None
    return design.removesuffix(END) + "".join(f",{dumps(operation)}" for operation in added) + END
