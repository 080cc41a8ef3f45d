"""Many requests from a file: one JSON line in, one JSON line out, resumable and on several workers."""

from __future__ import annotations

import json
import multiprocessing
import multiprocessing.connection
import multiprocessing.util
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar, cast

from cadagent.agent import Finished, run
from cadagent.errors import InputError, ModelUnavailable
from cadagent.feedback import open_store
from cadagent.generation import Model, ModelSettings, open_model
from cadagent.results import outcome
from cadagent.settings import Settings

MAX_ROW = 100_000
T = TypeVar("T")


@dataclass(frozen=True)
class Row:
    """One line of a batch.

    Attributes:
        id: the row's own, or its line number.
        request: its text.
        problem: why the line cannot be run, if it cannot.
    """

    id: str
    request: str
    problem: str | None = None


def read_rows(path: Path) -> list[Row]:
    """The rows of a JSON-lines file: objects with ``request`` (or ``prompt``) and an optional ``id``.

    A line that is no such object becomes a row with a problem; empty lines are skipped.

    Raises:
        InputError: the file cannot be read, holds no usable row, or an id stands twice (results go by id).
    """
    rows: list[Row] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(_lines(path), 1):
        if not line.strip():
            continue
        row = _row(line, number)
        if row.id in seen:
            raise InputError(
                f"{path}, line {number}: the id {row.id!r} stands in line {seen[row.id]} already."
            )
        seen[row.id] = number
        rows.append(row)
    if all(row.problem for row in rows):
        wanted = '{"id": "1", "request": "a 20 mm cube"}'
        raise InputError(f"{path} holds no request; a line looks like this: {wanted}")
    return rows


def _row(line: str, number: int) -> Row:
    try:
        value = json.loads(line) if len(line) <= MAX_ROW else None
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        what = f"is longer than {MAX_ROW} characters" if len(line) > MAX_ROW else "is no JSON object"
        return Row(str(number), "", f"line {number} {what}")
    identity = value.get("id")
    name = str(identity) if isinstance(identity, str | int) and identity != "" else str(number)
    text = value.get("request", value.get("prompt"))
    if not isinstance(text, str):
        return Row(name, "", f'line {number} has no text under "request"')
    return Row(name, text)


def _lines(path: Path) -> list[str]:
    try:
        # Only line feeds separate rows: other separators may stand inside JSON texts.
        return path.read_bytes().decode("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 text.") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from error


def done_statuses(path: Path) -> dict[str, str]:
    """Status by id of the results that a batch file holds; a last line that was cut off is cut away.

    Raises:
        InputError: the file is something else than results of a batch, or cannot be read or mended.
    """
    if not path.exists():
        return {}
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from error
    done: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        status = _status(line)
        if status is not None:
            done |= status
        elif number < len(lines) or not _BEGINNING.startswith(line[: len(_BEGINNING)]):
            raise InputError(f"{path}, line {number} is no result of a batch; name another file.")
    if lines[-1]:
        _mend(path, lines[-1])
    return done


_BEGINNING = b'{"id": "'
"""How every result begins: what else stands at the end of a file is not ours to cut away."""


def _status(line: bytes) -> dict[str, str] | None:
    """Id and status of a result, or ``None`` for a line that is no result."""
    try:
        result = json.loads(line)
        return {str(result["id"]): str(result["status"])}
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _mend(path: Path, last: bytes) -> None:
    """Complete or cut away a last line without its line feed: a batch was killed while it wrote."""
    try:
        if _status(last) is None:
            os.truncate(path, path.stat().st_size - len(last))
        else:
            with path.open("ab") as out:
                out.write(b"\n")
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}.") from error


def run_batch(
    source: Path,
    target: Path,
    settings: Settings,
    workers: int,
    told: Callable[[int, int], None],
    cancel: threading.Event,
) -> tuple[int, int, int]:
    """Run every request of ``source`` that ``target`` has no result for; appends each result as it comes.

    Args:
        source, target: JSON-lines files; ``target`` is made where it is missing.
        workers: processes, each with a model of its own; with more than one, results come as they end.
        told: hears how many rows are done, of how many.
        cancel: when set, no further row is begun and those under way are not recorded as results.

    Returns:
        How many rows are valid, done, and there in all.

    Raises:
        InputError: a file cannot be used.
        ModelUnavailable: the model cannot be loaded, or a worker died.
    """
    if target.exists() and source.exists() and target.samefile(source):
        raise InputError(f"{target} is the file of requests; name another file for the results.")
    rows = read_rows(source)
    done = done_statuses(target)
    statuses = {row.id: done[row.id] for row in rows if row.id in done}
    waiting = [row for row in rows if row.id not in done]
    told(len(statuses), len(rows))
    try:
        out = target.open("a", encoding="utf-8")
    except OSError as error:
        raise InputError(f"{target} cannot be written: {error.strerror or error}.") from error
    with out:
        for result in results(waiting, one, settings, min(workers, len(waiting)), cancel):
            try:
                out.write(json.dumps(result, ensure_ascii=False) + "\n")
                out.flush()
            except OSError as error:
                raise InputError(f"{target} cannot be written: {error.strerror or error}.") from error
            statuses[result["id"]] = result["status"]
            told(len(statuses), len(rows))
    return sum(status == "valid" for status in statuses.values()), len(statuses), len(rows)


Work = Callable[[T, Settings, threading.Event], dict[str, Any]]
"""Does one row: gives its result, with a ``status``. At the top of a module, so that workers find it."""


def results(
    rows: Sequence[T], work: Work[T], settings: Settings, workers: int, cancel: threading.Event
) -> Iterator[dict[str, Any]]:
    """The result of each row as it comes, without those that were interrupted.

    Args:
        workers: processes; with one, everything is done in this process.
        cancel: when set, no further row is begun.

    Raises:
        ModelUnavailable: a worker died.
    """
    if workers <= 1:
        for row in rows:
            if cancel.is_set():
                return
            result = work(row, settings, cancel)
            if result["status"] != "interrupted":
                yield result
        return
    # Read by numpy where it loads: each worker would have as many threads of its own as there are cores.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    with ProcessPoolExecutor(workers, context, _worker, (stop,)) as pool:
        waiting = iter(rows)
        running: set[Future[dict[str, Any]]] = set()
        try:
            while True:
                while not cancel.is_set() and len(running) < workers:
                    following = next(waiting, None)
                    if following is None:
                        break
                    running.add(pool.submit(_one_of_many, work, following, settings))
                if not running:
                    return
                ended, running = wait(running, timeout=0.2, return_when=FIRST_COMPLETED)
                if cancel.is_set():
                    stop.set()
                for result in (future.result() for future in ended):
                    if result["status"] != "interrupted":
                        yield result
        except BrokenProcessPool as error:
            raise ModelUnavailable(
                "A worker of the batch died, perhaps for want of memory; start the batch again to go on."
            ) from error
        finally:
            stop.set()


_stop: threading.Event | None = None
_models: dict[str, Model] = {}


def _worker(stop: Any) -> None:
    """A new worker process: Ctrl-C is for the parent, which tells the workers through ``stop``."""
    global _stop
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _stop = cast(threading.Event, stop)
    # Processes of a pool end without the functions of atexit; kernel and models would keep this one alive.
    multiprocessing.util.Finalize(None, _worker_ends, exitpriority=100)
    threading.Thread(target=_end_with_parent, name="cadagent-parent", daemon=True).start()


def _end_with_parent() -> None:
    """End this process when its parent was killed: nobody would ever tell it to."""
    parent = multiprocessing.parent_process()
    assert parent is not None, "a worker of a pool"
    multiprocessing.connection.wait([parent.sentinel])
    try:
        _worker_ends()
    finally:  # whatever could not be closed, and however far the other threads are
        os._exit(1)


def _worker_ends() -> None:
    from cadagent.kernel import shutdown

    shutdown()
    for model in _models.values():
        model.close()


def _one_of_many(work: Work[T], row: T, settings: Settings) -> dict[str, Any]:
    """One row in a worker, where threads of several models would only wait for each other."""
    assert _stop is not None  # the initializer has run
    return work(row, replace(settings, threads=settings.threads or 1), _stop)


def model_of(settings: Settings) -> Model:
    """The model of this process, opened once; raises InputError where there is no such model or adapter."""
    if settings.model not in _models:
        _models[settings.model] = open_model(settings.model, ModelSettings.of(settings))
    model = _models[settings.model]
    model.identify(settings.adapter)
    return model


def one(row: Row, settings: Settings, cancel: threading.Event) -> dict[str, Any]:
    """The result of one row, JSON-ready; what is wrong with this request stays in this row."""
    result: dict[str, Any] = {"id": row.id, "request": row.request, "status": "failed"}
    if row.problem is not None:
        return result | {"reason": row.problem}
    model = model_of(settings)  # an unknown adapter is no fault of this row
    with open_store(settings.db) as store:
        try:
            for event in run(row.request, model=model, settings=settings, store=store, cancel=cancel):
                if isinstance(event, Finished):
                    result |= outcome(event)
        except InputError as error:
            result["reason"] = str(error)
    return result
