"""Chat and review line by line, through pipes, as a script or a screen reader has them."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

from cadagent.design import QUESTIONS, REFUSALS
from cadagent.feedback import Decisions, open_store
from tests.cli.commands import cadagent, script
from tui.samples import BAD, GOOD

_THICKER = GOOD.replace('"depth":5', '"depth":9')
_PATIENCE = 240.0
_NASTY = "\x1b[2J\x1b]52;c;cm0=\x07\u202egnp\u2066 [red]"


def _editor(folder: Path, command: str) -> str:
    path = folder / "editor"
    path.write_text(f'#!/bin/sh\n{command} "$1"\n')
    path.chmod(0o755)
    return str(path)


def test_a_chat_asks_follows_up_corrects_and_undoes(tmp_path: Path) -> None:
    model = script(tmp_path, BAD, GOOD, _THICKER)
    lines = "a plate with a boss\naccept\nmake it 9 mm thick\nundo\ncorrect\nnew\nreject\nquit\n"
    done = cadagent(
        *("chat", "--plain", "--model", model),
        cwd=tmp_path,
        stdin=lines.encode(),
        seconds=_PATIENCE,
        VISUAL=_editor(tmp_path, 'sed -i \'s/"depth": 9/"depth": 7/\''),
    )
    assert done.returncode == 0, done.stderr
    words = ["40 × 20 × 13 mm", "accepted", "Changing attempt 2", "40 × 20 × 17 mm", "nothing to undo"]
    words += ["corrected", "A new part.", "There is nothing to decide on yet."]
    places = [done.stdout.find(word) for word in words]
    assert -1 not in places and places == sorted(places), done.stdout
    with open_store(tmp_path / "feedback.db") as store:
        runs = {run.request: run for run in store.runs()}
        first, second = runs["a plate with a boss"], runs["make it 9 mm thick"]
        decisions = Decisions(store)
        standing = decisions.standing(first.id), decisions.standing(second.id)
        assert [one.kind if one is not None else None for one in standing] == ["accept", "correct"]
        (correction,) = decisions.corrections(second.id)
        assert any(operation.get("depth") == 7 for operation in correction.design["operations"])
        assert "Change:\nmake it 9 mm thick" in store.attempts(second.id)[0].messages[-1][1]


def test_refusals_and_questions_are_sentences_and_failures_are_told_once(tmp_path: Path) -> None:
    model = script(tmp_path, '{"ask":"shape"}', BAD, BAD, BAD, BAD)
    lines = "something to hold my phone\nhello there\na plate with a boss\nquit\n"
    done = cadagent(
        "chat", "--plain", "--model", model, cwd=tmp_path, stdin=lines.encode(), seconds=_PATIENCE
    )
    assert done.returncode == 0, done.stderr
    answers = done.stdout.split("request> ")
    assert answers[1].strip() == QUESTIONS["shape"] and answers[2].strip() == REFUSALS["not_a_part"]
    assert answers[3].startswith("no valid design") and answers[3].count("no valid design") == 1
    assert QUESTIONS["shape"] not in done.stderr  # once is enough where both are one screen


def test_a_rejection_takes_its_reasons_in_the_same_line(tmp_path: Path) -> None:
    model = script(tmp_path, GOOD, GOOD, GOOD)
    lines = "a plate\nreject Wrong size, missing feature: 2 mm too thin\nnew\na slab\nreject 2 mm too thin\n"
    lines += "reject wrong sizes\nreject wrong size\nnew\nreject wrong size\n"
    done = cadagent(
        "chat", "--plain", "--model", model, cwd=tmp_path, stdin=lines.encode(), seconds=_PATIENCE
    )
    assert done.returncode == 0, done.stderr
    words = ["rejected as wrong size, missing feature, note: 2 mm too thin", "rejected, note: 2 mm too thin"]
    words += ["rejected, note: wrong sizes", "rejected as wrong size\n", "There is nothing to decide on yet."]
    places = [done.stdout.find(word) for word in words]
    assert -1 not in places and places == sorted(places), done.stdout
    with open_store(tmp_path / "feedback.db") as store:
        decisions = Decisions(store)
        runs = {run.request: decisions.standing(run.id) for run in store.runs()}
    assert runs.keys() == {"a plate", "a slab"}  # none was taken for a change
    first, second = runs["a plate"], runs["a slab"]
    assert first is not None and (first.tags, first.note) == (
        ("wrong size", "missing feature"),
        "2 mm too thin",
    )
    assert second is not None and (second.tags, second.note) == (("wrong size",), "")


def test_a_review_takes_reasons_in_the_same_line(tmp_path: Path) -> None:
    model = script(tmp_path, GOOD)
    cadagent("chat", "--plain", "--model", model, cwd=tmp_path, stdin=b"a plate\n", seconds=_PATIENCE)
    answers = b"accept this\nr wrong shape\n"
    done = cadagent("review", "--plain", cwd=tmp_path, stdin=answers, seconds=_PATIENCE)
    assert "first letters will do.\nverdict> rejected as wrong shape" in done.stdout, done.stdout
    assert done.stdout.rstrip().endswith("1 decided.")


def test_a_review_goes_on_and_back(tmp_path: Path) -> None:
    model = script(tmp_path, GOOD, GOOD)
    asked = cadagent(
        "chat", "--plain", "--model", model, cwd=tmp_path, stdin=b"a plate\nnew\nanother\n", seconds=_PATIENCE
    )
    assert asked.returncode == 0, asked.stderr
    answers = "show\nfine\na\nundo\nreject\n1 4 too thin\nq\n"
    done = cadagent("review", "--plain", cwd=tmp_path, stdin=answers.encode(), seconds=_PATIENCE)
    assert done.returncode == 0, done.stderr
    assert "2 wait for a review" in done.stdout and "first letters will do" in done.stdout
    assert "here it is again" in done.stdout and done.stdout.rstrip().endswith("1 decided.")
    with open_store(tmp_path / "feedback.db") as store:
        decisions = Decisions(store)
        assert decisions.counts() == {"reject": 1}
        verdicts = [decisions.standing(run.id) for run in store.runs()]
        (verdict,) = [one for one in verdicts if one is not None]
        assert (verdict.tags, verdict.note) == (("wrong size", "missing feature"), "too thin")


def test_what_a_model_or_a_person_writes_never_acts(tmp_path: Path) -> None:
    document = {"units": _NASTY, "operations": [{"op": _NASTY}]}
    model = script(tmp_path, json.dumps(document), _NASTY, _NASTY, _NASTY)
    lines = f"a plate {_NASTY}\nreject\n1 {_NASTY}\n"
    done = cadagent(
        "chat", "--plain", "--model", model, cwd=tmp_path, stdin=lines.encode(), seconds=_PATIENCE
    )
    assert done.returncode == 0, done.stderr
    for character in done.stdout + done.stderr:
        assert character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cf"), repr(character)
