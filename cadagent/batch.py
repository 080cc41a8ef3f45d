"""Many requests from a file: one JSON line in, one JSON line out, resumable and on several workers."""

from __future__ import annotations

import json
import multiprocessing
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cadagent.agent import Finished, run
from cadagent.design import dumps
from cadagent.errors import InputError
from cadagent.feedback import open_store
from cadagent.generation import Model, ModelSettings, open_model
from cadagent.results import summary
from cadagent.settings import Settings

MAX_ROW = 100_000


@dataclass(frozen=True)
class Row:
    """One request of a batch; ``id`` is the row's own or its line number."""

    id: str
    request: str


def read_rows(path: Path) -> list[Row]:
    """The requests of a JSON-lines file: objects with ``request`` (or ``prompt``) and an optional ``id``.

    Raises:
        InputError: naming the line that cannot be used, or ids that stand twice.
    """
    rows: list[Row] = []
    seen: set[str] = set()
    for number, line in enumerate(_lines(path), 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line) if len(line) <= MAX_ROW else None
        except (json.JSONDecodeError, RecursionError):
            value = None
        text = value.get("request", value.get("prompt")) if isinstance(value, dict) else None
        if not isinstance(text, str):
            raise InputError(f'{path}, line {number}: expected an object with a text under "request".')
        identity = str(value.get("id", number))
        if identity in seen:
            raise InputError(f"{path}, line {number}: the id {identity} stands twice.")
        seen.add(identity)
        rows.append(Row(identity, text))
    return rows


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 text.") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from error


def done_ids(path: Path) -> set[str]:
    """Ids whose results a batch file already holds; a last line that was cut off is removed from the file."""
    if not path.exists():
        return set()
    done: set[str] = set()
    kept: list[str] = []
    lines = _lines(path)
    for number, line in enumerate(lines, 1):
        try:
            done.add(str(json.loads(line)["id"]))
        except (json.JSONDecodeError, KeyError, TypeError) as error:
            if number < len(lines):
                raise InputError(f"{path}, line {number} is no result of a batch; name another file.") from error
            continue
        kept.append(line)
    if len(kept) < len(lines):
        path.write_text("".join(line + "\n" for line in kept), encoding="utf-8")
    return done


def run_batch(source: Path, target: Path, settings: Settings, workers: int,
              told: Callable[[int, int], None], cancel: threading.Event) -> tuple[int, int]:
    """Run every request of ``source`` that ``target`` has no result for; appends as each ends.

    Returns:
        How many results in ``target`` are valid, and how many there are in all.
    """
    rows = read_rows(source)
    done = done_ids(target)
    waiting = [row for row in rows if row.id not in done]
    count = len(rows) - len(waiting)
    told(count, len(rows))
    try:
        with target.open("a", encoding="utf-8") as out:
            for result in _results(waiting, settings, workers, cancel):
                out.write(json.dumps(result, ensure_ascii=False) + "\n")
                out.flush()
                count += 1
                told(count, len(rows))
    except OSError as error:
        raise InputError(f"{target} cannot be written: {error.strerror or error}.") from error
    wanted = {row.id for row in rows}
    results = [json.loads(line) for line in _lines(target)]
    results = [result for result in results if result["id"] in wanted]
    return sum(result["status"] == "valid" for result in results), len(results)


def _results(rows: list[Row], settings: Settings, workers: int, cancel: threading.Event) -> Iterator[dict[str, Any]]:
    if workers == 1:
        for row in rows:
            if cancel.is_set():
                return
            yield one(row, settings, cancel)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        waiting = iter(rows)
        running: set[Future[dict[str, Any]]] = set()
        while not cancel.is_set():
            while len(running) < workers and (row := next(waiting, None)) is not None:
                running.add(pool.submit(one, row, settings))
            if not running:
                return
            ended, running = wait(running, timeout=0.2, return_when=FIRST_COMPLETED)
            for future in ended:
                yield future.result()
        pool.shutdown(cancel_futures=True)


_models: dict[str, Model] = {}


def one(row: Row, settings: Settings, cancel: threading.Event | None = None) -> dict[str, Any]:
    """The result of one request, JSON-ready; errors of this row stay in this row."""
    if settings.model not in _models:
        _models[settings.model] = open_model(settings.model, ModelSettings(threads=settings.threads))
    result: dict[str, Any] = {"id": row.id, "request": row.request, "status": "failed"}
    try:
        with open_store(settings.db) as store:
            for event in run(row.request, model=_models[settings.model], settings=settings, store=store, cancel=cancel):
                if isinstance(event, Finished):
                    result |= finished(event)
    except InputError as error:
        result["reason"] = str(error)
    return result


def finished(event: Finished) -> dict[str, Any]:
    """The end of a run, JSON-ready."""
    report = event.best.report if event.best is not None else None
    valid = event.status == "valid" and report is not None and report.canonical is not None
    return {
        "status": event.status,
        "reason": event.reason,
        "run": event.run_id,
        "attempts": event.attempts,
        "seconds": round(event.seconds, 3),
        "assumptions": list(event.assumptions),
        "design": json.loads(dumps(report.canonical)) if valid and report and report.canonical else None,
        **(summary(report) if report is not None else {}),
    }
