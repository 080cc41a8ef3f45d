"""``cadagent bench loop``: each strategy of the loop on and off, on the same requests and seeds."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cadagent.errors import ExitCode, InputError

if TYPE_CHECKING:
    from cadagent.agent import Attempt
    from cadagent.evaluation.judging import Request
    from cadagent.generation.remembered import RememberedModel
    from cadagent.settings import Settings

FIRST, SAMPLING = "first pass", "sampling"
COMPARED = "second opinions, explained and compared"
_SAMPLES = 8
_OPINIONS = 3
_EXPLAINS = "embedded"
"""The model that an adapter which explains designs ships for."""
_EVERY = ("prune", "repair", "rewrite", "step")
ROWS, ANSWERS = "rows.jsonl", "answers"
_FILE = click.Path(path_type=Path)


def configurations(settings: Settings) -> dict[str, Settings]:
    """The settings of each configuration by name; what they share comes from ``settings``."""

    def of(strategies: tuple[str, ...], opinions: int = 0) -> Settings:
        return replace(settings, strategies=strategies, opinions=opinions)

    compared = replace(of((), _OPINIONS), compare=True)
    return {
        FIRST: replace(settings, max_attempts=1),
        SAMPLING: replace(of((), _SAMPLES - 1), max_attempts=_SAMPLES),
        "as set": settings,
        **{f"{name} alone": of((name,)) for name in _EVERY},
        "second opinions alone": of((), _OPINIONS),
        **({COMPARED: compared} if settings.model == _EXPLAINS else {}),
        "everything": of(_EVERY, _OPINIONS),
        **{
            f"everything but {name}": of(tuple(one for one in _EVERY if one != name), _OPINIONS)
            for name in _EVERY
        },
        "everything but second opinions": of(_EVERY),
        "everything, with examples": replace(of(_EVERY, _OPINIONS), examples=2),
    }


@click.command(
    "loop",
    epilog="\b\nExamples:\n  cadagent bench loop requests.jsonl --out ablation\n"
    "  cadagent bench loop cadprompt --level measured --seeds 3 --out ablation",
)
@click.argument("name", metavar="SET")
@click.option("--out", type=_FILE, required=True, help="Folder; goes on there where it stopped.")
@click.option("--model", help="Model; `cadagent models list` names them [default: embedded].")
@click.option("--adapter", help="Adapter by name or folder.")
@click.option("--seeds", type=click.IntRange(1, 100), default=1, show_default=True)
@click.option("--level", help="Only requests of this level.")
@click.option("--limit", type=click.IntRange(1), help="Only the first so many requests.")
@click.option("--only", multiple=True, help="Only this configuration (and the first pass); may be repeated.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes.")
@click.option("--json", "as_json", is_flag=True, help="Print the table as one JSON object.")
def bench_loop(
    name: str,
    out: Path,
    seeds: int,
    level: str | None,
    limit: int | None,
    only: tuple[str, ...],
    workers: int,
    as_json: bool,
    **flags: Any,
) -> ExitCode:
    """Answer a SET of requests with each strategy of the loop on and off; see docs/loop.md.

    Answers of the model are kept in the folder, so that configurations share what they have in common.
    """
    from cadagent.batch import results
    from cadagent.commands.evaluate_sets import load
    from cadagent.console import interruptible
    from cadagent.evaluation.ablation import markdown, table
    from cadagent.settings import load_settings

    settings = load_settings(flags)
    configs = configurations(settings)
    for unknown in (one for one in only if one not in configs):
        raise InputError(f"There is no configuration {unknown!r}; there are {', '.join(configs)}.")
    chosen = [title for title in configs if not only or title in (*only, FIRST)]
    requests = [one for one in load(name, level, None)[0] if one.expects == "design"][:limit]
    (out / ANSWERS).mkdir(parents=True, exist_ok=True)
    rows = _rows(out / ROWS)
    done = {(row["config"], row["id"], row["seed"]) for row in rows}
    todo = {
        request.id: [
            (title, seed)
            for title in chosen
            for seed in range(seeds)
            if (title, request.id, seed) not in done
        ]
        for request in requests
    }
    tasks = [Task(one, tuple(todo[one.id]), out / ANSWERS) for one in requests if todo[one.id]]
    ended = len(requests) - len(tasks)
    cancel = threading.Event()
    with interruptible(cancel):
        for result in results(tasks, answer_all, settings, min(workers, len(tasks)), cancel):
            rows += result["rows"]
            with (out / ROWS).open("a", encoding="utf-8") as file:
                file.writelines(json.dumps(row) + "\n" for row in result["rows"])
            ended += 1
            click.echo(f"{ended} of {len(requests)} requests", err=True)
    if cancel.is_set():
        raise KeyboardInterrupt
    # In the order of the configurations, whichever request was done first.
    wanted = [row for title in chosen for row in rows if row["config"] == title]
    lines = table(wanted, FIRST, SAMPLING)
    if as_json:
        click.echo(json.dumps([line.as_dict() for line in lines]))
    else:
        click.echo(markdown(lines))
    return ExitCode.VALID


@dataclass(frozen=True)
class Task:
    """A request under all configurations and seeds that have not answered it yet.

    Attributes:
        todo: names of the configurations, each with a seed.
        folder: keeps what the model answered and how that was judged, a file a request.
    """

    request: Request
    todo: tuple[tuple[str, int], ...]
    folder: Path


def answer_all(task: Task, settings: Settings, cancel: threading.Event) -> dict[str, Any]:
    """The rows of one request; what its configurations have in common is asked for and judged once."""
    from cadagent.batch import model_of
    from cadagent.generation.remembered import RememberedModel

    name = sha256(task.request.id.encode()).hexdigest()[:16]
    model = RememberedModel(model_of(settings), task.folder / f"{name}.jsonl")
    judge = _Judge(task.folder / f"{name}.judged.jsonl")
    configs = configurations(settings)
    rows: list[dict[str, Any]] = []
    for title, seed in task.todo:
        chosen = replace(configs[title], seed=settings.seed + seed)
        row = _answered(task.request, model, chosen, judge, cancel)
        if cancel.is_set():
            return {"status": "interrupted"}
        rows.append({"config": title, "id": task.request.id, "seed": seed, **row})
    return {"status": "done", "rows": rows}


def _rows(path: Path) -> list[dict[str, Any]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        return [json.loads(line) for line in lines]
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read: {error}") from error


def _answered(
    request: Request, model: RememberedModel, settings: Settings, judge: _Judge, cancel: threading.Event
) -> dict[str, Any]:
    """One request under one configuration: its attempts, of which at least the best is judged."""
    from cadagent.agent import AttemptValidated, run

    attempts: list[Attempt] = []
    before = model.seconds
    for event in run(request.text, model=model, settings=settings, cancel=cancel):
        if isinstance(event, AttemptValidated):
            attempts.append(event.attempt)
    if not attempts:  # refused or asked about before any model was
        nothing = {"rank": [True], "valid": False, "iou": 0.0, "held": [0, 1], "tokens": 0}
        return {"words": len(request.text.split()), "attempts": [nothing], "seconds": 0.0}
    best = min(attempts, key=lambda one: one.rank())
    every = settings.strategies == ()
    return {
        "words": len(request.text.split()),
        "attempts": [
            {
                "strategy": one.strategy,
                "rank": list(one.rank()),
                "tokens": one.tokens_out,
                **(judge(request, one) if every or one is best else {"valid": one.valid, "iou": None}),
            }
            for one in attempts
        ],
        "seconds": round(model.seconds - before, 3),
    }


class _Judge:
    """Agreement of attempts with what is known of the part; each text of a request is judged once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known = {(row["id"], row["text"]): row["judged"] for row in _rows(path)}

    def __call__(self, request: Request, attempt: Attempt) -> Mapping[str, Any]:
        from cadagent.commands.evaluate_sets import minimal_of
        from cadagent.evaluation.judging import judged

        key = (request.id, attempt.text)
        if key not in self._known:
            whole = attempt.finish == "stop"
            found = judged(attempt.report, request.text, request.truth, minimal_of, whole=whole)
            figures = found["requirements"]
            judgement = {
                "valid": found["valid"],
                "iou": found["iou"],
                "held": [figures["held"], figures["unmet"]],
            }
            self._known[key] = judgement
            with self._path.open("a", encoding="utf-8") as file:
                row = {"id": request.id, "text": attempt.text, "judged": judgement}
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
        return self._known[key]
