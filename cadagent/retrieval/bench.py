"""Speed of a large library: building its index, searching it, choosing from it."""

from __future__ import annotations

import random
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from cadagent.errors import InputError
from cadagent.retrieval import vectors
from cadagent.retrieval.examples import Example, example, read_lines
from cadagent.retrieval.library import Library, curated

_CHECKED = 500
_MIXED = 12
_FIGURE = re.compile(r"\d+(?:\.\d+)?")


def retrieval_figures(
    count: int, queries: int, source: Path | None, tell: Callable[[str], None]
) -> dict[str, float]:
    """Figures by name, of a library in a temporary folder.

    Args:
        count: how many examples the library has.
        queries: how many requests are searched for; they are in no example.
        source: JSON lines of pairs, repeated with other figures as often as needed; without it the curated
            pairs are, each with words of others mixed in.
        tell: gets a line before each part.
    """
    figures: dict[str, float] = {}
    tell(f"{count:,} examples …")
    pairs = _of_file(source) if source is not None else curated()
    made = varied(pairs, 0 if source is not None else _MIXED)
    items = list(islice(made, count))
    requests = [item.request for item in islice(made, queries)]
    with tempfile.TemporaryDirectory() as folder, Library.open(Path(folder) / "examples.db") as library:
        few = items[:_CHECKED]
        figures["designs checked per second"] = _rate(
            len(few), lambda: [example(item.request, item.design) for item in few]
        )
        figures["checked examples added per second"] = _rate(count, lambda: library.add_many(items))
        tell("the index …")
        figures["examples indexed per second"] = _rate(count, library.reindex)
        tell("searches …")
        figures["first search, ms"] = 1e3 * _seconds(lambda: library.search(requests[0]))
        figures |= _times("search", requests, lambda request: library.search(request))
        figures |= _times("choice of 3", requests, lambda request: library.choose(request))
        if vectors.installed():
            tell("searches with vectors …")
            _random_vectors(library)
            library.search(requests[0])  # loads the model
            figures |= _times("search with vectors", requests, lambda request: library.search(request))
            figures |= _times("choice with vectors", requests, lambda request: library.choose(request))
    return figures


def varied(pairs: Sequence[Example], mixed: int) -> Iterator[Example]:
    """The pairs over and over, the first time as they are if no words are mixed in; then with other figures
    in the requests, and each with so many words of others. The designs are those of the pairs."""
    rng = random.Random(0)
    words = [word for pair in pairs for word in pair.request.split()]
    if not mixed:
        yield from pairs
    while True:
        for pair in pairs:
            request = _FIGURE.sub(lambda _: str(rng.randint(1, 10_000) / 10), pair.request)
            request = " ".join([request, *rng.choices(words, k=mixed)])
            yield Example(request, pair.design, "synthetic")


def _of_file(path: Path) -> list[Example]:
    pairs = [item for item in read_lines(path, "synthetic") if isinstance(item, Example)]
    if not pairs:
        raise InputError(f"{path} has no examples.")
    return pairs


def _random_vectors(library: Library) -> None:
    """A vector for every example: the time of a search does not depend on where they point."""
    rng = np.random.default_rng(0)
    with library.writing() as db:
        numbers = [number for (number,) in db.execute("SELECT number FROM examples ORDER BY number")]
        for number in numbers:
            vector = rng.standard_normal(vectors.WIDTH, np.float32)
            row = (number, *vectors.stored(vector / np.linalg.norm(vector)))
            db.conn.execute("INSERT INTO vectors VALUES (?, ?, ?)", row)
    library.refresh()


def _times(name: str, requests: Sequence[str], work: Callable[[str], object]) -> dict[str, float]:
    times = sorted(1e3 * _seconds(lambda request=request: work(request)) for request in requests)  # type: ignore[misc]
    return {
        f"{name}, median ms": statistics.median(times),
        f"{name}, 95th percentile ms": times[int(0.95 * (len(times) - 1))],
    }


def _rate(count: int, work: Callable[[], object]) -> float:
    return count / _seconds(work)


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
