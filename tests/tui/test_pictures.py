"""Every screen as a picture, in two sizes and two themes, against the picture that somebody has looked at.

``CADAGENT_DRAW=1 pytest tests/tui/test_pictures.py`` draws them anew; look at them before they are kept.
"""

from __future__ import annotations

import asyncio
import gzip
import itertools
import os
from pathlib import Path

import pytest

from tui.screenshots import SCREENS, SIZES, picture

FOLDER = Path(__file__).parent / "pictures"
_DRAW = os.environ.get("CADAGENT_DRAW") == "1"


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
    if drawn != kept:
        new = Path.cwd() / f"{path.stem}"
        new.write_text(drawn)
        pytest.fail(f"{path.name} looks different now, see {new}")
