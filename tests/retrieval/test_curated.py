"""The examples that ship: valid, true to their requests, complete, and clean of evaluation wording."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cadagent.design import operations, parse
from cadagent.design.placing import ANCHOR_WORDS, CORNER_WORDS, EDGE_WORDS
from cadagent.design.shapes import SHAPES
from cadagent.retrieval import FEATURES, asked, curated, example, names, shown
from cadagent.retrieval.vocabulary import MOST_COUNTED
from cadagent.validation import validate
from training.synthetic.decontaminate import Overlap

ITEMS = curated()


def document(text: str) -> dict[str, Any]:
    found = parse(text).document
    assert found is not None
    return found


def parts(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in a document: operations, loops, repetitions, paths."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from parts(item)


ALL = [part for item in ITEMS for part in parts(document(item.design))]


def said(key: str) -> set[str]:
    """The words that stand under a key somewhere."""
    found = (part[key] for part in ALL if key in part)
    return {word for value in found for word in (value if isinstance(value, list) else [value])}


def test_each_is_checked_in_normal_form_and_there_once() -> None:
    for item in ITEMS:
        assert example(item.request, item.design, kind="curated") == item
    assert len({item.id for item in ITEMS}) == len({item.request for item in ITEMS}) == len(ITEMS) >= 60


def test_each_builds_and_holds_the_figures_of_its_request() -> None:
    for item in ITEMS:
        report = validate(item.design, request=item.request)
        assert report.valid, (item.request, report.errors)
        assert not [f for f in report.findings if f.severity != "info"], (item.request, report.findings)


def test_every_operation_shape_and_word_of_placing_is_shown() -> None:
    assert {part["op"] for part in ALL if "op" in part} == set(operations())
    assert {part["shape"] for part in ALL if "shape" in part} == {*SHAPES}
    assert {word for word in said("from") if isinstance(word, str)} == {"center", *EDGE_WORDS, *CORNER_WORDS}
    assert said("attach") == {"left", "right", "front", "back", "top", "bottom"}
    assert said("anchor") == set(ANCHOR_WORDS)
    assert said("align") >= {"left", "right", "top", "bottom"}
    assert said("plane") >= {"xz", "yz", "path"}
    assert {"grid", "polar", "corners", "edges", "points", "pitch", "gap", "span"} <= {
        k for p in ALL for k in p
    }


def test_every_feature_is_worded_and_shown_together_by_some_example() -> None:
    together = 0
    for item in ITEMS:
        together |= asked(item.request) & shown(document(item.design))
    rare = {f"{number} of a kind" for number in range(7, MOST_COUNTED + 1)}
    missing = set(names((1 << len(FEATURES)) - 1 & ~together))
    assert missing <= rare, missing


def test_what_is_asked_is_mostly_shown() -> None:
    """Words that ask for what the design does not show would lead the choice astray."""
    wanted = met = 0
    for item in ITEMS:
        words = asked(item.request)
        wanted += words.bit_count()
        met += (words & shown(document(item.design))).bit_count()
    assert met / wanted > 0.7


def test_none_shares_eight_words_with_an_evaluation_prompt(cadagent_data: Path) -> None:
    files = sorted([*cadagent_data.rglob("*.jsonl"), *cadagent_data.rglob("*.txt")])
    overlap = Overlap.of_files(files)
    assert overlap.prompts > 1000
    assert not [item.request for item in ITEMS if overlap.shares(item.request)]


def test_a_prompt_of_the_evaluation_would_be_found(cadagent_data: Path) -> None:
    overlap = Overlap.of_files(sorted(cadagent_data.rglob("manifest.jsonl")))
    if not overlap.prompts:
        pytest.skip("no manifests there")
    assert overlap.shares(" ".join(next(iter(overlap.runs))).replace("#", "3"))
