"""The folder of a run's results: numbered, complete, and never written over."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cadagent.design import dumps
from cadagent.errors import BuildError, InputError

if TYPE_CHECKING:
    from cadagent.validation import Report

DESIGN, STEP = "design.json", "design.step"


def new_folder(parent: Path) -> Path:
    """A new folder ``0001``, ``0002``, … under ``parent``, safe against others that do the same at once."""
    try:
        parent.mkdir(parents=True, exist_ok=True)
        taken = [int(entry.name) for entry in parent.iterdir() if entry.name.isdigit()]
        number = max(taken, default=0)
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


def given_folder(folder: Path) -> Path:
    """The folder a person named, made if need be; raises InputError if it already holds a design."""
    for name in (DESIGN, STEP):
        if (folder / name).exists():
            raise InputError(f"{folder / name} is there already and is never written over; choose another --out.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder} cannot be made: {error.strerror or error}.") from error
    return folder


def write_design(folder: Path, canonical: dict[str, Any], resolved: dict[str, Any]) -> dict[str, Path]:
    """Write ``design.json`` (canonical) and ``design.step`` into a folder; returns their paths by kind.

    Raises:
        InputError: a file cannot be written (disk full, no permission).
        BuildError: the solid could not be built again for the STEP file.
    """
    from cadagent.kernel import build

    json_path, step_path = folder / DESIGN, folder / STEP
    write_text(json_path, dumps(canonical, indent=2) + "\n")
    result = build(resolved, step=step_path)
    if not result.ok:
        raise BuildError(f"{step_path} was not written: {'; '.join(f.message for f in result.findings)}")
    return {"json": json_path, "step": step_path}


def write_text(path: Path, text: str) -> None:
    """Write a whole file or nothing; raises InputError with one line for a person."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        partial.write_text(text, encoding="utf-8")
        os.replace(partial, path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise InputError(f"{path} cannot be written: {error.strerror or error}.") from error


def summary(report: Report) -> dict[str, Any]:
    """What a script wants to know of a checked design, JSON-ready."""
    measurement = report.result.measurement if report.result is not None else None
    return {
        "valid": report.valid,
        "findings": [finding.as_dict() for finding in report.findings],
        "measurement": measurement.as_dict() if measurement is not None else None,
    }
