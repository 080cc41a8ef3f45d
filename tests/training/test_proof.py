"""The families of the proof are new to the model, its script uses the commands, its report is true."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from cadagent.design import canonical, digest
from cadagent.feedback import Decisions, open_store
from cadagent.feedback.rounds import Rounds
from cadagent.feedback.wording import content_words, split_of, wording_id
from cadagent.validation import validate
from tests.cli.commands import script
from training.proof.parts import DAMAGED, FAMILIES, damaging, requests
from training.proof.report import claims, report
from training.proof.script import Proof, ProofError
from training.rounds.cases import FROZEN, read_cases

TRAINING = Path(__file__).parents[2] / "training"


@pytest.mark.parametrize("word", ["fairlead", "glide"])
def test_no_training_data_and_no_frozen_case_has_the_families(word: str) -> None:
    sources = [*TRAINING.glob("synthetic/**/*.py"), *TRAINING.glob("synthetic/**/*.jsonl"), FROZEN]
    assert len(sources) > 40
    for path in sources:
        assert not re.search(rf"\b{word}s?\b", path.read_text("utf-8"), re.IGNORECASE), path


@pytest.mark.parametrize("family", FAMILIES)
def test_requests_leave_out_what_is_custom_and_their_designs_hold_what_they_say(family: str) -> None:
    drawn = list(islice(requests(family, 1), 130))
    assert drawn == list(islice(requests(family, 1), 130))
    assert len({one.design for one in drawn}) == len({one.request for one in drawn}) == 130
    for one in drawn[:12]:
        checked = validate(one.design, request=one.request)
        assert checked.valid, one
        assert not [row for row in checked.asked if row.state in ("missing", "wrong")], one
    # Enough groups of the first sixty are held out for a gain to show.
    keys = [wording_id(content_words(one.request)) for one in drawn[:60]]
    assert len(set(keys)) == 60 and sum(split_of(key) == "held-out" for key in keys) >= 6


def test_the_damage_is_a_ring_without_its_hole_that_no_frozen_case_words() -> None:
    frozen = read_cases(FROZEN, "frozen")
    words = {wording_id(content_words(one.text)) for one in frozen.requests}
    for one in islice(damaging(1, frozen), 10):
        (operation,) = json.loads(one.design)["operations"]
        assert operation["op"] == "cylinder" and one.family == DAMAGED
        assert wording_id(content_words(one.request)) not in words


def test_results_are_corrected_through_the_commands_and_only_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "proof"
    folder.mkdir()
    box = '{"units":"mm","operations":[{"op":"box","size":[20,10,5]}]}'
    monkeypatch.setenv("CADAGENT_MODEL", script(folder, *[box] * 40))
    monkeypatch.setenv("CADAGENT_MAX_ATTEMPTS", "1")
    told: list[str] = []
    proof = Proof(folder, corrections=2, unseen=1, tell=told.append)
    proof.step("requests", proof._requests)
    found = proof.step("runs", proof._runs)
    assert found["runs"] == 6 and found["valid"] >= 4  # of boxes: a request in feet wants other units
    family = FAMILIES[0]
    designs = proof._right(family)
    assert proof.step("verdicts", lambda: proof._verdicts("proof.db", {family: designs})) == {family: 2}
    told.clear()
    assert proof.step("verdicts", lambda: pytest.fail("done twice")) == {family: 2}
    assert not told
    with open_store(folder / "proof.db") as store:
        decided = {run.request: Decisions(store).corrections(run.id) for run in store.runs()}
    rows = [json.loads(line) for line in (folder / "answers.jsonl").read_text().splitlines()]
    for row in rows:
        corrected = [one.digest for one in decided[row["request"]]]
        expected = [digest(canonical(json.loads(row["design"])))] if row["family"] == family else []
        assert corrected == expected
    unseen = read_cases(folder / "unseen.jsonl", "unseen").requests
    assert {one.level for one in unseen} == set(FAMILIES)
    assert not {one.text for one in unseen} & {row["request"] for row in rows}


def test_a_request_without_an_answer_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    proof = Proof(tmp_path)
    monkeypatch.setattr(proof, "_run_ids", lambda db: {})
    assert proof._verdicts("proof.db", {FAMILIES[0]: {"cable-fairlead-1": "{}"}}) == {FAMILIES[0]: 0}


def test_a_round_has_one_gpu_and_what_it_says_is_told_under_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    says = "import os, sys; print(os.environ['CUDA_VISIBLE_DEVICES'], file=sys.stderr); print(sys.argv[1])"
    monkeypatch.setattr("training.proof.script._COMMAND", says)
    told: list[str] = []
    proof = Proof(tmp_path, tell=told.append)
    assert proof.cadagent(("asked",), heard="second round", gpu="3") == "asked\n"
    assert told == ["second round: 3"]
    monkeypatch.setattr("training.proof.script._COMMAND", "import sys; sys.exit('error: no such thing')")
    with pytest.raises(ProofError, match="ended with 1: error: no such thing"):
        proof.cadagent(("asked",))


def test_every_round_sees_another_gpu_and_a_share_of_the_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: dict[str, tuple[str, ...]] = {}

    def start(self: Proof, arguments: Sequence[str], **how: Any) -> str:
        started[how["heard"]] = (how["db"], how["gpu"], *arguments)
        raise ProofError("far enough")

    monkeypatch.setattr(Proof, "cadagent", start)
    proof = Proof(tmp_path, workers=60, at_once=4, gpus=("0", "1"), options=("--cases", "9"))
    for name, db, place in (("one", "a.db", 0), ("two", "b.db", 1), ("three", "c.db", 2)):
        with pytest.raises(ProofError, match="far enough"):
            proof._round(name, db, 30, place)
    assert [row[:2] for row in started.values()] == [("a.db", "0"), ("b.db", "1"), ("c.db", "0")]
    assert started["one"][2:] == ("round", "start", "--workers", "30", "--cases", "9")


def test_a_round_that_broke_off_is_no_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its copies went on with it otherwise, several at a time."""
    with open_store(tmp_path / "proof.db") as store:
        Rounds(store).start(seed=1, parent=None, settings={})
    monkeypatch.setattr(Proof, "cadagent", lambda self, arguments, **how: "")
    with pytest.raises(ProofError, match="the first round has not ended"):
        Proof(tmp_path)._round("first round", "proof.db", 1)


def ended(status: str, **card: Any) -> dict[str, Any]:
    measured = [{"set": "held-out", "adapter": "round-1", "stage": "first pass", "right": 11, "cases": 12}]
    return {"status": status, "reason": f"{status} for a test", "card": card, "measured": measured}


def state(**changed: Any) -> Mapping[str, Any]:
    first, second = FAMILIES

    def right(one: int, other: int) -> dict[str, Any]:
        return {
            first: {"cases": 60, "first": one, "final": one},
            second: {"cases": 60, "first": other, "final": other},
        }

    loss = {"name": f"first pass: {DAMAGED}", "difference": -0.9, "p": 1e-9}
    bound = {"difference": 0.001, "lower": -0.01, "pairs": 1000}
    return {
        "settings": {"options": [], "machine": {"cores": 16, "gpu": None}},
        "requests": {"run": 198, "unseen": 120},
        "runs": {"runs": 198, "valid": 150},
        "verdicts": {first: 60},
        "before": right(2, 1),
        "first": right(58, 1),
        "second": right(57, 59),
        "first round": ended("promoted", pooled={"first pass": bound}),
        "shuffled round": ended("refused", gains=[{"name": "first pass", "groups": 12}]),
        "damaging round": ended("refused", families=[loss]),
        "second round": ended("promoted"),
        "rollbacks": {name: {"rolled back": True, "same": True} for name in ("first", "before")},
        **changed,
    }


def test_the_report_says_of_each_claim_whether_it_was_shown() -> None:
    text = report(state(), "python -m training.proof")
    assert "8 of 8 claims were shown" in text and "**no**" not in text
    assert "58 of 60 (97%)" in text and "at worst -1.0 (1000 pairs)" in text
    assert f"Loss found: first pass: {DAMAGED}" in text


@pytest.mark.parametrize(
    ("broken", "number"),
    [
        ({"before": state()["first"]}, 0),
        ({"first": state()["before"]}, 1),
        ({"first round": ended("refused")}, 2),
        ({"shuffled round": ended("promoted")}, 3),
        ({"shuffled round": ended("refused", gains=[{"name": "first pass", "groups": 2}])}, 3),
        ({"damaging round": ended("refused")}, 4),  # refused, but the family is not named
        ({"second round": ended("refused")}, 5),
        ({"second": {**state()["second"], FAMILIES[0]: {"cases": 60, "first": 40, "final": 40}}}, 6),
        ({"rollbacks": {"first": {"rolled back": True, "same": False}}}, 7),
        ({"rollbacks": {"first": {"rolled back": False, "same": True}}}, 7),
    ],
)
def test_a_claim_that_fails_is_told(broken: dict[str, Any], number: int) -> None:
    assert all(one.shown for one in claims(state()))
    assert not claims(state(**broken))[number].shown
    assert "**no**" in report(state(**broken), "python -m training.proof")


def test_the_command_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    from training.proof.__main__ import main

    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    page = (TRAINING.parent / "docs" / "feedback.md").read_text("utf-8")
    (command,) = re.findall(r"^    python -m training\.proof (.*)$", page, re.MULTILINE)
    assert all(word in shown for word in command.split() if word.startswith("--"))
