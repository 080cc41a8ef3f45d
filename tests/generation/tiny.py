"""Tiny causal models with random weights, made on the spot: every path of the engine in milliseconds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

PHI3_TEMPLATE = (
    "{% for message in messages %}<|{{ message['role'] }}|>\n{{ message['content'] }}<|end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>\n{% endif %}"
)
"""As Phi-3 writes its turns."""
PHI3_TOKENS = ["<|endoftext|>", "<|system|>", "<|user|>", "<|assistant|>", "<|end|>"]
CHATML_TOKENS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
SHORT_ROPE = 96
"""Tokens that the short set of the tiny Phi-3's rotary factors reaches; the real one's is 4,096."""

SIZES = {
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 4,
}


def save_tokenizer(folder: Path, special: list[str], template: str | None) -> Any:
    """A byte-level tokenizer without merges: one token a byte, and the control tokens."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    inner = Tokenizer(models.BPE({symbol: number for number, symbol in enumerate(alphabet)}, []))
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner.decoder = decoders.ByteLevel()
    inner.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in special])
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=inner, eos_token=special[0], pad_token=special[0], chat_template=template
    )
    tokenizer.save_pretrained(folder)
    return tokenizer


def save_phi3(folder: Path, *, seed: int = 0, short_rope: int = SHORT_ROPE, **sizes: Any) -> Path:
    """A Phi-3: fused layers, longrope, its own chat template, logits wider than the tokenizer."""
    import torch
    from transformers import GenerationConfig, Phi3Config, Phi3ForCausalLM

    tokenizer = save_tokenizer(folder, PHI3_TOKENS, PHI3_TEMPLATE)
    size = SIZES | sizes
    half = size["hidden_size"] // size["num_attention_heads"] // 2
    config = Phi3Config(
        vocab_size=len(tokenizer) + 51,
        max_position_embeddings=4096,
        original_max_position_embeddings=short_rope,
        rope_parameters={
            "rope_type": "longrope",
            "rope_theta": 10000.0,
            "short_factor": [1.0 + 0.05 * number for number in range(half)],
            "long_factor": [1.5 + 2.0 * number for number in range(half)],
            "original_max_position_embeddings": short_rope,
        },
        initializer_range=0.3,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        **size,
    )
    torch.manual_seed(seed)
    model = Phi3ForCausalLM(config)
    ends = tokenizer.convert_tokens_to_ids(["<|endoftext|>", "<|end|>"])
    model.generation_config = GenerationConfig(eos_token_id=ends, pad_token_id=tokenizer.pad_token_id)
    model.save_pretrained(folder)
    return folder


def save_llama(folder: Path, *, seed: int = 0) -> Path:
    """A Llama with the turn tokens of the default model."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    tokenizer = save_tokenizer(folder, CHATML_TOKENS, None)
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        max_position_embeddings=2048,
        initializer_range=0.3,
        bos_token_id=None,
        eos_token_id=tokenizer.convert_tokens_to_ids("<|im_end|>"),
        **SIZES,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


def save_other(folder: Path, kind: str) -> Path:
    """A decoder with other layers: ``mistral`` looks back 32 tokens, ``lfm2`` has recurrent ones."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    tokenizer = save_tokenizer(folder, PHI3_TOKENS, PHI3_TEMPLATE)
    layers = {"mistral": {"sliding_window": 32}, "lfm2": {"layer_types": ["conv", "full_attention"]}}
    config = AutoConfig.for_model(
        kind,
        vocab_size=len(tokenizer),
        max_position_embeddings=1024,
        initializer_range=0.3,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        **SIZES,
        **layers[kind],
    )
    torch.manual_seed(0)
    AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    return folder


def save_adapter(folder: Path, base: Path, *, seed: int, rank: int = 4) -> Path:
    """A random adapter on every linear layer of the decoder."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(base)
    torch.manual_seed(seed)
    config = LoraConfig(
        r=rank,
        lora_alpha=2 * rank,
        target_modules="all-linear",
        init_lora_weights=False,
        task_type="CAUSAL_LM",
    )
    adapted = get_peft_model(model, config)
    # The base is named after a folder that nobody else has; nothing may look for it.
    adapted.peft_config["default"].base_model_name_or_path = "nobody/nowhere"
    adapted.save_pretrained(folder, save_embedding_layers=False)
    return folder
