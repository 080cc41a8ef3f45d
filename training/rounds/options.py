"""How a round is made; kept with the round, so that it goes on and can be repeated with the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from training.settings import Settings

Preference = Literal["dpo", "kto"]
CPU_MINUTES = 30.0
"""Training time without a GPU, unless said otherwise."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """How a round is made.

    Attributes:
        model: whose adapter learns, as ``--model`` names it: ``embedded`` or ``transformers:FOLDER``.
        seed: of the data, the first training and the answers.
        seeds: adapters trained, each under a seed of its own; all are measured, the first can go live.
        minutes: of training, for each adapter; ``None``: ``epochs``, or ``CPU_MINUTES`` without a GPU.
        epochs, learning_rate: of the supervised training.
        blend: how much of the way from the live adapter to the trained one the new adapter goes.
        share: of the records that a step sees which are new feedback; they are repeated for that, up to
            ``most_repeats`` times.
        replay: records of earlier rounds' feedback at most.
        synthetic: records of synthetic data, made anew or drawn from ``synthetic_file``.
        negatives: hard negatives for each design that is new.
        explain: share of records that explain a design in English: the adapter then learns both tasks.
        preference: a training on preferences after the supervised one.
        frozen: file of the frozen set, as ``cadagent evaluate`` reads it; the one that ships when left out.
        cases: cases of the frozen set that are used; ``None``: all.
        control: cases of the frozen set that the bare model answers, as a control.
        workers: processes for answers and data.
        engine: that measures; ``None``: transformers where there is a GPU, else the model itself.
    """

    model: str = "embedded"
    seed: int = 1
    seeds: int = 1
    minutes: float | None = None
    epochs: float = 3.0
    learning_rate: float = 3e-4
    blend: float = 0.75
    share: float = 0.4
    most_repeats: int = 8
    replay: int = 2_000
    synthetic: int = 2_000
    synthetic_file: str | None = None
    negatives: float = 1.0
    explain: float = 0.0
    preference: Preference | None = None
    frozen: str | None = None
    cases: int | None = None
    control: int = 20
    workers: int = 1
    engine: Literal["embedded", "transformers"] | None = None

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Options:
        """The options of a stored round; one that began before there was ``blend`` goes all the way."""
        known = {item.name for item in fields(cls)}
        return cls(**{"blend": 1.0, **{name: value for name, value in stored.items() if name in known}})

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def training(self, seed: int, *, gpu: bool, quantise: bool) -> Settings:
        """The settings of the supervised training.

        A round goes on with a trained adapter on few records: the rate is a tenth to a third of what made it.
        """
        return Settings(
            learning_rate=self.learning_rate,
            batch_tokens=8_192 if gpu else 2_048,
            max_tokens=4_096,
            epochs=self.epochs,
            checks=1,
            quantise=quantise,
            # Folded adapters are for weights that are not quantised.
            fold=not quantise,
            max_mebibytes=256.0,
            seed=seed,
        )
