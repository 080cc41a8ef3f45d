"""An adapter between two: every weight lies where it should, and unlike adapters are refused."""

from __future__ import annotations

from pathlib import Path

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

    from training.blending import WEIGHTS, blend

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


def test_a_round_that_was_broken_off_anywhere_ends_with_the_same_adapter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The training itself is played here: what counts is which of the steps is done again."""
    from training.blending import WEIGHTS
    from training.rounds import learning
    from training.rounds.items import Assembled
    from training.rounds.options import Options

    live = learning.Standing("model", None, "live", "live", _adapter(tmp_path / "live", 1))
    trainings = []

    def played(assembled: object, options: object, seed: int, now: object, out: Path, tell: object) -> None:
        trainings.append(out.name)
        if not out.is_dir():
            _adapter(out, 2)

    monkeypatch.setattr(learning, "_supervised", played)
    folder = tmp_path / "round"
    folder.mkdir()

    def learn() -> dict[str, object]:
        return learning.learn(Assembled(), Options(), 1, live, folder, print)[1]

    card = learn()
    assert card["blend"] == {"way": 0.75, "from": "live"} and trainings == ["trained-1"]
    whole = (folder / "adapter-1" / WEIGHTS).read_bytes()
    assert learn() == card and len(trainings) == 1
    for broken in ("wording.json", "card.json", WEIGHTS):  # the last of them first
        for name in ("wording.json", broken):
            (folder / "adapter-1" / name).unlink(missing_ok=True)
        assert learn() == card and len(trainings) == 1
        assert (folder / "adapter-1" / WEIGHTS).read_bytes() == whole
    (folder / "adapter-1" / "wording.json").unlink()
    (folder / "trained-1" / "card.json").unlink()
    with pytest.raises(FileNotFoundError):  # the player writes nothing into a folder that is there
        learn()
    assert trainings == ["trained-1", "trained-1"]


def test_a_round_of_before_goes_all_the_way(tmp_path: Path) -> None:
    from training.rounds.options import Options

    stored = Options().as_dict()
    assert Options.of(stored).blend == 0.75
    del stored["blend"]
    assert Options.of(stored).blend == 1.0
