"""What happens during a run, as small typed events; every face of cadagent listens to this one stream."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from cadagent.requirements.telling import unmet

if TYPE_CHECKING:
    from cadagent.agent.context import Piece
    from cadagent.generation import Identity
    from cadagent.validation import Report

Strategy = str
"""Name of what an attempt does: ``first``, ``fresh``, or one of :mod:`cadagent.agent.plans`."""
Status = Literal["valid", "no_valid_design", "refused", "asked", "interrupted"]


@dataclass(frozen=True)
class RunStarted:
    """A run begins.

    Attributes:
        request: as the model gets it.
        run_id: the run's id in the store; ``None`` when nothing is stored.
        identity: which weights answer.
    """

    request: str
    run_id: str | None
    identity: Identity


@dataclass(frozen=True)
class AttemptStarted:
    """The model is about to be asked.

    Attributes:
        prompt: exactly what it gets, as (role, text) pairs; of an attempt piece by piece, the first of them.
        pieces: what there was to tell it, with tokens, and what had to go for want of room.
        room: the most tokens that the prompt may have.
    """

    number: int
    strategy: Strategy
    prompt: tuple[tuple[str, str], ...]
    pieces: tuple[Piece, ...] = ()
    room: int = 0


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
        tokens_in, tokens_out: length of prompt and answer in tokens, and of the design's telling, if any.
        seconds: time of the model alone.
        finish: why the model stopped: ``stop``, ``length``, ``cancelled``, or ``failed`` when it broke down.
        doubts: how many figures do not add up between request and design (``requirements.tally``), and how
            many the design's telling says otherwise (``agent.comparing``), where it was told.
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
    doubts: int = 0

    @property
    def valid(self) -> bool:
        """Whether there is a solid and nothing is wrong with it; what was never built is not valid."""
        return self.report.valid and self.report.result is not None

    @property
    def unmet(self) -> tuple[str, ...]:
        """The figures of the request that the solid does not hold, as short texts for a person."""
        return unmet(self.report.asked)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What else a person should look at before they use the solid."""
        warnings = (one for one in self.report.findings if one.severity == "warning" and one.cause is None)
        told = [one.message for one in warnings if not one.code.startswith("requirements.")]
        if self.strategy == "prune":
            told.append(f"What changed nothing in attempt {self.parent} was left out.")
        return tuple(dict.fromkeys(told))

    def rank(self) -> tuple[bool, int, int, int, int]:
        """Sort key, best first: valid, then how far it came, and how little is wrong, unmet and doubtful."""
        report = self.report
        steps = (report.document, report.canonical, report.resolved, report.result)
        reached = sum(step is not None for step in steps)
        return (not self.valid, -reached, len(report.errors) + report.left_out, len(self.unmet), self.doubts)


@dataclass(frozen=True)
class AttemptValidated:
    """An attempt has been written and checked."""

    attempt: Attempt


@dataclass(frozen=True)
class RepairPlanned:
    """Another attempt follows.

    Attributes:
        number: of the attempt that follows.
        parent: number of the attempt whose design it starts from; ``None`` where it starts from the request.
        findings: the text of the findings that goes back to the model; empty where none does.
        why: what made the policy choose this, in words.
    """

    number: int
    strategy: Strategy
    parent: int | None
    findings: str
    why: str


@dataclass(frozen=True)
class Refused:
    """The request is no part that can be built; ``reason`` is a key of ``cadagent.design.REFUSALS``."""

    reason: str
    message: str


@dataclass(frozen=True)
class Asked:
    """The request leaves open what only its author can say; ``topic`` is a key of ``QUESTIONS``, or
    ``contradiction`` where two of the request's figures cannot both hold."""

    topic: str
    message: str


@dataclass(frozen=True)
class Finished:
    """The run is over.

    Attributes:
        best: the best attempt, or ``None`` when there was none.
        attempts: how many there were.
        assumptions: figures of the design that the request does not give, as short texts.
        reason: one line on why the run ended as it did.
        seconds: wall time of the whole run.
        check: what a person should check of the valid solid, as short texts: figures of the request that it
            does not hold, and what the checks remarked.
        out: folder of the results, when ``run`` was told how to keep them.
    """

    status: Status
    best: Attempt | None
    attempts: int
    assumptions: tuple[str, ...]
    reason: str
    seconds: float
    run_id: str | None
    out: str | None = None
    check: tuple[str, ...] = ()


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
