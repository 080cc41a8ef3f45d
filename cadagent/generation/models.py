"""Opening a model by its name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cadagent.errors import InputError
from cadagent.generation.adapters import shipped_adapters
from cadagent.generation.protocol import Model
from cadagent.generation.weights import SMOLLM2, Progress, installed


@dataclass(frozen=True)
class ModelSettings:
    """How to open a model.

    Attributes:
        adapters: shipped adapters, by name, or paths of adapter folders or GGUF adapters, to load at the
            start so that no request waits for them.
        threads: of the embedded engine; ``None`` is two on idle cores, else one.
        progress: told about downloads.
    """

    adapters: tuple[str, ...] = ()
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


def model_lines() -> list[str]:
    """What ``cadagent models list`` prints: the models, where they lie, sizes, hashes, and the adapters."""
    found = installed()
    if found.sha256 is None:
        state = f"not fetched yet, {SMOLLM2.size / 1e6:.0f} MB (cadagent models pull)"
    else:
        damage = "" if found.intact else ", DAMAGED: fetch it again with cadagent models pull"
        state = f"{found.path}, {found.size / 1e6:.0f} MB, sha256 {found.sha256[:16]}{damage}"
    lines = [f"embedded: {SMOLLM2.name}, {state}"]
    lines += [
        f"  adapter {one.name}: {(one.path / 'adapter_model.safetensors').stat().st_size / 1e6:.1f} MB, "
        f"sha256 {one.sha256[:16]}"
        for one in shipped_adapters()
    ]
    lines.append("embedded:FILE.gguf: another GGUF model with the same chat format")
    return [*lines, "scripted:FILE.json: answers from a script"]
