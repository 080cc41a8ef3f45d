"""Where a transformers model comes from, and loading it: a folder, a GGUF file, or a name on the hub.

Weights are read from safetensors only, and no code that comes with a model is run. A GGUF file is turned
into a folder of full-precision safetensors once, in the cache: that takes a while, reading the folder does
not.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from cadagent.errors import InputError, ModelUnavailable
from cadagent.generation.gguf_check import check_gguf
from cadagent.generation.torch.attention import plan_no_attention
from cadagent.generation.torch.quiet import first_line, quiet
from cadagent.generation.weights import SMOLLM2, Progress, cache_dir, ensure, file_sha256

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

PRESETS = {"phi-3-mini-128k": "microsoft/Phi-3-mini-128k-instruct"}
"""Short names of models on the hub."""

PACKAGES = ("torch", "transformers", "peft", "llguidance")
_CONVERTED = 1
"""Version of the converted folders: raise it when they change."""

_HUB_FILES = ["*.safetensors", "*.json", "*.model", "*.jinja", "*.txt"]
_HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
_BLOB = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Source:
    """A model by its name and its place.

    Attributes:
        name: for people and the store.
        path: of its folder or GGUF file; None for a model on the hub.
        hub: its name on the hub.
        embedded: it is the default model's file, which is fetched when it is missing.
    """

    name: str
    path: Path | None = None
    hub: str | None = None
    embedded: bool = False


def require_packages() -> None:
    """Raise ModelUnavailable when the extra with PyTorch is not installed."""
    missing = [name for name in PACKAGES if find_spec(name) is None]
    if missing:
        raise ModelUnavailable(
            f"Models in transformers need {', '.join(missing)}: pip install 'cadagent[torch]'"
        )


def find_source(argument: str) -> Source:
    """What the text behind ``transformers:`` means: a preset, a GGUF file, a folder, a hub name, or, when
    empty, the default model.

    Raises:
        InputError: it is none of these.
    """
    if not argument:
        return Source(SMOLLM2.name, embedded=True)
    if argument in PRESETS:
        return Source(argument, hub=PRESETS[argument])
    path = Path(argument).expanduser()
    if path.suffix == ".gguf" or path.is_dir():
        return Source(path.stem if path.suffix == ".gguf" else path.resolve().name, path)
    if _HUB_NAME.fullmatch(argument):
        return Source(argument, hub=argument)
    raise InputError(
        f"There is no model {argument!r}: give a folder, a GGUF file, a name on the hub (owner/name), "
        f"or {', '.join(PRESETS)}."
    )


def context_length(source: Source) -> int:
    """Tokens of prompt and answer together, as the model's configuration says; loads no weights.

    Raises:
        ModelUnavailable: the configuration cannot be read.
    """
    gguf = _gguf(source, None)
    if gguf is not None:
        numbers = check_gguf(gguf)
        found = [value for key, value in numbers.items() if key.endswith(".context_length")]
    else:
        path = folder_of(source) / "config.json"
        try:
            config = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ModelUnavailable(f"The model's {path} cannot be read: {first_line(error)}") from error
        config = config.get("text_config", config)
        found = [config[key] for key in ("max_position_embeddings", "n_positions") if key in config]
    if not found or not isinstance(found[0], int):
        raise ModelUnavailable(f"The model {source.name} does not say how long its context is.")
    return found[0]


def weights_sha256(source: Source) -> str | None:
    """Hash of the weights; of several files the hash of their names and hashes. None for a model on the hub
    that is not on this machine yet.

    Raises:
        ModelUnavailable: the files cannot be read.
    """
    if source.embedded:
        return SMOLLM2.sha256
    if source.path is not None and source.path.suffix == ".gguf":
        check_gguf(source.path)
        return file_sha256(source.path)
    folder = source.path or _from_hub(str(source.hub), here_only=True)
    return None if folder is None else _folder_sha256(folder)


def folder_of(source: Source, progress: Progress | None = None) -> Path:
    """Folder with the model's configuration, safetensors and tokenizer; fetches or converts what is missing.

    Raises:
        ModelUnavailable: it cannot be fetched or converted, or has no safetensors.
    """
    gguf = _gguf(source, progress)
    if gguf is not None:
        return _converted(gguf)
    folder = source.path or _from_hub(str(source.hub))
    assert folder is not None
    if not any(folder.glob("*.safetensors")):
        raise ModelUnavailable(
            f"There are no weights in safetensors in {folder}; other formats are not read."
        )
    return folder


def load_tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    """The folder's tokenizer."""
    from transformers import AutoTokenizer

    return _loaded(AutoTokenizer, folder, {})


def load_model(folder: Path, *, quantize: str | None) -> PreTrainedModel:
    """The folder's causal model: on the GPU in bfloat16, where there is one, else on the CPU in float32.

    Args:
        quantize: ``nf4`` holds the linear layers in 4 bits, double-quantised.

    Raises:
        ModelUnavailable: the files are damaged, incomplete, or of an architecture that transformers does not
            have without running foreign code; bitsandbytes is missing; memory is short.
    """
    import torch
    from transformers import AutoModelForCausalLM, BitsAndBytesConfig

    plan_no_attention()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    dtype = torch.bfloat16 if device == "cuda" else torch.float32
    options: dict[str, Any] = {"use_safetensors": True, "dtype": dtype, "output_loading_info": True}
    if quantize == "nf4":
        if find_spec("bitsandbytes") is None:
            raise ModelUnavailable("4-bit weights need bitsandbytes: pip install 'cadagent[torch]'")
        options["device_map"] = {"": device}
        options["quantization_config"] = BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=dtype,
        )
    model, report = _loaded(AutoModelForCausalLM, folder, options)
    if report["missing_keys"]:
        # transformers would fill them with random numbers.
        raise ModelUnavailable(
            f"The model in {folder} is incomplete: {min(report['missing_keys'])} is missing."
        )
    model = model.eval() if quantize else model.to(device).eval()
    model.requires_grad_(False)
    return model


def _gguf(source: Source, progress: Progress | None) -> Path | None:
    """The model's GGUF file, if it comes from one."""
    if source.embedded:
        return ensure(SMOLLM2, progress)
    if source.path is not None and source.path.suffix == ".gguf":
        return source.path
    return None


def _loaded(kind: Any, folder: Path, options: dict[str, Any]) -> Any:
    from safetensors import SafetensorError

    try:
        with quiet():
            return kind.from_pretrained(folder, local_files_only=True, trust_remote_code=False, **options)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, ImportError, SafetensorError) as error:
        raise ModelUnavailable(f"The model in {folder} cannot be loaded: {first_line(error)}") from error


def _from_hub(name: str, *, here_only: bool = False) -> Path | None:
    """Folder of a hub's model on this machine, fetched when it is not there; only data files are."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    options: dict[str, Any] = {"allow_patterns": _HUB_FILES, "ignore_patterns": ["*/*"]}
    try:
        # What is here is used as it is, without asking the network whether there is something newer.
        folder = Path(snapshot_download(name, local_files_only=True, **options))
        if _is_complete(folder):
            return folder
    except LocalEntryNotFoundError:
        pass
    if here_only:
        return None
    try:
        with quiet():
            return Path(snapshot_download(name, **options))
    except (HfHubHTTPError, OSError, ValueError) as error:
        raise ModelUnavailable(
            f"The model {name} is not on this machine and cannot be fetched from the hub: {first_line(error)}"
        ) from error


def _is_complete(folder: Path) -> bool:
    """Whether a download was not broken off: every file that the index of the weights names is there."""
    index = folder / "model.safetensors.index.json"
    if not index.is_file():
        return any(folder.glob("*.safetensors"))
    try:
        names = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
    except (OSError, ValueError, KeyError):
        return False
    return all((folder / name).is_file() for name in names)


def _folder_sha256(folder: Path) -> str:
    files = sorted(folder.glob("*.safetensors"))
    try:
        hashes = {file.name: _sha256_of(file.resolve(), file.stat().st_mtime_ns) for file in files}
    except OSError as error:
        raise ModelUnavailable(f"The model in {folder} cannot be read: {first_line(error)}") from error
    if not hashes:
        raise ModelUnavailable(
            f"There are no weights in safetensors in {folder}; other formats are not read."
        )
    if len(hashes) == 1:
        return next(iter(hashes.values()))
    return hashlib.sha256("".join(f"{name} {value}\n" for name, value in hashes.items()).encode()).hexdigest()


@lru_cache(maxsize=64)
def _sha256_of(file: Path, changed: int) -> str:
    """Hash of a file as last ``changed``; the hub's cache names its files by their hash."""
    return file.name if _BLOB.fullmatch(file.name) else file_sha256(file)


def _converted(gguf: Path) -> Path:
    """The GGUF file as a folder of safetensors in float32, made at the first call.

    Its tokenizer and weights are transformers' own reading of the file. Larger than the file by far: 540 MB
    for the default model.
    """
    from filelock import FileLock

    check_gguf(gguf)
    try:
        folder = cache_dir() / "transformers" / f"{file_sha256(gguf)[:32]}-{_CONVERTED}"
        folder.parent.mkdir(parents=True, exist_ok=True)
        # Two first runs at once: the second waits here and then finds the folder.
        with FileLock(f"{folder}.lock"):
            if folder.is_dir():
                return folder
            with TemporaryDirectory(prefix="convert-", dir=folder.parent) as scratch:
                made = Path(scratch) / "model"
                _convert(gguf, made)
                made.rename(folder)
    except OSError as error:
        raise ModelUnavailable(f"The model {gguf} cannot be converted: {first_line(error)}") from error
    return folder


def _convert(gguf: Path, target: Path) -> None:
    """Convert in a process of its own: it reports on standard error whatever it is told, and the memory that
    it needs is gone afterwards."""
    command = [sys.executable, "-m", "cadagent.generation.torch.conversion", str(gguf), str(target)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")
    if done.returncode != 0:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        reason = (lines or ["it was killed, perhaps for want of memory"])[-1]
        raise ModelUnavailable(f"The model {gguf} cannot be converted: {reason[:200]}")
