"""The database schema as numbered steps. Steps are only ever appended; a released step never changes."""

from __future__ import annotations

from sqlite_utils import Database, Migrations

migrations = Migrations("cadagent")

_APPEND_ONLY = ("UPDATE", "DELETE")


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


@migrations()
def m002_decisions(db: Database) -> None:
    """Chats with their turns, what people decided on runs, and their corrections.

    Human and validator labels never share a column: a verdict says what a person thinks, the findings of a
    correction what the checks found. Undoing is a verdict of its own, so that nothing is ever changed.
    """
    _create(db, "chats", "id TEXT PRIMARY KEY, created TEXT NOT NULL")
    _create(
        db,
        "chat_names",
        """id TEXT PRIMARY KEY,
        chat TEXT NOT NULL REFERENCES chats(id),
        name TEXT NOT NULL,
        given TEXT NOT NULL""",
    )
    # A turn is stored before its run starts: what a person typed outlives a crash of anything after it.
    _create(
        db,
        "turns",
        """id TEXT PRIMARY KEY,
        chat TEXT NOT NULL REFERENCES chats(id),
        text TEXT NOT NULL,
        edits_run TEXT,
        edits_attempt INTEGER,
        sent TEXT NOT NULL,
        FOREIGN KEY (edits_run, edits_attempt) REFERENCES attempts(run, number)""",
    )
    _create(
        db,
        "turn_runs",
        "turn TEXT NOT NULL REFERENCES turns(id), run TEXT NOT NULL UNIQUE REFERENCES runs(id), "
        "PRIMARY KEY (turn, run)",
    )
    # Working paper, not a record: the only table whose rows change.
    db.execute("CREATE TABLE drafts (place TEXT PRIMARY KEY, text TEXT NOT NULL, saved TEXT NOT NULL)")
    _create(
        db,
        "corrections",
        """id TEXT PRIMARY KEY,
        run TEXT NOT NULL REFERENCES runs(id),
        attempt INTEGER NOT NULL,
        written TEXT NOT NULL,
        text TEXT NOT NULL,
        design TEXT NOT NULL,
        digest TEXT NOT NULL,
        diff TEXT NOT NULL,
        measurement TEXT,
        FOREIGN KEY (run, attempt) REFERENCES attempts(run, number)""",
    )
    _create(
        db,
        "correction_findings",
        """correction TEXT NOT NULL REFERENCES corrections(id),
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
        PRIMARY KEY (correction, position)""",
    )
    _create(
        db,
        "verdicts",
        """id TEXT PRIMARY KEY,
        run TEXT NOT NULL REFERENCES runs(id),
        attempt INTEGER,
        kind TEXT NOT NULL CHECK (kind IN ('accept', 'correct', 'reject', 'skip', 'undo')),
        decided TEXT NOT NULL,
        seconds REAL NOT NULL,
        note TEXT NOT NULL,
        correction TEXT REFERENCES corrections(id),
        undoes TEXT REFERENCES verdicts(id) UNIQUE,
        CHECK ((kind = 'correct') = (correction IS NOT NULL)),
        CHECK ((kind = 'undo') = (undoes IS NOT NULL)),
        FOREIGN KEY (run, attempt) REFERENCES attempts(run, number)""",
    )
    _create(
        db,
        "verdict_tags",
        "verdict TEXT NOT NULL REFERENCES verdicts(id), tag TEXT NOT NULL, PRIMARY KEY (verdict, tag)",
    )
    db.execute(
        """CREATE VIEW standing_verdicts AS
        SELECT * FROM verdicts AS v WHERE kind != 'undo'
        AND NOT EXISTS (SELECT 1 FROM verdicts AS u WHERE u.undoes = v.id)
        AND NOT EXISTS (
            SELECT 1 FROM verdicts AS w WHERE w.run = v.run AND w.rowid > v.rowid AND w.kind != 'undo'
            AND NOT EXISTS (SELECT 1 FROM verdicts AS u WHERE u.undoes = w.id))"""
    )
    db.execute("CREATE INDEX turns_chat ON turns(chat)")
    db.execute("CREATE INDEX chat_names_chat ON chat_names(chat)")
    db.execute("CREATE INDEX verdicts_run ON verdicts(run)")
    db.execute("CREATE INDEX corrections_run ON corrections(run)")


@migrations()
def m003_groups(db: Database) -> None:
    """Wordings of requests with their group and split; drafts of verdicts; what people stood by, as a model
    writes it.
    """
    _create(
        db,
        "wordings",
        """id TEXT PRIMARY KEY,
        words TEXT NOT NULL,
        group_key TEXT NOT NULL,
        split TEXT NOT NULL CHECK (split IN ('train', 'held-out'))""",
    )
    _create(
        db,
        "wording_bands",
        "band TEXT NOT NULL, wording TEXT NOT NULL REFERENCES wordings(id), PRIMARY KEY (band, wording)",
    )
    _create(
        db,
        "request_wordings",
        "request TEXT PRIMARY KEY REFERENCES requests(id), wording TEXT NOT NULL REFERENCES wordings(id)",
    )
    _create(db, "group_links", "a TEXT NOT NULL, b TEXT NOT NULL, PRIMARY KEY (a, b)")
    # Writing a design as a model does takes a millisecond: done once when it is stood by, not at each export.
    _create(db, "completions", "digest TEXT PRIMARY KEY, text TEXT NOT NULL, geometry TEXT")
    db.execute(
        "ALTER TABLE verdicts ADD COLUMN state TEXT NOT NULL DEFAULT 'submitted' "
        "CHECK (state IN ('draft', 'submitted'))"
    )
    db.execute("DROP VIEW standing_verdicts")
    db.execute(
        """CREATE VIEW standing_verdicts AS
        SELECT * FROM verdicts AS v WHERE kind != 'undo' AND state = 'submitted'
        AND NOT EXISTS (SELECT 1 FROM verdicts AS u WHERE u.undoes = v.id)
        AND NOT EXISTS (
            SELECT 1 FROM verdicts AS w WHERE w.run = v.run AND w.rowid > v.rowid AND w.kind != 'undo'
            AND w.state = 'submitted' AND NOT EXISTS (SELECT 1 FROM verdicts AS u WHERE u.undoes = w.id))"""
    )
    db.execute(
        """CREATE VIEW stood AS
        SELECT v.id AS verdict, v.run, v.attempt, v.kind, v.correction,
            coalesce(c.digest, a.digest) AS digest
        FROM standing_verdicts AS v
        LEFT JOIN corrections AS c ON c.id = v.correction
        LEFT JOIN attempts AS a ON a.run = v.run AND a.number = v.attempt
        WHERE v.kind IN ('accept', 'correct')"""
    )
    db.execute("CREATE INDEX request_wordings_wording ON request_wordings(wording)")
    db.execute("CREATE INDEX runs_started ON runs(started, id)")
    db.execute("CREATE INDEX run_ends_waiting ON run_ends(run, attempt) WHERE attempt IS NOT NULL")
    db.execute("CREATE INDEX verdict_tags_tag ON verdict_tags(tag)")
    db.execute("CREATE INDEX verdicts_kind ON verdicts(kind)")
    _fill_groups(db)


def _fill_groups(db: Database) -> None:
    """Groups and completions of what an older cadagent stored."""
    from cadagent.feedback.completions import keep_completion
    from cadagent.feedback.grouping import group_request

    for request, text in db.execute("SELECT id, text FROM requests ORDER BY rowid").fetchall():
        group_request(db, request, text)
    rows = db.execute(
        """SELECT coalesce(c.design, a.document), coalesce(c.measurement, a.measurement)
        FROM verdicts AS v LEFT JOIN corrections AS c ON c.id = v.correction
        LEFT JOIN attempts AS a ON a.run = v.run AND a.number = v.attempt
        WHERE v.kind IN ('accept', 'correct') ORDER BY v.rowid"""
    ).fetchall()
    for design, measurement in rows:
        keep_completion(db, design, measurement)


@migrations()
def m004_rounds(db: Database) -> None:
    """Retrieved examples; adapters and which of them is live; rounds, what went into them, evaluations."""
    _create(
        db,
        "retrieved",
        """attempt TEXT NOT NULL REFERENCES attempts(id),
        position INTEGER NOT NULL,
        example TEXT NOT NULL,
        score REAL,
        PRIMARY KEY (attempt, position)""",
    )
    _create(
        db,
        "adapters",
        """id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        path TEXT NOT NULL,
        task TEXT NOT NULL,
        model TEXT NOT NULL,
        model_hash TEXT,
        parent TEXT REFERENCES adapters(id),
        card TEXT NOT NULL,
        registered TEXT NOT NULL""",
    )
    _create(
        db,
        "rounds",
        """id TEXT PRIMARY KEY,
        parent TEXT REFERENCES adapters(id),
        seed INTEGER NOT NULL,
        settings TEXT NOT NULL,
        started TEXT NOT NULL""",
    )
    _create(
        db,
        "round_items",
        """round TEXT NOT NULL REFERENCES rounds(id),
        position INTEGER NOT NULL,
        source TEXT NOT NULL CHECK (source IN ('new', 'replay', 'synthetic', 'hard negative')),
        task TEXT NOT NULL,
        split TEXT NOT NULL CHECK (split IN ('train', 'held-out')),
        group_key TEXT,
        content_hash TEXT NOT NULL,
        verdict TEXT REFERENCES verdicts(id),
        PRIMARY KEY (round, position)""",
    )
    _create(
        db,
        "round_ends",
        """round TEXT PRIMARY KEY REFERENCES rounds(id),
        finished TEXT NOT NULL,
        status TEXT NOT NULL CHECK (status IN ('promoted', 'refused', 'failed', 'cancelled')),
        adapter TEXT REFERENCES adapters(id),
        reason TEXT NOT NULL,
        card TEXT""",
    )
    # The live adapter is the latest of these: promotion and rollback are each one row, with the reason.
    _create(
        db,
        "promotions",
        """id TEXT PRIMARY KEY,
        action TEXT NOT NULL CHECK (action IN ('promote', 'rollback')),
        task TEXT NOT NULL,
        model TEXT NOT NULL,
        adapter TEXT REFERENCES adapters(id),
        round TEXT REFERENCES rounds(id),
        reason TEXT NOT NULL CHECK (reason != ''),
        decided TEXT NOT NULL""",
    )
    _create(
        db,
        "evaluations",
        """id TEXT PRIMARY KEY,
        round TEXT REFERENCES rounds(id),
        adapter TEXT REFERENCES adapters(id),
        model TEXT NOT NULL,
        set_name TEXT NOT NULL,
        set_hash TEXT NOT NULL,
        seed INTEGER NOT NULL,
        settings TEXT NOT NULL,
        done TEXT NOT NULL""",
    )
    _create(
        db,
        "evaluation_results",
        """evaluation TEXT NOT NULL REFERENCES evaluations(id),
        item TEXT NOT NULL,
        stage TEXT NOT NULL CHECK (stage IN ('first pass', 'after the loop')),
        family TEXT,
        group_key TEXT,
        passed INTEGER NOT NULL CHECK (passed IN (0, 1)),
        figures TEXT,
        PRIMARY KEY (evaluation, item, stage)""",
    )
    db.execute("CREATE INDEX round_items_group ON round_items(group_key)")
    db.execute("CREATE INDEX promotions_model ON promotions(model, task)")
    db.execute("CREATE INDEX evaluations_round ON evaluations(round)")


@migrations()
def m005_drafts(db: Database) -> None:
    """Drafts of verdicts are few: found by themselves, they need not be looked for in every list."""
    db.execute("CREATE INDEX verdicts_draft ON verdicts(run) WHERE state = 'draft'")
