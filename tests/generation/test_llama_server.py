"""A real llama.cpp server over HTTP: its own chat template, its own way of holding answers to a schema."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cadagent.agent import run
from cadagent.agent.prompts import first_prompt
from cadagent.design import json_schema
from cadagent.errors import ModelUnavailable
from cadagent.generation import Message, Model, ModelSettings, open_model
from cadagent.generation.adapters import adapter_gguf, find_adapter
from cadagent.settings import Settings

REQUEST = "A washer, 20 mm outside, 10 mm inside, 2 mm thick"
KEY = "llama-key"


@pytest.fixture(scope="module")
def server(weights: Path) -> Iterator[Any]:
    """llama.cpp's server with the model and adapter that ship, and the template of the model file."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(weights)
    params.model_alias = {"smollm2"}
    adapter = adapter_gguf(find_adapter("nl2cad"), weights)
    params.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(str(adapter), 1.0)]
    params.n_ctx, params.n_parallel = 2048, 1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.api_keys = [KEY]
    params.verbosity = -1
    params.warmup = params.fit_params = False
    params.endpoint_metrics = params.endpoint_props = True
    running = xllamacpp.Server(params)
    running.handle_metrics()  # returns once the server's loop runs
    yield running


@pytest.fixture
def served(server: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Model]:
    monkeypatch.setenv("CADAGENT_API_KEY", KEY)
    model = open_model(f"{server.listening_address}/v1")
    yield model
    model.close()


@pytest.mark.slow
def test_the_same_design_as_from_the_embedded_engine(served: Model) -> None:
    options: dict[str, Any] = {"schema": json_schema("reply"), "max_tokens": 200}
    with_http = list(served.generate(first_prompt(REQUEST), **options))
    embedded = open_model(settings=ModelSettings(threads=1))
    try:
        inside = list(embedded.generate(first_prompt(REQUEST), **options))
    finally:
        embedded.close()
    assert "".join(chunk.text for chunk in with_http) == "".join(chunk.text for chunk in inside)
    assert with_http[-1].finish == "stop" and with_http[-1].prompt_tokens == inside[-1].prompt_tokens
    assert sum(chunk.tokens for chunk in with_http) == sum(chunk.tokens for chunk in inside)


def test_a_request_becomes_a_valid_design(served: Model) -> None:
    end = list(run(REQUEST, model=served, settings=Settings(model=served.name, adapter="smollm2")))[-1]
    assert end.status == "valid", end  # type: ignore[union-attr]


def test_it_tells_its_context_and_counts_tokens(served: Model) -> None:
    assert served.context == 2048
    assert served.count_tokens("hello world") == 2


def test_a_schema_holds_even_where_the_model_would_rather_chat(served: Model) -> None:
    schema = {"type": "object", "properties": {"weather": {"enum": ["sun", "rain"]}}, "required": ["weather"]}
    ask = [Message("user", "How are you?")]
    text = "".join(chunk.text for chunk in served.generate(ask, schema=schema, max_tokens=30))
    assert "".join(text.split()) in ('{"weather":"sun"}', '{"weather":"rain"}')


def test_cancelling_leaves_the_server_free_for_the_next(served: Model) -> None:
    cancel = threading.Event()
    stream = served.generate([Message("user", "Write a long story.")], max_tokens=1800, cancel=cancel)
    next(stream)
    cancel.set()
    assert list(stream)[-1].finish == "cancelled"
    assert list(served.generate([Message("user", "Hi")], max_tokens=2))[-1].finish == "length"


def test_a_wrong_key_is_one_clear_line(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CADAGENT_API_KEY", "wrong-key")
    model = open_model(f"{server.listening_address}/v1#smollm2")
    with pytest.raises(ModelUnavailable, match="refuses the API key"):
        list(model.generate([Message("user", "Hi")], max_tokens=2))
    model.close()
