"""Splits of a data set: what is held out shares neither geometry nor wording with what is trained on.

    python -m training.splits --data all.jsonl --out data --share 0.01 --unseen gusset dumbbell

writes ``train.jsonl``, ``held_out.jsonl`` (unseen geometry and unseen wordings of known families),
``unseen.jsonl`` (the families that are named, of which nothing is trained on) and ``report.json``; and,
beside the two last parts, ``held_out.cases.jsonl`` and ``unseen.cases.jsonl``, what of them ``cadagent
evaluate`` can measure: requests, refusals and edits, with the line of the record as their id.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cadagent import design
from cadagent.errors import CadAgentError, InputError
from training.records import open_text, report_of, report_path
from training.synthetic.decontaminate import masked_words
from training.synthetic.generate import signature

Sample = dict[str, Any]
_POINTS = 1_000_000


@dataclass
class Splits:
    """The parts of a data set; ``dropped`` counts samples that would have tied two parts together."""

    train: list[Sample] = field(default_factory=list)
    held_out: list[Sample] = field(default_factory=list)
    unseen: list[Sample] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)


def wording(sample: Sample) -> str:
    """What a sample says in English."""
    for name in ("request", "change"):
        if name in sample:
            return str(sample[name])
    return str(sample["completion"] if sample.get("task") == "explain" else sample["prompt"])


def wording_signature(sample: Sample) -> str:
    """The sample's words without their numbers, hashed."""
    return _signature(wording(sample))


SHARE = 0.01
"""Share of the wordings that are held out, unless said otherwise."""


TRAIN, HELD_OUT = "train", "held out"
OTHER_WORDS = "other words of a template that is trained on"
EXAMPLE = "an example whose wording is held out"


def part_of(sample: Sample, share: float = SHARE) -> str:
    """``TRAIN`` or ``HELD_OUT`` by the sample's wording, the same in every data set that is split by this
    share or more; or why it is neither.

    Of a request that is worded by hand the text of its template counts: other words and remarks make no
    unseen wording of it.
    """
    own = _signature(sample["origin"]) if "origin" in sample else wording_signature(sample)
    if _held_out(own, share):
        return HELD_OUT
    if _held_out(wording_signature(sample), share):
        return OTHER_WORDS
    if any(_held_out(_signature(text), share) for text in _example_wordings(sample)):
        return EXAMPLE
    return TRAIN


def _signature(text: str) -> str:
    return hashlib.sha256(" ".join(masked_words(text)).encode()).hexdigest()


def _held_out(signature: str, share: float) -> bool:
    return int(signature[:12], 16) % _POINTS < share * _POINTS


def geometry_signature(sample: Sample) -> str | None:
    """Hash of the sample's geometry: the resolved design, the same however it is written; ``None`` for a
    refusal."""
    document = json.loads(sample.get("design") or sample["completion"])
    if "operations" not in document:
        return None
    steps = design.resolve(design.canonical(document))["steps"]
    names = {step["id"]: str(number) for number, step in enumerate(steps) if "id" in step}
    return hashlib.sha256(json.dumps(_renamed(steps, names), sort_keys=True).encode()).hexdigest()


def _renamed(value: Any, names: dict[str, str]) -> Any:
    """The steps with their numbers for their names, and without the places in the document they came from."""
    if isinstance(value, dict):
        return {key: _renamed(entry, names) for key, entry in value.items() if key != "pointer"}
    if isinstance(value, list):
        return [_renamed(entry, names) for entry in value]
    return names.get(value, value) if isinstance(value, str) else value


def split(
    samples: Iterable[Sample],
    *,
    share: float,
    unseen: Collection[str] = (),
    most: int = 0,
    workers: int = 1,
) -> Splits:
    """Split samples for good: where a sample goes depends on its own wording alone, not on the others.

    Args:
        share: of the wordings that are held out, with every sample that is worded so.
        unseen: families that go to a part of their own.
        most: samples held out at most; further ones are dropped; 0: any number.
        workers: processes that compare geometries.
    """
    result = Splits()
    geometries: set[str] = set()
    for sample in samples:
        if sample["family"] in unseen:
            result.unseen.append(sample)
        elif (part := part_of(sample, share)) == HELD_OUT:
            if most and len(result.held_out) == most:
                result.dropped["more than asked for"] += 1
                continue
            result.held_out.append(sample)
            geometries.add(geometry_signature(sample) or "")
        elif part != TRAIN:
            result.dropped[part] += 1
        else:
            result.train.append(sample)
    geometries.discard("")
    if geometries:
        found = _signatures(result.train, workers)
        kept = [sample for sample, mark in zip(result.train, found, strict=True) if mark not in geometries]
        result.dropped["geometry that is held out"] += len(result.train) - len(kept)
        result.train = kept
    return result


def _example_wordings(sample: Sample) -> Iterator[str]:
    """What the examples in a sample's prompt say, and the texts of the templates they come from."""
    yield from (text for text, _ in sample.get("examples", ()))
    yield from sample.get("example_origins", ())


def _signatures(samples: list[Sample], workers: int) -> list[str | None]:
    """The geometry signature of each sample."""
    if workers <= 1:
        return [geometry_signature(sample) for sample in samples]
    with ProcessPoolExecutor(workers) as pool:
        return list(pool.map(geometry_signature, samples, chunksize=500))


def without_duplicates(samples: Iterable[Sample], dropped: Counter[str]) -> Iterator[Sample]:
    """The samples without near-duplicates of earlier ones, as files made under several seeds have them."""
    seen: set[str] = set()
    for sample in samples:
        mark = signature(sample)
        if mark in seen:
            dropped["near-duplicate"] += 1
        else:
            seen.add(mark)
            yield sample


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m training.splits", description="Split a data set.")
    parser.add_argument("--data", required=True, nargs="+", type=Path, help="samples of the generator")
    parser.add_argument("--out", required=True, type=Path, help="folder for the parts")
    parser.add_argument("--share", type=float, default=SHARE, help="share of wordings that are held out")
    parser.add_argument("--unseen", nargs="*", default=[], help="families that nothing is trained on")
    parser.add_argument("--most", type=int, default=0, help="samples held out at most")
    parser.add_argument("--workers", type=int, default=1, help="processes that compare geometries")
    options = parser.parse_args(arguments)
    try:
        dropped: Counter[str] = Counter()
        found = (sample for path in options.data for sample in _samples(path))
        samples = list(without_duplicates(found, dropped) if len(options.data) > 1 else found)
        families = {sample["family"] for sample in samples}
        if strangers := sorted(set(options.unseen) - families):
            raise InputError(f"no sample of the families {', '.join(strangers)}")
        parts = split(
            samples, share=options.share, unseen=options.unseen, most=options.most, workers=options.workers
        )
        parts.dropped.update(dropped)
        made = [report for path in options.data if (report := report_of(path))]
    except CadAgentError as error:
        print(f"error: {error}", file=sys.stderr)
        return int(error.exit_code)
    options.out.mkdir(parents=True, exist_ok=True)
    report = write(parts, options.out, {"made": made, "share": options.share, "families": options.unseen})
    print(json.dumps({key: report[key] for key in ("train", "held_out", "unseen", "dropped")}))
    return 0


def write(parts: Splits, folder: Path, origin: dict[str, Any]) -> dict[str, Any]:
    """Write the parts and, for each, a report on how they came about; returns the report."""
    named = {"train": parts.train, "held_out": parts.held_out, "unseen": parts.unseen}
    report = {name: len(part) for name, part in named.items()} | {"dropped": dict(parts.dropped)} | origin
    for name, part in named.items():
        lines = "".join(json.dumps(sample, ensure_ascii=False) + "\n" for sample in part)
        path = folder / f"{name}.jsonl"
        path.write_text(lines, encoding="utf-8")
        report_path(path).write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
        if name != "train":
            cases = filter(None, (_case(number, sample) for number, sample in enumerate(part, 1)))
            lines = "".join(json.dumps(case, ensure_ascii=False) + "\n" for case in cases)
            (folder / f"{name}.cases.jsonl").write_text(lines, encoding="utf-8")
    return report


def _case(number: int, sample: Sample) -> dict[str, Any] | None:
    """The sample as a case of an evaluation; None for tasks that are none of a person's requests."""
    task = sample.get("task")
    if task not in ("generate", "refuse", "edit"):
        return None
    case = {"id": str(number), "request": wording(sample), "level": task}
    if task == "refuse":
        return case | {"expects": "none"}
    if task == "edit":
        case |= {"design": json.loads(sample["before"])}
    return case | {"reference": json.loads(sample["completion"])}


def _samples(path: Path) -> Iterable[Sample]:
    with open_text(path) as lines:
        for number, line in enumerate(lines, start=1):
            try:
                sample = json.loads(line)
                wording(sample), sample["completion"], sample["family"]
            except (ValueError, KeyError, TypeError, IndexError) as error:
                raise InputError(f"{path}:{number}: not a sample of the generator") from error
            yield sample


if __name__ == "__main__":
    sys.exit(main())
