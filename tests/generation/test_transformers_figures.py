"""Figures of the transformers engine with the default model and the adapter that ships with it. Slow.

pytest -m slow -s tests/generation/test_transformers_figures.py
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from cadagent.agent.prompts import clean_request, first_prompt
from cadagent.design import json_schema
from cadagent.errors import ModelUnavailable
from cadagent.generation import Message, ModelSettings, gbnf, open_model
from cadagent.generation.embedded import EmbeddedModel
from cadagent.generation.torch.weights import find_source, folder_of
from cadagent.generation.weights import SMOLLM2, ensure

pytest.importorskip("torch", reason="the transformers engine needs torch")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]

PROMPTS = 50


@pytest.fixture(scope="module")
def model() -> Iterator[Any]:
    """The default model in PyTorch, dequantised, in float32, on one thread."""
    try:
        ensure(SMOLLM2)
    except ModelUnavailable as error:
        pytest.skip(f"the embedded model is not here: {error}")
    engine = open_model("transformers", ModelSettings(threads=1))
    engine.start()  # type: ignore[attr-defined]
    yield engine
    engine.close()


def prompts(data: Path) -> list[list[Message]]:
    """Half synthetic requests, half those of people."""
    from training.synthetic.generate import Rejected, draw

    drawn: list[str] = []
    number = 0
    while len(drawn) < PROMPTS // 2:
        with suppress(Rejected):
            drawn.append(str(draw(2026, number)["prompt"]))
        number += 1
    rows = (data / "cadprompt-dev" / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    people = sorted((json.loads(row)["prompt_measured"] for row in rows), key=lambda text: (len(text), text))
    chosen = people[: PROMPTS - len(drawn)]
    return [first_prompt(clean_request(text)) for text in drawn + chosen]


def test_adapters_are_switched_at_once(model: Any, make_adapter: Any, tmp_path: Path) -> None:
    from cadagent.generation.torch.bench import switch_seconds

    seconds = switch_seconds(model, ["nl2cad", str(make_adapter(tmp_path / "other", rank=8))])
    print(f"switch: {seconds * 1000:.1f} ms")
    assert seconds <= 0.05


def test_a_second_attempt_reads_only_what_is_new(model: Any) -> None:
    from cadagent.generation.torch.bench import retry_share

    figures = retry_share(model, 2000)
    print(figures)
    assert figures["tokens"] >= 2000 and figures["share"] <= 0.10


def test_a_grammar_costs_little(model: Any) -> None:
    from cadagent.generation.torch.bench import grammar_overhead

    figures = grammar_overhead(model, json_schema("reply"))
    print(figures)
    assert 0 < figures["overhead"] <= 0.10
    assert figures["seconds_held"] <= figures["seconds_raw"] * 1.10


def test_a_gguf_file_is_converted_once(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CADAGENT_CACHE", str(tmp_path))
    source = find_source(str(weights))
    folder = folder_of(source)
    made = (folder / "model.safetensors").stat().st_mtime_ns
    assert folder_of(source) == folder and (folder / "model.safetensors").stat().st_mtime_ns == made
    assert sorted(one.name for one in folder.parent.iterdir()) == [folder.name, f"{folder.name}.lock"]
    assert capfd.readouterr() == ("", "")


def test_designs_equal_the_embedded_engines(model: Any, cadagent_data: Path) -> None:
    """Greedy, under the grammar, same adapter: the embedded engine on the Q4 file, this one dequantised."""
    requests, schema = prompts(cadagent_data), json_schema("reply")
    embedded = EmbeddedModel(None, ModelSettings(threads=1))
    expected = [
        "".join(chunk.text for chunk in embedded.generate(messages, schema=schema, max_tokens=400))
        for messages in requests
    ]
    embedded.close()
    answers = model.generate_batch(requests, schema=schema, max_tokens=400)
    same = [one.text == other for one, other in zip(answers, expected, strict=True)]
    for messages, one, other, equal in zip(requests, answers, expected, same, strict=True):
        if not equal:
            print(json.dumps({"request": messages[-1].content, "transformers": one.text, "embedded": other}))
    print(f"same design: {sum(same)} of {len(same)}")
    assert sum(same) >= 0.95 * len(same)


def test_forced_tokens_are_the_tokenizers_own_split(model: Any) -> None:
    """Adapters are trained on the tokenizer's split of whole designs; forced tokens are that split."""
    from training.synthetic.generate import Rejected, draw

    forced = total = number = 0
    while total < 5000:
        number += 1
        with suppress(Rejected):
            ids = model._tokenizer(draw(7, number)["completion"], add_special_tokens=False)["input_ids"]
            matcher, at = model._vocabulary.held(gbnf(json_schema("reply"))), 0
            while at < len(ids):
                assert matcher.consume_token(ids[at])
                follows = matcher.compute_ff_tokens()
                assert follows == ids[at + 1 : at + 1 + len(follows)]
                assert not follows or matcher.consume_tokens(follows)
                at += 1 + len(follows)
                forced += len(follows)
            total += len(ids)
    print(f"forced: {forced} of {total} tokens")
    assert forced > 0.25 * total


def test_a_batch_is_faster_than_one_after_another(model: Any) -> None:
    from cadagent.generation.torch.bench import batch_gain

    figures = batch_gain(model, 8, tokens=24)
    print(figures)
    assert figures["gain"] > 1.5
