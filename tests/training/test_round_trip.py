"""Designs told in English as the cases of an evaluation."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cadagent.commands.evaluate_sets import load
from training.round_trip import main

DESIGN = '{"units":"mm","operations":[{"op":"box","size":[40,20,5]}]}'


def test_what_was_said_of_a_design_asks_for_it(tmp_path: Path) -> None:
    rows = [{"design": DESIGN, "text": "A plate of\n40 x 20 x 5 mm."}, {"design": DESIGN, "text": ""}]
    (tmp_path / "told.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert main(["--told", str(tmp_path / "told.jsonl"), "--out", str(tmp_path / "cases.jsonl")]) == 0
    plate, silent = load(str(tmp_path / "cases.jsonl"))[0]
    assert (plate.id, plate.text, silent.text) == ("1", "A plate of 40 x 20 x 5 mm.", "?")
    assert plate.truth.solid is not None and plate.expects == "design"


def test_what_is_no_answer_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "told.jsonl").write_text('{"text": "a plate"}\n')
    assert main(["--told", str(tmp_path / "told.jsonl"), "--out", str(tmp_path / "cases.jsonl")]) == 2
    assert "line 1 is no answer to a design" in capsys.readouterr().err
