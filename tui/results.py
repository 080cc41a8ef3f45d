"""One attempt as the screens show it, whether it has just been made or comes out of the store."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cadagent.agent import Attempt, AttemptStarted
    from cadagent.agent.context import Piece
    from cadagent.design import Finding
    from cadagent.feedback import Attempt as StoredAttempt
    from cadagent.kernel import Measurement, Mesh
    from cadagent.validation import Report


@dataclass(frozen=True, eq=False)
class Result:
    """An attempt with all that can be looked at.

    Attributes:
        request: what was asked.
        edits: whether that was a change of a design that was there.
        run: id of its run, by which it is judged.
        text: what the model wrote.
        document: what was read from it.
        messages: exactly what the model was sent, as (role, text) pairs.
        pieces: what there was to tell it, also what had no room; of new attempts only.
        size, volume: of the solid in mm and mm³; ``None`` without one.
        report: with mesh and measurement; ``None`` until a stored attempt has been built again.
    """

    request: str
    run: str | None
    number: int
    strategy: str
    text: str
    document: dict[str, Any] | None
    findings: tuple[Finding, ...]
    valid: bool
    finish: str | None
    messages: tuple[tuple[str, str], ...]
    tokens_in: int | None
    tokens_out: int | None
    seconds: float
    edits: bool = False
    pieces: tuple[Piece, ...] = ()
    size: tuple[float, ...] | None = None
    volume: float | None = None
    report: Report | None = None

    @property
    def figures(self) -> str | None:
        """The text whose figures the solid must hold; those of a change may be relative."""
        return None if self.edits else self.request

    @property
    def design_text(self) -> str:
        """The design laid out for reading and editing; the raw text where there is no design."""
        from cadagent.design import dumps

        return dumps(self.document, indent=2) if self.document is not None else self.text

    @cached_property
    def findings_laid_out(self) -> tuple[Finding, ...]:
        """The findings with the lines that they have in ``design_text``."""
        from cadagent.design.reading import lines_of

        if self.document is None:
            return self.findings
        lines = lines_of(self.design_text, [finding.pointer for finding in self.findings])
        return tuple(replace(finding, line=lines.get(finding.pointer)) for finding in self.findings)

    @property
    def mesh(self) -> Mesh | None:
        return self.report.result.mesh if self.report is not None and self.report.result is not None else None

    @property
    def measurement(self) -> Measurement | None:
        report = self.report
        return report.result.measurement if report is not None and report.result is not None else None

    @property
    def state(self) -> str:
        """One word for how it went, never only a colour."""
        if self.finish == "cancelled":
            return "stopped"
        if self.finish == "failed":
            return "failed"
        if self.report is not None and self.report.reply is not None:
            return "no design"
        return "valid" if self.valid else "not valid"

    def built(self, report: Report) -> Result:
        """The same, with the report of building it again."""
        return replace(self, report=report)


VERDICTS = {"accept": "✓ accepted", "correct": "✎ corrected", "reject": "✗ rejected", "skip": "→ skipped"}
"""What an attempt is after each kind of decision."""

SIGNS = {"valid": "✓", "not valid": "✗", "stopped": "■", "failed": "!", "no design": "?"}


def of_attempt(
    attempt: Attempt, started: AttemptStarted, request: str, run: str | None, *, edits: bool = False
) -> Result:
    """The result of an attempt that has just been made."""
    report = attempt.report
    measurement = report.result.measurement if report.result is not None else None
    return Result(
        request=request,
        run=run,
        number=attempt.number,
        strategy=attempt.strategy,
        text=attempt.text,
        document=report.document,
        findings=report.findings,
        valid=attempt.valid,
        finish=attempt.finish,
        messages=started.prompt,
        pieces=started.pieces,
        tokens_in=attempt.tokens_in,
        tokens_out=attempt.tokens_out,
        seconds=attempt.seconds,
        edits=edits,
        size=measurement.size if measurement is not None else None,
        volume=measurement.volume if measurement is not None else None,
        report=report,
    )


def of_stored(attempt: StoredAttempt, request: str, *, edits: bool = False) -> Result:
    """The result of an attempt out of the store; it has no solid before it is built again."""
    measured = attempt.measurement or {}
    return Result(
        request=request,
        run=attempt.run,
        number=attempt.number,
        strategy=attempt.strategy,
        text=attempt.text,
        document=_as_written(attempt.text, attempt.document),
        findings=tuple(attempt.findings),
        valid=attempt.valid,
        finish=attempt.finish,
        messages=tuple((role, content) for role, content in attempt.messages),
        tokens_in=attempt.tokens_in,
        tokens_out=attempt.tokens_out,
        seconds=attempt.ms / 1000,
        edits=edits,
        size=tuple(measured["size"]) if "size" in measured else None,
        volume=measured.get("volume"),
    )


def _as_written(text: str, stored: Any) -> dict[str, Any] | None:
    """What the model wrote rather than its canonical form: findings and editor then agree with the text."""
    from cadagent.design import parse

    document = parse(text).document
    if document is not None:
        return document
    return stored if isinstance(stored, dict) else None
