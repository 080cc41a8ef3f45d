"""``cadagent examples``: the library of requests with designs, from which prompts take their examples."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cadagent.errors import ExitCode, InputError
from cadagent.shell import complain, printable, read_text

if TYPE_CHECKING:
    from cadagent.retrieval import Choice, Example, Hit, Library

_FILE = click.Path(path_type=Path)
_KINDS = ("curated", "synthetic", "accepted", "own")
_LIBRARY = click.option(
    "--library",
    type=_FILE,
    help="Database of the examples [default: examples.db in the user's data folder, or CADAGENT_LIBRARY].",
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


def _examples(*lines: str) -> str:
    return "\n".join(["\b", "Examples:", *(f"  {line}" for line in lines)])


@click.group(epilog=_examples('cadagent examples search "a washer"', "cadagent examples list"))
def examples() -> None:
    """Requests with the designs that answer them: searching, adding, removing."""


@examples.command(
    "search",
    epilog=_examples(
        'cadagent examples search "a plate with a countersunk hole and filleted edges"',
        'cadagent examples search "a plate with a countersunk hole and filleted edges" --choose --json',
    ),
)
@click.argument("request_text", metavar="REQUEST")
@click.option("-k", "most", type=click.IntRange(1, 100), default=5, show_default=True, help="Most examples.")
@click.option(
    "--choose",
    "chosen",
    is_flag=True,
    help="As for a prompt: together they show what REQUEST asks for, and none is like another.",
)
@click.option("--budget", type=click.IntRange(1), help="With --choose: most characters in all.")
@_LIBRARY
@_JSON
def search(
    request_text: str, most: int, chosen: bool, budget: int | None, library: Path | None, as_json: bool
) -> ExitCode:
    """The examples nearest to REQUEST, best first (`-` reads it from standard input)."""
    from cadagent.agent.prompts import clean_request

    if budget is not None and not chosen:
        raise click.UsageError("--budget goes with --choose.")
    text = read_text(0, "Standard input") if request_text == "-" else request_text
    request = clean_request(text)
    with _open(library) as opened:
        if chosen:
            choice: Choice | None = opened.choose(request, most, budget)
            assert choice is not None
            hits = list(choice.hits)
        else:
            choice, hits = None, opened.search(request, most)
    if as_json:
        data: dict[str, Any] = {"request": request, "examples": [_of_hit(hit) for hit in hits]}
        if choice is not None:
            data |= {"asked": choice.asked, "uncovered": choice.uncovered, "size": choice.size}
        click.echo(json.dumps(data, ensure_ascii=False))
        return ExitCode.VALID
    for hit in hits:
        shows = f"  [{', '.join(hit.shows)}]" if hit.shows else ""
        click.echo(printable(f"{hit.example.id}  {hit.example.kind:<9}  {hit.example.request}{shows}"))
    if choice is not None and choice.uncovered:
        complain(f"no example shows: {', '.join(choice.uncovered)}")
    return ExitCode.VALID


@examples.command(
    "add",
    epilog=_examples(
        'cadagent examples add "a plate with four holes" design.json',
        "cadagent examples add --from synthetic.jsonl",
        "cadagent examples add --feedback feedback.db",
    ),
)
@click.argument("pair", metavar="[REQUEST DESIGN]", nargs=-1)
@click.option(
    "--from", "source", type=_FILE, help="JSON lines with `prompt` and `completion`, of synthetic data."
)
@click.option(
    "--feedback",
    type=_FILE,
    help="Database of runs: take what people stand by, and drop what they no longer do.",
)
@_LIBRARY
@_JSON
def add(
    pair: tuple[str, ...], source: Path | None, feedback: Path | None, library: Path | None, as_json: bool
) -> ExitCode:
    """Add a request with a design file, a file of synthetic pairs, or the pairs that people accepted.

    A design by hand is validated and built; those of a file are checked without geometry.
    """
    if sum((bool(pair), source is not None, feedback is not None)) != 1 or len(pair) not in (0, 2):
        raise click.UsageError("Give a request and a design file, or --from, or --feedback.")
    with _open(library) as opened:
        if source is not None:
            counts = _add_file(opened, source)
        elif feedback is not None:
            counts = _add_accepted(opened, feedback)
        else:
            item = _checked(pair[0], Path(pair[1]))
            if item is None:
                return ExitCode.NO_VALID_DESIGN
            counts = {"added": int(opened.add(item)), "id": item.id}
    if as_json:
        click.echo(json.dumps(counts))
    else:
        click.echo(", ".join(f"{name.replace('_', ' ')} {value}" for name, value in counts.items()))
    return ExitCode.VALID


@examples.command("remove", epilog=_examples("cadagent examples remove 0123456789abcdef"))
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@_LIBRARY
@_JSON
def remove(ids: tuple[str, ...], library: Path | None, as_json: bool) -> ExitCode:
    """Remove examples by id. One that ships with cadagent does not come back by an upgrade."""
    with _open(library) as opened:
        removed = opened.remove(ids)
    if removed < len(set(ids)):
        complain(
            f"{len(set(ids)) - removed} of the ids are in no example; `cadagent examples list` names them."
        )
    click.echo(json.dumps({"removed": removed}) if as_json else f"removed {removed}")
    return ExitCode.VALID if removed == len(set(ids)) else ExitCode.USAGE


@examples.command(
    "list", epilog=_examples("cadagent examples list", "cadagent examples list --kind own --json")
)
@click.option("--kind", type=click.Choice(_KINDS), help="Only examples of this kind.")
@click.option("--limit", type=click.IntRange(0), default=20, show_default=True, help="Most examples.")
@_LIBRARY
@_JSON
def list_examples(kind: str | None, limit: int, library: Path | None, as_json: bool) -> ExitCode:
    """How many examples there are of each kind, and the first of them."""
    with _open(library) as opened:
        counts, path = opened.counts(), opened.path
        items = list(opened.examples(kind=kind, limit=limit))
    if as_json:
        rows = [_of_example(item) for item in items]
        click.echo(json.dumps({"library": str(path), "counts": counts, "examples": rows}, ensure_ascii=False))
        return ExitCode.VALID
    for item in items:
        click.echo(printable(f"{item.id}  {item.kind:<9}  {item.request}"))
    click.echo(printable(f"{path}: {', '.join(f'{n} {name}' for name, n in counts.items())}"), err=True)
    return ExitCode.VALID


@examples.command("index", epilog=_examples("cadagent examples index", "cadagent examples index --words"))
@click.option("--words", is_flag=True, help="Make the index of words and features anew, and no vectors.")
@_LIBRARY
@_JSON
def index(words: bool, library: Path | None, as_json: bool) -> ExitCode:
    """Compute the sentence vectors that are missing (extra `vectors`); searches use them from then on."""

    def tell(done: int, total: int) -> None:
        click.echo(f"{done} of {total}", err=True)

    with _open(library) as opened:
        counts = {"indexed": opened.reindex()} if words else {"vectors": opened.fill_vectors(tell)}
    click.echo(json.dumps(counts) if as_json else ", ".join(f"{name} {n}" for name, n in counts.items()))
    return ExitCode.VALID


def _open(path: Path | None) -> Library:
    from cadagent.retrieval import Library, default_path

    return Library.open(path if path is not None else default_path())


def _checked(request: str, path: Path) -> Example | None:
    """The pair, when the design validates and builds; else says why it does not."""
    from cadagent.agent.prompts import clean_request
    from cadagent.design import compact, dumps
    from cadagent.retrieval import example
    from cadagent.validation import validate

    asked = clean_request(request)
    report = validate(read_text(path, str(path)), request=asked)
    for finding in report.errors:
        complain(f"{path}: {finding.one_line()}")
    if report.reply is not None:
        complain(f"{path} is an answer without a design.")
    if not report.valid or report.canonical is None:
        return None
    return example(asked, dumps(compact(report.canonical)))


def _add_file(library: Library, path: Path) -> dict[str, Any]:
    from cadagent.retrieval import TRAIN, read_lines

    counts = {"added": 0, "refused": 0, "held_out": 0}

    def good() -> Iterator[Example]:
        for number, item in enumerate(read_lines(path, "synthetic"), 1):
            if isinstance(item, InputError):
                counts["refused"] += 1
                complain(str(item))
            elif item.split != TRAIN:
                counts["held_out"] += 1
            else:
                yield item
            if number % 5000 == 0 and sys.stderr.isatty():
                click.echo(f"{number} read", err=True)

    counts["added"] = library.add_many(good())
    return counts


def _add_accepted(library: Library, path: Path) -> dict[str, Any]:
    """The pairs of a feedback database: requests for a new design, not for a change of one."""
    from cadagent.agent.prompts import clean_request
    from cadagent.feedback import accepted_pairs, open_store
    from cadagent.retrieval import TRAIN, example

    with open_store(path, read_only=True) as store:
        rows = accepted_pairs(store)
        runs = {row["id"] for row in store.query("SELECT id FROM runs", {})}
    found, counts = [], {"added": 0, "dropped": 0, "refused": 0, "held_out": 0}
    for row in rows:
        request = clean_request(row["request"])
        if row["prompt"][-1]["content"] != request:
            continue
        place = {"group": row["group"], "split": row["split"], "origin": row["run"]}
        try:
            item = example(request, row["completion"][0]["content"], kind="accepted", **place)
        except InputError as error:  # of an older language
            complain(f"run {row['run']}: {error}")
            counts["refused"] += 1
            continue
        found.append(item)
        counts["held_out"] += item.split != TRAIN
    counts["added"], counts["dropped"] = library.replace_kind("accepted", runs, found)
    return counts


def _of_example(item: Example) -> dict[str, Any]:
    return {
        "id": item.id,
        "kind": item.kind,
        "request": item.request,
        "design": json.loads(item.design),
        "group": item.group,
        "split": item.split,
        "origin": item.origin,
    }


def _of_hit(hit: Hit) -> dict[str, Any]:
    return {
        **_of_example(hit.example),
        "score": round(hit.score, 6),
        "ranks": dict(hit.ranks),
        "shows": hit.shows,
    }
