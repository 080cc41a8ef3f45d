"""Commands of the packages above the core, which the core does not know: they are found when called for."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import click

from cadagent.errors import ExitCode
from cadagent.shell import Commands

_MODULE = "tui.commands"
_COMMANDS = {
    "chat": _MODULE,
    "review": _MODULE,
    "serve": _MODULE,
    "train": "training.commands",
    "round": "training.rounds.commands",
}
"""Command → module that defines it."""


class Faces(Commands):
    """The main group: without any argument it opens the application."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *_COMMANDS])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in _COMMANDS:
            return face(cmd_name, _COMMANDS[cmd_name])
        return super().get_command(ctx, cmd_name)


class Benches(Commands):
    """The group of benchmarks: those of the core, and the application's."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), "tui"])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return face("bench") if cmd_name == "tui" else super().get_command(ctx, cmd_name)


def face(name: str, module: str = _MODULE) -> click.Command:
    """A command of the terminal application, or of another package above the core."""
    command = getattr(importlib.import_module(module), name)
    assert isinstance(command, click.Command)
    return command


def open_application(context: click.Context) -> ExitCode | None:
    """What ``cadagent`` alone does: the application where there is a terminal, else the help."""
    if context.invoked_subcommand is not None:
        return None
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        click.echo(context.get_help())
        return ExitCode.VALID
    run: Any = importlib.import_module(_MODULE).open_application
    code = run({})
    assert isinstance(code, ExitCode)
    return code
