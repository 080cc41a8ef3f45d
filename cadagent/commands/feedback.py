"""``cadagent feedback``: what was recorded and decided, and what goes into training from it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cadagent.errors import ExitCode, InputError
from cadagent.shell import complain, printable, read_text

if TYPE_CHECKING:
    from cadagent.feedback import Attempt, Store

_FILE = click.Path(path_type=Path)
_DB = click.option("--db", type=_FILE, help="Database [default: feedback.db].")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON, one object a line.")
_KINDS = ("accept", "correct", "reject", "skip", "undo")
_FORMATS = ("sft", "messages", "repair", "dpo", "kto", "llama-factory", "runs")


def _examples(*lines: str) -> str:
    return "\n".join(["\b", "Examples:", *(f"  {line}" for line in lines)])


@click.group(epilog=_examples("cadagent feedback list", "cadagent feedback export pairs --format sft"))
def feedback() -> None:
    """What was recorded, what people decided on it, and training data made of that."""


@feedback.command(
    "list",
    epilog=_examples(
        "cadagent feedback list",
        "cadagent feedback list status:valid judged:no plate --limit 50",
        'cadagent feedback list since:2026-11 tag:"wrong size" --json',
    ),
)
@click.argument("words", metavar="[FILTER]...", nargs=-1)
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=20, show_default=True, help="Most runs.")
@_DB
@_JSON
def list_runs(words: tuple[str, ...], limit: int, db: Path | None, as_json: bool) -> None:
    """The latest runs, newest first. FILTER: words of the request, status:, model:, tag:, since:, before:,
    judged: (no, skipped, yes, any).
    """
    from cadagent.feedback.listing import listed

    with open_database(db, write=False) as store:
        rows = listed(store, _filter(words), limit)
    if as_json:
        for row in rows:
            click.echo(json.dumps(asdict(row), ensure_ascii=False))
        return
    for row in rows:
        status = (row.status or "no end").replace("_", " ")
        request = printable(" ".join(row.request.split()))
        request = request if len(request) <= 60 else f"{request[:59]}…"
        click.echo(f"{row.run}  {row.started[:16]}  {status:<15}  {row.verdict or '-':<7}  {request}")


@feedback.command(epilog=_examples("cadagent feedback show last", "cadagent feedback show last --json"))
@click.argument("run")
@_DB
@_JSON
def show(run: str, db: Path | None, as_json: bool) -> None:
    """One run with its attempts, findings, verdicts and corrections; RUN is an id, or `last`."""
    from cadagent.feedback import Decisions

    with open_database(db, write=False) as store:
        run = _run_id(store, run)
        found, attempts = store.run(run), store.attempts(run)
        decisions = Decisions(store)
        history, corrections = decisions.history(run), decisions.corrections(run)
    if as_json:
        data = asdict(found) | {"attempts": [asdict(attempt) for attempt in attempts]}
        data |= {
            "verdicts": [asdict(verdict) for verdict in history],
            "corrections": [asdict(correction) for correction in corrections],
        }
        click.echo(json.dumps(data, ensure_ascii=False))
        return
    adapter = f" with adapter {found.adapter}" if found.adapter else ""
    lines = [f"run {run}", f"request: {found.request}", f"{found.model}{adapter}, started {found.started}"]
    if found.end is not None:
        lines.append(f"{found.end.status.replace('_', ' ')}: {found.end.reason or ''}".rstrip(": "))
    for attempt in attempts:
        lines += _attempt_lines(attempt)
    for verdict in history:
        note = "".join(f", {text}" for text in (*verdict.tags, verdict.note) if text)
        state = " (draft)" if verdict.state == "draft" else ""
        where = f" on attempt {verdict.attempt}" if verdict.attempt is not None else ""
        lines.append(f"{verdict.kind}{state}{where} at {verdict.decided}{note}")
    for correction in corrections:
        lines.append(f"correction of attempt {correction.attempt}:")
        lines += [f"  {line}" for line in correction.diff.splitlines()]
    for line in lines:
        click.echo(printable(line))


def _attempt_lines(attempt: Attempt) -> list[str]:
    verdict = "valid" if attempt.valid else "not valid"
    tokens = f", {attempt.tokens_out} tokens" if attempt.tokens_out is not None else ""
    head = f"attempt {attempt.number} ({attempt.strategy}): {verdict}{tokens}, {attempt.ms / 1000:.1f} s"
    return [head, f"  {attempt.text}", *(f"  - {finding.one_line()}" for finding in attempt.findings)]


@feedback.command(epilog=_examples("cadagent feedback stats", "cadagent feedback stats --json"))
@_DB
@_JSON
def stats(db: Path | None, as_json: bool) -> None:
    """How much there is: runs, verdicts, groups and splits, and rows that each export would have."""
    from cadagent.feedback.counting import counts

    with open_database(db, write=False) as store:
        found = counts(store)
    if as_json:
        click.echo(json.dumps(found))
        return
    for name, value in found.items():
        click.echo(f"{name:<28} {value:,}")


@feedback.command(
    epilog=_examples(
        "cadagent feedback verdict last accept",
        'cadagent feedback verdict last reject --tag "wrong size" --note "twice too wide"',
        "cadagent feedback verdict last correct --design design.json",
        "cadagent feedback verdict last undo",
    )
)
@click.argument("run")
@click.argument("kind", type=click.Choice(_KINDS))
@click.option("--attempt", type=int, help="Which attempt [default: the run's answer].")
@click.option("--design", type=_FILE, help="File with the corrected design, for `correct`.")
@click.option("--tag", "tags", multiple=True, help="Reason of a rejection; several can be given.")
@click.option("--note", default="", help="What else there is to say.")
@click.option("--seconds", type=click.FloatRange(0), default=0.0, help="How long it took to decide.")
@click.option("--draft", is_flag=True, help="Keep it as a draft, which counts for nothing yet.")
@_DB
def verdict(run: str, kind: str, attempt: int | None, db: Path | None, **options: Any) -> ExitCode:
    """Decide on a run: accept, correct, reject or skip it, or undo the last decision; RUN is an id, or
    `last`. Prints the id of the verdict.
    """
    from cadagent.feedback import REASONS, Decisions

    unknown = [tag for tag in options["tags"] if tag not in REASONS]
    if unknown:
        raise InputError(f"{unknown[0]!r} is no reason; known are {', '.join(REASONS)}.")
    if options["tags"] and kind != "reject":
        raise click.UsageError("--tag is the reason of a rejection; nothing else takes it.")
    if (kind == "correct") != (options["design"] is not None):
        raise click.UsageError("`correct` needs --design FILE, and nothing else takes it.")
    if options["draft"] and kind in ("correct", "undo"):
        raise click.UsageError("--draft goes with accept, reject and skip.")
    with open_database(db, write=True) as store:
        run = _run_id(store, run)
        decisions = Decisions(store)
        end = store.run(run).end
        number = attempt if attempt is not None else (end.attempt if end is not None else None)
        if kind == "undo":
            undone = decisions.undo(run, seconds=options["seconds"])
            complain("there is nothing to undo." if undone is None else f"{undone.kind} is undone.")
            return ExitCode.VALID if undone is not None else ExitCode.NO_VALID_DESIGN
        if kind == "correct":
            made = _corrected(decisions, run, number, options)
        else:
            words = {name: options[name] for name in ("seconds", "note", "tags", "draft")}
            made = decisions.decide(run, kind, attempt=number, **words)  # type: ignore[arg-type]
    click.echo(made)
    return ExitCode.VALID


def _corrected(decisions: Any, run: str, number: int | None, options: dict[str, Any]) -> str:
    from cadagent.validation import validate

    if number is None:
        raise InputError("The run has no answer that could be corrected; name one with --attempt.")
    report = validate(read_text(options["design"], str(options["design"])))
    made = decisions.correct(run, number, report, seconds=options["seconds"], note=options["note"])
    return str(made)


@feedback.command(
    "export",
    epilog=_examples(
        "cadagent feedback export pairs --format sft",
        "cadagent feedback export preferences --format dpo --parquet",
        "cadagent feedback export november since:2026-11 before:2026-12 --format kto",
        "cadagent feedback export everything --format runs",
    ),
)
@click.argument("folder", type=_FILE)
@click.argument("words", metavar="[FILTER]...", nargs=-1)
@click.option("--format", "format_", type=click.Choice(_FORMATS), default="sft", show_default=True)
@click.option("--parquet", is_flag=True, help="Parquet instead of JSON lines; needs cadagent[parquet].")
@_DB
def export_rows(folder: Path, words: tuple[str, ...], format_: str, parquet: bool, db: Path | None) -> None:
    """Write training data into FOLDER, which must be new: a file a split, and a manifest; no folder where
    there is nothing to write.

    `runs` writes whole runs, which `import` reads again.
    """
    from cadagent.feedback.export_files import export
    from cadagent.feedback.reviewing import Filter

    wanted = Filter.parse(_line(words))
    if any(word.startswith("judged:") for word in words):
        raise InputError("An export takes what was decided; judged: does not go with it.")
    with open_database(db, write=False) as store:
        kind: Any = "parquet" if parquet else "jsonl"
        manifest = export(store, folder, format_, kind=kind, wanted=wanted)  # type: ignore[arg-type]
    for reason, count in manifest["left_out"].items():
        click.echo(f"left out, {reason}: {count:,}", err=True)
    for name, one in manifest["files"].items():
        click.echo(f"{folder / name}: {one['rows']:,} rows")
    if not manifest["files"]:
        click.echo(_nothing_to_export(format_), err=True)


def _nothing_to_export(format_: str) -> str:
    if format_ == "runs":
        return "nothing to export: nothing has been recorded yet."
    return (
        "nothing to export: no decision fits. `cadagent feedback verdict RUN accept` (or reject, correct) "
        "decides; `cadagent feedback list judged:no` lists what waits."
    )


@feedback.command(
    "import",
    epilog=_examples(
        "cadagent feedback import everything/runs.jsonl", "cadagent feedback import other.db --db mine.db"
    ),
)
@click.argument("file", type=_FILE)
@_DB
def import_runs(file: Path, db: Path | None) -> None:
    """Take in the runs of an export (`--format runs`) or of another database; what is there is skipped, and
    a database that is not there is made.
    """
    from cadagent.feedback.interchange import merge, read_runs

    if not file.exists():
        raise InputError(f"{file} cannot be read: No such file or directory.")
    with open_database(db, write=True, create=True) as store:
        runs, verdicts = merge(store, read_runs(file))
    click.echo(f"{runs:,} new runs, {verdicts:,} new verdicts")


@feedback.command(epilog=_examples("cadagent feedback backup copy.db"))
@click.argument("file", type=_FILE)
@_DB
def backup(file: Path, db: Path | None) -> None:
    """Copy the whole database into FILE, which must be new; others may write meanwhile."""
    from cadagent.feedback.backups import backup as copy

    with open_database(db, write=False) as store:
        size = copy(store, file)
    click.echo(f"{file}: {size:,} bytes")


@feedback.command(epilog=_examples("cadagent feedback verify", "cadagent feedback verify --quick"))
@click.option("--quick", is_flag=True, help="Do not build the accepted designs again.")
@_DB
def verify(quick: bool, db: Path | None) -> ExitCode:
    """Check file, references and hashes, and that each accepted design still validates."""
    from cadagent.feedback.verifying import problems

    with open_database(db, write=False) as store:
        count = 0
        for problem in problems(store, build=not quick, progress=None if quick else _progress()):
            click.echo(printable(problem))
            count += 1
    click.echo(f"{count} problems" if count != 1 else "1 problem", err=True)
    return ExitCode.NO_VALID_DESIGN if count else ExitCode.VALID


def _progress() -> Callable[[int, int], None]:
    def told(done: int, total: int) -> None:
        if done % 100 == 0 or done == total:
            click.echo(f"{done:,} of {total:,} designs", err=True)

    return told


@click.command(
    "feedback", epilog=_examples("cadagent bench feedback", "cadagent bench feedback --runs 1000 --json")
)
@click.option(
    "--runs", type=click.IntRange(1, 1_000_000), default=100_000, show_default=True, help="So many runs."
)
@_JSON
def bench_feedback(runs: int, as_json: bool) -> None:
    """Listing, filtering and exporting with many runs, in a database made for it."""
    from cadagent.feedback.bench import store_figures

    figures = store_figures(runs, lambda line: click.echo(line, err=True))
    if as_json:
        click.echo(json.dumps(figures))
        return
    for name, value in figures.items():
        click.echo(f"{name:<66} {value:,.1f}")


def open_database(db: Path | None, *, write: bool, create: bool = False) -> Store:
    """The database, which must be there unless it may be created: reading a name that is mistyped must not
    make one.
    """
    from cadagent.feedback import open_store
    from cadagent.settings import load_settings

    path = load_settings({"db": db}).db
    if not path.exists() and not create:
        raise InputError(f"There is no database at {path}; --db names the one that is meant.")
    return open_store(path, read_only=not write)


def _run_id(store: Store, run: str) -> str:
    if run != "last":
        return store.run(run).id
    runs = store.runs(limit=1)
    if not runs:
        raise InputError(f"{store.path} has no runs yet.")
    return runs[0].id


def _line(words: tuple[str, ...]) -> str:
    """Words as the shell split them, as one line of a filter."""
    parts = []
    for word in words:
        key, colon, value = word.partition(":")
        parts.append(f'{key}:"{value}"' if colon and " " in value else word)
    return " ".join(parts)


def _filter(words: tuple[str, ...]) -> Any:
    from cadagent.feedback.reviewing import Filter

    line = _line(words)
    return Filter.parse(line if "judged:" in line else f"judged:any {line}")
