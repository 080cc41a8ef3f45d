"""The training command on several processes, as a launcher starts it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.commands import environment
from tests.training.tiny import tiny_base, tiny_rows

for _package in ("torch", "transformers", "peft", "trl", "datasets", "accelerate"):
    pytest.importorskip(_package, reason=f"training is not tested: {_package} is not installed")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

# What `accelerate launch` does on GPUs; without any, it starts several processes only through MPI.
_TWO = ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2"]


def _train(before: list[str], *options: object, **variables: str) -> subprocess.CompletedProcess[str]:
    """The training command behind a launcher's words; it must end well."""
    done = subprocess.run(
        [sys.executable, *before, "-m", "training", *map(str, options)],
        capture_output=True,
        text=True,
        env=environment(OMP_NUM_THREADS="1", PYTHONPATH=str(Path.cwd()), **variables),
        timeout=800,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done


def test_the_same_command_runs_on_two_processes(tmp_path: Path) -> None:
    base, data = tiny_base(tmp_path / "base"), tiny_rows(tmp_path / "rows.jsonl")
    command = ["--preset", "development", "--base", base, "--data", data, "--held-out", data]
    done = _train(_TWO, *command, "--out", tmp_path / "run", "--epochs", "1")
    card = json.loads((tmp_path / "run" / "card.json").read_text())
    # 64 records, eight a step, however many processes share them.
    assert card["steps"] == 8
    assert done.stderr.count("note: there is no CUDA GPU") == 1
    assert (tmp_path / "run" / "adapter_model.safetensors").is_file()


def test_two_processes_learn_what_one_learns_in_twice_as_many_passes(tmp_path: Path) -> None:
    """Every step has the same records, and the same loss and gradients come out."""
    from safetensors.torch import load_file

    base, data = tiny_base(tmp_path / "base"), tiny_rows(tmp_path / "rows.jsonl")
    command = ["--preset", "shipped", "--base", base, "--data", data, "--batch-records", "4"]
    command += ["--learning-rate", "1e-2", "--rank", "4", "--max-steps", "6"]
    # Fewer than a batch of a check: the second process has none of its own.
    command += ["--held-out", tiny_rows(tmp_path / "held_out.jsonl", count=3)]
    cards = {}
    for name, before, passes in (("one", [], "2"), ("two", _TWO, "1")):
        _train(before, *command, "--accumulate", passes, "--out", tmp_path / name)
        cards[name] = json.loads((tmp_path / name / "card.json").read_text())
    keys = ("step", "loss", "token_accuracy", "tokens")
    assert cards["two"]["held_out"]["loss"] == pytest.approx(cards["one"]["held_out"]["loss"], rel=0.05)
    one, two = ([[point[key] for key in keys] for point in cards[name]["loss"]] for name in ("one", "two"))
    assert len(one) == len(two)
    for left, right in zip(one, two, strict=True):
        assert left == pytest.approx(right, rel=1e-3)
    weights = [load_file(tmp_path / name / "adapter_model.safetensors") for name in ("one", "two")]
    for name, weight in weights[0].items():
        assert weights[1][name].float().numpy() == pytest.approx(weight.float().numpy(), rel=2e-2, abs=2e-3)


def test_a_launcher_of_one_process_changes_nothing(tmp_path: Path) -> None:
    """It wraps the model all the same."""
    base, data = tiny_base(tmp_path / "base"), tiny_rows(tmp_path / "rows.jsonl")
    command = ["--preset", "shipped", "--base", base, "--data", data, "--out", tmp_path / "run"]
    alone = {"RANK": "0", "LOCAL_RANK": "0", "WORLD_SIZE": "1", "MASTER_ADDR": "localhost"}
    _train([], *command, "--max-steps", "1", MASTER_PORT="29513", **alone)
    assert (tmp_path / "run" / "adapter_model.safetensors").is_file()


@pytest.mark.parametrize("before", [[], _TWO], ids=["one process", "two processes"])
def test_told_to_end_it_saves_what_it_has_learned(tmp_path: Path, before: list[str]) -> None:
    base, data = tiny_base(tmp_path / "base"), tiny_rows(tmp_path / "rows.jsonl")
    command = ["--preset", "shipped", "--base", base, "--data", data, "--out", tmp_path / "run"]
    with subprocess.Popen(
        [sys.executable, *before, "-m", "training", *map(str, command), "--minutes", "60"],
        stdout=subprocess.PIPE,
        stderr=(tmp_path / "said").open("w"),
        text=True,
        env=environment(OMP_NUM_THREADS="1", PYTHONPATH=str(Path.cwd())),
    ) as process:
        assert process.stdout is not None
        assert "step 1 " in process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        process.stdout.read()
    card = json.loads((tmp_path / "run" / "card.json").read_text())
    assert card["stopped"] and card["steps"] >= 1
    assert (tmp_path / "run" / "adapter_model.safetensors").is_file()
    assert (tmp_path / "said").read_text().count(f"note: stopped after step {card['steps']}") == 1
    if not before:  # a launcher says by its code that it was told to end
        assert process.returncode == 0
