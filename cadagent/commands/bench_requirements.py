"""``cadagent bench requirements``: false alarms, cover and seeded faults of the requirement checks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cadagent.errors import InputError

if TYPE_CHECKING:
    from cadagent.evaluation.requirements import Outcome, Truth

KINDS = ("figure", "count", "operation", "face", "position")
"""Kinds of faults, those first that change what the request gives."""
_FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


def truths(folder: Path, aside: frozenset[str]) -> Iterator[Truth]:
    """The rows of a CADPrompt folder: measured prompts with the solid of their DeepCAD file, in the unit of
    the prompt.

    Args:
        folder: has ``manifest.jsonl`` and a folder with ``deepcad.json`` for each row.
        aside: ids to leave out.
    """
    from cadagent.design import resolve
    from cadagent.design.expressions import MM_PER_UNIT
    from cadagent.evaluation.requirements import Truth, unit_of
    from cadagent.interop import deepcad, read_design

    for row in _rows(folder / "manifest.jsonl"):
        if row["id"] in aside:
            continue
        path, request = folder / row["id"] / "deepcad.json", row["prompt_measured"]
        units = unit_of(request)
        scale = deepcad.normal_scale(json.loads(path.read_text(encoding="utf-8"))) / deepcad.SCALE
        scale *= float(MM_PER_UNIT[units])
        resolved = resolve(read_design(path).document)
        matrix = [scale, 0, 0, 0, 0, scale, 0, 0, 0, 0, scale, 0]
        resolved["steps"].append(
            {"do": "transform", "id": "scale", "pointer": "", "bodies": None, "matrix": matrix}
        )
        yield Truth(row["id"], request, resolved, units)


def designs(path: Path, folder: Path, aside: frozenset[str]) -> list[tuple[str, str, dict[str, Any]]]:
    """Right designs of a file of ``{"id", "design"}`` lines with the prompts of a CADPrompt folder."""
    prompts = {row["id"]: row["prompt_measured"] for row in _rows(folder / "manifest.jsonl")}
    return [
        (row["id"], prompts[row["id"]], row["design"])
        for row in _rows(path)
        if "design" in row and row["id"] not in aside and row["id"] in prompts
    ]


def aside_of(path: Path | None) -> frozenset[str]:
    """The ids of a file of ``{"id", "reason"}`` lines."""
    return frozenset(row["id"] for row in _rows(path)) if path is not None else frozenset()


def _rows(path: Path) -> list[dict[str, Any]]:
    try:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read as JSON lines: {error}.") from error


@click.command(
    "requirements",
    epilog="Example:  cadagent bench requirements cadprompt-dev --aside aside.jsonl --designs right.jsonl",
)
@click.argument("folder", type=_FOLDER)
@click.option("--aside", type=_FILE, help="JSON lines with the ids of rows whose text and solid disagree.")
@click.option("--designs", "right", type=_FILE, help="JSON lines with right designs, to be broken.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the seeded faults.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as one JSON object.")
def bench_requirements(
    folder: Path, aside: Path | None, right: Path | None, seed: int, as_json: bool
) -> None:
    """False alarms and cover of the requirement checks on right solids, and seeded faults they flag."""
    from cadagent.evaluation.requirements import judge_faults, judge_truths

    out = aside_of(aside)
    solid = judge_truths(truths(folder, out))
    for name, row in solid.alarms:
        click.echo(f"{name}: {row.requirement.words} {row.requirement.role} {row.state}", err=True)
    figures = {"false alarms": solid.false_alarms, "covered": solid.covered}
    slow = _milliseconds(solid)
    if right is not None:
        broken = judge_faults(designs(right, folder, out), seed)
        figures["false alarms beside right designs"] = broken.false_alarms
        figures |= {f"faults flagged, {kind}": broken.seeded(kind) for kind in KINDS}
    if as_json:
        values = {name: [one.value, one.low, one.high, one.count] for name, one in figures.items()}
        click.echo(json.dumps({**values, "median ms": slow[0], "95 % ms": slow[1]}))
        return
    for name, one in figures.items():
        click.echo(f"{name:<36} {one}")
    click.echo(f"{'a comparison':<36} {slow[0]:.1f} ms in the middle, {slow[1]:.1f} ms at 95 %")


def _milliseconds(outcome: Outcome) -> tuple[float, float]:
    """Median and 95th percentile of the comparisons."""
    ordered = sorted(outcome.seconds)
    if not ordered:
        return 0.0, 0.0
    return 1e3 * ordered[len(ordered) // 2], 1e3 * ordered[int(0.95 * (len(ordered) - 1))]
