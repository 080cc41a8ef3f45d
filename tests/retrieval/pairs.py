"""Pairs that the tests of the library share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cadagent.retrieval import Example, Library, example

HOLE = '{"units":"mm","operations":[{"op":"box","size":[40,20,5]},{"op":"hole","diameter":%s}]}'


def plate(number: int = 0, request: str | None = None, **more: Any) -> Example:
    """A plate with a hole; each number is another pair."""
    words = ("brass", "steel", "oak", "pine", "lead", "zinc")
    text = request or f"A {words[number % 6]} plate, variant {number}, with a {4 + number / 8} mm hole"
    return example(text, HOLE % (4 + number / 8), **more)


def empty(path: Path) -> Library:
    """A library without the curated examples."""
    library = Library.open(path)
    library.remove([item.id for item in library.examples()])
    return library


def sound(library: Library) -> None:
    """The index says the same as the examples."""
    with library.writing() as db:
        db.execute("INSERT INTO words(words, rank) VALUES ('integrity-check', 1)")
    counts: dict[str, int] = {}
    for row in library.query("SELECT terms FROM examples", {}):
        for term in set(row["terms"].split()):
            counts[term] = counts.get(term, 0) + 1
    rows = library.query("SELECT term, examples FROM word_counts", {})
    assert {row["term"]: row["examples"] for row in rows} == counts
