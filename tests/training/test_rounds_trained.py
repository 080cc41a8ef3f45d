"""Rounds that train: a killed one goes on to its end, preferences move an adapter, loops share one model."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from cadagent.agent.prompts import first_prompt
from cadagent.design import json_schema
from cadagent.feedback import open_store
from cadagent.feedback.adapters import Adapters
from cadagent.feedback.rounds import Rounds
from cadagent.generation import ModelSettings
from tests.cli.commands import COMMAND, environment, inside
from tests.training.rounds_data import feedback
from tests.training.tiny import tiny_base, tiny_rows

torch = pytest.importorskip("torch", reason="rounds are not tested as a whole: torch is not installed")
for _package in ("transformers", "peft", "trl", "datasets", "llguidance"):
    pytest.importorskip(_package, reason=f"rounds are not tested as a whole: {_package} is not installed")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3000)]


def test_a_killed_round_goes_on_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CADAGENT_THREADS", "1")
    with open_store("feedback.db") as store:
        feedback(store, range(40))
    options = ("--minutes", "0.2", "--synthetic", "8", "--negatives", "0.1", "--cases", "4", "--control", "1")
    process = subprocess.Popen(
        [COMMAND, "round", "start", *options, "--workers", "1"],
        env=environment() | {"CADAGENT_THREADS": "1"},
        stderr=subprocess.PIPE,
    )
    while not list(tmp_path.glob("rounds/*/data/report.json")):  # the data are there, nothing is trained yet
        assert process.poll() is None, process.stderr and process.stderr.read()
        time.sleep(0.2)  # between two looks; the round tells its files to nobody
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert "not ended" in inside("round", "list").stdout
    again = inside("round", "start")
    assert again.returncode == 2 and "--resume" in again.stderr
    done = inside("round", "start", "--resume")
    assert done.returncode in (0, 1), done.stderr
    with open_store("feedback.db") as store:
        (round,) = Rounds(store).all()
        assert round.status in ("promoted", "refused")
        assert round.adapter is not None and round.items > 30
        adapter = Adapters(store).find(round.adapter)
        live = Adapters(store).live(adapter.model)
        assert (live == adapter) == (round.status == "promoted") == (done.returncode == 0)
        sets = {row["set_name"] for row in store.query("SELECT set_name FROM evaluations", {})}
        assert "held-out" in sets
        card = Rounds(store).card(round.id)
    assert card["counts"]["new, held out"] >= 6 and card["training"][0]["steps"] >= 1
    assert "held-out" in inside("round", "status").stdout
    assert inside("feedback", "verify", "--quick").returncode == 0


@pytest.mark.parametrize("kind", ["dpo", "kto"])
def test_preferences_move_an_adapter_towards_what_is_wanted(tmp_path: Path, kind: Any) -> None:
    from safetensors.torch import load_file

    from training.preference import train_preference

    base = tiny_base(tmp_path / "base")
    data = tiny_rows(tmp_path / "rows.jsonl")
    started = tmp_path / "started"
    arguments = ["--base", str(base), "--data", str(data), "--out", str(started), "--max-steps", "2"]
    done = inside("train", "--preset", "shipped", *arguments, "--rank", "8", "--batch-tokens", "1024")
    assert done.returncode == 0, done.stderr
    rows = []
    for line in data.read_text().splitlines()[:16]:
        row = json.loads(line)
        if kind == "dpo":
            rows.append({**row, "rejected": '{"size":0}'})
        else:
            rows += [{**row, "label": True}, {**row, "completion": '{"size":0}', "label": False}]
    out = tmp_path / "out"
    card = train_preference(
        kind, rows, base=str(base), start_from=started, out=out, seed=1, epochs=6, learning_rate=5e-3
    )
    assert card["loss"][-1] < card["loss"][0]
    before, after = (load_file(folder / "adapter_model.safetensors") for folder in (started, out))
    assert before.keys() == after.keys()
    assert any(not torch.equal(before[name], after[name]) for name in before)


def test_loops_that_ask_at_the_same_time_get_the_answers_that_they_would_get_alone() -> None:
    from cadagent.generation.torch.model import TransformersModel
    from training.rounds.lockstep import LockstepModel

    texts = ("a 20 mm cube", "a washer, 20 mm outside, 10 mm inside, 2 mm thick", "a ball of 8 mm diameter")
    schema = json_schema("reply")
    alone = TransformersModel("", ModelSettings(threads=1))
    expected = []
    for text in texts:
        chunks = list(alone.generate(first_prompt(text), schema=schema, adapter="nl2cad", max_tokens=200))
        expected.append("".join(chunk.text for chunk in chunks))
    model = LockstepModel(alone)

    def ask(text: str) -> str:
        chunks = list(model.generate(first_prompt(text), schema=schema, adapter="nl2cad", max_tokens=200))
        assert chunks[-1].finish == "stop"
        return "".join(chunk.text for chunk in chunks)

    with ThreadPoolExecutor(len(texts)) as pool:
        assert list(pool.map(ask, texts)) == expected
    model.close()
