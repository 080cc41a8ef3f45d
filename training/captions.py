"""Public data sets of captioned designs as training records: CADmium, Text2CAD and files like theirs.

    python -m training.captions --source chandar-lab/CADmium-ds --split train --out cadmium.jsonl
    python -m training.captions --source text2cad.csv --level expert --designs minimal --out text2cad.jsonl

A row has English (``annotation``, ``prompt``, or one of Text2CAD's levels) and minimal JSON (``json_desc`` or
``minimal_json``, as text or as an object; or a file of its ``uid``). The design is converted to our language;
lengths keep the data sets' scale, where the largest extent is 0.75, so that the records say ``unit``. Mind
the terms of a data set before training on it: the one that ships was trained on none.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from cadagent.agent.explaining import explain_prompt
from cadagent.agent.prompts import clean_request, first_prompt
from cadagent.errors import CadAgentError, InputError, ModelUnavailable
from cadagent.interop import convert
from cadagent.interop.reader import load_json, parse_json
from training.records import report_path
from training.synthetic.completions import Rejected, completion

Row = Mapping[str, Any]
LEVELS = ("abstract", "beginner", "intermediate", "expert")
_ENGLISH = ("annotation", "prompt", *reversed(LEVELS))
_DESIGNS = ("json_desc", "minimal_json")
_KINDS = {".parquet": "parquet", ".jsonl": "json", ".json": "json", ".csv": "csv"}


def rows(source: str, *, split: str = "train") -> Iterator[Row]:
    """The rows of a data set, one after the other.

    Args:
        source: a Parquet, JSON lines or CSV file, a folder of Parquet files, or a data set's name on a hub.
        split: which part of a hub's data set.

    Raises:
        InputError: the file cannot be read, or the data set has no such part.
        ModelUnavailable: the hub does not answer.
    """
    from datasets import load_dataset
    from datasets.exceptions import DatasetGenerationError, DatasetNotFoundError

    path = Path(source)
    try:
        if path.is_dir():
            files = sorted(map(str, path.glob("**/*.parquet")))
            if not files:
                raise InputError(f"{source} holds no Parquet files")
            found = load_dataset("parquet", data_files=files, split="train", streaming=True)
        elif path.suffix in _KINDS:
            if not path.is_file():
                raise InputError(f"no such file: {source}")
            found = load_dataset(_KINDS[path.suffix], data_files=str(path), split="train", streaming=True)
        else:
            found = load_dataset(source, split=split, streaming=True)
        yield from found
    except (DatasetNotFoundError, ConnectionError) as error:
        raise ModelUnavailable(f"the data set {source} cannot be fetched: {_line(error)}") from error
    except (DatasetGenerationError, OSError, ValueError) as error:
        raise InputError(f"{source} cannot be read: {_line(error)}") from error


def record(
    row: Row, *, level: str | None = None, task: str = "generate", designs: Path | None = None
) -> dict[str, Any]:
    """A row as a training record.

    Args:
        level: the column with the English; by default the first of ``annotation``, ``prompt`` and Text2CAD's
            levels, the longest first.
        task: ``generate``: English in, design out; ``explain``: the other way round.
        designs: folder with the designs, as ``UID.json`` or ``UID/minimal_json/NAME.json``.

    Raises:
        InputError: the row has no English or no design, or the design is no minimal JSON.
        Rejected: the design has a part that our language cannot say, or breaks one of its rules.
    """
    name = level or next((column for column in _ENGLISH if row.get(column)), "prompt")
    if not isinstance(english := row.get(name), str) or not english.strip():
        raise InputError(f"no English in the column {name}")
    imported = convert(_design(row, designs), "minimal", "the design")
    if not imported.complete:
        raise Rejected(imported.findings[0].code)
    design = completion(imported.document)
    text = clean_request(english)
    messages = first_prompt(text) if task == "generate" else explain_prompt(design)
    return {
        "messages": [{"role": message.role, "content": message.content} for message in messages],
        "completion": design if task == "generate" else text,
        "task": task,
        "uid": row.get("uid"),
        "level": name,
    }


def records(
    source: Iterable[Row], report: Counter[str], *, strict: bool = False, **options: Any
) -> Iterator[dict[str, Any]]:
    """The records of rows; those that cannot be converted are counted by reason.

    Raises:
        InputError: with ``strict``, the first row that cannot be converted; always, when none can be.
    """
    for number, row in enumerate(source, start=1):
        report["rows"] += 1
        try:
            made = record(row, **options)
        except (InputError, Rejected) as error:
            if strict:
                raise InputError(f"row {number}: {error}") from error
            report[f"dropped: {error}"[:80]] += 1
            continue
        report["kept"] += 1
        yield made
    if not report["kept"]:
        reasons = "; ".join(f"{reason} ({count})" for reason, count in report.most_common(3))
        raise InputError(f"no row could be converted: {reasons or 'there are none'}")


def _design(row: Row, folder: Path | None) -> Any:
    if folder is not None:
        uid = str(row.get("uid"))
        if not uid or ".." in Path(uid).parts or Path(uid).is_absolute():
            raise InputError(f"the uid {uid!r} names no file")
        for path in (folder / f"{uid}.json", folder / uid / "minimal_json" / f"{Path(uid).name}.json"):
            if path.is_file():
                return load_json(path)
        raise InputError("no file with the design")
    value = next((row[column] for column in _DESIGNS if row.get(column)), None)
    if value is None:
        raise InputError(f"no design in the columns {', '.join(_DESIGNS)}")
    return parse_json(value, "the design") if isinstance(value, str) else _without_nothing(value)


def _without_nothing(value: Any) -> Any:
    """An object as a table holds it, without the keys that only other rows have: tables fill them with
    nothing."""
    if isinstance(value, dict):
        return {key: _without_nothing(entry) for key, entry in value.items() if entry is not None}
    return [_without_nothing(entry) for entry in value] if isinstance(value, list) else value


def _line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m training.captions", description="Turn captioned designs into training records."
    )
    parser.add_argument("--source", required=True, help="Parquet, JSONL or CSV file, folder, or hub name")
    parser.add_argument("--split", default="train", help="part of a hub's data set")
    parser.add_argument("--level", help="column with the English")
    parser.add_argument("--task", choices=("generate", "explain"), default="generate")
    parser.add_argument("--designs", type=Path, help="folder with the designs by uid")
    parser.add_argument("--limit", type=int, help="use only the first LIMIT rows")
    parser.add_argument("--strict", action="store_true", help="stop at a row that cannot be converted")
    parser.add_argument("--out", required=True, type=Path, help="JSONL file, written anew")
    options = parser.parse_args(arguments)
    report: Counter[str] = Counter()
    try:
        found = rows(options.source, split=options.split)
        if options.limit:
            found = (row for row, _ in zip(found, range(options.limit), strict=False))
        made = list(
            records(
                found,
                report,
                strict=options.strict,
                level=options.level,
                task=options.task,
                designs=options.designs,
            )
        )
    except CadAgentError as error:
        print(f"error: {error}", file=sys.stderr)
        return int(error.exit_code)
    lines = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in made)
    options.out.write_text(lines, encoding="utf-8")
    summary = {"source": Path(options.source).name, "task": options.task, **dict(report.most_common())}
    report_path(options.out).write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(summary))
    return 0


if __name__ == "__main__":
    sys.exit(main())
