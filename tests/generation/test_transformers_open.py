"""Opening a transformers model: what is said where packages, models or the network are missing."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from cadagent.errors import InputError, ModelUnavailable
from cadagent.generation import open_model
from cadagent.generation.torch import weights
from tests.cli.commands import cadagent

needs_torch = pytest.mark.skipif(find_spec("torch") is None, reason="torch is not installed")


@pytest.mark.skipif(find_spec("torch") is not None, reason="torch is installed")
def test_without_torch_the_command_says_what_to_install(tmp_path: Path) -> None:
    done = cadagent("run", "a 20 mm cube", cwd=tmp_path, CADAGENT_MODEL="transformers")
    assert done.returncode == 3 and done.stdout == ""
    assert done.stderr.strip().endswith("pip install 'cadagent[torch]'")
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    found = weights.find_spec
    monkeypatch.setattr(weights, "find_spec", lambda name: None if name == "peft" else found(name))
    with pytest.raises(ModelUnavailable, match=r"peft.*: pip install 'cadagent\[torch\]'"):
        open_model("transformers")


def test_names_mean_presets_files_folders_and_the_hub(tmp_path: Path) -> None:
    assert weights.find_source("phi-3-mini-128k").hub == "microsoft/Phi-3-mini-128k-instruct"
    assert weights.find_source(str(tmp_path)).path == tmp_path
    assert weights.find_source("some/file.gguf").name == "file"
    assert weights.find_source("owner/name-1.5").hub == "owner/name-1.5"
    assert weights.find_source("").embedded
    for wrong in ("nothing", "../escape/of/it", "a/b/c", "owner/../x", "http://host/x"):
        with pytest.raises(InputError, match="There is no model"):
            weights.find_source(wrong)


@pytest.mark.parametrize("damage", ["missing", "no GGUF", "a folder without weights"])
def test_a_broken_model_is_one_clear_line(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "model.gguf"
    if damage == "no GGUF":
        path.write_bytes(b"GGML nonsense")
    elif damage == "a folder without weights":
        path = tmp_path
        (path / "config.json").write_text("{}")
    source = weights.find_source(str(path))
    for read in (weights.context_length, weights.weights_sha256, weights.folder_of):
        with pytest.raises(ModelUnavailable) as refused:
            read(source)
        assert str(path) in str(refused.value) and "\n" not in str(refused.value)


@needs_torch
def test_a_hub_that_cannot_be_reached_is_one_line(tmp_path: Path) -> None:
    done = cadagent(
        "run",
        "a 20 mm cube",
        cwd=tmp_path,
        seconds=120,
        CADAGENT_MODEL="transformers:nobody/nothing",
        HF_HOME=str(tmp_path / "hub"),
        HF_ENDPOINT="http://127.0.0.1:9",
    )
    assert done.returncode == 3 and done.stdout == ""
    last = done.stderr.strip().splitlines()[-1]
    assert "nobody/nothing" in last and "cannot be fetched" in last and "Traceback" not in done.stderr
