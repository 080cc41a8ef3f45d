"""The geometry kernel: resolved designs to solids, measurements, meshes, pictures and files.

Importing this package is cheap: OpenCASCADE and numpy load when a function that needs them is first used.
Lengths are millimetres, areas mm², volumes mm³, angles degrees.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

#: Public name → module. ``measure`` is not among them: the module of that name would hide the function.
_HOME = {
    "build": "worker",
    "build_many": "worker",
    "warm": "worker",
    "shutdown": "worker",
    "call_many": "worker",
    "call_each": "worker",
    "build_here": "builder",
    "build_solid": "builder",
    "Built": "builder",
    "register_step": "registry",
    "BuildContext": "context",
    "StepProblem": "context",
    "BuildResult": "result",
    "Limits": "limits",
    "Part": "part",
    "check_limits": "limits",
    "Measurement": "measure",
    "Mesh": "mesh",
    "tessellate": "mesh",
    "iou": "compare",
    "chamfer": "compare",
    "difference": "compare",
    "read_step": "step_reading",
    "read_stl": "files",
    "write_step": "files",
    "write_stl": "files",
    "render": "picture",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
