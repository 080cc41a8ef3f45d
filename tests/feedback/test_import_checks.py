"""What an import refuses, since nothing could delete it again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cadagent.errors import InputError
from cadagent.feedback import open_store
from cadagent.feedback.bench import made_runs
from cadagent.feedback.export_files import export
from cadagent.feedback.interchange import merge, read_runs, whole_runs
from tests.feedback.results import fill

Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """The runs of a database with one of each kind."""
    folder = tmp_path_factory.mktemp("exported")
    with open_store(folder / "feedback.db") as store:
        fill(store)
        export(store, folder / "all", "runs")
    return [json.loads(line) for line in (folder / "all" / "runs.jsonl").read_text().splitlines()]


def changed(rows: Rows, place: str, value: Any) -> Rows:
    """The runs, with the value at a place of the first one that has it replaced."""
    found: Rows = json.loads(json.dumps(rows))
    *way, last = [int(part) if part.isdigit() else part for part in place.split(".")]
    for row in found:
        try:
            one: Any = row
            for part in way:
                one = one[part]
            one[last]
        except (IndexError, TypeError):
            continue
        one[last] = value
        return found
    raise AssertionError(f"no run has {place}")


@pytest.mark.parametrize(
    ("place", "value", "words"),
    [
        ("attempts.0.ms", "fast", "attempts.ms should be a whole number"),
        ("attempts.0.ms", 10**30, "attempts.ms should be a whole number"),
        ("attempts.0.valid", "yes", "attempts.valid should be 0 or 1"),
        ("attempts.0.document", "garbage", "attempts.document should be JSON"),
        ("attempts.0.measurement", "[1]", "attempts.measurement should be a JSON object"),
        ("run.settings", "x", "runs.settings should be a JSON object"),
        ("run.started", "yesterday", "runs.started should be a time"),
        ("run.model", 5, "runs.model should be text"),
        ("run.id", 5, "Run 5"),
        ("end.design", "garbage", "run_ends.design should be a JSON object"),
        ("end.status", "great", "run_ends.status should be one of valid"),
        ("verdicts.0.tags", [5], "verdict_tags.tag should be text"),
        ("verdicts.0.tags", [["wrong size"]], "verdict_tags.tag should be text"),
        ("verdicts.0.seconds", "long", "verdicts.seconds should be a number"),
        ("verdicts.0.seconds", float("inf"), "verdicts.seconds should be a number"),
        ("verdicts.0.attempt", 9, "Run .* does not fit together: FOREIGN KEY|is not what an export writes"),
        ("attempts.0.messages", [["system"]], "is not what an export writes"),
    ],
)
def test_a_value_that_readers_would_fail_on_is_refused(
    tmp_path: Path, exported: Rows, place: str, value: Any, words: str
) -> None:
    with open_store(tmp_path / "feedback.db") as store:
        with pytest.raises(InputError, match=words) as refused:
            merge(store, changed(exported, place, value))
        assert "\n" not in str(refused.value) and store.runs() == []
        assert merge(store, exported)[0] == len(exported)


def test_a_reason_that_this_cadagent_does_not_offer_comes_back_as_it_was(
    tmp_path: Path, exported: Rows
) -> None:
    with open_store(tmp_path / "feedback.db") as store:
        rows = changed(exported, "verdicts.0.tags", ["too dear"])
        merge(store, rows)
        with store.reading():
            assert json.loads(json.dumps(list(whole_runs(store)))) == rows


def test_what_was_taken_in_before_a_bad_line_is_told(tmp_path: Path) -> None:
    path = tmp_path / "runs.jsonl"
    lines = [json.dumps(row) for row in made_runs(450)]
    path.write_text("\n".join([*lines[:420], "garbage", *lines[420:]]) + "\n")
    with open_store(tmp_path / "feedback.db") as store:
        with pytest.raises(InputError, match=r":421: not JSON .* 400 runs before it were taken in and stay"):
            merge(store, read_runs(path))
        assert len(store.runs(limit=1000)) == 400
