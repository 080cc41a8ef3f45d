"""The synthetic data: deterministic, valid, true to its numbers, varied, clean of evaluation wording."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from cadagent import design
from training.synthetic import generate, refusals
from training.synthetic.decontaminate import Overlap, masked_words, runs
from training.synthetic.families import families
from training.synthetic.fillers import says_unit
from training.synthetic.numbers import plain
from training.synthetic.random_source import RandomSource

SEED = 11
PINNED = [867, 674, 17, 490, 724]
_NUMBER = re.compile(r"\d+\s+\d+/\d+|\d+-\d+/\d+|\d+/\d+|\d*\.\d+|\d+")
_WORDS = {
    word: str(value)
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
        ]
    )
}
_SIDES = {
    "hexagon": "6",
    "octagon": "8",
    "pentagon": "5",
    "heptagon": "7",
    "nonagon": "9",
    "decagon": "10",
    "dodecagon": "12",
}
#: Figures that an English word stands for.
_IMPLIED = {"0", "1", "2", "3", "4", "5", "90", "180", "360", "-90", "270"}


@pytest.fixture(scope="module")
def samples() -> list[generate.Sample]:
    return list(generate.samples(1500, SEED))


def test_same_arguments_give_the_same_bytes_in_another_process_and_with_workers(tmp_path: Path) -> None:
    files = []
    for name, extra in (("a", []), ("b", ["--workers", "2"])):
        out = tmp_path / f"{name}.jsonl"
        environment = {**os.environ, "PYTHONHASHSEED": name.replace("a", "1").replace("b", "2")}
        subprocess.run(
            [
                sys.executable,
                "-m",
                "training.synthetic.generate",
                "--count",
                "500",
                "--seed",
                "3",
                "--out",
                str(out),
                *extra,
            ],
            check=True,
            env=environment,
            cwd=Path(__file__).parents[2],
        )
        files.append(out.read_bytes())
    assert files[0] == files[1]
    assert files[0].count(b"\n") == 500


def test_random_source_is_pinned() -> None:
    source = RandomSource("pinned", 1)
    assert [source.integer(0, 999) for _ in range(5)] == PINNED


def test_every_completion_is_the_compact_normal_form(samples: list[generate.Sample]) -> None:
    for sample in samples:
        text = sample["completion"]
        parsed = design.parse(text)
        assert not parsed.findings, text
        if sample["task"] == "refuse":
            assert set(parsed.document or {}) <= {"refuse", "ask"}
            continue
        assert design.dumps(design.compact(design.canonical(parsed.document or {}))) == text
        assert not re.search(r"\s", text), text
        assert not re.search(r"\d[eE][-+]?\d", re.sub(r'"[^"]*"', "", text)), text
        assert not re.search(r"\.\d{7}", text), text


def _said(prompt: str) -> set[str]:
    """All numbers of the prompt as the design would write them, with their negatives."""
    found: set[str] = set()
    for text in _NUMBER.findall(prompt):
        value = 0.0
        for part in text.replace("-", " ").split():
            top, _, bottom = part.partition("/")
            value += float(top) / float(bottom or 1)
        found.add(plain(value))
        found.update(plain(float(part)) for part in re.split(r"[\s/-]", text) if part)
    found.update(_WORDS[word] for word in re.findall(r"[a-z]+", prompt.lower()) if word in _WORDS)
    found.update(
        number for name, number in _SIDES.items() if name in prompt.lower() or name[:-1] in prompt.lower()
    )
    return found


def test_numbers_of_the_design_come_from_the_request(samples: list[generate.Sample]) -> None:
    unsaid: Counter[str] = Counter()
    checked = 0
    for sample in samples:
        if sample["task"] != "generate" or sample["family"].startswith(("abstract", "unsized")):
            continue
        checked += 1
        said = _said(sample["prompt"]) | _IMPLIED
        text = re.sub(r'"(M[\d.]+|[a-z_]+\d*(\.[a-z]+)?)"', "", sample["completion"])
        for number in re.findall(r"-?\d+(?:\.\d+)?", text):
            if number.lstrip("-") not in said:
                unsaid[sample["family"]] += 1
                break
    assert sum(unsaid.values()) <= 0.02 * checked, unsaid


def test_units_are_said(samples: list[generate.Sample]) -> None:
    for sample in samples:
        if sample["task"] == "refuse":
            continue
        unit = json.loads(sample["completion"])["units"]
        assert unit == "unit" or says_unit(sample["prompt"], unit), sample["prompt"]
        if unit == "unit":
            assert not re.search(r"\d ?(mm|cm|inch|feet)\b", sample["prompt"]), sample["prompt"]


def test_many_families_styles_lengths_and_operations(samples: list[generate.Sample]) -> None:
    assert len(families()) >= 60
    assert len({sample["family"] for sample in samples}) >= 55
    assert {"brief", "terse", "drawing", "prose", "steps", "numbered", "layman"} <= {
        sample["style"] for sample in samples
    }
    lengths = sorted(len(sample["prompt"].split()) for sample in samples)
    assert sum(length > 45 for length in lengths) >= len(lengths) / 3
    assert sum(length >= 90 for length in lengths) >= 0.14 * len(lengths)
    operations = Counter(re.findall(r'"op":"(\w+)"', "".join(sample["completion"] for sample in samples)))
    assert {
        "extrude",
        "box",
        "cylinder",
        "hole",
        "revolve",
        "fillet",
        "chamfer",
        "shell",
        "rotate",
        "move",
        "align",
        "cone",
        "sphere",
        "torus",
        "pyramid",
        "wedge",
    } <= set(operations)
    openings = Counter(" ".join(masked_words(sample["prompt"])[:4]) for sample in samples)
    assert openings.most_common(1)[0][1] <= 0.03 * len(samples)


def test_refusals_and_questions_are_few_and_of_every_kind(samples: list[generate.Sample]) -> None:
    share = sum(sample["task"] == "refuse" for sample in samples) / len(samples)
    assert 0.03 < share < 0.09
    found = {json.dumps(refusals.draw(RandomSource("refusals", number))[1]) for number in range(400)}
    assert found == {json.dumps({"refuse": reason}) for reason in design.REFUSALS} | {
        json.dumps({"ask": question}) for question in design.QUESTIONS
    }


def test_no_sample_shares_eight_words_with_an_evaluation_prompt(tmp_path: Path) -> None:
    prompt = next(
        sample["prompt"] for sample in generate.samples(50, 4) if len(sample["prompt"].split()) > 30
    )
    file = tmp_path / "evaluation.jsonl"
    file.write_text(json.dumps({"prompt": re.sub(r"\d", "7", prompt)}) + "\n")
    overlap = Overlap.of_files([file])
    assert overlap.shares(prompt)
    report: Counter[str] = Counter()
    kept = list(generate.samples(300, 4, overlap=overlap, report=report))
    assert report["overlap"] >= 1
    assert not any(run in overlap.runs for sample in kept for run in runs(sample["prompt"]))


def test_the_kernel_builds_the_samples() -> None:
    kernel = pytest.importorskip("cadagent.kernel")
    built = failed = 0
    for sample in generate.samples(40, 8):
        if sample["task"] != "generate":
            continue
        built += 1
        failed += not kernel.build(design.resolve(design.canonical(json.loads(sample["completion"])))).ok
    assert failed <= 0.05 * built
