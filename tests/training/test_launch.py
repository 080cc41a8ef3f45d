"""The training command on several processes, as accelerate launches it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.commands import environment
from tests.training.tiny import tiny_base, tiny_rows

for _package in ("torch", "transformers", "peft", "trl", "datasets", "accelerate"):
    pytest.importorskip(_package, reason=f"training is not tested: {_package} is not installed")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def test_the_same_command_runs_on_two_processes(tmp_path: Path) -> None:
    base, data = tiny_base(tmp_path / "base"), tiny_rows(tmp_path / "rows.jsonl")
    command = ["--preset", "development", "--base", base, "--data", data, "--held-out", data]
    launcher = [sys.executable, "-m", "accelerate.commands.launch", "--cpu", "--num_processes", "2"]
    done = subprocess.run(
        [*launcher, "-m", "training", *map(str, command), "--out", str(tmp_path / "run"), "--epochs", "1"],
        capture_output=True,
        text=True,
        env=environment(OMP_NUM_THREADS="1", PYTHONPATH=str(Path.cwd())),
        timeout=800,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    card = json.loads((tmp_path / "run" / "card.json").read_text())
    # 64 records, eight a step, however many processes share them.
    assert card["steps"] == 8
    assert done.stderr.count("note: there is no CUDA GPU") == 1
    assert (tmp_path / "run" / "adapter_model.safetensors").is_file()


def test_a_launcher_of_one_process_changes_nothing(tmp_path: Path) -> None:
    """It wraps the model all the same."""
    base, data = tiny_base(tmp_path / "base"), tiny_rows(tmp_path / "rows.jsonl")
    command = ["--preset", "shipped", "--base", base, "--data", data, "--out", tmp_path / "run"]
    alone = {"RANK": "0", "LOCAL_RANK": "0", "WORLD_SIZE": "1", "MASTER_ADDR": "localhost"}
    done = subprocess.run(
        [sys.executable, "-m", "training", *map(str, command), "--max-steps", "1"],
        capture_output=True,
        text=True,
        env=environment(OMP_NUM_THREADS="1", PYTHONPATH=str(Path.cwd()), MASTER_PORT="29513", **alone),
        timeout=800,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert (tmp_path / "run" / "adapter_model.safetensors").is_file()
