"""Running the installed command as a person does, in a folder of its own."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from cadagent.cli import main

COMMAND = str(Path(sysconfig.get_path("scripts")) / "cadagent")


def environment(**more: str) -> dict[str, str]:
    """The environment of this process, with the command's folder first as an activated one has it."""
    path = f"{Path(COMMAND).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return {**os.environ, "PATH": path, "COLUMNS": "80", **more}


def cadagent(
    *arguments: str,
    cwd: Path,
    stdin: bytes = b"",
    seconds: float = 240,
    wrapper: Sequence[str] = (),
    **more: str,
) -> subprocess.CompletedProcess[str]:
    """Run ``cadagent`` to its end; output as text. ``wrapper`` is a command that runs it."""
    done = subprocess.run(
        [*wrapper, COMMAND, *arguments],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        timeout=seconds,
        env=environment(**more),
        check=False,
    )
    out, err = done.stdout.decode(), done.stderr.decode()
    return subprocess.CompletedProcess(done.args, done.returncode, out, err)


def inside(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command in this process and folder, where the kernel is loaded already."""
    out, err = io.StringIO(), io.StringIO()
    code = 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main(list(arguments))
        except SystemExit as end:
            code = int(end.code or 0)
    return subprocess.CompletedProcess(list(arguments), code, out.getvalue(), err.getvalue())


def complaint(done: subprocess.CompletedProcess[str], code: int) -> str:
    """The one line in which a command that failed says why; asserts that there is no more than that."""
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    assert "Traceback" not in done.stderr and "Exception ignored" not in done.stderr, done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("cadagent: ")]
    assert len(lines) == 1, done.stderr
    assert "unexpected" not in lines[0], lines[0]
    return lines[0]


def script(folder: Path, *replies: str | dict[str, Any], name: str = "script.json") -> str:
    """Write a script of answers; returns the name of the model that plays it."""
    steps = [reply if isinstance(reply, dict) else {"reply": reply} for reply in replies]
    (folder / name).write_text(json.dumps(steps), encoding="utf-8")
    return f"scripted:{name}"


ON_LINUX = sys.platform == "linux"
