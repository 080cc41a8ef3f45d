"""Statistics, Prometheus' text, drift of wording, and how fast lists are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from cadagent.errors import InputError
from cadagent.feedback import Filter, Queue, RunEnd, Store, open_store
from cadagent.feedback.bench import made_runs, store_figures
from cadagent.feedback.drift import count_words, drift, training_words, write_words
from cadagent.feedback.interchange import merge
from cadagent.feedback.listing import listed
from cadagent.feedback.metrics import prometheus
from cadagent.feedback.usage import by_day, by_model, usage
from tests.feedback.results import fill
from tests.feedback.test_store import new_run


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, dict[str, str]]]:
    with open_store(tmp_path_factory.mktemp("store") / "feedback.db") as store:
        yield store, fill(store)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with open_store(tmp_path_factory.mktemp("many") / "feedback.db") as store:
        merge(store, made_runs(400))
        yield store


def test_usage_counts_what_happened(filled: tuple[Store, dict[str, str]]) -> None:
    store, runs = filled
    (one,) = by_model(usage(store))
    assert (one.model, one.adapter, one.runs, one.ended) == ("embedded", "", 9, 9)
    assert (one.first_pass, one.valid) == (7, 8)
    assert (one.accepted, one.corrected, one.rejected, one.skipped) == (3, 2, 1, 1)
    assert (one.attempts, one.tokens_in, one.tokens_out) == (10, 500, 200)
    assert one.within[-1] == 9 and one.seconds >= 0
    assert usage(store, since="2999") == []
    assert [day.runs for day in by_day(usage(store))] == [9]
    assert len(runs) == 9


def test_the_text_for_prometheus_is_well_formed(filled: tuple[Store, dict[str, str]]) -> None:
    text = prometheus(filled[0])
    values: dict[str, float] = {}
    typed: dict[str, str] = {}
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split()
            assert name not in typed, "one head a metric"
            typed[name] = kind
        elif not line.startswith("# HELP "):
            match = re.fullmatch(r'(\w+)(\{(?:\w+="[^"\n]*",?)+\})? (-?[\d.e+-]+)', line)
            assert match is not None, line
            assert any(match[1].removesuffix(end) in typed for end in ("", "_bucket", "_sum", "_count"))
            values[f"{match[1]}{match[2] or ''}"] = float(match[3])
    who = 'model="embedded",adapter=""'
    assert values[f"cadagent_requests_total{{{who}}}"] == 9
    assert values[f"cadagent_first_pass_valid_total{{{who}}}"] == 7
    assert values[f"cadagent_valid_total{{{who}}}"] == 8
    assert values[f'cadagent_verdicts{{{who},kind="accepted"}}'] == 3
    assert values[f'cadagent_runs_ended_total{{{who},status="no_valid_design"}}'] == 1
    assert values[f'cadagent_run_seconds_bucket{{{who},le="+Inf"}}'] == 9
    assert values["cadagent_database_bytes"] > 4096
    assert text.endswith("\n")


def test_names_of_models_cannot_break_the_text(tmp_path: Path) -> None:
    with open_store(tmp_path / "feedback.db") as store:
        store.start_run(new_run(model='odd "name"\n\\x'))
        text = prometheus(store)
    assert 'cadagent_requests_total{model="odd \\"name\\"\\n\\\\x",adapter=""} 1\n' in text


def test_drift_is_small_for_the_same_wording_and_large_for_another() -> None:
    trained = [f"a {look} {thing}" for look in ("flat", "long", "wide") for thing in ("plate", "lid", "bar")]
    _, words = count_words(trained)
    same = drift(trained * 20, words)
    other = drift(["crankshaft with journals", "a flat manifold"] * 20, words)
    assert same is not None and other is not None
    assert (same.unseen, same.divergence) == (0.0, pytest.approx(0.0, abs=1e-9))
    assert same.expected < 0.05
    assert other.unseen == pytest.approx(3 / 4)  # `with` carries nothing; `flat` is known
    assert other.divergence > 0.7 > other.expected
    assert drift([], words) is None and drift(trained, {}) is None


def test_words_beside_an_adapter_are_found_by_its_folder(tmp_path: Path) -> None:
    assert training_words(str(tmp_path)) is None
    assert write_words(tmp_path / "wording.json", ["a flat plate", "a flat lid"]) == 1
    assert training_words(str(tmp_path)) == {"flat": 2}
    (tmp_path / "wording.json").write_text('{"words": 7}')
    with pytest.raises(InputError, match="does not count words"):
        training_words(str(tmp_path))
    assert training_words("../outside") is None and training_words(None) is None


def test_the_shipped_adapter_has_the_words_of_its_training() -> None:
    words = training_words("nl2cad")
    assert words is not None and {"plate", "hole", "thick"} <= words.keys()
    near = drift(["A rectangular plate 40 mm long, 20 mm wide and 5 mm thick with a centered hole"], words)
    far = drift(["Die Kurbelwelle einer Dampfmaschine mit Gegengewichten und Zapfen"], words)
    assert near is not None and far is not None
    assert near.unseen < 0.2 < 0.6 < far.unseen


FILTERED = {
    "": 400,
    "status:no_valid_design": 96,
    "model:large": 40,
    "tag:size.negative": 198,
    'tag:"wrong size"': 86,
    "bracket": 40,
    "judged:yes": 250,
    "judged:skipped": 50,
    "judged:no": 100,
    "since:2026-01-02": 0,
    "words that nobody wrote": 0,
    "status:valid judged:yes model:large": 15,
}


@pytest.mark.parametrize("line", FILTERED)
def test_filters_let_pass_what_they_say_however_they_are_looked_up(
    many: Store, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = Filter.parse(line if "judged:" in line else f"judged:any {line}")
    rows = listed(many, wanted, limit=1000)
    assert [row.started for row in rows] == sorted((row.started for row in rows), reverse=True)
    monkeypatch.setattr("cadagent.feedback.reviewing._FEW", 0)  # as where there are many
    assert listed(many, wanted, limit=1000) == rows
    queue = Queue(many)
    assert queue.count(wanted) == len(queue.waiting(wanted)) == len(rows)
    verdicts = {
        "judged:yes": {"accept", "correct", "reject"},
        "judged:skipped": {"skip"},
        "judged:no": {None},
    }
    if line in verdicts:
        assert {row.verdict for row in rows} == verdicts[line]
    if line.startswith("status:no"):
        assert {row.status for row in rows} == {"no_valid_design"}
    if line == "bracket":
        assert all("bracket" in row.request for row in rows)
    assert len(rows) == FILTERED[line]


def test_a_run_without_an_end_is_listed_but_waits_for_nobody(tmp_path: Path) -> None:
    with open_store(tmp_path / "feedback.db") as store:
        first = store.start_run(new_run("one"))
        second = store.start_run(new_run("two"))
        store.finish_run(second, RunEnd(status="refused", reason="not_a_part"))
        rows = {row.run: (row.status, row.attempts, row.verdict) for row in listed(store)}
        assert rows == {first: (None, 0, None), second: ("refused", 0, None)}
        assert Queue(store).waiting() == []


def test_the_benchmark_measures_every_list_and_export() -> None:
    said: list[str] = []
    figures = store_figures(200, said.append, rounds=1)
    assert figures["sft: rows"] == figures["messages: rows"] > 50
    assert figures["runs: rows"] == 200
    assert all(value > 0 for name, value in figures.items() if name.endswith("per second"))
    assert json.dumps(figures) and len(said) >= 8
