"""Makes the data set: ``python -m training.synthetic.generate --count N --seed S --out FILE.jsonl``.

The same arguments give the same bytes.  Each sample has its own random source, named by the seed and its
number, so that samples can be made by any number of workers in any order.  A report on what was dropped,
overlap with evaluation prompts among it, lies beside the file and goes into the run card of what is trained
on it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from cadagent import design
from cadagent.errors import InputError
from training.records import report_path
from training.synthetic import edits, examples, explanations, noise, refusals, repairs, stepwise
from training.synthetic.completions import Rejected, completion
from training.synthetic.context import Context
from training.synthetic.decontaminate import Overlap, masked_words
from training.synthetic.families import families
from training.synthetic.part import Part
from training.synthetic.random_source import RandomSource
from training.synthetic.remarks import remarked
from training.synthetic.telling import tell
from training.synthetic.written import draw_written

Sample = dict[str, Any]
REFUSALS = 0.06
#: Share of the samples that are worded by hand.
WRITTEN = 0.45
_CHUNK = 500


@dataclass(frozen=True)
class Shares:
    """The shares of other tasks: edits and repairs of the generate tasks, explanations and steps of all; of
    the requests worded by hand among the generate tasks, and of those that have examples before them."""

    edits: float = 0.0
    repairs: float = 0.0
    written: float = WRITTEN
    explain: float = 0.0
    steps: float = 0.0
    examples: float = 0.0


def draw(seed: int, number: int, written: float = WRITTEN) -> Sample:
    """Sample `number` of the data set with this seed.

    Raises:
        Rejected: the language's checks refuse the drawn design.
    """
    rng = RandomSource("sample", seed, number)
    if rng.chance(REFUSALS):
        prompt, reply = refusals.draw(rng)
        return {
            "prompt": prompt,
            "completion": json.dumps(reply, separators=(",", ":"), ensure_ascii=False),
            "family": "refusal",
            "style": "refusal",
            "task": "refuse",
            "seed": number,
        }
    if rng.chance(written):
        drawn = draw_written(rng)
        text = remarked(Context(RandomSource("remarks", seed, number)), drawn.text, drawn.document)
        return {
            "prompt": noise.roughen(Context(rng), text),
            "completion": completion(drawn.document),
            "family": drawn.source,
            "style": "written",
            "task": "generate",
            "seed": number,
            "origin": drawn.origin,
        }
    name, family = rng.weighted([(weight, (name, make)) for weight, name, make in families()])
    part = Part(Context(rng), name)
    family(part)
    text, document = tell(part), part.document()
    text = remarked(Context(RandomSource("remarks", seed, number)), text, document)
    return {
        "prompt": noise.roughen(part.ctx, text),
        "completion": completion(document),
        "family": name,
        "style": part.ctx.style,
        "task": "generate",
        "seed": number,
    }


def draw_task(seed: int, number: int, shares: Shares) -> Sample:
    """Sample `number` as it is, turned into a change of its design, marked to be made a repair, or, in its
    place, a design to explain or a step of a long request.

    Raises:
        Rejected: as :func:`draw` does; or no change of the drawn kind fits the design.
    """
    kind = RandomSource("kind", seed, number)
    other = kind.fraction()
    if other < shares.explain:
        return explanations.explanation(kind) | {"seed": number}
    if other < shares.explain + shares.steps:
        return stepwise.step(kind) | {"seed": number}
    sample = draw(seed, number, shares.written)
    rng = RandomSource("task", seed, number)
    point = rng.fraction()
    if sample["task"] == "generate" and point >= shares.edits + shares.repairs:
        helped = RandomSource("examples", seed, number)
        return examples.with_examples(sample, helped) if helped.chance(shares.examples) else sample
    if sample["task"] != "generate":
        return sample
    if point >= shares.edits:
        return sample | {"task": "repair"}
    edited = edits.edited(sample, rng)
    if edited is None:
        raise Rejected("edit")
    return edited


def wording(sample: Sample) -> str:
    """What the sample says to the model; of a design to explain, what the model is to say."""
    if sample["task"] == "explain":
        return str(sample["completion"])
    if "prompt" in sample:
        return str(sample["prompt"])
    return "\n".join(turn["content"] for turn in sample["messages"] if turn["role"] == "user")


def signature(sample: Sample) -> str:
    """What makes two samples near-duplicates: the same words and the same design once the numbers are masked,
    unless the design is one of the simplest or worded by hand, where numbers are all that differs."""
    words = " ".join(masked_words(wording(sample)))
    long = (
        len(words) > 80
        and sample["style"] != "written"
        and sample["task"] in ("generate", "refuse", "explain")
    )
    keep = "" if long else sample["completion"]
    return hashlib.sha256(f"{words}|{keep}".encode()).hexdigest()


def build_share(chunk: list[Sample | str], seed: int, share: float, workers: int) -> list[Sample | str]:
    """The chunk with a share of its designs built; those that are not one sound body become rejections."""
    from cadagent import kernel  # heavy, and needed only here

    chosen = [
        index
        for index, item in enumerate(chunk)
        if not isinstance(item, str)
        and item["task"] == "generate"
        and RandomSource("build", seed, item["seed"]).chance(share)
    ]
    items: list[Any] = [chunk[index] for index in chosen]
    resolved = [design.resolve(design.canonical(json.loads(item["completion"]))) for item in items]
    for index, item, result in zip(chosen, items, kernel.build_many(resolved, workers=workers), strict=True):
        if result.findings or not result.ok:
            chunk[index] = result.findings[0].code if result.findings else "kernel"
        elif result.measurement.bodies != 1 and item["family"] != "parallel_plates":
            chunk[index] = "geometry.bodies"
    return chunk


def break_some(chunk: list[Sample | str], seed: int, workers: int) -> list[Sample | str]:
    """The chunk with those samples broken that are marked as repairs; where no fault shows, it is dropped."""
    marked = [
        index for index, item in enumerate(chunk) if not isinstance(item, str) and item["task"] == "repair"
    ]
    items: list[Any] = [chunk[index] for index in marked]
    for index, broken in zip(marked, repairs.broken_many(items, seed, workers), strict=True):
        chunk[index] = "repair" if broken is None else broken
    return chunk


def _draw_many(arguments: tuple[int, int, int, Shares]) -> list[Sample | str]:
    seed, first, count, shares = arguments
    results: list[Sample | str] = []
    for number in range(first, first + count):
        try:
            results.append(draw_task(seed, number, shares))
        except Rejected as reason:
            results.append(str(reason))
    return results


def _chunks(seed: int, workers: int, shares: Shares) -> Iterator[list[Sample | str]]:
    jobs = ((seed, first, _CHUNK, shares) for first in range(0, 1 << 60, _CHUNK))
    if workers <= 1:
        yield from map(_draw_many, jobs)
        return
    with ProcessPoolExecutor(workers) as pool:
        while True:  # a few chunks ahead, taken in order, so that the output does not depend on the workers
            batch = [next(jobs) for _ in range(2 * workers)]
            yield from pool.map(_draw_many, batch)


def samples(
    count: int,
    seed: int,
    *,
    overlap: Overlap | None = None,
    workers: int = 1,
    build: float = 0.0,
    shares: Shares | None = None,
    report: Counter[str] | None = None,
) -> Iterator[Sample]:
    """`count` samples without near-duplicates and without evaluation wording.

    Args:
        build: the share of the designs that the kernel builds; those that fail are dropped.
        shares: of other tasks; repairs are built, so that they need the kernel.
        report: counts what was kept and dropped, and why.
    """
    report = report if report is not None else Counter()
    seen: set[str] = set()
    shares = shares or Shares()
    for chunk in _chunks(seed, workers, shares):
        if build:
            chunk = build_share(chunk, seed, build, workers)
        if shares.repairs:
            chunk = break_some(chunk, seed, workers)
        for item in chunk:
            if isinstance(item, str):
                report[f"rejected {item}"] += 1
                continue
            mark = signature(item)
            if mark in seen:
                report["duplicates"] += 1
                continue
            if overlap is not None and overlap.shares(wording(item)):
                report["overlap"] += 1
                report[f"overlap {item['family']}"] += 1
                continue
            seen.add(mark)
            report["kept"] += 1
            report[f"kept {item['task']}"] += 1
            yield item
            if report["kept"] == count:
                return


def made_report(report: Counter[str], overlap: Overlap | None) -> dict[str, Any]:
    """What was kept and dropped, and why; the overlap with evaluation prompts among it."""
    drawn = sum(number for key, number in report.items() if not key.startswith(("overlap ", "kept ")))
    return {
        "drawn": drawn,
        "evaluation_prompts": overlap.prompts if overlap else 0,
        **dict(report.most_common()),
    }


def main(argv: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m training.synthetic.generate", description=__doc__)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True, help="JSONL file, written anew")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument(
        "--evaluation",
        type=Path,
        nargs="*",
        default=[],
        help="jsonl or txt files with prompts that no sample may share an 8-word run with",
    )
    parser.add_argument(
        "--build",
        type=float,
        default=0.0,
        help="share of the designs that the kernel builds (about "
        "20 a second and core); designs that fail are dropped",
    )
    parser.add_argument(
        "--edits", type=float, default=0.0, help="share of the designs that become changes of a design"
    )
    parser.add_argument(
        "--repairs",
        type=float,
        default=0.0,
        help="share of the designs that are broken and become repairs; needs the kernel (about 15 a second)",
    )
    parser.add_argument(
        "--explain", type=float, default=0.0, help="share of samples that explain a design in English"
    )
    parser.add_argument(
        "--steps", type=float, default=0.0, help="share of samples that are one step of a long request"
    )
    parser.add_argument(
        "--examples", type=float, default=0.0, help="share of requests with examples before them"
    )
    parser.add_argument("--written", type=float, default=WRITTEN, help="share of requests worded by hand")
    options = parser.parse_args(argv)
    report: Counter[str] = Counter()
    try:
        overlap = Overlap.of_files(options.evaluation) if options.evaluation else None
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return int(error.exit_code)
    with options.out.open("w", encoding="utf-8", newline="\n") as out:
        for sample in samples(
            options.count,
            options.seed,
            overlap=overlap,
            workers=options.workers,
            build=options.build,
            shares=Shares(**{share.name: getattr(options, share.name) for share in fields(Shares)}),
            report=report,
        ):
            out.write(json.dumps(sample, ensure_ascii=False) + "\n")
    made = made_report(report, overlap) | {"seed": options.seed}
    report_path(options.out).write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(made), file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
