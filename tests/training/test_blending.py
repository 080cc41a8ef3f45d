"""An adapter between two: every weight lies where it should, and unlike adapters are refused."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from cadagent.errors import InputError

torch = pytest.importorskip("torch", reason="blending is not tested: torch is not installed")
pytest.importorskip("safetensors", reason="blending is not tested: safetensors is not installed")


def _adapter(folder: Path, seed: int, rank: int = 2) -> Path:
    from safetensors.torch import save_file

    generator = torch.Generator().manual_seed(seed)
    weights = {
        "layer.lora_A.weight": torch.randn(rank, 6, generator=generator).bfloat16(),
        "layer.lora_B.weight": torch.randn(5, rank, generator=generator).bfloat16(),
    }
    folder.mkdir()
    save_file(weights, folder / "adapter_model.safetensors")
    (folder / "adapter_config.json").write_text(f'{{"r": {rank}}}')
    (folder / "card.json").write_text("{}")
    return folder


@pytest.mark.parametrize("way", [0.0, 0.25, 1.0])
def test_each_weight_lies_on_the_way_from_the_old_to_the_new(tmp_path: Path, way: float) -> None:
    from safetensors.torch import load_file

    from training.blending import blend
    from training.models import WEIGHTS

    before, trained = _adapter(tmp_path / "before", 1), _adapter(tmp_path / "trained", 2)
    blend(before, trained, tmp_path / "out", way)
    old, new, found = (load_file(tmp_path / name / WEIGHTS) for name in ("before", "trained", "out"))
    assert found.keys() == new.keys()
    for name, one in found.items():
        assert one.dtype == torch.bfloat16
        wanted = (1 - way) * old[name].float() + way * new[name].float()
        torch.testing.assert_close(one.float(), wanted, rtol=2**-8, atol=1e-6)
    assert (tmp_path / "out" / "adapter_config.json").read_text() == '{"r": 2}'


def test_adapters_of_other_shapes_are_refused(tmp_path: Path) -> None:
    from training.blending import blend

    with pytest.raises(InputError, match="different shapes"):
        blend(_adapter(tmp_path / "a", 1), _adapter(tmp_path / "b", 2, rank=3), tmp_path / "out", 0.5)
    other = _adapter(tmp_path / "c", 3)
    (other / "adapter_config.json").write_text('{"r": 2, "lora_alpha": 9}')
    with pytest.raises(InputError, match="different shapes"):
        blend(_adapter(tmp_path / "d", 1), other, tmp_path / "out", 0.5)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("preference", [None, "dpo"])
def test_a_round_that_was_broken_off_anywhere_ends_with_the_same_adapter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, preference: Any
) -> None:
    """The trainings are played here, as strict as the real ones: what counts is which are made again."""
    import training.preference
    from training.models import WEIGHTS
    from training.rounds import learning
    from training.rounds.items import Assembled
    from training.rounds.options import Options

    live = learning.Standing("model", None, "live", "live", _adapter(tmp_path / "live", 1))
    trainings: list[str] = []

    def trained(out: Path) -> None:
        if (out / WEIGHTS).exists():
            raise InputError(f"{out} holds an adapter already")
        trainings.append(out.name)
        shutil.rmtree(out, ignore_errors=True)
        _adapter(out, 2)

    def supervised(
        assembled: object, options: object, seed: int, now: object, out: Path, tell: object
    ) -> None:
        trained(out)

    def preferred(kind: str, rows: object, *, out: Path, **others: object) -> None:
        trained(out)
        (out / "card.json").unlink()  # it writes none

    monkeypatch.setattr(learning, "_supervised", supervised)
    monkeypatch.setattr(learning, "_weights", lambda model: "base")
    monkeypatch.setattr(training.preference, "train_preference", preferred)
    folder = tmp_path / "round"
    folder.mkdir()

    def learn() -> dict[str, object]:
        return learning.learn(Assembled(), Options(preference=preference), 1, live, folder, print)[1]

    card = learn()
    steps = ["supervised-1", "trained-1"] if preference else ["trained-1"]
    assert card["blend"] == {"way": 0.75, "from": "live"} and trainings == steps
    whole = (folder / "adapter-1" / WEIGHTS).read_bytes()
    assert learn() == card and trainings == steps
    for broken in ("wording.json", "card.json", WEIGHTS):  # the blend: the last of them first
        for name in ("wording.json", broken):
            (folder / "adapter-1" / name).unlink(missing_ok=True)
        assert learn() == card and trainings == steps
        assert (folder / "adapter-1" / WEIGHTS).read_bytes() == whole
    for number, step in enumerate(steps):  # the trainings, between their weights and their cards
        for later in steps[number + 1 :]:
            shutil.rmtree(folder / later)
        (folder / "adapter-1" / "wording.json").unlink()
        (folder / step / "card.json").unlink()
        trainings.clear()
        assert learn() == card and trainings == steps[number:]
        assert (folder / "adapter-1" / WEIGHTS).read_bytes() == whole
