"""What a run leaves behind: its folder, numbered and never written over, and its outcome as JSON."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cadagent.design import dumps
from cadagent.errors import BuildError, InputError
from cadagent.requirements.telling import as_dict

if TYPE_CHECKING:
    from cadagent.agent import Finished
    from cadagent.validation import Report

DESIGN, STEP = "design.json", "design.step"


def new_folder(parent: Path) -> Path:
    """A new folder ``0001``, ``0002``, … under ``parent``, safe against others that do the same at once."""
    try:
        parent.mkdir(parents=True, exist_ok=True)
        names = [entry.name for entry in parent.iterdir()]
        number = max((int(name) for name in names if name.isascii() and name.isdecimal()), default=0)
        while True:
            number += 1
            folder = parent / f"{number:04d}"
            try:
                folder.mkdir()
            except FileExistsError:
                continue
            return folder
    except OSError as error:
        raise InputError(f"{parent} cannot hold results: {error.strerror or error}.") from error


def check_folder(folder: Path) -> None:
    """Find out before a run, without making it, whether a folder can take the results.

    Raises:
        InputError: it holds a design already, is no folder, or nothing can be written there.
    """
    for name in (DESIGN, STEP):
        if (folder / name).exists():
            raise InputError(
                f"{folder / name} is there already and is never written over; choose another --out."
            )
    nearest = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not nearest.is_dir():
        raise InputError(f"{nearest} is no folder; choose another --out.")
    if not os.access(nearest, os.W_OK):
        raise InputError(f"{nearest} cannot be written to; choose another --out.")


@contextmanager
def folder_at_hand(folder: Path | None) -> Iterator[None]:
    """Make the folder of a run before the run, which takes a while; what stays empty goes away again.

    Raises:
        InputError: it cannot take the results.
    """
    if folder is None:  # a numbered one, which is made when there are results
        yield
        return
    check_folder(folder)
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass  # permissions alone say little of /proc, or to the superuser
        except OSError as error:
            raise InputError(
                f"{folder} cannot be used: {error.strerror or error}; choose another --out."
            ) from error
        yield
    finally:
        for path in made:
            with suppress(OSError):
                path.rmdir()


def keep(report: Report, folder: Path | None) -> Path:
    """Write ``design.json`` (canonical) and ``design.step`` of a valid report; returns their folder.

    Args:
        report: of a valid, built design.
        folder: where; a new numbered folder under ``designs/`` when left out.

    Raises:
        InputError: a file cannot be written (disk full, no permission) or is there already.
        BuildError: the solid could not be built again for the STEP file.
    """
    from cadagent.kernel import build

    assert report.canonical is not None and report.resolved is not None  # it is valid
    if folder is None:
        folder = new_folder(Path("designs"))
    else:
        check_folder(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"{folder} cannot be made: {error.strerror or error}.") from error
    write_text(folder / DESIGN, dumps(report.canonical, indent=2) + "\n")
    result = build(report.resolved, step=folder / STEP)
    if not result.ok:
        reasons = "; ".join(finding.message for finding in result.findings)
        raise BuildError(f"{folder / STEP} was not written: {reasons}")
    return folder


def write_text(path: Path, text: str) -> None:
    """Write a whole file or nothing; raises InputError with one line for a person."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        try:
            partial.write_text(text, encoding="utf-8")
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}.") from error


def summary(report: Report) -> dict[str, Any]:
    """What a script wants to know of a checked design, JSON-ready."""
    measurement = report.result.measurement if report.result is not None else None
    return {
        "valid": report.valid,
        "findings": [finding.as_dict() for finding in report.findings],
        "findings_left_out": report.left_out,
        "measurement": measurement.as_dict() if measurement is not None else None,
        "requirements": [as_dict(row) for row in report.asked],
    }


def outcome(end: Finished) -> dict[str, Any]:
    """How a run ended, JSON-ready; every key is always there."""
    report = end.best.report if end.best is not None else None
    valid = end.status == "valid" and report is not None and report.canonical is not None
    nothing = {
        "valid": False, "findings": [], "findings_left_out": 0, "measurement": None, "requirements": [],
    }  # fmt: skip
    return {
        "status": end.status,
        "reason": end.reason,
        "run": end.run_id,
        "attempts": end.attempts,
        "seconds": round(end.seconds, 3),
        "assumptions": list(end.assumptions),
        "check": list(end.check),
        "design": json.loads(dumps(report.canonical)) if valid and report and report.canonical else None,
        "files": {"json": str(Path(end.out) / DESIGN), "step": str(Path(end.out) / STEP)}
        if end.out
        else None,
        **(nothing if report is None else summary(report)),
        "valid": valid,
    }
