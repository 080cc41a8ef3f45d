"""``cadagent bench engines``: the engines that are here, on the same prompts."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from cadagent.errors import CadAgentError, ExitCode
from cadagent.shell import complain, printable, read_text

if TYPE_CHECKING:
    from cadagent.generation import Message
    from cadagent.generation.bench import Case, Figures

REQUESTS = (
    "A washer, 20 mm outside, 10 mm inside, 2 mm thick",
    "A 40 x 20 x 5 mm plate with four 4 mm holes, 30 x 10 mm apart",
    "A flange 80 mm across and 10 mm thick with six 6 mm holes on a 60 mm bolt circle",
    "A cylinder 30 mm high and 12 mm in diameter with a 3 mm hole along its axis",
)
COLUMNS = {
    "raw": "tokens/s free",
    "held": "tokens/s held",
    "held_of_raw": "held/free",
    "first_token": "first token s",
    "first_answer": "answer s",
    "repair": "repair s",
    "repair_of_first": "repair/answer",
    "rewrite": "rewrite s",
    "rewrite_of_first": "rewrite/answer",
    "cached": "cached",
    "memory": "MiB",
}
_FILE = click.Path(path_type=Path)


@click.command(
    "engines",
    epilog="\b\nExamples:\n  cadagent bench engines\n"
    "  cadagent bench engines --url http://127.0.0.1:8080/v1 --json\n"
    "  cadagent bench engines --phi3-shape",
)
@click.option(
    "--url", "urls", multiple=True, help="Also a server, http://HOST:PORT/v1#NAME; may be repeated."
)
@click.option(
    "--requests", type=_FILE, help="File with one request a line, instead of four that are built in."
)
@click.option(
    "--max-tokens", type=click.IntRange(8, 8192), default=400, show_default=True, help="Of an answer."
)
@click.option(
    "--processor-time", is_flag=True, help="Count this process's processor time: for a machine that is busy."
)
@click.option("--phi3-shape", is_flag=True, help="On a GPU: long contexts and batches in Phi-3-mini's shape.")
@click.option("--quantize", type=click.Choice(["nf4"]), help="Weights of --phi3-shape in 4 bits.")
@click.option("--folder", type=_FILE, help="Keep the random weights of --phi3-shape here.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as one JSON object.")
def bench_engines(
    urls: tuple[str, ...],
    requests: Path | None,
    max_tokens: int,
    processor_time: bool,
    phi3_shape: bool,
    quantize: str | None,
    folder: Path | None,
    as_json: bool,
) -> ExitCode:
    """Tokens a second free and held to the schema, first answer against repair, memory, for each engine.

    The embedded engine always, the transformers engine where PyTorch is installed, and servers that are
    named. An engine that cannot be used is told on standard error.
    """
    if phi3_shape:
        return _phi3(folder, quantize, as_json)
    from cadagent.generation.bench import measure

    texts = REQUESTS if requests is None else _lines(requests)
    rows: dict[str, Figures] = {}
    worst = ExitCode.VALID
    for name in _engines(urls):
        click.echo(f"{name} …", err=True)
        try:
            rows[name] = _measured(name, texts, max_tokens, processor_time, measure)
        except CadAgentError as error:  # the others are measured all the same
            complain(f"{name}: {error}")
            worst = max(worst, error.exit_code)
    if as_json:
        click.echo(json.dumps({name: figures.as_dict() for name, figures in rows.items()}))
    else:
        _table(rows)
    return worst


def _engines(urls: tuple[str, ...]) -> Iterator[str]:
    yield "embedded"
    if find_spec("torch") is not None and find_spec("transformers") is not None:
        yield "transformers"
    yield from urls


def _measured(
    name: str, texts: tuple[str, ...], max_tokens: int, processor_time: bool, measure: Any
) -> Figures:
    from cadagent.design import json_schema
    from cadagent.generation import ModelSettings, open_model

    def notice(line: str) -> None:
        click.echo(f"  {line}", err=True)

    model = open_model(name, ModelSettings(notice=notice))
    clock = time.process_time if processor_time and not name.startswith("http") else time.perf_counter
    try:
        figures: Figures = measure(
            model, _cases(texts), json_schema("reply"), max_tokens=max_tokens, clock=clock
        )
    finally:
        model.close()
    return figures


def _cases(texts: tuple[str, ...]) -> list[Case]:
    from cadagent.agent.fixing import one_operation
    from cadagent.agent.prompts import clean_request, first_prompt, repair_prompt
    from cadagent.design import parse
    from cadagent.generation.bench import Case

    def case(request: str) -> Case:
        def repair(design: str, finding: str) -> list[Message]:
            return repair_prompt(request, design, finding)

        def rewrite(design: str, finding: str) -> tuple[list[Message], dict[str, Any]] | None:
            document = parse(design).document
            if document is None or not document.get("operations"):
                return None
            last = len(document["operations"]) - 1  # where the figure is that was made wrong
            return repair_prompt(request, design, finding, operation=last), one_operation()

        return Case(first_prompt(request), repair, rewrite)

    return [case(clean_request(text)) for text in texts]


def _lines(path: Path) -> tuple[str, ...]:
    return tuple(line for line in read_text(path, str(path)).splitlines() if line.strip())


def _table(rows: dict[str, Figures]) -> None:
    width = max([len(name) for name in rows] + [8])
    click.echo("  ".join([" " * width, *COLUMNS.values()]))
    for name, figures in rows.items():
        values = figures.as_dict()
        cells = [_cell(values[key]).rjust(len(title)) for key, title in COLUMNS.items()]
        click.echo(printable("  ".join([name.ljust(width), *cells])))


def _cell(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _phi3(folder: Path | None, quantize: str | None, as_json: bool) -> ExitCode:
    from cadagent.generation.bench_phi3 import phi3_figures, require_gpu, write_phi3

    def tell(line: str) -> None:
        click.echo(line, err=True)

    require_gpu()
    with TemporaryDirectory(prefix="cadagent-phi3-") as passing:
        tell("writing random weights …")
        where = write_phi3(folder if folder is not None else Path(passing) / "phi3", device="cuda")
        figures = phi3_figures(where, tell, quantize=quantize)
    if as_json:
        click.echo(json.dumps(figures))
        return ExitCode.VALID
    for row in figures["contexts"]:
        click.echo(
            f"{row['tokens']:>9,} tokens: first attempt {row['first']:.2f} s, second {row['retry']:.2f} s "
            f"({row['share']:.1%}), {row['peak_gib']:.1f} GiB"
        )
    batch = figures["batch"]
    click.echo(
        f"{batch['batch']:>9} requests: {batch['together']:,.0f} tokens/s, one {batch['alone']:,.0f} "
        f"({batch['gain']:.1f} x), {batch['peak_gib']:.1f} GiB"
    )
    return ExitCode.VALID
