"""A tiny model with random weights, and records that it can learn."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def tiny_tokenizer(folder: Path, start: str = "<|im_start|>", end: str = "<|im_end|>") -> Any:
    """Bytes and a chat format's control tokens; no file from elsewhere."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    control = ["<|endoftext|>", start, end]
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokens = {token: number for number, token in enumerate(control + alphabet)}
    backend = Tokenizer(models.BPE(vocab=tokens, merges=[]))
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    backend.add_special_tokens([AddedToken(token, special=True) for token in control])
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend, eos_token="<|endoftext|>", pad_token=end, bos_token=start
    )
    tokenizer.save_pretrained(folder)
    return tokenizer


def tiny_sizes() -> dict[str, Any]:
    return {
        "vocab_size": 260,
        "hidden_size": 48,
        "intermediate_size": 96,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 512,
        "pad_token_id": 2,
        "eos_token_id": 2,
        "bos_token_id": 1,
        # Wide enough that frozen embeddings can say something definite.
        "initializer_range": 0.2,
    }


def tiny_base(folder: Path) -> Path:
    """A model directory: a Llama of two layers."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    tiny_tokenizer(folder)
    torch.manual_seed(0)
    LlamaForCausalLM(LlamaConfig(**tiny_sizes())).save_pretrained(folder)
    return folder


def tiny_rows(path: Path, count: int = 64) -> Path:
    """Records, each a size to be copied."""
    rows = [
        {
            "messages": [
                {"role": "system", "content": "Design."},
                {"role": "user", "content": f"cube {size}"},
            ],
            "completion": f'{{"size":{size}}}',
            "id": size,
        }
        for size in range(10, 10 + count)
    ]
    path.write_text("\n".join(map(json.dumps, rows)))
    return path
