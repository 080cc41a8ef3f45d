"""``cadagent chat``, ``review``, ``serve`` and ``bench tui``; Textual loads only when one is called."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import Any

import click

from cadagent.errors import ExitCode, InputError

_FILE = click.Path(path_type=Path)
_PLAIN = click.option("--plain", is_flag=True, help="Line by line, for screen readers and dumb terminals.")
_DB = click.option("--db", type=_FILE, help="Database that records everything [default: feedback.db].")
_MODEL = click.option("--model", help="Model; `cadagent models list` names them [default: embedded].")
_ADAPTER = click.option("--adapter", help="Adapter by name or folder, `none` for the bare model.")


@click.command(epilog="\b\nExamples:\n  cadagent chat\n  cadagent chat --plain --model embedded")
@_PLAIN
@_MODEL
@_ADAPTER
@_DB
def chat(plain: bool, **flags: Any) -> ExitCode:
    """Open the application; with --plain, talk line by line."""
    if plain:
        return _line_by_line(flags)
    return open_application(flags)


@click.command(epilog="\b\nExamples:\n  cadagent review\n  cadagent review --plain --filter status:valid")
@_PLAIN
@click.option("--filter", "line", default="", help="Which results, e.g. `status:valid since:2026-11 plate`.")
@_MODEL
@_DB
def review(plain: bool, line: str, **flags: Any) -> ExitCode:
    """Judge results that nobody has judged."""
    if plain:
        return _line_by_line(flags, line)
    return open_application(flags, review=line)


@click.command(epilog="\b\nExamples:\n  cadagent serve\n  cadagent serve --port 8080")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0: any free one."
)
@click.option("--no-token", is_flag=True, help="Let everybody in who can reach the address.")
@_MODEL
@_ADAPTER
@_DB
def serve(host: str, port: int, no_token: bool, **flags: Any) -> ExitCode:
    """Offer the application in a browser, on this machine only and with a one-time token."""
    settings = _settings(flags)  # a wrong value is told here, not in the browser
    from cadagent.feedback import open_store

    try:
        from tui.serving import serve as serve_application
    except ImportError as error:
        raise InputError(f"This needs textual-serve: pip install textual-serve ({error}).") from error
    arguments = [
        text for name, value in flags.items() if value is not None for text in (f"--{name}", str(value))
    ]
    if settings.db.exists():
        open_store(settings.db).close()  # one that cannot be used is told here as well
    serve_application(host, port, not no_token, arguments, settings.db)
    return ExitCode.VALID


@click.command("tui", epilog="\b\nExamples:\n  cadagent bench tui\n  cadagent bench tui --rounds 1 --json")
@click.option(
    "--rounds", type=click.IntRange(1, 50), default=5, show_default=True, help="Medians of so many."
)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as one JSON object.")
def bench(rounds: int, as_json: bool) -> None:
    """The application under load: key to screen, opening a design, a preview frame, review, start."""
    import json

    from tui.bench import figures

    found = figures(rounds, lambda line: click.echo(line, err=True))
    if as_json:
        click.echo(json.dumps(found))
        return
    for name, value in found.items():
        click.echo(f"{name:<66} {value:,.1f}")


def open_application(flags: dict[str, Any], review: str | None = None) -> ExitCode:
    """Run the application in this terminal until the person leaves it; line by line in a dumb one.

    Raises:
        InputError: there is no terminal to run in.
    """
    settings = _settings(flags)
    gc.disable()  # what loads now stays; the application turns it on again once its first screen is there
    try:
        from tui.start import in_browser, run_application
    except ImportError as error:
        raise InputError(f"The application needs Textual: pip install textual ({error}).") from error
    if not in_browser() and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise InputError("There is no terminal here; use `cadagent chat --plain` or `cadagent run`.")
    if os.environ.get("TERM") == "dumb" and not in_browser():
        return _line_by_line(flags, review)
    run_application(settings, review)
    return ExitCode.VALID


def _line_by_line(flags: dict[str, Any], review: str | None = None) -> ExitCode:
    from tui.plain import chat_lines, review_lines

    settings = _settings(flags)
    return chat_lines(settings) if review is None else review_lines(settings, review)


def _settings(flags: dict[str, Any]) -> Any:
    from cadagent.settings import load_settings

    return load_settings(flags)
