"""The database schema as numbered steps. Steps are only ever appended; a released step never changes."""

from __future__ import annotations

from sqlite_utils import Database, Migrations

migrations = Migrations("cadagent")

_APPEND_ONLY = ("UPDATE", "DELETE")


def known_names() -> set[str]:
    """Names of all steps that this cadagent has: those that an empty database lacks."""
    return {step.name for step in migrations.pending(Database(memory=True, execute_plugins=False))}


def _create(db: Database, table: str, columns: str) -> None:
    """Create an append-only table: SQLite itself refuses to change or delete its rows."""
    db.execute(f"CREATE TABLE {table} ({columns})")
    for action in _APPEND_ONLY:
        db.execute(
            f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


@migrations()
def m001_runs(db: Database) -> None:
    """Requests, runs, their attempts and findings. Requests and messages are stored once, by content."""
    _create(db, "requests", "id TEXT PRIMARY KEY, text TEXT NOT NULL, normalised_hash TEXT NOT NULL")
    _create(
        db,
        "runs",
        """id TEXT PRIMARY KEY,
        request TEXT NOT NULL REFERENCES requests(id),
        started TEXT NOT NULL,
        seed INTEGER NOT NULL,
        model TEXT NOT NULL,
        model_hash TEXT,
        adapter TEXT,
        adapter_hash TEXT,
        language_version TEXT NOT NULL,
        language_hash TEXT NOT NULL,
        prompt_version TEXT NOT NULL,
        findings_version TEXT NOT NULL,
        units TEXT,
        settings TEXT NOT NULL""",
    )
    _create(
        db,
        "attempts",
        """id TEXT PRIMARY KEY,
        run TEXT NOT NULL REFERENCES runs(id),
        number INTEGER NOT NULL,
        parent INTEGER,
        ended TEXT NOT NULL,
        strategy TEXT NOT NULL,
        text TEXT NOT NULL,
        document TEXT,
        digest TEXT,
        tokens_in INTEGER,
        tokens_out INTEGER,
        ms INTEGER NOT NULL,
        finish TEXT,
        valid INTEGER NOT NULL,
        measurement TEXT,
        UNIQUE (run, number),
        FOREIGN KEY (run, parent) REFERENCES attempts(run, number)""",
    )
    _create(db, "messages", "id TEXT PRIMARY KEY, role TEXT NOT NULL, content TEXT NOT NULL")
    _create(
        db,
        "attempt_messages",
        """attempt TEXT NOT NULL REFERENCES attempts(id),
        position INTEGER NOT NULL,
        message TEXT NOT NULL REFERENCES messages(id),
        PRIMARY KEY (attempt, position)""",
    )
    _create(
        db,
        "findings",
        """attempt TEXT NOT NULL REFERENCES attempts(id),
        position INTEGER NOT NULL,
        code TEXT NOT NULL,
        message TEXT NOT NULL,
        pointer TEXT NOT NULL,
        severity TEXT NOT NULL,
        line INTEGER,
        expected TEXT,
        actual TEXT,
        hint TEXT,
        cause TEXT,
        PRIMARY KEY (attempt, position)""",
    )
    # A run's end is a row of its own, so that nothing stored is ever changed.
    _create(
        db,
        "run_ends",
        """run TEXT PRIMARY KEY REFERENCES runs(id),
        finished TEXT NOT NULL,
        status TEXT NOT NULL,
        attempt INTEGER,
        design TEXT,
        digest TEXT,
        out TEXT,
        reason TEXT,
        FOREIGN KEY (run, attempt) REFERENCES attempts(run, number)""",
    )
    db.execute("CREATE INDEX requests_normalised ON requests(normalised_hash)")
    db.execute("CREATE INDEX runs_request ON runs(request)")
    db.execute("CREATE INDEX run_ends_status ON run_ends(status)")
    db.execute("CREATE INDEX findings_code ON findings(code)")
