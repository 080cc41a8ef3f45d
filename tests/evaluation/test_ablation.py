"""Strategies against each other: the table, equal tokens, and the command that goes on where it stopped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cadagent.commands.bench_loop import COMPARED, configurations
from cadagent.errors import InputError
from cadagent.evaluation.ablation import best_of, markdown, table, within
from cadagent.generation import Message
from cadagent.generation.remembered import RememberedModel
from cadagent.generation.scripted import ScriptedModel, UnexpectedRequest
from cadagent.settings import Settings
from tests.agent.designs import GOOD, NO_DEPTH, REQUEST
from tests.cli.commands import cadagent, script

WRONG = {"rank": [False, -4, 0, 1, 0], "valid": True, "iou": 0.5, "held": [1, 1], "tokens": 50}
RIGHT = {"rank": [False, -4, 0, 0, 0], "valid": True, "iou": 1.0, "held": [2, 0], "tokens": 60}


def row(config: str, name: str, *attempts: dict[str, Any], words: int = 20) -> dict[str, Any]:
    return {"config": config, "id": name, "seed": 0, "words": words, "attempts": attempts, "seconds": 1.5}


def test_a_gain_is_paired_and_stands_beside_equal_tokens() -> None:
    names = [str(number) for number in range(40)]
    rows = [row("first", name, WRONG, words=100 if int(name) % 2 else 20) for name in names]
    rows += [row("sampling", name, WRONG, WRONG, RIGHT) for name in names]
    rows += [row("loop", name, WRONG, RIGHT if int(name) % 4 else WRONG) for name in names]
    first, sampling, loop = table(rows, "first", "sampling")
    assert (first.exact, first.gain.value, first.times) == (0.0, 0.0, 1.0)
    assert loop.exact == 0.75 and loop.gain.value == 0.75
    assert 0.55 < loop.gain.low < 0.75 < loop.gain.high < 0.95
    assert loop.held == pytest.approx((30 * 2 + 10) / 80)
    # 100 or 110 tokens pay for two samples, and the right one is the third; sampling itself pays for all.
    assert (loop.equal, sampling.equal) == (0.0, 1.0)
    assert loop.times == pytest.approx((30 * 110 + 10 * 100) / (40 * 50))
    assert markdown([first, sampling, loop]).count("\n") == 4


def test_the_best_attempt_is_the_one_that_the_loop_keeps() -> None:
    assert best_of([WRONG, RIGHT]) is RIGHT
    assert best_of([RIGHT, dict(RIGHT)]) is RIGHT
    assert list(within([WRONG, RIGHT, RIGHT], 110)) == [WRONG, RIGHT]
    assert list(within([WRONG, RIGHT], 1)) == [WRONG]


def test_answers_are_asked_for_once(tmp_path: Path) -> None:
    memory = tmp_path / "answers.jsonl"
    question = [Message("user", "a cube")]
    model = RememberedModel(ScriptedModel([{"reply": "one"}, {"reply": "two"}]), memory)

    def said(model: RememberedModel, **options: Any) -> str:
        return "".join(chunk.text for chunk in model.generate(question, **options))

    assert [said(model), said(model, seed=5), said(model, seed=5, temperature=0.7)] == ["one", "one", "two"]
    assert model.asked == 2
    again = RememberedModel(ScriptedModel([]), memory)
    assert [said(again), said(again, seed=5, temperature=0.7)] == ["one", "two"]
    assert again.seconds == pytest.approx(sum(json.loads(line)["seconds"] for line in memory.open()))
    with pytest.raises(UnexpectedRequest):
        said(again, seed=6, temperature=0.7)


def test_what_is_no_memory_is_named(tmp_path: Path) -> None:
    (tmp_path / "answers.jsonl").write_text("not json\n")
    with pytest.raises(InputError, match=r"answers\.jsonl is no memory of answers"):
        RememberedModel(ScriptedModel([]), tmp_path / "answers.jsonl")


def test_only_a_model_with_an_adapter_that_explains_is_compared() -> None:
    assert COMPARED in configurations(Settings())
    assert COMPARED not in configurations(Settings(model="server:phi3"))


def test_the_command_goes_on_where_it_stopped(tmp_path: Path) -> None:
    lines = [{"id": "plate", "request": REQUEST, "assert": {"size": [40, 20, 5]}}]
    (tmp_path / "set.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (tmp_path / "plate.json").write_text(GOOD)
    model = script(tmp_path, NO_DEPTH, GOOD)
    command = ["bench", "loop", "set.jsonl", "--out", "out", "--only", "as set", "--model", model]
    done = cadagent(*command, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in (tmp_path / "out" / "rows.jsonl").read_text().splitlines()]
    assert [(row["config"], len(row["attempts"])) for row in rows] == [("first pass", 1), ("as set", 2)]
    assert [one["valid"] for one in rows[1]["attempts"]] == [False, True]
    again = cadagent(*command, cwd=tmp_path)
    assert again.stdout == done.stdout and "| as set | 100.0 % |" in again.stdout
    unknown = cadagent(*command[:-4], "--only", "magic", "--model", model, cwd=tmp_path)
    assert unknown.returncode == 2 and "There is no configuration 'magic'" in unknown.stderr
