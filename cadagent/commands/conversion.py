"""Converting one file: read in whatever format it is, written in the format that is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cadagent.commands.designs import Design, read, refuse_solid
from cadagent.errors import BuildError, CadAgentError, InputError
from cadagent.exports import FORMATS, by_ending
from cadagent.interop import JSON_TARGETS


def target_of(path: Path, name: str | None = None) -> str:
    """The format by name or, without one, by the ending of the file; ``.json`` is compact CAD JSON.

    Raises:
        InputError: the ending names no format.
    """
    if name is not None:
        return name
    suffix = path.suffix.lower()
    if suffix == ".json":
        return "compact"
    item = by_ending(path)
    if item is not None:
        return item.name
    known = ", ".join([*JSON_TARGETS, *FORMATS])
    raise InputError(f"{path}: the ending {suffix or '(none)'} names no format; give --to: {known}")


def ending(target: str) -> str:
    """The usual ending of files of a format."""
    return FORMATS[target].suffixes[0] if target in FORMATS else ".json"


def check_target(path: Path) -> None:
    """Find out before any work whether a file can be written.

    Raises:
        InputError: it is there already, or has no folder.
    """
    if path.exists() or path.is_symlink():
        raise InputError(f"{path} is there already and is never written over; name another file")
    if not path.parent.is_dir():
        raise InputError(f"cannot write {path}: {path.parent} is no folder")


def read_source(path: Path, format: str | None = None) -> Design:
    """The design in a file; see :func:`cadagent.commands.designs.read`.

    Raises:
        InputError: it cannot be read, or is a STEP or STL file, which holds a solid and no design.
        BuildError: the design breaks a rule, or holds what CAD JSON cannot say.
    """
    refuse_solid(
        path,
        "it holds a solid and no design to convert; `cadagent compare` measures it and compares designs "
        "with it",
    )
    return read(path, format)


def write_target(design: Design, path: Path, target: str) -> tuple[str, ...]:
    """Write a design in a format, building it in this process where the format needs that.

    Returns:
        What is lost though the solid is the same, one line each.

    Raises:
        BuildError: the design does not build, or holds what the format cannot say.
        InputError: the file cannot be written.
    """
    from cadagent.interop import write_design
    from cadagent.results import write_text

    check_target(path)
    if target in JSON_TARGETS:
        written = write_design(design.canonical, design.resolved, target)
        write_text(path, written.text)
        return tuple(finding.message for finding in written.findings)
    from cadagent.exports import Options
    from cadagent.kernel import build_here

    writer = FORMATS[target].bound(Options(title=path.stem, units=design.units, document=design.canonical))
    result = build_here(design.resolved, outputs={path: writer})
    if not result.ok:
        reasons = "; ".join(f.one_line() for f in result.findings if f.severity == "error")
        raise BuildError(reasons)
    return ()


@dataclass(frozen=True)
class Job:
    """One file of a batch.

    Attributes:
        name: what the file is called in messages.
        source, target: absolute paths.
        format, to: names of the formats; ``format`` None: by content.
    """

    name: str
    source: Path
    target: Path
    format: str | None
    to: str


@dataclass(frozen=True)
class Done:
    """How a job ended: converted where ``problem`` is None."""

    problem: str | None
    notes: tuple[str, ...] = ()


def convert_one(job: Job) -> Done:
    """Convert one file, for a worker process; errors come back as words."""
    try:
        design = read_source(job.source, job.format)
        return Done(None, design.notes + write_target(design, job.target, job.to))
    except (CadAgentError, OSError) as error:
        words = " ".join(str(error).split())
    plain = words.removeprefix(f"{job.source}: ").removeprefix(f"{job.source} ")
    return Done(plain.replace(str(job.source), job.name).replace(str(job.target), job.target.name))
