"""A desk with a scripted model, a real database and the real kernel."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tui.desk import Desk
from tui.samples import sample_desk

MakeDesk = Callable[..., Desk]


@pytest.fixture
def make_desk(tmp_path: Path) -> Iterator[MakeDesk]:
    """Makes desks whose model gives the answers; they are closed in the end."""
    desks: list[Desk] = []

    def make(*replies: str, reviews: int = 0) -> Desk:
        desks.append(sample_desk(tmp_path, *replies, reviews=reviews))
        return desks[-1]

    yield make
    for desk in desks:
        desk.close()


@pytest.fixture(autouse=True)
def _no_personal_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What is copied goes into a folder of the test; the clock of a cursor draws no pictures."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("NO_COLOR", raising=False)
