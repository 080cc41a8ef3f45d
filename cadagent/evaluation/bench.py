"""Speed of the core on this machine: checking, building, and the way to the first token."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from cadagent.design import check, parse, resolve

DESIGNS = (
    '{"units":"mm","operations":[{"op":"extrude","profile":[{"shape":"rectangle","size":[40,20]}],"depth":5},'
    '{"op":"hole","diameter":4,"repeat":{"grid":[2,2],"pitch":[30,10]}}]}',
    '{"units":"mm","operations":[{"op":"extrude","profile":[{"shape":"ring","outer_diameter":60,"inner_diameter":20},'
    '{"shape":"circle","diameter":6,"role":"hole","repeat":{"polar":6,"diameter":45}}],"depth":8}]}',
    '{"units":"in","operations":[{"op":"extrude","id":"plate","profile":[{"shape":"rectangle","size":[4,2]}],'
    '"depth":0.5},{"op":"extrude","face":"top","profile":[{"shape":"circle","diameter":1}],"depth":0.75},'
    '{"op":"hole","face":"plate.top","diameter":0.2,"repeat":{"corners":true,"inset":0.3}}]}',
    '{"units":"mm","operations":[{"op":"revolve","plane":"xz","profile":[{"shape":"rectangle","size":[5,30],'
    '"at":[20,0]}],"axis":"v"}]}',
)
_FIRST_TOKEN = (
    "import sys, time\n"
    "from cadagent.generation import Message, open_model\n"
    "model = open_model()\n"
    "for chunk in model.generate([Message('user', 'a cube')], max_tokens=1):\n"
    "    print(time.time()); sys.stdout.flush(); break\n"
    "model.close()\n"
)


def core_figures(seconds: float, tell: Callable[[str], None]) -> dict[str, float]:
    """Figures by name.

    Args:
        seconds: how long each loop runs.
        tell: gets a line before each part.
    """
    figures: dict[str, float] = {}
    tell("schema and reference rules …")
    figures["documents checked per second, one core"] = _rate(seconds, check_all)
    tell("builds in a warm worker …")
    median, slow = _builds(seconds)
    figures["warm build, median ms"] = median
    figures["warm build, 95th percentile ms"] = slow
    tell("process start to first token …")
    figures["process start to first token, median s"] = statistics.median(_first_token() for _ in range(3))
    return figures


def check_all(documents: list[dict[str, Any]]) -> None:
    """One pass of the rules that need no geometry over some documents."""
    for document in documents:
        check(document)


def _documents() -> list[dict[str, Any]]:
    parsed = [parse(text).document for text in DESIGNS]
    return [document for document in parsed if document is not None]


def _rate(seconds: float, action: Callable[[list[dict[str, Any]]], None]) -> float:
    documents = _documents()
    action(documents)
    count, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        action(documents)
        count += len(documents)
    return count / (time.perf_counter() - began)


def _builds(seconds: float) -> tuple[float, float]:
    from cadagent.kernel import build, warm

    warm()
    resolved = [resolve(document) for document in _documents()]
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
