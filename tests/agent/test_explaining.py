"""A design in English, and a long request in pieces."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from cadagent.agent.explaining import ATTEMPTS, EXPLAIN_SYSTEM, explain, untold
from cadagent.agent.prompts import step_prompt
from cadagent.agent.stepping import pieces
from cadagent.errors import InputError, ModelUnavailable
from cadagent.generation import open_model
from tests.cli.commands import complaint, inside, script

PLATE = {
    "units": "mm",
    "operations": [{"op": "box", "id": "plate", "size": [40, 20, 5]}, {"op": "hole", "diameter": 4}],
}
TEXT = "The part is a plate of 40 x 20 x 5 mm. A hole of 4 mm diameter goes through its middle."


def _scripted(folder: Path, *steps: dict[str, object]) -> str:
    (folder / "script.json").write_text(json.dumps(steps))
    return f"scripted:{folder / 'script.json'}"


def test_the_model_is_shown_the_compact_form_under_its_own_system_prompt(tmp_path: Path) -> None:
    compact = (
        '{"units":"mm","operations":[{"op":"box","id":"plate","size":[40,20,5]},{"op":"hole","diameter":4}]}'
    )
    expected = [
        {"role": "system", "content": EXPLAIN_SYSTEM},
        {"role": "user", "content": compact},
    ]
    model = open_model(_scripted(tmp_path, {"expect": expected, "adapter": "cad2nl", "reply": f" {TEXT}\n"}))
    assert explain(PLATE, model=model) == TEXT


def test_an_answer_without_an_end_is_not_passed_on(tmp_path: Path) -> None:
    model = open_model(_scripted(tmp_path, *[{"reply": "A plate and " * 1000}] * ATTEMPTS))
    with pytest.raises(ModelUnavailable, match="did not come to an end"):
        explain(PLATE, model=model)


def test_a_telling_that_leaves_figures_out_is_tried_again(tmp_path: Path) -> None:
    other = {"units": "mm", "operations": [{"op": "box", "size": [40, 20.5, "64.5-2*7"]}]}
    short = "A block, 40 x 20 mm."
    better = "A block, 40 x 20.5 mm."
    assert untold(other, short) == ["20.5", "64.5"] and untold(other, better) == ["64.5"]
    assert untold(other, "A block of 4 x 20.5 mm, 64.5 mm less 7 mm twice.") == ["40"]
    whole = "A block, 40 x 20.5 mm, as high as 64.5 mm less twice 7 mm."
    for replies, wanted in (([short, whole], whole), ([better, "A block and " * 1000, short], better)):
        model = open_model(_scripted(tmp_path, *({"reply": reply} for reply in replies)))
        assert explain(other, model=model) == wanted


def test_without_the_adapter_the_line_says_what_is_missing() -> None:
    from cadagent.generation.adapters import shipped_adapters

    if "cad2nl" in {adapter.name for adapter in shipped_adapters()}:
        pytest.skip("the adapter ships")
    with pytest.raises(ModelUnavailable, match="cad2nl"):
        explain(PLATE, model=open_model("embedded"))
    with pytest.raises(InputError, match="no adapter 'elsewhere'"):
        explain(PLATE, model=open_model("embedded"), adapter="elsewhere")


def test_beside_an_adapter_that_explains_designs_still_come_from_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cadagent.generation import adapters

    (shipped,) = (one for one in adapters.shipped_adapters() if one.name == "nl2cad")
    other = {key: value for key, value in shipped.card.items() if key != "default"}
    shutil.copytree(shipped.path, tmp_path / "nl2cad")
    shutil.copytree(shipped.path, tmp_path / "cad2nl")
    (tmp_path / "cad2nl" / "card.json").write_text(json.dumps(other))
    monkeypatch.setattr(adapters, "SHIPPED", tmp_path)
    assert [one.name for one in adapters.shipped_adapters()] == ["cad2nl", "nl2cad"]
    chosen = adapters.default_adapter(shipped.card["base_sha256"])
    assert chosen is not None and chosen.name == "nl2cad"


def test_the_command_prints_the_text_or_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("plate.json").write_text(json.dumps(PLATE))
    done = inside("explain", "plate.json", "--model", script(tmp_path, TEXT))
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{TEXT}\n", "")
    done = inside("explain", "plate.json", "--json", "--model", script(tmp_path, TEXT))
    assert json.loads(done.stdout) == {
        "file": "plate.json",
        "text": TEXT,
        "adapter": "cad2nl",
        "untold": [],
    }
    done = inside("explain", "plate.json", "--model", script(tmp_path, *["A plate of 4 mm."] * ATTEMPTS))
    assert done.stderr == "note: this does not say 40, which the design has\n"
    Path("broken.json").write_text('{"units":"mm","operations":[{"op":"box"}]}')
    complaint(inside("explain", "broken.json", "--model", script(tmp_path, TEXT)), 1)


def test_pieces_are_sentences_with_figures() -> None:
    text = (
        "Model a bracket. It starts with a base of 40 x 20 x 5 mm. All edges stay sharp. "
        "Drill two 4 mm holes, 10 mm apart. 3. Add a 2.5 mm fillet. Thanks!"
    )
    assert pieces(text) == [
        "Model a bracket. It starts with a base of 40 x 20 x 5 mm.",
        "All edges stay sharp. Drill two 4 mm holes, 10 mm apart.",
        "3. Add a 2.5 mm fillet. Thanks!",
    ]
    assert " ".join(pieces(text)) == text
    assert pieces("1. Cut it. 2) Turn it by 90 degrees.") == ["1. Cut it. 2) Turn it by 90 degrees."]
    assert pieces("a cube") == ["a cube"]


def test_the_first_step_shows_no_design() -> None:
    assert step_prompt("A. B.", "A.")[1].content == "A. B.\n\nNow:\nA."
    then = [message.content for message in step_prompt("A. B.", "B.", [("A.", "{}")])[1:]]
    assert then == ["A. B.\n\nNow:\nA.", "{}", "Now:\nB."]
