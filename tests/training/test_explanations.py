"""Explain and step tasks: English that says all of a design, and long requests told piece by piece."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest

from cadagent import design
from cadagent.agent.explaining import EXPLAIN_SYSTEM, untold
from cadagent.agent.stepping import pieces
from cadagent.requirements import extract
from training.splits import split, wording, wording_signature
from training.synthetic import generate
from training.synthetic.context import Context
from training.synthetic.families import families
from training.synthetic.fillers import says_unit
from training.synthetic.generate import Sample, Shares, samples
from training.synthetic.part import Part
from training.synthetic.random_source import RandomSource
from training.synthetic.stepwise import begun, told_steps


@pytest.fixture(scope="module")
def explanations() -> list[Sample]:
    return list(samples(150, 21, shares=Shares(explain=1.0)))


@pytest.fixture(scope="module")
def steps() -> list[Sample]:
    return list(samples(120, 22, shares=Shares(steps=1.0)))


def test_an_explanation_says_every_figure_and_the_unit(explanations: list[Sample]) -> None:
    for sample in explanations:
        system, asked = sample["messages"]
        assert (system["content"], asked["content"]) == (EXPLAIN_SYSTEM, sample["design"])
        document = json.loads(sample["design"])
        assert not untold(document, sample["completion"])
        assert document["units"] == "unit" or says_unit(sample["completion"], document["units"])


def test_explanations_are_read_as_requests_for_their_design(explanations: list[Sample]) -> None:
    """The checks of the loop find the figures of the English on the solid."""
    from cadagent.validation import validate

    for sample in explanations[:25]:
        report = validate(sample["design"], request=sample["completion"], seconds=60)
        assert report.valid, sample
        wrong = [row.requirement.words for row in report.asked if row.state in ("wrong", "missing")]
        assert not wrong, (wrong, sample["completion"], sample["design"])


def test_explanations_are_varied_and_cover_the_operations(explanations: list[Sample]) -> None:
    used = {
        operation["op"] for sample in explanations for operation in json.loads(sample["design"])["operations"]
    }
    assert used >= {"box", "cylinder", "extrude", "hole", "fillet", "revolve", "rotate"}
    assert len({sample["family"] for sample in explanations}) > 40
    assert sum(bool(extract(sample["completion"])) for sample in explanations) > 0.9 * len(explanations)


def test_the_same_seed_gives_the_same_explanations_and_steps(
    explanations: list[Sample], steps: list[Sample]
) -> None:
    assert list(samples(20, 21, shares=Shares(explain=1.0))) == explanations[:20]
    assert list(samples(20, 22, shares=Shares(steps=1.0))) == steps[:20]


def test_a_share_of_explanations_leaves_the_other_samples_alone() -> None:
    alone = {sample["seed"]: sample for sample in samples(150, 5)}
    mixed = list(samples(150, 5, shares=Shares(explain=0.2, steps=0.2)))
    tasks = [sample["task"] for sample in mixed]
    assert tasks.count("explain") > 10 and tasks.count("step") > 5
    others = [sample for sample in mixed if sample["task"] not in ("explain", "step")]
    assert all(alone[sample["seed"]] == sample for sample in others if sample["seed"] in alone)


def test_a_step_goes_on_from_the_design_so_far(steps: list[Sample]) -> None:
    for sample in steps:
        turns = [message["content"] for message in sample["messages"][1:]]
        told = pieces(sample["request"])
        assert len(told) == sample["of"] >= 2
        assert turns[0] == f"{sample['request']}\n\nNow:\n{told[0]}"
        assert turns[2::2] == [f"Now:\n{piece}" for piece in told[1 : sample["step"]]]
        begun, *added = [json.loads(answer) for answer in (*turns[1::2], sample["completion"])]
        operations = [*begun["operations"], *(operation for each in added for operation in each)]
        grown = {**begun, "operations": operations}
        assert not [f for f in design.check(grown) if f.severity == "error"]
    assert {sample["step"] for sample in steps} >= {1, 2, 3, 4}


def test_the_pieces_of_a_request_lead_to_its_design() -> None:
    whole = 0
    for number in range(40):
        rng = RandomSource("steps", number)
        part = Part(Context(rng, style=rng.pick(("steps", "prose", "numbered"))), "any")
        _, name, make = families()[number % len(families())]
        make(part)
        told = told_steps(part)
        counts = [upto for _, upto in told]
        assert all(one <= other for one, other in pairwise(counts)), name
        if counts[-1] == len(part.operations):
            whole += 1
            assert begun(part.document(), counts[-1])["operations"][-1]["op"] == part.operations[-1]["op"]
    assert whole == 40


def test_the_wording_of_an_explanation_is_its_english(explanations: list[Sample]) -> None:
    assert wording(explanations[0]) == explanations[0]["completion"]


def test_examples_stand_before_the_request_as_turns() -> None:
    found = [sample for sample in samples(60, 9, shares=Shares(examples=0.5)) if "examples" in sample]
    assert 10 < len(found) < 50
    for sample in found:
        turns = sample["messages"]
        assert [turn["role"] for turn in turns] == [
            "system",
            *("user", "assistant") * len(sample["examples"]),
            "user",
        ]
        assert turns[-1]["content"] == sample["request"]
        for request, answer in sample["examples"]:
            assert request != sample["request"]
            assert not [f for f in design.check(json.loads(answer)) if f.severity == "error"]
        assert all(request in generate.wording(sample) for request, _ in sample["examples"])
    parts = split(found, share=0.5)
    kept = [wording_signature({"request": text}) for sample in parts.train for text, _ in sample["examples"]]
    assert parts.dropped["an example whose wording is held out"]
    assert kept and not {wording_signature(sample) for sample in parts.held_out} & set(kept)
