"""Adapters between two adapters: weights of a trained one, moved back towards the one that it went on from.

What a few hundred records teach is learnt long before the training ends, and what lies beyond costs some of
what the adapter could before. A part of the way often keeps nearly all of the gain and gives back most of
the loss (Wortsman et al. 2022, "Robust fine-tuning of zero-shot models", eq. 1, there with all weights).
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from cadagent.errors import InputError
from training.models import WEIGHTS

_CONFIG = "adapter_config.json"
_BESIDE = (_CONFIG, "loss.svg", "preference.json")


def blend(before: Path, trained: Path, out: Path, way: float) -> None:
    """Write the adapter that lies between two.

    Each matrix is ``(1 - way) * before + way * trained``. The product of the two factors of a LoRA layer is
    then not quite the blend of the products: what both factors changed counts with the square of ``way``.

    Args:
        before, trained: folders of adapters of one shape; ``trained`` went on from ``before``.
        out: is made; its configuration and loss curve are those of ``trained``.
        way: from 0, ``before``, to 1, ``trained``.

    Raises:
        InputError: the adapters have other layers, sizes or scales.
    """
    from safetensors.torch import load_file, save_file

    old, new = load_file(before / WEIGHTS), load_file(trained / WEIGHTS)
    shapes = [{name: one.shape for name, one in weights.items()} for weights in (old, new)]
    if shapes[0] != shapes[1] or _scale(before) != _scale(trained):
        raise InputError(f"{before} and {trained} are adapters of different shapes and cannot be blended.")
    mixed = {
        name: old[name].float().lerp(one.float(), way).to(one.dtype).contiguous() for name, one in new.items()
    }
    out.mkdir(parents=True, exist_ok=True)
    for name in _BESIDE:
        if (trained / name).is_file():
            shutil.copyfile(trained / name, out / name)
    partial = out / f"{WEIGHTS}.part"
    save_file(mixed, partial, metadata={"format": "pt"})
    partial.replace(out / WEIGHTS)


def _scale(folder: Path) -> tuple[object, ...]:
    """What a layer's product is multiplied by, as the configuration says it."""
    config = json.loads((folder / _CONFIG).read_text(encoding="utf-8"))
    return tuple(
        config.get(key) for key in ("r", "lora_alpha", "alpha_pattern", "rank_pattern", "use_rslora")
    )
