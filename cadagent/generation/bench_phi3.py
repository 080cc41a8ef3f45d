"""Phi-3-mini's shape with random weights: what a GPU does on long contexts and with many requests at once.

The weights say nothing about designs, but time and memory do not depend on what they are. Nothing is fetched:
the tokenizer has one token for each byte, so that a context has as many tokens as its text has characters.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from cadagent.errors import InputError, ModelUnavailable
from cadagent.generation.models import ModelSettings, open_model

CONTEXTS = (3_800, 32_000, 128_000)
"""Tokens. The first leaves room for a second attempt within 4,096, where the model changes its rotary factors
and has to read everything anew."""

BATCH = 32
NEEDS = (
    "an NVIDIA GPU with 80 GB (weights of 16 bits take 8 GB, keys and values of 128,000 tokens 50 GB), "
    "the packages of pip install 'cadagent[torch]' and 8 GB of disk"
)
PHI3_MINI = {
    "hidden_size": 3072,
    "intermediate_size": 8192,
    "num_hidden_layers": 32,
    "num_attention_heads": 32,
    "num_key_value_heads": 32,
}
_VOCABULARY, _ORIGINAL, _LONGEST = 32_064, 4_096, 131_072
_SPECIAL = ("<|endoftext|>", "<|system|>", "<|user|>", "<|assistant|>", "<|end|>")
_TEMPLATE = (
    "{% for message in messages %}<|{{ message['role'] }}|>\n{{ message['content'] }}<|end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>\n{% endif %}"
)


def require_gpu() -> None:
    """Raises ModelUnavailable, which says what is needed, where there is no GPU or no PyTorch."""
    try:
        import torch
    except ImportError as error:
        raise ModelUnavailable(f"--phi3-shape needs {NEEDS}; PyTorch is not installed.") from error
    if not torch.cuda.is_available():
        raise ModelUnavailable(f"--phi3-shape needs {NEEDS}; PyTorch sees no GPU.")


def write_phi3(folder: Path, shape: dict[str, int] | None = None, *, device: str = "cpu") -> Path:
    """A Phi-3 with random weights in bfloat16: longrope, fused layers, its chat template.

    Args:
        folder: is made; one that holds a model already is taken as it is.
        shape: sizes as ``Phi3Config`` names them; those of Phi-3-mini when left out.
        device: where the numbers are drawn.

    Raises:
        InputError: there is something else in the folder.
    """
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
    from transformers import GenerationConfig, Phi3Config, PreTrainedTokenizerFast

    from cadagent.generation.torch.quiet import quiet

    if (folder / "model.done").is_file():
        return folder
    if folder.is_dir() and any(folder.iterdir()):
        raise InputError(f"{folder} is not empty; name another folder.")
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    inner = Tokenizer(models.BPE({symbol: number for number, symbol in enumerate(alphabet)}, []))
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner.decoder = decoders.ByteLevel()
    inner.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in _SPECIAL])
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=inner, eos_token=_SPECIAL[0], pad_token=_SPECIAL[0], chat_template=_TEMPLATE
    )
    size = shape or PHI3_MINI
    pairs = size["hidden_size"] // size["num_attention_heads"] // 2
    config = Phi3Config(
        vocab_size=_VOCABULARY,
        max_position_embeddings=_LONGEST,
        original_max_position_embeddings=_ORIGINAL,
        rope_parameters={
            "rope_type": "longrope",
            "rope_theta": 10000.0,
            "short_factor": [1.0 + number / pairs for number in range(pairs)],
            "long_factor": [1.0 + 60.0 * number / pairs for number in range(pairs)],
            "original_max_position_embeddings": _ORIGINAL,
        },
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        dtype="bfloat16",
        **size,
    )
    with quiet():
        model = _drawn(config, device)
        # Random weights may draw any token; only this one ends an answer.
        model.generation_config = GenerationConfig(
            eos_token_id=[tokenizer.convert_tokens_to_ids("<|end|>")], pad_token_id=tokenizer.pad_token_id
        )
        folder.mkdir(parents=True, exist_ok=True)
        tokenizer.save_pretrained(folder)
        model.save_pretrained(folder)
    (folder / "model.done").touch()
    return folder


def _drawn(config: Any, device: str) -> Any:
    """The model with weights drawn at random, always the same."""
    import torch
    from transformers import Phi3ForCausalLM

    torch.manual_seed(0)
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.bfloat16)  # in 32 bits the weights would take twice the memory
    try:
        with torch.device(device):
            return Phi3ForCausalLM(config)
    finally:
        torch.set_default_dtype(before)


def phi3_figures(
    folder: Path,
    tell: Callable[[str], None],
    *,
    contexts: Sequence[int] = CONTEXTS,
    batch: int = BATCH,
    quantize: str | None = None,
) -> dict[str, Any]:
    """Measure the model in a folder of ``write_phi3`` on this machine's GPU, or its processor where it has
    none.

    Args:
        tell: gets a line before each part.
        contexts: tokens of the contexts on which a second attempt follows a first.
        batch: requests that are answered together.
        quantize: ``nf4`` holds the weights in 4 bits.

    Returns:
        For each context the seconds of both attempts, their ratio and the peak of the GPU's memory in GiB;
        tokens a second of one request and of a batch.
    """
    from cadagent.generation.torch.bench import batch_gain, retry_share
    from cadagent.generation.torch.model import TransformersModel

    model = open_model(f"transformers:{folder}", ModelSettings(quantize=quantize))
    assert isinstance(model, TransformersModel)
    try:
        tell("loading the weights …")
        model.start()
        retry_share(model, 1_000)  # what is only done once
        figures: dict[str, Any] = {"contexts": [], "quantize": quantize}
        for context in contexts:
            tell(f"two attempts on {context:,} tokens …")
            _forget_peak()
            figures["contexts"].append({**retry_share(model, context), "peak_gib": _peak_gib()})
        tell(f"{batch} requests at once …")
        _forget_peak()
        figures["batch"] = {**batch_gain(model, batch), "peak_gib": _peak_gib()}
    finally:
        model.close()
    return figures


def _forget_peak() -> None:
    import torch

    if torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()


def _peak_gib() -> float | None:
    import torch

    return torch.cuda.max_memory_allocated() / 2**30 if torch.cuda.is_available() else None
