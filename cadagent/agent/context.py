"""What one attempt is told, fitted into the model's window.

The stable part comes first (system, language, examples), so that an engine reads it once for all attempts of
a run; then the request, the best attempt, its findings, and a line for each earlier attempt. Where room is
short, whole pieces go, in this order, until the rest fits:

1. the earlier attempts, the oldest first,
2. the examples, the last chosen first,
3. all findings but the first,
4. the language.

The system's sentence, the request and the design never go. If those do not fit, nothing does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from cadagent.agent.prompts import (
    PLAIN,
    SYSTEM,
    Preface,
    edit_prompt,
    first_prompt,
    repair_prompt,
    step_prompt,
)
from cadagent.generation import Message

TURN_TOKENS = 8
"""At least what any chat format spends on opening and closing one turn."""


@dataclass(frozen=True)
class Told:
    """Everything that an attempt could be told.

    Attributes:
        request: the cleaned request; in a change, the request for the change.
        design: the JSON text of the design to be repaired or changed.
        findings: what is wrong with it, a line each; none in a first attempt.
        ledger: one line for each earlier attempt.
        change: the request changes a design that is there.
        operation: index of the one operation of the design that is to be written anew.
        piece: the part of the request that the design so far is to get next.
        done: the pieces before that one, with their answers.
    """

    request: str
    design: str = ""
    findings: tuple[str, ...] = ()
    ledger: tuple[str, ...] = ()
    change: bool = False
    operation: int | None = None
    piece: str = ""
    done: tuple[tuple[str, str], ...] = ()
    preface: Preface = PLAIN

    def messages(self) -> list[Message]:
        """The prompt."""
        if self.findings:
            findings = "\n".join(self.findings)
            return repair_prompt(
                self.request, self.design, findings, self.ledger, self.preface, self.operation
            )
        if self.piece:
            return step_prompt(self.request, self.piece, self.done, self.preface)
        if self.change:
            return edit_prompt(self.design, self.request, self.preface)
        return first_prompt(self.request, self.preface)

    def pieces(self) -> list[tuple[str, str]]:
        """Name and text of each piece, in the order of the prompt."""
        examples = [
            (f"example {number}", f"{request}\n{design}")
            for number, (request, design) in enumerate(self.preface.examples, 1)
        ]
        every = [
            ("system", SYSTEM),
            ("language", self.preface.reference),
            *examples,
            ("request", self.request),
            ("design", self.design),
            *(
                (f"piece {number}", f"{piece}\n{answer}")
                for number, (piece, answer) in enumerate(self.done, 1)
            ),
            ("piece", self.piece),
            ("findings", "\n".join(self.findings)),
            ("earlier attempts", "\n".join(self.ledger)),
        ]
        return [(name, text) for name, text in every if text]

    def smaller(self) -> Iterator[Told]:
        """This, then this with one more piece gone each time."""
        told = self
        yield told
        while told.ledger:
            told = replace(told, ledger=told.ledger[1:])
            yield told
        while told.preface.examples:
            told = replace(told, preface=replace(told.preface, examples=told.preface.examples[:-1]))
            yield told
        if len(told.findings) > 1:
            told = replace(told, findings=told.findings[:1])
            yield told
        if told.preface.reference:
            yield replace(told, preface=replace(told.preface, reference=""))


@dataclass(frozen=True)
class Piece:
    """A part of the prompt with its length in tokens; ``kept`` is false where it had to go."""

    name: str
    tokens: int
    kept: bool = True


@dataclass(frozen=True)
class Context:
    """A prompt with an account of what is in it.

    Attributes:
        pieces: what there was to tell, in order, with the tokens of each whole piece.
        tokens: of the prompt, turns included: an upper bound, since formats spend less on a turn.
        room: the most that it may have.
        retrieved: id and score of each example that is in it.
    """

    messages: tuple[Message, ...]
    pieces: tuple[Piece, ...]
    tokens: int
    room: int
    retrieved: tuple[tuple[str, float | None], ...] = ()

    @property
    def fits(self) -> bool:
        return self.tokens <= self.room

    @property
    def prompt(self) -> tuple[tuple[str, str], ...]:
        """The messages as (role, text) pairs."""
        return tuple((message.role, message.content) for message in self.messages)


def fitted(told: Told, room: int, count: Callable[[str], int]) -> Context:
    """The fullest prompt that has at most ``room`` tokens; the smallest one where none has.

    Args:
        count: length of a text in tokens, by the model's own tokenizer.
    """
    lengths: dict[str, int] = {}

    def length(text: str) -> int:
        if text not in lengths:
            lengths[text] = count(text)
        return lengths[text]

    for smaller in told.smaller():
        messages = smaller.messages()
        tokens = sum(length(message.content) + TURN_TOKENS for message in messages)
        if tokens <= room:
            break
    left = dict(smaller.pieces())
    pieces = tuple(Piece(name, length(left.get(name, text)), name in left) for name, text in told.pieces())
    retrieved = smaller.preface.retrieved[: len(smaller.preface.examples)]
    return Context(tuple(messages), pieces, tokens, room, retrieved)
