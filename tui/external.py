"""Leaving the screen for a moment: the person's own editor, and the clipboard."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from pathlib import Path

from platformdirs import user_cache_path
from textual.app import App, SuspendNotSupported

from cadagent.errors import InputError


def editor_command() -> list[str]:
    """The person's editor: ``$VISUAL``, ``$EDITOR``, else what every such system has."""
    return shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")


def edit(app: App[object], text: str, suffix: str) -> str | None:
    """Let the person edit a text in their editor; ``None``, with a notice, when that is not possible."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"cadagent{suffix}"
        path.write_text(text, encoding="utf-8")
        try:
            with app.suspend():
                done = subprocess.run([*editor_command(), str(path)], check=False)
            if done.returncode != 0:
                raise OSError(f"it ended with code {done.returncode}")
            return path.read_text(encoding="utf-8")
        except SuspendNotSupported:
            app.notify("There is no terminal here to open an editor in.", severity="warning")
        except (OSError, UnicodeDecodeError) as error:
            app.notify(f"The editor {editor_command()[0]} failed: {error}", severity="error", markup=False)
    return None


def copy(app: App[object], text: str, what: str) -> None:
    """Copy through the terminal (OSC 52) and into a file, for terminals that ignore it."""
    from cadagent.results import write_text

    app.copy_to_clipboard(text)
    path = user_cache_path("cadagent") / "copied.txt"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, text)
    except (OSError, InputError) as error:
        app.notify(f"{what} copied. It could not be kept in a file: {error}", markup=False)
        return
    app.notify(f"{what} copied. Should your terminal not take it, it is in {path}", markup=False)
