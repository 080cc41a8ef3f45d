"""``cadagent stats``: how requests went, by model and over time, in plain characters."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cadagent.shell import printable

if TYPE_CHECKING:
    from cadagent.feedback.usage import Usage

_WIDTH = 20
_EPILOG = "\n".join(["\b", "Examples:", "  cadagent stats", "  cadagent stats --days 7 --json"])


@click.command("stats", epilog=_EPILOG)
@click.option("--days", type=click.IntRange(1, 3650), default=30, show_default=True, help="So far back.")
@click.option("--db", type=click.Path(path_type=Path), help="Database [default: feedback.db].")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as one JSON object.")
def stats(days: int, db: Path | None, as_json: bool) -> None:
    """Requests, valid at first pass and after repair, verdicts, attempts, tokens, time, wording, disk."""
    from cadagent.commands.feedback import open_database
    from cadagent.feedback.drift import drift, training_words
    from cadagent.feedback.usage import by_day, by_model, recent_requests, usage

    since = (datetime.now(UTC) - timedelta(days=days)).date().isoformat()
    with open_database(db, write=False) as store:
        parts = usage(store, since)
        models = by_model(parts)
        moved = {
            _name(one): drift(recent_requests(store, one.model, one.adapter), trained)
            for one in models
            if (trained := training_words(one.adapter)) is not None
        }
        size = store.size()
    if as_json:
        data: dict[str, Any] = {"since": since, "models": [_plain(one) for one in models]}
        data |= {"days": [_plain(one) for one in by_day(parts)]}
        data |= {"wording": {name: asdict(one) for name, one in moved.items() if one is not None}}
        click.echo(json.dumps(data | {"database_bytes": size}, ensure_ascii=False))
        return
    lines = [f"since {since}", *_models(models), *_days(by_day(parts))]
    for name, one in moved.items():
        if one is not None:
            lines.append(
                f"wording of {name}: {one.unseen:.1%} of the words are new to its training, divergence "
                f"{one.divergence:.3f} ({one.expected:.3f} if nothing had moved, {one.requests:,} requests)"
            )
    lines.append(f"database: {size / 1e6:,.1f} MB")
    for line in lines:
        click.echo(printable(line))


def _name(one: Usage) -> str:
    return f"{one.model} + {one.adapter}" if one.adapter else one.model


def _plain(one: Usage) -> dict[str, Any]:
    from cadagent.feedback.usage import BUCKETS

    limits = {f"{limit} s": count for limit, count in zip(BUCKETS, one.within, strict=True)}
    return {name: value for name, value in asdict(one).items() if value != ""} | {"within": limits}


def _models(models: list[Usage]) -> list[str]:
    """A row a model: shares of what could have been valid, and means a run."""
    head = ("model", "runs", "first pass", "repaired", "accepted", "corrected", "attempts", "tokens", "s")
    rows = [head]
    for one in models:
        asked = _designs(one)
        judged = one.accepted + one.corrected + one.rejected
        rows.append(
            (
                _name(one),
                f"{one.runs:,}",
                _percent(one.first_pass, asked),
                _percent(one.valid, asked),
                _percent(one.accepted, judged),
                _percent(one.corrected, judged),
                _mean(one.attempts, one.runs),
                _mean(one.tokens_in + one.tokens_out, one.runs, 0),
                _mean(one.seconds, one.ended),
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    return [
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True))]
        )
        for row in rows
    ]


def _days(days: list[Usage]) -> list[str]:
    """A row a day: how many runs, and bars of the shares."""
    if not days:
        return ["no runs"]
    most = max(one.runs for one in days)
    lines = [
        "",
        f"{'day':<10}  {'runs':>7} {'':{_WIDTH}}  {'first pass':<{_WIDTH + 5}}  after repair",
    ]
    for one in days:
        asked = _designs(one)
        lines.append(
            f"{one.day}  {one.runs:>7,} {_bar(one.runs, most)}  {_bar(one.first_pass, asked)} "
            f"{_percent(one.first_pass, asked):>4}  {_bar(one.valid, asked)} {_percent(one.valid, asked):>4}"
        )
    return [*lines, ""]


def _designs(one: Usage) -> int:
    """Runs that a design was to be expected of: all that did not end by a refusal, a question or a person."""
    return one.ended - one.refused - one.asked - one.interrupted


def _bar(part: float, whole: float) -> str:
    filled = round(_WIDTH * part / whole) if whole else 0
    return "#" * filled + "." * (_WIDTH - filled)


def _percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.0f}%" if whole else "-"


def _mean(total: float, count: int, digits: int = 1) -> str:
    return f"{total / count:,.{digits}f}" if count else "-"
