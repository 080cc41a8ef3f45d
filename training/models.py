"""Base models and adapters: load the weights that will run, find every layer to adapt, save small files."""

from __future__ import annotations

from pathlib import Path
from types import MethodType
from typing import TYPE_CHECKING, Any

from cadagent.errors import InputError, ModelUnavailable
from cadagent.generation.torch.attention import plan_no_attention
from training.chat import turn_end

if TYPE_CHECKING:
    from peft import PeftModel
    from torch import Tensor, nn
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

MEBIBYTE = 1 << 20
WEIGHTS = "adapter_model.safetensors"
"""File of an adapter's weights."""


def load_tokenizer(base: str) -> PreTrainedTokenizerBase:
    """The tokenizer of a GGUF file, model directory or hub model; its last token is the end of a turn.

    Raises:
        InputError: the model has no chat format.
        ModelUnavailable: there is no such model, or it cannot be fetched.
    """
    from transformers import AutoTokenizer

    where, options = _source(base)
    tokenizer: PreTrainedTokenizerBase = _loaded(AutoTokenizer, base, where, options)
    # Which special tokens are read from a GGUF file differs between releases of transformers, and many
    # instruct models call the end of a text what never ends an answer.
    tokenizer.eos_token = turn_end(tokenizer)
    tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def load_base(
    base: str, *, dtype: str = "float32", quantise: bool = False, device: int = 0
) -> PreTrainedModel:
    """The base model: on the CPU, or, quantised, on a GPU.

    A GGUF file is dequantised: the adapter then learns on the very weights that it will run on, rounding
    included. Weights are read from safetensors only, and no code that comes with a model is run.

    Args:
        base: path of a GGUF file, a model directory, or a model's name on a hub.
        dtype: type of the weights in memory, e.g. ``float32`` or ``bfloat16``.
        quantise: linear layers in NF4 with double quantisation, products in bfloat16; needs bitsandbytes.
            Weights of a GGUF file have been through that and are left alone.
        device: number of the GPU for quantised weights.

    Raises:
        ModelUnavailable: there is no such model, or it cannot be fetched.
    """
    import torch
    from transformers import AutoModelForCausalLM, BitsAndBytesConfig
    from transformers.utils.quantization_config import GgufConfig

    plan_no_attention()
    where, options = _source(base)
    if "gguf_file" in options:
        options["quantization_config"] = GgufConfig(dequantize=True)
    else:
        options["use_safetensors"] = True
    if quantise and "gguf_file" not in options:
        options["device_map"] = {"": device}
        options["quantization_config"] = BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=torch.bfloat16,
        )
    model: PreTrainedModel = _loaded(
        AutoModelForCausalLM, base, where, options | {"dtype": getattr(torch, dtype)}
    )
    return model


def _loaded(kind: Any, base: str, where: str, options: dict[str, Any]) -> Any:
    try:
        return kind.from_pretrained(where, **options)
    except OSError as error:
        reason = str(error).strip().partition("\n")[0]
        raise ModelUnavailable(f"the base model {base} cannot be loaded: {reason}") from error


def adapter_targets(model: nn.Module) -> list[str]:
    """Names of all linear layers inside the decoder, the way PEFT wants them: ``["down_proj", "gate_proj",
    …]``.

    They are read off the model, because architectures fuse and name them differently (Phi-3 has ``qkv_proj``
    and ``gate_up_proj``), and a list that fits another one silently adapts a part.

    Raises:
        InputError: a weight matrix of the decoder is not a plain linear layer and would be left out.
    """
    from torch import nn

    head = model.get_output_embeddings() if hasattr(model, "get_output_embeddings") else None
    names: set[str] = set()
    missed: list[str] = []
    for path, module in model.named_modules():
        if module is head or isinstance(module, nn.Embedding):
            continue
        if isinstance(module, nn.Linear):
            names.add(path.rpartition(".")[2])
        else:
            # Norms have vectors; anything with more dimensions mixes channels and belongs to the adapter's
            # targets.
            missed += [
                f"{path}.{name}"
                for name, weight in module.named_parameters(recurse=False)
                if weight.dim() > 1
            ]
    if missed:
        raise InputError(f"no adapter for these weights of {type(model).__name__}: {', '.join(missed[:6])}")
    if not names:
        raise InputError(f"{type(model).__name__} has no linear layers to adapt")
    return sorted(names)


def check_targets(model: nn.Module, targets: list[str]) -> None:
    """Raise InputError when a choice of targets leaves a layer of ``model`` without an adapter."""
    left_out = sorted(set(adapter_targets(model)) - set(targets))
    if left_out:
        raise InputError(
            f"these linear layers of {type(model).__name__} are not adapted: {', '.join(left_out)}"
        )


def fold_adapters(model: PeftModel, adapter: str = "default") -> None:
    """Make adapted layers compute ``x (W + s·B·A)ᵀ`` instead of ``x Wᵀ + s·(x Aᵀ) Bᵀ``: the same, faster.

    In a small model the three products, the scaling and the sum are bound by memory traffic: folding them
    into the weight, which is far smaller than a batch's activations, roughly halves what a step moves. The
    parameters that learn stay PEFT's own. Only for layers without adapter dropout, which has no folded form.
    """
    from peft.tuners.lora import Linear

    for module in model.modules():
        if isinstance(module, Linear):
            if getattr(module.lora_dropout[adapter], "p", 0.0):
                raise InputError("adapters with dropout cannot be folded into their weights")
            module.forward = MethodType(_folded(adapter), module)


def _folded(adapter: str) -> Any:
    import torch
    from torch.nn import functional

    def forward(self: Any, x: Tensor) -> Tensor:
        base = self.base_layer
        # The sum is formed in the weights' own precision and rounded once, for the product.
        with torch.autocast(x.device.type, enabled=False):
            down, up = self.lora_A[adapter].weight, self.lora_B[adapter].weight
            weight = torch.addmm(base.weight.to(down.dtype), up, down, alpha=self.scaling[adapter])
        return functional.linear(x, weight, base.bias)

    return forward


def compile_layers(model: PreTrainedModel) -> None:
    """Have every layer of the decoder compiled when it first runs, for any size of batch.

    The layers are alike, so that one of them is compiled and all use it; compiling the model as a whole takes
    as many times longer as there are layers.
    """
    import torch

    torch.set_float32_matmul_precision("high")
    for layer in model.get_decoder().layers:
        layer.compile(dynamic=True)


def save_adapter(model: PeftModel, folder: Path, *, base_name: str) -> Path:
    """Write ``adapter_model.safetensors`` (bfloat16) and ``adapter_config.json``; returns the weights' path.

    Args:
        base_name: what the configuration calls the base model; a path of this machine would help nobody.
    """
    import torch
    from peft import get_peft_model_state_dict
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    state = {
        name: weight.detach().to("cpu", torch.bfloat16).contiguous()
        for name, weight in get_peft_model_state_dict(model).items()
    }
    path = folder / WEIGHTS
    save_file(state, path, metadata={"format": "pt"})
    config = model.peft_config["default"]
    config.base_model_name_or_path = base_name
    config.inference_mode = True
    config.save_pretrained(folder)
    return path


def adapter_mebibytes(model: nn.Module) -> float:
    """Size of the weights that learn, as ``save_adapter`` writes them."""
    return sum(weight.numel() for weight in model.parameters() if weight.requires_grad) * 2 / MEBIBYTE


def _source(base: str) -> tuple[str, dict[str, Any]]:
    """What ``from_pretrained`` is called with: a folder or name, and the GGUF file inside it."""
    path = Path(base)
    if path.suffix != ".gguf":
        return base, {}
    if not path.is_file():
        raise InputError(f"no such file: {path}")
    return str(path.parent), {"gguf_file": path.name}
