"""From a text or document to a report: stage by stage, each only when the one before brought no error."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cadagent.design import DesignError, Finding, Parsed, canonicalize, parse, reply_of, resolve
from cadagent.design.reading import MAX_DEPTH, lines_of
from cadagent.errors import KernelUnavailable
from cadagent.requirements import Row
from cadagent.validation.causes import linked
from cadagent.validation.hints import with_hint
from cadagent.validation.pointers import existing
from cadagent.validation.registry import Rule, Stage, Subject, rules

if TYPE_CHECKING:
    from cadagent.kernel.result import BuildResult

MAX_FINDINGS = 25
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Report:
    """What validation found.

    Attributes:
        valid: there is a design and no finding is an error; without a build, as far as can be told.
        findings: errors first, causes before consequences (those have ``cause`` set); pointers lead into
            ``document`` and always exist there; at most ``MAX_FINDINGS``.
        left_out: how many more findings there were.
        reply: ``("refuse", reason)`` or ``("ask", topic)`` when the text is such a reply and no design.
        document: the document as written; ``None`` when none could be read.
        canonical, resolved: its further forms, as far as it came.
        result: what the kernel built and measured; ``None`` when nothing was built.
        text: the text that was checked, as it came.
        asked: the table asked against built, where there is a request and a solid.
    """

    valid: bool
    findings: tuple[Finding, ...] = ()
    left_out: int = 0
    reply: tuple[str, str] | None = None
    document: dict[str, Any] | None = None
    canonical: dict[str, Any] | None = None
    resolved: dict[str, Any] | None = None
    result: BuildResult | None = None
    text: str = ""
    asked: tuple[Row, ...] = ()

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that make the design invalid."""
        return tuple(finding for finding in self.findings if finding.severity == "error")


@dataclass
class _Check:
    """One validation under way: the subject and what was found so far (pointers into the document)."""

    subject: Subject
    findings: list[Finding] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        return any(finding.severity == "error" for finding in self.findings)

    def stage(self, stage: Stage) -> bool:
        """Run the rules of a stage; whether the next one can be reached."""
        for rule in rules()[stage]:
            self.add(self._found(rule), stage not in ("text", "document") and not rule.written)
        return not self.failed

    def add(self, findings: Iterable[Finding], canonical: bool) -> None:
        """Take findings in, with their pointers translated into the document."""
        back = self.subject.canonical.translate if canonical and self.subject.canonical else str
        for finding in findings:
            pointer = existing(self.subject.document, back(finding.pointer))
            cause = None if finding.cause is None else existing(self.subject.document, back(finding.cause))
            self.findings.append(replace(with_hint(finding), pointer=pointer, cause=cause))

    def _found(self, rule: Rule) -> list[Finding]:
        try:
            return list(rule.check(self.subject))
        except Exception as error:  # noqa: BLE001 – whatever a rule stumbles over, a report comes back
            return [_broken(rule.name, error)]

    def step(self, what: str, action: Callable[[], Any]) -> Any:
        """The outcome of a step between two stages; ``None``, with findings, when it is not possible."""
        try:
            return action()
        except DesignError as error:
            self.add(error.findings, True)
        except KernelUnavailable:  # no fault of the design
            raise
        except Exception as error:  # noqa: BLE001 – as above
            self.add([_broken(what, error)], False)
        return None


def validate(
    source: str | Mapping[str, Any],
    *,
    request: str | None = None,
    build: bool = True,
    mesh: bool = False,
    step: Path | None = None,
    stl: Path | None = None,
    seconds: float | None = None,
) -> Report:
    """Check a design and, unless told otherwise, build it.

    Args:
        source: the text that a model or a person wrote, or a document.
        request: the English request; some rules compare the design and its solid with it.
        build: also build the solid, in a worker process, and check it.
        mesh: have the build return a mesh as well.
        step, stl: files for the build to write.
        seconds: time limit of the build; the kernel's own when left out.

    Returns:
        The report. Nothing is raised for anything that ``source`` or ``request`` may be.

    Raises:
        KernelUnavailable: the solid cannot be built on this machine, whatever it is.
    """
    parsed = _read(source)
    text = source if isinstance(source, str) else parsed.text
    check = _Check(Subject(text, request if isinstance(request, str) else None, parsed))
    subject = check.subject
    subject.document = parsed.document
    reply = reply_of(parsed.document) if parsed.document is not None else None
    if check.stage("text") and reply is None and parsed.document is not None and check.stage("document"):
        document = parsed.document
        subject.canonical = check.step("canonical form", lambda: canonicalize(document, checked=True))
        if subject.canonical is not None and check.stage("canonical"):
            full = subject.canonical.document
            subject.resolved = check.step("resolved form", lambda: resolve(full))
            if subject.resolved is not None and check.stage("resolved") and build:
                # The request's figures are looked for on the mesh as well.
                fine = mesh or bool(subject.request)
                subject.result = check.step(
                    "build", lambda: _built(subject.resolved, mesh=fine, step=step, stl=stl, seconds=seconds)
                )
                check.stage("solid")
    return _report(check, reply, isinstance(source, str))


def _report(check: _Check, reply: tuple[str, str] | None, written: bool) -> Report:
    subject, parsed = check.subject, check.subject.parsed
    findings = linked(check.findings, subject.document)
    kept = findings[:MAX_FINDINGS]
    if parsed is not None and written:  # a document that was never text has no lines
        first = max(0, subject.text.count("\n", 0, max(0, subject.text.find(parsed.text))))
        lines = lines_of(parsed.text, [finding.pointer for finding in kept]) if parsed.document else {}
        kept = [_on_line(finding, lines.get(finding.pointer), first) for finding in kept]
    return Report(
        valid=reply is None and not check.failed,
        findings=tuple(kept),
        left_out=len(findings) - len(kept),
        reply=reply if not check.failed else None,
        document=None if parsed is None else parsed.document,
        canonical=None if subject.canonical is None else subject.canonical.document,
        resolved=None if subject.resolved is None else dict(subject.resolved),
        result=subject.result,
        text=subject.text,
        asked=() if check.failed else subject.asked,
    )


def _on_line(finding: Finding, line: int | None, first: int) -> Finding:
    line = finding.line if finding.line is not None else line
    return finding if line is None else replace(finding, line=line + first)


def _read(source: Any) -> Parsed:
    """The document in whatever was given, with the text it has or would have."""
    if isinstance(source, str):
        return parse(source)
    problem = _not_json(source)
    if problem is None and isinstance(source, Mapping):
        return Parsed(dict(source), (), json.dumps(source, ensure_ascii=False))
    finding = Finding("syntax.not_json", "This is no JSON document.", expected="an object", actual=problem)
    return Parsed(None, (finding,), "")


def _not_json(value: Any) -> str | None:
    """What keeps a Python value from being a JSON document; ``None`` when nothing does."""
    if not isinstance(value, dict):
        return type(value).__name__
    waiting: list[tuple[Any, int]] = [(value, 1)]
    while waiting:
        item, depth = waiting.pop()
        if depth > MAX_DEPTH:
            return f"more than {MAX_DEPTH} levels"
        if isinstance(item, dict):
            if not all(isinstance(key, str) for key in item):
                return "a key that is no text"
            waiting += [(entry, depth + 1) for entry in item.values()]
        elif isinstance(item, list):
            waiting += [(entry, depth + 1) for entry in item]
        elif item is not None and not isinstance(item, (str, int, float, bool)):
            return type(item).__name__
    return None


def _built(resolved: Any, *, seconds: float | None, **more: Any) -> BuildResult:
    from cadagent.kernel import Limits
    from cadagent.kernel import build as build_solid

    return build_solid(resolved, limits=Limits() if seconds is None else Limits(seconds=seconds), **more)


def _broken(what: str, error: Exception) -> Finding:
    """The finding for a check that failed itself: a bug, ours or a plug-in's, logged with its traceback."""
    _log.error("The check %s failed", what, exc_info=error)
    return Finding(
        "rules.failed",
        f"The check {what} could not be carried out.",
        actual=f"{type(error).__name__}: {error}"[:120],
        hint="report this as a bug, with the design",
    )
