"""``cadagent measure`` and ``cadagent show``: figures and picture of a design, a STEP or an STL file."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cadagent.errors import ExitCode
from cadagent.shell import MAX_BYTES, complain, printable, read_text

if TYPE_CHECKING:
    from cadagent.evaluation.references import Measured
    from cadagent.kernel import Mesh
    from cadagent.validation import Report

_FILE = click.Path(path_type=Path)


def _examples(*lines: str) -> str:
    return "\n".join(["\b", "Examples:", *(f"  {line}" for line in lines)])


@click.command(
    epilog=_examples(
        "cadagent measure design.json", "cadagent measure design.json --json", "cadagent measure part.step"
    )
)
@click.argument("file", type=_FILE)
@click.option("--json", "as_json", is_flag=True, help="Print everything measured as one JSON object.")
def measure(file: Path, as_json: bool) -> ExitCode:
    """Measure a solid: box, volume, area, faces, holes, bodies.

    FILE is a design (CAD JSON or a foreign format), a STEP or an STL file.
    """
    found = _measured(file)
    if found is None:
        return ExitCode.NO_VALID_DESIGN
    if as_json:
        click.echo(json.dumps(found.figures, ensure_ascii=False))
        return ExitCode.VALID
    for line in found.lines:
        click.echo(printable(line))
    return ExitCode.VALID


@click.command(
    epilog=_examples(
        "cadagent show design.json", "cadagent show design.json --azimuth 30", "cadagent show part.step"
    )
)
@click.argument("file", type=_FILE)
@click.option("--azimuth", type=float, default=-60.0, show_default=True, help="View direction, in degrees.")
@click.option("--elevation", type=float, default=30.0, show_default=True, help="View height, in degrees.")
def show(file: Path, azimuth: float, elevation: float) -> ExitCode:
    """Draw a solid in the terminal.

    FILE is a design (CAD JSON or a foreign format), a STEP or an STL file.
    """
    found = _measured(file)
    if found is None:
        return ExitCode.NO_VALID_DESIGN
    draw(found.mesh, azimuth=azimuth, elevation=elevation)
    return ExitCode.VALID


def draw(mesh: Mesh, **view: float) -> None:
    """The picture of a mesh on standard output, as large and as coloured as that allows."""
    from cadagent.console import picture_size, wants_color
    from cadagent.kernel import render

    columns, rows = picture_size()
    click.echo(render(mesh, columns, rows, color=wants_color(sys.stdout), **view), color=True)


def checked(path: Path, request: str | None = None) -> Report:
    """The report of a file of CAD JSON, with its solid.

    Raises:
        InputError: the file cannot be read.
    """
    from cadagent.validation import validate

    return validate(read_text(path, str(path)), request=request, mesh=True)


def not_valid(path: Path, report: Report) -> ExitCode:
    """Tell why a design that must be valid is not."""
    for finding in report.findings:
        complain(f"{path}: {finding.one_line()}")
    if report.reply is not None:
        complain(f"{path} is an answer without a design.")
    return ExitCode.NO_VALID_DESIGN


def _measured(path: Path) -> Measured | None:
    """The solid in a file; None, and it is told, where a document of CAD JSON is not valid."""
    from cadagent.commands.designs import read, solid_kind
    from cadagent.evaluation.comparison import Source
    from cadagent.evaluation.references import Measured, measure_source
    from cadagent.kernel import warm

    warm()  # the kernel loads in its own process while the file is looked at here
    kind = solid_kind(path)
    if kind is not None:
        return measure_source(Source(str(path), kind, path=path.resolve()))
    if path.stat().st_size <= MAX_BYTES:  # larger files are no documents of CAD JSON
        report = checked(path)
        if report.valid and report.result is not None and report.result.measurement is not None:
            assert report.result.mesh is not None  # asked for
            return Measured.exactly(report.result.measurement, report.result.mesh)
        if not _is_foreign(report):
            not_valid(path, report)
            return None
    design = read(path)
    for note in design.notes:
        complain(f"{path}: {note}")
    return measure_source(Source(str(path), "design", resolved=design.resolved))


def _is_foreign(report: Report) -> bool:
    """Whether the document that was checked is of a foreign format, or a resolved design."""
    from cadagent.interop import detect

    document = report.document or {}
    return detect(document) not in (None, "cad-json") or document.get("form") == "resolved"
