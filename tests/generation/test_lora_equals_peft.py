"""The converted adapter in llama.cpp against PEFT, on the same dequantised weights. Slow; needs torch.

Both sides run in float32. On the 4-bit file llama.cpp rounds activations too, which moves log-probabilities
by about 0.1 even without an adapter: as much as a forgotten permutation of a small adapter's rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cadagent.generation import Message, ModelSettings, lora_gguf, render_chat
from cadagent.generation.adapters import find_adapter
from cadagent.generation.embedded import EmbeddedModel

pytestmark = pytest.mark.slow

ASKS = ["Write about steel.", "A 40 x 20 x 5 mm plate with four holes.", "What is the capital of France?"]
TOKENS = 24
CLOSE = 0.02
"""Nats. Agreeing engines differ by up to 0.011 on these prompts, unpermuted rows by 0.2 and more."""


@pytest.fixture(scope="module")
def plain_weights(weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model's GGUF file with all weights as float32."""
    import gguf

    source, target = gguf.GGUFReader(weights), tmp_path_factory.mktemp("plain") / "model.gguf"
    writer = gguf.GGUFWriter(None, "llama")
    for name, entry in source.fields.items():
        if not name.startswith(("GGUF.", "general.")):
            inner = entry.types[-1] if entry.types[0] == gguf.GGUFValueType.ARRAY else None
            writer.add_key_value(name, entry.contents(), entry.types[0], inner)
    for tensor in source.tensors:
        writer.add_tensor(tensor.name, gguf.dequantize(tensor.data, tensor.tensor_type))
    writer.write_header_to_file(target)
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return target


@pytest.fixture(scope="module")
def adapter(make_adapter: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_adapter(tmp_path_factory.mktemp("lora"), rank=8, scale=0.03)


@pytest.fixture(scope="module")
def expected(weights: Path, adapter: Path) -> dict[str, tuple[str, Any]]:
    """What PEFT answers: for each request the greedy text and the first token's log-probabilities."""
    torch = pytest.importorskip("torch", reason="PEFT's logits need torch")
    peft = pytest.importorskip("peft", reason="PEFT is not installed")
    transformers = pytest.importorskip("transformers", reason="transformers is not installed")
    where = {"pretrained_model_name_or_path": str(weights.parent), "gguf_file": weights.name}
    tokenizer = transformers.AutoTokenizer.from_pretrained(**where)
    dequantize = transformers.GgufConfig(dequantize=True)
    base = transformers.AutoModelForCausalLM.from_pretrained(
        **where, quantization_config=dequantize, dtype=torch.float32
    )
    model = peft.PeftModel.from_pretrained(base, str(adapter)).eval()
    answers = {}
    for ask in ASKS:
        prompt = render_chat([Message("user", ask)])
        ids = tokenizer(prompt, return_tensors="pt", add_special_tokens=False).input_ids
        with torch.no_grad():
            first = torch.log_softmax(model(ids).logits[0, -1].double(), -1).numpy()
            out = model.generate(ids, max_new_tokens=TOKENS, do_sample=False, pad_token_id=2)
        answers[ask] = tokenizer.decode(out[0, ids.shape[1] :], skip_special_tokens=True), first
    return answers


def started(base: Path, adapter: Path, target: Path) -> Iterator[EmbeddedModel]:
    lora_gguf.convert_lora(adapter, target, heads=9, kv_heads=3)
    engine = EmbeddedModel(base, ModelSettings(threads=1, adapters=(str(target),)))
    engine.start()
    yield engine
    engine.close()


@pytest.fixture
def engine(plain_weights: Path, adapter: Path, tmp_path: Path) -> Iterator[EmbeddedModel]:
    yield from started(plain_weights, adapter, tmp_path / "adapter.gguf")


@pytest.fixture
def engine_without_permutation(
    plain_weights: Path, adapter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[EmbeddedModel]:
    monkeypatch.setattr(lora_gguf, "permute_rows", lambda matrix, heads: matrix)
    yield from started(plain_weights, adapter, tmp_path / "adapter.gguf")


def first_token(engine: EmbeddedModel, ask: str) -> dict[int, float]:
    """Log-probabilities of the ten likeliest first tokens, adapter on."""
    answers: list[dict[str, Any]] = []
    request = {
        "prompt": render_chat([Message("user", ask)]),
        "n_predict": 1,
        "logprobs": 10,
        "temperature": 0.0,
    }
    request["lora"] = [{"id": 0, "scale": 1.0}]
    (adapter,) = engine._settings.adapters
    server = engine._engine(find_adapter(adapter)).server
    server.handle_completions(request, lambda answer: bool(answers.append(answer)))
    return {
        one["id"]: one["logprob"]
        for one in answers[0]["choices"][0]["logprobs"]["content"][0]["top_logprobs"]
    }


def furthest(engine: EmbeddedModel, expected: dict[str, tuple[str, Any]], ask: str) -> float:
    return max(abs(value - expected[ask][1][token]) for token, value in first_token(engine, ask).items())


def test_texts_and_probabilities_equal_pefts(
    engine: EmbeddedModel, expected: dict[str, tuple[str, Any]]
) -> None:
    (adapter,) = engine._settings.adapters
    for ask in ASKS:
        stream = engine.generate([Message("user", ask)], adapter=adapter, max_tokens=TOKENS)
        assert "".join(chunk.text for chunk in stream) == expected[ask][0]
        assert furthest(engine, expected, ask) < CLOSE


def test_without_the_permutation_they_would_not(
    engine_without_permutation: EmbeddedModel, expected: dict[str, tuple[str, Any]]
) -> None:
    assert all(furthest(engine_without_permutation, expected, ask) > 5 * CLOSE for ask in ASKS)
