"""The formats by name, how a file's ending chooses one, and writing designs in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cadagent.errors import BuildError, InputError

if TYPE_CHECKING:
    from cadagent.kernel.limits import Limits
    from cadagent.kernel.part import Writer
    from cadagent.kernel.result import BuildResult


@dataclass(frozen=True)
class Options:
    """How drawings and pictures look; each format takes those that concern it.

    Attributes:
        title: name in title blocks and metadata; the file's name when left empty.
        units: unit of the numbers in a drawing; the design's own when left empty.
        projection: ``third`` or ``first`` angle.
        size: width and height of a picture in pixels.
        background: ``light`` or ``dark``.
        document: the design in canonical or compact form, for programs, which keep its figures and names.
    """

    title: str = ""
    units: str = ""
    projection: str = "third"
    size: tuple[int, int] = (800, 600)
    background: str = "light"
    document: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Format:
    """A format that can be written.

    Attributes:
        name: what ``--to`` calls it.
        suffixes: endings of its files, lower case; the first is the usual one.
        writer: ``module:function`` of a :data:`cadagent.kernel.part.Writer`.
        takes: the fields of :class:`Options` that the writer takes as keywords.
        about: one line for a person.
    """

    name: str
    suffixes: tuple[str, ...]
    writer: str
    takes: tuple[str, ...]
    about: str

    def bound(self, options: Options) -> Writer:
        """The writer with its options, ready for a worker."""
        module, _, function = self.writer.partition(":")
        chosen = {name: getattr(options, name) for name in self.takes}
        return partial(getattr(import_module(module), function), **chosen)


FORMATS: Mapping[str, Format] = {
    item.name: item
    for item in (
        Format(
            "step", (".step", ".stp"), "cadagent.kernel.part:step", (), "exact solids, AP242, named bodies"
        ),
        Format("stl", (".stl",), "cadagent.kernel.part:stl", (), "triangles, binary, millimetres"),
        Format("3mf", (".3mf",), "cadagent.exports.threemf:write", ("title",), "triangles for printing"),
        Format("glb", (".glb",), "cadagent.exports.glb:write", (), "binary glTF 2.0, metres, y up"),
        Format("brep", (".brep",), "cadagent.exports.brep:write", (), "OpenCASCADE's own exact format"),
        Format("dxf", (".dxf",), "cadagent.exports.dxf:write", ("title",), "sketches and views, true curves"),
        Format(
            "svg",
            (".svg",),
            "cadagent.exports.svg:write",
            ("title", "units", "projection"),
            "drawing sheet with sizes",
        ),
        Format("png", (".png",), "cadagent.exports.png:write", ("size", "background"), "shaded picture"),
        Format(
            "build123d",
            (".build123d.py",),
            "cadagent.programs.files:build123d",
            ("document",),
            "editable program, build123d",
        ),
        Format(
            "fusion", (".py",), "cadagent.programs.files:fusion", ("document",), "editable script, Fusion"
        ),
    )
}


def format_of(path: Path | str, name: str | None = None) -> Format:
    """The format by name or, without one, by the ending of the file.

    Raises:
        InputError: there is no such format.
    """
    if name is not None:
        if name not in FORMATS:
            raise InputError(f"unknown format {name!r}; known are {', '.join(FORMATS)}")
        return FORMATS[name]
    found = by_ending(path)
    if found is not None:
        return found
    suffix = Path(path).suffix.lower()
    raise InputError(
        f"{path}: the ending {suffix or '(none)'} names no format; known are {', '.join(FORMATS)}"
    )


def by_ending(path: Path | str) -> Format | None:
    """The first format with this ending, or None."""
    name = Path(path).name.lower()
    return next((item for item in FORMATS.values() if name.endswith(item.suffixes)), None)


def export(
    design: Any,
    path: Path | str,
    format: str | None = None,
    *,
    options: Options | None = None,
    overwrite: bool = False,
    limits: Limits | None = None,
) -> BuildResult:
    """Write a design to one file; see :func:`export_all`."""
    return export_all(design, [path], format, options=options, overwrite=overwrite, limits=limits)


def export_all(
    design: Any,
    paths: Iterable[Path | str],
    format: str | None = None,
    *,
    options: Options | None = None,
    overwrite: bool = False,
    limits: Limits | None = None,
) -> BuildResult:
    """Build a design once and write it to any number of files: all of them, or none.

    Args:
        design: a document in any form, or a validation report.
        paths: the files; the ending of each chooses its format.
        format: name of the format of all of them, whatever their endings.
        options: how drawings and pictures look.
        overwrite: write over files that are there.
        limits: bounds of the build.

    Raises:
        InputError: an unknown format, a file that is there already or cannot be written.
        DesignError: the document does not meet the language.
        BuildError: the solid could not be built.
    """
    from cadagent.kernel import build

    targets = [Path(path) for path in paths]
    resolved, units = _resolved(design)
    given = options or Options()
    outputs: dict[Path, Writer] = {}
    for path in targets:
        own = replace(
            given,
            title=given.title or path.stem,
            units=given.units or units,
            document=given.document or _document(design),
        )
        outputs[path] = format_of(path, format).bound(own)
        if path.exists() and not overwrite:
            raise InputError(f"{path} is there already and is never written over; name another file")
        if not path.parent.is_dir():
            raise InputError(f"cannot write {path}: {path.parent} is no folder")
    result = build(resolved, outputs=outputs, limits=limits)
    if not result.ok:
        reasons = "; ".join(f.one_line() for f in result.findings if f.severity == "error")
        raise BuildError(f"{', '.join(map(str, targets))} not written: {reasons}")
    return result


def _document(design: Any) -> Mapping[str, Any] | None:
    """The document of a design, or None where only its resolved form is at hand."""
    document = design if isinstance(design, Mapping) else design.canonical
    return None if document is None or document.get("form") == "resolved" else document


def _resolved(design: Any) -> tuple[dict[str, Any], str]:
    """The resolved form of a document or report, and the unit of its numbers."""
    document = design if isinstance(design, Mapping) else design.canonical
    if document is None:
        raise BuildError("there is no valid design to export")
    if document.get("form") == "resolved":
        return dict(document), "mm"
    from cadagent.design import resolve

    resolved = None if isinstance(design, Mapping) else design.resolved
    return dict(resolved or resolve(document)), str(document.get("units", "mm"))
