"""The converted adapter in llama.cpp against PEFT on the same, dequantised weights. Minutes; needs torch."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest

from cadagent.generation import Message, ModelSettings, render_chat
from cadagent.generation.adapters import adapter_gguf, find_adapter
from cadagent.generation.embedded import EmbeddedModel

pytestmark = pytest.mark.slow

ASKS = ["Write about steel.", "A 40 x 20 x 5 mm plate with four holes.", "What is the capital of France?"]
TOKENS = 24


def test_the_converted_adapter_says_what_peft_says(
    weights: Path, make_adapter: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Greedy texts agree, and so do the probabilities of the first token; without the adapter neither
    does."""
    torch = pytest.importorskip("torch", reason="PEFT's logits need torch")
    peft = pytest.importorskip("peft", reason="PEFT is not installed")
    transformers = pytest.importorskip("transformers", reason="transformers is not installed")
    monkeypatch.setenv("CADAGENT_CACHE", str(tmp_path / "cache"))
    folder = make_adapter(tmp_path / "adapter", rank=8, scale=0.03)

    tokenizer = transformers.AutoTokenizer.from_pretrained(str(weights.parent), gguf_file=weights.name)
    base = transformers.AutoModelForCausalLM.from_pretrained(
        str(weights.parent),
        gguf_file=weights.name,
        quantization_config=transformers.GgufConfig(dequantize=True),
        dtype=torch.float32,
    )
    adapted = peft.PeftModel.from_pretrained(base, str(folder)).eval()
    engine = EmbeddedModel(weights, ModelSettings(threads=1, adapters=(str(folder),)))
    gguf_adapter = adapter_gguf(find_adapter(str(folder)), weights)
    assert gguf_adapter.is_file()
    changed = 0
    try:
        for ask in ASKS:
            prompt = render_chat([Message("user", ask)])
            ids = tokenizer(prompt, return_tensors="pt", add_special_tokens=False).input_ids
            with torch.no_grad():
                first = torch.log_softmax(adapted(ids).logits[0, -1].double(), -1)
                with adapted.disable_adapter():
                    bare_first = torch.log_softmax(base(ids).logits[0, -1].double(), -1)
                out = adapted.generate(ids, max_new_tokens=TOKENS, do_sample=False, pad_token_id=2)
            expected = tokenizer.decode(out[0, ids.shape[1] :], skip_special_tokens=True)

            def said(adapter: str, ask: str = ask) -> str:
                return "".join(
                    chunk.text
                    for chunk in engine.generate([Message("user", ask)], adapter=adapter, max_tokens=TOKENS)
                )

            assert said(str(folder)) == expected
            changed += said("none") != expected
            likely = _first_token(engine, prompt, scale=1.0)
            differences = [abs(likely[token] - float(first[token])) for token in likely]
            from_bare = [abs(likely[token] - float(bare_first[token])) for token in likely]
            # Quantised activations and half-precision adapters cost a few hundredths of a nat.
            assert max(differences) < 0.2 and sum(differences) / len(differences) < 0.08
            assert sum(from_bare) > 4 * sum(differences)
    finally:
        engine.close()
    assert changed == len(ASKS)


def _first_token(engine: EmbeddedModel, prompt: str, scale: float) -> dict[int, float]:
    """Log-probabilities of the ten likeliest first tokens."""
    answers: list[dict] = []
    request = {
        "prompt": prompt,
        "n_predict": 1,
        "logprobs": 10,
        "lora": [{"id": 0, "scale": scale}],
        "temperature": 0.0,
        "samplers": ["temperature"],
    }
    engine._server.handle_completions(request, lambda answer: bool(answers.append(answer)))
    found = answers[0]["choices"][0]["logprobs"]["content"][0]["top_logprobs"]
    assert all(math.isfinite(one["logprob"]) for one in found)
    return {one["id"]: one["logprob"] for one in found}
