"""Training end to end on a tiny random model: the loss falls, the adapter loads, every layer is adapted."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from training.sft import learning_rate_share, main

torch = pytest.importorskip("torch", reason="training is not tested: torch is not installed")
for _package in ("transformers", "peft", "trl", "datasets"):
    pytest.importorskip(_package, reason=f"training is not tested: {_package} is not installed")

pytestmark = pytest.mark.slow


def _tokenizer(folder: Path) -> Any:
    """Bytes and the chat format's control tokens; no file from elsewhere."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    control = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokens = {token: number for number, token in enumerate(control + alphabet)}
    backend = Tokenizer(models.BPE(vocab=tokens, merges=[]))
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    backend.add_special_tokens([AddedToken(token, special=True) for token in control])
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend, eos_token="<|im_end|>", pad_token="<|im_end|>", bos_token="<|im_start|>"
    )
    tokenizer.save_pretrained(folder)
    return tokenizer


def _sizes() -> dict[str, Any]:
    return {
        "vocab_size": 260,
        "hidden_size": 48,
        "intermediate_size": 96,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 512,
        "pad_token_id": 2,
        "eos_token_id": 2,
        "bos_token_id": 1,
        # Wide enough that frozen embeddings can say something definite.
        "initializer_range": 0.2,
    }


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model directory: a Llama of two layers with random weights."""
    from transformers import LlamaConfig, LlamaForCausalLM

    folder = tmp_path_factory.mktemp("base")
    _tokenizer(folder)
    torch.manual_seed(0)
    LlamaForCausalLM(LlamaConfig(**_sizes())).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "rows.jsonl"
    rows = [
        {
            "messages": [
                {"role": "system", "content": "Design."},
                {"role": "user", "content": f"cube {size}"},
            ],
            "completion": f'{{"size":{size}}}',
            "id": size,
        }
        for size in range(10, 74)
    ]
    path.write_text("\n".join(map(json.dumps, rows)))
    return path


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
    before = json.loads((trained / "card.json").read_text())["loss"][-1]["loss"]
    assert json.loads((tmp_path / "card.json").read_text())["loss"][0]["loss"] < 1.5 * before


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
    model = LlamaForCausalLM(LlamaConfig(**_sizes()))
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


def test_fused_layers_are_found_and_none_may_be_left_out() -> None:
    from transformers import Phi3Config, Phi3ForCausalLM

    from cadagent.errors import InputError
    from training.models import adapter_targets, check_targets

    model = Phi3ForCausalLM(Phi3Config(**_sizes()))
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
    ("options", "complaint"),
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
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    complaint: str,
) -> None:
    assert main(["--base", str(base), "--data", str(data), "--out", str(tmp_path), *options]) == 2
    assert complaint in capsys.readouterr().err


def test_the_schedule_rises_and_falls_to_zero() -> None:
    shares = [learning_rate_share(step / 100, 0.1) for step in range(101)]
    assert shares[0] == 0
    assert shares[10] == pytest.approx(1)
    assert shares[55] == pytest.approx(0.5 * (1 + math.cos(math.pi / 2)))
    assert shares[100] == pytest.approx(0)
