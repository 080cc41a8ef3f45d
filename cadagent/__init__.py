"""cadagent: an English description of a part in, checked CAD JSON and a solid out.

The names in ``__all__`` are the public interface. Each is imported when it is first used, so that
``import cadagent`` costs nothing and never loads the CAD kernel or a model library.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_PUBLIC: dict[str, str] = {
    "CadAgentError": "cadagent.errors",
    "DesignError": "cadagent.design",
    "ExitCode": "cadagent.errors",
    "Finding": "cadagent.design.findings",
    "Settings": "cadagent.settings",
    "Store": "cadagent.feedback",
    "build": "cadagent.kernel",
    "canonical": "cadagent.design",
    "compact": "cadagent.design",
    "load_settings": "cadagent.settings",
    "open_model": "cadagent.generation",
    "open_store": "cadagent.feedback",
    "parse": "cadagent.design",
    "resolve": "cadagent.design",
    "run": "cadagent.agent",
    "validate": "cadagent.validation",
}
"""Public name → module that defines it."""

__all__ = ["__version__", *sorted(_PUBLIC)]


def __getattr__(name: str) -> Any:
    """Import a public name on first use."""
    module = _PUBLIC.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(module), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
