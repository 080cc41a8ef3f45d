"""Every export loads with ``datasets``, and TRL's trainers take a step on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cadagent.feedback import open_store
from cadagent.feedback.export_files import export
from tests.feedback.results import fill, report

torch = pytest.importorskip("torch", reason="training steps not tested: torch is not installed")
for _package in ("transformers", "trl", "datasets", "pyarrow"):
    pytest.importorskip(_package, reason=f"training steps not tested: {_package} is not installed")

KINDS = ("jsonl", "parquet")
FORMATS = ("sft", "messages", "repair", "llama-factory", "dpo", "kto")
TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("exports")
    with open_store(place / "feedback.db") as store:
        fill(store)
        for format in FORMATS:
            for kind in KINDS:
                check = lambda text: report(text).valid  # noqa: E731 – each design is built once
                export(store, place / kind / format, format, kind=kind, check=check)  # type: ignore[arg-type]
    return place


def loaded(exported: Path, kind: str, format: str) -> Any:
    from datasets import load_dataset

    files = sorted((exported / kind / format).glob(f"*.{kind}"))
    assert files
    reader = {"jsonl": "json", "parquet": "parquet"}[kind]
    cache = str(exported / "cache")
    return load_dataset(reader, data_files=[str(file) for file in files], split="train", cache_dir=cache)


@pytest.fixture(scope="module")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Llama of one layer with random weights and a tokenizer of bytes."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("model")
    control = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    tokens = [*control, *sorted(pre_tokenizers.ByteLevel.alphabet())]
    vocabulary = {token: number for number, token in enumerate(tokens)}
    backend = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    backend.add_special_tokens([AddedToken(token, special=True) for token in control])
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend, eos_token="<|im_end|>", pad_token="<|endoftext|>", bos_token="<|im_start|>"
    )
    tokenizer.chat_template = TEMPLATE
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=260,
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=2,
        max_position_embeddings=2048,
        pad_token_id=0,
        eos_token_id=2,
        bos_token_id=1,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


@pytest.mark.parametrize("format", FORMATS)
def test_both_kinds_of_files_load_with_the_same_rows(exported: Path, format: str) -> None:
    lines, columns = loaded(exported, "jsonl", format), loaded(exported, "parquet", format)
    assert len(lines) > 0
    assert lines.column_names == columns.column_names
    assert lines.to_list() == columns.to_list()


@pytest.mark.slow
@pytest.mark.parametrize("format", FORMATS)
def test_a_trainer_takes_a_step(exported: Path, model_folder: Path, tmp_path: Path, format: str) -> None:
    import trl
    from transformers import AutoModelForCausalLM, AutoTokenizer

    name = {"dpo": "DPO", "kto": "KTO"}.get(format, "SFT")
    config = getattr(trl, f"{name}Config")(
        output_dir=str(tmp_path),
        max_steps=1,
        per_device_train_batch_size=2,
        max_length=None,
        use_cpu=True,
        bf16=False,
        gradient_checkpointing=False,
        report_to="none",
        save_strategy="no",
        disable_tqdm=True,
        logging_steps=1,
        learning_rate=1e-2,
    )
    model = AutoModelForCausalLM.from_pretrained(model_folder, dtype=torch.float32)
    before = {key: value.clone() for key, value in model.state_dict().items()}
    trainer = getattr(trl, f"{name}Trainer")(
        model=model,
        args=config,
        train_dataset=loaded(exported, "jsonl", format),
        processing_class=AutoTokenizer.from_pretrained(model_folder),
    )
    trainer.train()
    losses = [row["loss"] for row in trainer.state.log_history if "loss" in row]
    assert trainer.state.global_step == 1
    assert losses and all(loss == loss and loss >= 0 for loss in losses)
    after = trainer.model.state_dict()
    assert any(not torch.equal(before[key], after[key]) for key in before), "the step changed the weights"
