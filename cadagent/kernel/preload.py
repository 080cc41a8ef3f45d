"""What a worker should have loaded before its first build; the fork server imports this module once."""

from __future__ import annotations

from importlib import import_module

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
