"""The library's schema as numbered steps. Steps are only ever appended; a released step never changes."""

from __future__ import annotations

from sqlite_utils import Database, Migrations

migrations = Migrations("cadagent.examples")


@migrations()
def m001_examples(db: Database) -> None:
    """Examples, their index of words, how many examples have each word, vectors, and what was removed."""
    db.execute(
        """CREATE TABLE examples (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        request TEXT NOT NULL,
        design TEXT NOT NULL,
        "group" TEXT NOT NULL,
        split TEXT NOT NULL,
        origin TEXT NOT NULL,
        terms TEXT NOT NULL,
        features BLOB NOT NULL)"""
    )
    db.execute("CREATE INDEX examples_kind ON examples(kind)")
    db.execute("""CREATE INDEX examples_group ON examples("group") WHERE "group" <> ''""")
    # The words are stems of plain letters already: the simplest tokenizer keeps them as they are.
    db.execute(
        "CREATE VIRTUAL TABLE words "
        "USING fts5(terms, content='examples', content_rowid='number', tokenize='ascii')"
    )
    db.execute(
        "CREATE TRIGGER examples_added AFTER INSERT ON examples "
        "BEGIN INSERT INTO words(rowid, terms) VALUES (new.number, new.terms); END"
    )
    db.execute(
        "CREATE TRIGGER examples_removed AFTER DELETE ON examples "
        "BEGIN INSERT INTO words(words, rowid, terms) VALUES ('delete', old.number, old.terms); END"
    )
    db.execute("CREATE TABLE word_counts (term TEXT PRIMARY KEY, examples INTEGER NOT NULL) WITHOUT ROWID")
    db.execute(
        "CREATE TABLE vectors (number INTEGER PRIMARY KEY REFERENCES examples(number) ON DELETE CASCADE, "
        "signs BLOB NOT NULL, numbers BLOB NOT NULL)"
    )
    db.execute("CREATE TABLE removed (id TEXT PRIMARY KEY) WITHOUT ROWID")
    db.execute("CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID")
