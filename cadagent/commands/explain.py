"""``cadagent explain``: a design in English."""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path

import click

from cadagent.errors import ExitCode, InputError
from cadagent.shell import printable

_FILE = click.Path(path_type=Path)
_EPILOG = "\n".join(
    ["\b", "Examples:", "  cadagent explain design.json", "  cadagent explain part.fusion.json --json"]
)


@click.command("explain", epilog=_EPILOG)
@click.argument("file", type=_FILE)
@click.option("--json", "as_json", is_flag=True, help="Print the text and its adapter as one JSON object.")
@click.option("--model", help="Model; `cadagent models list` names them [default: embedded].")
@click.option("--adapter", help="Adapter by name or folder [default: cad2nl, which explains designs].")
def explain(file: Path, as_json: bool, model: str | None, adapter: str | None) -> ExitCode:
    """Tell in English what a design is, with every figure, so that the text asks for the same design."""
    from cadagent.agent.explaining import EXPLAIN_ADAPTER
    from cadagent.agent.explaining import explain as told
    from cadagent.commands.designs import read
    from cadagent.console import Teller, interruptible
    from cadagent.generation import ModelSettings, open_model
    from cadagent.settings import load_settings

    design = read(file)
    if design.canonical is None:
        raise InputError(f"{file} is a resolved design, which does not say what was meant.")
    settings = load_settings({"model": model})
    progress = Teller(sys.stderr).progress("fetching the model")
    opened = open_model(settings.model, ModelSettings.of(settings, progress=progress))
    cancel = threading.Event()
    with interruptible(cancel):
        text = told(design.canonical, model=opened, adapter=adapter, cancel=cancel)
    if cancel.is_set():
        return ExitCode.INTERRUPTED
    name = adapter or EXPLAIN_ADAPTER
    if as_json:
        click.echo(json.dumps({"file": str(file), "text": text, "adapter": name}, ensure_ascii=False))
    else:
        click.echo(printable(text))
    return ExitCode.VALID
