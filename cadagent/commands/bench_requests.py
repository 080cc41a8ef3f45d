"""``cadagent bench requests``: from a request to a checked design with its STEP file, everything warm."""

from __future__ import annotations

import json
import statistics
import time
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from cadagent.errors import ExitCode, InputError

if TYPE_CHECKING:
    from cadagent.generation import Model
    from cadagent.settings import Settings


_WARM_UP = "a 20 mm cube"


@dataclass(frozen=True)
class Timed:
    """Seconds of one request: all of it, and those that the model wrote or read in."""

    seconds: float
    model: float
    status: str


@click.command(
    "requests",
    epilog="\b\nExamples:\n  cadagent bench requests requests.jsonl\n"
    "  cadagent bench requests cadprompt --level measured --json",
)
@click.argument("name", metavar="SET")
@click.option("--model", help="Model; `cadagent models list` names them [default: embedded].")
@click.option("--adapter", help="Adapter by name or folder.")
@click.option("--level", help="Only requests of this level.")
@click.option("--limit", type=click.IntRange(1), help="Only the first so many requests.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as one JSON object.")
def bench_requests(name: str, level: str | None, limit: int | None, as_json: bool, **flags: Any) -> ExitCode:
    """From a request of a SET to a checked design with its STEP file: how long, and how much of it is not the
    model's.

    One request after the other, with model and kernel loaded: another request is answered before them.
    """
    from cadagent.commands.evaluate_sets import load
    from cadagent.generation import ModelSettings, open_model
    from cadagent.kernel import warm
    from cadagent.settings import load_settings

    settings = load_settings(flags)
    requests = [one.text for one in load(name, level, None)[0] if one.expects == "design"][:limit]
    if not requests:
        raise InputError(f"{name} has no requests for a design.")
    warm()
    model = open_model(settings.model, ModelSettings.of(settings))
    try:
        timed(_WARM_UP, model, settings)
        done = []
        for request in requests:
            done.append(timed(request, model, settings))
            click.echo(f"{len(done)} of {len(requests)}  {done[-1].seconds:.2f} s", err=True)
    finally:
        model.close()
    found = figures(done)
    if as_json:
        click.echo(json.dumps(found))
    else:
        for title, value in found.items():
            click.echo(
                f"{title:<36} {value:>9,.3f}" if isinstance(value, float) else f"{title:<36} {value:>9}"
            )
    return ExitCode.VALID


def timed(request: str, model: Model, settings: Settings) -> Timed:
    """Answer a request as ``cadagent run`` does, without a store."""
    from cadagent.agent import AttemptValidated, Finished, run
    from cadagent.results import keep

    seconds, status = 0.0, ""
    with TemporaryDirectory(prefix="cadagent-bench-") as folder:
        begin = time.perf_counter()
        out = Path(folder) / "design"
        with closing(run(request, model=model, settings=settings, keep=partial(keep, folder=out))) as events:
            for event in events:
                if isinstance(event, AttemptValidated):
                    seconds += event.attempt.seconds
                elif isinstance(event, Finished):
                    status = event.status
        whole = time.perf_counter() - begin
    return Timed(whole, seconds, status)


def figures(done: list[Timed]) -> dict[str, float | int]:
    """Seconds of all requests and of those that ended with a valid design, and the share that is not the
    model's."""
    valid = [one.seconds for one in done if one.status == "valid"]
    every = [one.seconds for one in done]
    whole, model = sum(every), sum(one.model for one in done)
    found: dict[str, float | int] = {"requests": len(done), "valid": len(valid)}
    for title, seconds in (("all", every), ("valid", valid)):
        if seconds:
            found[f"{title}, median s"] = statistics.median(seconds)
            found[f"{title}, 95th percentile s"] = sorted(seconds)[round(0.95 * (len(seconds) - 1))]
    found["share that is not the model's"] = 1 - model / whole
    found["median share of a request"] = statistics.median(1 - one.model / one.seconds for one in done)
    return found
