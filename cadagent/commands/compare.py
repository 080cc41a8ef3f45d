"""``cadagent compare``: how two solids, and two designs, differ."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cadagent.errors import ExitCode
from cadagent.shell import complain, printable

if TYPE_CHECKING:
    from cadagent.evaluation.comparison import Comparison, Side, Source
    from cadagent.evaluation.operations import Change

_FILE = click.Path(path_type=Path)
_EPILOG = "\n".join(
    [
        "\b",
        "Examples:",
        "  cadagent compare before.json after.json",
        "  cadagent compare design.json scan.stl --pose",
        "  cadagent compare part.step part.stl --json",
    ]
)


@click.command("compare", epilog=_EPILOG)
@click.argument("first", metavar="A", type=_FILE)
@click.argument("second", metavar="B", type=_FILE)
@click.option("--pose", is_flag=True, help="Turn and move A onto B first, as fits best.")
@click.option("--picture/--no-picture", default=True, help="Draw common, added and removed material.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as one JSON object.")
def compare(first: Path, second: Path, pose: bool, picture: bool, as_json: bool) -> ExitCode:
    """Compare two files: designs (CAD JSON and the foreign formats), STEP or STL, in any combination."""
    from cadagent.evaluation.comparison import compare_solids
    from cadagent.evaluation.operations import changes
    from cadagent.kernel import warm

    warm()  # the kernel loads in its own process while the files are looked at here
    (one, document), (two, other) = _source(first), _source(second)
    found = compare_solids(one, two, pose=pose)
    edits = changes(document, other) if document is not None and other is not None else None
    if as_json:
        operations = None if edits is None else [edit.as_dict() for edit in edits]
        data = {**found.as_dict(), "pose": pose, "operations": operations}
        click.echo(json.dumps(data, ensure_ascii=False))
        return ExitCode.VALID
    if picture:
        _draw(found)
    for line in [*_figures(found, pose), *_edits(edits)]:
        click.echo(printable(line))
    return ExitCode.VALID


def _source(path: Path) -> tuple[Source, dict | None]:
    """A file as a source of a solid, with its canonical document where it has one."""
    from cadagent.commands.designs import read, solid_kind
    from cadagent.evaluation.comparison import Source

    kind = solid_kind(path)
    if kind is not None:
        return Source(str(path), kind, path=path.resolve()), None
    design = read(path)
    for note in design.notes:
        complain(f"{path}: {note}")
    return Source(str(path), "design", resolved=design.resolved), design.canonical


def _draw(found: Comparison) -> None:
    from cadagent.console import picture_size, wants_color
    from cadagent.evaluation.overlay import legend, overlay

    if found.difference is None:
        return
    columns, rows = picture_size()
    click.echo(overlay(found.difference, columns, rows, color=wants_color(sys.stdout)), color=True)
    for line in legend(found.difference, "A", "B"):
        click.echo(line)
    click.echo()


def _figures(found: Comparison, pose: bool) -> list[str]:
    a, b = found.first, found.second
    rows = [
        ("", "A", "B", ""),
        ("file", Path(a.name).name, Path(b.name).name, ""),
        ("kind", a.kind, b.kind, ""),
        ("bodies", str(a.bodies), str(b.bodies), ""),
        ("volume mm³", *_pair(a.volume, b.volume)),
        ("area mm²", *_pair(a.area, b.area)),
        *((f"size {axis} mm", *_pair(a.size[i], b.size[i])) for i, axis in enumerate("xyz")),
        ("from mm", _point(a, "box_min"), _point(b, "box_min"), ""),
        ("to mm", _point(a, "box_max"), _point(b, "box_max"), ""),
        ("closed", *("yes" if side.closed else "no" for side in (a, b)), ""),
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    lines = [
        "  ".join(
            [row[0].ljust(widths[0]), row[1].rjust(widths[1]), row[2].rjust(widths[2]), row[3]]
        ).rstrip()
        for row in rows
    ]
    where = "best of all poses" if pose else "where they stand"
    if found.iou is None:
        lines.append(f"IoU: none, {found.problem}")
    else:
        lines.append(f"IoU {found.iou:.6f} ({where}; {found.fineness})")
    lines.append(f"Chamfer × 1000: {found.chamfer:.4f} (two samples of one shape differ by 0.1 to 0.5)")
    return lines


def _pair(a: float, b: float) -> tuple[str, str, str]:
    """Both figures, and the change from the first to the second where there is one to speak of."""
    largest = max(abs(a), abs(b))
    if abs(b - a) <= 1e-6 * largest:
        return f"{a:.6g}", f"{b:.6g}", ""
    share = f" ({100 * (b - a) / a:+.3g} %)" if a else ""
    return f"{a:.6g}", f"{b:.6g}", f"{b - a:+.6g}{share}"


def _point(side: Side, corner: str) -> str:
    return ", ".join(f"{value:.6g}" for value in getattr(side, corner))


def _edits(edits: Sequence[Change] | None) -> list[str]:
    """The operations that differ, and how many do not."""
    if edits is None:
        return []
    same = sum(edit.kind == "same" for edit in edits)
    lines = [line for edit in edits if edit.kind != "same" for line in edit.lines()]
    if not lines:
        return ["", f"operations: all {same} the same"]
    return ["", f"operations (= {same} the same, ~ changed, + only in B, - only in A):", *lines]
