"""Presets and what they come to on a machine, the data they make, splits, checkpoints, the loss curve."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from cadagent.commands.evaluate_sets import load
from cadagent.errors import InputError
from tests.cli.commands import complaint, inside
from training.batches import TokenBatches
from training.checkpoints import last_checkpoint, mark_run
from training.loss_curve import loss_svg
from training.making import make_data
from training.records import digest, read_records, report_of
from training.settings import PRESETS, QLORA, fitted
from training.splits import geometry_signature, main, split, wording_signature
from training.synthetic import generate
from training.synthetic.generate import Sample, samples


@pytest.fixture(scope="module")
def drawn() -> list[Sample]:
    return list(samples(400, 3))


def test_the_usual_settings_are_those_of_the_field() -> None:
    assert {16, 32} == {PRESETS[name].settings.rank for name in ("demo", "development", "production")}
    for name in ("development", "production"):
        settings = PRESETS[name].settings
        assert settings.alpha == settings.rank
        assert (settings.dropout, settings.learning_rate, settings.warm_up) == (0.05, 2e-4, 0.03)
        assert settings.quantise and settings.optimizer == "paged_adamw_8bit"
        assert settings.max_tokens in (2048, 4096) and 2 <= settings.epochs <= 3 and settings.patience


@pytest.mark.parametrize(("processes", "passes"), [(1, 4), (2, 2), (4, 1), (8, 1)])
def test_a_step_has_eight_records_however_many_processes(processes: int, passes: int) -> None:
    assert QLORA.steps_of(processes) == passes


def test_what_is_done_instead_is_said() -> None:
    assert fitted(QLORA, gpu=True, bitsandbytes=True, gguf=False) == (QLORA, [])
    settings, lines = fitted(QLORA, gpu=False, bitsandbytes=True, gguf=False)
    assert not settings.quantise and settings.optimizer == "adamw_torch_fused"
    assert len(lines) == 3 and "no CUDA GPU" in lines[0]
    settings, lines = fitted(QLORA, gpu=True, bitsandbytes=False, gguf=False)
    assert not settings.quantise and "bitsandbytes is not installed" in lines[0]
    settings, lines = fitted(QLORA, gpu=True, bitsandbytes=True, gguf=True)
    assert not settings.quantise and settings.optimizer == "paged_adamw_8bit" and len(lines) == 1
    shipped = PRESETS["shipped"].settings
    assert fitted(shipped, gpu=True, bitsandbytes=True, gguf=True) == (shipped, [])
    settings, lines = fitted(shipped, gpu=True, bitsandbytes=True, gguf=True, triton=False)
    assert not settings.compiled and "Triton is not installed" in lines[0]


def test_batches_hold_no_more_records_than_asked_for() -> None:
    batches = list(TokenBatches([20] * 50, budget=10_000, most=8))
    assert max(map(len, batches)) == 8 and sum(map(len, batches)) == 50


def test_a_preset_makes_its_data_once(tmp_path: Path) -> None:
    files = make_data(PRESETS["demo"], tmp_path, seed=1)
    train, held_out = (read_records([path]) for path in files)
    assert 90 <= len(train) <= 110 and 10 <= len(held_out) <= 30
    longest = max(len(record.completion or "") + len(record.messages[-1].content) for record in train)
    assert longest <= PRESETS["demo"].longest
    before = digest(train)
    files[0].write_text(files[0].read_text().splitlines()[0] + "\n")
    assert make_data(PRESETS["demo"], tmp_path, seed=1) == files
    assert len(read_records([files[0]])) == 1
    files[0].unlink()
    make_data(PRESETS["demo"], tmp_path, seed=1)
    assert digest(read_records([files[0]])) == before


def test_the_overlap_with_evaluation_prompts_is_reported(tmp_path: Path, drawn: list[Sample]) -> None:
    prompts = tmp_path / "prompts.txt"
    kept = [sample["prompt"] for sample in drawn if len(sample["prompt"].split()) > 30][:20]
    prompts.write_text("\n".join(" ".join(text.split()) for text in kept))
    files = make_data(replace(PRESETS["development"], samples=300), tmp_path, seed=3, evaluation=[prompts])
    (made,) = (report_of(files[0]) or {})["made"]
    assert made["evaluation_prompts"] == len(kept) and made["overlap"] >= 15


@pytest.mark.parametrize(("text", "words"), [(None, "cannot be read"), ("[]", "prompts.jsonl:1: not a JSON")])
def test_evaluation_prompts_that_cannot_be_read_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | None, words: str
) -> None:
    path = tmp_path / "prompts.jsonl"
    if text is not None:
        path.write_text(text)
    arguments = ["--count", "1", "--out", str(tmp_path / "out.jsonl"), "--evaluation", str(path)]
    assert generate.main(arguments) == 2
    assert words in capsys.readouterr().err


def test_held_out_samples_share_neither_wording_nor_geometry(drawn: list[Sample]) -> None:
    family = next(sample["family"] for sample in drawn if sample["task"] == "generate")
    parts = split(drawn, share=0.2, unseen=[family])
    assert 40 < len(parts.held_out) < 120
    assert parts.unseen and all(sample["family"] == family for sample in parts.unseen)
    assert not {wording_signature(s) for s in parts.train} & {wording_signature(s) for s in parts.held_out}
    apart = {geometry_signature(sample) for sample in parts.held_out} - {None}
    assert not apart & {geometry_signature(sample) for sample in parts.train}
    # A sample's part depends on its own words: more data move nothing from one side to the other.
    fewer = split(drawn[:200], share=0.2, unseen=[family])
    assert [s["seed"] for s in fewer.held_out] == [s["seed"] for s in parts.held_out if s in drawn[:200]]


def test_the_same_geometry_is_found_however_it_is_written() -> None:
    def signed(text: str) -> str | None:
        return geometry_signature({"completion": text})

    one = signed('{"units":"mm","operations":[{"op":"box","size":[10,20,30]},{"op":"hole","diameter":4}]}')
    named = '{"units":"cm","operations":[{"op":"box","id":"a","size":[1,2,3]},{"op":"hole","radius":0.2}]}'
    assert signed(named) == one
    assert signed(named.replace("0.2", "0.3")) != one
    assert signed('{"refuse":"not_a_part"}') is None


def test_splits_by_command(tmp_path: Path, drawn: list[Sample], capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "all.jsonl"
    path.write_text("".join(json.dumps(sample) + "\n" for sample in drawn))
    assert main(["--data", str(path), "--out", str(tmp_path / "parts"), "--share", "0.1"]) == 0
    counts = json.loads(capsys.readouterr().out)
    assert counts["unseen"] == 0
    assert counts["train"] + counts["held_out"] + sum(counts["dropped"].values()) == len(drawn)
    assert len(read_records([tmp_path / "parts" / "held_out.jsonl"])) == counts["held_out"]
    cases = load(str(tmp_path / "parts" / "held_out.cases.jsonl"))[0]
    assert 0 < len(cases) <= counts["held_out"] and {case.level for case in cases} >= {"generate"}
    twice = ["--data", str(path), str(path), "--out", str(tmp_path / "twice"), "--share", "0.1"]
    assert main([*twice, "--workers", "2"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert again["dropped"].pop("near-duplicate") >= len(drawn)
    assert {name: again[name] for name in ("train", "held_out")} == {
        name: counts[name] for name in ("train", "held_out")
    }
    assert main(["--data", str(path), "--out", str(tmp_path / "x"), "--unseen", "spaceship"]) == 2
    assert "no sample of the families spaceship" in capsys.readouterr().err
    path.write_text('{"prompt": "a cube"}\n')
    assert main(["--data", str(path), "--out", str(tmp_path / "x")]) == 2
    assert "all.jsonl:1: not a sample" in capsys.readouterr().err


def test_the_last_checkpoint_of_the_same_run(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no checkpoint"):
        last_checkpoint(tmp_path, {"data": "a"})
    mark_run(tmp_path, {"data": "a"})
    for number in (9, 10):
        folder = tmp_path / "checkpoints" / f"checkpoint-{number}"
        folder.mkdir()
        (folder / "trainer_state.json").write_text("{}")
    (tmp_path / "checkpoints" / "checkpoint-11").mkdir()  # was being written when the run ended
    assert last_checkpoint(tmp_path, {"data": "a"}).name == "checkpoint-10"
    with pytest.raises(InputError, match="another data"):
        last_checkpoint(tmp_path, {"data": "b"})


def test_the_loss_curve_is_a_picture() -> None:
    picture = ElementTree.fromstring(loss_svg([(1, 2.0), (10, 0.5), (20, 0.0)], [(10, 0.7)]))
    lines = [line for line in picture if line.tag.endswith("polyline")]
    # No logarithm for zero.
    assert [len(line.attrib["points"].split()) for line in lines] == [2, 1]
    assert "no losses" in loss_svg([])


def test_settings_are_shown_and_options_that_do_not_go_together_refused() -> None:
    done = inside("train", "--preset", "production", "--rank", "8", "--no-quantise", "--show-settings")
    settings = json.loads(done.stdout)
    assert (settings["rank"], settings["alpha"], settings["quantise"]) == (8, 32, False)
    assert "--held-out goes with --data" in complaint(inside("train", "--held-out", "x.jsonl"), 2)
    assert "--resume goes with" in complaint(inside("train", "--resume", "--minutes", "1"), 2)
