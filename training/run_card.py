"""The run card of a training run: enough to know what an adapter was made from, and to make it again."""

from __future__ import annotations

import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from cadagent.agent.prompts import PROMPT_VERSION
from cadagent.design import LANGUAGE_VERSION, language_hash

PACKAGES = (
    "torch",
    "transformers",
    "peft",
    "trl",
    "accelerate",
    "datasets",
    "bitsandbytes",
    "gguf",
    "liger-kernel",
)


def run_card(
    *,
    settings: dict[str, Any],
    data: dict[str, Any],
    held_out: dict[str, Any] | None,
    history: list[dict[str, Any]],
    steps: int,
    epochs: float,
    seconds: dict[str, float],
    device: str,
    memory: int | None,
    mebibytes: float,
    base_sha256: str | None,
    started_from: str | None = None,
    stopped: bool = False,
) -> dict[str, Any]:
    """A JSON-ready card.

    Args:
        history: the trainer's log; its points become the loss curve and the checks of the held-out loss.
        seconds: wall time by phase.
        memory: most bytes of device memory in use at a time, where there is a device.
        mebibytes: size of the adapter's weights.
        base_sha256: hash of the base model's file, where it is one file.
        started_from: hash of the weights of the adapter that training went on with.
        stopped: training was told to end before its time.
    """
    curve = [
        {
            "step": point["step"],
            "loss": round(point["loss"], 5),
            "token_accuracy": round(point["mean_token_accuracy"], 5),
            "learning_rate": point["learning_rate"],
            "tokens": int(point["num_tokens"]),
            "seconds": point["seconds"],
        }
        for point in history
        if "loss" in point
    ]
    tokens = max((point.get("num_tokens", 0) for point in history), default=0)
    return {
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "language_version": LANGUAGE_VERSION,
        "language_hash": language_hash(),
        "prompt_version": PROMPT_VERSION,
        "base_sha256": base_sha256,
        "settings": settings,
        "started_from": started_from,
        "data": data,
        "held_out": held_out,
        "steps": steps,
        "stopped": stopped,
        "epochs": round(epochs, 4),
        "tokens": int(tokens),
        "tokens_per_second": round(tokens / seconds["training"], 1),
        "seconds": {phase: round(value, 1) for phase, value in seconds.items()},
        "device": device,
        "device_memory_mebibytes": memory // (1 << 20) if memory is not None else None,
        "adapter": {"mebibytes": round(mebibytes, 2)},
        "versions": {"python": platform.python_version()} | package_versions(),
        "loss": curve,
        "checks": [
            {"step": point["step"], "loss": round(point["eval_loss"], 5)}
            for point in history
            if "eval_loss" in point
        ],
    }


def package_versions() -> dict[str, str]:
    """Versions of the installed packages that decide how training goes."""
    versions = {}
    for package in PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return versions
