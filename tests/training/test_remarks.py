"""Remarks beside figures say nothing else than the request said before."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from cadagent.validation import validate
from training.splits import split
from training.synthetic import generate
from training.synthetic.completions import Rejected, completion
from training.synthetic.context import Context
from training.synthetic.random_source import RandomSource
from training.synthetic.remarks import remarked
from training.synthetic.written import draw_written

BOX: dict[str, Any] = {"units": "unit", "operations": [{"op": "box", "size": [1, 2, 3]}]}
_FIGURE = re.compile(r"\d+(?:\.\d+)?")
_SHARE = re.compile(r"\b\d{1,2}/\d{1,2}(?:th|rd)? of\b|\b[234] times\b")


def ways(text: str, document: dict[str, Any] = BOX, draws: int = 400) -> set[str]:
    """The text with all remarks that so many draws give it."""
    return {remarked(Context(RandomSource("ways", number)), text, document) for number in range(draws)}


def written(count: int) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Requests worded by hand before and after, where remarks were made, with their designs."""
    for number in range(count):
        text, document, *_ = draw_written(RandomSource("remarks of", number))
        other = remarked(Context(RandomSource("remarks on", number)), text, document)
        if other != text:
            yield text, other, document


def test_every_figure_stays_and_in_its_order() -> None:
    changed = 0
    for text, other, _ in written(2_000):
        before = _FIGURE.findall(text)
        after = iter(_FIGURE.findall(other))
        assert all(figure in after for figure in before), other
        changed += 1
    assert 300 < changed < 1_200


def test_shares_come_before_and_after_figures_and_most_are_about_right() -> None:
    text = "Make a block with a length of 8 units, a width of 4.1 units and a height of 2 units."
    found = ways(text)
    assert any(re.search(r"4\.1 units \((?:which is |i\.e\. )?[a-z. ]*half", one) for one in found)
    assert any(re.search(r"a width (?:that|which) is [a-z. ]*half .* \(.*4\.1 units\)", one) for one in found)
    assert any(", which is " in one for one in found)
    assert any("a length of approximately 8 units" in one for one in found)
    assert not [one for one in found if re.search(r"twice|third|times", one)]


def test_loose_names_and_guesses_stand_beside_both_sizes() -> None:
    text = (
        "Draw a rectangle of 8 by 4 units. Cut a rectangle with a length of 2 units and a width of 1 units."
    )
    found = ways(text)
    assert any("a square of 8 by 4 units" in one for one in found)
    assert any(
        re.search(r"the size of the \w+ one \(a length of 2 units and a width of 1 units\)", one)
        for one in found
    )
    assert not [one for one in ways("Draw a rectangle of 4 by 4 units.") if "square" in one]


def test_equal_sizes_are_told_as_such() -> None:
    found = ways(
        "Draw a rectangle with a length of 8 units and a width of 3 units. Extrude it to a height of 3 units."
    )
    assert any(
        re.search(r"3 units \(.*(?:same as|equal to|identical to|just like) the width", one) for one in found
    )
    assert any(re.search(r"height that is .* the width of the rectangle \(.*3 units\)", one) for one in found)


@pytest.mark.parametrize(
    ("text", "never"),
    [
        ("Make a plate with a length of 8 (and a width of 4) units.", r"\(and [^)]*\("),
        ("A bar with a length of 8.5 in and a width of 4.25 in.", "half"),
        ("A bar with a length of 8 x 4 units, width of 3/4 units.", "half|about|roughly|approx"),
        ("A bar with a length of 8 units, 12 - 4 units high, 3*4 units wide, 2 x 4 units deep.", "half"),
        ("A bar with a length of 8 units and a depth of 4 - 0.5 units, a height of 4 times 2 units.", "half"),
        ("A bar with a length of 8 units and a height of 4r, a width of 4 minus 1 units.", "half"),
        ("A bar with a length of 8 inch and a width of 4 inch.", r"4 \([^)]*\) inch"),
        ("Draw a rectangle. Draw one with a length of 4 and a width of 2 in.", r"\) in\."),
        ("A bar with a length of 8 units at a depth of -4 units.", "half"),
        (
            "A bar with a length of 4 inches, a width of 2 1/2 and a height of 1 3/4.",
            r"half|[a-z] [12] \d/.*\(|(about|roughly|exactly|around|approximately) [12]",
        ),
        ("A bar with a length of 4 units. Give it a height of 2 units by extruding it.", "\\) units|2 \\("),
        ("A cone with a height of 8 units and an angle of 4 degrees.", "half"),
    ],
)
def test_what_cannot_be_remarked_on_is_left(text: str, never: str) -> None:
    assert not [one for one in ways(text) if re.search(never, one)]


def test_only_a_part_that_is_not_moved_is_told_to_be_placed() -> None:
    text = "Sketch a rectangle with a length of 8 units and a width of 3 units. Extrude it by 2 units. " * 2
    last = re.compile(r"(?i)position|orient|alignment|placed")
    assert [one for one in ways(text) if last.search(one)]
    moved = {**BOX, "operations": [*BOX["operations"], {"op": "move", "by": [0, 0, 1]}]}
    assert not [one for one in ways(text, moved) if last.search(one)]


def test_the_checks_of_figures_find_nothing_new() -> None:
    compared = 0
    for text, other, document in written(500):
        if not _SHARE.search(other) or compared == 12:
            continue
        reports = [validate(completion(document), request=one) for one in (text, other)]
        assert all(report.valid for report in reports)
        unmet = [sum(row.unmet for row in report.asked) for report in reports]
        assert unmet[1] <= unmet[0], other
        compared += 1
    assert compared == 12


def test_other_words_of_a_template_are_no_unseen_wording() -> None:
    shares = generate.Shares(written=1.0, explain=0.3, examples=0.2)
    drawn = []
    for number in range(2_500):
        try:
            drawn.append(generate.draw_task(5, number, shares))
        except Rejected:
            continue
    assert {"generate", "explain"} <= {one["task"] for one in drawn if "origin" in one}
    parts = split(drawn, share=0.1)
    told = {text for one in parts.train for text in one.get("example_origins", ())}
    assert told and not told & {one["origin"] for one in parts.held_out if "origin" in one}
    origins = [{one["origin"] for one in part if "origin" in one} for part in (parts.held_out, parts.train)]
    assert len(origins[0]) > 50 and not origins[0] & origins[1]
    assert parts.dropped["other words of a template that is trained on"]
