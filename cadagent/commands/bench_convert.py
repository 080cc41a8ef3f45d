"""``cadagent bench convert``: how long it takes to import a foreign design and write it as STEP."""

from __future__ import annotations

import json
from pathlib import Path

import click

_EPILOG = "\n".join(
    ["\b", "Examples:", "  cadagent bench convert", "  cadagent bench convert part.json --rounds 20 --json"]
)


@click.command("convert", epilog=_EPILOG)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--rounds", type=click.IntRange(1, 1000), default=5, show_default=True, help="Times for each file."
)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as one JSON object.")
def bench_convert(files: tuple[Path, ...], rounds: int, as_json: bool) -> None:
    """Import, build and STEP file of FILES, or of examples of our own, on one core."""
    from cadagent.commands.convert_figures import convert_figures

    figures = convert_figures(files, rounds, lambda line: click.echo(line, err=True))
    if as_json:
        click.echo(json.dumps(figures))
        return
    for name, value in figures.items():
        click.echo(f"{name:<46} {value:,.1f}")
