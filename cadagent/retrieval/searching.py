"""Search: three rankings of the library (words, vectors, signature), fused by reciprocal ranks."""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cadagent.database import DatabaseFile
from cadagent.retrieval import features, vectors
from cadagent.retrieval.examples import COLUMNS, Example, clean, of_row
from cadagent.retrieval.words import terms

POOL = 50
"""How many of each ranking take part."""
_DAMPING = (
    60  # of reciprocal rank fusion: 1 / (60 + rank), the constant of Cormack, Clarke and Büttcher (2009)
)
_POSTINGS = 2500
_MOST_TERMS = 24
_RESCORED = 200
_FEW = 2000
_EXTRA = 0.02
_LENGTH = 0.1

Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Hit:
    """A found example.

    Attributes:
        score: the sum of 1 / (60 + rank) over the rankings that have it.
        ranks: its rank, from 1, in ``words``, ``vectors`` and ``signature``.
        shows: those of the request's features that the design shows.
    """

    example: Example
    score: float
    ranks: Mapping[str, int]
    shows: tuple[str, ...]


@dataclass(frozen=True)
class Candidates:
    """What a request found, by row number of the library: input for :mod:`cadagent.retrieval.choosing`.

    Attributes:
        asked: the request's features.
        weights: of each asked feature: the rarer among the examples, the heavier; 0 where none shows it.
        ranks: each fused candidate's ranks by ranking.
        scores: each fused candidate's score.
        others: further candidates: the best that show each asked feature.
    """

    asked: int
    weights: Mapping[int, float]
    ranks: Mapping[int, Mapping[str, int]]
    scores: Mapping[int, float]
    others: tuple[int, ...]

    def best(self) -> list[int]:
        """The fused candidates, best first."""
        return sorted(self.scores, key=lambda number: (-self.scores[number], number))


@dataclass(frozen=True)
class _Table:
    """The signatures of a library in memory.

    Attributes:
        numbers: row numbers, ascending, ``(n,)``.
        shown: whether each feature is shown by each example, ``(features, n)``.
        sizes: how many features each example shows, ``(n,)``.
        lengths: logarithm of each request's characters, ``(n,)``.
        signs: signs of the vectors that are there, ``(m, SIGNS)``, and their row numbers.
    """

    version: int
    numbers: Numbers
    shown: NDArray[np.bool_]
    sizes: NDArray[np.float32]
    lengths: NDArray[np.float32]
    signs: NDArray[np.uint64]
    signed: Numbers


class Searcher:
    """Searches a library; keeps the signatures in memory until the library changes."""

    def __init__(self, database: DatabaseFile) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._kept: _Table | None = None

    def forget(self) -> None:
        """The library has changed: read the signatures anew before the next search."""
        with self._lock:
            self._kept = None

    def search(self, request: str, k: int, without: Collection[str]) -> list[Hit]:
        """See :meth:`cadagent.retrieval.Library.search`."""
        found = self.candidates(request, without)
        rows = self.rows(found.best()[: max(k, 0)])
        return [self.hit(found, number, row) for number, row in rows.items()]

    def hit(self, found: Candidates, number: int, row: Mapping[str, Any]) -> Hit:
        """A candidate as it is told."""
        return Hit(
            row["example"],
            found.scores.get(number, 0.0),
            found.ranks.get(number, {}),
            features.names(found.asked & features.unpack(row["features"])),
        )

    def candidates(self, request: str, without: Collection[str], each: int = 0) -> Candidates:
        """All that may answer a request.

        Args:
            without: groups that are left out.
            each: how many further candidates are wanted for each asked feature.
        """
        request = clean(request)
        table = self._table()
        barred = self._barred(without)
        asked = features.asked(request)
        score, weights = _signature_scores(request, asked, table)
        if len(barred):
            score[np.isin(table.numbers, barred)] = -np.inf
        rankings = {
            "words": self._by_words(request, barred, len(table.numbers)),
            "vectors": self._by_vectors(request, barred, table),
            "signature": _top(score, table.numbers, POOL),
        }
        ranks: dict[int, dict[str, int]] = {}
        for name, numbers in rankings.items():
            for rank, number in enumerate(numbers, 1):
                ranks.setdefault(number, {})[name] = rank
        scores = {
            number: sum(1.0 / (_DAMPING + rank) for rank in own.values()) for number, own in ranks.items()
        }
        others = [n for n in _showing(table, score, list(weights), each) if n not in ranks] if each else []
        return Candidates(asked, weights, ranks, scores, tuple(others))

    def rows(self, numbers: Sequence[int]) -> dict[int, dict[str, Any]]:
        """Examples by row number, in the order asked for, each with its signature and words."""
        rows = self._database.query(
            f"SELECT number, {COLUMNS}, terms, features FROM examples "
            "WHERE number IN (SELECT value FROM json_each(:numbers))",
            {"numbers": json.dumps([int(number) for number in numbers])},
        )
        found = {}
        for row in rows:
            found[row["number"]] = {
                "example": of_row(row),
                "features": row["features"],
                "terms": row["terms"],
            }
        return {number: found[number] for number in numbers if number in found}

    # -- the rankings ----------------------------------------------------------------------------------

    def _by_words(self, request: str, barred: Numbers, size: int) -> list[int]:
        """By BM25 over the request's rarest words.

        Words that very many examples have say little, and their long lists are what makes a search slow: the
        rarest are taken until their lists have ``_POSTINGS`` entries together.
        """
        counts = self._database.query(
            "SELECT term, examples FROM word_counts WHERE term IN (SELECT value FROM json_each(:terms))",
            {"terms": json.dumps(sorted(set(terms(request))))},
        )
        chosen: list[str] = []
        postings = 0
        for row in sorted(counts, key=lambda row: (row["examples"], row["term"])):
            postings += row["examples"]
            if postings > _POSTINGS or len(chosen) == _MOST_TERMS:
                break
            chosen.append(row["term"])
        if not chosen:
            return []
        # Terms are letters alone, and quoted: nothing of a request can be an operator of FTS5.
        query = " OR ".join(f'"{term}"' for term in chosen)
        rows = self._database.query(
            "SELECT rowid FROM words WHERE words MATCH :query ORDER BY rank, rowid LIMIT :limit",
            {"query": query, "limit": POOL + len(barred)},
        )
        return _without([row["rowid"] for row in rows], barred)

    def _by_vectors(self, request: str, barred: Numbers, table: _Table) -> list[int]:
        """By the cosine of sentence vectors, where the library has vectors and their model is installed."""
        if not len(table.signed) or not vectors.installed():
            return []
        vector = vectors.embed([request])[0]
        near = table.signed[vectors.nearest_signs(vector, table.signs, _RESCORED + len(barred))]
        rows = self._database.query(
            "SELECT number, numbers FROM vectors WHERE number IN (SELECT value FROM json_each(:near)) "
            "ORDER BY number",
            {"near": json.dumps(near.tolist())},
        )
        if not rows:
            return []
        cosine = vectors.likeness(vector, [row["numbers"] for row in rows])
        return _without(_top(cosine, np.array([row["number"] for row in rows]), len(rows)), barred)

    def _barred(self, groups: Collection[str]) -> Numbers:
        """The row numbers of groups that are not wanted."""
        if not groups:
            return np.empty(0, np.int64)
        rows = self._database.query(
            """SELECT number FROM examples WHERE "group" <> '' AND "group" IN
            (SELECT value FROM json_each(:groups)) ORDER BY number""",
            {"groups": json.dumps(sorted(groups))},
        )
        return np.array([row["number"] for row in rows], np.int64)

    def _table(self) -> _Table:
        with self._lock:
            # changes by other connections; our own ones make the library call `forget`
            version = int(self._database.query("PRAGMA data_version", {})[0]["data_version"])
            if self._kept is None or self._kept.version != version:
                self._kept = self._read(version)
            return self._kept

    def _read(self, version: int) -> _Table:
        rows = self._database.query(
            "SELECT number, features, length(request) AS length FROM examples ORDER BY number", {}
        )
        blob = np.frombuffer(b"".join(row["features"] for row in rows), np.uint8).reshape(-1, features.SIZE)
        bits = np.unpackbits(blob, axis=1, bitorder="little")
        signed = self._database.query("SELECT number, signs FROM vectors ORDER BY number", {})
        return _Table(
            version,
            np.array([row["number"] for row in rows], np.int64),
            np.ascontiguousarray(bits.T).astype(np.bool_),
            bits.sum(axis=1, dtype=np.float32),
            np.log(np.array([row["length"] for row in rows], np.float32)),
            vectors.signs([row["signs"] for row in signed]),
            np.array([row["number"] for row in signed], np.int64),
        )


def _signature_scores(
    request: str, asked: int, table: _Table
) -> tuple[NDArray[np.float32], dict[int, float]]:
    """How well each example's signature fits: the weighted share of the asked features that it shows, less a
    little for each feature that was not asked for, and a little more where the requests are about as long."""
    count = len(table.numbers)
    weights = {}
    for index in features.indices(asked):
        having = int(np.count_nonzero(table.shown[index]))
        weights[index] = math.log(1 + count / having) if having else 0.0
    total = sum(weights.values())
    cover = np.zeros(count, np.float32)
    shared = np.zeros(count, np.float32)
    for index, weight in weights.items():
        if weight:
            cover += np.float32(weight / total) * table.shown[index]
            shared += table.shown[index]
    apart = np.abs(table.lengths - np.float32(math.log(len(request))))
    score = cover - _EXTRA * (table.sizes - shared) + _LENGTH * np.maximum(0, 1 - apart)
    return score.astype(np.float32), weights


def _showing(table: _Table, score: NDArray[np.float32], wanted: Sequence[int], each: int) -> list[int]:
    """For each wanted feature the row numbers of the best examples that show it; each number once.

    Of a feature that many show, the best are looked for among the best of all.
    """
    best = np.argpartition(-score, _FEW)[:_FEW] if len(score) > _FEW else np.arange(len(score))
    found: dict[int, None] = {}
    for index in wanted:
        places = np.flatnonzero(table.shown[index])
        if len(places) > _FEW:
            places = best[table.shown[index][best]]
        found |= dict.fromkeys(_top(score[places], table.numbers[places], each))
    return list(found)


def _top(scores: NDArray[np.float32], numbers: Numbers, most: int) -> list[int]:
    """The row numbers of the greatest finite scores, greatest first, equal ones by row number."""
    places = np.arange(len(scores))
    if most < len(scores):
        # all that reach the score of the last place, so that equal ones are not cut off by chance
        least = np.partition(scores, len(scores) - most)[len(scores) - most]
        places = np.flatnonzero(scores >= least)
    places = places[np.isfinite(scores[places])]
    order = np.lexsort((numbers[places], -scores[places]))[:most]
    return [int(number) for number in numbers[places[order]]]


def _without(numbers: Sequence[int], barred: Numbers) -> list[int]:
    out = set(barred.tolist())
    return [number for number in numbers if number not in out][:POOL]
