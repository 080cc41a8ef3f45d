"""Supervised fine-tuning of a LoRA adapter: records in, adapter and run card out.

    python -m training.sft --base model.gguf --data train.jsonl.gz --out runs/first --minutes 8

The folder gets ``adapter_model.safetensors`` with its configuration, and ``card.json``, the run card: what
the adapter was made from and how training went. Runs on one GPU, on several under ``accelerate launch``, and,
slowly, without any.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from cadagent.errors import CadAgentError, InputError
from cadagent.generation.weights import file_sha256
from training.batches import TokenBatches
from training.models import (
    adapter_mebibytes,
    adapter_targets,
    check_targets,
    fold_adapters,
    load_base,
    load_tokenizer,
    save_adapter,
)
from training.records import Record, digest, encode, read_records
from training.run_card import run_card


@dataclass(frozen=True)
class Settings:
    """How an adapter is trained.

    Attributes:
        rank, alpha: of the adapter; its output is scaled by alpha / rank.
        learning_rate: the highest; a warm-up share leads up to it and a cosine down to zero.
        batch_tokens: tokens of one forward pass, padding included; times ``accumulate`` and processes: of one
            step.
        max_tokens: a longer record is an error.
        dtype: type of the frozen weights in memory on a GPU; products run in bfloat16 there either way.
        fold: adapters are folded into the weights for each step (see ``fold_adapters``).
        liger: norm, rotary embedding and gated MLP in one kernel each; needs a GPU and the package
            ``liger-kernel``.
        max_mebibytes: the adapter's file may not be larger.
    """

    rank: int = 24
    alpha: int = 48
    learning_rate: float = 1e-3
    warm_up: float = 0.03
    weight_decay: float = 0.0
    batch_tokens: int = 32_768
    accumulate: int = 1
    max_tokens: int = 2048
    epochs: float = 1.0
    seed: int = 1
    dtype: str = "bfloat16"
    fold: bool = True
    liger: bool = False
    max_mebibytes: float = 16.0


def train(
    settings: Settings,
    *,
    base: str,
    records: Sequence[Record],
    held_out: Sequence[Record] = (),
    out: Path,
    minutes: float | None = None,
    max_steps: int | None = None,
    targets: list[str] | None = None,
    start_from: Path | None = None,
    workers: int = 1,
) -> dict[str, Any]:
    """Train one adapter and return its run card, which is also written to ``out``.

    Args:
        base: GGUF file, model directory or hub name.
        held_out: records whose loss is measured at the end; never trained on.
        minutes: train for so long, whatever that comes to in epochs; the learning rate reaches zero at the
            end.
        max_steps: train for so many steps instead of ``settings.epochs``.
        targets: layers to adapt, by name; default: every linear layer of the decoder.
        start_from: folder of an adapter to go on with, instead of a fresh one.
        workers: processes for tokenising and loading.

    Raises:
        InputError: a record is too long, a layer would be left out, or the adapter would be too large.
    """
    import torch
    from peft import LoraConfig, PeftModel, get_peft_model
    from transformers import set_seed
    from trl import SFTConfig

    on_gpu = torch.cuda.is_available()
    begun = time.monotonic()
    set_seed(settings.seed)
    tokenizer = load_tokenizer(base)
    data = encode(records, tokenizer, max_tokens=settings.max_tokens, workers=workers)
    held_out_data = encode(held_out, tokenizer, max_tokens=settings.max_tokens) if held_out else None

    model = load_base(base, dtype=settings.dtype if on_gpu else "float32")
    targets = targets or adapter_targets(model)
    check_targets(model, targets)
    adapted: PeftModel
    if start_from is not None:
        adapted = PeftModel.from_pretrained(model, str(start_from), is_trainable=True)
    else:
        adapted = get_peft_model(
            model,
            LoraConfig(
                r=settings.rank,
                lora_alpha=settings.alpha,
                lora_dropout=0.0,
                target_modules=targets,
                task_type="CAUSAL_LM",
            ),
        )
    if adapter_mebibytes(adapted) > settings.max_mebibytes:
        raise InputError(
            f"an adapter of rank {settings.rank} takes {adapter_mebibytes(adapted):.1f} MiB, "
            f"more than {settings.max_mebibytes:g}: choose a lower rank"
        )
    if settings.fold:
        fold_adapters(adapted)
    prepared = time.monotonic()

    config = SFTConfig(
        output_dir=str(out),
        # The records arrive tokenised and labelled, and were checked for length.
        dataset_kwargs={"skip_prepare_dataset": True},
        max_length=None,
        per_device_eval_batch_size=64,
        gradient_accumulation_steps=settings.accumulate,
        num_train_epochs=settings.epochs,
        # With a time limit the clock ends training, not the number of steps.
        max_steps=max_steps or (1_000_000 if minutes else -1),
        learning_rate=settings.learning_rate,
        weight_decay=settings.weight_decay,
        adam_beta2=0.99,
        optim="adamw_torch_fused",
        bf16=on_gpu,
        use_cpu=not on_gpu,
        gradient_checkpointing=False,
        use_liger_kernel=settings.liger,
        dataloader_num_workers=min(workers, 8) if workers > 1 else 0,
        logging_steps=10,
        logging_first_step=True,
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
        seed=settings.seed,
    )
    trainer = _trainer_class()(
        model=adapted,
        args=config,
        train_dataset=data,
        eval_dataset=held_out_data,
        processing_class=tokenizer,
        batch_tokens=settings.batch_tokens,
        warm_up=settings.warm_up,
        minutes=minutes,
    )
    trainer.train()
    trained = time.monotonic()
    # Saved first: what follows only describes it.
    if trainer.is_world_process_zero():
        save_adapter(adapted, out, base_name=Path(base).stem)
    held_out_card = None
    if held_out_data is not None:
        held_out_card = {"records": len(held_out), "sha256": digest(held_out)} | _figures(trainer.evaluate())
    card = run_card(
        settings=asdict(settings) | {"targets": targets, "base": Path(base).name, "minutes": minutes},
        data={"records": len(records), "sha256": digest(records), "tokens": sum(data["length"][:])},
        held_out=held_out_card,
        history=trainer.state.log_history,
        steps=trainer.state.global_step,
        epochs=trainer.state.epoch,
        seconds={"preparation": prepared - begun, "training": trained - prepared},
        device=torch.cuda.get_device_name() if on_gpu else "cpu",
        memory=torch.cuda.max_memory_allocated() if on_gpu else None,
        mebibytes=adapter_mebibytes(adapted),
        base_sha256=file_sha256(Path(base)) if Path(base).is_file() else None,
    )
    if trainer.is_world_process_zero():
        (out / "card.json").write_text(json.dumps(card, indent=1) + "\n")
    return card


def learning_rate_share(progress: float, warm_up: float) -> float:
    """Share of the highest learning rate after ``progress`` (0 to 1) of a run: a line up, then a cosine to
    zero."""
    if progress < warm_up:
        return progress / warm_up
    return 0.5 * (1 + math.cos(math.pi * min(1.0, (progress - warm_up) / (1 - warm_up))))


def _trainer_class() -> type:
    """TRL's trainer with batches by tokens and, on request, a schedule by the clock."""
    import torch
    from accelerate.utils import broadcast
    from torch.optim.lr_scheduler import LambdaLR
    from torch.utils.data import DataLoader
    from transformers import PrinterCallback, TrainerCallback
    from trl import SFTTrainer

    class Trainer(SFTTrainer):
        def __init__(
            self, *, batch_tokens: int, warm_up: float, minutes: float | None, **options: Any
        ) -> None:
            super().__init__(**options)
            self.batch_tokens, self.warm_up = batch_tokens, warm_up
            self.limit = minutes * 60 if minutes else None
            self.progress = 0.0
            self.pace = Pace(self)
            self.add_callback(self.pace)
            self.remove_callback(PrinterCallback)

        def get_train_dataloader(self) -> DataLoader:
            batches = TokenBatches(
                self.train_dataset["length"][:],
                budget=self.batch_tokens,
                seed=self.args.seed,
                multiple=self.accelerator.num_processes,
            )
            loader = DataLoader(
                self.train_dataset.select_columns(["input_ids", "labels"]),
                batch_sampler=batches,
                collate_fn=self.data_collator,
                num_workers=self.args.dataloader_num_workers,
                pin_memory=self.args.dataloader_pin_memory,
            )
            # Batches differ in size: they are dealt out whole.
            self.accelerator.even_batches = False
            return self.accelerator.prepare(loader)

        def create_scheduler(self, num_training_steps: int, optimizer: Any = None) -> Any:
            def share(step: int) -> float:
                progress = self.progress if self.limit else step / max(1, num_training_steps)
                # Not zero at the first step, which would be wasted.
                return learning_rate_share(max(progress, 1e-4), self.warm_up)

            self.lr_scheduler = LambdaLR(optimizer or self.optimizer, share)
            return self.lr_scheduler

        def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
            if "loss" in logs:
                logs["seconds"] = round(self.pace.seconds(), 1)
            super().log(logs, start_time)

    class Pace(TrainerCallback):
        """Keeps the clock and prints how training goes."""

        def __init__(self, trainer: Trainer) -> None:
            self.trainer = trainer
            self.started = 0.0

        def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            self.started = time.monotonic()

        def seconds(self) -> float:
            return time.monotonic() - self.started

        def on_optimizer_step(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            # Before the scheduler's own step, which reads the progress.
            if self.trainer.limit:
                seconds = self.seconds()
                if self.trainer.accelerator.num_processes > 1:
                    # All processes must stop at the same step: the first one's clock counts.
                    seconds = broadcast(torch.tensor(seconds, device=args.device)).item()
                self.trainer.progress = seconds / self.trainer.limit

        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            if self.trainer.progress >= 1:
                control.should_training_stop = True

        def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
            if state.is_world_process_zero and logs and "loss" in logs:
                rate = logs["num_tokens"] / max(logs["seconds"], 0.1)
                print(
                    f"step {state.global_step} epoch {logs['epoch']:.2f} loss {logs['loss']:.4f} "
                    f"right {logs['mean_token_accuracy']:.4f} lr {logs['learning_rate']:.2e} "
                    f"{logs['seconds']:.0f} s {rate:,.0f} tokens/s",
                    flush=True,
                )

    return Trainer


def _figures(result: dict[str, float]) -> dict[str, float]:
    return {
        "loss": result["eval_loss"],
        "token_accuracy": result["eval_mean_token_accuracy"],
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line of this module; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m training.sft", description="Train a LoRA adapter.")
    parser.add_argument("--base", required=True, help="GGUF file, model directory or hub name")
    parser.add_argument(
        "--data", required=True, nargs="+", type=Path, help="records (.jsonl, also .gz or .xz)"
    )
    parser.add_argument("--held-out", nargs="*", type=Path, default=[], help="records to measure the loss on")
    parser.add_argument("--out", required=True, type=Path, help="folder for the adapter and its run card")
    parser.add_argument("--limit", type=int, help="use only the first LIMIT records")
    parser.add_argument("--minutes", type=float, help="train for so long")
    parser.add_argument("--max-steps", type=int, help="train for so many steps")
    parser.add_argument("--targets", nargs="+", help="layers to adapt (default: all linear layers)")
    parser.add_argument("--start-from", type=Path, help="go on with the adapter in this folder")
    parser.add_argument("--workers", type=int, default=1, help="processes for tokenising and loading")
    for name, value in asdict(Settings()).items():
        kind = (
            {"action": argparse.BooleanOptionalAction} if isinstance(value, bool) else {"type": type(value)}
        )
        parser.add_argument(f"--{name.replace('_', '-')}", default=value, help=f"default {value}", **kind)
    options = vars(parser.parse_args(arguments))
    settings = replace(Settings(), **{name: options.pop(name) for name in asdict(Settings())})
    # A tokenizer that has forked once warns about every worker of the loader.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        records = read_records(options.pop("data"), limit=options.pop("limit"))
        held_out = read_records(files) if (files := options.pop("held_out")) else []
        card = train(settings, records=records, held_out=held_out, **options)
    except CadAgentError as error:
        print(f"error: {error}", file=sys.stderr)
        return int(error.exit_code)
    print(
        json.dumps(
            {key: card[key] for key in ("steps", "epochs", "tokens", "seconds", "held_out", "adapter")}
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
