"""How every command reads, complains and ends: one line for an error, the right exit code, no traceback."""

from __future__ import annotations

import os
import re
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from cadagent.errors import CadAgentError, ExitCode, InputError

MAX_BYTES = 2_000_000
"""Designs and requests beyond this are refused unread."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
"""Controls, and characters that reorder or hide the text around them."""


def printable(text: str) -> str:
    """Text without characters that could act on a terminal."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def complain(text: str) -> None:
    """One line on standard error."""
    with suppress(OSError):  # where that is closed too, the exit code has to do
        click.echo(f"cadagent: {printable(' '.join(text.split()))}", err=True)


def read_text(source: int | Path, name: str) -> str:
    """The text of a file or of an open descriptor.

    Raises:
        InputError: it cannot be read, is not UTF-8 or has more than ``MAX_BYTES``; ``name`` says what it is.
    """
    try:
        with open(source, "rb", closefd=not isinstance(source, int)) as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error.strerror or error}.") from error
    if len(data) > MAX_BYTES:
        raise InputError(f"{name} has more than {MAX_BYTES:,} bytes; that is too much.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{name} is not UTF-8 text.") from error


class Commands(click.Group):
    """A group whose errors are one line and whose exit codes are those of :class:`ExitCode`."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        kwargs["standalone_mode"] = False
        try:
            code = super().main(*args, **kwargs)
        except click.exceptions.Exit as error:
            code = error.exit_code
        except click.ClickException as error:
            complain(error.format_message() + _help_hint(error))
            code = ExitCode.USAGE
        except (CadAgentError, OSError) as error:
            complain(str(error) if isinstance(error, CadAgentError) else _system_words(error))
            code = getattr(error, "exit_code", ExitCode.USAGE)
        except (KeyboardInterrupt, click.Abort):
            complain("interrupted.")
            code = ExitCode.INTERRUPTED
        except Exception as error:  # noqa: BLE001 – a defect of ours: one line, the rest for a report
            complain(f"unexpected {type(error).__name__}; {_crash_report()}")
            code = ExitCode.DEFECT
        _hush(sys.stdout)
        sys.exit(int(code or 0))

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # the reader has what it wants, as in `| head`; nobody is left to tell
            return ExitCode.VALID
        except KeyboardInterrupt:  # which click would answer with an empty line
            raise click.Abort from None


def _help_hint(error: click.ClickException) -> str:
    context = error.ctx if isinstance(error, click.UsageError) else None
    return f" (see: {context.command_path} --help)" if context is not None else ""


def _system_words(error: OSError) -> str:
    what = str(error.filename) if error.filename else "The output"
    return f"{what} cannot be read or written: {error.strerror or error}."


def _hush(stream: Any) -> None:
    """Write out what is left; where that fails, keep the interpreter from failing with it at its end."""
    if stream is None:
        return
    try:
        stream.flush()
    except (OSError, ValueError):
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _crash_report() -> str:
    """Write the exception at hand to a file that can be sent with a bug report; says where it is."""
    import tempfile
    import traceback

    try:
        handle, name = tempfile.mkstemp(prefix="cadagent-", suffix=".log")
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            traceback.print_exc(file=out)
    except OSError:
        return "this is a bug of cadagent"
    return f"this is a bug of cadagent, details are in {name}"
