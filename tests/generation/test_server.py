"""A model on a server: the right answer or one clear line, whatever the server does."""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import pytest

from cadagent.agent import run
from cadagent.design import json_schema
from cadagent.errors import ExitCode, InputError, ModelUnavailable
from cadagent.feedback import open_store
from cadagent.generation import Chunk, Message, Model, ModelSettings, open_model
from cadagent.generation.limits import Limits
from cadagent.generation.server import wire
from cadagent.settings import Settings
from tests.agent.designs import GOOD, REQUEST
from tests.cli.commands import cadagent, complaint, inside
from tests.generation.chat_server import ADAPTER, MODEL, PROSE, ChatServer, asked_form, delta, serving

ASK = [Message("system", "You write CAD JSON."), Message("user", REQUEST)]
SCHEMA = json_schema("reply")
SECRET = "sk-do-not-tell-4711"


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses between tries are short, and no key of the environment is used."""
    monkeypatch.setattr(wire, "FIRST_DELAY", 0.01)
    for name in ("CADAGENT_API_KEY", "OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


@contextmanager
def opened(server: ChatServer, name: str = MODEL, **settings: Any) -> Iterator[Model]:
    model = open_model(f"{server.url}#{name}" if name else server.url, ModelSettings(**settings))
    try:
        yield model
    finally:
        model.close()


def answer(model: Model, **options: Any) -> tuple[str, Chunk]:
    chunks = list(model.generate(ASK, **{"schema": SCHEMA, **options}))
    assert [chunk.finish for chunk in chunks[:-1]] == [None] * (len(chunks) - 1)
    return "".join(chunk.text for chunk in chunks), chunks[-1]


def test_a_request_becomes_a_valid_design() -> None:
    with serving() as server, opened(server) as model:
        end = list(run(REQUEST, model=model, settings=Settings(model=model.name)))[-1]
        assert end.status == "valid" and end.attempts == 1  # type: ignore[union-attr]
        assert [asked_form(body) for body in server.bodies] == ["json_schema"]
        body = server.bodies[0]
        assert body["response_format"]["json_schema"]["schema"] == SCHEMA
        assert body["model"] == MODEL and body["temperature"] == 0 and body["seed"] == 0


def test_tokens_are_those_that_the_server_counts_or_marked_as_estimated() -> None:
    with serving() as server, opened(server) as model:
        chunks = list(model.generate(ASK, schema=SCHEMA))
        pieces = -(-len(GOOD) // 4)
        assert sum(chunk.tokens for chunk in chunks) == pieces + 1
        assert (chunks[-1].prompt_tokens, chunks[-1].estimated) == (31, False)
    with serving(usage=False) as server, opened(server) as model:
        chunks = list(model.generate(ASK, schema=SCHEMA))
        assert sum(chunk.tokens for chunk in chunks) == pieces
        assert (chunks[-1].prompt_tokens, chunks[-1].estimated) == (None, True)


def test_the_context_is_the_servers_or_the_settings() -> None:
    with serving(context=3000) as server, opened(server) as model:
        assert model.context == 3000
    with serving(context=None) as server, opened(server, context=2222) as model:
        assert model.context == 2222
    with serving(context=None) as server, opened(server) as model:
        assert model.context == 8192


def test_the_server_counts_tokens_where_it_can() -> None:
    with serving() as server, opened(server) as model:
        assert model.count_tokens("one two three") == 3
    with serving(tokenize=False) as server, opened(server) as model:
        assert model.count_tokens("one two three") == 5  # one for three bytes
        assert model.count_tokens("") == 0


FORMS = ["json_schema", "structured_outputs", "guided_json", "json_object", "nothing"]


@pytest.mark.parametrize("working", FORMS)
def test_refused_forms_of_structured_output_give_way_to_the_next(working: str) -> None:
    told: list[str] = []
    before = FORMS[: FORMS.index(working)]
    with (
        serving(refuses=tuple(before), honours=(working,)) as server,
        opened(server, notice=told.append) as model,
    ):
        assert answer(model)[0] == GOOD
        assert answer(model)[0] == GOOD
        assert [asked_form(body) for body in server.bodies] == [*before, working, working]
    weak = working in ("json_object", "nothing")
    assert (
        told
        == ["The server refuses every form of structured output: answers are checked afterwards only."] * weak
    )


@pytest.mark.parametrize("working", FORMS[1:3])
def test_ignored_forms_are_noticed_by_their_answer(working: str) -> None:
    with serving(honours=(working,)) as server, opened(server) as model:
        tries = FORMS.index(working) + 1
        assert [answer(model)[0] for _ in range(tries)] == [PROSE] * (tries - 1) + [GOOD]
        assert asked_form(server.bodies[-1]) == working


def test_the_loop_gets_its_design_from_a_server_that_ignores_the_first_form() -> None:
    with serving(honours=("structured_outputs",)) as server, opened(server) as model:
        end = list(run(REQUEST, model=model, settings=Settings(model=model.name)))[-1]
        assert end.status == "valid" and end.attempts == 2  # type: ignore[union-attr]


def test_a_server_that_ignores_everything_is_said_once() -> None:
    told: list[str] = []
    with serving(honours=()) as server, opened(server, notice=told.append) as model:
        for _ in range(7):
            assert answer(model)[0] == PROSE
    assert len(told) == 1 and "ignores every form" in told[0]


def test_a_figure_out_of_bounds_does_not_count_as_ignored() -> None:
    """Many servers hold answers to a schema's shape but not to each of its bounds."""
    out = GOOD.replace("40,20", "40,-20")
    with serving(reply=out) as server, opened(server) as model:
        for _ in range(2):
            assert answer(model)[0] == out
        assert {asked_form(body) for body in server.bodies} == {"json_schema"}


def test_a_refused_option_is_left_out_or_renamed() -> None:
    refused = ("stream_options", "seed", "temperature", "max_tokens")
    with serving(refused_options=refused) as server, opened(server) as model:
        assert answer(model, max_tokens=77)[0] == GOOD
        assert not server.bodies[-1].keys() & set(refused)
        assert server.bodies[-1]["max_completion_tokens"] == 77
        assert asked_form(server.bodies[-1]) == "json_schema"


@pytest.mark.parametrize(
    "said",
    [
        (400, "System role not supported"),
        (500, "Conversation roles must alternate user/assistant/user/assistant/..."),
    ],
)
def test_a_model_without_a_system_prompt_gets_it_with_the_request(said: tuple[int, str]) -> None:
    with serving(no_system=said) as server, opened(server) as model:
        for _ in range(2):
            assert answer(model)[0] == GOOD
        (told,) = server.bodies[-1]["messages"]
        assert told == {"role": "user", "content": f"You write CAD JSON.\n\n{REQUEST}"}
        assert asked_form(server.bodies[-1]) == "json_schema"
        assert server.bodies[-2] == server.bodies[-1]  # it is remembered, not found out again


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_server_is_asked_again(status: int) -> None:
    with serving(fails=[(status, {"Retry-After": "0.2"}, "busy")] * 3) as server, opened(server) as model:
        began = time.monotonic()
        assert answer(model)[0] == GOOD
        assert len(server.bodies) == 4 and time.monotonic() - began > 0.6


@pytest.mark.parametrize(
    ("status", "headers", "message"),
    [
        (429, {}, r"is busy or its quota is used up: go away"),
        (429, {"Retry-After": "3600"}, r"asks to wait 3600 s: go away"),
        (500, {}, r"answers with error 500: go away"),
    ],
)
def test_a_server_that_stays_busy_is_one_clear_line(
    status: int, headers: dict[str, str], message: str
) -> None:
    with (
        serving(fails=[(status, headers, "go\naway\x1b[2J")] * 9) as server,
        opened(server) as model,
        pytest.raises(ModelUnavailable, match=message) as refused,
    ):
        answer(model)
    assert str(refused.value).isprintable() and len(server.bodies) <= wire.MOST_TRIES


HALF = [delta(GOOD[:8]), delta(GOOD[8:20])]


@pytest.mark.parametrize(
    ("events", "message"),
    [
        ([*HALF, None], "broke off its answer after 2 tokens"),
        ([None], "broke off its answer after 0 tokens"),
        ([*HALF, "data: [DONE]"], "broke off its answer after 2 tokens"),
        ([*HALF, 'data: {"choices":'], "sends no stream of answers but the event"),
        (["data: [1, 2]"], "sends no stream of answers but the event"),
        (["data: []\n<html>"], "sends no stream of answers but the event"),
        (["<html><body>Welcome</body></html>"], "sends no stream of answers but the line"),
        (['data: {"choices": 7}'], "sends no stream of answers but an event of another form"),
        ([*HALF, 'data: {"error": {"message": "out of memory", "code": 500}}'], "failed: out of memory"),
        (['error: {"message": "out of memory", "code": 500}'], "answers with error 500: out of memory"),
        (["data: " + "x" * (2 << 20)], "sends no stream of answers but"),
    ],
)
def test_a_broken_stream_is_one_clear_line(events: list[str | None], message: str) -> None:
    with (
        serving(events=events) as server,
        opened(server) as model,
        pytest.raises(ModelUnavailable, match=message) as refused,
    ):
        answer(model)
    assert "\n" not in str(refused.value) and len(server.bodies) == 1


def test_an_answer_in_one_piece_is_an_answer() -> None:
    with serving(whole=True) as server, opened(server) as model:
        text, end = answer(model)
        assert text == GOOD and end.finish == "stop" and end.prompt_tokens == 31


def test_comments_and_thoughts_are_no_text() -> None:
    thought = 'data: {"choices": [{"delta": {"reasoning_content": "hm"}, "finish_reason": null}]}'
    events: list[str | None] = [": ping", "event: x", thought, delta("{}"), delta("", "stop"), "data: [DONE]"]
    with serving(events=events) as server, opened(server) as model:
        chunks = list(model.generate(ASK, schema={"type": "object"}))
        assert "".join(chunk.text for chunk in chunks) == "{}" and sum(chunk.tokens for chunk in chunks) == 2


def test_a_server_that_does_not_stop_is_stopped() -> None:
    with serving(events=[delta("x")] * 5000) as server, opened(server) as model:
        text, end = answer(model, max_tokens=50)
        assert end.finish == "length" and len(text) <= 51


def test_a_cut_answer_says_so() -> None:
    with (
        serving(events=[delta(GOOD[:9]), delta("", "length"), "data: [DONE]"]) as server,
        opened(server) as model,
    ):
        assert answer(model)[1].finish == "length"


def test_a_silent_server_is_one_clear_line() -> None:
    limits = Limits(silent_seconds=0.3)
    with (
        serving(pause=30) as server,
        opened(server, limits=limits) as model,
        pytest.raises(ModelUnavailable, match=r"has sent nothing for 0\.3 s"),
    ):
        answer(model)
    assert len(server.bodies) == 1


@pytest.mark.parametrize("pause", [0.1, 30], ids=["slow", "silent"])
def test_cancelling_closes_the_connection_at_once(pause: float) -> None:
    cancel = threading.Event()
    with serving(pause=pause, events=[delta("x")] * 500) as server, opened(server) as model:
        stream = model.generate(ASK, schema=SCHEMA, cancel=cancel)
        threading.Timer(0.4, cancel.set).start()
        began = time.monotonic()
        last = list(stream)[-1]
        assert last.finish == "cancelled" and time.monotonic() - began < 10
        if pause < 1:  # a handler that sleeps notices nothing
            assert server.gone.wait(20)


def test_an_abandoned_answer_closes_the_connection() -> None:
    with serving(pause=0.05, events=[delta("x")] * 2000) as server, opened(server) as model:
        stream = model.generate(ASK, schema=SCHEMA)
        next(stream)
        stream.close()  # type: ignore[attr-defined]
        assert server.gone.wait(20)


def test_no_more_requests_at_once_than_allowed() -> None:
    with serving(pause=0.02) as server, opened(server, limits=Limits(at_once=2)) as model:
        texts: list[str] = []
        threads = [threading.Thread(target=lambda: texts.append(answer(model)[0])) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert texts == [GOOD] * 6 and server.most_at_once == 2


def test_a_closed_model_says_so_and_closing_ends_what_is_under_way() -> None:
    with serving(pause=0.05, events=[delta("x")] * 2000) as server, opened(server) as model:
        stream = model.generate(ASK, schema=SCHEMA)
        next(stream)
        model.close()
        with pytest.raises(ModelUnavailable, match="has been closed"):
            list(stream)
        with pytest.raises(ModelUnavailable, match="has been closed"):
            answer(model)


def test_adapters_are_models_of_the_server() -> None:
    with serving() as server, opened(server) as model:
        assert model.identify().adapter is None and model.identify("none").adapter is None
        assert model.identify(ADAPTER).adapter == ADAPTER
        answer(model, adapter=ADAPTER)
        answer(model, adapter="none")
        assert [body["model"] for body in server.bodies] == [ADAPTER, MODEL]
        with pytest.raises(InputError, match="has no adapter 'nope'; it has phi-3-mini, phi-3-mini-cad"):
            answer(model, adapter="nope")


def test_the_model_may_be_left_out_where_there_is_one() -> None:
    with serving() as server, opened(server, name="") as model:
        answer(model)
        assert server.bodies[0]["model"] == MODEL
    with (
        serving() as server,
        opened(server, name="gpt-9") as model,
        pytest.raises(ModelUnavailable, match="has no model 'gpt-9'; it has phi-3-mini"),
    ):
        answer(model)


def test_a_tag_that_everybody_leaves_out_may_be_left_out() -> None:
    with serving(model="llama3.2:latest") as server, opened(server, name="llama3.2") as model:
        assert answer(model)[0] == GOOD
        assert server.bodies[0]["model"] == "llama3.2"


def test_a_prompt_that_is_too_long_is_the_requests_fault() -> None:
    text = "This model's maximum context length is 4096 tokens; max_tokens is too large"
    with serving(fails=[(400, {}, text)]) as server, opened(server) as model:
        with pytest.raises(InputError, match="does not fit the server's context"):
            answer(model)
        assert len(server.bodies) == 1


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("http://", "named by its address"),
        ("http://:80/v1", "named by its address"),
        ("http://a:b@127.0.0.1/v1", "neither a password nor a query"),
        ("http://127.0.0.1/v1?key=1", "neither a password nor a query"),
        ("http://127.0.0.1:99999/v1", "named by its address"),
        ("openai:", "Which model is meant"),
    ],
)
def test_addresses_that_are_none(name: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        open_model(name)


def test_nobody_there_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with serving() as server:
        url = server.url
    done = inside("run", REQUEST, "--model", f"{url}#x")
    assert "cannot be reached" in complaint(done, ExitCode.UNAVAILABLE)


class TestTheKey:
    """It reaches the server that it is for, and nothing else."""

    @pytest.fixture(autouse=True)
    def _key(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CADAGENT_API_KEY", SECRET)

    def test_it_opens_the_server_and_is_nowhere_else(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        with (
            serving(key=SECRET) as server,
            opened(server) as model,
            open_store(tmp_path / "feedback.db") as store,
        ):
            events = list(run(REQUEST, model=model, settings=Settings(model=model.name), store=store))
            assert events[-1].status == "valid"  # type: ignore[union-attr]
            assert set(server.keys) == {f"Bearer {SECRET}"}
            assert SECRET not in repr((events, model, vars(model), vars(model._wire)))  # type: ignore[attr-defined]
        assert caplog.records and SECRET not in caplog.text
        for path in tmp_path.iterdir():
            assert SECRET.encode() not in path.read_bytes()
        with sqlite3.connect(tmp_path / "feedback.db") as connection:
            assert server.url in "\n".join(connection.iterdump())

    def test_a_server_that_repeats_it_in_an_error_does_not_make_it_public(self, tmp_path: Path) -> None:
        with serving(key="another") as server:
            done = cadagent("run", REQUEST, "--model", server.url, cwd=tmp_path, seconds=200)
        assert "refuses the API key" in complaint(done, ExitCode.UNAVAILABLE)
        assert SECRET not in done.stdout + done.stderr

    def test_it_follows_no_redirect(self) -> None:
        with (
            serving() as thief,
            serving(redirect=f"{thief.url}/models") as server,
            opened(server) as model,
            pytest.raises(ModelUnavailable, match="redirects to http://127"),
        ):
            answer(model)
        assert not thief.keys

    def test_a_server_named_by_its_address_does_not_see_the_key_for_openai(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("CADAGENT_API_KEY")
        monkeypatch.setenv("OPENAI_API_KEY", SECRET)
        with serving() as server, opened(server) as model:
            answer(model)
            assert set(server.keys) == {None}
            monkeypatch.setenv("OPENAI_BASE_URL", server.url)
            hosted = open_model(f"openai:{MODEL}")
            answer(hosted)
            hosted.close()
            assert server.keys[-1] == f"Bearer {SECRET}"

    def test_it_can_lie_in_the_keyring(self, monkeypatch: pytest.MonkeyPatch) -> None:
        keyring = pytest.importorskip("keyring", reason="the optional package keyring is not installed")
        backend = pytest.importorskip("keyring.backend")

        class Memory(backend.KeyringBackend):  # type: ignore[misc, name-defined]
            priority = 1
            kept: ClassVar[dict[tuple[str, str], str]] = {}

            def get_password(self, service: str, username: str) -> str | None:
                return self.kept.get((service, username))

            def set_password(self, service: str, username: str, password: str) -> None:
                self.kept[service, username] = password

        monkeypatch.delenv("CADAGENT_API_KEY")
        before = keyring.get_keyring()
        keyring.set_keyring(Memory())
        try:
            with serving(key=SECRET) as server:
                keyring.set_password("cadagent", server.url.split("/")[2], SECRET)
                with opened(server) as model:
                    assert answer(model)[0] == GOOD
        finally:
            keyring.set_keyring(before)

    def test_a_key_that_could_split_a_header_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CADAGENT_API_KEY", "a\r\nHost: b")
        with pytest.raises(InputError, match="characters that no key has"):
            open_model("http://127.0.0.1:1/v1")


def test_pauses_are_seconds_or_dates() -> None:
    assert wire.retry_after("2.5", 0) == 2.5
    assert wire.retry_after("Thu, 01 Jan 1970 00:01:00 GMT", 20) == 40
    assert wire.retry_after("soon", 0) == wire.retry_after("", 0) == wire.retry_after("-3", 0) == 0


def test_messages_of_errors_come_in_many_forms() -> None:
    for form in (
        {"error": {"message": "no"}},
        {"error": "no"},
        {"message": "no"},
        {"detail": [{"msg": "no", "loc": []}]},
        {"error": {"message": {"message": "no"}}},
    ):
        assert wire.error_text(json.dumps(form).encode()) == "no"
    assert wire.error_text(b"<html>") == "<html>"
