"""Opening a model by its name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cadagent.errors import InputError
from cadagent.generation.protocol import Model
from cadagent.generation.weights import Progress


@dataclass(frozen=True)
class ModelSettings:
    """How to open a model.

    Attributes:
        adapters: names of shipped adapters, or paths of adapter folders or GGUF adapters, that requests may
            select; ``None`` is every shipped adapter that fits the model.
        threads: of the embedded engine; ``None`` is two on idle cores, else one.
        progress: told about downloads.
    """

    adapters: tuple[str, ...] | None = None
    threads: int | None = None
    progress: Progress | None = None


def open_model(name: str = "embedded", settings: ModelSettings | None = None) -> Model:
    """Open a model. Nothing is loaded or fetched before it is first used.

    Args:
        name: ``embedded`` (SmolLM2-135M-Instruct, fetched on first use), ``embedded:FILE.gguf`` (another
            model of that family), or ``scripted:FILE.json``.

    Raises:
        InputError: no such model, or its script cannot be read.
    """
    settings = settings or ModelSettings()
    engine, _, argument = name.partition(":")
    if engine == "embedded":
        from cadagent.generation.embedded import EmbeddedModel

        return EmbeddedModel(Path(argument) if argument else None, settings)
    if engine == "scripted" and argument:
        from cadagent.generation.scripted import ScriptedModel

        return ScriptedModel.from_file(argument)
    raise InputError(f"There is no model {name!r}; use embedded, embedded:FILE.gguf or scripted:FILE.json.")
