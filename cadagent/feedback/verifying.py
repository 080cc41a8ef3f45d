"""Whether a database still says what was written: file, references, hashes, and accepted designs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from cadagent.design import DesignError, digest
from cadagent.feedback.records import normalise_request, text_hash
from cadagent.feedback.store import Store
from cadagent.feedback.values import from_json
from cadagent.feedback.wording import content_words, split_of, wording_id
from cadagent.validation import validate

Progress = Callable[[int, int], None]


def problems(store: Store, *, build: bool = True, progress: Progress | None = None) -> Iterator[str]:
    """Everything that is wrong with a database, one line each; nothing when all is well.

    Args:
        build: also validate and build every design that people stood by, each once; by far the longest part.
        progress: is told how many of these designs are done, and how many there are.
    """
    yield from _file(store)
    yield from _texts(store)
    yield from _digests(store)
    yield from _references(store)
    if build:
        yield from _designs(store, progress)


def _file(store: Store) -> Iterator[str]:
    for row in store.query("PRAGMA integrity_check", {}):
        if row["integrity_check"] != "ok":
            yield f"file: {row['integrity_check']}"
    for row in store.query("PRAGMA foreign_key_check", {}):
        yield f"{row['table']}: row {row['rowid']} refers to a row of {row['parent']} that is not there"


def _texts(store: Store) -> Iterator[str]:
    """Requests, wordings and messages are named by what they say."""
    with store.reading():
        for row in store.rows("SELECT * FROM requests"):
            if text_hash(row["text"]) != row["id"]:
                yield f"requests: the text of {row['id']} is not the one that was stored"
            elif text_hash(normalise_request(row["text"])) != row["normalised_hash"]:
                yield f"requests: the normalised hash of {row['id']} is wrong"
        for row in store.rows("SELECT * FROM messages"):
            if text_hash(row["role"], row["content"]) != row["id"]:
                yield f"messages: the content of {row['id']} is not the one that was stored"
        for row in store.rows("SELECT * FROM wordings"):
            if (
                wording_id(row["words"].split("\n")) != row["id"]
                or split_of(row["group_key"]) != row["split"]
            ):
                yield f"wordings: {row['id']} is not what was stored"
        for row in store.rows(
            """SELECT requests.id, requests.text, wording FROM requests
            LEFT JOIN request_wordings ON request_wordings.request = requests.id"""
        ):
            if row["wording"] != wording_id(content_words(row["text"])):
                yield f"requests: {row['id']} has not the group of its words"


def _digests(store: Store) -> Iterator[str]:
    """Designs are named by their canonical form."""
    sources = (
        ("attempts", "id", "document", "digest IS NOT NULL"),
        ("corrections", "id", "design", "1"),
        ("run_ends", "run", "design", "design IS NOT NULL"),
        ("completions", "digest", "text", "1"),
    )
    known: dict[str, str | None] = {}
    with store.reading():
        for table, key, column, where in sources:
            for row in store.rows(
                f"SELECT {key} AS name, {column} AS design, digest FROM {table} WHERE {where}"
            ):
                if row["design"] not in known:
                    known[row["design"]] = _digest(row["design"])
                if known[row["design"]] != row["digest"]:
                    yield f"{table}: the design of {row['name']} is not the one that its digest names"


def _digest(text: str) -> str | None:
    try:
        return digest(from_json(text))
    except (DesignError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _references(store: Store) -> Iterator[str]:
    """What belongs together, beyond what SQLite's own references hold."""
    checks = {
        "run {0} ended with a design that its attempt does not have": """SELECT run_ends.run FROM run_ends
            JOIN attempts ON attempts.run = run_ends.run AND attempts.number = run_ends.attempt
            WHERE run_ends.digest IS NOT NULL AND run_ends.digest IS NOT attempts.digest""",
        "verdict {0} accepts what is no valid attempt": """SELECT verdicts.id FROM verdicts
            LEFT JOIN attempts ON attempts.run = verdicts.run AND attempts.number = verdicts.attempt
            WHERE kind = 'accept' AND state = 'submitted' AND attempts.valid IS NOT 1""",
        "verdict {0} has a correction of another run": """SELECT verdicts.id FROM verdicts
            JOIN corrections ON corrections.id = verdicts.correction
            WHERE corrections.run != verdicts.run""",
        "verdict {0} undoes one of another run": """SELECT verdicts.id FROM verdicts
            JOIN verdicts AS undone ON undone.id = verdicts.undoes WHERE undone.run != verdicts.run""",
        "verdict {0} stands by a design that is not kept as a completion": """SELECT verdict FROM stood
            LEFT JOIN completions ON completions.digest = stood.digest WHERE completions.digest IS NULL""",
        "the findings of correction {0} have an error": """SELECT DISTINCT correction
            FROM correction_findings WHERE severity = 'error'""",
    }
    for words, sql in checks.items():
        for row in store.query(sql, {}):
            yield words.format(*row.values())


def _designs(store: Store, progress: Progress | None) -> Iterator[str]:
    rows: list[dict[str, Any]] = store.query(
        """SELECT completions.digest, completions.text, min(stood.run) AS run, count(*) AS n FROM stood
        JOIN completions ON completions.digest = stood.digest
        GROUP BY completions.digest ORDER BY min(stood.run)""",
        {},
    )
    for number, row in enumerate(rows, 1):
        report = validate(row["text"])
        if not report.valid:
            first = report.errors[0].one_line() if report.errors else "it is an answer without a design"
            others = f" and {row['n'] - 1} more" if row["n"] > 1 else ""
            yield f"the design that was accepted for run {row['run']}{others} does not validate: {first}"
        if progress is not None:
            progress(number, len(rows))
