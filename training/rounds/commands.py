"""``cadagent round``: rounds of training on feedback, the gate at their end, and which adapter is live."""

from __future__ import annotations

import json
import os
import threading
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cadagent.commands.feedback import open_database
from cadagent.errors import ExitCode, InputError
from cadagent.shell import complain, printable

if TYPE_CHECKING:
    from cadagent.feedback import Store
    from cadagent.feedback.rounds import Round

_FILE = click.Path(path_type=Path)
_DB = click.option("--db", type=_FILE, help="Database [default: feedback.db].")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON, one object a line.")


def _examples(*lines: str) -> str:
    return "\n".join(["\b", "Examples:", *(f"  {line}" for line in lines)])


@click.group(
    epilog=_examples(
        "cadagent round start",
        "cadagent round list",
        "cadagent round status last",
        'cadagent round rollback --reason "people complain"',
    )
)
def round() -> None:
    """Train the adapter on what people decided; a better one goes live by itself."""


@round.command(
    epilog=_examples(
        "cadagent round start",
        "cadagent round start --minutes 60 --cases 500 --workers 2",
        "cadagent round start --synthetic-file train.jsonl --preference dpo",
        "cadagent round start --resume",
    )
)
@click.option("--resume", is_flag=True, help="Go on with the round that was broken off.")
@click.option("--abandon", is_flag=True, help="Give up the round that was broken off, and start none.")
@click.option("--model", help="Whose adapter learns: embedded or transformers:FOLDER [default: embedded].")
@click.option(
    "--minutes", type=click.FloatRange(0.01), help="Training time [default: 3 epochs; 30 without a GPU]."
)
@click.option("--epochs", type=click.FloatRange(0.01), help="Times that each record is seen [default: 3].")
@click.option("--learning-rate", type=click.FloatRange(1e-7, 1e-1), help="Highest rate [default: 3e-4].")
@click.option(
    "--blend",
    type=click.FloatRange(0.01, 1),
    help="How much of the way from the live adapter to the trained one to go [default: 0.75].",
)
@click.option("--share", type=click.FloatRange(0.01, 1), help="Share of new feedback [default: 0.4].")
@click.option("--replay", type=click.IntRange(0), help="Records of earlier feedback [default: 2000].")
@click.option("--synthetic", type=click.IntRange(0), help="Synthetic records [default: 2000].")
@click.option("--synthetic-file", type=_FILE, help="Draw them from this file [default: made anew].")
@click.option("--negatives", type=click.FloatRange(0, 20), help="Hard negatives a new design [default: 1].")
@click.option(
    "--explain", type=click.FloatRange(0, 0.9), help="Learn to explain designs as well, with this share."
)
@click.option("--preference", type=click.Choice(["dpo", "kto"]), help="Train on preferences afterwards.")
@click.option("--frozen", type=_FILE, help="Frozen set of your own, as `cadagent evaluate` reads it.")
@click.option("--cases", type=click.IntRange(1), help="Only the first so many cases of the frozen set.")
@click.option("--control", type=click.IntRange(0), help="Cases that the bare model answers [default: 20].")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), help="Seed of data and training [default: 1].")
@click.option("--seeds", type=click.IntRange(1, 20), help="Trainings under as many seeds [default: 1].")
@click.option("--workers", type=click.IntRange(1, 256), help="Processes [default: one for each core].")
@click.option("--engine", type=click.Choice(["embedded", "transformers"]), help="What measures.")
@_DB
def start(resume: bool, abandon: bool, db: Path | None, **chosen: Any) -> ExitCode:
    """Make a round: gather the data, train, measure old and new adapter, promote if the gate says so.

    Ends with 0 when an adapter was promoted and with 1 when none was. Ctrl-C keeps what is done; --resume
    goes on from there.
    """
    from cadagent.feedback.rounds import Rounds
    from cadagent.settings import load_settings
    from training.rounds import running
    from training.rounds.options import Options

    given = {name: value for name, value in chosen.items() if value is not None}
    if (resume or abandon) and (given or (resume and abandon)):
        raise click.UsageError(
            "--resume and --abandon go with --db alone: the round has its options already."
        )
    settings = load_settings({"db": db})
    with open_database(db, write=True) as store:
        if not (resume or abandon):
            _check_packages()
            given = {name: str(v.absolute()) if isinstance(v, Path) else v for name, v in given.items()}
            options = Options(**{"model": settings.model, "workers": os.cpu_count() or 1, **given})
            id_ = running.begin(store, options)
        else:
            found = running.unfinished(store)
            if found is None:
                raise InputError("No round was broken off.")
            id_ = found.id
            if abandon:
                Rounds(store).finish(id_, "cancelled", "given up")
                complain(f"round {_number(store, id_)} is given up.")
                return ExitCode.VALID
            _check_packages()
        chosen_round = _find(store, id_)
        complain(f"round {_number(store, id_)}, in {running.folder_of(store, id_)}")
        cancel = threading.Event()
        try:
            with _interruptible(cancel):
                ended = running.go_on(store, chosen_round, settings, _tell, cancel)
        except KeyboardInterrupt:
            ended = None
        if ended is None:
            complain("the round is kept as it is; `cadagent round start --resume` goes on with it.")
            raise KeyboardInterrupt
    name = ended.adapter.name if ended.adapter is not None else "no adapter"
    click.echo(printable(f"{ended.status}: {name}; {ended.reason}"))
    return ExitCode.VALID if ended.status == "promoted" else ExitCode.NO_VALID_DESIGN


def _interruptible(cancel: threading.Event) -> AbstractContextManager[None]:
    from training.rounds.interrupting import stopping

    return stopping(cancel)


def _tell(line: str) -> None:
    click.echo(printable(line), err=True)


def _check_packages() -> None:
    from training.commands import check_packages

    check_packages()


@round.command("list", epilog=_examples("cadagent round list", "cadagent round list --json"))
@_DB
@_JSON
def list_rounds(db: Path | None, as_json: bool) -> None:
    """All rounds, oldest first, with how they ended."""
    from cadagent.feedback.rounds import Rounds

    with open_database(db, write=False) as store:
        rounds = Rounds(store).all()
    for number, one in enumerate(rounds, 1):
        if as_json:
            click.echo(json.dumps({"number": number, **asdict(one)}, ensure_ascii=False))
            continue
        status = one.status or "not ended"
        click.echo(
            printable(f"{number}  {one.started[:16]}  {status:<9}  {one.items:>6,} items  {one.reason or ''}")
        )
    if not rounds and not as_json:
        complain("there are no rounds yet; `cadagent round start` makes one.")


@round.command(epilog=_examples("cadagent round status", "cadagent round status 2 --json"))
@click.argument("which", metavar="[ROUND]", default="last")
@_DB
@_JSON
def status(which: str, db: Path | None, as_json: bool) -> None:
    """The live adapter, and what a round was made of, what was measured and what the gate said.

    ROUND is its number, its id, or `last`.
    """
    from cadagent.feedback.adapters import Adapters
    from cadagent.feedback.rounds import Rounds
    from training.rounds.judging import shares
    from training.rounds.telling import lines

    with open_database(db, write=False) as store:
        live = Adapters(store).all_live()
        if not Rounds(store).all():
            data: dict[str, Any] = {"live": [asdict(one) for one in live], "round": None}
        else:
            one = _find(store, which)
            data = {
                "live": [asdict(adapter) for adapter in live],
                "round": {"number": _number(store, one.id), **asdict(one)},
                "card": Rounds(store).card(one.id),
                "measured": shares(store, one.id),
                "adapters": Adapters(store).names(),
            }
    if as_json:
        click.echo(json.dumps(data, ensure_ascii=False))
        return
    for line in lines(data):
        click.echo(printable(line))


@round.command(
    epilog=_examples(
        'cadagent round promote last --reason "the refusal was about refusals, which we do not use"'
    )
)
@click.argument("which", metavar="ROUND")
@click.option("--reason", required=True, help="Why, for those who read the history.")
@_DB
def promote(which: str, reason: str, db: Path | None) -> None:
    """Make the adapter of a round live, whatever the gate said; ROUND is its number, its id, or `last`."""
    from cadagent.feedback.adapters import Adapters

    with open_database(db, write=True) as store:
        one = _find(store, which)
        if one.adapter is None:
            raise InputError(f"Round {_number(store, one.id)} has no adapter that could be promoted.")
        adapters = Adapters(store)
        adapters.promote(one.adapter, reason, one.id)
        click.echo(printable(f"{adapters.find(one.adapter).name} is live"))


@round.command(
    epilog=_examples(
        'cadagent round rollback --reason "people complain"',
        'cadagent round rollback --reason "worse at brackets" --model SmolLM2-135M-Instruct',
    )
)
@click.option("--reason", required=True, help="Why, for those who read the history.")
@click.option("--model", "wanted", help="Model whose adapter goes back, where several have one.")
@_DB
def rollback(reason: str, wanted: str | None, db: Path | None) -> None:
    """Make live again what was live before the last promotion: the same files, and so the same answers."""
    from cadagent.feedback.adapters import Adapters

    with open_database(db, write=True) as store:
        adapters = Adapters(store)
        names = sorted({one.model for one in adapters.all_live()})
        if wanted is None and len(names) != 1:
            raise InputError(
                f"Adapters of {', '.join(names)} are live; name one with --model."
                if names
                else "No adapter was promoted; what ships is live."
            )
        model = wanted or names[0]
        move = adapters.rollback(model, reason)
        now = "what ships with it" if move.adapter is None else adapters.find(move.adapter).name
    click.echo(printable(f"{model}: {now} is live"))


def _find(store: Store, which: str) -> Round:
    """The round with this number or id, or the last one."""
    from cadagent.feedback.rounds import Rounds

    rounds = Rounds(store).all()
    if not rounds:
        raise InputError(f"{store.path} has no rounds yet.")
    if which == "last":
        return rounds[-1]
    for number, one in enumerate(rounds, 1):
        if which in (str(number), one.id):
            return one
    raise InputError(f"There is no round {which[:40]!r}; there are 1 to {len(rounds)}.")


def _number(store: Store, id_: str) -> int:
    from cadagent.feedback.rounds import Rounds

    return [one.id for one in Rounds(store).all()].index(id_) + 1
