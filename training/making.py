"""The data of a preset: made by the generator, kept in the run's folder, split before anything is trained."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from training.settings import Preset
from training.splits import Sample, split, write
from training.synthetic.decontaminate import Overlap
from training.synthetic.generate import Shares, made_report, samples

HELD_OUT = (20, 2_000)
"""Records held out, about: a tenth, no fewer than give a figure and no more than make it steady."""


def make_data(
    preset: Preset, folder: Path, *, seed: int, evaluation: Sequence[Path] = (), workers: int = 1
) -> tuple[Path, Path]:
    """Make a preset's samples and return the files of those to train on and of those held out.

    Files that are there are taken as they are: a run that goes on finds its own data again.

    Args:
        evaluation: files with prompts that no sample may share an 8-word run with.
    """
    files = folder / "train.jsonl", folder / "held_out.jsonl"
    if all(path.is_file() for path in files):
        return files
    report: Counter[str] = Counter()
    overlap = Overlap.of_files(evaluation) if evaluation else None
    edits, repairs, explain, steps = preset.tasks
    shares = Shares(edits=edits, repairs=repairs, explain=explain, steps=steps)
    # Some do not fit the preset's length, so that more may be drawn than are used.
    apart = min(HELD_OUT[1], max(HELD_OUT[0], preset.samples // 10))
    wanted = preset.samples + apart
    count = wanted if not preset.longest else 1000 * wanted
    drawn = samples(count, seed, overlap=overlap, workers=workers, shares=shares, report=report)
    chosen = islice(_short(drawn, preset.longest), wanted)
    parts = split(chosen, share=apart / wanted)
    folder.mkdir(parents=True, exist_ok=True)
    write(parts, folder, {"seed": seed, "made": [made_report(report, overlap)]})
    return files


def _short(drawn: Iterable[Sample], longest: int) -> Iterator[Sample]:
    for sample in drawn:
        length = len(sample["completion"]) + len(sample.get("prompt") or sample["messages"][-1]["content"])
        if not longest or length <= longest:
            yield sample
