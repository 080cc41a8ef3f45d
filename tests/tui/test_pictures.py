"""Every screen as a picture, in two sizes and two themes, against the picture that somebody has looked at.

``CADAGENT_DRAW=1 pytest tests/tui/test_pictures.py`` draws them anew; look at them before they are kept.
"""

from __future__ import annotations

import asyncio
import gzip
import itertools
import os
import re
from pathlib import Path

import pytest

from tui.screenshots import SCREENS, SIZES, picture

FOLDER = Path(__file__).parent / "pictures"
_DRAW = os.environ.get("CADAGENT_DRAW") == "1"
#: What differs from run to run: times of day, speeds, and ids that the drawing makes from them.
_CHANGING = (
    (re.compile(r"terminal-\d+"), "terminal"),
    (re.compile(r"\d{4}-\d{2}-\d{2}(&#160;| )\d{2}:\d{2}"), "2026-01-01 00:00"),
    (re.compile(r"\d+(\.\d+)?(&#160;| )s(?![a-z])(&#160;·&#160;\d+/s)?"), "0.0 s"),
    (re.compile(r'textLength="[\d.]+"'), ""),
    (re.compile(r' x="[\d.]+"'), ""),
    (re.compile(r' width="[\d.]+"'), ""),
)


@pytest.fixture(autouse=True)
def _same_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", "config")


def _cases() -> list[object]:
    """All pictures; those beyond a few are slow, since each one asks, builds and draws."""
    quick = {("chat", "wide", "dark"), ("design", "small", "light"), ("review", "wide", "light")}
    quick |= {("help", "small", "dark")}
    return [
        pytest.param(*case, marks=() if case in quick else (pytest.mark.slow,))
        for case in itertools.product(SCREENS, SIZES, ("dark", "light"))
    ]


@pytest.mark.parametrize(("name", "size", "theme"), _cases())
def test_a_screen_looks_as_it_did(name: str, size: str, theme: str) -> None:
    drawn = asyncio.run(picture(name, SIZES[size], f"cadagent-{theme}"))
    path = FOLDER / f"{name}-{size}-{theme}.svg.gz"
    if _DRAW:
        FOLDER.mkdir(exist_ok=True)
        path.write_bytes(gzip.compress(drawn.encode(), mtime=0))
    kept = gzip.decompress(path.read_bytes()).decode()
    if _still(drawn) != _still(kept):
        new = Path.cwd() / f"{path.stem}"
        new.write_text(drawn)
        pytest.fail(f"{path.name} looks different now, see {new}")


def _still(svg: str) -> str:
    for pattern, text in _CHANGING:
        svg = pattern.sub(text, svg)
    return svg
