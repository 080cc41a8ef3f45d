"""Opening a model by its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from cadagent.errors import InputError
from cadagent.generation.adapters import shipped_adapters
from cadagent.generation.limits import Limits
from cadagent.generation.protocol import Model
from cadagent.generation.weights import SMOLLM2, Progress, installed

if TYPE_CHECKING:
    from cadagent.settings import Settings


@dataclass(frozen=True)
class ModelSettings:
    """How to open a model.

    Attributes:
        adapters: shipped adapters, by name, or paths of adapter folders or GGUF adapters, to load at the
            start so that no request waits for them.
        threads: of the engine; ``None`` is two on idle cores, else one, or what PyTorch takes by itself.
        quantize: ``nf4`` holds the weights of a transformers model in 4 bits.
        parallel: requests that the embedded engine answers at the same time. Each takes memory for a whole
            context, 180 MiB with the model that ships. Of a transformers model: the most in one batch.
        context: of a server's model in tokens, which not every server tells.
        limits: how long a server is waited for, and how many requests it gets at once.
        notice: told, once each, what a server does not do as it was asked to.
        progress: told about downloads.
    """

    adapters: tuple[str, ...] = ()
    threads: int | None = None
    quantize: str | None = None
    parallel: int = 1
    context: int | None = None
    limits: Limits = field(default_factory=Limits)
    notice: Callable[[str], None] | None = None
    progress: Progress | None = None

    @classmethod
    def of(
        cls,
        settings: Settings,
        *,
        progress: Progress | None = None,
        notice: Callable[[str], None] | None = None,
    ) -> ModelSettings:
        """What the settings of a command say about its model."""
        return cls(
            threads=settings.threads,
            quantize=settings.quantize,
            context=settings.server_context,
            limits=Limits(silent_seconds=settings.server_seconds, at_once=settings.server_requests),
            notice=notice,
            progress=progress,
        )


def open_model(name: str = "embedded", settings: ModelSettings | None = None) -> Model:
    """Open a model. Nothing is loaded or fetched before it is first used.

    Args:
        name: ``embedded`` (SmolLM2-135M-Instruct, fetched on first use), ``embedded:FILE.gguf`` (another
            model of that family), ``transformers`` (the same model in PyTorch), ``transformers:WHAT`` (a
            folder, a GGUF file, a name on the hub or a preset), ``http://HOST:PORT/v1#NAME`` (on a server
            that speaks OpenAI's protocol), ``openai:NAME``, or ``scripted:FILE.json``.

    Raises:
        InputError: no such model, or its script cannot be read.
        ModelUnavailable: packages that the engine needs are not installed.
    """
    settings = settings or ModelSettings()
    engine, _, argument = name.partition(":")
    if engine == "embedded":
        from cadagent.generation.embedded import EmbeddedModel

        return EmbeddedModel(Path(argument) if argument else None, settings)
    if engine == "transformers":
        from cadagent.generation.torch.model import TransformersModel

        return TransformersModel(argument, settings)
    if engine in ("http", "https", "openai"):
        from cadagent.generation.server import ServerModel, from_name, from_url

        return ServerModel(from_name(argument) if engine == "openai" else from_url(name), settings)
    if engine == "scripted" and argument:
        from cadagent.generation.scripted import ScriptedModel

        return ScriptedModel.from_file(argument)
    raise InputError(
        f"There is no model {name!r}; use embedded, embedded:FILE.gguf, transformers:FOLDER_OR_HUB_NAME, "
        "http://HOST:PORT/v1#NAME, openai:NAME or scripted:FILE.json."
    )


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
    lines.append(
        "transformers:FOLDER_OR_HUB_NAME: a model in PyTorch (pip install 'cadagent[torch]'); "
        "also a GGUF file, or phi-3-mini-128k"
    )
    lines.append(
        "http://HOST:PORT/v1#NAME: a model on a server that speaks OpenAI's protocol; also openai:NAME"
    )
    return [*lines, "scripted:FILE.json: answers from a script"]
