"""What is read from a request, and what is left alone."""

from __future__ import annotations

import json

import pytest

from cadagent.requirements import contradictions, extract
from cadagent.requirements.extract import scaling
from cadagent.requirements.figures import figures


def said(text: str) -> list[tuple[str, float, str | None]]:
    return [(r.kind, round(r.value, 9), r.unit) for r in extract(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a 40 x 20 x 5 mm plate", [("length", 40, "mm"), ("length", 20, "mm"), ("length", 5, "mm")]),
        ("plate 40x20x5", [("length", 40, None), ("length", 20, None), ("length", 5, None)]),
        ("a rod of diameter 8 mm", [("diameter", 8, "mm")]),
        ("Ø8 rod, R3 fillet", [("diameter", 8, None), ("radius", 3, None)]),
        ("four 4 mm holes", [("count", 4, None), ("diameter", 4, "mm")]),
        ("4x Ø5 holes", [("count", 4, None), ("diameter", 5, None)]),
        ("six through holes", [("count", 6, None), ("through", 0, None)]),
        ("holes 30 x 10 mm apart", [("spacing", 30, "mm"), ("spacing", 10, "mm")]),
        ("holes on a 30 mm bolt circle", [("spacing", 30, "mm")]),
        ("a hole 5 mm from the edge", [("spacing", 5, "mm")]),
        ("1 1/2 in long and 3/8 in thick", [("length", 1.5, "in"), ("length", 0.375, "in")]),
        ("tapered by an angle of 12 degrees", [("angle", 12, "deg")]),
        ("a hole for an M6 screw", [("thread", 6, "mm")]),
        ("a hole in each corner", [("corners", 0, None)]),
        ("a hole in the middle", [("centred", 0, None)]),
        ("a hole in the center of the plate", [("centred", 0, None)]),
        ("a hexagonal bar", [("count", 6, None)]),
        ("a diameter of 0.243243243243244 units", [("diameter", 0.243243243, None)]),
    ],
)
def test_what_is_read(text: str, expected: list[tuple[str, float, str | None]]) -> None:
    assert said(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Translate the part by 0.5 units along the y axis.",
        "Rotate it by -90 degrees around the Z-axis.",
        "The polyline goes through [(0.6, 0), (1.5, 0), (0.8, 0.35)].",
        "Create a 3D model of part 7.",
        "Step 2: add the boss.",
        "as a 4 by 2 grid",
        "plate 3",
        "",
    ],
)
def test_what_is_no_size(text: str) -> None:
    assert said(text) == []


def counts(text: str) -> list[float]:
    return [r.value for r in extract(text) if r.kind == "count"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a plate 80 x 40 x 5 mm with ten 3 mm holes in a row, 7 mm apart", 10),
        ("six 3 mm holes", 6),
        ("four 3 mm through holes", 4),
        ("four 3 mm through-holes", 4),
        ("4 5.5 mm holes", 4),
        ("eight 0.266 in holes", 8),
        ("six 18 mm lightening holes", 6),
        ("four 1/4 in holes", 4),
        ('4x 1/4" holes', 4),
        ("four M6 holes", 4),
        ("4x 6.6 mm holes", 4),
        ("4 x 6.6mm dia. holes", 4),
        ("four Ø5 holes", 4),
        ("six 30 dia holes", 6),
        ("square plate with four 5 mm holes", 4),
        ("eighteen 3 mm holes", 18),
        ("eighteen holes", 18),
    ],
)
def test_holes_are_counted_before_their_size(text: str, expected: int) -> None:
    assert counts(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "4 1/4 in holes",
        "rectangular 20 x 5 mm holes",
        "20 x 5 mm rectangular holes",
        "with 30 dia holes",
        "a 4 x 3 5 mm grid of holes",
        "Step 2 3 mm holes",
        "twenty four 3 mm holes",
        "twenty four holes",
        "half a dozen 3 mm holes",
        "two dozen holes",
        "3D printed holes",
    ],
)
def test_what_is_no_count_of_holes(text: str) -> None:
    assert counts(text) == []


@pytest.mark.parametrize(
    ("text", "size", "count"),
    [
        ("5 thick, two M6 clearance holes", 5, 2),
        ("plate 80 x 40, 5 thick, seven M6 clearance holes", 5, 7),
        ("5 thick; seven M6 holes", 5, 7),
        ("5 thick two M6 holes", 5, 2),
        ("20 wide round holes, three small holes", 20, 3),
        ("80 x 40 x 5 with two holes", 5, 2),
        ("80 x 40 x 5, four holes", 5, 4),
    ],
)
def test_a_size_counts_no_holes(text: str, size: int, count: int) -> None:
    assert counts(text) == [count]
    assert size in [r.value for r in extract(text) if r.kind == "length"]


def test_holes_of_each_side_may_be_more_altogether() -> None:
    for text in (
        "two rows of four 5 mm holes",
        "two 5 mm holes in each flange",
        "each end has two 5 mm holes",
    ):
        assert [r.soft for r in extract(text) if r.kind == "count"] == [True], text
    (corners,) = (r for r in extract("four 5 mm holes, one in each corner") if r.kind == "count")
    assert not corners.soft


@pytest.mark.parametrize(
    "text",
    [
        "plate 4in x 50mm x 0.25in",
        "plate 4 in x 50 mm x 1/4 in",
        "4 in by 50 mm by 1/4 in",
        "4 in. x 50 mm x 0.25 in.",
        "4 in × 50 mm × 0.25 in, rounded",
        "4inx50mmx0.25in",
        "4 in long, 50 mm wide and 0.25 in thick",
        "4 in OD, 50 mm high with a 0.25 in bore",
        "4 in square, 50 mm high, four 0.25 in mounting holes",
        "4 in diameter rod 50 mm long with a 1/4 in hole",
    ],
)
def test_in_is_the_unit_by_what_follows(text: str) -> None:
    measured = [(r.value, r.unit) for r in extract(text) if r.kind in ("length", "diameter")]
    assert measured == [(4, "in"), (50, "mm"), (0.25, "in")]
    assert [(figure.value, figure.unit) for figure in figures(text) if figure.unit] == measured


@pytest.mark.parametrize(
    "text",
    [
        "10 holes in a row",
        "cut 4 in the plate",
        "5 in total",
        "4 in number",
        "drill 4 in each corner",
        "5 in x and 3 in y",
        "a rod 50 in diameter and 20 mm high",
        "6 in length",
    ],
)
def test_in_is_a_preposition_by_what_follows(text: str) -> None:
    assert "in" not in {r.unit for r in extract(text)} | {figure.unit for figure in figures(text)}


def test_in_diameter_is_in_inches_beside_inches() -> None:
    assert said("a rod 2 in diameter, 5 in long") == [("diameter", 2, "in"), ("length", 5, "in")]


def test_figures_that_are_reckoned_with_prove_nothing() -> None:
    first, second = extract("a bar with a length of 90/2 - 12 units and a height of 5 units")
    assert first.value == 45 and first.soft
    assert second.value == 5 and not second.soft
    assert all(one.soft for one in extract("with a width of (0.75 - 0.25*2) units"))
    assert not extract("with a length of 12 - 90/2 mm")
    assert not extract("a plate with a thickness of 5 mm - 10 mm wide")[0].soft
    assert [one.value for one in extract("with a length of 12 - 3/4 in")] == [12.75]


def test_hedges_and_derived_figures_are_softer() -> None:
    first, second = extract("about 5 mm thick, with a width equal to the height (20 mm)")
    assert first.loose and not first.soft
    assert second.soft
    (bound,) = extract("at most 30 mm long")
    assert bound.soft
    assert not extract("with the minor axis of 30 mm")[0].soft


def test_spans_lead_to_the_words() -> None:
    text = "A 40 x 20 mm plate with four 4 mm holes"
    for requirement in extract(text):
        start, end = requirement.span
        assert text[start:end] == requirement.words


def test_the_scale_of_the_whole() -> None:
    assert scaling("Finally, scale the entire object by a factor of 7.5 and rotate it.") == 7.5
    assert scaling("a plate to scale") == 1.0


@pytest.mark.parametrize(
    "text",
    [
        "a 20 mm cube 30 mm high",
        "a ring of outer diameter 20 mm and inner diameter 30 mm",
        "five holes: two on the left and two on the right.",
        "a hexagon with 8 sides",
        "a plate 40 x 0 x 5 mm",
        "a block of 40 x 20 x 0.0 mm",
        "a 20 mm cube with a 0 mm hole",
        "a cylinder of diameter 0 and height 10 mm",
        "a plate 40 x 20 mm, thickness: 0",
    ],
)
def test_contradictions(text: str) -> None:
    (found,) = contradictions(text, extract(text))
    assert found.message.endswith("?")
    assert all(0 <= start < end <= len(text) for start, end in found.spans)


@pytest.mark.parametrize(
    "text",
    [
        "a 20 mm cube with a 30 mm high post",
        "a 20 mm cube, 20 mm high",
        "a ring of outer diameter 30 mm and inner diameter 20 mm",
        "five holes: two on the left and three on the right.",
        "a hexagon with 6 sides",
        "a triangle on a plate with 4 sides and a hexagon",
        "a plate 40 x 20 x 0.5 mm with a hole at (10, 0)",
        "a cone, bottom diameter 20 mm, top diameter 0, 30 mm high",
        "a cone 20 mm in diameter, diameter 0 at the tip, 30 mm high",
        "a cube of 20 mm, moved by 40 x 0 x 5 mm",
        "a cube of 20 mm, 0 mm fillets, its corner at a position of 40 x 0 x 5",
    ],
)
def test_no_contradictions(text: str) -> None:
    assert contradictions(text, extract(text)) == ()


def test_no_real_request_contradicts_itself(cadagent_data) -> None:
    rows = (cadagent_data / "cadprompt-dev" / "manifest.jsonl").read_text().splitlines()
    prompts = [value for row in map(json.loads, rows) for key, value in row.items() if "prompt" in key]
    prompts += (cadagent_data / "query2cad" / "queries-dev.txt").read_text().splitlines()
    prompts += (cadagent_data / "cadfusion-captions" / "train.txt").read_text().splitlines()[:3000]
    assert [prompt for prompt in prompts if contradictions(prompt, extract(prompt))] == []
