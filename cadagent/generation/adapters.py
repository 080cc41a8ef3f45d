"""Finding LoRA adapters, and making the GGUF form that the embedded engine needs.

An adapter is a folder as PEFT saves it: ``adapter_config.json`` and ``adapter_model.safetensors``. Those that
    ship
with cadagent lie in ``cadagent/adapters/NAME`` and have a ``card.json`` besides, with at least
``base_sha256`` (the GGUF file it was trained for) and ``language_hash`` (the language it writes).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cadagent.errors import InputError, ModelUnavailable
from cadagent.generation.gguf_check import check_gguf
from cadagent.generation.weights import cache_dir, file_sha256

SHIPPED = Path(__file__).resolve().parent.parent / "adapters"
_SOURCES = ("adapter_config.json", "adapter_model.safetensors")


@dataclass(frozen=True)
class Adapter:
    """An adapter on this machine.

    Attributes:
        name: by which a request selects it: a shipped adapter's name, or the path it was given by.
        path: its folder, or a GGUF file.
        sha256: hash of its weights, for the record.
        card: what ``card.json`` says, if there is one.
    """

    name: str
    path: Path
    sha256: str
    card: dict[str, Any] = field(default_factory=dict)


def shipped_adapters() -> list[Adapter]:
    """The adapters that come with cadagent, by name."""
    folders = SHIPPED.iterdir() if SHIPPED.is_dir() else ()
    return [find_adapter(folder.name) for folder in sorted(folders) if (folder / _SOURCES[1]).is_file()]


def default_adapter(base_sha256: str) -> Adapter | None:
    """The shipped adapter for the base model with this hash: the only one, or the one whose card says
    default."""
    fitting = [one for one in shipped_adapters() if one.card.get("base_sha256") == base_sha256]
    marked = [one for one in fitting if one.card.get("default")]
    if marked or len(fitting) == 1:
        return (marked or fitting)[0]
    return None


def find_adapter(name: str) -> Adapter:
    """Look an adapter up by its name among the shipped ones, or by the path of its folder or GGUF file.

    Raises:
        InputError: there is none.
        ModelUnavailable: its card cannot be read.
    """
    for path in (SHIPPED / name, Path(name).expanduser()):
        if path.suffix == ".gguf" and path.is_file():
            return Adapter(name, path, file_sha256(path))
        if (path / _SOURCES[1]).is_file():
            return Adapter(name, path, file_sha256(path / _SOURCES[1]), _card(path / "card.json"))
    names = [folder.name for folder in sorted(SHIPPED.glob("*")) if folder.is_dir()]
    raise InputError(
        f"There is no adapter {name!r}; shipped: {', '.join(names) or 'none'}, or give a folder."
    )


def _card(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise ModelUnavailable(f"The adapter's card {path} cannot be read: {error}") from error


def adapter_gguf(adapter: Adapter, base: Path) -> Path:
    """The adapter as a GGUF file for the model file ``base``; converted at the first call, then from the
    cache.

    Raises:
        ModelUnavailable: the adapter is damaged, does not fit, or cannot be stored.
    """
    if adapter.path.suffix == ".gguf":
        check_gguf(adapter.path)
        return adapter.path
    from cadagent.generation.lora_gguf import CONVERTER_VERSION, convert_lora

    config = adapter.path / _SOURCES[0]
    try:
        source = config.read_bytes()
        key = hashlib.sha256(f"{CONVERTER_VERSION} {adapter.sha256} ".encode() + source).hexdigest()[:32]
        target = cache_dir() / "adapters" / f"{key}.gguf"
        if not _is_intact(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            model = check_gguf(base)
            # Two runs at once each convert into a folder of their own; the second replaces equal with equal.
            with TemporaryDirectory(prefix="convert-", dir=target.parent) as folder:
                made = Path(folder) / target.name
                heads = model["llama.attention.head_count"]
                kv_heads = model.get("llama.attention.head_count_kv", heads)
                convert_lora(adapter.path, made, heads=heads, kv_heads=kv_heads)
                made.replace(target)
    except KeyError as error:
        raise ModelUnavailable(
            f"The adapter {adapter.name} needs a llama model, and {base} is none."
        ) from error
    except OSError as error:
        raise ModelUnavailable(
            f"The adapter {adapter.name} cannot be converted: {error.strerror or error} ({error.filename})"
        ) from error
    return target


def _is_intact(path: Path) -> bool:
    """Whether a converted file is there and whole: one that lost its end is made again from its source."""
    try:
        check_gguf(path)
    except ModelUnavailable:
        return False
    return True
