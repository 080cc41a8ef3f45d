"""Speed of the core on this machine: checking, building, and the way to the first token."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from cadagent.design import check, resolve

_FIRST_TOKEN = (
    "import sys, time\n"
    "from cadagent.generation import Message, open_model\n"
    "model = open_model()\n"
    "for chunk in model.generate([Message('user', 'a cube')], max_tokens=1):\n"
    "    print(time.time()); sys.stdout.flush(); break\n"
    "model.close()\n"
)


def core_figures(
    documents: list[dict[str, Any]], seconds: float, tell: Callable[[str], None]
) -> dict[str, float]:
    """Figures by name.

    Args:
        documents: valid designs, which are checked and built.
        seconds: how long each loop runs.
        tell: gets a line before each part.
    """
    figures: dict[str, float] = {}
    tell("schema and reference rules …")
    figures["documents checked per second, one core"] = _rate(documents, seconds)
    tell("builds in a warm worker …")
    median, slow = _builds([resolve(document) for document in documents], seconds)
    figures["warm build, median ms"] = median
    figures["warm build, 95th percentile ms"] = slow
    tell("process start to first token …")
    figures["process start to first token, median s"] = statistics.median(_first_token() for _ in range(3))
    return figures


def _rate(documents: list[dict[str, Any]], seconds: float) -> float:
    """Documents a second through the rules that need no geometry."""
    count, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        for document in documents:
            check(document)
        count += len(documents)
    return count / (time.perf_counter() - began)


def _builds(resolved: list[dict[str, Any]], seconds: float) -> tuple[float, float]:
    from cadagent.kernel import build, warm

    warm()
    for design in resolved:
        build(design)
    times: list[float] = []
    began = time.perf_counter()
    while time.perf_counter() - began < seconds or len(times) < 20:
        for design in resolved:
            start = time.perf_counter()
            build(design)
            times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times), statistics.quantiles(times, n=20)[-1]


def _first_token() -> float:
    began = time.time()
    done = subprocess.run([sys.executable, "-c", _FIRST_TOKEN], capture_output=True, text=True, check=True)
    return float(json.loads(done.stdout.split()[0])) - began
