"""The chat format of a model: the prompt's text, and the tokens that end an answer.

The embedded model and every other model with its turn tokens get the text of
``cadagent.generation.templates``, to the character what adapters are trained on; any other instruct model
gets its own tokenizer's template.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from cadagent.errors import InputError
from cadagent.generation.protocol import Message
from cadagent.generation.templates import TURN_END, render_chat, without_system

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

_PROBE = "0123"
"""An answer to look behind; digits are left alone by every template."""


def render(messages: Sequence[Message], tokenizer: PreTrainedTokenizerBase) -> str:
    """The prompt's text, ending where the answer begins; control tokens in a message become plain text.

    A template without a system role gets the system message in front of the first user message.

    Raises:
        InputError: the model has no template, or its template does not take these messages.
    """
    # Records by the hundred thousand are rendered too, so that the whole vocabulary is not asked for.
    if tokenizer.convert_tokens_to_ids(TURN_END) not in (None, tokenizer.unk_token_id):
        return render_chat(messages)
    if not tokenizer.chat_template:
        raise InputError("The model's tokenizer has no chat template; choose an instruct model.")
    control = _control_pattern(tokenizer)
    turns = [
        {"role": message.role, "content": control.sub(_defused, message.content)} for message in messages
    ]
    from jinja2.exceptions import TemplateError

    try:
        return _templated(turns, tokenizer)
    except TemplateError as error:
        joined = without_system(turns)
        if joined == turns:
            raise _refused(error) from error
    try:
        return _templated(joined, tokenizer)
    except TemplateError as error:
        raise _refused(error) from error


def end_ids(tokenizer: PreTrainedTokenizerBase, generation_config: Any) -> list[int]:
    """Ids of the tokens that end an answer: those of the model's settings and its template."""
    named = getattr(generation_config, "eos_token_id", None)
    ends = set(named if isinstance(named, list) else [named]) | {tokenizer.eos_token_id}
    vocabulary = tokenizer.get_vocab()
    if TURN_END in vocabulary:
        ends.add(vocabulary[TURN_END])
    elif tokenizer.chat_template:
        first = next(iter(tokenizer(after_answer(tokenizer), add_special_tokens=False)["input_ids"]), None)
        if first in tokenizer.added_tokens_decoder:
            ends.add(first)
    # A model may be told of tokens that its tokenizer does not have.
    return sorted(one for one in ends if one is not None and one < len(tokenizer))


def after_answer(tokenizer: PreTrainedTokenizerBase) -> str:
    """What the tokenizer's own template writes behind an answer: first of all the token that ends it."""
    turns = [{"role": "user", "content": "?"}, {"role": "assistant", "content": _PROBE}]
    return _templated(turns, tokenizer, answer=True).rpartition(_PROBE)[2].strip()


def _templated(
    turns: Iterable[dict[str, str]], tokenizer: PreTrainedTokenizerBase, *, answer: bool = False
) -> str:
    return str(tokenizer.apply_chat_template(list(turns), tokenize=False, add_generation_prompt=not answer))


def _control_pattern(tokenizer: PreTrainedTokenizerBase) -> re.Pattern[str]:
    """Matches every token text that a tokenizer reads as one token of its own, whatever surrounds it."""
    texts = [str(token) for token in tokenizer.added_tokens_decoder.values() if len(str(token).strip()) > 1]
    return re.compile("|".join(map(re.escape, sorted(texts, key=len, reverse=True))) or "(?!)")


def _defused(match: re.Match[str]) -> str:
    """The same text with a space behind its first character."""
    return f"{match[0][0]} {match[0][1:]}"


def _refused(error: Exception) -> InputError:
    return InputError(f"The model's chat template refuses these messages: {' '.join(str(error).split())}")
