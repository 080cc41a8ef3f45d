"""Requests answered without a model, and the figures that a design adds to a request."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cadagent.agent.prompts import clean_request
from cadagent.agent.requests import hopeless
from cadagent.design import canonical, parse
from cadagent.requirements.assumptions import assumptions
from tests.agent.designs import GOOD, REQUEST

NO_PART = ("refuse", "not_a_part")
OTHER = ("refuse", "other_language")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("hi", NO_PART),
        ("Hello there!", NO_PART),
        ("Good morning, how are you?", NO_PART),
        ("thank you very much", NO_PART),
        ("???", NO_PART),
        ("40 20 5", ("ask", "shape")),
        ("板 40x20x5 穴", OTHER),
        ("Пластина 40 на 20 мм", OTHER),
        ("لوح ٤٠", OTHER),
        ("Eine Platte mit vier Löchern, 40 x 20 x 5 mm", OTHER),
        ("une plaque de 40 x 20 x 5 mm avec quatre trous", OTHER),
        ("una placa de 40 x 20 mm con cuatro agujeros", OTHER),
        ("een plaat van 40 x 20 mm met vier gaten", OTHER),
    ],
)
def test_what_no_model_needs_to_see(text: str, answer: tuple[str, str]) -> None:
    assert hopeless(clean_request(text)) == answer


@pytest.mark.parametrize(
    "text",
    [
        REQUEST,
        "Ø20 x 40",
        "cube",
        "M6 nut",
        "a 5 mm café table",
        "plate, φ10 hole, 5 µm chamfer",
        "40x20x5",
        "de Laval nozzle, 40 mm long",
        "hello kitty shaped plate, 3 mm",
        "test bar 10 x 10 x 55",
        "a teapot",
    ],
)
def test_what_may_be_a_part_goes_to_the_model(text: str) -> None:
    assert hopeless(clean_request(text)) is None


def test_no_real_request_is_turned_away(cadagent_data: Path) -> None:
    prompts: list[str] = []
    with (cadagent_data / "cadprompt-dev" / "manifest.jsonl").open(encoding="utf-8") as file:
        for line in file:
            prompts += [value for key, value in json.loads(line).items() if key.startswith("prompt_")]
    prompts += (cadagent_data / "query2cad" / "queries-dev.txt").read_text(encoding="utf-8").splitlines()
    with (cadagent_data / "text2cad-dev" / "pairs.jsonl").open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            prompts += [
                row[key] for key in ("abstract", "beginner", "intermediate", "expert") if row.get(key)
            ]
    prompts = [prompt for prompt in prompts if prompt.strip()]
    assert len(prompts) > 400
    assert [
        prompt for prompt in prompts if prompt.isascii() and hopeless(clean_request(prompt[:20_000]))
    ] == []


def chosen(design: str, request: str) -> tuple[str, ...]:
    document = parse(design).document
    assert document is not None
    return assumptions(canonical(document), request)


def test_nothing_is_assumed_where_the_request_says_it_all() -> None:
    assert chosen(GOOD, REQUEST) == ()


@pytest.mark.parametrize(
    ("request_text", "expected"),
    [
        ("a plate 40 x 20 mm with four 4 mm holes, 30 x 10 mm apart", ("extrude1 depth = 5 mm",)),
        ("a plate 4 x 2 x 0.5 cm with 4 mm holes 30 mm and 10 mm apart", ()),
        ("a plate 40 x 20 x 5 mm, holes of radius 2 mm, 3 cm by 1 cm apart", ()),
        ("a plate 40 by 20 by 5, holes 4, 30 by 10 apart", ("units = mm",)),
    ],
)
def test_sizes_that_the_request_leaves_open_are_listed(request_text: str, expected: tuple[str, ...]) -> None:
    assert chosen(GOOD, request_text) == expected


def test_fractions_count_as_given() -> None:
    design = '{"units":"in","operations":[{"op":"box","size":[1.5,0.375,2]}]}'
    assert chosen(design, 'a block 1 1/2 x 3/8 x 2"') == ()


def test_a_design_without_a_unit_says_how_it_was_built() -> None:
    design = '{"units":"unit","operations":[{"op":"box","size":[1,2,3]}]}'
    assert chosen(design, "a box 1 x 2 x 3") == ("no unit was given: built as millimetres",)
