"""What happens during a run, as small typed events; every face of cadagent listens to this one stream."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from cadagent.validation import Report

Strategy = Literal["first", "repair", "fresh"]
Status = Literal["valid", "no_valid_design", "refused", "asked", "interrupted"]


@dataclass(frozen=True)
class RunStarted:
    """A run begins; ``run_id`` is its id in the store (``None`` when nothing is stored)."""

    request: str
    run_id: str | None


@dataclass(frozen=True)
class AttemptStarted:
    """The model is about to be asked; ``prompt`` is exactly what it gets, as (role, text) pairs."""

    number: int
    strategy: Strategy
    prompt: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class TokensStreamed:
    """A piece of the model's answer."""

    number: int
    text: str
    tokens: int


@dataclass(frozen=True)
class Attempt:
    """One finished attempt: what the model wrote and what the validators say of it.

    Attributes:
        parent: number of the attempt it repairs, or ``None``.
        tokens_in, tokens_out: length of prompt and answer in tokens.
        seconds: time of the model alone.
        finish: why the model stopped: ``stop``, ``length`` or ``cancelled``.
    """

    number: int
    strategy: Strategy
    parent: int | None
    text: str
    report: Report
    tokens_in: int | None
    tokens_out: int
    seconds: float
    finish: str

    def rank(self) -> tuple[int, int, int]:
        """Sort key, best first: valid, then how far it came, then how little is wrong."""
        reached = sum(part is not None for part in (self.report.document, self.report.resolved, self.report.result))
        errors = sum(finding.severity == "error" for finding in self.report.findings)
        return (0 if self.report.valid else 1, -reached, errors)


@dataclass(frozen=True)
class AttemptValidated:
    """An attempt has been written and checked."""

    attempt: Attempt


@dataclass(frozen=True)
class RepairPlanned:
    """Another attempt follows: which strategy, and the text of the findings that goes back to the model."""

    number: int
    strategy: Strategy
    findings: str


@dataclass(frozen=True)
class Refused:
    """The request is no part that can be built; ``reason`` is a key of ``cadagent.design.REFUSALS``."""

    reason: str
    message: str


@dataclass(frozen=True)
class Asked:
    """The request leaves open what only its author can say; ``topic`` is a key of ``QUESTIONS``."""

    topic: str
    message: str


@dataclass(frozen=True)
class Finished:
    """The run is over.

    Attributes:
        best: the best attempt, or ``None`` when none was finished.
        assumptions: figures of the design that the request does not give, as short texts.
        reason: one line on why the run ended as it did.
        seconds: wall time of the whole run.
    """

    status: Status
    best: Attempt | None
    attempts: int
    assumptions: tuple[str, ...]
    reason: str
    seconds: float
    run_id: str | None


Event = (
    RunStarted
    | AttemptStarted
    | TokensStreamed
    | AttemptValidated
    | RepairPlanned
    | Refused
    | Asked
    | Finished
)
