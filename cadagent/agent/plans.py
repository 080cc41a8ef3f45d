"""What to try next: a small explicit policy over the attempts so far.

Each strategy says for itself whether it applies; the first that applies in the order of the settings is
taken. All but ``fresh`` answer at temperature 0, where the same question gives the same answer, so that each
is tried once for the same design.

=========  ==========================================================================================
first      the request
prune      the best attempt without the operations that change nothing; no model is asked
repair     the best attempt with its findings, to be written anew
rewrite    the same, but only the operation that all findings lie in is written; the rest stands
step       the request piece by piece: each piece only adds operations to the design so far
fresh      the request again, with some temperature, more of it each time, and with other examples
=========  ==========================================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from cadagent.agent.context import Told
from cadagent.agent.events import Attempt
from cadagent.agent.fixing import only_operation
from cadagent.agent.stepping import pieces
from cadagent.design import Finding, dumps
from cadagent.validation import Report, for_model
from cadagent.validation.pointers import operation_index

FRESH_TEMPERATURE = 0.7
HOTTEST = 1.3
_HOTTER = 0.3
"""How much more temperature each further fresh attempt gets."""

_NO_EFFECT = frozenset({"geometry.no_effect"})
"""What is found of an operation that leaves the solid as it was."""

STAGNANT = 2
"""So many attempts in a row that bring nothing but texts seen before end a run."""


@dataclass(frozen=True)
class Plan:
    """What the next attempt will be.

    Attributes:
        told: what the model is told.
        parent: number of the attempt whose design it starts from.
        pieces: of the request, each told with the design so far.
        text: what the attempt says, where no model is asked.
        design_only: the answer must be a design, whatever the model would rather say.
        why: what made the policy choose this, in words.
    """

    strategy: str
    told: Told
    parent: int | None = None
    temperature: float = 0.0
    pieces: tuple[str, ...] = ()
    text: str = ""
    design_only: bool = False
    why: str = ""

    @property
    def findings(self) -> str:
        """The findings that go back to the model."""
        return "\n".join(self.told.findings)


def next_plan(
    first: Told,
    attempts: Sequence[Attempt],
    strategies: Sequence[str],
    fits: Callable[[Told], bool],
    afresh: Callable[[int], Told],
) -> Plan | None:
    """The plan for the attempt after these; ``None`` when the model only repeats itself.

    Args:
        first: what the first attempt was told.
        strategies: names of the strategies that may be used, in the order in which they are tried.
        fits: whether that fits the model's window.
        afresh: what a fresh attempt is told after so many starts.
    """
    if _stagnant(attempts):
        return None
    if not attempts:
        return Plan("first", first)
    best = min(attempts, key=Attempt.rank)
    why = ""
    for name in strategies:
        plan = _STRATEGIES[name](first, attempts, best)
        if isinstance(plan, Plan):
            if fits(plan.told):
                return plan
            plan = "the design and its findings are too long for the model"
        why = plan or why
    count = sum(attempt.strategy == "fresh" for attempt in attempts)
    hot = min(HOTTEST, FRESH_TEMPERATURE + _HOTTER * count)
    return Plan(
        "fresh", afresh(count + 1), temperature=round(hot, 2), why=why or "nothing else is left to try"
    )


def _prune(first: Told, attempts: Sequence[Attempt], best: Attempt) -> Plan | str:
    """A cut that removes nothing, or a join that adds nothing, leaves the solid as it was: so does its going.

    Models that read a step told twice write it twice.
    """
    document, causes = best.report.document, [one for one in best.report.errors if one.cause is None]
    if document is None or not causes or any(one.code not in _NO_EFFECT for one in causes):
        return "there is more amiss than operations that change nothing"
    gone = {operation_index(one.pointer) for one in causes}
    left = [operation for index, operation in enumerate(document["operations"]) if index not in gone]
    if None in gone or not left:
        return "nothing would be left"
    text = dumps({**document, "operations": left})
    if any(attempt.text == text for attempt in attempts):
        return "the design without them has been tried"
    names = ", ".join(str(index + 1) for index in sorted(index for index in gone if index is not None))
    why = f"operation {names} of attempt {best.number} changes nothing"
    return Plan("prune", first, best.number, text=text, why=why)


def _repair(first: Told, attempts: Sequence[Attempt], best: Attempt) -> Plan | str:
    if best.report.document is None:
        return "the answer is no design that could be repaired"
    if not told(best.report):
        return "nothing is found wrong"
    repairs = [one for one in attempts if one.strategy == "repair" and one.parent == best.number]
    if repairs:
        same = repairs[-1].text == best.text
        return "the answer was the same as before" if same else "the repair was no better"
    return Plan(
        "repair", _shown(first, attempts, best), best.number, why=f"attempt {best.number} is the best so far"
    )


def _rewrite(first: Told, attempts: Sequence[Attempt], best: Attempt) -> Plan | str:
    document = best.report.document
    if document is None:
        return "the answer is no design that could be repaired"
    if any(one.strategy == "rewrite" and one.parent == best.number for one in attempts):
        return "the rewritten operation was no better"
    index = only_operation(document, [finding.pointer for finding in told(best.report)])
    if index is None:
        return "the findings lie in more than one operation"
    why = f"all findings lie in operation {index + 1} of attempt {best.number}"
    shown = replace(_shown(first, attempts, best), operation=index)
    return Plan("rewrite", shown, best.number, why=why)


def _step(first: Told, attempts: Sequence[Attempt], best: Attempt) -> Plan | str:
    parts = () if first.change else tuple(pieces(first.request))
    if len(parts) < 2:
        return ""  # says nothing about the attempts
    if any(one.strategy == "step" for one in attempts):
        return "building it piece by piece was no better"
    return Plan("step", first, pieces=parts, why=f"the request has {len(parts)} pieces")


def told(report: Report) -> list[Finding]:
    """The findings that a model is told of: causes that are errors, or else warnings."""
    causes = [finding for finding in report.findings if finding.cause is None]
    errors = [finding for finding in causes if finding.severity == "error"]
    return errors or [finding for finding in causes if finding.severity == "warning"]


def _shown(first: Told, attempts: Sequence[Attempt], best: Attempt) -> Told:
    """The best attempt with its findings, and a line for each other one."""
    document = best.report.document or {}
    findings = for_model(best.report.findings, document)
    return replace(
        first,
        design=dumps(document),
        findings=tuple(findings.split("\n")),
        ledger=tuple(_line(one) for one in attempts if one is not best) if first.preface.reference else (),
    )


def _line(attempt: Attempt) -> str:
    """One attempt for the ledger: ``2 fresh: geometry.no_effect at /operations/1``."""
    report = attempt.report
    if report.errors:
        outcome = f"{report.errors[0].code} at {report.errors[0].pointer or 'the document'}"
    else:
        outcome = "; ".join(attempt.unmet) or "valid"
    return f"{attempt.number} {attempt.strategy}: {outcome}"


def _stagnant(attempts: Sequence[Attempt]) -> bool:
    """Whether the last attempts, at least one of them fresh, brought nothing new."""
    texts = [attempt.text for attempt in attempts]
    last = range(len(texts) - STAGNANT, len(texts))
    return (
        len(texts) > STAGNANT
        and all(texts[number] in texts[:number] for number in last)
        and attempts[-1].strategy == "fresh"
    )


_STRATEGIES: dict[str, Callable[[Told, Sequence[Attempt], Attempt], Plan | str]] = {
    "prune": _prune,
    "repair": _repair,
    "rewrite": _rewrite,
    "step": _step,
}
