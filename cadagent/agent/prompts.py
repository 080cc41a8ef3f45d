"""The prompt builder: what the model is sent. Training data is made with it, so it carries a version."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from cadagent.design.numbers import PLACES
from cadagent.errors import InputError
from cadagent.generation import Message

PROMPT_VERSION = "3"
SYSTEM = "You map natural language instructions to a corresponding Fusion 360 JSON using the v1.0 schema."
MAX_REQUEST = 20_000
_LONG_DECIMAL = re.compile(rf"\d+\.\d{{{PLACES + 1},}}")
_DRAWN = str.maketrans({"⌀": "Ø", "∅": "Ø", "\u2212": "-", "×": "x", "″": '"', "′": "'", "\u00a0": " "})


def clean_request(text: str) -> str:
    """The request as the model gets it.

    White space is folded, control characters go, look-alike signs become plain ones, and figures with more
    than six decimals are rounded to six, since the language holds no more.

    Raises:
        InputError: there is no text, or far too much of it.
    """
    if len(text) > MAX_REQUEST:
        raise InputError(f"The request has {len(text)} characters; at most {MAX_REQUEST} are read.")
    # Looking at each character by itself takes ten times as long; printable text has no control character.
    kept = text if text.isprintable() else "".join(map(_without_control, text))
    folded = " ".join(kept.translate(_DRAWN).split())
    if not folded:
        raise InputError("The request is empty: say what part you need.")
    return _LONG_DECIMAL.sub(lambda match: _rounded(match.group()), folded)


def _without_control(character: str) -> str:
    return character if character.isspace() or unicodedata.category(character)[0] != "C" else " "


def _rounded(token: str) -> str:
    value = Decimal(token).quantize(Decimal(1).scaleb(-PLACES), ROUND_HALF_EVEN)
    return format(value, "f").rstrip("0").rstrip(".")


@dataclass(frozen=True)
class Preface:
    """What stands before the request in every prompt of a run, so that an engine reads it once.

    Attributes:
        reference: the language, for a model that was not trained on it.
        examples: requests and the designs that answer them, as turns of the conversation. What they say is
            only ever text of a turn.
        retrieved: id and score of each of the examples, for the record.
    """

    reference: str = ""
    examples: tuple[tuple[str, str], ...] = ()
    retrieved: tuple[tuple[str, float | None], ...] = ()

    def messages(self) -> list[Message]:
        """The turns of the preface, the system's first."""
        system = f"{SYSTEM}\n\n{self.reference}" if self.reference else SYSTEM
        turns = [Message("system", system)]
        for request, design in self.examples:
            turns += [Message("user", request), Message("assistant", design)]
        return turns


PLAIN = Preface()
"""Nothing but the system's sentence: what a model gets that was trained on the language."""


def first_prompt(request: str, preface: Preface = PLAIN) -> list[Message]:
    """The prompt for a first or fresh attempt at a cleaned request."""
    return [*preface.messages(), Message("user", request)]


def repair_prompt(
    request: str,
    design: str,
    findings: str,
    ledger: Sequence[str] = (),
    preface: Preface = PLAIN,
    operation: int | None = None,
) -> list[Message]:
    """The prompt that shows the model its best attempt and what is wrong with it.

    The attempt stands as the model's own turn, word for word: to an engine that wrote it, only the findings
    are new.

    Args:
        request: the cleaned request.
        design: the attempt's JSON text.
        findings: the findings as text (``cadagent.validation.for_model``).
        ledger: one line for each earlier attempt that is not shown.
        operation: index of the one operation that is asked for, in place of the whole design.
    """
    wanted = "Correct the design." if operation is None else f"Correct /operations/{operation} alone."
    earlier = "Earlier attempts:\n" + "\n".join(ledger) + "\n\n" if ledger else ""
    asked = f"Findings:\n{findings}\n\n{earlier}{wanted}"
    return [*first_prompt(request, preface), Message("assistant", design), Message("user", asked)]


def edit_prompt(design: str, change: str, preface: Preface = PLAIN) -> list[Message]:
    """The prompt that asks for a change of a design that is there.

    Args:
        design: its compact JSON text.
        change: the cleaned request for the change.
    """
    return [*preface.messages(), Message("user", f"Design so far:\n{design}\n\nChange:\n{change}")]


def step_prompt(
    request: str, piece: str, done: Sequence[tuple[str, str]] = (), preface: Preface = PLAIN
) -> list[Message]:
    """The prompt that asks for what one piece of the request adds to the design so far.

    Each piece is a turn of one conversation, so that an engine reads only what is new.

    Args:
        request: the whole cleaned request, for what the piece refers to.
        piece: one of :func:`cadagent.agent.stepping.pieces`.
        done: the pieces before it with their answers: a compact design to the first, then arrays of the
            operations that are added.
    """
    turns: list[Message] = []
    for told, answer in done:
        turns += [Message("user", f"Now:\n{told}"), Message("assistant", answer)]
    turns.append(Message("user", f"Now:\n{piece}"))
    turns[0] = Message("user", f"{request}\n\n{turns[0].content}")
    return [*preface.messages(), *turns]
