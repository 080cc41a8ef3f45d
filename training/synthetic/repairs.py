"""Repair tasks: a request, a faulty design with what validation really finds in it, and the right design."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from cadagent import design
from cadagent.agent.fixing import only_operation
from cadagent.agent.plans import told
from cadagent.agent.prompts import clean_request, repair_prompt
from cadagent.validation import Report
from training.synthetic.faults import faulty
from training.synthetic.random_source import RandomSource

Sample = dict[str, Any]
#: Faults drawn for one design until one brings findings, and how many of them may be built.
_TRIES = 12
_BUILDS = 2
#: Share of the repairs of a single operation that ask for it alone, not for the whole design.
_ALONE = 0.6
#: Characters of a request and two designs; longer ones would take too much of the training time.
_MOST = 4500
#: Findings of the grammar's own domain, and those that depend on how busy the machine is.
NEVER = (
    "syntax.",
    "schema.",
    "rules.failed",
    "geometry.timeout",
    "geometry.worker",
    "geometry.out_of_memory",
)
#: Findings that a right design may have as well, where it is tight.
_TIGHT = (
    "geometry.fillet_too_large",
    "geometry.chamfer_too_large",
    "geometry.non_manifold",
    "geometry.shell_failed",
)


def broken(sample: Sample, rng: RandomSource) -> Sample | None:
    """A repair task made from a generate task; ``None`` where no fault that was tried brings an error.

    Builds in the kernel's worker.
    """
    from cadagent.validation import for_model, validate

    right = json.loads(sample["completion"])
    request = clean_request(sample["prompt"])
    if len(request) + 2 * len(sample["completion"]) > _MOST:
        return None
    builds = 0
    for _ in range(_TRIES):
        if builds == _BUILDS:
            break
        found = faulty(right, rng)
        if found is None:
            continue
        kind, wrong = found
        text = design.dumps(wrong)
        if any(finding.code.startswith(NEVER) for finding in design.check(wrong)):
            continue
        report = validate(text, request=request, seconds=20)
        builds += report.result is not None
        codes = [finding.code for finding in report.errors]
        if report.document is None or not codes or any(code.startswith(NEVER) for code in codes):
            continue
        if not _sound(sample["completion"], request, build=any(code in _TIGHT for code in codes)):
            return None
        one = _one_operation(report, right) if rng.chance(_ALONE) else None
        messages = repair_prompt(
            request,
            design.dumps(report.document),
            for_model(report.findings, report.document),
            operation=one,
        )
        return {
            "messages": [{"role": message.role, "content": message.content} for message in messages],
            "completion": sample["completion"] if one is None else design.dumps(right["operations"][one]),
            "request": request,
            "family": sample["family"],
            "style": sample["style"],
            "task": "repair",
            "kind": kind,
            "finding": codes[0],
            "seed": sample["seed"],
            **({"origin": sample["origin"]} if "origin" in sample else {}),
        }
    return None


def _one_operation(report: Report, right: Sample) -> int | None:
    """The operation that all findings lie in, where the designs differ in nothing else."""
    wrong = report.document
    assert wrong is not None
    index = only_operation(wrong, [finding.pointer for finding in told(report)])
    if index is None or len(wrong["operations"]) != len(right["operations"]):
        return None
    mended = [*wrong["operations"]]
    mended[index] = right["operations"][index]
    return index if {**wrong, "operations": mended} == right else None


def _sound(completion: str, request: str, build: bool) -> bool:
    """Whether the right design is without the errors that the wrong one has."""
    from cadagent.validation import validate

    return validate(completion, request=request, build=build, seconds=20).valid


def broken_many(samples: Sequence[Sample], seed: int, workers: int) -> list[Sample | None]:
    """Repair tasks from several samples, in their order; as many kernel workers as asked for."""
    from cadagent import kernel

    if not samples:
        return []
    # Each thread waits for a build of its own; the first call fixes how many the kernel runs at once.
    kernel.build_many([design.resolve(json.loads(samples[0]["completion"]))], workers=workers)
    with ThreadPoolExecutor(max(1, workers)) as pool:
        return list(
            pool.map(lambda sample: broken(sample, RandomSource("fault", seed, sample["seed"])), samples)
        )
