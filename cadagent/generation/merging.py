"""A LoRA adapter worked into a copy of the model it belongs to.

llama.cpp can add an adapter while it runs, at the price of two more products for every matrix: reading a
prompt then takes nearly twice as long, and writing a fifth longer. Merging costs some seconds once, and disk
space. Merged matrices are stored with 8 bits where the model had fewer: merged into 4 bits, part of the
adapter would be rounded away, and texts would change.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from cadagent.errors import ModelUnavailable
from cadagent.generation.adapters import Adapter, adapter_gguf
from cadagent.generation.gguf_check import check_gguf
from cadagent.generation.weights import cache_dir, file_sha256

if TYPE_CHECKING:
    import numpy as np

MERGER_VERSION = 1
"""Part of the cache key of merged models: raise it when the output changes."""

MOST_BYTES = 256 << 20
"""Larger model files are run with the adapter beside them: a copy would be slow to make and to read."""

KEPT = 4
"""Merged models in the cache; of more, those go that have not been used for longest."""


def merged_gguf(adapter: Adapter, base: Path) -> Path:
    """The model file ``base`` with ``adapter`` in it; made at the first call, then from the cache.

    Raises:
        ModelUnavailable: the adapter is damaged or does not fit, or the file cannot be stored.
    """
    lora = adapter_gguf(adapter, base)
    key = hashlib.sha256(f"{MERGER_VERSION} {file_sha256(base)} {file_sha256(lora)}".encode()).hexdigest()[
        :32
    ]
    target = cache_dir() / "merged" / f"{key}.gguf"
    try:
        if not _is_intact(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            # Two runs at once each merge in a folder of their own; the second replaces equal with equal.
            with TemporaryDirectory(prefix="merge-", dir=target.parent) as folder:
                made = Path(folder) / target.name
                _merge(base, _deltas(lora), made)
                made.replace(target)
        target.touch()
        _tidy(target.parent)
    except OSError as error:
        raise ModelUnavailable(
            f"The adapter {adapter.name} cannot be merged: {error.strerror or error} ({error.filename})"
        ) from error
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise ModelUnavailable(
            f"llama.cpp cannot load {base} with {adapter.name}, which is damaged or does not fit: {error}."
        ) from error
    return target


def _is_intact(path: Path) -> bool:
    try:
        check_gguf(path)
    except ModelUnavailable:
        return False
    return True


def _tidy(folder: Path) -> None:
    by_use = sorted(folder.glob("*.gguf"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in by_use[KEPT:]:
        with suppress(OSError):  # in use, on a system where such files cannot go
            path.unlink()


def _deltas(lora: Path) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Tensor name → (B ``[out, rank]`` with the adapter's scale in it, A ``[rank, in]``)."""
    import gguf
    import numpy as np

    reader = gguf.GGUFReader(lora)
    alpha = float(reader.fields[gguf.Keys.Adapter.LORA_ALPHA].contents())
    halves = {tensor.name: np.asarray(tensor.data, dtype=np.float32) for tensor in reader.tensors}
    deltas = {}
    for name in halves:
        if name.endswith(".lora_a"):
            stem = name.removesuffix(".lora_a")
            down, up = halves[name], halves[f"{stem}.lora_b"]
            deltas[stem] = (up * (alpha / down.shape[0] if alpha else 1.0), down)
    if not deltas or len(halves) != 2 * len(deltas):
        raise ValueError("it holds something else than pairs of A and B")
    return deltas


def _merge(base: Path, deltas: dict[str, tuple[np.ndarray, np.ndarray]], target: Path) -> None:
    import gguf

    reader = gguf.GGUFReader(base)
    missing = deltas.keys() - {tensor.name for tensor in reader.tensors}
    if missing:
        raise ValueError(f"the model has no {min(missing)}")
    writer = gguf.GGUFWriter(None, str(reader.fields[gguf.Keys.General.ARCHITECTURE].contents()))
    for name, entry in reader.fields.items():
        if name.startswith("GGUF.") or name == gguf.Keys.General.ARCHITECTURE:
            continue
        inner = entry.types[-1] if entry.types[0] == gguf.GGUFValueType.ARRAY else None
        writer.add_key_value(name, entry.contents(), entry.types[0], inner)
    for tensor in reader.tensors:
        data, kind = tensor.data, tensor.tensor_type
        if tensor.name in deltas:
            data, kind = _merged(tensor, *deltas[tensor.name])
        writer.add_tensor(tensor.name, data, raw_dtype=kind)
    writer.write_header_to_file(target)
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _merged(tensor: Any, up: np.ndarray, down: np.ndarray) -> tuple[np.ndarray, Any]:
    """The sum of a matrix and its change, and the type in which it is stored."""
    import gguf
    import numpy as np

    weight = gguf.dequantize(tensor.data, tensor.tensor_type)
    if weight.shape != (up.shape[0], down.shape[1]):
        raise ValueError(f"{tensor.name} has another size")
    kinds = gguf.GGMLQuantizationType
    plain = tensor.tensor_type in (kinds.F32, kinds.F16, kinds.BF16)
    kind = tensor.tensor_type if plain else kinds.Q8_0
    if not plain and weight.shape[1] % 32:  # such a row has no 8-bit blocks
        kind = kinds.F16
    return gguf.quantize((weight + up @ down).astype(np.float32, copy=False), kind), kind
