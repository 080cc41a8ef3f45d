"""A long request cut into the pieces that are told to the model one by one."""

from __future__ import annotations

import re

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
