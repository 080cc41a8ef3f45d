"""``cadagent convert``: designs from one format to another, one file or a whole folder."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import click

from cadagent.commands.conversion import (
    Job,
    check_target,
    convert_one,
    ending,
    read_source,
    target_of,
    write_target,
)
from cadagent.commands.designs import Design
from cadagent.errors import BuildError, ExitCode, InputError
from cadagent.exports import FORMATS
from cadagent.interop import FORMATS as SOURCES
from cadagent.interop import JSON_TARGETS, needs_kernel
from cadagent.shell import complain, printable

_FILE = click.Path(path_type=Path)
_EPILOG = "\n".join(
    [
        "\b",
        "Formats that are read (by content):",
        "  cad-json        CAD JSON: compact, canonical or resolved",
        "  deepcad         DeepCAD JSON",
        "  fusion-gallery  Fusion 360 Gallery reconstruction JSON",
        "  minimal         minimal JSON of Text2CAD and CADmium",
        "",
        "\b",
        "Formats that are written:",
        *(f"  {name:<9} .json        {about}" for name, about in JSON_TARGETS.items()),
        *(f"  {item.name:<9} {', '.join(item.suffixes):<12} {item.about}" for item in FORMATS.values()),
        "",
        "\b",
        "Examples:",
        "  cadagent convert design.json part.json --to deepcad",
        "  cadagent convert design.json part.step",
        "  cadagent convert --batch designs converted --to canonical",
    ]
)


@click.command("convert", epilog=_EPILOG)
@click.argument("source", metavar="IN", type=_FILE)
@click.argument("out", metavar="OUT", type=_FILE)
@click.option("--from", "format", type=click.Choice(SOURCES), help="Format of IN, whatever it looks like.")
@click.option(
    "--to", type=click.Choice([*JSON_TARGETS, *FORMATS]), help="Format of OUT, whatever its ending."
)
@click.option("--batch", is_flag=True, help="IN and OUT are folders: convert every .json file in IN.")
@click.option("--workers", type=click.IntRange(1, 256), help="Processes of a batch [default: one a core].")
def convert(
    source: Path, out: Path, format: str | None, to: str | None, batch: bool, workers: int | None
) -> ExitCode:
    """Convert the design in IN to the format of OUT. Nothing is ever written over."""
    if batch:
        return _batch(source, out, format, to or "compact", workers or os.cpu_count() or 1)
    if workers is not None:
        raise click.UsageError("--workers goes with --batch.")
    target = target_of(out, to)
    check_target(out)
    in_worker = target in FORMATS or needs_kernel(target)
    if in_worker:
        from cadagent.kernel import warm

        warm()  # the kernel loads in its own process while the design is checked here
    design = read_source(source, format)
    for note in design.notes:
        complain(f"{source}: {note}")
    try:
        if in_worker:
            lost = _in_worker(design, out, target)
        else:
            lost = write_target(design, out, target)
    except BuildError as error:
        raise BuildError(f"{source}: {error}") from error
    for note in lost:
        complain(f"{out}: {note}")
    click.echo(printable(str(out)))
    return ExitCode.VALID


def _in_worker(design: Design, out: Path, target: str) -> tuple[str, ...]:
    from cadagent.kernel import call_many

    arguments = [(design, out.absolute(), target)]
    return call_many(write_target, arguments, [f"{out}: converting to {target}"])[0]


def _batch(source: Path, out: Path, format: str | None, to: str, workers: int) -> ExitCode:
    """Convert a folder; a line on standard error for each file that failed or lost something."""
    from cadagent.kernel import call_each, warm

    if not source.is_dir():
        raise InputError(f"{source} is no folder")
    _make_folder(out)
    began = time.perf_counter()
    jobs, refused, others = _jobs(source, out, format, to)
    if jobs:
        warm(workers)
    converted = 0
    arguments, words = [(job,) for job in jobs], ["converting"] * len(jobs)
    for job, done in zip(jobs, call_each(convert_one, arguments, words, workers=workers), strict=True):
        problem = str(done) if isinstance(done, InputError) else done.problem
        lines = [problem] if problem is not None else []
        if not isinstance(done, InputError):
            lines += done.notes
        for line in lines:
            complain(f"{job.name}: {line}")
        converted += problem is None
    seconds = time.perf_counter() - began
    failed = refused + len(jobs) - converted
    speed = f", {converted / seconds:.0f} a second" if converted else ""
    more = f"; {others} files that are no .json left alone" if others else ""
    click.echo(
        printable(
            f"{converted} of {converted + failed} converted to {to} in {out} ({seconds:.1f} s{speed}){more}"
        ),
        err=True,
    )
    return ExitCode.NO_VALID_DESIGN if failed else ExitCode.VALID


def _jobs(source: Path, out: Path, format: str | None, to: str) -> tuple[list[Job], int, int]:
    """What is to be done; how many files are refused (each is told), and how many are of another kind."""
    jobs: list[Job] = []
    refused = others = 0
    claimed: set[Path] = set()
    for path in _files(source):
        name = path.relative_to(source)
        if path.suffix.lower() != ".json":
            others += 1
            continue
        try:
            if path.is_symlink() or not path.is_file():
                raise InputError("this is a link or no file; only files of the folder itself are converted")
            target = _inside(out, name, ending(to))
            if target in claimed:
                raise InputError(f"another file of the batch becomes {target.name} already")
            _make_folder(target.parent)
        except InputError as error:
            complain(f"{name}: {error}")
            refused += 1
            continue
        claimed.add(target)
        jobs.append(Job(str(name), path.absolute(), target, format, to))
    return jobs, refused, others


def _files(folder: Path) -> Iterator[Path]:
    """All files of a folder and its own subfolders in a fixed order; links to folders are not followed."""
    for root, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files):
            yield Path(root) / name


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder} cannot be made: {error.strerror or error}") from error


def _inside(folder: Path, name: Path, suffix: str) -> Path:
    """Where a file of the batch goes, absolute and within the folder of results.

    Raises:
        InputError: its name, or a link in the folder of results, leads elsewhere.
    """
    for part in name.parts:
        if part in ("..", "") or any(c in "\\:" or ord(c) < 32 or ord(c) == 127 for c in part):
            raise InputError(f"the name {part!r} is not taken over: it may lead out of {folder}")
    target = (folder / name).with_suffix(suffix)
    home = folder.resolve()
    if not target.resolve().is_relative_to(home):
        raise InputError(f"{target} leads out of {folder}")
    return target.absolute()
