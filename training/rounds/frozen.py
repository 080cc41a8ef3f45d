"""Makes the frozen set: ``python -m training.rounds.frozen --out training/frozen.jsonl``.

The frozen set is what a new adapter is held against, round after round. It is a file of requests for
``cadagent evaluate``, each with the design that is right, drawn from the generator of synthetic data out of
the wordings that :mod:`training.splits` holds out at the least share that data of any shipped adapter were
split by, so that none has seen one of them. Ten families have sixty cases each, so that a loss in one of them
shows; the others are drawn as they come. Any first part of the file has the same mixture.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from cadagent.feedback.wording import Wordings
from cadagent.validation import validate
from training.splits import HELD_OUT, part_of
from training.synthetic import noise
from training.synthetic.completions import Rejected, completion
from training.synthetic.context import Context
from training.synthetic.families import families
from training.synthetic.generate import Sample, draw
from training.synthetic.part import Part
from training.synthetic.random_source import RandomSource
from training.synthetic.telling import tell

FAMILIES = (
    "plate_with_holes",
    "angle_bracket",
    "ring",
    "flanged_pipe",
    "pocket_box",
    "boss_plate",
    "link",
    "section",
    "shelled_box",
    "round_stack",
)
"""Families whose losses are looked for one by one."""

EACH, OTHERS = 60, 400
MOST_ALIKE = 3
"""Cases of one wording, whatever its figures, at most: they count together, not one by one."""
LEAST_SHARE = 0.003
"""Of the wordings: what is held out at this share is held out at every larger one. Data for an adapter that
ships are never split by less."""
_DRAWS = 400_000
SPLIT_OTHERWISE = frozenset(
    f"written_{name}"
    for name in (
        *("blind_long", "blind_short", "blind_sketches", "designer", "long_prose", "plain", "prose"),
        *("prose_bodies", "prose_cuts", "prose_edges", "prose_joined", "prose_objects", "prose_outlines"),
        *("prose_planes", "prose_plates", "prose_profiles", "prose_round", "short", "wordy", "wordy_blind"),
    )
)
"""Requests worded by hand that round 4 of training had. Their filled-in texts were split then, not those of
their templates: what is held out of them today it may have seen."""
SEED = 2026


def draw_family(name: str, make: Callable[[Part], None], seed: int, number: int) -> Sample:
    """Sample ``number`` of one family.

    Raises:
        Rejected: the language's checks refuse the drawn design.
    """
    rng = RandomSource("frozen", seed, name, number)
    part = Part(Context(rng), name)
    make(part)
    prompt = noise.roughen(part.ctx, tell(part))
    return {"prompt": prompt, "completion": completion(part.document()), "family": name, "task": "generate"}


def _chosen(drawn: Iterator[Sample], count: int, alike: Wordings) -> Iterator[Sample]:
    """Samples whose wording is held out, few of one group, whose designs hold what their requests say."""
    groups: Counter[str] = Counter()
    for sample in drawn:
        if part_of(sample, LEAST_SHARE) != HELD_OUT:
            continue
        group = (alike.near(sample["prompt"]) or [sample["prompt"]])[0]
        if groups[group] == MOST_ALIKE or not _holds(sample):
            continue
        groups[group] += 1
        alike.add(sample["prompt"], group)
        yield sample
        count -= 1
        if not count:
            return


def _holds(sample: Sample) -> bool:
    if sample["task"] == "refuse":
        return True
    report = validate(sample["completion"], request=sample["prompt"], seconds=20)
    return report.valid and not any(row.state in ("missing", "wrong") for row in report.asked)


def _draws(draw_one: Callable[[int], Sample]) -> Iterator[Sample]:
    for number in range(_DRAWS):
        try:
            yield draw_one(number)
        except Rejected:
            continue


def cases(seed: int) -> list[dict[str, Any]]:
    """The lines of the file, mixed so that every part of it is like the whole."""
    alike = Wordings()
    makers = {name: make for _, name, make in families()}
    parts = [
        list(_chosen(_draws(partial(draw_family, name, makers[name], seed)), EACH, alike))
        for name in FAMILIES
    ]
    passed = SPLIT_OTHERWISE.union(FAMILIES)
    others = (one for one in _draws(partial(draw, seed)) if one["family"] not in passed)
    parts.append(list(_chosen(others, OTHERS, alike)))
    places = [
        (index / len(part), number, sample)
        for number, part in enumerate(parts)
        for index, sample in enumerate(part)
    ]
    rows = []
    for number, (_, _, sample) in enumerate(sorted(places, key=lambda place: place[:2]), 1):
        row = {"id": f"f{number:04}", "request": sample["prompt"], "level": sample["family"]}
        design = json.loads(sample["completion"])
        rows.append(row | ({"reference": design} if "operations" in design else {"expects": "none"}))
    return rows


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m training.rounds.frozen", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="JSONL file, written anew")
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    rows = cases(options.seed)
    options.out.write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8"
    )
    print(Counter(row["level"] for row in rows))


if __name__ == "__main__":
    main()
