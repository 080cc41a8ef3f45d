"""Measuring engines: what is counted, the command, and what it says without a GPU."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cadagent.agent.fixing import one_operation
from cadagent.agent.prompts import first_prompt, repair_prompt
from cadagent.design import json_schema
from cadagent.errors import ExitCode
from cadagent.generation import open_model
from cadagent.generation.bench import Case, measure, spoil, unchanged
from tests.agent.designs import GOOD, REQUEST
from tests.cli.commands import complaint, inside
from tests.generation.chat_server import serving

TINY = {
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 4,
}


def test_a_spoilt_design_differs_in_its_last_figure_and_says_so() -> None:
    spoilt = spoil(GOOD)
    assert spoilt is not None
    assert spoilt == (GOOD.replace("[30,10]", "[30,11]"), "- error: 11 stands where the request says 10")
    assert 0.98 < unchanged(spoilt[0], GOOD) < 1 and unchanged("abc", "xyz") == 0
    assert spoil("no design") is None and spoil('{"refuse":"not_a_part"}') is None


def test_the_figures_of_a_server_that_answers_at_a_steady_pace() -> None:
    with serving(pause=0.01) as server:
        model = open_model(server.url)
        case = Case(
            first_prompt(REQUEST),
            lambda text, finding: repair_prompt(REQUEST, text, finding),
            lambda text, finding: (repair_prompt(REQUEST, text, finding, operation=1), one_operation()),
        )
        figures = measure(model, [case], json_schema("reply"))
        model.close()
    asked = [json.dumps(body["messages"]) for body in server.bodies]
    assert len(asked) == 7 and "stands where the request says 10" in asked[-3]
    assert "Correct /operations/1 alone." in asked[-1]
    assert figures.tokens == -(-len(GOOD) // 4) + 1
    assert figures.held is not None and 0 < figures.held < 100
    assert figures.first_token is not None and figures.first_answer is not None
    assert 0.01 < figures.first_token < figures.first_answer
    assert figures.repair_of_first is not None and figures.cached is None
    assert figures.rewrite_of_first is not None


def test_the_command_measures_every_engine_on_the_same_prompts(tmp_path: Path, weights: Path) -> None:
    (tmp_path / "requests.txt").write_text("A 20 mm cube\n")
    with serving() as server:
        done = inside(
            "bench", "engines", "--requests", str(tmp_path / "requests.txt"), "--max-tokens", "16",
            "--url", server.url, "--url", "http://127.0.0.1:1/v1#x", "--processor-time", "--json",
        )  # fmt: skip
    rows: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == ExitCode.UNAVAILABLE and "http://127.0.0.1:1/v1#x: " in done.stderr
    assert {"embedded", server.url} <= rows.keys()
    assert rows["embedded"]["held"] > 0 and rows["embedded"]["tokens"] <= 16
    assert rows["embedded"]["held_of_raw"] > 0 and rows["embedded"]["first_answer"] > 0


def test_the_shape_of_phi3_says_what_it_needs() -> None:
    try:
        import torch
    except ImportError:
        pass
    else:
        if torch.cuda.is_available():
            pytest.skip("there is a GPU")
    done = inside("bench", "engines", "--phi3-shape")
    assert "--phi3-shape needs an NVIDIA GPU with 80 GB" in complaint(done, ExitCode.UNAVAILABLE)


def test_phi3s_shape_is_measured_in_small(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="the transformers engine needs torch")
    from cadagent.generation.bench_phi3 import phi3_figures, write_phi3

    folder = write_phi3(tmp_path / "phi3", TINY)
    stamp = (folder / "model.safetensors").stat().st_mtime_ns
    assert write_phi3(folder, TINY) == folder and (folder / "model.safetensors").stat().st_mtime_ns == stamp
    told: list[str] = []
    figures = phi3_figures(folder, told.append, contexts=(500, 6_000), batch=4)
    assert [400 < row["tokens"] < 6_200 for row in figures["contexts"]] == [True, True]
    assert all(row["first"] > 0 and row["retry"] > 0 for row in figures["contexts"])
    assert figures["batch"]["gain"] > 0 and len(told) == 4


@pytest.mark.gpu
@pytest.mark.timeout(1800)
def test_phi3s_shape_on_a_gpu(tmp_path: Path) -> None:
    """A second attempt on a long context pays a twentieth of the first, and a batch of 32 writes 8 x one."""
    pytest.importorskip("torch", reason="the transformers engine needs torch")
    done = inside("bench", "engines", "--phi3-shape", "--json")
    figures = json.loads(done.stdout)
    print(json.dumps(figures, indent=1))
    assert figures["contexts"][-1]["share"] <= 0.05
    assert figures["batch"]["gain"] >= 8


def test_requests_are_timed_from_the_words_to_the_step_file(tmp_path: Path, weights: Path) -> None:
    lines = ("a 20 mm cube", "a washer, 20 mm outside, 10 mm inside, 2 mm thick")
    path = tmp_path / "requests.jsonl"
    path.write_text("".join(json.dumps({"id": text, "request": text}) + "\n" for text in lines))
    done = inside("bench", "requests", str(path), "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["requests"], found["valid"]) == (2, 2)
    assert 0 < found["all, median s"] <= found["all, 95th percentile s"]
    assert 0 < found["share that is not the model's"] < 1


def test_a_set_without_a_design_to_make_is_told_in_a_line(tmp_path: Path) -> None:
    path = tmp_path / "requests.jsonl"
    path.write_text('{"id": "a", "request": "write me a poem", "expects": "none"}\n')
    done = inside("bench", "requests", str(path))
    assert "no requests for a design" in complaint(done, ExitCode.USAGE)
