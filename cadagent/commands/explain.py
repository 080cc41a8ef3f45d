"""``cadagent explain``: a design in English."""

from __future__ import annotations

import json
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cadagent.errors import ExitCode, InputError
from cadagent.shell import printable

if TYPE_CHECKING:
    from cadagent.generation import Model
    from cadagent.settings import Settings

_FILE = click.Path(path_type=Path)
_EPILOG = "\n".join(
    ["\b", "Examples:", "  cadagent explain design.json", "  cadagent explain part.fusion.json --json"]
)


@click.command("explain", epilog=_EPILOG)
@click.argument("file", type=_FILE)
@click.option("--json", "as_json", is_flag=True, help="Print the text and its adapter as one JSON object.")
@click.option("--model", help="Model; `cadagent models list` names them [default: embedded].")
@click.option(
    "--adapter",
    help="Adapter by name or folder [default: one that was promoted for it, else cad2nl, which explains].",
)
@click.option("--db", type=_FILE, help="Database that says which was promoted [default: feedback.db].")
def explain(file: Path, as_json: bool, model: str | None, adapter: str | None, db: Path | None) -> ExitCode:
    """Tell in English what a design is, with every figure, so that the text asks for the same design.

    A text that leaves figures out is written anew, up to twice; what is left out in the end is told on
    standard error.
    """
    from cadagent.agent.explaining import EXPLAIN_ADAPTER, untold
    from cadagent.agent.explaining import explain as told
    from cadagent.commands.designs import read, refuse_solid
    from cadagent.console import Teller, interruptible
    from cadagent.generation import ModelSettings, open_model
    from cadagent.settings import load_settings

    refuse_solid(file, "it holds a solid and no design to explain; `cadagent measure` tells its sizes")
    design = read(file)
    if design.canonical is None:
        raise InputError(f"{file} is a resolved design, which does not say what was meant.")
    settings = load_settings({"model": model, "adapter": adapter, "db": db})
    progress = Teller(sys.stderr).progress("fetching the model")
    opened = open_model(settings.model, ModelSettings.of(settings, progress=progress))
    if adapter is None:
        adapter = _promoted(replace(settings, adapter=None), opened)
    cancel = threading.Event()
    with interruptible(cancel):
        text = told(design.canonical, model=opened, adapter=adapter, cancel=cancel)
    if cancel.is_set():
        raise KeyboardInterrupt
    name = adapter or EXPLAIN_ADAPTER
    missing = untold(design.canonical, text)
    if as_json:
        said = {"file": str(file), "text": text, "adapter": name, "untold": missing}
        click.echo(json.dumps(said, ensure_ascii=False))
    else:
        click.echo(printable(text))
        if missing:
            click.echo(f"note: this does not say {', '.join(missing)}, which the design has", err=True)
    return ExitCode.VALID


def _promoted(settings: Settings, model: Model) -> str | None:
    """The adapter that was promoted to explain designs, where there is a database that has one."""
    from cadagent.agent.serving import with_live_adapter
    from cadagent.feedback import open_store

    if not settings.db.exists():
        return None
    with open_store(settings.db) as store:
        return with_live_adapter(settings, model, store, "explain").adapter
