"""Builds in killable worker processes: a design that hangs, crashes or eats memory becomes a finding.

Workers come from a fork server that has OpenCASCADE loaded (on Windows and macOS they are spawned), so a new
one costs milliseconds and a killed one is replaced at once. The pool is made on first use and lives until
:func:`shutdown` or the end of the program.
"""

from __future__ import annotations

import atexit
import ctypes
import multiprocessing
import multiprocessing.util
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from multiprocessing import resource_tracker, spawn
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from cadagent.design.findings import Finding
from cadagent.errors import InputError, KernelUnavailable
from cadagent.kernel import part
from cadagent.kernel.limits import Limits, check_limits
from cadagent.kernel.part import Writer
from cadagent.kernel.registry import register_step, registered_steps
from cadagent.kernel.result import BuildResult

if TYPE_CHECKING:
    from pebble import ProcessPool

#: Seconds a stopped worker gets before it is killed; pebble's default of 3 would add to every time limit.
_TERM_SECONDS = 0.1
#: Builds after which a worker is replaced, so that slow leaks in OpenCASCADE stay small.
_BUILDS_PER_WORKER = 2000

_PROCESS_NAME = "cadagent-kernel"

_pool: ProcessPool | None = None
_pool_workers = 0
_retired: list[tuple[ProcessPool, threading.Thread]] = []
_exiting = False
_lock = threading.Lock()
_unloadable = ""
"""In a worker: why the kernel cannot be loaded."""


def build(
    resolved: dict[str, Any],
    *,
    step: Path | None = None,
    stl: Path | None = None,
    outputs: Mapping[Path, Writer] | None = None,
    mesh: bool = False,
    limits: Limits | None = None,
) -> BuildResult:
    """Build a resolved design in a worker process.

    Args:
        resolved: the resolved form (millimetres).
        step, stl: STEP and STL files to write.
        outputs: further files to write, with what writes them; ``cadagent.exports`` has writers. Files are
            written when the design has no errors, and then all of them or none.
        mesh: also return a mesh of all bodies.
        limits: bounds of the build; ``Limits()`` when left out.

    Returns:
        The result; never raises for a bad design. Codes of its own: ``geometry.timeout``,
        ``geometry.worker_crashed``, ``geometry.out_of_memory``, ``geometry.export_failed`` and those of
        :func:`check_limits`.

    Raises:
        CadAgentError: a file cannot be written, or the kernel cannot be loaded.
    """
    files = dict(outputs or {})
    if step is not None:
        files[step] = part.step
    if stl is not None:
        files[stl] = part.stl
    return build_many([resolved], outputs=[files], mesh=mesh, limits=limits)[0]


def build_many(
    designs: Sequence[dict[str, Any]],
    *,
    outputs: Sequence[Mapping[Path, Writer]] | None = None,
    mesh: bool = False,
    limits: Limits | None = None,
    workers: int | None = None,
) -> list[BuildResult]:
    """Build several resolved designs at the same time; results in the order of the designs."""
    limits = limits or Limits()
    pending: list[tuple[float, Future[BuildResult] | BuildResult]] = []
    for i, resolved in enumerate(designs):
        started = time.perf_counter()
        problems = check_limits(resolved, limits)
        if problems:
            pending.append((started, BuildResult(False, problems, seconds=time.perf_counter() - started)))
            continue
        # Absolute: a worker stays in the folder in which the first of them was started.
        files = {path.absolute(): writer for path, writer in outputs[i].items()} if outputs else {}
        task = _Task(resolved, files, mesh, limits)
        pending.append((started, _submit(_work, [task], limits, workers)))
    try:
        return [_result(future, started, limits) for started, future in pending]
    finally:  # Ctrl-C while waiting: the builds nobody waits for are stopped
        for _, future in pending:
            if isinstance(future, Future):
                future.cancel()


def call_many(
    function: Callable[..., T],
    arguments: Sequence[tuple[Any, ...]],
    what: Sequence[str],
    *,
    limits: Limits | None = None,
) -> list[T]:
    """As :func:`call_each`, for when all of the runs are needed.

    Raises:
        InputError: a run took too long, too much memory, or crashed.
        CadAgentError: as raised by the function.
    """
    results: list[T] = []
    for result in call_each(function, arguments, what, limits=limits, workers=len(arguments)):
        if isinstance(result, InputError):
            raise result
        results.append(result)
    return results


def call_each(
    function: Callable[..., T],
    arguments: Sequence[tuple[Any, ...]],
    what: Sequence[str],
    *,
    limits: Limits | None = None,
    workers: int | None = None,
) -> Iterator[T | InputError]:
    """Run a function in workers, once with each tuple of arguments; results in that order as they come.

    For work on files of unknown origin, which may hang or crash native code. ``function`` is one at the top
    of a module; ``what`` says what each run does ("reading part.step"), for the result of one that was
    stopped.

    Raises:
        CadAgentError: as raised by the function.
    """
    limits = limits or Limits()
    futures = [
        _submit(_apply, [function, given, limits.memory_mb, registered_steps()], limits, workers)
        for given in arguments
    ]
    try:
        for future, words in zip(futures, what, strict=True):
            try:
                result: T | InputError = future.result()
            except _stops() as error:
                stopped = _stopped(error, limits)
                detail = f" ({stopped.actual or stopped.expected or stopped.code})"
                result = InputError(f"{words}: {_CALL_WORDS[stopped.code]}{detail}")
            yield result
    finally:
        for future in futures:
            future.cancel()


def warm(workers: int = 1) -> None:
    """Start workers in the background, so that the first build does not wait for OpenCASCADE to load."""
    task = _Task(_WARM_UP, {}, True, Limits())

    def start() -> None:
        # where no pool can start, as when the program is ending, the first build tries again and says so
        with suppress(CancelledError, RuntimeError):
            _submit(_work, [task], task.limits, workers)

    threading.Thread(target=start, name="cadagent-kernel-warm", daemon=True).start()


def shutdown() -> None:
    """Stop all workers; the next build starts new ones."""
    global _pool, _pool_workers
    with _lock:
        current, retired = _pool, list(_retired)
        _pool, _pool_workers = None, 0
        _retired.clear()
    for pool, _ in retired:
        pool.stop()
    for _, thread in retired:
        thread.join()
    if current is not None:
        # In no thread of its own: Python 3.12.0 and 3.12.1 start none at exit.
        current.stop()
        current.join()


def _at_exit() -> None:
    """The last shutdown: a start still under way in :func:`warm` must not bring workers back."""
    global _exiting
    _exiting = True
    shutdown()


# multiprocessing.util, imported above, waits at exit for all children: ours comes later and so runs before
atexit.register(_at_exit)


class _Task:
    """All that a worker needs for one build, in a form that can be pickled."""

    def __init__(
        self, resolved: dict[str, Any], outputs: dict[Path, Writer], mesh: bool, limits: Limits
    ) -> None:
        self.resolved, self.outputs, self.mesh, self.limits = resolved, outputs, mesh, limits
        needed = {item.get("do") for item in resolved.get("steps", [])}
        self.plugins = {name: function for name, function in registered_steps().items() if name in needed}


#: A smallest part whose build loads every module a build needs.
_WARM_UP: dict[str, Any] = {
    "steps": [
        {
            "do": "primitive",
            "id": "box1",
            "pointer": "/operations/0",
            "mode": "new",
            "targets": None,
            "kind": "box",
            "frames": [{"origin": [0, 0, 0], "u": [1, 0, 0], "v": [0, 1, 0], "n": [0, 0, 1]}],
            "size": {"x": 1, "y": 1, "z": 1},
        }
    ]
}


T = TypeVar("T")

#: What :func:`call_each` says of a run that gave no result.
_CALL_WORDS = {
    "geometry.cancelled": "stopped before it ended",
    "geometry.timeout": "took too long and was stopped",
    "geometry.out_of_memory": "needed too much memory and was stopped",
    "geometry.worker_crashed": "crashed the geometry kernel",
}


def _submit(
    function: Callable[..., T], arguments: list[Any], limits: Limits, workers: int | None
) -> Future[T]:
    global _pool, _pool_workers
    import pebble

    wanted = workers or _pool_workers or 1
    with _lock:
        if _exiting:
            raise CancelledError("the program is ending")
        if _pool is not None and (not _pool.active or _pool_workers < wanted):
            _retire(_pool)
            _pool = None
        if _pool is None:
            pebble.CONSTS.term_timeout = _TERM_SECONDS
            _pool = pebble.ProcessPool(
                max_workers=wanted, max_tasks=_BUILDS_PER_WORKER, context=_context(), initializer=_initialise
            )
            _pool_workers = wanted
        with _interrupts_blocked():
            return _pool.schedule(function, args=arguments, timeout=limits.seconds)


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Threads and processes that start in here never see Ctrl-C: it is for us, who stop the workers.

    Ignoring it in the worker is too late, since a worker that still imports would die with a traceback.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    resource_tracker.ensure_running()  # where it had to start in here, it would lift the block
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _retire(pool: ProcessPool) -> None:
    """Let a pool finish its builds, then end its workers, which would otherwise keep the program alive."""
    pool.close()
    thread = threading.Thread(target=pool.join, name="cadagent-kernel-retire", daemon=True)
    thread.start()
    _retired.append((pool, thread))


def _result(future: Future[BuildResult] | BuildResult, started: float, limits: Limits) -> BuildResult:
    if isinstance(future, BuildResult):
        return future
    try:
        done = future.result()
    except _stops() as error:
        return BuildResult(False, [_stopped(error, limits)], seconds=time.perf_counter() - started)
    return replace(done, seconds=time.perf_counter() - started)


def _stops() -> tuple[type[BaseException], ...]:
    """The exceptions of a worker that was stopped or died."""
    from pebble import ProcessExpired

    return CancelledError, TimeoutError, ProcessExpired, MemoryError


def _stopped(error: BaseException, limits: Limits) -> Finding:
    """Why a worker gave no result."""
    if isinstance(error, CancelledError):
        return Finding("geometry.cancelled", "The build was stopped before it ended.")
    if isinstance(error, TimeoutError):
        return Finding(
            "geometry.timeout",
            "Building took too long and was stopped.",
            expected=f"at most {limits.seconds:g} s",
            hint="Use fewer copies and simpler profiles, and avoid shapes that almost coincide.",
        )
    if isinstance(error, MemoryError):
        return Finding(
            "geometry.out_of_memory",
            "Building needed too much memory and was stopped.",
            expected=f"at most {limits.memory_mb} MB",
            hint="Use fewer copies and simpler profiles.",
        )
    return Finding(
        "geometry.worker_crashed",
        "The geometry kernel crashed on this design.",
        actual=f"exit code {getattr(error, 'exitcode', None)}",
        hint="Simplify the last operations: smaller fillets, no surfaces that almost coincide.",
    )


def _work(task: _Task) -> BuildResult:
    """Runs in the worker."""
    _check_loaded()
    from cadagent.kernel.builder import build_here

    for name, function in task.plugins.items():
        register_step(name, function)
    with _memory_limit(task.limits.memory_mb):
        return build_here(task.resolved, outputs=task.outputs, mesh=task.mesh, limits=task.limits)


def _apply(
    function: Callable[..., T], arguments: tuple[Any, ...], memory_mb: int, plugins: dict[str, Any]
) -> T:
    """Runs in the worker."""
    _check_loaded()
    for name, step in plugins.items():
        register_step(name, step)
    with _memory_limit(memory_mb):
        return function(*arguments)


def _check_loaded() -> None:
    """Raise KernelUnavailable in a worker that could not load the kernel."""
    if not _unloadable:
        return
    hint = ""
    if "shared object" in _unloadable:
        hint = "; on Debian and Ubuntu: apt-get install libgl1 libx11-6 libexpat1"
    raise KernelUnavailable(f"OpenCASCADE cannot be loaded: {_unloadable}{hint}")


def _initialise() -> None:
    """Load the kernel in a worker that did not inherit it, and keep OpenCASCADE's chatter off our stdout."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # also where it cannot be blocked from the start
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    _share_arenas()
    global _unloadable
    try:
        from cadagent.kernel import preload

        preload.load()
    except ImportError as error:  # told by whatever the worker is given to do: one that dies says nothing
        _unloadable = " ".join(str(error).split())


def _share_arenas() -> None:
    """Let all threads of this process allocate from two arenas.

    manifold3d has a thread for every core, and glibc reserves up to 128 MiB of addresses for each thread's
    own arena, used or not. The limit of memory counts addresses: on 64 cores nothing was left of it.
    """
    arena_max = -8  # M_ARENA_MAX of glibc's malloc.h
    if sys.platform == "linux":
        with suppress(AttributeError):  # another C library, which has no such thing
            ctypes.CDLL(None).mallopt(arena_max, 2)


@contextmanager
def _memory_limit(megabytes: int) -> Iterator[None]:
    """Bound this process's memory to what it has now plus ``megabytes``, where the system can do that."""
    try:
        import resource

        used = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    except (ImportError, OSError):
        yield
        return
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (used + megabytes * 2**20, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def _context() -> BaseContext:
    """A start method that never copies the caller's threads or locks; its processes bear our name."""
    method = "forkserver" if sys.platform == "linux" else "spawn"
    kind = type(multiprocessing.get_context(method))
    context = kind()  # of our own: contexts of the standard library are shared
    if method == "forkserver":
        context.set_forkserver_preload(["cadagent.kernel.preload"])
    context.Process = partial(_process, kind.Process)  # type: ignore[attr-defined]
    if spawn.get_preparation_data is not _preparation_data:
        spawn.get_preparation_data = _preparation_data
    return context


def _process(make: Callable[..., BaseProcess], **options: Any) -> BaseProcess:
    return make(**{**options, "name": _PROCESS_NAME})


_standard_preparation_data = spawn.get_preparation_data


def _preparation_data(name: str) -> dict[str, Any]:
    """What a new process is told; ours not of the main script, which would run twice if unguarded."""
    data = _standard_preparation_data(name)
    if name == _PROCESS_NAME:
        data.pop("init_main_from_name", None)
        data.pop("init_main_from_path", None)
    return data
