"""Sets of requests for an evaluation: any JSON-lines file, and the sets of the field, read where they lie."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from cadagent.commands.designs import accepted, read, solid_kind
from cadagent.design.expressions import MM_PER_UNIT
from cadagent.errors import BuildError, InputError
from cadagent.evaluation.comparison import Source
from cadagent.evaluation.judging import Request, Truth
from cadagent.evaluation.requirements import unit_of

DATA = "CADAGENT_DATA"
"""The environment variable that names the folder of the sets of the field."""

_TASKS = ("generate", "edit")
_LEVELS = ("abstract", "beginner", "intermediate", "expert")
_KEYS = frozenset(
    ("id", "request", "prompt", "level", "reference", "units", "assert", "expects", "task", "design")
)
_MAX_BYTES = 64_000_000
"""Larger sets are refused unread."""
_MAX_NAME = 100
"""Characters of an id or a level, which stand in tables."""
_EXAMPLE = '{"id": "1", "request": "a 20 mm cube", "assert": {"size": [20, 20, 20]}}'


def minimal_of(resolved: dict[str, Any]) -> Mapping[str, Any] | None:
    """A resolved design in minimal JSON, None where that cannot say it. Builds it in this process."""
    from cadagent.interop import write_design

    try:
        found: Mapping[str, Any] = json.loads(write_design(None, resolved, "minimal").text)
    except BuildError:
        return None
    return found


def load(name: str, level: str | None = None, truths: Path | None = None) -> tuple[list[Request], str]:
    """The requests of a set, and a hash of all that they hold.

    Args:
        name: ``cadprompt``, ``query2cad`` or ``text2cad``, or the path of a JSON-lines file.
        level: only requests of this level.
        truths: a JSON-lines file with what is known of requests, by their ``id`` (or ``line``): ``assert``,
            and as ``design`` a right answer.

    Raises:
        InputError: the set cannot be read, or a line of it is none; the line is named.
        BuildError: a reference design breaks a rule.
    """
    requests = list(_SETS[name](_data_folder(name)) if name in _SETS else _own(Path(name)))
    if level is not None:
        levels = sorted({one.level for one in requests})
        requests = [one for one in requests if one.level == level]
        if not requests:
            raise InputError(
                f"{name} has no level {level!r}; it has {', '.join(filter(None, levels)) or 'none'}."
            )
    if truths is not None:
        requests = _with_truths(requests, truths)
    seen: set[str] = set()
    for one in requests:
        if one.id in seen:
            raise InputError(f"{name}: the id {one.id!r} stands twice.")
        seen.add(one.id)
    return requests, _hash(requests)


def _hash(requests: list[Request]) -> str:
    """Of texts and truths; files of references by their bytes."""
    digest = hashlib.sha256()
    for one in requests:
        solid = one.truth.solid
        digest.update(repr((one.id, one.text, one.task, one.expects, one.design)).encode())
        digest.update(json.dumps([one.truth.assertions, one.truth.scale], sort_keys=True).encode())
        if solid is not None:
            held = json.dumps(solid.resolved).encode() if solid.path is None else solid.path.read_bytes()
            digest.update(hashlib.sha256(held).digest())
    return digest.hexdigest()


def _data_folder(name: str) -> Path:
    value = os.environ.get(DATA)
    if not value or not Path(value).is_dir():
        raise InputError(
            f"The set {name} is read from the folder that the variable {DATA} names; it names none."
        )
    return Path(value)


def rows_of_file(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a JSON-lines file with their line numbers; raises InputError where it is none."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise InputError(f"{path} has more than {_MAX_BYTES:,} bytes; that is too much.")
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = "not UTF-8 text" if isinstance(error, UnicodeDecodeError) else error.strerror
        raise InputError(f"{path} cannot be read: {reason or error}.") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            raise InputError(f"{path}, line {number} is no JSON object; a line looks like this: {_EXAMPLE}")
        yield number, value


def _own(path: Path) -> Iterator[Request]:
    """The requests of a file of a person's own; see docs/evaluation.md for its keys."""
    count = 0
    for number, row in rows_of_file(path):
        count += 1
        where = f"{path}, line {number}"
        text = row.get("request", row.get("prompt"))
        if not isinstance(text, str) or not text.strip():
            raise InputError(f'{where} has no text under "request"; a line looks like this: {_EXAMPLE}')
        unknown = row.keys() - _KEYS
        if unknown:
            raise InputError(f"{where}: unknown key {min(unknown)!r}; known are {', '.join(sorted(_KEYS))}")
        expects, task = (
            row.get("expects", "design"),
            row.get("task", "edit" if "design" in row else "generate"),
        )
        if expects not in ("design", "none") or task not in _TASKS or (task == "edit") != ("design" in row):
            raise InputError(
                f"{where}: expects is design or none, task {' or '.join(_TASKS)}, an edit has a design"
            )
        if not isinstance(row.get("assert", {}), dict):
            raise InputError(f'{where}: "assert" must be an object')
        design = row.get("design")
        name, level = str(row.get("id", number)), str(row.get("level", ""))
        if not all(word.isprintable() and len(word) <= _MAX_NAME for word in (name, level)):
            raise InputError(f"{where}: id and level are words of at most {_MAX_NAME} characters")
        yield Request(
            id=name,
            text=text,
            truth=_truth(row, path.parent, where),
            level=level,
            task=task,
            expects=expects,
            design=_inline(design, where).canonical if design is not None else None,
        )
    if not count:
        raise InputError(f"{path} holds no request; a line looks like this: {_EXAMPLE}")


def _truth(row: Mapping[str, Any], folder: Path, where: str) -> Truth:
    """What a row knows of its part: a design or the file of one, or of a solid, and assertions."""
    reference, assertions, units = row.get("reference"), row.get("assert"), row.get("units", "mm")
    if units not in MM_PER_UNIT:
        raise InputError(
            f"{where}: the unit of a reference is one of {', '.join(MM_PER_UNIT)}, not {units!r}"
        )
    if reference is None:
        return Truth(assertions=assertions)
    if isinstance(reference, dict):
        found = _inline(reference, where)
        path = None
    elif isinstance(reference, str):
        path = folder / reference
        if not path.resolve().is_relative_to(folder.resolve()):
            raise InputError(f"{where}: the reference {reference!r} lies outside the folder of the set")
        kind = solid_kind(path)
        if kind is not None:
            return Truth(Source(reference, kind, path=path.resolve()), _scale(units), assertions=assertions)
        found = read(path)
    else:
        raise InputError(f"{where}: a reference is a design or the path of a file")
    solid = Source(path.name if path is not None else "the reference", "design", resolved=found.resolved)
    return Truth(solid, 1.0, found.canonical, found.resolved, assertions)


def _inline(value: Any, where: str) -> Any:
    from cadagent.interop import convert

    if not isinstance(value, dict):
        raise InputError(f"{where}: a design is a JSON object")
    return accepted(convert(value, name=where), Path(where))


def _scale(units: str) -> float:
    """By what an answer, in millimetres, is scaled to be compared with a solid in other units."""
    return 1 / float(MM_PER_UNIT[units])


def _with_truths(requests: list[Request], path: Path) -> list[Request]:
    known: dict[str, Truth] = {}
    for number, row in rows_of_file(path):
        keys = {"reference": "design", "assert": "assert"}
        told = {key: row[name] for key, name in keys.items() if row.get(name) is not None}
        known[str(row.get("id", row.get("line")))] = _truth(told, path.parent, f"{path}, line {number}")
    found = []
    for one in requests:
        more, truth = known.get(one.id, Truth()), one.truth
        if more.solid is not None:
            truth = replace(more, assertions=truth.assertions)
        if more.assertions is not None:
            truth = replace(truth, assertions=more.assertions)
        found.append(replace(one, truth=truth))
    return found


def _cadprompt(folder: Path) -> Iterator[Request]:
    """CADPrompt: the abstract and the measured prompt of each part; solids are in the prompt's unit."""
    home = folder / "cadprompt-dev"
    for _, row in rows_of_file(home / "manifest.jsonl"):
        part = home / row["id"]
        sketches = read(part / "deepcad.json").resolved if row["stl_matches_json"] else None
        solid = Source(f"{row['id']}.stl", "stl", path=(part / "ground_truth.stl").resolve())
        # null is an answer without a usable solid
        recorded = {name.removesuffix("_iou"): row[name] or 0.0 for name in row if name.endswith("_iou")}
        for level in ("measured", "abstract"):
            text = row[f"prompt_{level}"]
            yield Request(
                f"{row['id']}/{level}",
                text,
                Truth(solid, _scale(unit_of(text)), sketches=sketches),
                level,
                recorded=recorded if level == "measured" else {},
            )


def _query2cad(folder: Path) -> Iterator[Request]:
    """Query2CAD: short requests, named by their lines; what they should give is not part of the set."""
    path = folder / "query2cad" / "queries-dev.txt"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield Request(str(number), line, Truth())


def _text2cad(folder: Path) -> Iterator[Request]:
    """Text2CAD: four levels of prompt for each part, corrected where its published extents are wrong."""
    for _, row in rows_of_file(folder / "text2cad-dev" / "pairs.jsonl"):
        found = _inline(row["minimal_json_true"] or row["minimal_json_as_published"], f"part {row['uid']}")
        for level in _LEVELS:
            truth = Truth(
                Source(row["uid"], "design", resolved=found.resolved),
                _scale(unit_of(row[level])),
                sketches=found.resolved,
            )
            yield Request(f"{row['uid']}/{level}", row[level], truth, level)


_SETS = {"cadprompt": _cadprompt, "query2cad": _query2cad, "text2cad": _text2cad}
NAMES = tuple(_SETS)
