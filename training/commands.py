"""``cadagent train``: the command that makes an adapter; torch loads when training begins."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click

from cadagent.errors import ExitCode, InputError
from training.settings import PRESETS, Settings

_FILE = click.Path(path_type=Path)
_PACKAGES = ("torch", "transformers", "peft", "trl", "datasets", "accelerate")


def _settings_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """One option for each field of :class:`Settings`; left out, it is the preset's."""
    for name, value in reversed(asdict(Settings()).items()):
        flag = f"--{name.replace('_', '-')}"
        if isinstance(value, bool):
            option = click.option(f"{flag}/--no-{flag[2:]}", default=None, hidden=True)
        else:
            option = click.option(flag, type=type(value), default=None, hidden=True)
        command = option(command)
    return command


@click.command(
    epilog="\b\nExamples:\n  cadagent train --preset demo --out runs/demo\n"
    "  cadagent train --preset production --base microsoft/Phi-3-mini-4k-instruct --data train.jsonl "
    "--held-out held_out.jsonl --out runs/phi3\n"
    "  cadagent train --preset production --data train.jsonl --out runs/phi3 --resume"
)
@click.option(
    "--preset",
    type=click.Choice([*PRESETS]),
    default="demo",
    show_default=True,
    help="Settings and amount of data.",
)
@click.option(
    "--base", help="Model directory, GGUF file or hub name of an instruct model [default: embedded]."
)
@click.option(
    "--data", type=_FILE, multiple=True, help="Records (.jsonl, also .gz or .xz) [default: made anew]."
)
@click.option("--held-out", type=_FILE, multiple=True, help="Records to measure the loss on.")
@click.option(
    "--out", type=_FILE, help="Folder for the adapter, its card and loss curve [default: runs/PRESET]."
)
@click.option(
    "--evaluation",
    type=_FILE,
    multiple=True,
    help="Prompts (.jsonl or .txt) that no made record may share 8 words with.",
)
@click.option("--resume", is_flag=True, help="Go on from the last checkpoint in --out.")
@click.option("--start-from", type=_FILE, help="Folder of an adapter to go on with, with new data.")
@click.option("--limit", type=click.IntRange(1), help="Use only the first LIMIT records.")
@click.option("--minutes", type=float, help="Train for so long instead of whole epochs.")
@click.option("--max-steps", type=click.IntRange(1), help="Train for so many steps instead of whole epochs.")
@click.option("--targets", multiple=True, help="Layers to adapt [default: every linear layer].")
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True, help="Processes for data.")
@click.option("--show-settings", is_flag=True, help="Print the settings as JSON and end.")
@_settings_options
def train(
    preset: str,
    base: str | None,
    data: tuple[Path, ...],
    held_out: tuple[Path, ...],
    out: Path | None,
    evaluation: tuple[Path, ...],
    limit: int | None,
    workers: int,
    show_settings: bool,
    **options: Any,
) -> ExitCode:
    """Train a LoRA adapter and write it, with its run card and loss curve, to a folder.

    Every setting of a preset has an option of its name, such as `--rank 32`, `--learning-rate 1e-4` or
    `--no-quantise`; `--show-settings` lists them. `accelerate launch "$(command -v cadagent)" train ...`
    runs the same on several GPUs.
    """
    chosen = {name: options.pop(name) for name in asdict(Settings())}
    settings = replace(
        PRESETS[preset].settings, **{name: value for name, value in chosen.items() if value is not None}
    )
    if show_settings:
        click.echo(json.dumps(asdict(settings), indent=1))
        return ExitCode.VALID
    if held_out and not data:
        raise click.UsageError("--held-out goes with --data; without it both are made.")
    if options["resume"] and (options["minutes"] or options["start_from"]):
        raise click.UsageError("--resume goes with neither --minutes nor --start-from.")
    options["targets"] = [*options["targets"]] or None
    out = out or Path("runs") / preset
    check_packages()
    from accelerate import PartialState

    from cadagent.generation.weights import ensure
    from training.making import make_data
    from training.records import read_records, report_of
    from training.sft import train as run

    base = base or str(ensure())
    if not data:
        # One process makes the files, the others find them.
        with PartialState().main_process_first():
            made, apart = make_data(
                PRESETS[preset], out / "data", seed=settings.seed, evaluation=evaluation, workers=workers
            )
        data, held_out = (made,), (apart,)
    origin = {"files": [path.name for path in data], "reports": [report_of(path) for path in data]}
    with _ended_by_sigterm() as stop:
        card = run(
            settings,
            base=base,
            records=read_records(data, limit=limit),
            held_out=read_records(held_out) if held_out else [],
            out=out,
            workers=workers,
            origin=origin,
            stop=stop,
            **options,
        )
    if PartialState().is_main_process:
        if card["stopped"]:
            click.echo(f"note: stopped after step {card['steps']}; what was learned is saved", err=True)
        shown = ("steps", "epochs", "tokens", "seconds", "held_out", "adapter", "answers")
        click.echo(json.dumps({key: card[key] for key in shown if key in card}))
    return ExitCode.VALID


@contextmanager
def _ended_by_sigterm() -> Iterator[threading.Event]:
    """An event that SIGTERM sets, so that a machine that is taken away, or ``timeout``, costs no training."""
    stop = threading.Event()
    before = signal.signal(signal.SIGTERM, lambda *_: stop.set())
    try:
        yield stop
    finally:
        signal.signal(signal.SIGTERM, before)


def check_packages() -> None:
    """Raise InputError, saying how to get them, where packages that train are missing."""
    from importlib.util import find_spec

    missing = [name for name in _PACKAGES if find_spec(name) is None]
    if missing:
        raise InputError(
            f"Training needs {', '.join(missing)}: python -m pip install 'cadagent[train]' "
            "(on a machine without a GPU, torch from its CPU index first)."
        )
