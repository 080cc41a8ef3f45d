"""What of a run goes into the store."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from cadagent.agent.context import Context
from cadagent.agent.events import Attempt
from cadagent.agent.prompts import PROMPT_VERSION
from cadagent.design import LANGUAGE_VERSION, digest, language_hash
from cadagent.feedback import NewAttempt, NewRun, RunEnd, RunStatus, Store
from cadagent.generation import Identity
from cadagent.settings import Settings
from cadagent.validation import FINDINGS_VERSION


class Recording:
    """One run's rows in the store; without a store nothing is kept.

    Every method raises ``StoreError`` when the row cannot be written.
    """

    def __init__(self, store: Store | None, request: str) -> None:
        self._store, self._request = store, request
        self._id: str | None = None

    def start(self, settings: Settings, identity: Identity) -> str | None:
        """Store what is needed to repeat the run; returns its id."""
        if self._store is None:
            return None
        values = {key: value for key, value in asdict(settings).items() if value is not None}
        plain = {key: str(value) if isinstance(value, Path) else value for key, value in values.items()}
        self._id = self._store.start_run(
            NewRun(
                request=self._request,
                seed=settings.seed,
                model=identity.model,
                model_hash=identity.weights_sha256,
                adapter=identity.adapter,
                adapter_hash=identity.adapter_sha256,
                language_version=LANGUAGE_VERSION,
                language_hash=language_hash(),
                prompt_version=PROMPT_VERSION,
                findings_version=FINDINGS_VERSION,
                units=settings.units,
                settings=plain,
            )
        )
        return self._id

    def attempt(self, attempt: Attempt, context: Context | None) -> None:
        """Store an attempt as it ended, with the prompt it answered; ``None`` where no model was asked."""
        if self._store is None or self._id is None:
            return
        report = attempt.report
        measurement = report.result.measurement if report.result is not None else None
        self._store.add_attempt(
            self._id,
            NewAttempt(
                number=attempt.number,
                parent=attempt.parent,
                strategy=attempt.strategy,
                messages=list(context.prompt) if context is not None else [],
                text=attempt.text,
                document=report.canonical or report.document,
                digest=digest(report.canonical) if report.canonical is not None else None,
                tokens_in=attempt.tokens_in,
                tokens_out=attempt.tokens_out,
                ms=round(attempt.seconds * 1000),
                finish=attempt.finish,
                valid=attempt.valid,
                measurement=measurement.as_dict() if measurement is not None else None,
                findings=report.findings,
                retrieved=context.retrieved if context is not None else (),
            ),
        )

    def end(self, status: RunStatus, reason: str, best: Attempt | None, out: Path | None) -> None:
        """Store how the run ended; the design only when it is valid."""
        if self._store is None or self._id is None:
            return
        design = best.report.canonical if best is not None and best.valid else None
        self._store.finish_run(
            self._id,
            RunEnd(
                status=status,
                attempt=best.number if best is not None else None,
                design=design,
                digest=digest(design) if design is not None else None,
                out=str(out.resolve()) if out is not None else None,
                reason=reason,
            ),
        )
