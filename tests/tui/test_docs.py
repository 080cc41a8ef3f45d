"""The terminal's page of the documentation: its keys and pictures are those of the application."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from tui.keys import reference
from tui.screenshots import SHOWN

DOCS = Path(__file__).parents[2] / "docs"


def test_the_keys_of_the_page_are_those_of_the_application() -> None:
    page = (DOCS / "terminal.md").read_text(encoding="utf-8")
    assert page.endswith(f"{reference()}\n"), "python -c 'from tui.keys import reference; print(reference())'"


def test_every_picture_is_shown_and_there() -> None:
    pages = [(DOCS / "terminal.md").read_text("utf-8"), (DOCS.parent / "README.md").read_text("utf-8")]
    shown = {name for page in pages for name in re.findall(r"screenshots/([\w-]+)\.svg", page)}
    assert shown == SHOWN.keys() == {path.stem for path in (DOCS / "screenshots").glob("*.svg")}


@pytest.mark.parametrize("file", SHOWN)
def test_the_pictures_are_those_that_the_application_is_held_to(file: str) -> None:
    held = DOCS.parent / "tests" / "tui" / "pictures" / f"{'-'.join(SHOWN[file])}.svg.gz"
    shown = (DOCS / "screenshots" / f"{file}.svg").read_text(encoding="utf-8")
    assert shown == gzip.decompress(held.read_bytes()).decode(), "python -m tui.screenshots draws them anew"
