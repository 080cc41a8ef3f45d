"""PEFT's LoRA adapters as GGUF, the form that llama.cpp loads; without torch.

llama.cpp rotates neighbouring pairs of a head's rows, transformers rotates its first half against its second.
A llama model's query and key rows are therefore reordered on their way into a GGUF file, and so must be the
rows that an adapter adds to them: those of ``lora_B``. ``lora_A`` acts on the layer's input and stays as it
    is.
"""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from cadagent.errors import ModelUnavailable

if TYPE_CHECKING:
    import numpy as np

CONVERTER_VERSION = 1
"""Part of the cache key of converted adapters: raise it when the output changes."""

_MODULES = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
_TENSOR = re.compile(r"base_model\.model\.model\.layers\.(\d+)\.([a-z_.]+)\.lora_([AB])\.weight")
_REFUSED = ("use_dora", "rank_pattern", "alpha_pattern", "modules_to_save", "fan_in_fan_out", "lora_bias")


def convert_lora(
    folder: Path, target: Path, *, heads: int, kv_heads: int, precision: Literal["f16", "f32"] = "f16"
) -> None:
    """Write the adapter in ``folder`` (``adapter_config.json``, ``adapter_model.safetensors``) as a GGUF
    file.

    Args:
        heads, kv_heads: attention heads, and key and value heads, of the llama model it was trained on.

    Raises:
        ModelUnavailable: a file is missing or damaged, or the adapter is of a kind that llama.cpp cannot run.
    """
    import gguf

    config = _config(folder)
    tensors = _pairs(read_safetensors(folder / "adapter_model.safetensors"), folder)
    writer = gguf.GGUFWriter(path=None, arch="llama")
    writer.add_type(gguf.GGUFType.ADAPTER)
    writer.add_string(gguf.Keys.Adapter.TYPE, "lora")
    writer.add_float32(gguf.Keys.Adapter.LORA_ALPHA, _alpha(config))
    for (layer, module), (down, up) in sorted(tensors.items()):
        if module in ("self_attn.q_proj", "self_attn.k_proj"):
            up = permute_rows(up, heads if module.endswith("q_proj") else kv_heads)
        name = f"blk.{layer}.{_MODULES[module]}.weight"
        dtype = "float16" if precision == "f16" else "float32"
        writer.add_tensor(f"{name}.lora_a", down.astype(dtype))
        writer.add_tensor(f"{name}.lora_b", up.astype(dtype))
    writer.write_header_to_file(target)
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def permute_rows(matrix: np.ndarray, heads: int) -> np.ndarray:
    """Reorder the rows of a query or key matrix from transformers' order to llama.cpp's.

    Args:
        matrix: ``[heads * size, columns]``; within each head, row ``i`` of the first half and row ``i`` of
            the second half, which transformers rotates together, become neighbours.
    """
    rows, columns = matrix.shape
    if rows % (2 * heads):
        raise ModelUnavailable(
            f"An adapter with {rows} rows does not fit a model with {heads} attention heads."
        )
    return matrix.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)


def read_safetensors(path: Path) -> dict[str, np.ndarray]:
    """All tensors of a safetensors file as float32; bfloat16, which numpy does not have, is widened."""
    import numpy as np
    from safetensors import SafetensorError, deserialize

    kinds: dict[str, np.dtype] = {"F32": np.dtype("<f4"), "F16": np.dtype("<f2"), "BF16": np.dtype("<u2")}
    try:
        entries = cast(list[tuple[str, Any]], deserialize(path.read_bytes()))
    except OSError as error:
        raise ModelUnavailable(
            f"The adapter file {path} cannot be read: {error.strerror or error}"
        ) from error
    except SafetensorError as error:
        raise ModelUnavailable(f"The adapter file {path} is damaged: {error}") from error
    tensors = {}
    for name, entry in entries:
        if entry["dtype"] not in kinds:
            raise ModelUnavailable(
                f"The adapter file {path} holds numbers of the unknown type {entry['dtype']}."
            )
        raw = np.frombuffer(entry["data"], dtype=kinds[entry["dtype"]]).reshape(entry["shape"])
        if entry["dtype"] == "BF16":
            # bfloat16 is the upper half of a float32.
            tensors[name] = (raw.astype(np.uint32) << 16).view(np.float32)
        else:
            tensors[name] = raw.astype(np.float32)
    return tensors


def _config(folder: Path) -> dict[str, Any]:
    path = folder / "adapter_config.json"
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelUnavailable(
            f"The adapter file {path} cannot be read: {error.strerror or error}"
        ) from error
    except ValueError as error:
        raise ModelUnavailable(f"The adapter file {path} is damaged: {error}") from error
    refused = [key for key in _REFUSED if config.get(key)]
    if config.get("peft_type") != "LORA" or refused or config.get("bias", "none") != "none":
        what = refused[0] if refused else "bias, or not LoRA"
        raise ModelUnavailable(f"The adapter in {folder} is of a kind that llama.cpp cannot run ({what}).")
    return dict(config)


def _alpha(config: dict[str, Any]) -> float:
    """llama.cpp scales by alpha / rank; rank-stabilised adapters are trained with alpha / √rank."""
    rank, alpha = config["r"], float(config["lora_alpha"])
    return alpha * math.sqrt(rank) if config.get("use_rslora") else alpha


def _pairs(
    tensors: dict[str, np.ndarray], folder: Path
) -> dict[tuple[int, str], tuple[np.ndarray, np.ndarray]]:
    """Layer and module → (A ``[rank, in]``, B ``[out, rank]``)."""
    halves: dict[tuple[int, str], dict[str, np.ndarray]] = {}
    for name, tensor in tensors.items():
        match = _TENSOR.fullmatch(name)
        if match is None or match[2] not in _MODULES:
            raise ModelUnavailable(
                f"The adapter in {folder} changes {name}, which llama.cpp's adapters cannot."
            )
        halves.setdefault((int(match[1]), match[2]), {})[match[3]] = tensor
    pairs = {}
    for (layer, module), half in halves.items():
        if half.keys() != {"A", "B"} or half["A"].ndim != 2 or half["A"].shape[0] != half["B"].shape[1]:
            raise ModelUnavailable(f"The adapter in {folder} is incomplete: layer {layer}, {module}.")
        pairs[layer, module] = half["A"], half["B"]
    if not pairs:
        raise ModelUnavailable(f"The adapter in {folder} is empty.")
    return pairs
