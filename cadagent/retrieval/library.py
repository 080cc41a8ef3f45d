"""The example library: a SQLite file of examples with their index."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from importlib import resources
from itertools import islice
from pathlib import Path
from typing import Any, Self

from platformdirs import user_data_path
from sqlite_utils import Database

from cadagent.database import DatabaseFile
from cadagent.errors import InputError
from cadagent.retrieval import features, vectors
from cadagent.retrieval.choosing import Choice, choose
from cadagent.retrieval.examples import COLUMNS, KINDS, TRAIN, Example, Kind, of_row
from cadagent.retrieval.migrations import migrations
from cadagent.retrieval.searching import Hit, Searcher
from cadagent.retrieval.words import terms

_BATCH = 2000
_INSERT = f"""INSERT INTO examples (id, {COLUMNS}, terms, features)
    VALUES (:id, :kind, :request, :design, :group, :split, :origin, :terms, :features)"""


class Library(DatabaseFile):
    """An open example library; usable from several threads, and as a context manager.

    Every method raises ``StoreError`` with one line for a person when SQLite cannot do its part.
    """

    steps = migrations
    option = "--library"
    upgraded_by = "`cadagent examples list`"

    @classmethod
    def open(cls, path: Path | str, *, read_only: bool = False) -> Self:
        """Open the library at ``path``; unless ``read_only``, create it or bring it up to date first.

        A library has the curated examples of this cadagent, save those that were removed by hand, and the
        signatures of this cadagent's features.

        Raises:
            StoreError: it cannot be opened, is damaged, belongs to another program or to a newer cadagent.
                The file is then as it was.
        """
        library = cls(path, read_only=read_only)
        if not read_only:
            try:
                library._bring_up_to_date()
            except BaseException:
                library.close()
                raise
        return library

    def __init__(self, path: Path | str, *, read_only: bool = False, wait_seconds: float = 30.0) -> None:
        super().__init__(path, read_only=read_only, wait_seconds=wait_seconds)
        self._searcher = Searcher(self)

    # -- writing ---------------------------------------------------------------------------------------

    def add(self, item: Example) -> bool:
        """Add an example of :func:`cadagent.retrieval.example`; whether it was not there yet.

        Raises:
            InputError: its split is not ``train``: what is kept for measuring is never shown to the model.
        """
        if item.split != TRAIN:
            raise InputError(
                f"The pair is of the split {item.split!r}; only pairs of {TRAIN!r} may become examples."
            )
        return self.add_many([item]) == 1

    def add_many(self, items: Iterable[Example]) -> int:
        """Add examples; returns how many were not there yet.

        Those whose split is not ``train`` are left out. Batches are written as they come: an interruption
        keeps what was written before it.
        """
        added = 0
        wanted = iter(item for item in items if item.split == TRAIN)
        while batch := list(islice(wanted, _BATCH)):
            with self.writing() as db:
                db.conn.executemany("DELETE FROM removed WHERE id = ?", [(item.id,) for item in batch])
                added += _insert(db, batch)
            self.refresh()
        return added

    def remove(self, ids: Sequence[str]) -> int:
        """Remove examples by id; returns how many there were. None of them comes back by itself."""
        with self.writing() as db:
            names = _found(db, "id", "id", ids)
            _delete(db, _found(db, "number", "id", names))
            db.conn.executemany("INSERT OR IGNORE INTO removed VALUES (?)", [(name,) for name in names])
        self.refresh()
        return len(names)

    def replace_kind(self, kind: Kind, origins: Collection[str], items: Iterable[Example]) -> tuple[int, int]:
        """Make the examples of a kind that came from certain origins those given: how many came and went.

        So a pair whose verdict was taken back leaves the library. Of a request whose pair is kept for
        measuring every example goes, wherever it came from.
        """
        items = list(items)
        measured = {item.request for item in items if item.split != TRAIN}
        kept = {item.id: item for item in items if item.split == TRAIN and item.request not in measured}
        with self.writing() as db:
            rows = db.execute("SELECT number, id, origin FROM examples WHERE kind = ?", [kind]).fetchall()
            gone = {number for number, name, origin in rows if origin in origins and name not in kept}
            gone.update(_found(db, "number", "request", sorted(measured)))
            _delete(db, sorted(gone))
            removed = {name for (name,) in db.execute("SELECT id FROM removed")}
            added = _insert(db, [item for item in kept.values() if item.id not in removed])
        self.refresh()
        return added, len(gone)

    def reindex(self) -> int:
        """Make signatures and the index of words anew from the examples; returns how many there are."""
        with self.writing() as db:
            done = _index(db)
        self.refresh()
        return done

    def fill_vectors(self, tell: Callable[[int, int], None] = lambda done, total: None) -> int:
        """Compute the vectors that are missing; returns how many. ``tell`` hears how many of how many.

        Raises:
            ModelUnavailable: the extra ``vectors`` is not installed.
        """
        rows = self.query(
            "SELECT number, request FROM examples WHERE number NOT IN (SELECT number FROM vectors) "
            "ORDER BY number",
            {},
        )
        for start in range(0, len(rows), vectors.BATCH):
            batch = rows[start : start + vectors.BATCH]
            found = vectors.embed([row["request"] for row in batch])
            with self.writing() as db:
                db.conn.executemany(
                    "INSERT OR IGNORE INTO vectors SELECT ?, ?, ? WHERE EXISTS "
                    "(SELECT 1 FROM examples WHERE number = ?)",
                    [
                        (row["number"], *vectors.stored(vector), row["number"])
                        for row, vector in zip(batch, found, strict=True)
                    ],
                )
            tell(min(start + vectors.BATCH, len(rows)), len(rows))
        self.refresh()
        return len(rows)

    def refresh(self) -> None:
        """After a change by :meth:`writing`: read the signatures anew before the next search."""
        self._searcher.forget()

    # -- reading ---------------------------------------------------------------------------------------

    def search(self, request: str, k: int = 10, *, without: Collection[str] = ()) -> list[Hit]:
        """The ``k`` examples that are most like a request, best first; the same library, the same answer.

        Args:
            request: data; nothing in it is taken for a query language.
            without: groups whose examples are not wanted, such as that of the request itself.
        """
        return self._searcher.search(request, k, without)

    def choose(
        self,
        request: str,
        k: int = 3,
        budget: int | None = None,
        *,
        count: Callable[[str], int] = len,
        without: Collection[str] = (),
    ) -> Choice:
        """At most ``k`` examples that together show what the request asks for, none like another.

        Args:
            budget: the most that the requests and designs of the examples may measure together.
            count: measures a text: characters, or the tokens of a model.
            without: as for :meth:`search`.
        """
        return choose(self._searcher, request, k, budget, count, without)

    def examples(self, *, kind: str | None = None, limit: int | None = None) -> Iterator[Example]:
        """The examples in the order in which they were added."""
        rows = self.query(
            f"SELECT {COLUMNS} FROM examples WHERE :kind IS NULL OR kind = :kind "
            "ORDER BY number LIMIT :limit",
            {"kind": kind, "limit": -1 if limit is None else limit},
        )
        yield from (of_row(row) for row in rows)

    def counts(self) -> dict[str, int]:
        """How many examples there are of each kind."""
        found = {
            row["kind"]: row["n"]
            for row in self.query("SELECT kind, count(*) AS n FROM examples GROUP BY kind", {})
        }
        return {kind: found.get(kind, 0) for kind in KINDS}

    def __len__(self) -> int:
        return int(self.query("SELECT count(*) AS n FROM examples", {})[0]["n"])

    # -- inside ----------------------------------------------------------------------------------------

    def _bring_up_to_date(self) -> None:
        text = curated_text()
        wanted = {
            "curated": hashlib.sha256(text.encode()).hexdigest(),
            "features": features.VERSION,
        }
        facts = {row["name"]: row["value"] for row in self.query("SELECT name, value FROM facts", {})}
        if facts == wanted:
            return
        with self.writing() as db:
            if facts.get("curated") != wanted["curated"]:
                items = curated(text)
                known = {item.id for item in items}
                rows = db.execute("SELECT number, id FROM examples WHERE kind = 'curated'").fetchall()
                _delete(db, [number for number, name in rows if name not in known])
                removed = {name for (name,) in db.execute("SELECT id FROM removed")}
                _insert(db, [item for item in items if item.id not in removed])
            if facts.get("features", wanted["features"]) != wanted["features"]:
                _index(db)
            db.conn.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", list(wanted.items()))


def default_path() -> Path:
    """This person's library: what ``CADAGENT_LIBRARY`` names, else ``examples.db`` in the user's data folder,
    which is made if need be."""
    if named := os.environ.get("CADAGENT_LIBRARY", "").strip():
        return Path(named).expanduser()
    return user_data_path("cadagent", ensure_exists=True) / "examples.db"


def curated_text() -> str:
    """The file of curated examples that ships with cadagent."""
    return resources.files("cadagent").joinpath("data/examples.jsonl").read_text(encoding="utf-8")


def curated(text: str | None = None) -> list[Example]:
    """The curated examples, in the file's order; none is checked here, a test holds that each is valid."""
    lines = (text if text is not None else curated_text()).splitlines()
    rows = (json.loads(line) for line in lines if line)
    return [Example(row["request"], _compact(row["design"]), "curated") for row in rows]


def _compact(document: object) -> str:
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)


def _insert(db: Database, items: Sequence[Example]) -> int:
    """Insert what is not there yet, with its part of the index; returns how many that were."""
    names = {item.id: item for item in items}
    there = set(_found(db, "id", "id", list(names)))
    rows = []
    for name, item in names.items():
        if name not in there:
            rows.append(
                {
                    "id": name,
                    "kind": item.kind,
                    "request": item.request,
                    "design": item.design,
                    "group": item.group,
                    "split": item.split,
                    "origin": item.origin,
                    **_indexed(item.request, item.design),
                }
            )
    db.conn.executemany(_INSERT, rows)
    _count_words(db, (row["terms"] for row in rows), 1)
    return len(rows)


def _indexed(request: str, design: str) -> dict[str, Any]:
    """What the index keeps of an example."""
    return {
        "terms": " ".join(terms(request)),
        "features": features.pack(features.shown(json.loads(design))),
    }


def _delete(db: Database, numbers: Sequence[int]) -> None:
    _count_words(db, _found(db, "terms", "number", numbers), -1)
    db.conn.executemany("DELETE FROM examples WHERE number = ?", [(number,) for number in numbers])


def _index(db: Database) -> int:
    rows = db.execute("SELECT number, request, design FROM examples ORDER BY number").fetchall()
    words: Counter[str] = Counter()
    for start in range(0, len(rows), _BATCH):
        batch = []
        for number, request, design in rows[start : start + _BATCH]:
            new = _indexed(request, design)
            words.update(set(new["terms"].split()))
            batch.append((new["terms"], new["features"], number))
        db.conn.executemany("UPDATE examples SET terms = ?, features = ? WHERE number = ?", batch)
    db.execute("INSERT INTO words(words) VALUES ('rebuild')")
    db.execute("DELETE FROM word_counts")
    db.conn.executemany("INSERT INTO word_counts VALUES (?, ?)", sorted(words.items()))
    return len(rows)


def _count_words(db: Database, texts: Iterable[str], step: int) -> None:
    """Keep count of how many examples have each word."""
    found = Counter(word for text in texts for word in set(text.split()))
    db.conn.executemany(
        "INSERT INTO word_counts VALUES (?, ?) "
        "ON CONFLICT(term) DO UPDATE SET examples = examples + excluded.examples",
        [(word, step * number) for word, number in sorted(found.items())],
    )
    if step < 0:
        db.execute("DELETE FROM word_counts WHERE examples <= 0")


def _found(db: Database, wanted: str, column: str, values: Sequence[str] | Sequence[int]) -> list[Any]:
    """One column of the examples whose other column has one of the values."""
    text = json.dumps(list(values))
    sql = f"SELECT {wanted} FROM examples WHERE {column} IN (SELECT value FROM json_each(?)) ORDER BY number"
    return [row[0] for row in db.execute(sql, [text])]
