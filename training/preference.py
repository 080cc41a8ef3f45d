"""Training on preferences, after the supervised one: DPO on pairs of answers, KTO on single judgements.

The adapter that it starts from is its own reference: what was learnt holds unless a preference speaks
against it.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from cadagent.errors import InputError
from cadagent.generation.protocol import Message
from cadagent.generation.torch.chat import render
from training.models import WEIGHTS, load_base, load_tokenizer, save_adapter

BETA = 0.1
"""How strongly the reference is held to (Rafailov et al. 2023, and Ethayarajh et al. 2024 for KTO)."""

RATE = 5e-6
"""Highest learning rate: preferences move an adapter much faster than examples do."""

_FEWEST = 4
"""KTO estimates a mean over the answers of one step, so that it needs several."""


def train_preference(
    kind: Literal["dpo", "kto"],
    rows: Sequence[dict[str, Any]],
    *,
    base: str,
    start_from: Path,
    out: Path,
    seed: int,
    epochs: float = 1.0,
    learning_rate: float = RATE,
    max_steps: int | None = None,
) -> dict[str, Any]:
    """Go on with an adapter and write it to a new folder; returns what there is to know about it, JSON-ready.

    Args:
        rows: ``messages``, ``completion``, and ``rejected`` for DPO or ``label`` for KTO.
        base: GGUF file, model directory or hub name.

    Raises:
        InputError: there is nothing to learn from, or ``out`` holds an adapter.
        ModelUnavailable: the base model cannot be loaded.
    """
    import torch
    from datasets import Dataset
    from peft import PeftModel
    from transformers import PrinterCallback, set_seed

    if not rows:
        raise InputError(f"There is no preference for {kind.upper()} to learn from.")
    if kind == "kto" and len({row["label"] for row in rows}) < 2:
        raise InputError("KTO needs answers that are wanted and answers that are not.")
    if (out / WEIGHTS).exists():
        raise InputError(f"{out} holds an adapter already, never written over; name another folder.")
    set_seed(seed)
    on_gpu = torch.cuda.is_available()
    tokenizer = load_tokenizer(base)
    model = load_base(base, dtype="bfloat16" if on_gpu else "float32")
    if on_gpu:
        model = model.to("cuda")
    adapted = PeftModel.from_pretrained(model, str(start_from), is_trainable=True)
    config_class, trainer_class = _classes(kind)
    config = config_class(
        output_dir=str(out / "checkpoints"),
        beta=BETA,
        learning_rate=learning_rate,
        num_train_epochs=epochs,
        max_steps=max_steps or -1,
        per_device_train_batch_size=8 if on_gpu else _FEWEST,
        max_length=None,
        bf16=on_gpu,
        use_cpu=not on_gpu,
        gradient_checkpointing=False,
        save_strategy="no",
        logging_steps=5,
        logging_first_step=True,
        report_to="none",
        disable_tqdm=True,
        seed=seed,
    )
    trainer = trainer_class(
        model=adapted,
        args=config,
        train_dataset=Dataset.from_list([_example(kind, row, tokenizer) for row in rows]),
        processing_class=tokenizer,
    )
    trainer.remove_callback(PrinterCallback)
    begun = time.monotonic()
    trainer.train()
    save_adapter(trainer.model, out, base_name=Path(base).stem)
    losses = [round(point["loss"], 5) for point in trainer.state.log_history if "loss" in point]
    print(f"{kind}: {trainer.state.global_step} steps, loss {losses[-1]:.4f}", file=sys.stderr)
    card = {
        "preference": kind,
        "rows": len(rows),
        "beta": BETA,
        "learning_rate": learning_rate,
        "steps": trainer.state.global_step,
        "loss": losses,
        "seconds": round(time.monotonic() - begun, 1),
    }
    (out / "preference.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    return card


def _classes(kind: str) -> tuple[Any, Any]:
    import trl

    return getattr(trl, f"{kind.upper()}Config"), getattr(trl, f"{kind.upper()}Trainer")


def _example(kind: str, row: dict[str, Any], tokenizer: Any) -> dict[str, Any]:
    """Texts and not chat messages: they are then, to the character, what the running system sends."""
    prompt = render([Message(turn["role"], turn["content"]) for turn in row["messages"]], tokenizer)
    if kind == "dpo":
        return {"prompt": prompt, "chosen": row["completion"], "rejected": row["rejected"]}
    return {"prompt": prompt, "completion": row["completion"], "label": bool(row["label"])}
