"""What a worker should have loaded before its first build; the fork server imports this module once."""

from __future__ import annotations

import os
from importlib import import_module

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


def load() -> None:
    """Import every module of the kernel that a build can need."""
    for name in _MODULES:
        import_module(f"cadagent.kernel.{name}")


load()
