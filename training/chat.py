"""The chat format of a base model: the prompt's text, and the token that ends an answer.

The embedded model and its family get the text that the running system sends
(:mod:`cadagent.generation.templates`); any other instruct model gets its own tokenizer's chat template.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cadagent.errors import InputError
from cadagent.generation.protocol import Message
from cadagent.generation.templates import TURN_END, render_chat

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

_PROBE = "0123"
"""An answer to look behind; digits are left alone by every template."""


def render(messages: Sequence[Message], tokenizer: PreTrainedTokenizerBase) -> str:
    """The prompt's text, ending where the answer begins.

    Raises:
        InputError: the model's template does not take these messages, for instance no system message.
    """
    if tokenizer.eos_token == TURN_END:
        return render_chat(messages)
    return _templated(messages, tokenizer, answer=None)


def turn_end(tokenizer: PreTrainedTokenizerBase) -> str:
    """The text of the token that ends the model's turn.

    Raises:
        InputError: the tokenizer has no chat template, or its turns end without a token of their own.
    """
    if TURN_END in tokenizer.get_vocab():
        return TURN_END
    if not tokenizer.chat_template:
        raise InputError("the base model's tokenizer has no chat template: choose an instruct model")
    whole = _templated([Message("user", "?")], tokenizer, answer=_PROBE)
    after = whole.rpartition(_PROBE)[2].strip()
    tokens = tokenizer.convert_ids_to_tokens(tokenizer(after, add_special_tokens=False)["input_ids"])
    control = {*tokenizer.all_special_tokens, *tokenizer.get_added_vocab()}
    if not tokens or tokens[0] not in control:
        raise InputError("the base model's chat template ends an answer without a token of its own")
    return str(tokens[0])


def _templated(messages: Sequence[Message], tokenizer: PreTrainedTokenizerBase, *, answer: str | None) -> str:
    from jinja2.exceptions import TemplateError

    turns = [{"role": message.role, "content": message.content} for message in messages]
    if answer is not None:
        turns.append({"role": "assistant", "content": answer})
    try:
        text = tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=answer is None)
    except TemplateError as error:
        raise InputError(f"the base model's chat template refuses these messages: {error}") from error
    return str(text)
