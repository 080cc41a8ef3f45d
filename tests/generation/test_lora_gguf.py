import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors import TensorSpec, serialize_file
from safetensors.numpy import load_file, save_file

from cadagent.errors import InputError, ModelUnavailable
from cadagent.generation.adapters import Adapter, adapter_gguf, find_adapter
from cadagent.generation.gguf_check import check_gguf
from cadagent.generation.lora_gguf import convert_lora, permute_rows, read_safetensors

PREFIX = "base_model.model.model.layers.0"


def tensors_of(path: Path) -> tuple[dict[str, np.ndarray], float]:
    import gguf

    reader = gguf.GGUFReader(path)
    alpha = reader.fields["adapter.lora.alpha"].contents()
    return {tensor.name: np.array(tensor.data) for tensor in reader.tensors}, alpha


def rotate_halves(rows: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """transformers' rotary embedding of one head: its first half against its second."""
    first, second = np.split(rows, 2)
    return np.concatenate(
        [first * np.cos(angle) - second * np.sin(angle), second * np.cos(angle) + first * np.sin(angle)]
    )


def rotate_neighbours(rows: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """llama.cpp's rotary embedding of one head: neighbouring rows against each other."""
    even, odd = rows[0::2], rows[1::2]
    result = np.empty_like(rows)
    result[0::2], result[1::2] = (
        even * np.cos(angle) - odd * np.sin(angle),
        odd * np.cos(angle) + even * np.sin(angle),
    )
    return result


def test_permuted_rows_give_llama_cpp_the_same_attention_scores() -> None:
    random = np.random.default_rng(1)
    size, heads = 8, 3
    query, key = random.normal(size=(heads * size, 1)), random.normal(size=(heads * size, 1))
    turns = random.normal(size=size // 2), random.normal(size=size // 2)

    def scores(
        q: np.ndarray, k: np.ndarray, rotate: Callable[[np.ndarray, np.ndarray], np.ndarray]
    ) -> list[float]:
        pairs = zip(np.split(q[:, 0], heads), np.split(k[:, 0], heads), strict=True)
        return [float(rotate(one, turns[0]) @ rotate(other, turns[1])) for one, other in pairs]

    theirs = scores(query, key, rotate_halves)
    assert np.allclose(
        scores(permute_rows(query, heads), permute_rows(key, heads), rotate_neighbours), theirs
    )
    assert not np.allclose(scores(query, key, rotate_neighbours), theirs)
    with pytest.raises(ModelUnavailable, match="does not fit"):
        permute_rows(np.zeros((10, 2)), 3)


def test_a_converted_adapter_has_every_pair_under_llama_cpps_names(
    random_adapter: Path, tmp_path: Path
) -> None:
    target = tmp_path / "adapter.gguf"
    convert_lora(random_adapter, target, heads=9, kv_heads=3, precision="f32")
    check_gguf(target)
    ours, alpha = tensors_of(target)
    theirs = load_file(random_adapter / "adapter_model.safetensors")
    assert len(ours) == len(theirs) == 420 and alpha == 8
    q, k = (
        theirs[f"{PREFIX}.self_attn.q_proj.lora_B.weight"],
        theirs[f"{PREFIX}.self_attn.k_proj.lora_B.weight"],
    )
    assert np.array_equal(ours["blk.0.attn_q.weight.lora_b"], permute_rows(q, 9))
    assert np.array_equal(ours["blk.0.attn_k.weight.lora_b"], permute_rows(k, 3))
    for ours_name, name in {
        "attn_q.weight.lora_a": "self_attn.q_proj.lora_A",
        "attn_v.weight.lora_b": "self_attn.v_proj.lora_B",
        "attn_output.weight.lora_b": "self_attn.o_proj.lora_B",
        "ffn_gate.weight.lora_a": "mlp.gate_proj.lora_A",
        "ffn_down.weight.lora_b": "mlp.down_proj.lora_B",
    }.items():
        assert np.array_equal(ours[f"blk.0.{ours_name}"], theirs[f"{PREFIX}.{name}.weight"])


def test_half_precision_and_rank_stabilised_scaling(random_adapter: Path, tmp_path: Path) -> None:
    folder = tmp_path / "stabilised"
    folder.mkdir()
    (folder / "adapter_model.safetensors").write_bytes(
        (random_adapter / "adapter_model.safetensors").read_bytes()
    )
    config = json.loads((random_adapter / "adapter_config.json").read_text())
    (folder / "adapter_config.json").write_text(json.dumps(config | {"use_rslora": True}))
    convert_lora(folder, tmp_path / "a.gguf", heads=9, kv_heads=3)
    ours, alpha = tensors_of(tmp_path / "a.gguf")
    assert math.isclose(alpha, 8 * math.sqrt(4)) and ours["blk.3.attn_v.weight.lora_a"].dtype == np.float16


def test_bfloat16_is_read_exactly(tmp_path: Path) -> None:
    values = np.array([[1.0, -2.5], [0.15625, 3e38]], dtype=np.float32)
    upper = np.ascontiguousarray((values.view(np.uint32) >> 16).astype(np.uint16))
    spec = TensorSpec(dtype="bfloat16", shape=upper.shape, data_ptr=upper.ctypes.data, data_len=upper.nbytes)
    serialize_file({"x": spec}, str(tmp_path / "x.safetensors"))
    expected = (upper.astype(np.uint32) << 16).view(np.float32)
    assert np.array_equal(read_safetensors(tmp_path / "x.safetensors")["x"], expected)


@pytest.mark.parametrize(
    "change",
    [
        {"use_dora": True},
        {"modules_to_save": ["lm_head"]},
        {"bias": "all"},
        {"rank_pattern": {"q": 2}},
        {"peft_type": "IA3"},
    ],
)
def test_adapters_that_llama_cpp_cannot_run_are_refused(
    random_adapter: Path, tmp_path: Path, change: dict
) -> None:
    config = json.loads((random_adapter / "adapter_config.json").read_text())
    (tmp_path / "adapter_config.json").write_text(json.dumps(config | change))
    (tmp_path / "adapter_model.safetensors").write_bytes(
        (random_adapter / "adapter_model.safetensors").read_bytes()
    )
    with pytest.raises(ModelUnavailable, match="cannot run"):
        convert_lora(tmp_path, tmp_path / "a.gguf", heads=9, kv_heads=3)


def test_unknown_or_missing_tensors_are_refused(random_adapter: Path, tmp_path: Path) -> None:
    (tmp_path / "adapter_config.json").write_bytes((random_adapter / "adapter_config.json").read_bytes())
    half = np.zeros((4, 576), dtype=np.float32)
    for name, complaint in [
        ("lm_head.lora_A.weight", "changes"),
        (f"{PREFIX}.mlp.up_proj.lora_A.weight", "incomplete"),
    ]:
        save_file({name: half}, tmp_path / "adapter_model.safetensors")
        with pytest.raises(ModelUnavailable, match=complaint):
            convert_lora(tmp_path, tmp_path / "a.gguf", heads=9, kv_heads=3)
    (tmp_path / "adapter_model.safetensors").write_bytes(b"\x08\0\0\0\0\0\0\0{}      tail")
    with pytest.raises(ModelUnavailable, match="damaged"):
        convert_lora(tmp_path, tmp_path / "a.gguf", heads=9, kv_heads=3)


def test_conversion_happens_once(
    weights: Path, random_adapter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CADAGENT_CACHE", str(tmp_path))
    adapter = find_adapter(str(random_adapter))
    made = adapter_gguf(adapter, weights)
    before = made.stat().st_mtime_ns
    assert adapter_gguf(adapter, weights) == made and made.stat().st_mtime_ns == before
    assert adapter_gguf(Adapter("x", made, ""), weights) == made
    size = made.stat().st_size
    made.write_bytes(made.read_bytes()[:-100_000])
    with pytest.raises(ModelUnavailable, match="cut off"):
        adapter_gguf(Adapter("x", made, ""), weights)
    assert adapter_gguf(adapter, weights).stat().st_size == size


def test_an_unknown_adapter_is_refused() -> None:
    with pytest.raises(InputError, match="no adapter 'nope'"):
        find_adapter("nope")
