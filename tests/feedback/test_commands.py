"""``cadagent feedback`` and ``cadagent stats`` as a person or a script calls them."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from urllib.error import HTTPError

import pytest

from cadagent.errors import InputError
from cadagent.feedback import Decisions, Queue, open_store
from cadagent.feedback.reviewing import Filter
from tests.cli.commands import COMMAND, complaint, environment, inside
from tests.feedback.results import answered, box, fill


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The working folder has a database with a run of each kind."""
    monkeypatch.chdir(tmp_path)
    with open_store("feedback.db") as store:
        return fill(store)


def test_list_filters_and_prints_a_line_or_an_object_a_run(runs: dict[str, str]) -> None:
    lines = inside("feedback", "list").stdout.splitlines()
    assert len(lines) == 9 and lines[-1].startswith(runs["accepted"])
    assert re.search(r"valid +accept +A washer plate", lines[-1])
    rows = inside("feedback", "list", "judged:yes", "tag:wrong size", "--json").stdout.splitlines()
    assert [json.loads(row)["run"] for row in rows] == [runs["rejected"]]
    assert "No filter is called 'colour'" in complaint(inside("feedback", "list", "colour:red"), 2)


def test_drafts_and_what_was_undone_wait_like_what_nobody_judged(runs: dict[str, str]) -> None:
    def waiting() -> set[str]:
        rows = inside("feedback", "list", "judged:no", "--json").stdout.splitlines()
        return {json.loads(row)["run"] for row in rows}

    assert waiting() == {runs["undecided"], runs["drafted"]}
    assert inside("feedback", "verdict", runs["accepted"], "undo").returncode == 0
    assert inside("feedback", "verdict", runs["undecided"], "accept").returncode == 0
    assert waiting() == {runs["accepted"], runs["drafted"]}
    with open_store("feedback.db") as store:
        queue = Queue(store)
        assert [one.run for one in queue.waiting()] == sorted(waiting())
        assert queue.count() == 2


def test_show_tells_attempts_findings_verdicts_and_the_correction(runs: dict[str, str]) -> None:
    text = inside("feedback", "show", runs["corrected"]).stdout
    assert box(40, 10, 6) in text and "correct on attempt 1" in text and "one less" in text
    assert "  - error schema" in inside("feedback", "show", runs["repaired"]).stdout
    data = json.loads(inside("feedback", "show", runs["rejected"], "--json").stdout)
    assert data["verdicts"][0]["tags"] == ["wrong size"] and data["attempts"][0]["valid"]
    assert json.loads(inside("feedback", "show", "last", "--json").stdout)["id"] == runs["drafted"]
    assert "has no run nothing" in complaint(inside("feedback", "show", "nothing"), 2)


def test_a_script_decides_through_the_command(runs: dict[str, str], tmp_path: Path) -> None:
    run = runs["undecided"]
    (tmp_path / "right.json").write_text(box(80, 80, 4))
    (tmp_path / "wrong.json").write_text('{"units":"mm","operations":[]}')
    for arguments, kind in (
        (("accept", "--seconds", "2"), "accept"),
        (("reject", "--tag", "wrong size", "--tag", "wrong shape", "--note", "no"), "reject"),
        (("skip",), "skip"),
        (("correct", "--design", "right.json"), "correct"),
    ):
        done = inside("feedback", "verdict", run, *arguments)
        assert (done.returncode, re.fullmatch(r"\w{26}\n", done.stdout) is not None) == (0, True), done.stderr
        with open_store("feedback.db") as store:
            verdict = Decisions(store).standing(run)
            assert verdict is not None and verdict.kind == kind and verdict.id == done.stdout.strip()
    assert inside("feedback", "verdict", run, "undo").returncode == 0
    for arguments, words in (
        (("correct", "--design", "wrong.json"), "does not validate"),
        (("correct", "--design", "none.json"), "cannot be read"),
        (("correct",), "needs --design FILE"),
        (("reject", "--tag", "ugly"), "is no reason"),
        (("accept", "--attempt", "7"), "has no attempt 7"),
        (("accept", "--tag", "wrong size"), "reason of a rejection"),
        (("skip", "--seconds", "inf"), "are a number"),
        (("skip", "--seconds", "nan"), "are a number"),
        (("undo", "--draft"), "--draft goes with"),
    ):
        assert words in complaint(inside("feedback", "verdict", run, *arguments), 2)
    assert inside("feedback", "verdict", runs["failed"], "undo").returncode == 0
    assert "Only a valid design" in complaint(inside("feedback", "verdict", runs["failed"], "accept"), 2)


def test_a_draft_counts_for_nothing(runs: dict[str, str]) -> None:
    before = json.loads(inside("feedback", "stats", "--json").stdout)
    assert inside("feedback", "verdict", runs["undecided"], "reject", "--draft").returncode == 0
    after = json.loads(inside("feedback", "stats", "--json").stdout)
    assert after | {"bytes on disk": 0} == before | {"bytes on disk": 0}
    with open_store("feedback.db") as store:
        decide = Decisions(store)
        draft = decide.draft(runs["undecided"])
        assert draft is not None and (draft.kind, draft.state) == ("reject", "draft")
        decide.decide(runs["undecided"], "reject", attempt=1)
        assert decide.draft(runs["undecided"]) is None


def test_export_import_backup_and_verify(runs: dict[str, str], tmp_path: Path) -> None:
    done = inside("feedback", "export", "pairs")
    assert done.returncode == 0 and re.search(r"pairs/[\w-]+\.jsonl: \d rows", done.stdout)
    assert "is there already" in complaint(inside("feedback", "export", "pairs"), 2)
    assert "judged: does not go" in complaint(inside("feedback", "export", "x", "judged:no"), 2)
    assert "all of them" in complaint(inside("feedback", "export", "x", "plate", "--format", "runs"), 2)
    assert (
        inside("feedback", "export", "all", "--format", "runs").stdout
        == f"{Path('all/runs.jsonl')}: 9 rows\n"
    )
    assert inside("feedback", "backup", "copy.db").returncode == 0
    assert inside("feedback", "import", "all/runs.jsonl", "--db", "empty.db").stdout == (
        "9 new runs, 10 new verdicts\n"
    )
    assert (
        inside("feedback", "import", "copy.db", "--db", "empty.db").stdout == "0 new runs, 0 new verdicts\n"
    )
    done = inside("feedback", "verify", "--db", "empty.db")
    assert (done.returncode, done.stdout) == (0, "")
    assert "0 problems" in done.stderr
    (tmp_path / "broken.db").write_bytes(Path("copy.db").read_bytes()[:9000])
    assert "damaged" in complaint(inside("feedback", "list", "--db", "broken.db"), 2)
    assert "damaged" in complaint(inside("serve", "--db", "broken.db"), 2)
    assert "cannot be read" in complaint(inside("feedback", "import", "none.jsonl", "--db", "none.db"), 2)
    assert "There is no database at none.db" in complaint(inside("feedback", "stats", "--db", "none.db"), 2)
    assert not Path("none.db").exists()


@pytest.mark.parametrize("command", ["export", "backup"])
@pytest.mark.parametrize("name", ["", "."])
def test_what_has_no_name_cannot_be_written(runs: dict[str, str], command: str, name: str) -> None:
    assert "is no name" in complaint(inside("feedback", command, name), 2)


def test_bytes_that_are_no_text_find_nothing(runs: dict[str, str]) -> None:
    done = inside("feedback", "list", "\udcff")
    assert (done.returncode, done.stdout) == (0, "")
    assert "has no run" in complaint(inside("feedback", "show", "\udcff"), 2)


@pytest.mark.parametrize("word", ["since:", "status: valid", "since:2026-13", "before:2026-02-30", 'tag:""'])
def test_a_filter_that_says_nothing_is_told(word: str) -> None:
    with pytest.raises(InputError, match=r"says nothing|is no date"):
        Filter.parse(word)
    assert Filter.parse("since:2026-02 before:2026-02-28 plate").text == "plate"


def test_an_export_of_nothing_says_how_to_decide_and_leaves_the_name_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with open_store("feedback.db") as store:
        run = answered(store, "A plate, 20 x 10 x 5 mm", box(20, 10, 5))
    done = inside("feedback", "export", "pairs", "--format", "sft")
    assert (done.returncode, done.stdout) == (0, "")
    assert "`cadagent feedback verdict RUN accept`" in done.stderr and not Path("pairs").exists()
    assert inside("feedback", "verdict", run, "accept").returncode == 0
    done = inside("feedback", "export", "pairs", "--format", "sft")
    assert "1 rows" in done.stdout and Path("pairs", "manifest.json").exists(), done.stderr


def test_stats_draws_in_plain_characters_and_prints_json(runs: dict[str, str]) -> None:
    text = inside("stats").stdout
    assert "embedded" in text and "####" in text and "database:" in text
    assert text.isascii()
    data = json.loads(inside("stats", "--json").stdout)
    (one,) = data["models"]
    assert (one["runs"], one["first_pass"], one["valid"]) == (9, 7, 8)
    assert [day["runs"] for day in data["days"]] == [9]


def test_stats_tells_the_drift_of_an_adapter_that_counts_its_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with open_store("feedback.db") as store:
        answered(store, "a crankshaft of 20 x 10 x 5", box(20, 10, 5), adapter="nl2cad")
    assert "wording of embedded + nl2cad: 100.0% of the words are new" in inside("stats").stdout


@pytest.mark.skipif(sys.platform == "win32", reason="the signal of POSIX")
def test_serve_offers_the_metrics_without_the_token_and_nothing_else(
    runs: dict[str, str], tmp_path: Path
) -> None:
    process = subprocess.Popen(
        [COMMAND, "serve", "--port", "0"], cwd=tmp_path, stdout=subprocess.PIPE, text=True, env=environment()
    )
    try:
        assert process.stdout is not None
        base = process.stdout.readline().strip().partition("/?token=")[0]
        with urllib.request.urlopen(f"{base}/metrics") as answer:
            assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
            assert 'cadagent_requests_total{model="embedded",adapter=""} 9\n' in answer.read().decode()
        for path, headers in (("/", {}), ("/metrics", {"Host": "elsewhere.example"})):
            with pytest.raises(HTTPError, match="403"):
                urllib.request.urlopen(urllib.request.Request(base + path, headers=headers))
        (tmp_path / "feedback.db").rename(tmp_path / "gone.db")
        with pytest.raises(HTTPError, match="503"):
            urllib.request.urlopen(f"{base}/metrics")
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)
