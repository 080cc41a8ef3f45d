"""Exports on disk: a folder with one file a split, and a manifest that says what is in them."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Literal

from cadagent.design import LANGUAGE_VERSION, language_hash
from cadagent.errors import InputError
from cadagent.feedback.exports import Export, Format, Row
from cadagent.feedback.interchange import line_of
from cadagent.feedback.reviewing import Filter
from cadagent.feedback.store import Store
from cadagent.feedback.values import to_json

FileKind = Literal["jsonl", "parquet"]
MANIFEST = "manifest.json"
_AT_ONCE = 5_000


@dataclass
class _Written:
    """What went into one file of an export."""

    rows: int = 0
    groups: set[str] = field(default_factory=set)

    def count(self, row: Row) -> None:
        self.rows += 1
        if "group" in row:
            self.groups.add(row["group"])


def export(
    store: Store,
    folder: Path,
    format: Format,
    *,
    kind: FileKind = "jsonl",
    wanted: Filter | None = None,
    check: Callable[[str], bool] | None = None,
) -> dict[str, Any]:
    """Write an export into a new folder, the whole of it or nothing, and return its manifest.

    The same store and query give the same bytes. ``train`` and ``held-out`` are files of their own; a format
    without rows in one of them has no such file, and where there are no rows at all no folder stays. ``runs``
    is one file, and is what can be imported again.

    Args:
        wanted: which runs; all when left out.
        check: whether a design still validates; the validation with a build when left out.

    Raises:
        InputError: the folder is there already or cannot be written, ``runs`` is wanted as Parquet or
            filtered, or Parquet is wanted and pyarrow is not installed.
    """
    wanted = wanted or Filter()
    if format == "runs" and (kind != "jsonl" or wanted != Filter()):
        raise InputError("Whole runs are exported as JSON lines, all of them.")
    source = Export(store, wanted)
    if check is not None:
        source.check = check
    writer = _parquet if kind == "parquet" else _lines
    with whole_or_nothing(folder) as partial, store.reading():
        partial.mkdir()
        files = writer(source.rows(format), partial)
        manifest = {
            "format": format,
            "query": {name: value for name, value in vars(wanted).items() if value and name != "judged"},
            "language_version": LANGUAGE_VERSION,
            "language_hash": language_hash(),
            "rows": sum(one.rows for one in files.values()),
            "left_out": dict(sorted(source.left_out.items())),
            "files": {
                name: {
                    "split": name.partition(".")[0] if format != "runs" else None,
                    "rows": one.rows,
                    "groups": len(one.groups),
                    **_fingerprint(partial / name),
                }
                for name, one in sorted(files.items())
            },
        }
        if format == "llama-factory":
            _write_json(partial / "dataset_info.json", _dataset_info(files))
        _write_json(partial / MANIFEST, manifest)
    if not files:
        shutil.rmtree(folder)  # it has only the manifest, and its name is wanted for the next export
    return manifest


def _lines(rows: Iterator[Row], folder: Path) -> dict[str, _Written]:
    files: dict[str, _Written] = {}
    with ExitStack() as opened:
        handles: dict[str, BinaryIO] = {}
        for row in rows:
            name = f"{row.get('split', 'runs')}.jsonl"
            if name not in files:
                files[name] = _Written()
                handles[name] = opened.enter_context((folder / name).open("wb", buffering=1 << 20))
            handles[name].write(line_of(row).encode())
            files[name].count(row)
    return files


def _parquet(rows: Iterator[Row], folder: Path) -> dict[str, _Written]:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise InputError(f"Parquet needs pyarrow: pip install 'cadagent[parquet]' ({error}).") from error
    files: dict[str, _Written] = {}
    with ExitStack() as opened:
        writers: dict[str, Any] = {}
        waiting: dict[str, list[Row]] = {}

        def flush(name: str) -> None:
            batch = waiting.pop(name)
            table = pyarrow.Table.from_pylist(batch, schema=_schema(pyarrow, batch[0]))
            if name not in writers:
                writers[name] = opened.enter_context(parquet.ParquetWriter(folder / name, table.schema))
            writers[name].write_table(table)

        for row in rows:
            name = f"{row['split']}.parquet"
            files.setdefault(name, _Written()).count(row)
            waiting.setdefault(name, []).append(row)
            if len(waiting[name]) >= _AT_ONCE:
                flush(name)
        for name in list(waiting):
            flush(name)
    return files


def _fingerprint(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return {"bytes": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def _schema(pyarrow: Any, row: Row) -> Any:
    """Types by column and not by what a batch happens to hold, so that every batch has the same."""
    turns = pyarrow.list_(pyarrow.struct([("role", pyarrow.string()), ("content", pyarrow.string())]))
    kinds = {list: turns, bool: pyarrow.bool_(), int: pyarrow.int64()}
    numbers = {"attempt": int, "rejected_attempt": int}
    return pyarrow.schema(
        [(name, kinds.get(numbers.get(name, type(value)), pyarrow.string())) for name, value in row.items()]
    )


def _dataset_info(files: dict[str, _Written]) -> dict[str, Any]:
    """What LLaMA-Factory reads to find the data: chat messages with the roles of OpenAI's format."""
    tags = {"role_tag": "role", "content_tag": "content"}
    tags |= {"user_tag": "user", "assistant_tag": "assistant", "system_tag": "system"}
    return {
        f"cadagent-{name.partition('.')[0]}": {
            "file_name": name,
            "formatting": "sharegpt",
            "columns": {"messages": "messages"},
            "tags": tags,
        }
        for name in sorted(files)
    }


def _write_json(path: Path, value: Any) -> None:
    path.write_text(f"{to_json(value)}\n", encoding="utf-8")


@contextmanager
def whole_or_nothing(path: Path) -> Iterator[Path]:
    """A place to write a file or folder to; it appears as ``path`` when all went well, else not at all.

    Raises:
        InputError: ``path`` is there already, or cannot be written.
    """
    if not path.name:
        raise InputError(f"'{path}' is no name for a new file or folder.")
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        if path.exists():
            raise InputError(f"{path} is there already and is never written over; name another.")
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield partial
            _synced(partial)
            partial.rename(path)
        finally:
            if partial.is_dir():
                shutil.rmtree(partial, ignore_errors=True)
            else:
                with suppress(OSError):
                    partial.unlink()
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}.") from error


def _synced(path: Path) -> None:
    """On the disk before it gets its name."""
    for one in [path] if path.is_file() else sorted(path.iterdir()):
        with one.open("rb") as file:
            os.fsync(file.fileno())
