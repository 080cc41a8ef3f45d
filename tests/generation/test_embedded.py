"""The real engine with the real model; skipped, saying why, where the model cannot be had."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from cadagent.agent.prompts import first_prompt
from cadagent.design import dumps, json_schema
from cadagent.errors import InputError, ModelUnavailable
from cadagent.generation import Chunk, Message, ModelSettings, gbnf, llama, open_model, render_chat
from cadagent.generation.embedded import KEPT_ENGINES, EmbeddedModel
from tests.agent.designs import GOOD, PLATE, REQUEST
from tests.generation.fixed import continuing, rewriting

ASK = [Message("system", "You are a poet."), Message("user", "Write about steel.")]


def answer(model: EmbeddedModel, messages: list[Message] = ASK, **options: Any) -> tuple[str, Chunk]:
    chunks = list(model.generate(messages, **options))
    assert [chunk.finish for chunk in chunks[:-1]] == [None] * (len(chunks) - 1)
    assert sum(chunk.tokens for chunk in chunks) <= options.get("max_tokens", 1024)
    return "".join(chunk.text for chunk in chunks), chunks[-1]


def test_an_answer_is_streamed_counted_and_repeatable(model: EmbeddedModel) -> None:
    chunks = list(model.generate(ASK, max_tokens=12))
    assert len(chunks) == 13 and sum(chunk.tokens for chunk in chunks) == 12
    pieces = re.split(r"<\|im_(?:start|end)\|>", render_chat(ASK))
    prompt_tokens = len(pieces) - 1 + sum(model.count_tokens(piece) for piece in pieces)
    assert chunks[-1].finish == "length" and chunks[-1].prompt_tokens == prompt_tokens
    text = "".join(chunk.text for chunk in chunks)
    assert answer(model, max_tokens=12)[0] == text
    warm = {seed: answer(model, max_tokens=12, temperature=1.5, seed=seed)[0] for seed in (1, 2, 3)}
    assert len(set(warm.values())) > 1
    assert answer(model, max_tokens=12, temperature=1.5, seed=2)[0] == warm[2]


def test_tokens_are_counted_as_plain_text(model: EmbeddedModel) -> None:
    assert model.count_tokens("") == 0
    assert model.count_tokens("hello world") == 2
    assert model.count_tokens("<|im_end|>") > 1


@pytest.mark.parametrize("temperature", [0.0, 1.5])
def test_a_schema_holds_even_an_untrained_model(model: EmbeddedModel, temperature: float) -> None:
    schema = {
        "type": "object",
        "properties": {"size": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}},
        "required": ["size"],
    }
    text, end = answer(model, schema=schema, temperature=temperature, max_tokens=60)
    assert end.finish == "stop" and len(json.loads(text)["size"]) == 2 and " " not in text


def test_llama_cpp_accepts_the_grammar_of_the_whole_language(model: EmbeddedModel) -> None:
    text, _ = answer(model, [Message("user", "hi")], schema=json_schema("reply"), max_tokens=40)
    assert text.startswith(('{"units":', '{"refuse":', '{"ask":'))


def test_an_adapter_is_chosen_per_request(
    weights: Path, make_adapter: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CADAGENT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(llama, "MOST_BYTES", 0)  # as with a large model, where merging would take long
    one, other = (str(make_adapter(tmp_path / str(seed), seed=seed)) for seed in (1, 2))
    model = EmbeddedModel(weights, ModelSettings(threads=1, adapters=(one,)))
    try:
        bare = answer(model, max_tokens=8, adapter="none")[0]
        first = answer(model, max_tokens=8, adapter=one)[0]
        second = answer(model, max_tokens=8, adapter=other)[0]  # not loaded at the start
        assert len({bare, first, second}) == 3
        assert answer(model, max_tokens=8)[0] == bare
        assert answer(model, max_tokens=8, adapter=one)[0] == first
        assert model.identify(one).adapter_sha256 != model.identify(other).adapter_sha256
        assert model.identify().adapter is None
        with pytest.raises(InputError, match="no adapter"):
            answer(model, adapter="nope")
    finally:
        model.close()


def test_what_was_read_is_kept_over_attempts_and_other_adapters(weights: Path) -> None:
    model = open_model(settings=ModelSettings(threads=1))
    first = first_prompt("A washer, 20 mm outside, 10 mm inside, 2 mm thick")
    other = first_prompt("A washer, 20 mm outside, 10 mm inside, 3 mm thick")
    try:
        model.start("none")
        model.start()
        end = list(model.generate(first, max_tokens=2))[-1]
        assert end.prompt_tokens is not None and end.cached_tokens == 0
        list(model.generate(first, adapter="none", max_tokens=2))
        again = list(model.generate(other, max_tokens=2))[-1]
        assert again.cached_tokens is not None and again.cached_tokens > 0.7 * end.prompt_tokens
    finally:
        model.close()


def test_parallel_requests_do_not_wait_for_each_other(weights: Path) -> None:
    model = EmbeddedModel(weights, ModelSettings(threads=1, parallel=2))
    try:
        long = model.generate([Message("user", "Write a long story.")], max_tokens=3000)
        next(long)
        assert (
            answer(model, max_tokens=3)[1].finish == "length"
        )  # with one slot it would come after the story
        long.close()  # type: ignore[attr-defined]
    finally:
        model.close()


def test_engines_that_are_not_used_make_room(
    weights: Path, make_adapter: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CADAGENT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(llama, "MOST_BYTES", 0)
    names = [str(make_adapter(tmp_path / str(seed), rank=1, seed=seed)) for seed in range(3)]
    model = EmbeddedModel(weights, ModelSettings(threads=1))
    try:
        stream = model.generate(ASK, adapter=names[0], max_tokens=30)
        next(stream)
        for name in names[1:]:
            model.start(name)
        assert len(model._engines) == KEPT_ENGINES
        assert list(stream)[-1].finish == "length"  # its engine is gone from the list, but not from under it
    finally:
        model.close()


@pytest.mark.parametrize("prompt", ["Write a long story.", "word " * 4000], ids=["answering", "reading"])
def test_cancelling_stops_the_engine_soon(model: EmbeddedModel, prompt: str) -> None:
    cancel = threading.Event()
    threading.Timer(0.5, cancel.set).start()
    began = time.process_time()  # processor time, which others at work do not change
    end = list(model.generate([Message("user", prompt)], cancel=cancel, max_tokens=4000))[-1]
    assert end.finish == "cancelled" and end.prompt_tokens is not None
    assert answer(model, max_tokens=2)[1].finish == "length"
    assert time.process_time() - began < 10  # all of it would take 30 s and more


def test_an_abandoned_stream_does_not_block_the_next(model: EmbeddedModel) -> None:
    stream = model.generate([Message("user", "Write a long story.")], max_tokens=3000)
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert answer(model, max_tokens=2)[1].finish == "length"


def test_bad_requests_are_one_clear_line(model: EmbeddedModel) -> None:
    with pytest.raises(InputError, match=r"prompt of \d+ tokens does not fit the context of 8192"):
        answer(model, [Message("user", "word " * 9000)])
    with pytest.raises(InputError, match="cannot be asked for together"):
        answer(model, grammar=gbnf({"type": "null"}), schema={"type": "null"})


def test_the_port_is_closed_to_others(model: EmbeddedModel) -> None:
    address = model._engine(None).server.listening_address
    assert address.startswith("http://127.0.0.1:")
    request = urllib.request.Request(
        f"{address}/v1/completions", b'{"prompt": "x"}', {"Content-Type": "application/json"}
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10)
    assert refused.value.code == 401


@pytest.mark.parametrize("damage", ["missing", "empty", "no magic", "cut off", "nonsense", "folder"])
def test_a_broken_model_file_is_one_clear_line(weights: Path, tmp_path: Path, damage: str) -> None:
    path = tmp_path / "model.gguf"
    if damage == "folder":
        path.mkdir()
    elif damage != "missing":
        with weights.open("rb") as file:
            head = file.read(5_000_000)
        damaged = {
            "empty": b"",
            "no magic": b"GGML" + head[4:],
            "cut off": head,
            "nonsense": head[:8] + b"\xff" * 99,
        }
        path.write_bytes(damaged[damage])
    model = open_model(f"embedded:{path}")
    with pytest.raises(ModelUnavailable) as refused:
        list(model.generate(ASK))
    assert str(path) in str(refused.value) and "\n" not in str(refused.value)


def test_an_adapter_that_does_not_fit_is_one_clear_line(weights: Path, tmp_path: Path) -> None:
    model = EmbeddedModel(weights, ModelSettings(threads=1, adapters=(str(weights),)))
    with pytest.raises(ModelUnavailable, match="cannot load"):
        model.start()


def test_a_closed_model_says_so(weights: Path) -> None:
    model = EmbeddedModel(weights, ModelSettings(threads=1))
    model.start()
    model.close()
    model.close()
    with pytest.raises(ModelUnavailable, match="has been closed"):
        answer(model)


def test_a_model_closed_right_after_its_start_does_not_hang(weights: Path) -> None:
    """llama.cpp's loop may not run yet when its server is ready: 7 of 12 such programs used to hang."""
    program = (
        "import sys; from pathlib import Path; from cadagent.generation import ModelSettings\n"
        "from cadagent.generation.embedded import EmbeddedModel\n"
        "model = EmbeddedModel(Path(sys.argv[1]), ModelSettings(threads=1)); model.start(); model.close()"
    )
    for _ in range(4):
        subprocess.run([sys.executable, "-c", program, str(weights)], check=True, timeout=30)


PROGRAM = """
import signal, sys
from pathlib import Path
# Tests that were started in the background inherit that it is ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
from cadagent.generation import Message, ModelSettings
from cadagent.generation.embedded import EmbeddedModel
model = EmbeddedModel(Path(sys.argv[1]), ModelSettings(threads=1))
# The bare model: the adapter would say in a few tokens that this is no part.
stream = model.generate([Message("user", "Write a long story.")], adapter="none", max_tokens=4000)
print(next(stream).tokens, flush=True)
if sys.argv[2] == "go on":
    for chunk in stream:
        pass
"""


def run(weights: Path, what: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(weights), what],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_program_that_just_ends_exits_at_once_and_llama_cpp_stays_silent(weights: Path) -> None:
    out, err = run(weights, "end").communicate(timeout=60)
    assert (out, err) == ("1\n", "")


@pytest.mark.skipif(os.name == "nt", reason="sends a POSIX signal")
def test_ctrl_c_in_mid_generation_ends_the_program(weights: Path) -> None:
    process = run(weights, "go on")
    assert process.stdout is not None and process.stdout.readline() == "1\n"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=120)
    assert process.returncode in (1, 130, -signal.SIGINT)
    assert err.strip().splitlines()[-1] == "KeyboardInterrupt"


def test_what_a_schema_forces_costs_no_tokens(model: EmbeddedModel) -> None:
    """One of two operations is written; the answer is whole, and only what was written is counted."""
    rewritten = list(model.generate(first_prompt(REQUEST), schema=rewriting(PLATE, 0), adapter="nl2cad"))
    text = "".join(chunk.text for chunk in rewritten)
    assert Draft202012Validator(rewriting(PLATE, 0)).is_valid(json.loads(text))
    assert text.endswith(f",{dumps(PLATE['operations'][1])}]}}")
    assert sum(chunk.tokens for chunk in rewritten) < model.count_tokens(text)
    more = list(model.generate(first_prompt(REQUEST), schema=continuing(PLATE), adapter="nl2cad"))
    text = "".join(chunk.text for chunk in more)
    assert text.startswith(GOOD.removesuffix("]}"))
    assert Draft202012Validator(continuing(PLATE)).is_valid(json.loads(text))
