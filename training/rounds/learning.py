"""The training of a round: the live adapter goes on learning, under one or several seeds."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from cadagent.errors import InputError, ModelUnavailable
from cadagent.feedback import Store
from cadagent.feedback.adapters import Adapter, Adapters
from cadagent.feedback.drift import WORDING, write_words
from cadagent.generation import open_model
from cadagent.generation.adapters import default_adapter, find_adapter
from cadagent.generation.protocol import BARE
from cadagent.generation.weights import ensure, file_sha256
from training.blending import blend
from training.models import WEIGHTS
from training.rounds.items import Assembled, first_user, mixed
from training.rounds.options import CPU_MINUTES, Options

CARD = "card.json"
TOLD = ("steps", "tokens", "seconds", "device", "blend")
"""What the store and the card of a round are told of a training."""
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Standing:
    """The model of a round and the adapter that is live before it.

    Attributes:
        model, model_hash: as the store names the model.
        adapter: id of the live adapter; ``None`` where the bare model is all there is.
        name: by which the engines find it; ``none`` for the bare model.
        folder: that it lies in.
    """

    model: str
    model_hash: str | None
    adapter: str | None
    name: str
    folder: Path | None

    @property
    def title(self) -> str:
        return self.name if self.folder is None else self.folder.name


def standing(store: Store, model: str) -> Standing:
    """The adapter that answers now: the promoted one, else the one that ships with the model, else none.

    Raises:
        InputError: the model cannot learn, since its weights are not on this machine.
        ModelUnavailable: the live adapter is not as it was when it was promoted.
    """
    engine = model.partition(":")[0]
    if engine not in ("embedded", "transformers"):
        raise InputError(f"An adapter is trained for weights on this machine; {model} is asked, not trained.")
    opened = open_model(model)
    bare = opened.identify(BARE)
    opened.close()
    live = Adapters(store).live(bare.model)
    if live is None:
        shipped = default_adapter(bare.weights_sha256) if bare.weights_sha256 else None
        if shipped is None:
            return Standing(bare.model, bare.weights_sha256, None, BARE, None)
        return Standing(bare.model, bare.weights_sha256, shipped.sha256, shipped.name, shipped.path)
    found = find_adapter(live.path) if Path(live.path).is_dir() else None
    if found is None or found.sha256 != live.id:
        raise ModelUnavailable(
            f"The live adapter {live.name} in {live.path} is gone or was changed: `cadagent round rollback` "
            "goes back to the one before."
        )
    return Standing(bare.model, bare.weights_sha256, live.id, live.path, found.path)


def register_shipped(store: Store, now: Standing) -> None:
    """Make the adapter known that a round goes on with, so that its descendants can name it."""
    if now.adapter is not None and now.folder is not None:
        one = Adapter(
            id=now.adapter,
            name=now.title,
            path=str(now.folder.resolve()),
            model=now.model,
            model_hash=now.model_hash,
        )
        Adapters(store).register(one)


def on_gpu() -> bool:
    """Whether there is a GPU to train on; without torch there is none."""
    if find_spec("torch") is None:
        return False
    import torch

    return bool(torch.cuda.is_available())


def learn(
    assembled: Assembled, options: Options, seed: int, now: Standing, folder: Path, tell: Tell
) -> tuple[Path, dict[str, Any]]:
    """Train one adapter, or find it trained already; returns its folder and what there is to know about it.

    A training that was broken off goes on from its last checkpoint. What it makes is blended with the live
    adapter, where there is one. A folder counts as done when the file is there that is written last.

    Raises:
        InputError: there is nothing to learn from, a record does not fit, or the live adapter has another
            shape than the trained one.
        ModelUnavailable: the base model cannot be loaded.
    """
    out = folder / f"adapter-{seed}"
    if not (out / WORDING).is_file():
        trained = out if now.folder is None or options.blend == 1 else folder / f"trained-{seed}"
        if not (trained / CARD).is_file():
            _trained(assembled, options, seed, now, trained, tell)
        if trained != out:
            assert now.folder is not None
            tell(f"{100 * options.blend:g} % of the way from {now.title} to what was trained")
            blend(now.folder, trained, out, options.blend)
            card = json.loads((trained / CARD).read_text(encoding="utf-8"))
            card["blend"] = {"way": options.blend, "from": now.adapter}
            (out / CARD).write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
        _count_wording(assembled, out)
    # What a training goes on from is many times larger than what comes out of it.
    for checkpoints in folder.glob("*/checkpoints"):
        shutil.rmtree(checkpoints)
    return out, json.loads((out / CARD).read_text(encoding="utf-8"))


def _trained(assembled: Assembled, options: Options, seed: int, now: Standing, out: Path, tell: Tell) -> None:
    """The supervised training and, where one is wanted, the one on preferences after it."""
    learnt = out.with_name(f"supervised-{seed}") if options.preference else out
    if not (learnt / CARD).is_file():
        _made_again(learnt)
        _supervised(assembled, options, seed, now, learnt, tell)
    if options.preference:
        from training.preference import train_preference

        _made_again(out)
        tell(f"training on {len(assembled.preferences)} preferences ({options.preference})")
        rows = [vars(one) for one in assembled.preferences]
        with redirect_stdout(sys.stderr):
            train_preference(
                options.preference,
                rows,
                base=_weights(options.model),
                start_from=learnt,
                out=out,
                seed=seed,
            )
        (out / CARD).write_bytes((learnt / CARD).read_bytes())


def _made_again(folder: Path) -> None:
    """Take away weights that were written before a training was broken off: without its card nobody knows
    what they are, and a training writes over nothing."""
    (folder / WEIGHTS).unlink(missing_ok=True)


def _supervised(
    assembled: Assembled, options: Options, seed: int, now: Standing, out: Path, tell: Tell
) -> None:
    from training.sft import train

    if not any(one.source == "new" for one in assembled.train):
        raise InputError("There is no new feedback to learn from.")
    gpu = on_gpu()
    minutes = options.minutes if options.minutes is not None else (None if gpu else CPU_MINUTES)
    base = _weights(options.model)
    quantise = not options.model.startswith("embedded") and options.model != "transformers"
    items = mixed(assembled.train, options.share, options.most_repeats)
    spent = _spent(out)
    tell(
        f"training on {len(items)} records"
        + (f" for {minutes:g} minutes" if minutes else f" for {options.epochs:g} epochs")
        + f" under seed {seed}, going on with {now.title}"
    )
    with redirect_stdout(sys.stderr):
        train(
            options.training(seed, gpu=gpu, quantise=quantise and gpu),
            base=base,
            records=[one.record() for one in items],
            out=out,
            minutes=max(minutes - spent / 60, minutes / 10) if minutes else None,
            start_from=now.folder,
            resume=bool(spent),
            workers=options.workers,
            origin={"counts": assembled.counts, "left_out": dict(assembled.left_out)},
        )


def _weights(model: str) -> str:
    """The weights to train on: a GGUF file as it runs, or, for a GPU, the same in full precision."""
    engine, _, argument = model.partition(":")
    if engine == "transformers" and argument and not argument.endswith(".gguf"):
        return argument
    gguf = argument or str(ensure())
    if not on_gpu():
        return gguf
    from cadagent.generation.torch.weights import find_source, folder_of

    # Loads in a second instead of half a minute, and is the same to the last bit.
    return str(folder_of(find_source(gguf)))


def _spent(out: Path) -> float:
    """Seconds that a training that was broken off has had; 0 where there is nothing to go on from."""
    states = sorted(
        (out / "checkpoints").glob("checkpoint-*/trainer_state.json"), key=lambda path: path.stat().st_mtime
    )
    if not states:
        return 0.0
    log = json.loads(states[-1].read_text(encoding="utf-8")).get("log_history", [])
    return float(max((point.get("seconds", 0.0) for point in log), default=0.0)) or 1.0


def _count_wording(assembled: Assembled, out: Path) -> None:
    """Count the words of the requests, so that the drift of later ones can be told."""
    texts = [
        one.request or first_user(one.messages)
        for one in assembled.train
        if one.task in ("generate", "repair", "refuse")
    ]
    write_words(out / WORDING, texts)


def register(
    store: Store, folder: Path, card: dict[str, Any], now: Standing, name: str, both: bool
) -> Adapter:
    """Make a trained adapter known to the store."""
    told: dict[str, Any] = {key: card[key] for key in (*TOLD, "versions") if key in card}
    one = Adapter(
        id=file_sha256(folder / WEIGHTS),
        name=name,
        path=str(folder.resolve()),
        task="both" if both else "generate",
        model=now.model,
        model_hash=now.model_hash,
        parent=now.adapter,
        card=told,
    )
    Adapters(store).register(one)
    return Adapters(store).find(one.id)
