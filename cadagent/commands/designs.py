"""Reading what a person names: a design in any form or foreign format, or the file of a solid."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cadagent.errors import BuildError, InputError
from cadagent.malformed import in_file

if TYPE_CHECKING:
    from cadagent.interop import Imported
    from cadagent.validation import Report

#: First bytes of files that a person might take for solids that can be read.
_OTHERS = {
    b"PK\x03\x04": "a zip archive such as 3MF",
    b"glTF": "a GLB file",
    b"\nCASCADE Topology": "a BREP file",
    b"DBRep_DrawableShape": "a BREP file",
    b"\x89PNG": "a picture",
    b"%PDF": "a PDF file",
}


@dataclass(frozen=True)
class Design:
    """A design that has been read and checked as far as that goes without building it.

    Attributes:
        canonical: the document; None where only the resolved form was given.
        resolved: what the kernel builds.
        units: the unit it is written in.
        notes: what a foreign file holds and the document does not say, one line each.
    """

    canonical: dict[str, Any] | None
    resolved: dict[str, Any]
    units: str
    notes: tuple[str, ...] = ()


def read(path: Path, format: str | None = None) -> Design:
    """The design in a JSON file of any format that can be read; ``format`` overrules what it looks like.

    Raises:
        InputError: the file cannot be read, or holds none of those formats.
        BuildError: the design breaks a rule; the first finding is told.
    """
    from cadagent.interop import read_design

    return accepted(read_design(path, format), path)


def accepted(imported: Imported, path: Path) -> Design:
    """A design that has been read, when nothing is wrong with it; ``path`` is what messages call it.

    Raises:
        InputError: a resolved design is no such thing.
        BuildError: the design breaks a rule; the first finding is told.
    """
    from cadagent.validation import validate

    if imported.document.get("form") == "resolved":
        return Design(None, _sound(imported.document, path), "mm")
    if not imported.complete:
        reasons = [f.one_line() for f in imported.findings if f.severity == "error"]
        raise BuildError(_told(path, reasons))
    report = validate(imported.document, build=False)
    if not report.valid or report.canonical is None or report.resolved is None:
        reasons = [f.one_line() for f in report.errors] or ["this is an answer without a design"]
        raise BuildError(_told(path, reasons))
    notes = tuple(finding.one_line() for finding in imported.findings)
    return Design(report.canonical, report.resolved, str(report.canonical["units"]), notes)


def solid_kind(path: Path) -> str | None:
    """``step`` or ``stl`` where the file is of such a kind by its content, else None.

    Raises:
        InputError: the file cannot be read.
    """
    from cadagent.interop.detect import detect_bytes

    try:
        with path.open("rb") as file:
            head = file.read(84)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from error
    if not head.strip():
        raise InputError(f"{path} is empty.")
    for start, name in _OTHERS.items():
        if head.startswith(start):
            raise InputError(f"{path} is {name}; give a design, a STEP or an STL file.")
    return detect_bytes(head.removeprefix(b"\xef\xbb\xbf"))


def refuse_solid(path: Path, instead: str) -> None:
    """Find out before any work whether a file that must hold a design is the file of a solid.

    Args:
        instead: what a person who gave a solid can do.

    Raises:
        InputError: it is one, or it cannot be read.
    """
    kind = solid_kind(path)
    if kind == "step" or (kind == "stl" and _is_stl(path)):
        raise InputError(f"{path} is {'a STEP' if kind == 'step' else 'an STL'} file: {instead}")


def _is_stl(path: Path) -> bool:
    """Whether it is really one: text, or as many triangles as it says."""
    with path.open("rb") as file:
        head = file.read(84)
    if head.lstrip()[:5].lower() == b"solid":
        return True
    return len(head) == 84 and path.stat().st_size == 84 + 50 * struct.unpack("<I", head[80:])[0]


def read_edited(path: Path) -> Report:
    """The report of the design that is to be changed, which may have errors but is a JSON document.

    Raises:
        InputError: the file cannot be read, or holds a solid or no JSON.
    """
    from cadagent.commands.solids import checked

    refuse_solid(path, "--edit takes CAD JSON: `cadagent run --edit design.json REQUEST`")
    report = checked(path)
    if report.document is None and report.errors:
        raise InputError(_no_document(path, report))
    return report


def _no_document(path: Path, report: Report) -> str:
    """Why there is no document in the text; the finding's own words are made for the model that wrote it."""
    from cadagent.design import parse

    if report.errors[0].code == "syntax.json":
        body = parse(report.text).text  # what is read as the document, without prose before it
        try:
            json.JSONDecoder().raw_decode(body)
        except json.JSONDecodeError as error:
            place = report.text.index(body) + error.pos
            return f"{path}: {in_file(json.JSONDecodeError(error.msg, report.text, place))}"
    return f"{path}: {report.errors[0].message}"


def _told(path: Path, reasons: list[str]) -> str:
    more = f" (and {len(reasons) - 1} more findings)" if len(reasons) > 1 else ""
    return f"{path}: {reasons[0]}{more}"


def _sound(document: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """A resolved document whose steps are at least objects; the kernel judges the rest."""
    from cadagent.kernel import check_limits

    steps = document.get("steps")
    if not isinstance(steps, list) or not steps or not all(isinstance(step, dict) for step in steps):
        raise InputError(f"{path}: a resolved design needs a list of steps")
    try:
        check_limits(dict(document))
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path}: a step of the resolved design lacks or misuses {error}") from error
    return dict(document)
