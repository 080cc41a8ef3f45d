"""What a model, a person or a file says is data: nothing of it acts on the terminal or on the layout."""

from __future__ import annotations

import json

import pytest

from tests.tui.conftest import MakeDesk
from tests.tui.driving import ask, opened, play, screen_text, until
from tui.text import on_one_line, visible

HOSTILE = (
    "\x1b]52;c;cm0gLXJm\x07",
    "\x1b[2J\x1b[H",
    "\x9b31m",
    "[red]not markup[/red]",
    "[@click=app.quit]do not press[/]",
    "\u202egnp.exe",
    "\x00\x08\x7f",
    "\u200b\u2066",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_text_that_would_act_becomes_text_that_shows(text: str) -> None:
    shown = visible(text)
    assert len(shown) == len(text)
    assert all(character.isprintable() for character in shown)
    assert visible("a\tb\nÖ × ″") == "a\tb\nÖ × ″"
    assert len(on_one_line(text * 50, 20)) <= 20


def test_a_hostile_model_and_a_hostile_request_only_show(make_desk: MakeDesk) -> None:
    """Through every view of the inspector, the chat, the list of chats and the review queue."""
    nasty = "".join(HOSTILE)
    document = {"units": nasty, "operations": [{"op": nasty, nasty: 1}]}
    desk = make_desk(json.dumps(document, ensure_ascii=False), nasty, nasty)

    async def story() -> None:
        async with opened(desk) as (app, pilot):
            await ask(app, pilot, f"a plate {nasty}")
            app.workbench.prompt.put(nasty)
            await pilot.pause(0.4)
            app.workbench.action_select(-5)
            for key in ("f2", "f3", "f4", "f5", "v", "f6", "f7", "ctrl+l", "f10", "f3", "f1", "escape"):
                await pilot.press(key)
                await pilot.pause(0.1)
                _is_harmless(screen_text(app))
            assert app.is_running

    play(story)


def test_pasted_control_characters_are_drawn_as_pictures(make_desk: MakeDesk) -> None:
    desk = make_desk()

    async def story() -> None:
        async with opened(desk) as (app, pilot):
            app.workbench.prompt.put("a\x1b[31mred\x07 plate")
            await until(pilot, lambda: "a␛[31mred␇ plate" in screen_text(app))

    play(story)


def _is_harmless(text: str) -> None:
    assert all(character == "\n" or character.isprintable() for character in text), repr(text)
