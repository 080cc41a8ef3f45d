"""Supervised fine-tuning of a LoRA adapter: records in, adapter and run card out.

The folder gets ``adapter_model.safetensors`` with its configuration, ``card.json``, the run card (what the
adapter was made from and how training went), and ``loss.svg``, the loss curve. Runs on one GPU, on several
under ``accelerate launch``, and, slowly, without any. ``training.commands`` is its command line.
"""

from __future__ import annotations

import json
import math
import os
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from cadagent.errors import InputError
from cadagent.generation.weights import file_sha256
from training.answering import answer_figures
from training.batches import TokenBatches
from training.checkpoints import last_checkpoint, mark_run
from training.loss_curve import loss_svg
from training.models import (
    WEIGHTS,
    adapter_mebibytes,
    adapter_targets,
    check_targets,
    compile_layers,
    fold_adapters,
    load_base,
    load_tokenizer,
    save_adapter,
)
from training.records import Record, digest, encode
from training.run_card import run_card
from training.settings import Settings, fitted


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
    resume: bool = False,
    workers: int = 1,
    origin: dict[str, Any] | None = None,
    stop: threading.Event | None = None,
) -> dict[str, Any]:
    """Train one adapter, or with rank 0 a whole model, and return its run card, also written to ``out``.

    Args:
        base: GGUF file, model directory or hub name.
        held_out: records whose loss is measured, during training and at the end; never trained on.
        minutes: train for so long, whatever that comes to in epochs; the learning rate reaches zero at the
            end.
        max_steps: train for so many steps instead of ``settings.epochs``.
        targets: layers to adapt, by name; default: every linear layer of the decoder.
        start_from: folder of an adapter to go on with, instead of a fresh one.
        resume: go on with the run in ``out`` from its last checkpoint.
        workers: processes for tokenising and loading.
        origin: what is known about how the records were made; kept in the card.
        stop: once it is set, training ends after the step at hand, and what was learned is saved.

    Raises:
        InputError: a record is too long, a layer would be left out, the adapter would be too large, ``out``
            holds an adapter already, or there is nothing to resume.
        ModelUnavailable: the base model cannot be loaded.
    """
    import torch
    from transformers import set_seed
    from trl import SFTConfig

    for name in (WEIGHTS, "model.safetensors"):
        if (out / name).exists():
            raise InputError(f"{out} holds a {name} already, never written over; name another folder.")
    on_gpu = torch.cuda.is_available()
    settings, instead = fitted(
        settings,
        gpu=on_gpu,
        bitsandbytes=find_spec("bitsandbytes") is not None,
        gguf=base.endswith(".gguf"),
        triton=find_spec("triton") is not None,
    )
    processes = int(os.environ.get("WORLD_SIZE", "1"))
    chief = os.environ.get("RANK", "0") == "0"
    for line in instead if chief else ():
        print(f"note: {line}", file=sys.stderr)
    begun = time.monotonic()
    set_seed(settings.seed)
    tokenizer = load_tokenizer(base)
    data = encode(records, tokenizer, max_tokens=settings.max_tokens, workers=workers)
    held_out_data = encode(held_out, tokenizer, max_tokens=settings.max_tokens) if held_out else None
    origin_of_run = {"settings": asdict(settings), "data": digest(records), "base": Path(base).name}
    checkpoint = last_checkpoint(out, origin_of_run) if resume else None

    model, targets = _learner(settings, base, targets, start_from, on_gpu=on_gpu)
    prepared = time.monotonic()

    batches = TokenBatches(
        data["length"][:],
        budget=settings.batch_tokens,
        most=settings.batch_records,
        seed=settings.seed,
        multiple=processes,
    )
    accumulate = settings.steps_of(processes)
    # Without held-out records a check is a checkpoint to go on from, and nothing else.
    checks = settings.checks
    every = max(1, len(batches) // (processes * accumulate * checks)) if checks else None
    measured = every is not None and held_out_data is not None
    config = SFTConfig(
        output_dir=str(out / "checkpoints"),
        # The records arrive tokenised and labelled, and were checked for length.
        dataset_kwargs={"skip_prepare_dataset": True},
        max_length=None,
        per_device_eval_batch_size=settings.batch_records or 64,
        gradient_accumulation_steps=accumulate,
        num_train_epochs=settings.epochs,
        # With a time limit the clock ends training, not the number of steps.
        max_steps=max_steps or (1_000_000 if minutes else -1),
        learning_rate=settings.learning_rate,
        weight_decay=settings.weight_decay,
        adam_beta2=0.99,
        optim=settings.optimizer,
        bf16=on_gpu,
        use_cpu=not on_gpu,
        gradient_checkpointing=settings.recompute,
        use_liger_kernel=settings.liger,
        dataloader_num_workers=min(workers, 8) if workers > 1 else 0,
        logging_steps=min(10, every or 10),
        logging_first_step=True,
        # Would read every step's loss back from the GPU.
        logging_nan_inf_filter=not settings.fold,
        eval_strategy="steps" if measured else "no",
        eval_steps=every if measured else None,
        save_strategy="steps" if every else "no",
        save_steps=every or 500,
        save_total_limit=2,
        load_best_model_at_end=measured,
        metric_for_best_model="eval_loss" if measured else None,
        greater_is_better=False if measured else None,
        # Everything that learns has a part in every loss, and buffers only hold what all processes know.
        ddp_find_unused_parameters=False,
        ddp_broadcast_buffers=False,
        report_to="none",
        disable_tqdm=True,
        seed=settings.seed,
    )
    if on_gpu:
        # A process has one GPU. Where it sees several, transformers would deal every batch out to all of them
        # by threads, and folded adapters would multiply there with the weights of the first one.
        config._n_gpu = 1
    trainer = _trainer_class()(
        model=model,
        args=config,
        train_dataset=data,
        eval_dataset=held_out_data,
        processing_class=tokenizer,
        batches=batches,
        warm_up=settings.warm_up,
        minutes=minutes,
        stop=stop,
        patience=settings.patience if measured else 0,
        direct=settings.fold,
    )
    if every and chief:
        mark_run(out, origin_of_run)
    trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    trained = time.monotonic()
    # Saved first: what follows only describes it.
    if trainer.is_world_process_zero():
        if settings.rank:
            save_adapter(model, out, base_name=Path(base).stem)
        else:
            model.save_pretrained(out)
            tokenizer.save_pretrained(out)
    held_out_card = None
    if held_out_data is not None:
        held_out_card = {"records": len(held_out), "sha256": digest(held_out)} | _figures(trainer.evaluate())
    card = run_card(
        settings=asdict(settings)
        | {"targets": targets, "base": Path(base).name, "minutes": minutes, "instead": instead},
        data={
            "records": len(records),
            "sha256": digest(records),
            "tokens": sum(data["length"][:]),
            "origin": origin,
        },
        held_out=held_out_card,
        history=trainer.state.log_history,
        steps=trainer.state.global_step,
        epochs=trainer.state.epoch,
        seconds={"preparation": prepared - begun, "training": trained - prepared},
        device=torch.cuda.get_device_name() if on_gpu else "cpu",
        memory=torch.cuda.max_memory_allocated() if on_gpu else None,
        mebibytes=adapter_mebibytes(model),
        base_sha256=file_sha256(Path(base)) if Path(base).is_file() else None,
        started_from=file_sha256(start_from / WEIGHTS) if start_from is not None else None,
        stopped=trainer.stopped,
    )
    if trainer.is_world_process_zero():
        if settings.answers and held_out:
            card["answers"] = answer_figures(held_out[: settings.answers], model, tokenizer)
        (out / "card.json").write_text(json.dumps(card, indent=1) + "\n")
        (out / "loss.svg").write_text(
            loss_svg(
                [(point["step"], point["loss"]) for point in card["loss"]],
                [(point["step"], point["loss"]) for point in card["checks"]],
            )
        )
    return card


def _learner(
    settings: Settings, base: str, targets: list[str] | None, start_from: Path | None, *, on_gpu: bool
) -> tuple[Any, list[str]]:
    """The model that learns, with its adapter, and the names of the adapted layers; with rank 0 the model
    itself, every weight of it, in float32, since steps are too small for bfloat16 to take."""
    from peft import LoraConfig, PeftModel, get_peft_model, prepare_model_for_kbit_training

    if not settings.rank:
        whole = load_base(base)
        if settings.compiled:
            compile_layers(whole)
        return whole, []
    model = load_base(
        base,
        dtype=settings.dtype if on_gpu else "float32",
        quantise=settings.quantise,
        device=int(os.environ.get("LOCAL_RANK", "0")),
    )
    targets = targets or adapter_targets(model)
    check_targets(model, targets)
    if settings.quantise:
        model = prepare_model_for_kbit_training(model, use_gradient_checkpointing=settings.recompute)
    adapted: PeftModel
    if start_from is not None:
        adapted = PeftModel.from_pretrained(model, str(start_from), is_trainable=True)
    else:
        adapted = get_peft_model(
            model,
            LoraConfig(
                r=settings.rank,
                lora_alpha=settings.alpha,
                lora_dropout=settings.dropout,
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
    if settings.compiled:
        compile_layers(adapted.get_base_model())
    return adapted, targets


def learning_rate_share(progress: float, warm_up: float) -> float:
    """Share of the highest learning rate after ``progress`` (0 to 1) of a run: a line up, then a cosine to
    zero."""
    if progress < warm_up:
        return progress / warm_up
    return 0.5 * (1 + math.cos(math.pi * min(1.0, (progress - warm_up) / (1 - warm_up))))


def _trainer_class() -> type:
    """TRL's trainer with batches by tokens and, on request, a schedule by the clock."""
    import torch
    from accelerate.utils import DistributedType, broadcast
    from torch.optim.lr_scheduler import LambdaLR
    from torch.utils.data import DataLoader
    from transformers import EarlyStoppingCallback, PrinterCallback, TrainerCallback
    from trl import SFTTrainer

    from training.direct_loss import Running, scores_are_plain, take_direct_loss

    class Trainer(SFTTrainer):
        def __init__(
            self,
            *,
            batches: TokenBatches,
            warm_up: float,
            minutes: float | None,
            stop: threading.Event | None,
            patience: int,
            direct: bool,
            **options: Any,
        ) -> None:
            super().__init__(**options)
            # Where a model is cut into parts, its layers cannot be called apart; a mixture of experts has a
            # loss besides.
            whole = self.accelerator.distributed_type in (
                DistributedType.NO,
                DistributedType.MULTI_GPU,
                DistributedType.MULTI_CPU,
            )
            plain = scores_are_plain(self.model.config) and not self.aux_loss_enabled
            self.running = Running() if direct and whole and plain else None
            if self.running is not None:
                take_direct_loss(self.model, self.running)
            self.batches, self.warm_up = batches, warm_up
            self.limit = minutes * 60 if minutes else None
            self.stop = stop or threading.Event()
            self.progress = 0.0
            self.stopped = False
            self.pace = Pace(self)
            self.add_callback(self.pace)
            if patience:
                self.add_callback(EarlyStoppingCallback(patience))
            self.remove_callback(PrinterCallback)

        def get_train_dataloader(self) -> DataLoader:
            loader = DataLoader(
                self.train_dataset.select_columns(["input_ids", "labels"]),
                batch_sampler=self.batches,
                collate_fn=self.data_collator,
                num_workers=self.args.dataloader_num_workers,
                pin_memory=self.args.dataloader_pin_memory,
            )
            # Batches differ in size: they are dealt out whole. Those of a check stay even, or a process that
            # has none left would leave the others waiting.
            self.accelerator.even_batches = False
            try:
                return self.accelerator.prepare(loader)
            finally:
                self.accelerator.even_batches = True

        def create_scheduler(self, num_training_steps: int, optimizer: Any = None) -> Any:
            def share(step: int) -> float:
                progress = self.progress if self.limit else step / max(1, num_training_steps)
                # Not zero at the first step, which would be wasted.
                return learning_rate_share(max(progress, 1e-4), self.warm_up)

            self.lr_scheduler = LambdaLR(optimizer or self.optimizer, share)
            return self.lr_scheduler

        def compute_loss(
            self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None
        ) -> Any:
            if self.running is None or return_outputs or not model.training:
                return super().compute_loss(model, inputs, return_outputs, num_items_in_batch)
            before = self.running.wanted
            loss = model(**inputs)
            if num_items_in_batch is None:
                return loss / (self.running.wanted - before)
            # The tokens of all processes, whose gradients are averaged.
            shares = self.accelerator.num_processes if self.args.average_tokens_across_devices else 1
            return loss * shares / num_items_in_batch

        def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
            # What was seen between two logs of training is not an evaluation's in their midst.
            if self.running is not None and self.model.training and self.running.wanted:
                share, read = self.running.taken(self.accelerator.reduce)
                self._total_train_tokens += read
                self._metrics["train"] |= {
                    "mean_token_accuracy": [share],
                    "num_tokens": [self._total_train_tokens],
                }
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
            trainer = self.trainer
            told = (self.seconds(), float(trainer.stop.is_set()))
            if trainer.accelerator.num_processes > 1:
                # All processes must stop at the same step: what the first one knows counts.
                told = tuple(broadcast(torch.tensor(told, device=args.device)).tolist())
            if trainer.limit:
                trainer.progress = told[0] / trainer.limit
            trainer.stopped = bool(told[1])

        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            if self.trainer.stopped or self.trainer.progress >= 1:
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
