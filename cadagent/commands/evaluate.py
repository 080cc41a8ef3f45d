"""``cadagent evaluate``: how good a model's answers to a set of requests are."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cadagent.errors import ExitCode, InputError
from cadagent.shell import complain, printable

if TYPE_CHECKING:
    from cadagent.batch import Work
    from cadagent.settings import Settings

T = TypeVar("T")

_FILE = click.Path(path_type=Path)
_FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)
_ELSEWHERE = frozenset(("model", "adapter", "seed", "db", "out", "threads"))
"""Settings that change no answer, or that a run's record holds in other words."""
_RESULTS = click.Path(path_type=Path, exists=True)


def _examples(*lines: str) -> str:
    return "\n".join(["\b", "Examples:", *(f"  {line}" for line in lines)])


class _Evaluations(click.Group):
    """A group whose commands may be left out: any other word is the set to be evaluated."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in self.commands:
            args = ["set", *args]
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        # An option before the set belongs to it, and not to the group, which has none but its help.
        if args and args[0].startswith("-") and args[0] not in ("-h", "--help"):
            args = ["set", *args]
        return super().parse_args(ctx, args)


@click.group(
    "evaluate",
    cls=_Evaluations,
    epilog=_examples(
        "cadagent evaluate requests.jsonl --first-pass-only --out measured",
        "cadagent evaluate cadprompt --level measured --limit 10",
        "cadagent evaluate report measured",
        "cadagent evaluate compare before after",
    ),
)
def evaluate() -> None:
    """Answer a SET of requests and measure the answers, each figure with its 95 % interval.

    SET is a JSON-lines file, or one of cadprompt, query2cad and text2cad in the folder that CADAGENT_DATA
    names.
    `cadagent evaluate set --help` lists the options.
    """


@evaluate.command(
    "set",
    epilog=_examples(
        "cadagent evaluate set requests.jsonl",
        "cadagent evaluate set requests.jsonl --first-pass-only --out measured --json",
    ),
)
@click.argument("name", metavar="SET")
@click.option("--model", help="Model; `cadagent models list` names them [default: embedded].")
@click.option("--adapter", help="Adapter by name or folder, `none` for the bare model.")
@click.option("--seeds", type=click.IntRange(1, 100), default=1, show_default=True,
              help="So many seeds, from the setting's own upwards.")  # fmt: skip
@click.option("--first-pass-only", is_flag=True, help="One attempt, and no loop after it.")
@click.option("--level", help="Only requests of this level.")
@click.option("--limit", type=click.IntRange(1), help="Only the first so many requests.")
@click.option(
    "--truths", type=_FILE, help="JSON lines: by `id` or `line` of requests, `assert` or a right `design`."
)
@click.option("--out", type=_FILE, help="Folder; goes on there where it stopped [default: a new one].")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object.")
def evaluate_set(
    name: str,
    seeds: int,
    first_pass_only: bool,
    level: str | None,
    limit: int | None,
    truths: Path | None,
    out: Path | None,
    workers: int,
    as_json: bool,
    **flags: Any,
) -> ExitCode:
    """Answer a SET of requests; rows, report, table and picture go to a folder."""
    from cadagent.commands import evaluate_files as files
    from cadagent.commands.evaluate_sets import load
    from cadagent.commands.evaluate_tasks import answer
    from cadagent.results import new_folder
    from cadagent.settings import load_settings

    settings = load_settings({**flags, "max_attempts": 1 if first_pass_only else None})
    requests, digest = load(name, level, truths)
    requests = requests[:limit]
    run = _run(name, digest, level, truths, len(requests), seeds, settings)
    folder = out if out is not None else new_folder(Path("evaluations"))
    rows = files.begin(folder, run)
    done = {(row["id"], row["seed"]) for row in rows}
    items = [(one, settings.seed + number) for number in range(seeds) for one in requests]
    waiting = [item for item in items if (item[0].id, item[1]) not in done]
    click.echo(f"{len(items)} answers wanted, {len(items) - len(waiting)} there, in {folder}", err=True)
    _answer(folder, waiting, answer, len(items), settings, workers)
    rows = files.rows_of(folder)
    report = files.conclude(folder, rows, _title(run))
    _told(folder, report, rows, as_json)
    return ExitCode.VALID


def _run(
    name: str,
    digest: str,
    level: str | None,
    truths: Path | None,
    count: int,
    seeds: int,
    settings: Settings,
) -> dict[str, Any]:
    """What is evaluated and how, so that the same figures can be had again."""
    from dataclasses import asdict

    from cadagent import __version__
    from cadagent.agent.prompts import PROMPT_VERSION
    from cadagent.batch import model_of
    from cadagent.design import language_hash
    from cadagent.evaluation.comparison import SECONDS

    run = {
        "set": name,
        "set_sha256": digest,
        "level": level,
        "truths": str(truths) if truths is not None else None,
        "requests": count,
        "seeds": [settings.seed + number for number in range(seeds)],
        "model": asdict(model_of(settings).identify(settings.adapter)),
        "settings": {key: value for key, value in asdict(settings).items() if key not in _ELSEWHERE},
        "comparison_seconds": SECONDS,
        "version": __version__,
        "language": language_hash(),
        "prompt_version": PROMPT_VERSION,
    }
    plain: dict[str, Any] = json.loads(json.dumps(run))  # as it is read again
    return plain


def _answer(
    folder: Path, waiting: Sequence[T], work: Work[T], total: int, settings: Settings, workers: int
) -> None:
    """Do what is waiting, adding each row as it comes."""
    from cadagent.batch import results
    from cadagent.commands import evaluate_files as files
    from cadagent.console import interruptible

    done = total - len(waiting)
    cancel = threading.Event()
    with interruptible(cancel):
        for row in results(waiting, work, settings, min(workers, len(waiting)), cancel):
            files.append(folder, row)
            done += 1
            click.echo(printable(f"{done} of {total}  {row['id']}  {_words(row)}"), err=True)
    if cancel.is_set():
        complain(f"{done} of {total} are done; the same command with --out {folder} goes on from there.")
        raise KeyboardInterrupt


def _words(row: dict[str, Any]) -> str:
    """How an answer came out, in a word or two."""
    final = row["final"]
    told: list[str] = [row["status"]]
    if final["iou"] is not None:
        told.append(f"IoU {final['iou']:.3f}")
    if final["unmet"] is not None:
        told.append("assertions met" if not final["unmet"] else f"{len(final['unmet'])} assertions not met")
    return f"{', '.join(told)}, {final['seconds']:.1f} s"


def _title(run: dict[str, Any]) -> str:
    model = run["model"]
    adapter = f" with {model['adapter']}" if model["adapter"] else ""
    level = f", {run['level']}" if run["level"] else ""
    return f"{Path(run['set']).name}{level}: {model['model']}{adapter}"


def _told(folder: Path, report: dict[str, Any], rows: list[dict[str, Any]], as_json: bool) -> None:
    from cadagent.commands import evaluate_files as files
    from cadagent.evaluation.report import lines

    if as_json:
        click.echo(json.dumps({"folder": str(folder), **report}, ensure_ascii=False))
        return
    for line in lines(rows):
        click.echo(printable(line))
    click.echo(
        f"report, table and picture in {folder} ({files.REPORT}, {files.TABLE}, {files.CHART})", err=True
    )


@evaluate.command(
    "answers",
    epilog=_examples("cadagent evaluate answers requests.jsonl answers.jsonl --out measured"),
)
@click.argument("name", metavar="SET")
@click.argument("given", metavar="ANSWERS", type=_FILE)
@click.option("--level", help="Only requests of this level.")
@click.option("--truths", type=_FILE, help="As for `set`.")
@click.option("--out", type=_FILE, help="Folder; goes on there where it stopped [default: a new one].")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object.")
def evaluate_answers(
    name: str,
    given: Path,
    level: str | None,
    truths: Path | None,
    out: Path | None,
    workers: int,
    as_json: bool,
) -> ExitCode:
    """Measure answers to a SET that something else has written; no model is asked.

    ANSWERS are JSON lines with `id` and `text`, and, where they are known, `finished`, `tokens` and
    `seconds`.
    """
    from cadagent import __version__
    from cadagent.commands import evaluate_files as files
    from cadagent.commands.evaluate_sets import load
    from cadagent.commands.evaluate_tasks import judge_given, read_given
    from cadagent.generation.weights import file_sha256
    from cadagent.results import new_folder
    from cadagent.settings import load_settings

    requests, digest = load(name, level, truths)
    found = read_given(given)
    items = [(one, found[one.id]) for one in requests if one.id in found]
    if not items:
        raise InputError(f"{given} answers no request of {name}: no id stands in both.")
    run = {
        "set": name,
        "set_sha256": digest,
        "level": level,
        "truths": str(truths) if truths is not None else None,
        "requests": len(items),
        "seeds": [0],
        "model": {"model": given.name, "weights_sha256": file_sha256(given), "adapter": None},
        "version": __version__,
    }
    folder = out if out is not None else new_folder(Path("evaluations"))
    done = {row["id"] for row in files.begin(folder, run)}
    waiting = [item for item in items if item[0].id not in done]
    left_out = len(requests) - len(items)
    click.echo(f"{len(items)} answers, {left_out} requests without one, in {folder}", err=True)
    _answer(folder, waiting, judge_given, len(items), load_settings({}), workers)
    rows = files.rows_of(folder)
    _told(folder, files.conclude(folder, rows, _title(run)), rows, as_json)
    return ExitCode.VALID


@evaluate.command(
    "report",
    epilog=_examples(
        "cadagent evaluate report measured", "cadagent evaluate report measured --judge-again --json"
    ),
)
@click.argument("folder", type=_FOLDER)
@click.option("--judge-again", is_flag=True, help="Validate, build and measure the answers anew first.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object.")
def evaluate_report(folder: Path, judge_again: bool, as_json: bool) -> ExitCode:
    """Work out the figures of an evaluation again from its rows; no model is asked."""
    from cadagent.commands import evaluate_files as files

    run, rows = files.run_of(folder), files.rows_of(folder)
    if not rows:
        raise InputError(f"{folder} holds no results yet.")
    if judge_again:
        rows = _judged_again(run, rows)
        files.rewrite(folder, rows)
    _told(folder, files.conclude(folder, rows, _title(run)), rows, as_json)
    return ExitCode.VALID


def _judged_again(run: dict[str, Any], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    from cadagent.commands.evaluate_sets import load
    from cadagent.commands.evaluate_tasks import judged_again

    truths = Path(run["truths"]) if run["truths"] else None
    by_id = {one.id: one for one in load(run["set"], run["level"], truths)[0]}
    renewed = []
    for number, row in enumerate(rows, 1):
        if row["id"] not in by_id:
            raise InputError(f"{run['set']} no longer holds the request {row['id']!r}.")
        renewed.append(judged_again(row, by_id[row["id"]]))
        click.echo(printable(f"{number} of {len(rows)}  {row['id']}  {_words(renewed[-1])}"), err=True)
    return renewed


@evaluate.command("compare", epilog=_examples("cadagent evaluate compare before after"))
@click.argument("first", metavar="A", type=_RESULTS)
@click.argument("second", metavar="B", type=_RESULTS)
@click.option("--json", "as_json", is_flag=True, help="Print the differences as one JSON object.")
def evaluate_compare(first: Path, second: Path, as_json: bool) -> ExitCode:
    """Compare two evaluations (folders or files of results) on the requests that both answered.

    A difference of shares comes with McNemar's exact probability and a bootstrap interval.
    """
    from cadagent.commands import evaluate_files as files
    from cadagent.evaluation.figures import PHASES
    from cadagent.evaluation.paired import differences, matched
    from cadagent.evaluation.report import difference_words, paired_words

    pairs = matched(files.rows_of(first), files.rows_of(second))
    if not pairs:
        raise InputError(f"{first} and {second} share no request under the same seed.")
    data: dict[str, Any] = {"pairs": len(pairs)}
    told = [f"{len(pairs)} answers to the same requests, {second} against {first}"]
    for phase in PHASES:
        tests, numbers = differences(pairs, phase)
        data[phase] = {
            **{test.name: test.as_dict() for test in tests},
            **{name: {"value": one.value, "low": one.low, "high": one.high} for name, one in numbers.items()},
        }
        told.append("first pass" if phase == "first" else "after the loop")
        told += [f"  {test.name:<14}{paired_words(test)}" for test in tests]
        told += [f"  {name:<14}{difference_words(one)}" for name, one in numbers.items()]
    if as_json:
        click.echo(json.dumps(data, ensure_ascii=False))
        return ExitCode.VALID
    for line in told:
        click.echo(line)
    return ExitCode.VALID
