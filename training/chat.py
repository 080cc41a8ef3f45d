"""The token that ends an answer of a base model, as text. Prompts are those of the running system."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cadagent.errors import InputError
from cadagent.generation.templates import TURN_END
from cadagent.generation.torch.chat import after_answer

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


def turn_end(tokenizer: PreTrainedTokenizerBase) -> str:
    """The text of the token that ends the model's turn.

    Raises:
        InputError: the tokenizer has no chat template, or its turns end without a token of their own.
    """
    if TURN_END in tokenizer.get_vocab():
        return TURN_END
    if not tokenizer.chat_template:
        raise InputError("the base model's tokenizer has no chat template: choose an instruct model")
    after = tokenizer(after_answer(tokenizer), add_special_tokens=False)["input_ids"]
    tokens = tokenizer.convert_ids_to_tokens(after)
    control = {*tokenizer.all_special_tokens, *tokenizer.get_added_vocab()}
    if not tokens or tokens[0] not in control:
        raise InputError("the base model's chat template ends an answer without a token of its own")
    return str(tokens[0])
