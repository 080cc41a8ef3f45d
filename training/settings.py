"""How an adapter is trained: the settings, the presets, and what a machine without a GPU does instead."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Settings:
    """How an adapter is trained.

    Attributes:
        rank, alpha: of the adapter; its output is scaled by alpha / rank. With rank 0 there is none: every
            weight is trained, for comparison, and the whole model is saved.
        dropout: share of the adapter's inputs that are left out at random while it learns.
        learning_rate: the highest; a warm-up share leads up to it and a cosine down to zero.
        batch_tokens: tokens of one forward pass, padding included; times ``accumulate`` and processes: of one
            step.
        batch_records: records of one forward pass at most; 0: as many as the tokens hold.
        step_records: records of one step over all processes, from which ``accumulate`` follows; 0: as
            ``accumulate`` says.
        max_tokens: a longer record is an error.
        checks: times in an epoch that a checkpoint is written and, where records are held out, their loss is
            measured; 0: never.
        patience: checks without a better held-out loss after which training ends early; 0: it never does.
        dtype: type of the frozen weights in memory on a GPU; products run in bfloat16 there either way.
        quantise: the frozen weights are held in NF4 with double quantisation (QLoRA).
        optimizer: as transformers names it.
        recompute: activations are computed again in the backward pass, which saves memory and costs time.
        fold: adapters are folded into the weights for each step (see ``fold_adapters``).
        liger: norm, rotary embedding and gated MLP in one kernel each; needs a GPU and the package
            ``liger-kernel``.
        compiled: the decoder's layers run through ``torch.compile``; needs a GPU. It takes a minute once and
            halves a step of a small model, whose layers take longer to start than to run.
        max_mebibytes: the adapter's file may not be larger.
        answers: held-out requests that are answered at the end, greedily and without a grammar; the card says
            how many answers are JSON and how many are designs without findings.
    """

    rank: int = 24
    alpha: int = 48
    dropout: float = 0.0
    learning_rate: float = 1e-3
    warm_up: float = 0.03
    weight_decay: float = 0.0
    batch_tokens: int = 32_768
    batch_records: int = 0
    step_records: int = 0
    accumulate: int = 1
    max_tokens: int = 2048
    epochs: float = 1.0
    checks: int = 0
    patience: int = 0
    seed: int = 1
    dtype: str = "bfloat16"
    quantise: bool = False
    optimizer: str = "adamw_torch_fused"
    recompute: bool = False
    fold: bool = True
    liger: bool = False
    compiled: bool = False
    max_mebibytes: float = 16.0
    answers: int = 0

    def steps_of(self, processes: int) -> int:
        """Forward passes whose gradients make one step."""
        if not (self.step_records and self.batch_records):
            return self.accumulate
        return max(1, round(self.step_records / (self.batch_records * processes)))


@dataclass(frozen=True)
class Preset:
    """A way of training that has a name.

    Attributes:
        samples: records to train on that are made when no data are given, about; a tenth more, and no more
            than 2,000, is held out.
        longest: characters of a request and its design at most, for those that are made; 0: any number.
        tasks: shares of edits, repairs, explanations and steps among those that are made.
    """

    settings: Settings
    samples: int
    longest: int = 0
    tasks: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)


QLORA = Settings(
    rank=16,
    alpha=16,
    dropout=0.05,
    learning_rate=2e-4,
    batch_tokens=2 * 2048,
    batch_records=2,
    step_records=8,
    epochs=3.0,
    checks=2,
    patience=3,
    quantise=True,
    optimizer="paged_adamw_8bit",
    recompute=True,
    fold=False,
    max_mebibytes=256.0,
)
"""The usual QLoRA settings for instruct models of some thousand million parameters."""

PRESETS: dict[str, Preset] = {
    # Small enough for two CPU cores: requests of a line, a whole step at once, every activation kept.
    # A small model that sees so little needs a higher rate.
    "demo": Preset(
        replace(
            QLORA,
            learning_rate=1e-3,
            batch_records=8,
            max_tokens=512,
            checks=1,
            recompute=False,
            answers=20,
        ),
        samples=100,
        longest=260,
    ),
    "development": Preset(QLORA, samples=1_000),
    "production": Preset(
        replace(QLORA, rank=32, alpha=32, batch_tokens=2 * 4096, max_tokens=4096), samples=5_000
    ),
    # The adapter that ships: a small model, many records, no quantisation.
    "shipped": Preset(
        Settings(learning_rate=1e-3, max_tokens=4096, compiled=True),
        samples=400_000,
        tasks=(0.12, 0.08, 0.0, 0.0),
    ),
}


def fitted(
    settings: Settings, *, gpu: bool, bitsandbytes: bool, gguf: bool, triton: bool = True
) -> tuple[Settings, list[str]]:
    """The settings that this machine and base model can follow, and a line on each thing done instead.

    Args:
        gpu: whether there is a CUDA GPU.
        bitsandbytes: whether that package is installed.
        gguf: whether the base model is a GGUF file, whose weights are quantised already.
        triton: whether that package is installed, which compiles layers for a GPU.
    """
    instead: list[str] = []
    if settings.quantise and not settings.rank:
        instead.append("every weight is trained: nothing is quantised, weights and steps are float32")
        settings = replace(settings, quantise=False)
    if settings.quantise and gpu and gguf:
        instead.append(f"the base model is a GGUF file: its weights run as they are, in {settings.dtype}")
        settings = replace(settings, quantise=False)
    if settings.quantise and not (gpu and bitsandbytes):
        why = "there is no CUDA GPU" if not gpu else "bitsandbytes is not installed"
        kept = "in float32" if not gpu else f"in {settings.dtype}"
        instead.append(f"{why}: the base model is not quantised, its weights stay {kept}")
        settings = replace(settings, quantise=False)
    if "8bit" in settings.optimizer and not (gpu and bitsandbytes):
        instead.append("the optimizer is plain AdamW instead of the paged 8-bit one")
        settings = replace(settings, optimizer=Settings.optimizer)
    if not gpu:
        instead.append("training runs on the CPU, in float32 throughout")
    if settings.liger and not gpu:
        instead.append("the fused kernels of liger-kernel are left out")
        settings = replace(settings, liger=False)
    if settings.compiled and not (gpu and triton):
        if gpu:
            instead.append("Triton is not installed: the layers run as they are, at half of the speed")
        settings = replace(settings, compiled=False)
    return settings, instead
