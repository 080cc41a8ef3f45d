"""The parts by themselves: preview, editor, completion, keys, preferences, help, settings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from textual.command import CommandPalette
from textual.widgets import OptionList

from cadagent.errors import InputError
from cadagent.feedback import Filter
from tests.tui.conftest import MakeDesk
from tests.tui.driving import LARGE, ask, notices, opened, play, screen_text, until
from tui.app import CadAgentApp
from tui.completion import completions
from tui.keys import KEYS, TOGETHER, clashes
from tui.preferences import Preferences, load_preferences, save_preferences
from tui.samples import BAD, GOOD, REQUEST
from tui.screens.sharp import CANNOT, SharpScreen
from tui.themes import THEMES
from tui.widgets.preview import VIEWS, Preview, View


def test_the_preview_turns_zooms_and_names_its_view(make_desk: MakeDesk) -> None:
    desk = make_desk(GOOD)

    async def story() -> None:
        async with opened(desk) as (app, pilot):
            await ask(app, pilot, REQUEST)
            await pilot.press("f2")
            preview = app.workbench.query_one(Preview)
            await until(pilot, lambda: "iso" in screen_text(app))
            for key, name in (("t", "top"), ("f", "front"), ("r", "right"), ("b", "back"), ("T", "bottom")):
                await pilot.press(key)
                assert preview.view.name == name
            await pilot.press("i", "right", "up", "plus")
            assert preview.view.azimuth == (VIEWS["iso"][0] + 15) % 360
            assert preview.view.elevation == VIEWS["iso"][1] + 15 and preview.view.zoom == 1.25
            await until(pilot, lambda: "×1.2" in screen_text(app))
            before = preview.view
            await pilot.mouse_down(Preview, offset=(10, 10))
            await pilot.hover(Preview, offset=(20, 10))
            await pilot.mouse_up(Preview, offset=(20, 10))
            assert preview.view != before
            await pilot.press("c")
            await until(pilot, lambda: any("\u2800" < one < "\u28ff" for one in screen_text(app)))
            await pilot.resize_terminal(100, 30)
            await until(pilot, lambda: "40 × 20 × 13 mm" in screen_text(app))

    play(story)


def test_a_sharp_picture_where_the_terminal_shows_pictures(make_desk: MakeDesk) -> None:
    """This one does not, and is told; the screen itself draws, turns and goes back."""
    from PIL import Image

    desk = make_desk(GOOD)

    async def story() -> None:
        async with opened(desk) as (app, pilot):
            await ask(app, pilot, REQUEST)
            await pilot.press("f2", "g")
            await until(pilot, lambda: CANNOT in notices(app))
            preview = app.workbench.query_one(Preview)
            assert preview._mesh is not None
            screen = SharpScreen(preview._mesh, (40.0, 20.0, 13.0), View())
            await app.push_screen(screen)
            picture = screen.query_one("#picture")
            await until(pilot, lambda: picture.image is not None)  # type: ignore[attr-defined]
            before = picture.image  # type: ignore[attr-defined]
            assert min(Image.open(before).size) > 200
            await pilot.press("t")
            assert screen.view.name == "top"
            await until(pilot, lambda: picture.image.getvalue() != before.getvalue())  # type: ignore[attr-defined]
            await pilot.press("escape")
            assert app.screen is app.workbench

    play(story)


def test_findings_stand_on_their_lines_and_lead_there(make_desk: MakeDesk) -> None:
    desk = make_desk(BAD, BAD, BAD)

    async def story() -> None:
        async with opened(desk) as (app, pilot):
            await ask(app, pilot, REQUEST)
            await pilot.press("f4")
            await until(pilot, lambda: "There is no such op" in screen_text(app))
            await pilot.press("enter")
            pane = app.workbench.inspector.design
            await until(pilot, lambda: pane.editor.has_focus and pane.editor.marks)
            (line,) = pane.editor.marks
            assert pane.editor.cursor_location[0] == line
            assert '"hol"' in pane.text.split("\n")[line]
            shown = [text for text in screen_text(app).split("\n") if '"hol"' in text]
            assert any("✗" in text.split("│")[-1][:10] for text in shown), shown
            await pilot.press("ctrl+l", "2", "enter")
            assert pane.editor.cursor_location[0] == 1
            await pilot.press("ctrl+n")
            assert pane.editor.cursor_location[0] == line
            app.workbench.inspector.design.editor.insert("x")
            assert pane.changed
            await pilot.press("ctrl+z")
            assert not pane.changed

    play(story)


def test_an_unfinished_correction_outlives_the_session(make_desk: MakeDesk) -> None:
    desk = make_desk(BAD, BAD, BAD)

    async def first() -> None:
        async with opened(desk) as (app, pilot):
            await ask(app, pilot, REQUEST)
            await pilot.press("f3")
            pane = app.workbench.inspector.design
            await until(pilot, lambda: pane.text)
            pane.editor.insert("half a thought")
            place = app.workbench.inspector.draft_place
            await until(pilot, lambda: "half a thought" in desk.chats.draft(place or ""))

    async def second() -> None:
        async with opened(desk) as (app, pilot):
            await app.workbench.open_chat(desk.chats.all()[0].id)
            for _ in range(3):
                await pilot.press("ctrl+up")
            await pilot.press("f3")
            for _ in range(3):
                if "half a thought" in app.workbench.inspector.design.text:
                    break
                number = app.workbench.inspector.result.number
                await pilot.press("ctrl+down")
                await until(pilot, lambda before=number: app.workbench.inspector.result.number != before)
            assert "half a thought" in app.workbench.inspector.design.text

    play(first)
    play(second)


@pytest.mark.parametrize(
    ("before", "after", "label"),
    [
        ("{", "}", "units *"),
        ('{"units": "', "}", '"mm"'),
        ('{"units": "mm", "operations": [{"op": "ext', "}]}", '"extrude"'),
        ('{"units": "mm", "operations": [{"op": "hole", "', "}]}", "diameter"),
        ('{"units": "mm", "operations": [{"op": "hole", "fi', "}]}", "fit"),
        (
            '{"units": "mm", "operations": [{"op": "extrude", "profile": [{"shape": "rect',
            "}]}]}",
            '"rectangle"',
        ),
    ],
)
def test_the_schema_completes_keys_and_values(before: str, after: str, label: str) -> None:
    found = completions(before + after, len(before))
    assert any(one.label.startswith(label) for one in found), [one.label for one in found]


def test_keys_that_are_there_are_not_proposed_again() -> None:
    text = '{"units": "mm", "operations": [{"op": "hole",  , "diameter": 4}]}'
    labels = [one.label for one in completions(text, text.index(" ,"))]
    assert labels and not any(label.startswith(("diameter", "op ")) for label in labels)


def test_a_completion_is_chosen_from_a_list(make_desk: MakeDesk) -> None:
    desk = make_desk(GOOD)

    async def story() -> None:
        async with opened(desk) as (app, pilot):
            await ask(app, pilot, REQUEST)
            await pilot.press("f3")
            pane = app.workbench.inspector.design
            await until(pilot, lambda: pane.text)
            pane.editor.replace('{"units": ', (0, 0), pane.editor.document.end)
            pane.editor.move_cursor(pane.editor.document.end)
            await pilot.press("ctrl+space")
            listed = pane.query_one(".completions", OptionList)
            await until(pilot, lambda: listed.has_focus)
            await pilot.press("down", "enter")
            assert pane.text == '{"units": "cm"'

    play(story)


def test_no_default_keys_clash() -> None:
    for scopes in TOGETHER:
        taken: dict[str, str] = {}
        for key in KEYS:
            if key.scope in scopes:
                for one in f"{key.keys},{key.bare}".split(","):
                    if one:
                        other = taken.setdefault(one, key.id)
                        assert other == key.id or {other, key.id} & {"chat.cancel"}, (one, other, key.id)


def test_a_remapped_key_works_and_a_clash_is_told(make_desk: MakeDesk) -> None:
    desk = make_desk(GOOD)
    chosen = Preferences().with_key("decide.accept", "f11")
    assert clashes(chosen.keys) == []
    assert any("Accept" in one for one in clashes({"decide.accept": "f9"}))
    assert clashes({"no.such": "x"}) == ["no action is called 'no.such'"]

    async def story() -> None:
        async with opened(desk, preferences=chosen) as (app, pilot):
            await ask(app, pilot, REQUEST)
            await pilot.press("f11")
            await until(pilot, lambda: desk.decisions.counts() == {"accept": 1})

    play(story)


def test_preferences_are_kept_and_checked(tmp_path: Path) -> None:
    path = tmp_path / "sub" / "tui.toml"
    assert load_preferences(path) == Preferences()
    chosen = Preferences("cadagent-light", False, {"view.preview": "f11"})
    save_preferences(chosen, path)
    assert load_preferences(path) == chosen
    for wrong in ("theme = 'pink'", "colour = 1", "[keys]\nnothing = 'a'", "bell = 3", "= ="):
        path.write_text(wrong)
        with pytest.raises(InputError, match=r"tui\.toml"):
            load_preferences(path)


def test_settings_change_the_theme_and_a_key(make_desk: MakeDesk) -> None:
    desk = make_desk()

    async def story() -> None:
        async with opened(desk) as (app, pilot):
            await pilot.press("f12")
            assert app.theme == list(THEMES)[1]
            await pilot.press("ctrl+o")
            table = app.screen.query_one("#keys")
            table.focus()
            await pilot.press("enter", "f2")
            await until(pilot, lambda: app.preferences.keys == {"app.help": "f2"})
            await until(pilot, lambda: "both" in screen_text(app))
            await pilot.press("backspace")
            await until(pilot, lambda: app.preferences.keys == {})
            assert load_preferences() == app.preferences

    play(story)


@pytest.mark.parametrize("key", ["", "f10", "ctrl+t", "ctrl+o"])
def test_every_screen_has_help_made_from_its_bindings(make_desk: MakeDesk, key: str) -> None:
    desk = make_desk()

    async def story() -> None:
        async with opened(desk, LARGE) as (app, pilot):
            if key:
                await pilot.press(key)
                await until(pilot, lambda: app.screen is not app.workbench)
            await pilot.press("f1")
            await until(pilot, lambda: "Keys" in screen_text(app))
            if key in ("", "f10"):
                assert "Accept" in screen_text(app)

    play(story)


def test_the_palette_finds_what_keys_do(make_desk: MakeDesk) -> None:
    desk = make_desk()

    async def story() -> None:
        async with opened(desk) as (app, pilot):
            await pilot.press("ctrl+p")
            await until(pilot, lambda: isinstance(app.screen, CommandPalette))
            await pilot.press(*"review")
            await until(pilot, lambda: "Review queue" in screen_text(app))
            await pilot.press("enter")
            await until(pilot, lambda: not isinstance(app.screen, CommandPalette))
            await until(pilot, lambda: "Nothing waits for a review" in screen_text(app))

    play(story)


def test_copying_leaves_the_design_in_a_file_too(make_desk: MakeDesk, tmp_path: Path) -> None:
    desk = make_desk(GOOD)

    async def story() -> None:
        async with opened(desk) as (app, pilot):
            await ask(app, pilot, REQUEST)
            await pilot.press("f2", "y")
            await until(pilot, lambda: "copied" in notices(app))
            assert json.loads(app.clipboard) == json.loads(GOOD)

    play(story)
    (copied,) = (tmp_path / "cache").rglob("copied.txt")
    assert json.loads(copied.read_text()) == json.loads(GOOD)


def test_the_editor_of_the_person_is_used(
    make_desk: MakeDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from contextlib import nullcontext

    script = tmp_path / "editor"
    script.write_text("#!/bin/sh\nprintf 'a cube of 5 mm' > \"$1\"\n")
    script.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(script))
    monkeypatch.setattr(CadAgentApp, "suspend", lambda app: nullcontext())
    desk = make_desk()

    async def story() -> None:
        async with opened(desk) as (app, pilot):
            await pilot.press("ctrl+g")
            assert app.workbench.prompt.text == "a cube of 5 mm"

    play(story)


def test_a_model_that_fails_is_told_and_the_application_lives(make_desk: MakeDesk) -> None:
    desk = make_desk()  # a script without any answer

    async def story() -> None:
        async with opened(desk) as (app, pilot):
            app.workbench.prompt.put(REQUEST)
            await pilot.press("enter")
            await until(pilot, lambda: "The run failed" in notices(app) and app.workbench.running is None)
            app.workbench.prompt.put("x" * 30_000)
            await pilot.press("enter")
            await until(pilot, lambda: "at most" in notices(app))
            assert app.workbench.prompt.has_focus

    play(story)


def test_filters_are_read_and_wrong_ones_explained() -> None:
    found = Filter.parse('status:valid tag:"wrong size" since:2026-11 a plate')
    assert (found.status, found.tag, found.since, found.text) == ("valid", "wrong size", "2026-11", "a plate")
    for wrong in ("status:fine", "since:yesterday", "judged:maybe", "color:red"):
        with pytest.raises(InputError):
            Filter.parse(wrong)
