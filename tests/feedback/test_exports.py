"""Exports hold what people decided, as it was asked and answered, and the same bytes each time."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cadagent.agent.prompts import first_prompt
from cadagent.errors import InputError
from cadagent.feedback import Decisions, Filter, Store, accepted_pairs, open_store, write_pairs
from cadagent.feedback.export_files import export
from cadagent.feedback.exports import FORMATS, Export
from cadagent.feedback.interchange import merge, read_runs
from cadagent.feedback.verifying import problems
from tests.feedback.results import BAD, answered, box, fill, pairs_of, report


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, dict[str, str]]]:
    with open_store(tmp_path_factory.mktemp("store") / "feedback.db") as store:
        yield store, fill(store)


def rows_of(store: Store, format: Any, **how: Any) -> list[dict[str, Any]]:
    with store.reading():
        return list(Export(store, **how).rows(format))


def by_run(rows: list[dict[str, Any]], runs: dict[str, str]) -> dict[str, list[dict[str, Any]]]:
    return {name: [row for row in rows if row["run"] == run] for name, run in runs.items()}


def test_sft_rows_answer_the_first_prompt_with_what_was_stood_by(
    filled: tuple[Store, dict[str, str]],
) -> None:
    store, runs = filled
    rows = rows_of(store, "sft")
    assert [row["run"] for row in rows] == sorted(row["run"] for row in rows)
    found = by_run(rows, runs)
    assert {name for name, some in found.items() if some} == {
        *("accepted", "repaired", "corrected", "retried", "failed")
    }
    (row,) = found["corrected"]
    prompt = pairs_of(first_prompt("A flat lid of 40 x 10 x 5"))
    assert [(turn["role"], turn["content"]) for turn in row["prompt"]] == prompt
    assert row["completion"] == [{"role": "assistant", "content": box(40, 10, 5)}]
    assert (row["verdict"], row["model"], row["adapter"]) == ("correct", "embedded", None)
    assert found["repaired"][0]["completion"][0]["content"] == box(30, 10, 5)


def test_messages_are_the_same_rows_in_one_list(filled: tuple[Store, dict[str, str]]) -> None:
    store, _ = filled
    whole = [row["messages"] for row in rows_of(store, "messages")]
    assert whole == [[*row["prompt"], *row["completion"]] for row in rows_of(store, "sft")]


def test_repair_rows_have_the_prompt_that_showed_the_findings(filled: tuple[Store, dict[str, str]]) -> None:
    store, runs = filled
    (row,) = rows_of(store, "repair")
    assert row["run"] == runs["repaired"] and row["attempt"] == 2
    assert row["prompt"][2] == {"role": "assistant", "content": BAD}
    assert "Findings:" in row["prompt"][3]["content"]
    assert row["completion"][0]["content"] == box(30, 10, 5)


def test_preferences_are_about_one_request_and_say_who_refused(
    filled: tuple[Store, dict[str, str]],
) -> None:
    store, runs = filled
    found = by_run(rows_of(store, "dpo"), runs)
    refused = {
        name: [
            (row["rejected"][0]["content"], row["rejected_verdict"], row["rejected_valid"]) for row in some
        ]
        for name, some in found.items()
        if some
    }
    assert refused == {
        "repaired": [(BAD, None, False)],  # the checks said so
        "corrected": [(box(40, 10, 6), "correct", True)],  # a person replaced it
        "retried": [(box(50, 10, 50), "reject", True)],  # a person rejected it in another run
        "failed": [(BAD, "correct", False)],
    }
    assert found["retried"][0]["rejected_run"] == runs["rejected"]
    assert found["retried"][0]["chosen"][0]["content"] == box(50, 10, 5)


def test_a_chosen_design_that_no_longer_validates_is_left_out(filled: tuple[Store, dict[str, str]]) -> None:
    store, runs = filled
    made = Export(store, check=lambda text: text != box(50, 10, 5) and report(text).valid)
    with store.reading():
        found = by_run(list(made.rows("dpo")), runs)
    assert not found["retried"] and found["repaired"]
    assert made.left_out == {"no longer valid": 1}


def test_kto_labels_are_a_persons_only(filled: tuple[Store, dict[str, str]]) -> None:
    store, runs = filled
    labels = {
        name: [(row["completion"][0]["content"], row["label"]) for row in some]
        for name, some in by_run(rows_of(store, "kto"), runs).items()
        if some
    }
    assert labels == {
        "accepted": [(box(20, 10, 5), True)],
        "repaired": [(box(30, 10, 5), True)],
        "corrected": [(box(40, 10, 5), True), (box(40, 10, 6), False)],
        "rejected": [(box(50, 10, 50), False)],
        "retried": [(box(50, 10, 5), True)],
        "failed": [(box(70, 10, 1), True), (BAD, False)],
    }


def test_the_manifest_counts_and_hashes_what_is_there(
    filled: tuple[Store, dict[str, str]], tmp_path: Path
) -> None:
    store, _ = filled
    manifest = export(store, tmp_path / "out", "sft", wanted=Filter.parse("plate"))
    assert json.loads((tmp_path / "out" / "manifest.json").read_text()) == manifest
    assert manifest["query"] == {"text": "plate"}
    assert manifest["rows"] == 1 == sum(one["rows"] for one in manifest["files"].values())
    for name, one in manifest["files"].items():
        data = (tmp_path / "out" / name).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (one["bytes"], one["sha256"])
        assert all(json.loads(line)["split"] == one["split"] for line in data.splitlines())
    with pytest.raises(InputError, match="is there already"):
        export(store, tmp_path / "out", "sft")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def folders(store: Store, place: Path) -> dict[str, bytes]:
    """Every file of every export."""
    for format in FORMATS:
        export(store, place / format, format, check=lambda text: report(text).valid)  # type: ignore[arg-type]
    return {str(path.relative_to(place)): path.read_bytes() for path in place.rglob("*") if path.is_file()}


def test_export_import_export_gives_the_same_bytes(
    filled: tuple[Store, dict[str, str]], tmp_path: Path
) -> None:
    store, runs = filled
    before = folders(store, tmp_path / "one")
    assert before == folders(store, tmp_path / "two")
    with open_store(tmp_path / "empty.db") as other:
        file = tmp_path / "one" / "runs" / "runs.jsonl"
        assert merge(other, read_runs(file)) == (len(runs), 10)
        assert folders(other, tmp_path / "three") == before
        assert list(problems(other, build=False)) == []
        assert merge(other, read_runs(file)) == (0, 0)  # once more changes nothing
        assert merge(other, read_runs(store.path)) == (0, 0)  # nor does the database itself
        assert folders(other, tmp_path / "four") == before
    assert json.loads(before["llama-factory/dataset_info.json"]).keys() <= {
        *("cadagent-train", "cadagent-held-out")
    }


def test_later_verdicts_arrive_by_a_second_import(tmp_path: Path) -> None:
    with open_store(tmp_path / "a.db") as one, open_store(tmp_path / "b.db") as other:
        run = answered(one, "A box", box(1, 2, 3))
        assert merge(other, read_runs(one.path)) == (1, 0)
        Decisions(one).decide(run, "accept", attempt=1)
        assert merge(other, read_runs(one.path)) == (0, 1)
        verdict = Decisions(other).standing(run)
        assert verdict is not None and verdict.kind == "accept"


def lines(store: Store, tmp_path: Path) -> list[dict[str, Any]]:
    export(store, tmp_path / "runs", "runs")
    return [json.loads(line) for line in (tmp_path / "runs" / "runs.jsonl").read_text().splitlines()]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda row: row.pop("verdicts"), "not a run"),
        (lambda row: row.update(attempts={}), "attempts is not what"),
        (lambda row: row["request"].update(text="another"), "not what its hash says"),
        (lambda row: row["request"].update(group="../../x"), "is no group"),
        (lambda row: row["run"].update(shell="rm"), "lacks or has shell"),
        (lambda row: row["run"].update(seed={"a": 1}), "seed should be a whole number"),
        (lambda row: row["attempts"][0].update(id="x"), "not called after its run"),
        (lambda row: row["attempts"][0].update(messages=[["user"]]), "not what an export writes"),
        (lambda row: row["verdicts"][0].update(kind="praise"), "CHECK constraint"),
        (lambda row: row["run"].pop("model"), "lacks or has model"),
    ],
)
def test_a_file_that_is_no_export_is_refused_and_nothing_of_it_stays(
    filled: tuple[Store, dict[str, str]], tmp_path: Path, change: Any, words: str
) -> None:
    row = lines(filled[0], tmp_path)[0]
    change(row)
    file = tmp_path / "bad.jsonl"
    file.write_text(json.dumps(row))
    with open_store(tmp_path / "new.db") as store:
        with pytest.raises(Exception, match=words) as caught:
            merge(store, read_runs(file))
        assert type(caught.value).__name__ in ("InputError", "StoreError")
        assert store.runs() == []


@pytest.mark.parametrize("text", ["{", "[" * 100_000, "7", "\ufeff", '{"run": 1}'])
def test_lines_that_are_no_runs_name_their_place(tmp_path: Path, text: str) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text(f"\n{text}\n")
    with pytest.raises(InputError, match=r"bad\.jsonl:2: "):
        list(read_runs(file))


def test_pairs_for_the_application_are_the_sft_rows(
    filled: tuple[Store, dict[str, str]], tmp_path: Path
) -> None:
    store, _ = filled
    assert accepted_pairs(store) == rows_of(store, "sft")
    assert write_pairs(store, tmp_path / "pairs.jsonl") == 5
    assert len((tmp_path / "pairs.jsonl").read_text().splitlines()) == 5


def test_a_full_disk_leaves_no_half_of_an_export(
    filled: tuple[Store, dict[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel's own limit on the size of files stands in for the disk's end."""
    resource = pytest.importorskip("resource", reason="limits of POSIX")
    signal = pytest.importorskip("signal")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
        with pytest.raises(InputError, match="out cannot be written: File too large"):
            export(filled[0], tmp_path / "out", "runs")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert list(tmp_path.iterdir()) == []


def test_groups_keep_near_duplicates_and_equal_solids_in_one_split(tmp_path: Path) -> None:
    with open_store(tmp_path / "feedback.db") as store:
        decide = Decisions(store)
        texts = [
            *("a bracket 20 x 10 x 5 mm", "A bracket, 21 x 10 x 5 millimetres", "Bracket of 7 by 8 by 9"),
            *("a cuboid, 20 by 10 by 5", "solid brick 5 x 20 x 10"),
        ]
        sizes = [(20, 10, 5), (21, 10, 5), (7, 8, 9), (20, 10, 5), (5, 20, 10)]
        for text, size in zip(texts, sizes, strict=True):
            decide.decide(answered(store, text, box(*size)), "accept", attempt=1)
        for number in range(40):
            words = f"thing {'abcdefghij'[number % 10] * 4} {'klmnopqrst'[number // 10] * 5}"
            decide.decide(answered(store, words, box(100 + number, 10, 5)), "accept", attempt=1)
        made = Export(store)
        with store.reading():
            rows = list(made.rows("sft"))
        together = {row["group"] for row in rows if row["request"] in texts}
        assert len(together) == 1  # by wording, by the same design, and by the same solid turned
        splits: dict[str, set[str]] = {}
        for row in rows:
            splits.setdefault(row["group"], set()).add(row["split"])
        assert all(len(found) == 1 for found in splits.values())
        assert {split for found in splits.values() for split in found} == {"train", "held-out"}
        left = made.left_out["held out, but joined to a group in train"]
        assert len(rows) + left == 45


def test_a_group_and_its_split_never_change(tmp_path: Path) -> None:
    with open_store(tmp_path / "feedback.db") as store:
        answered(store, "a bracket 20 x 10 x 5", box(20, 10, 5))
        before = store.query("SELECT * FROM wordings", {})
        for words in ("two brackets of 4", "a long bracket plus rib", "A BRACKET"):
            answered(store, words, box(20, 10, 5))
        assert store.query("SELECT * FROM wordings", {})[: len(before)] == before
        with sqlite3.connect(store.path) as raw, pytest.raises(sqlite3.IntegrityError, match="append-only"):
            raw.execute("UPDATE wordings SET split = 'train'")
