import json
import threading
from pathlib import Path
from typing import Any

import pytest

from cadagent.errors import InputError
from cadagent.generation import Message, ModelSettings, open_model
from cadagent.generation.scripted import ScriptedModel, UnexpectedRequest

ASK = [Message("system", "S"), Message("user", "a 40 mm plate")]


def answer(model: ScriptedModel, **options: Any) -> tuple[str, Any]:
    chunks = list(model.generate(ASK, **options))
    return "".join(chunk.text for chunk in chunks), chunks[-1]


def test_a_script_is_played_in_order_and_streamed_in_pieces(tmp_path: Path) -> None:
    script = tmp_path / "script.json"
    script.write_text(
        json.dumps([{"expect": ["40 mm", "plate"], "reply": "x" * 20}, {"chunks": ["a", "bc"]}])
    )
    model = open_model(f"scripted:{script}", ModelSettings())
    chunks = list(model.generate(ASK))
    assert [chunk.text for chunk in chunks] == ["x" * 8, "x" * 8, "x" * 4, ""]
    assert (
        chunks[-1].finish == "stop" and chunks[-1].prompt_tokens == 4 and sum(c.tokens for c in chunks) == 5
    )
    assert [chunk.text for chunk in model.generate(ASK)] == ["a", "bc", ""]
    with pytest.raises(UnexpectedRequest, match="call 3, but the script has 2 steps"):
        model.generate(ASK)
    assert model.identify("mine").adapter == "mine"


@pytest.mark.parametrize(
    ("expect", "complaint"),
    [
        ("50 mm", "expects '50 mm' in the last message"),
        ([{"role": "user", "content": "a 40 mm plate"}], "has 2 messages"),
        ([{"role": "system", "content": "S"}, {"role": "user", "content": "no"}], "message 2 is"),
    ],
)
def test_an_unexpected_request_says_what_was_expected(expect: Any, complaint: str) -> None:
    with pytest.raises(UnexpectedRequest, match=complaint):
        ScriptedModel([{"expect": expect, "reply": "x"}]).generate(ASK)


def test_seed_and_adapter_can_be_expected() -> None:
    model = ScriptedModel([{"seed": 7, "reply": "x"}, {"adapter": "cad", "reply": "y"}])
    assert answer(model, seed=7)[0] == "x"
    with pytest.raises(UnexpectedRequest, match="adapter None"):
        model.generate(ASK)


def test_answers_end_early_when_cut_or_cancelled() -> None:
    cancel = threading.Event()
    model = ScriptedModel([{"reply": "x" * 80}, {"reply": "x" * 80}, {"reply": "x", "finish": "length"}])
    assert answer(model, max_tokens=4) == ("x" * 16, answer_end("length"))
    stream = model.generate(ASK, cancel=cancel)
    next(stream)
    cancel.set()
    assert [chunk.finish for chunk in stream] == ["cancelled"]
    assert answer(model)[1].finish == "length"


def answer_end(finish: str) -> Any:
    from cadagent.generation import Chunk

    return Chunk("", 0, finish, 4)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["", "{}", '[{"reply": "x", "replay": 1}]', "[1]", '[{"expect": "x"}]'])
def test_a_broken_script_is_one_clear_line(tmp_path: Path, text: str) -> None:
    script = tmp_path / "script.json"
    script.write_text(text)
    with pytest.raises(InputError) as refused:
        open_model(f"scripted:{script}")
    assert str(script) in str(refused.value) and "\n" not in str(refused.value)


@pytest.mark.parametrize("name", ["gpt", "scripted", "scripted:/nowhere.json", ""])
def test_unknown_models_are_refused(name: str) -> None:
    with pytest.raises(InputError):
        open_model(name)
