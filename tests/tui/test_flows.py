"""Every flow of the application, by keys, with a real database and a real kernel."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest
from textual.widgets import Button, Input, OptionList, Static

from cadagent.feedback.adapters import Adapter, Adapters
from cadagent.feedback.rounds import Evaluation, Result, RoundItem, Rounds
from tests.cli.commands import script
from tests.tui.conftest import MakeDesk
from tests.tui.driving import LARGE, SMALL, ask, notices, opened, play, screen_text, until
from tui.desk import Desk
from tui.samples import BAD, GOOD, REQUEST
from tui.screens.dialogs import RejectDialog
from tui.screens.review import ReviewScreen
from tui.screens.training import TrainingScreen


@pytest.mark.parametrize("size", [LARGE, SMALL])
def test_a_request_is_repaired_shown_and_accepted(make_desk: MakeDesk, size: tuple[int, int]) -> None:
    desk = make_desk(BAD, GOOD)

    async def story() -> None:
        async with opened(desk, size) as (app, pilot):
            await pilot.press(*"a plate", "enter")
            await until(pilot, lambda: app.workbench.running is None and app.workbench.current)
            text = screen_text(app)
            assert "a plate" in text and "not valid" in text and "40 × 20 × 13 mm" in text
            await pilot.press("f2")
            await until(pilot, lambda: "▀" in screen_text(app) or "▄" in screen_text(app))
            assert desk.decisions.counts() == {}, "looking decided something"
            await pilot.press("f8")
            await until(pilot, lambda: desk.decisions.counts() == {"accept": 1})
            await until(
                pilot, lambda: "accepted" in app.workbench.inspector.query_one(".state").render().plain
            )
            told = [row.render().plain for row in app.workbench.transcript.rows]
            assert ["accepted" in text for text in told] == [False, True]
            await app.workbench.run_action("undo")
            await until(pilot, lambda: "accepted" not in app.workbench.transcript.rows[1].render().plain)
            await pilot.press("f8")
            await until(pilot, lambda: "accepted" in app.workbench.transcript.rows[1].render().plain)

    play(story)
    (run,) = desk.store.runs()
    verdict = desk.decisions.standing(run.id)
    assert verdict is not None and verdict.attempt == 2 and verdict.seconds > 0


def test_a_correction_is_checked_and_kept_beside_the_attempt(make_desk: MakeDesk) -> None:
    desk = make_desk(GOOD)

    async def story() -> None:
        async with opened(desk) as (app, pilot):
            await ask(app, pilot, REQUEST)
            await pilot.press("f3")
            pane = app.workbench.inspector.design
            await until(pilot, lambda: pane.text)
            pane.editor.replace("", (0, 0), pane.editor.document.end)
            await pilot.press(*'{"units')
            await until(pilot, lambda: pane.report is not None and not pane.report.valid)
            await pilot.press("f8")
            await until(pilot, lambda: "does not validate" in notices(app))
            assert desk.decisions.counts() == {}
            pane.editor.replace(GOOD.replace('"depth":5', '"depth":9'), (0, 0), pane.editor.document.end)
            await until(pilot, lambda: pane.report is not None and pane.report.valid)
            await until(pilot, lambda: "accepts it" in screen_text(app))
            await pilot.press("f8")
            await until(pilot, lambda: desk.decisions.counts() == {"correct": 1})

    play(story)
    (run,) = desk.store.runs()
    (correction,) = desk.decisions.corrections(run.id)
    assert any(operation.get("depth") == 9 for operation in correction.design["operations"])
    assert "-" in correction.diff and '"depth": 9' in correction.diff
    assert desk.store.attempts(run.id)[0].text == GOOD


def test_a_rejection_needs_a_reason_and_can_be_undone(make_desk: MakeDesk) -> None:
    desk = make_desk(GOOD)

    async def story() -> None:
        async with opened(desk) as (app, pilot):
            await ask(app, pilot, REQUEST)
            await pilot.press("f9")
            await until(pilot, lambda: isinstance(app.screen, RejectDialog))
            await pilot.press("f9")
            await until(pilot, lambda: "reason" in notices(app))
            assert desk.decisions.counts() == {}
            await pilot.press("1", "4", "tab", *"too thin", "enter")
            await until(pilot, lambda: desk.decisions.counts() == {"reject": 1})
            run = desk.store.runs()[0].id
            verdict = desk.decisions.standing(run)
            assert verdict is not None
            assert (verdict.tags, verdict.note) == (("wrong size", "missing feature"), "too thin")
            await pilot.press("f2", "u")
            await until(pilot, lambda: desk.decisions.counts() == {})
            assert [one.kind for one in desk.decisions.history(run)] == ["reject", "undo"]

    play(story)


def test_an_invalid_attempt_cannot_be_accepted(make_desk: MakeDesk) -> None:
    desk = make_desk(BAD, BAD, BAD)

    async def story() -> None:
        async with opened(desk) as (app, pilot):
            await ask(app, pilot, REQUEST)
            await pilot.press("f8")
            await until(pilot, lambda: "Not accepted" in notices(app))

    play(story)
    assert desk.decisions.counts() == {}


def test_escape_cancels_and_gives_the_request_back(
    make_desk: MakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = make_desk(GOOD)
    model, go = desk.model(), threading.Event()
    stream = model._stream  # type: ignore[attr-defined]

    def slowly(*args: object) -> object:
        for number, chunk in enumerate(stream(*args)):
            yield chunk
            if number == 2:
                go.wait(10)

    monkeypatch.setattr(model, "_stream", slowly)

    async def story() -> None:
        async with opened(desk) as (app, pilot):
            app.workbench.prompt.put(REQUEST)
            await pilot.press("enter")
            await until(pilot, lambda: "writing" in screen_text(app))
            assert app.workbench.prompt.text == ""
            await pilot.press("escape")
            assert app.workbench.prompt.text == REQUEST
            go.set()
            await until(pilot, lambda: app.workbench.running is None)
            await until(pilot, lambda: "Cancelled" in screen_text(app))

    play(story)
    end = desk.store.runs()[0].end
    assert end is not None and end.status == "interrupted"


def test_a_follow_up_changes_the_current_design(make_desk: MakeDesk) -> None:
    desk = make_desk(GOOD, GOOD.replace('"depth":8', '"depth":12'))

    async def story() -> None:
        async with opened(desk) as (app, pilot):
            await ask(app, pilot, "a plate with a boss")
            assert "Changes attempt 1" in screen_text(app)
            app.workbench.prompt.put("make the boss 12 mm high")
            await pilot.press("enter")
            await until(pilot, lambda: len(app.workbench.transcript.rows) == 2 and not app.workbench.running)
            assert "40 × 20 × 17 mm" in screen_text(app)

    play(story)
    (chat,) = desk.chats.all()
    first, second = desk.chats.turns(chat.id)
    assert second.edits == (first.runs[0], 1)
    sent = desk.store.attempts(second.runs[0])[0].messages[-1][1]
    assert "make the boss 12 mm high" in sent and "boss" in sent


def test_chats_come_back_with_their_drafts_and_are_found_and_named(make_desk: MakeDesk) -> None:
    desk = make_desk(GOOD)

    async def first() -> None:
        async with opened(desk) as (app, pilot):
            await ask(app, pilot, "a plate for the lamp")
            app.workbench.prompt.put("make it thicker")
            chat = app.workbench.chat
            await until(pilot, lambda: desk.chats.draft(f"chat:{chat}") == "make it thicker")

    async def second() -> None:
        async with opened(desk) as (app, pilot):
            await pilot.press("up")
            assert app.workbench.prompt.text == "a plate for the lamp"
            await pilot.press("down", "ctrl+l")
            chats = app.screen.query_one("#chats")
            chats.query_one(Input).value = "nothing like that"
            await until(pilot, lambda: "No chat contains" in screen_text(app))
            chats.query_one(Input).value = "LAMP"
            await until(pilot, lambda: "1 chat" in screen_text(app))
            chats.query_one(OptionList).focus()
            await pilot.press("ctrl+r")
            await until(pilot, lambda: app.screen is not app.workbench)
            app.screen.query_one(Input).value = "Lamp foot"
            await pilot.press("enter")
            await until(pilot, lambda: "Lamp foot" in screen_text(app))
            await pilot.press("enter")
            await until(pilot, lambda: app.workbench.prompt.text == "make it thicker")
            assert "a plate for the lamp" in screen_text(app)
            await until(pilot, lambda: app.workbench.inspector.result.mesh is not None)

    play(first)
    play(second)
    assert desk.chats.all()[0].name == "Lamp foot"


def test_after_a_crash_the_next_start_offers_to_go_on(make_desk: MakeDesk) -> None:
    desk = make_desk(GOOD)
    chat = desk.chats.start()
    desk.chats.add_turn(chat, REQUEST)  # and then the power went

    async def story() -> None:
        async with opened(desk) as (app, pilot):
            await until(pilot, lambda: app.workbench.prompt.text == REQUEST)
            await until(
                pilot, lambda: "Enter runs it again" in notices(app) and "Cut off" in screen_text(app)
            )
            await pilot.press("enter")
            await until(pilot, lambda: app.workbench.running is None and app.workbench.current)

    play(story)
    assert desk.chats.unfinished() is None


def test_the_review_queue_is_worked_through_by_keyboard(make_desk: MakeDesk) -> None:
    desk = make_desk(reviews=4)

    async def story() -> None:
        async with opened(desk) as (app, pilot):
            await pilot.press("f10")
            await until(pilot, lambda: isinstance(app.screen, ReviewScreen) and "1 of 4" in screen_text(app))
            screen = app.screen
            assert isinstance(screen, ReviewScreen)
            await until(pilot, lambda: screen.inspector.result is not None)
            await pilot.press("a")
            await until(pilot, lambda: "2 of 4" in screen_text(app) and screen.inspector.result)
            await pilot.press("s")
            await until(pilot, lambda: "3 of 4" in screen_text(app) and "an hour" in screen_text(app))
            await pilot.press("u")
            await until(
                pilot, lambda: "2 of 4" in screen_text(app) and desk.decisions.counts() == {"accept": 1}
            )
            await pilot.press("slash", *"judged:yes flange", "enter")
            await until(pilot, lambda: "1 of 1" in screen_text(app))
            await pilot.press("slash")
            app.screen.query_one("#filter", Input).value = "colour:red"
            await pilot.press("enter")
            await until(pilot, lambda: "known are" in notices(app))

    play(story)
    assert desk.decisions.counts() == {"accept": 1}
    assert desk.queue.count() == 3


def test_what_was_decided_is_exported(make_desk: MakeDesk, tmp_path: Path) -> None:
    desk = make_desk(GOOD)
    out = tmp_path / "out" / "rows"

    async def story() -> None:
        async with opened(desk) as (app, pilot):
            await ask(app, pilot, REQUEST)
            await pilot.press("f8")
            await until(pilot, lambda: desk.decisions.counts() == {"accept": 1})
            await pilot.press("ctrl+t")
            await until(pilot, lambda: isinstance(app.screen, TrainingScreen))
            await until(pilot, lambda: "1  accepted" in screen_text(app))
            app.screen.query_one("#path", Input).value = str(out)
            await pilot.press("enter")
            await until(pilot, lambda: "1 row" in notices(app))
            await pilot.press("enter")
            await until(pilot, lambda: "Not exported" in notices(app))

    play(story)
    (file,) = out.glob("*.jsonl")
    (row,) = [json.loads(line) for line in file.read_text().splitlines()]
    assert row["prompt"][-1]["content"] == REQUEST
    assert json.loads(row["completion"][0]["content"])["operations"][0]["depth"] == 5


def test_an_evaluation_is_watched_and_goes_on_beside_other_screens(
    make_desk: MakeDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    model = script(tmp_path, GOOD)
    (tmp_path / "set.jsonl").write_text(json.dumps({"id": "boss", "request": REQUEST}) + "\n")
    desk = make_desk()
    desk.settings = replace(desk.settings, model=model)

    async def story() -> None:
        async with opened(desk) as (app, pilot):
            await pilot.press("ctrl+t")
            await until(pilot, lambda: isinstance(app.screen, TrainingScreen))
            app.screen.query_one("#evaluation", Button).press()
            await until(pilot, lambda: "Name a file of requests" in notices(app))
            app.screen.query_one("#set", Input).value = "set.jsonl"
            app.screen.query_one("#evaluation", Button).press()
            await until(pilot, lambda: "evaluation" in app.errands)
            await pilot.press("escape", "f10")
            await until(pilot, lambda: "The evaluation is done" in notices(app), seconds=240)
            await pilot.press("ctrl+t")
            await until(pilot, lambda: isinstance(app.screen, TrainingScreen))
            assert app.errands["evaluation"].code == 0
            line = next(line for line in app.errands["evaluation"].last if len(line.split()) > 1)
            await until(pilot, lambda: line.split()[0] in screen_text(app))

    play(story)
    (folder,) = (tmp_path / "evaluations").iterdir()
    assert len((folder / "results.jsonl").read_text().splitlines()) == 1


def test_escape_leads_from_a_view_back_to_the_input(make_desk: MakeDesk) -> None:
    desk = make_desk(BAD, GOOD)

    async def story() -> None:
        async with opened(desk) as (app, pilot):
            await ask(app, pilot, REQUEST)
            shown = app.workbench.inspector.result
            for key in ("f2", "f3", "f4", "f5", "f6", "f7"):
                await pilot.press(key)
                assert not app.workbench.prompt.has_focus
                await pilot.press("escape")
                assert app.workbench.prompt.has_focus, key
            assert app.workbench.inspector.result is shown

    play(story)


def _trained(desk: Desk, weights: str) -> None:
    """A round in the store that ended with a promoted adapter, and one that was broken off."""
    rounds, adapters = Rounds(desk.store), Adapters(desk.store)
    adapters.register(
        Adapter(id=weights, name="round-1", path="/nowhere", model=desk.model().identify().model)
    )
    ended = rounds.start(seed=1, settings={})
    item = RoundItem(source="new", task="generate", split="train", content_hash="0" * 64)
    rounds.add_items(ended, [item])
    measured = Evaluation(
        model="scripted", adapter=weights, set_name="frozen", set_hash="0" * 64, seed=1, round=ended
    )
    results = [Result(item=str(n), stage="after the loop", passed=n < 3) for n in range(4)]
    rounds.add_evaluation(measured, results)
    rounds.finish(ended, "promoted", "12 more are right", adapter=weights)
    rounds.start(seed=2, settings={})


def test_rounds_are_shown_with_their_figures_and_the_live_adapter(make_desk: MakeDesk) -> None:
    desk = make_desk()
    _trained(desk, "a" * 64)

    async def story() -> None:
        async with opened(desk) as (app, pilot):
            await pilot.press("ctrl+t")
            await until(pilot, lambda: isinstance(app.screen, TrainingScreen))
            await until(pilot, lambda: len(app.screen.query_one("#rounds", OptionList).options) == 2)
            model = app.screen.query_one("#model", Static)
            await until(pilot, lambda: "round-1, promoted here" in str(model.render()))
            figures = app.screen.query_one("#figures", Static)
            await until(pilot, lambda: "round 2" in str(figures.render()))
            app.screen.query_one("#rounds", OptionList).focus()
            await pilot.press("down")
            await until(pilot, lambda: "round 1" in str(figures.render()))
            assert "3 of     4 right" in str(figures.render())
            button = app.screen.query_one("#round", Button)
            assert str(button.label) == "Go on"

    play(story)


@pytest.mark.skipif(find_spec("torch") is not None, reason="a round is not started here: it would train")
def test_a_round_that_cannot_be_made_says_what_it_needs(make_desk: MakeDesk) -> None:
    desk = make_desk()

    async def story() -> None:
        async with opened(desk) as (app, pilot):
            await pilot.press("ctrl+t")
            await until(pilot, lambda: isinstance(app.screen, TrainingScreen))
            app.screen.query_one("#round", Button).press()
            await until(pilot, lambda: "round ended early" in notices(app))
            said = app.screen.query_one("#round-said", Static)
            await until(pilot, lambda: "pip install" in str(said.render()))

    play(story)


def test_looking_copying_and_leaving_decide_nothing(make_desk: MakeDesk) -> None:
    desk = make_desk(GOOD)

    async def story() -> None:
        async with opened(desk) as (app, pilot):
            await ask(app, pilot, REQUEST)
            for key in ("f3", "f4", "f5", "f6", "f7", "f2", "t", "plus", "left", "y", "f10", "escape"):
                await pilot.press(key)
                await pilot.pause(0.05)
            assert "copied" in notices(app)

    play(story)
    assert desk.store.query("SELECT * FROM verdicts", {}) == []
