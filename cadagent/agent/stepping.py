"""A long request told to the model piece by piece, each with the design so far."""

from __future__ import annotations

import re

from cadagent.agent.prompts import SYSTEM
from cadagent.generation import Message

_END = re.compile(r"[.!?][\"')]?\s+(?=[\"'(]?[A-Z]|\(?\d{1,2}[.):]\s+[A-Z])")
_ENUMERATOR = re.compile(r"\(?(?:[Ss]tep )?\d{1,2}[.):]+")


def pieces(request: str) -> list[str]:
    """The sentences of a cleaned request; those without a figure go with the next one, the last with the one
    before.

    Joined by single spaces they are the request again.
    """
    sentences: list[str] = []
    start = 0
    for match in _END.finditer(request):
        sentence = request[start : match.end()].strip()
        if not _ENUMERATOR.fullmatch(sentence):
            sentences.append(sentence)
            start = match.end()
    sentences.append(request[start:].strip())
    found: list[str] = []
    waiting = ""
    for sentence in filter(None, sentences):
        waiting = f"{waiting} {sentence}".strip()
        if re.search(r"\d", _ENUMERATOR.sub("", waiting)):
            found.append(waiting)
            waiting = ""
    if waiting:
        found[-1:] = [f"{found[-1]} {waiting}" if found else waiting]
    return found


def step_prompt(request: str, design: str, piece: str) -> list[Message]:
    """The prompt that asks for the design so far with what one piece of the request says.

    Args:
        request: the whole cleaned request, for what the piece refers to.
        design: the compact JSON text of the design so far; empty before the first piece.
        piece: one of :func:`pieces`.
    """
    so_far = f"Design so far:\n{design}\n\n" if design else ""
    return [Message("system", SYSTEM), Message("user", f"{request}\n\n{so_far}Now:\n{piece}")]
