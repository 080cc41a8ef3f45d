"""The transformers engine on tiny models with random weights: the same code as for large ones.

Skipped where torch is not installed; run in an environment with ``cadagent[torch]``.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cadagent.design import json_schema
from cadagent.errors import InputError, ModelUnavailable
from cadagent.generation import Chunk, Message, ModelSettings, open_model, render_chat
from cadagent.generation.grammar import UnsupportedSchema
from tests.cli.commands import cadagent
from tests.generation import tiny

torch = pytest.importorskip("torch", reason="the transformers engine needs torch")
for package in ("transformers", "peft", "llguidance"):
    pytest.importorskip(package, reason=f"the transformers engine needs {package}")

ASK = [Message("system", "Answer."), Message("user", "Write about steel.")]
SIZES = {
    "type": "object",
    "properties": {"size": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}},
    "required": ["size"],
}


@pytest.fixture(scope="module")
def phi3(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.save_phi3(tmp_path_factory.mktemp("models") / "phi3")


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.save_llama(tmp_path_factory.mktemp("models") / "llama")


@pytest.fixture(scope="module")
def adapters(phi3: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("adapters")
    return [str(tiny.save_adapter(folder / f"v1.{seed}", phi3, seed=seed)) for seed in (1, 2)]


def opened(folder: Path, **settings: Any) -> Any:
    return open_model(f"transformers:{folder}", ModelSettings(threads=1, **settings))


@pytest.fixture(scope="module")
def model(phi3: Path) -> Iterator[Any]:
    engine = opened(phi3)
    yield engine
    engine.close()


def answer(model: Any, messages: list[Message] = ASK, **options: Any) -> tuple[str, Chunk]:
    chunks = list(model.generate(messages, **options))
    assert [chunk.finish for chunk in chunks[:-1]] == [None] * (len(chunks) - 1)
    assert sum(chunk.tokens for chunk in chunks) <= options.get("max_tokens", 1024)
    return "".join(chunk.text for chunk in chunks), chunks[-1]


def own_answer(folder: Path, messages: list[Message], tokens: int, adapter: str | None = None) -> str:
    """What transformers' own ``generate`` answers, greedily."""
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model: Any = AutoModelForCausalLM.from_pretrained(folder)
    if adapter is not None:
        model = PeftModel.from_pretrained(model, adapter)
    turns = [{"role": one.role, "content": one.content} for one in messages]
    text = tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
    ids = tokenizer(text, return_tensors="pt", add_special_tokens=False).input_ids
    out = model.eval().generate(ids, max_new_tokens=tokens, do_sample=False)
    return str(tokenizer.decode(out[0, ids.shape[1] :], skip_special_tokens=True))


class Passes:
    """How many tokens each forward pass of a model gets."""

    def __init__(self, model: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        model.start()
        self.tokens: list[int] = []
        inner = model._decoder._forward

        def counted(cache: Any, ids: list[list[int]], *more: Any) -> Any:
            self.tokens.append(len(ids[0]))
            return inner(cache, ids, *more)

        monkeypatch.setattr(model._decoder, "_forward", counted)


def test_an_answer_is_streamed_counted_and_repeatable(model: Any, phi3: Path) -> None:
    chunks = list(model.generate(ASK, max_tokens=12))
    assert sum(chunk.tokens for chunk in chunks) == 12 and chunks[-1].finish == "length"
    text = "".join(chunk.text for chunk in chunks)
    assert text == own_answer(phi3, ASK, 12) == answer(model, max_tokens=12)[0]
    # One token a byte; two turns of two control tokens and two line ends each, then the answer's own.
    assert chunks[-1].prompt_tokens == 4 + 4 + len("Answer.Write about steel.") + 2
    warm = {seed: answer(model, max_tokens=12, temperature=1.5, seed=seed)[0] for seed in (1, 2, 3)}
    assert len(set(warm.values())) > 1
    assert answer(model, max_tokens=12, temperature=1.5, seed=2)[0] == warm[2]


@pytest.mark.parametrize("letters", [20, 70, 71, 72, 73, 150])
def test_answers_equal_transformers_own_on_both_sides_of_the_short_rope(
    model: Any, phi3: Path, letters: int
) -> None:
    """The tiny Phi-3 changes its rotary factors at 96 tokens: before, at, or behind the prompt's end."""
    ask = [Message("user", ("abcdefg " * 30)[:letters])]
    assert answer(model, ask, max_tokens=40)[0] == own_answer(phi3, ask, 40)


@pytest.mark.parametrize("kind", ["mistral", "lfm2"])
def test_sliding_and_recurrent_layers_answer_as_transformers_own(kind: str, tmp_path: Path) -> None:
    folder = tiny.save_other(tmp_path / kind, kind)
    model = opened(folder)
    asks = [[Message("user", "abcdefg " * 20 + more)] for more in ("", "and more", "and")]
    own = [own_answer(folder, ask, 30) for ask in asks]
    assert [answer(model, ask, max_tokens=30)[0] for ask in asks] == own
    assert [one.text for one in model.generate_batch(asks, max_tokens=30)] == own
    model.close()


@pytest.mark.parametrize("temperature", [0.0, 1.5])
def test_a_schema_holds_an_untrained_model(model: Any, temperature: float) -> None:
    text, end = answer(model, schema=SIZES, temperature=temperature, max_tokens=60)
    assert end.finish == "stop" and len(json.loads(text)["size"]) == 2 and " " not in text
    text, _ = answer(model, schema=json_schema("reply"), temperature=temperature, max_tokens=40)
    assert text.startswith(('{"units":', '{"refuse":', '{"ask":'))


def test_tokens_that_the_grammar_forces_cost_no_pass(model: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    passes = Passes(model, monkeypatch)
    schema = {"type": "object", "properties": {"a_long_key": {"const": 7}}, "required": ["a_long_key"]}
    chunks = list(model.generate(ASK, schema=schema))
    assert "".join(chunk.text for chunk in chunks) == '{"a_long_key":7}'
    assert len(passes.tokens) == 1 and sum(chunk.tokens for chunk in chunks) == 16


def test_what_cannot_be_held_is_refused_before_anything_is_generated(
    model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    passes = Passes(model, monkeypatch)
    with pytest.raises(UnsupportedSchema, match="patternProperties"):
        answer(model, schema={"type": "object", "patternProperties": {"^a": {"type": "null"}}})
    for grammar, complaint in [
        ("no rule", "no rule"),
        ('top ::= "a"\n', "no rule named root"),
        ("root ::= lost\n", "uses lost"),
        ("root ::= .\n", "not supported"),
        ("root ::= [z-a]\n", "not valid"),
    ]:
        with pytest.raises(InputError, match=complaint) as refused:
            answer(model, grammar=grammar)
        assert "\n" not in str(refused.value)
    with pytest.raises(InputError, match="cannot be asked for together"):
        answer(model, grammar='root ::= "a"\n', schema=SIZES)
    assert passes.tokens == []


def test_a_grammar_of_ones_own_with_recursion(model: Any) -> None:
    grammar = 'root ::= "(" list ")"\nlist ::= item ( "," item ){0,2}\nitem ::= [a-c] | "(" list ")"\n'
    for seed in range(4):
        text, end = answer(model, grammar=grammar, temperature=1.5, seed=seed, max_tokens=200)
        assert end.finish == "length" or text.count("(") == text.count(")") > 0
        assert set(text) <= set("(),abc")


def test_a_batch_gives_what_each_request_gives_alone(model: Any) -> None:
    asks = [[Message("user", "word " * length)] for length in (1, 9, 3, 40, 14, 1)]
    alone = [answer(model, ask, schema=SIZES, max_tokens=40)[0] for ask in asks]
    together = model.generate_batch(asks, schema=SIZES, max_tokens=40)
    assert [one.text for one in together] == alone and len(set(alone)) > 2
    for one, ask in zip(together, asks, strict=True):
        end = answer(model, ask, schema=SIZES, max_tokens=40)[1]
        assert (one.finish, one.prompt_tokens) == (end.finish, end.prompt_tokens)
    options = {"temperature": 1.5, "max_tokens": 12}
    warm = [answer(model, ask, seed=seed, **options)[0] for seed, ask in enumerate(asks)]
    assert [one.text for one in model.generate_batch(asks, seeds=range(6), **options)] == warm
    assert model.generate_batch([]) == []


def test_attention_makes_no_plan_for_each_length(phi3: Path) -> None:
    """A batch grows by a token a pass, and cuDNN would plan each: on a GPU that took three quarters of it."""
    torch.backends.cuda.enable_cudnn_sdp(True)
    engine = opened(phi3)
    engine.start()
    engine.close()
    assert not torch.backends.cuda.cudnn_sdp_enabled()


def test_a_batch_is_cancelled(model: Any) -> None:
    cancel = threading.Event()
    cancel.set()
    assert [one.finish for one in model.generate_batch([ASK, ASK], cancel=cancel)] == ["cancelled"] * 2


def test_a_common_beginning_is_read_once_under_each_adapter(
    model: Any, adapters: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = [Message("user", "long " * 100)]
    attempt = [*first, Message("assistant", "no"), Message("user", "again")]
    expected = {}
    for adapter in ("none", *adapters):
        model.start()
        model._readings.clear()
        expected[adapter] = answer(model, attempt, adapter=adapter, max_tokens=10)[0]
    model._readings.clear()
    passes = Passes(model, monkeypatch)
    for adapter in ("none", *adapters):
        passes.tokens.clear()
        answer(model, first, adapter=adapter, max_tokens=10)
        assert sum(passes.tokens) > 500  # nothing is taken over from another adapter
        passes.tokens.clear()
        assert answer(model, attempt, adapter=adapter, max_tokens=10)[0] == expected[adapter]
        assert sum(passes.tokens) < 50
    # A cut back to the beginning of a longer text, and then the same again.
    for ask in (first, attempt, first):
        assert answer(model, ask, adapter=adapters[0], max_tokens=10)[0] == answer(
            model, ask, adapter=adapters[0], max_tokens=10
        )[0]  # fmt: skip


def test_an_adapter_is_chosen_per_request(phi3: Path, adapters: list[str]) -> None:
    one, other = adapters
    model = opened(phi3, adapters=(one,))
    bare = answer(model, max_tokens=16, adapter="none")[0]
    first = answer(model, max_tokens=16, adapter=one)[0]
    second = answer(model, max_tokens=16, adapter=other)[0]  # not loaded at the start
    assert len({bare, first, second}) == 3
    assert first == own_answer(phi3, ASK, 16, one) and second == own_answer(phi3, ASK, 16, other)
    assert answer(model, max_tokens=16)[0] == bare == own_answer(phi3, ASK, 16)
    assert answer(model, max_tokens=16, adapter=one)[0] == first
    assert model.identify(one).adapter_sha256 != model.identify(other).adapter_sha256
    assert model.identify().adapter is None and model.identify().weights_sha256 is not None
    with pytest.raises(InputError, match="no adapter"):
        answer(model, adapter="nope")
    model.close()


@pytest.mark.parametrize("damage", ["another model", "cut off", "another kind", "no layer", "half of it"])
def test_an_adapter_that_does_not_fit_is_one_clear_line(
    phi3: Path, adapters: list[str], tmp_path: Path, damage: str
) -> None:
    from safetensors.torch import load_file, save_file

    good, bad = Path(adapters[0]), tmp_path / "bad"
    bad.mkdir()
    config = json.loads((good / "adapter_config.json").read_text())
    weights = load_file(good / "adapter_model.safetensors")
    if damage == "another model":
        weights = {name: torch.cat([one, one], -1) for name, one in weights.items()}
    elif damage == "no layer":
        weights = {name.replace("layers.1", "layers.7"): one for name, one in weights.items()}
    elif damage == "half of it":
        weights = {name: one for name, one in weights.items() if "layers.1" not in name}
    elif damage == "another kind":
        config["peft_type"] = "LOHA"
    save_file(weights, bad / "adapter_model.safetensors")
    if damage == "cut off":
        path = bad / "adapter_model.safetensors"
        path.write_bytes(path.read_bytes()[:5000])
    (bad / "adapter_config.json").write_text(json.dumps(config))
    model = opened(phi3)
    with pytest.raises(ModelUnavailable, match=r"damaged or does not fit the model") as refused:
        answer(model, adapter=str(bad), max_tokens=4)
    assert "\n" not in str(refused.value)
    # The model is as good as before.
    assert answer(model, max_tokens=16, adapter=adapters[0])[0] == own_answer(phi3, ASK, 16, adapters[0])
    assert answer(model, max_tokens=16)[0] == own_answer(phi3, ASK, 16)
    model.close()


@pytest.mark.parametrize("prompt", ["Write a long story.", "word " * 500], ids=["answering", "reading"])
def test_cancelling_stops_the_engine_soon(model: Any, prompt: str) -> None:
    cancel = threading.Event()
    passes = 0
    inner = model._decoder._forward

    def slow(*arguments: Any) -> Any:
        nonlocal passes
        passes += 1
        if passes == 3:
            cancel.set()
        return inner(*arguments)

    model._decoder._forward = slow
    try:
        end = list(model.generate([Message("user", prompt)], cancel=cancel, max_tokens=1000))[-1]
    finally:
        del model._decoder._forward
    assert end.finish == "cancelled" and passes == 3
    assert answer(model, max_tokens=2)[1].finish == "length"


def test_an_abandoned_stream_does_not_block_the_next(model: Any) -> None:
    stream = model.generate([Message("user", "Write a long story.")], max_tokens=3000)
    next(stream)
    stream.close()
    assert answer(model, max_tokens=2)[1].finish == "length"
    dropped = model.generate([Message("user", "Write another.")], max_tokens=300)
    next(dropped)  # nobody closes it: the engine ends it by itself
    assert answer(model, max_tokens=2)[1].finish == "length"


def test_the_length_of_the_context_is_the_configurations(model: Any) -> None:
    assert model.context == 4096
    with pytest.raises(InputError, match=r"prompt of \d+ tokens does not fit the context of 4096"):
        answer(model, [Message("user", "word " * 1000)])
    text, end = answer(model, [Message("user", "w" * 4080)], max_tokens=100)
    assert end.finish in ("length", "stop") and end.prompt_tokens is not None and text is not None


def test_control_tokens_in_a_request_stay_text(model: Any, llama: Path) -> None:
    def length(text: str) -> int:
        return answer(model, [Message("user", text)], max_tokens=1)[1].prompt_tokens or 0

    assert length("a <|end|> b") - length("a  b") == len("< |end|>")
    assert model.count_tokens("") == 0 and model.count_tokens("hello world") == 11
    assert model.count_tokens("<|end|>") == len("<|end|>")
    chatml = opened(llama)
    prompt = render_chat(ASK)
    expected = len(prompt) - 5 * len("<|im_start|>") + 5 - 2 * (len("<|im_end|>") - len("<|im_start|>"))
    assert answer(chatml, max_tokens=1)[1].prompt_tokens == expected
    chatml.close()


def test_a_template_without_a_system_role_gets_it_in_front(tmp_path: Path) -> None:
    from cadagent.generation.torch.chat import end_ids, render

    template = (
        "{% for m in messages %}{% if m['role'] == 'system' %}{{ raise_exception('no system role') }}"
        "{% endif %}[{{ m['role'] }}]{{ m['content'] }}<|end|>{% endfor %}"
        "{% if add_generation_prompt %}[assistant]{% endif %}"
    )
    tokenizer = tiny.save_tokenizer(tmp_path, tiny.PHI3_TOKENS, template)
    assert render(ASK, tokenizer) == "[user]Answer.\n\nWrite about steel.<|end|>[assistant]"
    assert tokenizer.convert_ids_to_tokens(end_ids(tokenizer, None)) == ["<|endoftext|>", "<|end|>"]
    with pytest.raises(InputError, match="refuses these messages: no system role"):
        render([Message("system", "S")], tokenizer)
    tokenizer.chat_template = None
    with pytest.raises(InputError, match="no chat template"):
        render(ASK, tokenizer)


def test_a_closed_model_says_so(phi3: Path) -> None:
    model = opened(phi3)
    model.start()
    model.close()
    model.close()
    with pytest.raises(ModelUnavailable, match="has been closed"):
        answer(model)


@pytest.mark.parametrize("damage", ["pickle", "foreign code", "a tensor missing", "cut off", "no config"])
def test_a_folder_that_cannot_be_loaded_is_one_clear_line(
    phi3: Path, tmp_path: Path, damage: str, capfd: pytest.CaptureFixture[str]
) -> None:
    from safetensors.torch import load_file, save_file

    folder = tmp_path / "broken"
    folder.mkdir()
    for file in phi3.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    weights, config = folder / "model.safetensors", folder / "config.json"
    if damage == "pickle":
        torch.save(load_file(weights), folder / "pytorch_model.bin")
        weights.unlink()
    elif damage == "foreign code":
        code = tmp_path / "ran"
        (folder / "modeling_own.py").write_text(f"open({str(code)!r}, 'w')\n")
        own = {
            "model_type": "own",
            "auto_map": {"AutoConfig": "modeling_own.C", "AutoModelForCausalLM": "modeling_own.M"},
        }
        config.write_text(json.dumps(json.loads(config.read_text()) | own))
    elif damage == "a tensor missing":
        tensors = load_file(weights)
        del tensors["model.norm.weight"]
        save_file(tensors, weights, metadata={"format": "pt"})
    elif damage == "cut off":
        weights.write_bytes(weights.read_bytes()[:9000])
    else:
        config.unlink()
    model = opened(folder)
    with pytest.raises(ModelUnavailable) as refused:
        answer(model)
    assert str(folder) in str(refused.value) and "\n" not in str(refused.value)
    assert not (tmp_path / "ran").exists()
    assert capfd.readouterr().err == ""


def test_weights_in_four_bits(phi3: Path, adapters: list[str]) -> None:
    bitsandbytes = pytest.importorskip("bitsandbytes", reason="4-bit weights need bitsandbytes")
    model = opened(phi3, quantize="nf4")
    model.start()
    layer = model._decoder._model.model.layers[0].self_attn.qkv_proj
    assert isinstance(layer, bitsandbytes.nn.Linear4bit)
    state = layer.weight.quant_state
    assert state.quant_type == "nf4" and state.nested
    bare, own = (answer(model, schema=SIZES, adapter=one, max_tokens=40)[0] for one in ("none", adapters[0]))
    assert bare != own and all(len(json.loads(text)["size"]) == 2 for text in (bare, own))
    model.close()


def test_phi3_is_trained_saved_loaded_swapped_and_constrained(phi3: Path, tmp_path: Path) -> None:
    """The way of an adapter for Phi-3: every fused layer of it learns, and what was saved is what answers."""
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from cadagent.generation.torch.chat import render
    from training.models import adapter_targets, check_targets, save_adapter

    base = AutoModelForCausalLM.from_pretrained(phi3)
    targets = adapter_targets(base)
    assert targets == ["down_proj", "gate_up_proj", "o_proj", "qkv_proj"]
    usual = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
    with pytest.raises(InputError, match="gate_up_proj, qkv_proj"):
        check_targets(base, usual)
    adapted = get_peft_model(
        base, LoraConfig(r=8, lora_alpha=16, target_modules=targets, task_type="CAUSAL_LM")
    )
    tokenizer = AutoTokenizer.from_pretrained(phi3)
    wanted = '{"size":[4,2]}'
    text = render(ASK, tokenizer) + wanted + "<|end|>"
    ids = tokenizer(text, return_tensors="pt", add_special_tokens=False).input_ids
    labels = ids.clone()
    labels[:, : -len(wanted) - 1] = -100
    optimiser = torch.optim.AdamW([one for one in adapted.parameters() if one.requires_grad], lr=1e-2)
    losses = []
    for _ in range(30):
        loss = adapted(input_ids=ids, labels=labels).loss
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[1] < losses[0] and losses[-1] < 0.1
    save_adapter(adapted, tmp_path / "adapter", base_name="phi3")

    model = opened(phi3)
    for held in ({}, {"schema": SIZES}):
        bare = answer(model, adapter="none", max_tokens=30, **held)[0]
        text, end = answer(model, adapter=str(tmp_path / "adapter"), max_tokens=30, **held)
        assert text == wanted != bare and end.finish == "stop"
        assert answer(model, adapter="none", max_tokens=30, **held)[0] == bare
    model.close()


def test_the_command_answers_with_a_model_from_a_folder(phi3: Path, tmp_path: Path) -> None:
    """A random model makes no part, but it is held to the language and its run is recorded."""
    done = cadagent(
        *("run", "a 20 mm cube", "--json", "--max-attempts", "1"),
        cwd=tmp_path,
        seconds=200,
        CADAGENT_MODEL=f"transformers:{phi3}",
        CADAGENT_MAX_TOKENS="60",
    )
    assert done.returncode in (0, 1), done.stderr
    outcome = json.loads(done.stdout)
    assert outcome["status"] in ("no_valid_design", "refused", "asked", "valid")
    assert "Traceback" not in done.stderr and "Loading weights" not in done.stderr


def test_the_documentations_batch_runs(phi3: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = (Path(__file__).parents[2] / "docs" / "engines.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page.partition("## transformers")[2], re.DOTALL)
    code = code.replace('"transformers"', repr(f"transformers:{phi3}"))
    scope: dict[str, Any] = {}
    exec(code.replace("max_tokens=200", "max_tokens=5"), scope)
    assert len(capsys.readouterr().out.splitlines()) == len(scope["requests"]) == 2
    scope["model"].close()
