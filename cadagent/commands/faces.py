"""Commands that load when they are called for, also those of the packages above the core."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from typing import Any, ClassVar

import click

from cadagent.errors import ExitCode
from cadagent.shell import Commands


class Found(Commands):
    """A group that imports a command only when it is called, so that no command waits for all others."""

    homes: ClassVar[Mapping[str, str]]
    """Command → module and name of what defines it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *self.homes])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        home = self.homes.get(cmd_name)
        if home is None:
            return super().get_command(ctx, cmd_name)
        module, _, name = home.partition(":")
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)
        return command


class Faces(Found):
    """The main group: without any argument it opens the application."""

    homes: ClassVar[Mapping[str, str]] = {
        **{
            name: f"cadagent.commands.{name}:{name}"
            for name in (
                "compare",
                "convert",
                "evaluate",
                "examples",
                "explain",
                "export",
                "feedback",
                "stats",
            )
        },
        "measure": "cadagent.commands.solids:measure",
        "show": "cadagent.commands.solids:show",
        "chat": "tui.commands:chat",
        "review": "tui.commands:review",
        "round": "training.rounds.commands:round",
        "serve": "tui.commands:serve",
        "train": "training.commands:train",
    }


class Benches(Found):
    """The group of benchmarks: those of the core, and the application's."""

    homes: ClassVar[Mapping[str, str]] = {
        **{
            name: f"cadagent.commands.bench_{name}:bench_{name}"
            for name in ("convert", "engines", "loop", "requests", "requirements", "retrieval")
        },
        "feedback": "cadagent.commands.feedback:bench_feedback",
        "tui": "tui.commands:bench",
    }


def open_application(context: click.Context) -> ExitCode | None:
    """What ``cadagent`` alone does: the application where there is a terminal, else the help."""
    if context.invoked_subcommand is not None:
        return None
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        click.echo(context.get_help())
        return ExitCode.VALID
    run: Any = importlib.import_module("tui.commands").open_application
    code = run({})
    assert isinstance(code, ExitCode)
    return code
