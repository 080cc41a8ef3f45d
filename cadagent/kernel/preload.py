"""What a worker should have loaded before its first build; the fork server imports this module once."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from types import TracebackType

# Read by numpy where it loads: many workers would each have as many threads as there are cores.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

_MODULES = (
    "builder",
    "curves",
    "features",
    "features_paths",
    "features_edges",
    "features_shell",
    "features_bodies",
    "soundness",
    "measure",
    "mesh",
    "files",
    "part",
)


def _complain(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Tell of an error that nothing caught, unless a program ended before its worker had started: that one's
    semaphores are gone, which concerns nobody."""
    if not issubclass(kind, FileNotFoundError):
        sys.__excepthook__(kind, error, trace)


# Here, in the fork server, for the processes that it starts: what goes wrong there reaches nothing else.
sys.excepthook = _complain


def load() -> None:
    """Import every module of the kernel that a build can need."""
    for name in _MODULES:
        import_module(f"cadagent.kernel.{name}")


load()
