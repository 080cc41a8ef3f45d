"""What a model is told before the request: nothing if it was trained on the language, else the language and
examples of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cadagent.agent.prompts import PLAIN, Preface
from cadagent.design import reference_table
from cadagent.design.brief import brief_reference
from cadagent.generation import Identity, Model
from cadagent.settings import Settings

if TYPE_CHECKING:
    from cadagent.retrieval.searching import Hit

EXAMPLES = 4
"""How many a model gets that was not trained on the language."""

WIDE = 24_000
"""A window of so many tokens has room for the whole reference, a smaller one for the brief one."""

_SHARE = 4
"""The examples may fill this part of the window: one in so many tokens."""


def preface_for(request: str, identity: Identity, model: Model, settings: Settings, turn: int = 0) -> Preface:
    """The preface for a request; the same request, library and settings give the same one.

    Args:
        turn: how many starts there were before: each gets the examples that come next in the choice.

    Raises:
        StoreError: the example library cannot be read.
    """
    knows = identity.knows_language
    wanted = settings.examples if settings.examples is not None else (0 if knows else EXAMPLES)
    reference = "" if knows else reference_table() if model.context >= WIDE else brief_reference()
    if not reference and not wanted:
        return PLAIN
    hits = _examples(request, wanted, model, turn) if wanted else ()
    return Preface(
        reference,
        tuple((hit.example.request, hit.example.design) for hit in hits),
        tuple((hit.example.id, hit.score) for hit in hits),
    )


def _examples(request: str, wanted: int, model: Model, turn: int) -> Sequence[Hit]:
    from cadagent.retrieval.library import Library, default_path

    with Library.open(default_path()) as library:
        room = model.context // _SHARE
        choice = library.choose(request, wanted * (turn + 1), room * (turn + 1), count=model.count_tokens)
    return choice.hits[wanted * turn :] or choice.hits[:wanted]
