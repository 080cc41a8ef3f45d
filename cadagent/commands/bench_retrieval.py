"""``cadagent bench retrieval``: speed of a large example library."""

from __future__ import annotations

import json
from pathlib import Path

import click

_EPILOG = "\n".join(
    [
        "\b",
        "Examples:",
        "  cadagent bench retrieval",
        "  cadagent bench retrieval --examples 2000 --queries 50 --json",
    ]
)


@click.command("retrieval", epilog=_EPILOG)
@click.option(
    "--examples",
    "count",
    type=click.IntRange(1, 10_000_000),
    default=100_000,
    show_default=True,
    help="Examples in the library.",
)
@click.option("--queries", type=click.IntRange(1, 100_000), default=300, show_default=True, help="Requests.")
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path),
    help="JSON lines of synthetic pairs to fill it with [default: the curated pairs, varied].",
)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as one JSON object.")
def bench_retrieval(count: int, queries: int, source: Path | None, as_json: bool) -> None:
    """Building the index of an example library, searching it, and choosing from it."""
    from cadagent.retrieval.bench import retrieval_figures

    figures = retrieval_figures(count, queries, source, lambda line: click.echo(line, err=True))
    if as_json:
        click.echo(json.dumps(figures))
        return
    for name, value in figures.items():
        click.echo(f"{name:<46} {value:,.1f}")
