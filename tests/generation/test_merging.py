"""An adapter merged into its model: the same sums, and the same texts as with the adapter beside it."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from cadagent.agent.prompts import first_prompt
from cadagent.design import json_schema
from cadagent.errors import ModelUnavailable
from cadagent.generation import ModelSettings, llama, merging, open_model
from cadagent.generation.adapters import Adapter
from cadagent.generation.merging import merged_gguf
from cadagent.generation.weights import file_sha256

ALPHA, RANK = 8.0, 2
REQUESTS = [
    "A washer, 20 mm outside, 10 mm inside, 2 mm thick",
    "A 40 x 20 x 5 mm plate with four 4 mm holes, 30 x 10 mm apart",
    "A cylinder 30 mm high and 12 mm in diameter with a 3 mm hole along its axis",
]


def write(path: Path, tensors: dict[str, np.ndarray], kinds: dict[str, str], adapter: bool = False) -> Path:
    import gguf

    writer = gguf.GGUFWriter(None, "llama")
    if adapter:
        writer.add_float32(gguf.Keys.Adapter.LORA_ALPHA, ALPHA)
    else:
        writer.add_array("tokenizer.ggml.tokens", ["a", "b"])
        writer.add_uint32("llama.block_count", 1)
    for name, tensor in tensors.items():
        kind = gguf.GGMLQuantizationType[kinds.get(name, "F32")]
        writer.add_tensor(name, gguf.quantize(tensor, kind), raw_dtype=kind)
    writer.write_header_to_file(path)
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CADAGENT_CACHE", str(tmp_path / "cache"))
    random = np.random.default_rng(1)
    names = {"four.weight": "Q4_1", "plain.weight": "F32", "narrow.weight": "F16", "other.weight": "Q4_1"}
    tensors = {name: random.normal(size=(8, 64)).astype(np.float32) for name in names}
    tensors["narrow.weight"] = tensors["narrow.weight"][:, :40].copy()
    return write(tmp_path / "base.gguf", tensors, names)


def adapter(folder: Path, *names: str, columns: int = 64, seed: int = 2) -> Adapter:
    random = np.random.default_rng(seed)
    tensors = {}
    for name in names:
        tensors[f"{name}.lora_a"] = random.normal(size=(RANK, columns)).astype(np.float32)
        tensors[f"{name}.lora_b"] = random.normal(size=(8, RANK)).astype(np.float32)
    path = write(folder / f"lora{seed}.gguf", tensors, {}, adapter=True)
    return Adapter(str(path), path, file_sha256(path))


def tensors_of(path: Path) -> dict[str, tuple[str, np.ndarray, bytes]]:
    import gguf

    return {
        one.name: (
            one.tensor_type.name,
            gguf.dequantize(one.data, one.tensor_type),
            np.ascontiguousarray(one.data).tobytes(),
        )
        for one in gguf.GGUFReader(path).tensors
    }


def test_a_merged_matrix_is_the_sum(base: Path, tmp_path: Path) -> None:
    lora = adapter(tmp_path, "four.weight", "plain.weight")
    before, after = tensors_of(base), tensors_of(merged_gguf(lora, base))
    change = {name: value for name, (_, value, _) in tensors_of(lora.path).items()}
    for name, kind, most in (("four.weight", "Q8_0", 0.2), ("plain.weight", "F32", 1e-5)):
        wanted = before[name][1] + ALPHA / RANK * change[f"{name}.lora_b"] @ change[f"{name}.lora_a"]
        assert after[name][0] == kind and np.abs(after[name][1] - wanted).max() < most
    for name in ("narrow.weight", "other.weight"):
        assert after[name][::2] == before[name][::2]


def test_everything_but_the_weights_stays(base: Path, tmp_path: Path) -> None:
    import gguf

    merged = gguf.GGUFReader(merged_gguf(adapter(tmp_path, "four.weight"), base))
    assert merged.fields["tokenizer.ggml.tokens"].contents() == ["a", "b"]
    assert merged.fields["llama.block_count"].contents() == 1


def test_a_merged_file_is_made_once_and_again_when_it_is_damaged(base: Path, tmp_path: Path) -> None:
    lora = adapter(tmp_path, "four.weight")
    made = merged_gguf(lora, base)
    whole, number = made.read_bytes(), made.stat().st_ino
    assert merged_gguf(lora, base).stat().st_ino == number
    made.write_bytes(whole[:-500])
    assert merged_gguf(lora, base).read_bytes() == whole


def test_merged_files_do_not_pile_up(base: Path, tmp_path: Path) -> None:
    made = []
    for seed in range(merging.KEPT + 2):
        made.append(merged_gguf(adapter(tmp_path, "four.weight", seed=seed), base))
        os.utime(made[-1], (seed, seed))
    assert [path.exists() for path in made] == [False] * 2 + [True] * merging.KEPT


def test_an_adapter_that_does_not_fit_is_one_clear_line(base: Path, tmp_path: Path) -> None:
    for number, (names, columns) in enumerate(((("nowhere.weight",), 64), (("four.weight",), 32))):
        with pytest.raises(ModelUnavailable, match=r"damaged or does not fit: .*(nowhere|another size)"):
            merged_gguf(adapter(tmp_path, *names, columns=columns, seed=number), base)
    with pytest.raises(ModelUnavailable, match="damaged or does not fit"):
        merged_gguf(Adapter("base", base, ""), base)


def texts(requests: list[str]) -> list[str]:
    model = open_model(settings=ModelSettings(threads=1))
    try:
        return [
            "".join(chunk.text for chunk in model.generate(first_prompt(one), schema=json_schema("reply")))
            for one in requests
        ]
    finally:
        model.close()


@pytest.mark.slow
def test_the_shipped_adapter_writes_the_same_designs_merged(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    merged = texts(REQUESTS)
    monkeypatch.setattr(llama, "MOST_BYTES", 0)
    assert texts(REQUESTS) == merged and all(text.endswith("]}") for text in merged)
