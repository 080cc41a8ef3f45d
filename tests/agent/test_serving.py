"""The adapter that was promoted answers, wherever nobody names another; one that is not as it was, never."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from cadagent.agent import run
from cadagent.agent.serving import with_live_adapter
from cadagent.errors import ModelUnavailable
from cadagent.feedback import Store, open_store
from cadagent.feedback.adapters import Adapter, Adapters
from cadagent.generation import open_model
from cadagent.generation.adapters import SHIPPED
from cadagent.generation.scripted import ScriptedModel
from cadagent.generation.weights import file_sha256
from cadagent.retrieval.library import Library, default_path
from cadagent.settings import Settings
from tests.cli.commands import complaint, inside, script

WEIGHTS = "adapter_model.safetensors"
BLOCK = '{"units":"mm","operations":[{"op":"box","size":[20,10,5]}]}'


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def promoted(store: Store, folder: Path, model: str, task: str = "generate") -> Adapter:
    """An adapter in a folder, live from now on."""
    one = Adapter(
        id=file_sha256(folder / WEIGHTS),
        name=folder.name,
        path=str(folder),
        model=model,
        task=task,  # type: ignore[arg-type]
    )
    adapters = Adapters(store)
    adapters.register(one)
    adapters.promote(one.id, "for a test")
    return one


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with weights of an adapter, as far as a scripted model cares."""
    made = tmp_path / "round-1"
    made.mkdir()
    (made / WEIGHTS).write_bytes(b"weights")
    return made


def test_the_live_adapter_answers_unless_one_is_named(tmp_path: Path, folder: Path) -> None:
    model = open_model(script(tmp_path, BLOCK, BLOCK))
    with open_store(tmp_path / "feedback.db") as store:
        assert with_live_adapter(Settings(), model, store).adapter is None
        live = promoted(store, folder, model.name)
        assert with_live_adapter(Settings(), model, store).adapter == str(folder)
        assert with_live_adapter(Settings(adapter="none"), model, store).adapter == "none"
        assert with_live_adapter(Settings(), model, None).adapter is None
        assert with_live_adapter(Settings(), model, store, "explain").adapter is None
        list(run("A block of 20 x 10 x 5 mm", model=model, store=store))
        (stored,) = store.runs()
        assert stored.adapter == live.path and stored.settings["adapter"] == live.path
        Adapters(store).rollback(model.name, "no better")
        assert with_live_adapter(Settings(), model, store).adapter is None


def test_one_adapter_that_learned_both_answers_both_and_goes_back_in_both(
    tmp_path: Path, folder: Path
) -> None:
    model = open_model(script(tmp_path, BLOCK))
    with open_store(tmp_path / "feedback.db") as store:
        promoted(store, folder, model.name, task="both")
        for task in ("generate", "explain"):
            assert with_live_adapter(Settings(), model, store, task).adapter == str(folder)  # type: ignore[arg-type]
        Adapters(store).rollback(model.name, "no better")
        for task in ("generate", "explain"):
            assert with_live_adapter(Settings(), model, store, task).adapter is None  # type: ignore[arg-type]


def test_an_adapter_that_is_gone_or_changed_is_one_line(tmp_path: Path, folder: Path) -> None:
    name = script(tmp_path, BLOCK)
    with open_store("feedback.db") as store:
        promoted(store, folder, open_model(name).name)
    (folder / WEIGHTS).write_bytes(b"others")
    told = complaint(inside("run", "A block of 20 x 10 x 5 mm", "--model", name), 3)
    assert "round-1" in told and "was changed" in told and "cadagent round rollback" in told
    (folder / WEIGHTS).unlink()
    told = complaint(inside("run", "A block of 20 x 10 x 5 mm", "--model", name), 3)
    assert "cannot be read in" in told and "No such file" in told
    named = inside("run", "A block of 20 x 10 x 5 mm", "--model", name, "--adapter", "none")
    assert named.returncode == 0, named.stderr


def test_an_adapter_for_other_weights_is_refused(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED / "nl2cad", tmp_path / "mine")
    model = open_model()
    with open_store(tmp_path / "feedback.db") as store:
        adapters = Adapters(store)
        found = file_sha256(tmp_path / "mine" / WEIGHTS)
        one = Adapter(
            id=found, name="mine", path=str(tmp_path / "mine"), model=model.name, model_hash="f" * 64
        )
        adapters.register(one)
        adapters.promote(one.id, "for a test")
        with pytest.raises(ModelUnavailable, match="other weights"):
            with_live_adapter(Settings(), model, store)


def test_the_embedded_model_answers_with_it_and_the_run_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CADAGENT_THREADS", "1")
    mine = tmp_path / "mine"
    shutil.copytree(SHIPPED / "nl2cad", mine)
    with open_store("feedback.db") as store:
        live = promoted(store, mine, open_model().name)
    done = inside("run", "a 20 mm cube", "--json")
    assert done.returncode == 0, done.stderr
    shown = json.loads(inside("feedback", "show", "last", "--json").stdout)
    assert (shown["adapter"], shown["adapter_hash"]) == (str(mine), live.id)


def test_an_attempt_names_the_examples_that_it_was_shown(tmp_path: Path) -> None:
    model = open_model(script(tmp_path, BLOCK))
    request = "A plate of 20 x 10 x 5 mm"
    with open_store(tmp_path / "feedback.db") as store:
        list(run(request, model=model, store=store, settings=Settings(examples=2)))
        (attempt,) = store.attempts(store.runs()[0].id)
    with Library.open(default_path()) as library:
        hits = library.choose(request, 2, model.context // 4, count=model.count_tokens).hits
    assert len(hits) == 2
    assert attempt.retrieved == tuple((hit.example.id, hit.score) for hit in hits)
    assert [content for role, content in attempt.messages if role == "assistant"] == [
        hit.example.design for hit in hits
    ]


def test_a_design_is_explained_by_the_adapter_that_was_promoted_for_it(tmp_path: Path, folder: Path) -> None:
    name = script(tmp_path, "A block.")
    (tmp_path / "design.json").write_text(BLOCK)
    with open_store("feedback.db") as store:
        live = promoted(store, folder, open_model(name).name, task="both")
    told = json.loads(inside("explain", "design.json", "--model", name, "--json").stdout)
    assert (told["text"], told["adapter"]) == ("A block.", live.path)


def test_a_design_is_told_and_compared_by_the_adapter_that_was_promoted_for_it(
    tmp_path: Path, folder: Path
) -> None:
    request = "A block of 20 x 10 x 5 mm"
    model = ScriptedModel([{"reply": BLOCK}, {"reply": request, "adapter": str(folder)}])
    with open_store(tmp_path / "feedback.db") as store:
        promoted(store, folder, model.name, task="explain")
        settings = Settings(opinions=1, compare=True)
        list(run(request, model=model, store=store, settings=settings))
    assert len(model.calls) == 2
