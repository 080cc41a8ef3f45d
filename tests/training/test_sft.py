"""Training end to end on a tiny random model: the loss falls, the adapter loads, every layer is adapted."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands import complaint, inside
from tests.training.tiny import tiny_base, tiny_rows, tiny_sizes, tiny_tokenizer
from training.sft import learning_rate_share

torch = pytest.importorskip("torch", reason="training is not tested: torch is not installed")
for _package in ("transformers", "peft", "trl", "datasets"):
    pytest.importorskip(_package, reason=f"training is not tested: {_package} is not installed")

pytestmark = pytest.mark.slow


def main(arguments: list[str]) -> int:
    done = inside("train", "--preset", "shipped", *arguments)
    assert done.returncode == 0, done.stderr
    return done.returncode


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model directory: a Llama of two layers with random weights."""
    return tiny_base(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_rows(tmp_path_factory.mktemp("data") / "rows.jsonl")


@pytest.fixture(scope="module")
def trained(base: Path, data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("run")
    arguments = ["--base", str(base), "--data", str(data), "--held-out", str(data), "--out", str(out)]
    options = [
        "--rank",
        "8",
        "--alpha",
        "16",
        "--batch-tokens",
        "1024",
        "--learning-rate",
        "0.01",
        "--max-steps",
        "40",
    ]
    assert main(arguments + options) == 0
    return out


def test_the_loss_falls_and_the_card_says_from_what(trained: Path) -> None:
    card = json.loads((trained / "card.json").read_text())
    losses = [point["loss"] for point in card["loss"]]
    assert losses[-1] < 0.6 * losses[0]
    assert card["steps"] == 40
    assert card["data"]["records"] == 64
    assert len(card["data"]["sha256"]) == 64
    assert card["held_out"]["loss"] == pytest.approx(losses[-1], rel=0.3)
    assert card["settings"]["targets"] == sorted(
        ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
    )
    assert card["versions"]["trl"]
    assert card["language_hash"]
    # No path of this machine is shipped with an adapter.
    assert "/" not in json.loads((trained / "adapter_config.json").read_text())["base_model_name_or_path"]


def test_the_saved_adapter_gives_the_trained_loss(trained: Path, base: Path, data: Path) -> None:
    from peft import PeftModel

    from training.models import load_base, load_tokenizer
    from training.records import encode, read_records

    model = PeftModel.from_pretrained(load_base(str(base)), str(trained)).eval()
    rows = encode(read_records([data]), load_tokenizer(str(base)), max_tokens=512)
    total, count = 0.0, 0
    for row in rows:
        labels = torch.tensor([row["labels"]])
        with torch.no_grad():
            logits = model(torch.tensor([row["input_ids"]])).logits
        total += torch.nn.functional.cross_entropy(logits[0, :-1], labels[0, 1:], reduction="sum").item()
        count += int((labels[0, 1:] != -100).sum())
    card = json.loads((trained / "card.json").read_text())
    # The file holds bfloat16.
    assert total / count == pytest.approx(card["held_out"]["loss"], rel=0.02)


def test_answers_are_written_in_order(trained: Path, base: Path, data: Path, tmp_path: Path) -> None:
    from training.generate_eval import main as answer

    out = tmp_path / "answers.jsonl"
    arguments = ["--base", str(base), "--adapter", str(trained), "--data", str(data), "--out", str(out)]
    assert answer([*arguments, "--batch", "16", "--max-new-tokens", "24"]) == 0
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert [row["id"] for row in rows] == list(range(10, 74))
    assert all(row["exact"] == (row["text"] == row["completion"]) for row in rows)
    assert sum(row["text"].startswith('{"size":') for row in rows) > 50


def test_batched_answers_equal_single_ones(trained: Path, base: Path, data: Path) -> None:
    from training.generate_eval import answers
    from training.records import read_records

    records = read_records([data], limit=6)
    records[0] = type(records[0])((*records[0].messages, *records[0].messages), None)  # lengths differ
    options: dict[str, Any] = {"base": str(base), "adapter": trained, "max_new_tokens": 16}
    assert dict(answers(records, batch=6, **options)) == dict(answers(records, batch=1, **options))


def test_training_goes_on_from_an_adapter(trained: Path, base: Path, data: Path, tmp_path: Path) -> None:
    arguments = [
        "--base",
        str(base),
        "--data",
        str(data),
        "--out",
        str(tmp_path),
        "--start-from",
        str(trained),
    ]
    assert main([*arguments, "--batch-tokens", "1024", "--max-steps", "3", "--learning-rate", "0.001"]) == 0
    before, after = (json.loads((folder / "card.json").read_text()) for folder in (trained, tmp_path))
    assert after["loss"][0]["loss"] < 1.5 * before["loss"][-1]["loss"]
    weights = (trained / "adapter_model.safetensors").read_bytes()
    assert (before["started_from"], after["started_from"]) == (None, hashlib.sha256(weights).hexdigest())


def test_the_clock_lowers_the_learning_rate_and_ends_training(base: Path, data: Path, tmp_path: Path) -> None:
    arguments = [
        "--base",
        str(base),
        "--data",
        str(data),
        "--out",
        str(tmp_path),
        "--rank",
        "2",
        "--minutes",
        "0.1",
    ]
    assert main([*arguments, "--batch-tokens", "512"]) == 0
    card = json.loads((tmp_path / "card.json").read_text())
    assert card["seconds"]["training"] == pytest.approx(6, abs=4)
    assert card["epochs"] > 1
    rates = [point["learning_rate"] for point in card["loss"]]
    assert rates[rates.index(max(rates)) :] == sorted(rates[rates.index(max(rates)) :], reverse=True)
    assert rates[-1] < 0.9 * max(rates)


def test_folded_adapters_compute_and_learn_the_same() -> None:
    from peft import LoraConfig, get_peft_model
    from transformers import LlamaConfig, LlamaForCausalLM

    from training.models import adapter_targets, fold_adapters

    torch.manual_seed(1)
    model = LlamaForCausalLM(LlamaConfig(**tiny_sizes()))
    targets = adapter_targets(model)
    model = get_peft_model(
        model, LoraConfig(r=4, lora_alpha=12, target_modules=targets, init_lora_weights=False)
    )
    ids = torch.randint(3, 250, (3, 20))

    def loss_and_gradients() -> list[Any]:
        model.zero_grad()
        loss = model(ids, labels=ids).loss
        loss.backward()
        return [loss.detach()] + [
            weight.grad.clone() for weight in model.parameters() if weight.requires_grad
        ]

    plain = loss_and_gradients()
    fold_adapters(model)
    for left, right in zip(plain, loss_and_gradients(), strict=True):
        assert (left - right).norm() <= 1e-4 * left.norm()


@pytest.mark.slow
def test_compiled_layers_compute_and_learn_the_same(base: Path) -> None:
    import torch
    from peft import LoraConfig, get_peft_model

    from training.models import adapter_targets, compile_layers, fold_adapters, load_base

    def learner() -> Any:
        torch.manual_seed(3)
        model = load_base(str(base))
        adapted = get_peft_model(model, LoraConfig(r=2, target_modules=adapter_targets(model)))
        for name, weight in adapted.named_parameters():
            if "lora_B" in name:
                torch.nn.init.normal_(weight)
        fold_adapters(adapted)
        return adapted

    plain, compiled = learner(), learner()
    compile_layers(compiled.get_base_model())
    for length in (7, 12):  # two sizes of batch go through the same code
        rows = torch.arange(3, 3 + 2 * length).reshape(2, length)
        losses = [model(input_ids=rows, labels=rows).loss for model in (plain, compiled)]
        for loss in losses:
            loss.backward()
        assert torch.allclose(*losses, rtol=1e-4)
    for (name, left), right in zip(plain.named_parameters(), compiled.parameters(), strict=True):
        if left.grad is not None:
            assert torch.allclose(left.grad, right.grad, rtol=1e-2, atol=1e-4), name


def test_the_direct_loss_is_the_trainers(
    base: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a step is of several batches, and where the held-out loss is measured between two logs."""
    import training.direct_loss
    from training.records import read_records
    from training.settings import Settings
    from training.sft import train

    records = list(read_records([data]))
    settings = Settings(rank=4, learning_rate=1e-2, batch_tokens=512, batch_records=2, accumulate=2, checks=1)
    curves = []
    for plain in (True, False):
        monkeypatch.setattr(training.direct_loss, "scores_are_plain", lambda _, plain=plain: plain)
        out = tmp_path / str(plain)
        card = train(settings, base=str(base), records=records, held_out=records[:4], out=out, max_steps=20)
        assert card["checks"][0]["step"] == 16
        curves.append(
            [
                (point["step"], point["loss"], point["token_accuracy"], point["tokens"])
                for point in card["loss"]
            ]
        )
    for one, other in zip(*curves, strict=True):
        assert one == pytest.approx(other, rel=1e-3)


def test_scores_that_a_model_changes_are_not_plain() -> None:
    from transformers import CohereConfig, Gemma2Config, GraniteConfig, LlamaConfig

    from training.direct_loss import scores_are_plain

    assert scores_are_plain(LlamaConfig(**tiny_sizes()))
    assert not any(scores_are_plain(kind()) for kind in (CohereConfig, Gemma2Config, GraniteConfig))


def test_fused_layers_are_found_and_none_may_be_left_out() -> None:
    from transformers import Phi3Config, Phi3ForCausalLM

    from cadagent.errors import InputError
    from training.models import adapter_targets, check_targets

    model = Phi3ForCausalLM(Phi3Config(**tiny_sizes()))
    assert adapter_targets(model) == ["down_proj", "gate_up_proj", "o_proj", "qkv_proj"]
    with pytest.raises(InputError, match="gate_up_proj, qkv_proj"):
        check_targets(model, ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"])


def test_layers_that_are_not_linear_are_an_error() -> None:
    from transformers import GPT2Config, GPT2LMHeadModel

    from cadagent.errors import InputError
    from training.models import adapter_targets

    with pytest.raises(InputError, match="c_attn"):
        adapter_targets(GPT2LMHeadModel(GPT2Config(n_embd=32, n_layer=1, n_head=2, vocab_size=64)))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--max-tokens", "40"], "would be cut off"),
        (["--rank", "24", "--max-mebibytes", "0.01"], "choose a lower rank"),
        (["--targets", "q_proj"], "are not adapted"),
    ],
)
def test_what_cannot_work_is_said_before_training(
    base: Path,
    data: Path,
    tmp_path: Path,
    options: list[str],
    words: str,
) -> None:
    arguments = ["--preset", "shipped", "--base", str(base), "--data", str(data), "--out", str(tmp_path)]
    assert words in complaint(inside("train", *arguments, *options), 2)


def test_the_schedule_rises_and_falls_to_zero() -> None:
    shares = [learning_rate_share(step / 100, 0.1) for step in range(101)]
    assert shares[0] == 0
    assert shares[10] == pytest.approx(1)
    assert shares[55] == pytest.approx(0.5 * (1 + math.cos(math.pi / 2)))
    assert shares[100] == pytest.approx(0)


CHECKED = (
    "--batch-tokens",
    "1024",
    "--learning-rate",
    "0.01",
    "--rank",
    "4",
    "--epochs",
    "4",
    "--checks",
    "1",
)


@pytest.fixture(scope="module")
def checked(base: Path, data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that looks at the held-out loss and writes a checkpoint in every epoch."""
    out = tmp_path_factory.mktemp("checked") / "run"
    arguments = ["--base", str(base), "--data", str(data), "--held-out", str(data), "--out", str(out)]
    assert main([*arguments, *CHECKED, "--answers", "8"]) == 0
    return out


def test_a_run_that_goes_on_ends_where_an_unbroken_one_does(
    checked: Path, base: Path, data: Path, tmp_path: Path
) -> None:
    import shutil

    from safetensors.torch import load_file

    last = max(int(path.name.split("-")[1]) for path in (checked / "checkpoints").glob("checkpoint-*"))
    shutil.copytree(checked / "checkpoints", tmp_path / "checkpoints")
    shutil.rmtree(tmp_path / "checkpoints" / f"checkpoint-{last}")
    arguments = ["--base", str(base), "--data", str(data), "--held-out", str(data), "--out", str(tmp_path)]
    assert main([*arguments, *CHECKED, "--answers", "8", "--resume"]) == 0
    one, other = (load_file(folder / "adapter_model.safetensors") for folder in (checked, tmp_path))
    assert all((one[name] == other[name]).all() for name in one)
    changed = ["--preset", "shipped", *arguments[:-1], str(tmp_path / "no"), *CHECKED, "--resume"]
    assert "no checkpoint" in complaint(inside("train", *changed), 2)
    shutil.copytree(checked / "checkpoints", tmp_path / "no" / "checkpoints")
    assert "other settings" in complaint(inside("train", *changed, "--seed", "7"), 2)


def test_the_card_and_the_picture_tell_how_training_went(checked: Path) -> None:
    from xml.etree import ElementTree

    card = json.loads((checked / "card.json").read_text())
    assert len(card["checks"]) == 5  # one an epoch, and the last word
    assert card["checks"][-1]["loss"] == pytest.approx(card["held_out"]["loss"], abs=1e-4)
    assert card["answers"]["asked"] == 8 and card["answers"]["json"] >= 6
    assert card["data"]["origin"]["files"] == ["rows.jsonl"]
    picture = ElementTree.fromstring((checked / "loss.svg").read_text())
    lines = [line for line in picture if line.tag.endswith("polyline")]
    assert len(lines[1].attrib["points"].split()) == 5


def test_an_adapter_is_never_written_over(checked: Path, base: Path, data: Path) -> None:
    arguments = ["--base", str(base), "--data", str(data), "--out", str(checked)]
    assert "never written over" in complaint(inside("train", *arguments), 2)


def test_training_ends_early_when_the_held_out_loss_does_not_fall(
    base: Path, data: Path, tmp_path: Path
) -> None:
    arguments = ["--base", str(base), "--data", str(data), "--held-out", str(data), "--out", str(tmp_path)]
    rates = ["--learning-rate", "5", "--epochs", "30", "--checks", "1", "--patience", "2"]
    assert main([*arguments, *rates, "--batch-tokens", "1024"]) == 0
    card = json.loads((tmp_path / "card.json").read_text())
    assert card["epochs"] < 20
    # The best of the checkpoints is what is kept.
    assert card["held_out"]["loss"] == pytest.approx(min(point["loss"] for point in card["checks"]), abs=1e-4)


def test_another_model_is_trained_in_its_own_chat_format(tmp_path: Path, data: Path) -> None:
    from transformers import Phi3Config, Phi3ForCausalLM

    from cadagent.generation.torch.chat import render
    from training.models import load_tokenizer
    from training.records import encode, read_records

    tokenizer = tiny_tokenizer(tmp_path / "phi", "<|user|>", "<|end|>")
    Phi3ForCausalLM(Phi3Config(**tiny_sizes())).save_pretrained(tmp_path / "phi")
    tokenizer.chat_template = (
        "{% for m in messages %}<|{{ m.role }}|>\n{{ m.content }}<|end|>\n{% endfor %}"
        "{% if add_generation_prompt %}<|assistant|>\n{% else %}{{ eos_token }}{% endif %}"
    )
    tokenizer.save_pretrained(tmp_path / "phi")
    loaded = load_tokenizer(str(tmp_path / "phi"))
    assert loaded.eos_token == "<|end|>"
    (record,) = read_records([data], limit=1)
    assert (
        render(record.messages, loaded)
        == "<|system|>\nDesign.<|end|>\n<|user|>\ncube 10<|end|>\n<|assistant|>\n"
    )
    row = encode([record], loaded, max_tokens=512)[0]
    answer = [token for token in row["labels"] if token != -100]
    assert loaded.decode(answer) == f"{record.completion}<|end|>"
    arguments = ["--base", str(tmp_path / "phi"), "--data", str(data), "--out", str(tmp_path / "run")]
    assert main([*arguments, "--rank", "2", "--max-steps", "2", "--batch-tokens", "1024"]) == 0
    card = json.loads((tmp_path / "run" / "card.json").read_text())
    assert card["settings"]["targets"] == ["down_proj", "gate_up_proj", "o_proj", "qkv_proj"]


def test_a_base_without_a_system_role_is_trained_on_what_it_will_be_asked(tmp_path: Path, data: Path) -> None:
    from training.models import load_tokenizer
    from training.records import encode, read_records

    tokenizer = tiny_tokenizer(tmp_path, "<|user|>", "<|end|>")
    tokenizer.chat_template = (
        "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no system') }}{% endif %}"
        "<|{{ m.role }}|>\n{{ m.content }}<|end|>\n{% endfor %}"
        "{% if add_generation_prompt %}<|assistant|>\n{% endif %}"
    )
    tokenizer.save_pretrained(tmp_path)
    loaded = load_tokenizer(str(tmp_path))
    row = encode(read_records([data], limit=1), loaded, max_tokens=512)[0]
    asked = [one for one, label in zip(row["input_ids"], row["labels"], strict=True) if label == -100]
    assert loaded.decode(asked) == "<|user|>\nDesign.\n\ncube 10<|end|>\n<|assistant|>\n"


def test_with_rank_0_the_whole_model_is_trained_and_saved(base: Path, data: Path, tmp_path: Path) -> None:
    from training.generate_eval import main as answer

    arguments = ["--base", str(base), "--data", str(data), "--held-out", str(data), "--out", str(tmp_path)]
    rates = ["--rank", "0", "--learning-rate", "0.003", "--max-steps", "30", "--batch-tokens", "1024"]
    assert main([*arguments, *rates, "--answers", "4"]) == 0
    card = json.loads((tmp_path / "card.json").read_text())
    assert card["settings"]["targets"] == [] and card["answers"]["asked"] == 4
    assert card["held_out"]["loss"] < 0.6 * card["loss"][0]["loss"]
    assert not (tmp_path / "adapter_model.safetensors").exists()
    out = tmp_path / "answers.jsonl"
    options = ["--data", str(data), "--out", str(out), "--limit", "4", "--max-new-tokens", "24"]
    assert answer(["--base", str(tmp_path), *options]) == 0
    assert "never written over" in complaint(inside("train", *arguments), 2)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="QLoRA is not tested: there is no CUDA device")
def test_qlora_trains_on_quantised_weights(base: Path, data: Path, tmp_path: Path) -> None:
    arguments = ["--base", str(base), "--data", str(data), "--held-out", str(data), "--out", str(tmp_path)]
    done = inside("train", "--preset", "development", *arguments, "--max-steps", "20", "--rank", "8")
    assert done.returncode == 0, done.stderr
    card = json.loads((tmp_path / "card.json").read_text())
    assert card["settings"]["quantise"] and not card["settings"]["instead"]
    assert card["loss"][-1]["loss"] < card["loss"][0]["loss"]
